//! Making, describing and closing text streams.

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::str::Str;

use super::super::{base, buffered, call, errors};
use super::codec::make;
use super::object::{LineEnd, State, TextStream, buffer_of, with};
use super::{TEXT_IO_WRAPPER, position};
use crate::argument::{given, truth_or};
use crate::native_state::NativeState;

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &TEXT_IO_WRAPPER)?;
    let none = Value::UNBOUND;
    let state = NativeState::new(State::default());
    Ok(TextStream::allocate_as(th, shape, none, none, none, Value::NONE, Value::NONE, none, state)?
        .value())
}

/// Makes a text stream, as `TextIOWrapper(buffer, …)` does.
pub(crate) fn new_stream(
    th: &mut Thread,
    buffer: Value,
    encoding: Value,
    errors: Value,
    newline: Value,
    line_buffering: bool,
) -> Result<Value, Raised> {
    let none = Value::UNBOUND;
    let state = NativeState::new(State::default());
    let stream = TextStream::allocate(th, none, none, none, Value::NONE, Value::NONE, none, state)?;
    set_up(th, stream, buffer, encoding, errors, newline, line_buffering, false)?;
    Ok(stream.value())
}

/// Has every write passed on to the binary stream at once.
pub(crate) fn set_write_through(th: &mut Thread, stream: Value) -> Result<(), Raised> {
    let stream = th.receiver::<TextStream>(stream)?;
    with(th, stream, |state| state.write_through = true)
}

fn line_ends(th: &mut Thread, newline: Value) -> Result<(LineEnd, Option<&'static str>), Raised> {
    let Some(newline) = given(newline) else { return Ok((LineEnd::Translated, None)) };
    let Some(text) = newline.cast::<Str>() else {
        let kind = th.type_name(newline);
        return Err(th.type_error(format!(
            "TextIOWrapper() argument 'newline' must be str or None, not {kind}"
        )));
    };
    Ok(match text.ascii() {
        Some("") => (LineEnd::Any, None),
        Some("\n") => (LineEnd::Lf, None),
        Some("\r") => (LineEnd::Cr, Some("\r")),
        Some("\r\n") => (LineEnd::CrLf, Some("\r\n")),
        _ => {
            let shown = th.repr(newline)?.display();
            return Err(th.value_error(format!("illegal newline value: {shown}")));
        }
    })
}

fn text_argument(th: &Thread, value: Value, name: &str) -> Result<Option<Ref<Str>>, Raised> {
    match given(value) {
        None => Ok(None),
        Some(value) => match value.cast::<Str>() {
            Some(text) => {
                if orochi_text::search::contains(text.text(), orochi_text::Text::One(&[0])) {
                    return Err(th.value_error("embedded null character"));
                }
                Ok(Some(text))
            }
            None => {
                let kind = th.type_name(value);
                Err(th.type_error(format!(
                    "TextIOWrapper() argument '{name}' must be str or None, not {kind}"
                )))
            }
        },
    }
}

/// The encoding that a name stands for: that of the locale, which is UTF-8, if there is none.
fn chosen_encoding(th: &mut Thread, encoding: Option<Ref<Str>>) -> Result<Ref<Str>, Raised> {
    match encoding {
        Some(text) if text.ascii() != Some("locale") => Ok(text),
        _ => {
            let encoding = crate::sys::encoding::locale_encoding();
            th.intern(if crate::sys::encoding::utf8_mode() { "utf-8" } else { encoding })
        }
    }
}

pub(super) fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<TextStream>(args[0])?;
    let line_buffering = truth_or(th, args[5], false)?;
    let write_through = truth_or(th, args[6], false)?;
    set_up(th, stream, args[1], args[2], args[3], args[4], line_buffering, write_through)?;
    Ok(Value::NONE)
}

