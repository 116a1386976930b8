//! The methods of `set`, and those it shares with `frozenset`.

use super::access::MEMBER;
use super::iterator::SetIterator;
use super::object::Set;
use super::operators::{self, as_kind_of};
use super::{FROZENSET, SET, algebra};
use crate::class::{Method, class_method, method};
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::name;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::dict::table::hash_member;
use crate::types::list::List;
use crate::types::tuple::Tuple;

/// The methods both classes have, then those of one of them.
macro_rules! set_methods {
    ($($more:expr),* $(,)?) => {
        &[
            method("__len__($self, /)", crate::types::set::methods::len, "Return len(self)."),
            method("__iter__($self, /)", crate::types::set::methods::iter, "Implement iter(self)."),
            method("__contains__($self, object, /)", crate::types::set::methods::contains, "x.__contains__(y) <==> y in x."),
            method("__repr__($self, /)", crate::types::set::operators::repr, "Return repr(self)."),
            method("__eq__($self, value, /)", crate::types::set::operators::eq, "Return self==value."),
            method("__ne__($self, value, /)", crate::types::set::operators::ne, "Return self!=value."),
            method("__lt__($self, value, /)", crate::types::set::operators::lt, "Return self<value."),
            method("__le__($self, value, /)", crate::types::set::operators::le, "Return self<=value."),
            method("__gt__($self, value, /)", crate::types::set::operators::gt, "Return self>value."),
            method("__ge__($self, value, /)", crate::types::set::operators::ge, "Return self>=value."),
            method("__and__($self, value, /)", crate::types::set::operators::and, "Return self&value."),
            method("__rand__($self, value, /)", crate::types::set::operators::rand, "Return value&self."),
            method("__or__($self, value, /)", crate::types::set::operators::or, "Return self|value."),
            method("__ror__($self, value, /)", crate::types::set::operators::ror, "Return value|self."),
            method("__sub__($self, value, /)", crate::types::set::operators::sub, "Return self-value."),
            method("__rsub__($self, value, /)", crate::types::set::operators::rsub, "Return value-self."),
            method("__xor__($self, value, /)", crate::types::set::operators::xor, "Return self^value."),
            method("__rxor__($self, value, /)", crate::types::set::operators::rxor, "Return value^self."),
            method("__reduce__($self, /)", crate::types::set::methods::reduce, "Return state information for pickling."),
            method("__sizeof__($self, /)", crate::types::set::methods::sizeof, "S.__sizeof__() -> size of S in memory, in bytes."),
            method("copy($self, /)", crate::types::set::methods::copy, "Return a shallow copy of a set."),
            method("union($self, /, *others)", crate::types::set::methods::union, "Return a new set with elements from the set and all others."),
            method("intersection($self, /, *others)", crate::types::set::methods::intersection, "Return a new set with elements common to the set and all others."),
            method("difference($self, /, *others)", crate::types::set::methods::difference, "Return a new set with elements in the set that are not in the others."),
            method("symmetric_difference($self, other, /)", crate::types::set::methods::symmetric_difference, "Return a new set with elements in either the set or other but not both."),
            method("isdisjoint($self, other, /)", crate::types::set::methods::isdisjoint, "Return True if two sets have a null intersection."),
            method("issubset($self, other, /)", crate::types::set::methods::issubset, "Report whether another set contains this set."),
            method("issuperset($self, other, /)", crate::types::set::methods::issuperset, "Report whether this set contains another set."),
            class_method("__class_getitem__($cls, object, /)", crate::types::generic_alias::class_getitem, "See PEP 585"),
            $($more,)*
        ]
    };
}
pub(super) use set_methods;

