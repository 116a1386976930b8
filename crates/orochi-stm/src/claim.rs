//! The slow path of both barriers: how a thread comes to own an object.
//!
//! ```text
//! loop
//!   mine, live            writing: log for undo (in a block), remember for the collector, set W, G
//!   stale or nobody's     CAS to my token; a reader of another's finished object may make it Shared
//!   live, owner away      bump the owner by CAS, again
//!   live, owner running   ask, wait                                            (this file)
//!   Shared                reading: mark; writing: revoke                       (share.rs)
//!   Revoking              read on, wait, or take it back                       (share.rs)
//!   Contended             hold the bit for one operation, or own it in a block (contend.rs)
//! ```
//!
//! A claim that waited is a release point: nothing that was read or owned before is still known.
//! No host code but [`Host`]'s runs inside a claim.

use crate::host::{Host, Logged};
use crate::owner::{G, OwnerBits, OwnerState, OwnerWord, TID_LIMIT, Transition, W};
use crate::policy;
use crate::record::{NO_AGE, REQUEST, ThreadRecord, WOUND};
use crate::sync::{Ordering, fence, now, relax, ticks, worth_spinning};
use crate::thread::{Abort, BlockState, StmThread};
use crate::token::{ATOMIC, AWAY, BRIEF, INEVITABLE, Token, WOUNDED};

/// So many blocks at most share an age; a power of two.
pub(crate) const SAME_AGE: u64 = 16;

/// What a claim is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    Read,
    Write,
}

impl StmThread {
    /// Slow path of the read barrier: afterwards this thread may read the object until its next
    /// release point.
    ///
    /// # Errors
    /// [`Abort`] only in an atomic block that an older one wants out of the way.
    #[cold]
    #[inline(never)]
    pub fn claim_read(&self, word: &OwnerWord, host: &dyn Host) -> Result<(), Abort> {
        self.claim(word, Access::Read, host)
    }

    /// Slow path of the write barrier: afterwards this thread may read and write the object
    /// until its next release point; it is logged for undo and remembered.
    ///
    /// # Errors
    /// [`Abort`] only in an atomic block that an older one wants out of the way.
    #[cold]
    #[inline(never)]
    pub fn claim_write(&self, word: &OwnerWord, host: &dyn Host) -> Result<(), Abort> {
        self.claim(word, Access::Write, host)
    }

    pub(crate) fn claim(
        &self,
        word: &OwnerWord,
        access: Access,
        host: &dyn Host,
    ) -> Result<(), Abort> {
        self.record.counters.claims.count();
        if self.claim_quickly(word, access, host)? {
            self.log_claim(word, host);
            return Ok(());
        }
        if self.doomed.get() {
            return Err(Abort);
        }
        self.zeal_abort()?;
        loop {
            self.ensure_tid(host);
            let bits = word.load();
            match bits.state() {
                OwnerState::Owned { tid, .. } => {
                    if self.token().owns(bits) {
                        if access == Access::Write {
                            self.enable_writes(word, bits, host)?;
                        }
                        break;
                    }
                    if !self.claim_from(word, bits, tid, access, host)? {
                        continue;
                    }
                    break;
                }
                OwnerState::Free => {
                    if self.take(word, bits, access, host)? {
                        break;
                    }
                }
                OwnerState::Shared => {
                    if access == Access::Read {
                        self.mark(word);
                        // The mark comes before whatever is read; and the word must still say
                        // Shared, or its revoker may not look at the mark.
                        if word.load().is_shared() {
                            break;
                        }
                    } else {
                        self.revoke(word, bits, host)?;
                    }
                }
                OwnerState::Revoking { slot } => {
                    if self.meet_revocation(word, bits, slot, access, host)? {
                        break;
                    }
                }
                OwnerState::Contended { held, by } => {
                    if self.claim_contended(word, bits, (held, by), access, host)? {
                        break;
                    }
                }
            }
        }
        if self.listing.get() && self.in_block() {
            host.note_claim(word);
        }
        if !self.in_block_or_pair() && self.record.age.load(Ordering::Relaxed) != NO_AGE {
            self.record.age.store(NO_AGE, Ordering::Release);
        }
        self.log_claim(word, host);
        Ok(())
    }

