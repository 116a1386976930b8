//! The Unicode database; all code points are compared with CPython in `tests/against_python.rs`.

use super::*;
use crate::text::{MAX_CODE_POINT, Text};
use crate::{OwnedText, case, class};

#[test]
fn properties() {
    for (code, expected) in [
        ('A', "Lu L 0 false Na"),
        ('(', "Ps ON 0 true Na"),
        ('\u{301}', "Mn NSM 230 false A"),
        ('中', "Lo L 0 false W"),
        ('\u{378}', "Cn  0 false N"),
        // New in version 16.
        ('\u{1C89}', "Lu L 0 false N"),
    ] {
        let c = code as u32;
        let got = format!(
            "{} {} {} {} {}",
            category(c),
            bidirectional(c),
            combining(c),
            mirrored(c),
            east_asian_width(c)
        );
        assert_eq!(got, expected);
    }
    assert_eq!((decimal(0x663), digit(0xB2), numeric(0xBD)), (Some(3), Some(2), Some(0.5)));
    assert_eq!((decimal(0xB2), digit(0xBD), numeric(0x41)), (None, None, None));
    assert_eq!(decomposition(0xBD), "<fraction> 0031 2044 0032");
    assert_eq!(decomposition(0xE9), "0065 0301");
    assert_eq!(decomposition(0x41), "");
}

#[test]
fn any_number_is_safe() {
    for code in [0xD800, MAX_CODE_POINT, MAX_CODE_POINT + 1, u32::MAX] {
        let wide = [code, 0x301, code];
        let text = Text::Four(&wide);
        category(code);
        numeric(code);
        decomposition(code);
        assert_eq!(name(code), None);
        assert!(!class::is_alpha(text));
        case::upper(text);
        case::title(text);
        crate::repr::repr(text);
        normalize(text, Form::Nfkd);
    }
}

#[test]
fn names() {
    for (text, code) in [
        ("LATIN SMALL LETTER A", Some(0x61)),
        ("digit one", Some(0x31)),
        ("LF", Some(0x0A)),
        ("LINE FEED", Some(0x0A)),
        ("CJK UNIFIED IDEOGRAPH-4E00", Some(0x4E00)),
        ("HANGUL SYLLABLE GA", Some(0xAC00)),
        ("KEYCAP NUMBER SIGN", None),
        ("LATIN SMALL  LETTER A", None),
        ("LATIN_SMALL_LETTER_A", None),
        ("", None),
        ("é", None),
    ] {
        assert_eq!(lookup_character(text), code, "{text}");
    }
    assert_eq!(lookup("keycap number sign"), Some(Named::Sequence(&[0x23, 0xFE0F, 0x20E3])));
    assert_eq!(name(0x0A), None);
    assert_eq!(name(0xAC00).as_deref(), Some("HANGUL SYLLABLE GA"));
}

#[test]
fn normal_forms() {
    for (text, form, expected) in [
        ("e\u{301}", Form::Nfc, "é"),
        ("é", Form::Nfd, "e\u{301}"),
        ("ﬁ½", Form::Nfkc, "fi1\u{2044}2"),
        ("각", Form::Nfd, "\u{1100}\u{1161}\u{11A8}"),
        ("q\u{307}\u{323}", Form::Nfc, "q\u{323}\u{307}"),
    ] {
        let text = OwnedText::from_str(text);
        assert!(!is_normalized(text.as_text(), form));
        assert_eq!(normalize(text.as_text(), form), Some(OwnedText::from_str(expected)));
    }
    // A surrogate stays where it is and nothing combines across it.
    let text = Text::Four(&[0x65, 0x301, 0xD800, 0x301, 0x1F600]);
    let expected = OwnedText::Four(vec![0xE9, 0xD800, 0x301, 0x1F600]);
    assert_eq!(normalize(text, Form::Nfc), Some(expected));
    assert!(is_normalized(Text::One(b"abc"), Form::Nfkd));
}

#[test]
fn case_mapping() {
    type Map = fn(Text<'_>) -> OwnedText;
    for (map, text, expected) in [
        (case::lower as Map, "ΑΣ ΑΣΑ Σ ΑΣ́.", "ας ασα σ ας́."),
        (case::upper, "ßﬁŉ", "SSFIʼN"),
        (case::lower, "İ", "i\u{307}"),
        (case::casefold, "ßΣς", "ssσσ"),
        (case::title, "ǆungla ﬁx they're", "ǅungla Fix They'Re"),
        (case::capitalize, "ßΑΣ", "Ssας"),
        (case::swapcase, "aBßΣ", "AbSSς"),
    ] {
        let got = map(OwnedText::from_str(text).as_text());
        assert_eq!(got, OwnedText::from_str(expected), "{text}");
    }
}
