//! `_thread._ThreadHandle`: a native thread as whoever joins it sees it.
//!
//! A handle is one word that goes from *not started* over *starting* and *running* to *done*, and
//! the thread's ident. Who joins waits for the word as for a lock. The thread itself sets it to
//! *done* as its very last act, when it has left the runtime.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::HANDLE;
use super::word::{SharedWord, wake_all};
use crate::class::{GetSet, Method, getter, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::Ref;
use crate::thread::Thread;

heap_object! {
    /// `_thread._ThreadHandle`
    pub immutable struct ThreadHandle: HANDLE {
        values {}
        storage {}
        data {
            /// One of the states below.
            state: SharedWord,
            /// The thread's ident, or 0.
            ident: SharedWord,
        }
    }
}

const NOT_STARTED: u64 = 0;
const STARTING: u64 = 1;
const RUNNING: u64 = 2;
const DONE: u64 = 3;

impl ThreadHandle {
    /// A handle that no thread has yet.
    pub fn new(th: &Thread) -> Result<Ref<ThreadHandle>, Raised> {
        ThreadHandle::allocate(th, SharedWord::new(NOT_STARTED), SharedWord::new(0))
    }

    /// The handle of a thread that runs already.
    pub fn of_running(th: &Thread, ident: u64) -> Result<Ref<ThreadHandle>, Raised> {
        ThreadHandle::allocate(th, SharedWord::new(RUNNING), SharedWord::new(ident))
    }
}

impl Ref<ThreadHandle> {
    /// Claims the handle for a thread about to start; false if it has had one.
    pub fn claim(self) -> bool {
        let word = self.state.word();
        word.compare_exchange(NOT_STARTED, STARTING, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// The thread could not be started.
    pub fn unclaim(self) {
        self.state.word().store(NOT_STARTED, Ordering::Release);
        wake_all(self.state.word());
    }

    /// The thread has this ident; it may be done already.
    pub fn set_running(self, ident: u64) {
        self.ident.word().store(ident, Ordering::Release);
        let word = self.state.word();
        if word.compare_exchange(STARTING, RUNNING, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            wake_all(word);
        }
    }

    /// The thread has ended. May be called by native threads that have left the runtime, while a
    /// root keeps the handle.
    pub fn set_done(self) {
        self.state.word().store(DONE, Ordering::Release);
        wake_all(self.state.word());
    }

    /// Whether the thread has ended.
    pub fn is_done(self) -> bool {
        self.state.word().load(Ordering::Acquire) == DONE
    }

    /// The thread's ident, or 0.
    pub fn ident(self) -> u64 {
        self.ident.word().load(Ordering::Acquire)
    }

    /// Waits until the thread has ended, or until `deadline`; whether it has. A release point.
    ///
    /// # Errors
    /// `RuntimeError` for a thread that was never started and for the calling one.
    pub fn join(self, th: &mut Thread, deadline: Option<Instant>) -> Result<bool, Raised> {
        let word = self.state.word();
        loop {
            let state = word.load(Ordering::Acquire);
            match state {
                DONE => return Ok(true),
                NOT_STARTED => return Err(th.runtime_error("thread not started")),
                _ if self.ident() == th.ident.get() => {
                    return Err(th.runtime_error("Cannot join current thread"));
                }
                _ if th.vm.finalising.load(Ordering::Acquire) => {
                    // The other thread does not run any more: it would never end.
                    return Err(th.raise_message(
                        &crate::exception::classes::PYTHON_FINALIZATION_ERROR,
                        "cannot join thread at Python shutdown",
                    ));
                }
                _ => {
                    if !th.wait_while(word, state, deadline)? {
                        return Ok(false);
                    }
                }
            }
        }
    }
}

pub(super) static METHODS: &[Method] = &[
    method("join($self, timeout=None, /)", join, ""),
    method("is_done($self, /)", is_done, ""),
    method("_set_done($self, /)", set_done, ""),
    method("__repr__($self, /)", repr, "Return repr(self)."),
];

pub(super) static GETSET: &[GetSet] = &[getter("ident", ident, "")];

pub(super) fn new(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(ThreadHandle::new(th)?.value())
}

fn join(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let handle = th.receiver::<ThreadHandle>(args[0])?;
    let mut deadline = None;
    if !args[1].is_unbound() && !args[1].is_none() {
        let seconds = super::methods::seconds(th, args[1])?;
        // A negative time waits without end, as in CPython.
        if seconds >= 0.0 {
            let wait = Duration::try_from_secs_f64(seconds)
                .map_err(|_| th.overflow_error("timestamp too large to convert to C PyTime_t"))?;
            deadline = Instant::now().checked_add(wait);
        }
    }
    handle.join(th, deadline)?;
    Ok(Value::NONE)
}

fn is_done(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(th.receiver::<ThreadHandle>(args[0])?.is_done()))
}

fn set_done(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let handle = th.receiver::<ThreadHandle>(args[0])?;
    if handle.state.word().load(Ordering::Acquire) == NOT_STARTED {
        return Err(th.runtime_error("thread not started"));
    }
    handle.set_done();
    Ok(Value::NONE)
}

fn ident(th: &mut Thread, handle: Value) -> Result<Value, Raised> {
    let ident = th.receiver::<ThreadHandle>(handle)?.ident();
    th.int_from_u64(ident)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let ident = th.receiver::<ThreadHandle>(args[0])?.ident();
    Ok(th.new_str(&format!("<_ThreadHandle object: ident={ident}>"))?.value())
}
