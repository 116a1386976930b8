//! Which loop runs on a thread, which task on that loop, and which tasks there are.
//!
//! All of it hangs on an object of the thread, so that loops on different threads never touch a
//! common word. Who asks about another thread's loop or about all tasks finds these objects in a
//! register, where a thread enters itself whenever it starts a loop or its table of tasks fills.

use std::sync::OnceLock;

use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Heap, RootVec, Rooted, Value};
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::{Local, Thread};
use orochi_vm::types::dict::Dict;
use orochi_vm::types::set::Set;
use orochi_vm::types::weakref::WeakRef;

use super::future::{Future, bit};
use super::{library, task};
use crate::argument::given;

heap_object! {
    /// What runs on a thread.
    pub struct Running: RUNNING {
        values {
            /// The running loop, or unbound.
            on: Value,
            /// The task whose turn it is, or unbound.
            task: Value,
            /// Weak references to pending tasks, by number.
            tasks: Ref<Dict>,
        }
        storage {}
        data {
            /// The next task's number.
            next: i64,
        }
    }
}

/// The class of [`Running`], which Python never sees.
pub static RUNNING: TypeSpec = TypeSpec {
    module: "_asyncio",
    flags: TypeFlags::NO_NEW,
    ..TypeSpec::named("_Running", NativeLayout::of::<Running>())
};

/// The threads' objects, by address.
static REGISTER: OnceLock<Rooted<Ref<Dict>>> = OnceLock::new();
/// The tasks of other implementations: a `WeakSet` of scheduled ones and a set of eager ones.
static FOREIGN: OnceLock<(Rooted<Value>, Rooted<Value>)> = OnceLock::new();

/// Keeps the containers of the module for tasks of other implementations.
pub fn keep_foreign(scheduled: Value, eager: Value) {
    let roots = Heap::get().roots();
    FOREIGN.get_or_init(|| (roots.root(scheduled), roots.root(eager)));
}

fn foreign(th: &Thread) -> Result<(Value, Value), Raised> {
    match FOREIGN.get() {
        Some((scheduled, eager)) => Ok((scheduled.get(), eager.get())),
        None => Err(th.runtime_error("_asyncio is not initialized")),
    }
}

fn own(th: &mut Thread) -> Result<Ref<Running>, Raised> {
    if let Some(own) = th.local(Local::RunningLoop).cast_exact::<Running>() {
        return Ok(own);
    }
    let tasks = Dict::new(th)?;
    let made = Running::allocate(th, Value::UNBOUND, Value::UNBOUND, tasks, 0)?;
    th.set_local(Local::RunningLoop, made.value());
    Ok(made)
}

fn register(th: &Thread) -> Result<Ref<Dict>, Raised> {
    if let Some(register) = REGISTER.get() {
        return Ok(register.get());
    }
    let made = Dict::new(th)?;
    Ok(REGISTER.get_or_init(|| Heap::get().roots().root(made)).get())
}

/// Every thread's object.
fn everybody(th: &mut Thread) -> Result<RootVec, Raised> {
    let register = register(th)?;
    let mut all = RootVec::new();
    let mut position = 0;
    while let Some((_, value, next)) = register.entry_from(th, position)? {
        position = next;
        all.push(value);
    }
    Ok(all)
}

/// Enters a thread's object in the register, and takes those out that have nothing to tell.
fn enlist(th: &mut Thread, own: Ref<Running>) -> Result<(), Raised> {
    let register = register(th)?;
    for &value in everybody(th)?.iter() {
        if let Some(other) = value.cast_exact::<Running>() {
            let (idle, tasks) = {
                let state = th.read(other)?;
                (state.on.get().is_unbound(), state.tasks.get())
            };
            if idle && tasks.len(th)? == 0 {
                let key = identity(th, value)?;
                register.delete(th, key)?;
            }
        }
    }
    let key = identity(th, own.value())?;
    register.set(th, key, own.value())
}

