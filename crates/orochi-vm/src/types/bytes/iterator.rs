//! `bytes_iterator`

use super::Bytes;
use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;

heap_object! {
    /// An iterator over bytes.
    pub struct BytesIterator: BYTES_ITERATOR {
        values {
            /// The bytes; unbound when the end was reached.
            bytes: Value,
        }
        storage {}
        data {
            /// The next index.
            index: usize,
        }
    }
}

/// `bytes_iterator`
pub static BYTES_ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("bytes_iterator", NativeLayout::of::<BytesIterator>())
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

impl BytesIterator {
    /// An iterator from the first byte on.
    #[inline]
    pub fn over(th: &Thread, bytes: Ref<Bytes>) -> Result<Value, Raised> {
        Ok(BytesIterator::allocate(th, bytes.value(), 0)?.value())
    }
}

fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<BytesIterator>(iterator)?;
    let state = th.write(iterator)?;
    let Some(bytes) = state.bytes.get().cast::<Bytes>() else { return Ok(None) };
    let index = state.index.get();
    match bytes.as_slice().get(index) {
        Some(&byte) => {
            state.index.set(state.token(), index + 1);
            Ok(Some(Value::from_i32(i32::from(byte))))
        }
        None => {
            state.bytes.set(state.token(), Value::UNBOUND);
            Ok(None)
        }
    }
}

fn state(th: &mut Thread, iterator: Value) -> Result<Option<(Ref<Bytes>, usize)>, Raised> {
    let iterator = th.receiver::<BytesIterator>(iterator)?;
    let state = th.read(iterator)?;
    Ok(state.bytes.get().cast::<Bytes>().map(|bytes| (bytes, state.index.get())))
}

fn length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let left = state(th, args[0])?.map_or(0, |(bytes, index)| bytes.len().saturating_sub(index));
    th.int_from_i64(left as i64)
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match state(th, args[0])? {
        Some((bytes, index)) => {
            let index = th.int_from_i64(index as i64)?;
            th.reduced_iterator(bytes.value(), Some(index))
        }
        None => {
            let empty = th.vm.empty_tuple.get().value();
            th.reduced_iterator(empty, None)
        }
    }
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<BytesIterator>(args[0])?;
    let index = th.index_ssize(args[1])?.max(0) as usize;
    let state = th.write(iterator)?;
    if let Some(bytes) = state.bytes.get().cast::<Bytes>() {
        state.index.set(state.token(), index.min(bytes.len()));
    }
    Ok(Value::NONE)
}
