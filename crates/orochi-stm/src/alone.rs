//! Running alone: for changes of what is read without barriers.
//!
//! Some memory of a host has no owner words to ask: what classes say is read everywhere and all the
//! time. It may change only while nobody else looks. A thread that *runs alone* is the only one that
//! executes anything: every other one is away, outside of blocks, and stays there. A block runs
//! alone from such a change to its end, so nobody sees it before, and nobody who saw the old
//! state in a block goes on with it; plain code does for the length of one operation.
//!
//! ```text
//! run alone   registry.alone = me; fence
//!             each other thread:  away                     done: it cannot come back
//!                                 runs plain code          ask it to let me pass, wait
//!                                 in a younger block       wound it, wait
//!                                 in an older block        registry.alone = 0, wait for its end, again
//! let pass    at a safepoint outside blocks, at the beginning of a block: away; and
//! come back   token &= !AWAY; fence; does another run alone? away again
//! ```
//!
//! The thread that is to run alone is away or safe while it waits, so it is in nobody's way: an
//! older block wounds it or takes what it wants. Ages decide, as they do for objects, so of two
//! that want to run alone the older one does first, and each block is the oldest some day. Once alone
//! it meets no obstacle: whoever owns an object is away, no other block is open, and a revocation
//! that somebody has left half done is taken back from him.
//!
//! What others may not see half done in blocks matters only where there are blocks. Before the
//! first one of a registry begins, changes just say that they are under way, and that block waits
//! for them.

use crate::host::Host;
use crate::log::hooks::Waiting;
use crate::owner::OwnerWord;
use crate::record::{ALONE, NO_AGE, REQUEST, ThreadRecord};
use crate::sync::{AtomicU32, AtomicU64, Ordering, back_off, fence, now, relax, stop_is_brief};
use crate::thread::{Abort, StmThread};
use crate::token::{ATOMIC, AWAY, BRIEF, Token, WOUNDED};

/// No block has begun yet.
const NO_BLOCKS: u32 = 0;
/// The first is waiting for changes under way.
const FIRST_BLOCK: u32 = 1;
/// Changes are made alone.
const BLOCKS: u32 = 2;

/// After a thread has run alone the others run for as long as it did, up to so many nanoseconds.
const LONGEST_PAUSE: u64 = 10_000_000;

/// Who runs alone, in a registry.
#[derive(Debug)]
pub(crate) struct Alone {
    /// Slot + 1 of the thread that runs alone, or is about to.
    holder: AtomicU32,
    /// Since when the thread runs alone.
    since: AtomicU64,
    /// Nobody may run alone again before this time, so that the others come to run.
    not_before: AtomicU64,
    /// Whether blocks have begun.
    blocks: AtomicU32,
    /// Changes under way that were begun before the first block.
    under_way: AtomicU32,
    /// Stands for all of this where threads say what they wait for.
    address: OwnerWord,
}

impl Alone {
    pub(crate) fn new() -> Self {
        Alone {
            holder: AtomicU32::new(0),
            since: AtomicU64::new(0),
            not_before: AtomicU64::new(0),
            blocks: AtomicU32::new(NO_BLOCKS),
            under_way: AtomicU32::new(0),
            address: OwnerWord::free(),
        }
    }

    /// Whether this is what threads want that wait to run alone.
    pub(crate) fn is_at(&self, address: u64) -> bool {
        address == std::ptr::from_ref(&self.address) as u64
    }

    /// In the child of a fork: other threads are gone.
    pub(crate) fn forget_all_but(&self, slot: u32) {
        let holder = self.holder.load(Ordering::SeqCst);
        if holder != slot + 1 {
            self.holder.store(0, Ordering::SeqCst);
        }
    }
}

/// What a thread is doing about memory that is read without barriers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Change {
    /// Nothing.
    None,
    /// Changing it; no block has begun yet.
    UnderWay,
    /// Changing it, alone.
    Alone,
}

