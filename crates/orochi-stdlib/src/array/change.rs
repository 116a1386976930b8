//! Methods that change an array.

use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::list::List;
use orochi_vm::types::slice::{Bounds, Slice};
use orochi_vm::types::str::Str;

use super::object::{Array, as_array};

/// An index into an array; `TypeError` if it is none.
pub(super) fn index_of(th: &mut Thread, key: Value) -> Result<i64, Raised> {
    match th.index_or_none(key)? {
        Some(_) => th.index_i64(key),
        None => Err(th.type_error("array indices must be integers")),
    }
}

/// The place of an index, if it is inside.
pub(super) fn position(index: i64, length: usize) -> Option<usize> {
    let index = if index < 0 { index.checked_add(length as i64)? } else { index };
    usize::try_from(index).ok().filter(|&index| index < length)
}

pub(super) fn append(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let kind = array.kind.get();
    let item = kind.pack(th, args[1])?;
    array.resizable(th)?.extend(&item[..kind.size])?;
    Ok(Value::NONE)
}

pub(super) fn insert(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let index = th.index_ssize(args[1])?;
    let kind = array.kind.get();
    let item = kind.pack(th, args[2])?;
    let bytes = array.resizable(th)?;
    let length = (bytes.len() / kind.size) as i64;
    let at = if index < 0 { (index + length).max(0) } else { index.min(length) } as usize;
    bytes.splice(at * kind.size, 0, &item[..kind.size])?;
    Ok(Value::NONE)
}

pub(super) fn pop(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let index = if args[1].is_unbound() { -1 } else { th.index_ssize(args[1])? };
    let kind = array.kind.get();
    let bytes = array.resizable(th)?;
    let length = bytes.len() / kind.size;
    if length == 0 {
        return Err(th.index_error("pop from empty array"));
    }
    let Some(at) = position(index, length) else {
        return Err(th.index_error("pop index out of range"));
    };
    let from = at * kind.size;
    let value = kind.unpack(bytes.thread(), &bytes.as_slice()[from..from + kind.size])?;
    bytes.splice(from, kind.size, &[])?;
    Ok(value)
}

pub(super) fn remove(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let size = array.kind.get().size;
    let mut at = 0;
    while let Some(item) = array.get(th, at)? {
        if th.equal(item, args[1])? {
            let bytes = array.resizable(th)?;
            // Comparing may have run Python.
            if (at + 1) * size <= bytes.len() {
                bytes.splice(at * size, size, &[])?;
            }
            return Ok(Value::NONE);
        }
        at += 1;
    }
    Err(th.value_error("array.remove(x): x not in array"))
}

pub(super) fn clear(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    array.resizable(th)?.resize(0)?;
    Ok(Value::NONE)
}

pub(super) fn reverse(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let size = array.kind.get().size;
    th.write(array.bytes.get())?.with_mut(|bytes| {
        bytes.reverse();
        bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    });
    Ok(Value::NONE)
}

pub(super) fn byteswap(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let size = array.kind.get().size;
    th.write(array.bytes.get())?
        .with_mut(|bytes| bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse));
    Ok(Value::NONE)
}

/// Appends all items of an iterable, or of an array of the same kind.
pub(super) fn extend_with(th: &mut Thread, array: Ref<Array>, source: Value) -> Result<(), Raised> {
    if let Some(other) = as_array(source) {
        if other.kind.get() != array.kind.get() {
            return Err(th.type_error("can only extend with array of same kind"));
        }
        let added = other.to_vec(th)?;
        return array.resizable(th)?.extend(&added);
    }
    let kind = array.kind.get();
    let iterator = th.iterate(source)?;
    while let Some(value) = th.next(iterator)? {
        let item = kind.pack(th, value)?;
        array.resizable(th)?.extend(&item[..kind.size])?;
    }
    Ok(())
}

pub(super) fn extend(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    extend_with(th, array, args[1])?;
    Ok(Value::NONE)
}

pub(super) fn iadd(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    if as_array(args[1]).is_none() {
        let class = th.type_name(args[1]);
        return Err(th.type_error(format!("can only extend array with array (not \"{class}\")")));
    }
    extend_with(th, array, args[1])?;
    Ok(args[0])
}

pub(super) fn imul(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    if th.index_or_none(args[1])?.is_none() {
        return super::sequence::no_count(th, args[1]);
    }
    let count = usize::try_from(th.index_ssize(args[1])?).unwrap_or(0);
    let old = array.to_vec(th)?;
    let repeated = super::sequence::repeated(th, &old, count)?;
    let bytes = array.resizable(th)?;
    bytes.splice(0, bytes.len(), &repeated)?;
    Ok(args[0])
}

pub(super) fn fromlist(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let Some(list) = args[1].cast::<List>() else { return Err(th.type_error("arg must be list")) };
    let kind = array.kind.get();
    let length = list.len(th)?;
    let mut added = Vec::with_capacity(length * kind.size);
    for at in 0..length {
        let Some(value) = list.get(th, at)? else {
            return Err(th.runtime_error("list changed size during iteration"));
        };
        let item = kind.pack(th, value)?;
        added.extend_from_slice(&item[..kind.size]);
    }
    if list.len(th)? != length {
        return Err(th.runtime_error("list changed size during iteration"));
    }
    array.resizable(th)?.extend(&added)?;
    Ok(Value::NONE)
}

pub(super) fn append_bytes(th: &mut Thread, array: Ref<Array>, added: &[u8]) -> Result<(), Raised> {
    if !added.len().is_multiple_of(array.kind.get().size) {
        return Err(th.value_error("bytes length not a multiple of item size"));
    }
    array.resizable(th)?.extend(added)
}

