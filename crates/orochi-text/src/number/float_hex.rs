//! `float.hex` and `float.fromhex`.

use super::plain_bytes;
use crate::error::TextError;
use crate::text::Text;

/// `float.hex`
pub fn float_hex(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_string();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_infinite() {
        return format!("{sign}inf");
    }
    if value == 0.0 {
        return format!("{sign}0x0.0p+0");
    }
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let (lead, exponent) = match (bits >> 52 & 0x7FF) as i32 {
        0 => (0, -1022),
        biased => (1, biased - 1023),
    };
    format!("{sign}0x{lead}.{fraction:013x}p{exponent:+}")
}

/// `float.fromhex`
pub fn float_from_hex(text: Text<'_>) -> Result<f64, TextError> {
    // Digits and whitespace outside ASCII do not count here.
    let ascii = |code: u32| u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(b'?');
    let text: Vec<u8> = text.codes().map(ascii).collect();
    let (negative, rest) = match plain_bytes(&text) {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let is = |word: &str| rest.eq_ignore_ascii_case(word.as_bytes());
    let magnitude = if is("inf") || is("infinity") {
        f64::INFINITY
    } else if is("nan") {
        f64::NAN
    } else {
        let (mantissa, exponent) = scan(rest)
            .ok_or_else(|| TextError::value("invalid hexadecimal floating-point string"))?;
        assemble(mantissa, exponent).ok_or_else(|| {
            TextError::overflow("hexadecimal value too large to represent as a float")
        })?
    };
    Ok(if negative { -magnitude } else { magnitude })
}

/// Mantissa (the lowest bit also stands for all that were cut off) and binary exponent.
fn scan(text: &[u8]) -> Option<(u128, i64)> {
    let mut at = if matches!(text, [b'0', b'x' | b'X', ..]) { 2 } else { 0 };
    let mut mantissa = 0u128;
    let mut exponent = 0i64;
    let mut any = false;
    let mut point = false;
    while let Some(&byte) = text.get(at) {
        if byte == b'.' && !point {
            point = true;
        } else if let Some(digit) = (byte as char).to_digit(16) {
            any = true;
            if mantissa >> 120 == 0 {
                mantissa = mantissa << 4 | u128::from(digit);
                exponent -= if point { 4 } else { 0 };
            } else {
                mantissa |= u128::from(digit != 0);
                exponent += if point { 0 } else { 4 };
            }
        } else {
            break;
        }
        at += 1;
    }
    if !any {
        return None;
    }
    if matches!(text.get(at), Some(b'p' | b'P')) {
        let (negative, digits) = match &text[at + 1..] {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let value = digits
            .iter()
            .fold(0i64, |value, b| value.saturating_mul(10).saturating_add(i64::from(b - b'0')));
        exponent = exponent.saturating_add(if negative { -value } else { value });
    } else if at < text.len() {
        return None;
    }
    Some((mantissa, exponent))
}

/// Rounds `mantissa × 2^exponent` to a float, half to even; `None` when it is too large.
fn assemble(mantissa: u128, exponent: i64) -> Option<f64> {
    if mantissa == 0 {
        return Some(0.0);
    }
    let length = 128 - i64::from(mantissa.leading_zeros());
    // Exponent of the leading bit; the last bit kept is 52 below, but not below 2^-1074.
    let top = exponent.saturating_add(length - 1);
    if top > 1023 {
        return None;
    }
    let last = top.saturating_sub(52).max(-1074);
    let cut = last.saturating_sub(exponent);
    let kept = if cut <= 0 {
        // Fewer bits than there is room for: `cut` is at least -52 here.
        mantissa << (-cut).min(64)
    } else if cut > 127 {
        // Below half of the smallest float, unless exactly at its top bit.
        return Some(if cut == 128 && mantissa > 1 << 127 { f64::from_bits(1) } else { 0.0 });
    } else {
        let kept = mantissa >> cut;
        let rest = mantissa & ((1 << cut) - 1);
        let half = 1u128 << (cut - 1);
        kept + u128::from(rest > half || (rest == half && kept & 1 == 1))
    };
    // `kept` has at most 54 bits (2^53 after a carry), so both steps are exact.
    let scale = i32::try_from(last).ok()?;
    let value = if scale >= -1022 {
        kept as f64 * 2f64.powi(scale)
    } else {
        kept as f64 * 2f64.powi(scale + 52) * 2f64.powi(-52)
    };
    value.is_finite().then_some(value)
}
