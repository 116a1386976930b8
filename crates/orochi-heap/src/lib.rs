//! Values, object headers, allocation and the generational collector of Orochi.
//!
//! The heap knows nothing of Python. The layer above describes its objects by [`Layout`]s, publishes
//! shapes that name them ([`Heap::add_shape`]), gives each thread a [`LocalHeap`], and lends the
//! collector its roots ([`Roots`]) while the world is stopped. `space` has the addresses, `block` the
//! free ones, `alloc` hands them out; `collect` is a collection phase by phase, `mark`, `weak`,
//! `finaliser` and `sweep` are its parts, `lookup` turns stack words into objects.
//!
//! # Invariants
//! Cited by name in `SAFETY` comments and by the layers above.
//! - **H1 Objects stay.** An object keeps its address and its size from allocation to death.
//! - **H2 Whole at safepoints.** Between its allocation and the thread's next safepoint an object is
//!   written in full: header, size, every word its layout names. So whatever a stopped world holds
//!   can be parsed and traced.
//! - **H3 The barrier is heard.** Whoever writes a reference into an old object has set `G` in its
//!   owner word and called [`LocalHeap::remember`] since the last collection. Storage is written only
//!   under its owner's barrier, and is among its owner's `owned` fields.
//! - **H4 Rooted or found.** At a stop every reference is in an object, in a root of this crate, or
//!   shown by [`Roots`].
//! - **H5 Stopped means stopped.** What is unsafe because the world must be stopped may assume that no
//!   other thread reads or writes the heap, its local parts, or rooted vectors.

pub mod alloc;
mod block;
pub mod collect;
mod finaliser;
pub mod header;
pub mod heap;
mod help;
mod inspect;
pub mod layout;
mod lookup;
mod mark;
pub mod roots;
mod space;
mod sweep;
pub mod value;
mod verify;
mod weak;

pub use alloc::{LocalHeap, OutOfMemory};
pub use collect::{Kind, Outcome, OwnerWords, Roots};
pub use header::{
    Header, OwnerBits, OwnerWord, Reference, ShapeId, set_value_at, value_at, word_at,
};
pub use heap::{Config, Heap, Hooks, Statistics};
pub use layout::{
    Count, Fields, Layout, Payload, ShapeEntry, Size, Tracer, WeakField, layout_of, round_up,
    shape_entry,
};
pub use roots::native_stack::{NativeStack, with_spilled_registers};
pub use roots::table::{RootTable, RootVec, Rooted};
pub use roots::value_stack::ValueStack;
pub use value::Value;
