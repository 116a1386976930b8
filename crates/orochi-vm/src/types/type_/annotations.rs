//! `__annotations__` and `__annotate__` of classes: computed when asked for (PEP 649, PEP 749).
//!
//! A class body stores its annotate function as `__annotate_func__`; what it has computed is kept
//! as `__annotations_cache__`. A class made with `__annotations__` in its namespace has just those.

use crate::class::{Class, flags};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::str::Str;

/// A class made in Python: native ones have no annotations.
fn python_class(th: &mut Thread, class: Value, name: Ref<Str>) -> Result<Ref<Class>, Raised> {
    let own = super::receiver(th, class, &name.display())?;
    if own.has(flags::HEAP) { Ok(own) } else { Err(th.no_attribute(class, name)) }
}

fn changeable(th: &Thread, class: Value, name: &str) -> Result<Ref<Class>, Raised> {
    let own = super::receiver(th, class, name)?;
    if own.has(flags::SEALED) {
        return Err(th.type_error(format!(
            "cannot set '{name}' attribute of immutable type '{}'",
            own.full_name(th)
        )));
    }
    Ok(own)
}

pub(super) fn get_annotate(th: &mut Thread, class: Value) -> Result<Value, Raised> {
    let own = python_class(th, class, crate::name!(th, "__annotate__"))?;
    for name in [crate::name!(th, "__annotate__"), crate::name!(th, "__annotate_func__")] {
        if let Some(found) = th.class_entry(own, name)? {
            return th.descriptor_get_from_class(found, own);
        }
    }
    Ok(Value::NONE)
}

pub(super) fn set_annotate(th: &mut Thread, class: Value, value: Value) -> Result<(), Raised> {
    if value.is_unbound() {
        return Err(th.type_error("cannot delete __annotate__ attribute"));
    }
    let own = changeable(th, class, "__annotate__")?;
    if !value.is_none() && !th.is_callable(value) {
        return Err(th.type_error("__annotate__ must be callable or None"));
    }
    th.change_class(own, |th| {
        th.set_class_entry(own, crate::name!(th, "__annotate_func__"), value)?;
        if !value.is_none() {
            th.set_class_entry(own, crate::name!(th, "__annotations_cache__"), Value::UNBOUND)?;
        }
        Ok(())
    })
}

pub(super) fn get(th: &mut Thread, class: Value) -> Result<Value, Raised> {
    let own = python_class(th, class, crate::name!(th, "__annotations__"))?;
    for name in [crate::name!(th, "__annotations__"), crate::name!(th, "__annotations_cache__")] {
        if let Some(found) = th.class_entry(own, name)? {
            return th.descriptor_get_from_class(found, own);
        }
    }
    let annotate = get_annotate(th, class)?;
    let annotations = if th.is_callable(annotate) {
        let annotations = th.call(annotate, &[Value::from_i32(1)])?;
        if annotations.cast::<Dict>().is_none() {
            return Err(th.type_error(format!(
                "__annotate__() must return a dict, not {}",
                th.type_name(annotations)
            )));
        }
        annotations
    } else {
        Dict::new(th)?.value()
    };
    th.set_class_entry(own, crate::name!(th, "__annotations_cache__"), annotations)?;
    Ok(annotations)
}

pub(super) fn set(th: &mut Thread, class: Value, value: Value) -> Result<(), Raised> {
    let own = changeable(th, class, "__annotations__")?;
    let (named, cached) =
        (crate::name!(th, "__annotations__"), crate::name!(th, "__annotations_cache__"));
    let mut done = true;
    if th.class_entry(own, named)?.is_some() {
        done = th.set_class_entry(own, named, value)?;
        th.set_class_entry(own, cached, Value::UNBOUND)?;
    } else {
        done &= th.set_class_entry(own, cached, value)?;
    }
    if !done {
        return Err(th.no_attribute(class, named));
    }
    th.set_class_entry(own, crate::name!(th, "__annotate_func__"), Value::UNBOUND)?;
    th.set_class_entry(own, crate::name!(th, "__annotate__"), Value::UNBOUND)?;
    Ok(())
}
