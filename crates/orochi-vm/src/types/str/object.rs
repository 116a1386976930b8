//! The string object.
//!
//! Code points in 1, 2 or 4 bytes each, whichever the largest needs; immutable, with its hash
//! cached in the object. The text follows the fixed part; its length in bytes is the object's
//! tail length.

use std::marker::PhantomData;

use orochi_text::{Kind, Text, Unit};

use super::SPEC;
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Object, Ref};
use crate::shape::{Shape, shape_flags};
use crate::thread::Thread;

heap_object! {
    /// A string.
    pub immutable struct Str: SPEC {
        values {}
        storage {}
        data {
            /// The hash, or 0 while it is not known (and that of the empty string).
            hash: u64,
            /// Length in characters, and in the top byte the `StrKind` bits.
            info: u64,
            /// Bytes of text behind the fixed part.
            tail: usize,
        }
    }
}

/// The most characters a string may have.
const MOST_CHARACTERS: usize = isize::MAX as usize / 16;

/// The tail of a string that is being made; takes its characters from the first on.
pub struct Filler<'a> {
    at: *mut u8,
    left: usize,
    kind: Kind,
    units: PhantomData<&'a mut [u8]>,
}

impl Filler<'_> {
    /// Adds characters; those that do not fit are left out. Wider ones than the string's kind are
    /// cut off: the kind was chosen too narrow.
    #[inline]
    pub fn push(&mut self, text: Text<'_>) {
        match (text, self.kind) {
            (Text::One(units), Kind::One) => self.copy(units),
            (Text::Two(units), Kind::Two) => self.copy(units),
            (Text::Four(units), Kind::Four) => self.copy(units),
            (text, Kind::One) => self.convert::<u8>(text),
            (text, Kind::Two) => self.convert::<u16>(text),
            (text, Kind::Four) => self.convert::<u32>(text),
        }
    }

    #[inline]
    fn copy<U: Unit>(&mut self, units: &[U]) {
        let count = units.len().min(self.left);
        // SAFETY: `left` units of this kind are free from `at` on, in a new object; the tail
        // begins at a multiple of eight.
        unsafe {
            std::ptr::copy_nonoverlapping(units.as_ptr(), self.at.cast(), count);
            self.at = self.at.add(count * size_of::<U>());
        }
        self.left -= count;
    }

    fn convert<W: Unit>(&mut self, text: Text<'_>) {
        orochi_text::with_units!(text, units => {
            let count = units.len().min(self.left);
            for (index, unit) in units[..count].iter().enumerate() {
                // SAFETY: as for `copy`.
                unsafe { self.at.cast::<W>().add(index).write(W::truncate(unit.code())) }
            }
            // SAFETY: as for `copy`.
            self.at = unsafe { self.at.add(count * size_of::<W>()) };
            self.left -= count;
        })
    }
}

/// Bits of the top byte of `info`.
pub mod info {
    /// log2 of the bytes a character: 0, 1, 2.
    pub const WIDTH: u64 = 3 << 56;
    /// All characters are ASCII.
    pub const ASCII: u64 = 4 << 56;
    /// In the table of interned strings: equal strings are identical.
    pub const INTERNED: u64 = 8 << 56;
    /// The length in characters.
    pub const LENGTH: u64 = (1 << 48) - 1;
}

impl Str {
    /// Length in characters.
    #[inline(always)]
    pub fn len(&self) -> usize {
        (self.info.get() & info::LENGTH) as usize
    }

