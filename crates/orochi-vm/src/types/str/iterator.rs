//! `str_iterator`, and `str_ascii_iterator`, which is the same for strings without surprises.

use super::Str;
use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;

heap_object! {
    /// An iterator over the characters of a string.
    pub struct StrIterator: STR_ITERATOR {
        values {
            /// The string; unbound when the end was reached.
            string: Value,
        }
        storage {}
        data {
            /// The next index.
            index: usize,
        }
    }
}

/// `str_iterator`
pub static STR_ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("str_iterator", NativeLayout::of::<StrIterator>())
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

impl StrIterator {
    /// An iterator from the first character on.
    #[inline]
    pub fn over(th: &Thread, string: Ref<Str>) -> Result<Value, Raised> {
        Ok(StrIterator::allocate(th, string.value(), 0)?.value())
    }
}

fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<StrIterator>(iterator)?;
    let state = th.write(iterator)?;
    let Some(string) = state.string.get().cast::<Str>() else { return Ok(None) };
    let index = state.index.get();
    match string.text().get(index) {
        Some(code) => {
            state.index.set(state.token(), index + 1);
            Ok(Some(Str::from_code(state.thread(), code)?.value()))
        }
        None => {
            state.string.set(state.token(), Value::UNBOUND);
            Ok(None)
        }
    }
}

fn state(th: &mut Thread, iterator: Value) -> Result<Option<(Ref<Str>, usize)>, Raised> {
    let iterator = th.receiver::<StrIterator>(iterator)?;
    let state = th.read(iterator)?;
    Ok(state.string.get().cast::<Str>().map(|string| (string, state.index.get())))
}

fn length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let left = state(th, args[0])?.map_or(0, |(string, index)| string.len().saturating_sub(index));
    th.int_from_i64(left as i64)
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match state(th, args[0])? {
        Some((string, index)) => {
            let index = th.int_from_i64(index as i64)?;
            th.reduced_iterator(string.value(), Some(index))
        }
        None => {
            let empty = th.vm.empty_str.get().value();
            th.reduced_iterator(empty, None)
        }
    }
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<StrIterator>(args[0])?;
    let index = th.index_ssize(args[1])?.max(0) as usize;
    let state = th.write(iterator)?;
    if let Some(string) = state.string.get().cast::<Str>() {
        state.index.set(state.token(), index.min(string.len()));
    }
    Ok(Value::NONE)
}
