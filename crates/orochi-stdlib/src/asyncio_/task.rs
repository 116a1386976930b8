//! Tasks: futures whose result is what a coroutine returns that a loop drives.

use std::sync::atomic::{AtomicI64, Ordering};

use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, class_method, function, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types;
use orochi_vm::types::generator::COROUTINE;

use super::future::{self, Future, bit};
use super::{attributes, library, running, step};
use crate::argument::given;
use crate::contextvars_::context;

/// `_asyncio.Task`
pub static TASK: TypeSpec = TypeSpec {
    module: "_asyncio",
    doc: "A coroutine wrapped in a Future.",
    base: Some(&future::FUTURE),
    flags: TypeFlags::BASE.and(TypeFlags::DICT).and(TypeFlags::WEAKREF),
    new: Some(function("__new__($type, /, *args, **kwargs)", future::new, "")),
    methods: METHODS,
    getset: attributes::TASK,
    needs_finaliser: Some(future::needs_finaliser),
    ..TypeSpec::named("Task", NativeLayout::of::<Future>())
};

static METHODS: &[Method] = &[
    method(
        "__init__($self, coro, *, loop=None, name=None, context=None, eager_start=False)",
        init,
        "",
    ),
    method("__del__($self, /)", finalise, "Called when the instance is about to be destroyed."),
    method(
        "__repr__($self, /)",
        |th, args| future::call_library(th, &library::TASK_REPR, args),
        "Return repr(self).",
    ),
    class_method(
        "__class_getitem__($cls, object, /)",
        types::generic_alias::class_getitem,
        "See PEP 585",
    ),
    method("get_coro($self, /)", |th, args| shown(th, args[0], |task| &task.coroutine), ""),
    method("get_context($self, /)", |th, args| shown(th, args[0], |task| &task.context), ""),
    method("get_name($self, /)", get_name, ""),
    method("set_name($self, value, /)", set_name, ""),
    method(
        "set_result($self, result, /)",
        |th, _| Err(th.runtime_error("Task does not support set_result operation")),
        "",
    ),
    method(
        "set_exception($self, exception, /)",
        |th, _| Err(th.runtime_error("Task does not support set_exception operation")),
        "",
    ),
    method(
        "get_stack($self, /, *, limit=None)",
        |th, args| {
            let function = library::TASK_GET_STACK.get(th)?;
            th.call(function, &[args[0], given(args[1]).unwrap_or(Value::NONE)])
        },
        "Return the list of stack frames for this task's coroutine.",
    ),
    method(
        "print_stack($self, /, *, limit=None, file=None)",
        |th, args| {
            let function = library::TASK_PRINT_STACK.get(th)?;
            let (limit, file) = (given(args[1]), given(args[2]));
            th.call(function, &[args[0], limit.unwrap_or(Value::NONE), file.unwrap_or(Value::NONE)])
        },
        "Print the stack or traceback for this task's coroutine.",
    ),
    method(
        "cancel($self, /, msg=None)",
        cancel,
        "Request that this task cancel itself.\n\nThis arranges for a CancelledError to be thrown into the\nwrapped coroutine on the next cycle through the event loop.\nThe coroutine then has a chance to clean up or even deny\nthe request using try/except/finally.",
    ),
    method(
        "cancelling($self, /)",
        |th, args| {
            let own = th.receiver::<Future>(args[0])?;
            let count = th.read(own)?.cancels.get();
            th.int_from_i64(count)
        },
        "Return the count of the task's cancellation requests.\n\nThis count is incremented when .cancel() is called\nand may be decremented using .uncancel().",
    ),
    method(
        "uncancel($self, /)",
        uncancel,
        "Decrement the task's count of cancellation requests.\n\nThis should be used by tasks that catch CancelledError\nand wish to continue indefinitely until they are cancelled again.\n\nReturns the remaining number of cancellation requests.",
    ),
];

/// Whether an object is a task of ours.
pub fn is_task(th: &Thread, object: Value) -> bool {
    object.cast::<Future>().is_some() && th.class_of(object).is_subclass(TASK.class())
}

