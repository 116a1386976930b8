//! Threads that come and go; tids that are lent, retired and renewed.
//!
//! A *slot* names a thread record and is small and dense, so that other threads find everybody
//! by walking an array. A *tid* is what stands in owner words. A thread that has used up the
//! epochs of its tid takes a fresh one; the old one is *retired* until a full collection has
//! replaced it in every owner word. A thread that ends leaves its tid, with the counter where it
//! stood, to the next thread: epochs never repeat.

use crate::alone::Alone;
use crate::host::Host;
use crate::owner::{EPOCH_BITS, OwnerWord, TID_LIMIT};
use crate::policy::HeatTable;
use crate::record::{Counters, NO_AGE, ThreadRecord};
use crate::seats::Seats;
use crate::sync::{AtomicPtr, AtomicU32, AtomicU64, Mutex, Ordering, fence, run_time};
use crate::thread::StmThread;
use crate::token::{AWAY, Token};

/// Tids kept back from new threads, so that those that live can renew theirs.
const TID_RESERVE: u32 = 64;

/// How many of everything a registry has. Tests shrink them to meet the ends early.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Threads that may run at once; at least one.
    pub seats: u32,
    /// Live threads, at most 4,093.
    pub threads: u32,
    /// Thread ids lie in `1..tids`; at most 4,093.
    pub tids: u32,
    /// The epoch that owns nothing; at most 262,143.
    pub epochs: u32,
}

impl Limits {
    /// The widest, with one seat a core.
    pub fn widest() -> Limits {
        let seats = std::thread::available_parallelism().map_or(1, |n| n.get() as u32);
        Limits { seats, threads: TID_LIMIT - 1, tids: TID_LIMIT, epochs: (1 << EPOCH_BITS) - 1 }
    }
}

/// All threads that know of each other, their tids and seats. A process has one,
/// [`Registry::global`]; tests make their own.
#[derive(Debug)]
pub struct Registry {
    pub(crate) limits: Limits,
    /// Records by slot; null beyond `slot_count`.
    slots: Box<[AtomicPtr<ThreadRecord>]>,
    slot_count: AtomicU32,
    /// One bit a slot: the thread waits for something.
    wanting: Box<[AtomicU64]>,
    /// The thread that uses a tid now, if any.
    tids: Box<[AtomicPtr<ThreadRecord>]>,
    /// Number of the newest revocation.
    pub(crate) revocations: AtomicU64,
    /// Slot + 1 of the thread that stops the world.
    pub(crate) stopper: AtomicU32,
    /// The inevitable token: slot + 1 of the thread whose block cannot be aborted. An owner word
    /// only so that waiting for it is waiting for an address.
    pub(crate) inevitable: AtomicU32,
    pub(crate) inevitable_address: OwnerWord,
    /// Who runs alone, or is about to.
    pub(crate) alone: Alone,
    pub(crate) seats: Seats,
    pub(crate) heat: HeatTable,
    /// The event log, if there is one.
    pub(crate) log: std::sync::OnceLock<&'static crate::log::Log>,
    pool: Mutex<Pool>,
}

/// What is lent and taken back, under one lock.
#[derive(Debug, Default)]
struct Pool {
    free_slots: Vec<u32>,
    live_threads: u32,
    /// The smallest tid never lent.
    fresh_tid: u32,
    /// Tids of ended threads, with the next epoch.
    left: Vec<(u32, u32)>,
    /// Tids that may still stand in owner words as if live.
    retired: Vec<u32>,
}

/// No more threads can be registered: the limit of live threads is reached, or all tids are
/// used up until the next full collection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyThreads;

impl std::fmt::Display for TooManyThreads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("too many threads")
    }
}

impl std::error::Error for TooManyThreads {}

