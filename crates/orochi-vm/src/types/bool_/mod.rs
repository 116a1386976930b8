//! `bool`: two immediate values, of a class that derives from `int`.

use crate::class::{Method, NativeLayout, Tail, TypeFlags, TypeSpec, function, method};
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::operation::BinaryOp;
use crate::thread::Thread;
use crate::types::int::{self, Int, Operand};
use crate::types::str::Str;

/// The class `bool`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Returns True when the argument is true, False otherwise.\n\
          The builtins True and False are the only two instances of the class bool.\n\
          The class bool is a subclass of the class int, and cannot be subclassed.",
    base: Some(&int::SPEC),
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::MATCH_SELF),
    new: Some(function("__new__($cls, object=False, /)", new, "")),
    methods: METHODS,
    ..TypeSpec::named("bool", NativeLayout::with_tail::<Int>(Tail::Bytes))
};

/// The types of this folder.
pub static TYPES: &[&TypeSpec] = &[&SPEC];

static METHODS: &[Method] = &[
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__invert__($self, /)", invert, "~self"),
    method(
        "__and__($self, value, /)",
        |th, args| bitwise(th, BinaryOp::And, args),
        "Return self&value.",
    ),
    method(
        "__rand__($self, value, /)",
        |th, args| bitwise(th, BinaryOp::And, args),
        "Return value&self.",
    ),
    method(
        "__xor__($self, value, /)",
        |th, args| bitwise(th, BinaryOp::Xor, args),
        "Return self^value.",
    ),
    method(
        "__rxor__($self, value, /)",
        |th, args| bitwise(th, BinaryOp::Xor, args),
        "Return value^self.",
    ),
    method(
        "__or__($self, value, /)",
        |th, args| bitwise(th, BinaryOp::Or, args),
        "Return self|value.",
    ),
    method(
        "__ror__($self, value, /)",
        |th, args| bitwise(th, BinaryOp::Or, args),
        "Return value|self.",
    ),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.instance_shape(args[0], &SPEC)?;
    if args[1].is_unbound() {
        return Ok(Value::FALSE);
    }
    Ok(Value::from_bool(th.is_true(args[1])?))
}

fn receiver(th: &Thread, value: Value) -> Result<bool, Raised> {
    if value.is_bool() {
        return Ok(value.is_true());
    }
    let class = th.type_name(value);
    Err(th.type_error(format!("descriptor requires a 'bool' object but received a '{class}'")))
}

/// `repr(bool)`
pub fn text(th: &Thread, value: bool) -> crate::object::Ref<Str> {
    if value { crate::name!(th, "True") } else { crate::name!(th, "False") }
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let value = receiver(th, args[0])?;
    Ok(text(th, value).value())
}

fn invert(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let value = receiver(th, args[0])?;
    th.warn(&classes::DEPRECATION_WARNING,
        "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns \
         the bitwise inversion of the underlying int object and is usually not what you expect from \
         negating a bool. Use the 'not' operator for boolean negation or ~int(x) if you really want \
         the bitwise inversion of the underlying int.",
        1,
    )?;
    Ok(Value::from_i32(!i32::from(value)))
}

/// `&`, `|` and `^`, all of which commute: a bool if both are.
fn bitwise(th: &mut Thread, op: BinaryOp, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0])?;
    if args[1].is_bool() {
        let (a, b) = (args[0].is_true(), args[1].is_true());
        return Ok(Value::from_bool(match op {
            BinaryOp::And => a & b,
            BinaryOp::Or => a | b,
            _ => a ^ b,
        }));
    }
    match (Operand::of(args[0]), Operand::of(args[1])) {
        (Some(left), Some(right)) => int::binary(th, op, left, right),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

impl Thread {
    /// A value that must be `True` or `False`, or that has a truth.
    pub fn flag_or(&mut self, value: Value, default: bool) -> Result<bool, Raised> {
        if value.is_unbound() { Ok(default) } else { self.is_true(value) }
    }
}
