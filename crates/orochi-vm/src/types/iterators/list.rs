//! Iterators over lists, forwards and backwards, and over tuples.

use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::name;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::list::List;
use crate::types::tuple::Tuple;

heap_object! {
    /// An iterator over a list; backwards if its class is `list_reverseiterator`.
    pub struct ListIterator: LIST_ITERATOR {
        values {
            /// The list; unbound when the end was reached.
            list: Value,
        }
        storage {}
        data {
            /// Forwards: the next index. Backwards: one more.
            index: usize,
        }
    }
}

heap_object! {
    /// An iterator over a tuple.
    pub struct TupleIterator: TUPLE_ITERATOR {
        values {
            /// The tuple; unbound when the end was reached.
            tuple: Value,
        }
        storage {}
        data {
            /// The next index.
            index: usize,
        }
    }
}

/// `list_iterator`
pub static LIST_ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    methods: LIST_METHODS,
    next: Some(next),
    ..TypeSpec::named("list_iterator", NativeLayout::of::<ListIterator>())
};

/// `list_reverseiterator`
pub static LIST_REVERSE_ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    same_layout: Some(&LIST_ITERATOR),
    methods: REVERSE_METHODS,
    next: Some(previous),
    ..TypeSpec::named("list_reverseiterator", NativeLayout::of::<ListIterator>())
};

/// `tuple_iterator`
pub static TUPLE_ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    methods: TUPLE_METHODS,
    next: Some(next_of_tuple),
    ..TypeSpec::named("tuple_iterator", NativeLayout::of::<TupleIterator>())
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

static LIST_METHODS: &[Method] = iterator_methods!(length_hint, reduce, setstate);
static REVERSE_METHODS: &[Method] =
    iterator_methods!(reverse_length_hint, reverse_reduce, reverse_setstate);
static TUPLE_METHODS: &[Method] =
    iterator_methods!(tuple_length_hint, tuple_reduce, tuple_setstate);

impl ListIterator {
    /// An iterator from the first item on.
    #[inline]
    pub fn over(th: &Thread, list: Ref<List>) -> Result<Value, Raised> {
        Ok(ListIterator::allocate(th, list.value(), 0)?.value())
    }

    /// An iterator from the last item back.
    pub fn over_reversed(th: &mut Thread, list: Ref<List>) -> Result<Value, Raised> {
        let guard = th.read(list)?;
        let (th, length) = (guard.thread(), guard.len());
        let shape = LIST_REVERSE_ITERATOR.shape();
        Ok(ListIterator::allocate_as(th, shape, list.value(), length)?.value())
    }
}

impl TupleIterator {
    /// An iterator from the first item on.
    #[inline]
    pub fn over(th: &Thread, tuple: Ref<Tuple>) -> Result<Value, Raised> {
        Ok(TupleIterator::allocate(th, tuple.value(), 0)?.value())
    }
}

fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<ListIterator>(iterator)?;
    let Some(list) = th.read(iterator)?.list.get().cast::<List>() else { return Ok(None) };
    let (state, items) = th.write_read(iterator, list)?;
    let index = state.index.get();
    match items.as_slice().get(index) {
        Some(&item) => {
            state.index.set(state.token(), index + 1);
            Ok(Some(item))
        }
        None => {
            state.list.set(state.token(), Value::UNBOUND);
            Ok(None)
        }
    }
}

fn previous(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<ListIterator>(iterator)?;
    let Some(list) = th.read(iterator)?.list.get().cast::<List>() else { return Ok(None) };
    let (state, items) = th.write_read(iterator, list)?;
    let index = state.index.get();
    // A list that has become shorter ends the iteration.
    match index.checked_sub(1).and_then(|index| items.as_slice().get(index)) {
        Some(&item) => {
            state.index.set(state.token(), index - 1);
            Ok(Some(item))
        }
        None => {
            state.list.set(state.token(), Value::UNBOUND);
            Ok(None)
        }
    }
}

