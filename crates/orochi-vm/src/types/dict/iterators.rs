//! Iterators over dicts, forwards and backwards.
//!
//! An iterator keeps a position in the dict's table and the length that the dict had when it
//! began; a dict of another length has changed under it.

use super::object::Dict;
use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::list::List;
use crate::types::tuple::Tuple;

heap_object! {
    /// An iterator over a dict; its class tells over what.
    pub struct DictIterator: KEY_ITERATOR {
        values {
            /// The dict; unbound when the end was reached.
            dict: Value,
        }
        storage {}
        data {
            /// Forwards: the next position. Backwards: one past it.
            position: usize,
            /// The length the dict must have.
            expected: usize,
            /// How many are left.
            remaining: usize,
        }
    }
}

macro_rules! iterator_types {
    ($($(#[$m:meta])* $spec:ident $name:literal $next:ident $same:expr;)*) => {
        $($(#[$m])*
        pub static $spec: TypeSpec = TypeSpec {
            flags: TypeFlags::NO_NEW,
            same_layout: $same,
            methods: METHODS,
            next: Some($next),
            ..TypeSpec::named($name, NativeLayout::of::<DictIterator>())
        };)*
    };
}
iterator_types! {
    /// `dict_keyiterator`
    KEY_ITERATOR "dict_keyiterator" next_key None;
    /// `dict_valueiterator`
    VALUE_ITERATOR "dict_valueiterator" next_value Some(&KEY_ITERATOR);
    /// `dict_itemiterator`
    ITEM_ITERATOR "dict_itemiterator" next_item Some(&KEY_ITERATOR);
    /// `dict_reversekeyiterator`
    REVERSE_KEY_ITERATOR "dict_reversekeyiterator" previous_key Some(&KEY_ITERATOR);
    /// `dict_reversevalueiterator`
    REVERSE_VALUE_ITERATOR "dict_reversevalueiterator" previous_value Some(&KEY_ITERATOR);
    /// `dict_reverseitemiterator`
    REVERSE_ITEM_ITERATOR "dict_reverseitemiterator" previous_item Some(&KEY_ITERATOR);
}

static METHODS: &[Method] = &[
    method(
        "__length_hint__($self, /)",
        length_hint,
        "Private method returning an estimate of len(list(it)).",
    ),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
];

impl DictIterator {
    /// An iterator from the first entry on.
    pub fn over(
        th: &mut Thread,
        spec: &'static TypeSpec,
        dict: Ref<Dict>,
    ) -> Result<Value, Raised> {
        let guard = th.read(dict)?;
        let (th, length) = (guard.thread(), guard.len());
        let shape = spec.shape();
        Ok(DictIterator::allocate_as(th, shape, dict.value(), 0, length, length)?.value())
    }

    /// An iterator from the last entry back.
    pub fn over_reversed(
        th: &mut Thread,
        spec: &'static TypeSpec,
        dict: Ref<Dict>,
    ) -> Result<Value, Raised> {
        let guard = th.read(dict)?;
        let (th, length, end) = (guard.thread(), guard.len(), guard.table.get().used());
        let shape = spec.shape();
        Ok(DictIterator::allocate_as(th, shape, dict.value(), end, length, length)?.value())
    }
}

/// The next entry, backwards or forwards.
#[inline(always)]
fn advance<const BACK: bool>(
    th: &mut Thread,
    iterator: Value,
) -> Result<Option<(Value, Value)>, Raised> {
    let iterator = th.receiver::<DictIterator>(iterator)?;
    let Some(dict) = th.read(iterator)?.dict.get().cast::<Dict>() else { return Ok(None) };
    let (state, guard) = th.write_read(iterator, dict)?;
    if guard.len() != state.expected.get() {
        // Whoever goes on asking is told so again.
        state.expected.set(state.token(), usize::MAX);
        return Err(th.runtime_error("dictionary changed size during iteration"));
    }
    let (table, token, position) = (guard.table.get(), state.token(), state.position.get());
    // What was cleared and filled anew has nothing left for an iterator that comes from further on.
    let beyond = BACK && position > table.used();
    let found = match BACK {
        true if beyond => None,
        true => table.last_live(position),
        false => table.next_live(position),
    };
    let Some(at) = found else {
        state.dict.set(token, Value::UNBOUND);
        return Ok(None);
    };
    if guard.is_namespace() {
        return advance_namespace::<BACK>(th, iterator, dict, position);
    }
    if state.remaining.get() == 0 {
        return Err(th.runtime_error("dictionary keys changed during iteration"));
    }
    state.position.set(token, if BACK { at } else { at + 1 });
    state.remaining.set(token, state.remaining.get() - 1);
    Ok(Some((table.key(at), table.value_at(at))))
}

#[cold]
fn advance_namespace<const BACK: bool>(
    th: &mut Thread,
    iterator: Ref<DictIterator>,
    dict: Ref<Dict>,
    position: usize,
) -> Result<Option<(Value, Value)>, Raised> {
    let found =
        if BACK { dict.previous_entry(th, position)? } else { dict.entry_from(th, position)? };
    let state = th.write(iterator)?;
    match found {
        Some((key, value, next)) => {
            state.position.set(state.token(), next);
            state.remaining.set(state.token(), state.remaining.get().saturating_sub(1));
            Ok(Some((key, value)))
        }
        None => {
            state.dict.set(state.token(), Value::UNBOUND);
            Ok(None)
        }
    }
}

fn pair(th: &Thread, entry: Option<(Value, Value)>) -> Result<Option<Value>, Raised> {
    match entry {
        Some((key, value)) => Ok(Some(Tuple::from_slice(th, &[key, value])?.value())),
        None => Ok(None),
    }
}

fn next_key(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    Ok(advance::<false>(th, iterator)?.map(|(key, _)| key))
}

fn next_value(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    Ok(advance::<false>(th, iterator)?.map(|(_, value)| value))
}

fn next_item(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let entry = advance::<false>(th, iterator)?;
    pair(th, entry)
}

fn previous_key(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    Ok(advance::<true>(th, iterator)?.map(|(key, _)| key))
}

fn previous_value(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    Ok(advance::<true>(th, iterator)?.map(|(_, value)| value))
}

fn previous_item(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let entry = advance::<true>(th, iterator)?;
    pair(th, entry)
}

fn length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<DictIterator>(args[0])?;
    let Some(dict) = th.read(iterator)?.dict.get().cast::<Dict>() else {
        return Ok(Value::from_i32(0));
    };
    let (state, dict) = th.read2(iterator, dict)?;
    let left = if state.expected.get() == dict.len() { state.remaining.get() } else { 0 };
    th.int_from_i64(left as i64)
}

/// `(iter, ([what is left],))`; the iterator itself stays where it is.
fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<DictIterator>(args[0])?;
    let guard = th.read(iterator)?;
    let shape = crate::shape::shape_of_object(args[0]);
    let copy = DictIterator::allocate_as(
        guard.thread(),
        shape.class.root_shape(),
        guard.dict.get(),
        guard.position.get(),
        guard.expected.get(),
        guard.remaining.get(),
    )?;
    let items = List::from_iterable(th, copy.value())?;
    th.reduced_iterator(items.value(), None)
}
