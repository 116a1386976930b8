//! ASCII and Latin-1.

use super::{Decoder, Encoder, Failure, Replacement};
use crate::text::{Text, Unit};
use crate::{OwnedText, TextBuf, with_units};

/// Latin-1 decodes any bytes.
pub fn decode_latin1(input: &[u8]) -> OwnedText {
    OwnedText::from_latin1(input.to_vec())
}

/// Decodes ASCII.
pub struct AsciiDecoder<'a> {
    input: &'a [u8],
    at: usize,
}

impl<'a> AsciiDecoder<'a> {
    /// A decoder of `input`.
    pub fn new(input: &'a [u8]) -> AsciiDecoder<'a> {
        AsciiDecoder { input, at: 0 }
    }
}

impl Decoder for AsciiDecoder<'_> {
    fn encoding(&self) -> &'static str {
        "ascii"
    }

    fn input(&self) -> &[u8] {
        self.input
    }

    fn run(&mut self, out: &mut TextBuf) -> Result<(), Failure> {
        let rest = self.input.get(self.at..).unwrap_or(&[]);
        if rest.is_ascii() {
            out.push_ascii(rest);
            self.at = self.input.len();
            return Ok(());
        }
        let length = rest.iter().take_while(|b| b.is_ascii()).count();
        out.push_ascii(&rest[..length]);
        self.at += length;
        Err(Failure::new(self.at, self.at + 1, "ordinal not in range(128)"))
    }

    fn position(&self) -> usize {
        self.at
    }

    fn resume(&mut self, position: usize) {
        self.at = position;
    }
}

/// Encodes ASCII or Latin-1.
pub struct SingleByteEncoder<'a> {
    text: Text<'a>,
    at: usize,
    /// 128 or 256.
    limit: u32,
}

impl<'a> SingleByteEncoder<'a> {
    /// An encoder of `text` to ASCII.
    pub fn ascii(text: Text<'a>) -> SingleByteEncoder<'a> {
        SingleByteEncoder { text, at: 0, limit: 128 }
    }

    /// An encoder of `text` to Latin-1.
    pub fn latin1(text: Text<'a>) -> SingleByteEncoder<'a> {
        SingleByteEncoder { text, at: 0, limit: 256 }
    }
}

impl Encoder for SingleByteEncoder<'_> {
    fn encoding(&self) -> &'static str {
        if self.limit == 128 { "ascii" } else { "latin-1" }
    }

    fn input(&self) -> Text<'_> {
        self.text
    }

    fn run(&mut self, out: &mut Vec<u8>) -> Result<(), Failure> {
        let rest = self.text.slice(self.at..self.text.len());
        if let Text::One(units) = rest
            && (self.limit == 256 || units.is_ascii())
        {
            out.extend_from_slice(units);
            self.at = self.text.len();
            return Ok(());
        }
        let limit = self.limit;
        let fits = with_units!(rest, units => {
            let before = out.len();
            out.extend(units.iter().map_while(|&unit| {
                let code = unit.code();
                (code < limit).then_some(code as u8)
            }));
            out.len() - before
        });
        self.at += fits;
        let rest = rest.slice(fits..rest.len());
        let failing = rest.codes().take_while(|&code| code >= limit).count();
        if failing == 0 {
            return Ok(());
        }
        let reason = match limit {
            128 => "ordinal not in range(128)",
            _ => "ordinal not in range(256)",
        };
        Err(Failure::new(self.at, self.at + failing, reason))
    }

    fn resume(&mut self, position: usize) {
        self.at = position;
    }

    fn replace(&mut self, out: &mut Vec<u8>, replacement: &Replacement) -> bool {
        match replacement {
            Replacement::Bytes(bytes) => out.extend_from_slice(bytes),
            Replacement::Text(OwnedText::One { units, ascii }) if *ascii || self.limit == 256 => {
                out.extend_from_slice(units);
            }
            Replacement::Text(_) => return false,
        }
        true
    }
}
