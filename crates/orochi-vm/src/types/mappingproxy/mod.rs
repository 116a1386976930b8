//! `mappingproxy`: a mapping that cannot be written to through it.
//!
//! The proxy that `type.__dict__` returns holds the class itself and reads its namespace, which is
//! no dict; any other holds a mapping.

use crate::class::{
    Class, Method, NativeLayout, Special, TypeFlags, TypeSpec, class_method, function, method,
};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::operation::{BinaryOp, Comparison};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

heap_object! {
    /// A proxy.
    pub immutable struct MappingProxy: SPEC {
        values {
            /// A class, whose namespace is meant, or a mapping.
            mapping: Value,
        }
        storage {}
        data {}
    }
}

/// The class `mappingproxy`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Read-only proxy of a mapping.",
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::MAPPING),
    new: Some(function("__new__($type, /, mapping)", new, "")),
    methods: METHODS,
    ..TypeSpec::named("mappingproxy", NativeLayout::of::<MappingProxy>())
};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&SPEC];

static METHODS: &[Method] = &[
    method("__getitem__($self, key, /)", getitem, "Return self[key]."),
    method("__contains__($self, key, /)", contains, "Return bool(key in self)."),
    method("__len__($self, /)", len, "Return len(self)."),
    method("__iter__($self, /)", iter, "Implement iter(self)."),
    method(
        "__reversed__($self, /)",
        |th, args| forward(th, args[0], "__reversed__", &[]),
        "D.__reversed__() -> reverse iterator",
    ),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__str__($self, /)", str, "Return str(self)."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method(
        "__eq__($self, value, /)",
        |th, args| compare(th, args, Comparison::Eq),
        "Return self==value.",
    ),
    method(
        "__ne__($self, value, /)",
        |th, args| compare(th, args, Comparison::Ne),
        "Return self!=value.",
    ),
    method("__or__($self, value, /)", or, "Return self|value."),
    method("__ror__($self, value, /)", ror, "Return value|self."),
    method("__ior__($self, value, /)", ior, "Return self|=value."),
    method(
        "get($self, key, default=None, /)",
        get,
        "Return the value for key if key is in the mapping, else default.",
    ),
    method(
        "keys($self, /)",
        |th, args| forward(th, args[0], "keys", &[]),
        "D.keys() -> a set-like object providing a view on D's keys",
    ),
    method(
        "values($self, /)",
        |th, args| forward(th, args[0], "values", &[]),
        "D.values() -> an object providing a view on D's values",
    ),
    method(
        "items($self, /)",
        |th, args| forward(th, args[0], "items", &[]),
        "D.items() -> a set-like object providing a view on D's items",
    ),
    method(
        "copy($self, /)",
        |th, args| forward(th, args[0], "copy", &[]),
        "D.copy() -> a shallow copy of D",
    ),
    class_method(
        "__class_getitem__($cls, object, /)",
        crate::types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

/// A proxy of a mapping, or of a class's namespace.
pub fn proxy_of(th: &Thread, mapping: Value) -> Result<Value, Raised> {
    Ok(MappingProxy::allocate(th, mapping)?.value())
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = th.class_of(args[1]);
    let sequence = args[1].cast::<List>().is_some() || args[1].cast::<Tuple>().is_some();
    if class.special(th, Special::GetItem).is_none() || sequence {
        return Err(th.type_error(format!(
            "mappingproxy() argument must be a mapping, not {}",
            class.display_name()
        )));
    }
    proxy_of(th, args[1])
}

fn target(th: &Thread, proxy: Value) -> Result<Value, Raised> {
    Ok(th.receiver::<MappingProxy>(proxy)?.mapping.get())
}

/// What a class defines, as a new dict.
pub fn namespace_copy(th: &mut Thread, class: Ref<Class>) -> Result<Ref<Dict>, Raised> {
    let dict = Dict::new(th)?;
    let namespace = class.namespace.get();
    for position in 0..namespace.positions() {
        if let Some((name, value)) = namespace.at(position) {
            let value = th.open_attribute(value)?;
            match name.cast::<Str>() {
                Some(name) => dict.set_str(th, name, value)?,
                None => dict.set(th, name, value)?,
            }
        }
    }
    Ok(dict)
}

/// The mapping itself; for a class a copy of its namespace.
fn mapping(th: &mut Thread, proxy: Value) -> Result<Value, Raised> {
    let target = target(th, proxy)?;
    match target.cast::<Class>() {
        Some(class) => Ok(namespace_copy(th, class)?.value()),
        None => Ok(target),
    }
}

fn forward(th: &mut Thread, proxy: Value, name: &str, args: &[Value]) -> Result<Value, Raised> {
    let mapping = mapping(th, proxy)?;
    let name = th.intern(name)?;
    th.call_method(mapping, name, args)
}

/// A class's entry under any key.
fn entry(th: &mut Thread, class: Ref<Class>, key: Value) -> Result<Option<Value>, Raised> {
    let hash = th.hash(key)?;
    if let Some(name) = key.cast::<Str>() {
        let name = th.intern_str(name);
        if let Some(value) = th.class_entry(class, name)? {
            return Ok(Some(value));
        }
    }
    // Comparing may run Python code, but entries whose keys are no strings never go.
    let namespace = class.namespace.get();
    for position in 0..namespace.positions() {
        if let Some((other, value)) = namespace.at(position)
            && other.cast::<Str>().is_none()
            && th.hash(other)? == hash
            && th.equal(other, key)?
        {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let target = target(th, args[0])?;
    match target.cast::<Class>() {
        Some(class) => match entry(th, class, args[1])? {
            Some(value) => Ok(value),
            None => Err(th.key_error(args[1])),
        },
        None => th.get_item(target, args[1]),
    }
}

fn contains(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let target = target(th, args[0])?;
    Ok(Value::from_bool(match target.cast::<Class>() {
        Some(class) => entry(th, class, args[1])?.is_some(),
        None => th.contains(target, args[1])?,
    }))
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let target = target(th, args[0])?;
    let default = if args[2].is_unbound() { Value::NONE } else { args[2] };
    match target.cast::<Class>() {
        Some(class) => Ok(entry(th, class, args[1])?.unwrap_or(default)),
        None => th.call_method(target, crate::name!(th, "get"), &[args[1], default]),
    }
}

fn len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let target = target(th, args[0])?;
    let length = match target.cast::<Class>() {
        Some(class) => class.namespace.get().iter().count(),
        None => th.length(target)?,
    };
    th.int_from_i64(length as i64)
}

fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mapping = mapping(th, args[0])?;
    th.iterate(mapping)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mapping = mapping(th, args[0])?;
    let inner = th.repr(mapping)?;
    let mut text = orochi_text::TextBuf::new();
    text.push_ascii(b"mappingproxy(");
    text.push_text(inner.text());
    text.push_ascii(b")");
    Ok(Str::from_text(th, text.finish().as_text())?.value())
}

fn str(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mapping = mapping(th, args[0])?;
    Ok(th.str(mapping)?.value())
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mapping = mapping(th, args[0])?;
    let hash = th.hash(mapping)?;
    th.int_from_i64(hash as i64)
}

fn plain(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    if value.cast_exact::<MappingProxy>().is_some() { mapping(th, value) } else { Ok(value) }
}

fn compare(th: &mut Thread, args: &[Value], op: Comparison) -> Result<Value, Raised> {
    let (left, right) = (plain(th, args[0])?, plain(th, args[1])?);
    th.compare(op, left, right)
}

fn or(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (left, right) = (plain(th, args[0])?, plain(th, args[1])?);
    th.binary(BinaryOp::Or, left, right)
}

fn ror(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (left, right) = (plain(th, args[1])?, plain(th, args[0])?);
    th.binary(BinaryOp::Or, left, right)
}

fn ior(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = th.type_name(args[0]);
    Err(th.type_error(format!("'|=' is not supported by {name}; use '|' instead")))
}
