//! Driving a body from outside: `send`, `throw`, `close`, and finalisation.
//!
//! A body that waits in a `yield from` or `await` passes on what is thrown at it: to a generator
//! or coroutine directly, to anything else by its `throw` and `close` methods. Meanwhile it counts
//! as running itself.

use super::{ASYNC_GENERATOR, COROUTINE, GENERATOR, Generator, state};
use crate::exception::{self, BaseException, Raised, classes, is_exception_class};
use crate::heap::Value;
use crate::interpreter::generator::{resume, resume_around, resume_raising};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::traceback::Traceback;
use crate::types::tuple::Tuple;

/// What a body did when it was resumed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// It yielded this.
    Yielded(Value),
    /// It returned this.
    Returned(Value),
}

/// "generator", "coroutine" or "async generator", for messages.
pub(super) fn kind_name(th: &Thread, generator: Ref<Generator>) -> &'static str {
    let class = th.class_of(generator.value());
    if class == COROUTINE.class() {
        "coroutine"
    } else if class == ASYNC_GENERATOR.class() {
        "async generator"
    } else {
        "generator"
    }
}

pub(super) fn receiver(
    th: &Thread,
    object: Value,
    class: &'static crate::class::TypeSpec,
) -> Result<Ref<Generator>, Raised> {
    match object.cast::<Generator>() {
        Some(generator) if th.class_of(object) == class.class() => Ok(generator),
        _ => Err(th.type_error(format!(
            "descriptor requires a '{}' object but received a '{}'",
            class.name,
            th.type_name(object)
        ))),
    }
}

fn step(th: &Thread, value: Value) -> Step {
    if th.finished.get() { Step::Returned(value) } else { Step::Yielded(value) }
}

/// Sends a value to a body.
pub fn send(th: &mut Thread, generator: Ref<Generator>, value: Value) -> Result<Step, Raised> {
    let now = th.read(generator)?.state.get();
    if now == state::CREATED && !value.is_none() {
        let kind = kind_name(th, generator);
        return Err(th.type_error(format!("can't send non-None value to a just-started {kind}")));
    }
    if now == state::CLOSED {
        if th.class_of(generator.value()) == COROUTINE.class() {
            return Err(th.runtime_error("cannot reuse already awaited coroutine"));
        }
        return Ok(Step::Returned(Value::NONE));
    }
    let result = resume(th, generator, value)?;
    Ok(step(th, result))
}

/// Raises the exception in flight in a body, where it waits.
fn raise_inside(th: &mut Thread, generator: Ref<Generator>) -> Result<Step, Raised> {
    let raised = th.take_exception();
    let now = th.read(generator)?.state.get();
    if now == state::CLOSED {
        if th.class_of(generator.value()) == COROUTINE.class() {
            return Err(th.runtime_error("cannot reuse already awaited coroutine"));
        }
        return Err(th.raise_again(raised));
    }
    let _ = th.raise_again(raised);
    let result = resume_raising(th, generator)?;
    Ok(step(th, result))
}

/// What a suspended body delegates to, if it waits in a `yield from` or `await`.
pub fn delegate(th: &mut Thread, generator: Ref<Generator>) -> Result<Option<Value>, Raised> {
    let fields = th.read(generator)?;
    if fields.state.get() != state::SUSPENDED {
        return Ok(None);
    }
    let code = fields.function.get().code();
    let registers = fields.registers.get();
    let register =
        crate::interpreter::generator::delegation_register(code, fields.offset.get() as usize);
    Ok(register.filter(|&at| at < registers.capacity()).map(|at| registers.get(at)))
}

/// A generator or coroutine that can be driven without a method call.
fn as_body(th: &Thread, value: Value) -> Option<Ref<Generator>> {
    let class = th.class_of(value);
    let drives = class == GENERATOR.class() || class == COROUTINE.class();
    if drives { value.cast::<Generator>() } else { None }
}

