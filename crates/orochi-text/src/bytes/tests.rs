//! Classes, case and hexadecimal text of bytes.

use super::*;
use crate::{OwnedText, Text};

#[test]
fn classes_and_case() {
    // Text; alpha, alnum, digit, space, upper, lower, title.
    for (bytes, expected) in [
        (&b""[..], "0000000"),
        (b"ab", "1100010"),
        (b"AB", "1100100"),
        (b"Ab Cd", "0000001"),
        (b"12", "0110000"),
        (b" \t\x0b", "0001000"),
        (b"A1", "0100101"),
        (b"\xe9", "0000000"),
    ] {
        let flags = [
            is_alpha(bytes),
            is_alnum(bytes),
            is_digit(bytes),
            is_whitespace(bytes),
            is_upper(bytes),
            is_lower(bytes),
            is_title(bytes),
        ];
        let got: String = flags.map(|flag| if flag { '1' } else { '0' }).iter().collect();
        assert_eq!(got, expected, "{bytes:?}");
    }
    assert_eq!(swapcase(b"aB1\xe9"), b"Ab1\xe9");
    assert_eq!(title(b"they're bill's"), b"They'Re Bill'S");
    assert_eq!(capitalize(b"aBC"), b"Abc");
}

#[test]
fn hexadecimal() {
    for (separator, group, expected) in [
        (None, 1, "b901ef"),
        (Some(b':'), 1, "b9:01:ef"),
        (Some(b':'), 2, "b9:01ef"),
        (Some(b':'), -2, "b901:ef"),
        (Some(b':'), i64::MIN, "b901ef"),
    ] {
        assert_eq!(hex(&[0xB9, 1, 0xEF], separator, group), expected.as_bytes());
    }
    let from = |text: &str| from_hex(OwnedText::from_str(text).as_text());
    assert_eq!(from(" B9 01\tef "), Ok(vec![0xB9, 1, 0xEF]));
    let message = |text| from(text).map_err(|error| error.message.into_owned());
    let at = |n| Err(format!("non-hexadecimal number found in fromhex() arg at position {n}"));
    assert_eq!(message("a c"), at(1));
    assert_eq!(message("abé0"), at(2));
    let odd = "fromhex() arg must contain an even number of hexadecimal digits";
    assert_eq!(message("abc"), Err(odd.to_string()));
    assert_eq!(from_hex(Text::EMPTY), Ok(vec![]));
}
