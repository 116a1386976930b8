//! The object of a float of a subclass. Plain floats are immediate values.

use super::SPEC;
use crate::heap::Value;
use crate::heap_object;
use crate::object::ValueCast;

heap_object! {
    /// An instance of a subclass of `float`.
    pub immutable struct Float: SPEC {
        values {}
        storage {}
        data {
            /// The number.
            number: f64,
        }
    }
}

/// The number of a `float` or an instance of a subclass.
#[inline]
pub fn as_f64(value: Value) -> Option<f64> {
    if value.is_float() {
        return Some(value.as_f64());
    }
    value.cast::<Float>().map(|float| float.number.get())
}
