//! `_io`: streams.
//!
//! Three layers, as in CPython: [`file`](mod@file) makes system calls, [`buffered`] keeps bytes between
//! the program and a raw stream, [`text`] turns bytes into text and back. Each layer knows the
//! native classes of the layer below and talks to them directly; to anything else by calling its
//! methods.
//!
//! Streams are objects with owners like any others: what fits in a buffer is done under the
//! object's guard. When a raw stream must be read or written, the buffered object's [`lock`] is
//! taken first, so that threads that share a file take turns, and the bytes travel in private
//! memory. Anything that changes a file makes an open atomic block inevitable.
//!
//! * [`base`]: `_IOBase` and the abstract classes; [`open`]: `open()`; [`standard`]: the
//!   standard streams
//! * [`memory`]: `BytesIO`; [`string`]: `StringIO`; [`newline`]: universal newlines

mod base;
mod buffered;
mod errors;
mod file;
mod lock;
mod memory;
mod newline;
mod open;
mod standard;
mod string;
mod text;

use orochi_vm::class::{TypeSpec, flags, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;

pub use open::finalise_all;
pub use standard::{flush_at_exit, open_standard};

/// The default size of buffers.
pub const DEFAULT_BUFFER_SIZE: usize = 128 << 10;

static TYPES: &[&TypeSpec] = &[
    &base::IO_BASE,
    &base::RAW_IO_BASE,
    &base::BUFFERED_IO_BASE,
    &base::TEXT_IO_BASE,
    &file::FILE_IO,
    &memory::BYTES_IO,
    &string::STRING_IO,
    &buffered::READER,
    &buffered::WRITER,
    &buffered::RANDOM,
    &buffered::RW_PAIR,
    &text::TEXT_IO_WRAPPER,
    &newline::DECODER,
];

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "The io module provides the Python interfaces to stream handling. The\n\
          builtin open function is defined in this module.",
    functions: &[
        function(open::SIGNATURE, open::open, open::DOC),
        function(
            "open_code(path)",
            open::open_code,
            "Opens the provided file with the intent to import the contents.",
        ),
        function(
            "text_encoding(encoding, stacklevel=2, /)",
            open::text_encoding,
            "A helper function to choose the text encoding.",
        ),
    ],
    types: TYPES,
    execute: Some(|th, module| {
        for spec in TYPES {
            let class = spec.class();
            if class.special(th, orochi_vm::class::Special::Del).is_some() {
                class.set_flag(flags::FINALISER, true);
            }
        }
        let dict = module.dict();
        let unsupported = errors::unsupported_class(th)?;
        let blocking = classes::BLOCKING_IO_ERROR.class().value();
        dict.set_str(th, th.name("UnsupportedOperation"), unsupported)?;
        dict.set_str(th, th.name("BlockingIOError"), blocking)?;
        dict.set_str(
            th,
            th.name("DEFAULT_BUFFER_SIZE"),
            Value::from_i32(DEFAULT_BUFFER_SIZE as i32),
        )
    }),
    ..ModuleSpec::named("_io")
};

/// Whether a value is an instance of exactly this native class.
pub(crate) fn is_exactly(th: &Thread, value: Value, spec: &'static TypeSpec) -> bool {
    value.is_object() && spec.try_class().is_some_and(|class| th.class_of(value) == class)
}

/// Calls a method by name, as Python code would.
pub(crate) fn call(
    th: &mut Thread,
    object: Value,
    name: &str,
    args: &[Value],
) -> Result<Value, Raised> {
    let name = th.intern(name)?;
    th.call_method(object, name, args)
}
