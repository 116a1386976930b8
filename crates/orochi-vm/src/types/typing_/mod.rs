//! What type parameter syntax makes (PEP 695, PEP 696): `TypeVar`, `ParamSpec`, `TypeVarTuple`,
//! `TypeAliasType`, and `Generic`.
//!
//! * [`variable`]: the three kinds of type parameters, one layout; [`part`]: `P.args`
//! * `NoDefault` is in `no_default.rs`
//! * [`alias`]: `type X = ...`; [`generic`]: `Generic`
//!
//! Bounds, constraints, defaults and the values of aliases are evaluated when they are first asked
//! for, by functions that the compiler makes. What needs the module `typing` calls its functions.

mod alias;
mod generic;
mod no_default;
mod part;
mod variable;

pub use alias::{TYPE_ALIAS, new_type_alias};
pub use generic::{GENERIC, subscript_generic};
pub use no_default::{NO_DEFAULT_TYPE, no_default};
pub use part::{PARAM_SPEC_ARGS, PARAM_SPEC_KWARGS};
pub use variable::{
    PARAM_SPEC, TYPE_VAR, TYPE_VAR_TUPLE, new_param_spec, new_type_var, new_type_var_tuple,
    set_default,
};

use crate::class::TypeSpec;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[
    &TYPE_VAR,
    &PARAM_SPEC,
    &TYPE_VAR_TUPLE,
    &PARAM_SPEC_ARGS,
    &PARAM_SPEC_KWARGS,
    &NO_DEFAULT_TYPE,
    &TYPE_ALIAS,
    &GENERIC,
];

/// Whether a value is what a `type` statement makes, or a type variable: both may stand in unions.
pub(crate) fn is_type_alias(th: &Thread, value: Value) -> bool {
    value.is_object() && th.class_of(value) == TYPE_ALIAS.class()
}

/// Calls a function of the module `typing`.
fn call_typing(th: &mut Thread, name: &str, args: &[Value]) -> Result<Value, Raised> {
    let typing = th.import_module("typing")?;
    let name = th.intern(name)?;
    th.call_method(typing, name, args)
}

/// The name of the module whose code is running.
fn caller_module(th: &mut Thread) -> Result<Value, Raised> {
    match th.running_globals() {
        Some(globals) => {
            Ok(globals.get_str(th, crate::name!(th, "__name__"))?.unwrap_or(Value::NONE))
        }
        None => Ok(Value::NONE),
    }
}

/// Evaluates what the compiler made of an annotation-like expression.
fn evaluate(th: &mut Thread, evaluator: Value) -> Result<Value, Raised> {
    if evaluator.cast::<crate::types::function::Function>().is_none() && !th.is_callable(evaluator)
    {
        return Ok(evaluator);
    }
    th.call(evaluator, &[Value::from_i32(1)])
}