pub(super) static METHODS: &[Method] = set_methods![
    method("__init__($self, iterable=(), /)", init, "Initialize self."),
    method("__iand__($self, value, /)", operators::iand, "Return self&=value."),
    method("__ior__($self, value, /)", operators::ior, "Return self|=value."),
    method("__isub__($self, value, /)", operators::isub, "Return self-=value."),
    method("__ixor__($self, value, /)", operators::ixor, "Return self^=value."),
    method(
        "add($self, object, /)",
        add,
        "Add an element to a set.\n\nThis has no effect if the element is already present.",
    ),
    method(
        "discard($self, object, /)",
        discard,
        "Remove an element from a set if it is a member.\n\n\
         Unlike set.remove(), the discard() method does not raise\n\
         an exception when an element is missing from the set.",
    ),
    method(
        "remove($self, object, /)",
        remove,
        "Remove an element from a set; it must be a member.\n\n\
         If the element is not a member, raise a KeyError.",
    ),
    method(
        "pop($self, /)",
        pop,
        "Remove and return an arbitrary set element.\n\nRaises KeyError if the set is empty.",
    ),
    method("clear($self, /)", clear, "Remove all elements from this set."),
    method("update($self, /, *others)", update, "Update the set, adding elements from all others.",),
    method(
        "intersection_update($self, /, *others)",
        intersection_update,
        "Update the set, keeping only elements found in it and all others.",
    ),
    method(
        "difference_update($self, /, *others)",
        difference_update,
        "Update the set, removing elements found in others.",
    ),
    method(
        "symmetric_difference_update($self, other, /)",
        symmetric_difference_update,
        "Update the set, keeping only elements found in either set, but not in both.",
    ),
];

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SET)?;
    Ok(Set::new_as(th, shape)?.value())
}

/// The only positional argument of a call to a set class, if there is one.
pub(super) fn only_argument(
    th: &mut Thread,
    name: &str,
    positional: Value,
    named: Value,
) -> Result<Option<Value>, Raised> {
    if let Some(named) = named.cast::<Dict>()
        && named.len(th)? > 0
    {
        return Err(th.type_error(format!("{name}() takes no keyword arguments")));
    }
    let Some(given) = positional.cast::<Tuple>() else { return Ok(None) };
    match given.len() {
        0 => Ok(None),
        1 => Ok(Some(given.get(0))),
        n => Err(th.type_error(format!("{name} expected at most 1 argument, got {n}"))),
    }
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = th.receiver::<Set>(args[0])?;
    set.clear(th)?;
    if !args[1].is_unbound() {
        algebra::update(th, set, args[1])?;
    }
    Ok(Value::NONE)
}

pub(super) fn len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let length = th.receiver::<Set>(args[0])?.len(th)?;
    th.int_from_i64(length as i64)
}

pub(super) fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = th.receiver::<Set>(args[0])?;
    SetIterator::over(th, set)
}

/// What to look for: a set, which has no hash, stands for the frozenset of its members.
fn wanted(th: &mut Thread, key: Value) -> Result<(u64, Value), Raised> {
    match hash_member(th, key, MEMBER) {
        Ok(hash) => Ok((hash, key)),
        Err(raised) => match key.cast::<Set>() {
            Some(set) if th.raised_is(raised, &classes::TYPE_ERROR) => {
                th.take_exception();
                let copy = set.copy(th)?;
                let frozen = Set::frozen(th, copy)?;
                Ok((super::frozen::hash_of(frozen), frozen.value()))
            }
            _ => Err(raised),
        },
    }
}

pub(super) fn contains(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = th.receiver::<Set>(args[0])?;
    let (hash, key) = wanted(th, args[1])?;
    Ok(Value::from_bool(set.contains_hashed(th, key, hash)?))
}

pub(super) fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let items = List::from_iterable(th, args[0])?;
    let arguments = Tuple::from_slice(th, &[items.value()])?;
    let state = th.call_method(args[0], name!(th, "__getstate__"), &[])?;
    let class = th.class_of(args[0]).value();
    Ok(Tuple::from_slice(th, &[class, arguments.value(), state])?.value())
}

