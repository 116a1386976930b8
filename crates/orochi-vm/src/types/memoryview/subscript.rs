//! Indices and slices.

use super::{MemoryView, Plan};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::int;
use crate::types::slice::Slice;
use crate::types::tuple::Tuple;

/// What stands between the brackets.
enum Key {
    /// One index for each dimension: the position of the item.
    Item(usize),
    /// A slice of the first dimension.
    Slice(Ref<Slice>),
    /// `...` or `()`, where they mean the whole.
    Whole,
    /// Slices of several dimensions, or part of the indices.
    Several,
}

fn read_key(th: &mut Thread, plan: &Plan, key: Value) -> Result<Key, Raised> {
    let dimensions = plan.dimensions();
    if dimensions == 0 {
        if key == Value::ELLIPSIS {
            return Ok(Key::Whole);
        }
        if key.cast::<Tuple>().is_some_and(|key| key.is_empty()) {
            return Ok(Key::Item(plan.offset));
        }
        return Err(th.type_error("invalid indexing of 0-dim memory"));
    }
    if key == Value::ELLIPSIS {
        return Ok(Key::Whole);
    }
    if let Some(slice) = key.cast::<Slice>() {
        return Ok(Key::Slice(slice));
    }
    if let Some(indices) = key.cast::<Tuple>() {
        let all = indices.as_slice();
        if all.iter().all(|index| index.cast::<Slice>().is_some()) && !all.is_empty() {
            return Ok(Key::Several);
        }
        let mut numbers = [0i64; MOST_DIMENSIONS];
        for (at, &index) in all.iter().enumerate() {
            match th.index_or_none(index)? {
                Some(index) if at < MOST_DIMENSIONS => {
                    numbers[at] = int::as_i64(index).unwrap_or(i64::MAX);
                }
                _ => return Err(th.type_error("memoryview: invalid slice key")),
            }
        }
        if all.len() > dimensions {
            return Err(th.type_error(format!(
                "cannot index {dimensions}-dimension view with {}-element tuple",
                all.len()
            )));
        }
        if all.len() < dimensions {
            return Err(th.not_implemented_error("sub-views are not implemented"));
        }
        return position(th, plan, &numbers[..dimensions]).map(Key::Item);
    }
    match th.index_or_none(key)? {
        Some(index) if dimensions == 1 => {
            let index = match int::as_i64(index) {
                Some(index) => index,
                None => {
                    let name = th.type_name(key);
                    return Err(
                        th.index_error(format!("cannot fit '{name}' into an index-sized integer"))
                    );
                }
            };
            position(th, plan, &[index]).map(Key::Item)
        }
        Some(_) => Err(th.not_implemented_error("multi-dimensional sub-views are not implemented")),
        None => Err(th.type_error("memoryview: invalid slice key")),
    }
}

/// The most dimensions a view may have.
pub(super) const MOST_DIMENSIONS: usize = 64;

/// Where the item with these indices begins.
pub(super) fn position(th: &Thread, plan: &Plan, indices: &[i64]) -> Result<usize, Raised> {
    let mut at = plan.offset as isize;
    for (dimension, &index) in indices.iter().enumerate() {
        let length = plan.length(dimension) as i64;
        let index = if index < 0 { index.saturating_add(length) } else { index };
        if !(0..length).contains(&index) {
            return Err(
                th.index_error(format!("index out of bounds on dimension {}", dimension + 1))
            );
        }
        at += index as isize * plan.stride(dimension);
    }
    Ok(at.max(0) as usize)
}

/// The value of the item at a position.
pub(super) fn item_at(th: &mut Thread, plan: &Plan, at: usize) -> Result<Value, Raised> {
    let format = plan.known_format(th)?;
    plan.memory.with(th, |th, memory| match memory.get(at..at + format.size) {
        Some(item) => format.unpack(th, item),
        None => Err(th.index_error("index out of bounds on dimension 1")),
    })?
}

pub(super) fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let view = th.receiver::<MemoryView>(args[0])?;
    let plan = view.plan(th)?;
    match read_key(th, &plan, args[1])? {
        Key::Item(at) => item_at(th, &plan, at),
        Key::Slice(slice) => {
            let part = sliced(th, &plan, slice)?;
            // The key may have run Python, which may have released the view.
            view.plan(th)?;
            Ok(part.open(th, Value::UNBOUND)?.value())
        }
        Key::Whole => Ok(args[0]),
        Key::Several => {
            Err(th.not_implemented_error("multi-dimensional slicing is not implemented"))
        }
    }
}

