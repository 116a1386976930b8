//! Locks in atomic blocks.
//!
//! Taking and giving a lock cannot be undone as memory is, since others look at its word without
//! asking. So an open block notes what it does to locks:
//!
//! * a lock that it takes is taken at once, and given back if the block is undone;
//! * a lock that it gives back is given back when the block commits, even if it has taken it itself:
//!   who took it before would run a part of a section before the block happens, and the rest
//!   afterwards. Until then the block itself sees it as free, and may take it again;
//! * where it would have to wait, it is undone instead, and waits outside, owning nothing. For a
//!   lock that it has taken itself that would never end: an error.
//!
//! A block that is inevitable cannot be undone; waiting in one, for somebody who may be waiting
//! for what it owns, is an error too. What it has taken and given back is free at once, as it may
//! come to wait for somebody who needs that lock.

use std::sync::atomic::AtomicU64;
use std::time::Instant;

use super::{Lock, RLock};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;

/// What the open block has done to a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pending {
    /// Taken: to be given back if the block is undone.
    Taken(Value),
    /// Given back, in the eyes of the block: to be given back when it commits.
    Given(Value),
}

impl Pending {
    /// The lock.
    pub(crate) fn value(self) -> Value {
        match self {
            Pending::Taken(lock) | Pending::Given(lock) => lock,
        }
    }
}

/// Takes out the newest note that equals `note`; whether there was one.
fn take_out(th: &Thread, note: Pending) -> bool {
    let mut notes = th.block.locks.borrow_mut();
    match notes.iter().rposition(|&other| other == note) {
        Some(at) => {
            notes.remove(at);
            true
        }
        None => false,
    }
}

fn count(th: &Thread, note: Pending) -> u64 {
    th.block.locks.borrow().iter().filter(|&&other| other == note).count() as u64
}

/// How often the open block has promised to give the lock back.
pub(super) fn promised(th: &Thread, lock: Value) -> u64 {
    if th.stm.in_block() { count(th, Pending::Given(lock)) } else { 0 }
}

/// Whether the open block has promised to give this lock back and now takes it again.
pub(super) fn keeps(th: &Thread, lock: Value) -> bool {
    th.stm.in_block() && take_out(th, Pending::Given(lock))
}

/// A lock has just been taken.
pub(super) fn taken(th: &Thread, lock: Value) {
    if th.stm.in_block() {
        th.block.locks.borrow_mut().push(Pending::Taken(lock));
    }
}

/// Whether giving the lock back must wait for the end of the open block; if so it is noted.
pub(super) fn postponed(th: &Thread, lock: Value) -> bool {
    if !th.stm.in_block() || th.stm.is_inevitable() && take_out(th, Pending::Taken(lock)) {
        return false;
    }
    th.block.locks.borrow_mut().push(Pending::Given(lock));
    true
}

/// The open block would have to wait for a lock. `Ok`: it has waited in vain.
pub(super) fn would_wait(
    th: &mut Thread,
    lock: Value,
    word: &AtomicU64,
    deadline: Option<Instant>,
) -> Result<(), Raised> {
    if count(th, Pending::Taken(lock)) > 0 {
        let message = "the atomic block would wait for a lock that it has taken itself";
        return Err(th.runtime_error(message));
    }
    if th.stm.is_inevitable() {
        let message = "cannot wait for a lock in an atomic block that has become inevitable";
        return Err(th.runtime_error(message));
    }
    th.wait_by_undoing(word, 0, true, deadline).map_or(Ok(()), Err)
}

fn give(lock: Value) {
    if let Some(lock) = lock.cast::<Lock>() {
        lock.release();
    } else if let Some(lock) = lock.cast::<RLock>() {
        lock.release_now();
    }
}

/// The block is undone: gives back what it has taken.
pub(crate) fn forget_pending(th: &Thread) {
    for note in th.block.locks.take() {
        if let Pending::Taken(lock) = note {
            give(lock);
        }
    }
}

/// The block has become inevitable: gives back what it has both taken and promised to give back.
pub(crate) fn give_taken(th: &Thread) {
    if th.block.locks.borrow().is_empty() {
        return;
    }
    let promised: Vec<Pending> = th.block.locks.borrow().clone();
    for note in promised {
        let Pending::Given(lock) = note else { continue };
        if take_out(th, Pending::Taken(lock)) {
            take_out(th, note);
            give(lock);
        }
    }
}

/// The block has committed: gives back what it has promised to.
#[inline]
pub(crate) fn settle_pending(th: &Thread) {
    if !th.block.locks.borrow().is_empty() {
        settle(th);
    }
}

#[cold]
fn settle(th: &Thread) {
    for note in th.block.locks.take() {
        if let Pending::Given(lock) = note {
            give(lock);
        }
    }
}
