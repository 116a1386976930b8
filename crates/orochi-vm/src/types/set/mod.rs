//! `set` and `frozenset`.
//!
//! Both are the object [`Set`] around the hash table that dicts use; a frozenset is made by
//! filling a set that nobody else knows and handing its table over, so that it is never written
//! once it exists. [`algebra`] holds the operations on two sets, each of which works on both
//! at once as far as no member's `__eq__` has to run.

mod access;
pub mod algebra;
mod frozen;
mod iterator;
mod methods;
pub mod object;
mod operators;

pub(crate) use crate::types::dict::table::object::SET_TABLE_LAYOUT as TABLE_LAYOUT;
pub use iterator::{SET_ITERATOR, SetIterator};
pub use object::{Set, SetTable};

#[cfg(test)]
mod tests;

use crate::class::{NativeLayout, TypeFlags, TypeSpec, function};

/// The class `set`.
pub static SET: TypeSpec = TypeSpec {
    doc: "Build an unordered collection of unique elements.",
    flags: TypeFlags::BASE.and(TypeFlags::MATCH_SELF).and(TypeFlags::WEAKREF),
    new: Some(function("__new__($cls, /, *args, **kwargs)", methods::new, "")),
    methods: methods::METHODS,
    ..TypeSpec::named("set", NativeLayout::of::<Set>())
};

/// The class `frozenset`.
pub static FROZENSET: TypeSpec = TypeSpec {
    doc: "Build an immutable unordered collection of unique elements.",
    flags: TypeFlags::BASE
        .and(TypeFlags::MATCH_SELF)
        .and(TypeFlags::IMMUTABLE)
        .and(TypeFlags::WEAKREF),
    same_layout: Some(&SET),
    new: Some(function("__new__($cls, /, *args, **kwargs)", frozen::new, "")),
    methods: frozen::METHODS,
    ..TypeSpec::named("frozenset", NativeLayout::of::<Set>())
};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&SET_ITERATOR];

/// Whether a value is exactly a `set` or `frozenset`, which iterate as they are.
pub(crate) fn is_plain(th: &crate::thread::Thread, value: crate::heap::Value) -> bool {
    let class = th.class_of(value);
    class == SET.class() || class == FROZENSET.class()
}
