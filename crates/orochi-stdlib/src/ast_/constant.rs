//! Constants, both ways.

use std::sync::Arc;

use orochi_compiler::code::Constant;
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::int::Int;
use orochi_vm::types::set::Set;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;
use orochi_vm::types::{bytes, complex, int, set};

/// The value of a constant.
pub fn value(th: &mut Thread, constant: &Constant) -> Result<Value, Raised> {
    Ok(match constant {
        Constant::None | Constant::Code(_) => Value::NONE,
        Constant::Bool(b) => Value::from_bool(*b),
        Constant::Ellipsis => Value::ELLIPSIS,
        Constant::Int(i) => th.int_from_i64(*i)?,
        Constant::BigInt { negative, words } => th.int_from_words(*negative, words)?,
        Constant::Float(f) => Value::from_f64(*f),
        Constant::Complex(re, im) => th.new_complex(*re, *im)?,
        Constant::Str(text) => Str::from_generalised_utf8(th, text)?.value(),
        Constant::Bytes(bytes) => th.new_bytes(bytes)?.value(),
        Constant::Tuple(items) => {
            let values = values(th, items)?;
            Tuple::from_slice(th, &values)?.value()
        }
        Constant::FrozenSet(items) => {
            let values = values(th, items)?;
            let members = Set::new(th)?;
            for at in 0..values.len() {
                members.add(th, values[at])?;
            }
            Set::frozen(th, members)?.value()
        }
    })
}

fn values(th: &mut Thread, items: &[Constant]) -> Result<RootVec, Raised> {
    let mut values = RootVec::with_capacity(items.len());
    for item in items {
        let value = value(th, item)?;
        values.push(value);
    }
    Ok(values)
}

/// Characters as "generalised UTF-8", lone surrogates included.
pub fn generalised(text: &Str) -> Vec<u8> {
    if let Some(ascii) = text.ascii() {
        return ascii.as_bytes().to_vec();
    }
    let mut bytes = Vec::with_capacity(text.len() + 16);
    for point in text.text().codes() {
        match char::from_u32(point) {
            Some(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            // A surrogate: three bytes like any other of its size.
            None => bytes.extend_from_slice(&[
                0xE0 | (point >> 12) as u8,
                0x80 | (point >> 6 & 0x3F) as u8,
                0x80 | (point & 0x3F) as u8,
            ]),
        }
    }
    bytes
}

/// The constant of a value; `None` if it cannot be one.
pub fn constant(th: &mut Thread, value: Value) -> Result<Option<Constant>, Raised> {
    th.check_native_stack()?;
    if value.is_none() {
        return Ok(Some(Constant::None));
    }
    if value == Value::ELLIPSIS {
        return Ok(Some(Constant::Ellipsis));
    }
    if value.is_bool() {
        return Ok(Some(Constant::Bool(value.is_true())));
    }
    if value.is_float() {
        return Ok(Some(Constant::Float(value.as_f64())));
    }
    if let Some(small) = int::as_i64(value) {
        return Ok(Some(Constant::Int(small)));
    }
    if let Some(text) = value.cast_exact::<Str>() {
        return Ok(Some(Constant::Str(generalised(&text).into())));
    }
    if let Some(large) = value.cast_exact::<Int>() {
        let words: Arc<[u64]> = large.words().into();
        return Ok(Some(Constant::BigInt { negative: large.is_negative(), words }));
    }
    if value.cast_exact::<bytes::Bytes>().is_some() {
        return Ok(Some(Constant::Bytes(th.bytes_of(value)?.into())));
    }
    if let Some(number) = value.cast_exact::<complex::Complex>() {
        return Ok(Some(Constant::Complex(number.real.get(), number.imaginary.get())));
    }
    let tuple = value.cast_exact::<Tuple>();
    let frozen = th.class_of(value) == set::FROZENSET.class();
    if tuple.is_none() && !frozen {
        return Ok(None);
    }
    let mut items = RootVec::new();
    th.collect(value, &mut items)?;
    let mut constants = Vec::new();
    for at in 0..items.len() {
        match constant(th, items[at])? {
            Some(constant) => constants.push(constant),
            None => return Ok(None),
        }
    }
    let constants: Arc<[Constant]> = constants.into();
    Ok(Some(if frozen { Constant::FrozenSet(constants) } else { Constant::Tuple(constants) }))
}
