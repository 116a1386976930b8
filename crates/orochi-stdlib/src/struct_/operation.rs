//! Packing and unpacking whole structures.

use std::sync::Arc;

use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::thread::Thread;
use orochi_vm::types::tuple::Tuple;

use super::field;
use super::format::Layout;
use super::raise;

/// The largest structure that can be packed.
const MOST_BYTES: usize = 1 << 40;

/// The bytes of these values.
pub(super) fn pack_values(th: &mut Thread, layout: &Layout, values: &[Value], function: &str) -> Result<Vec<u8>, Raised> {
    if values.len() != layout.values {
        let (wanted, given) = (layout.values, values.len());
        return Err(raise(th, &format!("{function} expected {wanted} items for packing (got {given})")));
    }
    let mut bytes = Vec::new();
    if layout.size > MOST_BYTES || bytes.try_reserve_exact(layout.size).is_err() {
        return Err(th.memory_error());
    }
    bytes.resize(layout.size, 0);
    field::pack(th, layout, values, &mut bytes)?;
    Ok(bytes)
}

pub(super) fn pack(th: &mut Thread, layout: &Layout, values: &[Value]) -> Result<Value, Raised> {
    let bytes = pack_values(th, layout, values, "pack")?;
    Ok(th.new_bytes(&bytes)?.value())
}

/// Packs into a buffer: `values` are buffer, offset and what is to be packed.
pub(super) fn pack_into(th: &mut Thread, layout: &Layout, values: &[Value]) -> Result<Value, Raised> {
    let (&target, &offset, values) = match values {
        [target, offset, values @ ..] => (target, offset, values),
        [_] => return Err(raise(th, "pack_into expected offset argument")),
        [] => return Err(raise(th, "pack_into expected buffer argument")),
    };
    if values.len() != layout.values {
        let (wanted, given) = (layout.values, values.len());
        return Err(raise(th, &format!("pack_into expected {wanted} items for packing (got {given})")));
    }
    let buffer = match th.writable_buffer(target) {
        Ok(buffer) => buffer,
        Err(raised) => {
            if th.catch(raised, &orochi_vm::exception::classes::TYPE_ERROR).is_none() {
                return Err(raised);
            }
            let class = th.type_name(target);
            return Err(th.type_error(format!("argument must be read-write bytes-like object, not {class}")));
        }
    };
    let offset = th.index_ssize(offset)?;
    let result = (|| {
        let length = buffer.len(th)?;
        let at = position(th, layout, length, offset, "pack_into", "packing")?;
        let bytes = pack_values(th, layout, values, "pack_into")?;
        // Packing may have run Python, which may have made the buffer smaller.
        buffer.write(th, at, &bytes)
    })();
    buffer.release(th)?;
    result.map(|_| Value::NONE)
}

/// Where a structure begins, after checking that the buffer has room for it there.
fn position(
    th: &Thread,
    layout: &Layout,
    length: usize,
    offset: i64,
    function: &str,
    doing: &str,
) -> Result<usize, Raised> {
    let size = layout.size;
    let mut start = i128::from(offset);
    if start < 0 {
        if start + size as i128 > 0 {
            return Err(raise(th, &if function == "pack_into" {
                format!("no space to pack {size} bytes at offset {offset}")
            } else {
                format!("not enough data to unpack {size} bytes at offset {offset}")
            }));
        }
        if start + (length as i128) < 0 {
            return Err(raise(th, &format!("offset {offset} out of range for {length}-byte buffer")));
        }
        start += length as i128;
    }
    if length as i128 - start < size as i128 {
        let least = size as i128 + start;
        return Err(raise(th, &format!(
            "{function} requires a buffer of at least {least} bytes for {doing} {size} bytes at offset \
             {start} (actual buffer size is {length})"
        )));
    }
    Ok(start as usize)
}

/// Unpacks all of a bytes-like object.
pub(super) fn unpack(th: &mut Thread, layout: &Layout, source: Value) -> Result<Value, Raised> {
    let buffer = th.buffer(source)?;
    let bytes = buffer.to_vec(th);
    buffer.release(th)?;
    let bytes = bytes?;
    if bytes.len() != layout.size {
        return Err(raise(th, &format!("unpack requires a buffer of {} bytes", layout.size)));
    }
    tuple(th, layout, &bytes)
}

fn tuple(th: &Thread, layout: &Layout, bytes: &[u8]) -> Result<Value, Raised> {
    let mut values = RootVec::with_capacity(layout.values);
    field::unpack(th, layout, bytes, &mut values)?;
    Ok(Tuple::from_slice(th, values.as_slice())?.value())
}

/// Unpacks a part of a bytes-like object.
pub(super) fn unpack_from(th: &mut Thread, layout: &Layout, source: Value, offset: Value) -> Result<Value, Raised> {
    let offset = if offset.is_unbound() { 0 } else { th.index_ssize(offset)? };
    let buffer = th.buffer(source)?;
    let result = (|| {
        let length = buffer.len(th)?;
        let at = position(th, layout, length, offset, "unpack_from", "unpacking")?;
        let part = buffer.with(th, |bytes| bytes.get(at..at + layout.size).map(<[u8]>::to_vec))?;
        match part {
            Some(part) => tuple(th, layout, &part),
            None => Err(raise(th, "buffer has changed")),
        }
    })();
    buffer.release(th)?;
    result
}

/// The next structure of an iteration, `None` at the end.
pub(super) fn unpack_next(th: &mut Thread, layout: &Layout, source: Value, at: usize) -> Result<Option<Value>, Raised> {
    let buffer = th.buffer(source)?;
    let part = buffer.with(th, |bytes| bytes.get(at..at + layout.size).map(<[u8]>::to_vec));
    buffer.release(th)?;
    match part? {
        Some(part) => tuple(th, layout, &part).map(Some),
        None => Ok(None),
    }
}

/// The length of a bytes-like object that holds whole structures only.
pub(super) fn iterable_length(th: &mut Thread, layout: &Arc<Layout>, source: Value) -> Result<usize, Raised> {
    if layout.size == 0 {
        return Err(raise(th, "cannot iteratively unpack with a struct of length 0"));
    }
    let buffer = th.buffer(source)?;
    let length = buffer.len(th);
    buffer.release(th)?;
    let length = length?;
    if length % layout.size != 0 {
        return Err(raise(th, &format!(
            "iterative unpacking requires a buffer of a multiple of {} bytes",
            layout.size
        )));
    }
    Ok(length)
}
