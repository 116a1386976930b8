//! `str`.
//!
//! The algorithms are those of `orochi_text`, which knows no objects; here are the objects and what
//! Python may hand in. A string is immutable, so nothing needs a guard.
//!
//! * [`object`]: layout and making strings of units; [`make`]: from parts, buffers, slices
//! * [`argument`]: reading arguments; [`construct`]: `str(…)`
//! * [`operators`]: the special methods; [`iterator`]: iteration
//! * [`search`], [`split`], [`change`], [`classify`], [`translate`]: the other methods
//! * [`format`](mod@format): `str.format` and `__format__`; [`percent`]: the `%` operator, of bytes too
//! * [`encoding`]: `encode`, and the codecs that are known without asking Python

pub(crate) mod argument;
mod change;
mod classify;
mod construct;
pub mod encoding;
mod format;
mod iterator;
pub mod make;
mod methods;
pub mod object;
mod operators;
pub(crate) mod percent;
mod search;
mod split;
mod translate;

pub use iterator::{STR_ITERATOR, StrIterator};
pub use object::Str;
pub(crate) use operators::getitem;

use crate::class::{NativeLayout, Tail, TypeFlags, TypeSpec, function};

/// The class `str`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\n\
          Create a new string object from the given object. If encoding or\n\
          errors is specified, then the object must expose a data buffer\n\
          that will be decoded using the given encoding and error handler.\n\
          Otherwise, returns the result of object.__str__() (if defined)\n\
          or repr(object).\n\
          encoding defaults to 'utf-8'.\n\
          errors defaults to 'strict'.",
    flags: TypeFlags::BASE.and(TypeFlags::IMMUTABLE).and(TypeFlags::MATCH_SELF),
    new: Some(function(
        "__new__($cls, object='', encoding='utf-8', errors='strict')",
        construct::new,
        "",
    )),
    methods: methods::METHODS,
    ..TypeSpec::named("str", NativeLayout::with_tail::<Str>(Tail::Bytes))
};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&STR_ITERATOR];
