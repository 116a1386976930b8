//! The complex functions of the C library.

/// A complex number as C's `double _Complex` is passed on this machine: two floats.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex {
    /// The real part.
    pub real: f64,
    /// The imaginary part.
    pub imaginary: f64,
}

// SAFETY: declared as in C's <complex.h>; the System V ABI for x86-64 passes and returns
// `double _Complex` in two vector registers, as it does a structure of two doubles. All are pure
// functions, defined for every argument.
unsafe extern "C" {
    /// Inverse cosine.
    pub safe fn cacos(z: Complex) -> Complex;
    /// Inverse hyperbolic cosine.
    pub safe fn cacosh(z: Complex) -> Complex;
    /// Inverse sine.
    pub safe fn casin(z: Complex) -> Complex;
    /// Inverse hyperbolic sine.
    pub safe fn casinh(z: Complex) -> Complex;
    /// Inverse tangent.
    pub safe fn catan(z: Complex) -> Complex;
    /// Inverse hyperbolic tangent.
    pub safe fn catanh(z: Complex) -> Complex;
    /// Cosine.
    pub safe fn ccos(z: Complex) -> Complex;
    /// Hyperbolic cosine.
    pub safe fn ccosh(z: Complex) -> Complex;
    /// Exponential.
    pub safe fn cexp(z: Complex) -> Complex;
    /// Natural logarithm.
    pub safe fn clog(z: Complex) -> Complex;
    /// Sine.
    pub safe fn csin(z: Complex) -> Complex;
    /// Hyperbolic sine.
    pub safe fn csinh(z: Complex) -> Complex;
    /// Square root.
    pub safe fn csqrt(z: Complex) -> Complex;
    /// Tangent.
    pub safe fn ctan(z: Complex) -> Complex;
    /// Hyperbolic tangent.
    pub safe fn ctanh(z: Complex) -> Complex;
}