/// Closes what a body delegates to.
fn close_delegate(th: &mut Thread, value: Value) -> Result<(), Raised> {
    if let Some(inner) = as_body(th, value) {
        return close(th, inner).map(drop);
    }
    let found = match th.find_attribute(value, crate::name!(th, "close")) {
        Ok(found) => found,
        Err(Raised::Abort) => return Err(Raised::Abort),
        Err(Raised::Exception) => {
            th.write_unraisable_named("Exception ignored while closing generator", value);
            None
        }
    };
    match found {
        Some(method) => th.call(method, &[]).map(drop),
        None => Ok(()),
    }
}

/// Throws the exception in flight into a body. `close_first`: a `GeneratorExit` closes what the
/// body delegates to instead of being thrown into it. `given` are the arguments of `throw()`,
/// which an iterator with a `throw` of its own gets as they are.
pub fn throw(
    th: &mut Thread,
    generator: Ref<Generator>,
    close_first: bool,
    given: &[Value],
) -> Result<Step, Raised> {
    th.check_native_stack()?;
    let raised = th.take_exception();
    let Some(inner) = delegate(th, generator)? else {
        let _ = th.raise_again(raised);
        return raise_inside(th, generator);
    };
    let closes = close_first && th.is_instance(raised, classes::GENERATOR_EXIT.class());
    let result = resume_around(th, generator, |th| {
        if closes {
            close_delegate(th, inner)?;
            return Err(th.raise_again(raised));
        }
        match throw_to_delegate(th, inner, raised, given) {
            Ok(Some(step)) => Ok(step),
            Ok(None) => Err(th.raise_again(raised)),
            Err(raised) => match th.catch(raised, &classes::STOP_ITERATION) {
                Some(stop) => Ok(Step::Returned(exception::stop_iteration_value(th, stop)?)),
                None => Err(raised),
            },
        }
    })?;
    Ok(step(th, result))
}

/// Throws into what a body delegates to; `None` if that has no `throw`.
fn throw_to_delegate(
    th: &mut Thread,
    inner: Value,
    raised: Value,
    given: &[Value],
) -> Result<Option<Step>, Raised> {
    if let Some(body) = as_body(th, inner) {
        let _ = th.raise_again(raised);
        return throw(th, body, true, given).map(Some);
    }
    match th.find_attribute(inner, crate::name!(th, "throw"))? {
        Some(method) => {
            let count = given.iter().take_while(|value| !value.is_unbound()).count();
            Ok(Some(Step::Yielded(th.call(method, &given[..count])?)))
        }
        None => Ok(None),
    }
}

/// Makes the exception that `throw(type, value, traceback)` asks for, and sets it in flight.
pub fn prepare(th: &mut Thread, args: &[Value]) -> Result<(), Raised> {
    if !args[1].is_unbound() || !args[2].is_unbound() {
        th.warn(
            &classes::DEPRECATION_WARNING,
            "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.",
            1,
        )?;
    }
    prepare_quietly(th, args)
}

/// As [`prepare`], without a word on the three-argument form.
pub(super) fn prepare_quietly(th: &mut Thread, args: &[Value]) -> Result<(), Raised> {
    let [class, value, traceback] = [args[0], args[1], args[2]];
    let or_none = |value: Value| if value.is_unbound() { Value::NONE } else { value };
    let (value, traceback) = (or_none(value), or_none(traceback));
    if !traceback.is_none() && traceback.cast::<Traceback>().is_none() {
        return Err(th.type_error("throw() third argument must be a traceback object"));
    }
    let exception = if is_exception_class(class).is_some() {
        match instance(th, class, value) {
            Ok(made) => made,
            // What goes wrong in making it is thrown in its place.
            Err(Raised::Exception) => th.take_exception(),
            Err(Raised::Abort) => return Err(Raised::Abort),
        }
    } else if class.cast::<BaseException>().is_some() {
        if !value.is_none() {
            return Err(th.type_error("instance exception may not have a separate value"));
        }
        class
    } else {
        let got = th.type_name(class);
        return Err(th.type_error(format!(
            "exceptions must be classes or instances deriving from BaseException, not {got}"
        )));
    };
    if !traceback.is_none()
        && let Some(object) = exception.cast::<BaseException>()
    {
        let guard = th.write(object)?;
        guard.traceback.set(guard.token(), traceback);
    }
    let _ = th.raise_again(exception);
    Ok(())
}

