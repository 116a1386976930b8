//! `bytearray`.
//!
//! * [`object`]: layout, storage, the operations under a guard; counting exports
//! * [`construct`]: `bytearray(…)` and pickling; [`change`]: methods that change it
//! * [`subscript`]: assigning and deleting items and slices; [`methods`]: the table
//!
//! What it shares with `bytes` is in [`super::bytes::shared`].

mod change;
mod construct;
mod iterator;
mod methods;
pub mod object;
mod subscript;

pub use iterator::{BYTEARRAY_ITERATOR, ByteArrayIterator};
pub use object::{BYTE_ARRAY_LAYOUT, ByteArray, ByteStore, Exports};

use crate::class::{NativeLayout, TypeFlags, TypeSpec, function};

/// The class `bytearray`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "bytearray(iterable_of_ints) -> bytearray\n\
          bytearray(string, encoding[, errors]) -> bytearray\n\
          bytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\n\
          bytearray(int) -> bytes array of size given by the parameter initialized with null bytes\n\
          bytearray() -> empty bytes array\n\n\
          Construct a mutable bytearray object from:\n\
          \x20 - an iterable yielding integers in range(256)\n\
          \x20 - a text string encoded using the specified encoding\n\
          \x20 - a bytes or a buffer object\n\
          \x20 - any object implementing the buffer API.\n\
          \x20 - an integer",
    flags: TypeFlags::BASE.and(TypeFlags::MATCH_SELF),
    new: Some(function("__new__($cls, /, *args, **kwargs)", construct::new, "")),
    methods: methods::METHODS,
    finalise: Some(object::finalise),
    save: Some(object::save),
    ..TypeSpec::named("bytearray", NativeLayout::of::<ByteArray>())
};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&BYTEARRAY_ITERATOR];
