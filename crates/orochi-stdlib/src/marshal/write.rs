//! Values to bytes.

use orochi_text::codec::{self, Handler, Utf8Encoder};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::object::ValueCast;
use orochi_vm::operation::BinaryOp;
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::code::Code;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::int::{as_i64, is_int_like, is_negative};
use orochi_vm::types::list::List;
use orochi_vm::types::slice::Slice;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::{DEPTH, kind};

pub(super) fn to_bytes(th: &mut Thread, value: Value, allow_code: bool) -> Result<Vec<u8>, Raised> {
    let mut writer = Writer { out: Vec::new(), allow_code, depth: 0 };
    writer.write(th, value)?;
    Ok(writer.out)
}

struct Writer {
    out: Vec<u8>,
    allow_code: bool,
    depth: u32,
}

impl Writer {
    fn length(&mut self, th: &Thread, length: usize) -> Result<(), Raised> {
        match i32::try_from(length) {
            Ok(length) => {
                self.out.extend_from_slice(&length.to_le_bytes());
                Ok(())
            }
            Err(_) => Err(th.value_error("unmarshallable object")),
        }
    }

    fn counted(&mut self, th: &Thread, kind: u8, bytes: &[u8]) -> Result<(), Raised> {
        self.out.push(kind);
        self.length(th, bytes.len())?;
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn write(&mut self, th: &mut Thread, value: Value) -> Result<(), Raised> {
        if self.depth > DEPTH {
            return Err(th.value_error("object too deeply nested to marshal"));
        }
        th.check_native_stack()?;
        self.depth += 1;
        self.write_any(th, value)?;
        self.depth -= 1;
        Ok(())
    }

    fn write_any(&mut self, th: &mut Thread, value: Value) -> Result<(), Raised> {
        let simple = match value {
            Value::NONE => Some(kind::NONE),
            Value::TRUE => Some(kind::TRUE),
            Value::FALSE => Some(kind::FALSE),
            Value::ELLIPSIS => Some(kind::ELLIPSIS),
            value if value == classes::STOP_ITERATION.class().value() => Some(kind::STOP_ITERATION),
            _ => None,
        };
        if let Some(kind) = simple {
            self.out.push(kind);
            return Ok(());
        }
        if value.is_float() {
            self.out.push(kind::FLOAT);
            self.out.extend_from_slice(&value.as_f64().to_le_bytes());
            return Ok(());
        }
        let exact_int = value.is_int()
            || is_int_like(value) && th.class_of(value) == orochi_vm::types::int::SPEC.class();
        if exact_int {
            return self.write_int(th, value);
        }
        if let Some(text) = value.cast_exact::<Str>() {
            if let Some(ascii) = text.ascii() {
                let interned = text.is_interned();
                let (kind, short) = if interned {
                    (kind::ASCII_INTERNED, kind::SHORT_ASCII_INTERNED)
                } else {
                    (kind::ASCII, kind::SHORT_ASCII)
                };
                if ascii.len() < 256 {
                    self.out.extend_from_slice(&[short, ascii.len() as u8]);
                    self.out.extend_from_slice(ascii.as_bytes());
                    return Ok(());
                }
                return self.counted(th, kind, ascii.as_bytes());
            }
            let mut bytes = Vec::new();
            let mut encoder = Utf8Encoder::new(text.text());
            // This handler takes everything that a string can hold.
            let _ = codec::encode(&mut encoder, Handler::SurrogatePass, &mut bytes);
            return self.counted(th, kind::TEXT, &bytes);
        }
        if let Some(bytes) = value.cast_exact::<Bytes>() {
            return self.counted(th, kind::BYTES, bytes.as_slice());
        }
        if let Some(tuple) = value.cast_exact::<Tuple>() {
            if tuple.len() < 256 {
                self.out.extend_from_slice(&[kind::SMALL_TUPLE, tuple.len() as u8]);
            } else {
                self.out.push(kind::TUPLE);
                self.length(th, tuple.len())?;
            }
            for &item in tuple.as_slice() {
                self.write(th, item)?;
            }
            return Ok(());
        }
        if let Some(list) = value.cast_exact::<List>() {
            let items = list.snapshot(th)?;
            return self.items(th, kind::LIST, &items);
        }
        if let Some(dict) = value.cast_exact::<Dict>() {
            self.out.push(kind::DICT);
            let mut position = 0;
            while let Some((key, item, next)) = dict.entry_from(th, position)? {
                position = next;
                self.write(th, key)?;
                self.write(th, item)?;
            }
            self.out.push(kind::NULL);
            return Ok(());
        }
        let class = th.class_of(value);
        for (spec, kind) in [
            (&orochi_vm::types::set::SET, kind::SET),
            (&orochi_vm::types::set::FROZENSET, kind::FROZENSET),
        ] {
            if class == spec.class() {
                let mut items = RootVec::new();
                th.collect(value, &mut items)?;
                return self.items(th, kind, &items);
            }
        }
        if let Some(slice) = value.cast_exact::<Slice>() {
            self.out.push(kind::SLICE);
            for part in [slice.start.get(), slice.stop.get(), slice.step.get()] {
                self.write(th, part)?;
            }
            return Ok(());
        }
        if let Some(code) = value.cast_exact::<Code>() {
            if !self.allow_code {
                return Err(th.value_error("marshalling code objects is disallowed"));
            }
            let bytes = orochi_compiler::marshal::dump(code.compiled());
            return self.counted(th, kind::CODE, &bytes);
        }
        if class == orochi_vm::types::complex::SPEC.class() {
            return self.write_complex(th, value);
        }
        if th.is_bytes_like(value) {
            let bytes = th.bytes_of(value)?;
            return self.counted(th, kind::BYTES, &bytes);
        }
        Err(th.value_error("unmarshallable object"))
    }

    fn items(&mut self, th: &mut Thread, kind: u8, items: &[Value]) -> Result<(), Raised> {
        self.out.push(kind);
        self.length(th, items.len())?;
        for &item in items {
            self.write(th, item)?;
        }
        Ok(())
    }

    fn write_complex(&mut self, th: &mut Thread, value: Value) -> Result<(), Raised> {
        self.out.push(kind::COMPLEX);
        for part in ["real", "imag"] {
            let part = th.name(part);
            let part = th.get_attribute(value, part)?;
            self.out.extend_from_slice(&part.number_as_f64().to_le_bytes());
        }
        Ok(())
    }

    fn write_int(&mut self, th: &mut Thread, value: Value) -> Result<(), Raised> {
        if let Some(small) = as_i64(value).and_then(|number| i32::try_from(number).ok()) {
            self.out.push(kind::INT);
            self.out.extend_from_slice(&small.to_le_bytes());
            return Ok(());
        }
        // Digits of 15 bits, least significant first; the sign is that of their number.
        let negative = is_negative(value);
        let mut rest = th.unary(orochi_vm::operation::UnaryOp::Abs, value)?;
        let mut digits = Vec::new();
        let (mask, shift) = (th.int_from_i64((1 << 45) - 1)?, Value::from_i32(45));
        while as_i64(rest) != Some(0) {
            let low = th.binary(BinaryOp::And, rest, mask)?;
            let low = as_i64(low).unwrap_or(0);
            digits.extend([low & 0x7FFF, low >> 15 & 0x7FFF, low >> 30 & 0x7FFF]);
            rest = th.binary(BinaryOp::RShift, rest, shift)?;
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        self.out.push(kind::LONG);
        let Ok(count) = i32::try_from(digits.len()) else {
            return Err(th.value_error("unmarshallable object"));
        };
        self.out.extend_from_slice(&(if negative { -count } else { count }).to_le_bytes());
        for digit in digits {
            self.out.extend_from_slice(&(digit as u16).to_le_bytes());
        }
        Ok(())
    }
}