/// What came of looking whether everybody has gone away.
enum Look {
    /// They have: this thread runs alone.
    Alone,
    /// This thread's block is wounded; the place is given up.
    Wounded,
    /// An older block is open; the place is given up.
    Older(&'static ThreadRecord, Token),
    /// Somebody else runs alone.
    Taken(&'static ThreadRecord, Token),
}

impl StmThread {
    /// Whether this thread may change what is read without barriers.
    pub fn is_changing(&self) -> bool {
        self.change.get() != Change::None
    }

    /// Whether this thread runs alone, so that waiting for another would be for ever.
    pub fn is_alone(&self) -> bool {
        self.change.get() == Change::Alone
    }

    /// Before the thread changes what is read without barriers, until [`StmThread::end_change`]: in a
    /// block, which has to become undoable as a whole, to its end. `word`: what is changed, for
    /// the event log. A release point.
    ///
    /// # Errors
    /// [`Abort`] only in an atomic block that an older one wants out of the way.
    #[cold]
    #[inline(never)]
    pub fn begin_change(&self, word: &OwnerWord, host: &dyn Host) -> Result<(), Abort> {
        debug_assert!(!self.is_changing(), "changes do not nest");
        let alone = &self.registry.alone;
        if alone.blocks.load(Ordering::SeqCst) == NO_BLOCKS {
            alone.under_way.fetch_add(1, Ordering::SeqCst);
            // Fence 1 again: the change against the first block.
            fence(Ordering::SeqCst);
            if alone.blocks.load(Ordering::SeqCst) == NO_BLOCKS {
                self.change.set(Change::UnderWay);
                return Ok(());
            }
            alone.under_way.fetch_sub(1, Ordering::SeqCst);
        }
        self.run_alone(word, host)?;
        alone.since.store(now(), Ordering::SeqCst);
        self.change.set(Change::Alone);
        Ok(())
    }

    /// The change is over, and whoever has kept what it replaces has been told. Not before the end of a
    /// block that has made it, or its undoing.
    pub fn end_change(&self) {
        match self.change.replace(Change::None) {
            Change::None => {}
            Change::UnderWay => {
                self.registry.alone.under_way.fetch_sub(1, Ordering::SeqCst);
            }
            Change::Alone => {
                let since = self.registry.alone.since.load(Ordering::SeqCst);
                let time = now();
                let others = self.others().any(|other| other.stopped.load(Ordering::SeqCst) != 0);
                if others {
                    let pause = time.saturating_sub(since).min(LONGEST_PAUSE);
                    self.registry.alone.not_before.store(time + pause, Ordering::SeqCst);
                }
                self.open();
            }
        }
    }

    /// Blocks begin: from now on changes are made alone.
    #[inline(always)]
    pub(crate) fn note_blocks(&self, host: &dyn Host) {
        if self.registry.alone.blocks.load(Ordering::Relaxed) != BLOCKS {
            self.wait_for_changes(host);
        }
    }

    #[cold]
    fn wait_for_changes(&self, host: &dyn Host) {
        let alone = &self.registry.alone;
        host.going_away();
        self.leave(0);
        let swap = |from, to| {
            let _ = alone.blocks.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst);
        };
        swap(NO_BLOCKS, FIRST_BLOCK);
        fence(Ordering::SeqCst);
        let mut round = 0;
        while alone.under_way.load(Ordering::SeqCst) != 0 {
            back_off(round);
            round += 1;
            if round == 100 {
                self.settle();
            }
        }
        swap(FIRST_BLOCK, BLOCKS);
        self.come_back(host);
    }

    /// All other registered threads.
    fn others(&self) -> impl Iterator<Item = &'static ThreadRecord> + '_ {
        self.registry.registered().filter(|other| other.slot != self.record.slot)
    }

    /// Takes the place, if it is free.
    fn take_place(&self) -> bool {
        let holder = &self.registry.alone.holder;
        let me = self.record.slot + 1;
        let taken = holder.compare_exchange(0, me, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        // Fence 1 again: the place against returns and registrations (S4).
        fence(Ordering::SeqCst);
        taken
    }

    /// Gives the place back.
    fn open(&self) {
        let alone = &self.registry.alone;
        alone.holder.store(0, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        self.registry.wake_stopped(self.record.slot);
        self.registry.wake_waiters_at(&alone.address);
    }

    fn run_alone(&self, word: &OwnerWord, host: &dyn Host) -> Result<(), Abort> {
        self.operation_done();
        self.check_wound()?;
        if now() >= self.registry.alone.not_before.load(Ordering::SeqCst) && self.take_place() {
            let gone =
                |other: &ThreadRecord| !other.is_registered() || other.token_again().has(AWAY);
            if self.others().all(gone) {
                return Ok(());
            }
            self.open();
        }
        let record = self.record;
        record.counters.waits.count();
        self.take_age();
        self.log_unanswered(host);
        let mut waiting: Option<Waiting> = None;
        host.going_away();
        record.wake.reset();
        self.leave(BRIEF);
        self.wait_for_others();
        let alone = loop {
            match self.look() {
                Look::Alone => break true,
                Look::Wounded => break false,
                Look::Older(other, token) | Look::Taken(other, token) => {
                    waiting.get_or_insert_with(|| self.log_wait(word, other));
                    self.wait_for_end(other, token);
                }
            }
        };
        self.come_back(host);
        if let Some(waiting) = waiting {
            self.log_waited(word, true, waiting, host);
        }
        if !self.in_block() {
            record.age.store(NO_AGE, Ordering::SeqCst);
        }
        let wounded = self.check_wound();
        if alone && wounded.is_err() {
            self.open();
        }
        wounded
    }

    /// Lets the others run for as long as they have stood still.
    fn wait_for_others(&self) {
        let mut settled = false;
        loop {
            let left = self.registry.alone.not_before.load(Ordering::SeqCst).saturating_sub(now());
            if left == 0 || self.is_wounded() {
                return;
            } else if stop_is_brief(left) {
                relax();
            } else if !settled {
                self.settle();
                settled = true;
            } else {
                self.record.wake.reset();
                self.record.wake.sleep(Some(left));
            }
        }
    }

    /// Whether the open block, if one is, has been wounded.
    fn is_wounded(&self) -> bool {
        self.in_block() && self.token().has(WOUNDED)
    }

    /// Takes the place and waits until everybody has gone away.
    fn look(&self) -> Look {
        while !self.take_place() {
            if self.is_wounded() {
                return Look::Wounded;
            }
            let holder = self.registry.alone.holder.load(Ordering::SeqCst);
            // Nobody, if it has been given back since.
            if let Some(holder) = self.registry.slot(holder.wrapping_sub(1)) {
                return Look::Taken(holder, holder.token_again());
            }
        }
        for other in self.others().filter(|other| !other.token_again().has(AWAY | ATOMIC)) {
            other.poll.fetch_or(ALONE, Ordering::SeqCst);
        }
        for other in self.others() {
            let mut round = 0;
            loop {
                let token = other.token_again();
                if token.has(AWAY) || !other.is_registered() {
                    break;
                }
                if self.is_wounded() {
                    self.open();
                    return Look::Wounded;
                }
                if token.has(ATOMIC) {
                    self.wound_if_younger(other, token);
                    let after = other.token_again();
                    if after.has(ATOMIC) && !after.has(WOUNDED) && after.same_epochs(token) {
                        self.open();
                        return Look::Older(other, after);
                    }
                } else if other.poll.load(Ordering::SeqCst) & ALONE == 0 {
                    other.poll.fetch_or(ALONE, Ordering::SeqCst);
                }
                back_off(round);
                round += 1;
                if round == 100 {
                    self.settle();
                }
            }
        }
        Look::Alone
    }

    /// Waits until the block of `other`, whose token is `first`, is over, or it does not run alone
    /// any more.
    fn wait_for_end(&self, other: &'static ThreadRecord, first: Token) {
        let (record, alone) = (self.record, &self.registry.alone);
        record.wake.reset();
        record.target.store(other.slot, Ordering::SeqCst);
        record.want.store(std::ptr::from_ref(&alone.address) as u64 | 1, Ordering::SeqCst);
        self.registry.set_wanting(record.slot);
        fence(Ordering::SeqCst);
        other.poll.fetch_or(REQUEST, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        let token = other.token_again();
        let open = token.has(ATOMIC) && token.same_epochs(first) && other.is_registered();
        let taken = alone.holder.load(Ordering::SeqCst) == other.slot + 1;
        if (open || taken) && !self.is_wounded() {
            self.wound_if_younger(other, token);
            self.settle();
            record.counters.sleeps.count();
            record.wake.sleep(None);
        }
        record.want.store(0, Ordering::SeqCst);
        self.registry.clear_wanting(record.slot);
    }

    /// Whether another thread runs alone and this one is outside of blocks.
    pub(crate) fn must_let_pass(&self) -> bool {
        let holder = self.registry.alone.holder.load(Ordering::SeqCst);
        holder != 0
            && holder != self.record.slot + 1
            && !self.in_block_or_pair()
            && self.keeps.get() == 0
    }

    /// The thread has taken something that one which runs alone may come to wait for (a block that
    /// has become inevitable, and reads from a stream): until it gives that back it does not stay away.
    pub fn begin_keeping(&self) {
        self.keeps.set(self.keeps.get().wrapping_add(1));
    }

    /// It has given that back. A release point.
    pub fn end_keeping(&self, host: &dyn Host) {
        self.keeps.set(self.keeps.get().wrapping_sub(1));
        self.let_pass(host);
    }

    /// Goes away until nobody else runs alone. A release point.
    #[inline]
    pub(crate) fn let_pass(&self, host: &dyn Host) {
        if self.must_let_pass() {
            let start = self.log_begin();
            host.going_away();
            self.leave(0);
            self.come_back(host);
            self.log_pause(start);
        }
    }

    /// A thread that is away and about to come back: stays there until nobody else runs alone.
    pub(crate) fn stay_away(&self) {
        if !self.must_let_pass() {
            return;
        }
        self.record.stopped.store(1, Ordering::SeqCst);
        let since = now();
        while self.must_let_pass() && stop_is_brief(now() - since) {
            relax();
        }
        // A wait that was to be brief has become a long one. Who is to run alone may wait for a block
        // that needs the seat to come to its end.
        self.settle();
        self.sleep_while(|| self.must_let_pass());
    }
}
