//! `iterator`: over anything with `__getitem__`.

use crate::class::{Method, NativeLayout, Special, TypeFlags, TypeSpec, method};
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::heap_object;
use crate::thread::Thread;

heap_object! {
    /// An iterator that asks for the items 0, 1, 2 … until there is none.
    pub struct SequenceIterator: SEQUENCE_ITERATOR {
        values {
            /// The sequence; unbound when the end was reached.
            sequence: Value,
        }
        storage {}
        data {
            /// The next index.
            index: i64,
        }
    }
}

/// `iterator`
pub static SEQUENCE_ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("iterator", NativeLayout::of::<SequenceIterator>())
};

static METHODS: &[Method] = &[
    method(
        "__length_hint__($self, /)",
        length_hint,
        "Private method returning an estimate of len(list(it)).",
    ),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", setstate, "Set state information for unpickling."),
];

impl SequenceIterator {
    /// An iterator over a sequence from its first item on.
    pub fn over(th: &Thread, sequence: Value) -> Result<Value, Raised> {
        Ok(SequenceIterator::allocate(th, sequence, 0)?.value())
    }
}

/// Whether an error of `__getitem__` means that there are no more items.
pub(super) fn is_end(th: &Thread, raised: Raised) -> bool {
    th.raised_is(raised, &classes::INDEX_ERROR) || th.raised_is(raised, &classes::STOP_ITERATION)
}

fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<SequenceIterator>(iterator)?;
    let (sequence, index) = {
        let state = th.read(iterator)?;
        (state.sequence.get(), state.index.get())
    };
    if sequence.is_unbound() {
        return Ok(None);
    }
    if index == i64::MAX {
        return Err(th.overflow_error("iter index too large"));
    }
    let key = th.int_from_i64(index)?;
    match th.get_item(sequence, key) {
        Ok(item) => {
            let state = th.write(iterator)?;
            state.index.set(state.token(), index + 1);
            Ok(Some(item))
        }
        Err(raised) if is_end(th, raised) => {
            th.take_exception();
            let state = th.write(iterator)?;
            state.sequence.set(state.token(), Value::UNBOUND);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

fn state(th: &mut Thread, iterator: Value) -> Result<Option<(Value, i64)>, Raised> {
    let iterator = th.receiver::<SequenceIterator>(iterator)?;
    let state = th.read(iterator)?;
    let sequence = state.sequence.get();
    Ok((!sequence.is_unbound()).then(|| (sequence, state.index.get())))
}

fn length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some((sequence, index)) = state(th, args[0])? else { return Ok(Value::from_i32(0)) };
    if th.class_of(sequence).special(th, Special::Len).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let length = th.length(sequence)? as i64;
    th.int_from_i64((length - index).max(0))
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match state(th, args[0])? {
        Some((sequence, index)) => {
            let index = th.int_from_i64(index)?;
            th.reduced_iterator(sequence, Some(index))
        }
        None => {
            let empty = th.vm.empty_tuple.get().value();
            th.reduced_iterator(empty, None)
        }
    }
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<SequenceIterator>(args[0])?;
    let index = th.index_ssize(args[1])?.max(0);
    let state = th.write(iterator)?;
    if !state.sequence.get().is_unbound() {
        state.index.set(state.token(), index);
    }
    Ok(Value::NONE)
}
