//! Arithmetic on floats.
//!
//! Operators raise where C would give an infinity or NaN out of finite operands by division or
//! exponentiation; sums and products overflow silently, as in CPython.

use std::cmp::Ordering;

use super::object::as_f64;
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::operation::BinaryOp;
use crate::thread::Thread;
use crate::types::complex;
use crate::types::int::Operand;
use crate::types::tuple::Tuple;

/// An integer as a float; `OverflowError` if it is too large.
#[inline]
pub fn from_operand(th: &Thread, operand: Operand) -> Result<f64, Raised> {
    let float = operand.to_f64();
    if float.is_infinite() {
        return Err(th.overflow_error("int too large to convert to float"));
    }
    Ok(float)
}

/// Whether floats have this operator.
pub fn has_operator(op: BinaryOp) -> bool {
    use BinaryOp::{Add, DivMod, FloorDiv, Mod, Mul, Pow, Sub, TrueDiv};
    matches!(op, Add | Sub | Mul | TrueDiv | FloorDiv | Mod | DivMod | Pow)
}

/// `left op right`; `None` if floats have no such operator.
#[inline]
pub fn binary(th: &Thread, op: BinaryOp, left: f64, right: f64) -> Option<Result<Value, Raised>> {
    let result = match op {
        BinaryOp::Add => left + right,
        BinaryOp::Sub => left - right,
        BinaryOp::Mul => left * right,
        BinaryOp::Pow => return Some(power(th, left, right)),
        BinaryOp::TrueDiv | BinaryOp::FloorDiv | BinaryOp::Mod | BinaryOp::DivMod
            if right == 0.0 =>
        {
            return Some(Err(th.zero_division_error("division by zero")));
        }
        BinaryOp::TrueDiv => left / right,
        BinaryOp::FloorDiv => divmod(left, right).0,
        BinaryOp::Mod => divmod(left, right).1,
        BinaryOp::DivMod => {
            let (quotient, remainder) = divmod(left, right);
            let pair = [Value::from_f64(quotient), Value::from_f64(remainder)];
            return Some(Tuple::from_slice(th, &pair).map(|pair| pair.value()));
        }
        _ => return None,
    };
    Some(Ok(Value::from_f64(result)))
}

/// Floor quotient, and remainder with the sign of the divisor, which is not zero.
pub fn divmod(left: f64, right: f64) -> (f64, f64) {
    let mut remainder = left % right;
    let mut quotient = (left - remainder) / right;
    if remainder == 0.0 {
        remainder = 0f64.copysign(right);
    } else if (right < 0.0) != (remainder < 0.0) {
        remainder += right;
        quotient -= 1.0;
    }
    // The quotient is nearly whole: snap it.
    let quotient = if quotient == 0.0 {
        0f64.copysign(left / right)
    } else {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    };
    (quotient, remainder)
}

fn is_odd_integer(value: f64) -> bool {
    value.abs() % 2.0 == 1.0
}

/// `base ** exponent`; complex for a negative base with a fractional exponent.
pub fn power(th: &Thread, base: f64, exponent: f64) -> Result<Value, Raised> {
    if base == 0.0 && exponent < 0.0 && exponent.is_finite() {
        return Err(th.zero_division_error("zero to a negative power"));
    }
    if base < 0.0 && base.is_finite() && exponent.is_finite() && exponent != exponent.floor() {
        let (real, imaginary) = complex::power(th, (base, 0.0), (exponent, 0.0))?;
        return th.new_complex(real, imaginary);
    }
    // What remains is as C has it: IEEE 754 fixes all the special cases.
    let odd = base.is_sign_negative() && exponent.is_finite() && is_odd_integer(exponent);
    let magnitude = base.abs().powf(exponent);
    if magnitude.is_infinite() && base.is_finite() && exponent.is_finite() {
        return Err(range_error(th));
    }
    let result = if base.is_nan() || exponent.is_nan() {
        base.powf(exponent)
    } else if odd {
        -magnitude
    } else {
        magnitude
    };
    Ok(Value::from_f64(result))
}

/// `OverflowError` as C's `ERANGE` makes it.
#[cold]
pub fn range_error(th: &Thread) -> Raised {
    match th.new_str("Numerical result out of range") {
        Ok(text) => {
            let args = [Value::from_i32(libc::ERANGE), text.value()];
            th.raise_with(classes::OVERFLOW_ERROR.class(), &args)
        }
        Err(raised) => raised,
    }
}

/// The order of a float and a number; `None` if they have none, and outside if it is no number.
pub(super) fn order(left: f64, right: Value) -> Option<Option<Ordering>> {
    if let Some(right) = as_f64(right) {
        return Some(left.partial_cmp(&right));
    }
    let right = Operand::of(right)?;
    Some(right.order_real(left).map(Ordering::reverse))
}

/// The hash; that of a NaN depends on its identity, which plain NaNs share.
pub fn hash(value: f64) -> i64 {
    let identity = crate::operation::identity_hash(Value::from_f64(value));
    orochi_text::hash::hash_float(value, identity)
}
