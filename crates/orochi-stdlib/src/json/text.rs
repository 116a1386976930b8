//! Strings of JSON.

use orochi_text::{Text, TextBuf, Unit, with_units};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::decode_error;

/// Why a string cannot be read, and where.
pub(super) struct Problem {
    message: &'static str,
    at: usize,
}

impl Problem {
    /// Raises it.
    pub(super) fn raise(self, th: &mut Thread, document: Ref<Str>) -> Raised {
        decode_error(th, self.message, document, self.at)
    }
}

/// A string that was read.
pub(super) enum Scanned {
    /// It stands in the document as it is, in this range.
    Plain(std::ops::Range<usize>),
    /// It had escapes.
    Built(TextBuf),
}

/// Reads the string whose first character is at `start`; the index behind its closing quote.
pub(super) fn scan<U: Unit>(
    units: &[U],
    start: usize,
    strict: bool,
) -> Result<(Scanned, usize), Problem> {
    let unterminated =
        || Problem { message: "Unterminated string starting at", at: start.wrapping_sub(1) };
    let mut built: Option<TextBuf> = None;
    let mut at = start;
    loop {
        let from = at;
        let stop = loop {
            let Some(unit) = units.get(at) else { return Err(unterminated()) };
            match unit.code() {
                0x22 => break true,
                0x5C => break false,
                0..0x20 if strict => {
                    return Err(Problem { message: "Invalid control character at", at });
                }
                _ => at += 1,
            }
        };
        if stop {
            return Ok(match built {
                None => (Scanned::Plain(from..at), at + 1),
                Some(mut text) => {
                    text.push_text(U::text(&units[from..at]));
                    (Scanned::Built(text), at + 1)
                }
            });
        }
        let text = built.get_or_insert_with(|| TextBuf::with_capacity(at - start + 32));
        text.push_text(U::text(&units[from..at]));
        let Some(letter) = units.get(at + 1) else { return Err(unterminated()) };
        let simple = match letter.code() {
            0x22 => 0x22,
            0x5C => 0x5C,
            0x2F => 0x2F,
            0x62 => 0x08,
            0x66 => 0x0C,
            0x6E => 0x0A,
            0x72 => 0x0D,
            0x74 => 0x09,
            0x75 => {
                let (code, next) = unicode_escape(units, at)?;
                text.push(code);
                at = next;
                continue;
            }
            _ => return Err(Problem { message: "Invalid \\escape: ", at }),
        };
        text.push(simple);
        at += 2;
    }
}

/// Four hexadecimal digits at `at`.
fn hex<U: Unit>(units: &[U], at: usize) -> Option<u32> {
    units
        .get(at..at + 4)?
        .iter()
        .try_fold(0, |value, unit| Some(value << 4 | char::from_u32(unit.code())?.to_digit(16)?))
}

/// The escape `\uXXXX` whose backslash is at `at`, joined with one behind it if both are halves of
/// a pair; the index behind.
fn unicode_escape<U: Unit>(units: &[U], at: usize) -> Result<(u32, usize), Problem> {
    let bad = Problem { message: "Invalid \\uXXXX escape", at: at + 1 };
    // A string cannot end with its last escape: the quote is missing.
    if at + 6 >= units.len() {
        return Err(bad);
    }
    let Some(code) = hex(units, at + 2) else { return Err(bad) };
    let next = at + 6;
    let paired = (0xD800..0xDC00).contains(&code)
        && units.get(next).is_some_and(|u| u.code() == 0x5C)
        && units.get(next + 1).is_some_and(|u| u.code() == 0x75);
    if paired && let Some(low @ 0xDC00..=0xDFFF) = hex(units, next + 2) {
        return Ok((0x1_0000 + ((code & 0x3FF) << 10 | low & 0x3FF), next + 6));
    }
    Ok((code, next))
}

pub(super) fn scanstring(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(document) = args[0].cast::<Str>() else {
        let name = th.type_name(args[0]);
        return Err(th.type_error(format!("first argument must be a string, not {name}")));
    };
    let start = th.index_ssize(args[1])?;
    let strict = if args[2].is_unbound() { true } else { th.is_true(args[2])? };
    let Some(start) = usize::try_from(start).ok().filter(|&start| start <= document.len()) else {
        return Err(th.value_error("end is out of bounds"));
    };
    let scanned = with_units!(document.text(), units => scan(units, start, strict));
    let (text, end) = match scanned {
        Ok((Scanned::Plain(range), end)) => (Str::slice(th, document, range)?, end),
        Ok((Scanned::Built(text), end)) => (th.new_text(text)?, end),
        Err(problem) => return Err(problem.raise(th, document)),
    };
    let end = th.int_from_i64(end as i64)?;
    Ok(Tuple::from_slice(th, &[text.value(), end])?.value())
}

/// Appends a string as JSON, quoted.
pub(super) fn push_string(out: &mut TextBuf, text: Text<'_>, ascii: bool) {
    out.push(0x22);
    with_units!(text, units => push_units(out, units, ascii));
    out.push(0x22);
}

fn push_units<U: Unit>(out: &mut TextBuf, units: &[U], ascii: bool) {
    let plain = |code: u32| code >= 0x20 && code != 0x22 && code != 0x5C && (code < 0x7F || !ascii);
    let mut from = 0;
    for (at, unit) in units.iter().enumerate() {
        let code = unit.code();
        if plain(code) {
            continue;
        }
        if from < at {
            out.push_text(U::text(&units[from..at]));
        }
        from = at + 1;
        match code {
            0x22 => out.push_ascii(b"\\\""),
            0x5C => out.push_ascii(b"\\\\"),
            0x08 => out.push_ascii(b"\\b"),
            0x0C => out.push_ascii(b"\\f"),
            0x0A => out.push_ascii(b"\\n"),
            0x0D => out.push_ascii(b"\\r"),
            0x09 => out.push_ascii(b"\\t"),
            0..=0xFFFF => push_escape(out, code),
            _ => {
                let bits = code - 0x1_0000;
                push_escape(out, 0xD800 | bits >> 10);
                push_escape(out, 0xDC00 | bits & 0x3FF);
            }
        }
    }
    out.push_text(U::text(&units[from..]));
}

fn push_escape(out: &mut TextBuf, code: u32) {
    let digit = |place: u32| b"0123456789abcdef"[(code >> (4 * place) & 15) as usize];
    out.push_ascii(&[b'\\', b'u', digit(3), digit(2), digit(1), digit(0)]);
}

fn encoded(th: &Thread, value: Value, ascii: bool) -> Result<Value, Raised> {
    let Some(string) = value.cast::<Str>() else {
        let name = th.type_name(value);
        return Err(th.type_error(format!("first argument must be a string, not {name}")));
    };
    let mut out = TextBuf::with_capacity(string.len() + 2);
    push_string(&mut out, string.text(), ascii);
    Ok(th.new_text(out)?.value())
}

pub(super) fn encode_basestring(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    encoded(th, args[0], false)
}

pub(super) fn encode_basestring_ascii(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    encoded(th, args[0], true)
}
