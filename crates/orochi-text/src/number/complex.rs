//! Complex numbers from text and to text.

use super::digits::layout;
use super::float::{number_length, value};
use super::{FloatStyle, Layout, plain, without_underscores};
use crate::error::TextError;
use crate::text::Text;

/// `repr(complex)`: the real part is left out where it is a positive zero.
pub fn complex_repr(real: f64, imaginary: f64) -> String {
    let part = |value| layout(value, FloatStyle::Shortest, 0, Layout::default());
    if real == 0.0 && real.is_sign_positive() {
        return format!("{}j", part(imaginary));
    }
    let imaginary = part(imaginary);
    let sign = if imaginary.starts_with('-') { "" } else { "+" };
    format!("({}{sign}{imaginary}j)", part(real))
}

/// `complex(text)`
pub fn parse_complex(text: Text<'_>) -> Result<(f64, f64), TextError> {
    let ascii = plain(text);
    let Some(number) = without_underscores(&ascii) else {
        let shown = crate::repr::repr(text);
        let shown = shown.as_text().to_string_lossy();
        return Err(TextError::value(format!("could not convert string to complex: {shown}")));
    };
    parse(&number).ok_or_else(|| TextError::value("complex() arg is a malformed string"))
}

fn parse(text: &[u8]) -> Option<(f64, f64)> {
    let text = match text {
        [b'(', inner @ .., b')'] => inner.trim_ascii(),
        _ => text,
    };
    let suffix = |rest: &[u8]| matches!(rest, [b'j' | b'J']);
    // A sign alone before the `j` means one.
    let unit = |text: &[u8]| match text {
        [b'+', rest @ ..] if suffix(rest) => Some(1.0),
        [b'-', rest @ ..] if suffix(rest) => Some(-1.0),
        _ => None,
    };
    let Some(length) = number_length(text) else {
        if suffix(text) {
            return Some((0.0, 1.0));
        }
        return unit(text).map(|imaginary| (0.0, imaginary));
    };
    let (first, rest) = text.split_at(length);
    let first = value(first)?;
    if rest.is_empty() {
        return Some((first, 0.0));
    }
    if suffix(rest) {
        return Some((0.0, first));
    }
    if !matches!(rest, [b'+' | b'-', ..]) {
        return None;
    }
    if let Some(imaginary) = unit(rest) {
        return Some((first, imaginary));
    }
    let length = number_length(rest)?;
    let (second, end) = rest.split_at(length);
    if suffix(end) { Some((first, value(second)?)) } else { None }
}
