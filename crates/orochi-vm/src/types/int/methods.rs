//! The methods of `int`.

use super::arithmetic::{self, binary};
use super::natural;
use super::operand::Operand;
use super::{SPEC, bytes_form, hash_of, power, round, text};
use crate::class::{GetSet, Method, class_method, getter, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::operation::{BinaryOp, Comparison};
use crate::thread::Thread;
use crate::types::float;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

pub(super) static METHODS: &[Method] = &[
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method("__lt__($self, value, /)", |th, args| compare(th, Comparison::Lt, args), "Return self<value."),
    method("__le__($self, value, /)", |th, args| compare(th, Comparison::Le, args), "Return self<=value."),
    method("__eq__($self, value, /)", |th, args| compare(th, Comparison::Eq, args), "Return self==value."),
    method("__ne__($self, value, /)", |th, args| compare(th, Comparison::Ne, args), "Return self!=value."),
    method("__gt__($self, value, /)", |th, args| compare(th, Comparison::Gt, args), "Return self>value."),
    method("__ge__($self, value, /)", |th, args| compare(th, Comparison::Ge, args), "Return self>=value."),
    method("__add__($self, value, /)", |th, args| forward(th, BinaryOp::Add, args), "Return self+value."),
    method("__radd__($self, value, /)", |th, args| reflected(th, BinaryOp::Add, args), "Return value+self."),
    method("__sub__($self, value, /)", |th, args| forward(th, BinaryOp::Sub, args), "Return self-value."),
    method("__rsub__($self, value, /)", |th, args| reflected(th, BinaryOp::Sub, args), "Return value-self."),
    method("__mul__($self, value, /)", |th, args| forward(th, BinaryOp::Mul, args), "Return self*value."),
    method("__rmul__($self, value, /)", |th, args| reflected(th, BinaryOp::Mul, args), "Return value*self."),
    method("__mod__($self, value, /)", |th, args| forward(th, BinaryOp::Mod, args), "Return self%value."),
    method("__rmod__($self, value, /)", |th, args| reflected(th, BinaryOp::Mod, args), "Return value%self."),
    method("__divmod__($self, value, /)", |th, args| forward(th, BinaryOp::DivMod, args), "Return divmod(self, value)."),
    method("__rdivmod__($self, value, /)", |th, args| reflected(th, BinaryOp::DivMod, args), "Return divmod(value, self)."),
    method("__pow__($self, value, mod=None, /)", pow, "Return pow(self, value, mod)."),
    method("__rpow__($self, value, mod=None, /)", rpow, "Return pow(value, self, mod)."),
    method("__neg__($self, /)", |th, args| { let x = receiver(th, args[0])?; arithmetic::negate(th, x) }, "-self"),
    method("__pos__($self, /)", plain, "+self"),
    method("__abs__($self, /)", abs, "abs(self)"),
    method("__bool__($self, /)", |th, args| Ok(Value::from_bool(!receiver(th, args[0])?.is_zero())), "True if self else False"),
    method("__invert__($self, /)", |th, args| { let x = receiver(th, args[0])?; arithmetic::invert(th, x) }, "~self"),
    method("__lshift__($self, value, /)", |th, args| forward(th, BinaryOp::LShift, args), "Return self<<value."),
    method("__rlshift__($self, value, /)", |th, args| reflected(th, BinaryOp::LShift, args), "Return value<<self."),
    method("__rshift__($self, value, /)", |th, args| forward(th, BinaryOp::RShift, args), "Return self>>value."),
    method("__rrshift__($self, value, /)", |th, args| reflected(th, BinaryOp::RShift, args), "Return value>>self."),
    method("__and__($self, value, /)", |th, args| forward(th, BinaryOp::And, args), "Return self&value."),
    method("__rand__($self, value, /)", |th, args| reflected(th, BinaryOp::And, args), "Return value&self."),
    method("__xor__($self, value, /)", |th, args| forward(th, BinaryOp::Xor, args), "Return self^value."),
    method("__rxor__($self, value, /)", |th, args| reflected(th, BinaryOp::Xor, args), "Return value^self."),
    method("__or__($self, value, /)", |th, args| forward(th, BinaryOp::Or, args), "Return self|value."),
    method("__ror__($self, value, /)", |th, args| reflected(th, BinaryOp::Or, args), "Return value|self."),
    method("__int__($self, /)", plain, "int(self)"),
    method("__float__($self, /)", to_float, "float(self)"),
    method("__floordiv__($self, value, /)", |th, args| forward(th, BinaryOp::FloorDiv, args), "Return self//value."),
    method("__rfloordiv__($self, value, /)", |th, args| reflected(th, BinaryOp::FloorDiv, args), "Return value//self."),
    method("__truediv__($self, value, /)", |th, args| forward(th, BinaryOp::TrueDiv, args), "Return self/value."),
    method("__rtruediv__($self, value, /)", |th, args| reflected(th, BinaryOp::TrueDiv, args), "Return value/self."),
    method("__index__($self, /)", plain, "Return self converted to an integer, if self is suitable for use as an index into a list."),
    method("conjugate($self, /)", plain, "Returns self, the complex conjugate of any int."),
    method("bit_length($self, /)", bit_length, "Number of bits necessary to represent self in binary.\n\n>>> bin(37)\n'0b100101'\n>>> (37).bit_length()\n6"),
    method("bit_count($self, /)", bit_count, "Number of ones in the binary representation of the absolute value of self.\n\nAlso known as the population count.\n\n>>> bin(13)\n'0b1101'\n>>> (13).bit_count()\n3"),
    method("to_bytes($self, /, length=1, byteorder='big', *, signed=False)", bytes_form::to_bytes, "Return an array of bytes representing an integer.\n\n  length\n    Length of bytes object to use.  An OverflowError is raised if the\n    integer is not representable with the given number of bytes.  Default\n    is length 1.\n  byteorder\n    The byte order used to represent the integer.  If byteorder is 'big',\n    the most significant byte is at the beginning of the byte array.  If\n    byteorder is 'little', the most significant byte is at the end of the\n    byte array.  To request the native byte order of the host system, use\n    sys.byteorder as the byte order value.  Default is to use 'big'.\n  signed\n    Determines whether two's complement is used to represent the integer.\n    If signed is False and a negative integer is given, an OverflowError\n    is raised."),
    class_method("from_bytes($cls, /, bytes, byteorder='big', *, signed=False)", bytes_form::from_bytes, "Return the integer represented by the given array of bytes.\n\n  bytes\n    Holds the array of bytes to convert.  The argument must either\n    support the buffer protocol or be an iterable object producing bytes.\n    Bytes and bytearray are examples of built-in objects that support the\n    buffer protocol.\n  byteorder\n    The byte order used to represent the integer.  If byteorder is 'big',\n    the most significant byte is at the beginning of the byte array.  If\n    byteorder is 'little', the most significant byte is at the end of the\n    byte array.  To request the native byte order of the host system, use\n    sys.byteorder as the byte order value.  Default is to use 'big'.\n  signed\n    Indicates whether two's complement is used to represent the integer."),
    method("as_integer_ratio($self, /)", as_integer_ratio, "Return a pair of integers, whose ratio is equal to the original int.\n\nThe ratio is in lowest terms and has a positive denominator.\n\n>>> (10).as_integer_ratio()\n(10, 1)\n>>> (-10).as_integer_ratio()\n(-10, 1)\n>>> (0).as_integer_ratio()\n(0, 1)"),
    method("is_integer($self, /)", |th, args| { receiver(th, args[0])?; Ok(Value::TRUE) }, "Returns True. Exists for duck type compatibility with float.is_integer."),
    method("__trunc__($self, /)", plain, "Truncating an Integral returns itself."),
    method("__floor__($self, /)", plain, "Flooring an Integral returns itself."),
    method("__ceil__($self, /)", plain, "Ceiling of an Integral returns itself."),
    method("__round__($self, ndigits=<unrepresentable>, /)", round::round, "Rounding an Integral returns itself.\n\nRounding with an ndigits argument also returns an integer."),
    method("__getnewargs__($self, /)", getnewargs, ""),
    method("__format__($self, format_spec, /)", format, "Convert to a string according to format_spec."),
    method("__sizeof__($self, /)", sizeof, "Returns size in memory, in bytes."),
];

pub(super) static GETSET: &[GetSet] = &[
    getter("real", |th, value| plain(th, &[value]), "the real part of a complex number"),
    getter("imag", |_, _| Ok(Value::from_i32(0)), "the imaginary part of a complex number"),
    getter("numerator", |th, value| plain(th, &[value]), "the numerator of a rational number in lowest terms"),
    getter("denominator", |_, _| Ok(Value::from_i32(1)), "the denominator of a rational number in lowest terms"),
];

/// The receiver of a method.
#[inline]
pub(super) fn receiver(th: &Thread, value: Value) -> Result<Operand, Raised> {
    match Operand::of(value) {
        Some(operand) => Ok(operand),
        None => Err(th.type_error(format!(
            "descriptor requires a '{}' object but received a '{}'",
            SPEC.name,
            th.type_name(value)
        ))),
    }
}

fn forward(th: &mut Thread, op: BinaryOp, args: &[Value]) -> Result<Value, Raised> {
    let left = receiver(th, args[0])?;
    match Operand::of(args[1]) {
        Some(right) => binary(th, op, left, right),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn reflected(th: &mut Thread, op: BinaryOp, args: &[Value]) -> Result<Value, Raised> {
    let right = receiver(th, args[0])?;
    match Operand::of(args[1]) {
        Some(left) => binary(th, op, left, right),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn compare(th: &mut Thread, op: Comparison, args: &[Value]) -> Result<Value, Raised> {
    let left = receiver(th, args[0])?;
    Ok(match Operand::of(args[1]) {
        Some(right) => Value::from_bool(op.holds(Some(left.order(right)))),
        None => Value::NOT_IMPLEMENTED,
    })
}

fn pow(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let base = receiver(th, args[0])?;
    power_of(th, base, args[1], args[2], |base, other| (base, other))
}

fn rpow(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let exponent = receiver(th, args[0])?;
    power_of(th, exponent, args[1], args[2], |exponent, other| (other, exponent))
}

fn power_of(
    th: &mut Thread,
    own: Operand,
    other: Value,
    modulus: Value,
    order: fn(Operand, Operand) -> (Operand, Operand),
) -> Result<Value, Raised> {
    let Some(other) = Operand::of(other) else { return Ok(Value::NOT_IMPLEMENTED) };
    let (base, exponent) = order(own, other);
    if modulus.is_unbound() || modulus.is_none() {
        return power::power(th, base, exponent);
    }
    match Operand::of(modulus) {
        Some(modulus) => power::power_modulo(th, base, exponent, modulus),
        None if float::as_f64(modulus).is_some() => {
            Err(th.type_error("pow() 3rd argument not allowed unless all arguments are integers"))
        }
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn plain(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0])?.to_value(th)
}

fn abs(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let operand = receiver(th, args[0])?;
    if operand.is_negative() { arithmetic::negate(th, operand) } else { operand.to_value(th) }
}

pub(super) fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let operand = receiver(th, args[0])?;
    Ok(text::repr(th, operand)?.value())
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0])?;
    th.int_from_i64(hash_of(args[0]))
}

fn to_float(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let operand = receiver(th, args[0])?;
    Ok(Value::from_f64(float::from_operand(th, operand)?))
}

fn bit_length(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let bits = receiver(th, args[0])?.bit_length();
    th.int_from_u64(bits)
}

fn bit_count(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let operand = receiver(th, args[0])?;
    let mut buffer = [0];
    th.int_from_u64(natural::bit_count(operand.parts(&mut buffer).words))
}

fn as_integer_ratio(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let numerator = plain(th, args)?;
    Ok(Tuple::from_slice(th, &[numerator, Value::from_i32(1)])?.value())
}

fn getnewargs(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = plain(th, args)?;
    Ok(Tuple::from_slice(th, &[number])?.value())
}

fn format(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let operand = receiver(th, args[0])?;
    let Some(spec) = args[1].cast::<Str>() else {
        let class = th.type_name(args[1]);
        return Err(th.type_error(format!("__format__() argument must be str, not {class}")));
    };
    if spec.is_empty() {
        return Ok(th.str(args[0])?.value());
    }
    let name = th.type_name(args[0]);
    let made = text::format(th, operand, spec.text(), &name)?;
    Ok(Str::from_text(th, made.as_text())?.value())
}

fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let operand = receiver(th, args[0])?;
    let mut buffer = [0];
    let words = operand.parts(&mut buffer).words.len();
    th.int_from_i64(24 + 8 * words as i64)
}