#[allow(clippy::too_many_arguments, reason = "those of the constructor")]
fn set_up(
    th: &mut Thread,
    stream: Ref<TextStream>,
    buffer: Value,
    encoding: Value,
    errors: Value,
    newline: Value,
    line_buffering: bool,
    write_through: bool,
) -> Result<(), Raised> {
    {
        let guard = th.write(stream)?;
        guard.buffer.set(guard.token(), Value::UNBOUND);
        guard.decoded.set(guard.token(), Value::UNBOUND);
        guard.state.get().get(guard.token()).detached = false;
    }
    let given_encoding = text_argument(th, encoding, "encoding")?;
    let errors = match text_argument(th, errors, "errors")? {
        Some(errors) => errors,
        None => th.intern("strict")?,
    };
    let (line_end, written_end) = line_ends(th, newline)?;
    let encoding = chosen_encoding(th, given_encoding)?;
    let ask = |th: &mut Thread, question: &str| -> Result<bool, Raised> {
        let answer = call(th, buffer, question, &[])?;
        th.is_true(answer)
    };
    let readable = ask(th, "readable")?;
    let writable = ask(th, "writable")?;
    let has_read1 = buffered::native(th, buffer).is_some()
        || th.find_attribute(buffer, name!(th, "read1"))?.is_some();
    {
        let guard = th.write(stream)?;
        *guard.state.get().get(guard.token()) = State {
            readable,
            writable,
            line_buffering,
            write_through,
            has_read1,
            line_end,
            written_end,
            ..State::default()
        };
        guard.encoding.set(guard.token(), encoding.value());
        guard.errors.set(guard.token(), errors.value());
    }
    make(th, stream, encoding, errors)?;
    let seekable = ask(th, "seekable")?;
    {
        let guard = th.write(stream)?;
        guard.buffer.set(guard.token(), buffer);
        let mut state = guard.state.get().get(guard.token());
        state.seekable = seekable;
        state.telling = seekable;
    }
    buffered::set_wrapped(th, buffer, true)?;
    position::fix_encoder(th, stream)
}

pub(super) fn reconfigure(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<TextStream>(args[0])?;
    let encoding = text_argument(th, args[1], "encoding")?;
    let errors = text_argument(th, args[2], "errors")?;
    let newline_given = !args[3].is_unbound();
    let newline = if newline_given { Some(line_ends(th, args[3])?) } else { None };
    let has_read = {
        let guard = th.write(stream)?;
        let state = guard.state.get().get(guard.token());
        state.snapshot.is_some() || !guard.decoded.get().is_unbound()
    };
    if has_read && (encoding.is_some() || errors.is_some() || newline_given) {
        return Err(errors::unsupported(
            th,
            "It is not possible to set the encoding or newline of stream after the first read",
        ));
    }
    let flag = |th: &mut Thread, value: Value| -> Result<Option<bool>, Raised> {
        match given(value) {
            Some(value) => th.is_true(value).map(Some),
            None => Ok(None),
        }
    };
    let (line_buffering, write_through) = (flag(th, args[4])?, flag(th, args[5])?);
    call(th, args[0], "flush", &[])?;
    with(th, stream, |state| {
        if let Some((line_end, written_end)) = newline {
            state.line_end = line_end;
            state.written_end = written_end;
        }
        if let Some(on) = line_buffering {
            state.line_buffering = on;
        }
        if let Some(on) = write_through {
            state.write_through = on;
        }
    })?;
    if encoding.is_some() || errors.is_some() || newline_given {
        let (old_encoding, old_errors) = {
            let guard = th.read(stream)?;
            (guard.encoding.get().cast::<Str>(), guard.errors.get().cast::<Str>())
        };
        let strict = th.intern("strict")?;
        let new_errors = match (errors, encoding) {
            (Some(errors), _) => errors,
            (None, Some(_)) => strict,
            (None, None) => old_errors.unwrap_or(strict),
        };
        let new_encoding = match encoding {
            Some(encoding) => chosen_encoding(th, Some(encoding))?,
            None => chosen_encoding(th, old_encoding)?,
        };
        make(th, stream, new_encoding, new_errors)?;
        {
            let guard = th.write(stream)?;
            guard.encoding.set(guard.token(), new_encoding.value());
            guard.errors.set(guard.token(), new_errors.value());
        }
        position::fix_encoder(th, stream)?;
    }
    Ok(Value::NONE)
}

pub(super) fn detach(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<TextStream>(args[0])?;
    let buffer = buffer_of(th, stream)?;
    call(th, args[0], "flush", &[])?;
    let guard = th.write(stream)?;
    guard.buffer.set(guard.token(), Value::UNBOUND);
    guard.state.get().get(guard.token()).detached = true;
    buffered::set_wrapped(th, buffer, false)?;
    Ok(buffer)
}

pub(super) fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<TextStream>(args[0])?;
    let buffer = buffer_of(th, stream)?;
    let closed = match buffered::native_closed(th, buffer)? {
        Some(closed) => closed,
        None => base::is_closed(th, buffer)?,
    };
    if closed {
        return Ok(Value::NONE);
    }
    if with(th, stream, |state| state.finalizing)?
        && let Some(warn) = th.find_attribute(buffer, name!(th, "_dealloc_warn"))?
        && th.call(warn, &[args[0]]).is_err()
    {
        th.take_exception();
    }
    errors::both(
        th,
        |th| call(th, args[0], "flush", &[]).map(drop),
        |th| call(th, buffer, "close", &[]),
    )
}

