//! The state of a buffered stream.

use std::sync::Arc;

use orochi_vm::exception::Raised;
use orochi_vm::heap::{Header, Value};
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;

use super::super::lock::StreamLock;
use super::{RANDOM, READER, WRITER};
use crate::native_state::NativeState;

heap_object! {
    /// A buffered reader, writer, or both.
    pub struct Buffered: READER {
        values {
            /// The raw stream; unbound before `__init__` and after `detach`.
            raw: Value,
        }
        storage {}
        data {
            /// The bytes.
            state: NativeState<Buffer>,
        }
    }
}

/// What a buffered stream keeps outside the heap.
#[derive(Default)]
pub struct Buffer {
    /// How many bytes are read or kept at once.
    pub(super) size: usize,
    /// May be read.
    pub(super) readable: bool,
    /// May be written.
    pub(super) writable: bool,
    /// Bytes read ahead: those from `at` on.
    pub(super) ahead: Vec<u8>,
    /// See `ahead`.
    pub(super) at: usize,
    /// Bytes to be written.
    pub(super) pending: Vec<u8>,
    /// Where the raw stream is, if known.
    pub(super) place: Option<i64>,
    /// `__init__` has succeeded.
    pub(super) ready: bool,
    /// `detach` has been called.
    pub(super) detached: bool,
    /// Nobody has it any more.
    pub(super) finalizing: bool,
    /// A text stream closes it.
    pub(super) wrapped: bool,
    /// Held while the raw stream is used.
    pub(super) lock: Arc<StreamLock>,
}

impl Buffer {
    /// The bytes read ahead.
    #[inline]
    pub(crate) fn available(&self) -> &[u8] {
        &self.ahead[self.at..]
    }

    /// Forgets the bytes read ahead.
    pub(crate) fn forget(&mut self) {
        self.ahead.clear();
        self.at = 0;
    }

    /// Takes up to `count` bytes that were read ahead.
    pub(crate) fn take(&mut self, count: usize, out: &mut Vec<u8>) -> usize {
        let count = count.min(self.available().len());
        out.extend_from_slice(&self.ahead[self.at..self.at + count]);
        self.at += count;
        count
    }
}

/// # Safety
/// A dead `Buffered`.
pub(super) unsafe fn free(object: *mut Header) {
    // SAFETY: the caller's promise; nobody else has the state.
    unsafe { (*object.cast::<Buffered>()).state.get().free() }
}

/// The buffered stream that a value is.
#[inline]
pub(super) fn cast(value: Value) -> Option<Ref<Buffered>> {
    value.cast::<Buffered>()
}

/// The receiver of a method.
#[inline]
pub(super) fn receiver(th: &Thread, value: Value) -> Result<Ref<Buffered>, Raised> {
    cast(value).ok_or_else(|| {
        let kind = th.type_name(value);
        th.type_error(format!("descriptor requires a buffered stream but received a '{kind}'"))
    })
}

/// The native classes of buffered streams.
pub(super) fn is_native_class(th: &Thread, value: Value) -> bool {
    let class = th.class_of(value);
    [&READER, &WRITER, &RANDOM].iter().any(|spec| class == spec.class())
}

/// Uses the state under its object's guard.
#[inline]
pub(super) fn with<R>(
    th: &mut Thread,
    stream: Ref<Buffered>,
    act: impl FnOnce(&mut Buffer) -> R,
) -> Result<R, Raised> {
    let guard = th.write(stream)?;
    let mut state = guard.state.get().get(guard.token());
    Ok(act(&mut state))
}

/// The raw stream; raises `ValueError` if there is none.
pub(super) fn raw_of(th: &mut Thread, stream: Ref<Buffered>) -> Result<Value, Raised> {
    let (raw, detached) = {
        let guard = th.write(stream)?;
        let detached = guard.state.get().get(guard.token()).detached;
        (guard.raw.get(), detached)
    };
    if raw.is_unbound() {
        return Err(th.value_error(if detached {
            "raw stream has been detached"
        } else {
            "I/O operation on uninitialized object"
        }));
    }
    Ok(raw)
}

/// Runs `act` with the stream's lock held.
pub(super) fn locked<R>(
    th: &mut Thread,
    stream: Ref<Buffered>,
    act: impl FnOnce(&mut Thread) -> Result<R, Raised>,
) -> Result<R, Raised> {
    let lock = with(th, stream, |buffer| buffer.lock.clone())?;
    lock.acquire(th, stream)?;
    th.stm.begin_keeping();
    let result = act(th);
    lock.release();
    th.stm.end_keeping(&*th);
    result
}

/// A stream of exactly one of the native classes.
#[inline]
pub(crate) fn native(th: &Thread, value: Value) -> Option<Ref<Buffered>> {
    cast(value).filter(|_| is_native_class(th, value))
}
