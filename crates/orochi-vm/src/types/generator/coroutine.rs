//! What coroutines have beside what all bodies have: `__await__`, and the warning about one that
//! was never awaited.

use super::attributes::{self as shared, stepped};
use super::drive::{self, receiver};
use super::{COROUTINE, CoroutineWrapper, Generator, state};
use crate::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, getter, method, property,
};
use crate::exception::{Raised, classes};
use crate::frame::Windows;
use crate::heap::{RootVec, Value};
use crate::interpreter::frame as window;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::tuple::Tuple;

const SEND_DOC: &str =
    "send(arg) -> send 'arg' into coroutine,\nreturn next yielded value or raise StopIteration.";
const THROW: &str = "throw($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)";
const THROW_DOC: &str = "throw(value)\nthrow(type[,value[,traceback]])\n\nRaise exception in coroutine, return next yielded value or raise\nStopIteration.\nthe (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python.";
const CLOSE_DOC: &str = "close() -> raise GeneratorExit inside coroutine.";

pub(super) static METHODS: &[Method] = &[
    method("send($self, value, /)", send, SEND_DOC),
    method(THROW, throw, THROW_DOC),
    method("close($self, /)", close, CLOSE_DOC),
    method("__await__($self, /)", await_, "Return an iterator to be used in await expression."),
    method("__repr__($self, /)", shared::repr, "Return repr(self)."),
    method("__del__($self, /)", shared::finalise, ""),
    class_method("__class_getitem__($type, object, /)", shared::class_getitem, "See PEP 585"),
];

pub(super) static GETSET: &[GetSet] = &[
    property("__name__", shared::name, shared::set_name, "name of the coroutine"),
    property(
        "__qualname__",
        shared::qualname,
        shared::set_qualname,
        "qualified name of the coroutine",
    ),
    getter("cr_code", shared::code, ""),
    getter("cr_frame", shared::frame, ""),
    getter("cr_running", shared::running, ""),
    getter("cr_suspended", shared::suspended, ""),
    getter("cr_await", shared::waits_for, "object being awaited on, or None"),
    getter("cr_origin", shared::origin, ""),
];

/// The class `coroutine_wrapper`.
pub static WRAPPER: TypeSpec = TypeSpec {
    doc: "A wrapper object implementing __await__ for coroutines.",
    flags: TypeFlags::NO_NEW.and(TypeFlags::IMMUTABLE),
    next: Some(wrapper_next),
    methods: WRAPPER_METHODS,
    ..TypeSpec::named("coroutine_wrapper", NativeLayout::of::<CoroutineWrapper>())
};

static WRAPPER_METHODS: &[Method] = &[
    method("send($self, value, /)", wrapper_send, SEND_DOC),
    method(THROW, wrapper_throw, THROW_DOC),
    method("close($self, /)", wrapper_close, CLOSE_DOC),
];

fn send(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let coroutine = receiver(th, args[0], &COROUTINE)?;
    let step = drive::send(th, coroutine, args[1])?;
    stepped(th, step)
}

fn throw(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let coroutine = receiver(th, args[0], &COROUTINE)?;
    drive::prepare(th, &args[1..])?;
    let step = drive::throw(th, coroutine, true, &args[1..])?;
    stepped(th, step)
}

fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let coroutine = receiver(th, args[0], &COROUTINE)?;
    drive::close(th, coroutine)
}

fn await_(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let coroutine = receiver(th, args[0], &COROUTINE)?;
    Ok(CoroutineWrapper::allocate(th, coroutine)?.value())
}

fn wrapped(th: &Thread, object: Value) -> Result<Ref<Generator>, Raised> {
    match object.cast::<CoroutineWrapper>() {
        Some(wrapper) => Ok(wrapper.coroutine.get()),
        None => Err(th.type_error(format!(
            "descriptor requires a 'coroutine_wrapper' object but received a '{}'",
            th.type_name(object)
        ))),
    }
}

fn wrapper_next(th: &mut Thread, object: Value) -> Result<Option<Value>, Raised> {
    let coroutine = wrapped(th, object)?;
    let step = drive::send(th, coroutine, Value::NONE)?;
    stepped(th, step).map(Some)
}

fn wrapper_send(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let coroutine = wrapped(th, args[0])?;
    let step = drive::send(th, coroutine, args[1])?;
    stepped(th, step)
}

fn wrapper_throw(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let coroutine = wrapped(th, args[0])?;
    drive::prepare(th, &args[1..])?;
    let step = drive::throw(th, coroutine, true, &args[1..])?;
    stepped(th, step)
}

fn wrapper_close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let coroutine = wrapped(th, args[0])?;
    drive::close(th, coroutine)
}

/// Warns of a coroutine that dies without ever having run.
pub(super) fn warn_never_awaited(th: &mut Thread, coroutine: Ref<Generator>) -> Result<(), Raised> {
    let (now, name) = {
        let fields = th.read(coroutine)?;
        (fields.state.get(), fields.qualname.get())
    };
    if now != state::CREATED {
        return Ok(());
    }
    let guard = th.write(coroutine)?;
    guard.state.set(guard.token(), state::CLOSED);
    // The module knows how to show where the coroutine comes from.
    let warned = match warn_by_module(th, coroutine) {
        Ok(warned) => warned,
        Err(Raised::Abort) => return Err(Raised::Abort),
        Err(raised) => {
            let as_error = th.raised_is(raised, &classes::RUNTIME_WARNING);
            th.write_unraisable("", coroutine.value());
            as_error
        }
    };
    if warned {
        return Ok(());
    }
    let text = format!("coroutine '{}' was never awaited", th.display_str(name));
    match th.warn(&classes::RUNTIME_WARNING, &text, 1) {
        Err(Raised::Exception) => th.write_unraisable("", coroutine.value()),
        Err(Raised::Abort) => return Err(Raised::Abort),
        Ok(()) => {}
    }
    Ok(())
}

/// Has `warnings._warn_unawaited_coroutine` say it; whether there is such a function.
fn warn_by_module(th: &mut Thread, coroutine: Ref<Generator>) -> Result<bool, Raised> {
    let known = th.intern("warnings")?;
    let module = match th.vm.modules.get().get_str(th, known)? {
        Some(module) => module,
        // Before the import machinery is up, and after its end, there is nobody to ask.
        None if !th.can_import()? => return Ok(false),
        None => th.import_module("warnings")?,
    };
    let name = th.intern("_warn_unawaited_coroutine")?;
    let Some(function) = th.find_attribute(module, name)? else { return Ok(false) };
    th.call(function, &[coroutine.value()])?;
    Ok(true)
}

/// `cr_origin` of a coroutine that is being made: file, line and function of the innermost frames,
/// as many as `sys.set_coroutine_origin_tracking_depth` says; None if that is zero.
pub(crate) fn origin(th: &Thread) -> Result<Value, Raised> {
    let depth = usize::try_from(th.origin_depth.get()).unwrap_or(0);
    if depth == 0 {
        return Ok(Value::NONE);
    }
    let mut frames = RootVec::new();
    for (regs, pc) in Windows::new(th).take(depth) {
        // SAFETY: the windows of this thread are live.
        let (code, line) = unsafe { (window::code(regs), window::code(regs).line_at(pc)) };
        let entry =
            [code.filename.get().value(), Value::from_i32(line as i32), code.name.get().value()];
        frames.push(Tuple::from_slice(th, &entry)?.value());
    }
    Ok(Tuple::from_slice(th, frames.as_slice())?.value())
}
