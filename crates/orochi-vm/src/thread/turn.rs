//! Blocks that crowds of threads fight with: they take turns.
//!
//! When many more threads than there are cores want the same object, handing it over after each
//! block costs a switch of threads for each block, and who stands last in every queue never
//! gets on. A lock does better: who has it goes on for a while, sleepers are woken one by one, and none of them
//! starves. So a `with atomic:` at which blocks have to wait while a crowd waits
//! becomes a *turnstile*: for some thousands of entries a block takes a word before it begins and gives
//! it back when it ends, as if all blocks there had one lock. Then it is left open again, to see
//! whether the crowd has gone. Where no more threads run than cores nothing of this ever
//! happens: blocks that could run in parallel are not lined up.
//!
//! Nobody waits for a turnstile but outside of blocks, owning nothing; and a block that itself comes to
//! wait for something (to be retried, for the outside world) gives it back first. So it adds
//! nothing to what can wait for what.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use super::Thread;
use super::atomic::Block;
use crate::exception::Raised;
use crate::types::lock::{give_word, is_wanted, take_word};

/// Where blocks begin, by the hash of the instruction.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Turnstile {
    /// The word of a lock.
    word: AtomicU64,
    /// So many entries are still to take it.
    left: AtomicU32,
    /// How many it was closed for the last time.
    term: AtomicU32,
    /// How often a block has waited in a crowd.
    heat: AtomicU32,
}

const TURNSTILES: usize = 64;
static TABLE: [Turnstile; TURNSTILES] = [const {
    Turnstile {
        word: AtomicU64::new(0),
        left: AtomicU32::new(0),
        term: AtomicU32::new(0),
        heat: AtomicU32::new(0),
    }
}; TURNSTILES];

/// So many waits close a turnstile.
const WAITS: u32 = 64;
/// For so many entries at first; each time that the crowd is still there, for twice as many.
const ENTRIES: u32 = 1 << 16;
/// At most.
const MOST_ENTRIES: u32 = 1 << 20;
/// An entry for which nobody waits counts as so many.
const UNWANTED: u32 = 1 << 10;
/// After them so many waits are enough.
const WAITS_AGAIN: u32 = 4;

fn place(pc: *const u64) -> &'static Turnstile {
    let address = pc as usize;
    &TABLE[(address >> 3 ^ address >> 9) % TURNSTILES]
}

/// In the child of a fork: whoever has taken one is gone.
pub(super) fn open_all() {
    for turnstile in &TABLE {
        turnstile.word.store(0, Relaxed);
    }
}

impl Block {
    /// Gives the turnstile back, if the block has taken one.
    #[inline]
    pub(crate) fn end_turn(&self) {
        if let Some(turnstile) = self.turnstile.take() {
            give_word(&turnstile.word);
        }
    }
}

impl Thread {
    /// A block is about to begin at this instruction. A release point.
    #[inline]
    pub(super) fn take_turn(&mut self, pc: *const u64) -> Result<(), Raised> {
        let turnstile = place(pc);
        if turnstile.left.load(Relaxed) != 0 {
            take_word(self, &turnstile.word)?;
            self.block.turnstile.set(Some(turnstile));
            let entries = if is_wanted(&turnstile.word) { 1 } else { UNWANTED };
            let left = turnstile.left.load(Relaxed);
            turnstile.left.store(left.saturating_sub(entries), Relaxed);
        }
        self.block.waits.set(self.stm.waits());
        Ok(())
    }

    /// A block that has begun there has ended, or has to start over.
    #[inline]
    pub(super) fn note_turn(&self, pc: *const u64) {
        if self.stm.waits() != self.block.waits.get() {
            self.note_waits(pc);
        }
    }

    #[cold]
    fn note_waits(&self, pc: *const u64) {
        let turnstile = place(pc);
        if !self.stm.registry().is_crowded() || turnstile.left.load(Relaxed) != 0 {
            return;
        }
        let heat = turnstile.heat.fetch_add(1, Relaxed) + 1;
        if heat >= WAITS {
            turnstile.heat.store(WAITS - WAITS_AGAIN, Relaxed);
            let term = (2 * turnstile.term.load(Relaxed)).clamp(ENTRIES, MOST_ENTRIES);
            turnstile.term.store(term, Relaxed);
            turnstile.left.store(term, Relaxed);
        }
    }
}
