//! What `f_locals` of a function's frame is: a mapping through which the variables are read and
//! written (PEP 667). Names that are no variables go to a dict beside them.

use super::object::Frame;
use crate::class::{Method, NativeLayout, TypeSpec, function, method};
use crate::exception::Raised;
use crate::frame::variables;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::str::Str;

heap_object! {
    /// The variables of a frame as a mapping.
    pub immutable struct FrameLocalsProxy: PROXY {
        values {
            /// Whose variables.
            frame: Ref<Frame>,
        }
        storage {}
        data {}
    }
}

/// The class `FrameLocalsProxy`.
pub static PROXY: TypeSpec = TypeSpec {
    flags: crate::class::TypeFlags::IMMUTABLE.and(crate::class::TypeFlags::MAPPING),
    new: Some(function("__new__($cls, frame, /)", new, "")),
    methods: METHODS,
    ..TypeSpec::named("FrameLocalsProxy", NativeLayout::of::<FrameLocalsProxy>())
};

static METHODS: &[Method] = &[
    method("__getitem__($self, key, /)", get_item, "Return self[key]."),
    method("__setitem__($self, key, value, /)", set_item, "Set self[key] to value."),
    method("__delitem__($self, key, /)", delete_item, "Delete self[key]."),
    method("__contains__($self, key, /)", contains, "Return bool(key in self)."),
    method("__len__($self, /)", length, "Return len(self)."),
    method("__iter__($self, /)", iterate, "Implement iter(self)."),
    method("__reversed__($self, /)", reversed, ""),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__eq__($self, value, /)", equal, "Return self==value."),
    method("__ne__($self, value, /)", unequal, "Return self!=value."),
    method("__or__($self, value, /)", or, "Return self|value."),
    method("__ror__($self, value, /)", right_or, "Return value|self."),
    method("__ior__($self, value, /)", in_place_or, "Return self|=value."),
    method("keys($self, /)", keys, ""),
    method("values($self, /)", values, ""),
    method("items($self, /)", items, ""),
    method("get($self, key, default=None, /)", get, ""),
    method("setdefault($self, key, default=None, /)", set_default, ""),
    method("pop($self, key, default=<unrepresentable>, /)", pop, ""),
    method("update($self, other, /)", update, ""),
    method("copy($self, /)", copy, ""),
];

fn frame_of(th: &Thread, object: Value) -> Result<Ref<Frame>, Raised> {
    match object.cast::<FrameLocalsProxy>() {
        Some(proxy) => Ok(proxy.frame.get()),
        None => Err(th.type_error(format!(
            "descriptor requires a 'FrameLocalsProxy' object but received a '{}'",
            th.type_name(object)
        ))),
    }
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(frame) = args[1].cast::<Frame>() else {
        let got = th.type_name(args[1]);
        return Err(th.type_error(format!("expect frame, not {got}")));
    };
    Ok(FrameLocalsProxy::allocate(th, frame)?.value())
}

/// The name that a key stands for: a plain string itself, or the name of a variable that has the
/// same hash and is equal.
fn variable_name(
    th: &mut Thread,
    frame: Ref<Frame>,
    key: Value,
) -> Result<Option<Ref<Str>>, Raised> {
    if let Some(name) = key.cast_exact::<Str>() {
        return Ok(Some(name));
    }
    let hash = th.hash(key)?;
    let names = frame.code().variables.get();
    for at in 0..names.len() {
        let name = names.get(at);
        if th.hash(name)? == hash && th.equal(name, key)? {
            return Ok(name.cast::<Str>());
        }
    }
    Ok(None)
}

/// The value of a name: a bound variable, or one of those beside them.
fn find(th: &mut Thread, frame: Ref<Frame>, key: Value) -> Result<Option<Value>, Raised> {
    if let Some(name) = variable_name(th, frame, key)?
        && let Some((_, value)) = variables::find(th, frame, name)?
    {
        return Ok((!value.is_unbound()).then_some(value));
    }
    match frame.fields().extra.get().cast::<Dict>() {
        Some(extra) => extra.get(th, key),
        None => Ok(None),
    }
}

fn get_item(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let frame = frame_of(th, args[0])?;
    match find(th, frame, args[1])? {
        Some(value) => Ok(value),
        None => {
            let shown = th.repr(args[1])?.display();
            let text = th.new_str(&format!("local variable {shown} is not defined"))?;
            Err(th.key_error(text.value()))
        }
    }
}

fn store(th: &mut Thread, frame: Ref<Frame>, key: Value, value: Value) -> Result<(), Raised> {
    if let Some(name) = variable_name(th, frame, key)?
        && let Some((index, _)) = variables::find(th, frame, name)?
    {
        return variables::set(th, frame, index, value);
    }
    let extra = match frame.fields().extra.get().cast::<Dict>() {
        Some(extra) => extra,
        None => {
            let fresh = Dict::new(th)?;
            let guard = th.write(frame)?;
            guard.extra.set(guard.token(), fresh.value());
            fresh
        }
    };
    extra.set(th, key, value)
}

fn set_item(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let frame = frame_of(th, args[0])?;
    store(th, frame, args[1], args[2])?;
    Ok(Value::NONE)
}

