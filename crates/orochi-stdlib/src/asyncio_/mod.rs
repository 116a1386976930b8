//! `_asyncio`: the futures and tasks of `asyncio`, which every `await` of a program passes through.
//!
//! * [`future`]: the layout of futures and tasks, and what both do; `attributes` is what Python sees
//!   of their fields
//! * [`awaiting`]: the iterator behind `await future`
//! * [`task`]: a coroutine that is driven by an event loop; `step` is one turn of it
//! * [`running`]: which loop runs on a thread, which task on it, and what tasks there are
//! * [`library`]: what is asked of the Python part of the package
//!
//! Futures belong to one event loop, hence to one thread, so that their barriers never wait. Each
//! thread keeps its own table of pending tasks: loops on different threads share nothing.

mod attributes;
mod awaiting;
mod future;
mod library;
mod running;
mod step;
mod task;

use orochi_vm::class::{Method, function, native};
use orochi_vm::exception::Raised;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;
use orochi_vm::types::module::Module;
use orochi_vm::types::set::Set;

use orochi_vm::object::Ref;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Accelerator module for asyncio",
    functions: FUNCTIONS,
    types: &[&future::FUTURE, &task::TASK],
    execute: Some(execute),
    ..ModuleSpec::named("_asyncio")
};

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    native::make_class(th, &awaiting::FUTURE_ITER)?;
    native::make_class(th, &step::STEP)?;
    native::make_class(th, &step::WAKEUP)?;
    native::make_class(th, &running::RUNNING)?;
    let weak = th.import_module("weakref")?;
    let weak_set = th.get_attribute(weak, name!(th, "WeakSet"))?;
    let scheduled = th.call(weak_set, &[])?;
    module.dict().set_str(th, name!(th, "_scheduled_tasks"), scheduled)?;
    let eager = Set::new(th)?;
    module.dict().set_str(th, name!(th, "_eager_tasks"), eager.value())?;
    running::keep_foreign(scheduled, eager.value());
    Ok(())
}

static FUNCTIONS: &[Method] = &[
    function(
        "_get_running_loop()",
        |th, _| running::running_loop(th),
        "Return the running event loop or None.\n\nThis is a low-level function intended to be used by event loops.\nThis function is thread-specific.",
    ),
    function(
        "_set_running_loop(loop, /)",
        running::set_running_loop,
        "Set the running event loop.\n\nThis is a low-level function intended to be used by event loops.\nThis function is thread-specific.",
    ),
    function(
        "get_running_loop()",
        |th, _| running::required_loop(th),
        "Return the running event loop.  Raise a RuntimeError if there is none.\n\nThis function is thread-specific.",
    ),
    function(
        "get_event_loop()",
        |th, _| running::event_loop(th),
        "Return an asyncio event loop.\n\nWhen called from a coroutine or a callback (e.g. scheduled with\ncall_soon or similar API), this function will always return the\nrunning event loop.\n\nIf there is no running event loop set, the function will return\nthe result of `get_event_loop_policy().get_event_loop()` call.",
    ),
    function("current_task(loop=None)", running::current_task, "Return a currently executed task."),
    function("all_tasks(loop=None)", running::all_tasks, "Return a set of all tasks for the loop."),
    function(
        "_register_task(task)",
        running::register_task,
        "Register a new task in asyncio as executed by loop.\n\nReturns None.",
    ),
    function(
        "_unregister_task(task)",
        running::unregister_task,
        "Unregister a task.\n\nReturns None.",
    ),
    function(
        "_register_eager_task(task)",
        running::register_eager_task,
        "Register a new task in asyncio as executed by loop.\n\nReturns None.",
    ),
    function(
        "_unregister_eager_task(task)",
        running::unregister_eager_task,
        "Unregister a task.\n\nReturns None.",
    ),
    function(
        "_enter_task(loop, task)",
        |th, args| running::enter(th, args[0], args[1]).map(|()| orochi_vm::heap::Value::NONE),
        "Enter into task execution or resume suspended task.\n\nTask belongs to loop.\n\nReturns None.",
    ),
    function(
        "_leave_task(loop, task)",
        |th, args| running::leave(th, args[0], args[1]).map(|()| orochi_vm::heap::Value::NONE),
        "Leave task execution or suspend a task.\n\nTask belongs to loop.\n\nReturns None.",
    ),
    function(
        "_swap_current_task(loop, task)",
        |th, args| running::swap(th, args[0], args[1]),
        "Temporarily swap in the supplied task and return the original one (or None).\n\nThis is intended for use during eager coroutine execution.",
    ),
    function(
        "future_add_to_awaited_by(fut, waiter, /)",
        |th, args| {
            future::add_awaited_by(th, args[0], args[1]).map(|()| orochi_vm::heap::Value::NONE)
        },
        "Record that `fut` is awaited on by `waiter`.",
    ),
    function(
        "future_discard_from_awaited_by(fut, waiter, /)",
        |th, args| {
            future::discard_awaited_by(th, args[0], args[1]).map(|()| orochi_vm::heap::Value::NONE)
        },
        "Record that `fut` is no longer awaited on by `waiter`.",
    ),
];
