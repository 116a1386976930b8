//! Words that threads share on purpose, and waiting for them.
//!
//! A [`SharedWord`] is a field of a heap object that is read and written as an atomic, without the
//! ownership protocol. Who waits for one to change parks on its address with the thread away; the
//! object is kept alive by the waiting thread's stack. The main thread wakes up every so often to
//! look for signals, since the handler of a signal can wake nobody but by writing words.

use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use parking_lot_core::{DEFAULT_PARK_TOKEN, DEFAULT_UNPARK_TOKEN, ParkResult, UnparkToken};

use crate::exception::Raised;
use crate::object::{Field, Object, Ref};
use crate::thread::Thread;

/// How long the main thread sleeps before it looks for signals.
const SIGNAL_INTERVAL: Duration = Duration::from_millis(20);

/// The type of a field that is only accessed as an atomic.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, Default)]
pub struct SharedWord(u64);

impl SharedWord {
    /// The first value, for constructors.
    pub const fn new(value: u64) -> Self {
        Self(value)
    }

    /// The word of an object that need not be held: `field` picks it and looks at nothing else.
    #[inline(always)]
    pub fn of<'a, T: Object>(
        object: Ref<T>,
        field: fn(&'a T) -> &'a Field<SharedWord>,
    ) -> &'a AtomicU64 {
        // SAFETY: only the word is looked at, which is an atomic; the object is alive while its
        // reference is on the caller's stack.
        field(unsafe { object.unguarded() }).word()
    }
}

impl Field<SharedWord> {
    /// The word.
    #[inline(always)]
    pub fn word(&self) -> &AtomicU64 {
        // SAFETY: an aligned word that nobody accesses but through this function: what a
        // `SharedWord` holds is private to this module.
        unsafe { &*std::ptr::from_ref(self).cast::<AtomicU64>() }
    }
}

/// The address that waiters for a word park on.
#[inline]
pub(super) fn address(word: &AtomicU64) -> usize {
    std::ptr::from_ref(word) as usize
}

/// Sleeps until somebody wakes an address, or until `deadline`; not at all if `still` does not hold
/// any more. `gave_up` is told, before others can wake it, that the deadline has passed and
/// whether nobody else waits. The token of whoever woke it, if somebody did. Must be called away.
pub(super) fn sleep(
    address: usize,
    still: impl FnOnce() -> bool,
    gave_up: impl FnOnce(bool),
    deadline: Option<Instant>,
) -> Option<UnparkToken> {
    let timed_out = |_, last: bool| gave_up(last);
    // The address stays valid while its waiter's stack keeps the object.
    // SAFETY: the callbacks neither panic nor park.
    let result = unsafe {
        parking_lot_core::park(address, still, || {}, timed_out, DEFAULT_PARK_TOKEN, deadline)
    };
    match result {
        ParkResult::Unparked(token) => Some(token),
        ParkResult::Invalid | ParkResult::TimedOut => None,
    }
}

/// Wakes one thread that waits for the word.
pub fn wake_one(word: &AtomicU64) {
    // SAFETY: the callback neither panics nor parks.
    unsafe {
        parking_lot_core::unpark_one(address(word), |_| DEFAULT_UNPARK_TOKEN);
    }
}

/// Wakes all threads that wait for the word.
pub fn wake_all(word: &AtomicU64) {
    // SAFETY: only tokens are passed.
    unsafe {
        parking_lot_core::unpark_all(address(word), DEFAULT_UNPARK_TOKEN);
    }
}

impl Thread {
    /// Waits until `done` says so, or until `deadline`; whether it is done. `wait` sleeps once, away
    /// from everything, until the instant it is given at most, and says whether it is done. A
    /// release point; signals are served meanwhile on the main thread.
    pub(crate) fn wait_until(
        &mut self,
        deadline: Option<Instant>,
        mut wait: impl FnMut(Option<Instant>) -> bool,
    ) -> Result<bool, Raised> {
        self.end_elision()?;
        let main = crate::vm::start::is_main(self);
        let record = self.stm.record();
        let passed = || deadline.is_some_and(|deadline| Instant::now() >= deadline);
        loop {
            // The main thread looks for signals without coming back: that would cost it a seat.
            let mut sleep = || loop {
                let slice = main.then(|| Instant::now() + SIGNAL_INTERVAL);
                let until = match (slice, deadline) {
                    (Some(slice), Some(deadline)) => Some(slice.min(deadline)),
                    (slice, deadline) => slice.or(deadline),
                };
                if wait(until) {
                    return true;
                }
                if record.is_posted() || passed() {
                    return false;
                }
            };
            if self.away(&mut sleep) {
                return Ok(true);
            }
            if passed() {
                return Ok(false);
            }
            self.poll()?;
        }
    }

    /// Waits while the word has the value `seen`, until `deadline` at most; whether it has changed.
    /// Whoever changes it calls [`wake_one`] or [`wake_all`]. A release point.
    pub fn wait_while(
        &mut self,
        word: &AtomicU64,
        seen: u64,
        deadline: Option<Instant>,
    ) -> Result<bool, Raised> {
        let still = || word.load(std::sync::atomic::Ordering::Acquire) == seen;
        self.end_elision()?;
        if self.stm.in_block() && !self.stm.is_inevitable() && still() {
            // Who changes it may wait for what the block owns.
            return self.wait_by_undoing(word, seen, false, deadline).map_or(Ok(false), Err);
        }
        if self.stm.is_alone() && still() {
            let message = "an atomic block that has changed a class cannot wait for another thread";
            return Err(self.runtime_error(message));
        }
        self.wait_until(deadline, |until| {
            if still() {
                sleep(address(word), still, |_| {}, until);
            }
            !still()
        })
    }
}
