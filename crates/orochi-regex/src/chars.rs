//! What the engine asks of a character: its case partners and the classes behind `\w`, `\d` and
//! `\s`. The answers are those of Python 3.14, that is Unicode 16.0: general categories come from
//! a table of that version, case mappings from the standard library with every character that 16.0
//! does not know left alone. As in Python, a character whose full mapping has several characters
//! maps to the first of them (`İ` to `i`, `ß` upwards to `S`).
//!
//! Each page of 256 characters is worked out when it is first asked for and kept for the life of
//! the process, so a lookup is an atomic load and an index; ASCII never comes here.

use std::sync::OnceLock;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// `\w` of Unicode strings: `str.isalnum()` or the underscore.
const WORD: u8 = 1;
/// `\d` of Unicode strings: `str.isdecimal()`.
const DECIMAL: u8 = 2;
/// `\s` of Unicode strings: `str.isspace()`.
const SPACE: u8 = 4;

/// One past the last code point.
const LIMIT: u32 = 0x110000;

struct Page {
    flags: [u8; 256],
    parts: [u8; 256],
    lower: [u32; 256],
    upper: [u32; 256],
}

static PAGES: [OnceLock<Box<Page>>; (LIMIT >> 8) as usize] =
    [const { OnceLock::new() }; (LIMIT >> 8) as usize];

fn build_page(number: usize) -> Box<Page> {
    let mut page = Box::new(Page {
        flags: [0; 256],
        parts: [part::OTHER; 256],
        lower: [0; 256],
        upper: [0; 256],
    });
    for low in 0..256 {
        let code = (number as u32) << 8 | low as u32;
        (page.lower[low], page.upper[low]) = (code, code);
        // Surrogates have no class and no case.
        let Some(ch) = char::from_u32(code) else { continue };
        page.flags[low] = classify(ch);
        page.parts[low] = part_by(page.flags[low]);
        page.lower[low] = known(ch, ch.to_lowercase().next());
        page.upper[low] = known(ch, ch.to_uppercase().next());
    }
    page
}

/// The mapped character if both ends of the mapping exist in the table's Unicode version.
fn known(ch: char, mapped: Option<char>) -> u32 {
    let assigned = |c: char| c.general_category() != GeneralCategory::Unassigned;
    match mapped {
        Some(to) if to != ch && assigned(ch) && assigned(to) => to as u32,
        _ => ch as u32,
    }
}

fn classify(ch: char) -> u8 {
    use GeneralCategory::{
        DecimalNumber, LetterNumber, LowercaseLetter, ModifierLetter, OtherLetter, OtherNumber,
        TitlecaseLetter, UppercaseLetter,
    };
    let mut flags = match ch.general_category() {
        DecimalNumber => WORD | DECIMAL,
        UppercaseLetter | LowercaseLetter | TitlecaseLetter | ModifierLetter | OtherLetter
        | LetterNumber | OtherNumber => WORD,
        _ => 0,
    };
    if ch == '_' {
        flags |= WORD;
    }
    if matches!(ch,
        '\t'..='\r' | '\x1c'..=' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
    {
        flags |= SPACE;
    }
    flags
}

#[inline]
fn page(code: u32) -> Option<&'static Page> {
    let number = code as usize >> 8;
    Some(PAGES.get(number)?.get_or_init(|| build_page(number)))
}

#[inline]
fn flags(code: u32) -> u8 {
    page(code).map_or(0, |p| p.flags[code as usize & 0xff])
}

/// `_sre.ascii_tolower`.
#[inline]
pub fn ascii_tolower(code: u32) -> u32 {
    if code.wrapping_sub(u32::from(b'A')) < 26 { code + 32 } else { code }
}

/// `_sre.ascii_iscased`.
#[inline]
pub fn ascii_iscased(code: u32) -> bool {
    (code | 32).wrapping_sub(u32::from(b'a')) < 26 && code < 128
}

/// `_sre.unicode_tolower`: the first character of the lower case mapping.
#[inline]
pub fn unicode_tolower(code: u32) -> u32 {
    if code < 128 {
        return ascii_tolower(code);
    }
    page(code).map_or(code, |p| p.lower[code as usize & 0xff])
}

/// The first character of the upper case mapping.
#[inline]
pub fn unicode_toupper(code: u32) -> u32 {
    page(code).map_or(code, |p| p.upper[code as usize & 0xff])
}

/// `_sre.unicode_iscased`: whether either mapping changes the character.
#[inline]
pub fn unicode_iscased(code: u32) -> bool {
    unicode_tolower(code) != code || unicode_toupper(code) != code
}

/// `_sre.getlower` of old: the lower case that a pattern with these flags compares by.
pub fn getlower(code: u32, flags: u32, locale: &crate::LocaleTable) -> u32 {
    if flags & crate::FLAG_LOCALE != 0 {
        locale.lower(code)
    } else if flags & crate::FLAG_UNICODE != 0 {
        unicode_tolower(code)
    } else {
        ascii_tolower(code)
    }
}

/// `[A-Za-z0-9_]`.
#[inline]
pub fn ascii_is_word(code: u32) -> bool {
    code < 128 && ((code as u8).is_ascii_alphanumeric() || code == u32::from(b'_'))
}

/// `[0-9]`.
#[inline]
pub fn ascii_is_digit(code: u32) -> bool {
    code.wrapping_sub(u32::from(b'0')) < 10
}

/// `[ \t\n\r\f\v]`.
#[inline]
pub fn ascii_is_space(code: u32) -> bool {
    code == 32 || code.wrapping_sub(9) < 5
}

/// `str.isalnum()` or the underscore.
#[inline]
pub fn unicode_is_word(code: u32) -> bool {
    if code < 128 { ascii_is_word(code) } else { flags(code) & WORD != 0 }
}

/// `str.isdecimal()`.
#[inline]
pub fn unicode_is_decimal(code: u32) -> bool {
    flags(code) & DECIMAL != 0
}

/// `str.isspace()`.
#[inline]
pub fn unicode_is_space(code: u32) -> bool {
    flags(code) & SPACE != 0
}

/// A character at which `str.splitlines()` breaks.
pub fn unicode_is_linebreak(code: u32) -> bool {
    matches!(code, 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029)
}

/// The four parts into which the pattern analysis divides the characters past Latin-1.
pub(crate) mod part {
    /// Letters and numbers that are not decimal digits.
    pub(crate) const LETTER: u8 = 1;
    /// Decimal digits.
    pub(crate) const DECIMAL: u8 = 2;
    /// White space.
    pub(crate) const SPACE: u8 = 4;
    /// Everything else.
    pub(crate) const OTHER: u8 = 8;
    /// All four.
    pub(crate) const ALL: u8 = 15;
    /// None of them.
    pub(crate) const NONE: u8 = 0;
}

/// The [`part`] that a character past Latin-1 belongs to.
#[inline]
pub(crate) fn part_of(code: u32) -> u8 {
    page(code).map_or(part::OTHER, |p| p.parts[code as usize & 0xff])
}

fn part_by(flags: u8) -> u8 {
    if flags & DECIMAL != 0 {
        part::DECIMAL
    } else if flags & WORD != 0 {
        part::LETTER
    } else if flags & SPACE != 0 {
        part::SPACE
    } else {
        part::OTHER
    }
}
