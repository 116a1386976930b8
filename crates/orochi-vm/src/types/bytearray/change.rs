//! Methods that change a bytearray.

use super::ByteArray;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::Ref;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::bytes::construct::element;
use crate::types::bytes::sequence::{BytesArgument, byte, bytes_argument};
use crate::types::iterators::is_iterable;
use crate::types::list::subscript::position;
use crate::types::str::Str;
use crate::types::str::argument::ssize;

pub(super) fn append(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    let byte = byte(th, args[1])?;
    array.resizable(th)?.extend(&[byte])?;
    Ok(Value::NONE)
}

pub(super) fn extend(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    let added = if th.is_bytes_like(args[1]) {
        bytes_argument(th, args[1])?
    } else {
        let name = th.type_name(args[1]);
        if args[1].cast::<Str>().is_some() {
            return Err(th.type_error(format!("expected iterable of integers; got: '{name}'")));
        }
        if !is_iterable(th, args[1]) {
            return Err(th.type_error(format!("can't extend bytearray with {name}")));
        }
        let mut bytes = Vec::new();
        let iterator = th.iterate(args[1])?;
        while let Some(item) = th.next(iterator)? {
            bytes.push(element(th, item, "bytearray")?);
        }
        BytesArgument::Own(bytes)
    };
    add(th, array, &added)?;
    Ok(Value::NONE)
}

fn add(th: &mut Thread, array: Ref<ByteArray>, added: &[u8]) -> Result<(), Raised> {
    if added.is_empty() {
        return Ok(());
    }
    array.resizable(th)?.extend(added)
}

pub(super) fn iadd(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    if !th.is_bytes_like(args[1]) {
        let message =
            format!("can't concat {} to {}", th.type_name(args[1]), th.type_name(args[0]));
        return Err(th.type_error(message));
    }
    let added = bytes_argument(th, args[1])?;
    add(th, array, &added)?;
    Ok(args[0])
}

pub(super) fn imul(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    let times = usize::try_from(th.index_ssize(args[1])?).unwrap_or(0);
    let once = th.read(array)?.as_slice().to_vec();
    if times == 1 || once.is_empty() {
        return Ok(args[0]);
    }
    let repeated = match orochi_text::sequence::repeat_bytes(&once, times) {
        Ok(repeated) => repeated,
        Err(error) => return Err(th.text_error(error)),
    };
    let guard = array.resizable(th)?;
    let length = guard.len();
    guard.splice(0, length, &repeated)?;
    Ok(args[0])
}

pub(super) fn insert(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    let index = ssize(th, args[1])?;
    let byte = byte(th, args[2])?;
    let guard = array.resizable(th)?;
    let length = guard.len() as i64;
    let at = if index < 0 { index.saturating_add(length).max(0) } else { index.min(length) };
    guard.splice(at as usize, 0, &[byte])?;
    Ok(Value::NONE)
}

pub(super) fn pop(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    let index = if args[1].is_unbound() { -1 } else { ssize(th, args[1])? };
    let length = th.read(array)?.len();
    if length == 0 {
        return Err(th.index_error("pop from empty bytearray"));
    }
    let guard = array.resizable(th)?;
    let Some(at) = position(index, guard.len()) else {
        return Err(th.index_error("pop index out of range"));
    };
    let byte = guard.as_slice()[at];
    guard.splice(at, 1, &[])?;
    Ok(Value::from_i32(i32::from(byte)))
}

pub(super) fn remove(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    let byte = byte(th, args[1])?;
    let guard = array.resizable(th)?;
    let Some(at) = orochi_text::search::find_bytes(guard.as_slice(), &[byte]) else {
        return Err(th.value_error("value not found in bytearray"));
    };
    guard.splice(at, 1, &[])?;
    Ok(Value::NONE)
}

pub(super) fn clear(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    let guard = array.resizable(th)?;
    let length = guard.len();
    guard.splice(0, length, &[])?;
    Ok(Value::NONE)
}

pub(super) fn reverse(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    th.write(array)?.with_mut(<[u8]>::reverse);
    Ok(Value::NONE)
}

pub(super) fn resize(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    let size = ssize(th, args[1])?;
    if size < 0 {
        return Err(
            th.value_error(format!("bytearray.resize(): new size must be >= 0, got {size}"))
        );
    }
    array.resizable(th)?.resize(size as usize)?;
    Ok(Value::NONE)
}
