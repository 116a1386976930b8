//! Reading.

use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;

use super::super::{call, file};
use super::object::{Buffer, Buffered, is_native_class, locked, raw_of, receiver, with};
use super::{raw, write};
use crate::argument::optional_size;
use crate::bytes_like;

/// Takes what is wanted out of the buffer alone, if nobody is using the raw stream.
fn at_once<R>(
    th: &mut Thread,
    stream: Ref<Buffered>,
    act: impl FnOnce(&mut Buffer) -> Option<R>,
) -> Result<Option<R>, Raised> {
    with(th, stream, |buffer| if buffer.lock.is_free() { act(buffer) } else { None })
}

/// Before reading from the raw stream: writes what is pending. The lock is held.
fn prepare(th: &mut Thread, stream: Ref<Buffered>) -> Result<(), Raised> {
    if with(th, stream, |buffer| buffer.writable && !buffer.pending.is_empty())? {
        write::flush_pending(th, stream)?;
    }
    Ok(())
}

/// Reads ahead once; how many bytes, or `None` if the raw stream would have to wait. The lock is
/// held, and nothing read ahead is left.
fn fill(th: &mut Thread, stream: Ref<Buffered>) -> Result<Option<usize>, Raised> {
    let (mut ahead, size) = with(th, stream, |buffer| {
        buffer.forget();
        (std::mem::take(&mut buffer.ahead), buffer.size)
    })?;
    let result = raw::read(th, stream, size, &mut ahead);
    with(th, stream, |buffer| {
        buffer.ahead = ahead;
        buffer.at = 0;
    })?;
    result
}

/// Reads `count` bytes or up to the end; `None` if there is nothing and it would have to wait.
/// The lock is held.
fn read_count(
    th: &mut Thread,
    stream: Ref<Buffered>,
    count: usize,
) -> Result<Option<Vec<u8>>, Raised> {
    let mut out = Vec::new();
    with(th, stream, |buffer| buffer.take(count, &mut out))?;
    prepare(th, stream)?;
    let size = with(th, stream, |buffer| buffer.size)?;
    while out.len() < count {
        let wanted = count - out.len();
        let got = if wanted >= size {
            with(th, stream, Buffer::forget)?;
            raw::read(th, stream, wanted - wanted % size, &mut out)?
        } else {
            let got = fill(th, stream)?;
            with(th, stream, |buffer| buffer.take(wanted, &mut out))?;
            got
        };
        match got {
            Some(0) => break,
            Some(_) => {}
            None if out.is_empty() => return Ok(None),
            None => break,
        }
    }
    Ok(Some(out))
}

/// Reads up to the end; `None` if there is nothing and it would have to wait. The lock is held.
fn read_all(th: &mut Thread, stream: Ref<Buffered>) -> Result<Option<Vec<u8>>, Raised> {
    let mut out = Vec::new();
    with(th, stream, |buffer| {
        buffer.take(usize::MAX, &mut out);
        buffer.forget();
    })?;
    prepare(th, stream)?;
    let raw = raw_of(th, stream)?;
    with(th, stream, |buffer| buffer.place = None)?;
    if let Some(fd) = file::plain_descriptor(th, raw)? {
        let got = file::read_to_end(th, fd, &mut out)?;
        return Ok(if got.is_none() && out.is_empty() { None } else { Some(out) });
    }
    if let Some(readall) = th.find_attribute(raw, name!(th, "readall"))? {
        let rest = th.call(readall, &[])?;
        if rest.is_none() {
            return Ok(if out.is_empty() { None } else { Some(out) });
        }
        let Some(rest) = rest.cast::<Bytes>() else {
            return Err(th.type_error("readall() should return bytes"));
        };
        out.extend_from_slice(rest.as_slice());
        return Ok(Some(out));
    }
    loop {
        let part = call(th, raw, "read", &[])?;
        if part.is_none() {
            return Ok(if out.is_empty() { None } else { Some(out) });
        }
        let Some(part) = part.cast::<Bytes>() else {
            return Err(th.type_error("read() should return bytes"));
        };
        if part.is_empty() {
            return Ok(Some(out));
        }
        out.extend_from_slice(part.as_slice());
    }
}

fn bytes_or_none(th: &Thread, bytes: Option<Vec<u8>>) -> Result<Value, Raised> {
    match bytes {
        Some(bytes) => Ok(th.new_bytes(&bytes)?.value()),
        None => Ok(Value::NONE),
    }
}

pub(super) fn read(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let size = optional_size(th, args[1])?.unwrap_or(-1);
    if size < -1 {
        return Err(th.value_error("read length must be non-negative or -1"));
    }
    raw::check_open(th, stream, "read of closed file")?;
    let Ok(count) = usize::try_from(size) else {
        let all = locked(th, stream, |th| read_all(th, stream))?;
        return bytes_or_none(th, all);
    };
    let quick = at_once(th, stream, |buffer| {
        (buffer.available().len() >= count).then(|| {
            let mut out = Vec::with_capacity(count);
            buffer.take(count, &mut out);
            out
        })
    })?;
    let read = match quick {
        Some(out) => Some(out),
        None => locked(th, stream, |th| read_count(th, stream, count))?,
    };
    bytes_or_none(th, read)
}

