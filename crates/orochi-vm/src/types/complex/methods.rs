//! The methods of `complex`.

use std::cmp::Ordering;

use orochi_text::Text;
use orochi_text::format::{Defaults, Locale, Spec, format_complex};
use orochi_text::number::complex_repr;

use super::arithmetic::{divide, divide_real, multiply, power};
use super::object::{Complex, Parts, as_parts};
use super::{SPEC, construct};
use crate::class::{GetSet, Method, class_method, member, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::float::{self, as_f64};
use crate::types::int::Operand;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

pub(super) static METHODS: &[Method] = &[
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method("__eq__($self, value, /)", |th, args| equal(th, args, true), "Return self==value."),
    method("__ne__($self, value, /)", |th, args| equal(th, args, false), "Return self!=value."),
    method("__lt__($self, value, /)", unordered, "Return self<value."),
    method("__le__($self, value, /)", unordered, "Return self<=value."),
    method("__gt__($self, value, /)", unordered, "Return self>value."),
    method("__ge__($self, value, /)", unordered, "Return self>=value."),
    method("__add__($self, value, /)", add, "Return self+value."),
    method("__radd__($self, value, /)", add, "Return value+self."),
    method("__sub__($self, value, /)", sub, "Return self-value."),
    method("__rsub__($self, value, /)", rsub, "Return value-self."),
    method("__mul__($self, value, /)", mul, "Return self*value."),
    method("__rmul__($self, value, /)", mul, "Return value*self."),
    method("__truediv__($self, value, /)", truediv, "Return self/value."),
    method("__rtruediv__($self, value, /)", rtruediv, "Return value/self."),
    method("__pow__($self, value, mod=None, /)", pow, "Return pow(self, value, mod)."),
    method("__rpow__($self, value, mod=None, /)", rpow, "Return pow(value, self, mod)."),
    method("__neg__($self, /)", neg, "-self"),
    method("__pos__($self, /)", pos, "+self"),
    method("__abs__($self, /)", abs, "abs(self)"),
    method("__bool__($self, /)", bool, "True if self else False"),
    class_method(
        "from_number($cls, number, /)",
        from_number,
        "Convert number to a complex floating-point number.",
    ),
    method(
        "conjugate($self, /)",
        conjugate,
        "Return the complex conjugate of its argument. (3-4j).conjugate() == 3+4j.",
    ),
    method("__complex__($self, /)", pos, "Convert this value to exact type complex."),
    method("__getnewargs__($self, /)", getnewargs, ""),
    method(
        "__format__($self, format_spec, /)",
        format,
        "Convert to a string according to format_spec.",
    ),
];

pub(super) static GETSET: &[GetSet] = &[
    member(
        "real",
        |th, value| Ok(Value::from_f64(receiver(th, value)?.0)),
        "the real part of a complex number",
    ),
    member(
        "imag",
        |th, value| Ok(Value::from_f64(receiver(th, value)?.1)),
        "the imaginary part of a complex number",
    ),
];

fn receiver(th: &Thread, value: Value) -> Result<Parts, Raised> {
    let number = th.receiver::<Complex>(value)?;
    Ok((number.real.get(), number.imaginary.get()))
}

/// The other operand of an operator.
enum Other {
    Real(f64),
    Complex(Parts),
}

impl Other {
    fn parts(self) -> Parts {
        match self {
            Other::Real(real) => (real, 0.0),
            Other::Complex(parts) => parts,
        }
    }
}

fn other(th: &Thread, value: Value) -> Result<Option<Other>, Raised> {
    if let Some(real) = as_f64(value) {
        return Ok(Some(Other::Real(real)));
    }
    if let Some(parts) = as_parts(value) {
        return Ok(Some(Other::Complex(parts)));
    }
    match Operand::of(value) {
        Some(operand) => Ok(Some(Other::Real(float::from_operand(th, operand)?))),
        None => Ok(None),
    }
}

/// An operator on the receiver and another number.
fn operator(
    th: &mut Thread,
    args: &[Value],
    compute: impl FnOnce(&Thread, Parts, Other) -> Result<Parts, Raised>,
) -> Result<Value, Raised> {
    let own = receiver(th, args[0])?;
    let Some(other) = other(th, args[1])? else { return Ok(Value::NOT_IMPLEMENTED) };
    let (real, imaginary) = compute(th, own, other)?;
    th.new_complex(real, imaginary)
}

fn add(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    operator(th, args, |_, a, other| {
        Ok(match other {
            Other::Real(b) => (a.0 + b, a.1),
            Other::Complex(b) => (a.0 + b.0, a.1 + b.1),
        })
    })
}

fn sub(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    operator(th, args, |_, a, other| {
        Ok(match other {
            Other::Real(b) => (a.0 - b, a.1),
            Other::Complex(b) => (a.0 - b.0, a.1 - b.1),
        })
    })
}

fn rsub(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    operator(th, args, |_, a, other| {
        Ok(match other {
            Other::Real(b) => (b - a.0, -a.1),
            Other::Complex(b) => (b.0 - a.0, b.1 - a.1),
        })
    })
}

fn mul(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    operator(th, args, |_, a, other| {
        Ok(match other {
            Other::Real(b) => (a.0 * b, a.1 * b),
            Other::Complex(b) => multiply(a, b),
        })
    })
}

fn truediv(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    operator(th, args, |th, a, other| {
        let quotient = match other {
            Other::Real(b) => (b != 0.0).then(|| (a.0 / b, a.1 / b)),
            Other::Complex(b) => divide(a, b),
        };
        quotient.ok_or_else(|| th.zero_division_error("division by zero"))
    })
}

fn rtruediv(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    operator(th, args, |th, b, other| {
        let quotient = match other {
            Other::Real(a) => divide_real(a, b),
            Other::Complex(a) => divide(a, b),
        };
        quotient.ok_or_else(|| th.zero_division_error("division by zero"))
    })
}

fn no_modulus(th: &Thread, modulus: Value) -> Result<(), Raised> {
    if modulus.is_unbound() || modulus.is_none() {
        Ok(())
    } else {
        Err(th.value_error("complex modulo"))
    }
}

fn pow(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    no_modulus(th, args[2])?;
    operator(th, args, |th, a, other| power(th, a, other.parts()))
}

fn rpow(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    no_modulus(th, args[2])?;
    operator(th, args, |th, b, other| power(th, other.parts(), b))
}

fn equal(th: &mut Thread, args: &[Value], wanted: bool) -> Result<Value, Raised> {
    let own = receiver(th, args[0])?;
    let equal = if let Some(other) = as_parts(args[1]) {
        own == other
    } else if let Some(real) = as_f64(args[1]) {
        own == (real, 0.0)
    } else if let Some(operand) = Operand::of(args[1]) {
        own.1 == 0.0 && operand.order_real(own.0) == Some(Ordering::Equal)
    } else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(Value::from_bool(equal == wanted))
}

fn unordered(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0])?;
    Ok(Value::NOT_IMPLEMENTED)
}

