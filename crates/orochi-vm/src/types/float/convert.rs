//! Between floats and other values: `float()`, conversions to `int`, text.

use orochi_text::Text;
use orochi_text::format::{Defaults, Locale, Spec, format_real};
use orochi_text::number::{float_from_hex, float_repr, parse_float, parse_float_bytes};

use super::SPEC;
use super::object::{Float, as_f64};
use super::operators::from_operand;
use crate::class::Special;
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::shape::Shape;
use crate::thread::Thread;
use crate::types::int::{self, Operand};
use crate::types::str::Str;

/// `float.__new__(cls, x=0, /)`
pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    let number = if args[1].is_unbound() { 0.0 } else { from_value(th, args[1])? };
    instance(th, shape, number)
}

/// The number as an instance of the class of `shape`.
fn instance(th: &Thread, shape: &'static Shape, number: f64) -> Result<Value, Raised> {
    if shape.class == SPEC.class() {
        return Ok(Value::from_f64(number));
    }
    Ok(Float::allocate_as(th, shape, number)?.value())
}

/// `float(value)`
fn from_value(th: &mut Thread, value: Value) -> Result<f64, Raised> {
    if value.is_number() {
        return Ok(value.number_as_f64());
    }
    if let Some(string) = value.cast_exact::<Str>() {
        return from_str(th, string.text());
    }
    if let Some(number) = try_real(th, value)? {
        return Ok(number);
    }
    if let Some(string) = value.cast::<Str>() {
        return from_str(th, string.text());
    }
    if let Some(bytes) = int::bytes_like(th, value, true)? {
        return parse_float_bytes(&bytes).map_err(|error| th.text_error(error));
    }
    let class = th.type_name(value);
    Err(th.type_error(format!("float() argument must be a string or a real number, not '{class}'")))
}

fn from_str(th: &Thread, text: Text<'_>) -> Result<f64, Raised> {
    parse_float(text).map_err(|error| th.text_error(error))
}

/// The float that a value converts to by `__float__` or `__index__`; `None` if it has neither.
fn try_real(th: &mut Thread, value: Value) -> Result<Option<f64>, Raised> {
    if value.is_number() {
        return Ok(Some(value.number_as_f64()));
    }
    if let Some(operand) = Operand::exact(value) {
        return from_operand(th, operand).map(Some);
    }
    if let Some(result) = th.call_special(value, Special::Float, &[])? {
        if result.is_float() {
            return Ok(Some(result.as_f64()));
        }
        let (class, given) = (th.type_name(value), th.type_name(result));
        let Some(number) = as_f64(result) else {
            return Err(
                th.type_error(format!("{class}.__float__ returned non-float (type {given})"))
            );
        };
        th.warn(&classes::DEPRECATION_WARNING,
            &format!(
                "{class}.__float__ returned non-float (type {given}).  The ability to return an \
                 instance of a strict subclass of float is deprecated, and may not be supported in a \
                 future version of Python."
            ),
            1,
        )?;
        return Ok(Some(number));
    }
    match th.index_or_none(value)? {
        Some(index) => match Operand::of(index) {
            Some(operand) => from_operand(th, operand).map(Some),
            None => Ok(None),
        },
        None => Ok(None),
    }
}

impl Thread {
    /// A real number as a float, by `__float__` or `__index__`; strings are none.
    #[inline]
    pub fn to_f64(&mut self, value: Value) -> Result<f64, Raised> {
        if value.is_number() {
            return Ok(value.number_as_f64());
        }
        self.f64_by_method(value)
    }

    fn f64_by_method(&mut self, value: Value) -> Result<f64, Raised> {
        if let Some(number) = as_f64(value) {
            // A subclass's own `__float__` is not asked.
            return Ok(number);
        }
        match try_real(self, value)? {
            Some(number) => Ok(number),
            None => {
                let class = self.type_name(value);
                Err(self.type_error(format!("must be real number, not {class}")))
            }
        }
    }
}

/// The integer that a float has before its point.
pub fn to_int(th: &Thread, value: f64) -> Result<Value, Raised> {
    if value.abs() < 9.0e18 {
        return th.int_from_i64(value as i64);
    }
    if value.is_nan() {
        return Err(th.value_error("cannot convert float NaN to integer"));
    }
    if value.is_infinite() {
        return Err(th.overflow_error("cannot convert float infinity to integer"));
    }
    th.int_from_words(value < 0.0, &int::natural::from_f64(value))
}

/// Rounds to an integer, halves to the even one.
pub fn round_half_even(value: f64) -> f64 {
    value.round_ties_even()
}

/// `repr(float)`
pub fn repr(th: &Thread, value: f64) -> Result<Ref<Str>, Raised> {
    Str::from_text(th, Text::One(float_repr(value).as_bytes()))
}

/// `float.__format__`, the specification not empty.
pub fn format(
    th: &Thread,
    value: f64,
    spec: Text<'_>,
    type_name: &str,
) -> Result<Ref<Str>, Raised> {
    let made = Spec::parse(spec, Defaults::Real, type_name)
        .and_then(|spec| format_real(&spec, value, &Locale::C, type_name));
    match made {
        Ok(text) => Str::from_text(th, text.as_text()),
        Err(error) => Err(th.text_error(error)),
    }
}

/// `float.fromhex`, before the class is considered.
pub(super) fn parse_hex(th: &Thread, text: Text<'_>) -> Result<f64, Raised> {
    float_from_hex(text).map_err(|error| th.text_error(error))
}

/// Numerator and denominator of a finite float, in lowest terms.
pub fn integer_ratio(th: &Thread, value: f64) -> Result<(Value, Value), Raised> {
    if value == 0.0 {
        return Ok((Value::from_i32(0), Value::from_i32(1)));
    }
    let bits = value.to_bits();
    let (fraction, biased) = (bits & ((1 << 52) - 1), (bits >> 52 & 0x7ff) as i64);
    let (mut mantissa, mut exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    if exponent < 0 {
        let even = i64::from(mantissa.trailing_zeros()).min(-exponent);
        mantissa >>= even;
        exponent += even;
    }
    let negative = value < 0.0;
    let scaled = |number: u64, shift: i64| int::natural::shift_left(&[number], shift as u64);
    Ok(if exponent >= 0 {
        (th.int_from_words(negative, &scaled(mantissa, exponent))?, Value::from_i32(1))
    } else {
        (
            th.int_from_words(negative, &[mantissa])?,
            th.int_from_words(false, &scaled(1, -exponent))?,
        )
    })
}

/// Rounds to `digits` decimal places, exactly.
pub(super) fn round_digits(th: &Thread, value: f64, digits: i64) -> Result<f64, Raised> {
    orochi_text::number::round_float(value, digits).map_err(|error| th.text_error(error))
}
