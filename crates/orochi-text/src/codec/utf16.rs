//! UTF-16 in either byte order.

use super::{
    ByteOrder, Decoder, Encoder, Failure, Replacement, is_low_surrogate, is_surrogate,
    join_surrogates, split_surrogates,
};
use crate::text::Text;
use crate::{OwnedText, TextBuf};

/// Decodes UTF-16.
pub struct Utf16Decoder<'a> {
    input: &'a [u8],
    at: usize,
    order: ByteOrder,
    last: bool,
}

impl<'a> Utf16Decoder<'a> {
    /// A decoder of `input`, which is all there is if `last`.
    pub fn new(input: &'a [u8], order: ByteOrder, last: bool) -> Utf16Decoder<'a> {
        let mut decoder = Utf16Decoder { input, at: 0, order, last };
        if order == ByteOrder::Mark && input.len() >= 2 {
            (decoder.order, decoder.at) = match input {
                [0xFF, 0xFE, ..] => (ByteOrder::Little, 2),
                [0xFE, 0xFF, ..] => (ByteOrder::Big, 2),
                _ => (ByteOrder::Little, 0),
            };
        }
        decoder
    }

    /// The byte order, decided as soon as two bytes were seen: for the next piece.
    pub fn order(&self) -> ByteOrder {
        self.order
    }

    fn unit(&self, at: usize) -> Option<u32> {
        let bytes = self.input.get(at..at + 2)?;
        let bytes = [bytes[0], bytes[1]];
        let unit = match self.order {
            ByteOrder::Big => u16::from_be_bytes(bytes),
            _ => u16::from_le_bytes(bytes),
        };
        Some(unit.into())
    }
}

impl Decoder for Utf16Decoder<'_> {
    fn encoding(&self) -> &'static str {
        match self.order {
            ByteOrder::Big => "utf-16-be",
            _ => "utf-16-le",
        }
    }

    fn input(&self) -> &[u8] {
        self.input
    }

    fn run(&mut self, out: &mut TextBuf) -> Result<(), Failure> {
        let end = self.input.len();
        out.reserve(end.saturating_sub(self.at) / 2);
        while self.at < end {
            let at = self.at;
            let Some(first) = self.unit(at) else {
                return if self.last {
                    Err(Failure::new(at, end, "truncated data"))
                } else {
                    Ok(())
                };
            };
            if !is_surrogate(first) {
                out.push(first);
                self.at += 2;
            } else if is_low_surrogate(first) {
                return Err(Failure::new(at, at + 2, "illegal encoding"));
            } else {
                match self.unit(at + 2) {
                    Some(second) if is_low_surrogate(second) => {
                        out.push(join_surrogates(first, second));
                        self.at += 4;
                    }
                    Some(_) => {
                        return Err(Failure::new(at, at + 2, "illegal UTF-16 surrogate"));
                    }
                    None if self.last => {
                        return Err(Failure::new(at, end, "unexpected end of data"));
                    }
                    None => return Ok(()),
                }
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

/// Encodes UTF-16.
pub struct Utf16Encoder<'a> {
    text: Text<'a>,
    at: usize,
    order: ByteOrder,
    /// Whether a byte order mark is still to be written.
    mark: bool,
}

impl<'a> Utf16Encoder<'a> {
    /// An encoder of `text`; [`ByteOrder::Mark`] writes a mark and little endian.
    pub fn new(text: Text<'a>, order: ByteOrder) -> Utf16Encoder<'a> {
        Utf16Encoder { text, at: 0, order, mark: order == ByteOrder::Mark }
    }

    fn push(&self, out: &mut Vec<u8>, unit: u16) {
        out.extend(match self.order {
            ByteOrder::Big => unit.to_be_bytes(),
            _ => unit.to_le_bytes(),
        });
    }
}

impl Encoder for Utf16Encoder<'_> {
    fn encoding(&self) -> &'static str {
        match self.order {
            ByteOrder::Mark => "utf-16",
            ByteOrder::Little => "utf-16-le",
            ByteOrder::Big => "utf-16-be",
        }
    }

    fn input(&self) -> Text<'_> {
        self.text
    }

    fn run(&mut self, out: &mut Vec<u8>) -> Result<(), Failure> {
        if std::mem::take(&mut self.mark) {
            self.push(out, 0xFEFF);
        }
        let rest = self.text.slice(self.at..self.text.len());
        out.reserve(rest.len().saturating_mul(2));
        for code in rest.codes() {
            if is_surrogate(code) {
                return Err(Failure::new(self.at, self.at + 1, "surrogates not allowed"));
            }
            if code > 0xFFFF {
                let (high, low) = split_surrogates(code);
                self.push(out, high);
                self.push(out, low);
            } else {
                self.push(out, code as u16);
            }
            self.at += 1;
        }
        Ok(())
    }

    fn resume(&mut self, position: usize) {
        self.at = position;
    }

    fn replace(&mut self, out: &mut Vec<u8>, replacement: &Replacement) -> bool {
        match replacement {
            Replacement::Bytes(bytes) if bytes.len() % 2 == 0 => out.extend_from_slice(bytes),
            Replacement::Text(OwnedText::One { units, ascii: true }) => {
                for &unit in units {
                    self.push(out, unit.into());
                }
            }
            _ => return false,
        }
        true
    }
}
