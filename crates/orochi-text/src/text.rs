//! The three storage kinds of a string and the view that algorithms take.
//!
//! A Python string is a sequence of code points (surrogates included). It is stored with the
//! narrowest unit that holds its largest code point, and every unit is one code point, so that
//! indexing is O(1). [`Text`] borrows such a sequence; it does not know who owns it. Algorithms
//! are written once over the trait [`Unit`] and reached through [`Text`] by the macro
//! [`with_units!`](crate::with_units), which binds the slice with its concrete unit type.

use std::borrow::Cow;
use std::ops::Range;

use crate::OwnedText;

/// The largest code point.
pub const MAX_CODE_POINT: u32 = 0x10_FFFF;

/// One storage unit of a string: holds exactly one code point.
pub trait Unit: Copy + Ord + Eq + bytemuck::Pod + Send + Sync + 'static {
    /// The storage kind this unit belongs to.
    const KIND: Kind;
    /// The code point.
    fn code(self) -> u32;
    /// The unit for a code point, or `None` where it is too wide for this kind.
    fn from_code(code: u32) -> Option<Self>;
    /// The unit for a code point known to fit; the upper bits are cut off otherwise.
    fn truncate(code: u32) -> Self;
    /// A view of units of this kind.
    fn text(units: &[Self]) -> Text<'_>;
}

impl Unit for u8 {
    const KIND: Kind = Kind::One;
    #[inline(always)]
    fn code(self) -> u32 {
        self as u32
    }
    #[inline(always)]
    fn from_code(code: u32) -> Option<u8> {
        u8::try_from(code).ok()
    }
    #[inline(always)]
    fn truncate(code: u32) -> u8 {
        code as u8
    }
    fn text(units: &[u8]) -> Text<'_> {
        Text::One(units)
    }
}

impl Unit for u16 {
    const KIND: Kind = Kind::Two;
    #[inline(always)]
    fn code(self) -> u32 {
        self as u32
    }
    #[inline(always)]
    fn from_code(code: u32) -> Option<u16> {
        u16::try_from(code).ok()
    }
    #[inline(always)]
    fn truncate(code: u32) -> u16 {
        code as u16
    }
    fn text(units: &[u16]) -> Text<'_> {
        Text::Two(units)
    }
}

impl Unit for u32 {
    const KIND: Kind = Kind::Four;
    #[inline(always)]
    fn code(self) -> u32 {
        self
    }
    #[inline(always)]
    fn from_code(code: u32) -> Option<u32> {
        Some(code)
    }
    #[inline(always)]
    fn truncate(code: u32) -> u32 {
        code
    }
    fn text(units: &[u32]) -> Text<'_> {
        Text::Four(units)
    }
}

/// How wide the units of a string are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Latin-1 code points, a byte each.
    One,
    /// Code points below 0x10000, two bytes each.
    Two,
    /// All code points, four bytes each.
    Four,
}

impl Kind {
    /// The narrowest kind that holds `code`.
    #[inline]
    pub fn of(code: u32) -> Kind {
        match code {
            0..=0xFF => Kind::One,
            0x100..=0xFFFF => Kind::Two,
            _ => Kind::Four,
        }
    }

    /// Bytes a unit.
    #[inline]
    pub fn width(self) -> usize {
        match self {
            Kind::One => 1,
            Kind::Two => 2,
            Kind::Four => 4,
        }
    }
}

