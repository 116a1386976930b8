//! `_count_elements`: what `Counter` counts with.

use orochi_vm::class::Special;
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::operation::BinaryOp;
use orochi_vm::thread::Thread;
use orochi_vm::types;
use orochi_vm::types::dict::{Dict, locate, table};

/// `_count_elements(mapping, iterable)`
pub fn count_elements(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (mapping, iterable) = (args[0], args[1]);
    if let Some(dict) = plain_dict(th, mapping) {
        th.for_each(iterable, |th, element| count_one(th, dict, element))?;
        return Ok(Value::NONE);
    }
    let get = th.get_attribute(mapping, name!(th, "get"))?;
    th.for_each(iterable, |th, element| {
        let old = th.call(get, &[element, Value::from_i32(0)])?;
        let new = th.binary(BinaryOp::Add, old, Value::from_i32(1))?;
        th.set_item(mapping, element, new)
    })?;
    Ok(Value::NONE)
}

/// The mapping, if it is a dict whose class has its own idea neither of `get` nor of `__setitem__`.
fn plain_dict(th: &Thread, mapping: Value) -> Option<Ref<Dict>> {
    let dict = mapping.cast::<Dict>()?;
    let (class, base) = (th.class_of(mapping), types::dict::SPEC.class());
    let get = name!(th, "get");
    let same = class.lookup(th, get) == base.lookup(th, get)
        && class.special(th, Special::SetItem) == base.special(th, Special::SetItem);
    same.then_some(dict)
}

/// Adds one to the count of an element, without anybody coming between.
fn count_one(th: &mut Thread, dict: Ref<Dict>, element: Value) -> Result<(), Raised> {
    let hash = table::hash_key(th, element)?;
    let one = Value::from_i32(1);
    let other = locate::write_at(th, dict, element, hash, |guard, found| {
        if guard.is_namespace() {
            return Ok(Some(Value::UNBOUND));
        }
        let Some(position) = found else {
            guard.insert(hash, element, one)?;
            return Ok(None);
        };
        let old = guard.table.get().value_at(position);
        match old.is_int().then(|| old.checked_add(one)).flatten() {
            Some(sum) => {
                guard.table.get().put_value(position, sum);
                Ok(None)
            }
            None => Ok(Some(old)),
        }
    })?;
    let Some(old) = other else { return Ok(()) };
    let old = if old.is_unbound() {
        dict.get_hashed(th, element, hash)?.unwrap_or(Value::from_i32(0))
    } else {
        old
    };
    let sum = th.binary(BinaryOp::Add, old, one)?;
    dict.set_hashed(th, element, hash, sum)
}
