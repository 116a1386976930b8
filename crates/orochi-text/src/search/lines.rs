//! `splitlines`: text breaks at more characters than bytes do.

use std::ops::Range;

use crate::text::{Text, Unit};
use crate::with_units;

/// The lines of units, each as its range with or without the line break.
pub struct Lines<'a, U> {
    units: &'a [U],
    at: usize,
    keep_ends: bool,
    breaks: fn(U) -> bool,
}

impl<U: Unit> Iterator for Lines<'_, U> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        if start >= self.units.len() {
            return None;
        }
        let rest = &self.units[start..];
        let length = self.line_length(rest);
        let mut next = start + length;
        if length < rest.len() {
            let crlf = rest[length].code() == 0x0D
                && rest.get(length + 1).is_some_and(|u| u.code() == 0x0A);
            next += if crlf { 2 } else { 1 };
        }
        self.at = next;
        Some(start..if self.keep_ends { next } else { start + length })
    }
}

impl<U: Unit> Lines<'_, U> {
    /// Where the first line break stands.
    fn line_length(&self, rest: &[U]) -> usize {
        let mut at = 0;
        // Groups without anything like a break are passed over by a loop that vectorises.
        for group in rest.chunks_exact(16) {
            let like_break = |unit: U| {
                let code = unit.code();
                (code.wrapping_sub(0x0A) <= 0x14) | (code == 0x85) | (code & !1 == 0x2028)
            };
            if group.iter().fold(false, |any, &unit| any | like_break(unit))
                && let Some(found) = group.iter().position(|&unit| (self.breaks)(unit))
            {
                return at + found;
            }
            at += 16;
        }
        let tail = &rest[at..];
        at + tail.iter().position(|&unit| (self.breaks)(unit)).unwrap_or(tail.len())
    }
}

/// The lines of bytes: broken at `\n`, `\r` and `\r\n`.
pub fn bytes_lines(bytes: &[u8], keep_ends: bool) -> Lines<'_, u8> {
    Lines { units: bytes, at: 0, keep_ends, breaks: |byte| matches!(byte, b'\n' | b'\r') }
}

/// The lines of text, broken at everything `str.splitlines` documents.
pub fn text_lines(text: Text<'_>, keep_ends: bool) -> Vec<Range<usize>> {
    fn breaks<U: Unit>(unit: U) -> bool {
        matches!(unit.code(), 0x0A..=0x0D | 0x1C..=0x1E | 0x85 | 0x2028 | 0x2029)
    }
    with_units!(text, units => Lines { units, at: 0, keep_ends, breaks }.collect())
}
