//! `ContextVar`.

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, function, getter, method,
};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types;
use orochi_vm::types::str::Str;

use super::context::{self, Context};
use super::token::{self, Token};

heap_object! {
    /// `contextvars.ContextVar`
    pub immutable struct ContextVar: CONTEXT_VAR {
        values {
            /// Its name.
            name: Value,
            /// Its default, or unbound.
            default: Value,
        }
        storage {}
        data {}
    }
}

/// `contextvars.ContextVar`
pub static CONTEXT_VAR: TypeSpec = TypeSpec {
    module: "_contextvars",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($type, /, name, *, default=<unrepresentable>)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("ContextVar", NativeLayout::of::<ContextVar>())
};

static GETSET: &[GetSet] =
    &[getter("name", |th, own| Ok(th.receiver::<ContextVar>(own)?.name.get()), "")];

static METHODS: &[Method] = &[
    method(
        "get($self, default=<unrepresentable>, /)",
        get,
        "Return a value for the context variable for the current context.",
    ),
    method(
        "set($self, value, /)",
        set,
        "Call to set a new value for the context variable in the current context.",
    ),
    method("reset($self, token, /)", reset, "Reset the context variable."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    class_method(
        "__class_getitem__($cls, object, /)",
        types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[1].cast::<Str>().is_none() {
        return Err(th.type_error("context variable name must be a str"));
    }
    Ok(ContextVar::allocate(th, args[1], args[2])?.value())
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<ContextVar>(args[0])?;
    let current = context::current(th)?;
    if let Some(value) = context::lookup(th, current, args[0])? {
        return Ok(value);
    }
    for value in [args[1], own.default.get()] {
        if !value.is_unbound() {
            return Ok(value);
        }
    }
    Err(th.raise_with(classes::LOOKUP_ERROR.class(), &[args[0]]))
}

fn set(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<ContextVar>(args[0])?;
    let current = context::current(th)?;
    let old = context::set(th, current, args[0], args[1])?;
    let old = old.unwrap_or(Value::UNBOUND);
    Ok(Token::allocate(th, current.value(), args[0], old, 0)?.value())
}

fn reset(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(token) = args[1].cast_exact::<Token>() else {
        let text = th.repr(args[1])?.display();
        return Err(th.type_error(format!("expected an instance of Token, got {text}")));
    };
    token::undo(th, token, Some(args[0]))?;
    Ok(Value::NONE)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<ContextVar>(args[0])?;
    let name = th.repr(own.name.get())?.display();
    let default = own.default.get();
    let default = if default.is_unbound() {
        String::new()
    } else {
        format!(" default={}", th.repr(default)?.display())
    };
    let text = format!("<ContextVar name={name}{default} at {:#x}>", args[0].bits());
    Ok(th.new_str(&text)?.value())
}

/// Puts back what a token remembers.
pub(super) fn restore(
    th: &mut Thread,
    context: Value,
    variable: Value,
    old: Value,
) -> Result<(), Raised> {
    match context.cast_exact::<Context>() {
        Some(context) => context::set(th, context, variable, old).map(drop),
        None => Ok(()),
    }
}
