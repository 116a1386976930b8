//! `str` to `bytes` and back, for Python and for native code.
//!
//! * [`known`]: the codecs that need no Python, by name
//! * [`registry`]: search functions and what they found, as `codecs.lookup` sees them
//! * [`errors`]: error handlers, built in and registered, and driving a codec with one

pub mod errors;
pub mod known;
pub mod registry;

use std::borrow::Cow;

use orochi_text::TextBuf;
use orochi_text::codec;

pub use errors::{Errors, run_decoder, run_encoder};
pub use known::Known;

use super::Str;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::tuple::Tuple;

/// The name of an encoding or error handler given as an argument; `what` names the argument.
pub fn codec_name(th: &Thread, value: Value, what: &str) -> Result<String, Raised> {
    let name = th.str_argument(value, what)?;
    let Some(ascii) = name.ascii() else {
        return Ok(name.display());
    };
    if ascii.contains('\0') {
        return Err(th.value_error("embedded null character"));
    }
    Ok(ascii.to_owned())
}

pub(super) fn encode_method(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let encoding = optional(th, args[1], "encode() argument 'encoding'")?;
    let errors = optional(th, args[2], "encode() argument 'errors'")?;
    Ok(th.encode(string, encoding.as_deref(), errors.as_deref())?.value())
}

/// An optional encoding or error handler.
pub(crate) fn optional(th: &Thread, value: Value, what: &str) -> Result<Option<String>, Raised> {
    if value.is_unbound() { Ok(None) } else { codec_name(th, value, what).map(Some) }
}

impl Thread {
    /// `string.encode(encoding, errors)`; UTF-8 and `strict` unless given.
    pub fn encode(
        &mut self,
        string: Ref<Str>,
        encoding: Option<&str>,
        errors: Option<&str>,
    ) -> Result<Ref<Bytes>, Raised> {
        let name = encoding.unwrap_or("utf-8");
        if let Some(known) = Known::find(name) {
            let bytes = known.encode(self, string, errors)?;
            return self.new_bytes(&bytes);
        }
        let codec = registry::lookup(self, name)?;
        self.check_text_encoding(codec, name, "encode")?;
        let result = registry::call(self, codec, registry::ENCODER, string.value(), errors)?;
        if let Some(bytes) = result.cast::<Bytes>() {
            return Ok(bytes);
        }
        if result.cast::<ByteArray>().is_some() {
            let bytes = self.bytes_of(result)?;
            return self.new_bytes(&bytes);
        }
        let kind = self.type_name(result);
        Err(self.type_error(format!(
            "'{name}' encoder returned '{kind}' instead of 'bytes'; \
             use codecs.encode() to encode to arbitrary types"
        )))
    }

    /// The string in these bytes; UTF-8 and `strict` unless given. The bytes are private to the
    /// caller, or those of an immutable object.
    pub fn decode(
        &mut self,
        bytes: &[u8],
        encoding: Option<&str>,
        errors: Option<&str>,
    ) -> Result<Ref<Str>, Raised> {
        let name = encoding.unwrap_or("utf-8");
        match Known::find(name) {
            Some(known) => known.decode(self, bytes, errors),
            None => {
                let object = self.new_bytes(bytes)?.value();
                self.decode_by_registry(object, name, errors)
            }
        }
    }

    /// As [`Self::decode`], for any bytes-like object.
    pub fn decode_object(
        &mut self,
        object: Value,
        encoding: Option<&str>,
        errors: Option<&str>,
    ) -> Result<Ref<Str>, Raised> {
        let name = encoding.unwrap_or("utf-8");
        let Some(known) = Known::find(name) else {
            return self.decode_by_registry(object, name, errors);
        };
        if let Some(bytes) = object.cast::<Bytes>() {
            return known.decode(self, bytes.as_slice(), errors);
        }
        let bytes = self.bytes_of(object)?;
        known.decode(self, &bytes, errors)
    }

    fn decode_by_registry(
        &mut self,
        object: Value,
        name: &str,
        errors: Option<&str>,
    ) -> Result<Ref<Str>, Raised> {
        let codec = registry::lookup(self, name)?;
        self.check_text_encoding(codec, name, "decode")?;
        let result = registry::call(self, codec, registry::DECODER, object, errors)?;
        match result.cast::<Str>() {
            Some(text) => Ok(text),
            None => {
                let kind = self.type_name(result);
                Err(self.type_error(format!(
                    "'{name}' decoder returned '{kind}' instead of 'str'; \
                     use codecs.decode() to decode to arbitrary types"
                )))
            }
        }
    }

    /// Refuses codecs that say of themselves that they are none between text and bytes.
    fn check_text_encoding(
        &mut self,
        codec: Ref<Tuple>,
        name: &str,
        verb: &str,
    ) -> Result<(), Raised> {
        if codec.value().cast_exact::<Tuple>().is_some() {
            return Ok(());
        }
        let said = self.find_attribute(codec.value(), crate::name!(self, "_is_text_encoding"))?;
        let Some(said) = said else { return Ok(()) };
        if self.is_true(said)? {
            return Ok(());
        }
        Err(self.lookup_error(format!(
            "'{name}' is not a text encoding; use codecs.{verb}() to handle arbitrary codecs"
        )))
    }

    /// A name for the operating system: UTF-8, with what was not decodable put back.
    pub fn fsencode(&mut self, name: Ref<Str>) -> Result<Vec<u8>, Raised> {
        Known::Utf8.encode(self, name, Some("surrogateescape")).map(Cow::into_owned)
    }

    /// A name from the operating system: UTF-8, what is not decodable as lone surrogates.
    pub fn fsdecode(&self, name: &[u8]) -> Result<Ref<Str>, Raised> {
        let mut out = TextBuf::with_capacity(name.len());
        let mut decoder = codec::Utf8Decoder::new(name, true);
        // Every byte can be escaped: no failure is left.
        let _ = codec::decode(&mut decoder, codec::Handler::SurrogateEscape, &mut out);
        self.new_text(out)
    }
}
