//! Writing.

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;

use super::super::{call, errors};
use super::object::{Buffered, locked, raw_of, receiver, with};
use super::raw;
use crate::bytes_like;
use crate::posix::blocking::irrevocable;

const BLOCKED: &str = "write could not complete without blocking";

/// Writes what is pending. The lock is held.
pub(super) fn flush_pending(th: &mut Thread, stream: Ref<Buffered>) -> Result<(), Raised> {
    let mut pending = with(th, stream, |buffer| std::mem::take(&mut buffer.pending))?;
    let mut done = 0;
    let mut outcome = Ok(());
    while done < pending.len() {
        match raw::write(th, stream, &pending[done..]) {
            Ok(Some(taken)) => done += taken,
            Ok(None) => {
                outcome = Err(errors::would_block(th, BLOCKED, 0));
                break;
            }
            Err(raised) => {
                outcome = Err(raised);
                break;
            }
        }
        if let Err(raised) = th.poll() {
            outcome = Err(raised);
            break;
        }
    }
    // The memory is used again; what was not written stays.
    pending.drain(..done);
    with(th, stream, |buffer| buffer.pending = pending)?;
    outcome
}

/// Moves the raw stream back to where the program believes to be. The lock is held.
pub(super) fn rewind(th: &mut Thread, stream: Ref<Buffered>) -> Result<(), Raised> {
    let ahead = with(th, stream, |buffer| {
        let ahead = buffer.available().len() as i64;
        buffer.forget();
        ahead
    })?;
    if ahead != 0 {
        raw::seek(th, stream, -ahead, libc::SEEK_CUR)?;
    }
    Ok(())
}

/// Writes bytes through the buffer; for the text layer too.
pub(crate) fn write_native(
    th: &mut Thread,
    stream: Ref<Buffered>,
    bytes: &[u8],
) -> Result<usize, Raised> {
    irrevocable(th)?;
    raw::check_open(th, stream, "write to closed file")?;
    let fits = with(th, stream, |buffer| {
        let room = buffer.size.saturating_sub(buffer.pending.len());
        let fits = buffer.lock.is_free() && buffer.available().is_empty() && bytes.len() <= room;
        if fits {
            buffer.pending.extend_from_slice(bytes);
        }
        fits
    })?;
    if fits {
        return Ok(bytes.len());
    }
    locked(th, stream, |th| {
        // While this thread waited for the lock, another may have closed the stream.
        raw::check_open(th, stream, "write to closed file")?;
        rewind(th, stream)?;
        write_locked(th, stream, bytes)
    })
}

fn write_locked(th: &mut Thread, stream: Ref<Buffered>, bytes: &[u8]) -> Result<usize, Raised> {
    let size = with(th, stream, |buffer| buffer.size)?;
    if with(th, stream, |buffer| buffer.pending.len() + bytes.len() > size)?
        && let Err(raised) = flush_pending(th, stream)
    {
        return after_blocked_flush(th, stream, bytes, raised);
    }
    let mut done = 0;
    while bytes.len() - done > size {
        match raw::write(th, stream, &bytes[done..])? {
            Some(taken) => done += taken,
            None => {
                // As much as fits is kept.
                let kept = size.min(bytes.len() - done);
                with(th, stream, |buffer| {
                    buffer.pending.extend_from_slice(&bytes[done..done + kept]);
                })?;
                return Err(errors::would_block(th, BLOCKED, done + kept));
            }
        }
        th.poll()?;
    }
    with(th, stream, |buffer| buffer.pending.extend_from_slice(&bytes[done..]))?;
    Ok(bytes.len())
}

/// The raw stream has not taken everything that was pending: what still fits is kept.
#[cold]
fn after_blocked_flush(
    th: &mut Thread,
    stream: Ref<Buffered>,
    bytes: &[u8],
    raised: Raised,
) -> Result<usize, Raised> {
    if !th.raised_is(raised, &orochi_vm::exception::classes::BLOCKING_IO_ERROR) {
        return Err(raised);
    }
    th.take_exception();
    let kept = with(th, stream, |buffer| {
        let room = buffer.size.saturating_sub(buffer.pending.len());
        let kept = room.min(bytes.len());
        buffer.pending.extend_from_slice(&bytes[..kept]);
        kept
    })?;
    if kept == bytes.len() {
        return Ok(kept);
    }
    Err(errors::would_block(th, BLOCKED, kept))
}

pub(super) fn write(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    let bytes = bytes_like::input(th, args[1])?;
    let count = write_native(th, stream, &bytes)?;
    th.int_from_i64(count as i64)
}

/// Writes what is pending, and lets the raw stream do the same; for the text layer too.
pub(crate) fn flush_native(th: &mut Thread, stream: Ref<Buffered>) -> Result<(), Raised> {
    irrevocable(th)?;
    let raw = raw::check_open(th, stream, "flush of closed file")?;
    let idle = with(th, stream, |buffer| {
        buffer.lock.is_free() && buffer.pending.is_empty() && buffer.available().is_empty()
    })?;
    if !idle {
        locked(th, stream, |th| {
            flush_pending(th, stream)?;
            if with(th, stream, |buffer| buffer.readable)? { rewind(th, stream) } else { Ok(()) }
        })?;
    }
    if super::super::is_exactly(th, raw, &super::super::file::FILE_IO) {
        return Ok(());
    }
    let raw = raw_of(th, stream)?;
    call(th, raw, "flush", &[]).map(drop)
}

pub(super) fn flush(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = receiver(th, args[0])?;
    flush_native(th, stream)?;
    Ok(Value::NONE)
}
