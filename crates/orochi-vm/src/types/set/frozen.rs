//! What `frozenset` has of its own: construction and hash.

use orochi_text::hash::FrozenSetHasher;

use super::methods::{only_argument, set_methods};
use super::object::Set;
use super::{FROZENSET, algebra};
use crate::class::{Class, Method, class_method, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;

pub(super) static METHODS: &[Method] =
    set_methods![method("__hash__($self, /)", hash, "Return hash(self)."),];

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &FROZENSET)?;
    let own_init = args[0].cast::<Class>().is_some_and(|class| {
        let special = crate::class::Special::Init;
        class.special(th, special) != FROZENSET.class().special(th, special)
    });
    let named = if own_init { Value::UNBOUND } else { args[2] };
    let iterable = only_argument(th, "frozenset", args[1], named)?;
    if let Some(iterable) = iterable {
        let plain = FROZENSET.class();
        if shape.class == plain && th.class_of(iterable) == plain {
            return Ok(iterable);
        }
    }
    let set = Set::new(th)?;
    if let Some(iterable) = iterable {
        algebra::update(th, set, iterable)?;
    }
    Ok(Set::frozen_as(th, shape, set)?.value())
}

/// The hash of a frozenset: that of its members in any order.
pub fn hash_of(set: Ref<Set>) -> u64 {
    let set = Set::frozen_fields(set);
    let known = set.hash.get();
    if known != 0 {
        return known;
    }
    let table = set.table.get();
    let mut hasher = FrozenSetHasher::default();
    let mut position = 0;
    while let Some(at) = table.next_live(position) {
        hasher.add(table.hash(at) as i64);
        position = at + 1;
    }
    let hash = hasher.finish() as u64;
    set.hash.set_cache(hash);
    hash
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = th.receiver::<Set>(args[0])?;
    th.int_from_i64(hash_of(set) as i64)
}
