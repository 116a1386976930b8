//! Construction and the methods of `range`.

use orochi_text::TextBuf;
use orochi_text::hash::TupleHasher;

use super::{Range, SPEC};
use crate::class::{Method, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::operation::{BinaryOp, Comparison};
use crate::thread::Thread;
use crate::types::int::as_i64;
use crate::types::iterators::RangeIterator;
use crate::types::iterators::range::LongRangeIterator;
use crate::types::slice::{Slice, indices_of};
use crate::types::str::Str;
use crate::types::tuple::Tuple;

const ZERO: Value = Value::from_i32(0);
const ONE: Value = Value::from_i32(1);

pub(super) static METHODS: &[Method] = &[
    method("__getitem__($self, key, /)", getitem, "Return self[key]."),
    method("__len__($self, /)", len, "Return len(self)."),
    method("__bool__($self, /)", truth, "True if self else False"),
    method("__contains__($self, key, /)", contains, "Return bool(key in self)."),
    method("__iter__($self, /)", iter, "Implement iter(self)."),
    method("__reversed__($self, /)", reversed, "Return a reverse iterator."),
    method("__eq__($self, value, /)", eq, "Return self==value."),
    method("__ne__($self, value, /)", ne, "Return self!=value."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__reduce__($self, /)", reduce, ""),
    method(
        "count($self, object, /)",
        count,
        "rangeobject.count(value) -> integer -- return number of occurrences of value",
    ),
    method(
        "index($self, object, /)",
        index,
        "rangeobject.index(value) -> integer -- return index of value.\n\
         Raise ValueError if the value is not present.",
    ),
];

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.instance_shape(args[0], &SPEC)?;
    let given = args[1].cast::<Tuple>();
    let given = given.as_ref().map_or(&[][..], |given| given.as_slice());
    let (start, stop, step) = match *given {
        [stop] => (ZERO, stop, ONE),
        [start, stop] => (start, stop, ONE),
        [start, stop, step] => (start, stop, step),
        [] => return Err(th.type_error("range expected at least 1 argument, got 0")),
        _ => {
            return Err(
                th.type_error(format!("range expected at most 3 arguments, got {}", given.len()))
            );
        }
    };
    let (start, stop, step) = (th.index(start)?, th.index(stop)?, th.index(step)?);
    if step == ZERO {
        return Err(th.value_error("range() arg 3 must not be zero"));
    }
    Ok(Range::new(th, start, stop, step)?.value())
}

fn test(th: &mut Thread, op: Comparison, a: Value, b: Value) -> Result<bool, Raised> {
    if Value::both_ints(a, b) {
        return Ok(op.holds(Some(a.as_int().cmp(&b.as_int()))));
    }
    let result = th.compare(op, a, b)?;
    th.is_true(result)
}

/// The value at an index, which is not looked at.
fn item(th: &mut Thread, range: Ref<Range>, index: Value) -> Result<Value, Raised> {
    let offset = th.binary(BinaryOp::Mul, index, range.step.get())?;
    th.binary(BinaryOp::Add, range.start.get(), offset)
}

fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let range = th.receiver::<Range>(args[0])?;
    let length = range.length.get();
    if let Some(slice) = args[1].cast::<Slice>() {
        let [start, stop, step] = indices_of(th, slice, length)?;
        let (start, stop) = (item(th, range, start)?, item(th, range, stop)?);
        let step = th.binary(BinaryOp::Mul, range.step.get(), step)?;
        return Ok(Range::new(th, start, stop, step)?.value());
    }
    let Some(mut index) = th.index_or_none(args[1])? else {
        return Err(th.type_error(format!(
            "range indices must be integers or slices, not {}",
            th.type_name(args[1])
        )));
    };
    if test(th, Comparison::Lt, index, ZERO)? {
        index = th.binary(BinaryOp::Add, index, length)?;
    }
    if test(th, Comparison::Lt, index, ZERO)? || test(th, Comparison::Ge, index, length)? {
        return Err(th.index_error("range object index out of range"));
    }
    item(th, range, index)
}

fn len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let length = th.receiver::<Range>(args[0])?.length.get();
    match as_i64(length) {
        Some(_) => Ok(length),
        None => Err(th.overflow_error("Python int too large to convert to C ssize_t")),
    }
}

fn truth(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(th.receiver::<Range>(args[0])?.length.get() != ZERO))
}

/// The index of an integer in the range, if it is there.
fn find_int(th: &mut Thread, range: Ref<Range>, value: Value) -> Result<Option<Value>, Raised> {
    let (start, step) = (range.start.get(), range.step.get());
    let offset = th.binary(BinaryOp::Sub, value, start)?;
    let rest = th.binary(BinaryOp::Mod, offset, step)?;
    if rest != ZERO {
        return Ok(None);
    }
    let index = th.binary(BinaryOp::FloorDiv, offset, step)?;
    let inside = !test(th, Comparison::Lt, index, ZERO)?
        && test(th, Comparison::Lt, index, range.length.get())?;
    Ok(inside.then_some(index))
}

