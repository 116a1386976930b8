//! Making, describing and closing buffered streams.

use std::sync::Arc;

use orochi_vm::class::TypeSpec;
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;

use super::super::{DEFAULT_BUFFER_SIZE, base, call, errors, file, is_exactly};
use super::object::{Buffer, Buffered, cast, locked, raw_of, receiver, with};
use super::{RANDOM, READER, raw};
use crate::native_state::NativeState;

fn empty() -> NativeState<Buffer> {
    NativeState::new(Buffer::default())
}

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(class) = args[0].cast::<orochi_vm::class::Class>() else {
        return Err(th.type_error("a class is required"));
    };
    let shape = th.instance_shape(args[0], nearest(class))?;
    Ok(Buffered::allocate_as(th, shape, Value::UNBOUND, empty())?.value())
}

/// The native class that a class derives from.
fn nearest(class: Ref<orochi_vm::class::Class>) -> &'static TypeSpec {
    let found = [&super::WRITER, &RANDOM].into_iter().find(|spec| class.is_subclass(spec.class()));
    found.unwrap_or(&READER)
}

/// Makes a stream of a native class around a raw stream that is known to suit it.
pub(crate) fn new_stream(
    th: &mut Thread,
    spec: &'static TypeSpec,
    raw: Value,
    size: usize,
) -> Result<Value, Raised> {
    let stream = Buffered::allocate_as(th, spec.shape(), Value::UNBOUND, empty())?;
    let readable = !std::ptr::eq(spec, &super::WRITER);
    let writable = !std::ptr::eq(spec, &READER);
    set_up(th, stream, raw, size, readable, writable)?;
    Ok(stream.value())
}

fn set_up(
    th: &mut Thread,
    stream: Ref<Buffered>,
    raw: Value,
    size: usize,
    readable: bool,
    writable: bool,
) -> Result<(), Raised> {
    file::set_wrapped(th, raw, true)?;
    let guard = th.write(stream)?;
    guard.raw.set(guard.token(), raw);
    let mut buffer = guard.state.get().get(guard.token());
    let lock = Arc::clone(&buffer.lock);
    *buffer = Buffer { size, readable, writable, ready: true, lock, ..Buffer::default() };
    Ok(())
}

fn init(th: &mut Thread, args: &[Value], readable: bool, writable: bool) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let size =
        if args[2].is_unbound() { DEFAULT_BUFFER_SIZE as i64 } else { th.index_ssize(args[2])? };
    {
        let guard = th.write(stream)?;
        guard.raw.set(guard.token(), Value::UNBOUND);
        guard.state.get().get(guard.token()).detached = false;
    }
    if readable && writable {
        base::check_seekable(th, args[1])?;
    }
    if readable {
        base::check_readable(th, args[1])?;
    }
    if writable {
        base::check_writable(th, args[1])?;
    }
    if size <= 0 {
        return Err(th.value_error("buffer size must be strictly positive"));
    }
    set_up(th, stream, args[1], size as usize, readable, writable)?;
    Ok(Value::NONE)
}

pub(super) fn init_reader(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    init(th, args, true, false)
}

pub(super) fn init_writer(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    init(th, args, false, true)
}

pub(super) fn init_random(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    init(th, args, true, true)
}

/// Whether a text stream closes this one.
pub(crate) fn is_wrapped(th: &mut Thread, value: Value) -> Result<bool, Raised> {
    match cast(value) {
        Some(stream) => with(th, stream, |buffer| buffer.wrapped),
        None => Ok(false),
    }
}

/// Says whether a text stream closes this one.
pub(crate) fn set_wrapped(th: &mut Thread, value: Value, wrapped: bool) -> Result<(), Raised> {
    match cast(value) {
        Some(stream) => with(th, stream, |buffer| buffer.wrapped = wrapped),
        None => Ok(()),
    }
}

pub(super) fn detach(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let raw = raw_of(th, stream)?;
    call(th, args[0], "flush", &[])?;
    let guard = th.write(stream)?;
    guard.raw.set(guard.token(), Value::UNBOUND);
    {
        let mut buffer = guard.state.get().get(guard.token());
        buffer.detached = true;
        buffer.ready = false;
    }
    file::set_wrapped(th, raw, false)?;
    Ok(raw)
}

