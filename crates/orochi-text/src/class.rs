//! The predicates of `str`, of single code points and of strings.
//!
//! A string has a property if it is not empty and all its code points have it; case predicates
//! ask that there be a cased code point at all (the definitions are those of the library
//! reference, section "String Methods").

use crate::text::{Text, Unit};
use crate::ucd::TypeRecord;
use crate::with_units;

/// Whether a code point is whitespace for `str.isspace`, `split` and `strip`.
#[inline]
pub fn is_space(code: u32) -> bool {
    match code {
        0x00..=0x7F => matches!(code, 0x09..=0x0D | 0x1C..=0x20),
        _ => TypeRecord::of(code).space(),
    }
}

/// Whether a code point is printable: `repr` shows it as it is.
#[inline]
pub fn is_printable(code: u32) -> bool {
    match code {
        0x00..=0x7F => (0x20..0x7F).contains(&code),
        _ => TypeRecord::of(code).printable(),
    }
}

/// Whether an identifier may begin with a code point.
#[inline]
pub fn is_identifier_start(code: u32) -> bool {
    match code {
        0x00..=0x7F => code == 0x5F || (code as u8).is_ascii_alphabetic(),
        _ => TypeRecord::of(code).identifier_start(),
    }
}

/// Whether an identifier may go on with a code point.
#[inline]
pub fn is_identifier_continue(code: u32) -> bool {
    match code {
        0x00..=0x7F => code == 0x5F || (code as u8).is_ascii_alphanumeric(),
        _ => TypeRecord::of(code).identifier_continue(),
    }
}

/// Whether a code point is a letter.
#[inline]
pub fn is_alphabetic(code: u32) -> bool {
    match code {
        0x00..=0x7F => (code as u8).is_ascii_alphabetic(),
        _ => TypeRecord::of(code).alphabetic(),
    }
}

/// Whether a code point is a letter or some kind of digit.
#[inline]
pub fn is_alphanumeric(code: u32) -> bool {
    match code {
        0x00..=0x7F => (code as u8).is_ascii_alphanumeric(),
        _ => TypeRecord::of(code).alphanumeric(),
    }
}

/// Whether a code point is upper case.
#[inline]
pub fn is_upper_code(code: u32) -> bool {
    TypeRecord::of(code).upper()
}

/// Whether a code point is lower case.
#[inline]
pub fn is_lower_code(code: u32) -> bool {
    TypeRecord::of(code).lower()
}

fn all(text: Text<'_>, property: impl Fn(u32) -> bool) -> bool {
    with_units!(text, units => !units.is_empty() && units.iter().all(|&u| property(u.code())))
}

/// `str.isalpha`
pub fn is_alpha(text: Text<'_>) -> bool {
    all(text, is_alphabetic)
}

/// `str.isalnum`
pub fn is_alnum(text: Text<'_>) -> bool {
    all(text, is_alphanumeric)
}

/// `str.isdecimal`
pub fn is_decimal(text: Text<'_>) -> bool {
    all(text, |code| TypeRecord::of(code).decimal())
}

/// `str.isdigit`
pub fn is_digit(text: Text<'_>) -> bool {
    all(text, |code| TypeRecord::of(code).digit())
}

/// `str.isnumeric`
pub fn is_numeric(text: Text<'_>) -> bool {
    all(text, |code| TypeRecord::of(code).numeric())
}

/// `str.isspace`
pub fn is_whitespace(text: Text<'_>) -> bool {
    all(text, is_space)
}

/// `str.isprintable`; the empty string is.
pub fn is_printable_text(text: Text<'_>) -> bool {
    text.is_empty() || all(text, is_printable)
}

/// `str.isidentifier`
pub fn is_identifier(text: Text<'_>) -> bool {
    match text.get(0) {
        Some(first) => {
            is_identifier_start(first) && text.codes().skip(1).all(is_identifier_continue)
        }
        None => false,
    }
}

/// `str.isupper`
pub fn is_upper(text: Text<'_>) -> bool {
    let mut cased = false;
    for code in text.codes() {
        let record = TypeRecord::of(code);
        if record.lower() || record.title() {
            return false;
        }
        cased |= record.upper();
    }
    cased
}

/// `str.islower`
pub fn is_lower(text: Text<'_>) -> bool {
    let mut cased = false;
    for code in text.codes() {
        let record = TypeRecord::of(code);
        if record.upper() || record.title() {
            return false;
        }
        cased |= record.lower();
    }
    cased
}

/// `str.istitle`
pub fn is_title(text: Text<'_>) -> bool {
    let (mut cased, mut inside_word) = (false, false);
    for code in text.codes() {
        let record = TypeRecord::of(code);
        if record.upper() || record.title() {
            if inside_word {
                return false;
            }
            (cased, inside_word) = (true, true);
        } else if record.lower() {
            if !inside_word {
                return false;
            }
            cased = true;
        } else {
            inside_word = false;
        }
    }
    cased
}
