//! Lock elision: `with lock:` as an atomic block that leaves the lock alone.
//!
//! A lock that several threads wait for may guard data that they do not share. Where that pays
//! ([`profit`]) a `with` statement on it begins a block of the ownership protocol in place of taking the
//! lock: the block only *reads* that it is free. Sections under one lock then run at the same
//! time as long as they touch different objects; those that do not are undone and run again.
//!
//! Semantics are the lock's, not those of `with atomic:`. What a block cannot do *as a section
//! under the lock would* makes the thread take the lock after all, at that place and not at the
//! beginning ([`Thread::end_elision`]): it takes the word, waits until no other section runs
//! under it, and commits what it has done so far. From there on it is plain code that holds the lock. Since nobody
//! has seen what it did before, it might as well have held the lock from the beginning. That is done for
//! everything that cannot be undone (I/O, threads), for waiting, for `acquire` and
//! `release` of any lock, for signals, and when somebody waits for what the section has
//! touched for longer than [`LINGER`]: plain code that waits for a flag set by somebody else must get to
//! see it. If the word cannot be had, the section is undone and takes the lock at the `with`.
//!
//! Sections that take the lock are kept apart from those that elide it by the protocol's
//! `exclude_elided`; the lock's bit `ELIDED` says that there may be any of the latter, so that a lock
//! that is never elided costs nothing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use orochi_stm::ELISION_PATIENCE;

use super::object::wait_until_free;
use super::profit::{self, Choice};
use super::state::{ELIDED, HELD, WATCHED, give, try_take};
use super::{Lock, RLock};
use crate::exception::Raised;
use crate::heap::Value;
use crate::name;
use crate::object::ValueCast;
use crate::thread::Thread;

/// How long others wait for a section before it takes its lock and lets go of what it owns.
const LINGER: Duration = Duration::from_micros(200);
/// So often a section is begun before its lock is taken.
const ATTEMPTS: u64 = 3;
/// Looks at a lock that is held for a moment, each after twice as long as the one before.
const LOOKS: u32 = 5;
/// Spins before the second look.
const FIRST_PAUSE: u32 = 16;

fn address(word: &AtomicU64) -> u64 {
    std::ptr::from_ref(word) as u64
}

/// The word of a lock.
fn word_of<'a>(lock: Value) -> Option<&'a AtomicU64> {
    match lock.cast::<Lock>() {
        Some(lock) => Some(lock.word()),
        None => lock.cast::<RLock>().map(|lock| lock.word()),
    }
}

/// The calling thread has taken the word: waits for the sections that have been begun without.
///
/// # Errors
/// Only in an atomic block, which must give the lock back.
#[inline]
pub(super) fn exclude(th: &mut Thread, word: &AtomicU64) -> Result<(), Raised> {
    if word.load(Ordering::Relaxed) & ELIDED == 0 {
        return Ok(());
    }
    let patience = if th.stm.in_block() { 0 } else { ELISION_PATIENCE };
    exclude_within(th, word, patience)
}

#[cold]
fn exclude_within(th: &mut Thread, word: &AtomicU64, patience: u64) -> Result<(), Raised> {
    // While it is held nobody sets the bit.
    word.fetch_and(!ELIDED, Ordering::Relaxed);
    let excluded = th.stm.exclude_elided(address(word), patience, &*th);
    if excluded.is_err() {
        word.fetch_or(ELIDED, Ordering::Relaxed);
    }
    Ok(excluded?)
}

/// Says that there may be sections that have not taken the lock. False: it is held.
fn announce(word: &AtomicU64) -> bool {
    for look in 0..LOOKS {
        let mut now = word.load(Ordering::Relaxed);
        while now & HELD == 0 {
            if now & ELIDED != 0 {
                return true;
            }
            let announced = now | ELIDED;
            match word.compare_exchange_weak(now, announced, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(changed) => now = changed,
            }
        }
        (0..FIRST_PAUSE << look).for_each(|_| std::hint::spin_loop());
    }
    false
}

/// The open block has subscribed: whether the lock is still free.
fn is_free(word: &AtomicU64) -> bool {
    word.load(Ordering::Acquire) & (HELD | ELIDED) == ELIDED
}

/// `__enter__`: whether the section begins without taking the lock. False: it is to be taken.
#[cold]
#[inline(never)]
pub(super) fn enter(th: &mut Thread, lock: Value, word: &AtomicU64) -> Result<bool, Raised> {
    if th.elides() {
        return enter_inner(th, lock, word);
    }
    if th.stm.in_block() || word.load(Ordering::Relaxed) & WATCHED == 0 {
        return Ok(false);
    }
    match profit::choose(th, address(word)) {
        Choice::Elide => {}
        Choice::Take => return Ok(false),
        Choice::Forget => {
            word.fetch_and(!WATCHED, Ordering::Relaxed);
            return Ok(false);
        }
    }
    let give_up = th.block.attempts.get() >= ATTEMPTS || th.block.section.takes_lock.get();
    if give_up || th.traced.get() {
        th.block.attempts.set(0);
        th.block.section.takes_lock.set(false);
        return Ok(false);
    }
    // What waits for the end of blocks comes before.
    th.poll()?;
    let exit = th.class_of(lock).lookup(th, name!(th, "__exit__"));
    let Some(call) = exit.and_then(|exit| th.section_call(lock, exit)) else { return Ok(false) };
    for _ in 0..ATTEMPTS {
        if !announce(word) {
            // Who took it here would make all others wait who could go on without.
            wait_until_free(th, word, None)?;
            continue;
        }
        th.begin_section(call);
        th.stm.subscribe(address(word));
        if is_free(word) {
            th.block.section.elided.borrow_mut().push(lock);
            return Ok(true);
        }
        th.finish_section()?;
    }
    profit::undone(address(word));
    Ok(false)
}

