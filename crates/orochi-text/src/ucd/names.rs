//! Names of characters: `unicodedata.name`, `unicodedata.lookup`, `\N{...}`.
//!
//! The names proper come from the crate `unicode_names2`; the rule for unified ideographs, the
//! aliases and the named sequences are ours. Names are ASCII and are looked up without regard to
//! case, but otherwise exactly. As in CPython, Tangut ideographs have none.

use super::{aliases, category};

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// One code point.
    Character(u32),
    /// A named sequence; `\N{...}` does not accept those.
    Sequence(&'static [u32]),
}

const UNIFIED_PREFIX: &str = "CJK UNIFIED IDEOGRAPH-";

/// Longest name of any character, sequence or alias; longer ones are not looked for.
const LONGEST: usize = 100;

/// The ranges of unified ideographs, named after their code point.
fn is_unified(code: u32) -> bool {
    matches!(code, 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0x20000..=0x2A6DF | 0x2A700..=0x2B739
        | 0x2B740..=0x2B81D | 0x2B820..=0x2CEA1 | 0x2CEB0..=0x2EBE0 | 0x2EBF0..=0x2EE5D
        | 0x30000..=0x3134A | 0x31350..=0x323AF)
}

/// The name of a code point, if it has one (control characters have only aliases).
pub fn name(code: u32) -> Option<String> {
    if is_unified(code) {
        return Some(format!("{UNIFIED_PREFIX}{code:X}"));
    }
    // Guards against names of code points that this version does not assign.
    if matches!(category(code), "Cn" | "Cc" | "Co" | "Cs") {
        return None;
    }
    unicode_names2::name(char::from_u32(code)?).map(|name| name.to_string())
}

/// What a name stands for, aliases and named sequences included.
pub fn lookup(name: &str) -> Option<Named> {
    if let Some(code) = lookup_character(name) {
        return Some(Named::Character(code));
    }
    let name = normal_form(name)?;
    let found = aliases::SEQUENCES.binary_search_by(|entry| entry.0.cmp(&name)).ok()?;
    Some(Named::Sequence(aliases::SEQUENCES[found].1))
}

/// The code point of that name or alias: what `\N{...}` accepts.
pub fn lookup_character(name: &str) -> Option<u32> {
    let upper = normal_form(name)?;
    if let Ok(found) = aliases::ALIASES.binary_search_by(|entry| entry.0.cmp(&upper)) {
        return Some(aliases::ALIASES[found].1);
    }
    if let Some(digits) = upper.strip_prefix(UNIFIED_PREFIX) {
        let code = u32::from_str_radix(digits, 16).ok()?;
        return (matches!(digits.len(), 4 | 5) && is_unified(code)).then_some(code);
    }
    let code = unicode_names2::character(&upper)? as u32;
    // The crate forgives spelling variants that Python does not.
    (self::name(code)? == upper).then_some(code)
}

fn normal_form(name: &str) -> Option<String> {
    (name.len() <= LONGEST && name.is_ascii()).then(|| name.to_ascii_uppercase())
}