/// The plan of a slice of the first dimension.
fn sliced(th: &mut Thread, plan: &Plan, slice: Ref<Slice>) -> Result<Plan, Raised> {
    let picked = slice.bounds(th)?.pick(plan.length(0));
    let stride = plan.stride(0);
    let offset = plan.offset as isize + picked.start as isize * stride;
    let length = th.int_from_i64(picked.count as i64)?;
    let step = th.int_from_i64((stride as i64).saturating_mul(picked.step))?;
    let replaced = |all: Ref<Tuple>, first: Value| {
        let mut values = [Value::NONE; MOST_DIMENSIONS];
        let count = all.len().min(MOST_DIMENSIONS);
        values[..count].copy_from_slice(&all.as_slice()[..count]);
        values[0] = first;
        Tuple::from_slice(th, &values[..count])
    };
    Ok(Plan {
        offset: offset.max(0) as usize,
        shape: replaced(plan.shape, length)?,
        strides: replaced(plan.strides, step)?,
        ..*plan
    })
}

pub(super) fn setitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let view = th.receiver::<MemoryView>(args[0])?;
    let plan = view.plan(th)?;
    if plan.readonly {
        return Err(th.type_error("cannot modify read-only memory"));
    }
    match read_key(th, &plan, args[1])? {
        Key::Item(at) => store(th, view, &plan, at, args[2])?,
        Key::Whole if plan.dimensions() == 0 => store(th, view, &plan, plan.offset, args[2])?,
        Key::Slice(_) | Key::Whole if plan.dimensions() != 1 => {
            return Err(th.not_implemented_error(
                "memoryview slice assignments are currently restricted to ndim = 1",
            ));
        }
        Key::Slice(slice) => {
            let part = sliced(th, &plan, slice)?;
            assign(th, view, &part, args[2])?;
        }
        Key::Whole => assign(th, view, &plan, args[2])?,
        Key::Several => {
            return Err(th.not_implemented_error(
                "memoryview slice assignments are currently restricted to ndim = 1",
            ));
        }
    }
    Ok(Value::NONE)
}

fn store(
    th: &mut Thread,
    view: Ref<MemoryView>,
    plan: &Plan,
    at: usize,
    value: Value,
) -> Result<(), Raised> {
    let format = plan.known_format(th)?;
    let packed = format.pack(th, value)?;
    // Packing may have run Python, which may have released the view.
    view.plan(th)?;
    plan.memory.with_mut(th, |memory| {
        if let Some(item) = memory.get_mut(at..at + format.size) {
            item.copy_from_slice(&packed[..format.size]);
        }
    })
}

fn assign(th: &mut Thread, view: Ref<MemoryView>, part: &Plan, value: Value) -> Result<(), Raised> {
    if !th.is_bytes_like(value) {
        let name = th.type_name(value);
        return Err(th.type_error(format!("a bytes-like object is required, not '{name}'")));
    }
    let source = super::view_of(th, value)?;
    let from = source.plan(th)?;
    let same = from.dimensions() == 1
        && from.length(0) == part.length(0)
        && from.item_size == part.item_size
        && plain(&from) == plain(part);
    let bytes = from.memory.with(th, |_, memory| from.gather(memory))?;
    super::release_view(th, source.value())?;
    if !same {
        return Err(
            th.value_error("memoryview assignment: lvalue and rvalue have different structures")
        );
    }
    view.plan(th)?;
    part.memory.with_mut(th, |memory| {
        let mut items = bytes.chunks_exact(part.item_size.max(1));
        part.each(|at| {
            let Some(item) = items.next() else { return };
            let to = usize::try_from(at).ok().and_then(|at| memory.get_mut(at..at + item.len()));
            if let Some(to) = to {
                to.copy_from_slice(item);
            }
        });
    })
}

/// The format without the `@` that changes nothing.
fn plain(plan: &Plan) -> String {
    let format = plan.format.display();
    format.strip_prefix('@').unwrap_or(&format).to_owned()
}

pub(super) fn delitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let view = th.receiver::<MemoryView>(args[0])?;
    let plan = view.plan(th)?;
    if plan.readonly {
        return Err(th.type_error("cannot modify read-only memory"));
    }
    Err(th.type_error("cannot delete memory"))
}
