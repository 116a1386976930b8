//! Encodings: text to bytes and back.
//!
//! An encoder or decoder runs until its input ends or something cannot be converted. It then
//! stops with a [`Failure`] that names the place and CPython's reason, and can be resumed
//! anywhere: so the caller may ask a Python error handler in between, with nothing borrowed but
//! the input. The handlers that CPython has built in are [`Handler`]s; [`decode`] and [`encode`]
//! drive a codec with one of them.
//!
//! Decoding in pieces works as in CPython's `codecs`: a decoder made with `last = false` stops
//! before an incomplete sequence at the end, and [`Decoder::position`] tells how much it used.
//! What is left is put in front of the next piece. UTF-16 and UTF-32 also remember a byte order
//! that a mark decided.

mod charmap;
mod escape;
mod handler;
mod raw_escape;
mod single_byte;
#[cfg(test)]
mod tests;
mod utf16;
mod utf32;
mod utf7;
mod utf8;

pub use charmap::{CharmapDecoder, CharmapEncoder, EncodingMap, MappedBytes, MappedText};
pub use escape::{
    BytesEscapes, EscapeDecoder, EscapeProblem, decode_bytes_escapes, encode_bytes_escapes,
    encode_unicode_escape,
};
pub use handler::{Handler, Replacement};
pub use raw_escape::{RawEscapeDecoder, encode_raw_unicode_escape};
pub use single_byte::{AsciiDecoder, SingleByteEncoder, decode_latin1};
pub use utf7::{Utf7Decoder, encode_utf7};
pub use utf8::{Utf8Decoder, Utf8Encoder, utf8_length};
pub use utf16::{Utf16Decoder, Utf16Encoder};
pub use utf32::{Utf32Decoder, Utf32Encoder};

use std::borrow::Cow;

use crate::text::Text;
use crate::{OwnedText, TextBuf};

/// Input that cannot be converted: what `UnicodeDecodeError` and `UnicodeEncodeError` say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where the input that cannot be converted begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Why.
    pub reason: Cow<'static, str>,
}

impl Failure {
    pub(crate) fn new(start: usize, end: usize, reason: &'static str) -> Failure {
        Failure { start, end, reason: Cow::Borrowed(reason) }
    }
}

/// The byte order of UTF-16 and UTF-32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// A byte order mark decides; without one, little endian. Encoders write a mark.
    Mark,
    /// Little endian.
    Little,
    /// Big endian.
    Big,
}

/// Bytes to text.
pub trait Decoder {
    /// The codec's name in errors.
    fn encoding(&self) -> &'static str;
    /// The bytes being decoded.
    fn input(&self) -> &[u8];
    /// Decodes up to the end or to a failure.
    fn run(&mut self, out: &mut TextBuf) -> Result<(), Failure>;
    /// How far the input was used.
    fn position(&self) -> usize;
    /// Goes on at `position` after a failure.
    fn resume(&mut self, position: usize);
}

/// Text to bytes.
pub trait Encoder {
    /// The codec's name in errors.
    fn encoding(&self) -> &'static str;
    /// The text being encoded.
    fn input(&self) -> Text<'_>;
    /// Encodes up to the end or to a failure.
    fn run(&mut self, out: &mut Vec<u8>) -> Result<(), Failure>;
    /// Goes on at `position` after a failure.
    fn resume(&mut self, position: usize);
    /// Writes what an error handler gave instead of the failing input. `false` where the codec
    /// cannot take it; the failure is then to be raised.
    fn replace(&mut self, out: &mut Vec<u8>, replacement: &Replacement) -> bool;
}

/// Decodes with a built-in error handler; the failure is the one to raise.
pub fn decode(
    decoder: &mut dyn Decoder,
    handler: Handler,
    out: &mut TextBuf,
) -> Result<(), Failure> {
    while let Err(failure) = decoder.run(out) {
        match handler.on_decode(decoder.encoding(), decoder.input(), &failure, out) {
            Some(position) => decoder.resume(position),
            None => return Err(failure),
        }
    }
    Ok(())
}

/// Encodes with a built-in error handler; the failure is the one to raise.
pub fn encode(
    encoder: &mut dyn Encoder,
    handler: Handler,
    out: &mut Vec<u8>,
) -> Result<(), Failure> {
    while let Err(failure) = encoder.run(out) {
        let handled = handler.on_encode(encoder.encoding(), encoder.input(), &failure);
        match handled {
            Some((replacement, position)) if encoder.replace(out, &replacement) => {
                encoder.resume(position);
            }
            _ => return Err(failure),
        }
    }
    Ok(())
}

/// UTF-8 text with strict errors: the common case.
pub fn decode_utf8(input: &[u8]) -> Result<OwnedText, Failure> {
    let mut out = TextBuf::new();
    Utf8Decoder::new(input, true).run(&mut out)?;
    Ok(out.finish())
}

/// UTF-8 bytes with strict errors: the common case.
pub fn encode_utf8(text: Text<'_>) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::with_capacity(text.len());
    Utf8Encoder::new(text).run(&mut out)?;
    Ok(out)
}

/// Whether a code point is a surrogate.
pub(crate) fn is_surrogate(code: u32) -> bool {
    (0xD800..0xE000).contains(&code)
}

/// Whether a code point is the second half of a pair.
pub(crate) fn is_low_surrogate(code: u32) -> bool {
    (0xDC00..0xE000).contains(&code)
}

/// The code point of a pair.
pub(crate) fn join_surrogates(high: u32, low: u32) -> u32 {
    0x1_0000 + ((high & 0x3FF) << 10 | low & 0x3FF)
}

/// The pair for a code point above 0xFFFF.
pub(crate) fn split_surrogates(code: u32) -> (u16, u16) {
    let bits = code.wrapping_sub(0x1_0000);
    (0xD800 | (bits >> 10 & 0x3FF) as u16, 0xDC00 | (bits & 0x3FF) as u16)
}

/// Whether a code point is the first half of a pair.
pub(crate) fn is_high_surrogate(code: u32) -> bool {
    (0xD800..0xDC00).contains(&code)
}
