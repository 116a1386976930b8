//! Construction, comparison and the methods of `slice`.

use orochi_text::hash::TupleHasher;

use super::{SPEC, Slice};
use crate::class::{Method, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::operation::{BinaryOp, Comparison};
use crate::thread::Thread;
use crate::types::tuple::Tuple;

pub(super) static METHODS: &[Method] = &[
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method("__eq__($self, value, /)", eq, "Return self==value."),
    method("__ne__($self, value, /)", ne, "Return self!=value."),
    method("__lt__($self, value, /)", lt, "Return self<value."),
    method("__le__($self, value, /)", le, "Return self<=value."),
    method("__gt__($self, value, /)", gt, "Return self>value."),
    method("__ge__($self, value, /)", ge, "Return self>=value."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method(
        "indices($self, object, /)",
        indices,
        "S.indices(len) -> (start, stop, stride)\n\n\
         Assuming a sequence of length len, calculate the start and stop\n\
         indices, and the stride length of the extended slice described by\n\
         S. Out of bounds indices are clipped in a manner consistent with the\n\
         handling of normal slices.",
    ),
];

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.instance_shape(args[0], &SPEC)?;
    let given = args[1].cast::<Tuple>();
    let given = given.as_ref().map_or(&[][..], |given| given.as_slice());
    let none = Value::NONE;
    let (start, stop, step) = match *given {
        [stop] => (none, stop, none),
        [start, stop] => (start, stop, none),
        [start, stop, step] => (start, stop, step),
        [] => return Err(th.type_error("slice expected at least 1 argument, got 0")),
        _ => {
            return Err(
                th.type_error(format!("slice expected at most 3 arguments, got {}", given.len()))
            );
        }
    };
    Ok(Slice::new(th, start, stop, step)?.value())
}

fn parts(th: &Thread, slice: Value) -> Result<[Value; 3], Raised> {
    let slice = th.receiver::<Slice>(slice)?;
    Ok([slice.start.get(), slice.stop.get(), slice.step.get()])
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut text = orochi_text::TextBuf::new();
    text.push_ascii(b"slice(");
    for (index, part) in parts(th, args[0])?.into_iter().enumerate() {
        if index > 0 {
            text.push_ascii(b", ");
        }
        text.push_text(th.repr(part)?.text());
    }
    text.push_ascii(b")");
    Ok(crate::types::str::Str::from_text(th, text.finish().as_text())?.value())
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut hasher = TupleHasher::default();
    for part in parts(th, args[0])? {
        hasher.add(th.hash(part)? as i64);
    }
    th.int_from_i64(hasher.finish())
}

/// Slices compare as the tuples of their parts do.
fn compare(th: &mut Thread, args: &[Value], op: Comparison) -> Result<Value, Raised> {
    if args[1].cast::<Slice>().is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (a, b) = (parts(th, args[0])?, parts(th, args[1])?);
    let (a, b) = (Tuple::from_slice(th, &a)?, Tuple::from_slice(th, &b)?);
    th.compare(op, a.value(), b.value())
}

macro_rules! comparisons {
    ($($name:ident $op:ident;)*) => {
        $(fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            compare(th, args, Comparison::$op)
        })*
    };
}
comparisons! {
    eq Eq;
    ne Ne;
    lt Lt;
    le Le;
    gt Gt;
    ge Ge;
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let parts = Tuple::from_slice(th, &parts(th, args[0])?)?;
    Ok(Tuple::from_slice(th, &[SPEC.class().value(), parts.value()])?.value())
}

/// A bound as an integer, however large.
fn bound(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    match th.index_or_none(value)? {
        Some(index) => Ok(index),
        None => {
            Err(th.type_error("slice indices must be integers or None or have an __index__ method"))
        }
    }
}

fn less(th: &mut Thread, a: Value, b: Value) -> Result<bool, Raised> {
    let less = th.compare(Comparison::Lt, a, b)?;
    th.is_true(less)
}

/// `value` between `low` and `high`, counted from the end if negative.
fn clip(
    th: &mut Thread,
    value: Value,
    length: Value,
    low: Value,
    high: Value,
) -> Result<Value, Raised> {
    let mut value = bound(th, value)?;
    if less(th, value, Value::from_i32(0))? {
        value = th.binary(BinaryOp::Add, value, length)?;
        return if less(th, value, low)? { Ok(low) } else { Ok(value) };
    }
    if less(th, high, value)? { Ok(high) } else { Ok(value) }
}

fn indices(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let slice = th.receiver::<Slice>(args[0])?;
    let length = th.index(args[1])?;
    if less(th, length, Value::from_i32(0))? {
        return Err(th.value_error("length should not be negative"));
    }
    let indices = indices_of(th, slice, length)?;
    Ok(Tuple::from_slice(th, &indices)?.value())
}

/// Start, stop and step of a slice of a sequence of `length`, all of any size.
pub fn indices_of(th: &mut Thread, slice: Ref<Slice>, length: Value) -> Result<[Value; 3], Raised> {
    let (start, stop, step) = (slice.start.get(), slice.stop.get(), slice.step.get());
    let (zero, one) = (Value::from_i32(0), Value::from_i32(1));
    let step = if step.is_none() { one } else { bound(th, step)? };
    if step == zero {
        return Err(th.value_error("slice step cannot be zero"));
    }
    let backwards = less(th, step, zero)?;
    let (low, high) = if backwards {
        (Value::from_i32(-1), th.binary(BinaryOp::Sub, length, one)?)
    } else {
        (zero, length)
    };
    let (first, last) = if backwards { (high, low) } else { (low, high) };
    let start = if start.is_none() { first } else { clip(th, start, length, low, high)? };
    let stop = if stop.is_none() { last } else { clip(th, stop, length, low, high)? };
    Ok([start, stop, step])
}
