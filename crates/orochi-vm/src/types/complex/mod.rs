//! `complex`.

mod arithmetic;
mod construct;
mod methods;
mod object;

pub use arithmetic::{divide, divide_real, multiply, power};
pub use object::{Complex, Parts, as_parts};

use crate::class::{NativeLayout, TypeFlags, TypeSpec, function};

/// The class `complex`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Create a complex number from a string or numbers.\n\n\
          If a string is given, parse it as a complex number.\n\
          If a single number is given, convert it to a complex number.\n\
          If the 'real' or 'imag' arguments are given, create a complex number\n\
          with the specified real and imaginary components.",
    flags: TypeFlags::BASE.and(TypeFlags::IMMUTABLE),
    new: Some(function("__new__($cls, /, real=0, imag=0)", construct::new, "")),
    methods: methods::METHODS,
    getset: methods::GETSET,
    ..TypeSpec::named("complex", NativeLayout::of::<Complex>())
};
