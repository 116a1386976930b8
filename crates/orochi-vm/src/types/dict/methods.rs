//! The methods of `dict`.

use super::iterators::{self, DictIterator};
use super::object::Dict;
use super::views::{self, DictView};
use super::{SPEC, operators};
use crate::class::{Method, Special, class_method, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::set::Set;
use crate::types::tuple::Tuple;

pub(super) static METHODS: &[Method] = &[
    method("__init__($self, /, *args, **kwargs)", init, "Initialize self."),
    method("__getitem__($self, key, /)", getitem, "Return self[key]."),
    method("__setitem__($self, key, value, /)", setitem, "Set self[key] to value."),
    method("__delitem__($self, key, /)", delitem, "Delete self[key]."),
    method(
        "__contains__($self, key, /)",
        contains,
        "True if the dictionary has the specified key, else False.",
    ),
    method("__len__($self, /)", len, "Return len(self)."),
    method("__iter__($self, /)", iter, "Implement iter(self)."),
    method("__reversed__($self, /)", reversed, "Return a reverse iterator over the dict keys."),
    method("__eq__($self, value, /)", operators::eq, "Return self==value."),
    method("__ne__($self, value, /)", operators::ne, "Return self!=value."),
    method("__repr__($self, /)", operators::repr, "Return repr(self)."),
    method("__or__($self, value, /)", operators::or, "Return self|value."),
    method("__ror__($self, value, /)", operators::ror, "Return value|self."),
    method("__ior__($self, value, /)", operators::ior, "Return self|=value."),
    method("__sizeof__($self, /)", sizeof, "Return the size of the dict in memory."),
    method(
        "get($self, key, default=None, /)",
        get,
        "Return the value for key if key is in the dictionary, else default.",
    ),
    method(
        "setdefault($self, key, default=None, /)",
        setdefault,
        "Insert key with a value of default if key is not in the dictionary.\n\n\
         Return the value for key if key is in the dictionary, else default.",
    ),
    method(
        "pop($self, key, default=<unrepresentable>, /)",
        pop,
        "D.pop(k[,d]) -> v, remove specified key and return the corresponding value.\n\n\
         If the key is not found, return the default if given; otherwise,\nraise a KeyError.",
    ),
    method(
        "popitem($self, /)",
        popitem,
        "Remove and return a (key, value) pair as a 2-tuple.\n\n\
         Pairs are returned in LIFO (last-in, first-out) order.\n\
         Raises KeyError if the dict is empty.",
    ),
    method("keys($self, /)", keys, "Return a set-like object providing a view on the dict's keys."),
    method(
        "items($self, /)",
        items,
        "Return a set-like object providing a view on the dict's items.",
    ),
    method("values($self, /)", values, "Return an object providing a view on the dict's values."),
    method(
        "update($self, /, *args, **kwargs)",
        update,
        "D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.\n\
         If E is present and has a .keys() method, then does:  for k in E.keys(): D[k] = E[k]\n\
         If E is present and lacks a .keys() method, then does:  for k, v in E: D[k] = v\n\
         In either case, this is followed by: for k in F:  D[k] = F[k]",
    ),
    class_method(
        "fromkeys($cls, iterable, value=None, /)",
        fromkeys,
        "Create a new dictionary with keys from iterable and values set to value.",
    ),
    method("clear($self, /)", clear, "Remove all items from the dict."),
    method("copy($self, /)", copy, "Return a shallow copy of the dict."),
    class_method(
        "__class_getitem__($cls, object, /)",
        crate::types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    Ok(Dict::new_as(th, shape)?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    fill(th, "dict", args)
}

fn update(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    fill(th, "update", args)
}

/// Adds what a call `name(source, **named)` names.
fn fill(th: &mut Thread, name: &str, args: &[Value]) -> Result<Value, Raised> {
    let dict = th.receiver::<Dict>(args[0])?;
    if let Some(given) = args[1].cast::<Tuple>() {
        if given.len() > 1 {
            return Err(
                th.type_error(format!("{name} expected at most 1 argument, got {}", given.len()))
            );
        }
        if given.len() == 1 {
            dict.update(th, given.get(0))?;
        }
    }
    if let Some(named) = args[2].cast::<Dict>() {
        dict.update_dict(th, named)?;
    }
    Ok(Value::NONE)
}

/// `dict[key]`, with `__missing__` of subclasses.
pub(crate) fn subscript(th: &mut Thread, dict: Ref<Dict>, key: Value) -> Result<Value, Raised> {
    match dict.get(th, key)? {
        Some(value) => Ok(value),
        None => missing(th, dict.value(), key),
    }
}

#[cold]
fn missing(th: &mut Thread, dict: Value, key: Value) -> Result<Value, Raised> {
    if th.class_of(dict) != SPEC.class()
        && let Some(value) = th.call_special(dict, Special::Missing, &[key])?
    {
        return Ok(value);
    }
    Err(th.key_error(key))
}

fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let dict = th.receiver::<Dict>(args[0])?;
    subscript(th, dict, args[1])
}

fn setitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Dict>(args[0])?.set(th, args[1], args[2])?;
    Ok(Value::NONE)
}

fn delitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match th.receiver::<Dict>(args[0])?.delete(th, args[1])? {
        Some(_) => Ok(Value::NONE),
        None => Err(th.key_error(args[1])),
    }
}

