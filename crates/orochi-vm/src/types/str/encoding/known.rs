//! The codecs that are found by name without asking Python.

use std::borrow::Cow;

use orochi_text::codec::{
    AsciiDecoder, ByteOrder, SingleByteEncoder, Utf8Decoder, Utf8Encoder, Utf16Decoder,
    Utf16Encoder, Utf32Decoder, Utf32Encoder,
};
use orochi_text::{Kind, Text};

use super::errors::{Errors, run_decoder, run_encoder};
use crate::exception::Raised;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::str::Str;

/// A codec of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// UTF-8
    Utf8,
    /// UTF-16
    Utf16(ByteOrder),
    /// UTF-32
    Utf32(ByteOrder),
    /// Latin-1
    Latin1,
    /// ASCII
    Ascii,
}

/// The name as search functions see it: lower case, runs of anything but ASCII letters, digits
/// and points as one underscore.
pub fn normalize(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.chars() {
        if c.is_alphanumeric() || c == '.' {
            if gap && !out.is_empty() {
                out.push('_');
            }
            gap = false;
            if c.is_ascii() {
                out.push(c.to_ascii_lowercase());
            }
        } else {
            gap = true;
        }
    }
    out
}

impl Known {
    /// The codec of that name.
    #[inline]
    pub fn find(name: &str) -> Option<Known> {
        match name {
            "utf-8" | "utf8" | "UTF-8" => Some(Known::Utf8),
            "ascii" => Some(Known::Ascii),
            "latin-1" | "latin1" => Some(Known::Latin1),
            _ => Self::find_normalized(&normalize(name)),
        }
    }

    fn find_normalized(name: &str) -> Option<Known> {
        Some(match name {
            "utf_8" | "utf8" => Known::Utf8,
            "utf_16" | "utf16" => Known::Utf16(ByteOrder::Mark),
            "utf_16_le" | "utf_16le" => Known::Utf16(ByteOrder::Little),
            "utf_16_be" | "utf_16be" => Known::Utf16(ByteOrder::Big),
            "utf_32" | "utf32" => Known::Utf32(ByteOrder::Mark),
            "utf_32_le" | "utf_32le" => Known::Utf32(ByteOrder::Little),
            "utf_32_be" | "utf_32be" => Known::Utf32(ByteOrder::Big),
            "latin_1" | "latin1" | "iso_8859_1" | "iso8859_1" => Known::Latin1,
            "ascii" | "us_ascii" => Known::Ascii,
            _ => return None,
        })
    }

    /// The bytes of a string; borrowed where they are those that the string is stored in.
    pub fn encode(
        self,
        th: &mut Thread,
        string: Ref<Str>,
        errors: Option<&str>,
    ) -> Result<Cow<'static, [u8]>, Raised> {
        let text = string.text();
        if let Text::One(units) = text {
            let plain =
                string.is_ascii() && matches!(self, Known::Utf8 | Known::Ascii | Known::Latin1);
            if plain || self == Known::Latin1 {
                return Ok(Cow::Owned(units.to_vec()));
            }
        }
        let errors = Errors::new(errors);
        let bytes = match self {
            Known::Utf8 => run_encoder(th, &mut Utf8Encoder::new(text), string, errors),
            Known::Utf16(order) => {
                run_encoder(th, &mut Utf16Encoder::new(text, order), string, errors)
            }
            Known::Utf32(order) => {
                run_encoder(th, &mut Utf32Encoder::new(text, order), string, errors)
            }
            Known::Latin1 => run_encoder(th, &mut SingleByteEncoder::latin1(text), string, errors),
            Known::Ascii => run_encoder(th, &mut SingleByteEncoder::ascii(text), string, errors),
        }?;
        Ok(Cow::Owned(bytes))
    }

    /// The string of some bytes.
    pub fn decode(
        self,
        th: &mut Thread,
        bytes: &[u8],
        errors: Option<&str>,
    ) -> Result<Ref<Str>, Raised> {
        let plain = matches!(self, Known::Utf8 | Known::Ascii | Known::Latin1);
        if self == Known::Latin1 {
            return if bytes.len() < 2 {
                Str::new(th, Text::One(bytes))
            } else {
                Str::from_text(th, Text::One(bytes))
            };
        }
        if plain && bytes.is_ascii() {
            if bytes.len() < 2 {
                return Str::new(th, Text::One(bytes));
            }
            return Str::build(th, Kind::One, bytes.len(), true, |filler| {
                filler.push(Text::One(bytes))
            });
        }
        let errors = Errors::new(errors);
        let text = match self {
            Known::Utf8 => run_decoder(th, &mut Utf8Decoder::new(bytes, true), errors),
            Known::Utf16(order) => {
                run_decoder(th, &mut Utf16Decoder::new(bytes, order, true), errors)
            }
            Known::Utf32(order) => {
                run_decoder(th, &mut Utf32Decoder::new(bytes, order, true), errors)
            }
            Known::Latin1 | Known::Ascii => run_decoder(th, &mut AsciiDecoder::new(bytes), errors),
        }?;
        th.new_text(text)
    }
}
