//! The methods of `float`.

use orochi_text::Text;
use orochi_text::number::float_hex;

use super::SPEC;
use super::convert::{self, integer_ratio, round_half_even, to_int};
use super::object::as_f64;
use super::operators::{self, binary, from_operand, order};
use crate::class::{GetSet, Method, class_method, getter, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::operation::{BinaryOp, Comparison};
use crate::thread::Thread;
use crate::types::int::Operand;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

pub(super) static METHODS: &[Method] = &[
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method(
        "__lt__($self, value, /)",
        |th, args| compare(th, Comparison::Lt, args),
        "Return self<value.",
    ),
    method(
        "__le__($self, value, /)",
        |th, args| compare(th, Comparison::Le, args),
        "Return self<=value.",
    ),
    method(
        "__eq__($self, value, /)",
        |th, args| compare(th, Comparison::Eq, args),
        "Return self==value.",
    ),
    method(
        "__ne__($self, value, /)",
        |th, args| compare(th, Comparison::Ne, args),
        "Return self!=value.",
    ),
    method(
        "__gt__($self, value, /)",
        |th, args| compare(th, Comparison::Gt, args),
        "Return self>value.",
    ),
    method(
        "__ge__($self, value, /)",
        |th, args| compare(th, Comparison::Ge, args),
        "Return self>=value.",
    ),
    method(
        "__add__($self, value, /)",
        |th, args| forward(th, BinaryOp::Add, args),
        "Return self+value.",
    ),
    method(
        "__radd__($self, value, /)",
        |th, args| reflected(th, BinaryOp::Add, args),
        "Return value+self.",
    ),
    method(
        "__sub__($self, value, /)",
        |th, args| forward(th, BinaryOp::Sub, args),
        "Return self-value.",
    ),
    method(
        "__rsub__($self, value, /)",
        |th, args| reflected(th, BinaryOp::Sub, args),
        "Return value-self.",
    ),
    method(
        "__mul__($self, value, /)",
        |th, args| forward(th, BinaryOp::Mul, args),
        "Return self*value.",
    ),
    method(
        "__rmul__($self, value, /)",
        |th, args| reflected(th, BinaryOp::Mul, args),
        "Return value*self.",
    ),
    method(
        "__mod__($self, value, /)",
        |th, args| forward(th, BinaryOp::Mod, args),
        "Return self%value.",
    ),
    method(
        "__rmod__($self, value, /)",
        |th, args| reflected(th, BinaryOp::Mod, args),
        "Return value%self.",
    ),
    method(
        "__divmod__($self, value, /)",
        |th, args| forward(th, BinaryOp::DivMod, args),
        "Return divmod(self, value).",
    ),
    method(
        "__rdivmod__($self, value, /)",
        |th, args| reflected(th, BinaryOp::DivMod, args),
        "Return divmod(value, self).",
    ),
    method("__pow__($self, value, mod=None, /)", pow, "Return pow(self, value, mod)."),
    method("__rpow__($self, value, mod=None, /)", rpow, "Return pow(value, self, mod)."),
    method("__neg__($self, /)", |th, args| Ok(Value::from_f64(-receiver(th, args[0])?)), "-self"),
    method("__pos__($self, /)", plain, "+self"),
    method(
        "__abs__($self, /)",
        |th, args| Ok(Value::from_f64(receiver(th, args[0])?.abs())),
        "abs(self)",
    ),
    method(
        "__bool__($self, /)",
        |th, args| Ok(Value::from_bool(receiver(th, args[0])? != 0.0)),
        "True if self else False",
    ),
    method("__int__($self, /)", trunc, "int(self)"),
    method("__float__($self, /)", plain, "float(self)"),
    method(
        "__floordiv__($self, value, /)",
        |th, args| forward(th, BinaryOp::FloorDiv, args),
        "Return self//value.",
    ),
    method(
        "__rfloordiv__($self, value, /)",
        |th, args| reflected(th, BinaryOp::FloorDiv, args),
        "Return value//self.",
    ),
    method(
        "__truediv__($self, value, /)",
        |th, args| forward(th, BinaryOp::TrueDiv, args),
        "Return self/value.",
    ),
    method(
        "__rtruediv__($self, value, /)",
        |th, args| reflected(th, BinaryOp::TrueDiv, args),
        "Return value/self.",
    ),
    class_method(
        "from_number($cls, number, /)",
        from_number,
        "Convert real number to a floating-point number.",
    ),
    method("conjugate($self, /)", plain, "Return self, the complex conjugate of any float."),
    method("__trunc__($self, /)", trunc, "Return the Integral closest to x between 0 and x."),
    method(
        "__floor__($self, /)",
        |th, args| {
            let x = receiver(th, args[0])?;
            to_int(th, x.floor())
        },
        "Return the floor as an Integral.",
    ),
    method(
        "__ceil__($self, /)",
        |th, args| {
            let x = receiver(th, args[0])?;
            to_int(th, x.ceil())
        },
        "Return the ceiling as an Integral.",
    ),
    method(
        "__round__($self, ndigits=None, /)",
        round,
        "Return the Integral closest to x, rounding half toward even.\n\nWhen an argument is passed, work like built-in round(x, ndigits).",
    ),
    method(
        "as_integer_ratio($self, /)",
        as_integer_ratio,
        "Return a pair of integers, whose ratio is exactly equal to the original float.\n\nThe ratio is in lowest terms and has a positive denominator.  Raise\nOverflowError on infinities and a ValueError on NaNs.\n\n>>> (10.0).as_integer_ratio()\n(10, 1)\n>>> (0.0).as_integer_ratio()\n(0, 1)\n>>> (-.25).as_integer_ratio()\n(-1, 4)",
    ),
    class_method(
        "fromhex($cls, string, /)",
        fromhex,
        "Create a floating-point number from a hexadecimal string.\n\n>>> float.fromhex('0x1.ffffp10')\n2047.984375\n>>> float.fromhex('-0x1p-1074')\n-5e-324",
    ),
    method(
        "hex($self, /)",
        hex,
        "Return a hexadecimal representation of a floating-point number.\n\n>>> (-0.1).hex()\n'-0x1.999999999999ap-4'\n>>> 3.14159.hex()\n'0x1.921f9f01b866ep+1'",
    ),
    method("is_integer($self, /)", is_integer, "Return True if the float is an integer."),
    method("__getnewargs__($self, /)", getnewargs, ""),
    class_method(
        "__getformat__($cls, typestr, /)",
        getformat,
        "You probably don't want to use this function.\n\n  typestr\n    Must be 'double' or 'float'.\n\nIt exists mainly to be used in Python's test suite.\n\nThis function returns whichever of 'unknown', 'IEEE, big-endian' or 'IEEE,\nlittle-endian' best describes the format of floating-point numbers used by the\nC type named by typestr.",
    ),
    method(
        "__format__($self, format_spec, /)",
        format,
        "Formats the float according to format_spec.",
    ),
];

pub(super) static GETSET: &[GetSet] = &[
    getter("real", |th, value| plain(th, &[value]), "the real part of a complex number"),
    getter("imag", |_, _| Ok(Value::from_f64(0.0)), "the imaginary part of a complex number"),
];

/// The receiver of a method.
#[inline]
fn receiver(th: &Thread, value: Value) -> Result<f64, Raised> {
    match as_f64(value) {
        Some(number) => Ok(number),
        None => Err(th.type_error(format!(
            "descriptor requires a 'float' object but received a '{}'",
            th.type_name(value)
        ))),
    }
}

/// The other operand: a float or an integer; `None` if it is neither.
fn other(th: &Thread, value: Value) -> Result<Option<f64>, Raised> {
    if let Some(number) = as_f64(value) {
        return Ok(Some(number));
    }
    match Operand::of(value) {
        Some(operand) => from_operand(th, operand).map(Some),
        None => Ok(None),
    }
}

fn forward(th: &mut Thread, op: BinaryOp, args: &[Value]) -> Result<Value, Raised> {
    let left = receiver(th, args[0])?;
    let Some(right) = other(th, args[1])? else { return Ok(Value::NOT_IMPLEMENTED) };
    binary(th, op, left, right).unwrap_or(Ok(Value::NOT_IMPLEMENTED))
}

fn reflected(th: &mut Thread, op: BinaryOp, args: &[Value]) -> Result<Value, Raised> {
    let right = receiver(th, args[0])?;
    let Some(left) = other(th, args[1])? else { return Ok(Value::NOT_IMPLEMENTED) };
    binary(th, op, left, right).unwrap_or(Ok(Value::NOT_IMPLEMENTED))
}

fn pow(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    no_modulus(th, args[2])?;
    forward(th, BinaryOp::Pow, args)
}

fn rpow(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    no_modulus(th, args[2])?;
    reflected(th, BinaryOp::Pow, args)
}

fn no_modulus(th: &Thread, modulus: Value) -> Result<(), Raised> {
    if modulus.is_unbound() || modulus.is_none() {
        return Ok(());
    }
    Err(th.type_error("pow() 3rd argument not allowed unless all arguments are integers"))
}

fn compare(th: &mut Thread, op: Comparison, args: &[Value]) -> Result<Value, Raised> {
    let left = receiver(th, args[0])?;
    Ok(match order(left, args[1]) {
        Some(order) => Value::from_bool(op.holds(order)),
        None => Value::NOT_IMPLEMENTED,
    })
}

fn plain(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_f64(receiver(th, args[0])?))
}