fn ask(th: &mut Thread, args: &[Value], question: &str) -> Result<Value, Raised> {
    let stream = th.receiver::<TextStream>(args[0])?;
    let buffer = buffer_of(th, stream)?;
    call(th, buffer, question, &[])
}

pub(super) fn fileno(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    ask(th, args, "fileno")
}

pub(super) fn isatty(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    ask(th, args, "isatty")
}

pub(super) fn readable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    ask(th, args, "readable")
}

pub(super) fn writable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    ask(th, args, "writable")
}

pub(super) fn seekable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    ask(th, args, "seekable")
}

fn receiver(th: &Thread, value: Value) -> Result<Ref<TextStream>, Raised> {
    th.receiver::<TextStream>(value)
}

pub(super) fn buffer_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    let buffer = th.read(stream)?.buffer.get();
    if buffer.is_unbound() { buffer_of(th, stream) } else { Ok(buffer) }
}

pub(super) fn encoding_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    buffer_or_name(th, stream, true)
}

pub(super) fn errors_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    buffer_or_name(th, stream, false)
}

fn buffer_or_name(
    th: &mut Thread,
    stream: Ref<TextStream>,
    encoding: bool,
) -> Result<Value, Raised> {
    let guard = th.read(stream)?;
    let value = if encoding { guard.encoding.get() } else { guard.errors.get() };
    if value.is_unbound() {
        return Err(guard.thread().value_error("I/O operation on uninitialized object"));
    }
    Ok(value)
}

pub(super) fn newlines_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    buffer_of(th, stream)?;
    let (native, newlines) = with(th, stream, |state| (state.native.is_some(), state.newlines))?;
    if native {
        return newlines.seen_object(th);
    }
    let decoder = th.read(stream)?.decoder.get();
    match th.find_attribute(decoder, name!(th, "newlines"))? {
        Some(newlines) => Ok(newlines),
        None => Ok(Value::NONE),
    }
}

pub(super) fn line_buffering_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    with(th, stream, |state| Value::from_bool(state.line_buffering))
}

pub(super) fn write_through_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    with(th, stream, |state| Value::from_bool(state.write_through))
}

pub(super) fn name_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    let buffer = buffer_of(th, stream)?;
    th.get_attribute(buffer, name!(th, "name"))
}

pub(super) fn closed_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    let buffer = buffer_of(th, stream)?;
    th.get_attribute(buffer, name!(th, "closed"))
}

pub(super) fn finalizing_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    with(th, stream, |state| Value::from_bool(state.finalizing))
}

pub(super) fn finalizing_set(th: &mut Thread, value: Value, on: Value) -> Result<(), Raised> {
    let stream = receiver(th, value)?;
    with(th, stream, |state| state.finalizing = on.is_true())
}

pub(super) fn chunk_size_get(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = receiver(th, value)?;
    let size = with(th, stream, |state| state.chunk)?;
    th.int_from_i64(size as i64)
}

pub(super) fn chunk_size_set(th: &mut Thread, value: Value, size: Value) -> Result<(), Raised> {
    if size.is_unbound() {
        return Err(th.attribute_error("cannot delete attribute"));
    }
    let stream = receiver(th, value)?;
    match usize::try_from(th.index_ssize(size)?) {
        Ok(size) if size > 0 => with(th, stream, |state| state.chunk = size),
        _ => Err(th.value_error("a strictly positive integer is required")),
    }
}

pub(super) fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let uninitialised = th.read(stream)?.buffer.get().is_unbound();
    if uninitialised && !with(th, stream, |state| state.detached)? {
        return Err(th.value_error("I/O operation on uninitialized object"));
    }
    let kind = th.class_of(args[0]).full_name(th);
    let mut text = format!("<{kind}");
    for attribute in ["name", "mode"] {
        if let Some(shown) = base::shown_attribute(th, args[0], attribute)? {
            text.push_str(&format!(" {attribute}={shown}"));
        }
    }
    let encoding = th.read(stream)?.encoding.get();
    let encoding =
        if encoding.is_unbound() { "None".to_owned() } else { th.repr(encoding)?.display() };
    text.push_str(&format!(" encoding={encoding}>"));
    Ok(th.new_str(&text)?.value())
}
