//! Reading.

use std::ops::Range;

use orochi_text::{Text, TextBuf, sequence};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::str::Str;

use super::super::{buffered, call, errors, is_exactly};
use super::TEXT_IO_WRAPPER;
use super::codec::{decode, get_state};
use super::object::{LineEnd, TextStream, buffer_of, open_buffer, set_decoded, with};
use super::write::write_pending;
use crate::argument::{new_text, optional_size};

fn check_readable(th: &mut Thread, stream: Ref<TextStream>) -> Result<(), Raised> {
    if with(th, stream, |state| state.readable)? {
        Ok(())
    } else {
        Err(errors::unsupported(th, "not readable"))
    }
}

/// Bytes that a method of the binary stream has returned.
fn bytes_from(th: &Thread, value: Value, method: &str) -> Result<Vec<u8>, Raised> {
    match value.cast::<Bytes>() {
        Some(bytes) => Ok(bytes.as_slice().to_vec()),
        None => {
            let kind = th.type_name(value);
            Err(th.type_error(format!(
                "underlying {method}() should have returned a bytes-like object, not '{kind}'"
            )))
        }
    }
}

/// Reads and decodes the next chunk; false at the end.
pub(super) fn read_chunk(
    th: &mut Thread,
    stream: Ref<TextStream>,
    hint: usize,
) -> Result<bool, Raised> {
    check_readable(th, stream)?;
    let (telling, chunk, ratio, has_read1) =
        with(th, stream, |s| (s.telling, s.chunk, s.ratio, s.has_read1))?;
    let before = if telling { Some(get_state(th, stream)?) } else { None };
    let wanted = chunk.max((hint as f64 * ratio) as usize);
    let buffer = buffer_of(th, stream)?;
    let input = match buffered::native(th, buffer) {
        Some(native) => buffered::read_chunk(th, native, wanted)?,
        None => {
            let method = if has_read1 { "read1" } else { "read" };
            let size = th.int_from_i64(wanted as i64)?;
            let bytes = call(th, buffer, method, &[size])?;
            if th.is_bytes_like(bytes) {
                crate::bytes_like::copy(th, bytes)?
            } else {
                bytes_from(th, bytes, method)?
            }
        }
    };
    let last = input.is_empty();
    let text = decode(th, stream, &input, last)?;
    let guard = th.write(stream)?;
    guard.decoded.set(guard.token(), text.value());
    let mut state = guard.state.get().get(guard.token());
    state.used = 0;
    state.ratio = if text.is_empty() { 0.0 } else { input.len() as f64 / text.len() as f64 };
    if let Some((mut bytes, flags)) = before {
        bytes.extend_from_slice(&input);
        state.snapshot = Some((flags, bytes));
    }
    Ok(!last || !text.is_empty())
}

/// A part of a text as a string.
fn part(th: &Thread, text: Ref<Str>, range: Range<usize>) -> Result<Ref<Str>, Raised> {
    if range.start == 0 && range.end == text.len() {
        return Ok(text);
    }
    match text.text() {
        Text::One(units) => Str::from_text(th, Text::One(&units[range])),
        wide => new_text(th, &sequence::slice(wide, range)),
    }
}

/// The decoded text that was not read yet, and where in it the unread part begins.
fn unread(th: &mut Thread, stream: Ref<TextStream>) -> Result<Option<(Ref<Str>, usize)>, Raised> {
    let guard = th.write(stream)?;
    let used = guard.state.get().get(guard.token()).used;
    Ok(guard.decoded.get().cast::<Str>().map(|text| (text, used.min(text.len()))))
}

/// Takes up to `count` characters of the decoded text.
fn take(th: &mut Thread, stream: Ref<TextStream>, count: usize) -> Result<Ref<Str>, Raised> {
    let Some((text, used)) = unread(th, stream)? else { return Ok(th.vm.empty_str.get()) };
    let end = used + count.min(text.len() - used);
    with(th, stream, |state| state.used = end)?;
    part(th, text, used..end)
}

pub(super) fn read(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<TextStream>(args[0])?;
    let size = optional_size(th, args[1])?.unwrap_or(-1);
    let buffer = open_buffer(th, stream)?;
    check_readable(th, stream)?;
    write_pending(th, stream)?;
    let Ok(size) = usize::try_from(size) else { return read_all(th, stream, buffer) };
    let first = take(th, stream, size)?;
    if first.len() == size {
        return Ok(first.value());
    }
    let mut out = TextBuf::new();
    out.push_text(first.text());
    while out.len() < size && read_chunk(th, stream, size - out.len())? {
        let more = take(th, stream, size - out.len())?;
        out.push_text(more.text());
    }
    Ok(new_text(th, &out.finish())?.value())
}

