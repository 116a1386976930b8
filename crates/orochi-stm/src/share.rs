//! `Shared` objects and their revocation.
//!
//! A `Shared` object is read by everybody without asking. Whoever wants to write it replaces the
//! word by `Revoking(me)`, waits until every running thread has passed a safepoint since (after
//! which nobody reads without looking at the word), then until every open block that marked the
//! object is over, and takes it. Only one thread at a time can be stuck on a block that is
//! itself waiting for the object again: an older block that meets `Revoking` takes it back.
//!
//! An operation may ask the read barrier several times for one object (a walk over a dict asks for
//! each item), and must find it unchanged. So plain code that has not acknowledged a revocation
//! *reads on*: its revoker cannot be done before this thread's next release point. Whether that is
//! so, numbers decide: a revocation gets its number after the word says `Revoking`, so who has
//! acknowledged a smaller one may still be reading, and who has acknowledged it has looked at
//! nothing since.

use crate::claim::Access;
use crate::host::Host;
use crate::owner::{OwnerBits, OwnerState, OwnerWord, Transition};
use crate::record::{REQUEST, REVOKE, ThreadRecord, UNNUMBERED};
use crate::sync::{Ordering, back_off, fence};
use crate::thread::{Abort, StmThread};
use crate::token::{ATOMIC, AWAY, BRIEF, INEVITABLE, SAFE, Token, WOUNDED};

/// How collecting the acknowledgements ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Collected {
    /// Nobody reads any more.
    All,
    /// Somebody took the revocation, or this block is wounded: start over.
    No,
}

impl StmThread {
    /// Takes a `Shared` object away from all readers. `Ok` means: look at the word again.
    #[cold]
    pub(crate) fn revoke(
        &self,
        word: &OwnerWord,
        bits: OwnerBits,
        host: &dyn Host,
    ) -> Result<(), Abort> {
        self.history.revoked();
        self.take_age();
        self.carry_out_revocation(word, bits, host)
    }

    /// Makes the word say `Revoking(me)`, collects the acknowledgements and claims it.
    fn carry_out_revocation(
        &self,
        word: &OwnerWord,
        bits: OwnerBits,
        host: &dyn Host,
    ) -> Result<(), Abort> {
        let record = self.record;
        record.revocation.store(UNNUMBERED, Ordering::SeqCst);
        if word.begin_revocation(bits, record.slot) == Transition::Lost {
            return Ok(());
        }
        let number = self.registry.revocations.fetch_add(1, Ordering::SeqCst) + 1;
        // Who meets the word spins for this.
        record.revocation.store(number, Ordering::SeqCst);
        if let OwnerState::Revoking { slot } = bits.state() {
            // Taken over: its first revoker waits no longer.
            if let Some(first) = self.registry.slot(slot) {
                first.wake.wake();
            }
            self.registry.wake_waiters_at(word);
        }
        record.counters.revocations.count();
        self.operation_done();
        self.log_unanswered(host);
        let waiting = self.log_revocation(word);
        host.going_away();
        record.wake.reset();
        self.leave(BRIEF);
        let collected = self.collect_readers(word, number);
        if collected == Collected::No {
            // If it is still mine: back to all readers, before anything else.
            self.end_revocation(word, OwnerBits::to_shared);
        }
        self.come_back(host);
        self.log_revoked(word, waiting, host);
        let wound = self.check_wound();
        if collected == Collected::All {
            let mine = self.write_token.get();
            match wound {
                Ok(()) => self.end_revocation(word, |bits| bits.to_owned_by(mine, false)),
                Err(Abort) => self.end_revocation(word, OwnerBits::to_shared),
            }
        }
        wound
    }

    /// Replaces `Revoking(me)`, if the word still says so, and wakes who waits for that.
    fn end_revocation(&self, word: &OwnerWord, to: impl Fn(OwnerBits) -> OwnerBits) {
        let bits = word.load();
        if bits.state() == (OwnerState::Revoking { slot: self.record.slot })
            && word.transition(bits, to(bits)) == Transition::Done
        {
            self.registry.wake_waiters_at(word);
        }
    }

    /// Away or safe: waits for everybody who may be reading.
    fn collect_readers(&self, word: &OwnerWord, number: u64) -> Collected {
        let registry = self.registry;
        // Fence 3: the word, and its number, against returns and registrations (S4).
        fence(Ordering::SeqCst);
        let others = || registry.registered().filter(|other| other.slot != self.record.slot);
        for other in others() {
            other.poll.fetch_or(REVOKE, Ordering::SeqCst);
        }
        for other in others() {
            let mut round = 0;
            while other.is_registered()
                && other.ack.load(Ordering::SeqCst) < number
                && !other.token_again().has(AWAY | SAFE)
            {
                if !self.may_go_on(word) {
                    return Collected::No;
                }
                back_off(round);
                round += 1;
                if round == 100 {
                    self.settle();
                }
            }
        }
        for other in others() {
            if !self.wait_for_reader(word, other) {
                return Collected::No;
            }
        }
        Collected::All
    }

