//! Lock elision: blocks that run under a lock without taking it.
//!
//! The lock itself is a word of the host's. A block that elides it *subscribes*: it publishes the
//! word's address in its thread's record, passes a fence, and then looks whether the lock is free.
//! Who takes the lock for real does so first, passes a fence, and then looks who has subscribed
//! ([`StmThread::exclude_elided`]): one of the two sees the other. The taker waits for those
//! blocks to end, and wounds them when that takes long; blocks that begin later find the lock
//! taken. So between taking and giving no block commits that has run under the lock unasked.
//!
//! Such a block never becomes inevitable: its host takes the lock instead and ends the block, so
//! that a wound always ends it, and a taker waits for a bounded time. A thread that has
//! subscribed does not wait for a lock while it owns anything either: its host undoes the block first.

use crate::host::Host;
use crate::record::{ThreadRecord, WOUND};
use crate::sync::{Ordering, back_off, fence, now};
use crate::thread::{Abort, StmThread};
use crate::token::{ATOMIC, BRIEF, INEVITABLE, Token, WOUNDED};

/// So many locks one block can elide at a time.
pub const ELIDED_LOCKS: usize = 4;

/// How long a taker waits for blocks before it wounds them, in nanoseconds.
pub const ELISION_PATIENCE: u64 = 50_000;

impl StmThread {
    /// The open block runs under the lock whose word is at `address`; to be called before the
    /// look whether it is free. False: it elides as many locks as it can.
    pub fn subscribe(&self, address: u64) -> bool {
        let places = &self.record.elides;
        let free = places.iter().find(|place| place.load(Ordering::Relaxed) == 0);
        let Some(free) = free else { return false };
        free.store(address, Ordering::Relaxed);
        self.subscribed.set(true);
        // A fifth fence of the fourth kind: the subscription against the lock's word.
        fence(Ordering::SeqCst);
        true
    }

    /// The block has left the inner lock whose word is at `address`. What it has done under it
    /// still counts as done under the outer one only.
    pub fn unsubscribe(&self, address: u64) {
        let places = &self.record.elides;
        if let Some(place) = places.iter().rfind(|place| place.load(Ordering::Relaxed) == address) {
            place.store(0, Ordering::Release);
        }
    }

    /// The block is over.
    #[inline]
    pub(crate) fn end_subscriptions(&self) {
        if self.subscribed.replace(false) {
            self.record.elides.iter().for_each(|place| place.store(0, Ordering::Release));
        }
    }

    /// Somebody wants what the open block has touched, and waits for its end.
    pub fn is_pressed(&self) -> bool {
        self.pressed.get()
    }

    /// Whether requests of the host are kept back until the end of the open block.
    pub fn keeps_requests(&self) -> bool {
        self.deferred.get() != 0
    }

    /// This thread has just taken the lock whose word is at `address`: waits until all blocks
    /// that have run under it without taking it are over, and wounds them when that takes longer
    /// than `patience` nanoseconds. A release point if there are any; in a block this thread keeps
    /// what it owns.
    ///
    /// # Errors
    /// [`Abort`] only in an atomic block that an older one wants out of the way: blocks may
    /// still run under the lock, which must be given back.
    #[cold]
    #[inline(never)]
    pub fn exclude_elided(
        &self,
        address: u64,
        patience: u64,
        host: &dyn Host,
    ) -> Result<(), Abort> {
        fence(Ordering::SeqCst);
        let record = self.record;
        let mut begin = None;
        let mut clear = true;
        let others = self.registry.registered().filter(|other| other.slot != record.slot);
        for other in others {
            let first = other.token_again();
            if !first.has(ATOMIC) || !other.elides_lock(address) {
                continue;
            }
            let begin = *begin.get_or_insert_with(|| {
                self.operation_done();
                host.going_away();
                record.wake.reset();
                self.leave(BRIEF);
                now()
            });
            let mut round = 0;
            clear = loop {
                let token = other.token_again();
                if !token.same_epochs(first) || !token.has(ATOMIC) || !other.is_registered() {
                    break true;
                }
                if self.in_block() && self.token().has(WOUNDED) {
                    break false;
                }
                if now().saturating_sub(begin) >= patience {
                    other.wound(first);
                }
                back_off(round);
                round += 1;
                if round == 100 {
                    self.settle();
                }
            };
            if !clear {
                break;
            }
        }
        if begin.is_some() {
            self.come_back(host);
        }
        self.check_wound()?;
        if clear { Ok(()) } else { Err(Abort) }
    }
}

impl ThreadRecord {
    /// Whether the thread's open block runs under this lock without having taken it.
    fn elides_lock(&self, address: u64) -> bool {
        self.elides.iter().any(|place| place.load(Ordering::SeqCst) == address)
    }

    /// Asks the block whose token was `first` to abort, whatever its age.
    fn wound(&self, first: Token) {
        let mut token = first;
        while token.has(ATOMIC) && !token.has(INEVITABLE | WOUNDED) && token.same_epochs(first) {
            if self.exchange_token(token, Token(token.0 | WOUNDED)) {
                self.poll.fetch_or(WOUND, Ordering::SeqCst);
                self.wake.wake();
                return;
            }
            token = self.token_again();
        }
    }
}