fn neg(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (real, imaginary) = receiver(th, args[0])?;
    th.new_complex(-real, -imaginary)
}

/// The number as one of the class itself.
fn pos(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (real, imaginary) = receiver(th, args[0])?;
    if args[0].cast_exact::<Complex>().is_some() {
        return Ok(args[0]);
    }
    th.new_complex(real, imaginary)
}

fn conjugate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (real, imaginary) = receiver(th, args[0])?;
    th.new_complex(real, -imaginary)
}

fn abs(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (real, imaginary) = receiver(th, args[0])?;
    let modulus = real.hypot(imaginary);
    if modulus.is_infinite() && real.is_finite() && imaginary.is_finite() {
        return Err(th.overflow_error("absolute value too large"));
    }
    Ok(Value::from_f64(modulus))
}

fn bool(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(receiver(th, args[0])? != (0.0, 0.0)))
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (real, imaginary) = receiver(th, args[0])?;
    let identity = crate::operation::identity_hash(args[0]);
    th.int_from_i64(orochi_text::hash::hash_complex(real, imaginary, identity))
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (real, imaginary) = receiver(th, args[0])?;
    Ok(Str::from_text(th, Text::One(complex_repr(real, imaginary).as_bytes()))?.value())
}

fn from_number(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let exact = args[0] == SPEC.class().value();
    if exact && args[1].cast_exact::<Complex>().is_some() {
        return Ok(args[1]);
    }
    let Some((real, imaginary)) = construct::number(th, args[1])? else {
        let class = th.type_name(args[1]);
        return Err(th.type_error(format!("must be real number, not {class}")));
    };
    let number = th.new_complex(real, imaginary)?;
    if exact { Ok(number) } else { th.call(args[0], &[number]) }
}

fn getnewargs(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (real, imaginary) = receiver(th, args[0])?;
    let parts = [Value::from_f64(real), Value::from_f64(imaginary)];
    Ok(Tuple::from_slice(th, &parts)?.value())
}

fn format(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (real, imaginary) = receiver(th, args[0])?;
    let Some(spec) = args[1].cast::<Str>() else {
        let class = th.type_name(args[1]);
        return Err(th.type_error(format!("__format__() argument must be str, not {class}")));
    };
    if spec.is_empty() {
        return Ok(th.str(args[0])?.value());
    }
    let name = th.type_name(args[0]);
    let made = Spec::parse(spec.text(), Defaults::Real, &name)
        .and_then(|spec| format_complex(&spec, real, imaginary, &Locale::C, &name));
    match made {
        Ok(text) => Ok(Str::from_text(th, text.as_text())?.value()),
        Err(error) => Err(th.text_error(error)),
    }
}