fn read_all(th: &mut Thread, stream: Ref<TextStream>, buffer: Value) -> Result<Value, Raised> {
    let input = match buffered::native(th, buffer) {
        Some(native) => buffered::read_all_bytes(th, native)?,
        None => {
            let bytes = call(th, buffer, "read", &[])?;
            if bytes.is_none() {
                return Err(errors::would_block(th, "Read returned None.", 0));
            }
            if th.is_bytes_like(bytes) {
                crate::bytes_like::copy(th, bytes)?
            } else {
                bytes_from(th, bytes, "read")?
            }
        }
    };
    let rest = decode(th, stream, &input, true)?;
    let first = take(th, stream, usize::MAX)?;
    set_decoded(th, stream, Value::UNBOUND)?;
    with(th, stream, |state| state.snapshot = None)?;
    if first.is_empty() {
        return Ok(rest.value());
    }
    let joined = sequence::concat(first.text(), rest.text());
    Ok(new_text(th, &joined)?.value())
}

/// Where a line ends in a text: behind its end; `None` if it does not.
fn line_length(text: Text<'_>, end: LineEnd) -> Option<usize> {
    let find = |character: u8| orochi_text::search::find(text, Text::One(&[character]));
    match end {
        LineEnd::Translated | LineEnd::Lf => find(b'\n').map(|at| at + 1),
        LineEnd::Cr => find(b'\r').map(|at| at + 1),
        LineEnd::CrLf => orochi_text::search::find(text, Text::One(b"\r\n")).map(|at| at + 2),
        LineEnd::Any => match (find(b'\r'), find(b'\n')) {
            (Some(cr), Some(lf)) if lf == cr + 1 => Some(lf + 1),
            (Some(cr), lf) if lf.is_none_or(|lf| cr < lf) => Some(cr + 1),
            (_, lf) => lf.map(|at| at + 1),
        },
    }
}

/// The next line, up to `limit` characters.
fn line(th: &mut Thread, stream: Ref<TextStream>, limit: usize) -> Result<Ref<Str>, Raised> {
    open_buffer(th, stream)?;
    if !with(th, stream, |state| state.pending.is_empty())? {
        write_pending(th, stream)?;
    }
    let end = with(th, stream, |state| state.line_end)?;
    let mut line: Option<TextBuf> = None;
    loop {
        let (text, used) = match unread(th, stream)? {
            Some((text, used)) if used < text.len() => (text, used),
            _ => {
                // A chunk may hold nothing but the beginning of a character.
                let more = read_chunk(th, stream, 0)?;
                if !more {
                    set_decoded(th, stream, Value::UNBOUND)?;
                    with(th, stream, |state| state.snapshot = None)?;
                    break;
                }
                continue;
            }
        };
        let rest = text.text().slice(used..text.len());
        let so_far = line.as_ref().map_or(0, TextBuf::len);
        let split = end == LineEnd::CrLf
            && line
                .as_ref()
                .is_some_and(|line| line.as_text().get(so_far - 1) == Some(u32::from('\r')))
            && rest.get(0) == Some(u32::from('\n'));
        let found = if split { Some(1) } else { line_length(rest, end) };
        let length = found.unwrap_or(rest.len());
        let room = limit - so_far;
        let (length, complete) =
            if length > room { (room, true) } else { (length, found.is_some() || length == room) };
        with(th, stream, |state| state.used = used + length)?;
        match (&mut line, complete) {
            (None, true) => return part(th, text, used..used + length),
            (Some(line), _) => line.push_text(rest.slice(0..length)),
            (None, false) => {
                let mut begun = TextBuf::new();
                begun.push_text(rest.slice(0..length));
                line = Some(begun);
            }
        }
        if complete {
            break;
        }
    }
    match line {
        Some(line) => new_text(th, &line.finish()),
        None => Ok(th.vm.empty_str.get()),
    }
}

pub(super) fn readline(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<TextStream>(args[0])?;
    let limit = if args[1].is_unbound() { -1 } else { th.index_ssize(args[1])? };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if limit == 0 {
        open_buffer(th, stream)?;
        return Ok(th.vm.empty_str.get().value());
    }
    Ok(line(th, stream, limit)?.value())
}

/// The next line; while there are any, `tell` does not work.
pub(super) fn next(th: &mut Thread, value: Value) -> Result<Option<Value>, Raised> {
    let stream = th.receiver::<TextStream>(value)?;
    with(th, stream, |state| state.telling = false)?;
    let line = if is_exactly(th, value, &TEXT_IO_WRAPPER) {
        line(th, stream, usize::MAX)?
    } else {
        let line = call(th, value, "readline", &[])?;
        match line.cast::<Str>() {
            Some(line) => line,
            None => {
                let kind = th.type_name(line);
                return Err(th.raise_message(
                    &classes::OS_ERROR,
                    &format!("readline() should have returned a str object, not '{kind}'"),
                ));
            }
        }
    };
    if line.is_empty() {
        with(th, stream, |state| {
            state.snapshot = None;
            state.telling = state.seekable;
        })?;
        return Ok(None);
    }
    Ok(Some(line.value()))
}
