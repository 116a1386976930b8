//! `cmath`.
//!
//! The functions are the C library's, whose special values are those of ISO C, annex G, as
//! CPython's are; what CPython adds are the errors: a domain error where annex G has the *invalid*
//! or *divide-by-zero* exception, a range error where finite numbers overflow.

mod c_library;

use c_library::Complex;
use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::complex::{Parts, divide};
use orochi_vm::types::module::Module;
use orochi_vm::types::tuple::Tuple;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module provides access to mathematical functions for complex\nnumbers.",
    functions: FUNCTIONS,
    execute: Some(execute),
    ..ModuleSpec::named("cmath")
};

macro_rules! elementary {
    ($signature:literal, $compute:path, $invalid:expr, $doc:literal) => {
        function($signature, |th, args| call(th, args, |z| $compute(z), $invalid), $doc)
    };
}

static FUNCTIONS: &[Method] = &[
    elementary!("acos(z, /)", c_library::cacos, never, "Return the arc cosine of z."),
    elementary!("acosh(z, /)", c_library::cacosh, never, "Return the inverse hyperbolic cosine of z."),
    elementary!("asin(z, /)", c_library::casin, never, "Return the arc sine of z."),
    elementary!("asinh(z, /)", c_library::casinh, never, "Return the inverse hyperbolic sine of z."),
    elementary!("atan(z, /)", c_library::catan, |z| z.real == 0.0 && z.imaginary.abs() == 1.0, "Return the arc tangent of z."),
    elementary!("atanh(z, /)", c_library::catanh, |z| z.imaginary == 0.0 && z.real.abs() == 1.0, "Return the inverse hyperbolic tangent of z."),
    elementary!("cos(z, /)", c_library::ccos, |z| z.real.is_infinite() && !z.imaginary.is_nan(), "Return the cosine of z."),
    elementary!("cosh(z, /)", c_library::ccosh, |z| z.imaginary.is_infinite() && !z.real.is_nan(), "Return the hyperbolic cosine of z."),
    elementary!("exp(z, /)", c_library::cexp, |z| z.imaginary.is_infinite() && (z.real.is_finite() || z.real == f64::INFINITY), "Return the exponential value e**z."),
    function("isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)", isclose, "Determine whether two complex numbers are close in value.\n\n  rel_tol\n    maximum difference for being considered \"close\", relative to the\n    magnitude of the input values\n  abs_tol\n    maximum difference for being considered \"close\", regardless of the\n    magnitude of the input values\n\nReturn True if a is close in value to b, and False otherwise.\n\nFor the values to be considered close, the difference between them must be\nsmaller than at least one of the tolerances.\n\n-inf, inf and NaN behave similarly to the IEEE 754 Standard. That is, NaN is\nnot close to anything, even itself. inf and -inf are only close to themselves."),
    function("isfinite(z, /)", |th, args| { let z = th.to_complex(args[0])?; Ok(Value::from_bool(is_finite(z))) }, "Return True if both the real and imaginary parts of z are finite, else False."),
    function("isinf(z, /)", |th, args| { let z = th.to_complex(args[0])?; Ok(Value::from_bool(z.0.is_infinite() || z.1.is_infinite())) }, "Checks if the real or imaginary part of z is infinite."),
    function("isnan(z, /)", |th, args| { let z = th.to_complex(args[0])?; Ok(Value::from_bool(z.0.is_nan() || z.1.is_nan())) }, "Checks if the real or imaginary part of z not a number (NaN)."),
    function("log(z, base=<unrepresentable>, /)", log, "log(z[, base]) -> the logarithm of z to the given base.\n\nIf the base is not specified, returns the natural logarithm (base e) of z."),
    function("log10(z, /)", log10, "Return the base-10 logarithm of z."),
    function("phase(z, /)", |th, args| { let z = th.to_complex(args[0])?; Ok(Value::from_f64(z.1.atan2(z.0))) }, "Return argument, also known as the phase angle, of a complex."),
    function("polar(z, /)", polar, "Convert a complex from rectangular coordinates to polar coordinates.\n\nr is the distance from 0 and phi the phase angle."),
    function("rect(r, phi, /)", rect, "Convert from polar coordinates to rectangular coordinates."),
    elementary!("sin(z, /)", c_library::csin, |z| z.real.is_infinite() && !z.imaginary.is_nan(), "Return the sine of z."),
    elementary!("sinh(z, /)", c_library::csinh, |z| z.imaginary.is_infinite() && !z.real.is_nan(), "Return the hyperbolic sine of z."),
    elementary!("sqrt(z, /)", c_library::csqrt, never, "Return the square root of z."),
    elementary!("tan(z, /)", c_library::ctan, |z| z.real.is_infinite() && z.imaginary.is_finite(), "Return the tangent of z."),
    elementary!("tanh(z, /)", c_library::ctanh, |z| z.imaginary.is_infinite() && z.real.is_finite(), "Return the hyperbolic tangent of z."),
];