/// `closed`: that of the raw stream.
pub(super) fn closed_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    let raw = raw_of(th, stream)?;
    raw::is_closed(th, raw).map(Value::from_bool)
}

pub(super) fn raw_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    let raw = th.read(stream)?.raw.get();
    Ok(if raw.is_unbound() { Value::NONE } else { raw })
}

fn of_raw(th: &mut Thread, value: Value, attribute: &str) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    let raw = raw_of(th, stream)?;
    let attribute = th.intern(attribute)?;
    th.get_attribute(raw, attribute)
}

pub(super) fn name_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    of_raw(th, value, "name")
}

pub(super) fn mode_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    of_raw(th, value, "mode")
}

pub(super) fn finalizing_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    with(th, stream, |buffer| Value::from_bool(buffer.finalizing))
}

pub(super) fn finalizing_set(th: &mut Thread, value: Value, on: Value) -> Result<(), Raised> {
    let stream = receiver(th, value)?;
    with(th, stream, |buffer| buffer.finalizing = on.is_true())
}

/// Asks the raw stream.
fn ask(th: &mut Thread, args: &[Value], question: &str) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let raw = raw_of(th, stream)?;
    call(th, raw, question, &[])
}

pub(super) fn seekable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    ask(th, args, "seekable")
}

pub(super) fn readable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    ask(th, args, "readable")
}

pub(super) fn writable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    ask(th, args, "writable")
}

pub(super) fn fileno(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    ask(th, args, "fileno")
}

pub(super) fn isatty(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    ask(th, args, "isatty")
}

/// `flush` of a reader: there is nothing to write but what the raw stream may keep itself.
pub(super) fn flush_raw(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    ask(th, args, "flush")
}

pub(super) fn dealloc_warn(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let ready = with(th, stream, |buffer| buffer.ready)?;
    let raw = th.read(stream)?.raw.get();
    if ready
        && !raw.is_unbound()
        && let Some(warn) = th.find_attribute(raw, name!(th, "_dealloc_warn"))?
        && th.call(warn, &[args[1]]).is_err()
    {
        th.take_exception();
    }
    Ok(Value::NONE)
}

pub(super) fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let raw = raw_of(th, stream)?;
    if raw::is_closed(th, raw)? {
        return Ok(Value::NONE);
    }
    if with(th, stream, |buffer| buffer.finalizing)? {
        dealloc_warn(th, &[args[0], args[0]])?;
    }
    errors::both(
        th,
        |th| call(th, args[0], "flush", &[]).map(drop),
        |th| {
            let result = if is_exactly(th, raw, &file::FILE_IO) {
                // Another thread may be in the middle of reading or writing.
                locked(th, stream, |th| call(th, raw, "close", &[]))
            } else {
                call(th, raw, "close", &[])
            };
            with(th, stream, |buffer| {
                buffer.forget();
                buffer.ahead = Vec::new();
                buffer.pending = Vec::new();
            })?;
            result
        },
    )
}

pub(super) fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let size = with(th, stream, |buffer| buffer.size + size_of::<Buffer>())?;
    th.int_from_i64((size + size_of::<Buffered>()) as i64)
}

pub(super) fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0])?;
    let kind = th.class_of(args[0]).full_name(th);
    let text = match base::shown_attribute(th, args[0], "name")? {
        Some(name) => format!("<{kind} name={name}>"),
        None => format!("<{kind}>"),
    };
    Ok(th.new_str(&text)?.value())
}

/// Whether a native stream is closed; `None` if it is no native one, or has no raw stream.
pub(crate) fn native_closed(th: &mut Thread, value: Value) -> Result<Option<bool>, Raised> {
    let Some(stream) = super::object::native(th, value) else { return Ok(None) };
    let raw = th.read(stream)?.raw.get();
    if raw.is_unbound() {
        return Ok(None);
    }
    raw::is_closed(th, raw).map(Some)
}