/// The running loop, or None.
pub fn running_loop(th: &mut Thread) -> Result<Value, Raised> {
    let Some(own) = th.local(Local::RunningLoop).cast_exact::<Running>() else {
        return Ok(Value::NONE);
    };
    let on = th.read(own)?.on.get();
    Ok(if on.is_unbound() { Value::NONE } else { on })
}

/// The running loop.
pub fn required_loop(th: &mut Thread) -> Result<Value, Raised> {
    let on = running_loop(th)?;
    if on.is_none() { Err(th.runtime_error("no running event loop")) } else { Ok(on) }
}

/// The running loop, or that of the policy.
pub fn event_loop(th: &mut Thread) -> Result<Value, Raised> {
    let on = running_loop(th)?;
    if !on.is_none() {
        return Ok(on);
    }
    let policy = library::POLICY.get(th)?;
    let policy = th.call(policy, &[])?;
    th.call_method(policy, name!(th, "get_event_loop"), &[])
}

/// `_set_running_loop`
pub fn set_running_loop(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = own(th)?;
    let on = if args[0].is_none() { Value::UNBOUND } else { args[0] };
    {
        let state = th.write(own)?;
        state.on.set(state.token(), on);
    }
    if !on.is_unbound() {
        enlist(th, own)?;
    }
    Ok(Value::NONE)
}

/// The thread's object, if `on` is the loop that runs here.
fn entered(th: &mut Thread, on: Value) -> Result<Ref<Running>, Raised> {
    let own = own(th)?;
    if th.read(own)?.on.get() == on {
        return Ok(own);
    }
    let text = th.repr(on)?.display();
    Err(th.runtime_error(format!("loop {text} is not the running loop")))
}

/// A task's turn begins.
pub fn enter(th: &mut Thread, on: Value, task: Value) -> Result<(), Raised> {
    let own = entered(th, on)?;
    let other = {
        let state = th.write(own)?;
        let other = state.task.get();
        if other.is_unbound() {
            state.task.set(state.token(), task);
            return Ok(());
        }
        other
    };
    let (task, other) = (th.repr(task)?.display(), th.repr(other)?.display());
    Err(th.runtime_error(format!(
        "Cannot enter into task {task} while another task {other} is being executed."
    )))
}

/// A task's turn ends.
pub fn leave(th: &mut Thread, on: Value, task: Value) -> Result<(), Raised> {
    let own = entered(th, on)?;
    let other = {
        let state = th.write(own)?;
        let other = state.task.get();
        if other == task {
            state.task.set(state.token(), Value::UNBOUND);
            return Ok(());
        }
        if other.is_unbound() { Value::NONE } else { other }
    };
    let (task, other) = (th.repr(task)?.display(), th.repr(other)?.display());
    Err(th.runtime_error(format!(
        "Invalid attempt to leave task {task} while task {other} is entered."
    )))
}

/// Another task's turn, or nobody's, takes the place of the present one; gives that back.
pub fn swap(th: &mut Thread, on: Value, task: Value) -> Result<Value, Raised> {
    let own = entered(th, on)?;
    let state = th.write(own)?;
    let before = state.task.get();
    state.task.set(state.token(), if task.is_none() { Value::UNBOUND } else { task });
    Ok(if before.is_unbound() { Value::NONE } else { before })
}

/// `current_task`
pub fn current_task(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let on = match given(args[0]).filter(|on| !on.is_none()) {
        Some(on) => on,
        None => required_loop(th)?,
    };
    let here = own(th)?;
    let mut found = Some(here);
    if th.read(here)?.on.get() != on {
        found = None;
        for &value in everybody(th)?.iter() {
            if let Some(other) = value.cast_exact::<Running>()
                && th.read(other)?.on.get() == on
            {
                found = Some(other);
            }
        }
    }
    let Some(found) = found else { return Ok(Value::NONE) };
    let task = th.read(found)?.task.get();
    Ok(if task.is_unbound() { Value::NONE } else { task })
}

