//! The object of a complex number.

use super::SPEC;
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::ValueCast;
use crate::thread::Thread;

heap_object! {
    /// A complex number.
    pub immutable struct Complex: SPEC {
        values {}
        storage {}
        data {
            /// The real part.
            real: f64,
            /// The imaginary part.
            imaginary: f64,
        }
    }
}

/// Real and imaginary part.
pub type Parts = (f64, f64);

/// The parts of a `complex` or an instance of a subclass.
#[inline]
pub fn as_parts(value: Value) -> Option<Parts> {
    value.cast::<Complex>().map(|number| (number.real.get(), number.imaginary.get()))
}

impl Thread {
    /// A complex number.
    pub fn new_complex(&self, real: f64, imaginary: f64) -> Result<Value, Raised> {
        Ok(Complex::allocate(self, real, imaginary)?.value())
    }
}
