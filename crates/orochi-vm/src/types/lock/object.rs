//! The state words of locks, and waiting for them.
//!
//! A lock is one word beside the header, whose bits are named in [`super::state`]. It is taken by one
//! compare-and-swap, without the ownership protocol: locks are what threads share on purpose.
//!
//! What an atomic block does to locks is noted: see `pending`. That sections may run under a lock
//! without taking it is the matter of `elision`; its bits stay when the lock is taken and given.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::state::{HELD, WATCHED, give, is_waited_for, try_take, try_take_quietly, wait};
use super::word::{self, SharedWord};
use super::{LOCK, RLOCK, elision, pending, profit};
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

/// Takes the word, waiting until `deadline` at most; whether it was taken. A release point where
/// it waits.
fn take(th: &mut Thread, word: &AtomicU64, deadline: Option<Instant>) -> Result<bool, Raised> {
    if try_take(word) {
        return Ok(true);
    }
    if profit::waited(word::address(word) as u64) {
        word.fetch_or(WATCHED, Ordering::Relaxed);
    }
    let start = th.stm.log_time();
    let taken = th.wait_until(deadline, |until| wait(word, until));
    if th.stm.is_logging() {
        th.log_lock_wait(word, start);
    }
    taken
}

/// Waits until the word is free; whether it was before `deadline`. Outside of atomic blocks.
pub(crate) fn wait_until_free(
    th: &mut Thread,
    word: &AtomicU64,
    deadline: Option<Instant>,
) -> Result<bool, Raised> {
    let taken = take(th, word, deadline)?;
    if taken {
        give(word);
    }
    Ok(taken)
}

/// Takes a lock's word that is no lock's, waiting for it.
pub(crate) fn take_word(th: &mut Thread, word: &AtomicU64) -> Result<(), Raised> {
    if !try_take(word) {
        th.wait_until(None, |until| wait(word, until))?;
    }
    Ok(())
}

/// Whether somebody sleeps for such a word, or has just been woken.
pub(crate) fn is_wanted(word: &AtomicU64) -> bool {
    is_waited_for(word)
}

/// Gives it back.
pub(crate) fn give_word(word: &AtomicU64) {
    give(word);
}

/// The word of a new lock.
pub(super) fn free_word() -> SharedWord {
    SharedWord::new(if profit::always() { WATCHED } else { 0 })
}

impl Lock {
    /// A lock that nobody holds.
    pub fn new(th: &Thread) -> Result<Ref<Lock>, Raised> {
        Lock::allocate(th, free_word())
    }
}

impl Ref<Lock> {
    /// Takes a lock that is free, and about whose sections there is nothing to be said.
    #[inline]
    pub(super) fn take_quiet(self) -> bool {
        try_take_quietly(self.state.word())
    }

    /// Takes the lock if it is free in the eyes of this thread, whose open block may have promised
    /// to give it back. A release point.
    pub fn take_now(self, th: &mut Thread) -> Result<bool, Raised> {
        if pending::keeps(th, self.value()) {
            return Ok(true);
        }
        let taken = try_take(self.word());
        if taken {
            pending::taken(th, self.value());
            elision::exclude(th, self.word())?;
        }
        Ok(taken)
    }

    /// Takes the lock, waiting for it until `deadline`.
    pub fn acquire(self, th: &mut Thread, deadline: Option<Instant>) -> Result<bool, Raised> {
        if th.stm.in_block() {
            let taken = self.take_now(th)?;
            if !taken {
                pending::would_wait(th, self.value(), self.word(), deadline)?;
            }
            return Ok(taken);
        }
        let taken = take(th, self.word(), deadline)?;
        if taken {
            elision::exclude(th, self.word())?;
        }
        Ok(taken)
    }

    /// Gives the lock back, now or at the end of the open block; whether it was held.
    #[inline]
    pub fn give_back(self, th: &Thread) -> bool {
        if !th.stm.in_block() {
            return self.release();
        }
        self.seems_held(th) && (pending::postponed(th, self.value()) || self.release())
    }

    /// Whether it is held in the eyes of this thread.
    pub fn seems_held(self, th: &Thread) -> bool {
        self.is_held() && pending::promised(th, self.value()) == 0
    }

    /// The state word.
    pub(super) fn word<'a>(self) -> &'a AtomicU64 {
        SharedWord::of(self, |lock| &lock.state)
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
    /// The state word.
    pub(super) fn word<'a>(self) -> &'a AtomicU64 {
        SharedWord::of(self, |lock| &lock.state)
    }

    /// Whether whoever enters asks first whether to elide the lock.
    #[inline]
    pub(super) fn is_watched(self) -> bool {
        self.state.word().load(Ordering::Relaxed) & WATCHED != 0
    }

    /// Whether the calling thread holds it.
    pub fn is_owned(self, th: &Thread) -> bool {
        self.owner() == th.ident.get() && (!th.stm.in_block() || self.count_for(th) > 0)
    }

    /// How often the calling thread, who holds it, has taken it in the eyes of its open block.
    pub fn count_for(self, th: &Thread) -> u64 {
        self.count() - pending::promised(th, self.value()).min(self.count())
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
        if pending::keeps(th, self.value()) {
            return Ok(true);
        }
        if self.is_owned(th) {
            self.count.word().fetch_add(1, Ordering::Relaxed);
            pending::taken(th, self.value());
            return Ok(true);
        }
        let word = self.word();
        let mut taken = try_take(word);
        if !taken && block {
            if th.stm.in_block() {
                pending::would_wait(th, self.value(), word, deadline)?;
            } else {
                taken = take(th, word, deadline)?;
            }
        }
        if taken {
            self.restore(th.ident.get(), 1);
            pending::taken(th, self.value());
            elision::exclude(th, word)?;
        }
        Ok(taken)
    }

    /// Gives the lock back once; false if the calling thread does not hold it.
    pub fn release(self, th: &Thread) -> bool {
        if !self.is_owned(th) {
            return false;
        }
        if !pending::postponed(th, self.value()) {
            self.release_now();
        }
        true
    }

    /// Gives the lock, which the calling thread holds, back once.
    pub(super) fn release_now(self) {
        if self.count.word().fetch_sub(1, Ordering::Relaxed) == 1 {
            self.owner.word().store(0, Ordering::Relaxed);
            give(self.state.word());
        }
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
