//! Encodings described by a mapping: a string of up to 256 characters or any Python mapping.
//!
//! The mapping is a function handed in. One that asks a Python dictionary may meet an exception:
//! it keeps the exception for the caller and answers [`MappedText::Undefined`].

use super::{Decoder, Encoder, Failure, Replacement};
use crate::text::Text;
use crate::{OwnedText, TextBuf};

const UNDEFINED: &str = "character maps to <undefined>";

/// What a byte decodes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MappedText {
    /// Nothing: an error.
    Undefined,
    /// A code point.
    Code(u32),
    /// A string, perhaps empty.
    Text(OwnedText),
}

/// What a code point encodes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MappedBytes {
    /// Nothing: an error.
    Undefined,
    /// A byte.
    Byte(u8),
    /// Bytes, perhaps none.
    Bytes(Vec<u8>),
}

/// Decodes by a mapping.
pub struct CharmapDecoder<'a, F: FnMut(u8) -> MappedText> {
    input: &'a [u8],
    at: usize,
    map: F,
}

impl<'a, F: FnMut(u8) -> MappedText> CharmapDecoder<'a, F> {
    /// A decoder of `input` by `map`.
    pub fn new(input: &'a [u8], map: F) -> CharmapDecoder<'a, F> {
        CharmapDecoder { input, at: 0, map }
    }
}

impl<'a> CharmapDecoder<'a, fn(u8) -> MappedText> {
    /// A mapping given as a string: the byte is the index, U+FFFE and what lies outside are
    /// undefined.
    pub fn table(table: Text<'_>) -> impl FnMut(u8) -> MappedText + '_ {
        move |byte| match table.get(byte.into()) {
            None | Some(0xFFFE) => MappedText::Undefined,
            Some(code) => MappedText::Code(code),
        }
    }
}

impl<F: FnMut(u8) -> MappedText> Decoder for CharmapDecoder<'_, F> {
    fn encoding(&self) -> &'static str {
        "charmap"
    }

    fn input(&self) -> &[u8] {
        self.input
    }

    fn run(&mut self, out: &mut TextBuf) -> Result<(), Failure> {
        while let Some(&byte) = self.input.get(self.at) {
            match (self.map)(byte) {
                MappedText::Undefined => {
                    return Err(Failure::new(self.at, self.at + 1, UNDEFINED));
                }
                MappedText::Code(code) => out.push(code),
                MappedText::Text(text) => out.push_text(text.as_text()),
            }
            self.at += 1;
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

/// The reverse of a decoding table: what `codecs.charmap_build` makes.
#[derive(Clone, Debug, Default)]
pub struct EncodingMap {
    /// Bytes of code points below 256.
    low: Vec<Option<u8>>,
    /// The others, sorted by code point.
    high: Vec<(u32, u8)>,
}

impl EncodingMap {
    /// Reverses a decoding table; U+FFFE stands for undefined bytes. A later byte wins.
    pub fn new(table: Text<'_>) -> EncodingMap {
        let mut map = EncodingMap { low: vec![None; 256], high: Vec::new() };
        for (byte, code) in (0..=255u8).zip(table.codes()) {
            match code {
                0..=0xFF => map.low[code as usize] = Some(byte),
                0xFFFE => {}
                _ => map.high.push((code, byte)),
            }
        }
        map.high.sort_by_key(|&(code, byte)| (code, std::cmp::Reverse(byte)));
        map.high.dedup_by_key(|entry| entry.0);
        map
    }

    /// The byte of a code point.
    pub fn get(&self, code: u32) -> Option<u8> {
        if let Some(&byte) = self.low.get(code as usize) {
            return byte;
        }
        let found = self.high.binary_search_by_key(&code, |entry| entry.0).ok()?;
        Some(self.high[found].1)
    }

    /// As a mapping for [`CharmapEncoder`].
    pub fn mapping(&self) -> impl FnMut(u32) -> MappedBytes + '_ {
        |code| self.get(code).map_or(MappedBytes::Undefined, MappedBytes::Byte)
    }
}

/// Encodes by a mapping.
pub struct CharmapEncoder<'a, F: FnMut(u32) -> MappedBytes> {
    text: Text<'a>,
    at: usize,
    map: F,
}

impl<'a, F: FnMut(u32) -> MappedBytes> CharmapEncoder<'a, F> {
    /// An encoder of `text` by `map`.
    pub fn new(text: Text<'a>, map: F) -> CharmapEncoder<'a, F> {
        CharmapEncoder { text, at: 0, map }
    }

    /// Whether the code point is in the mapping; if so its bytes are appended.
    fn push(&mut self, out: &mut Vec<u8>, code: u32) -> bool {
        match (self.map)(code) {
            MappedBytes::Undefined => return false,
            MappedBytes::Byte(byte) => out.push(byte),
            MappedBytes::Bytes(bytes) => out.extend_from_slice(&bytes),
        }
        true
    }
}

impl<F: FnMut(u32) -> MappedBytes> Encoder for CharmapEncoder<'_, F> {
    fn encoding(&self) -> &'static str {
        "charmap"
    }

    fn input(&self) -> Text<'_> {
        self.text
    }

    fn run(&mut self, out: &mut Vec<u8>) -> Result<(), Failure> {
        while let Some(code) = self.text.get(self.at) {
            if self.push(out, code) {
                self.at += 1;
                continue;
            }
            let mut end = self.at + 1;
            while let Some(code) = self.text.get(end)
                && (self.map)(code) == MappedBytes::Undefined
            {
                end += 1;
            }
            return Err(Failure::new(self.at, end, UNDEFINED));
        }
        Ok(())
    }

    fn resume(&mut self, position: usize) {
        self.at = position;
    }

    fn replace(&mut self, out: &mut Vec<u8>, replacement: &Replacement) -> bool {
        match replacement {
            Replacement::Bytes(bytes) => {
                out.extend_from_slice(bytes);
                true
            }
            Replacement::Text(text) => {
                let before = out.len();
                let taken = text.as_text().codes().all(|code| self.push(out, code));
                if !taken {
                    out.truncate(before);
                }
                taken
            }
        }
    }
}
