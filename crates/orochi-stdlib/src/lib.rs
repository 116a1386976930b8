//! Native modules and the embedded pure-Python library of Orochi.
//!
//! One folder a module; [`MODULES`] lists them. [`library`] serves the embedded part, [`early`]
//! imports, [`start`] runs programs.

mod abc_;
pub mod argument;
pub mod bytes_like;
pub mod clock;
mod collections_;
pub mod early;
pub mod errno_;
mod functools_;
mod gc_;
pub mod imp;
mod itertools_;
pub mod library;
pub mod math;
mod native_state;
pub mod operator;
pub mod posix;
pub mod printer;
pub mod random;
pub mod resource_;
mod signal_;
pub mod start;
pub mod structure;
pub mod sys;
pub mod system;
mod thread_;
mod weakref_;

use orochi_vm::native::ModuleSpec;

/// All native modules but `sys` and `builtins`, which exist from the start.
pub static MODULES: &[&ModuleSpec] = &[
    &imp::MODULE,
    &abc_::MODULE,
    &clock::MODULE,
    &collections_::MODULE,
    &errno_::MODULE,
    &functools_::MODULE,
    &gc_::MODULE,
    &itertools_::MODULE,
    &math::MODULE,
    &operator::MODULE,
    &posix::MODULE,
    &random::MODULE,
    &resource_::MODULE,
    &signal_::MODULE,
    &thread_::MODULE,
    &weakref_::MODULE,
];