/// A borrowed string: code points in one of the three storage kinds.
///
/// Nothing here demands that the kind be the narrowest, although strings that a runtime stores
/// should be (see [`Text::to_owned`]): equality and hashing of stored strings rely on it only
/// for speed, except [`crate::hash::hash_string`], which hashes the stored bytes.
#[derive(Clone, Copy, Debug)]
pub enum Text<'a> {
    /// Latin-1 code points.
    One(&'a [u8]),
    /// Code points below 0x10000.
    Two(&'a [u16]),
    /// Any code points.
    Four(&'a [u32]),
}

/// Runs an expression with the units of a [`Text`] bound as a slice of their concrete type.
#[macro_export]
macro_rules! with_units {
    ($text:expr, $units:ident => $body:expr) => {
        match $text {
            $crate::Text::One($units) => $body,
            $crate::Text::Two($units) => $body,
            $crate::Text::Four($units) => $body,
        }
    };
}

impl<'a> From<&'a str> for Text<'a> {
    /// Only for ASCII literals of this crate's callers; other strings go through
    /// [`OwnedText::from_str`].
    fn from(ascii: &'a str) -> Text<'a> {
        debug_assert!(ascii.is_ascii());
        Text::One(ascii.as_bytes())
    }
}

impl<'a> Text<'a> {
    /// The empty string.
    pub const EMPTY: Text<'static> = Text::One(&[]);

    /// Number of code points.
    #[inline]
    pub fn len(self) -> usize {
        with_units!(self, units => units.len())
    }

    /// Whether there are no code points.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The storage kind.
    #[inline]
    pub fn kind(self) -> Kind {
        match self {
            Text::One(_) => Kind::One,
            Text::Two(_) => Kind::Two,
            Text::Four(_) => Kind::Four,
        }
    }

    /// The code point at `index`, if there is one.
    #[inline]
    pub fn get(self, index: usize) -> Option<u32> {
        with_units!(self, units => units.get(index).map(|unit| unit.code()))
    }

    /// The part in `range`, clamped to what exists.
    #[inline]
    pub fn slice(self, range: Range<usize>) -> Text<'a> {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        match self {
            Text::One(units) => Text::One(&units[start..end]),
            Text::Two(units) => Text::Two(&units[start..end]),
            Text::Four(units) => Text::Four(&units[start..end]),
        }
    }

    /// The code points in order.
    pub fn codes(self) -> Codes<'a> {
        Codes { text: self, front: 0, back: self.len() }
    }

    /// The bytes of the storage, in native order.
    pub fn storage(self) -> &'a [u8] {
        match self {
            Text::One(units) => units,
            Text::Two(units) => bytemuck::cast_slice(units),
            Text::Four(units) => bytemuck::cast_slice(units),
        }
    }

    /// Whether all code points are below 128.
    pub fn is_ascii(self) -> bool {
        match self {
            Text::One(units) => units.is_ascii(),
            Text::Two(units) => or_all(units) < 0x80,
            Text::Four(units) => or_all(units) < 0x80,
        }
    }

    /// The units as ASCII text, where all code points are below 128 and stored as bytes.
    pub fn as_ascii(self) -> Option<&'a str> {
        match self {
            Text::One(units) if units.is_ascii() => std::str::from_utf8(units).ok(),
            _ => None,
        }
    }

    /// An upper bound of the largest code point that falls in the same kind (and the same side
    /// of 128) as the largest itself: enough to choose a kind and the ASCII flag.
    pub fn max_bound(self) -> u32 {
        match self {
            Text::One(units) => {
                if units.is_ascii() {
                    0x7F
                } else {
                    0xFF
                }
            }
            Text::Two(units) => or_all(units),
            Text::Four(units) => or_all(units).min(MAX_CODE_POINT),
        }
    }

    /// A copy in the narrowest kind.
    pub fn to_owned(self) -> OwnedText {
        let bound = self.max_bound();
        match self {
            Text::One(units) => OwnedText::One { units: units.to_vec(), ascii: bound < 0x80 },
            Text::Two(units) => narrow(units, bound),
            Text::Four(units) => narrow(units, bound),
        }
    }

    /// Whether the units are already of the narrowest kind.
    pub fn is_narrowest(self) -> bool {
        match self {
            Text::One(_) => true,
            _ => Kind::of(self.max_bound()) == self.kind(),
        }
    }

    /// The text as Rust's `String`; lone surrogates become U+FFFD. For messages only.
    pub fn to_string_lossy(self) -> Cow<'a, str> {
        if let Some(ascii) = self.as_ascii() {
            return Cow::Borrowed(ascii);
        }
        Cow::Owned(self.codes().map(|c| char::from_u32(c).unwrap_or('\u{FFFD}')).collect())
    }
}

/// The bitwise or of all code points: as good as the maximum for choosing a kind, and a loop
/// that vectorises.
fn or_all<U: Unit>(units: &[U]) -> u32 {
    let mut all = 0;
    for chunk in units.chunks(64) {
        all |= chunk.iter().fold(0, |acc, unit| acc | unit.code());
    }
    all
}

fn narrow<U: Unit>(units: &[U], bound: u32) -> OwnedText {
    match Kind::of(bound) {
        Kind::One => OwnedText::One {
            units: units.iter().map(|u| u.code() as u8).collect(),
            ascii: bound < 0x80,
        },
        Kind::Two => OwnedText::Two(units.iter().map(|u| u.code() as u16).collect()),
        Kind::Four => OwnedText::Four(units.iter().map(|u| u.code()).collect()),
    }
}

/// Units of one kind seen as another: widening always works, narrowing only where all code
/// points fit (`None` otherwise).
pub fn convert<U: Unit>(text: Text<'_>) -> Option<Cow<'_, [U]>> {
    if text.kind() == U::KIND {
        // Same kind: the cast changes nothing but the type's name.
        let units: &[U] = match text {
            Text::One(units) => bytemuck::try_cast_slice(units).ok()?,
            Text::Two(units) => bytemuck::try_cast_slice(units).ok()?,
            Text::Four(units) => bytemuck::try_cast_slice(units).ok()?,
        };
        return Some(Cow::Borrowed(units));
    }
    with_units!(text, units => units.iter().map(|u| U::from_code(u.code())).collect::<Option<Vec<U>>>().map(Cow::Owned))
}

/// The code points of a [`Text`], from either end.
#[derive(Clone, Debug)]
pub struct Codes<'a> {
    text: Text<'a>,
    front: usize,
    back: usize,
}

impl Iterator for Codes<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.front == self.back {
            return None;
        }
        self.front += 1;
        self.text.get(self.front - 1)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.back - self.front, Some(self.back - self.front))
    }
}

impl DoubleEndedIterator for Codes<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<u32> {
        if self.front == self.back {
            return None;
        }
        self.back -= 1;
        self.text.get(self.back)
    }
}

impl ExactSizeIterator for Codes<'_> {}
