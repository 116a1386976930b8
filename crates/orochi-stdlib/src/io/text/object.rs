//! The state of a text stream.

use orochi_text::codec::Handler;
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Header, Value};
use orochi_vm::heap_object;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;

use super::super::newline::Newlines;
use super::super::{base, buffered, errors};
use super::TEXT_IO_WRAPPER;
use crate::native_state::NativeState;

heap_object! {
    /// A text stream.
    pub struct TextStream: TEXT_IO_WRAPPER {
        values {
            /// The binary stream; unbound before `__init__` and after `detach`.
            buffer: Value,
            /// The name of the encoding: a str.
            encoding: Value,
            /// The name of the error handler: a str.
            errors: Value,
            /// The incremental decoder, if the encoding is no native one.
            decoder: Value,
            /// The incremental encoder, likewise.
            encoder: Value,
            /// Text that was decoded and not read yet: a str, or unbound.
            decoded: Value,
        }
        storage {}
        data {
            /// All else.
            state: NativeState<State>,
        }
    }
}

/// The encodings that need no codec object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Native {
    /// UTF-8
    Utf8,
    /// ASCII
    Ascii,
    /// ISO 8859-1
    Latin1,
}

/// Where lines end when reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// At `\n`; all others have been translated.
    #[default]
    Translated,
    /// At any of the three.
    Any,
    /// At `\n` only.
    Lf,
    /// At `\r` only.
    Cr,
    /// At `\r\n` only.
    CrLf,
}

/// What a text stream keeps outside the heap.
#[derive(Clone, Debug)]
pub struct State {
    pub(super) detached: bool,
    pub(super) finalizing: bool,
    pub(super) readable: bool,
    pub(super) writable: bool,
    pub(super) seekable: bool,
    /// `tell` works: no iteration is under way.
    pub(super) telling: bool,
    pub(super) line_buffering: bool,
    pub(super) write_through: bool,
    /// The binary stream has `read1`.
    pub(super) has_read1: bool,
    /// How many bytes are read or kept at once.
    pub(super) chunk: usize,
    pub(super) native: Option<Native>,
    /// The error handler, for native encodings.
    pub(super) handler: Handler,
    pub(super) line_end: LineEnd,
    /// What `\n` is written as, if not as itself.
    pub(super) written_end: Option<&'static str>,
    /// Native decoding: bytes of an incomplete character.
    pub(super) undecoded: Vec<u8>,
    /// Native decoding: line ends.
    pub(super) newlines: Newlines,
    /// How many characters of the decoded text have been read.
    pub(super) used: usize,
    /// Bytes a character in the last chunk.
    pub(super) ratio: f64,
    /// Decoder flags where the last chunk began, and the bytes fed since.
    pub(super) snapshot: Option<(u64, Vec<u8>)>,
    /// Encoded text that the binary stream has not been given yet.
    pub(super) pending: Vec<u8>,
}

impl Default for State {
    fn default() -> Self {
        State {
            detached: false,
            finalizing: false,
            readable: false,
            writable: false,
            seekable: false,
            telling: false,
            line_buffering: false,
            write_through: false,
            has_read1: false,
            chunk: 8192,
            native: None,
            handler: Handler::Strict,
            line_end: LineEnd::Translated,
            written_end: None,
            undecoded: Vec::new(),
            newlines: Newlines::default(),
            used: 0,
            ratio: 0.0,
            snapshot: None,
            pending: Vec::new(),
        }
    }
}

/// # Safety
/// A dead `TextStream`.
pub(super) unsafe fn free(object: *mut Header) {
    // SAFETY: the caller's promise; nobody else has the state.
    unsafe { (*object.cast::<TextStream>()).state.get().free() }
}

/// Uses the state under its object's guard.
#[inline]
pub(super) fn with<R>(
    th: &mut Thread,
    stream: Ref<TextStream>,
    act: impl FnOnce(&mut State) -> R,
) -> Result<R, Raised> {
    let guard = th.write(stream)?;
    let mut state = guard.state.get().get(guard.token());
    Ok(act(&mut state))
}

/// The binary stream; raises `ValueError` if there is none.
pub(super) fn buffer_of(th: &mut Thread, stream: Ref<TextStream>) -> Result<Value, Raised> {
    let buffer = th.read(stream)?.buffer.get();
    if !buffer.is_unbound() {
        return Ok(buffer);
    }
    let detached = with(th, stream, |state| state.detached)?;
    Err(th.value_error(if detached {
        "underlying buffer has been detached"
    } else {
        "I/O operation on uninitialized object"
    }))
}

/// The binary stream; raises `ValueError` if it is closed.
pub(super) fn open_buffer(th: &mut Thread, stream: Ref<TextStream>) -> Result<Value, Raised> {
    let buffer = buffer_of(th, stream)?;
    let closed = match buffered::native_closed(th, buffer)? {
        Some(closed) => closed,
        None => base::is_closed(th, buffer)?,
    };
    if closed { Err(errors::closed(th)) } else { Ok(buffer) }
}

/// Replaces what was decoded and not read.
pub(super) fn set_decoded(
    th: &mut Thread,
    stream: Ref<TextStream>,
    text: Value,
) -> Result<(), Raised> {
    let guard = th.write(stream)?;
    guard.decoded.set(guard.token(), text);
    guard.state.get().get(guard.token()).used = 0;
    Ok(())
}
