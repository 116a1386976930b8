//! Arithmetic on pairs of floats.
//!
//! Multiplication and division recover infinities that the textbook formulas turn into NaNs (ISO C,
//! annex G.5.1). Where one operand is real, its imaginary part takes no part in the computation, so
//! that signed zeros and infinities come out as they should.

use super::object::Parts;
use crate::exception::Raised;
use crate::thread::Thread;

/// 1 or 0 with the sign of `part`: what an infinite or finite part counts as.
fn boxed(part: f64) -> f64 {
    (if part.is_infinite() { 1.0f64 } else { 0.0 }).copysign(part)
}

fn is_infinite((real, imaginary): Parts) -> bool {
    real.is_infinite() || imaginary.is_infinite()
}

fn is_finite((real, imaginary): Parts) -> bool {
    real.is_finite() && imaginary.is_finite()
}

/// A zero with the sign of a NaN; anything else as it is.
fn no_nan(part: f64) -> f64 {
    if part.is_nan() { 0f64.copysign(part) } else { part }
}

/// `a * b`
pub fn multiply(a: Parts, b: Parts) -> Parts {
    let products = (a.0 * b.0, a.1 * b.1, a.0 * b.1, a.1 * b.0);
    let plain = (products.0 - products.1, products.2 + products.3);
    if !(plain.0.is_nan() && plain.1.is_nan()) {
        return plain;
    }
    let (mut a, mut b, mut recover) = (a, b, false);
    if is_infinite(a) {
        a = (boxed(a.0), boxed(a.1));
        b = (no_nan(b.0), no_nan(b.1));
        recover = true;
    }
    if is_infinite(b) {
        b = (boxed(b.0), boxed(b.1));
        a = (no_nan(a.0), no_nan(a.1));
        recover = true;
    }
    let overflow = [products.0, products.1, products.2, products.3].iter().any(|p| p.is_infinite());
    if !recover && overflow {
        a = (no_nan(a.0), no_nan(a.1));
        b = (no_nan(b.0), no_nan(b.1));
        recover = true;
    }
    if !recover {
        return plain;
    }
    (f64::INFINITY * (a.0 * b.0 - a.1 * b.1), f64::INFINITY * (a.0 * b.1 + a.1 * b.0))
}

/// `a / b`; `None` if `b` is zero.
pub fn divide(a: Parts, b: Parts) -> Option<Parts> {
    // Smith's method: scale by the larger part of the divisor.
    let quotient = if b.0.abs() >= b.1.abs() {
        if b.0 == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        ((a.0 + a.1 * ratio) / denominator, (a.1 - a.0 * ratio) / denominator)
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        ((a.0 * ratio + a.1) / denominator, (a.1 * ratio - a.0) / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if !(quotient.0.is_nan() && quotient.1.is_nan()) {
        return Some(quotient);
    }
    if is_infinite(a) && is_finite(b) {
        let (x, y) = (boxed(a.0), boxed(a.1));
        return Some((f64::INFINITY * (x * b.0 + y * b.1), f64::INFINITY * (y * b.0 - x * b.1)));
    }
    if is_infinite(b) && is_finite(a) {
        let (x, y) = (boxed(b.0), boxed(b.1));
        return Some((0.0 * (a.0 * x + a.1 * y), 0.0 * (a.1 * x - a.0 * y)));
    }
    Some(quotient)
}

/// `a / b` for a real `a`; `None` if `b` is zero.
pub fn divide_real(a: f64, b: Parts) -> Option<Parts> {
    let quotient = if b.0.abs() >= b.1.abs() {
        if b.0 == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        (a / denominator, (-a * ratio) / denominator)
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        ((a * ratio) / denominator, (-a) / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if quotient.0.is_nan() && quotient.1.is_nan() && a.is_finite() && is_infinite(b) {
        let (x, y) = (boxed(b.0), boxed(b.1));
        return Some((0.0 * (a * x), 0.0 * (-a * y)));
    }
    Some(quotient)
}

/// A whole power by repeated squaring.
fn whole_power(base: Parts, exponent: u32) -> Parts {
    let (mut result, mut factor, mut rest) = ((1.0, 0.0), base, exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result = multiply(result, factor);
        }
        rest >>= 1;
        if rest > 0 {
            factor = multiply(factor, factor);
        }
    }
    result
}

/// `a ** b`
pub fn power(th: &Thread, a: Parts, b: Parts) -> Result<Parts, Raised> {
    const LARGEST_WHOLE: f64 = 100.0;
    let zero_base = || th.zero_division_error("zero to a negative or complex power");
    let result = if b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= LARGEST_WHOLE {
        let whole = whole_power(a, b.0.abs() as u32);
        if b.0 >= 0.0 { whole } else { divide((1.0, 0.0), whole).ok_or_else(zero_base)? }
    } else if b == (0.0, 0.0) {
        (1.0, 0.0)
    } else if a == (0.0, 0.0) {
        if b.1 != 0.0 || b.0 < 0.0 {
            return Err(zero_base());
        }
        (0.0, 0.0)
    } else {
        let modulus = a.0.hypot(a.1);
        let mut length = modulus.powf(b.0);
        let argument = a.1.atan2(a.0);
        let mut phase = argument * b.0;
        if b.1 != 0.0 {
            length *= (-argument * b.1).exp();
            phase += b.1 * modulus.ln();
        }
        (length * phase.cos(), length * phase.sin())
    };
    if is_infinite(result) && is_finite(a) && is_finite(b) {
        return Err(th.overflow_error("complex exponentiation"));
    }
    Ok(result)
}
