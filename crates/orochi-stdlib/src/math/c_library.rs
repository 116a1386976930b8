//! Functions of the C library that Rust's standard library lacks or computes in another way.
//!
//! CPython calls these too, so results agree to the last bit on the same system.

// SAFETY: declared as in C's <math.h>; all are pure functions of floats, defined for every argument.
unsafe extern "C" {
    /// Inverse hyperbolic cosine.
    pub safe fn acosh(x: f64) -> f64;
    /// Inverse hyperbolic sine.
    pub safe fn asinh(x: f64) -> f64;
    /// Inverse hyperbolic tangent.
    pub safe fn atanh(x: f64) -> f64;
    /// Error function.
    pub safe fn erf(x: f64) -> f64;
    /// Complementary error function.
    pub safe fn erfc(x: f64) -> f64;
    /// Gamma function.
    pub safe fn tgamma(x: f64) -> f64;
    /// Scales by a power of two, correctly rounded.
    pub safe fn ldexp(x: f64, exponent: i32) -> f64;
    /// IEEE remainder.
    pub safe fn remainder(x: f64, y: f64) -> f64;
    /// The next float towards another.
    pub safe fn nextafter(x: f64, y: f64) -> f64;
    /// 2 ** x.
    pub safe fn exp2(x: f64) -> f64;
}

// SAFETY: as above; the sign of gamma is written to the given place.
unsafe extern "C" {
    fn lgamma_r(x: f64, sign: *mut i32) -> f64;
}

/// The logarithm of the absolute value of the gamma function.
pub fn lgamma(x: f64) -> f64 {
    let mut sign = 0;
    // SAFETY: the sign goes to a local variable.
    unsafe { lgamma_r(x, &raw mut sign) }
}

/// Mantissa in [0.5, 1) and exponent: `x = mantissa · 2^exponent`. Zeros, infinities and NaNs are
/// their own mantissa.
pub fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (x, shift) = if x.is_subnormal() { (x * 2f64.powi(64), 64) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent - shift)
}
