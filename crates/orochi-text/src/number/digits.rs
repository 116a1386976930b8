//! Floats to text.
//!
//! Every format is a string of decimal digits, the place of the point, and a layout. The
//! shortest digits that read back as the same float come from `ryu`; digits for a given
//! precision from the standard library, whose exact mode rounds correctly (half to even, on the
//! exact binary value) for any number of digits. No float has more than 1,074 digits after the
//! point or 767 significant ones: beyond, there are only zeros to add, however large a
//! precision the program asks for.

use std::fmt::Write;

/// More digits than any float has, significant or after the point.
const EXACT: usize = 1100;

/// How a float is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatStyle {
    /// `'e'`: one digit, point, `precision` digits, exponent.
    Exponent,
    /// `'f'`: `precision` digits after the point.
    Fixed,
    /// `'g'`: `precision` significant digits, with an exponent when it is large or small.
    General,
    /// `'r'`: the shortest digits that read back as the same value; no precision.
    Shortest,
}

/// The decimal digits of a finite magnitude: `0.d₁d₂d₃… × 10^point`.
struct Digits {
    digits: Vec<u8>,
    point: i32,
}

/// Options that go with a [`FloatStyle`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Layout {
    /// `#`: keep the point and trailing zeros.
    pub alternate: bool,
    /// Add `.0` to what would look like an integer.
    pub point_zero: bool,
    /// `E`, `INF`, `NAN`.
    pub upper: bool,
}

fn split_scientific(text: &str) -> Digits {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    Digits { digits, point: exponent.parse::<i32>().unwrap_or(0) + 1 }
}

fn shortest_digits(magnitude: f64) -> Digits {
    if magnitude == 0.0 {
        return Digits { digits: vec![b'0'], point: 1 };
    }
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(magnitude);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    let zeros = all.iter().take_while(|&&b| b == b'0').count();
    let last = all.iter().rposition(|&b| b != b'0').unwrap_or(0);
    let point = whole.len() as i32 + exponent.parse::<i32>().unwrap_or(0) - zeros as i32;
    Digits { digits: all[zeros..=last].to_vec(), point }
}

/// The shortest digits of a positive magnitude and the place of the point before them.
pub(super) fn significant(magnitude: f64) -> (Vec<u8>, i32) {
    let digits = shortest_digits(magnitude);
    (digits.digits, digits.point)
}

/// `count` significant digits.
fn significant_digits(magnitude: f64, count: usize) -> Digits {
    let after = count.saturating_sub(1).min(EXACT);
    split_scientific(&format!("{magnitude:.after$e}"))
}

/// The text of a float. Takes any precision; memory use is the caller's to bound.
pub fn format_float(
    value: f64,
    style: FloatStyle,
    precision: usize,
    alternate: bool,
    point_zero: bool,
    upper: bool,
) -> String {
    layout(value, style, precision, Layout { alternate, point_zero, upper })
}

pub(crate) fn layout(value: f64, style: FloatStyle, precision: usize, layout: Layout) -> String {
    let mut out = String::new();
    if value.is_nan() {
        out.push_str(if layout.upper { "NAN" } else { "nan" });
        return out;
    }
    if value.is_sign_negative() {
        out.push('-');
    }
    let magnitude = value.abs();
    if magnitude.is_infinite() {
        out.push_str(if layout.upper { "INF" } else { "inf" });
        return out;
    }
    match style {
        FloatStyle::Fixed => {
            let shown = precision.min(EXACT);
            // Writing to a String cannot fail.
            let _ = write!(out, "{magnitude:.shown$}");
            out.extend(std::iter::repeat_n('0', precision - shown));
            if precision == 0 && layout.alternate {
                out.push('.');
            }
        }
        FloatStyle::Exponent => {
            let digits = significant_digits(magnitude, precision.saturating_add(1));
            with_exponent(&mut out, &digits, precision.saturating_add(1), layout);
        }
        FloatStyle::General => {
            let precision = precision.max(1);
            let mut digits = significant_digits(magnitude, precision);
            while digits.digits.len() > 1 && digits.digits.last() == Some(&b'0') {
                digits.digits.pop();
            }
            let most = precision - usize::from(layout.point_zero).min(precision);
            let wanted = if layout.alternate { precision } else { 0 };
            if digits.point <= -4 || i64::from(digits.point) > most.min(1 << 30) as i64 {
                with_exponent(&mut out, &digits, wanted, layout);
            } else {
                positional(&mut out, &digits, wanted, layout);
            }
        }
        FloatStyle::Shortest => {
            let digits = shortest_digits(magnitude);
            if digits.point <= -4 || digits.point > 16 {
                with_exponent(&mut out, &digits, 0, layout);
            } else {
                positional(&mut out, &digits, 0, layout);
            }
        }
    }
    out
}

/// `d.ddde+XX` with at least `wanted` digits.
fn with_exponent(out: &mut String, digits: &Digits, wanted: usize, layout: Layout) {
    let Some((&first, rest)) = digits.digits.split_first() else { return };
    out.push(first as char);
    let zeros = wanted.saturating_sub(digits.digits.len());
    if !rest.is_empty() || zeros > 0 || layout.alternate {
        out.push('.');
    }
    out.extend(rest.iter().map(|&b| b as char));
    out.extend(std::iter::repeat_n('0', zeros));
    let exponent = digits.point - 1;
    let letter = if layout.upper { 'E' } else { 'e' };
    let sign = if exponent < 0 { '-' } else { '+' };
    let _ = write!(out, "{letter}{sign}{:02}", exponent.unsigned_abs());
}

/// Digits with the point in its place and at least `wanted` significant digits.
fn positional(out: &mut String, digits: &Digits, wanted: usize, layout: Layout) {
    let count = digits.digits.len();
    let whole = usize::try_from(digits.point).unwrap_or(0);
    let text = |range: &[u8]| range.iter().map(|&b| b as char).collect::<String>();
    if whole == 0 {
        out.push('0');
    } else {
        out.push_str(&text(&digits.digits[..count.min(whole)]));
        out.extend(std::iter::repeat_n('0', whole.saturating_sub(count)));
    }
    let leading = if digits.point < 0 { digits.point.unsigned_abs() as usize } else { 0 };
    let rest = &digits.digits[count.min(whole)..];
    let trailing = wanted.saturating_sub(count.max(whole));
    if leading + rest.len() + trailing > 0 {
        out.push('.');
        out.extend(std::iter::repeat_n('0', leading));
        out.push_str(&text(rest));
        out.extend(std::iter::repeat_n('0', trailing));
    } else if layout.point_zero {
        out.push_str(".0");
    } else if layout.alternate {
        out.push('.');
    }
}

/// Appends `repr(float)`.
pub fn push_float_repr(out: &mut String, value: f64) {
    let magnitude = value.abs();
    if (1e-4..1e16).contains(&magnitude) {
        // Here ryu's own layout is Python's.
        out.push_str(ryu::Buffer::new().format_finite(value));
    } else {
        let options = Layout { point_zero: true, ..Layout::default() };
        out.push_str(&layout(value, FloatStyle::Shortest, 0, options));
    }
}

/// `repr(float)`
pub fn float_repr(value: f64) -> String {
    let mut out = String::with_capacity(24);
    push_float_repr(&mut out, value);
    out
}
