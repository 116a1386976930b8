//! Making strings: of parts, buffers, slices and single characters.
//!
//! Parts of known strings are counted first, so that a result is allocated once, at its size, and
//! written straight into the object.

use std::ops::Range;

use orochi_text::{ErrorClass, Kind, OwnedText, Text, TextBuf, TextError};

use super::Str;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;

impl Str {
    /// The string of one character; those of Latin-1 exist once.
    #[inline]
    pub fn from_code(th: &Thread, code: u32) -> Result<Ref<Str>, Raised> {
        if code < 0x100
            && let Some(one) = th.vm.characters.get().get(code as usize).cast::<Str>()
        {
            return Ok(one);
        }
        Str::narrowed(th, Text::Four(&[code]))
    }

    /// A string of these characters, stored as narrowly as they allow.
    pub fn narrowed(th: &Thread, text: Text<'_>) -> Result<Ref<Str>, Raised> {
        let bound = text.max_bound();
        Str::build(th, Kind::of(bound), text.len(), bound < 0x80, |filler| filler.push(text))
    }

    /// A string of these characters, of any kind: the shared ones where there are such.
    pub fn new(th: &Thread, text: Text<'_>) -> Result<Ref<Str>, Raised> {
        match text.len() {
            0 => Ok(th.vm.empty_str.get()),
            1 => Str::from_code(th, text.get(0).unwrap_or(0)),
            _ => Str::narrowed(th, text),
        }
    }

    /// The string of a finished text.
    pub fn from_owned(th: &Thread, text: &OwnedText) -> Result<Ref<Str>, Raised> {
        let (text, ascii) = (text.as_text(), text.is_ascii());
        if text.len() < 2 {
            return Str::new(th, text);
        }
        Str::build(th, text.kind(), text.len(), ascii, |filler| filler.push(text))
    }

    /// The characters of `string` in `range`, clamped to what exists.
    #[inline]
    pub fn slice(th: &Thread, string: Ref<Str>, range: Range<usize>) -> Result<Ref<Str>, Raised> {
        let part = string.text().slice(range);
        if part.len() < 2 {
            return Str::new(th, part);
        }
        if part.len() == string.len() {
            return Str::exact(th, string);
        }
        if string.is_ascii() {
            return Str::build(th, Kind::One, part.len(), true, |filler| filler.push(part));
        }
        Str::narrowed(th, part)
    }

    /// The string itself, or a copy if it is an instance of a subclass.
    #[inline]
    pub fn exact(th: &Thread, string: Ref<Str>) -> Result<Ref<Str>, Raised> {
        if string.value().cast_exact::<Str>().is_some() {
            return Ok(string);
        }
        Str::from_text(th, string.text())
    }

    /// `a + b`
    #[inline]
    pub fn concat(th: &Thread, a: Ref<Str>, b: Ref<Str>) -> Result<Ref<Str>, Raised> {
        if b.is_empty() {
            return Str::exact(th, a);
        }
        if a.is_empty() {
            return Str::exact(th, b);
        }
        let (x, y) = (a.text(), b.text());
        let ascii = a.is_ascii() && b.is_ascii();
        Str::build(th, x.kind().max(y.kind()), x.len() + y.len(), ascii, |filler| {
            filler.push(x);
            filler.push(y);
        })
    }

    /// `string * times`
    pub fn repeat(th: &Thread, string: Ref<Str>, times: usize) -> Result<Ref<Str>, Raised> {
        if times == 1 {
            return Str::exact(th, string);
        }
        if times == 0 || string.is_empty() {
            return Ok(th.vm.empty_str.get());
        }
        let text = string.text();
        let length = text.len().checked_mul(times).filter(|&length| length <= isize::MAX as usize);
        let Some(length) = length else {
            return Err(th.overflow_error("repeated string is too long"));
        };
        if length / times < 16 {
            // Many short pieces are doubled in a buffer of their own.
            let repeated = orochi_text::sequence::repeat(text, times);
            return match repeated {
                Ok(repeated) => Str::from_owned(th, &repeated),
                Err(error) => Err(th.text_error(error)),
            };
        }
        Str::build(th, text.kind(), length, string.is_ascii(), |filler| {
            for _ in 0..times {
                filler.push(text);
            }
        })
    }

    /// `separator.join(parts)`; the parts are strings, anything else among them is left out.
    pub fn join(th: &Thread, separator: Ref<Str>, parts: &[Value]) -> Result<Ref<Str>, Raised> {
        let (mut kind, mut ascii, mut length) = (Kind::One, true, 0usize);
        for part in parts.iter().filter_map(|part| part.cast::<Str>()) {
            kind = kind.max(part.text().kind());
            ascii &= part.is_ascii();
            length = length.saturating_add(part.len());
        }
        let gaps = parts.len().saturating_sub(1);
        if gaps > 0 && !separator.is_empty() {
            kind = kind.max(separator.text().kind());
            ascii &= separator.is_ascii();
            length = length.saturating_add(separator.len().saturating_mul(gaps));
        }
        if length > isize::MAX as usize {
            return Err(th.overflow_error("join() result is too long for a Python string"));
        }
        if length == 0 {
            return Ok(th.vm.empty_str.get());
        }
        Str::build(th, kind, length, ascii, |filler| {
            let gap = separator.text();
            for (index, part) in parts.iter().enumerate() {
                if index > 0 && !gap.is_empty() {
                    filler.push(gap);
                }
                if let Some(part) = part.cast::<Str>() {
                    filler.push(part.text());
                }
            }
        })
    }
}

impl Thread {
    /// The string of what was built in a buffer.
    pub fn new_text(&self, text: TextBuf) -> Result<Ref<Str>, Raised> {
        Str::from_owned(self, &text.finish())
    }

    /// The concatenation of strings: the parts of an f-string.
    pub fn concatenate(&mut self, parts: &[Value]) -> Result<Value, Raised> {
        if let [only] = parts
            && let Some(only) = only.cast::<Str>()
        {
            return Ok(Str::exact(self, only)?.value());
        }
        let empty = self.vm.empty_str.get();
        Ok(Str::join(self, empty, parts)?.value())
    }

    /// Raises what a text algorithm says went wrong.
    #[cold]
    pub fn text_error(&self, error: TextError) -> Raised {
        let message = &*error.message;
        match error.class {
            ErrorClass::ValueError => self.value_error(message),
            ErrorClass::TypeError => self.type_error(message),
            ErrorClass::OverflowError => self.overflow_error(message),
            ErrorClass::IndexError => self.index_error(message),
            ErrorClass::LookupError => self.lookup_error(message),
            ErrorClass::MemoryError => self.memory_error(),
            ErrorClass::KeyError => match self.new_str(message) {
                Ok(key) => self.key_error(key.value()),
                Err(raised) => raised,
            },
        }
    }

    /// The string that a text algorithm gave, or its error raised.
    pub fn text_result(&self, result: Result<OwnedText, TextError>) -> Result<Value, Raised> {
        match result {
            Ok(text) => Ok(Str::from_owned(self, &text)?.value()),
            Err(error) => Err(self.text_error(error)),
        }
    }
}
