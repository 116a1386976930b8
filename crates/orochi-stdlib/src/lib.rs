//! Native modules and the embedded pure-Python library of Orochi.
//!
//! One folder a module; [`MODULES`] lists them. [`library`] serves the embedded part, [`start`]
//! brings the import machinery up.

pub mod argument;
pub mod bytes_like;
pub mod imp;
pub mod library;
pub mod native_state;
pub mod posix;
pub mod resource_;
pub mod start;
pub mod structure;
pub mod sys;
pub mod system;

use orochi_vm::native::ModuleSpec;

/// All native modules but `sys` and `builtins`, which exist from the start.
pub static MODULES: &[&ModuleSpec] = &[&imp::MODULE, &posix::MODULE, &resource_::MODULE];
