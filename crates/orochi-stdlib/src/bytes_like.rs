//! Reading from and writing to arguments that support the buffer protocol.
//!
//! System calls and other threads see private copies only (design of going away), so reading is
//! copying out and writing is copying in.

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;

/// A copy of the bytes of a bytes-like object; raises `BufferError` if they do not lie one behind the
/// other.
pub fn copy(th: &mut Thread, value: Value) -> Result<Vec<u8>, Raised> {
    let buffer = th.buffer(value)?;
    let bytes = buffer.to_vec(th)?;
    buffer.release(th)?;
    Ok(bytes)
}

/// The bytes of an argument: a bytes object's own, or a copy.
pub enum Input {
    /// An immutable object.
    Shared(Ref<Bytes>),
    /// A copy.
    Own(Vec<u8>),
}

impl std::ops::Deref for Input {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            Input::Shared(bytes) => bytes.as_slice(),
            Input::Own(bytes) => bytes,
        }
    }
}

/// The bytes of a bytes-like object.
#[inline]
pub fn input(th: &mut Thread, value: Value) -> Result<Input, Raised> {
    match value.cast::<Bytes>() {
        Some(bytes) => Ok(Input::Shared(bytes)),
        None => copy(th, value).map(Input::Own),
    }
}

/// How many bytes may be written to an object; raises `TypeError` if it is not writable.
pub fn writable_length(th: &mut Thread, target: Value) -> Result<usize, Raised> {
    let buffer = th.writable_buffer(target)?;
    let length = buffer.len(th)?;
    buffer.release(th)?;
    Ok(length)
}

/// Writes bytes into an object from `offset` on. What no longer fits, because the object has
/// shrunk meanwhile, is dropped.
pub fn fill(th: &mut Thread, target: Value, offset: usize, bytes: &[u8]) -> Result<(), Raised> {
    if bytes.is_empty() {
        return Ok(());
    }
    let buffer = th.writable_buffer(target)?;
    buffer.write(th, offset, bytes)?;
    buffer.release(th)
}
