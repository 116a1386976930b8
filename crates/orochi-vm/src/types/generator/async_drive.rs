//! The awaitables of asynchronous generators: `asend`, `__anext__`, `athrow`, `aclose`.
//!
//! Each drives the body until it yields a value of its own (the result of the awaitable, handed
//! out as `StopIteration`) or ends; what it awaits meanwhile is passed to the event loop as it is.

use super::asynchronous::unwrapped;
use super::drive::{self, Step};
use super::{AsyncSend, AsyncThrow, Generator, awaiting, flags, state};
use crate::class::{Method, method};
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::tuple::Tuple;

const THROW: &str = "throw($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)";

pub(super) static SEND_METHODS: &[Method] = &[
    method("__await__($self, /)", itself, "Return an iterator to be used in await expression."),
    method("send($self, value, /)", send_send, ""),
    method(THROW, send_throw, ""),
    method("close($self, /)", send_close, ""),
];

pub(super) static THROW_METHODS: &[Method] = &[
    method("__await__($self, /)", itself, "Return an iterator to be used in await expression."),
    method("send($self, value, /)", throw_send, ""),
    method(THROW, throw_throw, ""),
    method("close($self, /)", throw_close, ""),
    method("__del__($self, /)", throw_finalise, ""),
];

fn itself(_th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(args[0])
}

/// Sets or clears flags of the generator.
fn mark(th: &mut Thread, generator: Ref<Generator>, set: u64, clear: u64) -> Result<(), Raised> {
    let guard = th.write(generator)?;
    guard.flags.set(guard.token(), (guard.flags.get() | set) & !clear);
    Ok(())
}

fn has(th: &mut Thread, generator: Ref<Generator>, flag: u64) -> Result<bool, Raised> {
    Ok(th.read(generator)?.flags.get() & flag != 0)
}

/// A body that returns ends the iteration.
fn ended(th: &mut Thread, step: Result<Step, Raised>) -> Result<Value, Raised> {
    match step? {
        Step::Yielded(value) => Ok(value),
        Step::Returned(_) => Err(th.raise_with(classes::STOP_ASYNC_ITERATION.class(), &[])),
    }
}

/// Turns a value that the body yielded itself into the awaitable's result.
fn unwrap(
    th: &mut Thread,
    generator: Ref<Generator>,
    result: Result<Value, Raised>,
) -> Result<Value, Raised> {
    match result {
        Ok(value) => match unwrapped(value) {
            Some(own) => {
                mark(th, generator, 0, flags::DRIVEN)?;
                Err(stop_with(th, own))
            }
            None => Ok(value),
        },
        Err(Raised::Abort) => Err(Raised::Abort),
        Err(raised) => {
            let over = th.raised_is(raised, &classes::STOP_ASYNC_ITERATION)
                || th.raised_is(raised, &classes::GENERATOR_EXIT);
            let exception = th.take_exception();
            mark(th, generator, if over { flags::ENDED } else { 0 }, flags::DRIVEN)?;
            Err(th.raise_again(exception))
        }
    }
}

/// `StopIteration(value)`, None included.
fn stop_with(th: &Thread, value: Value) -> Raised {
    th.stop_iteration(value)
}

fn send_receiver(th: &Thread, object: Value) -> Result<Ref<AsyncSend>, Raised> {
    object.cast::<AsyncSend>().ok_or_else(|| {
        let got = th.type_name(object);
        th.type_error(format!(
            "descriptor requires an 'async_generator_asend' object but received a '{got}'"
        ))
    })
}

fn throw_receiver(th: &Thread, object: Value) -> Result<Ref<AsyncThrow>, Raised> {
    object.cast::<AsyncThrow>().ok_or_else(|| {
        let got = th.type_name(object);
        th.type_error(format!(
            "descriptor requires an 'async_generator_athrow' object but received a '{got}'"
        ))
    })
}

fn set_send(th: &mut Thread, awaitable: Ref<AsyncSend>, to: u64) -> Result<(), Raised> {
    let guard = th.write(awaitable)?;
    guard.progress.set(guard.token(), to);
    Ok(())
}

fn set_throw(th: &mut Thread, awaitable: Ref<AsyncThrow>, to: u64) -> Result<(), Raised> {
    let guard = th.write(awaitable)?;
    guard.progress.set(guard.token(), to);
    Ok(())
}

/// After a result of an `asend`: done unless the body awaits something.
fn send_result(
    th: &mut Thread,
    awaitable: Ref<AsyncSend>,
    result: Result<Value, Raised>,
) -> Result<Value, Raised> {
    if result == Err(Raised::Exception) {
        let exception = th.take_exception();
        set_send(th, awaitable, awaiting::DONE)?;
        return Err(th.raise_again(exception));
    }
    result
}

