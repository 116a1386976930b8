//! What can be asked of generators, and, under other names, of coroutines and asynchronous
//! generators; the methods of generators.

use super::drive::{self, Step, receiver};
use super::{GENERATOR, Generator, flags, state};
use crate::class::{GetSet, Method, class_method, getter, method, property};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::str::Str;

pub(super) static GENERATOR_METHODS: &[Method] = &[
    method(
        "send($self, value, /)",
        send,
        "send(value) -> send 'value' into generator,\nreturn next yielded value or raise StopIteration.",
    ),
    method(
        "throw($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)",
        throw,
        "throw(value)\nthrow(type[,value[,tb]])\n\nRaise exception in generator, return next yielded value or raise\nStopIteration.\nthe (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python.",
    ),
    method("close($self, /)", close, "close() -> raise GeneratorExit inside generator."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__del__($self, /)", finalise, ""),
    class_method("__class_getitem__($type, object, /)", class_getitem, "See PEP 585"),
];

pub(super) static GENERATOR_GETSET: &[GetSet] = &[
    property("__name__", name, set_name, "name of the generator"),
    property("__qualname__", qualname, set_qualname, "qualified name of the generator"),
    getter("gi_code", code, ""),
    getter("gi_frame", frame, ""),
    getter("gi_running", running, ""),
    getter("gi_suspended", suspended, ""),
    getter("gi_yieldfrom", waits_for, "object being iterated by yield from, or None"),
];

/// The receiver of an attribute that all three classes have.
fn any(th: &Thread, object: Value) -> Result<Ref<Generator>, Raised> {
    object.cast::<Generator>().ok_or_else(|| {
        let got = th.type_name(object);
        th.type_error(format!("descriptor requires a 'generator' object but received a '{got}'"))
    })
}

/// The value of `next`, `send` and `throw`, or `StopIteration`.
pub(super) fn stepped(th: &mut Thread, step: Step) -> Result<Value, Raised> {
    match step {
        Step::Yielded(value) => Ok(value),
        Step::Returned(value) => Err(th.stop_iteration(value)),
    }
}

fn send(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let generator = receiver(th, args[0], &GENERATOR)?;
    let step = drive::send(th, generator, args[1])?;
    stepped(th, step)
}

fn throw(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let generator = receiver(th, args[0], &GENERATOR)?;
    drive::prepare(th, &args[1..])?;
    let step = drive::throw(th, generator, true, &args[1..])?;
    stepped(th, step)
}

fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let generator = receiver(th, args[0], &GENERATOR)?;
    drive::close(th, generator)
}

pub(super) fn finalise(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let generator = any(th, args[0])?;
    drive::finalise(th, generator)?;
    Ok(Value::NONE)
}

pub(super) fn class_getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    crate::types::generic_alias::class_getitem(th, args)
}

pub(super) fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let generator = any(th, args[0])?;
    let qualname = th.read(generator)?.qualname.get();
    let class = th.class_of(args[0]).display_name();
    let text = format!("<{class} object {} at {:#x}>", th.display_str(qualname), args[0].bits());
    Ok(th.new_str(&text)?.value())
}

pub(super) fn name(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let generator = any(th, object)?;
    Ok(th.read(generator)?.name.get())
}

pub(super) fn set_name(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    let generator = any(th, object)?;
    if value.cast::<Str>().is_none() {
        return Err(th.type_error("__name__ must be set to a string object"));
    }
    let guard = th.write(generator)?;
    guard.name.set(guard.token(), value);
    Ok(())
}

pub(super) fn qualname(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let generator = any(th, object)?;
    Ok(th.read(generator)?.qualname.get())
}

pub(super) fn set_qualname(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    let generator = any(th, object)?;
    if value.cast::<Str>().is_none() {
        return Err(th.type_error("__qualname__ must be set to a string object"));
    }
    let guard = th.write(generator)?;
    guard.qualname.set(guard.token(), value);
    Ok(())
}

pub(super) fn code(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let generator = any(th, object)?;
    Ok(th.read(generator)?.function.get().code().value())
}

pub(super) fn frame(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let generator = any(th, object)?;
    crate::frame::of_generator(th, generator)
}

pub(super) fn running(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let generator = any(th, object)?;
    Ok(Value::from_bool(th.read(generator)?.state.get() == state::RUNNING))
}

/// `ag_running`: whether one of its awaitables is driving it.
pub(super) fn driven(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let generator = any(th, object)?;
    Ok(Value::from_bool(th.read(generator)?.flags.get() & flags::DRIVEN != 0))
}

pub(super) fn suspended(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let generator = any(th, object)?;
    Ok(Value::from_bool(th.read(generator)?.state.get() == state::SUSPENDED))
}

pub(super) fn waits_for(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let generator = any(th, object)?;
    Ok(drive::delegate(th, generator)?.unwrap_or(Value::NONE))
}

/// `cr_origin`
pub(super) fn origin(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let generator = any(th, object)?;
    Ok(th.read(generator)?.origin.get())
}
