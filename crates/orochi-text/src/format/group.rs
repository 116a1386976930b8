//! Grouping digits, and laying out a number in its field.
//!
//! Zero padding takes part in grouping (`format(1234, "08,")` is `0,001,234`), so the groups
//! are cut for a least width as well as for the digits there are.

use super::spec::{Align, Grouping, Sign, Spec};
use crate::error::TextError;
use crate::search::LONGEST;
use crate::{Kind, OwnedText, Text, TextBuf};

/// What `locale.localeconv()` says of numbers, for the type `n`. Strings as UTF-8.
#[derive(Clone, Copy, Debug)]
pub struct Locale<'a> {
    /// `decimal_point`
    pub point: &'a str,
    /// `thousands_sep`
    pub separator: &'a str,
    /// `grouping`: sizes from the right, the last one repeats, 127 ends grouping, as does an
    /// empty list.
    pub grouping: &'a [u8],
}

impl Locale<'_> {
    /// The C locale.
    pub const C: Locale<'static> = Locale { point: ".", separator: "", grouping: &[] };

    /// Groups of `size` digits with a separator of the mini-language.
    pub(super) fn with(grouping: Option<Grouping>, fours: bool) -> Locale<'static> {
        match grouping {
            None => Locale::C,
            Some(grouping) => Locale {
                point: ".",
                separator: match grouping {
                    Grouping::Comma => ",",
                    Grouping::Underscore => "_",
                },
                grouping: if fours { &[4] } else { &[3] },
            },
        }
    }
}

/// A number ready to be laid out: `sign prefix digits rest`, all ASCII but the locale's parts.
pub(super) struct Number<'a> {
    /// Whether a minus is due.
    pub negative: bool,
    /// `0x` and the like.
    pub prefix: &'a str,
    /// Digits of the whole part, to be grouped.
    pub digits: &'a str,
    /// What follows: point, fraction, exponent, percent sign.
    pub rest: &'a str,
}

/// Lengths of the groups of digits from the left, for `count` digits padded to `width`, as runs
/// of a length and how many groups have it: a program may ask for any width.
fn groups(count: usize, width: usize, locale: &Locale<'_>) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let (mut left, mut width) = (count, width);
    let separator = locale.separator.chars().count();
    for index in 0.. {
        let size = match locale.grouping.get(index).or(locale.grouping.last()) {
            Some(&size) if size != 0 && size != 127 => usize::from(size),
            _ => usize::MAX,
        };
        let size = size.min(left.max(width).max(1));
        match runs.last_mut() {
            Some(run) if run.0 == size => run.1 += 1,
            _ => runs.push((size, 1)),
        }
        left -= size.min(left);
        width = width.saturating_sub(size);
        if left == 0 && width == 0 {
            break;
        }
        width = width.saturating_sub(separator);
    }
    runs.reverse();
    runs
}

/// The fraction's digits in groups from the left.
pub(super) fn group_fraction(digits: &str, grouping: Option<Grouping>) -> String {
    let Some(grouping) = grouping else { return digits.to_string() };
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 3 == 0 {
            grouped.push(grouping.character());
        }
        grouped.push(digit);
    }
    grouped
}

/// Lays a number out as `spec` says.
pub(super) fn lay_out(
    spec: &Spec,
    number: &Number<'_>,
    locale: &Locale<'_>,
) -> Result<OwnedText, TextError> {
    if spec.width > LONGEST {
        return Err(TextError::memory());
    }
    let sign = match (number.negative, spec.sign) {
        (true, _) => "-",
        (false, Some(Sign::Plus)) => "+",
        (false, Some(Sign::Space)) => " ",
        (false, _) => "",
    };
    let around = sign.len() + number.prefix.len() + number.rest.chars().count();
    // The whole field is reserved before its groups are counted: a width no memory has is
    // refused at once.
    let fill = spec.fill_or_space();
    let mut out = TextBuf::try_with_kind(Kind::of(fill), spec.width)?;
    let zero_padded = spec.fill == Some('0' as u32) && spec.align == Align::AfterSign;
    let digits_width = if zero_padded { spec.width.saturating_sub(around) } else { 0 };
    let count = number.digits.len();
    let runs = if count == 0 { Vec::new() } else { groups(count, digits_width, locale) };
    let zeros = runs.iter().map(|(size, times)| size * times).sum::<usize>().saturating_sub(count);

    let mut body = TextBuf::try_with_kind(Kind::One, zeros + count + count / 3 + around)?;
    let mut at = 0;
    let mut zeros_left = zeros;
    let sizes = runs.iter().flat_map(|&(size, times)| std::iter::repeat_n(size, times));
    for (index, size) in sizes.enumerate() {
        if index > 0 {
            body.push_str(locale.separator);
        }
        let padding = zeros_left.min(size);
        body.push_repeated('0' as u32, padding);
        zeros_left -= padding;
        let end = at + size - padding;
        body.push_str(&number.digits[at..end]);
        at = end;
    }
    body.push_str(number.rest);

    let used = body.len() + sign.len() + number.prefix.len();
    let missing = spec.width.saturating_sub(used);
    let (left, inner, right) = match spec.align {
        Align::Left => (0, 0, missing),
        Align::Right => (missing, 0, 0),
        Align::Center => (missing / 2, 0, missing - missing / 2),
        Align::AfterSign => (0, missing, 0),
    };
    out.push_repeated(fill, left);
    out.push_str(sign);
    out.push_str(number.prefix);
    out.push_repeated(fill, inner);
    out.push_text(body.as_text());
    out.push_repeated(fill, right);
    Ok(out.finish())
}

/// Text in its field.
pub(super) fn lay_out_text(spec: &Spec, text: Text<'_>) -> Result<OwnedText, TextError> {
    if spec.width > LONGEST {
        return Err(TextError::memory());
    }
    let missing = spec.width.saturating_sub(text.len());
    let left = match spec.align {
        Align::Left | Align::AfterSign => 0,
        Align::Right => missing,
        Align::Center => missing / 2,
    };
    crate::search::pad(text, left, missing - left, spec.fill_or_space())
}
