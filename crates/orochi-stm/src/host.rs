//! What this crate asks of the layer above.
//!
//! The protocol knows neither objects nor collectors. Where a slow path meets one of them it
//! calls the [`Host`], which the virtual machine implements for its own thread structure. All
//! calls come from slow paths, on the thread that made the claim; none may claim, poll, wait or
//! run Python code.

use crate::log::{Frame, Names, Trail};
use crate::owner::OwnerWord;

/// What came of logging an object for undo.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Logged {
    /// Whatever the block does to the object can be undone: `W` is set.
    Whole,
    /// The object is too large for that: each operation logs its own inverse. `W` stays unset, so
    /// that every operation comes by the slow path.
    ByOperation,
    /// What is done to the object cannot be undone: the block becomes inevitable first.
    Impossible,
}

/// The layer above, as seen from a slow path. Objects are named by the address of their owner
/// word, which is the first word of their header.
pub trait Host {
    /// A write claim sets `G` on an object that had it clear: put the object into this
    /// thread's remembered set.
    fn remember(&self, object: &OwnerWord);

    /// First write to `object` in the newest epoch of an atomic block: log what undoing it
    /// needs. Called before `W` is set; the object is owned.
    fn log_undo(&self, object: &OwnerWord) -> Logged;

    /// Whether the open block has written to an object that [`Host::log_undo`] has answered
    /// [`Logged::ByOperation`] for. What is not known to be unwritten has been written.
    fn has_written(&self, _object: &OwnerWord) -> bool {
        true
    }

    /// The open block, which lists its claims ([`StmThread::list_claims`](crate::StmThread)), has
    /// claimed `object`.
    fn note_claim(&self, _object: &OwnerWord) {}

    /// The block is aborted: replay the undo log backwards down to its beginning. Everything
    /// logged is still owned.
    fn undo(&self);

    /// The block has committed or its undo is done: forget the undo log.
    fn forget_undo(&self);

    /// The thread is about to wait or to run a blocking call: spill callee-saved registers
    /// where the collector scans and publish the limits of the native stack. A collection may
    /// happen at any moment until [`Host::came_back`]. Called once for each departure, never
    /// nested.
    fn going_away(&self);

    /// The thread is running again; a collection may have happened.
    fn came_back(&self);

    /// Thread ids are used up: run a full collection, which must call
    /// [`World::clean_word`](crate::World::clean_word) on every owner word and then
    /// [`World::tids_cleaned`](crate::World::tids_cleaned). The only call that may stop the
    /// world. Comes at a safepoint or a return from away, outside any operation.
    fn clean_tids(&self);

    /// The thread is paused at a stop: does a piece of the stopper's work, if there is any, and
    /// says whether it did. Asked again and again for a while.
    fn help_stopper(&self) -> bool {
        false
    }

    /// For the event log: the innermost frame of the program, asked for at each claim.
    fn frame(&self) -> Frame {
        (0, 0)
    }

    /// For the event log: the innermost frames of the program, `frames` at most.
    fn trail(&self, _trail: &mut Trail, _frames: usize) {}

    /// For the event log: the number of the stack ([`Names::stack`]) that a trail of this thread's
    /// stands for.
    fn place(&self, _trail: &Trail, _names: &Names) -> u32 {
        0
    }

    /// For the event log: a number that objects have in common which are described by the same
    /// text at the same place.
    fn kind(&self, object: &OwnerWord) -> u64 {
        std::ptr::from_ref(object) as u64
    }

    /// For the event log: the number of a text ([`Names::text`]) that says what `object` is, of
    /// which the thread has just come into possession at `trail`, where it is.
    fn describe(&self, _object: &OwnerWord, _trail: &Trail, _names: &Names) -> u32 {
        0
    }

    /// For the event log: the number of a text that says what the thread is doing at `trail`, so
    /// that the open block had to become inevitable.
    fn reason(&self, _trail: &Trail, _names: &Names) -> u32 {
        0
    }
}

/// A host for threads without heap and undo log: tests of this crate, helper threads.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl Host for NoHost {
    fn remember(&self, _object: &OwnerWord) {}
    fn log_undo(&self, _object: &OwnerWord) -> Logged {
        Logged::Whole
    }
    fn undo(&self) {}
    fn forget_undo(&self) {}
    fn going_away(&self) {}
    fn came_back(&self) {}
    fn clean_tids(&self) {}
}
