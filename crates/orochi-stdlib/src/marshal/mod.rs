//! `marshal`: values as bytes, for compiled files and quick copies.
//!
//! The format is CPython's for plain values, so that those can be exchanged, but code objects are
//! this runtime's own ([`orochi_compiler::marshal`]). Writing keeps no references: a value that
//! occurs twice is written twice. Reading understands them.
//!
//! [`write`](mod@write) and [`read`] hold the two directions.

mod read;
mod write;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;

use crate::argument::truth_or;
use crate::bytes_like;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module contains functions that can read and write Python values in\n\
          a binary format. The format is specific to Python, but independent of\n\
          machine architecture issues.",
    functions: FUNCTIONS,
    execute: Some(|th, module| module.dict().set_str(th, th.name("version"), Value::from_i32(5))),
    ..ModuleSpec::named("marshal")
};

static FUNCTIONS: &[Method] = &[
    function(
        "dumps(value, version=5, /, *, allow_code=True)",
        dumps,
        "Return the bytes object that would be written to a file by dump(value, file).",
    ),
    function(
        "loads(bytes, /, *, allow_code=True)",
        loads,
        "Convert the bytes-like object to a value.",
    ),
    function(
        "dump(value, file, version=5, /, *, allow_code=True)",
        dump,
        "Write the value on the open file.",
    ),
    function(
        "load(file, /, *, allow_code=True)",
        load,
        "Read one value from the open file and return it.",
    ),
];

/// How deep values may be nested.
const DEPTH: u32 = 2000;

/// The bytes that mark the kinds of values.
mod kind {
    pub const NULL: u8 = b'0';
    pub const NONE: u8 = b'N';
    pub const FALSE: u8 = b'F';
    pub const TRUE: u8 = b'T';
    pub const STOP_ITERATION: u8 = b'S';
    pub const ELLIPSIS: u8 = b'.';
    pub const INT: u8 = b'i';
    pub const LONG: u8 = b'l';
    pub const FLOAT: u8 = b'g';
    pub const COMPLEX: u8 = b'y';
    pub const BYTES: u8 = b's';
    pub const TEXT: u8 = b'u';
    pub const INTERNED: u8 = b't';
    pub const ASCII: u8 = b'a';
    pub const ASCII_INTERNED: u8 = b'A';
    pub const SHORT_ASCII: u8 = b'z';
    pub const SHORT_ASCII_INTERNED: u8 = b'Z';
    pub const TUPLE: u8 = b'(';
    pub const SMALL_TUPLE: u8 = b')';
    pub const LIST: u8 = b'[';
    pub const DICT: u8 = b'{';
    pub const SET: u8 = b'<';
    pub const FROZENSET: u8 = b'>';
    pub const SLICE: u8 = b':';
    pub const CODE: u8 = b'c';
    pub const REFERENCE: u8 = b'r';
    /// Added to a kind: the value may be referred to.
    pub const REMEMBERED: u8 = 0x80;
}

fn dumps(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let allow_code = truth_or(th, args[2], true)?;
    let bytes = write::to_bytes(th, args[0], allow_code)?;
    Ok(th.new_bytes(&bytes)?.value())
}

fn loads(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let allow_code = truth_or(th, args[1], true)?;
    let bytes = bytes_like::input(th, args[0])?;
    read::from_bytes(th, &bytes, allow_code).map(|(value, _)| value)
}

fn dump(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let bytes = dumps(th, &[args[0], args[2], args[3]])?;
    th.call_method(args[1], name!(th, "write"), &[bytes])
}

fn load(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let allow_code = truth_or(th, args[1], true)?;
    let file = args[0];
    let start = match th.find_attribute(file, name!(th, "tell"))? {
        Some(tell) => Some(th.call(tell, &[])?),
        None => None,
    };
    let bytes = th.call_method(file, name!(th, "read"), &[])?;
    let Some(bytes) = bytes.cast::<Bytes>() else {
        let kind = th.type_name(bytes);
        return Err(th.type_error(format!("file.read() returned not bytes but {kind}")));
    };
    let (value, used) = read::from_bytes(th, bytes.as_slice(), allow_code)?;
    if let Some(start) = start {
        // What follows the value is left for the next reader.
        let used = th.int_from_i64(used as i64)?;
        let place = th.binary(orochi_vm::operation::BinaryOp::Add, start, used)?;
        th.call_method(file, name!(th, "seek"), &[place])?;
    }
    Ok(value)
}
