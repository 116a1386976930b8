//! `int.__format__`, in two steps: which digits are wanted, and laying them out.
//!
//! The digits of a big integer are made by the caller, in the base [`int_presentation`] names.

use super::group::{Locale, Number, lay_out, lay_out_text};
use super::spec::{Align, Spec, unknown_kind};
use crate::error::TextError;
use crate::{OwnedText, TextBuf};

/// How an integer is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presentation {
    /// Digits in this base, lower case, for [`format_int`].
    Digits(u32),
    /// The code point of that number, for [`format_char`].
    Character,
    /// As the float of that value, for [`super::format_real`].
    Real,
}

/// What an integer's specification asks for.
pub fn int_presentation(spec: &Spec, type_name: &str) -> Result<Presentation, TextError> {
    let presentation = match spec.kind {
        Some('b') => Presentation::Digits(2),
        Some('o') => Presentation::Digits(8),
        Some('x' | 'X') => Presentation::Digits(16),
        Some('d' | 'n') | None => Presentation::Digits(10),
        Some('c') => Presentation::Character,
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => return Ok(Presentation::Real),
        Some(kind) => return Err(unknown_kind(kind, type_name)),
    };
    if spec.precision.is_some() || spec.fraction_grouping.is_some() {
        return Err(TextError::value("Precision not allowed in integer format specifier"));
    }
    if spec.no_negative_zero {
        return Err(TextError::value(
            "Negative zero coercion (z) not allowed in integer format specifier",
        ));
    }
    if presentation == Presentation::Character {
        let what = match spec {
            Spec { sign: Some(_), .. } => "Sign",
            Spec { alternate: true, .. } => "Alternate form (#)",
            _ => return Ok(presentation),
        };
        return Err(TextError::value(format!(
            "{what} not allowed with integer format specifier 'c'"
        )));
    }
    Ok(presentation)
}

/// Lays out the digits of an integer's magnitude, in the base of its [`Presentation`].
pub fn format_int(
    spec: &Spec,
    negative: bool,
    digits: &str,
    locale: &Locale<'_>,
) -> Result<OwnedText, TextError> {
    let prefix = match spec.kind {
        Some('b') => "0b",
        Some('o') => "0o",
        Some('x') => "0x",
        Some('X') => "0X",
        _ => "",
    };
    let upper;
    let digits = match spec.kind {
        Some('X') => {
            upper = digits.to_ascii_uppercase();
            &upper
        }
        _ => digits,
    };
    let chosen = match spec.kind {
        Some('n') => *locale,
        _ => Locale::with(spec.grouping, !prefix.is_empty()),
    };
    let prefix = if spec.alternate { prefix } else { "" };
    lay_out(spec, &Number { negative, prefix, digits, rest: "" }, &chosen)
}

/// Lays out the character of the type `c`; `None` stands for a value that is out of range even
/// of 32 bits.
pub fn format_char(spec: &Spec, code: Option<u32>) -> Result<OwnedText, TextError> {
    let Some(code) = code.filter(|&code| code <= crate::MAX_CODE_POINT) else {
        return Err(TextError::overflow("%c arg not in range(0x110000)"));
    };
    let mut text = TextBuf::new();
    text.push(code);
    // There is no sign, so padding after it is padding on the left.
    let align = if spec.align == Align::AfterSign { Align::Right } else { spec.align };
    lay_out_text(&Spec { align, ..*spec }, text.as_text())
}
