//! UTF-32 in either byte order.

use super::{ByteOrder, Decoder, Encoder, Failure, Replacement, is_surrogate};
use crate::text::{MAX_CODE_POINT, Text};
use crate::{OwnedText, TextBuf};

/// Decodes UTF-32.
pub struct Utf32Decoder<'a> {
    input: &'a [u8],
    at: usize,
    order: ByteOrder,
    last: bool,
}

impl<'a> Utf32Decoder<'a> {
    /// A decoder of `input`, which is all there is if `last`.
    pub fn new(input: &'a [u8], order: ByteOrder, last: bool) -> Utf32Decoder<'a> {
        let mut decoder = Utf32Decoder { input, at: 0, order, last };
        if order == ByteOrder::Mark && input.len() >= 4 {
            (decoder.order, decoder.at) = match input {
                [0xFF, 0xFE, 0, 0, ..] => (ByteOrder::Little, 4),
                [0, 0, 0xFE, 0xFF, ..] => (ByteOrder::Big, 4),
                _ => (ByteOrder::Little, 0),
            };
        }
        decoder
    }

    /// The byte order, decided as soon as four bytes were seen: for the next piece.
    pub fn order(&self) -> ByteOrder {
        self.order
    }
}

impl Decoder for Utf32Decoder<'_> {
    fn encoding(&self) -> &'static str {
        match self.order {
            ByteOrder::Big => "utf-32-be",
            _ => "utf-32-le",
        }
    }

    fn input(&self) -> &[u8] {
        self.input
    }

    fn run(&mut self, out: &mut TextBuf) -> Result<(), Failure> {
        let end = self.input.len();
        while self.at < end {
            let at = self.at;
            let Some(&[a, b, c, d]) = self.input.get(at..at + 4) else {
                return if self.last {
                    Err(Failure::new(at, end, "truncated data"))
                } else {
                    Ok(())
                };
            };
            let code = match self.order {
                ByteOrder::Big => u32::from_be_bytes([a, b, c, d]),
                _ => u32::from_le_bytes([a, b, c, d]),
            };
            if code > MAX_CODE_POINT {
                return Err(Failure::new(at, at + 4, "code point not in range(0x110000)"));
            }
            if is_surrogate(code) {
                return Err(Failure::new(
                    at,
                    at + 4,
                    "code point in surrogate code point range(0xd800, 0xe000)",
                ));
            }
            out.push(code);
            self.at += 4;
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

/// Encodes UTF-32.
pub struct Utf32Encoder<'a> {
    text: Text<'a>,
    at: usize,
    order: ByteOrder,
    /// Whether a byte order mark is still to be written.
    mark: bool,
}

impl<'a> Utf32Encoder<'a> {
    /// An encoder of `text`; [`ByteOrder::Mark`] writes a mark and little endian.
    pub fn new(text: Text<'a>, order: ByteOrder) -> Utf32Encoder<'a> {
        Utf32Encoder { text, at: 0, order, mark: order == ByteOrder::Mark }
    }

    fn push(&self, out: &mut Vec<u8>, code: u32) {
        out.extend(match self.order {
            ByteOrder::Big => code.to_be_bytes(),
            _ => code.to_le_bytes(),
        });
    }
}

impl Encoder for Utf32Encoder<'_> {
    fn encoding(&self) -> &'static str {
        match self.order {
            ByteOrder::Mark => "utf-32",
            ByteOrder::Little => "utf-32-le",
            ByteOrder::Big => "utf-32-be",
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
        out.reserve(rest.len().saturating_mul(4));
        for code in rest.codes() {
            if is_surrogate(code) {
                return Err(Failure::new(self.at, self.at + 1, "surrogates not allowed"));
            }
            self.push(out, code);
            self.at += 1;
        }
        Ok(())
    }

    fn resume(&mut self, position: usize) {
        self.at = position;
    }

    fn replace(&mut self, out: &mut Vec<u8>, replacement: &Replacement) -> bool {
        match replacement {
            Replacement::Bytes(bytes) if bytes.len() % 4 == 0 => out.extend_from_slice(bytes),
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
