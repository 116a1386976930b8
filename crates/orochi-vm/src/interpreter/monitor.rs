//! The interpreter's side of `sys.monitoring`: which events anybody wants, and who is told.
//!
//! Events happen where trace functions are told of them too (`trace.rs`): as long as anybody wants
//! any event, all threads run with the table of traced threads. Which tools want what, and their
//! callbacks, is the business of the module `sys.monitoring`, which hands in the function that is told.
//! Not reported are calls, jumps, branches and the ends of iterations; a function that is running
//! while the first tool asks is reported from its next call on.

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
    /// A line begins.
    Line = 5,
    /// An instruction begins.
    Instruction = 6,
    /// An exception has come to a frame; the exception.
    Raise = 11,
    /// An exception leaves a frame; the exception.
    PyUnwind = 13,
}

/// Told of an event: of which code, at which line (`Line`) or offset, with which value.
pub type Listener = fn(&mut Thread, Event, Ref<Code>, u32, Value) -> Result<(), Raised>;

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
    value: Value,
) -> Result<(), Raised> {
    match LISTENER.get() {
        Some(listener) if wants(event) => {
            th.in_trace_function.set(true);
            let result = listener(th, event, code, at, value);
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
