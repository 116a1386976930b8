//! Unicode 3.2, as `unicodedata.ucd_3_2_0` offers it: internationalised domain names are
//! defined by it (RFC 3491).
//!
//! Kept as differences from the current version: the code points assigned since, and the few
//! hundred whose properties changed.

use super::changes::{CHANGED, CORRECTED, LATER};
use super::{Form, database, normal};
use crate::OwnedText;
use crate::text::Text;

/// `unicodedata.ucd_3_2_0.unidata_version`
pub const VERSION: &str = "3.2.0";

/// Whether the code point was assigned only later.
fn is_later(code: u32) -> bool {
    let after = LATER.partition_point(|&(first, _)| first <= code);
    after > 0 && code <= LATER[after - 1].1
}

/// Numbers of category and bidirectional class, mirrored, width, decimal, where they differ.
fn changed(code: u32) -> Option<&'static (u32, u8, u8, u8, u8, u8)> {
    CHANGED.binary_search_by_key(&code, |entry| entry.0).ok().map(|found| &CHANGED[found])
}

/// The property of a code point: as it was, or as it is where it did not change.
fn property<T>(
    code: u32,
    unassigned: T,
    old: impl Fn(&(u32, u8, u8, u8, u8, u8)) -> T,
    new: impl Fn(u32) -> T,
) -> T {
    if is_later(code) {
        return unassigned;
    }
    changed(code).map_or_else(|| new(code), old)
}

/// The general category.
pub fn category(code: u32) -> &'static str {
    property(code, "Cn", |old| database::CATEGORIES[old.1 as usize], super::category)
}

/// The bidirectional class.
pub fn bidirectional(code: u32) -> &'static str {
    property(code, "", |old| database::BIDIRECTIONAL[old.2 as usize], super::bidirectional)
}

/// The combining class.
pub fn combining(code: u32) -> u8 {
    if is_later(code) { 0 } else { super::combining(code) }
}

/// Whether the character is mirrored in right-to-left text.
pub fn mirrored(code: u32) -> bool {
    property(code, false, |old| old.3 != 0, super::mirrored)
}

/// The East Asian width.
pub fn east_asian_width(code: u32) -> &'static str {
    property(code, "N", |old| database::WIDTHS[old.4 as usize], super::east_asian_width)
}

/// The value of a decimal digit.
pub fn decimal(code: u32) -> Option<u8> {
    property(code, None, |old| Some(old.5).filter(|&value| value != 255), super::decimal)
}

/// The value of a digit.
pub fn digit(code: u32) -> Option<u8> {
    if is_later(code) { None } else { super::digit(code) }
}

/// The numeric value.
pub fn numeric(code: u32) -> Option<f64> {
    if is_later(code) { None } else { super::numeric(code) }
}

/// The decomposition mapping of one step.
pub fn decomposition(code: u32) -> String {
    if is_later(code) { String::new() } else { super::decomposition(code) }
}

/// The name; names never change.
pub fn name(code: u32) -> Option<String> {
    if is_later(code) { None } else { super::name(code) }
}

/// The character that takes part in normalisation, by the decompositions of the time.
fn normalizable(code: u32) -> Option<char> {
    if is_later(code) {
        return None;
    }
    match CORRECTED.iter().find(|entry| entry.0 == code) {
        Some(&(_, original)) => Some(original),
        None => normal::normalizable(code),
    }
}

/// The text in a normalisation form.
pub fn normalize(text: Text<'_>, form: Form) -> OwnedText {
    normal::normalize_by(text, form, normalizable)
}
