//! Functions of one or two floats, and their errors: a NaN out of numbers is a domain error, an
//! infinity out of finite numbers a range error (or a domain error, at a pole).

use orochi_text::number::float_repr;
use orochi_vm::class::Special;
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::thread::Thread;
use orochi_vm::types::float::to_int;
use orochi_vm::types::int::{self, Operand};
use orochi_vm::types::tuple::Tuple;

use super::c_library as c;

/// What an infinity from a finite argument means.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Infinite {
    /// Overflow.
    Range,
    /// A pole.
    Domain,
}

pub(super) fn domain_error(th: &Thread) -> Raised {
    th.value_error("math domain error")
}

pub(super) fn range_error(th: &Thread) -> Raised {
    th.overflow_error("math range error")
}

/// Calls a function of one float; `expected` is what a domain error says was wanted.
pub(super) fn call(
    th: &mut Thread,
    args: &[Value],
    compute: fn(f64) -> f64,
    infinite: Infinite,
    expected: &str,
) -> Result<Value, Raised> {
    let x = th.to_f64(args[0])?;
    let result = compute(x);
    let domain = |th: &Thread| {
        if expected.is_empty() {
            return domain_error(th);
        }
        th.value_error(format!("expected {expected}, got {}", float_repr(x)))
    };
    if result.is_nan() && !x.is_nan() {
        return Err(domain(th));
    }
    if result.is_infinite() && x.is_finite() {
        match infinite {
            Infinite::Range => return Err(range_error(th)),
            Infinite::Domain => return Err(domain(th)),
        }
    }
    Ok(Value::from_f64(result))
}

/// Calls a function of two floats.
pub(super) fn call2(th: &mut Thread, args: &[Value], compute: fn(f64, f64) -> f64) -> Result<Value, Raised> {
    let (x, y) = (th.to_f64(args[0])?, th.to_f64(args[1])?);
    let result = compute(x, y);
    if result.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain_error(th));
    }
    if result.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(range_error(th));
    }
    Ok(Value::from_f64(result))
}

pub(super) fn ceil(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    to_integral(th, args[0], Special::Ceil, f64::ceil)
}

pub(super) fn floor(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    to_integral(th, args[0], Special::Floor, f64::floor)
}

fn to_integral(th: &mut Thread, value: Value, method: Special, round: fn(f64) -> f64) -> Result<Value, Raised> {
    if value.is_float() {
        return to_int(th, round(value.as_f64()));
    }
    if value.is_int() {
        return Ok(value);
    }
    if let Some(result) = th.call_special(value, method, &[])? {
        return Ok(result);
    }
    let x = th.to_f64(value)?;
    to_int(th, round(x))
}

pub(super) fn trunc(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[0].is_float() {
        return to_int(th, args[0].as_f64());
    }
    match th.call_special(args[0], Special::Trunc, &[])? {
        Some(result) => Ok(result),
        None => {
            let class = th.type_name(args[0]);
            Err(th.type_error(format!("type {class} doesn't define __trunc__ method")))
        }
    }
}

pub(super) fn fma(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let [x, y, z] = [th.to_f64(args[0])?, th.to_f64(args[1])?, th.to_f64(args[2])?];
    let result = x.mul_add(y, z);
    if result.is_nan() && !(x.is_nan() || y.is_nan() || z.is_nan()) {
        return Err(th.value_error("invalid operation in fma"));
    }
    if result.is_infinite() && x.is_finite() && y.is_finite() && z.is_finite() {
        return Err(th.overflow_error("overflow in fma"));
    }
    Ok(Value::from_f64(result))
}

pub(super) fn fmod(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (x, y) = (th.to_f64(args[0])?, th.to_f64(args[1])?);
    if y.is_infinite() && x.is_finite() {
        return Ok(Value::from_f64(x));
    }
    let result = x % y;
    if result.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain_error(th));
    }
    Ok(Value::from_f64(result))
}

pub(super) fn frexp(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (mantissa, exponent) = c::frexp(th.to_f64(args[0])?);
    let pair = [Value::from_f64(mantissa), Value::from_i32(exponent)];
    Ok(Tuple::from_slice(th, &pair)?.value())
}

pub(super) fn modf(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let x = th.to_f64(args[0])?;
    let whole = x.trunc();
    let fraction = if x.is_infinite() { 0f64.copysign(x) } else { (x - whole).copysign(x) };
    let pair = [Value::from_f64(fraction), Value::from_f64(whole)];
    Ok(Tuple::from_slice(th, &pair)?.value())
}

pub(super) fn ldexp(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let x = th.to_f64(args[0])?;
    if !int::is_int_like(args[1]) {
        return Err(th.type_error("Expected an int as second argument to ldexp."));
    }
    if x == 0.0 || !x.is_finite() {
        return Ok(Value::from_f64(x));
    }
    let exponent = match int::as_i64(args[1]) {
        Some(exponent) => exponent.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32,
        None if int::is_negative(args[1]) => i32::MIN,
        None => i32::MAX,
    };
    let result = c::ldexp(x, exponent);
    if result.is_infinite() {
        return Err(range_error(th));
    }
    Ok(Value::from_f64(result))
}

const NO_POLE: &str = "expected a noninteger or positive integer";

fn is_pole(x: f64) -> bool {
    x <= 0.0 && x == x.floor()
}

