//! Going away and coming back.
//!
//! A thread that waits (for a lock, a file, another thread's object, a seat) is *away*: whoever
//! wants its objects bumps its epoch for it, and revocations and stops count it as done. Inside
//! an atomic block it is *safe* instead: stops and revocations pass it by, but nobody may take
//! what it owns. The order of steps is the one the model checker passed:
//!
//! ```text
//! leave      token |= AWAY; fence; a request pending? give everything first
//! come back  want = 0; seat; token &= !AWAY; fence; a stop, or somebody runs alone? away again;
//!            adopt the epoch found
//! ```
//!
//! Each departure tells the host once before and once after, so that the collector knows where
//! the stack was left.

use crate::host::Host;
use crate::record::REQUEST;
use crate::sync::{Ordering, fence};
use crate::thread::StmThread;
use crate::token::{AWAY, BRIEF, SAFE, Token};

/// Comes back when dropped, so that a panic in a blocking closure leaves the thread Running.
struct Return<'a> {
    thread: &'a StmThread,
    host: &'a dyn Host,
}

impl Drop for Return<'_> {
    fn drop(&mut self) {
        self.thread.come_back(self.host);
    }
}

impl StmThread {
    /// Runs a blocking closure with the thread away. The closure has no access to the thread or
    /// the heap: no owner word, no object. A release point. Inside an atomic block it must be
    /// inevitable (the block could not be undone); the thread is then *safe* and keeps what it
    /// owns.
    pub fn away<R>(&self, host: &dyn Host, blocking: impl FnOnce() -> R) -> R {
        self.operation_done();
        self.log_unanswered(host);
        host.going_away();
        self.leave(0);
        if self.registry.seats.are_wanted() {
            self.record.note_slice_used();
            self.registry.seats.give_back(self.registry, self.record);
        }
        let _return = Return { thread: self, host };
        blocking()
    }

    /// What this thread's status is when it waits.
    pub(crate) fn waiting_status(&self) -> u64 {
        if self.in_block_or_pair() { SAFE } else { AWAY }
    }

    /// Publishes that the thread waits. `brief`: zero or [`BRIEF`].
    pub(crate) fn leave(&self, brief: u64) {
        self.forget_age();
        let status = self.waiting_status();
        let record = self.record;
        let before = Token(record.token.fetch_or(status | brief, Ordering::SeqCst));
        // Fence 1: the status against requests (S4).
        fence(Ordering::SeqCst);
        if record.poll.load(Ordering::SeqCst) & REQUEST == 0 {
            return;
        }
        if status == SAFE {
            // A block keeps what it owns; who asked for what it no longer owns looks again.
            record.poll.fetch_and(!REQUEST, Ordering::SeqCst);
            self.asked.set(true);
            self.pressed.set(true);
            self.registry.wake_waiters_for(record.slot);
            return;
        }
        // Who goes away with a request pending gives first.
        record.poll.fetch_and(!REQUEST, Ordering::SeqCst);
        loop {
            let token = record.token_again();
            let bumped = token.bumped(self.registry.limits.epochs);
            if !token.same_epochs(before) || record.exchange_token(token, bumped) {
                break;
            }
        }
        self.registry.wake_waiters_for(record.slot);
    }

    /// The wait has become a long one: leaves the seat to others.
    pub(crate) fn settle(&self) {
        self.record.note_slice_used();
        self.record.token.fetch_and(!BRIEF, Ordering::SeqCst);
        self.registry.seats.give_back(self.registry, self.record);
    }

    /// Runs again: with a seat, outside stops, at the epoch others have moved this thread to.
    /// Every owner word must be loaded afresh.
    pub(crate) fn come_back(&self, host: &dyn Host) {
        let record = self.record;
        let status = AWAY | SAFE;
        let start = self.log_begin();
        loop {
            self.stay_away();
            let before = self.come_back_seated(status);
            // Fence 1 again: the status against stops, revocations and who runs alone (S4).
            fence(Ordering::SeqCst);
            if self.must_let_pass() {
                self.leave(0);
                continue;
            }
            if !self.must_stop() {
                break;
            }
            record.token.fetch_or(before.0 & status, Ordering::SeqCst);
            fence(Ordering::SeqCst);
            self.sleep_through_stop();
        }
        // All that is read from now on is loaded after this: an acknowledgement.
        record.ack.store(self.registry.revocations.load(Ordering::SeqCst), Ordering::SeqCst);
        self.adopt_token();
        self.count_release();
        host.came_back();
        self.log_seat(start);
        self.ensure_tid(host);
    }

    /// Takes over the epochs that the published token shows.
    pub(crate) fn adopt_token(&self) {
        let token = self.token();
        if token.hi() >= self.registry.limits.epochs {
            // Somebody else bumped to the end: nothing is owned until there is a new tid.
            self.renew_tid(0);
        } else {
            self.write_token.set(token.write_token());
        }
    }
}
