//! `_codecs`: the registry of codecs, and the functions on which the package `encodings` builds.
//!
//! Registry and error handlers belong to the runtime (`orochi_vm::types::str::encoding`), since
//! `str.encode` needs them; here is what Python sees of them.
//!
//! * [`unicode`]: the UTF family and the escapes; [`charmap`]: codecs given by a mapping

mod charmap;
mod unicode;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::str::Str;
use orochi_vm::types::str::encoding::{codec_name, registry};
use orochi_vm::types::tuple::Tuple;

pub(crate) use charmap::ENCODING_MAP;

/// The module.
pub static MODULE: ModuleSpec =
    ModuleSpec { functions: FUNCTIONS, types: &[&ENCODING_MAP], ..ModuleSpec::named("_codecs") };

static FUNCTIONS: &[Method] = &[
    function("register(search_function, /)", register, "Register a codec search function."),
    function(
        "unregister(search_function, /)",
        unregister,
        "Unregister a codec search function and clear the registry's cache.",
    ),
    function(
        "lookup(encoding, /)",
        lookup,
        "Looks up a codec tuple in the Python codec registry and returns a CodecInfo object.",
    ),
    function(
        "register_error(errors, handler, /)",
        register_error,
        "Register the specified error handler under the name errors.",
    ),
    function(
        "_unregister_error(errors, /)",
        unregister_error,
        "Un-register the specified error handler for the error handling `errors'.",
    ),
    function(
        "lookup_error(name, /)",
        lookup_error,
        "Return the error handler for the specified error handling name.",
    ),
    function(
        "encode(obj, encoding='utf-8', errors='strict')",
        encode,
        "Encodes obj using the codec registered for encoding.",
    ),
    function(
        "decode(obj, encoding='utf-8', errors='strict')",
        decode,
        "Decodes obj using the codec registered for encoding.",
    ),
    function("utf_8_encode(str, errors=None, /)", unicode::utf_8_encode, ""),
    function("utf_8_decode(data, errors=None, final=False, /)", unicode::utf_8_decode, ""),
    function("utf_7_encode(str, errors=None, /)", unicode::utf_7_encode, ""),
    function("utf_7_decode(data, errors=None, final=False, /)", unicode::utf_7_decode, ""),
    function("utf_16_encode(str, errors=None, byteorder=0, /)", unicode::utf_16_encode, ""),
    function("utf_16_le_encode(str, errors=None, /)", unicode::utf_16_le_encode, ""),
    function("utf_16_be_encode(str, errors=None, /)", unicode::utf_16_be_encode, ""),
    function("utf_16_decode(data, errors=None, final=False, /)", unicode::utf_16_decode, ""),
    function("utf_16_le_decode(data, errors=None, final=False, /)", unicode::utf_16_le_decode, ""),
    function("utf_16_be_decode(data, errors=None, final=False, /)", unicode::utf_16_be_decode, ""),
    function(
        "utf_16_ex_decode(data, errors=None, byteorder=0, final=False, /)",
        unicode::utf_16_ex_decode,
        "",
    ),
    function("utf_32_encode(str, errors=None, byteorder=0, /)", unicode::utf_32_encode, ""),
    function("utf_32_le_encode(str, errors=None, /)", unicode::utf_32_le_encode, ""),
    function("utf_32_be_encode(str, errors=None, /)", unicode::utf_32_be_encode, ""),
    function("utf_32_decode(data, errors=None, final=False, /)", unicode::utf_32_decode, ""),
    function("utf_32_le_decode(data, errors=None, final=False, /)", unicode::utf_32_le_decode, ""),
    function("utf_32_be_decode(data, errors=None, final=False, /)", unicode::utf_32_be_decode, ""),
    function(
        "utf_32_ex_decode(data, errors=None, byteorder=0, final=False, /)",
        unicode::utf_32_ex_decode,
        "",
    ),
    function("latin_1_encode(str, errors=None, /)", unicode::latin_1_encode, ""),
    function("latin_1_decode(data, errors=None, /)", unicode::latin_1_decode, ""),
    function("ascii_encode(str, errors=None, /)", unicode::ascii_encode, ""),
    function("ascii_decode(data, errors=None, /)", unicode::ascii_decode, ""),
    function("unicode_escape_encode(str, errors=None, /)", unicode::unicode_escape_encode, ""),
    function(
        "unicode_escape_decode(data, errors=None, final=True, /)",
        unicode::unicode_escape_decode,
        "",
    ),
    function(
        "raw_unicode_escape_encode(str, errors=None, /)",
        unicode::raw_unicode_escape_encode,
        "",
    ),
    function(
        "raw_unicode_escape_decode(data, errors=None, final=True, /)",
        unicode::raw_unicode_escape_decode,
        "",
    ),
    function("escape_encode(data, errors=None, /)", unicode::escape_encode, ""),
    function("escape_decode(data, errors=None, /)", unicode::escape_decode, ""),
    function("readbuffer_encode(data, errors=None, /)", unicode::readbuffer_encode, ""),
    function("charmap_build(map, /)", charmap::charmap_build, ""),
    function("charmap_encode(str, errors=None, mapping=None, /)", charmap::charmap_encode, ""),
    function("charmap_decode(data, errors=None, mapping=None, /)", charmap::charmap_decode, ""),
];

