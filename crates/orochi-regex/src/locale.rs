//! The 8-bit locale that patterns with the LOCALE flag consult while they run. The engine does
//! not know the C library: whoever calls it fills a table from there, or uses the C locale's.

use crate::chars;

/// Case partners and alphanumeric characters of an 8-bit locale. Characters past 255 have neither.
#[derive(Clone, Debug)]
pub struct LocaleTable {
    /// `tolower` of each byte.
    pub lower: [u8; 256],
    /// `toupper` of each byte.
    pub upper: [u8; 256],
    /// `isalnum` of each byte.
    pub alphanumeric: [bool; 256],
}

/// The C locale: ASCII alone has case and letters.
pub static C_LOCALE: LocaleTable = LocaleTable::c();

impl LocaleTable {
    /// The C locale's table.
    pub const fn c() -> LocaleTable {
        let mut table =
            LocaleTable { lower: [0; 256], upper: [0; 256], alphanumeric: [false; 256] };
        let mut i = 0;
        while i < 256 {
            let byte = i as u8;
            table.lower[i] = byte.to_ascii_lowercase();
            table.upper[i] = byte.to_ascii_uppercase();
            table.alphanumeric[i] = byte.is_ascii_alphanumeric();
            i += 1;
        }
        table
    }

    /// Lower case in this locale.
    #[inline]
    pub fn lower(&self, code: u32) -> u32 {
        self.lower.get(code as usize).map_or(code, |&b| u32::from(b))
    }

    /// Upper case in this locale.
    #[inline]
    pub fn upper(&self, code: u32) -> u32 {
        self.upper.get(code as usize).map_or(code, |&b| u32::from(b))
    }

    /// `\w` in this locale.
    #[inline]
    pub fn is_word(&self, code: u32) -> bool {
        self.alphanumeric.get(code as usize).copied().unwrap_or(false) || code == u32::from(b'_')
    }
}

/// How two characters are compared when case is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fold {
    /// Not at all: case counts.
    None,
    /// ASCII letters only.
    Ascii,
    /// Unicode's mappings.
    Unicode,
    /// The locale's mappings.
    Locale,
}

impl Fold {
    /// The character that stands for all its case partners.
    #[inline]
    pub(crate) fn lower(self, code: u32, locale: &LocaleTable) -> u32 {
        match self {
            Fold::None => code,
            Fold::Ascii => chars::ascii_tolower(code),
            Fold::Unicode => chars::unicode_tolower(code),
            Fold::Locale => locale.lower(code),
        }
    }
}