    /// Whether the revocation is still this thread's and need not be given up.
    fn may_go_on(&self, word: &OwnerWord) -> bool {
        let mine = OwnerState::Revoking { slot: self.record.slot };
        word.load().state() == mine && !(self.in_block_or_pair() && self.token().has(WOUNDED))
    }

    /// Waits until the block of `other` that marked `word` is over. False: start over.
    fn wait_for_reader(&self, word: &OwnerWord, other: &'static ThreadRecord) -> bool {
        let record = self.record;
        let first = other.token_again();
        if !first.has(ATOMIC) || !other.has_marked(first, word) {
            return self.may_go_on(word);
        }
        let address = word as *const OwnerWord as u64;
        let mut going_on = true;
        let mut settled = false;
        loop {
            record.wake.reset();
            record.target.store(other.slot, Ordering::SeqCst);
            record.want.store(address | 1, Ordering::SeqCst);
            self.registry.set_wanting(record.slot);
            fence(Ordering::SeqCst);
            other.poll.fetch_or(REQUEST, Ordering::SeqCst);
            fence(Ordering::SeqCst);
            let token = other.token_again();
            if !token.same_epochs(first) || !other.is_registered() {
                break;
            }
            if !self.may_go_on(word) {
                going_on = false;
                break;
            }
            self.wound_if_younger(other, token);
            if settled {
                record.counters.sleeps.count();
                record.wake.sleep(None);
            } else {
                self.settle();
                settled = true;
            }
        }
        record.want.store(0, Ordering::SeqCst);
        self.registry.clear_wanting(record.slot);
        going_on
    }

    /// Whether this plain thread may still read what `revoker` takes away (see the module's
    /// head). `bits`: what the word says. `None`: it says something else now. Then somebody has taken
    /// the revocation over or back, and this thread must look again *before* it waits: it may be
    /// reading by that still, and a wait would let the next revoker be done.
    fn reads_on(&self, word: &OwnerWord, bits: OwnerBits, revoker: &ThreadRecord) -> Option<bool> {
        let mut round = 0;
        let number = loop {
            let number = revoker.revocation.load(Ordering::SeqCst);
            if number != UNNUMBERED {
                break number;
            }
            if word.load() != bits {
                return None;
            }
            back_off(round);
            round += 1;
        };
        // The word comes second: a number that is not acknowledged here belongs to a revocation
        // that is not done, and if the word says so after it was read, it is this one or a later.
        (word.load() == bits).then(|| number > self.record.ack.load(Ordering::Relaxed))
    }

    /// The word says `Revoking(slot)`. Plain code reads on or waits, a younger block waits; an
    /// older block takes the revocation back. True: the object may be read; false: look at the
    /// word again.
    #[cold]
    pub(crate) fn meet_revocation(
        &self,
        word: &OwnerWord,
        bits: OwnerBits,
        slot: u32,
        access: Access,
        host: &dyn Host,
    ) -> Result<bool, Abort> {
        let revoker = self.registry.slot(slot).filter(|revoker| revoker.is_registered());
        if slot == self.record.slot || revoker.is_none() {
            // Left by a thread that a fork ended: nobody reads by it.
            if word.transition(bits, bits.to_shared()) == Transition::Done {
                self.registry.wake_waiters_at(word);
            }
            return Ok(false);
        }
        let Some(revoker) = revoker else { return Ok(false) };
        if access == Access::Read && !self.in_block_or_pair() {
            match self.reads_on(word, bits, revoker) {
                Some(true) => return Ok(true),
                Some(false) => {}
                None => return Ok(false),
            }
        }
        let token: Token = revoker.token_again();
        // Who runs alone finds revocations of threads that have gone away.
        let takes_back = self.is_alone()
            || self.in_block_or_pair()
                && !token.has(INEVITABLE)
                && self.record.is_older_than(revoker, token);
        if !takes_back {
            self.wait_for(word, bits, revoker, access, host)?;
            return Ok(false);
        }
        if access == Access::Write {
            self.carry_out_revocation(word, bits, host)?;
            return Ok(false);
        }
        // Marked first, so that the next revoker sees it.
        self.mark(word);
        if word.transition(bits, bits.to_shared()) == Transition::Done {
            revoker.wake.wake();
            self.registry.wake_waiters_at(word);
        }
        Ok(false)
    }
}
