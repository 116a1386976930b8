//! Bytes to values.

use std::sync::Arc;

use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::thread::Thread;
use orochi_vm::types::code::Code;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::list::List;
use orochi_vm::types::slice::Slice;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::{DEPTH, kind};

/// Reads a value; also how many bytes it took.
pub(super) fn from_bytes(
    th: &mut Thread,
    bytes: &[u8],
    allow_code: bool,
) -> Result<(Value, usize), Raised> {
    let mut reader = Reader { bytes, at: 0, allow_code, depth: 0, remembered: RootVec::new() };
    let value = reader.value(th)?;
    if value.is_unbound() {
        return Err(th.type_error("NULL object in marshal data for object"));
    }
    Ok((value, reader.at))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    allow_code: bool,
    depth: u32,
    /// What may be referred to; unbound while it is being read.
    remembered: RootVec,
}

impl<'a> Reader<'a> {
    fn take(&mut self, th: &Thread, count: usize) -> Result<&'a [u8], Raised> {
        let end = self.at.checked_add(count);
        match end.and_then(|end| self.bytes.get(self.at..end)) {
            Some(bytes) => {
                self.at += count;
                Ok(bytes)
            }
            None if self.at >= self.bytes.len() => {
                Err(th.eof_error("EOF read where object expected"))
            }
            None => Err(th.eof_error("marshal data too short")),
        }
    }

    fn byte(&mut self, th: &Thread) -> Result<u8, Raised> {
        Ok(self.take(th, 1)?[0])
    }

    fn number(&mut self, th: &Thread) -> Result<i32, Raised> {
        let bytes = self.take(th, 4)?;
        Ok(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn float(&mut self, th: &Thread) -> Result<f64, Raised> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.take(th, 8)?);
        Ok(f64::from_le_bytes(bytes))
    }

    /// A length, which cannot exceed what is left to read.
    fn length(&mut self, th: &Thread, what: &str) -> Result<usize, Raised> {
        match usize::try_from(self.number(th)?) {
            Ok(length) => Ok(length),
            Err(_) => Err(th.value_error(format!("bad marshal data ({what} size out of range)"))),
        }
    }

    fn value(&mut self, th: &mut Thread) -> Result<Value, Raised> {
        if self.depth > DEPTH {
            return Err(th.value_error("recursion limit exceeded"));
        }
        th.check_native_stack()?;
        self.depth += 1;
        let first = self.byte(th)?;
        let place = (first & kind::REMEMBERED != 0).then(|| {
            self.remembered.push(Value::UNBOUND);
            self.remembered.len() - 1
        });
        let value = self.value_of(th, first & !kind::REMEMBERED, place)?;
        if let Some(place) = place {
            self.remembered.as_mut_slice()[place] = value;
        }
        self.depth -= 1;
        Ok(value)
    }

    /// A value that must be there.
    fn present(&mut self, th: &mut Thread, what: &str) -> Result<Value, Raised> {
        let value = self.value(th)?;
        if value.is_unbound() {
            return Err(th.type_error(format!("NULL object in marshal data for {what}")));
        }
        Ok(value)
    }

    fn value_of(
        &mut self,
        th: &mut Thread,
        kind: u8,
        place: Option<usize>,
    ) -> Result<Value, Raised> {
        Ok(match kind {
            kind::NULL => Value::UNBOUND,
            kind::NONE => Value::NONE,
            kind::TRUE => Value::TRUE,
            kind::FALSE => Value::FALSE,
            kind::ELLIPSIS => Value::ELLIPSIS,
            kind::STOP_ITERATION => classes::STOP_ITERATION.class().value(),
            kind::INT => Value::from_i32(self.number(th)?),
            kind::LONG => self.long(th)?,
            kind::FLOAT => Value::from_f64(self.float(th)?),
            kind::COMPLEX => {
                let (real, imaginary) = (self.float(th)?, self.float(th)?);
                th.new_complex(real, imaginary)?
            }
            kind::BYTES => {
                let length = self.length(th, "bytes object")?;
                let bytes = self.take(th, length)?;
                th.new_bytes(bytes)?.value()
            }
            kind::TEXT | kind::INTERNED => {
                let length = self.length(th, "string")?;
                let bytes = self.take(th, length)?;
                let text = Str::from_generalised_utf8(th, bytes)?;
                if kind == kind::INTERNED { th.intern_str(text).value() } else { text.value() }
            }
            kind::ASCII | kind::ASCII_INTERNED | kind::SHORT_ASCII | kind::SHORT_ASCII_INTERNED => {
                let short = kind == kind::SHORT_ASCII || kind == kind::SHORT_ASCII_INTERNED;
                let length =
                    if short { usize::from(self.byte(th)?) } else { self.length(th, "string")? };
                let bytes = self.take(th, length)?;
                let text = Str::from_text(th, orochi_text::Text::One(bytes))?;
                let interned = kind == kind::ASCII_INTERNED || kind == kind::SHORT_ASCII_INTERNED;
                if interned { th.intern_str(text).value() } else { text.value() }
            }
            kind::SMALL_TUPLE | kind::TUPLE => {
                let length = if kind == kind::SMALL_TUPLE {
                    usize::from(self.byte(th)?)
                } else {
                    self.length(th, "tuple")?
                };
                let items = self.items(th, length, "tuple")?;
                Tuple::from_slice(th, items.as_slice())?.value()
            }
            kind::LIST => {
                let length = self.length(th, "list")?;
                let list = List::new(th)?;
                self.remember(place, list.value());
                for _ in 0..length {
                    let item = self.present(th, "list")?;
                    list.push(th, item)?;
                }
                list.value()
            }
            kind::DICT => {
                let dict = Dict::new(th)?;
                self.remember(place, dict.value());
                loop {
                    let key = self.value(th)?;
                    if key.is_unbound() {
                        break;
                    }
                    let value = self.value(th)?;
                    if value.is_unbound() {
                        break;
                    }
                    dict.set(th, key, value)?;
                }
                dict.value()
            }
            kind::SET | kind::FROZENSET => {
                let length = self.length(th, "set")?;
                let items = self.items(th, length, "set")?;
                let items = List::from_slice(th, items.as_slice())?.value();
                let class = if kind == kind::SET {
                    &orochi_vm::types::set::SET
                } else {
                    &orochi_vm::types::set::FROZENSET
                };
                th.call(class.class().value(), &[items])?
            }
            kind::SLICE => {
                let items = self.items(th, 3, "slice")?;
                Slice::allocate(th, items[0], items[1], items[2])?.value()
            }
            kind::CODE => {
                if !self.allow_code {
                    return Err(th.value_error("unmarshalling code objects is disallowed"));
                }
                let length = self.length(th, "code object")?;
                let bytes = self.take(th, length)?;
                match orochi_compiler::marshal::load(bytes) {
                    Ok(code) => Code::new(th, Arc::new(code))?.value(),
                    Err(_) => return Err(th.value_error("bad marshal data (invalid code object)")),
                }
            }
            kind::REFERENCE => {
                let at = self.number(th)?;
                let found =
                    usize::try_from(at).ok().and_then(|at| self.remembered.get(at).copied());
                match found.filter(|value| !value.is_unbound()) {
                    Some(value) => value,
                    None => return Err(th.value_error("bad marshal data (invalid reference)")),
                }
            }
            _ => return Err(th.value_error("bad marshal data (unknown type code)")),
        })
    }

    fn remember(&mut self, place: Option<usize>, value: Value) {
        if let Some(place) = place {
            self.remembered.as_mut_slice()[place] = value;
        }
    }

    fn items(&mut self, th: &mut Thread, length: usize, what: &str) -> Result<RootVec, Raised> {
        let mut items = RootVec::new();
        for _ in 0..length {
            let item = self.present(th, what)?;
            items.push(item);
        }
        Ok(items)
    }

    fn long(&mut self, th: &mut Thread) -> Result<Value, Raised> {
        let count = self.number(th)?;
        let (negative, count) = (count < 0, count.unsigned_abs() as usize);
        let bytes = self.take(th, count.saturating_mul(2))?;
        let mut words = vec![0u64; (15 * count).div_ceil(64)];
        for (at, pair) in bytes.chunks_exact(2).enumerate() {
            let digit = u64::from(u16::from_le_bytes([pair[0], pair[1]]));
            if digit > 0x7FFF {
                return Err(th.value_error("bad marshal data (digit out of range in long)"));
            }
            let (word, shift) = (15 * at / 64, 15 * at % 64);
            words[word] |= digit << shift;
            if shift > 49
                && let Some(next) = words.get_mut(word + 1)
            {
                *next |= digit >> (64 - shift);
            }
        }
        th.int_from_words(negative, &words)
    }
}
