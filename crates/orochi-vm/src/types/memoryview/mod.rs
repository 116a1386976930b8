//! `memoryview`, and the buffer protocol for native code.
//!
//! All memory that Python can look into belongs to a `bytes` or a `bytearray`: types like
//! `array.array` keep their items in a bytearray of their own, and say by a native `__buffer__`
//! which part of it, in which format, they show ([`View::open`]). So a view is an object, an offset
//! and a shape, every access is checked, and nothing is pinned.
//!
//! * [`object`]: the view object; [`open`]: making views; [`plan`]: what a view says of its memory
//! * [`item`]: items of the formats of `struct`; [`subscript`]: indices and slices
//! * [`cast`], [`convert`], [`compare`]: casts; lists, bytes, text; equality
//! * [`buffer`]: [`Buffer`], with which native code reads and writes any bytes-like object

pub mod buffer;
mod cast;
mod compare;
mod convert;
pub mod item;
mod iterator;
mod methods;
pub mod object;
mod open;
pub mod plan;
mod subscript;

pub use buffer::Buffer;
pub use iterator::MEMORY_ITERATOR;
pub use object::MemoryView;
pub use open::{View, release_view, view_of, view_with_flags};
pub use plan::{Memory, Plan};

use crate::class::{NativeLayout, TypeFlags, TypeSpec, function};

/// The class `memoryview`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Create a new memoryview object which references the given object.",
    flags: TypeFlags::SEQUENCE.and(TypeFlags::WEAKREF),
    new: Some(function("__new__($cls, object)", open::new, "")),
    methods: methods::METHODS,
    getset: methods::GETSET,
    finalise: Some(object::finalise),
    save: Some(object::save),
    ..TypeSpec::named("memoryview", NativeLayout::of::<MemoryView>())
};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&SPEC, &MEMORY_ITERATOR];
