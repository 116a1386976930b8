//! UTF-7 (RFC 2152): ASCII with sections of base64 for everything else.

use super::{
    Decoder, Failure, is_high_surrogate, is_low_surrogate, join_surrogates, split_surrogates,
};
use crate::TextBuf;
use crate::text::Text;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn value(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}

/// A section of base64 being read.
#[derive(Clone, Copy)]
struct Section {
    /// Where its `+` stands.
    start: usize,
    /// Length of the output when it began.
    output: usize,
    bits: u32,
    buffer: u32,
    /// The first half of a pair that waits for its second.
    high: Option<u32>,
}

/// Decodes UTF-7.
pub struct Utf7Decoder<'a> {
    input: &'a [u8],
    at: usize,
    last: bool,
    section: Option<Section>,
}

impl<'a> Utf7Decoder<'a> {
    /// A decoder of `input`, which is all there is if `last`.
    pub fn new(input: &'a [u8], last: bool) -> Utf7Decoder<'a> {
        Utf7Decoder { input, at: 0, last, section: None }
    }

    /// Takes one byte of a section.
    fn shifted(
        &mut self,
        mut section: Section,
        byte: u8,
        out: &mut TextBuf,
    ) -> Result<(), Failure> {
        if let Some(value) = value(byte) {
            section.buffer = section.buffer << 6 | value;
            section.bits += 6;
            self.at += 1;
            if section.bits >= 16 {
                section.bits -= 16;
                let unit = section.buffer >> section.bits;
                section.buffer &= (1 << section.bits) - 1;
                match section.high.take() {
                    Some(high) if is_low_surrogate(unit) => out.push(join_surrogates(high, unit)),
                    high => {
                        out.extend(high);
                        if is_high_surrogate(unit) {
                            section.high = Some(unit);
                        } else {
                            out.push(unit);
                        }
                    }
                }
            }
            self.section = Some(section);
            return Ok(());
        }
        self.section = None;
        let problem = if section.bits >= 6 {
            Some("partial character in shift sequence")
        } else if section.bits > 0 && section.buffer != 0 {
            Some("non-zero padding bits in shift sequence")
        } else {
            None
        };
        if let Some(reason) = problem {
            self.at += 1;
            return Err(Failure::new(section.start, self.at, reason));
        }
        if byte < 0x80 {
            out.extend(section.high);
        }
        // A minus ends the section and is not text itself.
        self.at += usize::from(byte == b'-');
        Ok(())
    }

    /// Takes the `+` that begins a section.
    fn shift(&mut self, out: &mut TextBuf) -> Result<(), Failure> {
        let start = self.at;
        self.at += 1;
        match self.input.get(self.at) {
            Some(b'-') => {
                self.at += 1;
                out.push('+' as u32);
            }
            Some(&byte) if value(byte).is_none() => {
                self.at += 1;
                return Err(Failure::new(start, self.at, "ill-formed sequence"));
            }
            _ => {
                let output = out.len();
                self.section = Some(Section { start, output, bits: 0, buffer: 0, high: None });
            }
        }
        Ok(())
    }
}

impl Decoder for Utf7Decoder<'_> {
    fn encoding(&self) -> &'static str {
        "utf7"
    }

    fn input(&self) -> &[u8] {
        self.input
    }

    fn run(&mut self, out: &mut TextBuf) -> Result<(), Failure> {
        while let Some(&byte) = self.input.get(self.at) {
            if let Some(section) = self.section.take() {
                self.shifted(section, byte, out)?;
            } else if byte == b'+' {
                self.shift(out)?;
            } else if byte < 0x80 {
                out.push(byte.into());
                self.at += 1;
            } else {
                self.at += 1;
                return Err(Failure::new(self.at - 1, self.at, "unexpected special character"));
            }
        }
        let Some(section) = self.section.take() else { return Ok(()) };
        if !self.last {
            // The section is read again with what comes next.
            self.at = section.start;
            out.truncate(section.output);
            return Ok(());
        }
        let open = section.bits >= 6 || (section.bits > 0 && section.buffer != 0);
        if open || section.high.is_some() {
            let end = self.input.len();
            return Err(Failure::new(section.start, end, "unterminated shift sequence"));
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

/// Whether a code point stands for itself.
fn is_direct(code: u32) -> bool {
    matches!(code, 0x09 | 0x0A | 0x0D | 0x20..=0x7D) && code != '+' as u32 && code != '\\' as u32
}

/// UTF-7 encodes any text, lone surrogates included.
pub fn encode_utf7(text: Text<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut shifted = false;
    let (mut bits, mut buffer) = (0u32, 0u32);
    let digit = |value: u32| ALPHABET[(value & 63) as usize];
    for code in text.codes() {
        if !shifted && code == '+' as u32 {
            out.extend(b"+-");
            continue;
        }
        if is_direct(code) {
            let byte = code as u8;
            if shifted {
                if bits > 0 {
                    out.push(digit(buffer << (6 - bits)));
                    (bits, buffer) = (0, 0);
                }
                shifted = false;
                if value(byte).is_some() || byte == b'-' {
                    out.push(b'-');
                }
            }
            out.push(byte);
            continue;
        }
        if !shifted {
            out.push(b'+');
            shifted = true;
        }
        let pair = split_surrogates(code);
        let units =
            if code > 0xFFFF { [Some(pair.0), Some(pair.1)] } else { [Some(code as u16), None] };
        for unit in units.into_iter().flatten() {
            buffer = buffer << 16 | u32::from(unit);
            bits += 16;
            while bits >= 6 {
                bits -= 6;
                out.push(digit(buffer >> bits));
            }
            buffer &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        out.push(digit(buffer << (6 - bits)));
    }
    if shifted {
        out.push(b'-');
    }
    out
}
