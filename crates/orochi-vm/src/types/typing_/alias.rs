//! `typing.TypeAliasType`: what `type X = ...` makes.

use super::{caller_module, evaluate};
use crate::class::{GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::generic_alias::GenericAlias;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::union;

heap_object! {
    /// A type alias.
    pub struct TypeAlias: TYPE_ALIAS {
        values {
            /// `__name__`
            name: Value,
            /// `__type_params__`, or None
            type_params: Value,
            /// `__value__` once evaluated, or unbound
            value: Value,
            /// What evaluates it, or unbound
            evaluate: Value,
            /// `__module__`
            module: Value,
        }
        storage {}
        data {}
    }
}

/// The class `typing.TypeAliasType`.
pub static TYPE_ALIAS: TypeSpec = TypeSpec {
    module: "typing",
    doc: "Type alias.\n\nType aliases are created through the type statement",
    flags: TypeFlags::NONE,
    new: Some(function("__new__($type, name, value, *, type_params=())", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("TypeAliasType", NativeLayout::of::<TypeAlias>())
};

static METHODS: &[Method] = &[
    method("__repr__($self, /)", |th, args| name(th, args[0]), "Return repr(self)."),
    method("__getitem__($self, key, /)", getitem, "Return self[key]."),
    method(
        "__or__($self, value, /)",
        |th, args| union::or(th, args[0], args[1]),
        "Return self|value.",
    ),
    method(
        "__ror__($self, value, /)",
        |th, args| union::or(th, args[1], args[0]),
        "Return value|self.",
    ),
    method("__reduce__($self, /)", |th, args| name(th, args[0]), ""),
    method("__iter__($self, /)", iter, "Implement iter(self)."),
];

static GETSET: &[GetSet] = &[
    getter("__name__", name, ""),
    getter("__type_params__", type_params, ""),
    getter("__parameters__", parameters, ""),
    getter("__value__", value, ""),
    getter("evaluate_value", evaluate_value, ""),
    getter("__module__", module, ""),
];

/// An alias made by a `type` statement: name, tuple of type parameters or None, evaluator.
pub fn new_type_alias(
    th: &mut Thread,
    name: Value,
    type_params: Value,
    evaluator: Value,
) -> Result<Value, Raised> {
    let module = caller_module(th)?;
    Ok(TypeAlias::allocate(th, name, type_params, Value::UNBOUND, evaluator, module)?.value())
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[1].cast::<Str>().is_none() {
        let kind = th.type_name(args[1]);
        return Err(th.type_error(format!("typealias() argument 'name' must be str, not {kind}")));
    }
    let type_params = if args[3].is_unbound() { Value::NONE } else { args[3] };
    if !type_params.is_none() && type_params.cast::<Tuple>().is_none() {
        return Err(th.type_error("type_params must be a tuple"));
    }
    let none = type_params.cast::<Tuple>().is_some_and(|given| given.is_empty());
    let type_params = if none { Value::NONE } else { type_params };
    let module = caller_module(th)?;
    Ok(TypeAlias::allocate(th, args[1], type_params, args[2], Value::UNBOUND, module)?.value())
}

fn name(th: &mut Thread, alias: Value) -> Result<Value, Raised> {
    let alias = th.receiver::<TypeAlias>(alias)?;
    Ok(th.read(alias)?.name.get())
}

fn module(th: &mut Thread, alias: Value) -> Result<Value, Raised> {
    let alias = th.receiver::<TypeAlias>(alias)?;
    Ok(th.read(alias)?.module.get())
}

fn type_params(th: &mut Thread, alias: Value) -> Result<Value, Raised> {
    let alias = th.receiver::<TypeAlias>(alias)?;
    let own = th.read(alias)?.type_params.get();
    Ok(if own.is_none() { th.vm.empty_tuple.get().value() } else { own })
}

/// As `__type_params__`, with tuples of types unpacked.
fn parameters(th: &mut Thread, alias: Value) -> Result<Value, Raised> {
    let own = type_params(th, alias)?;
    let Some(own) = own.cast::<Tuple>() else { return Ok(own) };
    let mut all = crate::heap::RootVec::new();
    for &parameter in own.as_slice() {
        if th.class_of(parameter) == super::TYPE_VAR_TUPLE.class() {
            th.collect(parameter, &mut all)?;
        } else {
            all.push(parameter);
        }
    }
    Ok(Tuple::from_slice(th, all.as_slice())?.value())
}

fn value(th: &mut Thread, alias: Value) -> Result<Value, Raised> {
    let alias = th.receiver::<TypeAlias>(alias)?;
    let (known, evaluator) = {
        let guard = th.read(alias)?;
        (guard.value.get(), guard.evaluate.get())
    };
    if !known.is_unbound() {
        return Ok(known);
    }
    let made = evaluate(th, evaluator)?;
    let guard = th.write(alias)?;
    guard.value.set(guard.token(), made);
    Ok(made)
}

fn evaluate_value(th: &mut Thread, alias: Value) -> Result<Value, Raised> {
    let alias = th.receiver::<TypeAlias>(alias)?;
    let evaluator = th.read(alias)?.evaluate.get();
    Ok(if evaluator.is_unbound() { Value::NONE } else { evaluator })
}

fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let alias = th.receiver::<TypeAlias>(args[0])?;
    if th.read(alias)?.type_params.get().is_none() {
        return Err(th.type_error("Only generic type aliases are subscriptable"));
    }
    GenericAlias::of(th, args[0], args[1])
}

fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let typing = th.import_module("typing")?;
    let unpack = th.get_attribute(typing, crate::name!(th, "Unpack"))?;
    let unpacked = th.get_item(unpack, args[0])?;
    let once = Tuple::from_slice(th, &[unpacked])?;
    th.iterate(once.value())
}
