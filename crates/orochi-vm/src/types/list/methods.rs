//! The methods of `list`.

use super::object::List;
use super::subscript::{self, position};
use super::{SPEC, operators, search, sort};
use crate::class::{Method, class_method, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::thread::Thread;
use crate::types::iterators::list::ListIterator;

pub(super) static METHODS: &[Method] = &[
    method("__init__($self, iterable=(), /)", init, "Initialize self."),
    method("__getitem__($self, index, /)", subscript::getitem, "Return self[index]."),
    method("__setitem__($self, key, value, /)", subscript::setitem, "Set self[key] to value."),
    method("__delitem__($self, key, /)", subscript::delitem, "Delete self[key]."),
    method("__contains__($self, key, /)", contains, "Return bool(key in self)."),
    method("__len__($self, /)", len, "Return len(self)."),
    method("__iter__($self, /)", iter, "Implement iter(self)."),
    method("__reversed__($self, /)", reversed, "Return a reverse iterator over the list."),
    method("__eq__($self, value, /)", operators::eq, "Return self==value."),
    method("__ne__($self, value, /)", operators::ne, "Return self!=value."),
    method("__lt__($self, value, /)", operators::lt, "Return self<value."),
    method("__le__($self, value, /)", operators::le, "Return self<=value."),
    method("__gt__($self, value, /)", operators::gt, "Return self>value."),
    method("__ge__($self, value, /)", operators::ge, "Return self>=value."),
    method("__add__($self, value, /)", operators::add, "Return self+value."),
    method("__iadd__($self, value, /)", operators::iadd, "Implement self+=value."),
    method("__mul__($self, value, /)", operators::mul, "Return self*value."),
    method("__rmul__($self, value, /)", operators::mul, "Return value*self."),
    method("__imul__($self, value, /)", operators::imul, "Implement self*=value."),
    method("__repr__($self, /)", operators::repr, "Return repr(self)."),
    method("__sizeof__($self, /)", sizeof, "Return the size of the list in memory, in bytes."),
    method("append($self, object, /)", append, "Append object to the end of the list."),
    method(
        "extend($self, iterable, /)",
        extend,
        "Extend list by appending elements from the iterable.",
    ),
    method("insert($self, index, object, /)", insert, "Insert object before index."),
    method(
        "pop($self, index=-1, /)",
        pop,
        "Remove and return item at index (default last).\n\n\
         Raises IndexError if list is empty or index is out of range.",
    ),
    method(
        "remove($self, value, /)",
        remove,
        "Remove first occurrence of value.\n\nRaises ValueError if the value is not present.",
    ),
    method("clear($self, /)", clear, "Remove all items from list."),
    method("copy($self, /)", copy, "Return a shallow copy of the list."),
    method(
        "index($self, value, start=0, stop=sys.maxsize, /)",
        index,
        "Return first index of value.\n\nRaises ValueError if the value is not present.",
    ),
    method("count($self, value, /)", count, "Return number of occurrences of value."),
    method("reverse($self, /)", reverse, "Reverse *IN PLACE*."),
    method(
        "sort($self, /, *, key=None, reverse=False)",
        sort_method,
        "Sort the list in ascending order and return None.\n\n\
         The sort is in-place (i.e. the list itself is modified) and stable (i.e. the\n\
         order of two equal elements is maintained).\n\n\
         If a key function is given, apply it once to each list item and sort them,\n\
         ascending or descending, according to their function values.\n\n\
         The reverse flag can be set to sort in descending order.",
    ),
    class_method(
        "__class_getitem__($cls, object, /)",
        crate::types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    Ok(List::new_as(th, shape)?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    list.clear(th)?;
    if !args[1].is_unbound() {
        list.extend(th, args[1])?;
    }
    Ok(Value::NONE)
}

fn contains(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    Ok(Value::from_bool(search::find(th, list, args[1], 0, usize::MAX)?.is_some()))
}

fn len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let length = th.receiver::<List>(args[0])?.len(th)?;
    th.int_from_i64(length as i64)
}

fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    ListIterator::over(th, list)
}

fn reversed(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    ListIterator::over_reversed(th, list)
}

fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    let capacity = th.read(list)?.items.get().capacity();
    th.int_from_i64((size_of::<List>() + 16 + 8 * capacity) as i64)
}