fn trunc(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = receiver(th, args[0])?;
    to_int(th, number)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = receiver(th, args[0])?;
    Ok(convert::repr(th, number)?.value())
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = receiver(th, args[0])?;
    if number.is_nan() && args[0].is_object() {
        return th.int_from_i64(crate::operation::identity_hash(args[0]));
    }
    th.int_from_i64(operators::hash(number))
}

fn round(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = receiver(th, args[0])?;
    if args[1].is_unbound() || args[1].is_none() {
        return to_int(th, round_half_even(number));
    }
    let digits = th.index_clamped_plain(args[1])?;
    Ok(Value::from_f64(convert::round_digits(th, number, digits)?))
}

fn as_integer_ratio(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = receiver(th, args[0])?;
    if number.is_infinite() {
        return Err(th.overflow_error("cannot convert Infinity to integer ratio"));
    }
    if number.is_nan() {
        return Err(th.value_error("cannot convert NaN to integer ratio"));
    }
    let (numerator, denominator) = integer_ratio(th, number)?;
    Ok(Tuple::from_slice(th, &[numerator, denominator])?.value())
}

/// The number as an instance of the class that a class method was called on.
fn of_class(th: &mut Thread, class: Value, number: f64) -> Result<Value, Raised> {
    let number = Value::from_f64(number);
    if class == SPEC.class().value() { Ok(number) } else { th.call(class, &[number]) }
}

