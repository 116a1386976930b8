//! The error handlers every codec knows.

use super::{Failure, is_surrogate};
use crate::repr::push_escape;
use crate::text::Text;
use crate::{OwnedText, TextBuf, ucd};

/// A built-in error handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handler {
    /// Raise.
    Strict,
    /// Leave out.
    Ignore,
    /// `?` or U+FFFD.
    Replace,
    /// `\xhh` and the like.
    BackslashReplace,
    /// `&#123;`; encoding only.
    XmlCharRefReplace,
    /// `\N{NAME}`; encoding only.
    NameReplace,
    /// Bytes from 128 on become U+DC80 to U+DCFF and back.
    SurrogateEscape,
    /// Surrogates are encoded as if they were characters; UTF codecs only.
    SurrogatePass,
}

/// What stands in for text that cannot be encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// Text, to be encoded in its turn.
    Text(OwnedText),
    /// Bytes, as they are.
    Bytes(Vec<u8>),
}

/// The units in which a codec's surrogates are passed through.
enum Passage {
    Utf8,
    Utf16 { big: bool },
    Utf32 { big: bool },
}

fn passage(encoding: &str) -> Option<Passage> {
    let name: String =
        encoding.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_lowercase();
    Some(match name.as_str() {
        "utf8" | "cp65001" => Passage::Utf8,
        "utf16" | "utf16le" => Passage::Utf16 { big: false },
        "utf16be" => Passage::Utf16 { big: true },
        "utf32" | "utf32le" => Passage::Utf32 { big: false },
        "utf32be" => Passage::Utf32 { big: true },
        _ => return None,
    })
}

impl Passage {
    fn push(&self, out: &mut Vec<u8>, code: u32) {
        match self {
            Passage::Utf8 => super::utf8::push_code(out, code),
            Passage::Utf16 { big: true } => out.extend((code as u16).to_be_bytes()),
            Passage::Utf16 { big: false } => out.extend((code as u16).to_le_bytes()),
            Passage::Utf32 { big: true } => out.extend(code.to_be_bytes()),
            Passage::Utf32 { big: false } => out.extend(code.to_le_bytes()),
        }
    }

    /// The surrogate at the beginning of `bytes`, and its length.
    fn read(&self, bytes: &[u8]) -> Option<(u32, usize)> {
        let (code, length) = match (self, bytes) {
            (Passage::Utf8, [0xED, second @ 0xA0..=0xBF, third @ 0x80..=0xBF, ..]) => {
                (0xD000 | u32::from(second & 0x3F) << 6 | u32::from(third & 0x3F), 3)
            }
            (Passage::Utf16 { big: true }, [a, b, ..]) => (u16::from_be_bytes([*a, *b]).into(), 2),
            (Passage::Utf16 { big: false }, [a, b, ..]) => (u16::from_le_bytes([*a, *b]).into(), 2),
            (Passage::Utf32 { big }, [a, b, c, d, ..]) => {
                let bytes = [*a, *b, *c, *d];
                (if *big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }, 4)
            }
            _ => return None,
        };
        is_surrogate(code).then_some((code, length))
    }
}

impl Handler {
    /// The handler of that name.
    pub fn parse(name: &str) -> Option<Handler> {
        Some(match name {
            "strict" => Handler::Strict,
            "ignore" => Handler::Ignore,
            "replace" => Handler::Replace,
            "backslashreplace" => Handler::BackslashReplace,
            "xmlcharrefreplace" => Handler::XmlCharRefReplace,
            "namereplace" => Handler::NameReplace,
            "surrogateescape" => Handler::SurrogateEscape,
            "surrogatepass" => Handler::SurrogatePass,
            _ => return None,
        })
    }

    /// The handler's name.
    pub fn name(self) -> &'static str {
        match self {
            Handler::Strict => "strict",
            Handler::Ignore => "ignore",
            Handler::Replace => "replace",
            Handler::BackslashReplace => "backslashreplace",
            Handler::XmlCharRefReplace => "xmlcharrefreplace",
            Handler::NameReplace => "namereplace",
            Handler::SurrogateEscape => "surrogateescape",
            Handler::SurrogatePass => "surrogatepass",
        }
    }

    /// Handles a decoder's failure: appends what stands in and gives the position to go on at.
    /// `None`: the failure is to be raised (the handlers for encoding only raise `TypeError` in
    /// CPython, which is the caller's to tell from [`Handler::decodes`]).
    pub fn on_decode(
        self,
        encoding: &str,
        input: &[u8],
        failure: &Failure,
        out: &mut TextBuf,
    ) -> Option<usize> {
        let end = failure.end.min(input.len());
        let failing = input.get(failure.start..end)?;
        match self {
            Handler::Strict | Handler::XmlCharRefReplace | Handler::NameReplace => return None,
            Handler::Ignore => {}
            Handler::Replace => out.push(0xFFFD),
            Handler::BackslashReplace => {
                for &byte in failing {
                    push_escape(out, byte.into());
                }
            }
            Handler::SurrogateEscape => {
                let escaped = failing.iter().take(4).take_while(|&&byte| byte >= 0x80);
                let before = out.len();
                out.extend(escaped.map(|&byte| 0xDC00 | u32::from(byte)));
                let count = out.len() - before;
                return (count > 0).then_some(failure.start + count);
            }
            Handler::SurrogatePass => {
                let (code, length) = passage(encoding)?.read(&input[failure.start..])?;
                out.push(code);
                return Some(failure.start + length);
            }
        }
        Some(end)
    }

    /// Whether the handler works for decoding at all.
    pub fn decodes(self) -> bool {
        !matches!(self, Handler::XmlCharRefReplace | Handler::NameReplace)
    }

    /// Handles an encoder's failure: what stands in and the position to go on at. `None`: the
    /// failure is to be raised.
    pub fn on_encode(
        self,
        encoding: &str,
        input: Text<'_>,
        failure: &Failure,
    ) -> Option<(Replacement, usize)> {
        let failing = input.slice(failure.start..failure.end);
        let mut text = TextBuf::new();
        match self {
            Handler::Strict => return None,
            Handler::Ignore => {}
            Handler::Replace => text.push_repeated('?' as u32, failing.len()),
            Handler::BackslashReplace => {
                for code in failing.codes() {
                    push_escape(&mut text, code);
                }
            }
            Handler::XmlCharRefReplace => {
                for code in failing.codes() {
                    text.push_str(&format!("&#{code};"));
                }
            }
            Handler::NameReplace => {
                for code in failing.codes() {
                    match ucd::name(code) {
                        Some(name) => text.push_str(&format!("\\N{{{name}}}")),
                        None => push_escape(&mut text, code),
                    }
                }
            }
            Handler::SurrogateEscape => {
                let bytes: Vec<u8> = failing
                    .codes()
                    .map_while(|code| (0xDC80..0xDD00).contains(&code).then_some(code as u8))
                    .collect();
                // Charmap codecs hand the failing input over as a whole, the others bit by bit.
                if encoding == "charmap" && bytes.len() < failing.len() {
                    return None;
                }
                let position = failure.start + bytes.len();
                return (!bytes.is_empty()).then_some((Replacement::Bytes(bytes), position));
            }
            Handler::SurrogatePass => {
                let passage = passage(encoding)?;
                let mut bytes = Vec::new();
                for code in failing.codes() {
                    if !is_surrogate(code) {
                        return None;
                    }
                    passage.push(&mut bytes, code);
                }
                return Some((Replacement::Bytes(bytes), failure.end));
            }
        }
        Some((Replacement::Text(text.finish()), failure.end))
    }
}
