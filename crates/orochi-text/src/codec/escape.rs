//! Backslash escapes of string and bytes literals: the codec `unicode_escape`, and
//! `codecs.escape_decode`.

use super::{Decoder, Failure, Handler};
use crate::error::TextError;
use crate::repr::push_escape;
use crate::text::{MAX_CODE_POINT, Text};
use crate::{OwnedText, TextBuf, ucd};

/// The character of a one-letter escape.
fn simple(letter: u8) -> Option<u32> {
    Some(match letter {
        b'\\' | b'\'' | b'"' => letter.into(),
        b'b' => 0x08,
        b'f' => 0x0C,
        b't' => 0x09,
        b'n' => 0x0A,
        b'r' => 0x0D,
        b'v' => 0x0B,
        b'a' => 0x07,
        _ => return None,
    })
}

/// The value of up to three octal digits and how many there are.
fn octal(bytes: &[u8]) -> (u32, usize) {
    let digits = bytes.iter().take(3).take_while(|b| (b'0'..=b'7').contains(b));
    digits.fold((0, 0), |(value, count), b| (value * 8 + u32::from(b - b'0'), count + 1))
}

/// The value of up to `most` hexadecimal digits and how many there are.
pub(super) fn hexadecimal(bytes: &[u8], most: usize) -> (u32, usize) {
    let digits = bytes.iter().take(most).map_while(|&b| (b as char).to_digit(16));
    digits.fold((0, 0), |(value, count), digit| (value << 4 | digit, count + 1))
}

/// An escape that works but is deprecated: the caller warns of the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscapeProblem {
    /// A backslash before this character, which means nothing.
    Unknown(u8),
    /// An octal escape above 0o377.
    Octal(u32),
}

/// Decodes `unicode_escape`. Bytes that are no escapes are Latin-1.
pub struct EscapeDecoder<'a> {
    input: &'a [u8],
    at: usize,
    last: bool,
    problem: Option<(usize, EscapeProblem)>,
}

impl<'a> EscapeDecoder<'a> {
    /// A decoder of `input`, which is all there is if `last`.
    pub fn new(input: &'a [u8], last: bool) -> EscapeDecoder<'a> {
        EscapeDecoder { input, at: 0, last, problem: None }
    }

    /// The first deprecated escape and the position behind its backslash.
    pub fn problem(&self) -> Option<(usize, EscapeProblem)> {
        self.problem
    }

    /// Reads the escape whose backslash is at `self.at`. `Ok(None)`: the input ends too early
    /// and more may come.
    fn escape(&mut self, out: &mut TextBuf) -> Result<Option<usize>, Failure> {
        let (start, input) = (self.at, self.input);
        let incomplete = |end: usize| end == input.len() && !self.last;
        let Some(&letter) = input.get(start + 1) else {
            if incomplete(start + 1) {
                return Ok(None);
            }
            return Err(Failure::new(start, start + 1, "\\ at end of string"));
        };
        let body = start + 2;
        let wanted = match letter {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            b'\n' => return Ok(Some(body)),
            b'0'..=b'7' => {
                let (value, count) = octal(&input[start + 1..]);
                if value > 0o377 {
                    self.problem.get_or_insert((start + 1, EscapeProblem::Octal(value)));
                }
                out.push(value);
                return Ok(Some(start + 1 + count));
            }
            b'N' => return self.named(out),
            _ => {
                match simple(letter) {
                    Some(code) => out.push(code),
                    None => {
                        self.problem.get_or_insert((start + 1, EscapeProblem::Unknown(letter)));
                        out.push('\\' as u32);
                        out.push(letter.into());
                    }
                }
                return Ok(Some(body));
            }
        };
        let (code, count) = hexadecimal(&input[body..], wanted);
        let end = body + count;
        if count < wanted {
            if incomplete(end) {
                return Ok(None);
            }
            let reason = match letter {
                b'x' => "truncated \\xXX escape",
                b'u' => "truncated \\uXXXX escape",
                _ => "truncated \\UXXXXXXXX escape",
            };
            return Err(Failure::new(start, end, reason));
        }
        if code > MAX_CODE_POINT {
            return Err(Failure::new(start, end, "illegal Unicode character"));
        }
        out.push(code);
        Ok(Some(end))
    }

    /// `\N{name}`
    fn named(&mut self, out: &mut TextBuf) -> Result<Option<usize>, Failure> {
        let (start, input) = (self.at, self.input);
        let mut end = start + 2;
        if input.get(end) == Some(&b'{') {
            end += 1;
            let length = memchr::memchr(b'}', &input[end..]);
            match length {
                Some(length) if length > 0 => {
                    let name = std::str::from_utf8(&input[end..end + length]).unwrap_or("");
                    end += length + 1;
                    let Some(code) = ucd::lookup_character(name) else {
                        return Err(Failure::new(start, end, "unknown Unicode character name"));
                    };
                    out.push(code);
                    return Ok(Some(end));
                }
                Some(_) => {}
                None => end = input.len(),
            }
        }
        if end >= input.len() && !self.last {
            return Ok(None);
        }
        Err(Failure::new(start, end, "malformed \\N character escape"))
    }
}

impl Decoder for EscapeDecoder<'_> {
    fn encoding(&self) -> &'static str {
        "unicodeescape"
    }

    fn input(&self) -> &[u8] {
        self.input
    }

    fn run(&mut self, out: &mut TextBuf) -> Result<(), Failure> {
        while self.at < self.input.len() {
            let rest = &self.input[self.at..];
            let plain = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
            out.push_latin1(&rest[..plain]);
            self.at += plain;
            if plain == rest.len() {
                break;
            }
            match self.escape(out)? {
                Some(next) => self.at = next,
                None => break,
            }
        }
        Ok(())
    }

    fn position(&self) -> usize {
        self.at
    }

    fn resume(&mut self, position: usize) {
        self.at = position;
    }
}

