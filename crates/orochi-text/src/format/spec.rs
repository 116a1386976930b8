//! The format specification mini-language:
//! `[[fill]align][sign][z][#][0][width][grouping][.precision[grouping]][type]`.

use crate::error::TextError;
use crate::text::Text;
use crate::ucd::decimal;

/// Where text stands in its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// `<`
    Left,
    /// `>`
    Right,
    /// `^`
    Center,
    /// `=`: padding between sign and digits.
    AfterSign,
}

/// When a sign is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `-`
    Minus,
    /// `+`
    Plus,
    /// A space where there is no minus.
    Space,
}

/// A separator between groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// `,`
    Comma,
    /// `_`
    Underscore,
}

impl Grouping {
    /// The separator.
    pub fn character(self) -> char {
        match self {
            Grouping::Comma => ',',
            Grouping::Underscore => '_',
        }
    }
}

/// What a type brings to its specifications: alignment and presentation type where none is
/// given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defaults {
    /// `str`: left, `s`.
    Text,
    /// `int`: right, `d`.
    Int,
    /// `float` and `complex`: right, none.
    Real,
}

/// A parsed specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The fill character, where one is given by itself or as the flag `0`.
    pub fill: Option<u32>,
    /// The alignment, or the type's default.
    pub align: Align,
    /// The sign option, if given.
    pub sign: Option<Sign>,
    /// `z`: no negative zero.
    pub no_negative_zero: bool,
    /// `#`
    pub alternate: bool,
    /// The width.
    pub width: usize,
    /// Grouping of the whole part.
    pub grouping: Option<Grouping>,
    /// The precision.
    pub precision: Option<usize>,
    /// Grouping of the fraction.
    pub fraction_grouping: Option<Grouping>,
    /// The presentation type, or the type's default.
    pub kind: Option<char>,
}

/// `'x'` or `'\x123'`, as messages show a type.
fn shown(kind: char) -> String {
    match kind {
        '!'..='\x7F' => format!("'{kind}'"),
        _ => format!("'\\x{:x}'", kind as u32),
    }
}

/// The error for a presentation type that a type does not know.
pub(super) fn unknown_kind(kind: char, type_name: &str) -> TextError {
    let shown = shown(kind);
    TextError::value(format!("Unknown format code {shown} for object of type '{type_name}'"))
}

fn wrong_grouping(grouping: Grouping, kind: char) -> TextError {
    TextError::value(format!("Cannot specify '{}' with {}.", grouping.character(), shown(kind)))
}

fn both_groupings() -> TextError {
    TextError::value("Cannot specify both ',' and '_'.")
}

/// The number of decimal digits (of any script) at `at` as a number, and where it ends.
pub(super) fn integer(text: Text<'_>, mut at: usize) -> Result<(Option<usize>, usize), TextError> {
    let mut value = None;
    while let Some(digit) = text.get(at).and_then(decimal) {
        let next =
            value.unwrap_or(0usize).checked_mul(10).and_then(|v| v.checked_add(digit.into()));
        match next {
            Some(next) if next <= isize::MAX as usize => value = Some(next),
            _ => return Err(TextError::value("Too many decimal digits in format string")),
        }
        at += 1;
    }
    Ok((value, at))
}

fn alignment(code: Option<u32>) -> Option<Align> {
    match char::from_u32(code?)? {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Center),
        '=' => Some(Align::AfterSign),
        _ => None,
    }
}

impl Spec {
    /// Parses a specification for an object of class `type_name`.
    pub fn parse(text: Text<'_>, defaults: Defaults, type_name: &str) -> Result<Spec, TextError> {
        let (default_align, default_kind) = match defaults {
            Defaults::Text => (Align::Left, Some('s')),
            Defaults::Int => (Align::Right, Some('d')),
            Defaults::Real => (Align::Right, None),
        };
        let mut spec = Spec {
            fill: None,
            align: default_align,
            sign: None,
            no_negative_zero: false,
            alternate: false,
            width: 0,
            grouping: None,
            precision: None,
            fraction_grouping: None,
            kind: default_kind,
        };
        let is = |at: usize, c: char| text.get(at) == Some(c as u32);
        let mut at = 0;
        let mut aligned = true;
        if let Some(align) = alignment(text.get(1)) {
            spec.fill = text.get(0);
            spec.align = align;
            at = 2;
        } else if let Some(align) = alignment(text.get(0)) {
            spec.align = align;
            at = 1;
        } else {
            aligned = false;
        }
        spec.sign = match text.get(at).and_then(char::from_u32) {
            Some('+') => Some(Sign::Plus),
            Some('-') => Some(Sign::Minus),
            Some(' ') => Some(Sign::Space),
            _ => None,
        };
        at += usize::from(spec.sign.is_some());
        if is(at, 'z') {
            spec.no_negative_zero = true;
            at += 1;
        }
        if is(at, '#') {
            spec.alternate = true;
            at += 1;
        }
        if spec.fill.is_none() && is(at, '0') {
            spec.fill = Some('0' as u32);
            if !aligned && default_align == Align::Right {
                spec.align = Align::AfterSign;
            }
            at += 1;
        }
        let (width, end) = integer(text, at)?;
        spec.width = width.unwrap_or(0);
        at = end;
        (spec.grouping, at) = grouping(text, at)?;
        if is(at, '.') {
            let (precision, end) = integer(text, at + 1)?;
            spec.precision = precision;
            (spec.fraction_grouping, at) = grouping(text, end)?;
            if precision.is_none() && spec.fraction_grouping.is_none() {
                return Err(TextError::value("Format specifier missing precision"));
            }
        }
        match text.len() - at {
            0 => {}
            // A surrogate cannot be shown as `char`; no type is called like that either way.
            1 => spec.kind = text.get(at).map(|c| char::from_u32(c).unwrap_or('\u{FFFD}')),
            _ => {
                let text = text.to_string_lossy();
                return Err(TextError::value(format!(
                    "Invalid format specifier '{text}' for object of type '{type_name}'"
                )));
            }
        }
        spec.check_grouping()?;
        Ok(spec)
    }

    fn check_grouping(&self) -> Result<(), TextError> {
        if let Some(grouping) = self.grouping {
            match self.kind {
                None | Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F') => {}
                Some('b' | 'o' | 'x' | 'X') if grouping == Grouping::Underscore => {}
                Some(kind) => return Err(wrong_grouping(grouping, kind)),
            }
        }
        match (self.fraction_grouping, self.kind) {
            (Some(grouping), Some('n')) => Err(wrong_grouping(grouping, 'n')),
            _ => Ok(()),
        }
    }

    /// Whether the specification is empty of all that changes anything but the type.
    pub(super) fn fill_or_space(&self) -> u32 {
        self.fill.unwrap_or(0x20)
    }
}

fn grouping(text: Text<'_>, mut at: usize) -> Result<(Option<Grouping>, usize), TextError> {
    let next = |at: usize| match text.get(at).and_then(char::from_u32) {
        Some(',') => Some(Grouping::Comma),
        Some('_') => Some(Grouping::Underscore),
        _ => None,
    };
    let found = next(at);
    if let Some(first) = found {
        at += 1;
        if next(at).is_some_and(|second| second != first) {
            return Err(both_groupings());
        }
    }
    Ok((found, at))
}
