//! Laying out the values of `%` directives. Widths and precisions come resolved, a negative
//! width of `*` already turned into the flag `-`.

use super::percent::Directive;
use crate::error::TextError;
use crate::number::{FloatStyle, Layout, layout_float};
use crate::search::{LONGEST, pad};
use crate::{Kind, OwnedText, Text, TextBuf};

/// `%s`, `%r`, `%a`, `%c`: cut to the precision, padded with spaces.
pub fn percent_text(
    directive: &Directive,
    text: Text<'_>,
    width: usize,
    precision: Option<usize>,
) -> Result<OwnedText, TextError> {
    let text = text.slice(0..precision.unwrap_or(usize::MAX));
    let missing = width.saturating_sub(text.len());
    let (left, right) = if directive.left { (0, missing) } else { (missing, 0) };
    pad(text, left, right, 0x20)
}

/// `%d`, `%i`, `%u`, `%o`, `%x`, `%X`: the precision is the least number of digits. `digits`
/// are those of the magnitude in base 10, 8 or 16, lower case.
pub fn percent_int(
    directive: &Directive,
    negative: bool,
    digits: &str,
    width: usize,
    precision: Option<usize>,
) -> Result<OwnedText, TextError> {
    let prefix = match char::from_u32(directive.conversion) {
        Some('o') if directive.alternate => "0o",
        Some('x') if directive.alternate => "0x",
        Some('X') if directive.alternate => "0X",
        _ => "",
    };
    let zeros = precision.unwrap_or(0).saturating_sub(digits.len());
    if zeros > LONGEST {
        return Err(TextError::memory());
    }
    let mut body = "0".repeat(zeros);
    body.push_str(digits);
    if directive.conversion == 'X' as u32 {
        body.make_ascii_uppercase();
    }
    number(directive, negative, prefix, &body, width)
}

/// `%e`, `%E`, `%f`, `%F`, `%g`, `%G`.
pub fn percent_float(
    directive: &Directive,
    value: f64,
    width: usize,
    precision: Option<usize>,
) -> Result<OwnedText, TextError> {
    let (style, upper) = match char::from_u32(directive.conversion) {
        Some('e') => (FloatStyle::Exponent, false),
        Some('E') => (FloatStyle::Exponent, true),
        Some('F') => (FloatStyle::Fixed, true),
        Some('g') => (FloatStyle::General, false),
        Some('G') => (FloatStyle::General, true),
        _ => (FloatStyle::Fixed, false),
    };
    let precision = precision.unwrap_or(6);
    if precision > i32::MAX as usize {
        return Err(TextError::value("precision too big"));
    }
    let layout = Layout { alternate: directive.alternate, point_zero: false, upper };
    let text = layout_float(value, style, precision, layout);
    match text.strip_prefix('-') {
        Some(rest) => number(directive, true, "", rest, width),
        None => number(directive, false, "", &text, width),
    }
}

fn number(
    directive: &Directive,
    negative: bool,
    prefix: &str,
    body: &str,
    width: usize,
) -> Result<OwnedText, TextError> {
    let sign = match (negative, directive.plus, directive.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    };
    if width > LONGEST {
        return Err(TextError::memory());
    }
    let used = sign.len() + prefix.len() + body.len();
    let missing = width.saturating_sub(used);
    let mut out = TextBuf::try_with_kind(Kind::One, used + missing)?;
    let inner = directive.zero && !directive.left;
    if !directive.left && !inner {
        out.push_repeated(0x20, missing);
    }
    out.push_str(sign);
    out.push_str(prefix);
    if inner {
        out.push_repeated('0' as u32, missing);
    }
    out.push_str(body);
    if directive.left {
        out.push_repeated(0x20, missing);
    }
    Ok(out.finish())
}