pub(super) fn frombytes(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let added = th.bytes_of(args[1])?;
    append_bytes(th, array, &added)?;
    Ok(Value::NONE)
}

/// The bytes of a string's characters.
pub(super) fn text_bytes(text: Ref<Str>) -> Vec<u8> {
    text.text().codes().flat_map(u32::to_le_bytes).collect()
}

pub(super) fn fromunicode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let Some(text) = args[1].cast::<Str>() else {
        let class = th.type_name(args[1]);
        return Err(th.type_error(format!("fromunicode() argument must be str, not {class}")));
    };
    if !array.kind.get().is_text() {
        return Err(
            th.value_error("fromunicode() may only be called on unicode type arrays ('u' or 'w')")
        );
    }
    array.resizable(th)?.extend(&text_bytes(text))?;
    Ok(Value::NONE)
}

pub(super) fn fromfile(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let count = th.index_ssize(args[2])?;
    let Ok(count) = usize::try_from(count) else {
        return Err(th.value_error("negative count"));
    };
    let Some(wanted) =
        count.checked_mul(array.kind.get().size).filter(|&n| n <= isize::MAX as usize)
    else {
        return Err(th.memory_error());
    };
    let size = th.int_from_u64(wanted as u64)?;
    let read = th.call_method(args[1], name!(th, "read"), &[size])?;
    let Some(bytes) = read.cast::<Bytes>() else {
        return Err(th.type_error("read() didn't return bytes"));
    };
    append_bytes(th, array, bytes.as_slice())?;
    if bytes.len() < wanted {
        return Err(th.raise_message(&classes::EOF_ERROR, "read() didn't return enough bytes"));
    }
    Ok(Value::NONE)
}

pub(super) fn setitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    if let Some(slice) = args[1].cast::<Slice>() {
        let bounds = slice.bounds(th)?;
        set_slice(th, array, bounds, args[2])?;
        return Ok(Value::NONE);
    }
    let index = index_of(th, args[1])?;
    let kind = array.kind.get();
    let length = array.len(th)?;
    if position(index, length).is_none() {
        return Err(th.index_error("array assignment index out of range"));
    }
    let item = kind.pack(th, args[2])?;
    let bytes = th.write(array.bytes.get())?;
    let Some(at) = position(index, bytes.len() / kind.size) else {
        return Err(th.index_error("array assignment index out of range"));
    };
    bytes
        .with_mut(|bytes| bytes[at * kind.size..][..kind.size].copy_from_slice(&item[..kind.size]));
    Ok(Value::NONE)
}

fn set_slice(
    th: &mut Thread,
    array: Ref<Array>,
    bounds: Bounds,
    value: Value,
) -> Result<(), Raised> {
    let Some(source) = as_array(value) else {
        let class = th.type_name(value);
        return Err(
            th.type_error(format!("can only assign array (not \"{class}\") to array slice"))
        );
    };
    let kind = array.kind.get();
    if source.kind.get() != kind {
        return Err(th.type_error("bad argument type for built-in operation"));
    }
    let added = source.to_vec(th)?;
    let picked = bounds.pick(array.len(th)?);
    if picked.step == 1 {
        let removed = picked.count * kind.size;
        if removed == added.len() {
            let at = picked.start * kind.size;
            th.write(array.bytes.get())?.with_mut(|bytes| {
                if let Some(target) = bytes.get_mut(at..at + removed) {
                    target.copy_from_slice(&added);
                }
            });
            return Ok(());
        }
        let bytes = array.resizable(th)?;
        let picked = bounds.pick(bytes.len() / kind.size);
        return bytes.splice(picked.start * kind.size, picked.count * kind.size, &added);
    }
    let given = added.len() / kind.size;
    let bytes = th.write(array.bytes.get())?;
    let picked = bounds.pick(bytes.len() / kind.size);
    if given != picked.count {
        return Err(th.value_error(format!(
            "attempt to assign array of size {given} to extended slice of size {}",
            picked.count
        )));
    }
    bytes.with_mut(|bytes| {
        for (n, item) in added.chunks_exact(kind.size).enumerate() {
            bytes[picked.index(n) * kind.size..][..kind.size].copy_from_slice(item);
        }
    });
    Ok(())
}

pub(super) fn delitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let size = array.kind.get().size;
    if let Some(slice) = args[1].cast::<Slice>() {
        let bounds = slice.bounds(th)?;
        let bytes = array.resizable(th)?;
        let picked = bounds.pick(bytes.len() / size).ascending();
        if picked.step == 1 || picked.count == 0 {
            bytes.splice(picked.start * size, picked.count * size, &[])?;
            return Ok(Value::NONE);
        }
        let mut next = 0;
        let kept: Vec<u8> = bytes
            .as_slice()
            .chunks_exact(size)
            .enumerate()
            .filter(|&(at, _)| {
                let goes = next < picked.count && picked.index(next) == at;
                next += usize::from(goes);
                !goes
            })
            .flat_map(|(_, item)| item.iter().copied())
            .collect();
        bytes.splice(0, bytes.len(), &kept)?;
        return Ok(Value::NONE);
    }
    let index = index_of(th, args[1])?;
    let bytes = array.resizable(th)?;
    match position(index, bytes.len() / size) {
        Some(at) => bytes.splice(at * size, size, &[])?,
        None => return Err(th.index_error("array assignment index out of range")),
    }
    Ok(Value::NONE)
}