fn contains(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(th.receiver::<Dict>(args[0])?.contains(th, args[1])?))
}

fn len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let length = th.receiver::<Dict>(args[0])?.len(th)?;
    th.int_from_i64(length as i64)
}

fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let dict = th.receiver::<Dict>(args[0])?;
    DictIterator::over(th, &iterators::KEY_ITERATOR, dict)
}

fn reversed(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let dict = th.receiver::<Dict>(args[0])?;
    DictIterator::over_reversed(th, &iterators::REVERSE_KEY_ITERATOR, dict)
}

fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let dict = th.receiver::<Dict>(args[0])?;
    let capacity = th.read(dict)?.table.get().capacity();
    th.int_from_i64((size_of::<Dict>() + 24 + capacity * 26) as i64)
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let default = if args[2].is_unbound() { Value::NONE } else { args[2] };
    Ok(th.receiver::<Dict>(args[0])?.get(th, args[1])?.unwrap_or(default))
}

fn setdefault(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let default = if args[2].is_unbound() { Value::NONE } else { args[2] };
    Ok(th.receiver::<Dict>(args[0])?.set_default(th, args[1], default)?.unwrap_or(default))
}

fn pop(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let dict = th.receiver::<Dict>(args[0])?;
    match dict.delete(th, args[1])? {
        Some(value) => Ok(value),
        None if args[2].is_unbound() => Err(th.key_error(args[1])),
        None => Ok(args[2]),
    }
}

fn popitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match th.receiver::<Dict>(args[0])?.pop_last(th)? {
        Some((key, value)) => Ok(Tuple::from_slice(th, &[key, value])?.value()),
        None => {
            let message = th.new_str("popitem(): dictionary is empty")?;
            Err(th.key_error(message.value()))
        }
    }
}

fn keys(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let dict = th.receiver::<Dict>(args[0])?;
    DictView::of(th, &views::KEYS, dict)
}

fn items(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let dict = th.receiver::<Dict>(args[0])?;
    DictView::of(th, &views::ITEMS, dict)
}

fn values(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let dict = th.receiver::<Dict>(args[0])?;
    DictView::of(th, &views::VALUES, dict)
}

fn clear(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Dict>(args[0])?.clear(th)?;
    Ok(Value::NONE)
}

fn copy(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(th.receiver::<Dict>(args[0])?.copy(th)?.value())
}

fn fromkeys(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (class, iterable) = (args[0], args[1]);
    let value = if args[2].is_unbound() { Value::NONE } else { args[2] };
    let made = th.call(class, &[])?;
    let Some(dict) = made.cast_exact::<Dict>() else {
        let iterator = th.iterate(iterable)?;
        while let Some(key) = th.next(iterator)? {
            th.set_item(made, key, value)?;
        }
        return Ok(made);
    };
    // Keys of dicts and sets come with their hashes.
    if let Some(source) = iterable.cast_exact::<Dict>() {
        let mut position = 0;
        while let Some((hash, key, _, next)) = source.hashed_entry_from(th, position)? {
            dict.set_hashed(th, key, hash, value)?;
            position = next;
        }
    } else if crate::types::set::is_plain(th, iterable)
        && let Some(source) = iterable.cast::<Set>()
    {
        let mut position = 0;
        while let Some((next, hash, key)) = source.member_at(th, position)? {
            dict.set_hashed(th, key, hash, value)?;
            position = next;
        }
    } else {
        let iterator = th.iterate(iterable)?;
        while let Some(key) = th.next(iterator)? {
            dict.set(th, key, value)?;
        }
    }
    Ok(made)
}