impl Registry {
    /// The process's registry.
    #[cfg(not(feature = "shuttle"))]
    pub fn global() -> &'static Registry {
        static GLOBAL: std::sync::OnceLock<&'static Registry> = std::sync::OnceLock::new();
        GLOBAL.get_or_init(|| Registry::leaked(Limits::widest()))
    }

    /// A registry of its own, never freed.
    pub fn leaked(limits: Limits) -> &'static Registry {
        let limits = Limits {
            seats: limits.seats.max(1),
            threads: limits.threads.clamp(1, TID_LIMIT - 1),
            tids: limits.tids.clamp(2, TID_LIMIT),
            epochs: limits.epochs.clamp(2, (1 << EPOCH_BITS) - 1),
        };
        let pointers = |n: u32| (0..n).map(|_| AtomicPtr::new(std::ptr::null_mut())).collect();
        let words = limits.threads.div_ceil(64);
        Box::leak(Box::new(Registry {
            limits,
            slots: pointers(limits.threads),
            slot_count: AtomicU32::new(0),
            wanting: (0..words).map(|_| AtomicU64::new(0)).collect(),
            tids: pointers(limits.tids),
            revocations: AtomicU64::new(0),
            stopper: AtomicU32::new(0),
            inevitable: AtomicU32::new(0),
            inevitable_address: OwnerWord::free(),
            alone: Alone::new(),
            seats: Seats::new(limits.seats),
            heat: HeatTable::new(),
            log: std::sync::OnceLock::new(),
            pool: Mutex::new(Pool { fresh_tid: 1, ..Pool::default() }),
        }))
    }

    /// The record in `slot`, if it was ever used.
    pub(crate) fn slot(&self, slot: u32) -> Option<&'static ThreadRecord> {
        let pointer = self.slots.get(slot as usize)?.load(Ordering::Acquire);
        // SAFETY: S6, records are leaked boxes and never freed.
        unsafe { pointer.as_ref() }
    }

    /// The counts of slow-path events of each thread slot that was ever used.
    pub fn counters(&self) -> impl Iterator<Item = &'static Counters> + '_ {
        (0..self.slot_count.load(Ordering::SeqCst))
            .filter_map(|slot| self.slot(slot))
            .map(|record| &record.counters)
    }

    /// The record of the thread that uses `tid` now.
    pub(crate) fn thread_of(&self, tid: u32) -> Option<&'static ThreadRecord> {
        let pointer = self.tids.get(tid as usize)?.load(Ordering::Acquire);
        // SAFETY: S6, records are leaked boxes and never freed.
        unsafe { pointer.as_ref() }
    }

    /// All registered threads.
    pub(crate) fn registered(&self) -> impl Iterator<Item = &'static ThreadRecord> + '_ {
        (0..self.slot_count.load(Ordering::SeqCst))
            .filter_map(|slot| self.slot(slot))
            .filter(|record| record.is_registered())
    }

    /// Says that the thread in `slot` waits for something.
    pub(crate) fn set_wanting(&self, slot: u32) {
        self.wanting[slot as usize / 64].fetch_or(1 << (slot % 64), Ordering::SeqCst);
    }

    /// Says that the thread in `slot` waits no more.
    pub(crate) fn clear_wanting(&self, slot: u32) {
        self.wanting[slot as usize / 64].fetch_and(!(1 << (slot % 64)), Ordering::SeqCst);
    }

    /// Whether at least twice as many threads wait for objects as can run.
    pub fn is_crowded(&self) -> bool {
        self.waiters().count() as u32 >= 2 * self.limits.seats
    }

    /// All threads that wait for something, with what they want.
    pub(crate) fn waiters(&self) -> impl Iterator<Item = (&'static ThreadRecord, u64)> + '_ {
        let words = self.slot_count.load(Ordering::SeqCst).div_ceil(64) as usize;
        (0..words).flat_map(move |index| {
            let mut bits = self.wanting[index].load(Ordering::SeqCst);
            std::iter::from_fn(move || {
                let bit = bits.trailing_zeros();
                bits &= bits.wrapping_sub(1);
                (bit < 64).then_some(index as u32 * 64 + bit)
            })
            .filter_map(|slot| {
                let record = self.slot(slot)?;
                let want = record.want.load(Ordering::SeqCst);
                (want != 0).then_some((record, want))
            })
        })
    }

    /// Wakes everybody who waits for the thread in `slot`.
    pub(crate) fn wake_waiters_for(&self, slot: u32) {
        for (record, _) in self.waiters() {
            if record.target.load(Ordering::SeqCst) == slot && record.slot != slot {
                record.wake.wake();
            }
        }
    }

    /// Wakes everybody who waits for `word`, whoever they think has it.
    pub(crate) fn wake_waiters_at(&self, word: &OwnerWord) {
        let address = word as *const OwnerWord as u64;
        for (record, want) in self.waiters() {
            if want & !1 == address {
                record.wake.wake();
            }
        }
    }

    fn with_pool<R>(&self, work: impl FnOnce(&mut Pool) -> R) -> R {
        match self.pool.lock() {
            Ok(mut pool) => work(&mut pool),
            // No code that can panic runs under this lock.
            Err(poisoned) => work(&mut poisoned.into_inner()),
        }
    }

    /// Lends a tid to `record`: the tid and its first epoch. `None`: all are retired.
    pub(crate) fn lend_tid(&self, record: &'static ThreadRecord) -> Option<(u32, u32)> {
        let lent = self.with_pool(|pool| pool.lend(self.limits, 0))?;
        self.tids[lent.0 as usize].store(std::ptr::from_ref(record).cast_mut(), Ordering::Release);
        Some(lent)
    }

    /// The epochs of `tid` are used up: nobody may have it until owner words are clean of it.
    pub(crate) fn retire_tid(&self, tid: u32) {
        if tid != 0 {
            self.tids[tid as usize].store(std::ptr::null_mut(), Ordering::Release);
            self.with_pool(|pool| pool.retired.push(tid));
        }
    }

    /// The tids that are retired now.
    pub(crate) fn retired_tids(&self) -> Vec<u32> {
        self.with_pool(|pool| pool.retired.clone())
    }

    /// `tids` stand in no owner word any more.
    pub(crate) fn lend_again(&self, tids: &[u32]) {
        self.with_pool(|pool| {
            pool.retired.retain(|tid| !tids.contains(tid));
            pool.left.extend(tids.iter().map(|&tid| (tid, 0)));
        });
    }

    /// Forgets all threads but `survivor`, in the child of a fork. Their slots are not used
    /// again: words may still say `Revoking` or `Contended` by them.
    pub(crate) fn forget_others(&self, survivor: &ThreadRecord) {
        for record in self.registered() {
            if record.slot != survivor.slot {
                record.thread.store(std::ptr::null_mut(), Ordering::SeqCst);
                record.want.store(0, Ordering::SeqCst);
                let tid = record.token().tid();
                record.token.store(Token::NONE.0, Ordering::SeqCst);
                self.retire_tid(tid);
            }
        }
        for word in &self.wanting {
            word.store(0, Ordering::SeqCst);
        }
        let inevitable = self.inevitable.load(Ordering::SeqCst);
        if inevitable != 0 && inevitable != survivor.slot + 1 {
            self.inevitable.store(0, Ordering::SeqCst);
        }
        self.alone.forget_all_but(survivor.slot);
        survivor.place.register();
        self.with_pool(|pool| pool.live_threads = 1);
    }

    /// Runs `work` while nobody holds a lock of the registry, for `fork`.
    pub(crate) fn with_locks_free<R>(&self, work: impl FnOnce() -> R) -> R {
        self.seats.with_queue_locked(|| self.with_pool_locked(work))
    }

    fn with_pool_locked<R>(&self, work: impl FnOnce() -> R) -> R {
        let _guard = self.pool.lock();
        work()
    }
}