/// The number in the name of the next task that is given none.
static NEXT_NAME: AtomicI64 = AtomicI64::new(1);

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(args[0])?;
    let coroutine = args[1];
    future::initialise(th, own, given(args[2]))?;
    if th.class_of(coroutine) != COROUTINE.class() {
        let is_coroutine = library::IS_COROUTINE.get(th)?;
        let answer = th.call(is_coroutine, &[coroutine])?;
        if !th.is_true(answer)? {
            let text = th.repr(coroutine)?.display();
            return Err(th.type_error(format!("a coroutine was expected, got {text}")));
        }
    }
    let name = match given(args[3]).filter(|name| !name.is_none()) {
        Some(name) => th.str(name)?.value(),
        None => th.int_from_i64(NEXT_NAME.fetch_add(1, Ordering::Relaxed))?,
    };
    let context = match given(args[4]).filter(|context| !context.is_none()) {
        Some(context) => context,
        None => {
            let current = context::current(th)?;
            context::copy(th, current)?.value()
        }
    };
    let on = {
        let state = th.write(own)?;
        let token = state.token();
        state.coroutine.set(token, coroutine);
        state.waiter.set(token, Value::UNBOUND);
        state.name.set(token, name);
        state.context.set(token, context);
        state.cancels.set(token, 0);
        state.bits.set(token, state.bits.get() | bit::LOG_PENDING);
        state.on.get()
    };
    future::register(th, own)?;
    if let Some(eager) = given(args[5])
        && th.is_true(eager)?
    {
        let runs = th.call_method(on, name!(th, "is_running"), &[])?;
        if th.is_true(runs)? {
            step::start_eagerly(th, own)?;
            return Ok(Value::NONE);
        }
    }
    step::soon(th, own, Value::UNBOUND)?;
    running::enter_table(th, own)?;
    Ok(Value::NONE)
}

fn finalise(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(args[0])?;
    let bits = th.read(own)?.bits.get();
    if bits & bit::LOG_PENDING != 0 && bits & bit::DONE == 0 {
        future::report(th, own, "Task was destroyed but it is pending!", &[("task", args[0])])?;
    }
    future::report_unretrieved(th, own)?;
    Ok(Value::NONE)
}

fn shown(
    th: &mut Thread,
    own: Value,
    which: fn(&Future) -> &orochi_vm::object::Field<Value>,
) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(own)?;
    let fields = th.read(own)?;
    let value = which(&fields).get();
    Ok(if value.is_unbound() { Value::NONE } else { value })
}

fn get_name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(args[0])?;
    let name = th.read(own)?.name.get();
    if name.is_unbound() {
        return Ok(Value::NONE);
    }
    if name.cast::<types::str::Str>().is_some() {
        return Ok(name);
    }
    let text = format!("Task-{}", th.str(name)?.display());
    let name = th.new_str(&text)?.value();
    let state = th.write(own)?;
    state.name.set(state.token(), name);
    Ok(name)
}

fn set_name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(args[0])?;
    let name = th.str(args[1])?.value();
    let state = th.write(own)?;
    state.name.set(state.token(), name);
    Ok(Value::NONE)
}

fn cancel(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = future::initialised(th, args[0])?;
    let message = given(args[1]).unwrap_or(Value::NONE);
    let waiter = {
        let state = th.write(own)?;
        let token = state.token();
        let bits = state.bits.get() & !bit::LOG_TRACEBACK;
        state.bits.set(token, bits);
        if bits & bit::DONE != 0 {
            return Ok(Value::from_bool(false));
        }
        state.cancels.set(token, state.cancels.get() + 1);
        state.waiter.get()
    };
    if !waiter.is_unbound() && step::cancel_waiter(th, waiter, message)? {
        return Ok(Value::from_bool(true));
    }
    let state = th.write(own)?;
    state.bits.set(state.token(), state.bits.get() | bit::MUST_CANCEL);
    state.message.set(state.token(), message);
    Ok(Value::from_bool(true))
}

fn uncancel(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(args[0])?;
    let left = {
        let state = th.write(own)?;
        let token = state.token();
        let count = state.cancels.get();
        if count > 0 {
            state.cancels.set(token, count - 1);
            if count == 1 {
                state.bits.set(token, state.bits.get() & !bit::MUST_CANCEL);
            }
        }
        state.cancels.get()
    };
    th.int_from_i64(left)
}

/// Whether a task's class is ours without a subclass, so that no method of it is anybody else's.
pub fn is_plain(th: &Thread, object: Value) -> Option<Ref<Future>> {
    let class = th.class_of(object);
    let plain = class == future::FUTURE.class() || class == TASK.class();
    if plain { object.cast::<Future>() } else { None }
}
