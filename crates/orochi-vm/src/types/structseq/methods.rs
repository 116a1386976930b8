//! What instances of struct sequences can do beyond tuples.

use orochi_text::TextBuf;

use super::StructSequence;
use crate::class::{Class, Method, method};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::object;
use crate::types::tuple::Tuple;

pub(super) static METHODS: &[Method] = &[
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__reduce__($self, /)", reduce, ""),
    method(
        "__replace__($self, /, **changes)",
        replace,
        "Return a copy of the structure with new values for the specified fields.",
    ),
    method("__setattr__($self, name, value, /)", setattr, "Implement setattr(self, name, value)."),
    method("__delattr__($self, name, /)", delattr, "Implement delattr(self, name)."),
];

type Getter = fn(&mut Thread, Value) -> Result<Value, Raised>;

macro_rules! getters {
    ($($n:literal)*) => { [$(|th, value| get(th, value, $n)),*] };
}

/// Readers of fields, by number: as many as the largest kind has.
pub(super) static GETTERS: [Getter; 32] = getters! {
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
};

/// Field `at`; None where a hidden one was not given.
fn get(th: &mut Thread, value: Value, at: usize) -> Result<Value, Raised> {
    let tuple = th.receiver::<Tuple>(value)?;
    if at < tuple.len() {
        return Ok(tuple.get(at));
    }
    let hidden = th.own_attribute(value, crate::name!(th, "<hidden fields>"))?;
    let hidden = hidden.and_then(|hidden| hidden.cast::<Tuple>());
    let item = hidden.map_or(Value::UNBOUND, |hidden| hidden.get(at - tuple.len()));
    Ok(if item.is_unbound() { Value::NONE } else { item })
}

fn kind(th: &Thread, class: Ref<Class>) -> Result<&'static StructSequence, Raised> {
    StructSequence::of(class).ok_or_else(|| th.system_error("not a structure sequence"))
}

/// `__new__(cls, sequence, dict={})`
pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(class) = args[0].cast::<Class>() else {
        return Err(th.type_error("__new__() argument 1 must be a type"));
    };
    let kind = kind(th, class)?;
    let name = kind.full_name();
    let mut values = RootVec::new();
    if th.collect(args[1], &mut values).is_err() {
        th.take_exception();
        return Err(th.type_error("constructor requires a sequence"));
    }
    let given = values.len();
    let (least, most) = (kind.visible, kind.fields.len());
    if given < least || given > most {
        let amount = match (least == most, given < least) {
            (true, _) => format!("a {least}"),
            (false, true) => format!("an at least {least}"),
            (false, false) => format!("an at most {most}"),
        };
        return Err(
            th.type_error(format!("{name}() takes {amount}-sequence ({given}-sequence given)"))
        );
    }
    let named = if args[2].is_unbound() {
        None
    } else {
        let Some(dict) = args[2].cast::<Dict>() else {
            return Err(th.type_error(format!("{name}() takes a dict as second arg, if any")));
        };
        Some(dict)
    };
    for field in &kind.fields[given..] {
        let value = match named {
            Some(dict) => dict.get_str(th, th.name(field.name))?,
            None => None,
        };
        values.push(value.unwrap_or(Value::NONE));
    }
    if let Some(dict) = named {
        let unknown = dict.len(th)?;
        let mut known = 0;
        for field in kind.fields[given..].iter().filter(|field| !field.name.is_empty()) {
            known += usize::from(dict.get_str(th, th.name(field.name))?.is_some());
        }
        if unknown > known {
            return Err(
                th.type_error(format!("{name}() got duplicate or unexpected field name(s)"))
            );
        }
    }
    kind.make(th, values.as_slice())
}

fn own_kind(
    th: &mut Thread,
    value: Value,
) -> Result<(&'static StructSequence, Ref<Tuple>), Raised> {
    let tuple = th.receiver::<Tuple>(value)?;
    Ok((kind(th, th.class_of(value))?, tuple))
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (kind, tuple) = own_kind(th, args[0])?;
    let mut text = TextBuf::new();
    text.push_str(&kind.full_name());
    text.push_ascii(b"(");
    for (at, field) in kind.fields[..kind.visible.min(tuple.len())].iter().enumerate() {
        if at > 0 {
            text.push_ascii(b", ");
        }
        if !field.name.is_empty() {
            text.push_str(field.name);
            text.push_ascii(b"=");
        }
        text.push_text(th.repr(tuple.get(at))?.text());
    }
    text.push_ascii(b")");
    Ok(th.new_text(text)?.value())
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (kind, tuple) = own_kind(th, args[0])?;
    let plain = Tuple::from_slice(th, tuple.as_slice())?;
    let hidden = Dict::new(th)?;
    for (at, field) in kind.fields.iter().enumerate().skip(kind.visible) {
        let value = get(th, args[0], at)?;
        let name = th.name(field.name);
        hidden.set_str(th, name, value)?;
    }
    let parts = Tuple::from_slice(th, &[plain.value(), hidden.value()])?;
    let class = th.class_of(args[0]);
    Ok(Tuple::from_slice(th, &[class.value(), parts.value()])?.value())
}

fn replace(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (kind, _) = own_kind(th, args[0])?;
    let name = kind.full_name();
    let Some(changes) = args[1].cast::<Dict>() else { return Ok(args[0]) };
    if kind.fields.iter().any(|field| field.name.is_empty()) {
        return Err(th.type_error(format!(
            "__replace__() is not supported for {name} because it has unnamed field(s)"
        )));
    }
    let mut values = RootVec::with_capacity(kind.fields.len());
    let mut used = 0;
    for (at, field) in kind.fields.iter().enumerate() {
        let key = th.name(field.name);
        match changes.get_str(th, key)? {
            Some(value) => {
                used += 1;
                values.push(value);
            }
            None => {
                let value = get(th, args[0], at)?;
                values.push(value);
            }
        }
    }
    if changes.len(th)? > used {
        let keys = th.call_method(changes.value(), crate::name!(th, "keys"), &[])?;
        let list = crate::types::list::List::from_iterable(th, keys)?;
        for field in kind.fields {
            let key = th.name(field.name).value();
            if th.contains(list.value(), key)? {
                th.call_method(list.value(), crate::name!(th, "remove"), &[key])?;
            }
        }
        let shown = th.repr(list.value())?.display();
        return Err(th.type_error(format!("Got unexpected field name(s): {shown}")));
    }
    kind.make(th, values.as_slice())
}

/// Instances have no attributes of their own.
fn refuse(th: &mut Thread, object: Value, name: Value) -> Result<Value, Raised> {
    let (kind, _) = own_kind(th, object)?;
    let attribute = object::attribute_name(th, name)?;
    if kind.fields.iter().any(|field| attribute.ascii() == Some(field.name)) {
        return Err(th.attribute_error("readonly attribute"));
    }
    let message = format!(
        "'{}' object has no attribute '{}' and no __dict__ for setting new attributes",
        kind.full_name(),
        attribute.display()
    );
    Err(th.attribute_error_for(&message, object, attribute))
}

fn setattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    refuse(th, args[0], args[1])
}

fn delattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    refuse(th, args[0], args[1])
}
