//! `translate` and `maketrans`.

use orochi_text::search::{Translation, translate_text};

use super::Str;
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::int;

pub(super) fn translate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let table = args[1];
    let text = translate_text(string.text(), |code| one(th, table, code))?;
    Ok(Str::from_owned(th, &text)?.value())
}

/// What the table says about a character; what it does not know stays.
pub(crate) fn one(th: &mut Thread, table: Value, code: u32) -> Result<Translation, Raised> {
    th.poll()?;
    let key = Value::from_i32(code as i32);
    let found = match th.get_item(table, key) {
        Ok(found) => found,
        Err(raised) => {
            return match th.catch(raised, &classes::LOOKUP_ERROR) {
                Some(_) => Ok(Translation::Same),
                None => Err(raised),
            };
        }
    };
    if found.is_none() {
        return Ok(Translation::Delete);
    }
    if let Some(text) = found.cast::<Str>() {
        return Ok(Translation::Text(text.text().to_owned()));
    }
    if !int::is_int_like(found) {
        return Err(th.type_error("character mapping must return integer, None or str"));
    }
    match int::as_i64(found) {
        Some(code @ 0..=0x10_FFFF) => Ok(Translation::Code(code as u32)),
        _ => Err(th.value_error("character mapping must be in range(0x110000)")),
    }
}

pub(super) fn maketrans(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let table = Dict::new(th)?;
    if args[1].is_unbound() {
        from_mapping(th, table, args[0])?;
    } else {
        from_strings(th, table, args)?;
    }
    Ok(table.value())
}

fn from_mapping(th: &mut Thread, table: Ref<Dict>, mapping: Value) -> Result<(), Raised> {
    let Some(mapping) = mapping.cast::<Dict>() else {
        return Err(th.type_error("if you give only one argument to maketrans it must be a dict"));
    };
    let entries = mapping.snapshot(th)?;
    for pair in entries.chunks_exact(2) {
        let (key, value) = (pair[0], pair[1]);
        if let Some(text) = key.cast::<Str>() {
            let Some(code) = text.text().get(0).filter(|_| text.len() == 1) else {
                return Err(th.value_error("string keys in translate table must be of length 1"));
            };
            table.set(th, Value::from_i32(code as i32), value)?;
        } else if int::is_int_like(key) {
            table.set(th, key, value)?;
        } else {
            return Err(th.type_error("keys in translate table must be strings or integers"));
        }
    }
    Ok(())
}

fn from_strings(th: &mut Thread, table: Ref<Dict>, args: &[Value]) -> Result<(), Raised> {
    let Some(from) = args[0].cast::<Str>() else {
        return Err(th.type_error(
            "first maketrans argument must be a string if there is a second argument",
        ));
    };
    let to = th.str_argument(args[1], "maketrans() argument 2")?;
    let deleted = match args[2] {
        deleted if deleted.is_unbound() => None,
        deleted => Some(th.str_argument(deleted, "maketrans() argument 3")?),
    };
    if from.len() != to.len() {
        return Err(th.value_error("the first two maketrans arguments must have equal length"));
    }
    for (from, to) in from.text().codes().zip(to.text().codes()) {
        table.set(th, Value::from_i32(from as i32), Value::from_i32(to as i32))?;
    }
    if let Some(deleted) = deleted {
        for code in deleted.text().codes() {
            table.set(th, Value::from_i32(code as i32), Value::NONE)?;
        }
    }
    Ok(())
}