    /// The part of a claim that is all of it where nobody is in the way, and nothing but the log is
    /// to be told: what this thread has already, or its last owner is done with. False: nothing has
    /// been done.
    #[inline(always)]
    fn claim_quickly(
        &self,
        word: &OwnerWord,
        access: Access,
        host: &dyn Host,
    ) -> Result<bool, Abort> {
        let (bits, mine) = (word.load(), self.write_token.get());
        let tid = bits.tid();
        let block = self.block.get() == BlockState::Block;
        let watched = self.doomed.get() || self.listing.get() || self.abort_after.get() != 0;
        let aged = !block && self.record.age.load(Ordering::Relaxed) != NO_AGE;
        let no_tid = OwnerBits(mine).tid() == 0;
        if cfg!(feature = "zeal") || watched || aged || no_tid || self.in_pair() {
            return Ok(false);
        }
        if tid == OwnerBits(mine).tid() {
            if self.token().owns(bits) {
                if access == Access::Write {
                    self.enable_writes(word, bits, host)?;
                }
                return Ok(true);
            }
        } else if tid == 0
            || tid >= TID_LIMIT
            || access == Access::Read && !(block && bits.may_write())
            || self.registry.thread_of(tid).is_some_and(|owner| owner.token().owns(bits))
        {
            return Ok(false);
        }
        self.take(word, bits, access, host)
    }

    /// Claims for reading, outside of blocks, what its last owner is done with: the part of the
    /// read barrier's slow path that a reader of many such objects meets for each. It neither waits
    /// nor calls the host. False: nothing has been done, and [`StmThread::claim_read`] has to.
    #[inline(never)]
    pub fn claim_stale(&self, word: &OwnerWord) -> bool {
        let bits = word.load();
        let OwnerState::Owned { tid, .. } = bits.state() else { return false };
        let mine = self.write_token.get();
        let unused = OwnerBits(mine).tid() != 0
            && tid != OwnerBits(mine).tid()
            && !self.registry.thread_of(tid).is_some_and(|owner| owner.token().owns(bits));
        let plain = !self.in_block_or_pair()
            && !self.doomed.get()
            && self.record.age.load(Ordering::Relaxed) == NO_AGE;
        if cfg!(feature = "zeal") || !unused || !plain {
            return false;
        }
        let shares = policy::share_on_read(self, bits);
        let to = if shares { bits.to_shared() } else { bits.to_owned_by(mine, false) };
        let done = word.transition(bits, to) == Transition::Done;
        if done {
            self.record.counters.claims.count();
        }
        done
    }

    /// Owned under another token than mine. True: the object is mine (or `Shared`, if reading);
    /// false: look again.
    fn claim_from(
        &self,
        word: &OwnerWord,
        bits: OwnerBits,
        tid: u32,
        access: Access,
        host: &dyn Host,
    ) -> Result<bool, Abort> {
        let live = self.registry.thread_of(tid).map(|owner| (owner, owner.token()));
        if let Some((owner, token)) = live
            && token.owns(bits)
        {
            if token.has(AWAY) && !self.comes_for(owner, word) {
                owner.exchange_token(token, token.bumped(self.registry.limits.epochs));
            } else {
                self.wait_for(word, bits, owner, access, host)?;
            }
            return Ok(false);
        }
        // In a block only what its last owner has not written: the block may be about to.
        let share = access == Access::Read
            && !self.in_pair()
            && tid != self.token().tid()
            && if self.in_block() {
                !bits.may_write() && policy::share_in_block(self)
            } else {
                policy::share_on_read(self, bits)
            };
        if share {
            let done = word.transition(bits, bits.to_shared()) == Transition::Done;
            // A block has to mark what it reads as `Shared`.
            return Ok(done && !self.in_block());
        }
        self.take(word, bits, access, host)
    }

    /// Claims a word that is stale or nobody's.
    #[inline(always)]
    fn take(
        &self,
        word: &OwnerWord,
        bits: OwnerBits,
        access: Access,
        host: &dyn Host,
    ) -> Result<bool, Abort> {
        let mine = self.write_token.get();
        // A block's first write logs before it sets W.
        let writes = access == Access::Write && !self.in_block_or_pair();
        let to = bits.to_owned_by(mine, writes);
        if word.transition(bits, to) == Transition::Lost {
            return Ok(false);
        }
        if access == Access::Write && to.0 != mine {
            self.enable_writes(word, to, host)?;
        }
        Ok(true)
    }

