//! `float.__format__` and `complex.__format__`.

use super::group::{Locale, Number, group_fraction, lay_out, lay_out_text};
use super::spec::{Align, Sign, Spec, unknown_kind};
use crate::error::TextError;
use crate::number::{FloatStyle, Layout};
use crate::search::LONGEST;
use crate::{OwnedText, TextBuf};

/// The text of a float before grouping, and whether the locale's separators are asked for.
fn digits_of(
    spec: &Spec,
    value: f64,
    point_zero: bool,
    type_name: &str,
) -> Result<String, TextError> {
    let upper = matches!(spec.kind, Some('E' | 'F' | 'G'));
    let style = match spec.kind {
        Some('e' | 'E') => FloatStyle::Exponent,
        Some('f' | 'F' | '%') => FloatStyle::Fixed,
        Some('g' | 'G' | 'n') => FloatStyle::General,
        None if spec.precision.is_some() => FloatStyle::General,
        None => FloatStyle::Shortest,
        Some(kind) => return Err(unknown_kind(kind, type_name)),
    };
    let precision = spec.precision.unwrap_or(6);
    if precision > i32::MAX as usize {
        return Err(TextError::value("precision too big"));
    }
    if precision > LONGEST {
        return Err(TextError::memory());
    }
    let layout =
        Layout { alternate: spec.alternate, point_zero: point_zero && spec.kind.is_none(), upper };
    let percent = spec.kind == Some('%');
    let value = if percent { value * 100.0 } else { value };
    let mut text = crate::number::layout_float(value, style, precision, layout);
    if spec.no_negative_zero && text.starts_with('-') {
        let mantissa = text[1..].split(['e', 'E']).next().unwrap_or("");
        if mantissa.bytes().all(|b| matches!(b, b'0' | b'.')) {
            text.remove(0);
        }
    }
    if percent {
        text.push('%');
    }
    Ok(text)
}

/// Groups and pads the text of a float.
fn arrange(spec: &Spec, text: &str, locale: &Locale<'_>) -> Result<OwnedText, TextError> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let whole = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, mut rest) = unsigned.split_at(whole);
    let chosen = match spec.kind {
        Some('n') => *locale,
        _ => Locale::with(spec.grouping, false),
    };
    let mut arranged = String::new();
    if let Some(after) = rest.strip_prefix('.') {
        let fraction = after.bytes().take_while(u8::is_ascii_digit).count();
        arranged.push_str(chosen.point);
        arranged.push_str(&group_fraction(&after[..fraction], spec.fraction_grouping));
        rest = &after[fraction..];
    }
    arranged.push_str(rest);
    lay_out(spec, &Number { negative, prefix: "", digits, rest: &arranged }, &chosen)
}

/// Formats a float, or an integer with a float's presentation type.
pub fn format_real(
    spec: &Spec,
    value: f64,
    locale: &Locale<'_>,
    type_name: &str,
) -> Result<OwnedText, TextError> {
    arrange(spec, &digits_of(spec, value, true, type_name)?, locale)
}

/// Formats a complex number.
pub fn format_complex(
    spec: &Spec,
    real: f64,
    imaginary: f64,
    locale: &Locale<'_>,
    type_name: &str,
) -> Result<OwnedText, TextError> {
    if spec.kind == Some('%') {
        return Err(unknown_kind('%', type_name));
    }
    if let Some(kind) = spec.kind
        && !matches!(kind, 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n')
    {
        return Err(unknown_kind(kind, type_name));
    }
    let refuse = |what: &str| {
        Err(TextError::value(format!("{what} not allowed in complex format specifier")))
    };
    if spec.fill == Some('0' as u32) {
        return refuse("Zero padding is");
    }
    if spec.align == Align::AfterSign {
        return refuse("'=' alignment flag is");
    }
    let bare = Spec { fill: None, align: Align::Left, width: 0, ..*spec };
    let only_imaginary = spec.kind.is_none() && real == 0.0 && real.is_sign_positive();
    let parentheses = spec.kind.is_none() && !only_imaginary;
    let mut text = TextBuf::new();
    if parentheses {
        text.push('(' as u32);
    }
    if !only_imaginary {
        let part = digits_of(&bare, real, false, type_name)?;
        text.push_text(arrange(&bare, &part, locale)?.as_text());
    }
    let signed = if only_imaginary { bare } else { Spec { sign: Some(Sign::Plus), ..bare } };
    let part = digits_of(&bare, imaginary, false, type_name)?;
    text.push_text(arrange(&signed, &part, locale)?.as_text());
    text.push('j' as u32);
    if parentheses {
        text.push(')' as u32);
    }
    lay_out_text(spec, text.as_text())
}