pub(super) fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = th.receiver::<Set>(args[0])?;
    let capacity = th.read(set)?.table.get().capacity();
    th.int_from_i64((size_of::<Set>() + 24 + capacity * 18) as i64)
}

pub(super) fn copy(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = th.receiver::<Set>(args[0])?;
    if th.class_of(args[0]) == FROZENSET.class() {
        return Ok(args[0]);
    }
    let copy = set.copy(th)?;
    as_kind_of(th, args[0], copy)
}

/// The arguments of a method with `*others`.
fn others(args: &[Value]) -> Option<Ref<Tuple>> {
    args[1].cast::<Tuple>()
}

pub(super) fn union(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let result = th.receiver::<Set>(args[0])?.copy(th)?;
    if let Some(others) = others(args) {
        for &other in others.as_slice() {
            algebra::update(th, result, other)?;
        }
    }
    as_kind_of(th, args[0], result)
}

/// An operation on a set and an iterable that makes a new set.
type Operation = fn(&mut Thread, Ref<Set>, Value) -> Result<Ref<Set>, Raised>;

/// Applies an operation that makes a new set to all of `*others`, one after the other.
fn fold(th: &mut Thread, args: &[Value], operation: Operation) -> Result<Value, Raised> {
    let set = th.receiver::<Set>(args[0])?;
    let result = match others(args).filter(|others| !others.is_empty()) {
        None => set.copy(th)?,
        Some(others) => {
            let mut result = set;
            for &other in others.as_slice() {
                result = operation(th, result, other)?;
            }
            result
        }
    };
    as_kind_of(th, args[0], result)
}

pub(super) fn intersection(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    fold(th, args, algebra::intersection)
}

pub(super) fn difference(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    fold(th, args, algebra::difference)
}

pub(super) fn symmetric_difference(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = th.receiver::<Set>(args[0])?;
    let result = algebra::symmetric_difference(th, set, args[1])?;
    as_kind_of(th, args[0], result)
}

macro_rules! questions {
    ($($name:ident $operation:ident;)*) => {
        $(pub(super) fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            let set = th.receiver::<Set>(args[0])?;
            Ok(Value::from_bool(algebra::$operation(th, set, args[1])?))
        })*
    };
}
questions! {
    isdisjoint is_disjoint;
    issubset is_subset_of_iterable;
    issuperset is_superset_of_iterable;
}

fn add(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Set>(args[0])?.add(th, args[1])?;
    Ok(Value::NONE)
}

fn discard(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = th.receiver::<Set>(args[0])?;
    let (hash, key) = wanted(th, args[1])?;
    set.discard_hashed(th, key, hash)?;
    Ok(Value::NONE)
}

fn remove(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = th.receiver::<Set>(args[0])?;
    let (hash, key) = wanted(th, args[1])?;
    if set.discard_hashed(th, key, hash)? { Ok(Value::NONE) } else { Err(th.key_error(args[1])) }
}

fn pop(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match th.receiver::<Set>(args[0])?.pop(th)? {
        Some(key) => Ok(key),
        None => {
            let message = th.new_str("pop from an empty set")?;
            Err(th.key_error(message.value()))
        }
    }
}

fn clear(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Set>(args[0])?.clear(th)?;
    Ok(Value::NONE)
}

macro_rules! updates {
    ($($name:ident $operation:ident;)*) => {
        $(fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            let set = th.receiver::<Set>(args[0])?;
            if let Some(others) = others(args) {
                for &other in others.as_slice() {
                    algebra::$operation(th, set, other)?;
                }
            }
            Ok(Value::NONE)
        })*
    };
}
updates! {
    update update;
    intersection_update intersection_update;
    difference_update difference_update;
}

fn symmetric_difference_update(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = th.receiver::<Set>(args[0])?;
    algebra::symmetric_difference_update(th, set, args[1])?;
    Ok(Value::NONE)
}
