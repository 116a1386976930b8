//! Building strings: a buffer that widens as wider code points arrive.
//!
//! [`TextBuf`] starts with one byte a code point and moves to two or four bytes when the first
//! wider one is pushed, so a result is written once in the common case. It remembers the
//! largest code point it was given; [`TextBuf::finish`] therefore knows the narrowest kind
//! without another pass unless wide code points were removed again.

use crate::error::TextError;
use crate::text::{Kind, MAX_CODE_POINT, Text, Unit};
use crate::with_units;

/// A finished string in its narrowest kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnedText {
    /// Latin-1 code points.
    One {
        /// The code points.
        units: Vec<u8>,
        /// Whether all are below 128.
        ascii: bool,
    },
    /// At least one code point above 0xFF, none above 0xFFFF.
    Two(Vec<u16>),
    /// At least one code point above 0xFFFF.
    Four(Vec<u32>),
}

impl OwnedText {
    /// A view of the string.
    pub fn as_text(&self) -> Text<'_> {
        match self {
            OwnedText::One { units, .. } => Text::One(units),
            OwnedText::Two(units) => Text::Two(units),
            OwnedText::Four(units) => Text::Four(units),
        }
    }

    /// The string of a Rust string.
    #[allow(clippy::should_implement_trait, reason = "cannot fail, unlike the trait's method")]
    pub fn from_str(text: &str) -> OwnedText {
        let mut buffer = TextBuf::new();
        buffer.push_str(text);
        buffer.finish()
    }

    /// The string of ASCII bytes (others are taken as Latin-1).
    pub fn from_latin1(units: Vec<u8>) -> OwnedText {
        let ascii = units.is_ascii();
        OwnedText::One { units, ascii }
    }

    /// Whether all code points are known to be below 128.
    pub fn is_ascii(&self) -> bool {
        matches!(self, OwnedText::One { ascii: true, .. })
    }
}

#[derive(Clone, Debug)]
enum Storage {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

/// A growing string that widens as needed.
#[derive(Clone, Debug)]
pub struct TextBuf {
    storage: Storage,
    /// Bitwise or of all code points pushed: tells kind and ASCII as well as the maximum would.
    bound: u32,
}

impl Default for TextBuf {
    fn default() -> TextBuf {
        TextBuf::new()
    }
}

impl TextBuf {
    /// An empty buffer of the narrowest kind.
    pub fn new() -> TextBuf {
        TextBuf { storage: Storage::One(Vec::new()), bound: 0 }
    }

    /// An empty buffer with room for `capacity` code points of the narrowest kind.
    pub fn with_capacity(capacity: usize) -> TextBuf {
        TextBuf { storage: Storage::One(Vec::with_capacity(capacity)), bound: 0 }
    }

    /// An empty buffer with room for `capacity` code points of a given kind.
    pub fn with_kind(kind: Kind, capacity: usize) -> TextBuf {
        let storage = match kind {
            Kind::One => Storage::One(Vec::with_capacity(capacity)),
            Kind::Two => Storage::Two(Vec::with_capacity(capacity)),
            Kind::Four => Storage::Four(Vec::with_capacity(capacity)),
        };
        TextBuf { storage, bound: 0 }
    }

    /// An empty buffer with room for `capacity` code points, for sizes that a program chooses:
    /// `MemoryError` where there is not that much memory.
    pub fn try_with_kind(kind: Kind, capacity: usize) -> Result<TextBuf, TextError> {
        let mut buffer = TextBuf::with_kind(kind, 0);
        match &mut buffer.storage {
            Storage::One(units) => units.try_reserve_exact(capacity),
            Storage::Two(units) => units.try_reserve_exact(capacity),
            Storage::Four(units) => units.try_reserve_exact(capacity),
        }
        .map_err(|_| TextError::memory())?;
        Ok(buffer)
    }