/// An `int` or `bool`, no subclass: what can be found by arithmetic.
fn plain_int(th: &mut Thread, value: Value) -> Result<Option<Value>, Raised> {
    let class = th.class_of(value);
    let exact = class == crate::types::int::SPEC.class() || value.is_bool();
    if exact { th.index(value).map(Some) } else { Ok(None) }
}

/// Goes through all values: the first index, and how many, that equal `wanted`.
fn scan(
    th: &mut Thread,
    range: Ref<Range>,
    wanted: Value,
    all: bool,
) -> Result<(Option<Value>, u64), Raised> {
    let iterator = iterator_over(th, range)?;
    let (mut index, mut first, mut count) = (ZERO, None, 0);
    while let Some(value) = th.next(iterator)? {
        if th.equal(value, wanted)? {
            first = first.or(Some(index));
            count += 1;
            if !all {
                break;
            }
        }
        index = th.binary(BinaryOp::Add, index, ONE)?;
    }
    Ok((first, count))
}

fn contains(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let range = th.receiver::<Range>(args[0])?;
    let found = match plain_int(th, args[1])? {
        Some(value) => find_int(th, range, value)?,
        None => scan(th, range, args[1], false)?.0,
    };
    Ok(Value::from_bool(found.is_some()))
}

fn count(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let range = th.receiver::<Range>(args[0])?;
    match plain_int(th, args[1])? {
        Some(value) => {
            let found = find_int(th, range, value)?.is_some();
            Ok(Value::from_i32(i32::from(found)))
        }
        None => {
            let (_, count) = scan(th, range, args[1], true)?;
            th.int_from_u64(count)
        }
    }
}

fn index(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let range = th.receiver::<Range>(args[0])?;
    match plain_int(th, args[1])? {
        Some(value) => match find_int(th, range, value)? {
            Some(index) => Ok(index),
            None => Err(th.value_error("range.index(x): x not in range")),
        },
        None => match scan(th, range, args[1], false)?.0 {
            Some(index) => Ok(index),
            None => Err(th.value_error("sequence.index(x): x not in sequence")),
        },
    }
}

fn iterator_over(th: &mut Thread, range: Ref<Range>) -> Result<Value, Raised> {
    if let Some((start, step, length)) = range.small() {
        return Ok(RangeIterator::allocate(th, start, step, length)?.value());
    }
    let (start, step, length) = (range.start.get(), range.step.get(), range.length.get());
    Ok(LongRangeIterator::allocate(th, start, step, length)?.value())
}

fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let range = th.receiver::<Range>(args[0])?;
    iterator_over(th, range)
}

fn reversed(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let range = th.receiver::<Range>(args[0])?;
    if let Some((start, step, length)) = range.small() {
        let last = start + step * (length - 1).max(0);
        return Ok(RangeIterator::allocate(th, last, -step, length)?.value());
    }
    let length = range.length.get();
    let index = th.binary(BinaryOp::Sub, length, ONE)?;
    let last = item(th, range, index)?;
    let back = th.binary(BinaryOp::Sub, ZERO, range.step.get())?;
    Ok(LongRangeIterator::allocate(th, last, back, length)?.value())
}

/// Whether two ranges give the same values.
fn equal(th: &mut Thread, a: Ref<Range>, b: Ref<Range>) -> Result<bool, Raised> {
    if a == b {
        return Ok(true);
    }
    if !test(th, Comparison::Eq, a.length.get(), b.length.get())? {
        return Ok(false);
    }
    if a.length.get() == ZERO {
        return Ok(true);
    }
    if !test(th, Comparison::Eq, a.start.get(), b.start.get())? {
        return Ok(false);
    }
    Ok(a.length.get() == ONE || test(th, Comparison::Eq, a.step.get(), b.step.get())?)
}

fn eq(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match (args[0].cast::<Range>(), args[1].cast::<Range>()) {
        (Some(a), Some(b)) => Ok(Value::from_bool(equal(th, a, b)?)),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn ne(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match (args[0].cast::<Range>(), args[1].cast::<Range>()) {
        (Some(a), Some(b)) => Ok(Value::from_bool(!equal(th, a, b)?)),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// As the tuple of what decides equality: length, start, step, as far as they count.
fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let range = th.receiver::<Range>(args[0])?;
    let length = range.length.get();
    let start = if length == ZERO { Value::NONE } else { range.start.get() };
    let step = if length == ZERO || length == ONE { Value::NONE } else { range.step.get() };
    let mut hasher = TupleHasher::default();
    for part in [length, start, step] {
        hasher.add(th.hash(part)? as i64);
    }
    th.int_from_i64(hasher.finish())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let range = th.receiver::<Range>(args[0])?;
    let mut text = TextBuf::new();
    text.push_ascii(b"range(");
    text.push_text(th.repr(range.start.get())?.text());
    text.push_ascii(b", ");
    text.push_text(th.repr(range.stop.get())?.text());
    if range.step.get() != ONE {
        text.push_ascii(b", ");
        text.push_text(th.repr(range.step.get())?.text());
    }
    text.push_ascii(b")");
    Ok(Str::from_text(th, text.finish().as_text())?.value())
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let range = th.receiver::<Range>(args[0])?;
    let parts = [range.start.get(), range.stop.get(), range.step.get()];
    th.reduced_with(SPEC.class().value(), &parts, None)
}
