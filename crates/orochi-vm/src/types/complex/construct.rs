//! `complex()`.

use orochi_text::number::parse_complex;

use super::SPEC;
use super::object::{Complex, Parts, as_parts};
use crate::class::Special;
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::object::ValueCast;
use crate::shape::Shape;
use crate::thread::Thread;
use crate::types::str::Str;

/// An instance of the class of `shape`.
pub(super) fn instance(th: &Thread, shape: &'static Shape, (real, imaginary): Parts) -> Result<Value, Raised> {
    Ok(Complex::allocate_as(th, shape, real, imaginary)?.value())
}

/// `complex.__new__(cls, real=0, imag=0)`
pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    let (real, imaginary) = (args[1], args[2]);
    if imaginary.is_unbound() {
        if real.is_unbound() {
            return instance(th, shape, (0.0, 0.0));
        }
        if real.cast_exact::<Complex>().is_some() && shape.class == SPEC.class() {
            return Ok(real);
        }
        if let Some(text) = real.cast::<Str>() {
            let parts = parse_complex(text.text()).map_err(|error| th.text_error(error))?;
            return instance(th, shape, parts);
        }
        let Some(parts) = number(th, real)? else {
            let class = th.type_name(real);
            return Err(th.type_error(format!("complex() argument must be a string or a number, not {class}")));
        };
        return instance(th, shape, parts);
    }
    let real = if real.is_unbound() { (0.0, None) } else { part(th, real, "real")? };
    let imaginary = part(th, imaginary, "imag")?;
    // Complex parts (deprecated) are added up; what is real leaves signed zeros alone.
    let first = imaginary.1.map_or(real.0, |part| real.0 - part);
    let second = real.1.map_or(imaginary.0, |part| part + imaginary.0);
    instance(th, shape, (first, second))
}

/// One of two arguments; it has an imaginary part only if it is complex itself.
fn part(th: &mut Thread, value: Value, name: &str) -> Result<(f64, Option<f64>), Raised> {
    let class = th.type_name(value);
    let message = format!("complex() argument '{name}' must be a real number, not {class}");
    let complex = as_parts(value).is_some() || (name == "real" && has_complex(th, value));
    let found = if value.cast::<Str>().is_some() || (name == "imag" && !complex && !is_real(th, value)) {
        None
    } else {
        number(th, value)?
    };
    let Some(parts) = found else { return Err(th.type_error(message)) };
    if complex {
        th.warn(&classes::DEPRECATION_WARNING, &message, 1)?;
        return Ok((parts.0, Some(parts.1)));
    }
    Ok((parts.0, None))
}

fn has_complex(th: &Thread, value: Value) -> bool {
    th.class_of(value).special(th, Special::Complex).is_some()
}

/// Whether a value converts to a float.
fn is_real(th: &Thread, value: Value) -> bool {
    let class = th.class_of(value);
    class.special(th, Special::Float).is_some() || class.special(th, Special::Index).is_some()
}

/// What `__complex__`, `__float__` or `__index__` say; `None` if there is none of them.
pub(super) fn number(th: &mut Thread, value: Value) -> Result<Option<Parts>, Raised> {
    if value.is_number() {
        return Ok(Some((value.number_as_f64(), 0.0)));
    }
    if let Some(exact) = value.cast_exact::<Complex>() {
        return Ok(Some((exact.real.get(), exact.imaginary.get())));
    }
    if let Some(result) = th.call_special(value, Special::Complex, &[])? {
        let class = th.type_name(result);
        let Some(parts) = as_parts(result) else {
            return Err(th.type_error(format!("__complex__ returned non-complex (type {class})")));
        };
        if result.cast_exact::<Complex>().is_none() {
            th.warn(&classes::DEPRECATION_WARNING,
                &format!(
                    "__complex__ returned non-complex (type {class}).  The ability to return an \
                     instance of a strict subclass of complex is deprecated, and may not be supported \
                     in a future version of Python."
                ),
                1,
            )?;
        }
        return Ok(Some(parts));
    }
    if let Some(parts) = as_parts(value) {
        return Ok(Some(parts));
    }
    if is_real(th, value) {
        return Ok(Some((th.to_f64(value)?, 0.0)));
    }
    Ok(None)
}

impl Thread {
    /// A number as a complex one, by `__complex__`, `__float__` or `__index__`.
    pub fn to_complex(&mut self, value: Value) -> Result<Parts, Raised> {
        match number(self, value)? {
            Some(parts) => Ok(parts),
            None => {
                let class = self.type_name(value);
                Err(self.type_error(format!("must be real number, not {class}")))
            }
        }
    }
}
