//! A task's turn: sends into the coroutine, and sees to what it yields.

use orochi_vm::class::{GetSet, Method, NativeLayout, TypeFlags, TypeSpec, getter, method};
use orochi_vm::exception::{self, Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::generator::drive::{self, Step};
use orochi_vm::types::generator::{COROUTINE, GENERATOR, Generator};

use super::future::{self, FUTURE, Future, Outcome, bit};
use super::task::is_plain;
use super::{library, running};
use crate::contextvars_::context;

heap_object! {
    /// What the loop calls for a task's next turn.
    pub struct StepCall: STEP {
        values {
            /// The task.
            task: Value,
            /// The exception to throw into the coroutine, or unbound.
            raised: Value,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// What the loop calls when what a task waits for is done.
    pub struct Wakeup: WAKEUP {
        values {
            /// The task.
            task: Value,
        }
        storage {}
        data {}
    }
}

/// The class of [`StepCall`].
pub static STEP: TypeSpec = TypeSpec {
    module: "_asyncio",
    flags: TypeFlags::NO_NEW,
    methods: STEP_METHODS,
    getset: STEP_GETSET,
    ..TypeSpec::named("TaskStepMethWrapper", NativeLayout::of::<StepCall>())
};

/// The class of [`Wakeup`].
pub static WAKEUP: TypeSpec = TypeSpec {
    module: "_asyncio",
    flags: TypeFlags::NO_NEW,
    methods: WAKEUP_METHODS,
    getset: WAKEUP_GETSET,
    ..TypeSpec::named("TaskWakeupMethWrapper", NativeLayout::of::<Wakeup>())
};

static STEP_METHODS: &[Method] =
    &[method("__call__($self, /)", call_step, "Call self as a function.")];

static STEP_GETSET: &[GetSet] = &[
    getter(
        "__self__",
        |th, own| {
            let own = th.receiver::<StepCall>(own)?;
            Ok(th.read(own)?.task.get())
        },
        "",
    ),
    getter("__name__", |th, _| Ok(name!(th, "task_step").value()), ""),
    getter("__qualname__", |th, _| Ok(name!(th, "Task.task_step").value()), ""),
];

static WAKEUP_METHODS: &[Method] =
    &[method("__call__($self, future, /)", wake_up, "Call self as a function.")];

static WAKEUP_GETSET: &[GetSet] = &[
    getter(
        "__self__",
        |th, own| {
            let own = th.receiver::<Wakeup>(own)?;
            Ok(th.read(own)?.task.get())
        },
        "",
    ),
    getter("__name__", |th, _| Ok(name!(th, "task_wakeup").value()), ""),
    getter("__qualname__", |th, _| Ok(name!(th, "Task.task_wakeup").value()), ""),
];

/// Asks the loop for the task's next turn, which begins with this exception unless it is unbound.
pub fn soon(th: &mut Thread, task: Ref<Future>, raised: Value) -> Result<(), Raised> {
    let call = StepCall::allocate(th, task.value(), raised)?;
    let (on, context) = {
        let state = th.read(task)?;
        (state.on.get(), state.context.get())
    };
    library::call_soon(th, on, call.value(), &[], context)
}

fn call_step(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<StepCall>(args[0])?;
    let (task, raised) = {
        let state = th.read(own)?;
        (state.task.get(), state.raised.get())
    };
    let task = th.receiver::<Future>(task)?;
    turn(th, task, raised)?;
    Ok(Value::NONE)
}

fn wake_up(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Wakeup>(args[0])?;
    let task = th.read(own)?.task.get();
    let task = th.receiver::<Future>(task)?;
    let done = args[1];
    future::discard_awaited_by(th, done, task.value())?;
    let raised = match is_plain(th, done) {
        Some(done) => match future::outcome(th, done) {
            Ok(Outcome::Result(_)) => Value::UNBOUND,
            Ok(Outcome::Exception(raised)) => raised,
            Err(raised) => taken(th, raised)?,
        },
        None => match th.call_method(done, name!(th, "result"), &[]) {
            Ok(_) => Value::UNBOUND,
            Err(raised) => taken(th, raised)?,
        },
    };
    turn(th, task, raised)?;
    Ok(Value::NONE)
}

/// Takes an exception out of flight; an abort goes on.
fn taken(th: &Thread, raised: Raised) -> Result<Value, Raised> {
    match raised {
        Raised::Exception => Ok(th.take_exception()),
        Raised::Abort => Err(Raised::Abort),
    }
}

/// One turn of a task as its loop's current one.
fn turn(th: &mut Thread, task: Ref<Future>, mut raised: Value) -> Result<(), Raised> {
    let (on, bits) = {
        let state = th.read(task)?;
        (state.on.get(), state.bits.get())
    };
    if bits & bit::DONE != 0 {
        let shown = th.repr(task.value())?.display();
        let with = if raised.is_unbound() { String::new() } else { th.repr(raised)?.display() };
        let message = format!("__step(): already done: {shown} {with}");
        return Err(library::raise(th, &library::INVALID_STATE_ERROR, &message));
    }
    if bits & bit::MUST_CANCEL != 0 {
        if raised.is_unbound() || !library::is_cancelled_error(th, raised)? {
            raised = future::cancelled_error(th, task)?;
        }
        let state = th.write(task)?;
        state.bits.set(state.token(), state.bits.get() & !bit::MUST_CANCEL);
    }
    {
        let state = th.write(task)?;
        state.waiter.set(state.token(), Value::UNBOUND);
    }
    running::enter(th, on, task.value())?;
    let result = advance(th, task, raised);
    match result {
        Err(Raised::Abort) => Err(Raised::Abort),
        Err(Raised::Exception) => {
            let raised = th.take_exception();
            running::leave(th, on, task.value())?;
            Err(th.raise_again(raised))
        }
        Ok(()) => running::leave(th, on, task.value()),
    }
}

/// Resumes the coroutine and sees to what comes of it.
fn advance(th: &mut Thread, task: Ref<Future>, raised: Value) -> Result<(), Raised> {
    let coroutine = th.read(task)?.coroutine.get();
    if coroutine.is_unbound() {
        return Err(th.runtime_error("uninitialized Task object"));
    }
    match resume(th, coroutine, raised) {
        Ok(Step::Yielded(value)) => wait_for(th, task, value),
        Ok(Step::Returned(value)) => {
            ended(th, task)?;
            let state = th.write(task)?;
            let bits = state.bits.get();
            if bits & bit::MUST_CANCEL != 0 {
                state.bits.set(state.token(), bits & !bit::MUST_CANCEL);
                let message = state.message.get();
                future::cancel(th, task, message)?;
                return Ok(());
            }
            future::set_result(th, task, value)
        }
        Err(Raised::Abort) => Err(Raised::Abort),
        Err(Raised::Exception) => {
            let raised = th.take_exception();
            ended(th, task)?;
            if library::is_cancelled_error(th, raised)? {
                {
                    let state = th.write(task)?;
                    state.cancelled.set(state.token(), raised);
                }
                future::cancel(th, task, Value::NONE)?;
                return Ok(());
            }
            future::set_exception(th, task, raised)?;
            let leaves = th.is_instance(raised, classes::KEYBOARD_INTERRUPT.class())
                || th.is_instance(raised, classes::SYSTEM_EXIT.class());
            if leaves { Err(th.raise_again(raised)) } else { Ok(()) }
        }
    }
}

/// A task's coroutine has come to its end.
fn ended(th: &mut Thread, task: Ref<Future>) -> Result<(), Raised> {
    running::leave_table(th, task)
}

fn resume(th: &mut Thread, coroutine: Value, raised: Value) -> Result<Step, Raised> {
    if raised.is_unbound()
        && th.class_of(coroutine) == COROUTINE.class()
        && let Some(body) = coroutine.cast::<Generator>()
    {
        return drive::send(th, body, Value::NONE);
    }
    let result = match raised.is_unbound() {
        true => th.call_method(coroutine, name!(th, "send"), &[Value::NONE]),
        false => th.call_method(coroutine, name!(th, "throw"), &[raised]),
    };
    match result {
        Ok(value) => Ok(Step::Yielded(value)),
        Err(raised) => match th.take_stop_iteration(raised) {
            Some(stop) => Ok(Step::Returned(exception::stop_iteration_value(th, stop)?)),
            None => Err(raised),
        },
    }
}

/// The loop of a future of any implementation.
pub fn loop_of(th: &mut Thread, future: Value) -> Result<Value, Raised> {
    if let Some(own) = is_plain(th, future) {
        return Ok(th.read(own)?.on.get());
    }
    match th.find_attribute(future, name!(th, "get_loop"))? {
        Some(method) => th.call(method, &[]),
        None => th.get_attribute(future, name!(th, "_loop")),
    }
}

/// Cancels what a task waits for; whether it let itself be cancelled.
pub fn cancel_waiter(th: &mut Thread, waiter: Value, message: Value) -> Result<bool, Raised> {
    if th.class_of(waiter) == FUTURE.class()
        && let Some(own) = waiter.cast::<Future>()
    {
        return future::cancel(th, own, message);
    }
    let answer =
        library::call_naming(th, waiter, name!(th, "cancel"), &[], &library::MESSAGE, message)?;
    th.is_true(answer)
}

/// The next turn begins with this `RuntimeError`.
fn fail(th: &mut Thread, task: Ref<Future>, message: String) -> Result<(), Raised> {
    let text = th.new_str(&message)?;
    let error = exception::new_exception(th, classes::RUNTIME_ERROR.class(), &[text.value()])?;
    soon(th, task, error)
}

/// Sees to what the coroutine has yielded.
fn wait_for(th: &mut Thread, task: Ref<Future>, yielded: Value) -> Result<(), Raised> {
    let shown = |th: &mut Thread, value: Value| th.repr(value).map(|text| text.display());
    if yielded == task.value() {
        let text = shown(th, yielded)?;
        return fail(th, task, format!("Task cannot await on itself: {text}"));
    }
    let (on, context) = {
        let state = th.read(task)?;
        (state.on.get(), state.context.get())
    };
    let plain = is_plain(th, yielded);
    let blocking = match plain {
        Some(own) => {
            let bits = th.read(own)?.bits.get();
            Some(bits & bit::BLOCKING != 0)
        }
        None if yielded.is_none() => return soon(th, task, Value::UNBOUND),
        None => match th.find_attribute(yielded, name!(th, "_asyncio_future_blocking"))? {
            Some(value) if !value.is_none() => Some(th.is_true(value)?),
            _ => None,
        },
    };
    let Some(blocking) = blocking else {
        let text = shown(th, yielded)?;
        if th.class_of(yielded) == GENERATOR.class() {
            let own = shown(th, task.value())?;
            return fail(
                th,
                task,
                format!(
                    "yield was used instead of yield from for generator in task {own} with {text}"
                ),
            );
        }
        return fail(th, task, format!("Task got bad yield: {text}"));
    };
    if loop_of(th, yielded)? != on {
        let (own, text) = (shown(th, task.value())?, shown(th, yielded)?);
        return fail(
            th,
            task,
            format!("Task {own} got Future {text} attached to a different loop"),
        );
    }
    if !blocking {
        let (own, text) = (shown(th, task.value())?, shown(th, yielded)?);
        return fail(
            th,
            task,
            format!("yield was used instead of yield from in task {own} with {text}"),
        );
    }
    future::add_awaited_by(th, yielded, task.value())?;
    let wakeup = Wakeup::allocate(th, task.value())?.value();
    match plain {
        Some(own) => {
            {
                let state = th.write(own)?;
                state.bits.set(state.token(), state.bits.get() & !bit::BLOCKING);
            }
            future::add_done_callback(th, own, wakeup, context)?;
        }
        None => {
            th.set_attribute(
                yielded,
                name!(th, "_asyncio_future_blocking"),
                Value::from_bool(false),
            )?;
            library::call_naming(
                th,
                yielded,
                name!(th, "add_done_callback"),
                &[wakeup],
                &library::CONTEXT,
                context,
            )?;
        }
    }
    let (must_cancel, message) = {
        let state = th.write(task)?;
        state.waiter.set(state.token(), yielded);
        (state.bits.get() & bit::MUST_CANCEL != 0, state.message.get())
    };
    if must_cancel && cancel_waiter(th, yielded, message)? {
        let state = th.write(task)?;
        state.bits.set(state.token(), state.bits.get() & !bit::MUST_CANCEL);
    }
    Ok(())
}

/// Runs a task's first turn at once, as the loop's current task and in the task's context.
pub fn start_eagerly(th: &mut Thread, task: Ref<Future>) -> Result<(), Raised> {
    let (on, context) = {
        let state = th.read(task)?;
        (state.on.get(), state.context.get())
    };
    let before = running::swap(th, on, task.value())?;
    running::enter_table(th, task)?;
    let result = context::run_in(th, context, |th| advance(th, task, Value::UNBOUND));
    if result == Err(Raised::Abort) {
        return result;
    }
    let raised = if result.is_err() { th.take_exception() } else { Value::UNBOUND };
    running::swap(th, on, before)?;
    if th.read(task)?.bits.get() & bit::DONE != 0 {
        let state = th.write(task)?;
        state.coroutine.set(state.token(), Value::UNBOUND);
    }
    if raised.is_unbound() { Ok(()) } else { Err(th.raise_again(raised)) }
}
