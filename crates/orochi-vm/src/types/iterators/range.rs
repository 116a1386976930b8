//! Iterators over ranges: of machine integers, and of any.

use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::operation::{BinaryOp, Comparison};
use crate::thread::Thread;
use crate::types::range::Range;

heap_object! {
    /// An iterator over a range whose values are all small integers (`Value::is_int`).
    pub struct RangeIterator: RANGE_ITERATOR {
        values {}
        storage {}
        data {
            /// The next value.
            current: i64,
            /// From one to the next.
            step: i64,
            /// How many are left.
            left: i64,
        }
    }
}

heap_object! {
    /// An iterator over a range of large integers.
    pub struct LongRangeIterator: LONG_RANGE_ITERATOR {
        values {
            /// The next value.
            next: Value,
            /// From one to the next.
            step: Value,
            /// How many are left.
            remaining: Value,
        }
        storage {}
        data {}
    }
}

/// `range_iterator`
pub static RANGE_ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("range_iterator", NativeLayout::of::<RangeIterator>())
};

/// `longrange_iterator`
pub static LONG_RANGE_ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    methods: LONG_METHODS,
    next: Some(long_next),
    ..TypeSpec::named("longrange_iterator", NativeLayout::of::<LongRangeIterator>())
};

macro_rules! iterator_methods {
    ($hint:ident, $reduce:ident, $setstate:ident) => {
        &[
            method(
                "__length_hint__($self, /)",
                $hint,
                "Private method returning an estimate of len(list(it)).",
            ),
            method("__reduce__($self, /)", $reduce, "Return state information for pickling."),
            method(
                "__setstate__($self, object, /)",
                $setstate,
                "Set state information for unpickling.",
            ),
        ]
    };
}
static METHODS: &[Method] = iterator_methods!(length_hint, reduce, setstate);
static LONG_METHODS: &[Method] = iterator_methods!(long_length_hint, long_reduce, long_setstate);

fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<RangeIterator>(iterator)?;
    let state = th.write(iterator)?;
    let left = state.left.get();
    if left <= 0 {
        return Ok(None);
    }
    let value = state.current.get();
    state.left.set(state.token(), left - 1);
    state.current.set(state.token(), value.wrapping_add(state.step.get()));
    Ok(Some(Value::int_unchecked(value)))
}

fn length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<RangeIterator>(args[0])?;
    let left = th.read(iterator)?.left.get();
    th.int_from_i64(left)
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<RangeIterator>(args[0])?;
    let state = th.read(iterator)?;
    let (start, step, remaining) = (state.current.get(), state.step.get(), state.left.get());
    let [start, step, remaining] =
        [th.int_from_i64(start)?, th.int_from_i64(step)?, th.int_from_i64(remaining)?];
    reduced_range(th, start, step, remaining)
}

/// `(iter, (range(start, start + step * count, step),), None)`
fn reduced_range(
    th: &mut Thread,
    start: Value,
    step: Value,
    count: Value,
) -> Result<Value, Raised> {
    let width = th.binary(BinaryOp::Mul, step, count)?;
    let stop = th.binary(BinaryOp::Add, start, width)?;
    let range = Range::new(th, start, stop, step)?;
    th.reduced_iterator(range.value(), Some(Value::NONE))
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<RangeIterator>(args[0])?;
    let skipped = th.index_ssize(args[1])?;
    let state = th.write(iterator)?;
    let skipped = skipped.clamp(0, state.left.get());
    let next = state.current.get().wrapping_add(state.step.get().wrapping_mul(skipped));
    state.current.set(state.token(), next);
    state.left.set(state.token(), state.left.get() - skipped);
    Ok(Value::NONE)
}

fn long_next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<LongRangeIterator>(iterator)?;
    loop {
        let (value, step, remaining) = {
            let state = th.read(iterator)?;
            (state.next.get(), state.step.get(), state.remaining.get())
        };
        if remaining == Value::from_i32(0) {
            return Ok(None);
        }
        let following = th.binary(BinaryOp::Add, value, step)?;
        let left = th.binary(BinaryOp::Sub, remaining, Value::from_i32(1))?;
        let state = th.write(iterator)?;
        // Somebody else may have taken this value meanwhile.
        if state.next.get() == value && state.remaining.get() == remaining {
            state.next.set(state.token(), following);
            state.remaining.set(state.token(), left);
            return Ok(Some(value));
        }
    }
}

fn long_length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<LongRangeIterator>(args[0])?;
    Ok(th.read(iterator)?.remaining.get())
}

fn long_reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<LongRangeIterator>(args[0])?;
    let state = th.read(iterator)?;
    let (start, step, remaining) = (state.next.get(), state.step.get(), state.remaining.get());
    reduced_range(th, start, step, remaining)
}

fn long_setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<LongRangeIterator>(args[0])?;
    let (next, step, remaining) = {
        let state = th.read(iterator)?;
        (state.next.get(), state.step.get(), state.remaining.get())
    };
    let zero = Value::from_i32(0);
    let mut skipped = th.index(args[1])?;
    let negative = th.compare(Comparison::Lt, skipped, zero)?;
    if th.is_true(negative)? {
        skipped = zero;
    }
    let beyond = th.compare(Comparison::Gt, skipped, remaining)?;
    if th.is_true(beyond)? {
        skipped = remaining;
    }
    let width = th.binary(BinaryOp::Mul, step, skipped)?;
    let next = th.binary(BinaryOp::Add, next, width)?;
    let left = th.binary(BinaryOp::Sub, remaining, skipped)?;
    let state = th.write(iterator)?;
    state.next.set(state.token(), next);
    state.remaining.set(state.token(), left);
    Ok(Value::NONE)
}
