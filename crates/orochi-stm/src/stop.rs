//! Stopping the world.
//!
//! One thread stops all others: it takes the stopper's place, posts a poll to everybody and
//! waits until each is away, safe, paused at a poll, or gone. Who comes back from away meets the
//! flag and waits. A stop takes no object from anybody: a paused thread owns what it owned.
//! Two threads that want to stop at once: one waits as stopped, then has its turn.

use crate::host::Host;
use crate::owner::{OwnerBits, OwnerState, OwnerWord, TID_LIMIT};
use crate::record::{STOP, ThreadRecord};
use crate::registry::Registry;
use crate::sync::{Ordering, back_off, fence, now, relax, stop_is_brief};
use crate::thread::StmThread;
use crate::token::{AWAY, PAUSED, SAFE};

/// A stopped world: what the stopper may do while nobody else runs. Helper threads of the
/// collector may share it.
#[derive(Debug)]
pub struct World<'a> {
    registry: &'static Registry,
    stopper: &'a ThreadRecord,
    retired: Vec<u32>,
    retired_bits: [u64; TID_LIMIT as usize / 64 + 1],
}

impl World<'_> {
    /// The records of all registered threads, the stopper's included.
    pub fn threads(&self) -> impl Iterator<Item = &'static ThreadRecord> + '_ {
        self.registry.registered()
    }

    /// How many threads other than the stopper were stopped while they ran, so that they are asked for
    /// help ([`Host::help_stopper`]).
    pub fn paused(&self) -> usize {
        self.threads().filter(|record| record.token().has(PAUSED)).count()
    }

    /// The registry whose threads are stopped.
    pub fn registry(&self) -> &'static Registry {
        self.registry
    }

    /// The record of the thread that stopped the world.
    pub fn stopper(&self) -> &ThreadRecord {
        self.stopper
    }

    /// Whether there are retired tids, so that a full collection should clean owner words.
    pub fn has_retired_tids(&self) -> bool {
        !self.retired.is_empty()
    }

    /// Replaces a retired tid in an owner word, keeping `G`. Any thread may call it during the
    /// stop.
    #[inline]
    pub fn clean_word(&self, word: &OwnerWord) {
        let bits = word.peek();
        if let OwnerState::Owned { tid, .. } = bits.state()
            && self.retired_bits[tid as usize / 64] >> (tid % 64) & 1 == 1
        {
            // A parallel marker may change `G` meanwhile; then again.
            let mut bits: OwnerBits = bits;
            while word.transition(bits, bits.to_free()) == crate::owner::Transition::Lost {
                bits = word.peek();
            }
        }
    }

    /// Every owner word has been cleaned: retired tids may be lent again.
    pub fn tids_cleaned(&self) {
        self.registry.lend_again(&self.retired);
        // Waiters remember words by their old bits: let them look again.
        for (record, _) in self.registry.waiters() {
            record.wake.wake();
        }
    }

    /// Forks the process by calling `fork`, which says whether it returned in the child. In the
    /// child all other threads are gone: their tids end, what they held is free, seats start
    /// afresh. If another thread was in an atomic block, `fork` must replay its undo log in the
    /// child before it returns.
    pub fn fork<R>(&self, fork: impl FnOnce() -> (R, bool)) -> R {
        let fork = || self.registry.with_log_free(self.stopper, fork);
        let (result, in_child) = self.registry.with_locks_free(fork);
        if in_child {
            self.registry.forget_others(self.stopper);
            self.registry.seats.reset(self.registry.limits.seats);
        }
        result
    }
}

