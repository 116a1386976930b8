//! UTF-8.
//!
//! Decoding leaves validation to the standard library, which skips ASCII a word at a time and
//! stops at the same maximal subsequences as CPython. The valid part is appended in bulk.
//! Encoding copies ASCII; Latin-1 and wider units take a loop with the space reserved.

use super::{Decoder, Encoder, Failure, Replacement, is_surrogate};
use crate::text::{Kind, Text, Unit};
use crate::{OwnedText, TextBuf, with_units};

/// Decodes UTF-8.
pub struct Utf8Decoder<'a> {
    input: &'a [u8],
    at: usize,
    last: bool,
}

impl<'a> Utf8Decoder<'a> {
    /// A decoder of `input`, which is all there is if `last`.
    pub fn new(input: &'a [u8], last: bool) -> Utf8Decoder<'a> {
        Utf8Decoder { input, at: 0, last }
    }
}

impl Decoder for Utf8Decoder<'_> {
    fn encoding(&self) -> &'static str {
        "utf-8"
    }

    fn input(&self) -> &[u8] {
        self.input
    }

    fn run(&mut self, out: &mut TextBuf) -> Result<(), Failure> {
        let rest = self.input.get(self.at..).unwrap_or(&[]);
        let error = match std::str::from_utf8(rest) {
            Ok(text) => {
                out.push_str(text);
                self.at = self.input.len();
                return Ok(());
            }
            Err(error) => error,
        };
        let valid = error.valid_up_to();
        // Already validated: the second check is cheap beside what follows a failure.
        out.push_str(std::str::from_utf8(&rest[..valid]).unwrap_or(""));
        self.at += valid;
        let start = self.at;
        match error.error_len() {
            None if !self.last => Ok(()),
            // Half a surrogate is waited for as well: a handler may want the whole of it.
            Some(_) if !self.last && matches!(rest[valid..], [0xED, 0xA0..=0xBF]) => Ok(()),
            None => Err(Failure::new(start, self.input.len(), "unexpected end of data")),
            Some(length) => {
                let reason = match rest[valid] {
                    0x80..0xC2 | 0xF5.. => "invalid start byte",
                    _ => "invalid continuation byte",
                };
                Err(Failure::new(start, start + length, reason))
            }
        }
    }

    fn position(&self) -> usize {
        self.at
    }

    fn resume(&mut self, position: usize) {
        self.at = position;
    }
}

/// Appends the UTF-8 form of a code point, surrogates included.
pub(super) fn push_code(out: &mut Vec<u8>, code: u32) {
    let (bytes, used) = form(code);
    out.extend_from_slice(&bytes[..used]);
}

/// Encodes UTF-8.
pub struct Utf8Encoder<'a> {
    text: Text<'a>,
    at: usize,
}

impl<'a> Utf8Encoder<'a> {
    /// An encoder of `text`.
    pub fn new(text: Text<'a>) -> Utf8Encoder<'a> {
        Utf8Encoder { text, at: 0 }
    }
}

/// Length of the UTF-8 form, with three bytes for a surrogate.
pub fn utf8_length(text: Text<'_>) -> usize {
    let width = |code: u32| match code {
        0..=0x7F => 1usize,
        0x80..=0x7FF => 2,
        0x800..=0xFFFF => 3,
        _ => 4,
    };
    with_units!(text, units => units.iter().map(|u| width(u.code())).sum())
}

/// The UTF-8 form of a code point, padded to four bytes, and its length.
#[inline(always)]
fn form(code: u32) -> ([u8; 4], usize) {
    let tail = |shift: u32| 0x80 | (code >> shift & 0x3F) as u8;
    match code {
        0..=0x7F => ([code as u8, 0, 0, 0], 1),
        0x80..=0x7FF => ([0xC0 | (code >> 6) as u8, tail(0), 0, 0], 2),
        0x800..=0xFFFF => ([0xE0 | (code >> 12) as u8, tail(6), tail(0), 0], 3),
        _ => ([0xF0 | (code >> 18 & 7) as u8, tail(12), tail(6), tail(0)], 4),
    }
}

/// Units encoded at a time.
const GROUP: usize = 32;

/// Appends the form of `units` up to the first surrogate, whose position it gives. Each group
/// is written into a buffer that is always large enough, four bytes at a time.
fn encode_units<U: Unit>(units: &[U], out: &mut Vec<u8>) -> Option<usize> {
    let mut buffer = [0u8; GROUP * 4];
    for (number, group) in units.chunks(GROUP).enumerate() {
        let mut length = 0;
        for (index, unit) in group.iter().enumerate() {
            let code = unit.code();
            if U::KIND != Kind::One && is_surrogate(code) {
                out.extend_from_slice(&buffer[..length]);
                return Some(number * GROUP + index);
            }
            let (bytes, used) = form(code);
            if let Some(slot) = buffer.get_mut(length..length + 4) {
                slot.copy_from_slice(&bytes);
            }
            length += used;
        }
        out.extend_from_slice(&buffer[..length]);
    }
    None
}

fn encode_latin1(units: &[u8], out: &mut Vec<u8>) {
    for group in units.chunks(GROUP) {
        if group.is_ascii() {
            out.extend_from_slice(group);
        } else {
            encode_units(group, out);
        }
    }
}

impl Encoder for Utf8Encoder<'_> {
    fn encoding(&self) -> &'static str {
        "utf-8"
    }

    fn input(&self) -> Text<'_> {
        self.text
    }

    fn run(&mut self, out: &mut Vec<u8>) -> Result<(), Failure> {
        let rest = self.text.slice(self.at..self.text.len());
        if self.at == 0 && !matches!(rest, Text::One(units) if units.is_ascii()) {
            out.reserve(utf8_length(rest));
        }
        let stop = match rest {
            Text::One(units) if units.is_ascii() => {
                out.extend_from_slice(units);
                None
            }
            Text::One(units) => {
                encode_latin1(units, out);
                None
            }
            Text::Two(units) => encode_units(units, out),
            Text::Four(units) => encode_units(units, out),
        };
        let Some(stop) = stop else {
            self.at = self.text.len();
            return Ok(());
        };
        let start = self.at + stop;
        let run = rest.slice(stop..rest.len()).codes().take_while(|&c| is_surrogate(c)).count();
        self.at = start;
        Err(Failure::new(start, start + run, "surrogates not allowed"))
    }

    fn resume(&mut self, position: usize) {
        self.at = position;
    }

    fn replace(&mut self, out: &mut Vec<u8>, replacement: &Replacement) -> bool {
        match replacement {
            Replacement::Bytes(bytes) => out.extend_from_slice(bytes),
            Replacement::Text(OwnedText::One { units, ascii: true }) => {
                out.extend_from_slice(units);
            }
            Replacement::Text(_) => return false,
        }
        true
    }
}
