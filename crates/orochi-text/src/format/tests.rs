//! The mini-languages; far more cases are compared with CPython in `tests/against_python.rs`.

use super::*;
use crate::{OwnedText, Text};

fn float(spec: &str, value: f64) -> Result<String, String> {
    Spec::parse(OwnedText::from_str(spec).as_text(), Defaults::Real, "float")
        .and_then(|spec| format_real(&spec, value, &Locale::C, "float"))
        .map(|text| text.as_text().to_string_lossy().into_owned())
        .map_err(|error| error.message.into_owned())
}

fn int(spec: &str, negative: bool, digits: &str) -> Result<String, String> {
    Spec::parse(OwnedText::from_str(spec).as_text(), Defaults::Int, "int")
        .and_then(|spec| {
            int_presentation(&spec, "int")?;
            format_int(&spec, negative, digits, &Locale::C)
        })
        .map(|text| text.as_text().to_string_lossy().into_owned())
        .map_err(|error| error.message.into_owned())
}

#[test]
fn numbers() {
    for (spec, value, expected) in [
        ("", 1e16, "1e+16"),
        ("010.2f", -1.005, "-000001.00"),
        (",.2f", 1_234_567.891, "1,234,567.89"),
        ("+.0%", 0.5, "+50%"),
        ("z.1f", -0.04, "0.0"),
        ("é^9", 1.5, "ééé1.5ééé"),
        (".3", 1e10, "1e+10"),
        ("_", 1234.5, "1_234.5"),
        // Grouping of the fraction is new in 3.14.
        (".10,f", 0.123_456_789_1, "0.123,456,789,1"),
        (",._f", 1_234.567_891, "1,234.567_891"),
    ] {
        assert_eq!(float(spec, value), Ok(expected.to_string()), "{spec}");
    }
    assert_eq!(int("#_x", false, "ffffff"), Ok("0xff_ffff".to_string()));
    assert_eq!(int("08,", true, "1234"), Ok("-001,234".to_string()));
    assert_eq!(int("*=+6", false, "12"), Ok("+***12".to_string()));
}

#[test]
fn messages() {
    for (spec, message) in [
        (".", "Format specifier missing precision"),
        (",_", "Cannot specify both ',' and '_'."),
        (".3,_f", "Cannot specify both ',' and '_'."),
        ("s", "Unknown format code 's' for object of type 'float'"),
        ("xyz", "Invalid format specifier 'xyz' for object of type 'float'"),
        (",n", "Cannot specify ',' with 'n'."),
        (".3_n", "Cannot specify '_' with 'n'."),
        ("99999999999999999999", "Too many decimal digits in format string"),
        (".2147483648f", "precision too big"),
    ] {
        assert_eq!(float(spec, 1.0), Err(message.to_string()));
    }
    assert_eq!(
        int(".3d", false, "1"),
        Err("Precision not allowed in integer format specifier".to_string())
    );
}

/// Sizes no memory has are refused before anything is allocated.
#[test]
fn sizes_are_checked() {
    for spec in ["9000000000000000000", "\u{1F600}>999999999999999", "09000000000000000,"] {
        assert_eq!(int(spec, false, "1"), Err(String::new()), "{spec}");
        assert_eq!(float(spec, 1.0), Err(String::new()), "{spec}");
    }
}

#[test]
fn locales() {
    let odd = Locale { point: ",", separator: ".", grouping: &[3, 2, 127] };
    let spec = |text| Spec::parse(Text::One(text), Defaults::Real, "float");
    let shown = |text: &'static [u8], value| {
        spec(text).and_then(|spec| format_real(&spec, value, &odd, "float"))
    };
    assert_eq!(shown(b"n", 123_456.5), Ok(OwnedText::from_str("1.23.456")));
    assert_eq!(shown(b".8n", 123_456.5), Ok(OwnedText::from_str("1.23.456,5")));
    let widened = Spec::parse(Text::One(b"n"), Defaults::Int, "int");
    let digits = widened.and_then(|spec| format_int(&spec, false, "123456789", &odd));
    assert_eq!(digits, Ok(OwnedText::from_str("1234.56.789")));
}

#[test]
fn templates() {
    let template = Text::One(b"a{0.b[c]!r:>{w}}{{x");
    let pieces: Vec<Piece> = Fields::new(template).map(Result::unwrap).collect();
    let field = Field { name: 2..8, conversion: Some('r' as u32), spec: 11..15, nested: true };
    assert_eq!(
        pieces,
        [Piece::Literal(0..1), Piece::Field(field), Piece::Literal(16..17), Piece::Literal(18..19)]
    );
    for (template, message) in [
        ("{", "Single '{' encountered in format string"),
        ("}", "Single '}' encountered in format string"),
        ("{a", "expected '}' before end of string"),
        ("{a{", "unexpected '{' in field name"),
        ("{a!", "end of string while looking for conversion specifier"),
        ("{a!rx", "expected ':' after conversion specifier"),
        ("{a:{", "unmatched '{' in format spec"),
    ] {
        let error = Fields::new(Text::from(template)).find_map(Result::err);
        assert_eq!(error.map(|error| error.message), Some(message.into()), "{template}");
    }
    let mut numbering = Numbering::default();
    assert_eq!(numbering.resolve(&FieldHead::Automatic), Ok(Some(0)));
    assert_eq!(numbering.resolve(&FieldHead::Automatic), Ok(Some(1)));
    assert_eq!(numbering.resolve(&FieldHead::Name(0..1)), Ok(None));
    assert!(numbering.resolve(&FieldHead::Index(0)).is_err());
}

#[test]
fn directives() {
    let pieces: Vec<PercentPiece> =
        Directives::new(Text::One(b"%%%(k(x))-+5.*ld")).map(Result::unwrap).collect();
    let directive = Directive {
        key: Some(4..8),
        left: true,
        plus: true,
        space: false,
        alternate: false,
        zero: false,
        width: Amount::Fixed(5),
        precision: Amount::Argument,
        conversion: 'd' as u32,
        at: 15,
    };
    assert_eq!(pieces, [PercentPiece::Literal(1..2), PercentPiece::Directive(directive)]);
    for (template, message) in [
        ("%", "incomplete format"),
        ("%(a", "incomplete format key"),
        ("%9223372036854775808d", "width too big"),
        ("%.2147483648f", "precision too big"),
    ] {
        let error = Directives::new(Text::from(template)).find_map(Result::err);
        assert_eq!(error.map(|error| error.message), Some(message.into()), "{template}");
    }
}
