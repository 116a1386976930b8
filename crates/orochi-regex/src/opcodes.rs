//! The numbers of the compiled-pattern format, as `re._constants` of the library defines them
//! (magic 20230612). Everything that reads a code array names its words through this file; the
//! rest of the crate works on the decoded [`crate::Program`] and never sees them.

/// The format's version: `_sre.MAGIC`.
pub const MAGIC: u32 = 20230612;
/// `_sre.CODESIZE`: bytes a word of a code array.
pub const CODESIZE: u32 = 4;
/// `_sre.MAXREPEAT`: as a repeat's upper bound it stands for "no bound".
pub const MAXREPEAT: u32 = u32::MAX;
/// `_sre.MAXGROUPS`: the most groups that a pattern may have.
pub const MAXGROUPS: u32 = 1_073_741_823;

pub(crate) const FAILURE: u32 = 0;
pub(crate) const SUCCESS: u32 = 1;
pub(crate) const ANY: u32 = 2;
pub(crate) const ANY_ALL: u32 = 3;
pub(crate) const ASSERT: u32 = 4;
pub(crate) const ASSERT_NOT: u32 = 5;
pub(crate) const AT: u32 = 6;
pub(crate) const BRANCH: u32 = 7;
pub(crate) const CATEGORY: u32 = 8;
pub(crate) const CHARSET: u32 = 9;
pub(crate) const BIGCHARSET: u32 = 10;
pub(crate) const GROUPREF: u32 = 11;
pub(crate) const GROUPREF_EXISTS: u32 = 12;
pub(crate) const IN: u32 = 13;
pub(crate) const INFO: u32 = 14;
pub(crate) const JUMP: u32 = 15;
pub(crate) const LITERAL: u32 = 16;
pub(crate) const MARK: u32 = 17;
pub(crate) const MAX_UNTIL: u32 = 18;
pub(crate) const MIN_UNTIL: u32 = 19;
pub(crate) const NOT_LITERAL: u32 = 20;
pub(crate) const NEGATE: u32 = 21;
pub(crate) const RANGE: u32 = 22;
pub(crate) const REPEAT: u32 = 23;
pub(crate) const REPEAT_ONE: u32 = 24;
// 25 is SUBPATTERN, which occurs in the parser's output only.
pub(crate) const MIN_REPEAT_ONE: u32 = 26;
pub(crate) const ATOMIC_GROUP: u32 = 27;
pub(crate) const POSSESSIVE_REPEAT: u32 = 28;
pub(crate) const POSSESSIVE_REPEAT_ONE: u32 = 29;
pub(crate) const GROUPREF_IGNORE: u32 = 30;
pub(crate) const IN_IGNORE: u32 = 31;
pub(crate) const LITERAL_IGNORE: u32 = 32;
pub(crate) const NOT_LITERAL_IGNORE: u32 = 33;
pub(crate) const GROUPREF_LOC_IGNORE: u32 = 34;
pub(crate) const IN_LOC_IGNORE: u32 = 35;
pub(crate) const LITERAL_LOC_IGNORE: u32 = 36;
pub(crate) const NOT_LITERAL_LOC_IGNORE: u32 = 37;
pub(crate) const GROUPREF_UNI_IGNORE: u32 = 38;
pub(crate) const IN_UNI_IGNORE: u32 = 39;
pub(crate) const LITERAL_UNI_IGNORE: u32 = 40;
pub(crate) const NOT_LITERAL_UNI_IGNORE: u32 = 41;
pub(crate) const RANGE_UNI_IGNORE: u32 = 42;

/// The flag word of an INFO block: a literal prefix follows.
pub(crate) const INFO_PREFIX: u32 = 1;
/// The flag word of an INFO block: a character set follows.
pub(crate) const INFO_CHARSET: u32 = 4;

/// The positions that an AT word can ask for, in the order of `re._constants.ATCODES`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Beginning,
    BeginningLine,
    BeginningString,
    Boundary,
    NonBoundary,
    End,
    EndLine,
    EndString,
    LocaleBoundary,
    LocaleNonBoundary,
    UnicodeBoundary,
    UnicodeNonBoundary,
}

impl At {
    /// Reads the word after AT.
    pub(crate) fn from_code(code: u32) -> Option<At> {
        const ALL: [At; 12] = [
            At::Beginning,
            At::BeginningLine,
            At::BeginningString,
            At::Boundary,
            At::NonBoundary,
            At::End,
            At::EndLine,
            At::EndString,
            At::LocaleBoundary,
            At::LocaleNonBoundary,
            At::UnicodeBoundary,
            At::UnicodeNonBoundary,
        ];
        ALL.get(code as usize).copied()
    }
}

/// The character classes behind `\d`, `\s`, `\w` and their kin, without the negation that is the
/// lowest bit of the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Digit,
    Space,
    Word,
    Linebreak,
    LocaleWord,
    UnicodeDigit,
    UnicodeSpace,
    UnicodeWord,
    UnicodeLinebreak,
}

/// A class or its complement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Category {
    pub class: Class,
    pub negated: bool,
}

impl Category {
    /// Reads a word of `re._constants.CHCODES`.
    pub(crate) fn from_code(code: u32) -> Option<Category> {
        const ALL: [Class; 9] = [
            Class::Digit,
            Class::Space,
            Class::Word,
            Class::Linebreak,
            Class::LocaleWord,
            Class::UnicodeDigit,
            Class::UnicodeSpace,
            Class::UnicodeWord,
            Class::UnicodeLinebreak,
        ];
        let class = *ALL.get(code as usize >> 1)?;
        Some(Category { class, negated: code & 1 == 1 })
    }
}
