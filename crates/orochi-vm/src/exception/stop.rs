//! `StopIteration`, `SystemExit` and `KeyError`: exceptions that keep one value.

use super::object::{a, receiver};
use super::{Raised, base};
use crate::class::{GetSet, Method, method, property};
use crate::heap::Value;
use crate::thread::Thread;
use crate::types::tuple::Tuple;

pub(super) static STOP_METHODS: &[Method] = &[method(
    "__init__($self, /, *args, **kwargs)",
    stop_init,
    "Initialize self.  See help(type(self)) for accurate signature.",
)];
pub(super) static STOP_GETSET: &[GetSet] =
    &[property("value", a::get, a::set, "generator return value")];
pub(super) static EXIT_METHODS: &[Method] = &[method(
    "__init__($self, /, *args, **kwargs)",
    exit_init,
    "Initialize self.  See help(type(self)) for accurate signature.",
)];
pub(super) static EXIT_GETSET: &[GetSet] = &[property("code", a::get, a::set, "exception code")];
pub(super) static KEY_METHODS: &[Method] =
    &[method("__str__($self, /)", key_str, "Return str(self).")];

fn stop_init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = base::initialise(th, args)?;
    let value = if given.is_empty() { Value::NONE } else { given.get(0) };
    a::set(th, args[0], value)?;
    Ok(Value::NONE)
}

fn exit_init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = base::initialise(th, args)?;
    match given.len() {
        0 => {}
        1 => a::set(th, args[0], given.get(0))?,
        _ => a::set(th, args[0], given.value())?,
    }
    Ok(Value::NONE)
}

/// A missing key is shown by its repr: `KeyError: ''` would say nothing otherwise.
fn key_str(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let exception = receiver(th, args[0])?;
    let given = crate::object::ValueCast::cast::<Tuple>(th.read(exception)?.args.get());
    match given {
        Some(given) if given.len() == 1 => Ok(th.repr(given.get(0))?.value()),
        _ => base::str(th, args),
    }
}
