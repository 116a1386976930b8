//! The slow path of the poll: answering what others want.
//!
//! ```text
//! swap the poll word; acknowledge revocations; let go of Contended bits
//! a stop          pause until it is over
//! requests        plain code gives: one object by a grant, several (at once, or in quick
//!                 succession) by ending the epoch
//!                 a block remembers that it was asked, and shares what it has only read
//! a wound         the way out
//! who runs alone  plain code lets it, away
//! the slice       let somebody else have the seat
//! ```
//!
//! Only the thread itself clears its poll word, and before it looks: a request that comes later
//! sets it again.

use crate::host::Host;
use crate::owner::{OwnerBits, OwnerWord};
use crate::policy::{self, Grant};
use crate::record::{ALONE, HOLDING, HOST_SHIFT, REQUEST, REVOKE, SEAT_WANTED, STOP, ThreadRecord};
use crate::sync::{Ordering, fence};
use crate::thread::{Abort, HostRequests, StmThread};

/// A request for one of this thread's words.
#[derive(Clone, Copy)]
struct Request {
    from: &'static ThreadRecord,
    address: u64,
    write: bool,
}

/// So many requests are told apart at one safepoint; more end the epoch.
const REQUESTS: usize = 8;

/// What a look at the requests found.
struct Requests {
    wanted: [Option<Request>; REQUESTS],
    count: usize,
    /// Requests for words that must be kept now.
    kept: bool,
}

/// The owner word at an address that a waiting thread has published.
fn wanted_word(address: u64) -> &'static OwnerWord {
    // SAFETY: S5, a thread that waits for an object keeps it alive until it runs again; this
    // thread is Running, so no collection has happened since the address was loaded.
    unsafe { &*(address as *const OwnerWord) }
}

impl StmThread {
    /// Slow path of the poll, to be called when [`StmThread::polled`]. A release point: nothing
    /// that was read or owned before is still known.
    ///
    /// Returns what the host posted; signals and the like are kept back while in a block.
    ///
    /// # Errors
    /// [`Abort`] only in an atomic block that an older one wants out of the way.
    #[cold]
    #[inline(never)]
    pub fn safepoint(&self, host: &dyn Host) -> Result<HostRequests, Abort> {
        let record = self.record;
        self.operation_done();
        if !cfg!(feature = "zeal") && record.poll.load(Ordering::Relaxed) == HOLDING {
            // Set by this thread itself, for what it has just let go: nobody asks anything.
            record.poll.fetch_and(!HOLDING, Ordering::SeqCst);
            return Ok(self.deliver(0));
        }
        let taken = record.poll.swap(0, Ordering::SeqCst);
        record.ack.store(self.registry.revocations.load(Ordering::SeqCst), Ordering::SeqCst);
        self.count_release();
        if taken & REVOKE != 0 {
            self.log_acknowledged(host);
        }
        if taken & REQUEST != 0 {
            self.log_requests(host);
            if self.in_block() {
                self.answer_in_block(host);
            } else {
                self.answer(&[]);
            }
        }
        if taken & REVOKE != 0 {
            self.pressed.set(true);
        }
        if cfg!(feature = "zeal") && !self.in_block() {
            self.bump(0);
        }
        if let Err(abort) = self.check_wound() {
            // On the way out nothing else is served; it is when the block has been undone.
            record.poll.fetch_or(taken & !(REQUEST | REVOKE), Ordering::SeqCst);
            return Err(abort);
        }
        if taken & STOP != 0 && self.must_stop() {
            self.pause(host);
        }
        if taken & ALONE != 0 && !self.in_block() {
            self.let_pass(host);
        }
        if taken & SEAT_WANTED != 0 {
            self.yield_seat(host);
        }
        self.ensure_tid(host);
        if let Err(abort) = self.check_wound() {
            record.poll.fetch_or(taken >> HOST_SHIFT << HOST_SHIFT, Ordering::SeqCst);
            return Err(abort);
        }
        Ok(self.deliver(taken >> HOST_SHIFT))
    }

    /// The host's part of a poll word; keeps back what must wait for the end of the block.
    fn deliver(&self, posted: u32) -> HostRequests {
        if !self.in_block() {
            return HostRequests(posted | self.deferred.replace(0));
        }
        self.deferred.set(self.deferred.get() | posted & HostRequests::OUTSIDE_BLOCKS);
        HostRequests(posted & !HostRequests::OUTSIDE_BLOCKS)
    }

    /// A poll inside a long native operation that goes on using `held` without claiming it
    /// again: serves stops and gives everything else away. Whatever is not in `held` is released.
    /// Objects in `held` that this thread may write are remembered again after a collection.
    ///
    /// # Errors
    /// [`Abort`] only in an atomic block that an older one wants out of the way.
    #[cold]
    #[inline(never)]
    pub fn poll_holding(&self, held: &[&OwnerWord], host: &dyn Host) -> Result<(), Abort> {
        let record = self.record;
        let taken = record.poll.swap(0, Ordering::SeqCst);
        let token = self.token();
        // Revocations may be acknowledged only if nothing held is read as Shared.
        let exclusive = held.iter().all(|word| token.owns(word.load()) || self.holds(word));
        let mut later = taken & !(REQUEST | REVOKE | STOP);
        if exclusive {
            let number = self.registry.revocations.load(Ordering::SeqCst);
            record.ack.store(number, Ordering::SeqCst);
        } else {
            later |= taken & REVOKE;
        }
        if taken & REQUEST != 0 {
            self.log_requests(host);
            if self.in_block() {
                self.answer_in_block(host);
            } else if self.answer(held) {
                later |= REQUEST;
            }
        }
        if taken & STOP != 0 && self.must_stop() {
            self.pause(host);
            for word in held {
                let bits = word.load();
                // In a block large objects are written without `W`.
                let writes = bits.may_write() || self.in_block();
                let writable = token.owns(bits) && writes || self.holds(word);
                if writable && !bits.is_remembered() {
                    host.remember(word);
                    word.set_remembered();
                }
            }
        }
        self.count_release();
        if later != 0 {
            record.poll.fetch_or(later, Ordering::SeqCst);
        }
        self.check_wound()
    }

