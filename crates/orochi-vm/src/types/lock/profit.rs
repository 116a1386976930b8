//! Whether eliding a lock pays.
//!
//! A lock that nobody waits for is never looked at here. One that threads do wait for is measured:
//! for some milliseconds its entries are counted while it is taken as usual, then while it is
//! elided. If the second rate is clearly higher it goes on being elided, and is measured again
//! after a while, each time a longer one; if not, or as soon as many blocks have to be
//! undone, it is left alone for at least twenty-five times as long as the trial took, each time twice as long.
//! A lock for which nobody waits while it is counted has no trial: that could only cost.
//! So a lock that never profits costs about a hundredth of its trials' time, and one that stops
//! profiting (its threads have ended, or begun to meet) is found out.
//!
//! ```text
//!   idle --waits--> counting, taken --> counting, elided --faster--> elided --a while--> counting, taken
//!    ^                                        |                         |
//!    +---------------- slower, or undone -----+-------------------------+
//! ```
//!
//! What is known of locks is in a small table, hashed by address: who finds its place taken by
//! another lock that is being watched is not elided. Counts are kept by each thread, in steps of
//! [`STEP`], so that counting is not itself what threads fight over.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use crate::thread::Thread;

/// Whether locks are elided: the program's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Elision {
    /// Those that profit.
    WherePaying = 0,
    /// None (`-X lock_elision=off`).
    Off = 1,
    /// All, from the first entry on: for tests (`-X lock_elision=always`).
    Always = 2,
}

static CHOICE: AtomicU32 = AtomicU32::new(Elision::WherePaying as u32);

/// Sets which locks are elided. To be called before there are any.
pub fn set_elision(choice: Elision) {
    CHOICE.store(choice as u32, Relaxed);
}

/// Whether every lock is elided from its first entry on.
pub(super) fn always() -> bool {
    CHOICE.load(Relaxed) == Elision::Always as u32
}

/// What is done about a lock.
mod mode {
    /// Nothing.
    pub(super) const IDLE: u32 = 0;
    /// It is taken, and entries are counted.
    pub(super) const TAKEN: u32 = 1;
    /// It is elided, and entries are counted.
    pub(super) const TRIAL: u32 = 2;
    /// It is elided.
    pub(super) const ELIDED: u32 = 3;
}

/// What is known of one lock.
#[repr(align(128))]
struct Site {
    /// The address of its word.
    lock: AtomicU64,
    mode: AtomicU32,
    /// How often somebody has waited for it since it is idle, or is taken and counted.
    waits: AtomicU32,
    /// Entries since `since`.
    entries: AtomicU32,
    /// Blocks undone, or ended by taking the lock, since then.
    undone: AtomicU32,
    /// When this mode began, in nanoseconds.
    since: AtomicU64,
    /// Entries a second when it was taken.
    rate: AtomicU64,
    /// How long it is left alone after a trial that failed.
    pause: AtomicU64,
    /// How long it is elided before it is measured again.
    term: AtomicU64,
}

const SITES: usize = 256;
static TABLE: [Site; SITES] = [const {
    Site {
        lock: AtomicU64::new(0),
        mode: AtomicU32::new(mode::IDLE),
        waits: AtomicU32::new(0),
        entries: AtomicU32::new(0),
        undone: AtomicU32::new(0),
        since: AtomicU64::new(0),
        rate: AtomicU64::new(0),
        pause: AtomicU64::new(0),
        term: AtomicU64::new(FIRST_TERM),
    }
}; SITES];

/// Threads tell the table of their entries by so many.
const STEP: u32 = 8;
/// So many waits make a lock worth a trial.
const WAITS: u32 = 4;
/// How long entries are counted, in nanoseconds.
const WINDOW: u64 = 4_000_000;
/// At least so many entries are counted …
const ENTRIES: u32 = 64;
/// … unless that would take longer than this.
const LONGEST: u64 = 100_000_000;
/// Between two trials lies at first so much time, in nanoseconds, and at last so much.
const FIRST_PAUSE: u64 = 100_000_000;
const LAST_PAUSE: u64 = 10_000_000_000;
/// A lock is elided for so long before it is measured again, at first and at last.
const FIRST_TERM: u64 = 50_000_000;
const LAST_TERM: u64 = 2_000_000_000;

fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

fn place(lock: u64) -> &'static Site {
    &TABLE[(lock >> 4 ^ lock >> 12) as usize % SITES]
}

impl Site {
    /// Ends `from`, unless somebody else has; whether it did.
    fn change(&self, from: u32, to: u32, at: u64) -> bool {
        let changed = self.mode.compare_exchange(from, to, Relaxed, Relaxed).is_ok();
        if changed {
            self.entries.store(0, Relaxed);
            self.undone.store(0, Relaxed);
            self.waits.store(0, Relaxed);
            self.since.store(at, Relaxed);
        }
        changed
    }

