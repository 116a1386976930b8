//! Writing.

use orochi_text::Text;
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::str::Str;

use super::super::newline::contains;
use super::super::{buffered, call, errors, is_exactly};
use super::TEXT_IO_WRAPPER;
use super::codec::{encode_native, reset_decoder};
use super::object::{Native, TextStream, buffer_of, open_buffer, set_decoded, with};
use crate::argument::new_text;
use crate::posix::blocking::irrevocable;

/// What a write needs to know of the stream.
struct Plan {
    native: Option<Native>,
    handler: orochi_text::codec::Handler,
    end: Option<&'static str>,
    line_buffering: bool,
    write_through: bool,
    /// Something was read, and its position kept: that is no longer where the stream is.
    has_read: bool,
}

pub(super) fn write(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<TextStream>(args[0])?;
    let Some(text) = args[1].cast::<Str>() else {
        let kind = th.type_name(args[1]);
        return Err(th.type_error(format!("write() argument must be str, not {kind}")));
    };
    irrevocable(th)?;
    open_buffer(th, stream)?;
    let (plan, writable) = with(th, stream, |state| {
        let plan = Plan {
            native: state.native,
            handler: state.handler,
            end: state.written_end,
            line_buffering: state.line_buffering,
            write_through: state.write_through,
            has_read: state.snapshot.is_some(),
        };
        (plan, state.writable)
    })?;
    if !writable {
        return Err(errors::unsupported(th, "not writable"));
    }
    let has_end = (plan.end.is_some() || plan.line_buffering) && contains(text.text(), b'\n');
    let mut encoded = text;
    if let (true, Some(end)) = (has_end, plan.end) {
        let replaced = orochi_text::search::replace(
            text.text(),
            Text::One(b"\n"),
            Text::One(end.as_bytes()),
            None,
        );
        if let Ok(Some(replaced)) = replaced {
            encoded = new_text(th, &replaced)?;
        }
    }
    let flush = plan.line_buffering && (has_end || contains(text.text(), b'\r'));
    let kept = match (plan.native, encoded.ascii()) {
        (Some(_), Some(ascii)) => keep(th, stream, ascii.as_bytes())?,
        (Some(native), None) => {
            let bytes = encode_native(th, native, plan.handler, encoded)?;
            keep(th, stream, &bytes)?
        }
        (None, _) => {
            let encoder = th.read(stream)?.encoder.get();
            let bytes = call(th, encoder, "encode", &[encoded.value()])?;
            let Some(bytes) = bytes.cast::<Bytes>() else {
                let kind = th.type_name(bytes);
                return Err(
                    th.type_error(format!("encoder should return a bytes object, not '{kind}'"))
                );
            };
            keep(th, stream, bytes.as_slice())?
        }
    };
    if flush || kept || plan.write_through {
        write_pending(th, stream)?;
    }
    if flush {
        flush_buffer(th, stream)?;
    }
    // Where positions cannot be told, what was decoded stays to be read.
    if plan.has_read {
        set_decoded(th, stream, Value::UNBOUND)?;
        with(th, stream, |state| state.snapshot = None)?;
        reset_decoder(th, stream)?;
    }
    th.int_from_i64(text.len() as i64)
}

/// Writes ASCII text as `write` would, if the stream is a `TextIOWrapper` that nobody has changed
/// and whose encoding is a native one; whether it is. Without text it only answers.
pub(crate) fn write_ascii(th: &mut Thread, stream: Value, ascii: &[u8]) -> Result<bool, Raised> {
    if !is_exactly(th, stream, &TEXT_IO_WRAPPER) {
        return Ok(false);
    }
    let Some(text_stream) = stream.cast::<TextStream>() else { return Ok(false) };
    if th.own_attribute(stream, name!(th, "write"))?.is_some() {
        return Ok(false);
    }
    let (plain, line_buffering, write_through) = with(th, text_stream, |state| {
        let plain = state.native.is_some()
            && state.writable
            && state.written_end.is_none()
            && state.snapshot.is_none()
            && state.used == 0
            && state.undecoded.is_empty();
        (plain, state.line_buffering, state.write_through)
    })?;
    if !plain || !th.read(text_stream)?.decoded.get().is_unbound() {
        return Ok(false);
    }
    if ascii.is_empty() {
        return Ok(true);
    }
    irrevocable(th)?;
    open_buffer(th, text_stream)?;
    let flush = line_buffering && ascii.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
    let full = keep(th, text_stream, ascii)?;
    if flush || full || write_through {
        write_pending(th, text_stream)?;
    }
    if flush {
        flush_buffer(th, text_stream)?;
    }
    Ok(true)
}

/// Keeps encoded text; whether there is now so much that it should be written.
fn keep(th: &mut Thread, stream: Ref<TextStream>, bytes: &[u8]) -> Result<bool, Raised> {
    // Small pieces are collected, but not together with what is large by itself.
    let crowded = with(th, stream, |state| {
        !state.pending.is_empty() && state.pending.len() + bytes.len() > state.chunk
    })?;
    if crowded {
        write_pending(th, stream)?;
    }
    with(th, stream, |state| {
        state.pending.extend_from_slice(bytes);
        state.pending.len() >= state.chunk
    })
}

/// Gives the binary stream what is pending.
pub(super) fn write_pending(th: &mut Thread, stream: Ref<TextStream>) -> Result<(), Raised> {
    let mut pending = with(th, stream, |state| std::mem::take(&mut state.pending))?;
    if pending.is_empty() {
        return Ok(());
    }
    let buffer = buffer_of(th, stream)?;
    match buffered::native(th, buffer) {
        Some(native) => {
            buffered::write_native(th, native, &pending)?;
            // The memory is used again, unless somebody has written meanwhile.
            pending.clear();
            with(th, stream, |state| {
                if state.pending.is_empty() {
                    std::mem::swap(&mut state.pending, &mut pending);
                }
            })?;
        }
        None => {
            let bytes = th.new_bytes(&pending)?.value();
            call(th, buffer, "write", &[bytes])?;
        }
    }
    Ok(())
}

fn flush_buffer(th: &mut Thread, stream: Ref<TextStream>) -> Result<(), Raised> {
    let buffer = buffer_of(th, stream)?;
    match buffered::native(th, buffer) {
        Some(native) => buffered::flush_native(th, native),
        None => call(th, buffer, "flush", &[]).map(drop),
    }
}

pub(super) fn flush(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<TextStream>(args[0])?;
    irrevocable(th)?;
    let buffer = open_buffer(th, stream)?;
    with(th, stream, |state| state.telling = state.seekable)?;
    write_pending(th, stream)?;
    call(th, buffer, "flush", &[])
}
