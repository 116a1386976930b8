//! `bytes.hex` and `bytes.fromhex`.

use super::is_space;
use crate::error::TextError;
use crate::text::Text;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// `bytes.hex`: two digits a byte, with `separator` between groups of `group` bytes counted
/// from the right, or from the left when `group` is negative. ASCII.
pub fn hex(bytes: &[u8], separator: Option<u8>, group: i64) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len() * 2);
    let size = usize::try_from(group.unsigned_abs()).unwrap_or(usize::MAX);
    let separator = separator.filter(|_| size > 0);
    for (index, &byte) in bytes.iter().enumerate() {
        if let Some(separator) = separator
            && index > 0
        {
            let distance = if group > 0 { bytes.len() - index } else { index };
            if distance % size == 0 {
                result.push(separator);
            }
        }
        result.push(DIGITS[(byte >> 4) as usize]);
        result.push(DIGITS[(byte & 15) as usize]);
    }
    result
}

/// `bytes.fromhex`: pairs of digits, ASCII whitespace between pairs.
pub fn from_hex(text: Text<'_>) -> Result<Vec<u8>, TextError> {
    let digit = |index: usize| {
        text.get(index).and_then(char::from_u32).and_then(|c| c.to_digit(16)).map(|d| d as u8)
    };
    let mut result = Vec::with_capacity(text.len() / 2);
    let mut at = 0;
    while at < text.len() {
        let code = text.get(at).unwrap_or(0);
        if u8::try_from(code).is_ok_and(is_space) {
            at += 1;
            continue;
        }
        let wrong = match (digit(at), digit(at + 1)) {
            (Some(high), Some(low)) => {
                result.push(high << 4 | low);
                at += 2;
                continue;
            }
            (None, _) => at,
            (Some(_), None) => at + 1,
        };
        if wrong >= text.len() {
            return Err(TextError::value(
                "fromhex() arg must contain an even number of hexadecimal digits",
            ));
        }
        return Err(TextError::value(format!(
            "non-hexadecimal number found in fromhex() arg at position {wrong}"
        )));
    }
    Ok(result)
}
