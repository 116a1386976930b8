//! Searching and taking apart: what the methods of `str`, `bytes` and `bytearray` share.
//!
//! The algorithms work on slices of one unit type: [`Pattern`] prepares a needle and finds it
//! forwards or backwards in linear time. `str` needs them across storage kinds: the needle is
//! converted to the haystack's kind first, which either always works (widening) or fails
//! because the needle holds a code point the haystack cannot hold, and then is not found.
//! Results are positions and ranges; the caller slices its own objects.

mod affix;
mod lines;
mod pad;
mod pattern;
mod replace;
mod split;
mod strip;
#[cfg(test)]
mod tests;
mod translate;

pub use affix::{ends_with, starts_with};
pub use lines::{Lines, bytes_lines, text_lines};
pub(crate) use pad::{LONGEST, pad};
pub use pad::{center, expand_tabs, justify_left, justify_right, zero_fill};
pub use pad::{
    center_bytes, expand_tabs_bytes, justify_left_bytes, justify_right_bytes, zero_fill_bytes,
};
pub use pattern::{Pattern, find_unit, rfind_unit};
pub use replace::{replace, replace_bytes};
pub use split::{
    partition, partition_units, rpartition, rpartition_units, rsplit, rsplit_units,
    rsplit_whitespace, rsplit_whitespace_units, split, split_units, split_whitespace,
    split_whitespace_units,
};
pub use strip::{Side, strip, strip_bytes, strip_whitespace, strip_whitespace_bytes};
pub use translate::{Translation, translate_bytes, translate_text};

use std::ops::Range;

use crate::text::{Text, convert};
use crate::with_units;

/// Position of the first occurrence of `needle`, as `str.find` without bounds: slice first and
/// add the start for bounds. An empty needle is found at 0.
pub fn find(haystack: Text<'_>, needle: Text<'_>) -> Option<usize> {
    with_units!(haystack, units => {
        let needle = convert(needle)?;
        Pattern::new(&needle).find(units)
    })
}

/// Position of the last occurrence of `needle`. An empty needle is found at the end.
pub fn rfind(haystack: Text<'_>, needle: Text<'_>) -> Option<usize> {
    with_units!(haystack, units => {
        let needle = convert(needle)?;
        Pattern::new(&needle).rfind(units)
    })
}

/// Whether `needle` occurs.
pub fn contains(haystack: Text<'_>, needle: Text<'_>) -> bool {
    find(haystack, needle).is_some()
}

/// Number of occurrences that do not overlap; an empty needle occurs `len + 1` times.
pub fn count(haystack: Text<'_>, needle: Text<'_>) -> usize {
    with_units!(haystack, units => match convert(needle) {
        Some(needle) => Pattern::new(&needle).count(units),
        None => 0,
    })
}

/// [`find`] for bytes.
pub fn find_bytes(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    Pattern::new(needle).find(haystack)
}

/// [`rfind`] for bytes.
pub fn rfind_bytes(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    Pattern::new(needle).rfind(haystack)
}

/// [`count`] for bytes.
pub fn count_bytes(haystack: &[u8], needle: &[u8]) -> usize {
    Pattern::new(needle).count(haystack)
}

/// The range that `start` and `end` of `find`, `count`, `startswith` … mean in a sequence of
/// `len` items: negative values count from the end, values out of range are clamped. `None`
/// where `start` lies behind `end` or behind the sequence's end, in which case even an empty
/// needle is not found.
pub fn bounds(start: Option<i64>, end: Option<i64>, len: usize) -> Option<Range<usize>> {
    let len = len as i64;
    let adjust = |index: i64| if index < 0 { index.saturating_add(len).max(0) } else { index };
    let end = adjust(end.unwrap_or(len)).min(len);
    let start = adjust(start.unwrap_or(0));
    (start <= end).then_some(start as usize..end as usize)
}
