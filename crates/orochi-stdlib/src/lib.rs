//! Native modules and the embedded pure-Python library of Orochi.
//!
//! One folder a module; [`MODULES`] lists them. [`library`] serves the embedded part, [`start`]
//! brings the import machinery up. What modules share: [`argument`] and [`bytes_like`] read
//! arguments, [`structure`] makes named tuples, [`system`] makes system calls, [`native_state`]
//! gives heap objects memory of Rust's own.

pub mod abc_;
pub mod argument;
pub mod array;
pub mod ast_;
pub mod asyncio_;
pub mod atexit_;
pub mod binascii;
pub mod bisect_;
pub mod bytes_like;
pub mod cmath;
pub mod codecs;
pub mod collections_;
pub mod contextvars_;
pub mod csv_;
pub mod errno_;
pub mod exception_class;
pub mod fcntl;
pub mod functools_;
pub mod gc_;
pub mod grp_;
pub mod hash;
pub mod heapq_;
pub mod imp;
pub mod io;
pub mod itertools_;
pub mod json;
pub mod library;
pub mod locale_;
pub mod marshal;
pub mod math;
pub mod multiprocessing_;
pub mod native_state;
pub mod opcode_;
pub mod operator;
pub mod posix;
pub mod posixshmem_;
pub mod posixsubprocess;
pub mod pwd_;
pub mod queue_;
pub mod random;
pub mod resource_;
pub mod select;
pub mod signal_;
pub mod socket;
pub mod sre;
pub mod start;
pub mod stat;
pub mod string_;
pub mod struct_;
pub mod structure;
pub mod suggestions_;
pub mod symtable_;
pub mod sys;
pub mod system;
pub mod termios_;
pub mod thread_;
pub mod time;
pub mod tokenize_;
pub mod tracemalloc_;
pub mod transaction_;
pub mod typing_;
pub mod unicodedata;
pub mod warnings_;
pub mod weakref_;
pub mod zlib_;

use orochi_vm::native::ModuleSpec;

/// All native modules but `sys` and `builtins`, which exist from the start.
pub static MODULES: &[&ModuleSpec] = &[
    &abc_::MODULE,
    &array::MODULE,
    &ast_::MODULE,
    &asyncio_::MODULE,
    &atexit_::MODULE,
    &binascii::MODULE,
    &bisect_::MODULE,
    &cmath::MODULE,
    &codecs::MODULE,
    &collections_::MODULE,
    &contextvars_::MODULE,
    &csv_::MODULE,
    &errno_::MODULE,
    &fcntl::MODULE,
    &functools_::MODULE,
    &gc_::MODULE,
    &grp_::MODULE,
    &hash::BLAKE2_MODULE,
    &hash::MD5_MODULE,
    &hash::SHA1_MODULE,
    &hash::SHA2_MODULE,
    &hash::SHA3_MODULE,
    &heapq_::MODULE,
    &imp::MODULE,
    &io::MODULE,
    &itertools_::MODULE,
    &json::MODULE,
    &locale_::MODULE,
    &marshal::MODULE,
    &math::MODULE,
    &multiprocessing_::MODULE,
    &opcode_::MODULE,
    &operator::MODULE,
    &posix::MODULE,
    &posixshmem_::MODULE,
    &posixsubprocess::MODULE,
    &pwd_::MODULE,
    &queue_::MODULE,
    &random::MODULE,
    &resource_::MODULE,
    &select::MODULE,
    &signal_::MODULE,
    &socket::MODULE,
    &sre::MODULE,
    &stat::MODULE,
    &string_::MODULE,
    &struct_::MODULE,
    &suggestions_::MODULE,
    &symtable_::MODULE,
    &termios_::MODULE,
    &thread_::MODULE,
    &time::MODULE,
    &tokenize_::MODULE,
    &tracemalloc_::MODULE,
    &transaction_::MODULE,
    &typing_::MODULE,
    &unicodedata::MODULE,
    &warnings_::MODULE,
    &weakref_::MODULE,
    &zlib_::MODULE,
];
