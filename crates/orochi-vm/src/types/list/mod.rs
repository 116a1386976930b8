//! `list`.
//!
//! * [`object`]: layout and the operations under a guard; [`access`]: what the runtime uses
//! * [`search`]: finding and comparing items; [`operators`]: comparison, `+`, `*`, `repr`
//! * [`subscript`]: indices and slices; [`methods`]: the rest
//! * [`sort`], [`merge_sort`]: sorting; [`recursion`]: the guard of `repr`

mod access;
mod merge_sort;
pub(crate) mod methods;
pub mod object;
pub(crate) mod operators;
mod recursion;
pub(crate) mod search;
pub mod sort;
pub(crate) mod subscript;

pub(crate) use object::VALUE_ARRAY_LAYOUT;
pub use object::{List, ValueArray};
pub(crate) use subscript::{getitem, setitem};

#[cfg(test)]
mod tests;

use crate::class::{NativeLayout, TypeFlags, TypeSpec, function};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&crate::types::iterators::list::LIST_REVERSE_ITERATOR];

/// The class `list`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Built-in mutable sequence.\n\n\
          If no argument is given, the constructor creates a new empty list.\n\
          The argument must be an iterable if specified.",
    flags: TypeFlags::BASE.and(TypeFlags::SEQUENCE).and(TypeFlags::MATCH_SELF),
    new: Some(function("__new__($cls, /, *args, **kwargs)", methods::new, "")),
    methods: methods::METHODS,
    ..TypeSpec::named("list", NativeLayout::of::<List>())
};