impl StmThread {
    /// Stops all other threads, runs `work`, lets them run again. A release point for this
    /// thread too. If another thread was stopping the world, waits as stopped first: `work`
    /// should look whether what it is for has already been done.
    pub fn stop_the_world<R>(&self, host: &dyn Host, work: impl FnOnce(&World<'_>) -> R) -> R {
        self.operation_done();
        let registry = self.registry;
        let me = self.record.slot + 1;
        if registry.stopper.load(Ordering::SeqCst) == me {
            return self.with_world(work);
        }
        while registry.stopper.compare_exchange(0, me, Ordering::SeqCst, Ordering::SeqCst).is_err()
        {
            self.pause(host);
        }
        fence(Ordering::SeqCst);
        for record in registry.registered().filter(|record| record.slot != self.record.slot) {
            record.poll.fetch_or(STOP, Ordering::SeqCst);
        }
        fence(Ordering::SeqCst);
        for record in registry.registered().filter(|record| record.slot != self.record.slot) {
            let mut round = 0;
            while record.is_registered() && !record.token_again().has(AWAY | SAFE | PAUSED) {
                back_off(round);
                round += 1;
            }
        }
        let resume = Resume { thread: self };
        let result = self.with_world(work);
        drop(resume);
        result
    }

    fn with_world<R>(&self, work: impl FnOnce(&World<'_>) -> R) -> R {
        let retired = self.registry.retired_tids();
        let mut retired_bits = [0; TID_LIMIT as usize / 64 + 1];
        for &tid in &retired {
            retired_bits[tid as usize / 64] |= 1 << (tid % 64);
        }
        work(&World { registry: self.registry, stopper: self.record, retired, retired_bits })
    }

    /// Whether another thread stops the world.
    pub(crate) fn must_stop(&self) -> bool {
        let stopper = self.registry.stopper.load(Ordering::SeqCst);
        stopper != 0 && stopper != self.record.slot + 1
    }

    /// Waits, at a poll, for the end of a stop; keeps everything owned.
    pub(crate) fn pause(&self, host: &dyn Host) {
        let start = self.log_begin();
        host.going_away();
        loop {
            self.record.token.fetch_or(PAUSED, Ordering::SeqCst);
            fence(Ordering::SeqCst);
            self.watch_stop(host);
            self.record.token.fetch_and(!PAUSED, Ordering::SeqCst);
            // Fence 1: the status against the next stop (S4).
            fence(Ordering::SeqCst);
            if !self.must_stop() {
                break;
            }
        }
        self.count_release();
        host.came_back();
        self.log_pause(start);
    }

    /// Waits, in a status that a stop counts as done, until nobody stops the world: helps the
    /// stopper or watches for a while, then sleeps.
    fn watch_stop(&self, host: &dyn Host) {
        let mut since = now();
        while self.must_stop() {
            if host.help_stopper() {
                since = now();
            } else if stop_is_brief(now() - since) {
                relax();
            } else {
                return self.sleep_through_stop();
            }
        }
    }

    /// Sleeps, in a status that a stop counts as done, until nobody stops the world.
    pub(crate) fn sleep_through_stop(&self) {
        self.sleep_while(|| self.must_stop());
    }

    /// Sleeps while it must, until woken by who ends a stop or no longer runs alone.
    pub(crate) fn sleep_while(&self, must: impl Fn() -> bool) {
        let record = self.record;
        // Only who sleeps here is woken at the end of a stop: those who wait for a seat or an object
        // have nothing to do with it, and there may be many.
        record.stopped.store(1, Ordering::SeqCst);
        loop {
            record.wake.reset();
            if !must() {
                break;
            }
            record.wake.sleep(None);
        }
        record.stopped.store(0, Ordering::SeqCst);
    }
}

/// Lets the world run again when dropped.
struct Resume<'a> {
    thread: &'a StmThread,
}

impl Drop for Resume<'_> {
    fn drop(&mut self) {
        let registry = self.thread.registry;
        registry.stopper.store(0, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        registry.wake_stopped(self.thread.record.slot);
        self.thread.count_release();
    }
}

impl Registry {
    /// Wakes who sleeps because of a stop, or of a thread that runs alone.
    pub(crate) fn wake_stopped(&self, but: u32) {
        for record in self.registered().filter(|record| record.slot != but) {
            if record.stopped.load(Ordering::SeqCst) != 0 {
                record.wake.wake();
            }
        }
    }
}