/// The exception of a class and a value, which may be one already, or the arguments.
fn instance(th: &mut Thread, class: Value, value: Value) -> Result<Value, Raised> {
    if let Some(class) = is_exception_class(class)
        && th.is_instance(value, class)
    {
        return Ok(value);
    }
    let made = match value.cast::<Tuple>() {
        Some(args) => th.call(class, args.as_slice())?,
        None if value.is_none() => th.call(class, &[])?,
        None => th.call(class, &[value])?,
    };
    if made.cast::<BaseException>().is_none() {
        let (class_text, got) =
            (th.repr(class)?.display(), th.repr(th.class_of(made).value())?.display());
        return Err(th.type_error(format!(
            "calling {class_text} should have returned an instance of BaseException, not {got}"
        )));
    }
    Ok(made)
}

/// `close()`: the body gets a `GeneratorExit` where it waits. What it returns, or None.
pub fn close(th: &mut Thread, generator: Ref<Generator>) -> Result<Value, Raised> {
    th.check_native_stack()?;
    let now = th.read(generator)?.state.get();
    if now == state::CREATED {
        let guard = th.write(generator)?;
        guard.state.set(guard.token(), state::CLOSED);
        let registers = guard.registers.get();
        registers.forget(0, registers.capacity());
        return Ok(Value::NONE);
    }
    if now == state::CLOSED {
        return Ok(Value::NONE);
    }
    let exit = th.raise_with(classes::GENERATOR_EXIT.class(), &[]);
    let closed = match delegate(th, generator)? {
        Some(inner) => {
            let leaving = th.take_exception();
            resume_around(th, generator, |th| {
                close_delegate(th, inner)?;
                Err(th.raise_again(leaving))
            })
            .map(|result| step(th, result))
        }
        None => {
            let _ = exit;
            raise_inside(th, generator)
        }
    };
    match closed {
        Ok(Step::Yielded(_)) => {
            let kind = kind_name(th, generator);
            Err(th.runtime_error(format!("{kind} ignored GeneratorExit")))
        }
        Ok(Step::Returned(value)) => Ok(value),
        Err(raised) => {
            if let Some(stop) = th.catch(raised, &classes::STOP_ITERATION) {
                return exception::stop_iteration_value(th, stop);
            }
            match th.catch(raised, &classes::GENERATOR_EXIT) {
                Some(_) => Ok(Value::NONE),
                None => Err(raised),
            }
        }
    }
}

/// What happens to a body that is garbage: it is closed, so that its `finally` blocks run.
pub(super) fn finalise(th: &mut Thread, generator: Ref<Generator>) -> Result<(), Raised> {
    let (now, flags, hook) = {
        let fields = th.read(generator)?;
        (fields.state.get(), fields.flags.get(), fields.origin.get())
    };
    if now == state::CLOSED {
        return Ok(());
    }
    let class = th.class_of(generator.value());
    if class == ASYNC_GENERATOR.class() && !hook.is_none() && flags & super::flags::ENDED == 0 {
        if th.call(hook, &[generator.value()]) == Err(Raised::Exception) {
            th.write_unraisable(
                "Exception ignored while calling an async generator finalizer",
                generator.value(),
            );
        }
        return Ok(());
    }
    if class == COROUTINE.class() && now == state::CREATED {
        return super::coroutine::warn_never_awaited(th, generator);
    }
    if close(th, generator) == Err(Raised::Exception) {
        let shown =
            th.repr(generator.value()).map_or_else(|_| String::new(), |text| text.display());
        th.write_unraisable(
            &format!("Exception ignored while closing generator {shown}"),
            Value::NONE,
        );
    }
    Ok(())
}