fn next_of_tuple(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<TupleIterator>(iterator)?;
    let state = th.write(iterator)?;
    let Some(tuple) = state.tuple.get().cast::<Tuple>() else { return Ok(None) };
    let index = state.index.get();
    match tuple.as_slice().get(index) {
        Some(&item) => {
            state.index.set(state.token(), index + 1);
            Ok(Some(item))
        }
        None => {
            state.tuple.set(state.token(), Value::UNBOUND);
            Ok(None)
        }
    }
}

/// The list and index of an iterator that has not reached the end.
fn list_state(th: &mut Thread, iterator: Value) -> Result<Option<(Ref<List>, usize)>, Raised> {
    let iterator = th.receiver::<ListIterator>(iterator)?;
    let state = th.read(iterator)?;
    Ok(state.list.get().cast::<List>().map(|list| (list, state.index.get())))
}

fn length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let left = match list_state(th, args[0])? {
        Some((list, index)) => list.len(th)?.saturating_sub(index),
        None => 0,
    };
    th.int_from_i64(left as i64)
}

fn reverse_length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let left = match list_state(th, args[0])? {
        Some((list, index)) if list.len(th)? >= index => index,
        _ => 0,
    };
    th.int_from_i64(left as i64)
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match list_state(th, args[0])? {
        Some((list, index)) => {
            let index = th.int_from_i64(index as i64)?;
            th.reduced_iterator(list.value(), Some(index))
        }
        None => {
            let empty = List::new(th)?.value();
            th.reduced_iterator(empty, None)
        }
    }
}

fn reverse_reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match list_state(th, args[0])? {
        Some((list, index)) => {
            let reversed = th.builtin(name!(th, "reversed"))?;
            let index = th.int_from_i64(index as i64 - 1)?;
            th.reduced_with(reversed, &[list.value()], Some(index))
        }
        None => {
            let empty = List::new(th)?.value();
            th.reduced_iterator(empty, None)
        }
    }
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<ListIterator>(args[0])?;
    let index = th.index_ssize(args[1])?.max(0) as usize;
    let Some((list, _)) = list_state(th, args[0])? else { return Ok(Value::NONE) };
    let (state, items) = th.write_read(iterator, list)?;
    state.index.set(state.token(), index.min(items.len()));
    Ok(Value::NONE)
}

fn reverse_setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<ListIterator>(args[0])?;
    let index = th.index_ssize(args[1])?.max(-1);
    let Some((list, _)) = list_state(th, args[0])? else { return Ok(Value::NONE) };
    let (state, items) = th.write_read(iterator, list)?;
    state.index.set(state.token(), (index.saturating_add(1) as usize).min(items.len()));
    Ok(Value::NONE)
}

fn tuple_state(th: &mut Thread, iterator: Value) -> Result<Option<(Ref<Tuple>, usize)>, Raised> {
    let iterator = th.receiver::<TupleIterator>(iterator)?;
    let state = th.read(iterator)?;
    Ok(state.tuple.get().cast::<Tuple>().map(|tuple| (tuple, state.index.get())))
}

fn tuple_length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let left = tuple_state(th, args[0])?.map_or(0, |(tuple, index)| tuple.len() - index);
    th.int_from_i64(left as i64)
}

fn tuple_reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match tuple_state(th, args[0])? {
        Some((tuple, index)) => {
            let index = th.int_from_i64(index as i64)?;
            th.reduced_iterator(tuple.value(), Some(index))
        }
        None => {
            let empty = th.vm.empty_tuple.get().value();
            th.reduced_iterator(empty, None)
        }
    }
}

fn tuple_setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<TupleIterator>(args[0])?;
    let index = th.index_ssize(args[1])?.max(0) as usize;
    let state = th.write(iterator)?;
    if let Some(tuple) = state.tuple.get().cast::<Tuple>() {
        state.index.set(state.token(), index.min(tuple.len()));
    }
    Ok(Value::NONE)
}