    /// Mine and live: makes the word equal to the write token, logging and remembering first.
    pub(crate) fn enable_writes(
        &self,
        word: &OwnerWord,
        bits: OwnerBits,
        host: &dyn Host,
    ) -> Result<(), Abort> {
        let mine = self.write_token.get();
        if bits.0 == mine || self.in_pair() {
            // A pair sets W when both are held.
            return Ok(());
        }
        let newest = (bits.0 | W | G) == mine;
        let mut to = OwnerBits(mine);
        if self.in_block() && !(newest && bits.may_write()) {
            match host.log_undo(word) {
                Logged::Whole => {}
                Logged::ByOperation => {
                    to = OwnerBits(mine & !W);
                    self.by_operation.set(true);
                }
                Logged::Impossible => self.become_inevitable(host)?,
            }
        }
        // A collection may have come by while the block waited to become inevitable.
        if !word.load().is_remembered() {
            host.remember(word);
        }
        word.store_owned(to);
        Ok(())
    }

    /// Gives this thread's attempt an age, if it has none.
    pub(crate) fn take_age(&self) {
        if self.record.age.load(Ordering::Relaxed) == NO_AGE {
            self.record.age.store(ticks(), Ordering::Release);
        }
    }

    /// The same for a block. The clock costs as much as all else at the beginning of a block, so
    /// short blocks that follow each other without a wait share an age, [`SAME_AGE`] of them: each
    /// block is still older than all but a few that begin after it. `timed`: the clock has to be
    /// looked at in any case.
    pub(crate) fn take_age_of_block(&self, timed: bool) {
        if self.record.age.load(Ordering::Relaxed) != NO_AGE {
            return;
        }
        let last = &self.record.last_age;
        let known = last.load(std::sync::atomic::Ordering::Relaxed);
        let next = if known.is_multiple_of(SAME_AGE) || timed {
            self.take_age();
            self.record.age.load(Ordering::Relaxed) | (SAME_AGE - 1)
        } else {
            self.record.age.store(known & !(SAME_AGE - 1), Ordering::Release);
            known - 1
        };
        last.store(next, std::sync::atomic::Ordering::Relaxed);
    }

    /// Whether the next block will share its age with the last one.
    pub(crate) fn shares_age(&self) -> bool {
        let known = self.record.last_age.load(std::sync::atomic::Ordering::Relaxed);
        !known.is_multiple_of(SAME_AGE)
    }

    /// The next block takes an age of its own.
    pub(crate) fn forget_age(&self) {
        self.record.last_age.store(0, std::sync::atomic::Ordering::Relaxed);
    }

    /// Waits until `word` no longer says `seen`, whose owner (revoker, holder) is `target`.
    /// Plain code is away meanwhile, a block is safe; an older block wounds.
    pub(crate) fn wait_for(
        &self,
        word: &OwnerWord,
        seen: OwnerBits,
        target: &'static ThreadRecord,
        access: Access,
        host: &dyn Host,
    ) -> Result<(), Abort> {
        let record = self.record;
        record.counters.waits.count();
        self.operation_done();
        self.take_age();
        self.log_unanswered(host);
        let waiting = self.log_wait(word, target);
        host.going_away();
        record.wake.reset();
        self.leave(BRIEF);
        let address = word as *const OwnerWord as u64;
        let (mut seen, mut target) = (seen, target);
        record.target.store(target.slot, Ordering::SeqCst);
        record.want.store(address | (access == Access::Write) as u64, Ordering::SeqCst);
        self.registry.set_wanting(record.slot);
        // Fence 2: the request against the owner's token and word (S4).
        fence(Ordering::SeqCst);
        // The look before a sleep lasts a moment, from here on.
        let mut begin = now();
        let mut ask_at = self.ask_at(word, begin);
        let mut asked = false;
        let mut settled = false;
        let mut time = begin;
        loop {
            if !self.still_blocked(word, seen, target, asked) {
                // Given to a third thread that holds it for a while: its turn, too, is waited for.
                let Some(next) = self.held_by_another(word) else { break };
                (seen, target) = next;
                record.target.store(target.slot, Ordering::SeqCst);
                fence(Ordering::SeqCst);
                time = now();
                (ask_at, asked) = (self.ask_at(word, time), false);
                continue;
            }
            if record.wake.is_woken() {
                if !policy::is_held(self, word) {
                    break;
                }
                // The owner has looked at its requests, and others came first: look again, and
                // ask again.
                record.wake.reset();
                asked = false;
                continue;
            }
            if !asked && time >= ask_at {
                target.poll.fetch_or(REQUEST, Ordering::SeqCst);
                fence(Ordering::SeqCst);
                asked = true;
                begin = time;
            } else if worth_spinning(time - begin) || !asked && worth_spinning(ask_at - time) {
                relax();
                time = now();
            } else if !settled {
                // A long wait: the seat goes to others; look once more, then sleep.
                self.settle();
                settled = true;
            } else if !asked {
                record.wake.sleep(Some(ask_at - time));
                time = now();
                ask_at = self.ask_at(word, time);
            } else {
                record.counters.sleeps.count();
                record.wake.sleep(None);
                time = now();
            }
        }
        record.want.store(0, Ordering::SeqCst);
        self.registry.clear_wanting(record.slot);
        self.come_back(host);
        self.log_waited(word, access == Access::Write, waiting, host);
        self.check_wound()
    }

