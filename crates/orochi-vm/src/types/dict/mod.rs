//! `dict`, its views and iterators, and the cells of global names.
//!
//! * [`table`]: the hash table that dicts and sets share (and how it is to be divided into segments)
//! * [`object`]: layouts, and building dicts that nobody else sees yet
//! * [`locate`]: searches that have to ask `__eq__`
//! * [`access`]: get, set, delete, iterate; [`merge`]: update; [`namespace`]: dicts of globals
//! * [`methods`], [`operators`], [`views`], [`view_operators`], [`iterators`]: what Python sees

mod access;
mod iterators;
pub mod locate;
mod merge;
mod methods;
mod namespace;
pub mod object;
mod operators;
pub mod table;
mod view_operators;
mod views;

pub use object::{Dict, DictBuilder, DictTable, GlobalCell};
pub(crate) use table::object::TABLE_LAYOUT;
pub use views::{DictView, ITEMS, KEYS, VALUES};

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use crate::class::{NativeLayout, TypeFlags, TypeSpec, function};

/// The class `dict`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "dict() -> new empty dictionary\n\
          dict(mapping) -> new dictionary initialized from a mapping object's\n    (key, value) pairs\n\
          dict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    \
          for k, v in iterable:\n        d[k] = v\n\
          dict(**kwargs) -> new dictionary initialized with the name=value pairs\n    \
          in the keyword argument list.  For example:  dict(one=1, two=2)",
    flags: TypeFlags::BASE.and(TypeFlags::MAPPING).and(TypeFlags::MATCH_SELF),
    new: Some(function("__new__($cls, /, *args, **kwargs)", methods::new, "")),
    methods: methods::METHODS,
    ..TypeSpec::named("dict", NativeLayout::of::<Dict>())
};

/// The cell of a global name; Python never sees one.
pub static GLOBAL_CELL: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    ..TypeSpec::named("global_cell", NativeLayout::of::<GlobalCell>())
};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[
    &KEYS,
    &VALUES,
    &ITEMS,
    &iterators::KEY_ITERATOR,
    &iterators::VALUE_ITERATOR,
    &iterators::ITEM_ITERATOR,
    &iterators::REVERSE_KEY_ITERATOR,
    &iterators::REVERSE_VALUE_ITERATOR,
    &iterators::REVERSE_ITEM_ITERATOR,
];

pub use iterators::{DictIterator, ITEM_ITERATOR, KEY_ITERATOR, VALUE_ITERATOR};
