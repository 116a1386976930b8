//! `repr()` of str and bytes, `ascii()`.
//!
//! Single quotes, unless the text has single quotes and no double ones. Backslash, quote, tab,
//! newline and return get their short escapes, everything not printable the shortest of `\x`,
//! `\u`, `\U`. Runs of units that stay as they are, are copied at once.

use crate::class::is_printable;
use crate::text::{Text, Unit};
use crate::{OwnedText, TextBuf, with_units};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Pushes `\xhh`, `\uhhhh` or `\Uhhhhhhhh`.
pub(crate) fn push_escape(buffer: &mut TextBuf, code: u32) {
    let (letter, digits) = match code {
        0..=0xFF => (b'x', 2),
        0x100..=0xFFFF => (b'u', 4),
        _ => (b'U', 8),
    };
    buffer.push('\\' as u32);
    buffer.push(letter as u32);
    for place in (0..digits).rev() {
        buffer.push(DIGITS[(code >> (4 * place) & 15) as usize] as u32);
    }
}

/// The letter of a short escape.
fn short_escape(code: u32) -> Option<u8> {
    match code {
        0x09 => Some(b't'),
        0x0A => Some(b'n'),
        0x0D => Some(b'r'),
        0x5C => Some(b'\\'),
        _ => None,
    }
}

fn quote_for<U: Unit>(units: &[U]) -> u8 {
    let has = |quote: u8| crate::search::find_unit(units, U::truncate(quote as u32)).is_some();
    if has(b'\'') && !has(b'"') { b'"' } else { b'\'' }
}

fn quoted<U: Unit>(buffer: &mut TextBuf, units: &[U], quote: u8, plain: impl Fn(u32) -> bool) {
    buffer.push(quote as u32);
    let mut from = 0;
    for (index, unit) in units.iter().enumerate() {
        let code = unit.code();
        if code != quote as u32 && code != 0x5C && plain(code) {
            continue;
        }
        if from < index {
            buffer.push_text(U::text(&units[from..index]));
        }
        from = index + 1;
        match short_escape(code) {
            Some(letter) => buffer.push_ascii(&[b'\\', letter]),
            None if code == quote as u32 => buffer.push_ascii(&[b'\\', quote]),
            None => push_escape(buffer, code),
        }
    }
    buffer.push_text(U::text(&units[from..]));
    buffer.push(quote as u32);
}

/// `repr(str)`, appended to a buffer.
pub fn push_repr(buffer: &mut TextBuf, text: Text<'_>) {
    buffer.reserve(text.len() + 2);
    with_units!(text, units => quoted(buffer, units, quote_for(units), is_printable));
}

/// `repr(str)`
pub fn repr(text: Text<'_>) -> OwnedText {
    let mut buffer = TextBuf::with_kind(text.kind(), text.len() + 2);
    push_repr(&mut buffer, text);
    buffer.finish()
}

/// `ascii(str)`
pub fn ascii(text: Text<'_>) -> OwnedText {
    let mut buffer = TextBuf::with_capacity(text.len() + 2);
    let plain = |code: u32| (0x20..0x7F).contains(&code);
    with_units!(text, units => quoted(&mut buffer, units, quote_for(units), plain));
    buffer.finish()
}

/// What `ascii()` makes of the `repr` of any object: escapes outside ASCII, nothing else.
pub fn escape_non_ascii(text: Text<'_>) -> OwnedText {
    let mut buffer = TextBuf::with_capacity(text.len());
    for code in text.codes() {
        if code < 0x80 {
            buffer.push(code);
        } else {
            push_escape(&mut buffer, code);
        }
    }
    buffer.finish()
}

/// `repr(bytes)`, ASCII.
pub fn repr_bytes(bytes: &[u8]) -> OwnedText {
    let mut buffer = TextBuf::with_capacity(bytes.len() + 3);
    buffer.push('b' as u32);
    quoted(&mut buffer, bytes, quote_for(bytes), |code| (0x20..0x7F).contains(&code));
    buffer.finish()
}

/// What stands between the parentheses of `repr(bytearray)`: as [`repr_bytes`].
pub fn repr_bytearray(bytes: &[u8]) -> OwnedText {
    let mut buffer = TextBuf::with_capacity(bytes.len() + 14);
    buffer.push_ascii(b"bytearray(b");
    quoted(&mut buffer, bytes, quote_for(bytes), |code| (0x20..0x7F).contains(&code));
    buffer.push(')' as u32);
    buffer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(codes: &[u32], repr_expected: &str, ascii_expected: &str) {
        let text = Text::Four(codes);
        assert_eq!(repr(text), OwnedText::from_str(repr_expected));
        assert_eq!(ascii(text), OwnedText::from_str(ascii_expected));
    }

    #[test]
    fn strings() {
        check(&[], "''", "''");
        check(&[0x27], "\"'\"", "\"'\"");
        check(&[0x27, 0x22], "'\\'\"'", "'\\'\"'");
        check(&[9, 10, 13, 0, 0x7F, 0x5C], r"'\t\n\r\x00\x7f\\'", r"'\t\n\r\x00\x7f\\'");
        check(&[0xE9, 0xA0, 0xAD], "'é\\xa0\\xad'", r"'\xe9\xa0\xad'");
        check(&[0xD800, 0x2028, 0x4E2D], "'\\ud800\\u2028中'", r"'\ud800\u2028\u4e2d'");
        check(&[0x1F600, 0xE0001], "'\u{1F600}\\U000e0001'", r"'\U0001f600\U000e0001'");
    }

    #[test]
    fn bytes() {
        for (bytes, expected) in [
            (&b""[..], "b''"),
            (b"a'b", "b\"a'b\""),
            (b"'\"", "b'\\'\"'"),
            (b"\x00\xff\t\n\\", r"b'\x00\xff\t\n\\'"),
        ] {
            assert_eq!(repr_bytes(bytes), OwnedText::from_str(expected));
        }
        assert_eq!(repr_bytearray(b"x"), OwnedText::from_str("bytearray(b'x')"));
    }
}
