//! From bytes to text: byte order marks, coding cookies (PEP 263), line ends, null bytes.

use super::NOWHERE;
use crate::code::Position;
use crate::error::{Failure, Outcome, UNKNOWN_ENCODING};
use std::borrow::Cow;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The text of a source, which is that of `file` or comes from none.
pub fn decode<'s>(
    source: &'s [u8],
    ignore_cookie: bool,
    file: Option<&str>,
) -> Outcome<Cow<'s, str>> {
    let (body, marked) = match source.strip_prefix(BOM) {
        Some(body) => (body, true),
        None => (source, false),
    };
    let declared = if ignore_cookie { None } else { cookie(body) };
    let text = match declared.as_deref() {
        None | Some("utf-8") => utf8(body, declared.is_some() || marked, file)?,
        Some("utf8" | "u8") if !marked => utf8(body, true, file)?,
        Some(name) if marked => {
            let (number, line) = cookie_line(body);
            let failure = Failure::new(format!("encoding problem: {name} with BOM"), NOWHERE);
            return Err(failure.exactly(number, 0, line.len() as i32).showing(line));
        }
        Some(name) => other(body, name)?,
    };
    clean(text)
}

/// Text without null bytes, and with `\n` for all line ends.
pub fn clean(text: Cow<'_, str>) -> Outcome<Cow<'_, str>> {
    if text.as_bytes().contains(&0) {
        return Err(
            Failure::new("source code string cannot contain null bytes", NOWHERE).exactly(0, 0, 0)
        );
    }
    if text.as_bytes().contains(&b'\r') {
        return Ok(Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")));
    }
    Ok(text)
}

fn utf8<'b>(body: &'b [u8], declared: bool, file: Option<&str>) -> Outcome<Cow<'b, str>> {
    let error = match std::str::from_utf8(body) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error,
    };
    let offset = error.valid_up_to();
    let bad = body[offset];
    let number = 1 + body[..offset].iter().filter(|&&b| b == b'\n').count() as u32;
    let start = body[..offset].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    let end = body[offset..].iter().position(|&b| b == b'\n').map_or(body.len(), |at| offset + at);
    let line = String::from_utf8_lossy(&body[start..end]);
    if declared && file.is_some() {
        // Such a file is read by the codec, line by line.
        let reason = match (error.error_len(), bad) {
            (None, _) => "unexpected end of data",
            (_, 0x80..=0xc1 | 0xf5..) => "invalid start byte",
            _ => "invalid continuation byte",
        };
        let at = offset - start;
        let message = format!(
            "(unicode error) 'utf-8' codec can't decode byte 0x{bad:02x} in position {at}: {reason}"
        );
        let place = Position { line: number, end_line: number, column: 0, end_column: 0 };
        return Err(Failure::new(message, place).exactly(number, 0, 0).showing(line));
    }
    let place = file.map(|file| format!(" in file {file}")).unwrap_or_default();
    let message = format!(
        "Non-UTF-8 code starting with '\\x{bad:02x}'{place} on line {number}, but no encoding \
         declared; see https://peps.python.org/pep-0263/ for details"
    );
    let column = String::from_utf8_lossy(&body[start..offset]).chars().count() as i32 + 1;
    Err(Failure::new(message, NOWHERE).exactly(number, column, column).showing(line))
}

/// The number and the text of the line with the coding cookie.
fn cookie_line(body: &[u8]) -> (u32, String) {
    let mut lines = body.split(|&b| b == b'\n' || b == b'\r').zip(1..);
    let (line, number) =
        lines.find(|(line, _)| line.windows(6).any(|w| w == b"coding")).unwrap_or((&[], 1));
    (number, String::from_utf8_lossy(line).into_owned())
}

/// The encoding that a comment in one of the first two lines declares, in lower case; the names
/// for UTF-8 and Latin-1 are made one.
pub fn cookie(body: &[u8]) -> Option<String> {
    let mut lines = body.split(|&b| b == b'\n' || b == b'\r');
    for _ in 0..2 {
        let line = lines.next()?;
        let text: &[u8] = line.trim_ascii_start();
        let text = text.strip_prefix(b"\x0c").unwrap_or(text).trim_ascii_start();
        if let Some(comment) = text.strip_prefix(b"#") {
            if let Some(name) = cookie_in(comment) {
                return Some(normal_name(name));
            }
        } else if !text.is_empty() {
            return None;
        }
    }
    None
}

fn cookie_in(comment: &[u8]) -> Option<&str> {
    let mut rest = comment;
    loop {
        let found = rest.windows(6).position(|w| w == b"coding")?;
        rest = &rest[found + 6..];
        if !matches!(rest.first(), Some(b':' | b'=')) {
            continue;
        }
        let value = rest[1..].trim_ascii_start();
        let length = value
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .count();
        if length > 0 {
            return std::str::from_utf8(&value[..length]).ok();
        }
    }
}

fn normal_name(name: &str) -> String {
    let lower = name.to_ascii_lowercase().replace('_', "-");
    if lower == "utf-8" || lower.starts_with("utf-8-") {
        return "utf-8".to_owned();
    }
    for latin in ["latin-1", "iso-8859-1", "iso-latin-1"] {
        if lower == latin || lower.strip_prefix(latin).is_some_and(|rest| rest.starts_with('-')) {
            return "iso-8859-1".to_owned();
        }
    }
    name.to_ascii_lowercase()
}

fn other<'b>(body: &'b [u8], name: &str) -> Outcome<Cow<'b, str>> {
    let label = name.replace('_', "-");
    match &*label {
        "iso-8859-1" | "latin1" | "l1" | "iso8859-1" | "8859" | "cp819" => {
            return Ok(Cow::Owned(body.iter().map(|&b| char::from(b)).collect()));
        }
        "ascii" | "us-ascii" | "646" => {
            return match std::str::from_utf8(body) {
                Ok(text) if text.is_ascii() => Ok(Cow::Borrowed(text)),
                _ => Err(undecodable(body, "ascii")),
            };
        }
        _ => {}
    }
    // Python's names for what the WHATWG calls otherwise.
    let label = match &*label {
        "cp932" | "ms932" | "mskanji" | "shiftjis" | "sjis" => "shift_jis",
        "cp949" | "uhc" => "euc-kr",
        "cp936" => "gbk",
        "cp950" => "big5",
        "mac-roman" | "macroman" => "macintosh",
        "eucjp" | "ujis" => "euc-jp",
        "euckr" => "euc-kr",
        other => other,
    };
    let Some(encoding) = encoding_rs::Encoding::for_label(label.as_bytes()) else {
        return Err(Failure::new(format!("{UNKNOWN_ENCODING}{name}"), NOWHERE).exactly(0, -1, 0));
    };
    encoding
        .decode_without_bom_handling_and_without_replacement(body)
        .ok_or_else(|| undecodable(body, name))
}

fn undecodable(body: &[u8], name: &str) -> Failure {
    let offset = body.iter().position(|b| !b.is_ascii()).unwrap_or(0);
    let bad = body.get(offset).copied().unwrap_or(0);
    let reason = if name == "ascii" { ": ordinal not in range(128)" } else { "" };
    let message =
        format!("'{name}' codec can't decode byte 0x{bad:02x} in position {offset}{reason}");
    Failure::new(message, NOWHERE).exactly(0, -1, 0)
}
