//! Where references live outside the heap.

pub mod native_stack;
pub mod table;
pub mod value_stack;
