//! `_IOBase`, `_RawIOBase`, `_BufferedIOBase`, `_TextIOBase`: what streams have in common.
//!
//! Everything here works by calling the stream's own methods, so that a class written in Python
//! needs to define only a few of them. Whether such a stream is closed is an attribute,
//! `__IOBase_closed`.

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method,
};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::bytearray::ByteArray;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::list::List;
use orochi_vm::types::str::Str;

use super::{call, errors};
use crate::argument::{given, optional_size};
use crate::{bytes_like, io};

heap_object! {
    /// A stream of a class written in Python: no native fields.
    pub struct PlainStream: IO_BASE {
        values {}
        storage {}
        data {}
    }
}

/// `_io._IOBase`
pub static IO_BASE: TypeSpec = TypeSpec {
    module: "_io",
    doc: "The abstract base class for all I/O classes.\n\n\
          This class provides dummy implementations for many methods that\n\
          derived classes can override selectively; the default implementations\n\
          represent a file that cannot be read, written or seeked.",
    flags: TypeFlags::BASE.and(TypeFlags::DICT).and(TypeFlags::WEAKREF),
    new: Some(function("__new__($cls, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    getset: GETSET,
    next: Some(next),
    ..TypeSpec::named("_IOBase", NativeLayout::of::<PlainStream>())
};

/// `_io._RawIOBase`
pub static RAW_IO_BASE: TypeSpec = TypeSpec {
    module: "_io",
    doc: "Base class for raw binary I/O.",
    base: Some(&IO_BASE),
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    methods: RAW_METHODS,
    next: Some(next),
    ..TypeSpec::named("_RawIOBase", NativeLayout::of::<PlainStream>())
};

/// `_io._BufferedIOBase`
pub static BUFFERED_IO_BASE: TypeSpec = TypeSpec {
    module: "_io",
    doc: "Base class for buffered IO objects.\n\n\
          The main difference with RawIOBase is that the read() method\n\
          supports omitting the size argument, and does not have a default\n\
          implementation that defers to readinto().",
    base: Some(&IO_BASE),
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    methods: BUFFERED_METHODS,
    next: Some(next),
    ..TypeSpec::named("_BufferedIOBase", NativeLayout::of::<PlainStream>())
};

/// `_io._TextIOBase`
pub static TEXT_IO_BASE: TypeSpec = TypeSpec {
    module: "_io",
    doc: "Base class for text I/O.\n\n\
          This class provides a character and line based interface to stream\n\
          I/O. There is no readinto method because Python's character strings\n\
          are immutable.",
    base: Some(&IO_BASE),
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    methods: TEXT_METHODS,
    getset: TEXT_GETSET,
    next: Some(next),
    ..TypeSpec::named("_TextIOBase", NativeLayout::of::<PlainStream>())
};

static METHODS: &[Method] = &[
    method("__del__($self, /)", finalise, "Called when the instance is about to be destroyed."),
    method("__enter__($self, /)", enter, ""),
    method("__exit__($self, /, *args)", exit, ""),
    method("__iter__($self, /)", iter, "Implement iter(self)."),
    method(
        "seek($self, offset, whence=0, /)",
        |th, args| unsupported_by(th, args, "seek"),
        "Change the stream position to the given byte offset.",
    ),
    method("tell($self, /)", tell, "Return current stream position."),
    method(
        "truncate($self, size=None, /)",
        |th, args| unsupported_by(th, args, "truncate"),
        "Truncate file to size bytes.",
    ),
    method("flush($self, /)", flush, "Flush write buffers, if applicable."),
    method(
        "close($self, /)",
        close,
        "Flush and close the IO object.\n\nThis method has no effect if the file is already closed.",
    ),
    method("seekable($self, /)", answer_no, "Return whether object supports random access."),
    method("readable($self, /)", answer_no, "Return whether object was opened for reading."),
    method("writable($self, /)", answer_no, "Return whether object was opened for writing."),
    method("_checkClosed($self, msg=<unrepresentable>, /)", check_closed_method, ""),
    method("_checkSeekable($self, msg=<unrepresentable>, /)", check_seekable_method, ""),
    method("_checkReadable($self, msg=<unrepresentable>, /)", check_readable_method, ""),
    method("_checkWritable($self, msg=<unrepresentable>, /)", check_writable_method, ""),
    method(
        "fileno($self, /)",
        |th, args| unsupported_by(th, args, "fileno"),
        "Return underlying file descriptor if one exists.",
    ),
    method("isatty($self, /)", isatty, "Return whether this is an 'interactive' stream."),
    method("readline($self, size=-1, /)", readline, "Read and return a line from the stream."),
    method("readlines($self, hint=-1, /)", readlines, "Return a list of lines from the stream."),
    method("writelines($self, lines, /)", writelines, "Write a list of lines to stream."),
];

static GETSET: &[GetSet] = &[getter("closed", closed_get, "")];

static RAW_METHODS: &[Method] = &[
    method("read($self, size=-1, /)", raw_read, ""),
    method("readall($self, /)", raw_readall, "Read until EOF, using multiple read() call."),
];

static BUFFERED_METHODS: &[Method] = &[
    method(
        "detach($self, /)",
        |th, args| unsupported_by(th, args, "detach"),
        "Disconnect this buffer from its underlying raw stream and return it.",
    ),
    method(
        "read($self, size=-1, /)",
        |th, args| unsupported_by(th, args, "read"),
        "Read and return up to n bytes.",
    ),
    method(
        "read1($self, size=-1, /)",
        |th, args| unsupported_by(th, args, "read1"),
        "Read and return up to size bytes, with at most one read() call to the underlying raw stream.",
    ),
    method("readinto($self, buffer, /)", |th, args| read_into(th, args, "read"), ""),
    method("readinto1($self, buffer, /)", |th, args| read_into(th, args, "read1"), ""),
    method(
        "write($self, b, /)",
        |th, args| unsupported_by(th, args, "write"),
        "Write buffer b to the IO stream.",
    ),
];

static TEXT_METHODS: &[Method] = &[
    method(
        "detach($self, /)",
        |th, args| unsupported_by(th, args, "detach"),
        "Separate the underlying buffer from the TextIOBase and return it.",
    ),
    method(
        "read($self, size=-1, /)",
        |th, args| unsupported_by(th, args, "read"),
        "Read at most size characters from stream.",
    ),
    method(
        "readline($self, size=-1, /)",
        |th, args| unsupported_by(th, args, "readline"),
        "Read until newline or EOF.",
    ),
    method(
        "write($self, s, /)",
        |th, args| unsupported_by(th, args, "write"),
        "Write string s to stream.",
    ),
];

static TEXT_GETSET: &[GetSet] = &[
    getter("encoding", |_, _| Ok(Value::NONE), "Encoding of the text stream."),
    getter("newlines", |_, _| Ok(Value::NONE), "Line endings translated so far."),
    getter("errors", |_, _| Ok(Value::NONE), "The error setting of the decoder or encoder."),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &IO_BASE)?;
    Ok(PlainStream::allocate_as(th, shape)?.value())
}

fn unsupported_by(th: &mut Thread, _: &[Value], what: &str) -> Result<Value, Raised> {
    Err(errors::unsupported(th, what))
}

fn enter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    check_closed(th, args[0])?;
    Ok(args[0])
}

