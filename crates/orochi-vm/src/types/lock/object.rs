//! The state words of locks, and waiting for them.
//!
//! A lock is one word beside the header, whose bits are named below. It is taken by one
//! compare-and-swap, without the ownership protocol: locks are what threads share on purpose. Who
//! gives it back wakes one sleeper at most, and none while the last one is on its way: until
//! that one runs, the thread that computes takes and gives the lock thousands of times at no more
//! than its usual price. Nobody starves: after [`PATIENCE`] times the lock is kept for the one on
//! its way, and one that has been woken for nothing makes the next be handed over.
//!
//! What an atomic block does to locks is noted: see `pending`. That sections may run under a lock
//! without taking it is the matter of `elision`; its bits stay when the lock is taken and given.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use parking_lot_core::{DEFAULT_UNPARK_TOKEN, UnparkToken};

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

pub(super) const HELD: u64 = 1;
/// Somebody sleeps.
const WAITED: u64 = 2;
/// Somebody has been woken and has not looked yet.
const WAKING: u64 = 4;
/// Held for the one that has been woken.
const HANDED: u64 = 8;
/// The next sleeper is handed the lock.
const FAIR: u64 = 16;
/// Whoever enters by a `with` statement asks first whether to elide the lock.
pub(super) const WATCHED: u64 = 32;
/// Sections may be running that have not taken the lock. Set while nobody holds it.
pub(super) const ELIDED: u64 = 64;
/// What stays whoever has the lock.
const LASTING: u64 = WATCHED | ELIDED;
/// Counts how often the lock was given back while somebody was waking.
const ONE_GIVEN: u64 = 1 << 32;
const COUNT: u64 = !(ONE_GIVEN - 1);
/// What the woken thread clears when it has looked.
const OF_WOKEN: u64 = WAKING | HANDED | COUNT;

/// So often the lock may be given back while somebody is on its way; then it is kept for it.
const PATIENCE: u64 = 8192;
/// Looks before a waiter sleeps, each after twice as long as the one before: who looks all the time
/// takes the word's cache line, and then the lock and all that it guards, from a thread that
/// would be done sooner without.
const LOOKS: u32 = 5;
/// Spins before the second look.
const FIRST_PAUSE: u32 = 32;
/// Says to a sleeper that the lock is its own.
const YOURS: UnparkToken = UnparkToken(1);

/// Takes the word if it is free, and clears `also` together with that.
fn try_take_and_clear(word: &AtomicU64, also: u64) -> bool {
    let mut now = word.load(Ordering::Relaxed);
    while now & HELD == 0 {
        let taken = (now | HELD) & !also;
        match word.compare_exchange_weak(now, taken, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => return true,
            Err(changed) => now = changed,
        }
    }
    false
}

pub(super) fn try_take(word: &AtomicU64) -> bool {
    try_take_and_clear(word, 0)
}

/// The woken thread takes what is held for it, if it is.
fn take_handed(word: &AtomicU64) -> bool {
    let mut now = word.load(Ordering::Relaxed);
    while now & HANDED != 0 {
        let taken = now & !OF_WOKEN;
        match word.compare_exchange_weak(now, taken, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => return true,
            Err(changed) => now = changed,
        }
    }
    false
}

/// Gives the lock back; whether it was held.
pub(super) fn give(word: &AtomicU64) -> bool {
    if word.compare_exchange(HELD, 0, Ordering::Release, Ordering::Relaxed).is_ok() {
        return true;
    }
    let mut now = word.load(Ordering::Relaxed);
    loop {
        if now & HELD == 0 {
            return false;
        }
        let given = match (now & WAKING != 0, now & WAITED != 0) {
            (false, true) => break,
            (false, false) => now & LASTING,
            // The one that was woken will look.
            (true, _) if now / ONE_GIVEN < PATIENCE => (now & !(HELD | HANDED)) + ONE_GIVEN,
            (true, _) => now & !COUNT | HANDED,
        };
        match word.compare_exchange_weak(now, given, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => return true,
            Err(changed) => now = changed,
        }
    }
    wake_next(word);
    true
}

/// Wakes one thread that sleeps, and gives the word, which the caller holds, back or to that one.
fn wake_next(word: &AtomicU64) {
    crate::thread::log::lock_given_back(word);
    // SAFETY: the callback neither panics nor parks.
    unsafe {
        parking_lot_core::unpark_one(word::address(word), |result| {
            let lasting = word.load(Ordering::Relaxed) & LASTING;
            let waited = lasting | if result.have_more_threads { WAITED } else { 0 };
            if result.unparked_threads == 0 {
                word.store(lasting, Ordering::Release);
                DEFAULT_UNPARK_TOKEN
            } else if word.load(Ordering::Relaxed) & FAIR != 0 {
                word.store(waited | HELD, Ordering::Release);
                YOURS
            } else {
                word.store(waited | WAKING, Ordering::Release);
                DEFAULT_UNPARK_TOKEN
            }
        });
    }
}

/// Waits for the word until `deadline`; whether it was taken.
fn wait(word: &AtomicU64, deadline: Option<Instant>) -> bool {
    // What this thread has to clear: `OF_WOKEN`, while it is the one that was woken.
    let mut mine = 0;
    loop {
        for look in 0..LOOKS {
            if mine != 0 && take_handed(word) || try_take_and_clear(word, mine) {
                return true;
            }
            (0..FIRST_PAUSE << look).for_each(|_| std::hint::spin_loop());
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return mine != 0 && !pass_on(word);
        }
        let now = word.load(Ordering::Relaxed);
        if now & HELD == 0 || mine != 0 && now & HANDED != 0 {
            continue;
        }
        // Who was woken for nothing stands last again: then the lock goes round in turn.
        let fair = if mine != 0 { FAIR } else { 0 };
        let sleeps = (now & !mine) | WAITED | fair;
        if word.compare_exchange(now, sleeps, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            continue;
        }
        let still = || word.load(Ordering::Relaxed) & (HELD | WAITED) == HELD | WAITED;
        let gave_up = |last| {
            if last {
                word.fetch_and(!(WAITED | FAIR), Ordering::Relaxed);
            }
        };
        mine = match word::sleep(word, still, gave_up, deadline) {
            None => 0,
            Some(YOURS) => return true,
            Some(_) => OF_WOKEN,
        };
    }
}

/// The thread that was woken gives up: somebody else has to look in its place. False if the lock
/// was held for it: it is its own now.
fn pass_on(word: &AtomicU64) -> bool {
    let mut now = word.load(Ordering::Relaxed);
    loop {
        if now & HANDED != 0 {
            if take_handed(word) {
                return false;
            }
            now = word.load(Ordering::Relaxed);
            continue;
        }
        // As if it had been taken and given back, if it is free and somebody sleeps.
        let wakes = now & HELD == 0 && now & WAITED != 0;
        let passed = now & !OF_WOKEN | if wakes { HELD } else { 0 };
        match word.compare_exchange_weak(now, passed, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) if wakes => wake_next(word),
            Ok(_) => {}
            Err(changed) => {
                now = changed;
                continue;
            }
        }
        return true;
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
    /// Takes a lock about which there is nothing to be said.
    #[inline]
    pub(super) fn take_quiet(self) -> bool {
        let word = self.state.word();
        word.compare_exchange(0, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok()
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
