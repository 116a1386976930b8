//! How cases and results are written, and one module an area.

pub mod characters;
pub mod codecs;
pub mod formats;
pub mod numbers;
pub mod strings;

use orochi_text::{OwnedText, Text, TextBuf, TextError};

/// A string argument.
pub fn text(field: &str) -> OwnedText {
    let mut buffer = TextBuf::new();
    for code in field.split('.').filter(|code| !code.is_empty()) {
        buffer.push(u32::from_str_radix(code, 16).expect("hexadecimal"));
    }
    buffer.finish()
}

/// A bytes argument.
pub fn bytes(field: &str) -> Vec<u8> {
    text(field).as_text().codes().map(|code| code as u8).collect()
}

/// A float argument, given by its bits.
pub fn float(field: &str) -> f64 {
    f64::from_bits(field.parse().expect("bits"))
}

/// A text as results write it.
pub fn written(text: Text<'_>) -> String {
    text.codes().map(|code| format!("{code:x}")).collect::<Vec<_>>().join(".")
}

/// A list of texts as results write it.
pub fn list<'a>(texts: impl IntoIterator<Item = Text<'a>>) -> String {
    format!("=[{}]", texts.into_iter().map(written).collect::<Vec<_>>().join("|"))
}

/// A string result.
pub fn ok(text: &str) -> String {
    format!("={}", written(OwnedText::from_str(text).as_text()))
}

/// A result that is an error.
pub fn raised(message: &str) -> String {
    format!("!{}", written(OwnedText::from_str(message).as_text()))
}

/// A result or an error.
pub fn outcome(result: Result<OwnedText, TextError>) -> String {
    match result {
        Ok(text) => format!("={}", written(text.as_text())),
        Err(error) => raised(&format!("{:?}: {}", error.class, error.message)),
    }
}

/// A field in readable form, for reports.
pub fn show(field: &str) -> String {
    let (mark, rest) = match field.chars().next() {
        Some(mark @ ('=' | '!')) => (mark.to_string(), &field[1..]),
        _ => (String::new(), field),
    };
    let readable = rest.split('.').all(|code| u32::from_str_radix(code, 16).is_ok());
    if !readable || rest.is_empty() || rest.len() > 9 && !rest.contains('.') {
        return field.to_string();
    }
    let shown = orochi_text::repr::repr(text(rest).as_text());
    format!("{mark}{}", shown.as_text().to_string_lossy())
}
