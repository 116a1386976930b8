//! `Context`.

use orochi_vm::class::create::call_with_dict;
use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::{Local, Thread};
use orochi_vm::types::dict::Dict;
use orochi_vm::types::tuple::Tuple;

use super::variable::ContextVar;

heap_object! {
    /// `contextvars.Context`
    pub struct Context: CONTEXT {
        values {
            /// Values by variable; never changed while it is shared.
            values: Ref<Dict>,
            /// The context that was current when this one was entered; None if none was, unbound
            /// while it is not entered.
            previous: Value,
        }
        storage {}
        data {
            /// 1 if another context may have the same dict.
            shared: u64,
        }
    }
}

/// `contextvars.Context`
pub static CONTEXT: TypeSpec = TypeSpec {
    module: "_contextvars",
    new: Some(function("__new__($type, /)", new, "")),
    flags: TypeFlags::WEAKREF,
    methods: METHODS,
    ..TypeSpec::named("Context", NativeLayout::of::<Context>())
};

static METHODS: &[Method] = &[
    method("run($self, callable, /, *args, **kwargs)", run, ""),
    method(
        "copy($self, /)",
        |th, args| {
            let own = th.receiver::<Context>(args[0])?;
            Ok(copy(th, own)?.value())
        },
        "Return a shallow copy of the context object.",
    ),
    method(
        "get($self, key, default=None, /)",
        get,
        "Return the value for `key` if `key` has the value in the context object.\n\nIf `key` does not exist, return `default`. If `default` is not given,\nreturn None.",
    ),
    method(
        "keys($self, /)",
        |th, args| view(th, args[0], "keys"),
        "Return a list of all variables in the context object.",
    ),
    method(
        "values($self, /)",
        |th, args| view(th, args[0], "values"),
        "Return a list of all variables' values in the context object.",
    ),
    method(
        "items($self, /)",
        |th, args| view(th, args[0], "items"),
        "Return all variables and their values in the context object.",
    ),
    method("__getitem__($self, key, /)", getitem, "Return self[key]."),
    method("__contains__($self, key, /)", contains, "Return bool(key in self)."),
    method(
        "__iter__($self, /)",
        |th, args| {
            let values = values(th, args[0])?;
            th.iterate(values.value())
        },
        "Implement iter(self).",
    ),
    method(
        "__len__($self, /)",
        |th, args| {
            let length = values(th, args[0])?.len(th)?;
            th.int_from_i64(length as i64)
        },
        "Return len(self).",
    ),
    method("__eq__($self, value, /)", |th, args| same(th, args, true), "Return self==value."),
    method("__ne__($self, value, /)", |th, args| same(th, args, false), "Return self!=value."),
];

fn new(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(empty(th)?.value())
}

fn empty(th: &Thread) -> Result<Ref<Context>, Raised> {
    let values = Dict::new(th)?;
    Context::allocate(th, values, Value::UNBOUND, 0)
}

/// The thread's current context.
pub fn current(th: &mut Thread) -> Result<Ref<Context>, Raised> {
    if let Some(context) = th.local(Local::Context).cast_exact::<Context>() {
        return Ok(context);
    }
    let context = empty(th)?;
    th.set_local(Local::Context, context.value());
    Ok(context)
}

/// A copy.
pub fn copy(th: &mut Thread, context: Ref<Context>) -> Result<Ref<Context>, Raised> {
    if th.read(context)?.shared.get() == 0 {
        let state = th.write(context)?;
        state.shared.set(state.token(), 1);
    }
    let values = th.read(context)?.values.get();
    Context::allocate(th, values, Value::UNBOUND, 1)
}

/// The value of a variable.
pub fn lookup(
    th: &mut Thread,
    context: Ref<Context>,
    variable: Value,
) -> Result<Option<Value>, Raised> {
    let values = th.read(context)?.values.get();
    values.get(th, variable)
}

/// Sets a variable, deletes it if the value is unbound; the value it had.
pub fn set(
    th: &mut Thread,
    context: Ref<Context>,
    variable: Value,
    value: Value,
) -> Result<Option<Value>, Raised> {
    let (mut values, shared) = {
        let state = th.read(context)?;
        (state.values.get(), state.shared.get() != 0)
    };
    if shared {
        values = values.copy(th)?;
        let state = th.write(context)?;
        state.values.set(state.token(), values);
        state.shared.set(state.token(), 0);
    }
    if value.is_unbound() {
        return values.delete(th, variable);
    }
    let old = values.get(th, variable)?;
    values.set(th, variable, value)?;
    Ok(old)
}

fn values(th: &mut Thread, own: Value) -> Result<Ref<Dict>, Raised> {
    let own = th.receiver::<Context>(own)?;
    Ok(th.read(own)?.values.get())
}

fn view(th: &mut Thread, own: Value, what: &str) -> Result<Value, Raised> {
    // What is shown does not change afterwards.
    let own = th.receiver::<Context>(own)?;
    let state = th.write(own)?;
    state.shared.set(state.token(), 1);
    let values = state.values.get();
    let name = th.name(what);
    th.call_method(values.value(), name, &[])
}

fn run(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Context>(args[0])?;
    run_in(th, args[0], |th| match (args[2].cast::<Tuple>(), args[3].cast::<Dict>()) {
        (Some(given), Some(named)) => call_with_dict(th, args[1], given.as_slice(), named),
        _ => th.call(args[1], &[]),
    })
}

/// Does something with a context as the current one.
pub fn run_in<R: PartialEq>(
    th: &mut Thread,
    context: Value,
    action: impl FnOnce(&mut Thread) -> Result<R, Raised>,
) -> Result<R, Raised> {
    let Some(own) = context.cast::<Context>() else {
        let kind = th.type_name(context);
        return Err(th.type_error(format!("a Context was expected, got {kind}")));
    };
    let before = th.local(Local::Context);
    {
        let state = th.write(own)?;
        if !state.previous.get().is_unbound() {
            let text = th.repr(context)?.display();
            return Err(
                th.runtime_error(format!("cannot enter context: {text} is already entered"))
            );
        }
        let previous = if before.is_unbound() { Value::NONE } else { before };
        state.previous.set(state.token(), previous);
    }
    th.set_local(Local::Context, context);
    let result = action(th);
    th.set_local(Local::Context, before);
    if result != Err(Raised::Abort) {
        let state = th.write(own)?;
        state.previous.set(state.token(), Value::UNBOUND);
    }
    result
}

fn key(th: &mut Thread, key: Value) -> Result<Value, Raised> {
    if key.cast_exact::<ContextVar>().is_some() {
        return Ok(key);
    }
    let text = th.repr(key)?.display();
    Err(th.type_error(format!("a ContextVar key was expected, got {text}")))
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let key = key(th, args[1])?;
    let found = values(th, args[0])?.get(th, key)?;
    let default = if args[2].is_unbound() { Value::NONE } else { args[2] };
    Ok(found.unwrap_or(default))
}

fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let key = key(th, args[1])?;
    match values(th, args[0])?.get(th, key)? {
        Some(value) => Ok(value),
        None => Err(th.key_error(key)),
    }
}

fn contains(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let key = key(th, args[1])?;
    Ok(Value::from_bool(values(th, args[0])?.contains(th, key)?))
}

fn same(th: &mut Thread, args: &[Value], wanted: bool) -> Result<Value, Raised> {
    if args[1].cast_exact::<Context>().is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (a, b) = (values(th, args[0])?, values(th, args[1])?);
    Ok(Value::from_bool(th.equal(a.value(), b.value())? == wanted))
}