/// Begins or goes on with an `asend`: its generator.
fn send_start(
    th: &mut Thread,
    awaitable: Ref<AsyncSend>,
) -> Result<(Ref<Generator>, bool), Raised> {
    let (generator, progress) = {
        let fields = th.read(awaitable)?;
        (fields.generator.get(), fields.progress.get())
    };
    match progress {
        awaiting::DONE => Err(th.runtime_error("cannot reuse already awaited __anext__()/asend()")),
        awaiting::NEW => {
            if has(th, generator, flags::DRIVEN)? {
                set_send(th, awaitable, awaiting::DONE)?;
                return Err(th.runtime_error("anext(): asynchronous generator is already running"));
            }
            set_send(th, awaitable, awaiting::STARTED)?;
            Ok((generator, true))
        }
        _ => Ok((generator, false)),
    }
}

fn send_value(th: &mut Thread, object: Value, value: Value) -> Result<Value, Raised> {
    let awaitable = send_receiver(th, object)?;
    let (generator, fresh) = send_start(th, awaitable)?;
    let value = if fresh && value.is_none() { th.read(awaitable)?.sent.get() } else { value };
    mark(th, generator, flags::DRIVEN, 0)?;
    let step = drive::send(th, generator, value);
    let result = ended(th, step);
    let result = unwrap(th, generator, result);
    send_result(th, awaitable, result)
}

/// `next()` of an `asend`.
pub(super) fn send_next(th: &mut Thread, object: Value) -> Result<Option<Value>, Raised> {
    send_value(th, object, Value::NONE).map(Some)
}

fn send_send(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    send_value(th, args[0], args[1])
}

fn send_throw(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let awaitable = send_receiver(th, args[0])?;
    let (generator, _) = send_start(th, awaitable)?;
    mark(th, generator, flags::DRIVEN, 0)?;
    drive::prepare(th, &args[1..])?;
    let step = drive::throw(th, generator, true, &args[1..]);
    let result = ended(th, step);
    let result = unwrap(th, generator, result);
    send_result(th, awaitable, result)
}

fn send_close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let awaitable = send_receiver(th, args[0])?;
    if th.read(awaitable)?.progress.get() == awaiting::DONE {
        return Ok(Value::NONE);
    }
    let class = classes::GENERATOR_EXIT.class().value();
    let thrown = send_throw(th, &[args[0], class, Value::UNBOUND, Value::UNBOUND]);
    closed(th, thrown)
}

/// What `close()` of an awaitable makes of throwing a `GeneratorExit` into it.
fn closed(th: &mut Thread, thrown: Result<Value, Raised>) -> Result<Value, Raised> {
    match thrown {
        Ok(_) => Err(th.runtime_error("coroutine ignored GeneratorExit")),
        Err(raised) => {
            for class in
                [&classes::STOP_ITERATION, &classes::STOP_ASYNC_ITERATION, &classes::GENERATOR_EXIT]
            {
                if th.catch(raised, class).is_some() {
                    return Ok(Value::NONE);
                }
            }
            Err(raised)
        }
    }
}

// ---- athrow and aclose

/// The body has yielded although it was told to end.
fn ignored_exit(th: &mut Thread, awaitable: Ref<AsyncThrow>, generator: Ref<Generator>) -> Raised {
    if let Err(raised) = mark(th, generator, 0, flags::DRIVEN)
        .and_then(|()| set_throw(th, awaitable, awaiting::DONE))
    {
        return raised;
    }
    th.runtime_error("async generator ignored GeneratorExit")
}

/// The awaitable ends with the exception in flight. An `aclose` ends quietly when the body does.
fn throw_failed(
    th: &mut Thread,
    awaitable: Ref<AsyncThrow>,
    generator: Ref<Generator>,
    closing: bool,
) -> Raised {
    let exception = th.take_exception();
    if let Err(raised) = mark(th, generator, 0, flags::DRIVEN)
        .and_then(|()| set_throw(th, awaitable, awaiting::DONE))
    {
        return raised;
    }
    let over = th.is_instance(exception, classes::STOP_ASYNC_ITERATION.class())
        || th.is_instance(exception, classes::GENERATOR_EXIT.class());
    if closing && over { th.stop_iteration(Value::NONE) } else { th.raise_again(exception) }
}

/// Ends a step of an `athrow` or `aclose`.
fn throw_result(
    th: &mut Thread,
    awaitable: Ref<AsyncThrow>,
    generator: Ref<Generator>,
    closing: bool,
    result: Result<Value, Raised>,
) -> Result<Value, Raised> {
    let result = if closing {
        if let Ok(value) = result
            && unwrapped(value).is_some() {
                return Err(ignored_exit(th, awaitable, generator));
            }
        result
    } else {
        unwrap(th, generator, result)
    };
    match result {
        Err(Raised::Exception) => Err(throw_failed(th, awaitable, generator, closing)),
        other => other,
    }
}