fn append(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<List>(args[0])?.push(th, args[1])?;
    Ok(Value::NONE)
}

fn extend(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<List>(args[0])?.extend(th, args[1])?;
    Ok(Value::NONE)
}

fn insert(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    let index = th.index_ssize(args[1])?;
    let items = th.write(list)?;
    let length = items.len() as i64;
    let at = if index < 0 { (index + length).max(0) } else { index.min(length) };
    items.splice(at as usize, 0, &[args[2]])?;
    Ok(Value::NONE)
}

fn pop(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    let index = if args[1].is_unbound() { -1 } else { th.index_ssize(args[1])? };
    let items = th.write(list)?;
    let length = items.len();
    if length == 0 {
        return Err(th.index_error("pop from empty list"));
    }
    let Some(at) = position(index, length) else {
        return Err(th.index_error("pop index out of range"));
    };
    let item = items.as_slice()[at];
    if at + 1 == length {
        items.set_length(at)?;
    } else {
        items.splice(at, 1, &[])?;
    }
    Ok(item)
}

fn remove(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    let mut from = 0;
    loop {
        let items = th.write(list)?;
        let mut ask = None;
        let mut found = None;
        for (index, &item) in items.as_slice().iter().enumerate().skip(from) {
            match crate::types::dict::table::quick_equal(item, args[1]) {
                Some(true) => {
                    found = Some(index);
                    break;
                }
                Some(false) => {}
                None => {
                    ask = Some((index, item));
                    break;
                }
            }
        }
        if let Some(index) = found {
            items.splice(index, 1, &[])?;
            return Ok(Value::NONE);
        }
        let Some((index, item)) = ask else {
            return Err(th.value_error("list.remove(x): x not in list"));
        };
        if th.equal(item, args[1])? {
            let items = th.write(list)?;
            if index < items.len() {
                items.splice(index, 1, &[])?;
            }
            return Ok(Value::NONE);
        }
        from = index + 1;
    }
}

fn clear(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<List>(args[0])?.clear(th)?;
    Ok(Value::NONE)
}

fn copy(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(th.receiver::<List>(args[0])?.copy(th)?.value())
}

/// A bound of `index`: clamped to the machine's range, not to the length.
fn bound(th: &mut Thread, value: Value, missing: i64) -> Result<i64, Raised> {
    if value.is_unbound() { Ok(missing) } else { th.index_clamped(value) }
}

/// The bounds of `index(value, start, stop)` in a sequence of this length.
pub(crate) fn index_bounds(
    th: &mut Thread,
    args: &[Value],
    length: impl FnOnce(&mut Thread) -> Result<usize, Raised>,
) -> Result<(usize, usize), Raised> {
    let (start, stop) = (bound(th, args[2], 0)?, bound(th, args[3], i64::MAX)?);
    if start >= 0 && stop >= 0 {
        return Ok((start as usize, stop as usize));
    }
    let length = length(th)? as i64;
    let from_end =
        |index: i64| (if index < 0 { index.saturating_add(length).max(0) } else { index }) as usize;
    Ok((from_end(start), from_end(stop)))
}

fn index(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    let (start, stop) = index_bounds(th, args, |th| list.len(th))?;
    match search::find(th, list, args[1], start, stop)? {
        Some(index) => th.int_from_i64(index as i64),
        None => Err(th.value_error("list.index(x): x not in list")),
    }
}

fn count(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    let count = search::count(th, list, args[1])?;
    th.int_from_i64(count as i64)
}

fn reverse(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    th.write(list)?.reverse();
    Ok(Value::NONE)
}

fn sort_method(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    let key = if args[1].is_unbound() { Value::NONE } else { args[1] };
    let reverse = match args[2] {
        reverse if reverse.is_unbound() => false,
        reverse => th.is_true(reverse)?,
    };
    sort::sort(th, list, key, reverse)?;
    Ok(Value::NONE)
}
