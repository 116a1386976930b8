//! Iterators over sets.

use super::object::Set;
use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::list::List;

heap_object! {
    /// An iterator over a set or frozenset.
    pub struct SetIterator: SET_ITERATOR {
        values {
            /// The set; unbound when the end was reached.
            set: Value,
        }
        storage {}
        data {
            /// The next position in its table.
            position: usize,
            /// The length the set must have.
            expected: usize,
            /// How many are left.
            remaining: usize,
        }
    }
}

/// `set_iterator`
pub static SET_ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("set_iterator", NativeLayout::of::<SetIterator>())
};

static METHODS: &[Method] = &[
    method(
        "__length_hint__($self, /)",
        length_hint,
        "Private method returning an estimate of len(list(it)).",
    ),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
];

impl SetIterator {
    /// An iterator over all members.
    pub fn over(th: &mut Thread, set: Ref<Set>) -> Result<Value, Raised> {
        let guard = th.read(set)?;
        let length = guard.len();
        Ok(SetIterator::allocate(guard.thread(), set.value(), 0, length, length)?.value())
    }
}

fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<SetIterator>(iterator)?;
    let Some(set) = th.read(iterator)?.set.get().cast::<Set>() else { return Ok(None) };
    let (state, guard) = th.write_read(iterator, set)?;
    let token = state.token();
    if guard.len() != state.expected.get() {
        // Whoever goes on asking is told so again.
        state.expected.set(token, usize::MAX);
        return Err(th.runtime_error("Set changed size during iteration"));
    }
    let table = guard.table.get();
    let Some(at) = table.next_live(state.position.get()) else {
        state.set.set(token, Value::UNBOUND);
        return Ok(None);
    };
    state.position.set(token, at + 1);
    state.remaining.set(token, state.remaining.get().saturating_sub(1));
    Ok(Some(table.key(at)))
}

fn length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<SetIterator>(args[0])?;
    let Some(set) = th.read(iterator)?.set.get().cast::<Set>() else {
        return Ok(Value::from_i32(0));
    };
    let (state, set) = th.read2(iterator, set)?;
    let left = if state.expected.get() == set.len() { state.remaining.get() } else { 0 };
    th.int_from_i64(left as i64)
}

/// `(iter, ([what is left],))`; the iterator itself stays where it is.
fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<SetIterator>(args[0])?;
    let guard = th.read(iterator)?;
    let copy = SetIterator::allocate(
        guard.thread(),
        guard.set.get(),
        guard.position.get(),
        guard.expected.get(),
        guard.remaining.get(),
    )?;
    let items = List::from_iterable(th, copy.value())?;
    th.reduced_iterator(items.value(), None)
}
