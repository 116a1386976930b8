//! Integers from text.
//!
//! Up to 18 decimal digits, nearly every integer there is, take a loop without checks. Larger
//! values accumulate in 128 bits until they prove too large, and become a digit string.

use std::borrow::Cow;

use super::{plain, plain_bytes};
use crate::error::TextError;
use crate::repr;
use crate::text::Text;

/// An integer read from text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Integer {
    /// One that fits.
    Small(i64),
    /// One that does not.
    Big {
        /// Whether it is negative.
        negative: bool,
        /// Its digits, without prefix, underscores or leading zeros, letters in any case.
        digits: String,
        /// The base of the digits.
        base: u32,
    },
}

/// `sys.get_int_max_str_digits()`; `None` stands for no limit.
pub type DigitLimit = Option<usize>;

/// The error for numbers with more digits than `sys.set_int_max_str_digits` allows, both when
/// reading (with the number of digits) and when writing (without).
pub fn int_too_long(limit: usize, digits: Option<usize>) -> TextError {
    let value = match digits {
        Some(digits) => format!(": value has {digits} digits"),
        None => String::new(),
    };
    TextError::value(format!(
        "Exceeds the limit ({limit} digits) for integer string conversion{value}; \
         use sys.set_int_max_str_digits() to increase the limit"
    ))
}

/// Checks the `base` argument of `int()`.
pub fn check_base(base: i64) -> Result<u32, TextError> {
    match base {
        0 | 2..=36 => Ok(base as u32),
        _ => Err(TextError::value("int() base must be >= 2 and <= 36, or 0")),
    }
}

/// Why digits were not accepted.
enum Refusal {
    Invalid,
    TooLong(usize),
}

/// `int(text, base)` with a base of 0 or 2 to 36.
pub fn parse_int(text: Text<'_>, base: u32, limit: DigitLimit) -> Result<Integer, TextError> {
    parse(&plain(text), base, limit)
        .map_err(|refusal| explain(refusal, base, limit, || repr::repr(text)))
}

/// `int(bytes, base)`
pub fn parse_int_bytes(bytes: &[u8], base: u32, limit: DigitLimit) -> Result<Integer, TextError> {
    parse(plain_bytes(bytes), base, limit)
        .map_err(|refusal| explain(refusal, base, limit, || repr::repr_bytes(bytes)))
}

/// A literal of Python source, with prefix and underscores. `None` if it is none.
pub fn parse_int_literal(literal: &[u8]) -> Option<Integer> {
    parse(literal, 0, None).ok()
}

fn explain(
    refusal: Refusal,
    base: u32,
    limit: DigitLimit,
    shown: impl Fn() -> crate::OwnedText,
) -> TextError {
    match refusal {
        Refusal::TooLong(digits) => int_too_long(limit.unwrap_or(0), Some(digits)),
        Refusal::Invalid => {
            let shown = shown();
            let shown = shown.as_text().slice(0..200);
            TextError::value(format!(
                "invalid literal for int() with base {base}: {}",
                shown.to_string_lossy()
            ))
        }
    }
}

fn parse(text: &[u8], base: u32, limit: DigitLimit) -> Result<Integer, Refusal> {
    let (negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if base == 10 && (1..=18).contains(&unsigned.len()) && unsigned.iter().all(u8::is_ascii_digit) {
        let value = unsigned.iter().fold(0i64, |value, &b| value * 10 + i64::from(b - b'0'));
        return Ok(Integer::Small(if negative { -value } else { value }));
    }
    let (base, rest, implied) = prefix(unsigned, base);
    let digits = digits_of(rest, base)?;
    if implied && digits.first() == Some(&b'0') && digits.iter().any(|&b| b != b'0') {
        // "0123" without an explicit base means nothing.
        return Err(Refusal::Invalid);
    }
    if let Some(limit) = limit
        && !base.is_power_of_two()
        && limit > 0
        && digits.len() > limit
    {
        return Err(Refusal::TooLong(digits.len()));
    }
    Ok(value_of(&digits, base, negative))
}

/// The base in force and what follows its prefix; whether the base was left to the literal and
/// is ten.
fn prefix(text: &[u8], base: u32) -> (u32, &[u8], bool) {
    let marked = match text {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    if marked != 0 && (base == 0 || base == marked) {
        let rest = &text[2..];
        // One underscore may follow the prefix.
        let rest = match rest {
            [b'_', after @ ..] if !after.is_empty() => after,
            _ => rest,
        };
        return (marked, rest, false);
    }
    match base {
        0 => (10, text, true),
        _ => (base, text, false),
    }
}

fn digits_of(text: &[u8], base: u32) -> Result<Cow<'_, [u8]>, Refusal> {
    let is_digit = |byte: u8| (byte as char).is_digit(base);
    if text.is_empty() {
        return Err(Refusal::Invalid);
    }
    if text.iter().all(|&byte| is_digit(byte)) {
        return Ok(Cow::Borrowed(text));
    }
    let mut digits = Vec::with_capacity(text.len());
    let mut after_digit = false;
    for &byte in text {
        if byte == b'_' && after_digit {
            after_digit = false;
        } else if is_digit(byte) {
            digits.push(byte);
            after_digit = true;
        } else {
            return Err(Refusal::Invalid);
        }
    }
    if after_digit { Ok(Cow::Owned(digits)) } else { Err(Refusal::Invalid) }
}

fn value_of(digits: &[u8], base: u32, negative: bool) -> Integer {
    let zeros = digits.iter().take_while(|&&b| b == b'0').count();
    let digits = &digits[zeros..];
    let mut value = 0i128;
    for &byte in digits {
        value = value * i128::from(base) + i128::from((byte as char).to_digit(base).unwrap_or(0));
        if value > i128::from(i64::MAX) + 1 {
            return big(digits, base, negative);
        }
    }
    match i64::try_from(if negative { -value } else { value }) {
        Ok(value) => Integer::Small(value),
        Err(_) => big(digits, base, negative),
    }
}

fn big(digits: &[u8], base: u32, negative: bool) -> Integer {
    let digits = digits.iter().map(|&b| b as char).collect();
    Integer::Big { negative, digits, base }
}

/// Digits of an integer in base 2, 8, 10 or 16, without prefix, lower case.
pub fn int_text(value: i64, base: u32) -> String {
    let magnitude = value.unsigned_abs();
    let sign = if value < 0 { "-" } else { "" };
    match base {
        2 => format!("{sign}{magnitude:b}"),
        8 => format!("{sign}{magnitude:o}"),
        16 => format!("{sign}{magnitude:x}"),
        _ => value.to_string(),
    }
}
