//! `float`.
//!
//! Floats are immediate values; [`object`] is for instances of subclasses only. [`operators`] has
//! the arithmetic, [`convert`] the ways from and to other types.

mod convert;
mod methods;
mod object;
mod operators;

pub use convert::{format, integer_ratio, repr, round_half_even, to_int};
pub use object::{Float, as_f64};
pub use operators::{binary, divmod, from_operand, has_operator, hash, power, range_error};

use crate::class::{NativeLayout, TypeFlags, TypeSpec, function};

/// The class `float`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Convert a string or number to a floating-point number, if possible.",
    flags: TypeFlags::BASE.and(TypeFlags::IMMUTABLE).and(TypeFlags::MATCH_SELF),
    new: Some(function("__new__($cls, x=0, /)", convert::new, "")),
    methods: methods::METHODS,
    getset: methods::GETSET,
    ..TypeSpec::named("float", NativeLayout::of::<Float>())
};
