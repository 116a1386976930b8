//! Where a buffered stream is.

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;

use super::super::{base, call, errors};
use super::object::{Buffered, locked, raw_of, receiver, with};
use super::{raw, write};
use crate::argument::{c_int_or, c_long};

pub(super) fn tell(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    raw_of(th, stream)?;
    let place = raw::tell(th, stream)?;
    let offset =
        with(th, stream, |buffer| buffer.pending.len() as i64 - buffer.available().len() as i64)?;
    th.int_from_i64((place + offset).max(0))
}

pub(super) fn seek(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let whence = c_int_or(th, args[2], 0)?;
    if !(0..=2).contains(&whence) && whence != libc::SEEK_HOLE && whence != libc::SEEK_DATA {
        return Err(th.value_error(format!("whence value {whence} unsupported")));
    }
    let raw = raw::check_open(th, stream, "seek of closed file")?;
    base::check_seekable(th, raw)?;
    let target = c_long(th, args[1])?;
    if whence <= libc::SEEK_CUR
        && let Some(place) = inside(th, stream, target, whence)?
    {
        return th.int_from_i64(place);
    }
    let place = locked(th, stream, |th| {
        if with(th, stream, |buffer| buffer.writable)? {
            write::flush_pending(th, stream)?;
        }
        let ahead = with(th, stream, |buffer| buffer.available().len() as i64)?;
        let target = if whence == libc::SEEK_CUR { target - ahead } else { target };
        let place = raw::seek(th, stream, target, whence)?;
        with(th, stream, super::object::Buffer::forget)?;
        Ok(place)
    })?;
    th.int_from_i64(place)
}

/// Moves inside what was read ahead, if the target lies there.
fn inside(
    th: &mut Thread,
    stream: Ref<Buffered>,
    target: i64,
    whence: i32,
) -> Result<Option<i64>, Raised> {
    if with(th, stream, |buffer| !buffer.readable || buffer.ahead.is_empty())? {
        return Ok(None);
    }
    let place = raw::place(th, stream)?;
    with(th, stream, |buffer| {
        let length = buffer.ahead.len() as i64;
        let first = place - length;
        let wanted = match whence {
            libc::SEEK_CUR => (first + buffer.at as i64).checked_add(target)?,
            _ => target,
        };
        // Not at the very end: there the next read must look at the file anyway.
        if !buffer.lock.is_free() || wanted < first || wanted > place || wanted < 0 {
            return None;
        }
        buffer.at = (wanted - first) as usize;
        Some(wanted)
    })
}

pub(super) fn truncate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let raw = raw::check_open(th, stream, "truncate of closed file")?;
    if !with(th, stream, |buffer| buffer.writable)? {
        return Err(errors::unsupported(th, "truncate"));
    }
    locked(th, stream, |th| {
        write::flush_pending(th, stream)?;
        write::rewind(th, stream)?;
        let position = if args[1].is_unbound() { Value::NONE } else { args[1] };
        let result = call(th, raw, "truncate", &[position])?;
        raw::tell(th, stream)?;
        Ok(result)
    })
}
