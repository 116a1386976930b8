//! Native modules and the embedded pure-Python library of Orochi.
//!
//! One folder a module; [`MODULES`] lists them. [`library`] serves the embedded part, [`start`]
//! brings the import machinery up. What modules share: [`argument`] and [`bytes_like`] read
//! arguments, [`structure`] makes named tuples, [`system`] makes system calls, [`native_state`]
//! gives heap objects memory of Rust's own.

pub mod abc_;
pub mod argument;
pub mod atexit_;
pub mod bisect_;
pub mod bytes_like;
pub mod clock;
pub mod collections_;
pub mod contextvars_;
pub mod early;
pub mod errno_;
pub mod fcntl;
pub mod functools_;
pub mod gc_;
pub mod grp_;
pub mod heapq_;
pub mod imp;
pub mod io;
pub mod itertools_;
pub mod library;
pub mod locale_;
pub mod marshal;
pub mod math;
pub mod native_state;
pub mod opcode_;
pub mod operator;
pub mod posix;
pub mod posixsubprocess;
pub mod printer;
pub mod pwd_;
pub mod queue_;
pub mod random;
pub mod resource_;
pub mod select;
pub mod signal_;
pub mod socket;
pub mod start;
pub mod stat;
pub mod structure;
pub mod sys;
pub mod system;
pub mod termios_;
pub mod thread_;
pub mod tracemalloc_;
pub mod warnings_;
pub mod weakref_;

use orochi_vm::native::ModuleSpec;

/// All native modules but `sys` and `builtins`, which exist from the start.
pub static MODULES: &[&ModuleSpec] = &[
    &abc_::MODULE,
    &atexit_::MODULE,
    &bisect_::MODULE,
    &clock::MODULE,
    &collections_::MODULE,
    &contextvars_::MODULE,
    &errno_::MODULE,
    &fcntl::MODULE,
    &functools_::MODULE,
    &gc_::MODULE,
    &grp_::MODULE,
    &heapq_::MODULE,
    &imp::MODULE,
    &io::MODULE,
    &itertools_::MODULE,
    &locale_::MODULE,
    &marshal::MODULE,
    &math::MODULE,
    &opcode_::MODULE,
    &operator::MODULE,
    &posix::MODULE,
    &posixsubprocess::MODULE,
    &pwd_::MODULE,
    &queue_::MODULE,
    &random::MODULE,
    &resource_::MODULE,
    &select::MODULE,
    &signal_::MODULE,
    &socket::MODULE,
    &stat::MODULE,
    &termios_::MODULE,
    &thread_::MODULE,
    &tracemalloc_::MODULE,
    &warnings_::MODULE,
    &weakref_::MODULE,
];