/// A lock inside a section that has not taken its own.
fn enter_inner(th: &mut Thread, lock: Value, word: &AtomicU64) -> Result<bool, Raised> {
    if th.stm.is_doomed() {
        return Err(Raised::Abort);
    }
    let recursive = lock.cast::<RLock>();
    if elides(th, lock) {
        if recursive.is_some() {
            th.block.section.elided.borrow_mut().push(lock);
            return Ok(true);
        }
    } else if recursive.is_none_or(|lock| lock.owner() != th.ident.get())
        && announce(word)
        && th.stm.subscribe(address(word))
    {
        if is_free(word) {
            th.block.section.elided.borrow_mut().push(lock);
            return Ok(true);
        }
        th.stm.unsubscribe(address(word));
    }
    th.end_elision()?;
    Ok(false)
}

/// `__exit__`: whether the section has left a lock that it had not taken. False: it is to be given
/// back.
#[cold]
#[inline(never)]
pub(super) fn leave(th: &mut Thread, lock: Value, word: &AtomicU64) -> Result<bool, Raised> {
    if !th.elides() {
        return Ok(false);
    }
    let (at, count) = {
        let elided = th.block.section.elided.borrow();
        (elided.iter().rposition(|&other| other == lock), elided.len())
    };
    match at {
        Some(0) if count == 1 => {
            th.finish_section()?;
            profit::entered(th, address(word));
            Ok(true)
        }
        Some(at) if at > 0 => {
            th.block.section.elided.borrow_mut().remove(at);
            if !elides(th, lock) {
                th.stm.unsubscribe(address(word));
            }
            Ok(true)
        }
        _ => {
            th.end_elision()?;
            Ok(false)
        }
    }
}

/// Whether the open section runs under this lock without having taken it.
pub(super) fn elides(th: &Thread, lock: Value) -> bool {
    th.elides() && th.block.section.elided.borrow().contains(&lock)
}

/// How often the open section has entered a lock that it has not taken.
pub(super) fn depth(th: &Thread, lock: Value) -> u64 {
    if !th.elides() {
        return 0;
    }
    th.block.section.elided.borrow().iter().filter(|&&other| other == lock).count() as u64
}

/// A section under this lock is undone, or takes it after all.
pub(crate) fn undone(lock: Value) {
    if let Some(word) = word_of(lock) {
        profit::undone(address(word));
    }
}

/// Takes all locks that the open section elides, which nobody must hold; whether it could.
fn take_all(elided: &[Value]) -> bool {
    for (at, &lock) in elided.iter().enumerate() {
        let again = elided[..at].contains(&lock);
        if !again && !word_of(lock).is_some_and(try_take) {
            give_all(&elided[..at]);
            return false;
        }
    }
    true
}

/// Gives back what [`take_all`] has taken.
fn give_all(elided: &[Value]) {
    for (at, &lock) in elided.iter().enumerate() {
        if !elided[..at].contains(&lock)
            && let Some(word) = word_of(lock)
        {
            give(word);
        }
    }
}

impl Thread {
    /// Whether a section is open that has not taken its lock: a block of the ownership
    /// protocol that the program must not notice.
    #[inline]
    pub(crate) fn elides(&self) -> bool {
        self.block.section.open.get()
    }

    /// Before anything that a section under a lock does otherwise than an atomic block: takes the
    /// lock in place, and ends the block. A release point.
    #[inline]
    pub fn end_elision(&mut self) -> Result<(), Raised> {
        if self.elides() { self.take_elided() } else { Ok(()) }
    }

    #[cold]
    #[inline(never)]
    fn take_elided(&mut self) -> Result<(), Raised> {
        if self.stm.is_doomed() {
            return Err(Raised::Abort);
        }
        let elided = self.block.section.elided.borrow().clone();
        if let Some(&first) = elided.first() {
            undone(first);
        }
        let taken = take_all(&elided);
        let ended = if taken { self.end_taken(&elided) } else { Err(Raised::Abort) };
        if ended.is_err() {
            if taken {
                give_all(&elided);
            }
            self.block.section.takes_lock.set(true);
            self.stm.doom();
            return Err(Raised::Abort);
        }
        for &lock in &elided {
            if let Some(recursive) = lock.cast::<RLock>() {
                let count = elided.iter().filter(|&&other| other == lock).count();
                recursive.restore(self.ident.get(), count as u64);
            }
        }
        Ok(())
    }

    /// The words of all elided locks are taken: ends the block when it is alone under them.
    fn end_taken(&mut self, elided: &[Value]) -> Result<(), Raised> {
        for word in elided.iter().filter_map(|&lock| word_of(lock)) {
            if word.load(Ordering::Relaxed) & ELIDED != 0 {
                exclude_within(self, word, 0)?;
            }
        }
        self.finish_section()
    }

    /// A safepoint in a section that has not taken its lock: takes it if something waits that
    /// must not wait for the section's end.
    #[cold]
    #[inline(never)]
    pub(crate) fn poll_section(&mut self, urgent: bool) -> Result<(), Raised> {
        if urgent || self.stm.keeps_requests() {
            return self.take_elided();
        }
        if !self.stm.is_pressed() {
            return Ok(());
        }
        match self.block.section.pressed_since.get() {
            None => self.block.section.pressed_since.set(Some(Instant::now())),
            Some(since) if since.elapsed() > LINGER => return self.take_elided(),
            Some(_) => {}
        }
        // Comes by again at the next safepoint.
        self.stm.post(orochi_stm::HostRequests(crate::thread::safepoint::request::LINGER));
        Ok(())
    }
}
