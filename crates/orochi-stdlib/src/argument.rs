//! What native modules do with the arguments they are given: numbers of C's sizes, text, file
//! system names, truth.
//!
//! Everything here raises what CPython's argument clinic raises.

use orochi_text::codec::{self, Handler, Utf8Decoder, Utf8Encoder};
use orochi_text::{OwnedText, Text, TextBuf};
use orochi_vm::class::Special;
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types;
use orochi_vm::types::str::Str;

/// An argument that was given and is not None.
pub fn given(value: Value) -> Option<Value> {
    (!value.is_unbound() && !value.is_none()).then_some(value)
}

/// A C `int`.
pub fn c_int(th: &mut Thread, value: Value) -> Result<i32, Raised> {
    if value.is_float() {
        return Err(not_integer(th, value));
    }
    let index = th.index(value)?;
    match types::int::as_i64(index) {
        Some(number) if number > i64::from(i32::MAX) => {
            Err(th.overflow_error("signed integer is greater than maximum"))
        }
        Some(number) if number < i64::from(i32::MIN) => {
            Err(th.overflow_error("signed integer is less than minimum"))
        }
        Some(number) => Ok(number as i32),
        None => Err(th.overflow_error("Python int too large to convert to C int")),
    }
}

/// A C `long`.
pub fn c_long(th: &mut Thread, value: Value) -> Result<i64, Raised> {
    if value.is_float() {
        return Err(not_integer(th, value));
    }
    let index = th.index(value)?;
    types::int::as_i64(index)
        .ok_or_else(|| th.overflow_error("Python int too large to convert to C long"))
}

fn not_integer(th: &Thread, value: Value) -> Raised {
    let name = th.type_name(value);
    th.type_error(format!("'{name}' object cannot be interpreted as an integer"))
}

/// A C `int`, or what it is if it was not given.
pub fn c_int_or(th: &mut Thread, value: Value, otherwise: i32) -> Result<i32, Raised> {
    if value.is_unbound() { Ok(otherwise) } else { c_int(th, value) }
}

/// A Python size or position; `None` for None and for what was not given.
pub fn optional_size(th: &mut Thread, value: Value) -> Result<Option<i64>, Raised> {
    match given(value) {
        None => Ok(None),
        Some(value) => match th.index_or_none(value)? {
            Some(_) => th.index_ssize(value).map(Some),
            None => Err(th.type_error(format!(
                "argument should be integer or None, not '{}'",
                th.type_name(value)
            ))),
        },
    }
}

/// A truth value, or what it is if it was not given.
pub fn truth_or(th: &mut Thread, value: Value, otherwise: bool) -> Result<bool, Raised> {
    if value.is_unbound() { Ok(otherwise) } else { th.is_true(value) }
}

/// A string.
pub fn str_argument(th: &Thread, value: Value, what: &str) -> Result<Ref<Str>, Raised> {
    match value.cast::<Str>() {
        Some(text) => Ok(text),
        None => {
            let name = if value.is_none() { "None".to_owned() } else { th.type_name(value) };
            Err(th.type_error(format!("{what} must be str, not {name}")))
        }
    }
}

/// A number as a float.
pub fn float(th: &mut Thread, value: Value) -> Result<f64, Raised> {
    if value.is_number() {
        return Ok(value.number_as_f64());
    }
    if value.is_bool() {
        return Ok(f64::from(u8::from(value.is_true())));
    }
    if let Some(result) = th.call_special(value, Special::Float, &[])?
        && result.is_float()
    {
        return Ok(result.as_f64());
    }
    if let Some(index) = th.index_or_none(value)? {
        return Ok(types::int::as_i64(index).map_or(f64::INFINITY, |i| i as f64));
    }
    Err(th.type_error(format!("must be real number, not {}", th.type_name(value))))
}

/// A string of finished text.
pub fn new_text(th: &Thread, text: &OwnedText) -> Result<Ref<Str>, Raised> {
    Str::from_text(th, text.as_text())
}

/// Text from the operating system: UTF-8, with other bytes escaped to lone surrogates.
pub fn decode_system(th: &Thread, bytes: &[u8]) -> Result<Ref<Str>, Raised> {
    if bytes.is_ascii() {
        return Str::from_text(th, Text::One(bytes));
    }
    let mut out = TextBuf::new();
    // This handler takes every byte that is no text.
    let _ = codec::decode(&mut Utf8Decoder::new(bytes, true), Handler::SurrogateEscape, &mut out);
    new_text(th, &out.finish())
}

/// Text for the operating system: UTF-8, with escaped bytes put back.
pub fn encode_system(th: &Thread, text: Ref<Str>) -> Result<Vec<u8>, Raised> {
    if let Some(ascii) = text.ascii() {
        return Ok(ascii.as_bytes().to_vec());
    }
    let mut out = Vec::with_capacity(text.len() + 16);
    let mut encoder = Utf8Encoder::new(text.text());
    match codec::encode(&mut encoder, Handler::SurrogateEscape, &mut out) {
        Ok(()) => Ok(out),
        Err(failure) => Err(encode_error(th, "utf-8", text, &failure)),
    }
}

/// Raises the `UnicodeEncodeError` of a failed encoder.
#[cold]
pub fn encode_error(
    th: &Thread,
    encoding: &str,
    text: Ref<Str>,
    failure: &codec::Failure,
) -> Raised {
    unicode_error(th, &classes::UNICODE_ENCODE_ERROR, encoding, text.value(), failure)
}

/// Raises the `UnicodeDecodeError` of a failed decoder.
#[cold]
pub fn decode_error(th: &Thread, encoding: &str, bytes: &[u8], failure: &codec::Failure) -> Raised {
    match th.new_bytes(bytes) {
        Ok(object) => {
            unicode_error(th, &classes::UNICODE_DECODE_ERROR, encoding, object.value(), failure)
        }
        Err(raised) => raised,
    }
}

fn unicode_error(
    th: &Thread,
    class: &'static orochi_vm::class::TypeSpec,
    encoding: &str,
    object: Value,
    failure: &codec::Failure,
) -> Raised {
    let parts = || -> Result<[Value; 5], Raised> {
        let encoding = th.new_str(encoding)?.value();
        let start = th.int_from_i64(failure.start as i64)?;
        let end = th.int_from_i64(failure.end as i64)?;
        let reason = th.new_str(&failure.reason)?.value();
        Ok([encoding, object, start, end, reason])
    };
    match parts() {
        Ok(args) => th.raise_with(class.class(), &args),
        Err(raised) => raised,
    }
}