/// Text as ASCII with escapes: any text can be.
pub fn encode_unicode_escape(text: Text<'_>) -> Vec<u8> {
    let mut out = TextBuf::with_capacity(text.len());
    for code in text.codes() {
        match code {
            0x5C => out.push_ascii(b"\\\\"),
            0x09 => out.push_ascii(b"\\t"),
            0x0A => out.push_ascii(b"\\n"),
            0x0D => out.push_ascii(b"\\r"),
            0x20..0x7F => out.push(code),
            _ => push_escape(&mut out, code),
        }
    }
    bytes_of(out)
}

/// Bytes as ASCII with escapes (`codecs.escape_encode`).
pub fn encode_bytes_escapes(bytes: &[u8]) -> Vec<u8> {
    let mut out = TextBuf::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\'' => out.push_ascii(b"\\'"),
            b'\\' => out.push_ascii(b"\\\\"),
            b'\t' => out.push_ascii(b"\\t"),
            b'\n' => out.push_ascii(b"\\n"),
            b'\r' => out.push_ascii(b"\\r"),
            0x20..0x7F => out.push(byte.into()),
            _ => push_escape(&mut out, byte.into()),
        }
    }
    bytes_of(out)
}

/// What was built from code points below 256.
pub(super) fn bytes_of(out: TextBuf) -> Vec<u8> {
    match out.finish() {
        OwnedText::One { units, .. } => units,
        wide => wide.as_text().codes().map(|code| code as u8).collect(),
    }
}

/// Decoded bytes, and the first deprecated escape with the position behind its backslash.
pub type BytesEscapes = (Vec<u8>, Option<(usize, EscapeProblem)>);

/// Escapes of bytes literals (`codecs.escape_decode`). Of the handlers only strict, ignore and
/// replace are known.
pub fn decode_bytes_escapes(input: &[u8], handler: Handler) -> Result<BytesEscapes, TextError> {
    let mut out = Vec::with_capacity(input.len());
    let mut problem = None;
    let mut at = 0;
    while at < input.len() {
        let rest = &input[at..];
        let plain = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..plain]);
        at += plain;
        if plain == rest.len() {
            break;
        }
        let Some(&letter) = input.get(at + 1) else {
            return Err(TextError::value("Trailing \\ in string"));
        };
        match letter {
            b'\n' => at += 2,
            b'0'..=b'7' => {
                let (value, count) = octal(&input[at + 1..]);
                if value > 0o377 {
                    problem.get_or_insert((at + 1, EscapeProblem::Octal(value)));
                }
                out.push(value as u8);
                at += 1 + count;
            }
            b'x' => {
                let (value, count) = hexadecimal(&input[at + 2..], 2);
                match (count, handler) {
                    (2, _) => out.push(value as u8),
                    (_, Handler::Ignore) => {}
                    (_, Handler::Replace) => out.push(b'?'),
                    _ => {
                        return Err(TextError::value(format!(
                            "invalid \\x escape at position {at}"
                        )));
                    }
                }
                at += 2 + count;
            }
            _ => {
                match simple(letter) {
                    Some(code) => out.push(code as u8),
                    None => {
                        problem.get_or_insert((at + 1, EscapeProblem::Unknown(letter)));
                        out.extend([b'\\', letter]);
                    }
                }
                at += 2;
            }
        }
    }
    Ok((out, problem))
}