    /// Number of code points so far.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.storage {
            Storage::One(units) => units.len(),
            Storage::Two(units) => units.len(),
            Storage::Four(units) => units.len(),
        }
    }

    /// Whether nothing was pushed.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was built so far.
    pub fn as_text(&self) -> Text<'_> {
        match &self.storage {
            Storage::One(units) => Text::One(units),
            Storage::Two(units) => Text::Two(units),
            Storage::Four(units) => Text::Four(units),
        }
    }

    /// The kind units are stored in at present.
    fn kind(&self) -> Kind {
        match &self.storage {
            Storage::One(_) => Kind::One,
            Storage::Two(_) => Kind::Two,
            Storage::Four(_) => Kind::Four,
        }
    }

    /// Makes the storage hold units of at least `kind`.
    fn widen(&mut self, kind: Kind) {
        if self.kind() >= kind {
            return;
        }
        let old = std::mem::replace(&mut self.storage, Storage::One(Vec::new()));
        self.storage = match (old, kind) {
            (Storage::One(units), Kind::Two) => Storage::Two(copy_wider(&units, units.capacity())),
            (Storage::One(units), Kind::Four) => {
                Storage::Four(copy_wider(&units, units.capacity()))
            }
            (Storage::Two(units), Kind::Four) => {
                Storage::Four(copy_wider(&units, units.capacity()))
            }
            (same, _) => same,
        };
    }

    /// Makes room for `additional` more code points.
    pub fn reserve(&mut self, additional: usize) {
        match &mut self.storage {
            Storage::One(units) => units.reserve(additional),
            Storage::Two(units) => units.reserve(additional),
            Storage::Four(units) => units.reserve(additional),
        }
    }

    /// Appends one code point.
    #[inline]
    pub fn push(&mut self, code: u32) {
        self.bound |= code;
        match &mut self.storage {
            Storage::One(units) if code <= 0xFF => units.push(code as u8),
            Storage::Two(units) if code <= 0xFFFF => units.push(code as u16),
            Storage::Four(units) => units.push(code),
            _ => self.push_wider(code),
        }
    }

    #[cold]
    fn push_wider(&mut self, code: u32) {
        self.widen(Kind::of(code));
        match &mut self.storage {
            Storage::One(units) => units.push(code as u8),
            Storage::Two(units) => units.push(code as u16),
            Storage::Four(units) => units.push(code),
        }
    }

    /// Appends a code point `count` times.
    pub fn push_repeated(&mut self, code: u32, count: usize) {
        if count == 0 {
            return;
        }
        self.bound |= code;
        self.widen(Kind::of(code));
        match &mut self.storage {
            Storage::One(units) => units.resize(units.len() + count, code as u8),
            Storage::Two(units) => units.resize(units.len() + count, code as u16),
            Storage::Four(units) => units.resize(units.len() + count, code),
        }
    }

    /// Appends a text.
    pub fn push_text(&mut self, text: Text<'_>) {
        let bound = text.max_bound();
        self.push_bounded(text, bound);
    }

    /// Appends a text whose [`Text::max_bound`] is known.
    #[inline]
    pub fn push_bounded(&mut self, text: Text<'_>, bound: u32) {
        self.bound |= bound;
        self.widen(Kind::of(bound));
        match &mut self.storage {
            Storage::One(units) => extend(units, text),
            Storage::Two(units) => extend(units, text),
            Storage::Four(units) => extend(units, text),
        }
    }

    /// Appends bytes known to be below 128.
    #[inline]
    pub fn push_ascii(&mut self, ascii: &[u8]) {
        self.push_bounded(Text::One(ascii), 0x7F);
    }

    /// Appends bytes as Latin-1 code points.
    pub fn push_latin1(&mut self, units: &[u8]) {
        self.push_text(Text::One(units));
    }

    /// Appends a Rust string.
    pub fn push_str(&mut self, text: &str) {
        if text.is_ascii() {
            self.push_ascii(text.as_bytes());
            return;
        }
        // The largest first byte of a sequence tells how wide its code point is.
        let largest = text.as_bytes().iter().fold(0, |largest, &byte| largest.max(byte));
        let bound = match largest {
            ..=0xC3 => 0xFF,
            0xC4..=0xEF => 0xFFFF,
            _ => MAX_CODE_POINT,
        };
        self.bound |= bound;
        self.widen(Kind::of(bound));
        let count = text.chars().count();
        match &mut self.storage {
            Storage::One(units) => extend_chars(units, text, count),
            Storage::Two(units) => extend_chars(units, text, count),
            Storage::Four(units) => extend_chars(units, text, count),
        }
    }

    /// Removes everything after the first `len` code points.
    pub fn truncate(&mut self, len: usize) {
        match &mut self.storage {
            Storage::One(units) => units.truncate(len),
            Storage::Two(units) => units.truncate(len),
            Storage::Four(units) => units.truncate(len),
        }
    }

    /// The string, in the narrowest kind that holds it.
    pub fn finish(self) -> OwnedText {
        match self.storage {
            Storage::One(units) => {
                let ascii = self.bound < 0x80 || units.is_ascii();
                OwnedText::One { units, ascii }
            }
            Storage::Two(units) => {
                if Text::Two(&units).is_narrowest() {
                    OwnedText::Two(units)
                } else {
                    Text::Two(&units).to_owned()
                }
            }
            Storage::Four(units) => {
                if Text::Four(&units).is_narrowest() {
                    OwnedText::Four(units)
                } else {
                    Text::Four(&units).to_owned()
                }
            }
        }
    }
}

impl Extend<u32> for TextBuf {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, codes: I) {
        for code in codes {
            self.push(code);
        }
    }
}

impl std::fmt::Write for TextBuf {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

fn copy_wider<N: Unit, W: Unit>(units: &[N], capacity: usize) -> Vec<W> {
    let mut wider = Vec::with_capacity(capacity.max(units.len() + 8));
    wider.extend(units.iter().map(|u| W::truncate(u.code())));
    wider
}

fn extend<W: Unit>(units: &mut Vec<W>, text: Text<'_>) {
    if text.kind() == W::KIND {
        match text {
            Text::One(more) => units.extend_from_slice(bytemuck::cast_slice(more)),
            Text::Two(more) => units.extend_from_slice(bytemuck::cast_slice(more)),
            Text::Four(more) => units.extend_from_slice(bytemuck::cast_slice(more)),
        }
    } else {
        with_units!(text, more => units.extend(more.iter().map(|u| W::truncate(u.code()))));
    }
}

fn extend_chars<W: Unit>(units: &mut Vec<W>, text: &str, count: usize) {
    // Slots first, characters after: no capacity is checked a character.
    let start = units.len();
    units.resize(start + count, W::truncate(0));
    for (slot, character) in units[start..].iter_mut().zip(text.chars()) {
        *slot = W::truncate(character as u32);
    }
}