    /// When to ask for `word`: at once, or, if it is held for a while by each who gets it, when
    /// it is this thread's turn after those that have waited for longer.
    fn ask_at(&self, word: &OwnerWord, time: u64) -> u64 {
        let heat = &self.registry.heat;
        if self.in_block_or_pair() || !policy::is_held(self, word) {
            return time;
        }
        let address = word as *const OwnerWord as u64;
        let age = (self.record.age.load(Ordering::Relaxed), self.record.slot);
        let before = self.registry.waiters().filter(|&(other, want)| {
            want & !1 == address && (other.age.load(Ordering::Relaxed), other.slot) < age
        });
        heat.hold_until(word, time, before.count() as u64)
    }

    /// Whether `owner`, which is away, has just been given `word` to hold for a while, and is about
    /// to come back for it. The kernel may take its time for that, above all when this
    /// thread keeps the core; so it is given the while before `word` is taken from it.
    fn comes_for(&self, owner: &ThreadRecord, word: &OwnerWord) -> bool {
        let address = word as *const OwnerWord as u64;
        let time = now();
        !self.in_block_or_pair()
            && owner.want.load(Ordering::SeqCst) & !1 == address
            && policy::is_held(self, word)
            && self.registry.heat.hold_until(word, time, 0) > time
    }

    /// The owner of an object that is held for a while, if it is not this thread and runs.
    fn held_by_another(&self, word: &OwnerWord) -> Option<(OwnerBits, &'static ThreadRecord)> {
        let bits = word.load();
        let OwnerState::Owned { tid, .. } = bits.state() else { return None };
        if self.in_block_or_pair() || !policy::is_held(self, word) {
            return None;
        }
        let owner = self.registry.thread_of(tid)?;
        let token = owner.token();
        (owner.slot != self.record.slot && token.owns(bits) && !token.has(AWAY))
            .then_some((bits, owner))
    }

    /// The look of a waiter: whether there is still something to wait for. Bumps an owner that
    /// is away; wounds one that is in a younger block.
    fn still_blocked(
        &self,
        word: &OwnerWord,
        seen: OwnerBits,
        target: &'static ThreadRecord,
        asked: bool,
    ) -> bool {
        if !word.load().same_owner(seen) {
            return false;
        }
        let block = self.in_block_or_pair();
        if block && self.token().has(WOUNDED) {
            return false;
        }
        let token = target.token_again();
        match seen.state() {
            OwnerState::Owned { .. } => {
                if !token.owns(seen) {
                    return false;
                }
                if token.has(AWAY) && (asked || !self.comes_for(target, word)) {
                    target.exchange_token(token, token.bumped(self.registry.limits.epochs));
                    return false;
                }
                if block && asked {
                    self.wound_if_younger(target, token);
                }
                true
            }
            // An older block takes a revocation back rather than wait for it.
            OwnerState::Revoking { .. } => {
                target.is_registered() && !(block && self.record.is_older_than(target, token))
            }
            OwnerState::Contended { .. } => target.is_registered(),
            OwnerState::Free | OwnerState::Shared => false,
        }
    }

    /// Asks the block of `target`, whose token was `first`, to abort if it is younger. Only
    /// that block: a later one has other epochs.
    pub(crate) fn wound_if_younger(&self, target: &ThreadRecord, first: Token) {
        let mut token = first;
        while token.has(ATOMIC)
            && !token.has(INEVITABLE | WOUNDED)
            && token.same_epochs(first)
            && self.record.is_older_than(target, token)
        {
            if target.exchange_token(token, Token(token.0 | WOUNDED)) {
                self.log_wound(target);
                target.poll.fetch_or(WOUND, Ordering::SeqCst);
                target.wake.wake();
                return;
            }
            // Its status changed: look again.
            token = target.token_again();
        }
    }

    /// In a wounded block: the way out.
    pub(crate) fn check_wound(&self) -> Result<(), Abort> {
        if !self.in_block_or_pair() || !self.token().has(WOUNDED) && !self.doomed.get() {
            return Ok(());
        }
        if self.in_block() {
            self.doom();
        }
        Err(Abort)
    }
}