/// Enters a pending task of ours in this thread's table.
pub fn enter_table(th: &mut Thread, task: Ref<Future>) -> Result<(), Raised> {
    if !th.read(task)?.table.get().is_unbound() {
        return Ok(());
    }
    let own = own(th)?;
    let (tasks, key) = {
        let state = th.write(own)?;
        let key = state.next.get();
        state.next.set(state.token(), key + 1);
        (state.tasks.get(), key)
    };
    let reference = WeakRef::plain(th, task.value())?;
    let number = th.int_from_i64(key)?;
    tasks.set(th, number, reference.value())?;
    {
        let state = th.write(task)?;
        state.table.set(state.token(), tasks.value());
        state.key.set(state.token(), key);
    }
    if tasks.len(th)? == 1 {
        enlist(th, own)?;
    }
    Ok(())
}

/// Takes a task of ours out of the table that it is in.
pub fn leave_table(th: &mut Thread, task: Ref<Future>) -> Result<(), Raised> {
    let (tasks, key) = {
        let state = th.write(task)?;
        let tasks = state.table.get();
        state.table.set(state.token(), Value::UNBOUND);
        (tasks, state.key.get())
    };
    if let Some(tasks) = tasks.cast::<Dict>() {
        let number = th.int_from_i64(key)?;
        tasks.delete(th, number)?;
    }
    Ok(())
}

fn is_ours(th: &Thread, task: Value) -> Option<Ref<Future>> {
    task.cast::<Future>().filter(|_| task::is_task(th, task))
}

/// `_register_task`
pub fn register_task(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match is_ours(th, args[0]) {
        Some(task) => enter_table(th, task)?,
        None => {
            let (scheduled, _) = foreign(th)?;
            th.call_method(scheduled, name!(th, "add"), &[args[0]])?;
        }
    }
    Ok(Value::NONE)
}

/// `_unregister_task`
pub fn unregister_task(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match is_ours(th, args[0]) {
        Some(task) => leave_table(th, task)?,
        None => {
            let (scheduled, _) = foreign(th)?;
            th.call_method(scheduled, name!(th, "discard"), &[args[0]])?;
        }
    }
    Ok(Value::NONE)
}

/// `_register_eager_task`
pub fn register_eager_task(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (_, eager) = foreign(th)?;
    th.call_method(eager, name!(th, "add"), &[args[0]])
}

/// `_unregister_eager_task`
pub fn unregister_eager_task(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (_, eager) = foreign(th)?;
    th.call_method(eager, name!(th, "discard"), &[args[0]])
}

/// `all_tasks`
pub fn all_tasks(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let on = match given(args[0]).filter(|on| !on.is_none()) {
        Some(on) => on,
        None => required_loop(th)?,
    };
    let mut candidates = RootVec::new();
    let (scheduled, eager) = foreign(th)?;
    for source in [scheduled, eager] {
        let list = th.call(orochi_vm::types::list::SPEC.class().value(), &[source])?;
        if let Some(list) = list.cast::<orochi_vm::types::list::List>() {
            for &task in list.snapshot(th)?.iter() {
                candidates.push(task);
            }
        }
    }
    for &value in everybody(th)?.iter() {
        if let Some(other) = value.cast_exact::<Running>() {
            let tasks = th.read(other)?.tasks.get();
            let mut position = 0;
            while let Some((_, reference, next)) = tasks.entry_from(th, position)? {
                position = next;
                if let Some(task) = reference.cast::<WeakRef>().and_then(|weak| weak.target()) {
                    candidates.push(task);
                }
            }
        }
    }
    let found = Set::new(th)?;
    for &task in candidates.iter() {
        if is_pending_on(th, task, on)? {
            found.add(th, task)?;
        }
    }
    Ok(found.value())
}

/// Whether a task of any implementation is pending on a loop.
fn is_pending_on(th: &mut Thread, task: Value, on: Value) -> Result<bool, Raised> {
    if let Some(own) = is_ours(th, task) {
        let state = th.read(own)?;
        return Ok(state.on.get() == on && state.bits.get() & bit::DONE == 0);
    }
    if super::step::loop_of(th, task)? != on {
        return Ok(false);
    }
    let done = th.call_method(task, name!(th, "done"), &[])?;
    Ok(!th.is_true(done)?)
}

/// What tells an object from others.
fn identity(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    th.int_from_i64(object.bits() as i64)
}
