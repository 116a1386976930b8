//! The codec `raw_unicode_escape`: Latin-1 with `\uXXXX` and `\UXXXXXXXX` only.

use super::escape::{bytes_of, hexadecimal};
use super::{Decoder, Failure};
use crate::TextBuf;
use crate::repr::push_escape;
use crate::text::{MAX_CODE_POINT, Text};

/// Decodes `raw_unicode_escape`.
pub struct RawEscapeDecoder<'a> {
    input: &'a [u8],
    at: usize,
    last: bool,
}

impl<'a> RawEscapeDecoder<'a> {
    /// A decoder of `input`, which is all there is if `last`.
    pub fn new(input: &'a [u8], last: bool) -> RawEscapeDecoder<'a> {
        RawEscapeDecoder { input, at: 0, last }
    }
}

impl Decoder for RawEscapeDecoder<'_> {
    fn encoding(&self) -> &'static str {
        "rawunicodeescape"
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
            let start = self.at;
            let (wanted, reason) = match self.input.get(start + 1) {
                None if start == self.input.len() => break,
                None if !self.last => break,
                Some(b'u') => (4, "truncated \\uXXXX escape"),
                Some(b'U') => (8, "truncated \\UXXXXXXXX escape"),
                other => {
                    // A backslash before anything else, another backslash included, stays.
                    out.push('\\' as u32);
                    out.extend(other.map(|&byte| u32::from(byte)));
                    self.at += 1 + usize::from(other.is_some());
                    continue;
                }
            };
            let (code, count) = hexadecimal(&self.input[start + 2..], wanted);
            let end = start + 2 + count;
            if count < wanted {
                if end == self.input.len() && !self.last {
                    break;
                }
                return Err(Failure::new(start, end, reason));
            }
            if code > MAX_CODE_POINT {
                return Err(Failure::new(start, end, "\\Uxxxxxxxx out of range"));
            }
            out.push(code);
            self.at = end;
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

/// Latin-1 with escapes for wider code points.
pub fn encode_raw_unicode_escape(text: Text<'_>) -> Vec<u8> {
    let mut out = TextBuf::with_capacity(text.len());
    for code in text.codes() {
        match code {
            0..=0xFF => out.push(code),
            _ => push_escape(&mut out, code),
        }
    }
    bytes_of(out)
}
