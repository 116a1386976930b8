//! Codecs; far more cases are compared with CPython in `tests/against_python.rs`.

use super::*;
use crate::ErrorClass;

fn decoded(decoder: &mut dyn Decoder, handler: Handler) -> Result<String, Failure> {
    let mut out = TextBuf::new();
    decode(decoder, handler, &mut out)?;
    Ok(crate::repr::ascii(out.finish().as_text()).as_text().to_string_lossy().into_owned())
}

#[test]
fn utf8() {
    for (input, handler, expected) in [
        (&b"a\xc3\xa9\xf0\x9f\x98\x80"[..], Handler::Strict, r"'a\xe9\U0001f600'"),
        (b"\xe2\x82x", Handler::Replace, r"'\ufffdx'"),
        (b"\xff\x80", Handler::BackslashReplace, r"'\\xff\\x80'"),
        (b"\xed\xa0\x80", Handler::SurrogatePass, r"'\ud800'"),
        (b"\xed\xa0\x80", Handler::SurrogateEscape, r"'\udced\udca0\udc80'"),
        (b"a\xffb", Handler::Ignore, "'ab'"),
    ] {
        let got = decoded(&mut Utf8Decoder::new(input, true), handler);
        assert_eq!(got.as_deref(), Ok(expected));
    }
    for (input, start, end, reason) in [
        (&b"a\xff"[..], 1, 2, "invalid start byte"),
        (b"\xe2\x82", 0, 2, "unexpected end of data"),
        (b"\xe2a", 0, 1, "invalid continuation byte"),
        (b"\xed\xa0\x80", 0, 1, "invalid continuation byte"),
    ] {
        assert_eq!(decode_utf8(input), Err(Failure::new(start, end, reason)));
    }
    for text in ["", "abc", "aé", "\u{100}x", "\u{FFFF}", "\u{1F600}é"] {
        let owned = OwnedText::from_str(text);
        assert_eq!(encode_utf8(owned.as_text()).as_deref(), Ok(text.as_bytes()));
        assert_eq!(utf8_length(owned.as_text()), text.len());
        assert_eq!(decode_utf8(text.as_bytes()), Ok(owned));
    }
    let surrogates = Text::Two(&[0x61, 0xD800, 0xDC00, 0x62]);
    assert_eq!(encode_utf8(surrogates), Err(Failure::new(1, 3, "surrogates not allowed")));
}

/// Splitting the input anywhere gives the same text.
#[test]
fn incremental() {
    let text = OwnedText::from_str("aé\u{100}\u{1F600}z");
    let utf8 = encode_utf8(text.as_text()).unwrap();
    let mut utf16 = Vec::new();
    encode(&mut Utf16Encoder::new(text.as_text(), ByteOrder::Mark), Handler::Strict, &mut utf16)
        .unwrap();
    for cut in 0..utf8.len() {
        let mut out = TextBuf::new();
        let mut first = Utf8Decoder::new(&utf8[..cut], false);
        first.run(&mut out).unwrap();
        Utf8Decoder::new(&utf8[first.position()..], true).run(&mut out).unwrap();
        assert_eq!(out.finish(), text);
    }
    for cut in 0..utf16.len() {
        let mut out = TextBuf::new();
        let mut first = Utf16Decoder::new(&utf16[..cut], ByteOrder::Mark, false);
        first.run(&mut out).unwrap();
        let (used, order) = (first.position(), first.order());
        Utf16Decoder::new(&utf16[used..], order, true).run(&mut out).unwrap();
        assert_eq!(out.finish(), text);
    }
}

/// A handler of the caller's own: what a Python function would do.
#[test]
fn resumable() {
    let mut decoder = AsciiDecoder::new(b"a\xffb\xfec");
    let mut out = TextBuf::new();
    let mut seen = Vec::new();
    while let Err(failure) = decoder.run(&mut out) {
        seen.push(failure.start);
        out.push_str("<?>");
        decoder.resume(failure.end);
    }
    assert_eq!(seen, [1, 3]);
    assert_eq!(out.finish(), OwnedText::from_str("a<?>b<?>c"));

    let mut encoder = SingleByteEncoder::ascii(Text::Two(&[0x61, 0x100, 0x62]));
    let mut bytes = Vec::new();
    let failure = encoder.run(&mut bytes).unwrap_err();
    assert!(!encoder.replace(&mut bytes, &Replacement::Text(OwnedText::from_str("\u{100}"))));
    assert!(encoder.replace(&mut bytes, &Replacement::Bytes(vec![0xFF])));
    encoder.resume(failure.end);
    encoder.run(&mut bytes).unwrap();
    assert_eq!(bytes, b"a\xffb");
}

#[test]
fn escapes() {
    let mut decoder = EscapeDecoder::new(br"\x41\u00e9\N{DIGIT ONE}\q\400", true);
    let got = decoded(&mut decoder, Handler::Strict);
    assert_eq!(got.as_deref(), Ok(r"'A\xe91\\q\u0100'"));
    assert_eq!(decoder.problem(), Some((24, EscapeProblem::Unknown(b'q'))));
    assert_eq!(encode_unicode_escape(Text::Two(&[0xE9, 0x100, 0x0A])), br"\xe9\u0100\n");
    assert_eq!(encode_raw_unicode_escape(Text::Two(&[0xE9, 0x100, 0x0A])), b"\xe9\\u0100\n");
    assert_eq!(encode_bytes_escapes(b"'\x00\\"), br"\'\x00\\");
    let error = decode_bytes_escapes(b"ab\\x1", Handler::Strict).unwrap_err();
    assert_eq!(error.class, ErrorClass::ValueError);
    assert_eq!(error.message, "invalid \\x escape at position 2");
}

#[test]
fn utf7() {
    for (text, bytes) in
        [("aé+~\\-€\u{1F600}b€", &b"a+AOkAKwB+AFw--+IKzYPd4A-b+IKw-"[..]), ("+", b"+-"), ("", b"")]
    {
        let owned = OwnedText::from_str(text);
        assert_eq!(encode_utf7(owned.as_text()), bytes);
        let mut out = TextBuf::new();
        Utf7Decoder::new(bytes, true).run(&mut out).unwrap();
        assert_eq!(out.finish(), owned);
    }
}

/// Many failures in a long input take linear time.
#[test]
fn failures_are_cheap() {
    let bytes = [b'a', 0xFF].repeat(200_000);
    let mut out = TextBuf::new();
    decode(&mut Utf8Decoder::new(&bytes, true), Handler::SurrogateEscape, &mut out).unwrap();
    let text = out.finish();
    let mut back = Vec::new();
    encode(&mut Utf8Encoder::new(text.as_text()), Handler::SurrogateEscape, &mut back).unwrap();
    assert_eq!(back, bytes);
}