impl Pool {
    /// A tid and the epoch to begin with, leaving at least `reserve` to others.
    fn lend(&mut self, limits: Limits, reserve: u32) -> Option<(u32, u32)> {
        let fresh = limits.tids - self.fresh_tid;
        if fresh + self.left.len() as u32 <= reserve {
            return None;
        }
        if let Some(lent) = self.left.pop() {
            return Some(lent);
        }
        self.fresh_tid += 1;
        Some((self.fresh_tid - 1, 0))
    }
}

impl StmThread {
    /// Reserves a record and a tid. May run on another thread than the one to be started.
    ///
    /// # Errors
    /// [`TooManyThreads`] at the limit of live threads, or when so many tids are retired that a
    /// full collection should come first.
    pub fn new(registry: &'static Registry) -> Result<StmThread, TooManyThreads> {
        let limits = registry.limits;
        let reserve = TID_RESERVE.min(limits.tids / 4);
        let (slot, (tid, epoch)) = registry.with_pool(|pool| {
            if pool.live_threads >= limits.threads {
                return Err(TooManyThreads);
            }
            let lent = pool.lend(limits, reserve).ok_or(TooManyThreads)?;
            let slot = match pool.free_slots.pop() {
                Some(slot) => slot,
                None => {
                    let slot = registry.slot_count.load(Ordering::SeqCst);
                    if slot >= limits.threads {
                        pool.left.push(lent);
                        return Err(TooManyThreads);
                    }
                    let record = Box::leak(Box::new(ThreadRecord::new(slot)));
                    registry.slots[slot as usize].store(record, Ordering::Release);
                    registry.slot_count.store(slot + 1, Ordering::SeqCst);
                    slot
                }
            };
            pool.live_threads += 1;
            Ok((slot, lent))
        })?;
        let record = registry.slot(slot).ok_or(TooManyThreads)?;
        record.poll.store(0, Ordering::SeqCst);
        record.age.store(NO_AGE, Ordering::SeqCst);
        record.token.store(Token::new(tid, epoch, AWAY).0, Ordering::SeqCst);
        registry.tids[tid as usize].store(std::ptr::from_ref(record).cast_mut(), Ordering::Release);
        Ok(StmThread::unstarted(record, registry))
    }

