//! `tuple`.

mod methods;
pub mod object;
mod operators;

pub(crate) use methods::getitem;
pub use object::Tuple;
pub(crate) use operators::hash;
pub use operators::hash_of;

use crate::class::{NativeLayout, Tail, TypeFlags, TypeSpec, function};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[];

/// The class `tuple`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Built-in immutable sequence.\n\n\
          If no argument is given, the constructor returns an empty tuple.\n\
          If iterable is specified the tuple is initialized from iterable's items.\n\n\
          If the argument is a tuple, the return value is the same object.",
    flags: TypeFlags::BASE
        .and(TypeFlags::IMMUTABLE)
        .and(TypeFlags::SEQUENCE)
        .and(TypeFlags::MATCH_SELF),
    new: Some(function("__new__($cls, iterable=(), /)", methods::new, "")),
    methods: methods::METHODS,
    ..TypeSpec::named("tuple", NativeLayout::with_tail::<Tuple>(Tail::Values))
};