    /// Whether there are no characters.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether all characters are ASCII.
    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        self.info.get() & info::ASCII != 0
    }

    /// Whether it is in the table of interned strings.
    #[inline(always)]
    pub fn is_interned(&self) -> bool {
        self.info.get() & info::INTERNED != 0
    }

    /// The characters.
    #[inline]
    pub fn text(&self) -> Text<'_> {
        let (at, len) = ((&raw const *self).wrapping_add(1), self.len());
        // SAFETY: the tail holds `len` characters of the width in `info` (constructor).
        unsafe {
            match self.info.get() & info::WIDTH {
                0 => Text::One(std::slice::from_raw_parts(at.cast::<u8>(), len)),
                w if w == 1 << 56 => Text::Two(std::slice::from_raw_parts(at.cast::<u16>(), len)),
                _ => Text::Four(std::slice::from_raw_parts(at.cast::<u32>(), len)),
            }
        }
    }

    /// The characters as Rust text, if all are ASCII.
    #[inline]
    pub fn ascii(&self) -> Option<&str> {
        match self.text() {
            Text::One(bytes) if self.is_ascii() => {
                // SAFETY: ASCII is UTF-8.
                Some(unsafe { std::str::from_utf8_unchecked(bytes) })
            }
            _ => None,
        }
    }

    /// As Rust text for messages: lone surrogates become `\udcxx` escapes.
    pub fn display(&self) -> String {
        if let Some(ascii) = self.ascii() {
            return ascii.to_owned();
        }
        let mut out = String::new();
        for point in self.text().codes() {
            match char::from_u32(point) {
                Some(c) => out.push(c),
                None => out.push_str(&format!("\\u{point:04x}")),
            }
        }
        out
    }

    /// Whether two strings have the same characters.
    #[inline]
    pub fn equal(a: Ref<Str>, b: Ref<Str>) -> bool {
        a == b
            || (a.len() == b.len()
                && !(a.is_interned() && b.is_interned())
                && a.same_characters(&b))
    }

    fn same_characters(&self, other: &Str) -> bool {
        match (self.text(), other.text()) {
            (Text::One(a), Text::One(b)) => a == b,
            (Text::Two(a), Text::Two(b)) => a == b,
            (Text::Four(a), Text::Four(b)) => a == b,
            _ => false,
        }
    }

    /// The hash; computed once.
    #[inline]
    pub fn hash(&self) -> u64 {
        match self.hash.get() {
            0 => self.compute_hash(),
            hash => hash,
        }
    }

    #[cold]
    fn compute_hash(&self) -> u64 {
        // Only the empty string's is 0, which is found again as fast.
        let hash = orochi_text::hash::hash_string(crate::vm::hash_key(), self.text()) as u64;
        self.hash.set_cache(hash);
        hash
    }

    /// A string of these characters with the given shape; they must be in the narrowest kind.
    pub fn from_text_as(
        th: &Thread,
        shape: &'static Shape,
        text: Text<'_>,
    ) -> Result<Ref<Str>, Raised> {
        let ascii = text.kind() == Kind::One && text.is_ascii();
        Self::build_as(th, shape, text.kind(), text.len(), ascii, |filler| filler.push(text))
    }

    /// A string of `len` characters of the given kind, which `fill` supplies in pieces. The kind
    /// must be the narrowest, `ascii` must be true.
    #[inline]
    pub fn build(
        th: &Thread,
        kind: Kind,
        len: usize,
        ascii: bool,
        fill: impl FnOnce(&mut Filler<'_>),
    ) -> Result<Ref<Str>, Raised> {
        Self::build_as(th, Self::spec().shape(), kind, len, ascii, fill)
    }

    #[inline]
    fn build_as(
        th: &Thread,
        shape: &'static Shape,
        kind: Kind,
        len: usize,
        ascii: bool,
        fill: impl FnOnce(&mut Filler<'_>),
    ) -> Result<Ref<Str>, Raised> {
        if len > MOST_CHARACTERS {
            return Err(th.memory_error());
        }
        let bytes = len * kind.width();
        let (width, dict) = (kind as u64, shape.has(shape_flags::DICT));
        let tail = if dict { bytes.next_multiple_of(8) + 8 } else { bytes };
        let size = size_of::<Str>() + tail;
        let ascii = if ascii { info::ASCII } else { 0 };
        // SAFETY: fixed part, tail and overflow word are initialised right away: the filler
        // writes so many units from the tail's start, and what it leaves is cleared.
        unsafe {
            let object: *mut Str = if shape.has(shape_flags::IMMUTABLE) {
                th.allocate_raw_immutable(size, shape.id)?
            } else {
                th.allocate_raw(size, shape.id)?
            };
            (*object).hash.set_cache(0);
            (*object).info.set_cache(len as u64 | width << 56 | ascii);
            (*object).tail.set_cache(bytes);
            let at = object.add(1).cast::<u8>();
            let mut filler = Filler { at, left: len, kind, units: PhantomData };
            fill(&mut filler);
            std::ptr::write_bytes(filler.at, 0, filler.left * kind.width());
            if dict {
                object.cast::<u8>().add(size - 8).cast::<Value>().write(Value::UNBOUND);
            }
            let object = Ref::from_ptr(object);
            if shape.id != Self::spec().shape().id {
                th.note_finaliser(shape, object);
            }
            Ok(object)
        }
    }

    /// A string of these characters, which must be in the narrowest kind.
    #[inline]
    pub fn from_text(th: &Thread, text: Text<'_>) -> Result<Ref<Str>, Raised> {
        Self::from_text_as(th, Self::spec().shape(), text)
    }

    /// Marks a string as interned; only the table does.
    pub(crate) fn set_interned(&self) {
        self.info.set_cache(self.info.get() | info::INTERNED);
    }
}

impl Str {
    /// A string from "generalised UTF-8", in which lone surrogates are encoded like any other
    /// code point of three bytes.
    pub fn from_generalised_utf8(th: &Thread, bytes: &[u8]) -> Result<Ref<Str>, Raised> {
        if bytes.is_ascii() {
            return Str::from_text(th, Text::One(bytes));
        }
        let mut points: Vec<u32> = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            let first = bytes[at];
            let (length, bits) = match first {
                0..0x80 => (1, u32::from(first)),
                0x80..0xE0 => (2, u32::from(first & 0x1F)),
                0xE0..0xF0 => (3, u32::from(first & 0x0F)),
                _ => (4, u32::from(first & 0x07)),
            };
            let rest = bytes.get(at + 1..at + length).unwrap_or(&[]);
            points.push(rest.iter().fold(bits, |bits, byte| bits << 6 | u32::from(byte & 0x3F)));
            at += length;
        }
        Str::from_points(th, &points)
    }

    /// A string of these code points, stored as narrowly as they allow.
    pub fn from_points(th: &Thread, points: &[u32]) -> Result<Ref<Str>, Raised> {
        Str::narrowed(th, Text::Four(points))
    }
}

impl Thread {
    /// A string with the characters of Rust text.
    pub fn new_str(&self, text: &str) -> Result<Ref<Str>, Raised> {
        if text.is_ascii() {
            return Str::from_text(self, Text::One(text.as_bytes()));
        }
        let points: Vec<u32> = text.chars().map(u32::from).collect();
        Str::from_points(self, &points)
    }

    /// A value that is a string, as Rust text for messages; anything else as `?`.
    pub fn display_str(&self, value: Value) -> String {
        crate::object::ValueCast::cast::<Str>(value).map_or_else(|| "?".to_owned(), |s| s.display())
    }
}
