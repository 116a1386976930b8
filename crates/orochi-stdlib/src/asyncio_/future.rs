//! Futures: a result that is not there yet, and who is to be called when it is.

use orochi_vm::class::{
    Dead, Method, NativeLayout, TypeFlags, TypeSpec, class_method, flags, function, method,
};
use orochi_vm::exception::{self, Raised, classes};
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types;
use orochi_vm::types::list::List;
use orochi_vm::types::set::Set;
use orochi_vm::types::tuple::Tuple;

use super::{attributes, awaiting, library};
use crate::argument::given;
use crate::contextvars_::context;

heap_object! {
    /// `_asyncio.Future` and, with the fields from `coroutine` on, `_asyncio.Task`.
    pub struct Future: FUTURE {
        values {
            /// The event loop; unbound before `__init__`.
            on: Value,
            /// The first thing to call when it is done, or unbound.
            callback: Value,
            /// The context to call it in.
            callback_context: Value,
            /// A list of pairs (callback, context) that follow, or unbound.
            more: Value,
            /// The result, or unbound.
            result: Value,
            /// The exception, or unbound.
            exception: Value,
            /// Its traceback when it was set, or unbound.
            traceback: Value,
            /// Where it was made, in debug mode; or None.
            source: Value,
            /// What was given to `cancel`, or None.
            message: Value,
            /// The `CancelledError` that ended the task, or unbound.
            cancelled: Value,
            /// Who waits for it: unbound, a future, or a set of them.
            awaited_by: Value,
            /// Of a task: what it runs; unbound once it has ended.
            coroutine: Value,
            /// Of a task: what it waits for, or unbound.
            waiter: Value,
            /// Of a task: its name; an int for one that is made from the number.
            name: Value,
            /// Of a task: the context it runs in.
            context: Value,
            /// Of a pending task: the thread's table of tasks it is in, or unbound.
            table: Value,
        }
        storage {}
        data {
            /// [`bit`]
            bits: u64,
            /// Of a task: how often it was cancelled.
            cancels: i64,
            /// Of a task: its key in the table.
            key: i64,
        }
    }
}

/// Bits of a future's state.
pub mod bit {
    /// Cancelled.
    pub const CANCELLED: u64 = 1;
    /// Has a result or exception.
    pub const FINISHED: u64 = 1 << 1;
    /// `_asyncio_future_blocking`
    pub const BLOCKING: u64 = 1 << 2;
    /// Its exception has not been asked for.
    pub const LOG_TRACEBACK: u64 = 1 << 3;
    /// A task that gets a `CancelledError` with its next turn.
    pub const MUST_CANCEL: u64 = 1 << 4;
    /// A task whose end while it is pending is reported.
    pub const LOG_PENDING: u64 = 1 << 5;
    /// Known to the collector as an object with a finaliser.
    pub const REGISTERED: u64 = 1 << 6;
    /// Done in one way or the other.
    pub const DONE: u64 = CANCELLED | FINISHED;
}

