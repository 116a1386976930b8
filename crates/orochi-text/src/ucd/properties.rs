//! Looking properties up in the generated tables.

use super::{casing, database, decompositions, numeric as numeric_table, types};
use crate::text::MAX_CODE_POINT;

/// What the predicates and case mappings need to know of a code point.
#[derive(Clone, Copy)]
pub(crate) struct TypeRecord(&'static (u16, u8, i32, i32, i32));

macro_rules! predicates {
    ($($(#[$doc:meta])* $name:ident: $flags:expr;)*) => {
        $($(#[$doc])*
        #[inline]
        pub(crate) fn $name(self) -> bool {
            self.0.0 & ($flags) != 0
        })*
    };
}

impl TypeRecord {
    /// The record of a code point; values above the largest code point have the record of an
    /// unassigned one.
    #[inline]
    pub(crate) fn of(code: u32) -> TypeRecord {
        let code = code.min(MAX_CODE_POINT) as usize;
        let block = types::BLOCKS[code >> types::SHIFT] as usize;
        let low = code & ((1 << types::SHIFT) - 1);
        TypeRecord(&types::RECORDS[types::ENTRIES[(block << types::SHIFT) + low] as usize])
    }

    predicates! {
        alphabetic: types::ALPHA;
        decimal: types::DECIMAL;
        digit: types::DIGIT;
        numeric: types::NUMERIC;
        alphanumeric: types::ALPHA | types::DECIMAL | types::DIGIT | types::NUMERIC;
        lower: types::LOWER;
        upper: types::UPPER;
        title: types::TITLE;
        space: types::SPACE;
        printable: types::PRINTABLE;
        cased: types::CASED;
        case_ignorable: types::CASE_IGNORABLE;
        identifier_start: types::XID_START;
        identifier_continue: types::XID_CONTINUE;
        special_case: types::SPECIAL;
    }

    /// The digit value, meaningful for digits and decimals.
    pub(crate) fn digit_value(self) -> u8 {
        self.0.1
    }

    /// The simple mapping of the code point this record was looked up for. Folding is lower
    /// case, unless the full mapping says otherwise.
    #[inline]
    pub(crate) fn simple(self, code: u32, case: Case) -> u32 {
        code.wrapping_add_signed(match case {
            Case::Lower | Case::Fold => self.0.2,
            Case::Title => self.0.3,
            Case::Upper => self.0.4,
        })
    }
}

/// The four case mappings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Title,
    Upper,
    Fold,
}

/// The full mapping of a code point: up to three code points, padded with 0.
#[inline]
pub(crate) fn full_case(code: u32, case: Case) -> [u32; 3] {
    let record = TypeRecord::of(code);
    if record.special_case()
        && let Ok(found) = casing::SPECIAL.binary_search_by_key(&code, |entry| entry.0)
    {
        return casing::SPECIAL[found].1[case as usize];
    }
    [record.simple(code, case), 0, 0]
}

fn database_record(code: u32) -> &'static (u8, u8, u8, u8, u8) {
    let code = code.min(MAX_CODE_POINT) as usize;
    let block = database::BLOCKS[code >> types::SHIFT] as usize;
    let low = code & ((1 << types::SHIFT) - 1);
    &database::RECORDS[database::ENTRIES[(block << types::SHIFT) + low] as usize]
}

/// `unicodedata.category`
pub fn category(code: u32) -> &'static str {
    database::CATEGORIES[database_record(code).0 as usize]
}

/// `unicodedata.bidirectional`
pub fn bidirectional(code: u32) -> &'static str {
    database::BIDIRECTIONAL[database_record(code).1 as usize]
}

/// `unicodedata.combining`
pub fn combining(code: u32) -> u8 {
    database_record(code).2
}

/// `unicodedata.mirrored`
pub fn mirrored(code: u32) -> bool {
    database_record(code).3 != 0
}

/// `unicodedata.east_asian_width`
pub fn east_asian_width(code: u32) -> &'static str {
    database::WIDTHS[database_record(code).4 as usize]
}

/// `unicodedata.decimal`: the value of a decimal digit.
#[inline]
pub fn decimal(code: u32) -> Option<u8> {
    if code < 0x80 {
        return (code as u8).is_ascii_digit().then(|| code as u8 - b'0');
    }
    let record = TypeRecord::of(code);
    record.decimal().then(|| record.digit_value())
}

/// `unicodedata.digit`: the value of a digit, superscripts and the like included.
pub fn digit(code: u32) -> Option<u8> {
    let record = TypeRecord::of(code);
    record.digit().then(|| record.digit_value())
}

/// `unicodedata.numeric`: the numeric value.
pub fn numeric(code: u32) -> Option<f64> {
    let table = &numeric_table::NUMERIC;
    let found = table.binary_search_by_key(&code, |entry| entry.0).ok()?;
    Some(numeric_table::VALUES[table[found].1 as usize])
}

/// `unicodedata.decomposition`: the mapping of one step with its tag, empty where there is
/// none. Hangul syllables have none here, as in CPython.
pub fn decomposition(code: u32) -> String {
    let table = &decompositions::MAPPINGS;
    let Ok(found) = table.binary_search_by_key(&code, |entry| entry.0) else {
        return String::new();
    };
    let (_, start, length, tag) = table[found];
    let mut text = decompositions::TAGS[tag as usize].to_string();
    for code in &decompositions::POOL[start as usize..start as usize + length as usize] {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&format!("{code:04X}"));
    }
    text
}
