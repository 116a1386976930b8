//! Values, object headers, allocation and the generational collector of Orochi.

pub mod alloc;
pub mod collect;
pub mod header;
pub mod heap;
pub mod layout;
pub mod roots;
mod space;
pub mod value;

pub use alloc::{LocalHeap, OutOfMemory};
pub use collect::{Kind, Outcome, Roots};
pub use header::{
    Header, OwnerBits, OwnerWord, Reference, ShapeId, set_value_at, value_at, word_at,
};
pub use heap::{Config, Heap, Hooks, OwnerWordHooks, Statistics};
pub use layout::{
    Count, Fields, Layout, Payload, ShapeEntry, Size, Tracer, WeakField, layout_of, round_up,
    shape_entry,
};
pub use roots::native_stack::{NativeStack, with_spilled_registers};
pub use roots::table::{RootTable, RootVec, Rooted};
pub use roots::value_stack::ValueStack;
pub use value::Value;