/// Up to `count` bytes with at most one read of the raw stream; empty at the end.
fn read_once(th: &mut Thread, stream: Ref<Buffered>, count: usize) -> Result<Vec<u8>, Raised> {
    let take = |buffer: &mut Buffer| {
        let mut out = Vec::new();
        (buffer.take(count, &mut out) > 0).then_some(out)
    };
    if let Some(out) = at_once(th, stream, take)? {
        return Ok(out);
    }
    if count == 0 {
        return Ok(Vec::new());
    }
    locked(th, stream, |th| {
        if let Some(out) = with(th, stream, take)? {
            return Ok(out);
        }
        prepare(th, stream)?;
        let size = with(th, stream, |buffer| buffer.size)?;
        let mut out = Vec::new();
        if count >= size {
            with(th, stream, Buffer::forget)?;
            raw::read(th, stream, count, &mut out)?;
        } else {
            fill(th, stream)?;
            with(th, stream, |buffer| buffer.take(count, &mut out))?;
        }
        Ok(out)
    })
}

/// As `read1`, for the text layer.
pub(crate) fn read_chunk(
    th: &mut Thread,
    stream: Ref<Buffered>,
    count: usize,
) -> Result<Vec<u8>, Raised> {
    raw::check_open(th, stream, "read of closed file")?;
    read_once(th, stream, count)
}

/// As `read()`, for the text layer.
pub(crate) fn read_all_bytes(th: &mut Thread, stream: Ref<Buffered>) -> Result<Vec<u8>, Raised> {
    raw::check_open(th, stream, "read of closed file")?;
    Ok(locked(th, stream, |th| read_all(th, stream))?.unwrap_or_default())
}

pub(super) fn read1(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let size = if args[1].is_unbound() { -1 } else { th.index_ssize(args[1])? };
    raw::check_open(th, stream, "read of closed file")?;
    let count = match usize::try_from(size) {
        Ok(count) => count,
        Err(_) => with(th, stream, |buffer| buffer.size)?,
    };
    let out = read_once(th, stream, count)?;
    Ok(th.new_bytes(&out)?.value())
}

fn into(th: &mut Thread, args: &[Value], once: bool) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let length = bytes_like::writable_length(th, args[1])?;
    raw::check_open(th, stream, "readinto of closed file")?;
    let out = if once {
        let (ahead, size) = with(th, stream, |b| (b.available().len(), b.size))?;
        let mut out = read_once(th, stream, length)?;
        // What was ahead costs no read: one more is allowed if it is worth it.
        if ahead > 0 && length.saturating_sub(out.len()) > size {
            let rest = length - out.len();
            locked(th, stream, |th| {
                prepare(th, stream)?;
                raw::read(th, stream, rest, &mut out).map(drop)
            })?;
        }
        Some(out)
    } else {
        locked(th, stream, |th| read_count(th, stream, length))?
    };
    let Some(out) = out else { return Ok(Value::NONE) };
    bytes_like::fill(th, args[1], 0, &out)?;
    th.int_from_i64(out.len() as i64)
}

pub(super) fn readinto(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    into(th, args, false)
}

pub(super) fn readinto1(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    into(th, args, true)
}

pub(super) fn peek(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    raw::check_open(th, stream, "peek of closed file")?;
    let ahead = locked(th, stream, |th| {
        if with(th, stream, |buffer| buffer.available().is_empty())? {
            prepare(th, stream)?;
            fill(th, stream)?;
        }
        with(th, stream, |buffer| buffer.available().to_vec())
    })?;
    Ok(th.new_bytes(&ahead)?.value())
}

/// Takes a line, or as much of one as is there; whether it is whole.
fn take_line(buffer: &mut Buffer, limit: usize, out: &mut Vec<u8>) -> bool {
    let available = buffer.available();
    let most = available.len().min(limit - out.len().min(limit));
    let end = orochi_text::search::find_bytes(&available[..most], b"\n");
    let count = end.map_or(most, |end| end + 1);
    buffer.take(count, out);
    end.is_some() || out.len() >= limit
}

fn line(th: &mut Thread, stream: Ref<Buffered>, limit: usize) -> Result<Vec<u8>, Raised> {
    raw::check_open(th, stream, "readline of closed file")?;
    let quick = at_once(th, stream, |buffer| {
        let available = buffer.available();
        let most = available.len().min(limit);
        let end = orochi_text::search::find_bytes(&available[..most], b"\n");
        let count = end.map(|end| end + 1).or((most == limit).then_some(most))?;
        let mut out = Vec::new();
        buffer.take(count, &mut out);
        Some(out)
    })?;
    if let Some(out) = quick {
        return Ok(out);
    }
    locked(th, stream, |th| {
        let mut out = Vec::new();
        prepare(th, stream)?;
        while !with(th, stream, |buffer| take_line(buffer, limit, &mut out))? {
            match fill(th, stream)? {
                Some(0) | None => break,
                Some(_) => {}
            }
        }
        Ok(out)
    })
}

pub(super) fn readline(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let limit = optional_size(th, args[1])?.unwrap_or(-1);
    let line = line(th, stream, usize::try_from(limit).unwrap_or(usize::MAX))?;
    Ok(th.new_bytes(&line)?.value())
}

/// The next line.
pub(super) fn next(th: &mut Thread, value: Value) -> Result<Option<Value>, Raised> {
    let stream = receiver(th, value)?;
    if is_native_class(th, value) {
        let line = line(th, stream, usize::MAX)?;
        return if line.is_empty() { Ok(None) } else { Ok(Some(th.new_bytes(&line)?.value())) };
    }
    let line = call(th, value, "readline", &[])?;
    let Some(line) = line.cast::<Bytes>() else {
        let kind = th.type_name(line);
        return Err(th.raise_message(
            &classes::OS_ERROR,
            &format!("readline() should have returned a bytes object, not '{kind}'"),
        ));
    };
    Ok((!line.is_empty()).then(|| line.value()))
}
