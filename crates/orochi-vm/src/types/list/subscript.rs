//! Indices and slices: reading, assigning, deleting.

use super::object::List;
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast, Write};
use crate::thread::Thread;
use crate::types::slice::{Bounds, Slice};
use crate::types::tuple::Tuple;

/// What stands between the brackets.
pub(crate) enum Subscript {
    /// An index, negative ones counted from the end; not yet compared with the length.
    Index(i64),
    /// A slice.
    Slice(Bounds),
}

/// Reads a subscript of a sequence called `name`; runs `__index__` if need be.
#[inline(always)]
pub(crate) fn subscript(th: &mut Thread, name: &str, key: Value) -> Result<Subscript, Raised> {
    if key.is_int() {
        return Ok(Subscript::Index(key.as_int()));
    }
    general_subscript(th, name, key)
}

#[inline(never)]
fn general_subscript(th: &mut Thread, name: &str, key: Value) -> Result<Subscript, Raised> {
    if let Some(slice) = key.cast::<Slice>() {
        return Ok(Subscript::Slice(slice.bounds(th)?));
    }
    match th.index_or_none(key)? {
        Some(index) => match crate::types::int::as_i64(index) {
            Some(index) => Ok(Subscript::Index(index)),
            None => Err(th.index_error(format!(
                "cannot fit '{}' into an index-sized integer",
                th.type_name(key)
            ))),
        },
        None => Err(th.type_error(format!(
            "{name} indices must be integers or slices, not {}",
            th.type_name(key)
        ))),
    }
}

/// The index into a sequence of this length, if it is inside.
#[inline(always)]
pub(crate) fn position(index: i64, length: usize) -> Option<usize> {
    let index = if index < 0 { index.wrapping_add(length as i64) } else { index } as usize;
    (index < length).then_some(index)
}

pub(crate) fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    match subscript(th, "list", args[1])? {
        Subscript::Index(index) => {
            let items = th.read(list)?;
            match position(index, items.len()) {
                Some(at) => Ok(items.as_slice()[at]),
                None => Err(th.index_error("list index out of range")),
            }
        }
        Subscript::Slice(bounds) => {
            let items = th.read(list)?;
            let (all, picked) = (items.as_slice(), bounds.pick(items.len()));
            if picked.step == 1 || picked.count == 0 {
                let part = &all[picked.start.min(all.len())..][..picked.count];
                return Ok(List::from_slice(items.thread(), part)?.value());
            }
            let array = super::ValueArray::new(items.thread(), picked.count)?;
            for n in 0..picked.count {
                array.put(n, all[picked.index(n)]);
            }
            Ok(List::allocate(items.thread(), array, picked.count)?.value())
        }
    }
}

pub(crate) fn setitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    match subscript(th, "list", args[1])? {
        Subscript::Index(index) => {
            let items = th.write(list)?;
            match position(index, items.len()) {
                Some(at) => items.put(at, args[2]),
                None => return Err(th.index_error("list assignment index out of range")),
            }
        }
        Subscript::Slice(bounds) => assign_slice(th, list, bounds, args[2])?,
    }
    Ok(Value::NONE)
}

pub(super) fn delitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    match subscript(th, "list", args[1])? {
        Subscript::Index(index) => {
            let items = th.write(list)?;
            match position(index, items.len()) {
                Some(at) => items.splice(at, 1, &[])?,
                None => return Err(th.index_error("list assignment index out of range")),
            }
        }
        Subscript::Slice(bounds) => delete_slice(&th.write(list)?, bounds)?,
    }
    Ok(Value::NONE)
}

pub(super) fn delete_slice(items: &Write<'_, List>, bounds: Bounds) -> Result<(), Raised> {
    let picked = bounds.pick(items.len()).ascending();
    if picked.count == 0 {
        return Ok(());
    }
    if picked.step == 1 {
        return items.splice(picked.start, picked.count, &[]);
    }
    let array = items.items.get();
    let (step, length) = (picked.step as usize, items.len());
    let mut to = picked.start;
    for n in 0..picked.count {
        // What lies between this item and the next that goes.
        let from = picked.index(n) + 1;
        let end = if n + 1 < picked.count { from + step - 1 } else { length };
        array.move_within(from, to, end - from);
        to += end - from;
    }
    items.set_length(to)
}

fn assign_slice(
    th: &mut Thread,
    list: Ref<List>,
    bounds: Bounds,
    value: Value,
) -> Result<(), Raised> {
    if value == list.value() {
        let items = th.write(list)?;
        let mut copy = RootVec::with_capacity(items.len());
        copy.extend_from_slice(items.as_slice());
        return assign(&items, bounds, &copy);
    }
    if let Some(source) = value.cast::<List>() {
        let (items, source) = th.write_read(list, source)?;
        return assign(&items, bounds, source.as_slice());
    }
    if let Some(source) = value.cast::<Tuple>() {
        return assign(&th.write(list)?, bounds, source.as_slice());
    }
    let mut collected = RootVec::new();
    if crate::types::iterators::is_iterable(th, value) {
        th.collect(value, &mut collected)?;
    } else {
        return Err(th.type_error("must assign iterable to extended slice"));
    }
    assign(&th.write(list)?, bounds, &collected)
}

fn assign(items: &Write<'_, List>, bounds: Bounds, values: &[Value]) -> Result<(), Raised> {
    let picked = bounds.pick(items.len());
    if bounds.step == 1 {
        return items.splice(picked.start, picked.count, values);
    }
    if values.len() != picked.count {
        return Err(items.thread().value_error(format!(
            "attempt to assign sequence of size {} to extended slice of size {}",
            values.len(),
            picked.count
        )));
    }
    for (n, &value) in values.iter().enumerate() {
        items.put(picked.index(n), value);
    }
    Ok(())
}