    /// Leaves the lock alone for a while.
    fn give_up(&self, from: u32) {
        let time = now();
        let least = (time - self.since.load(Relaxed)).saturating_mul(25).max(FIRST_PAUSE);
        if self.change(from, mode::IDLE, time) {
            let before = self.pause.load(Relaxed);
            self.pause.store((2 * before).clamp(least, LAST_PAUSE.max(least)), Relaxed);
            self.term.store(FIRST_TERM, Relaxed);
        }
    }

    /// Some entries have been counted: perhaps enough.
    fn look(&self, counted: u32) {
        let (mode, time) = (self.mode.load(Relaxed), now());
        let entries = self.entries.fetch_add(counted, Relaxed) + counted;
        let lasted = time.saturating_sub(self.since.load(Relaxed)).max(1);
        let enough = lasted >= WINDOW && entries >= ENTRIES || lasted >= LONGEST;
        let rate = (u128::from(entries) * 1_000_000_000 / u128::from(lasted)) as u64;
        if mode == mode::TAKEN && enough && self.waits.load(Relaxed) == 0 {
            // Whoever has fought for it has gone: a trial would only cost.
            self.change(mode, mode::IDLE, time);
        } else if mode == mode::TAKEN && enough && self.change(mode, mode::TRIAL, time) {
            self.rate.store(rate, Relaxed);
        } else if mode == mode::TRIAL && enough {
            if rate / 11 <= self.rate.load(Relaxed) / 10 {
                self.give_up(mode);
            } else if self.change(mode, mode::ELIDED, time) {
                self.pause.store(0, Relaxed);
            }
        } else if mode == mode::ELIDED
            && lasted >= self.term.load(Relaxed)
            && self.change(mode, mode::TAKEN, time)
        {
            let term = (2 * self.term.load(Relaxed)).min(LAST_TERM);
            self.term.store(term, Relaxed);
        }
    }
}

/// A thread has to wait for a lock. True: its entries are to be asked for from now on.
#[cold]
pub(super) fn waited(lock: u64) -> bool {
    if CHOICE.load(Relaxed) != Elision::WherePaying as u32 {
        return false;
    }
    let site = place(lock);
    let mode = site.mode.load(Relaxed);
    if mode != mode::IDLE {
        if mode == mode::TAKEN && site.lock.load(Relaxed) == lock {
            site.waits.store(site.waits.load(Relaxed) + 1, Relaxed);
        }
        return false;
    }
    if site.lock.load(Relaxed) != lock {
        site.lock.store(lock, Relaxed);
        site.waits.store(0, Relaxed);
        site.pause.store(0, Relaxed);
        site.term.store(FIRST_TERM, Relaxed);
    }
    let waits = site.waits.load(Relaxed) + 1;
    site.waits.store(waits, Relaxed);
    if waits < WAITS {
        return false;
    }
    let time = now();
    let pause = site.pause.load(Relaxed);
    if pause != 0 && time < site.since.load(Relaxed) + pause {
        // The clock is asked again after as many waits more.
        site.waits.store(0, Relaxed);
        return false;
    }
    site.change(mode::IDLE, mode::TAKEN, time)
}

/// What to do at an entry of a lock that is being watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// Elide it.
    Elide,
    /// Take it.
    Take,
    /// Take it, and do not ask any more.
    Forget,
}

/// Somebody enters a lock.
pub(super) fn choose(th: &Thread, lock: u64) -> Choice {
    if always() {
        return Choice::Elide;
    }
    let site = place(lock);
    if site.lock.load(Relaxed) != lock {
        return Choice::Forget;
    }
    match site.mode.load(Relaxed) {
        mode::IDLE => Choice::Forget,
        mode::TAKEN => {
            entered(th, lock);
            Choice::Take
        }
        _ => Choice::Elide,
    }
}

/// A thread has entered a lock, and left it if it elides it.
pub(super) fn entered(th: &Thread, lock: u64) {
    let (counting, count) = th.block.section.tally.get();
    if counting != lock {
        th.block.section.tally.set((lock, 1));
    } else if count + 1 < STEP {
        th.block.section.tally.set((lock, count + 1));
    } else {
        th.block.section.tally.set((lock, 0));
        place(lock).look(STEP);
    }
}

/// A block that elides the lock has been undone, or has had to take it.
#[cold]
pub(crate) fn undone(lock: u64) {
    let site = place(lock);
    let mode = site.mode.load(Relaxed);
    if site.lock.load(Relaxed) != lock || !matches!(mode, mode::TRIAL | mode::ELIDED) {
        return;
    }
    let undone = site.undone.fetch_add(1, Relaxed) + 1;
    // Of a trial's first ones some are the threads' that still wait for the lock itself.
    if undone > 16 + site.entries.load(Relaxed) / 2 {
        site.give_up(mode);
    }
}
