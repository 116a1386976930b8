//! `BytesIO`: a binary stream in memory.
//!
//! The bytes are a bytearray, so that views of them (`getbuffer`) and atomic blocks work as they
//! do there. Stream and bytearray are held together while something is written.

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast, Write2};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytearray::ByteArray;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::list::List;
use orochi_vm::types::memoryview;
use orochi_vm::types::tuple::Tuple;

use super::base::BUFFERED_IO_BASE;
use super::{call, errors, is_exactly};
use crate::argument::{c_int_or, given, optional_size};
use crate::bytes_like;

heap_object! {
    /// A binary stream in memory.
    pub struct BytesIO: BYTES_IO {
        values {
            /// The bytes: a bytearray; unbound when closed.
            buffer: Value,
        }
        storage {}
        data {
            /// Where the stream is.
            position: usize,
        }
    }
}

/// `_io.BytesIO`
pub static BYTES_IO: TypeSpec = TypeSpec {
    module: "_io",
    doc: "Buffered I/O implementation using an in-memory bytes buffer.",
    base: Some(&BUFFERED_IO_BASE),
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    new: Some(function("__new__($cls, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    getset: GETSET,
    next: Some(next),
    ..TypeSpec::named("BytesIO", NativeLayout::of::<BytesIO>())
};

static METHODS: &[Method] = &[
    method(
        "__init__($self, initial_bytes=b'')",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("__getstate__($self, /)", getstate, ""),
    method("__setstate__($self, state, /)", setstate, ""),
    method("readable($self, /)", answer_yes, "Returns True if the IO object can be read."),
    method("writable($self, /)", answer_yes, "Returns True if the IO object can be written."),
    method("seekable($self, /)", answer_yes, "Returns True if the IO object can be seeked."),
    method("flush($self, /)", flush, "Does nothing."),
    method("isatty($self, /)", isatty, "Always returns False."),
    method("close($self, /)", close, "Disable all I/O operations."),
    method("getvalue($self, /)", getvalue, "Retrieve the entire contents of the BytesIO object."),
    method(
        "getbuffer($self, /)",
        getbuffer,
        "Get a read-write view over the contents of the BytesIO object.",
    ),
    method("tell($self, /)", tell, "Current file position, an integer."),
    method("seek($self, pos, whence=0, /)", seek, "Change stream position."),
    method("read($self, size=-1, /)", read, "Read at most size bytes, returned as a bytes object."),
    method(
        "read1($self, size=-1, /)",
        read,
        "Read at most size bytes, returned as a bytes object.",
    ),
    method("readinto($self, buffer, /)", readinto, "Read bytes into buffer."),
    method("readline($self, size=-1, /)", readline, "Next line from the file, as a bytes object."),
    method(
        "readlines($self, size=None, /)",
        readlines,
        "List of bytes objects, each a line from the file.",
    ),
    method("write($self, b, /)", write, "Write bytes to file."),
    method("writelines($self, lines, /)", writelines, "Write lines to the file."),
    method("truncate($self, size=None, /)", truncate, "Truncate the file to at most size bytes."),
];

static GETSET: &[GetSet] = &[getter(
    "closed",
    |th, value| {
        let stream = th.receiver::<BytesIO>(value)?;
        Ok(Value::from_bool(th.read(stream)?.buffer.get().is_unbound()))
    },
    "True if the file is closed.",
)];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &BYTES_IO)?;
    let buffer = ByteArray::from_slice(th, &[])?.value();
    Ok(BytesIO::allocate_as(th, shape, buffer, 0)?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<BytesIO>(args[0])?;
    let bytes = match given(args[1]) {
        Some(initial) => bytes_like::copy(th, initial)?,
        None => Vec::new(),
    };
    let buffer = ByteArray::from_slice(th, &bytes)?.value();
    let guard = th.write(stream)?;
    guard.buffer.set(guard.token(), buffer);
    guard.position.set(guard.token(), 0);
    Ok(Value::NONE)
}

/// The stream and its bytes; raises `ValueError` if it is closed.
fn opened(th: &mut Thread, value: Value) -> Result<(Ref<BytesIO>, Ref<ByteArray>), Raised> {
    let stream = th.receiver::<BytesIO>(value)?;
    match th.read(stream)?.buffer.get().cast::<ByteArray>() {
        Some(buffer) => Ok((stream, buffer)),
        None => Err(errors::closed(th)),
    }
}

fn answer_yes(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    opened(th, args[0])?;
    Ok(Value::TRUE)
}

fn flush(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    opened(th, args[0])?;
    Ok(Value::NONE)
}

fn isatty(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    opened(th, args[0])?;
    Ok(Value::FALSE)
}

fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<BytesIO>(args[0])?;
    if let Some(buffer) = th.read(stream)?.buffer.get().cast::<ByteArray>() {
        buffer.check_resizable(th)?;
    }
    let guard = th.write(stream)?;
    guard.buffer.set(guard.token(), Value::UNBOUND);
    Ok(Value::NONE)
}

fn getvalue(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (_, buffer) = opened(th, args[0])?;
    let guard = th.read(buffer)?;
    Ok(guard.thread().new_bytes(guard.as_slice())?.value())
}

fn getbuffer(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (_, buffer) = opened(th, args[0])?;
    let class = memoryview::SPEC.class().value();
    th.call(class, &[buffer.value()])
}

fn tell(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (stream, _) = opened(th, args[0])?;
    let position = th.read(stream)?.position.get();
    th.int_from_i64(position as i64)
}

fn seek(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (stream, buffer) = opened(th, args[0])?;
    let offset = th.index_ssize(args[1])?;
    let whence = c_int_or(th, args[2], 0)?;
    if offset < 0 && whence == 0 {
        return Err(th.value_error(format!("negative seek value {offset}")));
    }
    let Write2 { first: stream, second: buffer } = th.write2(stream, buffer)?;
    let from = match whence {
        0 => 0,
        1 => stream.position.get() as i64,
        2 => buffer.len() as i64,
        whence => {
            return Err(stream
                .thread()
                .value_error(format!("invalid whence ({whence}, should be 0, 1 or 2)")));
        }
    };
    let Some(position) = from.checked_add(offset) else {
        return Err(stream.thread().overflow_error("new position too large"));
    };
    let position = position.max(0);
    stream.position.set(stream.token(), position as usize);
    stream.thread().int_from_i64(position)
}

/// Takes bytes from the stream: `measure` says how many of those behind its position.
fn take(
    th: &mut Thread,
    value: Value,
    measure: impl FnOnce(&[u8]) -> usize,
) -> Result<Value, Raised> {
    let (stream, buffer) = opened(th, value)?;
    let Write2 { first: stream, second: buffer } = th.write2(stream, buffer)?;
    let position = stream.position.get();
    let rest = buffer.as_slice().get(position..).unwrap_or(&[]);
    let count = measure(rest).min(rest.len());
    if count == 0 {
        return Ok(stream.thread().new_bytes(&[])?.value());
    }
    let bytes = stream.thread().new_bytes(&rest[..count])?;
    stream.position.set(stream.token(), position + count);
    Ok(bytes.value())
}

fn limit(th: &mut Thread, value: Value) -> Result<usize, Raised> {
    let size = optional_size(th, value)?.unwrap_or(-1);
    Ok(usize::try_from(size).unwrap_or(usize::MAX))
}

fn read(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let limit = limit(th, args[1])?;
    take(th, args[0], |_| limit)
}

fn line_end(rest: &[u8]) -> usize {
    orochi_text::search::find_bytes(rest, b"\n").map_or(rest.len(), |at| at + 1)
}

fn readline(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let limit = limit(th, args[1])?;
    take(th, args[0], |rest| line_end(rest).min(limit))
}

fn next(th: &mut Thread, value: Value) -> Result<Option<Value>, Raised> {
    let line = if is_exactly(th, value, &BYTES_IO) {
        take(th, value, line_end)?
    } else {
        call(th, value, "readline", &[])?
    };
    Ok(if th.length(line)? == 0 { None } else { Some(line) })
}

fn readlines(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let most = optional_size(th, args[1])?.filter(|&size| size > 0);
    let lines = List::new(th)?;
    let mut length = 0;
    loop {
        let line = take(th, args[0], line_end)?;
        let count = th.length(line)?;
        if count == 0 {
            break;
        }
        lines.push(th, line)?;
        length += count as i64;
        if most.is_some_and(|most| length >= most) {
            break;
        }
    }
    Ok(lines.value())
}

fn readinto(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let length = bytes_like::writable_length(th, args[1])?;
    let bytes = take(th, args[0], |_| length)?;
    let bytes = bytes_like::input(th, bytes)?;
    bytes_like::fill(th, args[1], 0, &bytes)?;
    th.int_from_i64(bytes.len() as i64)
}

fn write(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    opened(th, args[0])?;
    let bytes = bytes_like::input(th, args[1])?;
    if bytes.is_empty() {
        return Ok(Value::from_i32(0));
    }
    loop {
        let (stream, buffer) = opened(th, args[0])?;
        let guards = th.write2(stream, buffer)?;
        let position = guards.first.position.get();
        let Some(end) =
            position.checked_add(bytes.len()).filter(|&end| end <= isize::MAX as usize / 16)
        else {
            return Err(guards.first.thread().overflow_error("new buffer size too large"));
        };
        if end > guards.second.len() && guards.second.exports.get().count() > 0 {
            buffer.check_resizable(th)?;
            continue;
        }
        if position > guards.second.len() {
            guards.second.resize(position)?;
        }
        let removed = bytes.len().min(guards.second.len() - position);
        guards.second.splice(position, removed, &bytes)?;
        guards.first.position.set(guards.first.token(), end);
        return guards.first.thread().int_from_i64(bytes.len() as i64);
    }
}

fn writelines(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    opened(th, args[0])?;
    th.for_each(args[1], |th, line| call(th, args[0], "write", &[line]).map(drop))?;
    Ok(Value::NONE)
}

fn truncate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (stream, buffer) = opened(th, args[0])?;
    let size = match optional_size(th, args[1])? {
        Some(size) => size,
        None => th.read(stream)?.position.get() as i64,
    };
    let Ok(length) = usize::try_from(size) else {
        return Err(th.value_error(format!("negative size value {size}")));
    };
    let guard = buffer.resizable(th)?;
    if length < guard.len() {
        guard.resize(length)?;
    }
    th.int_from_i64(size)
}

