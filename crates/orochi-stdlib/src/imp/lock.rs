//! The import lock: held while the machinery looks at its table of module locks.
//!
//! It belongs to a thread, which may take it several times. Whoever finds it taken waits away
//! from everything.

use std::sync::{Condvar, Mutex, MutexGuard};

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::thread::Thread;

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "lock_held()",
        held,
        "Return True if the import lock is currently held, else False.\n\nOn platforms without threads, return False.",
    ),
    function(
        "acquire_lock()",
        acquire,
        "Acquires the interpreter's import lock for the current thread.\n\nThis lock should be used by import hooks to ensure thread-safety when importing\nmodules. On platforms without threads, this function does nothing.",
    ),
    function(
        "release_lock()",
        release,
        "Release the interpreter's import lock.\n\nOn platforms without threads, this function does nothing.",
    ),
];

/// The holder's ident, or 0, and how often it has taken the lock.
struct State {
    holder: u64,
    depth: u64,
}

static STATE: Mutex<State> = Mutex::new(State { holder: 0, depth: 0 });
static FREED: Condvar = Condvar::new();

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(|e| e.into_inner())
}

fn held(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(state().holder != 0))
}

fn acquire(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let me = th.ident.get();
    let mine = |state: &mut State| {
        let free = state.holder == 0 || state.holder == me;
        if free {
            state.holder = me;
            state.depth += 1;
        }
        free
    };
    if mine(&mut state()) {
        return Ok(Value::NONE);
    }
    if th.stm.is_alone() {
        return Err(th.runtime_error("the import lock is held by a thread that stands still"));
    }
    th.away(|| {
        let mut state = state();
        while !mine(&mut state) {
            state = FREED.wait(state).unwrap_or_else(|e| e.into_inner());
        }
    });
    Ok(Value::NONE)
}

fn release(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let mut state = state();
    if state.holder != th.ident.get() {
        return Err(th.runtime_error("not holding the import lock"));
    }
    state.depth -= 1;
    if state.depth == 0 {
        state.holder = 0;
        drop(state);
        FREED.notify_one();
    }
    Ok(Value::NONE)
}

/// In the child of a fork only the forking thread is left: what others held is free.
pub fn reset_after_fork(th: &Thread) {
    let mut state = state();
    if state.holder != th.ident.get() {
        *state = State { holder: 0, depth: 0 };
    }
}
