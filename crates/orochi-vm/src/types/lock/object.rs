//! The state words of locks, and waiting for them.
//!
//! A lock is one word beside the header: bit 0 *held*, bit 1 *somebody waits*. It is taken by one
//! compare-and-swap, without the ownership protocol: locks are what threads share on purpose.
//! An atomic block that takes or gives a lock becomes inevitable, since that cannot be undone.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use parking_lot_core::DEFAULT_UNPARK_TOKEN;

use super::word::{self, SharedWord};
use super::{LOCK, RLOCK};
use crate::exception::Raised;
use crate::heap_object;
use crate::object::Ref;
use crate::thread::Thread;

heap_object! {
    /// `_thread.lock`
    pub immutable struct Lock: LOCK {
        values {}
        storage {}
        data {
            /// The state word.
            state: SharedWord,
        }
    }
}

heap_object! {
    /// `_thread.RLock`
    pub immutable struct RLock: RLOCK {
        values {}
        storage {}
        data {
            /// The state word.
            state: SharedWord,
            /// The holder's ident, or 0.
            owner: SharedWord,
            /// How often the holder has taken it; changed by the holder alone.
            count: SharedWord,
        }
    }
}

const HELD: u64 = 1;
const WAITED: u64 = 2;
/// How often a word is looked at again before its waiter sleeps.
const SPINS: u32 = 40;

fn try_take(word: &AtomicU64) -> bool {
    let mut now = word.load(Ordering::Relaxed);
    while now & HELD == 0 {
        match word.compare_exchange_weak(now, now | HELD, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => return true,
            Err(changed) => now = changed,
        }
    }
    false
}

/// Gives the lock back; whether it was held.
fn give(word: &AtomicU64) -> bool {
    if word.compare_exchange(HELD, 0, Ordering::Release, Ordering::Relaxed).is_ok() {
        return true;
    }
    if word.load(Ordering::Relaxed) & HELD == 0 {
        return false;
    }
    // SAFETY: the callback neither panics nor parks.
    unsafe {
        parking_lot_core::unpark_one(word::address(word), |result| {
            word.store(if result.have_more_threads { WAITED } else { 0 }, Ordering::Release);
            DEFAULT_UNPARK_TOKEN
        });
    }
    true
}

/// Waits for the word until `deadline`; whether it was taken.
fn wait(word: &AtomicU64, deadline: Option<Instant>) -> bool {
    for _ in 0..SPINS {
        if try_take(word) {
            return true;
        }
        std::hint::spin_loop();
    }
    loop {
        if try_take(word) {
            return true;
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return false;
        }
        let now = word.load(Ordering::Relaxed);
        if now & HELD == 0 {
            continue;
        }
        if now & WAITED == 0
            && word
                .compare_exchange(now, now | WAITED, Ordering::Relaxed, Ordering::Relaxed)
                .is_err()
        {
            continue;
        }
        let still = || word.load(Ordering::Relaxed) == HELD | WAITED;
        let gave_up = |last| {
            if last {
                word.fetch_and(!WAITED, Ordering::Relaxed);
            }
        };
        word::sleep(word, still, gave_up, deadline);
    }
}

/// Takes the word, waiting until `deadline` at most; whether it was taken. A release point where
/// it waits.
fn take(th: &mut Thread, word: &AtomicU64, deadline: Option<Instant>) -> Result<bool, Raised> {
    if try_take(word) {
        return Ok(true);
    }
    th.wait_until(deadline, |until| wait(word, until))
}

impl Lock {
    /// A lock that nobody holds.
    pub fn new(th: &Thread) -> Result<Ref<Lock>, Raised> {
        Lock::allocate(th, SharedWord::new(0))
    }
}

impl Ref<Lock> {
    /// Takes the lock if it is free.
    #[inline]
    pub fn try_acquire(self) -> bool {
        try_take(self.state.word())
    }

    /// Takes the lock, waiting for it until `deadline`.
    pub fn acquire(self, th: &mut Thread, deadline: Option<Instant>) -> Result<bool, Raised> {
        take(th, self.state.word(), deadline)
    }

    /// Gives the lock back; whether it was held.
    #[inline]
    pub fn release(self) -> bool {
        give(self.state.word())
    }

    /// Whether it is held.
    pub fn is_held(self) -> bool {
        self.state.word().load(Ordering::Relaxed) & HELD != 0
    }

    /// A lock that nobody holds, whatever it was: for the child of a fork.
    pub fn reset(self) {
        self.state.word().store(0, Ordering::Release);
    }
}

impl Ref<RLock> {
    /// Whether the calling thread holds it.
    pub fn is_owned(self, th: &Thread) -> bool {
        self.owner() == th.ident.get()
    }

    /// Whether anybody holds it.
    pub fn is_held(self) -> bool {
        self.state.word().load(Ordering::Relaxed) & HELD != 0
    }

    /// How often the holder has taken it.
    pub fn count(self) -> u64 {
        self.count.word().load(Ordering::Relaxed)
    }

    /// The holder's ident, or 0.
    pub fn owner(self) -> u64 {
        self.owner.word().load(Ordering::Relaxed)
    }

    /// Takes the lock once more, or for the first time, waiting until `deadline`.
    pub fn acquire(
        self,
        th: &mut Thread,
        block: bool,
        deadline: Option<Instant>,
    ) -> Result<bool, Raised> {
        if self.is_owned(th) {
            self.count.word().fetch_add(1, Ordering::Relaxed);
            return Ok(true);
        }
        let word = self.state.word();
        let taken = if block { take(th, word, deadline)? } else { try_take(word) };
        if taken {
            self.restore(th.ident.get(), 1);
        }
        Ok(taken)
    }

    /// Gives the lock back once; false if the calling thread does not hold it.
    pub fn release(self, th: &Thread) -> bool {
        if !self.is_owned(th) {
            return false;
        }
        if self.count.word().fetch_sub(1, Ordering::Relaxed) == 1 {
            self.owner.word().store(0, Ordering::Relaxed);
            give(self.state.word());
        }
        true
    }

    /// Gives the lock back altogether; how often it was taken.
    pub fn release_all(self) -> u64 {
        let count = self.count.word().swap(0, Ordering::Relaxed);
        self.owner.word().store(0, Ordering::Relaxed);
        give(self.state.word());
        count
    }

    /// Sets holder and count of a lock that has just been taken.
    pub fn restore(self, owner: u64, count: u64) {
        self.owner.word().store(owner, Ordering::Relaxed);
        self.count.word().store(count, Ordering::Relaxed);
    }

    /// A lock that nobody holds, whatever it was: for the child of a fork.
    pub fn reset(self) {
        self.restore(0, 0);
        self.state.word().store(0, Ordering::Release);
    }
}
