//! `int`.
//!
//! Most integers are immediate values. [`object`] is the object that holds the others, [`operand`]
//! makes one of both, [`natural`] computes with words, and [`arithmetic`] puts signs, classes and
//! errors around it.

mod arithmetic;
mod bytes_form;
mod construct;
mod methods;
pub mod natural;
mod object;
mod operand;
mod power;
mod round;
pub mod text;

pub use arithmetic::{binary, fast_binary, fast_compare, invert, negate};
pub use bytes_form::from_byte_slice;
pub(crate) use construct::bytes_like;
pub use object::Int;
pub use operand::{
    Operand, Parts, as_i64, as_u64, compare, hash, hash_of, is_int_like, is_negative, plain,
};
pub use text::{
    DEFAULT_DIGIT_LIMIT, LEAST_DIGIT_LIMIT, decimal, digit_limit, format, parse, parse_bytes,
    prefixed, repr, set_digit_limit,
};

use crate::class::{NativeLayout, Tail, TypeFlags, TypeSpec, function};

/// The class `int`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "int([x]) -> integer\nint(x, base=10) -> integer\n\n\
          Convert a number or string to an integer, or return 0 if no arguments\n\
          are given.  If x is a number, return x.__int__().  For floating-point\n\
          numbers, this truncates towards zero.\n\n\
          If x is not a number or if base is given, then x must be a string,\n\
          bytes, or bytearray instance representing an integer literal in the\n\
          given base.  The literal can be preceded by '+' or '-' and be surrounded\n\
          by whitespace.  The base defaults to 10.  Valid bases are 0 and 2-36.\n\
          Base 0 means to interpret the base from the string as an integer literal.\n\
          >>> int('0b100', base=0)\n4",
    flags: TypeFlags::BASE.and(TypeFlags::IMMUTABLE).and(TypeFlags::MATCH_SELF),
    new: Some(function(
        "__new__($cls, x=<unrepresentable>, /, base=<unrepresentable>)",
        construct::new,
        "",
    )),
    methods: methods::METHODS,
    getset: methods::GETSET,
    ..TypeSpec::named("int", NativeLayout::with_tail::<Int>(Tail::Bytes))
};