fn never(_: Complex) -> bool {
    false
}

fn is_finite((real, imaginary): Parts) -> bool {
    real.is_finite() && imaginary.is_finite()
}

fn domain_error(th: &Thread) -> Raised {
    th.value_error("math domain error")
}

fn range_error(th: &Thread) -> Raised {
    th.overflow_error("math range error")
}

/// Calls a function of one number, which is outside its domain where `invalid` says so.
fn call(
    th: &mut Thread,
    args: &[Value],
    compute: fn(Complex) -> Complex,
    invalid: fn(Complex) -> bool,
) -> Result<Value, Raised> {
    let (real, imaginary) = th.to_complex(args[0])?;
    let z = Complex { real, imaginary };
    if invalid(z) {
        return Err(domain_error(th));
    }
    let result = compute(z);
    let result = (result.real, result.imaginary);
    if (result.0.is_infinite() || result.1.is_infinite()) && is_finite((real, imaginary)) {
        return Err(range_error(th));
    }
    th.new_complex(result.0, result.1)
}

/// The natural logarithm; a domain error for zero.
fn natural_log(th: &Thread, (real, imaginary): Parts) -> Result<Parts, Raised> {
    if real == 0.0 && imaginary == 0.0 {
        return Err(domain_error(th));
    }
    let result = c_library::clog(Complex { real, imaginary });
    Ok((result.real, result.imaginary))
}

fn log(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = th.to_complex(args[0])?;
    let mut result = natural_log(th, number)?;
    if !args[1].is_unbound() {
        let base = th.to_complex(args[1])?;
        let base = natural_log(th, base)?;
        result = divide(result, base).ok_or_else(|| domain_error(th))?;
    }
    th.new_complex(result.0, result.1)
}

fn log10(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = th.to_complex(args[0])?;
    let (real, imaginary) = natural_log(th, number)?;
    th.new_complex(real / std::f64::consts::LN_10, imaginary / std::f64::consts::LN_10)
}

fn polar(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (real, imaginary) = th.to_complex(args[0])?;
    let modulus = real.hypot(imaginary);
    if modulus.is_infinite() && is_finite((real, imaginary)) {
        return Err(range_error(th));
    }
    let pair = [Value::from_f64(modulus), Value::from_f64(imaginary.atan2(real))];
    Ok(Tuple::from_slice(th, &pair)?.value())
}

fn rect(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (r, phi) = (th.to_f64(args[0])?, th.to_f64(args[1])?);
    if r != 0.0 && !r.is_nan() && phi.is_infinite() {
        return Err(domain_error(th));
    }
    let (real, imaginary) = if r.is_infinite() && phi.is_finite() && phi != 0.0 {
        (r.copysign(r * phi.cos()), r.copysign(r * phi.sin()))
    } else if phi == 0.0 {
        // Keeps the sign of a zero angle, also for infinite r.
        (r, if r.is_finite() { r * phi } else { 0f64.copysign(phi * 1f64.copysign(r)) })
    } else if r == 0.0 && !phi.is_finite() {
        (0.0, 0.0)
    } else if r.is_infinite() {
        (f64::INFINITY, f64::NAN)
    } else {
        (r * phi.cos(), r * phi.sin())
    };
    th.new_complex(real, imaginary)
}

fn isclose(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (a, b) = (th.to_complex(args[0])?, th.to_complex(args[1])?);
    let relative = if args[2].is_unbound() { 1e-9 } else { th.to_f64(args[2])? };
    let absolute = if args[3].is_unbound() { 0.0 } else { th.to_f64(args[3])? };
    if relative < 0.0 || absolute < 0.0 {
        return Err(th.value_error("tolerances must be non-negative"));
    }
    if a == b {
        return Ok(Value::TRUE);
    }
    let infinite = |(x, y): Parts| x.is_infinite() || y.is_infinite();
    if infinite(a) || infinite(b) {
        return Ok(Value::FALSE);
    }
    let size = |(x, y): Parts| x.hypot(y);
    let difference = size((a.0 - b.0, a.1 - b.1));
    let close =
        difference <= relative * size(b) || difference <= relative * size(a) || difference <= absolute;
    Ok(Value::from_bool(close))
}

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    use std::f64::consts::{E, PI, TAU};
    let dict = module.dict();
    for (name, value) in [("pi", PI), ("e", E), ("tau", TAU), ("inf", f64::INFINITY), ("nan", f64::NAN)] {
        let name = th.intern(name)?;
        dict.set_str(th, name, Value::from_f64(value))?;
    }
    for (name, value) in [("infj", f64::INFINITY), ("nanj", f64::NAN)] {
        let name = th.intern(name)?;
        let number = th.new_complex(0.0, value)?;
        dict.set_str(th, name, number)?;
    }
    Ok(())
}
