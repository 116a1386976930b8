//! Sleeping and waking: one cell a thread.
//!
//! A waiter resets the cell, publishes what it waits for, looks again, and sleeps; whoever
//! changes what is waited for wakes it afterwards. All accesses are sequentially consistent, so
//! either the second look sees the change or the wake sees the sleeper. Wakes may be spurious:
//! every waiter starts its decision over.

use crate::sync::{AtomicU32, Mutex, Ordering, Thread, current, park, park_for};

const IDLE: u32 = 0;
const WOKEN: u32 = 1;
const ASLEEP: u32 = 2;

/// Where one thread sleeps.
#[derive(Debug)]
pub(crate) struct WakeCell {
    state: AtomicU32,
    sleeper: Mutex<Option<Thread>>,
}

impl WakeCell {
    pub(crate) fn new() -> Self {
        WakeCell { state: AtomicU32::new(IDLE), sleeper: Mutex::new(None) }
    }

    /// The calling thread is the one that will sleep here.
    pub(crate) fn attach(&self) {
        if let Ok(mut sleeper) = self.sleeper.lock() {
            *sleeper = Some(current());
        }
    }

    /// From now on wakes count.
    pub(crate) fn reset(&self) {
        self.state.store(IDLE, Ordering::SeqCst);
    }

    /// Whether somebody called [`WakeCell::wake`] since the reset.
    pub(crate) fn is_woken(&self) -> bool {
        self.state.load(Ordering::SeqCst) == WOKEN
    }

    /// Ends the sleep of the thread, or its next one.
    pub(crate) fn wake(&self) {
        if self.state.swap(WOKEN, Ordering::SeqCst) != ASLEEP {
            return;
        }
        let sleeper = match self.sleeper.lock() {
            Ok(guard) => guard.clone(),
            Err(_) => None,
        };
        if let Some(thread) = sleeper {
            thread.unpark();
        }
    }

    /// Sleeps until woken; at once if woken since the reset. With a timeout (nanoseconds) it may
    /// return earlier.
    pub(crate) fn sleep(&self, timeout: Option<u64>) {
        let asleep = self.state.compare_exchange(IDLE, ASLEEP, Ordering::SeqCst, Ordering::SeqCst);
        if asleep.is_err() {
            return;
        }
        match timeout {
            None => {
                while self.state.load(Ordering::SeqCst) == ASLEEP {
                    park();
                }
            }
            Some(nanos) => {
                park_for(nanos);
                let _ =
                    self.state.compare_exchange(ASLEEP, IDLE, Ordering::SeqCst, Ordering::SeqCst);
            }
        }
    }
}