fn exit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    call(th, args[0], "close", &[])
}

fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    check_closed(th, args[0])?;
    Ok(args[0])
}

fn tell(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    call(th, args[0], "seek", &[Value::from_i32(0), Value::from_i32(1)])
}

/// Whether the attribute `closed` of a stream says so.
pub(super) fn is_closed(th: &mut Thread, stream: Value) -> Result<bool, Raised> {
    let closed = th.get_attribute(stream, name!(th, "closed"))?;
    th.is_true(closed)
}

/// Raises `ValueError` if a stream says that it is closed.
pub(super) fn check_closed(th: &mut Thread, stream: Value) -> Result<(), Raised> {
    if is_closed(th, stream)? { Err(errors::closed(th)) } else { Ok(()) }
}

/// What a class written in Python knows about itself.
fn was_closed(th: &mut Thread, stream: Value) -> Result<bool, Raised> {
    Ok(th.find_attribute(stream, name!(th, "__IOBase_closed"))?.is_some())
}

fn closed_get(th: &mut Thread, stream: Value) -> Result<Value, Raised> {
    was_closed(th, stream).map(Value::from_bool)
}

fn flush(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    // `close` of this class flushes first, when the stream is still open to its own class.
    let closed = was_closed(th, args[0])? || is_closed(th, args[0])?;
    if closed { Err(errors::closed(th)) } else { Ok(Value::NONE) }
}

fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if was_closed(th, args[0])? {
        return Ok(Value::NONE);
    }
    errors::both(
        th,
        |th| call(th, args[0], "flush", &[]).map(drop),
        |th| {
            th.set_attribute(args[0], name!(th, "__IOBase_closed"), Value::TRUE)?;
            Ok(Value::NONE)
        },
    )
}

/// What happens when a stream that nobody has any more is found: it is closed. The native
/// streams that another one wraps leave that to the outer one, which has something to write.
fn finalise(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if io::file::is_wrapped(th, args[0])? || io::buffered::is_wrapped(th, args[0])? {
        return Ok(Value::NONE);
    }
    finalise_stream(th, args[0])
}

/// Closes a stream that nobody has any more.
pub(super) fn finalise_stream(th: &mut Thread, stream: Value) -> Result<Value, Raised> {
    let closed = match is_closed(th, stream) {
        Ok(closed) => closed,
        Err(Raised::Abort) => return Err(Raised::Abort),
        Err(Raised::Exception) => {
            th.take_exception();
            return Ok(Value::NONE);
        }
    };
    if closed {
        return Ok(Value::NONE);
    }
    // So that close() can tell a forgotten stream from one that is closed in order.
    if th.set_attribute(stream, name!(th, "_finalizing"), Value::TRUE).is_err() {
        th.take_exception();
    }
    match call(th, stream, "close", &[]) {
        Ok(_) => {}
        Err(Raised::Abort) => return Err(Raised::Abort),
        Err(Raised::Exception) => {
            th.write_unraisable("Exception ignored while finalizing file", stream)
        }
    }
    Ok(Value::NONE)
}

fn answer_no(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::FALSE)
}

fn isatty(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    check_closed(th, args[0])?;
    Ok(Value::FALSE)
}

fn check_closed_method(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if is_closed(th, args[0])? {
        return Err(match given(args[1]).and_then(|text| text.cast::<Str>()) {
            Some(text) => th.value_error(text.display()),
            None => errors::closed(th),
        });
    }
    Ok(Value::NONE)
}

fn check_able(
    th: &mut Thread,
    stream: Value,
    question: &str,
    message: &str,
) -> Result<Value, Raised> {
    let answer = call(th, stream, question, &[])?;
    if answer == Value::TRUE {
        return Ok(answer);
    }
    if answer == Value::FALSE || !th.is_true(answer)? {
        return Err(errors::unsupported(th, message));
    }
    Ok(answer)
}

pub(super) fn check_seekable(th: &mut Thread, stream: Value) -> Result<Value, Raised> {
    check_able(th, stream, "seekable", "File or stream is not seekable.")
}

pub(super) fn check_readable(th: &mut Thread, stream: Value) -> Result<Value, Raised> {
    check_able(th, stream, "readable", "File or stream is not readable.")
}

pub(super) fn check_writable(th: &mut Thread, stream: Value) -> Result<Value, Raised> {
    check_able(th, stream, "writable", "File or stream is not writable.")
}

fn check_seekable_method(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    check_seekable(th, args[0])
}

fn check_readable_method(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    check_readable(th, args[0])
}

fn check_writable_method(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    check_writable(th, args[0])
}

/// A line, by `read(1)` or, where there is `peek`, in larger steps.
fn readline(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let limit = optional_size(th, args[1])?.and_then(|limit| usize::try_from(limit).ok());
    let peek = th.find_attribute(args[0], name!(th, "peek"))?;
    let mut line = Vec::new();
    while limit.is_none_or(|limit| line.len() < limit) {
        let mut wanted = 1;
        if let Some(peek) = peek {
            let ahead = th.call(peek, &[Value::from_i32(1)])?;
            let Some(ahead) = ahead.cast::<Bytes>() else {
                let kind = th.type_name(ahead);
                return Err(th.raise_message(
                    &classes::OS_ERROR,
                    &format!("peek() should have returned a bytes object, not '{kind}'"),
                ));
            };
            let ahead = ahead.as_slice();
            let most = limit.map_or(ahead.len(), |limit| ahead.len().min(limit - line.len()));
            let end = ahead[..most].iter().position(|&byte| byte == b'\n');
            wanted = end.map_or(most, |end| end + 1).max(1);
        }
        let wanted = th.int_from_i64(wanted as i64)?;
        let part = call(th, args[0], "read", &[wanted])?;
        let Some(part) = part.cast::<Bytes>() else {
            let kind = th.type_name(part);
            return Err(th.raise_message(
                &classes::OS_ERROR,
                &format!("read() should have returned a bytes object, not '{kind}'"),
            ));
        };
        line.extend_from_slice(part.as_slice());
        if part.is_empty() || line.last() == Some(&b'\n') {
            break;
        }
    }
    Ok(th.new_bytes(&line)?.value())
}

