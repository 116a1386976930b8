//! `bytearray_iterator`

use super::ByteArray;
use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;

heap_object! {
    /// An iterator over a bytearray.
    pub struct ByteArrayIterator: BYTEARRAY_ITERATOR {
        values {
            /// The array; unbound when the end was reached.
            array: Value,
        }
        storage {}
        data {
            /// The next index.
            index: usize,
        }
    }
}

/// `bytearray_iterator`
pub static BYTEARRAY_ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("bytearray_iterator", NativeLayout::of::<ByteArrayIterator>())
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

impl ByteArrayIterator {
    /// An iterator from the first byte on.
    pub fn over(th: &Thread, array: Ref<ByteArray>) -> Result<Value, Raised> {
        Ok(ByteArrayIterator::allocate(th, array.value(), 0)?.value())
    }
}

fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<ByteArrayIterator>(iterator)?;
    let Some(array) = th.read(iterator)?.array.get().cast::<ByteArray>() else { return Ok(None) };
    let (state, bytes) = th.write_read(iterator, array)?;
    let index = state.index.get();
    match bytes.as_slice().get(index) {
        Some(&byte) => {
            state.index.set(state.token(), index + 1);
            Ok(Some(Value::from_i32(i32::from(byte))))
        }
        None => {
            state.array.set(state.token(), Value::UNBOUND);
            Ok(None)
        }
    }
}

fn state(th: &mut Thread, iterator: Value) -> Result<Option<(Ref<ByteArray>, usize)>, Raised> {
    let iterator = th.receiver::<ByteArrayIterator>(iterator)?;
    let state = th.read(iterator)?;
    Ok(state.array.get().cast::<ByteArray>().map(|array| (array, state.index.get())))
}

fn length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let left = match state(th, args[0])? {
        Some((array, index)) => th.read(array)?.len().saturating_sub(index),
        None => 0,
    };
    th.int_from_i64(left as i64)
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match state(th, args[0])? {
        Some((array, index)) => {
            let index = th.int_from_i64(index as i64)?;
            th.reduced_iterator(array.value(), Some(index))
        }
        None => {
            let empty = th.vm.empty_tuple.get().value();
            th.reduced_iterator(empty, None)
        }
    }
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<ByteArrayIterator>(args[0])?;
    let index = th.index_ssize(args[1])?.max(0) as usize;
    let Some((array, _)) = state(th, args[0])? else { return Ok(Value::NONE) };
    let (state, bytes) = th.write_read(iterator, array)?;
    state.index.set(state.token(), index.min(bytes.len()));
    Ok(Value::NONE)
}
