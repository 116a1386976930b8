//! Numbers from text and text from numbers.
//!
//! `int()`, `float()` and `complex()` accept more than Rust's parsers: whitespace around, any
//! Unicode decimal digits, underscores between digits. Input is first brought to plain ASCII by
//! `plain`, after which the parsers are about bytes. Integers that do not fit 64 bits are
//! handed out as a string of digits for the caller's big integers.

mod complex;
mod digits;
mod float;
mod float_hex;
mod int;
mod round;
#[cfg(test)]
mod tests;

pub use complex::{complex_repr, parse_complex};
pub use digits::{FloatStyle, float_repr, format_float, push_float_repr};
pub(crate) use digits::{Layout, layout as layout_float};
pub use float::{parse_float, parse_float_bytes, parse_float_literal};
pub use float_hex::{float_from_hex, float_hex};
pub use int::{
    DigitLimit, Integer, check_base, int_text, int_too_long, parse_int, parse_int_bytes,
    parse_int_literal,
};

pub use round::round_float;

use std::borrow::Cow;

use crate::class::is_space;
use crate::search::{Side, strip_whitespace};
use crate::text::Text;
use crate::ucd::decimal;

/// The text without whitespace around it, as ASCII: Unicode decimal digits become ASCII ones,
/// inner whitespace a space, anything else outside ASCII a `?`, which no number contains.
fn plain(text: Text<'_>) -> Cow<'_, [u8]> {
    let text = text.slice(strip_whitespace(text, Side::Both));
    if let Text::One(units) = text
        && units.is_ascii()
    {
        return Cow::Borrowed(units);
    }
    let ascii = |code: u32| match code {
        0..=0x7F => code as u8,
        _ if is_space(code) => b' ',
        _ => decimal(code).map_or(b'?', |digit| b'0' + digit),
    };
    Cow::Owned(text.codes().map(ascii).collect())
}

/// Bytes without ASCII whitespace around them.
fn plain_bytes(bytes: &[u8]) -> &[u8] {
    &bytes[crate::search::strip_whitespace_bytes(bytes, Side::Both)]
}

/// Takes out the underscores that stand between digits; `None` where one stands elsewhere.
fn without_underscores(number: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !number.contains(&b'_') {
        return Some(Cow::Borrowed(number));
    }
    let mut plain = Vec::with_capacity(number.len());
    for (index, &byte) in number.iter().enumerate() {
        if byte != b'_' {
            plain.push(byte);
            continue;
        }
        let digit = |at: Option<&u8>| at.is_some_and(u8::is_ascii_digit);
        if !(digit(plain.last()) && digit(number.get(index + 1))) {
            return None;
        }
        if number[index - 1] == b'_' {
            return None;
        }
    }
    Some(Cow::Owned(plain))
}