fn next(th: &mut Thread, stream: Value) -> Result<Option<Value>, Raised> {
    let line = call(th, stream, "readline", &[])?;
    Ok(if th.length(line)? == 0 { None } else { Some(line) })
}

fn readlines(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let hint = optional_size(th, args[1])?.filter(|&hint| hint > 0);
    let lines = List::new(th)?;
    let Some(hint) = hint else {
        let iterator = th.iterate(args[0])?;
        lines.extend(th, iterator)?;
        return Ok(lines.value());
    };
    let iterator = th.iterate(args[0])?;
    let mut length = 0i64;
    while let Some(line) = th.next(iterator)? {
        lines.push(th, line)?;
        length = length.saturating_add(th.length(line)? as i64);
        if length >= hint {
            break;
        }
    }
    Ok(lines.value())
}

fn writelines(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    check_closed(th, args[0])?;
    let write = th.get_attribute(args[0], name!(th, "write"))?;
    th.for_each(args[1], |th, line| th.call(write, &[line]).map(drop))?;
    Ok(Value::NONE)
}

fn raw_read(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let size = optional_size(th, args[1])?.unwrap_or(-1);
    let Ok(size) = usize::try_from(size) else { return call(th, args[0], "readall", &[]) };
    if size > isize::MAX as usize / 2 {
        return Err(th.memory_error());
    }
    let target = ByteArray::from_slice(th, &vec![0; size])?;
    let count = call(th, args[0], "readinto", &[target.value()])?;
    if count.is_none() {
        return Ok(count);
    }
    let count = th.index_ssize(count)?;
    if !(0..=size as i64).contains(&count) {
        return Err(th.value_error(format!("readinto returned {count} outside buffer size {size}")));
    }
    let guard = th.read(target)?;
    let end = (count as usize).min(guard.len());
    Ok(guard.thread().new_bytes(&guard.as_slice()[..end])?.value())
}

fn raw_readall(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut all = Vec::new();
    let size = Value::from_i32(super::DEFAULT_BUFFER_SIZE as i32);
    loop {
        let part = call(th, args[0], "read", &[size])?;
        if part.is_none() {
            if all.is_empty() {
                return Ok(part);
            }
            break;
        }
        let Some(part) = part.cast::<Bytes>() else {
            return Err(th.type_error("read() should return bytes"));
        };
        if part.is_empty() {
            break;
        }
        all.extend_from_slice(part.as_slice());
    }
    Ok(th.new_bytes(&all)?.value())
}

fn read_into(th: &mut Thread, args: &[Value], by: &str) -> Result<Value, Raised> {
    let length = bytes_like::writable_length(th, args[1])?;
    let size = th.int_from_i64(length as i64)?;
    let data = call(th, args[0], by, &[size])?;
    let Some(data) = data.cast::<Bytes>() else {
        return Err(th.type_error("read() should return bytes"));
    };
    if data.len() > length {
        let got = data.len();
        return Err(th.value_error(format!(
            "read() returned too much data: {length} bytes requested, {got} returned"
        )));
    }
    bytes_like::fill(th, args[1], 0, data.as_slice())?;
    th.int_from_i64(data.len() as i64)
}

/// What a stream's attribute says, for its `repr`.
pub(super) fn shown_attribute(
    th: &mut Thread,
    stream: Value,
    name: &str,
) -> Result<Option<String>, Raised> {
    let key = th.intern(name)?;
    match th.find_attribute(stream, key) {
        Ok(Some(value)) => Ok(Some(th.repr(value)?.display())),
        Ok(None) => Ok(None),
        Err(raised) => match th.catch(raised, &classes::VALUE_ERROR) {
            Some(_) => Ok(None),
            None => Err(raised),
        },
    }
}

/// Streams are not copied.
pub(super) fn no_state(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let kind = th.type_name(args[0]);
    Err(th.type_error(format!("cannot pickle '{kind}' instances")))
}
