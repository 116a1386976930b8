//! What only `bytes` and `bytearray` have: ASCII classes and case, hexadecimal text.
//!
//! Searching, splitting and padding bytes is in [`crate::search`].

mod hex;
#[cfg(test)]
mod tests;

pub use hex::{from_hex, hex};

use crate::error::TextError;

/// Whether a byte is ASCII whitespace.
#[inline]
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

fn all(bytes: &[u8], property: impl Fn(&u8) -> bool) -> bool {
    !bytes.is_empty() && bytes.iter().all(property)
}

/// `bytes.isalpha`
pub fn is_alpha(bytes: &[u8]) -> bool {
    all(bytes, u8::is_ascii_alphabetic)
}

/// `bytes.isalnum`
pub fn is_alnum(bytes: &[u8]) -> bool {
    all(bytes, u8::is_ascii_alphanumeric)
}

/// `bytes.isdigit`
pub fn is_digit(bytes: &[u8]) -> bool {
    all(bytes, u8::is_ascii_digit)
}

/// `bytes.isspace`
pub fn is_whitespace(bytes: &[u8]) -> bool {
    all(bytes, |&b| is_space(b))
}

/// `bytes.isupper`
pub fn is_upper(bytes: &[u8]) -> bool {
    bytes.iter().any(u8::is_ascii_uppercase) && !bytes.iter().any(u8::is_ascii_lowercase)
}

/// `bytes.islower`
pub fn is_lower(bytes: &[u8]) -> bool {
    bytes.iter().any(u8::is_ascii_lowercase) && !bytes.iter().any(u8::is_ascii_uppercase)
}

/// `bytes.istitle`
pub fn is_title(bytes: &[u8]) -> bool {
    let (mut cased, mut inside_word) = (false, false);
    for byte in bytes {
        if byte.is_ascii_uppercase() == inside_word && byte.is_ascii_alphabetic() {
            return false;
        }
        inside_word = byte.is_ascii_alphabetic();
        cased |= inside_word;
    }
    cased
}

/// `bytes.swapcase`
pub fn swapcase(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|&b| if b.is_ascii_alphabetic() { b ^ 0x20 } else { b }).collect()
}

/// `bytes.title`
pub fn title(bytes: &[u8]) -> Vec<u8> {
    let mut inside_word = false;
    let mut map = |&byte: &u8| {
        let mapped =
            if inside_word { byte.to_ascii_lowercase() } else { byte.to_ascii_uppercase() };
        inside_word = byte.is_ascii_alphabetic();
        mapped
    };
    bytes.iter().map(&mut map).collect()
}

/// `bytes.capitalize`
pub fn capitalize(bytes: &[u8]) -> Vec<u8> {
    let mut result = bytes.to_ascii_lowercase();
    if let Some(first) = result.first_mut() {
        first.make_ascii_uppercase();
    }
    result
}

/// `bytes.maketrans`
pub fn make_table(from: &[u8], to: &[u8]) -> Result<[u8; 256], TextError> {
    if from.len() != to.len() {
        return Err(TextError::value("maketrans arguments must have same length"));
    }
    let mut table: [u8; 256] = std::array::from_fn(|index| index as u8);
    for (&from, &to) in from.iter().zip(to) {
        table[from as usize] = to;
    }
    Ok(table)
}
