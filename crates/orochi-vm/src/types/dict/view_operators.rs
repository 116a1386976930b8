//! What `dict_keys` and `dict_items` have in common with sets.

use super::views::{DictView, ITEMS, KEYS};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::set::{Set, algebra};

/// Whether a value is a set, a frozenset or a view that resembles one.
fn is_set_like(th: &Thread, value: Value) -> bool {
    value.cast::<Set>().is_some()
        || th.is_instance(value, KEYS.class())
        || th.is_instance(value, ITEMS.class())
}

/// Whether all of `a` is in `b`.
fn all_in(th: &mut Thread, a: Value, b: Value) -> Result<bool, Raised> {
    let iterator = th.iterate(a)?;
    while let Some(item) = th.next(iterator)? {
        if !th.contains(b, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

macro_rules! comparisons {
    ($($name:ident |$a:ident, $b:ident| $lengths:expr, $inner:expr, $outer:expr, $wanted:literal;)*) => {
        $(pub(super) fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            th.receiver::<DictView>(args[0])?;
            if !is_set_like(th, args[1]) {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let ($a, $b) = (th.length(args[0])?, th.length(args[1])?);
            let holds = $lengths && all_in(th, args[$inner], args[$outer])?;
            Ok(Value::from_bool(holds == $wanted))
        })*
    };
}
comparisons! {
    eq |a, b| a == b, 0, 1, true;
    ne |a, b| a == b, 0, 1, false;
    lt |a, b| a < b, 0, 1, true;
    le |a, b| a <= b, 0, 1, true;
    gt |a, b| a > b, 1, 0, true;
    ge |a, b| a >= b, 1, 0, true;
}

fn set_of(th: &mut Thread, iterable: Value) -> Result<Ref<Set>, Raised> {
    let set = Set::new(th)?;
    algebra::update(th, set, iterable)?;
    Ok(set)
}

fn union(th: &mut Thread, left: Value, right: Value) -> Result<Value, Raised> {
    let set = set_of(th, left)?;
    algebra::update(th, set, right)?;
    Ok(set.value())
}

fn difference(th: &mut Thread, left: Value, right: Value) -> Result<Value, Raised> {
    let set = set_of(th, left)?;
    algebra::difference_update(th, set, right)?;
    Ok(set.value())
}

fn symmetric_difference(th: &mut Thread, left: Value, right: Value) -> Result<Value, Raised> {
    let set = set_of(th, left)?;
    algebra::symmetric_difference_update(th, set, right)?;
    Ok(set.value())
}

/// The items of one operand that are in the other, a view.
fn intersection(th: &mut Thread, view: Value, other: Value) -> Result<Value, Raised> {
    let (mut outer, mut inner) = (view, other);
    // The smaller one is gone through, if both can be asked for members.
    if is_set_like(th, other) && th.length(other)? > th.length(view)? {
        (outer, inner) = (other, view);
    }
    let result = Set::new(th)?;
    let iterator = th.iterate(inner)?;
    while let Some(item) = th.next(iterator)? {
        if th.contains(outer, item)? {
            result.add(th, item)?;
        }
    }
    Ok(result.value())
}

macro_rules! operators {
    ($($name:ident $operation:ident $left:literal $right:literal;)*) => {
        $(pub(super) fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            th.receiver::<DictView>(args[0])?;
            $operation(th, args[$left], args[$right])
        })*
    };
}
operators! {
    or union 0 1;
    ror union 1 0;
    sub difference 0 1;
    rsub difference 1 0;
    xor symmetric_difference 0 1;
    rxor symmetric_difference 1 0;
    and intersection 0 1;
    rand intersection 0 1;
}

pub(super) fn isdisjoint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<DictView>(args[0])?;
    let (mut outer, mut inner) = (args[0], args[1]);
    if is_set_like(th, inner) && th.length(inner)? > th.length(outer)? {
        (outer, inner) = (inner, outer);
    }
    let iterator = th.iterate(inner)?;
    while let Some(item) = th.next(iterator)? {
        if th.contains(outer, item)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}
