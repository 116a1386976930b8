//! Atomic blocks: age, wounds, inevitability, savepoints.
//!
//! A block begins with a fresh epoch, so that *owned in the live range* means *touched by this
//! block*. It claims as plain code does, but waits *safe* instead of away, and its first write to
//! an object is logged. It ends by one bump, whether it commits or has been undone. Conflicts
//! are decided by age (wound-wait): an older block wounds a younger holder, a younger one waits;
//! a block keeps the age of its first attempt over all retries, so every block is the oldest one
//! day.
//!
//! An operation that cannot be undone first takes the one inevitable token; from then on the
//! block counts as the oldest and cannot be wounded. Outcomes of blocks are decided on the
//! token word alone: wounding and becoming inevitable are both a CAS on it.

use crate::claim::Access;
use crate::host::Host;
use crate::record::{NO_AGE, REQUEST, ThreadRecord};
use crate::sync::{Ordering, fence};
use crate::thread::{Abort, BlockState, StmThread};
use crate::token::{BRIEF, INEVITABLE, Token, WOUNDED};

impl StmThread {
    /// Whether this thread is in an atomic block.
    #[inline]
    pub fn in_block(&self) -> bool {
        self.block.get() == BlockState::Block
    }

    /// In a block, or in a claim of two objects that runs as a short one.
    pub(crate) fn in_block_or_pair(&self) -> bool {
        self.block.get() != BlockState::Plain
    }

    /// In a claim of two objects that runs as a short block.
    pub(crate) fn in_pair(&self) -> bool {
        self.block.get() == BlockState::Pair
    }

    /// Whether the open block cannot be aborted any more.
    pub fn is_inevitable(&self) -> bool {
        self.token().has(INEVITABLE)
    }

    /// Enters an atomic block. Called again after [`StmThread::block_abort`] with `retry`, the
    /// block keeps the age of its first attempt. A release point. Blocks do not nest here: an
    /// inner block is a savepoint.
    pub fn block_enter(&self, host: &dyn Host) {
        debug_assert!(!self.in_block_or_pair(), "blocks nest as savepoints");
        self.operation_done();
        self.take_age();
        self.answer_before_leaving();
        self.asked.set(false);
        if self.fresh_tid.replace(false) {
            self.renew_tid(0);
        }
        self.enter_epoch(host);
        self.block.set(BlockState::Block);
    }

    /// Commits the block: everything it wrote becomes visible at once. A release point.
    pub fn block_commit(&self, host: &dyn Host) {
        debug_assert!(self.in_block(), "commit ends a block");
        let inevitable = self.is_inevitable();
        let pending = self.record.poll.load(Ordering::SeqCst) & REQUEST != 0;
        if pending || self.asked.get() {
            self.hand_over();
        }
        self.block.set(BlockState::Plain);
        self.bump(0);
        if self.asked.replace(false) || pending {
            self.registry.wake_waiters_for(self.record.slot);
        }
        if inevitable {
            self.return_inevitable();
        }
        self.record.age.store(NO_AGE, Ordering::Release);
        host.forget_undo();
        self.repost_deferred();
        self.ensure_tid(host);
    }

    /// Ends the block as if it had never begun: the host replays its undo log backwards, then
    /// everything is given up. With `retry` the next [`StmThread::block_enter`] keeps the age.
    /// The host restores registers and frames afterwards. A release point.
    pub fn block_abort(&self, retry: bool, host: &dyn Host) {
        debug_assert!(self.in_block(), "abort ends a block");
        debug_assert!(!self.is_inevitable(), "an inevitable block cannot be undone");
        self.record.counters.aborts.count();
        host.undo();
        self.hand_over();
        self.block.set(BlockState::Plain);
        self.asked.set(false);
        self.bump(0);
        self.registry.wake_waiters_for(self.record.slot);
        host.forget_undo();
        if !retry {
            self.record.age.store(NO_AGE, Ordering::SeqCst);
            self.repost_deferred();
        }
        self.ensure_tid(host);
    }

    /// Signals kept back in the block are delivered at the next safepoint.
    fn repost_deferred(&self) {
        let deferred = self.deferred.replace(0);
        if deferred != 0 {
            self.record.post(crate::thread::HostRequests(deferred));
        }
    }

    /// Begins a savepoint in the open block, or begins one anew after the host has undone back
    /// to it: whatever is written from now on is logged again.
    ///
    /// # Errors
    /// [`Abort`] when the block's epochs are used up: the next attempt has fresh ones.
    pub fn savepoint(&self) -> Result<(), Abort> {
        debug_assert!(self.in_block(), "savepoints belong to blocks");
        if self.raise_hi() {
            return Ok(());
        }
        self.fresh_tid.set(true);
        Err(Abort)
    }

    /// Makes the block inevitable: from here on it counts as the oldest and will commit.
    /// Outside blocks there is nothing to do. A release point for facts about other objects
    /// only: what the block owns it keeps.
    ///
    /// # Errors
    /// [`Abort`] when an older block wants this one out of the way.
    pub fn become_inevitable(&self, host: &dyn Host) -> Result<(), Abort> {
        if !self.in_block() || self.is_inevitable() {
            return Ok(());
        }
        let me = self.record.slot + 1;
        let inevitable = &self.registry.inevitable;
        while inevitable.compare_exchange(0, me, Ordering::SeqCst, Ordering::SeqCst).is_err() {
            self.wait_for_inevitable(host)?;
        }
        loop {
            let token = self.token();
            if token.has(WOUNDED) {
                self.return_inevitable();
                return Err(Abort);
            }
            if self.record.exchange_token(token, Token(token.0 | INEVITABLE)) {
                return Ok(());
            }
        }
    }

    fn return_inevitable(&self) {
        self.registry.inevitable.store(0, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        self.registry.wake_waiters_at(&self.registry.inevitable_address);
    }

    /// Waits, safe, for another block to give the inevitable token back.
    fn wait_for_inevitable(&self, host: &dyn Host) -> Result<(), Abort> {
        let record: &ThreadRecord = self.record;
        self.check_wound()?;
        host.going_away();
        record.wake.reset();
        self.leave(BRIEF);
        let address = std::ptr::from_ref(&self.registry.inevitable_address) as u64;
        let holder = self.registry.inevitable.load(Ordering::SeqCst);
        record.target.store(holder.saturating_sub(1), Ordering::SeqCst);
        record.want.store(address | (Access::Write as u64), Ordering::SeqCst);
        self.registry.set_wanting(record.slot);
        fence(Ordering::SeqCst);
        if self.registry.inevitable.load(Ordering::SeqCst) != 0 && !self.token().has(WOUNDED) {
            self.settle();
            record.wake.sleep(None);
        }
        record.want.store(0, Ordering::SeqCst);
        self.registry.clear_wanting(record.slot);
        self.come_back(host);
        self.check_wound()
    }

    /// Zeal: a block's first attempt aborts at every other claim, so that every native function
    /// meets the way out.
    #[inline]
    pub(crate) fn zeal_abort(&self) -> Result<(), Abort> {
        if cfg!(feature = "zeal") && self.in_block() && !self.is_inevitable() {
            let claims = self.record.counters.claims.get();
            let aborts = self.record.counters.aborts.get();
            // Of every four attempts one is left alone.
            if aborts % 4 != 3 && claims.is_multiple_of(2) {
                return Err(Abort);
            }
        }
        Ok(())
    }
}
