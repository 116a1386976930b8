//! Searching, splitting, padding; a simple search is the reference for the clever ones.

use std::time::{Duration, Instant};

use super::*;
use crate::OwnedText;
use crate::text::Unit;

fn own(text: &str) -> OwnedText {
    OwnedText::from_str(text)
}

fn check_units<U: Unit>(haystack: &[U], needle: &[U]) {
    let matches: Vec<usize> = (0..=haystack.len().saturating_sub(needle.len()))
        .filter(|&at| haystack[at..].starts_with(needle))
        .collect();
    let mut pattern = Pattern::new(needle);
    assert_eq!(pattern.find(haystack), matches.first().copied());
    assert_eq!(pattern.rfind(haystack), matches.last().copied());
    let mut apart = 0;
    let mut from = 0;
    for at in matches {
        if at >= from {
            apart += 1;
            from = at + needle.len();
        }
    }
    assert_eq!(pattern.count(haystack), apart);
}

/// All strings of two letters up to some length, and needles up to a length that takes every
/// algorithm.
#[test]
fn exhaustive() {
    for bits in 0..1u32 << 13 {
        let letters: Vec<u8> = (0..13).map(|i| b'a' + (bits >> i & 1) as u8).collect();
        let wide: Vec<u16> = letters.iter().map(|&b| u16::from(b) + 0x100).collect();
        for needle in [&letters[2..9], &letters[5..13], &letters[4..6], &letters[3..4]] {
            check_units(&letters, needle);
        }
        for needle in [&wide[2..9], &wide[0..8], &wide[5..13], &wide[4..7], &wide[3..4]] {
            check_units(&wide, needle);
        }
        let mut other = wide.clone();
        other[10] ^= 1;
        check_units(&other, &wide[0..10]);
        check_units(&other, &wide[3..12]);
    }
}

#[test]
fn across_kinds() {
    for (haystack, needle, found) in [
        ("abc", "c", Some(2)),
        ("abc", "\u{100}", None),
        ("a\u{100}c", "c", Some(2)),
        ("a\u{100}c\u{1F600}", "\u{100}c", Some(1)),
        ("a\u{100}c\u{1F600}", "\u{100}\u{1F600}", None),
        ("", "", Some(0)),
        ("ab", "", Some(0)),
        ("", "a", None),
    ] {
        assert_eq!(find(own(haystack).as_text(), own(needle).as_text()), found);
        assert_eq!(contains(own(haystack).as_text(), own(needle).as_text()), found.is_some());
    }
    assert_eq!(count(own("ab\u{100}").as_text(), Text::EMPTY), 4);
}

/// Inputs on which simple searches are quadratic; these would take minutes.
#[test]
fn never_quadratic() {
    let start = Instant::now();
    let size = 1 << 18;
    let mut haystack = vec![0x161u16; size];
    let mut needle = vec![0x161u16; size / 2];
    check_fast(&haystack, &needle);
    needle[0] = 0x162;
    check_fast(&haystack, &needle);
    needle[0] = 0x161;
    needle[size / 4] = 0x162;
    check_fast(&haystack, &needle);
    let last = needle.len() - 1;
    needle[last] = 0x162;
    check_fast(&haystack, &needle);
    for (index, unit) in haystack.iter_mut().enumerate() {
        *unit = if index % 2 == 0 { 0x161 } else { 0x1E1 };
    }
    check_fast(&haystack, &haystack[1..size / 2 + 1]);
    assert!(start.elapsed() < Duration::from_secs(10));
}

fn check_fast(haystack: &[u16], needle: &[u16]) {
    let mut pattern = Pattern::new(needle);
    std::hint::black_box((
        pattern.find(haystack),
        pattern.rfind(haystack),
        pattern.count(haystack),
    ));
}

#[test]
fn bounds_are_clamped() {
    for (start, end, expected) in [
        (None, None, Some(0..5)),
        (Some(-2), None, Some(3..5)),
        (Some(-9), Some(9), Some(0..5)),
        (Some(5), None, Some(5..5)),
        (Some(6), None, None),
        (Some(3), Some(2), None),
        (Some(i64::MIN), Some(i64::MIN), Some(0..0)),
    ] {
        assert_eq!(bounds(start, end, 5), expected);
    }
}

#[test]
fn parts() {
    let text = own(" a  b c ");
    let s = text.as_text();
    let words = |limit| -> Vec<String> {
        let cut = |range| s.slice(range).to_string_lossy().into_owned();
        split_whitespace(s, limit).into_iter().map(cut).collect()
    };
    assert_eq!(words(None), ["a", "b", "c"]);
    assert_eq!(words(Some(1)), ["a", "b c "]);
    assert_eq!(split(s, Text::One(b"  "), None), [0..2, 4..8]);
    assert_eq!(rsplit(s, Text::One(b" "), Some(1)), [0..7, 8..8]);
    assert_eq!(partition(s, Text::One(b"b")), Some(4..5));
    assert_eq!(rpartition(s, Text::One(b"x")), None);
    assert_eq!(split_units(b"a,b,c", b",", Some(1)), [0..1, 2..5]);
}

#[test]
fn replacing_and_translating() {
    let changed = replace(own("aXbX").as_text(), Text::One(b"X"), own("\u{100}").as_text(), None);
    assert_eq!(changed, Ok(Some(own("a\u{100}b\u{100}"))));
    let narrowed = replace(own("a\u{100}").as_text(), own("\u{100}").as_text(), Text::EMPTY, None);
    assert_eq!(narrowed, Ok(Some(own("a"))));
    assert_eq!(replace_bytes(b"aaa", b"a", b"bc", Some(2)), Ok(Some(b"bcbca".to_vec())));
    assert_eq!(replace_bytes(b"aaa", b"x", b"", None), Ok(None));
    let translated: Result<OwnedText, ()> = translate_text(own("abcé").as_text(), |code| {
        Ok(match char::from_u32(code) {
            Some('a') => Translation::Delete,
            Some('b') => Translation::Text(own("\u{1F600}!")),
            Some('é') => Translation::Code('e' as u32),
            _ => Translation::Same,
        })
    });
    assert_eq!(translated, Ok(own("\u{1F600}!ce")));
    let table = crate::bytes::make_table(b"ab", b"xy").unwrap();
    assert_eq!(translate_bytes(b"abcd", Some(&table), b"c"), b"xyd");
}

#[test]
fn sizes_are_checked() {
    assert!(center(Text::One(b"a"), usize::MAX, 0x20).is_err());
    assert!(justify_left(Text::One(b"a"), isize::MAX as usize, 0x1F600).is_err());
    assert!(zero_fill(Text::One(b"-a"), usize::MAX).is_err());
    assert!(zero_fill_bytes(b"-a", usize::MAX).is_err());
    assert!(expand_tabs(Text::One(b"\ta\t"), i64::MAX).is_err());
    assert!(expand_tabs_bytes(b"\t\t", i64::MAX).is_err());
    assert!(expand_tabs(Text::One(b"\t"), 1 << 55).is_err());
}
