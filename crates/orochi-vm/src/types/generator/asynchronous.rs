//! Asynchronous generators, and the awaitables that drive them.

use super::async_drive;
use super::attributes as shared;
use super::drive::receiver;
use super::{ASYNC_GENERATOR, AsyncSend, AsyncThrow, Generator, Wrapped, awaiting, flags};
use crate::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, getter, method, property,
};
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::{Local, Thread};
use crate::types::tuple::Tuple;

pub(super) static METHODS: &[Method] = &[
    method(
        "__aiter__($self, /)",
        async_iter,
        "Return an awaitable, that resolves in asynchronous iterator.",
    ),
    method("__anext__($self, /)", async_next, "Return a value or raise StopAsyncIteration."),
    method("asend($self, value, /)", async_send, "asend(v) -> send 'v' in generator."),
    method(
        "athrow($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)",
        async_throw,
        "athrow(value)\nathrow(type[,value[,tb]])\n\nraise exception in generator.\nthe (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python.",
    ),
    method("aclose($self, /)", async_close, "aclose() -> raise GeneratorExit inside generator."),
    method("__repr__($self, /)", shared::repr, "Return repr(self)."),
    method("__del__($self, /)", shared::finalise, ""),
    class_method("__class_getitem__($type, object, /)", shared::class_getitem, "See PEP 585"),
];

pub(super) static GETSET: &[GetSet] = &[
    property("__name__", shared::name, shared::set_name, "name of the async generator"),
    property(
        "__qualname__",
        shared::qualname,
        shared::set_qualname,
        "qualified name of the async generator",
    ),
    getter("ag_code", shared::code, ""),
    getter("ag_frame", shared::frame, ""),
    getter("ag_running", shared::driven, ""),
    getter("ag_suspended", shared::suspended, ""),
    getter("ag_await", shared::waits_for, "object being awaited on, or None"),
];

/// The class of what an asynchronous generator yields, inside.
pub static WRAPPED: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW.and(TypeFlags::IMMUTABLE),
    ..TypeSpec::named("async_generator_wrapped_value", NativeLayout::of::<Wrapped>())
};

/// The class `async_generator_asend`.
pub static ASEND: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    next: Some(async_drive::send_next),
    methods: async_drive::SEND_METHODS,
    ..TypeSpec::named("async_generator_asend", NativeLayout::of::<AsyncSend>())
};

/// The class `async_generator_athrow`.
pub static ATHROW: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    next: Some(async_drive::throw_next),
    methods: async_drive::THROW_METHODS,
    ..TypeSpec::named("async_generator_athrow", NativeLayout::of::<AsyncThrow>())
};

/// Marks a value as one that the body of an asynchronous generator yields itself.
pub fn wrap(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    Ok(Wrapped::allocate(th, value)?.value())
}

/// Calls the hooks for asynchronous generators when one is first used.
fn call_hooks(th: &mut Thread, generator: Ref<Generator>) -> Result<(), Raised> {
    let or_none = |value: Value| if value.is_unbound() { Value::NONE } else { value };
    let finaliser = or_none(th.local(Local::AsyncGenFinalizer));
    let guard = th.write(generator)?;
    if guard.flags.get() & flags::HOOKED != 0 {
        return Ok(());
    }
    guard.flags.set(guard.token(), guard.flags.get() | flags::HOOKED);
    if !finaliser.is_none() {
        guard.origin.set(guard.token(), finaliser);
    }
    let first = or_none(th.local(Local::AsyncGenFirstIter));
    if !first.is_none() {
        th.call(first, &[generator.value()])?;
    }
    Ok(())
}

fn async_iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0], &ASYNC_GENERATOR)?;
    Ok(args[0])
}

fn async_next(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let generator = receiver(th, args[0], &ASYNC_GENERATOR)?;
    call_hooks(th, generator)?;
    Ok(AsyncSend::allocate(th, generator, Value::NONE, awaiting::NEW)?.value())
}

fn async_send(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let generator = receiver(th, args[0], &ASYNC_GENERATOR)?;
    call_hooks(th, generator)?;
    Ok(AsyncSend::allocate(th, generator, args[1], awaiting::NEW)?.value())
}

fn async_throw(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let generator = receiver(th, args[0], &ASYNC_GENERATOR)?;
    if !args[2].is_unbound() || !args[3].is_unbound() {
        th.warn(
            &classes::DEPRECATION_WARNING,
            "the (type, exc, tb) signature of athrow() is deprecated, use the single-arg signature instead.",
            1,
        )?;
    }
    call_hooks(th, generator)?;
    let or_none = |value: Value| if value.is_unbound() { Value::NONE } else { value };
    let thrown = Tuple::from_slice(th, &[args[1], or_none(args[2]), or_none(args[3])])?;
    new_throw(th, generator, thrown.value())
}

fn async_close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let generator = receiver(th, args[0], &ASYNC_GENERATOR)?;
    call_hooks(th, generator)?;
    new_throw(th, generator, Value::UNBOUND)
}

/// These are rare enough that each can be told of when it dies unawaited.
fn new_throw(th: &mut Thread, generator: Ref<Generator>, thrown: Value) -> Result<Value, Raised> {
    let made = AsyncThrow::allocate(th, generator, thrown, awaiting::NEW)?;
    th.register_finaliser(std::ptr::NonNull::from(made.header()));
    Ok(made.value())
}

/// Whether the value is one that an asynchronous generator has yielded itself.
pub(super) fn unwrapped(value: Value) -> Option<Value> {
    value.cast::<Wrapped>().map(|wrapped| wrapped.value.get())
}
