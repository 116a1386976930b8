//! `types.SimpleNamespace`.

use orochi_text::TextBuf;

use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::operation::Comparison;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::object::Instance;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// The class `types.SimpleNamespace`.
pub static SPEC: TypeSpec = TypeSpec {
    module: "types",
    doc: "A simple attribute-based namespace.",
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    new: Some(function("__new__($type, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    ..TypeSpec::named("SimpleNamespace", NativeLayout::of::<Instance>())
};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&SPEC];

static METHODS: &[Method] = &[
    method(
        "__init__($self, /, *args, **kwargs)",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("__repr__($self, /)", repr, "Return repr(self)."),
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
    method("__reduce__($self, /)", reduce, "Return state information for pickling"),
    method(
        "__replace__($self, /, **changes)",
        replace,
        "Return a copy of the namespace object with new values for the specified attributes.",
    ),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    Ok(Instance::allocate_as(th, shape)?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if let Some(given) = args[1].cast::<Tuple>() {
        if given.len() > 1 {
            let name = th.type_name(args[0]);
            return Err(
                th.type_error(format!("{name} expected at most 1 argument, got {}", given.len()))
            );
        }
        if given.len() == 1 {
            let source = Dict::new(th)?;
            source.update(th, given.get(0))?;
            set_all(th, args[0], source.value())?;
        }
    }
    set_all(th, args[0], args[2])?;
    Ok(Value::NONE)
}

fn set_all(th: &mut Thread, namespace: Value, source: Value) -> Result<(), Raised> {
    let Some(source) = source.cast::<Dict>() else { return Ok(()) };
    let mut position = 0;
    while let Some((key, value, next)) = source.entry_from(th, position)? {
        let Some(name) = key.cast::<Str>() else {
            return Err(th.type_error("keywords must be strings"));
        };
        let name = th.intern_str(name);
        th.set_own(namespace, name, value)?;
        position = next;
    }
    Ok(())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = th.class_of(args[0]);
    let name = if class == SPEC.class() { "namespace".to_owned() } else { class.display_name() };
    let text = th.repr_guarded(args[0], &format!("{name}(...)"), |th| {
        let mut text = TextBuf::new();
        text.push_str(&name);
        text.push_ascii(b"(");
        let own = th.own_attributes(args[0])?;
        let mut position = 0;
        let mut first = true;
        while let Some((key, value, next)) = own.entry_from(th, position)? {
            position = next;
            let Some(key) = key.cast::<Str>().filter(|key| !key.is_empty()) else { continue };
            if !std::mem::take(&mut first) {
                text.push_ascii(b", ");
            }
            text.push_text(key.text());
            text.push_ascii(b"=");
            text.push_text(th.repr(value)?.text());
        }
        text.push_ascii(b")");
        Str::from_text(th, text.finish().as_text())
    })?;
    Ok(text.value())
}

fn compare(th: &mut Thread, args: &[Value], op: Comparison) -> Result<Value, Raised> {
    let both = [args[0], args[1]].iter().all(|&value| th.is_instance(value, SPEC.class()));
    if !both {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let left = th.own_attributes(args[0])?;
    let right = th.own_attributes(args[1])?;
    th.compare(op, left.value(), right.value())
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = th.class_of(args[0]).value();
    let empty = th.vm.empty_tuple.get().value();
    let state = th.own_dict(args[0])?.value();
    Ok(Tuple::from_slice(th, &[class, empty, state])?.value())
}

fn replace(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = th.class_of(args[0]);
    let copy = th.call(class.value(), &[])?;
    let own = th.own_attributes(args[0])?;
    set_all(th, copy, own.value())?;
    set_all(th, copy, args[1])?;
    Ok(copy)
}

/// A namespace with these attributes.
pub fn new_namespace(th: &mut Thread, attributes: &[(&str, Value)]) -> Result<Value, Raised> {
    let made = Instance::allocate_as(th, SPEC.shape())?.value();
    for &(name, value) in attributes {
        let name = th.intern(name)?;
        th.set_own(made, name, value)?;
    }
    Ok(made)
}
