//! Text algorithms over 1-, 2- and 4-byte strings: search, case, codecs, number and format text.
//!
//! Everything Python's built-in types do with text that needs no object, no heap and no running
//! interpreter lives here. Functions take borrowed views ([`Text`] for `str`, `&[u8]` for
//! `bytes`) and give ranges, [`OwnedText`] built by a [`TextBuf`], or a [`TextError`] that names
//! the exception class and CPython's message. All are safe on any input (lone surrogates,
//! code points out of range, hostile sizes), none panics, none is quadratic.
//!
//! - [`search`]: find, count, split, replace, strip, pad, lines
//! - [`bytes`]: what only `bytes` and `bytearray` have: hex, ASCII classes and case
//! - [`class`], [`case`]: Unicode predicates, digit values, case mapping
//! - [`repr`]: `repr()` and `ascii()` of str and bytes
//! - [`codec`]: encoders and decoders, error handlers, incremental decoding
//! - [`number`]: int, float and complex from and to text
//! - [`format`](mod@format): format specifications, `str.format` fields, `%` formatting
//! - [`hash`]: Python's hashes of numbers, strings, tuples, frozensets
//! - [`compare`], [`sequence`]: ordering; concatenation, repetition, slices
//! - [`ucd`]: the Unicode character database behind `unicodedata` and `\N{...}`

mod buffer;
pub mod bytes;
pub mod case;
pub mod class;
pub mod codec;
pub mod compare;
mod error;
pub mod format;
pub mod hash;
pub mod number;
pub mod repr;
pub mod search;
pub mod sequence;
mod text;
pub mod ucd;

pub use buffer::{OwnedText, TextBuf};
pub use error::{ErrorClass, TextError};
pub use text::{Codes, Kind, MAX_CODE_POINT, Text, Unit, convert};
