//! `range`.
//!
//! The parts are integers of any size, and the length is computed when the range is made. Where
//! all of them are machine integers, as nearly always, arithmetic is on those.

mod methods;

use crate::class::{GetSet, NativeLayout, TypeFlags, TypeSpec, function, member};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::Ref;
use crate::operation::{BinaryOp, Comparison};
use crate::thread::Thread;
use crate::types::int::as_i64;

heap_object! {
    /// A range.
    pub immutable struct Range: SPEC {
        values {
            /// `start`
            start: Value,
            /// `stop`
            stop: Value,
            /// `step`
            step: Value,
            /// The number of values, an integer.
            length: Value,
        }
        storage {}
        data {}
    }
}

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&crate::types::iterators::range::LONG_RANGE_ITERATOR];

/// The class `range`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\n\
          Return an object that produces a sequence of integers from start (inclusive)\n\
          to stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.\n\
          start defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.\n\
          These are exactly the valid indices for a list of 4 elements.\n\
          When step is given, it specifies the increment (or decrement).",
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::SEQUENCE),
    new: Some(function("__new__($cls, /, *args)", methods::new, "")),
    methods: methods::METHODS,
    getset: GETSET,
    ..TypeSpec::named("range", NativeLayout::of::<Range>())
};

static GETSET: &[GetSet] = &[
    member("start", |th, range| Ok(th.receiver::<Range>(range)?.start.get()), ""),
    member("stop", |th, range| Ok(th.receiver::<Range>(range)?.stop.get()), ""),
    member("step", |th, range| Ok(th.receiver::<Range>(range)?.step.get()), ""),
];

/// How many values a range of machine integers has.
fn machine_length(start: i64, stop: i64, step: i64) -> u64 {
    let (low, high) = if step > 0 { (start, stop) } else { (stop, start) };
    if low >= high {
        return 0;
    }
    // Both differences fit 64 bits without a sign.
    let width = (high as u64).wrapping_sub(low as u64);
    (width - 1) / step.unsigned_abs() + 1
}

impl Range {
    /// A range of these integers; the step is not zero.
    pub fn new(
        th: &mut Thread,
        start: Value,
        stop: Value,
        step: Value,
    ) -> Result<Ref<Range>, Raised> {
        let length = match (as_i64(start), as_i64(stop), as_i64(step)) {
            (Some(start), Some(stop), Some(step)) => {
                th.int_from_u64(machine_length(start, stop, step))?
            }
            _ => long_length(th, start, stop, step)?,
        };
        Range::allocate(th, start, stop, step, length)
    }

    /// Start, step and length, if all values and the step are small integers.
    #[inline]
    pub fn small(&self) -> Option<(i64, i64, i64)> {
        let (start, step, length) = (self.start.get(), self.step.get(), self.length.get());
        if !start.is_int() || !step.is_int() || !length.is_int() {
            return None;
        }
        let (start, step, length) = (start.as_int(), step.as_int(), length.as_int());
        let last = start.checked_add(step.checked_mul((length - 1).max(0))?)?;
        Value::from_int(last)?;
        Some((start, step, length))
    }
}

fn long_length(th: &mut Thread, start: Value, stop: Value, step: Value) -> Result<Value, Raised> {
    let zero = Value::from_i32(0);
    let backwards = th.compare(Comparison::Lt, step, zero)?;
    let backwards = th.is_true(backwards)?;
    let (low, high) = if backwards { (stop, start) } else { (start, stop) };
    let step = if backwards { th.binary(BinaryOp::Sub, zero, step)? } else { step };
    let empty = th.compare(Comparison::Ge, low, high)?;
    if th.is_true(empty)? {
        return Ok(zero);
    }
    let one = Value::from_i32(1);
    let width = th.binary(BinaryOp::Sub, high, low)?;
    let width = th.binary(BinaryOp::Sub, width, one)?;
    let steps = th.binary(BinaryOp::FloorDiv, width, step)?;
    th.binary(BinaryOp::Add, steps, one)
}

#[cfg(test)]
mod tests {
    use super::machine_length;

    #[test]
    fn lengths() {
        for (start, stop, step, length) in [
            (0, 10, 1, 10),
            (0, 10, 3, 4),
            (10, 0, -3, 4),
            (0, 0, 1, 0),
            (0, 10, -1, 0),
            (i64::MIN, i64::MAX, 1, u64::MAX),
            (i64::MAX, i64::MIN, i64::MIN, 2),
        ] {
            assert_eq!(machine_length(start, stop, step), length, "{start}, {stop}, {step}");
        }
    }
}