/// Takes a name away, which must be none of the variables.
fn remove(th: &mut Thread, frame: Ref<Frame>, key: Value) -> Result<Option<Value>, Raised> {
    if let Some(name) = variable_name(th, frame, key)?
        && variables::find(th, frame, name)?.is_some()
    {
        return Err(th.value_error("cannot remove local variables from FrameLocalsProxy"));
    }
    match frame.fields().extra.get().cast::<Dict>() {
        Some(extra) => extra.delete(th, key),
        None => Ok(None),
    }
}

fn delete_item(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let frame = frame_of(th, args[0])?;
    match remove(th, frame, args[1])? {
        Some(_) => Ok(Value::NONE),
        None => Err(th.key_error(args[1])),
    }
}

fn pop(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let frame = frame_of(th, args[0])?;
    match remove(th, frame, args[1])? {
        Some(value) => Ok(value),
        None if args[2].is_unbound() => Err(th.key_error(args[1])),
        None => Ok(args[2]),
    }
}

fn contains(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let frame = frame_of(th, args[0])?;
    Ok(Value::from_bool(find(th, frame, args[1])?.is_some()))
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let frame = frame_of(th, args[0])?;
    let default = if args[2].is_unbound() { Value::NONE } else { args[2] };
    Ok(find(th, frame, args[1])?.unwrap_or(default))
}

fn set_default(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let frame = frame_of(th, args[0])?;
    let default = if args[2].is_unbound() { Value::NONE } else { args[2] };
    match find(th, frame, args[1])? {
        Some(value) => Ok(value),
        None => {
            store(th, frame, args[1], default)?;
            Ok(default)
        }
    }
}

/// All names and values, as a plain dict.
fn as_dict(th: &mut Thread, object: Value) -> Result<Ref<Dict>, Raised> {
    let frame = frame_of(th, object)?;
    variables::snapshot(th, frame)
}

fn length(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let count = as_dict(th, args[0])?.len(th)?;
    th.int_from_i64(count as i64)
}

/// A list that a method of the dict of variables gives.
fn listed(th: &mut Thread, object: Value, method: &str) -> Result<Value, Raised> {
    let dict = as_dict(th, object)?.value();
    let name = th.intern(method)?;
    let view = th.call_method(dict, name, &[])?;
    Ok(crate::types::list::List::from_iterable(th, view)?.value())
}

fn keys(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    listed(th, args[0], "keys")
}

fn values(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    listed(th, args[0], "values")
}

fn items(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    listed(th, args[0], "items")
}

fn iterate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let names = keys(th, args)?;
    th.iterate(names)
}

fn reversed(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let names = keys(th, args)?;
    if let Some(list) = names.cast::<crate::types::list::List>() {
        th.write(list)?.reverse();
    }
    Ok(names)
}

fn copy(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(as_dict(th, args[0])?.value())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shown = th.repr_guarded(args[0], "{...}", |th| {
        let dict = as_dict(th, args[0])?;
        th.repr(dict.value())
    })?;
    Ok(shown.value())
}

fn equal(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let frame = frame_of(th, args[0])?;
    if let Some(other) = args[1].cast::<FrameLocalsProxy>() {
        return Ok(Value::from_bool(other.frame.get() == frame));
    }
    if args[1].cast::<Dict>().is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let dict = as_dict(th, args[0])?;
    Ok(Value::from_bool(th.equal(dict.value(), args[1])?))
}

fn unequal(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let same = equal(th, args)?;
    Ok(if same.is_bool() { Value::from_bool(!same.is_true()) } else { same })
}

/// Whether a value may be merged: a dict or such a mapping.
fn is_mapping(value: Value) -> bool {
    value.cast::<Dict>().is_some() || value.cast::<FrameLocalsProxy>().is_some()
}

fn plain(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    if value.cast::<FrameLocalsProxy>().is_some() {
        Ok(as_dict(th, value)?.value())
    } else {
        Ok(value)
    }
}

fn merged(th: &mut Thread, left: Value, right: Value) -> Result<Value, Raised> {
    if !is_mapping(left) || !is_mapping(right) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (left, right) = (plain(th, left)?, plain(th, right)?);
    let made = Dict::new(th)?;
    for part in [left, right] {
        if let Some(part) = part.cast::<Dict>() {
            made.update(th, part)?;
        }
    }
    Ok(made.value())
}

fn or(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    merged(th, args[0], args[1])
}

fn right_or(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    merged(th, args[1], args[0])
}

fn in_place_or(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if !is_mapping(args[1]) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    merge_into(th, args[0], args[1])?;
    Ok(args[0])
}

fn merge_into(th: &mut Thread, object: Value, other: Value) -> Result<(), Raised> {
    let frame = frame_of(th, object)?;
    let other = plain(th, other)?;
    let name = crate::name!(th, "keys");
    let names = th.call_method(other, name, &[])?;
    let iterator = th.iterate(names)?;
    while let Some(key) = th.next(iterator)? {
        let value = th.get_item(other, key)?;
        store(th, frame, key, value)?;
    }
    Ok(())
}

fn update(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    frame_of(th, args[0])?;
    if th.find_attribute(args[1], crate::name!(th, "keys"))?.is_none() {
        return Err(th.type_error("update() argument must be dict or another FrameLocalsProxy"));
    }
    merge_into(th, args[0], args[1])?;
    Ok(Value::NONE)
}
