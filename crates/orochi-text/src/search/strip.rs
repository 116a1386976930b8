//! `strip`, `lstrip`, `rstrip`: the range of the text that stays.
//!
//! The set of characters to strip becomes a bitmap for code points below 256 and a sorted list
//! for the others, so that a long set costs no more a character than a short one.

use std::ops::Range;

use crate::class::is_space;
use crate::text::{Text, Unit};
use crate::with_units;

/// Which ends to strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// `lstrip`
    Left,
    /// `rstrip`
    Right,
    /// `strip`
    Both,
}

fn strip_by<T: Copy>(units: &[T], side: Side, dropped: impl Fn(T) -> bool) -> Range<usize> {
    let mut start = 0;
    let mut end = units.len();
    if side != Side::Right {
        while start < end && dropped(units[start]) {
            start += 1;
        }
    }
    if side != Side::Left {
        while end > start && dropped(units[end - 1]) {
            end -= 1;
        }
    }
    start..end
}

/// What stays when whitespace is stripped.
pub fn strip_whitespace(text: Text<'_>, side: Side) -> Range<usize> {
    with_units!(text, units => strip_by(units, side, |u| is_space(u.code())))
}

/// What stays when code points that occur in `set` are stripped.
pub fn strip(text: Text<'_>, set: Text<'_>, side: Side) -> Range<usize> {
    let mut low = [0u64; 4];
    let mut high = Vec::new();
    for code in set.codes() {
        match code {
            0..=0xFF => low[code as usize / 64] |= 1 << (code % 64),
            _ => high.push(code),
        }
    }
    high.sort_unstable();
    let dropped = |code: u32| match code {
        0..=0xFF => low[code as usize / 64] >> (code % 64) & 1 == 1,
        _ => high.binary_search(&code).is_ok(),
    };
    with_units!(text, units => strip_by(units, side, |u| dropped(u.code())))
}

/// What stays when ASCII whitespace is stripped from bytes.
pub fn strip_whitespace_bytes(bytes: &[u8], side: Side) -> Range<usize> {
    strip_by(bytes, side, crate::bytes::is_space)
}

/// What stays when bytes that occur in `set` are stripped.
pub fn strip_bytes(bytes: &[u8], set: &[u8], side: Side) -> Range<usize> {
    strip(Text::One(bytes), Text::One(set), side)
}