fn running_message(closing: bool) -> &'static str {
    if closing {
        "aclose(): asynchronous generator is already running"
    } else {
        "athrow(): asynchronous generator is already running"
    }
}

fn throw_value(th: &mut Thread, object: Value, value: Value) -> Result<Value, Raised> {
    let awaitable = throw_receiver(th, object)?;
    let (generator, progress, thrown) = {
        let fields = th.read(awaitable)?;
        (fields.generator.get(), fields.progress.get(), fields.thrown.get())
    };
    let closing = thrown.is_unbound();
    if progress == awaiting::DONE {
        return Err(th.runtime_error("cannot reuse already awaited aclose()/athrow()"));
    }
    if th.read(generator)?.state.get() == state::CLOSED {
        set_throw(th, awaitable, awaiting::DONE)?;
        return Err(th.stop_iteration(Value::NONE));
    }
    if progress != awaiting::NEW {
        let step = drive::send(th, generator, value);
        let result = ended(th, step);
        return throw_result(th, awaitable, generator, closing, result);
    }
    if has(th, generator, flags::DRIVEN)? {
        set_throw(th, awaitable, awaiting::DONE)?;
        return Err(th.runtime_error(running_message(closing)));
    }
    if has(th, generator, flags::ENDED)? {
        set_throw(th, awaitable, awaiting::DONE)?;
        return Err(th.raise_with(classes::STOP_ASYNC_ITERATION.class(), &[]));
    }
    if !value.is_none() {
        return Err(th.runtime_error("can't send non-None value to a just-started coroutine"));
    }
    set_throw(th, awaitable, awaiting::STARTED)?;
    mark(th, generator, flags::DRIVEN | if closing { flags::ENDED } else { 0 }, 0)?;
    let exit = classes::GENERATOR_EXIT.class().value();
    let given = match thrown.cast::<Tuple>() {
        Some(given) => {
            let unset = |value: Value| if value.is_none() { Value::UNBOUND } else { value };
            [given.get(0), unset(given.get(1)), unset(given.get(2))]
        }
        None => [exit, Value::UNBOUND, Value::UNBOUND],
    };
    // The deprecation was told of when the awaitable was made.
    let prepared = drive::prepare_quietly(th, &given);
    let result = match prepared {
        Ok(()) => {
            let step = drive::throw(th, generator, false, &given);
            ended(th, step)
        }
        Err(raised) => Err(raised),
    };
    throw_result(th, awaitable, generator, closing, result)
}

/// `next()` of an `athrow` or `aclose`.
pub(super) fn throw_next(th: &mut Thread, object: Value) -> Result<Option<Value>, Raised> {
    throw_value(th, object, Value::NONE).map(Some)
}

fn throw_send(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    throw_value(th, args[0], args[1])
}

fn throw_throw(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let awaitable = throw_receiver(th, args[0])?;
    let (generator, progress, thrown) = {
        let fields = th.read(awaitable)?;
        (fields.generator.get(), fields.progress.get(), fields.thrown.get())
    };
    let closing = thrown.is_unbound();
    if progress == awaiting::DONE {
        return Err(th.runtime_error("cannot reuse already awaited aclose()/athrow()"));
    }
    if progress == awaiting::NEW {
        if has(th, generator, flags::DRIVEN)? {
            set_throw(th, awaitable, awaiting::DONE)?;
            return Err(th.runtime_error(running_message(closing)));
        }
        set_throw(th, awaitable, awaiting::STARTED)?;
        mark(th, generator, flags::DRIVEN, 0)?;
    }
    let result = match drive::prepare(th, &args[1..]) {
        Ok(()) => {
            let step = drive::throw(th, generator, true, &args[1..]);
            ended(th, step)
        }
        Err(raised) => Err(raised),
    };
    throw_result(th, awaitable, generator, closing, result)
}

fn throw_close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let awaitable = throw_receiver(th, args[0])?;
    if th.read(awaitable)?.progress.get() == awaiting::DONE {
        return Ok(Value::NONE);
    }
    let class = classes::GENERATOR_EXIT.class().value();
    let thrown = throw_throw(th, &[args[0], class, Value::UNBOUND, Value::UNBOUND]);
    closed(th, thrown)
}

/// Warns of an awaitable that dies without ever having been awaited.
fn throw_finalise(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let awaitable = throw_receiver(th, args[0])?;
    let (generator, progress, thrown) = {
        let fields = th.read(awaitable)?;
        (fields.generator.get(), fields.progress.get(), fields.thrown.get())
    };
    if progress != awaiting::NEW {
        return Ok(Value::NONE);
    }
    let method = if thrown.is_unbound() { "aclose" } else { "athrow" };
    let name = th.read(generator)?.qualname.get();
    let text =
        format!("coroutine method '{method}' of '{}' was never awaited", th.display_str(name));
    th.warn(&classes::RUNTIME_WARNING, &text, 1)?;
    Ok(Value::NONE)
}