    /// The calling OS thread becomes this thread and starts to run: takes a seat, waits for a
    /// stop in progress to end. `self` must stay where it is until [`StmThread::finish`].
    pub fn start(&self, host: &dyn Host) {
        self.record.wake.attach();
        self.record.place.register();
        self.record.slice_used.store(0, Ordering::SeqCst);
        self.record.ran.store(0, Ordering::SeqCst);
        self.record.ran_until.store(run_time(), Ordering::SeqCst);
        self.record.thread.store(std::ptr::from_ref(self).cast_mut(), Ordering::SeqCst);
        fence(Ordering::SeqCst);
        self.log_start();
        self.come_back(host);
    }

    /// Gives everything up, leaves the registry and answers whoever waited.
    pub fn finish(&self, host: &dyn Host) {
        debug_assert!(!self.in_block(), "a thread ends outside blocks");
        debug_assert!(!self.is_changing(), "a change is over before its thread is");
        let _ = host;
        self.operation_done();
        self.log_end();
        let token = self.token();
        let ended = Token(token.bumped(self.registry.limits.epochs).0);
        self.record.token.store(ended.0, Ordering::SeqCst);
        self.record.thread.store(std::ptr::null_mut(), Ordering::SeqCst);
        fence(Ordering::SeqCst);
        self.record.poll.swap(0, Ordering::SeqCst);
        self.registry.wake_waiters_for(self.record.slot);
        self.registry.seats.give_back(self.registry, self.record);
        self.registry.take_back(self.record);
        self.disown();
    }
}

impl Registry {
    /// Takes back slot and tid of a thread that has ended or never started.
    pub(crate) fn take_back(&self, record: &'static ThreadRecord) {
        let token = record.token();
        let tid = token.tid();
        if tid != 0 {
            self.tids[tid as usize].store(std::ptr::null_mut(), Ordering::Release);
        }
        record.token.store(Token::NONE.0, Ordering::SeqCst);
        self.with_pool(|pool| {
            if tid != 0 {
                if token.hi() + 1 < self.limits.epochs {
                    pool.left.push((tid, token.hi() + 1));
                } else {
                    pool.retired.push(tid);
                }
            }
            pool.free_slots.push(record.slot);
            pool.live_threads -= 1;
        });
    }
}
