//! `bytes`, and what it has in common with `bytearray`.
//!
//! * [`object`]: layout; [`sequence`]: what the shared methods need of either type
//! * [`shared`]: the methods that both types have, written once
//! * [`construct`]: `bytes(…)`, `bytes.fromhex`; [`methods`]: the table; [`iterator`]: iteration

pub(crate) mod construct;
mod iterator;
mod methods;
pub mod object;
pub(crate) mod sequence;
pub(crate) mod shared;

pub use iterator::{BYTES_ITERATOR, BytesIterator};
pub use object::Bytes;

use crate::class::{NativeLayout, Tail, TypeFlags, TypeSpec, function};

/// The class `bytes`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "bytes(iterable_of_ints) -> bytes\n\
          bytes(string, encoding[, errors]) -> bytes\n\
          bytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\n\
          bytes(int) -> bytes object of size given by the parameter initialized with null bytes\n\
          bytes() -> empty bytes object\n\n\
          Construct an immutable array of bytes from:\n\
          \x20 - an iterable yielding integers in range(256)\n\
          \x20 - a text string encoded using the specified encoding\n\
          \x20 - any object implementing the buffer API.\n\
          \x20 - an integer",
    flags: TypeFlags::BASE.and(TypeFlags::IMMUTABLE).and(TypeFlags::MATCH_SELF),
    new: Some(function(
        "__new__($cls, source=b'', encoding=<unrepresentable>, errors=<unrepresentable>)",
        construct::new,
        "",
    )),
    methods: methods::METHODS,
    ..TypeSpec::named("bytes", NativeLayout::with_tail::<Bytes>(Tail::Bytes))
};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&BYTES_ITERATOR];