fn from_number(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = th.to_f64(args[1])?;
    of_class(th, args[0], number)
}

fn fromhex(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(text) = args[1].cast::<Str>() else {
        return Err(th.type_error("bad argument type for built-in operation"));
    };
    let number = convert::parse_hex(th, text.text())?;
    of_class(th, args[0], number)
}

fn hex(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = receiver(th, args[0])?;
    Ok(Str::from_text(th, Text::One(float_hex(number).as_bytes()))?.value())
}

fn is_integer(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = receiver(th, args[0])?;
    Ok(Value::from_bool(number.is_finite() && number.floor() == number))
}

fn getnewargs(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = plain(th, args)?;
    Ok(Tuple::from_slice(th, &[number])?.value())
}

fn getformat(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(kind) = args[1].cast::<Str>() else {
        let class = th.type_name(args[1]);
        return Err(th.type_error(format!("__getformat__() argument must be str, not {class}")));
    };
    match kind.ascii() {
        Some("double" | "float") => Ok(th.new_str("IEEE, little-endian")?.value()),
        _ => Err(th.value_error("__getformat__() argument 1 must be 'double' or 'float'")),
    }
}

fn format(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = receiver(th, args[0])?;
    let Some(spec) = args[1].cast::<Str>() else {
        let class = th.type_name(args[1]);
        return Err(th.type_error(format!("__format__() argument must be str, not {class}")));
    };
    if spec.is_empty() {
        return Ok(th.str(args[0])?.value());
    }
    let name = th.type_name(args[0]);
    Ok(convert::format(th, number, spec.text(), &name)?.value())
}
