//! Numbers from and to text.

use super::*;
use crate::OwnedText;

fn int(text: &str, base: u32) -> Result<Integer, String> {
    let text = OwnedText::from_str(text);
    parse_int(text.as_text(), base, Some(4300)).map_err(|error| error.message.into_owned())
}

#[test]
fn integers() {
    for (text, base, value) in [
        ("0", 10, 0),
        (" -12_345\n", 10, -12_345),
        ("+٣٤", 10, 34),
        ("0x_ff", 0, 255),
        ("0XFF", 16, 255),
        ("0b101", 0, 5),
        ("z", 36, 35),
        ("00", 0, 0),
        ("9223372036854775807", 10, i64::MAX),
        ("-9223372036854775808", 10, i64::MIN),
    ] {
        assert_eq!(int(text, base), Ok(Integer::Small(value)), "{text}");
    }
    for (text, base) in [
        ("", 10),
        ("-", 10),
        ("_1", 10),
        ("1_", 10),
        ("1__0", 10),
        ("01", 0),
        ("0x", 16),
        ("- 1", 10),
        ("1 2", 10),
        ("²", 10),
    ] {
        let expected = format!("invalid literal for int() with base {base}: '{text}'");
        assert_eq!(int(text, base), Err(expected));
    }
    let digits = "9223372036854775808".to_string();
    assert_eq!(
        int("-0000_9223372036854775809", 10),
        Ok(Integer::Big { negative: true, digits: "9223372036854775809".into(), base: 10 })
    );
    assert_eq!(int(&digits, 10), Ok(Integer::Big { negative: false, digits, base: 10 }));
    assert_eq!(
        int(&"1".repeat(4301), 10),
        Err("Exceeds the limit (4300 digits) for integer string conversion: value has 4301 \
             digits; use sys.set_int_max_str_digits() to increase the limit"
            .to_string())
    );
    assert!(int(&"f".repeat(9000), 16).is_ok());
    assert_eq!(parse_int_literal(b"0o17"), Some(Integer::Small(15)));
}

#[test]
fn floats() {
    for (text, value) in [
        ("1_0.5e-1_0", 10.5e-10),
        (" inf ", f64::INFINITY),
        ("-Infinity", f64::NEG_INFINITY),
        (".5", 0.5),
        ("5.", 5.0),
        ("٣.٥", 3.5),
        ("1e999", f64::INFINITY),
    ] {
        assert_eq!(parse_float(OwnedText::from_str(text).as_text()), Ok(value), "{text}");
    }
    for text in ["", ".", "1_", "1._5", "e5", "1e", "infin", "0x10", "1 2", "--1", "1\0"] {
        assert!(parse_float(OwnedText::from_str(text).as_text()).is_err(), "{text}");
    }
    for (value, repr) in [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1e16, "1e+16"),
        (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
        (1e-5, "1e-05"),
        (0.0001, "0.0001"),
        (5e-324, "5e-324"),
        (9_999_999_999_999_998.0, "9999999999999998.0"),
        (f64::NAN, "nan"),
    ] {
        assert_eq!(float_repr(value), repr);
    }
}

#[test]
fn exact_digits() {
    use FloatStyle::{Exponent, Fixed, General};
    for (value, style, precision, expected) in [
        (0.5, Fixed, 0, "0"),
        (1.5, Fixed, 0, "2"),
        (2.5, Fixed, 0, "2"),
        (2.675, Fixed, 2, "2.67"),
        (0.1, Fixed, 20, "0.10000000000000000555"),
        (1e22, Fixed, 1, "10000000000000000000000.0"),
        (12345.0, Exponent, 1, "1.2e+04"),
        (0.0, Exponent, 2, "0.00e+00"),
        (100000.0, General, 6, "100000"),
        (1000000.0, General, 6, "1e+06"),
        (0.0001, General, 6, "0.0001"),
        (0.5, General, 0, "0.5"),
    ] {
        assert_eq!(format_float(value, style, precision, false, false, false), expected);
    }
    let long = format_float(5e-324, Fixed, 3000, false, false, false);
    assert_eq!(long.len(), 3002);
    assert_eq!(long.trim_end_matches('0').len(), 1076);
    assert_eq!(format_float(1.0, General, 5000, true, false, false).len(), 5001);
}

#[test]
fn hexadecimal() {
    for value in [0.0, -1.5, 0.1, f64::MAX, f64::MIN_POSITIVE, 5e-324, f64::INFINITY] {
        let text = OwnedText::from_str(&float_hex(value));
        assert_eq!(float_from_hex(text.as_text()), Ok(value));
    }
    let parse = |text: &str| float_from_hex(OwnedText::from_str(text).as_text());
    assert_eq!(parse("0x1.8p1"), Ok(3.0));
    assert_eq!(parse("0x0.8p-1074"), Ok(0.0));
    assert_eq!(parse("0x0.8000001p-1074"), Ok(5e-324));
    assert_eq!(parse(&format!("0x{}1p-4", "0".repeat(5000))), Ok(0.0625));
    for text in ["", "0x", "1p", "0x1.g", "x1", "1..2"] {
        let message = "invalid hexadecimal floating-point string";
        assert_eq!(parse(text).map_err(|error| error.message.into_owned()), Err(message.into()));
    }
    assert!(parse("0x1p1024").is_err());
    assert!(parse("0x1.fffffffffffff8p1023").is_err());
}

#[test]
fn complex() {
    for (text, real, imaginary) in [
        ("1+2j", 1.0, 2.0),
        (" ( -1.5e3-j ) ", -1500.0, -1.0),
        ("j", 0.0, 1.0),
        ("-infj", 0.0, f64::NEG_INFINITY),
        ("3", 3.0, 0.0),
    ] {
        let parsed = parse_complex(OwnedText::from_str(text).as_text());
        assert_eq!(parsed, Ok((real, imaginary)), "{text}");
    }
    for text in ["", "1+2", "1 + 2j", "(1", "1j2", "1+-", "jj"] {
        assert!(parse_complex(OwnedText::from_str(text).as_text()).is_err(), "{text}");
    }
    assert_eq!(complex_repr(0.0, -2.0), "-2j");
    assert_eq!(complex_repr(-0.0, 1.5), "(-0+1.5j)");
    assert_eq!(complex_repr(1.0, f64::NAN), "(1+nanj)");
}
