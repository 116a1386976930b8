//! `_struct`: values packed into bytes.
//!
//! [`format`](mod@format) reads format strings, [`field`] converts single values, [`operation`] whole
//! structures; [`object`] has the classes.

mod field;
mod format;
mod half;
mod object;
mod operation;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use orochi_text::Text;
use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, function};
use orochi_vm::exception::{BaseException, Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use format::Layout;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Functions to convert between Python values and C structs.\n\
          Python bytes objects are used to hold the data representing the C struct\n\
          and also as format strings (explained below) to describe the layout of data\n\
          in the C struct.",
    functions: FUNCTIONS,
    types: &[&object::STRUCT, &ERROR],
    execute: Some(|th, _| {
        orochi_vm::class::native::make_class(th, &object::UNPACK_ITERATOR)?;
        Ok(())
    }),
    ..ModuleSpec::named("_struct")
};

/// `struct.error`
static ERROR: TypeSpec = TypeSpec {
    module: "struct",
    base: Some(&classes::EXCEPTION),
    flags: TypeFlags::BASE,
    ..TypeSpec::named("error", NativeLayout::of::<BaseException>())
};

static FUNCTIONS: &[Method] = &[
    function("_clearcache()", clear_cache, "Clear the internal cache."),
    function(
        "calcsize(format, /)",
        calcsize,
        "Return size in bytes of the struct described by the format string.",
    ),
    function(
        "iter_unpack(format, buffer, /)",
        iter_unpack,
        "Return an iterator yielding tuples unpacked from the given bytes.\n\nThe bytes are unpacked according to the format string, like\na repeated invocation of unpack_from().\n\nRequires that the bytes length be a multiple of the struct size.",
    ),
    function(
        "pack(format, /, *values)",
        pack,
        "Return a bytes object containing values packed according to the format string.",
    ),
    function(
        "pack_into(format, /, *values)",
        pack_into,
        "Pack values and write the packed bytes into the buffer starting at offset.",
    ),
    function(
        "unpack(format, buffer, /)",
        unpack,
        "Return a tuple containing values unpacked according to the format string.\n\nThe buffer's size in bytes must be calcsize(format).",
    ),
    function(
        "unpack_from(format, /, buffer, offset=0)",
        unpack_from,
        "Return a tuple containing values unpacked according to the format string.\n\nThe buffer's size, minus offset, must be at least calcsize(format).",
    ),
];

/// Raises `struct.error`.
#[cold]
fn raise(th: &Thread, message: &str) -> Raised {
    th.raise_message(&ERROR, message)
}

/// The characters of a format that is a str or bytes.
fn format_bytes(th: &mut Thread, format: Value) -> Result<Vec<u8>, Raised> {
    if let Some(text) = format.cast::<Str>() {
        if let Some(ascii) = text.ascii() {
            return Ok(ascii.as_bytes().to_vec());
        }
        // Encoding raises what is due.
        let encoded =
            th.call_method(format, orochi_vm::name!(th, "encode"), &[th.name("ascii").value()])?;
        return th.bytes_of(encoded);
    }
    if let Some(bytes) = format.cast::<Bytes>() {
        return Ok(bytes.as_slice().to_vec());
    }
    let class = th.type_name(format);
    Err(th.type_error(format!("Struct() argument 1 must be a str or bytes object, not {class}")))
}

/// As many formats are remembered by a thread.
const REMEMBERED: usize = 100;

thread_local! {
    /// Formats that this thread has used. Rust memory only.
    static LAYOUTS: RefCell<HashMap<Box<[u8]>, Arc<Layout>>> = RefCell::new(HashMap::new());
}

/// The layout that a format describes.
fn layout(th: &mut Thread, format: Value) -> Result<Arc<Layout>, Raised> {
    let ascii = format.cast::<Str>();
    if let Some(key) = ascii.as_ref().and_then(|text| text.ascii())
        && let Some(known) = LAYOUTS.with_borrow(|layouts| layouts.get(key.as_bytes()).cloned())
    {
        return Ok(known);
    }
    let bytes = format_bytes(th, format)?;
    parsed(th, &bytes)
}

fn parsed(th: &Thread, format: &[u8]) -> Result<Arc<Layout>, Raised> {
    let layout = match Layout::parse(format) {
        Ok(layout) => Arc::new(layout),
        Err(wrong) => return Err(raise(th, wrong.message())),
    };
    LAYOUTS.with_borrow_mut(|layouts| {
        if layouts.len() >= REMEMBERED {
            layouts.clear();
        }
        layouts.insert(format.into(), layout.clone());
    });
    Ok(layout)
}

fn clear_cache(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    LAYOUTS.with_borrow_mut(HashMap::clear);
    Ok(Value::NONE)
}

fn calcsize(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let layout = layout(th, args[0])?;
    th.int_from_u64(layout.size as u64)
}

/// The values of `*args`.
fn rest(args: Value) -> Option<Ref<Tuple>> {
    args.cast::<Tuple>()
}

fn pack(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let layout = layout(th, args[0])?;
    let values = rest(args[1]);
    operation::pack(th, &layout, values.as_ref().map_or(&[], |values| values.as_slice()))
}

fn pack_into(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let layout = layout(th, args[0])?;
    let values = rest(args[1]);
    operation::pack_into(th, &layout, values.as_ref().map_or(&[], |values| values.as_slice()))
}

fn unpack(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let layout = layout(th, args[0])?;
    operation::unpack(th, &layout, args[1])
}

fn unpack_from(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let layout = layout(th, args[0])?;
    operation::unpack_from(th, &layout, args[1], args[2])
}

fn iter_unpack(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let bytes = format_bytes(th, args[0])?;
    let layout = parsed(th, &bytes)?;
    object::iterate(th, &layout, &bytes, args[1])
}

/// A format as text.
fn format_text(th: &Thread, format: &[u8]) -> Result<Value, Raised> {
    Ok(Str::from_text(th, Text::One(format))?.value())
}
