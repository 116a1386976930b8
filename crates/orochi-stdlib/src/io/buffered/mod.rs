//! `BufferedReader`, `BufferedWriter`, `BufferedRandom`, `BufferedRWPair`.
//!
//! The first three are one Rust type. A buffer has bytes read ahead or bytes still to be written,
//! never both: what would mix them first writes, or moves the raw stream back to where the
//! program believes to be.
//!
//! * [`object`]: the state; [`raw`]: talking to the raw stream
//! * [`read`], [`write`](mod@write), [`position`]: the methods; [`life`]: making, flushing, closing
//! * [`pair`]: two streams as one

mod life;
mod object;
mod pair;
mod position;
mod raw;
mod read;
mod write;

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method, property,
};

pub(super) use life::{is_wrapped, native_closed, new_stream, set_wrapped};
pub use object::Buffered;
pub(super) use object::native;
pub use pair::RW_PAIR;
pub(super) use read::{read_all_bytes, read_chunk};
pub(super) use write::{flush_native, write_native};

use super::base::{BUFFERED_IO_BASE, no_state};

/// `_io.BufferedReader`
pub static READER: TypeSpec = TypeSpec {
    module: "_io",
    doc: "Create a new buffered reader using the given readable raw IO object.",
    base: Some(&BUFFERED_IO_BASE),
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    new: Some(function("__new__($cls, /, *args, **kwargs)", life::new, "")),
    methods: READER_METHODS,
    getset: GETSET,
    next: Some(read::next),
    finalise: Some(object::free),
    ..TypeSpec::named("BufferedReader", NativeLayout::of::<Buffered>())
};

/// `_io.BufferedWriter`
pub static WRITER: TypeSpec = TypeSpec {
    module: "_io",
    doc: "A buffer for a writeable sequential RawIO object.\n\n\
          The constructor creates a BufferedWriter for the given writeable raw\n\
          stream. If the buffer_size is not given, it defaults to\n\
          DEFAULT_BUFFER_SIZE.",
    base: Some(&BUFFERED_IO_BASE),
    same_layout: Some(&READER),
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    new: Some(function("__new__($cls, /, *args, **kwargs)", life::new, "")),
    methods: WRITER_METHODS,
    getset: GETSET,
    next: BUFFERED_IO_BASE.next,
    finalise: Some(object::free),
    ..TypeSpec::named("BufferedWriter", NativeLayout::of::<Buffered>())
};

/// `_io.BufferedRandom`
pub static RANDOM: TypeSpec = TypeSpec {
    module: "_io",
    doc: "A buffered interface to random access streams.\n\n\
          The constructor creates a reader and writer for a seekable stream,\n\
          raw, given in the first argument. If the buffer_size is omitted it\n\
          defaults to DEFAULT_BUFFER_SIZE.",
    base: Some(&BUFFERED_IO_BASE),
    same_layout: Some(&READER),
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    new: Some(function("__new__($cls, /, *args, **kwargs)", life::new, "")),
    methods: RANDOM_METHODS,
    getset: GETSET,
    next: Some(read::next),
    finalise: Some(object::free),
    ..TypeSpec::named("BufferedRandom", NativeLayout::of::<Buffered>())
};

const INIT: &str = "__init__($self, raw, buffer_size=131072)";
const INIT_DOC: &str = "Initialize self.  See help(type(self)) for accurate signature.";

/// A class's own methods between what all have.
macro_rules! methods {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            method("__repr__($self, /)", life::repr, "Return repr(self)."),
            method("__getstate__($self, /)", no_state, ""),
            method("__sizeof__($self, /)", life::sizeof, ""),
            method("_dealloc_warn($self, source, /)", life::dealloc_warn, ""),
            method("detach($self, /)", life::detach, "Disconnect this buffer from its underlying raw stream and return it."),
            method("close($self, /)", life::close, "Flush and close the IO object."),
            method("seekable($self, /)", life::seekable, ""),
            method("fileno($self, /)", life::fileno, ""),
            method("isatty($self, /)", life::isatty, ""),
            method("tell($self, /)", position::tell, "Return current stream position."),
            method("seek($self, target, whence=0, /)", position::seek, "Change the stream position to the given byte offset."),
            method("truncate($self, pos=None, /)", position::truncate, "Truncate file to size bytes."),
        ]
    };
}

static READER_METHODS: &[Method] = methods![
    method(INIT, life::init_reader, INIT_DOC),
    method("readable($self, /)", life::readable, ""),
    method("flush($self, /)", life::flush_raw, ""),
    method("read($self, size=-1, /)", read::read, "Read and return up to n bytes."),
    method(
        "read1($self, size=-1, /)",
        read::read1,
        "Read and return up to size bytes, with at most one read() call to the underlying raw stream."
    ),
    method("readinto($self, buffer, /)", read::readinto, ""),
    method("readinto1($self, buffer, /)", read::readinto1, ""),
    method(
        "readline($self, size=-1, /)",
        read::readline,
        "Read and return a line from the stream."
    ),
    method("peek($self, size=0, /)", read::peek, ""),
];

static WRITER_METHODS: &[Method] = methods![
    method(INIT, life::init_writer, INIT_DOC),
    method("writable($self, /)", life::writable, ""),
    method("flush($self, /)", write::flush, ""),
    method("write($self, buffer, /)", write::write, "Write buffer b to the IO stream."),
];

static RANDOM_METHODS: &[Method] = methods![
    method(INIT, life::init_random, INIT_DOC),
    method("readable($self, /)", life::readable, ""),
    method("writable($self, /)", life::writable, ""),
    method("flush($self, /)", write::flush, ""),
    method("read($self, size=-1, /)", read::read, "Read and return up to n bytes."),
    method(
        "read1($self, size=-1, /)",
        read::read1,
        "Read and return up to size bytes, with at most one read() call to the underlying raw stream."
    ),
    method("readinto($self, buffer, /)", read::readinto, ""),
    method("readinto1($self, buffer, /)", read::readinto1, ""),
    method(
        "readline($self, size=-1, /)",
        read::readline,
        "Read and return a line from the stream."
    ),
    method("peek($self, size=0, /)", read::peek, ""),
    method("write($self, buffer, /)", write::write, "Write buffer b to the IO stream."),
];

static GETSET: &[GetSet] = &[
    getter("raw", life::raw_get, ""),
    getter("closed", life::closed_get, ""),
    getter("name", life::name_get, ""),
    getter("mode", life::mode_get, ""),
    property("_finalizing", life::finalizing_get, life::finalizing_set, ""),
];
