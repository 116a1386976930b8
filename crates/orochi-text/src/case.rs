//! Case mapping of strings, with Unicode's full mappings.
//!
//! ASCII strings, the common case, map byte by byte. For the others a code point may become up
//! to three, and one mapping looks around itself: capital sigma becomes the final form of the
//! small one at the end of a word (Unicode standard, section 3.13, `Final_Sigma`).

use crate::text::{Text, Unit};
use crate::ucd::{Case, TypeRecord, full_case};
use crate::{OwnedText, TextBuf, with_units};

const CAPITAL_SIGMA: u32 = 0x3A3;
const SMALL_SIGMA: u32 = 0x3C3;
const FINAL_SIGMA: u32 = 0x3C2;

fn push_mapped(buffer: &mut TextBuf, code: u32, case: Case) {
    let record = TypeRecord::of(code);
    if !record.special_case() {
        return buffer.push(record.simple(code, case));
    }
    let [first, second, third] = full_case(code, case);
    buffer.push(first);
    if second != 0 {
        buffer.push(second);
        if third != 0 {
            buffer.push(third);
        }
    }
}

/// The lower case of the code point at `index`, which may depend on its neighbours.
fn push_lower(buffer: &mut TextBuf, text: Text<'_>, index: usize, code: u32) {
    if code == CAPITAL_SIGMA {
        buffer.push(if ends_word(text, index) { FINAL_SIGMA } else { SMALL_SIGMA });
    } else {
        push_mapped(buffer, code, Case::Lower);
    }
}

/// Whether the letter at `index` follows a cased letter and is followed by none, code points
/// that case ignores aside. Each run of ignored ones is walked at most twice.
fn ends_word(text: Text<'_>, index: usize) -> bool {
    let cased = |codes: &mut dyn Iterator<Item = u32>| {
        codes
            .map(TypeRecord::of)
            .find(|record| !record.case_ignorable())
            .is_some_and(TypeRecord::cased)
    };
    cased(&mut text.slice(0..index).codes().rev())
        && !cased(&mut text.slice(index + 1..text.len()).codes())
}

fn map_all(text: Text<'_>, mut map: impl FnMut(&mut TextBuf, usize, u32)) -> OwnedText {
    let mut buffer = TextBuf::with_kind(text.kind(), text.len());
    with_units!(text, units => for (index, unit) in units.iter().enumerate() {
        map(&mut buffer, index, unit.code());
    });
    buffer.finish()
}

fn ascii(text: Text<'_>) -> Option<&[u8]> {
    text.as_ascii().map(str::as_bytes)
}

fn own(units: Vec<u8>) -> OwnedText {
    OwnedText::One { units, ascii: true }
}

/// `str.lower`
pub fn lower(text: Text<'_>) -> OwnedText {
    match ascii(text) {
        Some(units) => own(units.to_ascii_lowercase()),
        None => map_all(text, |buffer, index, code| push_lower(buffer, text, index, code)),
    }
}

/// `str.upper`
pub fn upper(text: Text<'_>) -> OwnedText {
    match ascii(text) {
        Some(units) => own(units.to_ascii_uppercase()),
        None => map_all(text, |buffer, _, code| push_mapped(buffer, code, Case::Upper)),
    }
}

/// `str.casefold`
pub fn casefold(text: Text<'_>) -> OwnedText {
    match ascii(text) {
        Some(units) => own(units.to_ascii_lowercase()),
        None => map_all(text, |buffer, _, code| push_mapped(buffer, code, Case::Fold)),
    }
}

/// `str.swapcase`
pub fn swapcase(text: Text<'_>) -> OwnedText {
    if let Some(units) = ascii(text) {
        return own(crate::bytes::swapcase(units));
    }
    map_all(text, |buffer, index, code| {
        let record = TypeRecord::of(code);
        if record.upper() {
            push_lower(buffer, text, index, code);
        } else if record.lower() {
            push_mapped(buffer, code, Case::Upper);
        } else {
            buffer.push(code);
        }
    })
}

/// `str.title`
pub fn title(text: Text<'_>) -> OwnedText {
    if let Some(units) = ascii(text) {
        return own(crate::bytes::title(units));
    }
    let mut inside_word = false;
    map_all(text, |buffer, index, code| {
        if inside_word {
            push_lower(buffer, text, index, code);
        } else {
            push_mapped(buffer, code, Case::Title);
        }
        inside_word = TypeRecord::of(code).cased();
    })
}

/// `str.capitalize`
pub fn capitalize(text: Text<'_>) -> OwnedText {
    if let Some(units) = ascii(text) {
        return own(crate::bytes::capitalize(units));
    }
    map_all(text, |buffer, index, code| match index {
        0 => push_mapped(buffer, code, Case::Title),
        _ => push_lower(buffer, text, index, code),
    })
}

/// The simple (one to one) lower case of a code point, as regular expressions use it.
pub fn simple_lower(code: u32) -> u32 {
    TypeRecord::of(code).simple(code, Case::Lower)
}

/// The simple (one to one) upper case of a code point.
pub fn simple_upper(code: u32) -> u32 {
    TypeRecord::of(code).simple(code, Case::Upper)
}
