//! Constants as Python's `repr` shows them.

use crate::code::Constant;
use std::fmt::Write;

/// Python's `repr` of a constant.
pub fn repr(constant: &Constant) -> String {
    let mut out = String::new();
    write_constant(&mut out, constant);
    out
}

/// Writes a list with commas between.
pub(crate) fn separated<T>(out: &mut String, list: &[T], mut each: impl FnMut(&mut String, &T)) {
    for (i, item) in list.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        each(out, item);
    }
}

/// Appends the `repr` of a constant.
pub(crate) fn write_constant(out: &mut String, constant: &Constant) {
    match constant {
        Constant::None => out.push_str("None"),
        Constant::Bool(true) => out.push_str("True"),
        Constant::Bool(false) => out.push_str("False"),
        Constant::Ellipsis => out.push_str("Ellipsis"),
        Constant::Int(value) => {
            let _ = write!(out, "{value}");
        }
        Constant::BigInt { negative, words } => {
            if *negative {
                out.push('-');
            }
            out.push_str(&decimal(words));
        }
        Constant::Float(value) => out.push_str(&float(*value)),
        Constant::Complex(real, imaginary) => {
            if *real == 0.0 && real.is_sign_positive() {
                let _ = write!(out, "{}j", short_float(*imaginary));
            } else {
                let sign = if imaginary.is_sign_negative() { "" } else { "+" };
                let _ = write!(out, "({}{sign}{}j)", short_float(*real), short_float(*imaginary));
            }
        }
        Constant::Str(bytes) => write_string(out, bytes),
        Constant::Bytes(bytes) => write_bytes(out, bytes),
        Constant::Tuple(items) => {
            out.push('(');
            separated(out, items, write_constant);
            out.push_str(if items.len() == 1 { ",)" } else { ")" });
        }
        Constant::FrozenSet(items) => {
            out.push_str("frozenset({");
            separated(out, items, write_constant);
            out.push_str("})");
        }
        Constant::Code(code) => {
            let _ = write!(out, "<code object {}>", code.name);
        }
    }
}

/// Decimal digits of a magnitude; hexadecimal where decimal would take long.
fn decimal(words: &[u64]) -> String {
    if words.len() > 230 {
        let mut out = "0x".to_owned();
        for (i, word) in words.iter().rev().enumerate() {
            let _ = if i == 0 { write!(out, "{word:x}") } else { write!(out, "{word:016x}") };
        }
        return out;
    }
    const CHUNK: u64 = 1_000_000_000_000_000_000;
    let mut words = words.to_vec();
    let mut chunks = Vec::new();
    while !words.is_empty() {
        let mut rest = 0u128;
        for word in words.iter_mut().rev() {
            let value = rest << 64 | u128::from(*word);
            *word = (value / u128::from(CHUNK)) as u64;
            rest = value % u128::from(CHUNK);
        }
        chunks.push(rest as u64);
        while words.last() == Some(&0) {
            words.pop();
        }
    }
    let mut out = String::new();
    for (i, chunk) in chunks.iter().rev().enumerate() {
        let _ = if i == 0 { write!(out, "{chunk}") } else { write!(out, "{chunk:018}") };
    }
    if out.is_empty() { "0".to_owned() } else { out }
}

/// `repr` of a float, infinity as a literal that gives it.
fn float(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "1e309".to_owned() } else { "-1e309".to_owned() };
    }
    let text = short_float(value);
    if value.is_nan() || text.contains(['.', 'e']) { text } else { text + ".0" }
}

/// The shortest digits that read back as the same float, without a trailing `.0`.
fn short_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "1e309".to_owned() } else { "-1e309".to_owned() };
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        return format!("{value}");
    }
    format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// `repr` of a string in generalised UTF-8.
pub(crate) fn write_string(out: &mut String, bytes: &[u8]) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    out.push(quote);
    let mut rest = bytes;
    while !rest.is_empty() {
        let (code, length) = decode(rest);
        rest = &rest[length..];
        match code {
            0x5c => out.push_str("\\\\"),
            0x09 => out.push_str("\\t"),
            0x0a => out.push_str("\\n"),
            0x0d => out.push_str("\\r"),
            _ => match char::from_u32(code) {
                Some(c) if c == quote => {
                    out.push('\\');
                    out.push(c);
                }
                Some(c) if is_printable(c) => out.push(c),
                _ => {
                    let _ = match code {
                        0..=0xff => write!(out, "\\x{code:02x}"),
                        0x100..=0xffff => write!(out, "\\u{code:04x}"),
                        _ => write!(out, "\\U{code:08x}"),
                    };
                }
            },
        }
    }
    out.push(quote);
}

/// The first code point of generalised UTF-8, and its length.
fn decode(bytes: &[u8]) -> (u32, usize) {
    let first = bytes[0];
    let length = match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => return (u32::from(first), 1),
    };
    if bytes.len() < length {
        return (0xfffd, bytes.len());
    }
    let mut code = u32::from(first) & (0x7f >> length);
    for byte in &bytes[1..length] {
        code = code << 6 | u32::from(byte & 0x3f);
    }
    (code, length)
}

/// Whether Python's `repr` shows a character as it is.
pub fn is_printable(c: char) -> bool {
    match c {
        ' '..='~' => true,
        '\u{0}'..='\u{a0}' | '\u{ad}' => false,
        '\u{2028}'..='\u{202e}'
        | '\u{2000}'..='\u{200f}'
        | '\u{205f}'..='\u{206f}'
        | '\u{3000}' => false,
        '\u{e000}'..='\u{f8ff}'
        | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{fffe}'..='\u{ffff}' => false,
        '\u{f0000}'.. => false,
        _ => true,
    }
}

fn write_bytes(out: &mut String, bytes: &[u8]) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    out.push('b');
    out.push(quote as char);
    for &byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            _ if byte == quote => {
                out.push('\\');
                out.push(byte as char);
            }
            b' '..=b'~' => out.push(byte as char),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(quote as char);
}