/// `_asyncio.Future`
pub static FUTURE: TypeSpec = TypeSpec {
    module: "_asyncio",
    doc: "This class is *almost* compatible with concurrent.futures.Future.\n\n    Differences:\n\n    - result() and exception() do not take a timeout argument and\n      raise an exception when the future isn't done yet.\n\n    - Callbacks registered with add_done_callback() are always called\n      via the event loop's call_soon_threadsafe().\n\n    - This class is not compatible with the wait() and as_completed()\n      methods in the concurrent.futures package.",
    flags: TypeFlags::BASE.and(TypeFlags::DICT).and(TypeFlags::WEAKREF),
    new: Some(function("__new__($type, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    getset: attributes::FUTURE,
    needs_finaliser: Some(needs_finaliser),
    ..TypeSpec::named("Future", NativeLayout::of::<Future>())
};

static METHODS: &[Method] = &[
    method("__init__($self, /, *, loop=None)", init, ""),
    method("__del__($self, /)", finalise, "Called when the instance is about to be destroyed."),
    method(
        "__repr__($self, /)",
        |th, args| call_library(th, &library::FUTURE_REPR, args),
        "Return repr(self).",
    ),
    method("__iter__($self, /)", awaiting::iterate, "Implement iter(self)."),
    method(
        "__await__($self, /)",
        awaiting::iterate,
        "Return an iterator to be used in await expression.",
    ),
    class_method(
        "__class_getitem__($cls, object, /)",
        types::generic_alias::class_getitem,
        "See PEP 585",
    ),
    method(
        "result($self, /)",
        |th, args| {
            let own = th.receiver::<Future>(args[0])?;
            result(th, own)
        },
        "Return the result this future represents.\n\nIf the future has been cancelled, raises CancelledError.  If the\nfuture's result isn't yet available, raises InvalidStateError.  If\nthe future is done and has an exception set, this exception is raised.",
    ),
    method(
        "exception($self, /)",
        exception,
        "Return the exception that was set on this future.\n\nThe exception (or None if no exception was set) is returned only if\nthe future is done.  If the future has been cancelled, raises\nCancelledError.  If the future isn't done yet, raises\nInvalidStateError.",
    ),
    method(
        "set_result($self, result, /)",
        |th, args| {
            let own = initialised(th, args[0])?;
            set_result(th, own, args[1])?;
            Ok(Value::NONE)
        },
        "Mark the future done and set its result.\n\nIf the future is already done when this method is called, raises\nInvalidStateError.",
    ),
    method(
        "set_exception($self, exception, /)",
        |th, args| {
            let own = initialised(th, args[0])?;
            set_exception(th, own, args[1])?;
            Ok(Value::NONE)
        },
        "Mark the future done and set an exception.\n\nIf the future is already done when this method is called, raises\nInvalidStateError.",
    ),
    method(
        "add_done_callback($self, fn, /, *, context=<unrepresentable>)",
        |th, args| {
            let own = initialised(th, args[0])?;
            let context = given(args[2]).unwrap_or(Value::NONE);
            add_done_callback(th, own, args[1], context)?;
            Ok(Value::NONE)
        },
        "Add a callback to be run when the future becomes done.\n\nThe callback is called with a single argument - the future object. If\nthe future is already done when this is called, the callback is\nscheduled with call_soon.",
    ),
    method(
        "remove_done_callback($self, fn, /)",
        remove_done_callback,
        "Remove all instances of a callback from the \"call when done\" list.\n\nReturns the number of callbacks removed.",
    ),
    method(
        "cancel($self, /, msg=None)",
        |th, args| {
            let own = initialised(th, args[0])?;
            let message = given(args[1]).unwrap_or(Value::NONE);
            Ok(Value::from_bool(cancel(th, own, message)?))
        },
        "Cancel the future and schedule callbacks.\n\nIf the future is already done or cancelled, return False.  Otherwise,\nchange the future's state to cancelled, schedule the callbacks and\nreturn True.",
    ),
    method(
        "cancelled($self, /)",
        |th, args| Ok(Value::from_bool(state(th, args[0])? & bit::CANCELLED != 0)),
        "Return True if the future was cancelled.",
    ),
    method(
        "done($self, /)",
        |th, args| Ok(Value::from_bool(state(th, args[0])? & bit::DONE != 0)),
        "Return True if the future is done.\n\nDone means either that a result / exception are available, or that the\nfuture was cancelled.",
    ),
    method(
        "get_loop($self, /)",
        |th, args| {
            let own = initialised(th, args[0])?;
            Ok(th.read(own)?.on.get())
        },
        "Return the event loop the Future is bound to.",
    ),
    method(
        "_make_cancelled_error($self, /)",
        |th, args| {
            let own = initialised(th, args[0])?;
            cancelled_error(th, own)
        },
        "Create the CancelledError to raise if the Future is cancelled.\n\nThis should only be called once when handling a cancellation since\nit erases the context exception value.",
    ),
];

/// Calls a function of the library with the receiver.
pub fn call_library(
    th: &mut Thread,
    entry: &library::Entry,
    args: &[Value],
) -> Result<Value, Raised> {
    let function = entry.get(th)?;
    th.call(function, &args[..1])
}

/// Makes a future or task that is not initialised yet.
pub fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let spec = match args[0].cast::<orochi_vm::class::Class>() {
        Some(class) if class.is_subclass(super::task::TASK.class()) => &super::task::TASK,
        _ => &FUTURE,
    };
    let shape = th.instance_shape(args[0], spec)?;
    let none = Value::UNBOUND;
    #[rustfmt::skip]
    let made = Future::allocate_as(
        th, shape, none, none, none, none, none, none, none, Value::NONE, Value::NONE, none, none,
        none, none, none, none, none, 0, 0, 0,
    )?;
    Ok(made.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(args[0])?;
    initialise(th, own, given(args[1]))?;
    Ok(Value::NONE)
}

/// Makes it pending on a loop, whatever it was before.
pub fn initialise(th: &mut Thread, own: Ref<Future>, on: Option<Value>) -> Result<(), Raised> {
    let on = match on.filter(|on| !on.is_none()) {
        Some(on) => on,
        None => super::running::event_loop(th)?,
    };
    {
        let state = th.write(own)?;
        let token = state.token();
        for field in [
            &state.callback,
            &state.callback_context,
            &state.more,
            &state.result,
            &state.exception,
            &state.traceback,
            &state.cancelled,
            &state.awaited_by,
        ] {
            field.set(token, Value::UNBOUND);
        }
        state.source.set(token, Value::NONE);
        state.message.set(token, Value::NONE);
        state.bits.set(token, state.bits.get() & bit::REGISTERED);
        state.on.set(token, on);
    }
    let debug = th.call_method(on, name!(th, "get_debug"), &[])?;
    if th.is_true(debug)? {
        let extract = library::EXTRACT_STACK.get(th)?;
        let source = th.call(extract, &[])?;
        let state = th.write(own)?;
        state.source.set(state.token(), source);
    }
    Ok(())
}

/// The receiver of a method that needs a loop.
pub fn initialised(th: &mut Thread, object: Value) -> Result<Ref<Future>, Raised> {
    let own = th.receiver::<Future>(object)?;
    if th.read(own)?.on.get().is_unbound() {
        return Err(th.runtime_error("Future object is not initialized."));
    }
    Ok(own)
}

fn state(th: &mut Thread, object: Value) -> Result<u64, Raised> {
    let own = th.receiver::<Future>(object)?;
    Ok(th.read(own)?.bits.get())
}

/// Lets the collector report the future when it dies; once.
pub fn register(th: &mut Thread, own: Ref<Future>) -> Result<(), Raised> {
    // A class with a `__del__` in Python has registered it when it was made.
    if th.class_of(own.value()).has(flags::FINALISER) {
        return Ok(());
    }
    let state = th.write(own)?;
    let bits = state.bits.get();
    if bits & bit::REGISTERED == 0 {
        state.bits.set(state.token(), bits | bit::REGISTERED);
        th.register_finaliser(std::ptr::NonNull::from(own.header()));
    }
    Ok(())
}

/// Whether there is something to report about a future that has died.
pub fn needs_finaliser(dead: &Dead) -> bool {
    let bits = dead.fields::<Future>().map_or(0, |future| future.bits.get());
    bits & bit::LOG_TRACEBACK != 0 || (bits & bit::LOG_PENDING != 0 && bits & bit::DONE == 0)
}

fn finalise(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(args[0])?;
    report_unretrieved(th, own)?;
    Ok(Value::NONE)
}

/// Tells the loop about an exception that nobody has asked for.
pub fn report_unretrieved(th: &mut Thread, own: Ref<Future>) -> Result<(), Raised> {
    let (bits, raised) = {
        let state = th.write(own)?;
        let bits = state.bits.get();
        state.bits.set(state.token(), bits & !bit::LOG_TRACEBACK);
        (bits, state.exception.get())
    };
    if bits & bit::LOG_TRACEBACK == 0 {
        return Ok(());
    }
    let class = th.class_of(own.value()).display_name();
    let message = format!("{class} exception was never retrieved");
    report(th, own, &message, &[("exception", raised), ("future", own.value())])
}

/// Calls the loop's exception handler.
pub fn report(
    th: &mut Thread,
    own: Ref<Future>,
    message: &str,
    entries: &[(&'static str, Value)],
) -> Result<(), Raised> {
    let (on, source) = {
        let state = th.read(own)?;
        (state.on.get(), state.source.get())
    };
    let about = types::dict::Dict::new(th)?;
    let message = th.new_str(message)?;
    about.set_str(th, name!(th, "message"), message.value())?;
    for &(name, value) in entries {
        let name = th.name(name);
        about.set_str(th, name, value)?;
    }
    if !source.is_none() {
        about.set_str(th, name!(th, "source_traceback"), source)?;
    }
    th.call_method(on, name!(th, "call_exception_handler"), &[about.value()]).map(drop)
}

/// The `CancelledError` to raise for a cancelled future; the one that ended a task is given once.
pub fn cancelled_error(th: &mut Thread, own: Ref<Future>) -> Result<Value, Raised> {
    let message = {
        let state = th.write(own)?;
        let kept = state.cancelled.get();
        if !kept.is_unbound() {
            state.cancelled.set(state.token(), Value::UNBOUND);
            return Ok(kept);
        }
        state.message.get()
    };
    let class = library::CANCELLED_ERROR.get(th)?;
    let args = [message];
    th.call(class, if message.is_none() { &[] } else { &args })
}

/// How a future has ended.
pub enum Outcome {
    /// With this result.
    Result(Value),
    /// With this exception.
    Exception(Value),
}

/// How a future that is done has ended; its exception counts as asked for.
pub fn outcome(th: &mut Thread, own: Ref<Future>) -> Result<Outcome, Raised> {
    let (bits, result, raised, traceback) = {
        let state = th.read(own)?;
        (state.bits.get(), state.result.get(), state.exception.get(), state.traceback.get())
    };
    if bits & bit::CANCELLED != 0 {
        return Ok(Outcome::Exception(cancelled_error(th, own)?));
    }
    if bits & bit::FINISHED == 0 {
        return Err(library::raise(th, &library::INVALID_STATE_ERROR, "Result is not set."));
    }
    if raised.is_unbound() {
        return Ok(Outcome::Result(result));
    }
    {
        let state = th.write(own)?;
        state.bits.set(state.token(), bits & !bit::LOG_TRACEBACK);
        state.traceback.set(state.token(), Value::UNBOUND);
    }
    let traceback = if traceback.is_unbound() { Value::NONE } else { traceback };
    th.set_attribute(raised, name!(th, "__traceback__"), traceback)?;
    Ok(Outcome::Exception(raised))
}

/// `result()`
pub fn result(th: &mut Thread, own: Ref<Future>) -> Result<Value, Raised> {
    match outcome(th, own)? {
        Outcome::Result(result) => Ok(result),
        Outcome::Exception(raised) => Err(th.raise_value(raised)),
    }
}

fn exception(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(args[0])?;
    let bits = th.read(own)?.bits.get();
    if bits & bit::CANCELLED != 0 {
        let error = cancelled_error(th, own)?;
        return Err(th.raise_value(error));
    }
    if bits & bit::FINISHED == 0 {
        return Err(library::raise(th, &library::INVALID_STATE_ERROR, "Exception is not set."));
    }
    let state = th.write(own)?;
    state.bits.set(state.token(), bits & !bit::LOG_TRACEBACK);
    let raised = state.exception.get();
    Ok(if raised.is_unbound() { Value::NONE } else { raised })
}

fn not_pending(th: &mut Thread) -> Raised {
    library::raise(th, &library::INVALID_STATE_ERROR, "invalid state")
}

/// Ends it with a result.
pub fn set_result(th: &mut Thread, own: Ref<Future>, result: Value) -> Result<(), Raised> {
    {
        let state = th.write(own)?;
        let bits = state.bits.get();
        if bits & bit::DONE != 0 {
            return Err(not_pending(th));
        }
        state.result.set(state.token(), result);
        state.bits.set(state.token(), bits | bit::FINISHED);
    }
    schedule_callbacks(th, own)
}

/// Ends it with an exception: an instance, or a class to be called.
pub fn set_exception(th: &mut Thread, own: Ref<Future>, given: Value) -> Result<(), Raised> {
    if th.read(own)?.bits.get() & bit::DONE != 0 {
        return Err(not_pending(th));
    }
    let mut raised = given;
    if exception::is_exception_class(raised).is_some() {
        raised = th.call(raised, &[])?;
    }
    if !th.is_instance(raised, exception::BASE_EXCEPTION.class()) {
        return Err(th.type_error("invalid exception object"));
    }
    if th.is_instance(raised, classes::STOP_ITERATION.class()) {
        let text =
            "StopIteration interacts badly with generators and cannot be raised into a Future";
        let text = th.new_str(text)?;
        let wrapped =
            exception::new_exception(th, classes::RUNTIME_ERROR.class(), &[text.value()])?;
        th.set_attribute(wrapped, name!(th, "__cause__"), raised)?;
        th.set_attribute(wrapped, name!(th, "__context__"), raised)?;
        raised = wrapped;
    }
    let traceback = exception::traceback_of(th, raised)?;
    {
        let state = th.write(own)?;
        let bits = state.bits.get();
        if bits & bit::DONE != 0 {
            return Err(not_pending(th));
        }
        state.exception.set(state.token(), raised);
        state.traceback.set(state.token(), traceback);
        state.bits.set(state.token(), bits | bit::FINISHED | bit::LOG_TRACEBACK);
    }
    register(th, own)?;
    schedule_callbacks(th, own)
}

/// Ends it as cancelled; whether it was pending.
pub fn cancel(th: &mut Thread, own: Ref<Future>, message: Value) -> Result<bool, Raised> {
    {
        let state = th.write(own)?;
        let bits = state.bits.get() & !bit::LOG_TRACEBACK;
        let pending = bits & bit::DONE == 0;
        state.bits.set(state.token(), if pending { bits | bit::CANCELLED } else { bits });
        if !pending {
            return Ok(false);
        }
        state.message.set(state.token(), message);
    }
    schedule_callbacks(th, own)?;
    Ok(true)
}

fn schedule_callbacks(th: &mut Thread, own: Ref<Future>) -> Result<(), Raised> {
    let (on, first, context, more) = {
        let state = th.write(own)?;
        let token = state.token();
        let taken =
            (state.on.get(), state.callback.get(), state.callback_context.get(), state.more.get());
        for field in [&state.callback, &state.callback_context, &state.more] {
            field.set(token, Value::UNBOUND);
        }
        taken
    };
    if !first.is_unbound() {
        library::call_soon(th, on, first, &[own.value()], context)?;
    }
    if let Some(more) = more.cast::<List>() {
        for &pair in more.snapshot(th)?.iter() {
            if let Some(pair) = pair.cast::<Tuple>() {
                library::call_soon(th, on, pair.get(0), &[own.value()], pair.get(1))?;
            }
        }
    }
    Ok(())
}

/// Has `callback` called by the loop when the future is done.
pub fn add_done_callback(
    th: &mut Thread,
    own: Ref<Future>,
    callback: Value,
    context: Value,
) -> Result<(), Raised> {
    let (bits, on) = {
        let state = th.read(own)?;
        (state.bits.get(), state.on.get())
    };
    let context = match context.is_none() {
        true => {
            let current = context::current(th)?;
            context::copy(th, current)?.value()
        }
        false => context,
    };
    if bits & bit::DONE != 0 {
        return library::call_soon(th, on, callback, &[own.value()], context);
    }
    let more = {
        let state = th.write(own)?;
        if state.callback.get().is_unbound() && state.more.get().is_unbound() {
            state.callback.set(state.token(), callback);
            state.callback_context.set(state.token(), context);
            return Ok(());
        }
        state.more.get()
    };
    let pair = Tuple::from_slice(th, &[callback, context])?.value();
    match more.cast::<List>() {
        Some(more) => more.push(th, pair),
        None => {
            let more = List::from_slice(th, &[pair])?;
            let state = th.write(own)?;
            state.more.set(state.token(), more.value());
            Ok(())
        }
    }
}

/// The callbacks with their contexts, in order.
pub fn callbacks(th: &mut Thread, own: Ref<Future>) -> Result<RootVec, Raised> {
    let (first, context, more) = {
        let state = th.read(own)?;
        (state.callback.get(), state.callback_context.get(), state.more.get())
    };
    let mut pairs = RootVec::new();
    if !first.is_unbound() {
        pairs.push(Tuple::from_slice(th, &[first, context])?.value());
    }
    if let Some(more) = more.cast::<List>() {
        for &pair in more.snapshot(th)?.iter() {
            pairs.push(pair);
        }
    }
    Ok(pairs)
}

fn remove_done_callback(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = initialised(th, args[0])?;
    let all = callbacks(th, own)?;
    let mut kept = RootVec::new();
    for &pair in all.iter() {
        let same = match pair.cast::<Tuple>() {
            Some(parts) => th.equal(parts.get(0), args[1])?,
            None => false,
        };
        if !same {
            kept.push(pair);
        }
    }
    let removed = all.len() - kept.len();
    if removed > 0 {
        let first = kept.first().and_then(|pair| pair.cast::<Tuple>());
        let more = match kept.len() {
            0 | 1 => Value::UNBOUND,
            _ => List::from_slice(th, &kept[1..])?.value(),
        };
        let state = th.write(own)?;
        let token = state.token();
        state.callback.set(token, first.map_or(Value::UNBOUND, |pair| pair.get(0)));
        state.callback_context.set(token, first.map_or(Value::UNBOUND, |pair| pair.get(1)));
        state.more.set(token, more);
    }
    th.int_from_i64(removed as i64)
}

/// Records that `waiter` waits for `future`, if both are ours.
pub fn add_awaited_by(th: &mut Thread, future: Value, waiter: Value) -> Result<(), Raised> {
    let (Some(own), Some(_)) = (future.cast::<Future>(), waiter.cast::<Future>()) else {
        return Ok(());
    };
    let known = {
        let state = th.write(own)?;
        let known = state.awaited_by.get();
        if known.is_unbound() {
            state.awaited_by.set(state.token(), waiter);
            return Ok(());
        }
        known
    };
    if known == waiter {
        return Ok(());
    }
    match known.cast::<Set>() {
        Some(set) => set.add(th, waiter).map(drop),
        None => {
            let set = Set::new(th)?;
            set.add(th, known)?;
            set.add(th, waiter)?;
            let state = th.write(own)?;
            state.awaited_by.set(state.token(), set.value());
            Ok(())
        }
    }
}

/// Takes back what [`add_awaited_by`] recorded.
pub fn discard_awaited_by(th: &mut Thread, future: Value, waiter: Value) -> Result<(), Raised> {
    let (Some(own), Some(_)) = (future.cast::<Future>(), waiter.cast::<Future>()) else {
        return Ok(());
    };
    let state = th.write(own)?;
    let known = state.awaited_by.get();
    if known == waiter {
        state.awaited_by.set(state.token(), Value::UNBOUND);
        return Ok(());
    }
    match known.cast::<Set>() {
        Some(set) => set.discard(th, waiter).map(drop),
        None => Ok(()),
    }
}
