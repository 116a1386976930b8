//! `StringIO`: a text stream in memory.
//!
//! What is written at the end, as almost everything is, is kept in pieces, and joined when
//! somebody looks. Pieces are only ever appended to their array, and joining installs a new text
//! and a new array, so an atomic block is undone by putting the object's own words back.

use orochi_text::{OwnedText, Text, TextBuf, sequence};
use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::ValueArray;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::base::TEXT_IO_BASE;
use super::memory::restore_attributes;
use super::newline::Newlines;
use super::{call, errors, is_exactly};
use crate::argument::{c_int_or, given, new_text, optional_size};

heap_object! {
    /// A text stream in memory.
    pub struct StringIO: STRING_IO {
        values {
            /// The text without the pieces: a str; unbound when closed.
            text: Value,
            /// The `newline` argument: a str or None.
            newline: Value,
        }
        storage {
            /// Text written behind it.
            pieces: Ref<ValueArray>,
        }
        data {
            /// How many pieces there are.
            count: usize,
            /// Characters in all.
            length: usize,
            /// Where the stream is.
            position: usize,
            /// Line ends seen, for `newlines`; bit 3: a `\r` is kept back.
            seen: u32,
            /// `__init__` was called.
            ready: bool,
        }
    }
}

/// `_io.StringIO`
pub static STRING_IO: TypeSpec = TypeSpec {
    module: "_io",
    doc: "Text I/O implementation using an in-memory buffer.\n\n\
          The initial_value argument sets the value of object.  The newline\n\
          argument is like the one of TextIOWrapper's constructor.",
    base: Some(&TEXT_IO_BASE),
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    new: Some(function("__new__($cls, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    getset: GETSET,
    next: Some(next),
    ..TypeSpec::named("StringIO", NativeLayout::of::<StringIO>())
};

static METHODS: &[Method] = &[
    method(
        "__init__($self, initial_value='', newline='\\n')",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("__getstate__($self, /)", getstate, ""),
    method("__setstate__($self, state, /)", setstate, ""),
    method("close($self, /)", close, "Close the IO object."),
    method("getvalue($self, /)", getvalue, "Retrieve the entire contents of the object."),
    method("tell($self, /)", tell, "Tell the current file position."),
    method("seek($self, pos, whence=0, /)", seek, "Change stream position."),
    method("read($self, size=-1, /)", read, "Read at most size characters, returned as a string."),
    method("readline($self, size=-1, /)", readline, "Read until newline or EOF."),
    method("write($self, s, /)", write, "Write string to file."),
    method("truncate($self, pos=None, /)", truncate, "Truncate size to pos."),
    method("readable($self, /)", answer_yes, "Returns True if the IO object can be read."),
    method("writable($self, /)", answer_yes, "Returns True if the IO object can be written."),
    method("seekable($self, /)", answer_yes, "Returns True if the IO object can be seeked."),
];

static GETSET: &[GetSet] = &[
    getter("closed", closed, ""),
    getter("newlines", newlines, ""),
    getter("line_buffering", |th, value| opened(th, value).map(|_| Value::FALSE), ""),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &STRING_IO)?;
    let text = th.vm.empty_str.get().value();
    let newline = th.intern("\n")?.value();
    let pieces = ValueArray::empty(th)?;
    Ok(StringIO::allocate_as(th, shape, text, newline, pieces, 0, 0, 0, 0, false)?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<StringIO>(args[0])?;
    let newline = if args[2].is_unbound() { th.intern("\n")?.value() } else { args[2] };
    if !newline.is_none() {
        let Some(text) = newline.cast::<Str>() else {
            let kind = th.type_name(newline);
            return Err(th.type_error(format!("newline must be str or None, not {kind}")));
        };
        if !matches!(text.ascii(), Some("" | "\n" | "\r" | "\r\n")) {
            let shown = th.repr(newline)?.display();
            return Err(th.value_error(format!("illegal newline value: {shown}")));
        }
    }
    let initial = match given(args[1]) {
        None => None,
        Some(value) => match value.cast::<Str>() {
            Some(text) => Some(text),
            None => {
                let kind = th.type_name(value);
                return Err(th.type_error(format!("initial_value must be str or None, not {kind}")));
            }
        },
    };
    let (text, pieces) = (th.vm.empty_str.get().value(), ValueArray::empty(th)?);
    {
        let guard = th.write(stream)?;
        let token = guard.token();
        guard.text.set(token, text);
        guard.newline.set(token, newline);
        guard.pieces.set(token, pieces);
        guard.count.set(token, 0);
        guard.length.set(token, 0);
        guard.position.set(token, 0);
        guard.seen.set(token, 0);
        guard.ready.set(token, true);
    }
    if let Some(initial) = initial {
        write_text(th, stream, initial)?;
        let guard = th.write(stream)?;
        guard.position.set(guard.token(), 0);
    }
    Ok(Value::NONE)
}

/// The stream; raises `ValueError` if it is closed.
fn opened(th: &mut Thread, value: Value) -> Result<Ref<StringIO>, Raised> {
    let stream = th.receiver::<StringIO>(value)?;
    let (ready, closed) = {
        let guard = th.read(stream)?;
        (guard.ready.get(), guard.text.get().is_unbound())
    };
    if !ready {
        return Err(th.value_error("I/O operation on uninitialized object"));
    }
    if closed { Err(errors::closed(th)) } else { Ok(stream) }
}

/// The whole text; joins the pieces. The stream is not closed.
fn joined(th: &mut Thread, stream: Ref<StringIO>) -> Result<Ref<Str>, Raised> {
    loop {
        let (text, pieces) = {
            let guard = th.read(stream)?;
            let count = guard.count.get();
            let mut pieces = RootVec::with_capacity(count);
            for at in 0..count {
                pieces.push(guard.pieces.get().get(at));
            }
            (guard.text.get(), pieces)
        };
        let Some(text) = text.cast::<Str>() else { return Err(errors::closed(th)) };
        if pieces.is_empty() {
            return Ok(text);
        }
        let whole = if text.is_empty() && pieces.len() == 1 {
            match pieces[0].cast_exact::<Str>() {
                Some(only) => only,
                None => join(th, text, &pieces)?,
            }
        } else {
            join(th, text, &pieces)?
        };
        let empty = ValueArray::empty(th)?;
        let guard = th.write(stream)?;
        // Whoever has written meanwhile makes us start over.
        if guard.count.get() == pieces.len() && guard.text.get() == text.value() {
            let token = guard.token();
            guard.text.set(token, whole.value());
            guard.pieces.set(token, empty);
            guard.count.set(token, 0);
            return Ok(whole);
        }
    }
}

fn join(th: &Thread, text: Ref<Str>, pieces: &[Value]) -> Result<Ref<Str>, Raised> {
    let mut out = TextBuf::new();
    out.push_text(text.text());
    for piece in pieces {
        if let Some(piece) = piece.cast::<Str>() {
            out.push_text(piece.text());
        }
    }
    new_text(th, &out.finish())
}

/// What is written for a text, by the `newline` argument; and what was seen in it.
fn translated(th: &mut Thread, stream: Ref<StringIO>, text: Ref<Str>) -> Result<Ref<Str>, Raised> {
    let (newline, seen) = {
        let guard = th.read(stream)?;
        (guard.newline.get(), guard.seen.get())
    };
    let mode = newline.cast::<Str>();
    let kind = mode.as_ref().and_then(|mode| mode.ascii());
    if newline.is_none() || kind == Some("") {
        // Read as universal newlines: translated when written, so that reading need not.
        let mut newlines =
            Newlines { translate: newline.is_none(), pending_cr: false, seen: seen & 7 };
        let plain = !super::newline::contains(text.text(), b'\r');
        let passed = newlines.pass(text.text().to_owned(), true);
        let guard = th.write(stream)?;
        guard.seen.set(guard.token(), newlines.seen);
        return if plain { Ok(text) } else { new_text(th, &passed) };
    }
    match kind {
        Some(end @ ("\r" | "\r\n")) => {
            let replaced = orochi_text::search::replace(
                text.text(),
                Text::One(b"\n"),
                Text::One(end.as_bytes()),
                None,
            );
            match replaced {
                Ok(Some(replaced)) => new_text(th, &replaced),
                Ok(None) => Ok(text),
                Err(_) => Err(th.memory_error()),
            }
        }
        _ => Ok(text),
    }
}

fn write_text(th: &mut Thread, stream: Ref<StringIO>, text: Ref<Str>) -> Result<(), Raised> {
    let text = translated(th, stream, text)?;
    if text.is_empty() {
        return Ok(());
    }
    {
        let guard = th.write(stream)?;
        let token = guard.token();
        let (position, length) = (guard.position.get(), guard.length.get());
        if position == length {
            let (pieces, count) = (guard.pieces.get(), guard.count.get());
            let pieces = if count == pieces.capacity() {
                let larger = ValueArray::new(guard.thread(), (2 * count).max(8))?;
                for at in 0..count {
                    larger.put(at, pieces.get(at));
                }
                guard.pieces.set(token, larger);
                larger
            } else {
                pieces
            };
            pieces.put(count, text.value());
            guard.count.set(token, count + 1);
            guard.length.set(token, length + text.len());
            guard.position.set(token, length + text.len());
            return Ok(());
        }
    }
    // In the middle, or behind the end.
    let whole = joined(th, stream)?;
    let guard = th.write(stream)?;
    let position = guard.position.get();
    let mut out = TextBuf::new();
    out.push_text(whole.text().slice(0..position.min(whole.len())));
    if position > whole.len() {
        out.push_repeated(0, position - whole.len());
    }
    out.push_text(text.text());
    let end = position + text.len();
    if end < whole.len() {
        out.push_text(whole.text().slice(end..whole.len()));
    }
    let out = new_text(guard.thread(), &out.finish())?;
    let token = guard.token();
    guard.text.set(token, out.value());
    guard.length.set(token, out.len());
    guard.position.set(token, end);
    Ok(())
}

fn write(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(text) = args[1].cast::<Str>() else {
        let kind = th.type_name(args[1]);
        return Err(th.type_error(format!("string argument expected, got '{kind}'")));
    };
    let stream = opened(th, args[0])?;
    write_text(th, stream, text)?;
    th.int_from_i64(text.len() as i64)
}

fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<StringIO>(args[0])?;
    let pieces = ValueArray::empty(th)?;
    let guard = th.write(stream)?;
    let token = guard.token();
    guard.text.set(token, Value::UNBOUND);
    guard.pieces.set(token, pieces);
    guard.count.set(token, 0);
    guard.ready.set(token, true);
    Ok(Value::NONE)
}

fn closed(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = th.receiver::<StringIO>(value)?;
    let (ready, closed) = {
        let guard = th.read(stream)?;
        (guard.ready.get(), guard.text.get().is_unbound())
    };
    if !ready {
        return Err(th.value_error("I/O operation on uninitialized object"));
    }
    Ok(Value::from_bool(closed))
}

fn newlines(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let stream = opened(th, value)?;
    let seen = th.read(stream)?.seen.get();
    Newlines { translate: false, pending_cr: false, seen: seen & 7 }.seen_object(th)
}

fn answer_yes(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    opened(th, args[0])?;
    Ok(Value::TRUE)
}

fn getvalue(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = opened(th, args[0])?;
    Ok(joined(th, stream)?.value())
}

fn tell(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = opened(th, args[0])?;
    let position = th.read(stream)?.position.get();
    th.int_from_i64(position as i64)
}

fn seek(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = opened(th, args[0])?;
    let position = th.index_ssize(args[1])?;
    let whence = c_int_or(th, args[2], 0)?;
    if !(0..=2).contains(&whence) {
        return Err(th.value_error(format!("Invalid whence ({whence}, should be 0, 1 or 2)")));
    }
    if position < 0 && whence == 0 {
        return Err(th.value_error(format!("Negative seek position {position}")));
    }
    if whence != 0 && position != 0 {
        return Err(th.raise_message(
            &orochi_vm::exception::classes::OS_ERROR,
            "Can't do nonzero cur-relative seeks",
        ));
    }
    let guard = th.write(stream)?;
    let target = match whence {
        0 => position as usize,
        1 => guard.position.get(),
        _ => guard.length.get(),
    };
    guard.position.set(guard.token(), target);
    guard.thread().int_from_i64(target as i64)
}

/// Takes text from the stream: `measure` says how many characters of what is behind its position.
fn take(
    th: &mut Thread,
    value: Value,
    measure: impl FnOnce(Text<'_>) -> usize,
) -> Result<Value, Raised> {
    let stream = opened(th, value)?;
    let whole = joined(th, stream)?;
    let guard = th.write(stream)?;
    let position = guard.position.get();
    if position >= whole.len() {
        return Ok(guard.thread().vm.empty_str.get().value());
    }
    let rest = whole.text().slice(position..whole.len());
    let count = measure(rest).min(rest.len());
    guard.position.set(guard.token(), position + count);
    if position == 0 && count == whole.len() {
        return Ok(whole.value());
    }
    let part: OwnedText = sequence::slice(rest, 0..count);
    Ok(new_text(guard.thread(), &part)?.value())
}

fn read(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let size = optional_size(th, args[1])?.unwrap_or(-1);
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    take(th, args[0], |_| size)
}

/// Where lines end, by the `newline` argument.
fn line_end(th: &mut Thread, stream: Value) -> Result<fn(Text<'_>) -> usize, Raised> {
    let stream = th.receiver::<StringIO>(stream)?;
    let newline = th.read(stream)?.newline.get();
    let kind = newline.cast::<Str>();
    fn behind(text: Text<'_>, end: &[u8]) -> usize {
        orochi_text::search::find(text, Text::One(end)).map_or(text.len(), |at| at + end.len())
    }
    Ok(match kind.as_ref().and_then(|kind| kind.ascii()) {
        Some("") => |text| {
            let cr = orochi_text::search::find(text, Text::One(b"\r"));
            let lf = orochi_text::search::find(text, Text::One(b"\n"));
            match (cr, lf) {
                (Some(cr), Some(lf)) if lf == cr + 1 => lf + 1,
                (Some(cr), Some(lf)) => cr.min(lf) + 1,
                (Some(at), None) | (None, Some(at)) => at + 1,
                (None, None) => text.len(),
            }
        },
        Some("\r") => |text| behind(text, b"\r"),
        Some("\r\n") => |text| behind(text, b"\r\n"),
        _ => |text| behind(text, b"\n"),
    })
}

fn readline(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let size = optional_size(th, args[1])?.unwrap_or(-1);
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let end = line_end(th, args[0])?;
    take(th, args[0], |rest| end(rest).min(size))
}

fn next(th: &mut Thread, value: Value) -> Result<Option<Value>, Raised> {
    let line = if is_exactly(th, value, &STRING_IO) {
        let end = line_end(th, value)?;
        take(th, value, end)?
    } else {
        let line = call(th, value, "readline", &[])?;
        if line.cast::<Str>().is_none() {
            let kind = th.type_name(line);
            return Err(th.raise_message(
                &orochi_vm::exception::classes::OS_ERROR,
                &format!("readline() should have returned a str object, not '{kind}'"),
            ));
        }
        line
    };
    Ok(if th.length(line)? == 0 { None } else { Some(line) })
}

fn truncate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = opened(th, args[0])?;
    let size = match optional_size(th, args[1])? {
        Some(size) => size,
        None => th.read(stream)?.position.get() as i64,
    };
    let Ok(length) = usize::try_from(size) else {
        return Err(th.value_error(format!("Negative size value {size}")));
    };
    let whole = joined(th, stream)?;
    if length < whole.len() {
        let shorter = new_text(th, &sequence::slice(whole.text(), 0..length))?;
        let guard = th.write(stream)?;
        let token = guard.token();
        guard.text.set(token, shorter.value());
        guard.length.set(token, length);
    }
    th.int_from_i64(size)
}

fn getstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let value = getvalue(th, args)?;
    let stream = opened(th, args[0])?;
    let (newline, position) = {
        let guard = th.read(stream)?;
        (guard.newline.get(), guard.position.get())
    };
    let position = th.int_from_i64(position as i64)?;
    let own = th.own_attributes(args[0])?.copy(th)?;
    let own = if own.len(th)? == 0 { Value::NONE } else { own.value() };
    Ok(Tuple::from_slice(th, &[value, newline, position, own])?.value())
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(parts) = args[1].cast::<Tuple>().filter(|parts| parts.len() >= 4) else {
        let (class, kind) = (th.type_name(args[0]), th.type_name(args[1]));
        return Err(
            th.type_error(format!("{class}.__setstate__ argument should be 4-tuple, got {kind}"))
        );
    };
    // The text was translated when it was written: as it is now, it stays.
    let plain = th.intern("\n")?.value();
    init(th, &[args[0], parts.get(0), plain])?;
    let position = th.index_ssize(parts.get(2))?;
    let Ok(position) = usize::try_from(position) else {
        return Err(th.value_error("position value cannot be negative"));
    };
    let stream = th.receiver::<StringIO>(args[0])?;
    {
        let guard = th.write(stream)?;
        guard.newline.set(guard.token(), parts.get(1));
        guard.position.set(guard.token(), position);
    }
    restore_attributes(th, args[0], parts.get(3))
}