fn getstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let value = getvalue(th, args)?;
    let (stream, _) = opened(th, args[0])?;
    let position = th.read(stream)?.position.get();
    let position = th.int_from_i64(position as i64)?;
    let own = th.own_attributes(args[0])?.copy(th)?;
    let own = if own.len(th)? == 0 { Value::NONE } else { own.value() };
    Ok(Tuple::from_slice(th, &[value, position, own])?.value())
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (stream, _) = opened(th, args[0])?;
    let Some(parts) = args[1].cast::<Tuple>().filter(|parts| parts.len() >= 3) else {
        let (class, kind) = (th.type_name(args[0]), th.type_name(args[1]));
        return Err(
            th.type_error(format!("{class}.__setstate__ argument should be 3-tuple, got {kind}"))
        );
    };
    init(th, &[args[0], parts.get(0)])?;
    let position = match th.index_or_none(parts.get(1))? {
        Some(_) => th.index_ssize(parts.get(1))?,
        None => {
            let kind = th.type_name(parts.get(1));
            return Err(
                th.type_error(format!("second item of state must be an integer, not {kind}"))
            );
        }
    };
    let Ok(position) = usize::try_from(position) else {
        return Err(th.value_error("position value cannot be negative"));
    };
    {
        let guard = th.write(stream)?;
        guard.position.set(guard.token(), position);
    }
    restore_attributes(th, args[0], parts.get(2))
}

/// Sets the attributes that a pickled stream had.
pub(super) fn restore_attributes(
    th: &mut Thread,
    stream: Value,
    attributes: Value,
) -> Result<Value, Raised> {
    if attributes.is_none() {
        return Ok(Value::NONE);
    }
    let Some(dict) = attributes.cast::<Dict>() else {
        let kind = th.type_name(attributes);
        return Err(th.type_error(format!("third item of state should be a dict, got a {kind}")));
    };
    let mut position = 0;
    while let Some((key, value, next)) = dict.entry_from(th, position)? {
        position = next;
        if let Some(name) = key.cast::<orochi_vm::types::str::Str>() {
            let name = th.intern_str(name);
            th.set_attribute(stream, name, value)?;
        }
    }
    Ok(Value::NONE)
}
