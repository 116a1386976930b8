//! Properties of all code points that CPython's Unicode version assigns.

use orochi_text::ucd::{self, Form, version_3_2 as old};
use orochi_text::{OwnedText, TextBuf, case, class};

use super::written;

fn string(codes: &[u32]) -> OwnedText {
    let mut buffer = TextBuf::new();
    buffer.extend(codes.iter().copied());
    buffer.finish()
}

fn shown<T: ToString>(value: Option<T>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

fn normal(codes: &[u32], form: Form) -> String {
    let text = string(codes);
    let normal = ucd::normalize(text.as_text(), form).unwrap_or(text);
    assert!(ucd::is_normalized(normal.as_text(), form));
    written(normal.as_text())
}

fn flags(code: u32) -> String {
    let one = string(&[code]);
    let s = one.as_text();
    let after = string(&[0x61, code]);
    [
        class::is_alpha(s),
        class::is_alnum(s),
        class::is_decimal(s),
        class::is_digit(s),
        class::is_numeric(s),
        class::is_whitespace(s),
        class::is_printable_text(s),
        class::is_identifier(s),
        class::is_identifier(after.as_text()),
        class::is_upper(s),
        class::is_lower(s),
        class::is_title(s),
    ]
    .map(|flag| if flag { '1' } else { '0' })
    .iter()
    .collect()
}

fn line(code: u32) -> String {
    let one = string(&[code]);
    let s = one.as_text();
    let numeric = ucd::numeric(code).unwrap_or(-1.0);
    let name = ucd::name(code).unwrap_or_default();
    if !name.is_empty() {
        assert_eq!(ucd::lookup_character(&name), Some(code), "{name}");
    }
    [
        format!("{code:x}"),
        ucd::category(code).to_string(),
        ucd::bidirectional(code).to_string(),
        ucd::combining(code).to_string(),
        u8::from(ucd::mirrored(code)).to_string(),
        ucd::east_asian_width(code).to_string(),
        shown(ucd::decimal(code)),
        shown(ucd::digit(code)),
        orochi_text::number::float_repr(numeric),
        ucd::decomposition(code),
        name,
        flags(code),
        written(case::lower(s).as_text()),
        written(case::upper(s).as_text()),
        written(case::title(s).as_text()),
        written(case::casefold(s).as_text()),
        written(case::title(string(&[0x41, code, 0x41]).as_text()).as_text()),
        normal(&[code, 0x301], Form::Nfc),
        normal(&[code], Form::Nfd),
        normal(&[0x61, code], Form::Nfkc),
        normal(&[code], Form::Nfkd),
        written(old::normalize(s, Form::Nfkc).as_text()),
        old::category(code).to_string(),
        old::bidirectional(code).to_string(),
        old::combining(code).to_string(),
        u8::from(old::mirrored(code)).to_string(),
        old::east_asian_width(code).to_string(),
        shown(old::decimal(code)),
        orochi_text::number::float_repr(old::numeric(code).unwrap_or(-1.0)),
        old::decomposition(code),
    ]
    .join("\t")
}

/// Compares line by line. A CPython of another Unicode version may differ in what the versions
/// changed: widths of symbols, and a few characters otherwise.
pub fn check(output: &str) {
    const WIDTH: usize = 5;
    let mut lines = output.lines();
    let version = lines.next().unwrap_or_default();
    let mut wrong = Vec::new();
    for expected in lines {
        let field = expected.split('\t').next().unwrap_or_default();
        let code = u32::from_str_radix(field, 16).expect("code point");
        let got = line(code);
        let mut differing = got.split('\t').zip(expected.split('\t')).enumerate();
        let other_version = version != ucd::VERSION;
        if differing.any(|(index, (a, b))| a != b && !(other_version && index == WIDTH)) {
            wrong.push(format!("want {expected}\n got {got}"));
        }
    }
    let allowed = if version == ucd::VERSION { 0 } else { 12 };
    let shown: Vec<&str> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(wrong.len() <= allowed, "{} differ:\n{}", wrong.len(), shown.join("\n"));
}