    /// Looks at what others want of this thread. Wakes who wants something else than it has.
    fn requests(&self, keep: &[&OwnerWord]) -> Requests {
        let mut requests = Requests { wanted: [None; REQUESTS], count: 0, kept: false };
        let token = self.token();
        for (from, want) in self.registry.waiters() {
            let of_me = from.target.load(Ordering::SeqCst) == self.record.slot;
            if !of_me || from.slot == self.record.slot {
                continue;
            }
            let address = want & !1;
            if self.registry.alone.is_at(address) && self.in_block() {
                // It waits for the end of this block, whatever that owns.
                self.asked.set(true);
                self.pressed.set(true);
                continue;
            }
            let word = wanted_word(address);
            if keep.iter().any(|kept| std::ptr::eq(*kept, word)) || self.holds(word) {
                requests.kept = true;
            } else if !token.owns(word.load()) {
                from.wake.wake();
            } else {
                if let Some(place) = requests.wanted.get_mut(requests.count) {
                    *place = Some(Request { from, address, write: want & 1 != 0 });
                }
                requests.count += 1;
            }
        }
        requests
    }

    /// Plain code gives what is wanted, but for the words in `keep`. True: some of those are
    /// wanted.
    fn answer(&self, keep: &[&OwnerWord]) -> bool {
        let requests = self.requests(keep);
        let wanted = requests.wanted.iter().flatten();
        let first = wanted.clone().next().map(|request| request.address);
        let several = requests.count > REQUESTS
            || wanted.clone().any(|request| Some(request.address) != first);
        let run = || {
            let word = requests.wanted[0].map(|request| wanted_word(request.address));
            word.is_some_and(|word| self.history.gives_one_after_another(word))
        };
        if keep.is_empty() && !self.is_holding() && (several || run()) {
            self.record.counters.bumps.count();
            self.bump(0);
            self.registry.wake_waiters_for(self.record.slot);
            return false;
        }
        for request in wanted {
            let word = wanted_word(request.address);
            let bits = word.load();
            if self.token().owns(bits) {
                let form = policy::grant(self, word, bits, request.write);
                self.give(word, bits, self.oldest_for(&requests, *request), form);
            }
            request.from.wake.wake();
        }
        requests.kept
    }

    /// Among the requests for the same word, the one of the oldest attempt.
    fn oldest_for(&self, requests: &Requests, first: Request) -> &'static ThreadRecord {
        let age = |record: &ThreadRecord| (record.age.load(Ordering::SeqCst), record.slot);
        requests
            .wanted
            .iter()
            .flatten()
            .filter(|request| request.address == first.address)
            .map(|request| request.from)
            .min_by_key(|record| age(record))
            .unwrap_or(first.from)
    }

    /// Gives `word`, which is live and mine, away. Never with `W`: the requester logs first.
    fn give(&self, word: &OwnerWord, bits: OwnerBits, to: &ThreadRecord, form: Grant) {
        self.record.counters.grants.count();
        let given = match form {
            Grant::Share => bits.to_shared(),
            Grant::Contend => {
                self.log_contended(word, true);
                bits.to_contended(false, self.record.slot)
            }
            Grant::Own => {
                let token = to.token_again();
                if token.tid() == 0 || token.hi() >= self.registry.limits.epochs {
                    bits.to_free()
                } else {
                    bits.to_owned_by(token.write_token(), false)
                }
            }
        };
        word.store_owned(given);
    }

    /// A block is asked: what it has only read it shares (marked first); the rest waits for its
    /// end. Of objects written without `W` the host knows.
    fn answer_in_block(&self, host: &dyn Host) {
        let requests = self.requests(&[]);
        for request in requests.wanted.iter().flatten() {
            let word = wanted_word(request.address);
            let bits = word.load();
            let written = bits.may_write() || self.by_operation.get() && host.has_written(word);
            if !request.write && !written && self.token().owns(bits) {
                self.mark(word);
                fence(Ordering::SeqCst);
                word.store_owned(bits.to_shared());
                request.from.wake.wake();
            } else {
                self.asked.set(true);
                self.pressed.set(true);
            }
        }
        if requests.count > REQUESTS {
            self.asked.set(true);
            self.pressed.set(true);
        }
    }

    /// The end of a block: hands each wanted word to its oldest requester.
    pub(crate) fn hand_over(&self) {
        self.record.poll.fetch_and(!(REQUEST | HOLDING), Ordering::SeqCst);
        let requests = self.requests(&[]);
        for request in requests.wanted.iter().flatten() {
            let word = wanted_word(request.address);
            let bits = word.load();
            if self.token().owns(bits) {
                // What was only read is for all readers: they would hand it round for ever.
                let read = !request.write && !bits.may_write() && !self.by_operation.get();
                let form = if read { Grant::Share } else { Grant::Own };
                self.give(word, bits, self.oldest_for(&requests, *request), form);
            }
        }
    }

    /// Before this thread ends its epoch on its own account: requests that came are answered by
    /// the bump, so their threads must look again.
    pub(crate) fn answer_before_leaving(&self, host: &dyn Host) {
        if self.record.poll.load(Ordering::Relaxed) & REQUEST != 0 {
            self.record.poll.fetch_and(!REQUEST, Ordering::SeqCst);
            self.log_requests(host);
            self.answer(&[]);
        }
    }
}
