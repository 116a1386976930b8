//! The computed attributes of classes.

use super::annotations;
use crate::class::{Class, GetSet, flags, getter, property, rebase};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::mappingproxy;
use crate::types::str::Str;

pub(super) static GETSET: &[GetSet] = &[
    property("__name__", name, set_name, ""),
    property("__qualname__", qualname, set_qualname, ""),
    property("__bases__", bases, rebase_class, ""),
    getter("__mro__", |_, class| with(class, order_or_none), ""),
    getter(
        "__base__",
        |_, class| {
            with(
                class,
                |class| if class.base.get().is_unbound() { Value::NONE } else { class.base.get() },
            )
        },
        "",
    ),
    property("__module__", module, set_module, ""),
    property("__abstractmethods__", abstract_methods, set_abstract_methods, ""),
    getter("__dict__", |th, class| mappingproxy::proxy_of(th, class), ""),
    property("__doc__", doc, set_doc, ""),
    getter("__text_signature__", text_signature, ""),
    property("__annotations__", annotations::get, annotations::set, ""),
    property("__annotate__", annotations::get_annotate, annotations::set_annotate, ""),
    property("__type_params__", type_params, set_type_params, ""),
    getter("__basicsize__", basicsize, ""),
    getter("__itemsize__", itemsize, ""),
    getter("__dictoffset__", dictoffset, ""),
    getter("__weakrefoffset__", |_, _| Ok(Value::from_i32(0)), ""),
    getter("__flags__", type_flags, ""),
];

/// The resolution order; None while the class is being made.
fn order_or_none(class: Ref<Class>) -> Value {
    let order = class.mro.get();
    if order.is_empty() { Value::NONE } else { order.value() }
}

fn with(class: Value, read: impl Fn(Ref<Class>) -> Value) -> Result<Value, Raised> {
    Ok(class.cast::<Class>().map_or(Value::NONE, read))
}

/// The class, checked to be one whose attributes may be changed.
fn changeable(th: &Thread, class: Value, name: &str, value: Value) -> Result<Ref<Class>, Raised> {
    let class = super::receiver(th, class, name)?;
    if class.has(flags::SEALED) {
        return Err(th.type_error(format!(
            "cannot set '{name}' attribute of immutable type '{}'",
            class.full_name(th)
        )));
    }
    if value.is_unbound() {
        return Err(th.type_error(format!(
            "cannot delete '{name}' attribute of immutable type '{}'",
            class.display_name()
        )));
    }
    Ok(class)
}

fn name(_: &mut Thread, class: Value) -> Result<Value, Raised> {
    with(class, |class| class.name.get().value())
}

fn set_name(th: &mut Thread, class: Value, value: Value) -> Result<(), Raised> {
    let class = changeable(th, class, "__name__", value)?;
    let Some(name) = value.cast::<Str>() else {
        return Err(th.type_error(format!(
            "can only assign string to {}.__name__, not '{}'",
            class.display_name(),
            th.type_name(value)
        )));
    };
    if name.text().codes().any(|code| code == 0) {
        return Err(th.value_error("type name must not contain null characters"));
    }
    th.change_class(class, |th| {
        let guard = th.write(class)?;
        guard.name.set(guard.token(), name);
        Ok(())
    })
}

fn qualname(_: &mut Thread, class: Value) -> Result<Value, Raised> {
    with(class, |class| class.qualname.get())
}

fn set_qualname(th: &mut Thread, class: Value, value: Value) -> Result<(), Raised> {
    let class = changeable(th, class, "__qualname__", value)?;
    if value.cast::<Str>().is_none() {
        return Err(th.type_error(format!(
            "can only assign string to {}.__qualname__, not '{}'",
            class.display_name(),
            th.type_name(value)
        )));
    }
    th.change_class(class, |th| {
        let guard = th.write(class)?;
        guard.qualname.set(guard.token(), value);
        Ok(())
    })
}

fn bases(_: &mut Thread, class: Value) -> Result<Value, Raised> {
    with(class, |class| class.bases.get().value())
}

fn rebase_class(th: &mut Thread, class: Value, value: Value) -> Result<(), Raised> {
    let class = changeable(th, class, "__bases__", value)?;
    rebase::set_bases(th, class, value)
}

fn module(th: &mut Thread, class: Value) -> Result<Value, Raised> {
    let class = super::receiver(th, class, "__module__")?;
    let entry = class.module(th);
    match entry {
        Some(module) => th.open_attribute(module),
        None => {
            let name = crate::name!(th, "__module__");
            Err(th.no_attribute(class.value(), name))
        }
    }
}

fn set_module(th: &mut Thread, class: Value, value: Value) -> Result<(), Raised> {
    let class = changeable(th, class, "__module__", value)?;
    let name = crate::name!(th, "__module__");
    th.change_class(class, |th| {
        th.set_class_entry(class, crate::name!(th, "__firstlineno__"), Value::UNBOUND)?;
        th.set_class_entry(class, name, value).map(drop)
    })
}

fn abstract_methods(th: &mut Thread, class: Value) -> Result<Value, Raised> {
    let name = crate::name!(th, "__abstractmethods__");
    let own = super::receiver(th, class, "__abstractmethods__")?;
    let found = if own == super::SPEC.class() { None } else { th.class_entry(own, name)? };
    match found {
        Some(methods) => Ok(methods),
        None => Err(th.attribute_error("__abstractmethods__")),
    }
}