fn register(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    registry::register(th, args[0])?;
    Ok(Value::NONE)
}

fn unregister(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    registry::unregister(th, args[0])?;
    Ok(Value::NONE)
}

fn lookup(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = codec_name(th, args[0], "lookup() argument")?;
    Ok(registry::lookup(th, &name)?.value())
}

fn register_error(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = th.str_argument(args[0], "register_error() argument 1")?;
    registry::register_error(th, name, args[1])?;
    Ok(Value::NONE)
}

fn unregister_error(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = th.str_argument(args[0], "_unregister_error() argument")?;
    Ok(Value::from_bool(registry::unregister_error(th, name)?))
}

fn lookup_error(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = codec_name(th, args[0], "lookup_error() argument")?;
    registry::lookup_error(th, &name)
}

fn convert(th: &mut Thread, args: &[Value], which: usize, function: &str) -> Result<Value, Raised> {
    let encoding = match args[1] {
        encoding if encoding.is_unbound() => "utf-8".to_owned(),
        encoding => codec_name(th, encoding, &format!("{function}() argument 'encoding'"))?,
    };
    let errors = match args[2] {
        errors if errors.is_unbound() => None,
        errors => Some(codec_name(th, errors, &format!("{function}() argument 'errors'"))?),
    };
    let codec = registry::lookup(th, &encoding)?;
    registry::call(th, codec, which, args[0], errors.as_deref())
}

fn encode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    convert(th, args, registry::ENCODER, "encode")
}

fn decode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    convert(th, args, registry::DECODER, "decode")
}

/// The name of the error handler; `None` for None.
fn handler(th: &Thread, value: Value, function: &str) -> Result<Option<String>, Raised> {
    if value.is_unbound() || value.is_none() {
        return Ok(None);
    }
    if value.cast::<Str>().is_none() {
        let what = format!("{function}() argument 2");
        return Err(th.wrong_argument(&what, "str or None", value));
    }
    codec_name(th, value, function).map(Some)
}

/// The text of an encoding function.
fn text(th: &Thread, value: Value, function: &str) -> Result<Ref<Str>, Raised> {
    th.str_argument(value, &format!("{function}() argument 1"))
}

/// The bytes of a decoding function; text is refused.
fn bytes(th: &mut Thread, value: Value) -> Result<Ref<Bytes>, Raised> {
    if let Some(bytes) = value.cast::<Bytes>() {
        return Ok(bytes);
    }
    let bytes = th.bytes_of(value)?;
    th.new_bytes(&bytes)
}

/// A result and how much of the input it stands for.
fn pair(th: &Thread, result: Value, length: usize) -> Result<Value, Raised> {
    let length = th.int_from_i64(length as i64)?;
    Ok(Tuple::from_slice(th, &[result, length])?.value())
}
