//! Ending an epoch, and renewing the tid.
//!
//! A bump is one store: everything owned under the old epoch is stale from then on. When the
//! epochs of a tid are used up the thread takes a fresh tid. Between the two it owns nothing and
//! has no tid; it must get one before it claims or allocates anything ([`StmThread::ensure_tid`]),
//! if need be by a full collection that cleans retired tids out of the owner words.

use crate::host::Host;
use crate::owner::{EPOCH_BITS, G, OwnerBits, W};
use crate::sync::{Ordering, back_off};
use crate::thread::StmThread;
use crate::token::{ATOMIC, HI_STEP, SEAT, Token};

/// A write token that equals no owner word: tid zero at the last epoch.
const NO_TID: u32 = OwnerBits::owned(0, (1 << EPOCH_BITS) - 1, W | G).0;

impl StmThread {
    /// This thread's own token. Between its own changes others change it only while it is away
    /// (epochs, seat) or in a block (`WOUNDED`).
    pub(crate) fn token(&self) -> Token {
        Token(self.record.token.load(Ordering::Acquire))
    }

    /// Ends the epoch; `flags` is the status from then on. Also erases a late wound.
    pub(crate) fn bump(&self, flags: u64) {
        let token = self.token();
        let next = token.hi() + 1;
        if token.tid() == 0 || next >= self.registry.limits.epochs {
            self.renew_tid(flags);
        } else {
            let bumped = Token::new(token.tid(), next, flags | token.0 & SEAT);
            // S2: what was written before is visible to whoever sees the bump.
            self.record.token.store(bumped.0, Ordering::Release);
            self.write_token.set(bumped.write_token());
        }
        self.count_release();
    }

    /// Plain code gives up all that it owns before anybody asks: who wants any of it need not wait
    /// for this thread's next safepoint. Does nothing in a block. A release point.
    pub fn give_up_everything(&self, host: &dyn Host) {
        if self.in_block_or_pair() {
            return;
        }
        self.operation_done();
        self.answer_before_leaving(host);
        self.bump(0);
        self.registry.wake_waiters_for(self.record.slot);
        self.ensure_tid(host);
    }

    /// Begins the epoch of a block, short or not.
    pub(crate) fn enter_epoch(&self, host: &dyn Host) {
        if self.token().hi() + 1 < self.registry.limits.epochs {
            self.bump(ATOMIC);
            return;
        }
        // A fresh tid may have to be waited for, which a block must not.
        self.bump(0);
        self.ensure_tid(host);
        self.record.token.fetch_or(ATOMIC, Ordering::AcqRel);
    }

    /// Retires the tid and takes a fresh one, if there is one.
    pub(crate) fn renew_tid(&self, flags: u64) {
        let token = self.token();
        let flags = flags | token.0 & SEAT;
        self.write_token.set(NO_TID);
        self.record.token.store(Token::NONE.0 | flags, Ordering::SeqCst);
        self.registry.retire_tid(token.tid());
        if let Some((tid, epoch)) = self.registry.lend_tid(self.record) {
            let fresh = Token::new(tid, epoch, flags);
            self.record.token.store(fresh.0, Ordering::SeqCst);
            self.write_token.set(fresh.write_token());
        }
        self.count_release();
    }

    /// Makes sure that this thread has a tid. Almost always it has.
    #[inline]
    pub(crate) fn ensure_tid(&self, host: &dyn Host) {
        if self.write_token.get() == NO_TID {
            self.wait_for_tid(host);
        }
    }

    #[cold]
    fn wait_for_tid(&self, host: &dyn Host) {
        let mut round = 0;
        while self.write_token.get() == NO_TID {
            self.renew_tid(0);
            if self.write_token.get() != NO_TID {
                break;
            }
            host.clean_tids();
            self.count_release();
            back_off(round);
            round += 1;
        }
    }

    /// Moves `hi` up by one inside a block: older epochs stay live, `W` must be earned again.
    /// False: the epochs of this tid are used up.
    pub(crate) fn raise_hi(&self) -> bool {
        if self.token().hi() + 1 >= self.registry.limits.epochs {
            return false;
        }
        let raised = self.record.token.fetch_add(HI_STEP, Ordering::AcqRel) + HI_STEP;
        self.write_token.set(Token(raised).write_token());
        true
    }

    /// Something may have taken ownership away.
    pub(crate) fn count_release(&self) {
        let count = self.releases.load(Ordering::Relaxed);
        self.releases.store(count + 1, Ordering::Relaxed);
    }
}
