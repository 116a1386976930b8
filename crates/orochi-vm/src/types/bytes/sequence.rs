//! What the methods that `bytes` and `bytearray` share need of either type, and how they read
//! their arguments.

use std::ops::Deref;

use super::{Bytes, SPEC};
use crate::class::Special;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Object, Ref, ValueCast};
use crate::thread::Thread;
use crate::types::bytearray::ByteArray;
use crate::types::int;

/// `bytes` or `bytearray`.
pub(crate) trait ByteSequence: Object {
    /// The name of the type.
    const NAME: &'static str;

    /// Hands the bytes to `use_bytes`, which may allocate through the thread it is given.
    fn with<R>(
        th: &mut Thread,
        this: Ref<Self>,
        use_bytes: impl FnOnce(&Thread, &[u8]) -> R,
    ) -> Result<R, Raised>;

    /// A new object of the type itself.
    fn make(th: &Thread, bytes: &[u8]) -> Result<Value, Raised>;

    /// What a method returns that changes nothing: the object itself if it is immutable and of no
    /// subclass, a copy otherwise.
    fn unchanged(th: &mut Thread, this: Ref<Self>) -> Result<Value, Raised>;
}

impl ByteSequence for Bytes {
    const NAME: &'static str = "bytes";

    #[inline]
    fn with<R>(
        th: &mut Thread,
        this: Ref<Self>,
        use_bytes: impl FnOnce(&Thread, &[u8]) -> R,
    ) -> Result<R, Raised> {
        Ok(use_bytes(th, this.as_slice()))
    }

    #[inline]
    fn make(th: &Thread, bytes: &[u8]) -> Result<Value, Raised> {
        Ok(th.new_bytes(bytes)?.value())
    }

    fn unchanged(th: &mut Thread, this: Ref<Self>) -> Result<Value, Raised> {
        if th.class_of(this.value()) == SPEC.class() {
            return Ok(this.value());
        }
        Self::make(th, this.as_slice())
    }
}

impl ByteSequence for ByteArray {
    const NAME: &'static str = "bytearray";

    #[inline]
    fn with<R>(
        th: &mut Thread,
        this: Ref<Self>,
        use_bytes: impl FnOnce(&Thread, &[u8]) -> R,
    ) -> Result<R, Raised> {
        let guard = th.read(this)?;
        Ok(use_bytes(guard.thread(), guard.as_slice()))
    }

    #[inline]
    fn make(th: &Thread, bytes: &[u8]) -> Result<Value, Raised> {
        Ok(ByteArray::from_slice(th, bytes)?.value())
    }

    fn unchanged(th: &mut Thread, this: Ref<Self>) -> Result<Value, Raised> {
        let guard = th.read(this)?;
        Self::make(guard.thread(), guard.as_slice())
    }
}

/// The bytes of an argument: those of an immutable object, or a copy.
pub(crate) enum BytesArgument {
    /// A bytes object.
    Shared(Ref<Bytes>),
    /// A copy.
    Own(Vec<u8>),
    /// One byte, given as a number.
    One([u8; 1]),
}

impl Deref for BytesArgument {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            BytesArgument::Shared(bytes) => bytes.as_slice(),
            BytesArgument::Own(bytes) => bytes,
            BytesArgument::One(byte) => byte,
        }
    }
}

/// A bytes-like argument.
#[inline]
pub(crate) fn bytes_argument(th: &mut Thread, value: Value) -> Result<BytesArgument, Raised> {
    match value.cast::<Bytes>() {
        Some(bytes) => Ok(BytesArgument::Shared(bytes)),
        None => th.bytes_of(value).map(BytesArgument::Own),
    }
}

/// An argument of `find` and the like: bytes-like, or one byte as a number.
pub(crate) fn needle(th: &mut Thread, value: Value) -> Result<BytesArgument, Raised> {
    if let Some(bytes) = value.cast::<Bytes>() {
        return Ok(BytesArgument::Shared(bytes));
    }
    if th.is_bytes_like(value) {
        return th.bytes_of(value).map(BytesArgument::Own);
    }
    let numeric =
        int::is_int_like(value) || th.class_of(value).special(th, Special::Index).is_some();
    if numeric {
        return byte(th, value).map(|byte| BytesArgument::One([byte]));
    }
    let name = th.type_name(value);
    Err(th.type_error(format!("argument should be integer or bytes-like object, not '{name}'")))
}

/// A number that must be a byte.
#[inline]
pub(crate) fn byte(th: &mut Thread, value: Value) -> Result<u8, Raised> {
    let index = th.index(value)?;
    match int::as_i64(index) {
        Some(byte @ 0..=255) => Ok(byte as u8),
        _ => Err(th.value_error("byte must be in range(0, 256)")),
    }
}