fn set_abstract_methods(th: &mut Thread, class: Value, value: Value) -> Result<(), Raised> {
    let own = super::receiver(th, class, "__abstractmethods__")?;
    let name = crate::name!(th, "__abstractmethods__");
    let is_abstract = !value.is_unbound() && th.is_true(value)?;
    if own.has(flags::SEALED) {
        changeable(th, class, "__abstractmethods__", Value::NONE)?;
    }
    let done = th.change_class(own, |th| {
        let done = th.set_class_entry(own, name, value)?;
        if done {
            // A block logs the flag with the rest.
            th.write(own)?;
            own.set_flag(flags::ABSTRACT, is_abstract);
            // Calls that rely on the class being concrete are cached.
            if own.has(flags::OBSERVED) {
                th.forget_inline_caches();
            }
        }
        Ok(done)
    })?;
    if done { Ok(()) } else { Err(th.no_attribute(class, name)) }
}

fn doc(th: &mut Thread, class: Value) -> Result<Value, Raised> {
    let own = super::receiver(th, class, "__doc__")?;
    if !own.has(flags::HEAP) {
        let doc = own.native.get().doc;
        return if doc.is_empty() { Ok(Value::NONE) } else { Ok(th.new_str(doc)?.value()) };
    }
    match th.class_entry(own, crate::name!(th, "__doc__"))? {
        None => Ok(Value::NONE),
        Some(found) => th.descriptor_get_from_class(found, own),
    }
}

fn set_doc(th: &mut Thread, class: Value, value: Value) -> Result<(), Raised> {
    let class = changeable(th, class, "__doc__", value)?;
    let name = crate::name!(th, "__doc__");
    th.set_class_entry(class, name, value).map(drop)
}

fn text_signature(th: &mut Thread, class: Value) -> Result<Value, Raised> {
    let class = super::receiver(th, class, "__text_signature__")?;
    if class.has(flags::HEAP) {
        return Ok(Value::NONE);
    }
    let spec = class.native.get();
    let init = spec.methods.iter().find(|method| method.signature.starts_with("__init__("));
    let shown = init.or(spec.new.as_ref()).filter(|method| !takes_anything(method.signature));
    match shown {
        Some(method) => {
            let (_, parameters) = crate::native::Signature::split_name(method.signature);
            Ok(th.new_str(&without_receiver(parameters))?.value())
        }
        None => Ok(Value::NONE),
    }
}

/// Parameters in parentheses without the first one: calling the class passes that.
fn without_receiver(parameters: &str) -> String {
    let Some(inner) = parameters.strip_prefix("($") else { return parameters.to_owned() };
    let rest = inner.split_once(", ").map_or(")", |(_, rest)| rest);
    let rest = rest.strip_prefix("/, ").unwrap_or(if rest == "/)" { ")" } else { rest });
    format!("({rest}")
}

/// Whether the table only says that the function sorts its arguments itself.
fn takes_anything(signature: &str) -> bool {
    ["/, *args)", "/, *args, **kwargs)"]
        .iter()
        .any(|end| signature.strip_suffix(end).is_some_and(|start| start.matches(',').count() == 1))
}

fn type_params(th: &mut Thread, class: Value) -> Result<Value, Raised> {
    let class = super::receiver(th, class, "__type_params__")?;
    let found = th.class_entry(class, crate::name!(th, "__type_params__"))?;
    // The getset of `type` itself stands under the same name.
    Ok(found
        .filter(|found| found.cast::<crate::types::tuple::Tuple>().is_some())
        .unwrap_or(th.vm.empty_tuple.get().value()))
}

fn set_type_params(th: &mut Thread, class: Value, value: Value) -> Result<(), Raised> {
    let class = changeable(th, class, "__type_params__", value)?;
    let name = crate::name!(th, "__type_params__");
    th.set_class_entry(class, name, value).map(drop)
}

fn basicsize(th: &mut Thread, class: Value) -> Result<Value, Raised> {
    let class = super::receiver(th, class, "__basicsize__")?;
    th.int_from_i64(i64::from(class.root_shape().object_size))
}

fn itemsize(th: &mut Thread, class: Value) -> Result<Value, Raised> {
    let class = super::receiver(th, class, "__itemsize__")?;
    Ok(Value::from_i32(match class.native.get().layout.tail {
        crate::class::Tail::None => 0,
        crate::class::Tail::Values => 8,
        crate::class::Tail::Bytes => 1,
    }))
}

fn dictoffset(th: &mut Thread, class: Value) -> Result<Value, Raised> {
    let class = super::receiver(th, class, "__dictoffset__")?;
    Ok(Value::from_i32(if class.has(flags::DICT) {
        class.root_shape().slots_offset as i32
    } else {
        0
    }))
}

/// `__flags__`, with the bits that programs look at where CPython has them.
fn type_flags(th: &mut Thread, class: Value) -> Result<Value, Raised> {
    let class = super::receiver(th, class, "__flags__")?;
    let mut bits = 1 << 12 | 1 << 18;
    for (flag, bit) in [
        (flags::SEQUENCE, 5),
        (flags::MAPPING, 6),
        (flags::SEALED, 8),
        (flags::HEAP, 9),
        (flags::BASE, 10),
        (flags::ABSTRACT, 20),
        (flags::EXCEPTION, 30),
        (flags::TYPE, 31),
    ] {
        if class.has(flag) {
            bits |= 1i64 << bit;
        }
    }
    // The classes of extension modules are made at run time in CPython, and `copyreg` looks for that.
    if !matches!(class.native.get().module, "builtins" | "types") {
        bits |= 1 << 9;
    }
    for (spec, bit) in [
        (&crate::types::int::SPEC, 24),
        (&crate::types::list::SPEC, 25),
        (&crate::types::tuple::SPEC, 26),
        (&crate::types::bytes::SPEC, 27),
        (&crate::types::str::SPEC, 28),
        (&crate::types::dict::SPEC, 29),
    ] {
        if class.is_subclass(spec.class()) {
            bits |= 1i64 << bit;
        }
    }
    th.int_from_i64(bits)
}
