//! Shapes, classes, built-in types, the interpreter and threads of Orochi.
//!
//! | folder | holds |
//! | --- | --- |
//! | [`thread`] | the structure every operation is given: barriers, allocation, safepoints |
//! | [`vm`] | what all threads share: settings, interned names, start and end |
//! | [`object`] | typed references, fields and guards |
//! | [`shape`] | hidden classes: where attributes are |
//! | [`class`] | classes, how native types describe themselves, attribute lookup |
//! | [`native`] | native functions and the sorting of their arguments |
//! | [`operation`] | the protocols of the data model |
//! | [`interpreter`] | the handlers of the bytecode |
//! | [`types`] | the built-in types, one folder each |
//! | [`exception`], [`frame`] | raising, classes of exceptions; tracebacks and frames |
//! | [`builtins`] | the built-in functions |
//!
//! Invariants, cited in `SAFETY` comments: those of the architecture (A1–A8), of the ownership
//! protocol (S1–S5, in `orochi-stm`), of the heap (H1–H5, in `orochi-heap`), and
//! * **I1** Handlers run validated code: operands name registers of the window, constants that
//!   exist and have the kind the operation wants, and jump targets are instructions.
//! * **I2** Everything on a value stack below its thread's `top` is a valid value; everything
//!   between `top` and the soft limit is one that was valid at the last collection.

pub mod builtins;
pub mod class;
pub mod exception;
pub mod frame;
pub mod interpreter;
pub mod native;
pub mod object;
pub mod operation;
pub mod shape;
pub mod thread;
pub mod types;
pub mod vm;

/// The heap crate, under the name that this crate's macros use.
pub use orochi_heap as heap;
