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
use crate::owner::{OwnerBits, OwnerWord, W};
use crate::record::{NO_AGE, REQUEST, ThreadRecord, WOUND};
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
    #[inline]
    pub fn is_inevitable(&self) -> bool {
        self.token().has(INEVITABLE)
    }

    /// Dooms the open block: every claim, safepoint and commit says [`Abort`] from now on, so that
    /// code which loses an abort on its way out meets it again. Has no effect on one that is
    /// inevitable.
    pub fn doom(&self) {
        if self.in_block() && !self.is_inevitable() {
            self.doomed.set(true);
            self.record.poll.fetch_or(WOUND, Ordering::SeqCst);
        }
    }

    /// Takes the right to write an object of this thread's away from itself: the next write in the
    /// open block logs it first, although it was born in the block. For objects that others may
    /// come to see before the block ends.
    pub fn log_next_write(&self, word: &OwnerWord) {
        let bits = word.load();
        if self.in_block() && self.token().owns(bits) {
            word.store_owned(OwnerBits(bits.0 & !W));
        }
    }

    /// Whether the open block tells the host of every claim ([`Host::note_claim`]): for one that
    /// may come to wait for a change of what it has read.
    pub fn list_claims(&self, on: bool) {
        self.listing.set(on);
    }

    /// The open block, which listed its claims, waits until something that it has read is about to
    /// change, and is doomed then. The host undoes it first. `claims` are turned into marked
    /// `Shared`, so that whoever wants to write to one has to revoke it, finds the mark, and
    /// wounds this block, which has given up its age. `interrupted` is asked every so often, or
    /// when woken, whether to end the wait.
    pub fn await_change<'w>(
        &self,
        claims: impl Iterator<Item = &'w OwnerWord>,
        pause: Option<u64>,
        host: &dyn Host,
        interrupted: impl Fn() -> bool,
    ) {
        debug_assert!(self.in_block() && !self.is_inevitable(), "nobody can undo it");
        let record: &ThreadRecord = self.record;
        host.undo();
        for word in claims {
            let bits = word.load();
            if self.token().owns(bits) {
                // Marked first, so that the next revoker sees it.
                self.mark(word);
                fence(Ordering::SeqCst);
                word.store_owned(bits.to_shared());
            }
        }
        record.age.store(NO_AGE, Ordering::SeqCst);
        record.poll.fetch_and(!REQUEST, Ordering::SeqCst);
        self.registry.wake_waiters_for(record.slot);
        host.going_away();
        self.leave(0);
        self.registry.seats.give_back(self.registry, record);
        loop {
            record.wake.reset();
            if self.token().has(WOUNDED) || interrupted() {
                break;
            }
            record.wake.sleep(pause);
        }
        self.come_back(host);
        self.doom();
    }

    /// An inevitable block lets go of an object before its end: one that stands for something
    /// outside memory, such as a stream, which another thread needs to give back what the block is
    /// about to wait for. Nothing of it is in the undo log.
    pub fn let_go_of(&self, word: &OwnerWord) {
        let bits = word.load();
        if self.is_inevitable() && self.token().owns(bits) {
            word.store_owned(bits.to_free());
            fence(Ordering::SeqCst);
            self.registry.wake_waiters_at(word);
        }
    }

    /// Whether the open block must be aborted.
    pub fn is_doomed(&self) -> bool {
        self.doomed.get()
    }

    /// Enters an atomic block. Called again after [`StmThread::block_abort`] with `retry`, the
    /// block keeps the age of its first attempt. A release point. Blocks do not nest here: an
    /// inner block is a savepoint.
    pub fn block_enter(&self, host: &dyn Host) {
        debug_assert!(!self.in_block_or_pair(), "blocks nest as savepoints");
        self.operation_done();
        self.note_blocks(host);
        self.let_pass(host);
        let timed = self.log_enter(host);
        self.take_age_of_block(timed);
        self.answer_before_leaving(host);
        self.asked.set(false);
        self.doomed.set(false);
        self.pressed.set(false);
        self.by_operation.set(false);
        if self.fresh_tid.replace(false) {
            self.renew_tid(0);
        }
        self.enter_epoch(host);
        self.block.set(BlockState::Block);
        self.log_entered();
    }

    /// Commits the block: everything it wrote becomes visible at once. A release point.
    ///
    /// # Errors
    /// [`Abort`] when the block has been told to abort before; then it is still open.
    pub fn block_commit(&self, host: &dyn Host) -> Result<(), Abort> {
        debug_assert!(self.in_block(), "commit ends a block");
        if self.doomed.get() {
            return Err(Abort);
        }
        let inevitable = self.is_inevitable();
        let pending = self.record.poll.load(Ordering::SeqCst) & REQUEST != 0;
        if pending || self.asked.get() {
            self.log_requests(host);
            self.hand_over();
        }
        self.log_commit(inevitable, host);
        self.block.set(BlockState::Plain);
        self.bump(0);
        self.end_subscriptions();
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
        Ok(())
    }

    /// Ends the block as if it had never begun: the host replays its undo log backwards, then
    /// everything is given up. With `retry` the next [`StmThread::block_enter`] keeps the age.
    /// The host restores registers and frames afterwards. A release point.
    pub fn block_abort(&self, retry: bool, host: &dyn Host) {
        debug_assert!(self.in_block(), "abort ends a block");
        debug_assert!(!self.is_inevitable(), "an inevitable block cannot be undone");
        self.record.counters.aborts.count();
        host.undo();
        self.log_requests(host);
        self.log_abort(retry, host);
        self.hand_over();
        self.block.set(BlockState::Plain);
        self.asked.set(false);
        self.doomed.set(false);
        self.bump(0);
        self.end_subscriptions();
        self.registry.wake_waiters_for(self.record.slot);
        host.forget_undo();
        if !retry {
            self.record.age.store(NO_AGE, Ordering::SeqCst);
        }
        self.repost_deferred();
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
        self.doom();
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
        if self.doomed.get() {
            return Err(Abort);
        }
        let me = self.record.slot + 1;
        let start = self.log_begin();
        let inevitable = &self.registry.inevitable;
        while inevitable.compare_exchange(0, me, Ordering::SeqCst, Ordering::SeqCst).is_err() {
            self.wait_for_inevitable(host)?;
        }
        loop {
            let token = self.token();
            if token.has(WOUNDED) {
                self.return_inevitable();
                self.doom();
                return Err(Abort);
            }
            if self.record.exchange_token(token, Token(token.0 | INEVITABLE)) {
                self.log_inevitable(start, host);
                return Ok(());
            }
        }
    }

    fn return_inevitable(&self) {
        self.log_inevitable_over();
        self.registry.inevitable.store(0, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        self.registry.wake_waiters_at(&self.registry.inevitable_address);
    }

    /// Waits, safe, for another block to give the inevitable token back.
    fn wait_for_inevitable(&self, host: &dyn Host) -> Result<(), Abort> {
        let record: &ThreadRecord = self.record;
        self.check_wound()?;
        let holder = self.registry.inevitable.load(Ordering::SeqCst);
        let target = self.registry.slot(holder.saturating_sub(1)).unwrap_or(record);
        let waiting = self.log_wait(&self.registry.inevitable_address, target);
        host.going_away();
        record.wake.reset();
        self.leave(BRIEF);
        let address = std::ptr::from_ref(&self.registry.inevitable_address) as u64;
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
        self.log_waited(&self.registry.inevitable_address, true, waiting, host);
        self.check_wound()
    }

    /// For tests: the open block is doomed at its `claims`th claim from now, so that a host can
    /// abort every block at every claim in turn. Zero takes it back.
    pub fn abort_after(&self, claims: u32) {
        self.abort_after.set(claims);
    }

    /// Zeal: a block's first attempt aborts at every other claim, so that every native function
    /// meets the way out.
    #[inline]
    pub(crate) fn zeal_abort(&self) -> Result<(), Abort> {
        let claims = self.abort_after.get();
        if claims != 0 && self.in_block() {
            self.abort_after.set(claims - 1);
            if claims == 1 {
                self.doom();
                return if self.doomed.get() { Err(Abort) } else { Ok(()) };
            }
        }
        if cfg!(feature = "zeal") && self.in_block() && !self.is_inevitable() {
            let claims = self.record.counters.claims.get();
            let aborts = self.record.counters.aborts.get();
            // Of every four attempts one is left alone.
            if aborts % 4 != 3 && claims.is_multiple_of(2) {
                self.doom();
                return Err(Abort);
            }
        }
        Ok(())
    }
}
