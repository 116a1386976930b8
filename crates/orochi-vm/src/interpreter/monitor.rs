//! The interpreter's side of `sys.monitoring`: which events anybody wants, and who is told.
//!
//! Events happen where trace functions are told of them too (`trace.rs`): as long as anybody wants
//! any event, all threads run with the table of traced threads. Which tools want what, and their
//! callbacks, is the business of the module `sys.monitoring`, which hands in the function that is told.
//! A function that is running in another thread while the first tool asks is reported from its next
//! call on.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::exception::Raised;
use crate::heap::Value;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::code::Code;

/// What is reported; the numbers are those of the bits in `sys.monitoring.events`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A function begins.
    PyStart = 0,
    /// A generator goes on.
    PyResume = 1,
    /// A function returns; the value.
    PyReturn = 2,
    /// A generator is suspended; the value.
    PyYield = 3,
    /// Something is called; it and its first argument.
    Call = 4,
    /// A line begins.
    Line = 5,
    /// An instruction begins.
    Instruction = 6,
    /// A jump without condition; where to.
    Jump = 7,
    /// A branch that is not taken; where to.
    BranchLeft = 8,
    /// A branch that is taken; where to.
    BranchRight = 9,
    /// A generator that is iterated over has come to its end; a StopIteration.
    StopIteration = 10,
    /// An exception has come to a frame; the exception.
    Raise = 11,
    /// An exception has met a handler; the exception.
    ExceptionHandled = 12,
    /// An exception leaves a frame; the exception.
    PyUnwind = 13,
    /// A generator goes on with an exception; the exception.
    PyThrow = 14,
    /// An exception goes on behind a handler; the exception.
    Reraise = 15,
    /// What is no Python function has returned; it and its first argument.
    CReturn = 16,
    /// What is no Python function has raised an exception; it and its first argument.
    CRaise = 17,
    /// A branch; where to.
    Branch = 18,
}

/// Told of an event: of which code, at which line (`Line`) or offset, with which values; an unbound
/// one stands for an argument that is missing.
pub type Listener = fn(&mut Thread, Event, Ref<Code>, u32, &[Value]) -> Result<(), Raised>;

static WANTED: AtomicU32 = AtomicU32::new(0);
static LISTENER: OnceLock<Listener> = OnceLock::new();

/// The set of wanted events.
#[inline]
pub(crate) fn wanted() -> u32 {
    WANTED.load(Ordering::Relaxed)
}

/// Whether an event is wanted.
#[inline]
pub(super) fn wants(event: Event) -> bool {
    wanted() & 1 << event as u32 != 0
}

/// Tells of an event, if it is wanted.
pub(super) fn tell(
    th: &mut Thread,
    event: Event,
    code: Ref<Code>,
    at: u32,
    values: &[Value],
) -> Result<(), Raised> {
    match LISTENER.get() {
        Some(listener) if wants(event) => {
            th.in_trace_function.set(true);
            let result = listener(th, event, code, at, values);
            th.in_trace_function.set(false);
            result
        }
        _ => Ok(()),
    }
}

impl Thread {
    /// Has `listener` told of a set of events in all threads, given by their bits.
    pub fn monitor(&mut self, events: u32, listener: Listener) {
        LISTENER.get_or_init(|| listener);
        if WANTED.swap(events, Ordering::Relaxed) != events {
            self.for_all_threads(Thread::renew_traced);
        }
    }
}
