//! `split`, `rsplit`, `partition`, `rpartition`: ranges of the parts.
//!
//! All parts are collected before the caller makes objects of them: allocating objects may run
//! anything, and a list of ranges needs no view of the text in between.

use std::iter;
use std::ops::Range;

use super::Pattern;
use crate::class::is_space;
use crate::text::{Text, Unit, convert};
use crate::with_units;

/// The parts between occurrences of `separator`, at most `limit` splits (`None`: no limit).
/// The separator must not be empty (the caller raises `ValueError: empty separator`); an empty
/// one splits nowhere.
pub fn split(text: Text<'_>, separator: Text<'_>, limit: Option<usize>) -> Vec<Range<usize>> {
    with_units!(text, units => match convert(separator) {
        Some(separator) => split_units(units, &separator, limit),
        None => iter::once(0..units.len()).collect(),
    })
}

/// As [`split`], with the splits counted from the right. Parts come in text order.
pub fn rsplit(text: Text<'_>, separator: Text<'_>, limit: Option<usize>) -> Vec<Range<usize>> {
    with_units!(text, units => match convert(separator) {
        Some(separator) => rsplit_units(units, &separator, limit),
        None => iter::once(0..units.len()).collect(),
    })
}

/// [`split`] on units of one kind; for bytes call it directly.
pub fn split_units<U: Unit>(
    units: &[U],
    separator: &[U],
    limit: Option<usize>,
) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut from = 0;
    Pattern::new(separator).each(units, limit.unwrap_or(usize::MAX), |at| {
        parts.push(from..at);
        from = at + separator.len();
    });
    parts.push(from..units.len());
    parts
}

/// [`rsplit`] on units of one kind.
pub fn rsplit_units<U: Unit>(
    units: &[U],
    separator: &[U],
    limit: Option<usize>,
) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut left = limit.unwrap_or(usize::MAX);
    let mut end = units.len();
    let mut pattern = Pattern::new(separator);
    while left > 0 && !separator.is_empty() {
        let Some(at) = pattern.rfind(&units[..end]) else { break };
        parts.push(at + separator.len()..end);
        end = at;
        left -= 1;
    }
    parts.push(0..end);
    parts.reverse();
    parts
}

/// The words between runs of whitespace, at most `limit` splits; what follows the last split
/// keeps its trailing whitespace, as Python does.
pub fn split_whitespace(text: Text<'_>, limit: Option<usize>) -> Vec<Range<usize>> {
    with_units!(text, units => words(units, limit, |u| is_space(u.code())))
}

/// As [`split_whitespace`], with the splits counted from the right.
pub fn rsplit_whitespace(text: Text<'_>, limit: Option<usize>) -> Vec<Range<usize>> {
    with_units!(text, units => words_from_right(units, limit, |u| is_space(u.code())))
}

/// [`split_whitespace`] for bytes, where only ASCII whitespace counts.
pub fn split_whitespace_units(bytes: &[u8], limit: Option<usize>) -> Vec<Range<usize>> {
    words(bytes, limit, crate::bytes::is_space)
}

/// [`rsplit_whitespace`] for bytes.
pub fn rsplit_whitespace_units(bytes: &[u8], limit: Option<usize>) -> Vec<Range<usize>> {
    words_from_right(bytes, limit, crate::bytes::is_space)
}

fn words<T: Copy>(
    units: &[T],
    limit: Option<usize>,
    space: impl Fn(T) -> bool,
) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut left = limit.unwrap_or(usize::MAX);
    let mut at = 0;
    loop {
        while at < units.len() && space(units[at]) {
            at += 1;
        }
        if at == units.len() {
            return parts;
        }
        if left == 0 {
            parts.push(at..units.len());
            return parts;
        }
        let start = at;
        while at < units.len() && !space(units[at]) {
            at += 1;
        }
        parts.push(start..at);
        left -= 1;
    }
}

fn words_from_right<T: Copy>(
    units: &[T],
    limit: Option<usize>,
    space: impl Fn(T) -> bool,
) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut left = limit.unwrap_or(usize::MAX);
    let mut at = units.len();
    loop {
        while at > 0 && space(units[at - 1]) {
            at -= 1;
        }
        if at == 0 {
            break;
        }
        if left == 0 {
            parts.push(0..at);
            break;
        }
        let end = at;
        while at > 0 && !space(units[at - 1]) {
            at -= 1;
        }
        parts.push(at..end);
        left -= 1;
    }
    parts.reverse();
    parts
}

/// Where `partition` cuts: the range of the first separator.
pub fn partition(text: Text<'_>, separator: Text<'_>) -> Option<Range<usize>> {
    super::find(text, separator).map(|at| at..at + separator.len())
}

/// Where `rpartition` cuts: the range of the last separator.
pub fn rpartition(text: Text<'_>, separator: Text<'_>) -> Option<Range<usize>> {
    super::rfind(text, separator).map(|at| at..at + separator.len())
}

/// [`partition`] for bytes.
pub fn partition_units(bytes: &[u8], separator: &[u8]) -> Option<Range<usize>> {
    super::find_bytes(bytes, separator).map(|at| at..at + separator.len())
}

/// [`rpartition`] for bytes.
pub fn rpartition_units(bytes: &[u8], separator: &[u8]) -> Option<Range<usize>> {
    super::rfind_bytes(bytes, separator).map(|at| at..at + separator.len())
}