pub(super) fn gamma(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let x = th.to_f64(args[0])?;
    if is_pole(x) {
        return Err(th.value_error(format!("{NO_POLE}, got {}", float_repr(x))));
    }
    let result = c::tgamma(x);
    if result.is_infinite() && x.is_finite() {
        return Err(range_error(th));
    }
    Ok(Value::from_f64(result))
}

pub(super) fn lgamma(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let x = th.to_f64(args[0])?;
    if is_pole(x) && x.is_finite() {
        return Err(th.value_error(format!("{NO_POLE}, got {}", float_repr(x))));
    }
    let result = c::lgamma(x);
    if result.is_infinite() && x.is_finite() {
        return Err(range_error(th));
    }
    Ok(Value::from_f64(result))
}

/// A logarithm of a float, or of an integer of any size.
pub(super) fn logarithm(th: &mut Thread, value: Value, compute: fn(f64) -> f64) -> Result<f64, Raised> {
    if !value.is_number() {
        if let Some(operand) = Operand::of(value) {
            if operand.is_negative() || operand.is_zero() {
                return Err(th.value_error("expected a positive input"));
            }
            return Ok(integer_logarithm(operand, compute));
        }
    } else if value.is_int() && value.as_int() <= 0 {
        return Err(th.value_error("expected a positive input"));
    }
    let x = th.to_f64(value)?;
    if x <= 0.0 {
        return Err(th.value_error(format!("expected a positive input, got {}", float_repr(x))));
    }
    Ok(compute(x))
}

/// Of a positive integer that may be larger than any float.
fn integer_logarithm(operand: Operand, compute: fn(f64) -> f64) -> f64 {
    let float = operand.to_f64();
    if float.is_finite() {
        return compute(float);
    }
    let mut buffer = [0];
    let (mantissa, exponent) = int::natural::mantissa(operand.parts(&mut buffer).words);
    // A mantissa in [0.5, 1), correctly rounded.
    let fraction = int::natural::round_to_f64(u128::from(mantissa), -64);
    compute(fraction) + compute(2.0) * (exponent as f64 + 64.0)
}

pub(super) fn log(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = logarithm(th, args[0], f64::ln)?;
    if args[1].is_unbound() {
        return Ok(Value::from_f64(number));
    }
    let base = logarithm(th, args[1], f64::ln)?;
    if base == 0.0 {
        return Err(th.zero_division_error("division by zero"));
    }
    Ok(Value::from_f64(number / base))
}

pub(super) fn pow(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (x, y) = (th.to_f64(args[0])?, th.to_f64(args[1])?);
    let result = x.powf(y);
    if result.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain_error(th));
    }
    if result.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(if x == 0.0 { domain_error(th) } else { range_error(th) });
    }
    Ok(Value::from_f64(result))
}

pub(super) fn isclose(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (a, b) = (th.to_f64(args[0])?, th.to_f64(args[1])?);
    let relative = if args[2].is_unbound() { 1e-9 } else { th.to_f64(args[2])? };
    let absolute = if args[3].is_unbound() { 0.0 } else { th.to_f64(args[3])? };
    if relative < 0.0 || absolute < 0.0 {
        return Err(th.value_error("tolerances must be non-negative"));
    }
    if a == b {
        return Ok(Value::TRUE);
    }
    if a.is_infinite() || b.is_infinite() {
        return Ok(Value::FALSE);
    }
    let difference = (b - a).abs();
    let close = difference <= (relative * b).abs() || difference <= (relative * a).abs() || difference <= absolute;
    Ok(Value::from_bool(close))
}

pub(super) fn ulp(x: f64) -> f64 {
    let x = x.abs();
    if x.is_nan() || x.is_infinite() {
        return x;
    }
    let above = c::nextafter(x, f64::INFINITY);
    if above.is_infinite() { x - c::nextafter(x, f64::NEG_INFINITY) } else { above - x }
}

pub(super) fn nextafter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (x, y) = (th.to_f64(args[0])?, th.to_f64(args[1])?);
    if args[2].is_unbound() || args[2].is_none() {
        return Ok(Value::from_f64(c::nextafter(x, y)));
    }
    let steps = th.index(args[2])?;
    if int::is_negative(steps) {
        return Err(th.value_error("steps must be a non-negative integer"));
    }
    let steps = int::as_u64(steps).unwrap_or(u64::MAX);
    Ok(Value::from_f64(after_steps(x, y, steps)))
}

/// Floats in order are numbered: positive ones by their bits, negative ones downwards.
fn after_steps(x: f64, y: f64, steps: u64) -> f64 {
    if steps == 0 || x == y {
        return if steps == 0 { x } else { y };
    }
    if x.is_nan() {
        return x;
    }
    if y.is_nan() {
        return y;
    }
    const SIGN: u64 = 1 << 63;
    let number = |bits: u64| {
        let magnitude = i128::from(bits & !SIGN);
        if bits & SIGN == 0 { magnitude } else { -magnitude }
    };
    let (from, to, steps) = (number(x.to_bits()), number(y.to_bits()), i128::from(steps));
    let reached = if to > from { (from + steps).min(to) } else { (from - steps).max(to) };
    if reached == to {
        return y;
    }
    let magnitude = reached.unsigned_abs() as u64;
    let negative = reached < 0 || (reached == 0 && x.is_sign_negative());
    f64::from_bits(if negative { magnitude | SIGN } else { magnitude })
}
