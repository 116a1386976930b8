//! Floats from text: Python's spelling rules in front of the standard library's correctly
//! rounding parser.

use super::{plain, plain_bytes, without_underscores};
use crate::error::TextError;
use crate::text::Text;
use crate::{OwnedText, repr};

/// `float(text)`
pub fn parse_float(text: Text<'_>) -> Result<f64, TextError> {
    parse(&plain(text)).ok_or_else(|| refuse(&repr::repr(text)))
}

/// `float(bytes)`
pub fn parse_float_bytes(bytes: &[u8]) -> Result<f64, TextError> {
    parse(plain_bytes(bytes)).ok_or_else(|| refuse(&repr::repr_bytes(bytes)))
}

/// A literal of Python source. `None` if it is none.
pub fn parse_float_literal(literal: &[u8]) -> Option<f64> {
    parse(literal)
}

fn refuse(shown: &OwnedText) -> TextError {
    let shown = shown.as_text().to_string_lossy();
    TextError::value(format!("could not convert string to float: {shown}"))
}

fn parse(text: &[u8]) -> Option<f64> {
    let number = without_underscores(text)?;
    if number_length(&number) != Some(number.len()) {
        return None;
    }
    value(&number)
}

/// The value of a number that [`number_length`] has accepted.
pub(super) fn value(number: &[u8]) -> Option<f64> {
    std::str::from_utf8(number).ok()?.parse().ok()
}

/// How many bytes at the beginning spell a float, sign, infinities and NaN included.
pub(super) fn number_length(text: &[u8]) -> Option<usize> {
    let digits_from = |at: usize| text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    for word in ["infinity", "inf", "nan"] {
        if text[at..].get(..word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word.as_bytes())) {
            return Some(at + word.len());
        }
    }
    let whole = digits_from(at);
    at += whole;
    let mut fraction = 0;
    if text.get(at) == Some(&b'.') {
        fraction = digits_from(at + 1);
        at += 1 + fraction;
    }
    if whole + fraction == 0 {
        return None;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let start = at + 1 + sign;
        if start < text.len() {
            let exponent = digits_from(start);
            if exponent > 0 {
                at = start + exponent;
            }
        }
    }
    Some(at)
}
