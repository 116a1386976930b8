//! Native modules and the embedded pure-Python library of Orochi.
//!
//! One folder a module; [`MODULES`] lists them. [`library`] serves the embedded part, [`start`]
//! brings the import machinery up. What modules share: [`argument`] and [`bytes_like`] read
//! arguments, [`structure`] makes named tuples, [`system`] makes system calls, [`native_state`]
//! gives heap objects memory of Rust's own.

pub mod abc_;
pub mod argument;
pub mod bytes_like;
pub mod collections_;
pub mod functools_;
pub mod gc_;
pub mod imp;
pub mod itertools_;
pub mod library;
pub mod native_state;
pub mod posix;
pub mod resource_;
pub mod signal_;
pub mod start;
pub mod structure;
pub mod sys;
pub mod system;
pub mod thread_;
pub mod weakref_;

use orochi_vm::native::ModuleSpec;

/// All native modules but `sys` and `builtins`, which exist from the start.
pub static MODULES: &[&ModuleSpec] = &[
    &abc_::MODULE,
    &collections_::MODULE,
    &functools_::MODULE,
    &gc_::MODULE,
    &imp::MODULE,
    &itertools_::MODULE,
    &posix::MODULE,
    &resource_::MODULE,
    &signal_::MODULE,
    &thread_::MODULE,
    &weakref_::MODULE,
];
