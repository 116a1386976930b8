//! The computed attributes of functions.

use orochi_compiler::code::VariableKind;

use super::Function;
use crate::class::{GetSet, member, property};
use crate::exception::Raised;
use crate::heap::Value;
use crate::interpreter::call::claim_code;
use crate::object::{Field, Ref, ValueCast};
use crate::thread::Thread;
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

pub(super) static GETSET: &[GetSet] = &[
    property("__code__", |th, f| Ok(fields(th, f)?.code.get().value()), set_code, ""),
    property("__defaults__", |th, f| Ok(or_none(fields(th, f)?.defaults.get())), set_defaults, ""),
    property(
        "__kwdefaults__",
        |th, f| Ok(or_none(fields(th, f)?.kwdefaults.get())),
        set_kwdefaults,
        "",
    ),
    property("__name__", |th, f| Ok(fields(th, f)?.name.get()), set_name, ""),
    property("__qualname__", |th, f| Ok(fields(th, f)?.qualname.get()), set_qualname, ""),
    property(
        "__annotations__",
        annotations,
        set_annotations,
        "Dict of annotations in a function object.",
    ),
    property("__annotate__", annotate, set_annotate, "Get the code object for a function."),
    property(
        "__type_params__",
        type_params,
        set_type_params,
        "Get the declared type parameters for a function.",
    ),
    property(
        "__doc__",
        |th, f| Ok(or_none(fields(th, f)?.doc.get())),
        |th, f, v| put(th, f, |f| &f.doc, or_none(v)),
        "",
    ),
    property(
        "__module__",
        |th, f| Ok(or_none(fields(th, f)?.module.get())),
        |th, f, v| put(th, f, |f| &f.module, or_none(v)),
        "",
    ),
    member("__closure__", |th, f| Ok(or_none(fields(th, f)?.closure.get())), ""),
    member("__globals__", |th, f| Ok(fields(th, f)?.globals.get().value()), ""),
    member("__builtins__", |th, f| Ok(fields(th, f)?.builtins.get().value()), ""),
];

fn fields<'a>(th: &Thread, function: Value) -> Result<&'a Function, Raised> {
    Ok(th.receiver::<Function>(function)?.callable())
}

fn or_none(value: Value) -> Value {
    if value.is_unbound() { Value::NONE } else { value }
}

fn or_unbound(value: Value) -> Value {
    if value.is_none() { Value::UNBOUND } else { value }
}

/// Sets one field.
fn put(
    th: &mut Thread,
    function: Value,
    field: fn(&Function) -> &Field<Value>,
    value: Value,
) -> Result<(), Raised> {
    let function = th.receiver::<Function>(function)?;
    let guard = th.write(function)?;
    field(&guard).set(guard.token(), value);
    Ok(())
}

/// How many free variables code has.
pub(super) fn free_count(code: Ref<Code>) -> usize {
    code.compiled().variables.iter().filter(|variable| variable.kind == VariableKind::Free).count()
}

fn set_code(th: &mut Thread, function: Value, value: Value) -> Result<(), Raised> {
    let own = fields(th, function)?;
    let Some(code) = value.cast::<Code>() else {
        return Err(th.type_error("__code__ must be set to a code object"));
    };
    let closure = own.closure.get().cast::<Tuple>().map_or(0, |cells| cells.len());
    let free = free_count(code);
    if free != closure {
        let name = th.display_str(own.name.get());
        return Err(th.value_error(format!(
            "{name}() requires a code object with {closure} free vars, not {free}"
        )));
    }
    let globals = own.globals.get();
    let code = claim_code(th, code, globals)?;
    let function = th.receiver::<Function>(function)?;
    let guard = th.write(function)?;
    guard.code.set(guard.token(), code);
    Ok(())
}

fn set_defaults(th: &mut Thread, function: Value, value: Value) -> Result<(), Raised> {
    if !or_none(value).is_none() && value.cast::<Tuple>().is_none() {
        return Err(th.type_error("__defaults__ must be set to a tuple object"));
    }
    put(th, function, |f| &f.defaults, or_unbound(value))
}

fn set_kwdefaults(th: &mut Thread, function: Value, value: Value) -> Result<(), Raised> {
    if !or_none(value).is_none() && value.cast::<Dict>().is_none() {
        return Err(th.type_error("__kwdefaults__ must be set to a dict object"));
    }
    put(th, function, |f| &f.kwdefaults, or_unbound(value))
}

fn set_name(th: &mut Thread, function: Value, value: Value) -> Result<(), Raised> {
    if value.cast::<Str>().is_none() {
        return Err(th.type_error("__name__ must be set to a string object"));
    }
    put(th, function, |f| &f.name, value)
}

fn set_qualname(th: &mut Thread, function: Value, value: Value) -> Result<(), Raised> {
    if value.cast::<Str>().is_none() {
        return Err(th.type_error("__qualname__ must be set to a string object"));
    }
    put(th, function, |f| &f.qualname, value)
}

fn annotate(th: &mut Thread, function: Value) -> Result<Value, Raised> {
    let annotate = fields(th, function)?.annotate.get();
    // Under `from __future__ import annotations` this is the dict itself.
    Ok(if annotate.cast::<Dict>().is_some() { Value::NONE } else { or_none(annotate) })
}

fn set_annotate(th: &mut Thread, function: Value, value: Value) -> Result<(), Raised> {
    if value.is_unbound() {
        return Err(th.type_error("__annotate__ cannot be deleted"));
    }
    if !value.is_none() && !th.is_callable(value) {
        return Err(th.type_error("__annotate__ must be callable or None"));
    }
    put(th, function, |f| &f.annotate, or_unbound(value))?;
    if value.is_none() { Ok(()) } else { put(th, function, |f| &f.annotations, Value::UNBOUND) }
}

fn annotations(th: &mut Thread, function: Value) -> Result<Value, Raised> {
    let own = fields(th, function)?;
    let known = own.annotations.get();
    if !known.is_unbound() {
        return Ok(known);
    }
    let annotate = own.annotate.get();
    let made = if annotate.cast::<Dict>().is_some() {
        annotate
    } else if th.is_callable_or_unbound(annotate) {
        let made = th.call(annotate, &[Value::from_i32(1)])?;
        if made.cast::<Dict>().is_none() {
            return Err(th.type_error(format!(
                "__annotate__() must return a dict, not {}",
                th.type_name(made)
            )));
        }
        made
    } else {
        Dict::new(th)?.value()
    };
    put(th, function, |f| &f.annotations, made)?;
    Ok(made)
}

fn set_annotations(th: &mut Thread, function: Value, value: Value) -> Result<(), Raised> {
    if !or_none(value).is_none() && value.cast::<Dict>().is_none() {
        return Err(th.type_error("__annotations__ must be set to a dict object"));
    }
    put(th, function, |f| &f.annotations, or_unbound(value))?;
    put(th, function, |f| &f.annotate, Value::UNBOUND)
}

fn type_params(th: &mut Thread, function: Value) -> Result<Value, Raised> {
    let own = fields(th, function)?.type_params.get();
    Ok(if own.is_unbound() { th.vm.empty_tuple.get().value() } else { own })
}

fn set_type_params(th: &mut Thread, function: Value, value: Value) -> Result<(), Raised> {
    if value.cast::<Tuple>().is_none() {
        return Err(th.type_error("__type_params__ must be set to a tuple"));
    }
    put(th, function, |f| &f.type_params, value)
}

impl Thread {
    /// Whether an annotate function is there to be called.
    fn is_callable_or_unbound(&self, value: Value) -> bool {
        !value.is_unbound() && self.is_callable(value)
    }
}
