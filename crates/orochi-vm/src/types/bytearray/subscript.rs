//! Assigning and deleting items and slices.

use super::ByteArray;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::bytes::construct::{contents, from_iterable};
use crate::types::bytes::sequence::{BytesArgument, byte, bytes_argument};
use crate::types::bytes::shared::operators::index_of;
use crate::types::int;
use crate::types::iterators::is_iterable;
use crate::types::list::subscript::position;
use crate::types::slice::{Bounds, Slice};
use crate::types::str::Str;

pub(super) fn setitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    if let Some(slice) = args[1].cast::<Slice>() {
        let added = replacement(th, args[2])?;
        let bounds = slice.bounds(th)?;
        assign(th, array, bounds, &added)?;
        return Ok(Value::NONE);
    }
    let index = index_of(th, args[1], "bytearray")?;
    let length = th.read(array)?.len();
    if position(index, length).is_none() {
        return Err(th.index_error("bytearray index out of range"));
    }
    let byte = byte(th, args[2])?;
    let guard = th.write(array)?;
    match position(index, guard.len()) {
        Some(at) => guard.with_mut(|bytes| bytes[at] = byte),
        None => return Err(th.index_error("bytearray index out of range")),
    }
    Ok(Value::NONE)
}

/// The bytes that are to stand in a slice.
fn replacement(th: &mut Thread, value: Value) -> Result<BytesArgument, Raised> {
    if th.is_bytes_like(value) {
        return bytes_argument(th, value);
    }
    let refused =
        int::is_int_like(value) || value.cast::<Str>().is_some() || !is_iterable(th, value);
    if refused {
        return Err(
            th.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)")
        );
    }
    if th.class_of(value).special(th, crate::class::Special::Index).is_some() {
        return contents(th, value, Value::UNBOUND, Value::UNBOUND, "bytearray");
    }
    from_iterable(th, value, "bytearray").map(BytesArgument::Own)
}

fn assign(
    th: &mut Thread,
    array: Ref<ByteArray>,
    bounds: Bounds,
    added: &[u8],
) -> Result<(), Raised> {
    let picked = bounds.pick(th.read(array)?.len());
    if bounds.step == 1 && picked.count != added.len() {
        let guard = array.resizable(th)?;
        let picked = bounds.pick(guard.len());
        return guard.splice(picked.start, picked.count, added);
    }
    if bounds.step != 1 && added.is_empty() {
        return delete_slice(th, array, bounds);
    }
    let guard = th.write(array)?;
    let picked = bounds.pick(guard.len());
    if picked.count != added.len() {
        return Err(th.value_error(format!(
            "attempt to assign bytes of size {} to extended slice of size {}",
            added.len(),
            picked.count
        )));
    }
    guard.with_mut(|bytes| {
        for (n, &byte) in added.iter().enumerate() {
            bytes[picked.index(n)] = byte;
        }
    });
    Ok(())
}

pub(super) fn delitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    if let Some(slice) = args[1].cast::<Slice>() {
        let bounds = slice.bounds(th)?;
        delete_slice(th, array, bounds)?;
        return Ok(Value::NONE);
    }
    let index = index_of(th, args[1], "bytearray")?;
    let length = th.read(array)?.len();
    if position(index, length).is_none() {
        return Err(th.index_error("bytearray index out of range"));
    }
    let guard = array.resizable(th)?;
    match position(index, guard.len()) {
        Some(at) => guard.splice(at, 1, &[])?,
        None => return Err(th.index_error("bytearray index out of range")),
    }
    Ok(Value::NONE)
}

fn delete_slice(th: &mut Thread, array: Ref<ByteArray>, bounds: Bounds) -> Result<(), Raised> {
    if bounds.pick(th.read(array)?.len()).count == 0 {
        return Ok(());
    }
    let guard = array.resizable(th)?;
    let picked = bounds.pick(guard.len()).ascending();
    if picked.count == 0 {
        return Ok(());
    }
    if picked.step == 1 {
        return guard.splice(picked.start, picked.count, &[]);
    }
    let (step, length) = (picked.step as usize, guard.len());
    let left = guard.with_mut(|bytes| {
        let mut to = picked.start;
        for n in 0..picked.count {
            // What lies between this byte and the next that goes.
            let from = picked.index(n) + 1;
            let end = if n + 1 < picked.count { from + step - 1 } else { length };
            bytes.copy_within(from..end, to);
            to += end - from;
        }
        to
    });
    guard.resize(left)
}
