//! When to give, and in which form. Nothing here decides whether the protocol is right.
//!
//! * An object that changes hands rarely is granted at once.
//! * After [`QUICK_EXCHANGES`] exchanges within [`QUICK_NANOS`] of each other it becomes
//!   `Contended`.
//! * Where a thread's operations on a `Contended` object are less than [`DENSE_NANOS`] apart,
//!   even taking a bit each time is too much: the object becomes owned again, and *held*: who
//!   wants it sleeps until the last exchange is [`HOLD_NANOS`] ago, and as long again for each
//!   that came before, and only then asks. The owner's poll stays disarmed meanwhile, so a
//!   tight loop runs at full speed. After [`HELD_EXCHANGES`] it is `Contended` again, to be
//!   measured anew.
//! * A `Contended` object that one thread alone uses [`STREAK`] times in a row is its own again.
//! * Who is asked for one object after another in quick succession gives them all: it ends its
//!   epoch after [`RUN`] of them. What it goes on using it claims again, for less than a
//!   handshake each.
//! * What another thread has only read becomes `Shared` when read (in blocks not, for a while after
//!   one of this thread has had to take such an object back); and for a while after two
//!   readers met, so does whatever either of them reads first; the longer the more often they meet.
//!
//! What is remembered about objects lives in a small table indexed by a hash of the address:
//! two objects in one entry disturb each other's statistics and nothing else.

use std::cell::Cell;

use crate::owner::{OwnerBits, OwnerWord};
use crate::sync::{now, worth_spinning};
use crate::thread::StmThread;

/// So many quick exchanges make an object `Contended`.
const QUICK_EXCHANGES: u64 = 4;
/// An exchange is quick when the last one is at most so long ago.
const QUICK_NANOS: u64 = 30_000;
/// How long a held object stays with its owner.
const HOLD_NANOS: u64 = 500_000;
/// A held object that nobody else has wanted for so long is not fought over any more.
const COOL_NANOS: u64 = 20_000_000;
/// So many exchanges an object stays held, before it is measured again.
const HELD_EXCHANGES: u64 = 64;
/// Operations closer than this on average make an object held.
const DENSE_NANOS: u64 = 300;
/// The average is taken over so many operations: single ones may come in bursts.
const SAMPLE: u32 = 16;
/// So many dense samples in a row are needed.
const DENSE_SAMPLES: u32 = 8;
/// Operations by one thread in a row that end contention.
const STREAK: u32 = 400;
/// Different objects asked for in quick succession before all are given.
const RUN: u32 = 3;
/// Reads that become `Shared` at once after two readers met for the first time, and at most:
/// twice as many each time they meet again.
const SHARED_READS: std::ops::Range<u32> = 64..1 << 16;

/// Reads in blocks that claim what they could share, after each revocation.
const KEPT_READS: u32 = 4096;

/// Entries in the table of heat.
const HEAT_ENTRIES: usize = 512;

/// The form in which an owner gives an object away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Grant {
    /// To the requester.
    Own,
    /// To all readers.
    Share,
    /// To whoever is first, for one operation.
    Contend,
}

/// Whether an object stays `Contended` after an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Contention {
    Stays,
    Ends,
}

/// What is known about the objects that change hands.
///
/// ```text
///  63      48 47    40 39     28 27                 0
/// +----------+--------+---------+--------------------+
/// |   tag    | quick  |  held   | last (units of 1 µs)|
/// +----------+--------+---------+--------------------+
/// ```
/// The table belongs to the statistics, not to the protocol: plain relaxed atomics of the
/// standard library, invisible to the model checker.
#[derive(Debug)]
pub(crate) struct HeatTable(Box<[std::sync::atomic::AtomicU64]>);

#[derive(Clone, Copy)]
struct Heat {
    tag: u64,
    quick: u64,
    held: u64,
    last: u64,
}

const LAST: u64 = (1 << 28) - 1;

impl HeatTable {
    pub(crate) fn new() -> Self {
        HeatTable((0..HEAT_ENTRIES).map(|_| std::sync::atomic::AtomicU64::new(0)).collect())
    }

    fn place(word: &OwnerWord) -> (usize, u64) {
        let address = word as *const OwnerWord as u64 >> 3;
        let hash = address.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((hash >> 20) as usize % HEAT_ENTRIES, hash >> 48)
    }

    fn get(&self, word: &OwnerWord) -> Heat {
        let (index, tag) = Self::place(word);
        let entry = self.0[index].load(std::sync::atomic::Ordering::Relaxed);
        if entry >> 48 != tag {
            return Heat { tag, quick: 0, held: 0, last: 0 };
        }
        Heat { tag, quick: entry >> 40 & 0xFF, held: entry >> 28 & 0xFFF, last: entry & LAST }
    }

    fn set(&self, word: &OwnerWord, heat: Heat) {
        let (index, _) = Self::place(word);
        let entry = heat.tag << 48 | heat.quick << 40 | heat.held << 28 | (heat.last & LAST);
        self.0[index].store(entry, std::sync::atomic::Ordering::Relaxed);
    }

    /// When a thread that wants `word`, which is held, at `time` should ask for it, `before`
    /// others having come before.
    pub(crate) fn hold_until(&self, word: &OwnerWord, time: u64, before: u64) -> u64 {
        let since = (time >> 10).wrapping_sub(self.get(word).last) & LAST;
        time + (HOLD_NANOS * (1 + before)).saturating_sub(since << 10)
    }

    /// The object changes hands at `time`: in which form, if its requester wants to write?
    fn exchange(&self, word: &OwnerWord, time: u64) -> Grant {
        let mut heat = self.get(word);
        let units = time >> 10;
        let quick = (units.wrapping_sub(heat.last) & LAST) << 10
            < if heat.held > 0 { COOL_NANOS } else { QUICK_NANOS };
        heat.last = units & LAST;
        let mut grant = Grant::Own;
        if heat.held > 0 {
            heat.held -= 1;
            if heat.held == 0 || !quick {
                heat.held = 0;
                heat.quick = QUICK_EXCHANGES - 1;
            }
        } else if quick {
            heat.quick += 1;
            if heat.quick >= QUICK_EXCHANGES {
                heat.quick = 0;
                grant = Grant::Contend;
            }
        } else {
            heat.quick /= 2;
        }
        self.set(word, heat);
        grant
    }

    fn hold(&self, word: &OwnerWord, time: u64) {
        let heat = self.get(word);
        self.set(word, Heat { held: HELD_EXCHANGES, quick: 0, last: time >> 10, ..heat });
    }

    fn cool(&self, word: &OwnerWord) {
        let heat = self.get(word);
        self.set(word, Heat { held: 0, quick: 0, ..heat });
    }
}

/// What a thread remembers about its last operations on a `Contended` object, and about reading
/// what others read.
#[derive(Debug, Default)]
pub(crate) struct History {
    address: Cell<usize>,
    /// Operations on it in a row that nobody else came between.
    streak: Cell<u32>,
    /// Operations since the first.
    operations: Cell<u32>,
    /// Dense samples in a row.
    dense: Cell<u32>,
    sampled_at: Cell<u64>,
    /// Reads that may still become `Shared` at once.
    shared_reads: Cell<u32>,
    /// How many were allowed the last time.
    sharing: Cell<u32>,
    /// Reads in blocks that still claim what they could share.
    kept_reads: Cell<u32>,
    /// The object given last, when, and how many others in quick succession before it.
    given: Cell<(usize, u64, u32)>,
}

impl History {
    /// This thread holds `word`; `again`: it was also the last to hold it.
    pub(crate) fn note_held(&self, word: &OwnerWord, again: bool) {
        let address = word as *const OwnerWord as usize;
        if self.address.replace(address) != address {
            self.streak.set(0);
            self.operations.set(0);
            self.dense.set(0);
        }
        self.streak.set(if again { self.streak.get() + 1 } else { 0 });
        let operations = self.operations.get();
        self.operations.set(operations.wrapping_add(1));
        if operations.is_multiple_of(SAMPLE) {
            let time = now();
            let dense = time.saturating_sub(self.sampled_at.replace(time))
                < DENSE_NANOS * u64::from(SAMPLE);
            self.dense.set(if dense { self.dense.get() + 1 } else { 0 });
        }
    }

    /// `word` is asked for: whether this is one of a run of different objects.
    pub(crate) fn gives_one_after_another(&self, word: &OwnerWord) -> bool {
        let (address, time) = (word as *const OwnerWord as usize, now());
        let (last, last_time, run) = self.given.get();
        let goes_on = address != last && time.saturating_sub(last_time) < QUICK_NANOS;
        let run = if goes_on { run + 1 } else { 0 };
        self.given.set((address, time, if run == RUN { 0 } else { run }));
        run == RUN
    }

    /// Two readers met at an object.
    pub(crate) fn readers_met(&self) {
        let reads = (self.sharing.get() * 2).clamp(SHARED_READS.start, SHARED_READS.end);
        self.sharing.set(reads);
        self.shared_reads.set(reads);
    }

    /// A `Shared` object had to be taken back: sharing is not what this thread needs now.
    pub(crate) fn revoked(&self) {
        self.shared_reads.set(0);
        self.sharing.set(0);
        self.kept_reads.set(KEPT_READS);
    }
}

/// Whether whoever gets `word` keeps it for a while.
pub(crate) fn is_held(thread: &StmThread, word: &OwnerWord) -> bool {
    worth_spinning(0) && thread.registry.heat.get(word).held > 0
}

/// How `thread`, which owns `word` (now `bits`), should give it to a requester.
pub(crate) fn grant(thread: &StmThread, word: &OwnerWord, bits: OwnerBits, write: bool) -> Grant {
    if !write && !bits.may_write() {
        thread.history.readers_met();
        return Grant::Share;
    }
    thread.registry.heat.exchange(word, now())
}

/// Whether a reader makes a stale object, which another thread left as `bits`, `Shared`.
pub(crate) fn share_on_read(thread: &StmThread, bits: OwnerBits) -> bool {
    if !bits.may_write() {
        return true;
    }
    let left = thread.history.shared_reads.get();
    thread.history.shared_reads.set(left.saturating_sub(1));
    left > 0
}

/// Whether a block makes a stale object that its last owner has only read `Shared`. Where such
/// objects are written again soon, a claim by each reader costs less than taking them back.
pub(crate) fn share_in_block(thread: &StmThread) -> bool {
    let left = thread.history.kept_reads.get();
    thread.history.kept_reads.set(left.saturating_sub(1));
    left == 0
}

/// An operation on the `Contended` object `word` is over: does it stay so?
pub(crate) fn after_operation(thread: &StmThread, word: &OwnerWord) -> Contention {
    let history = &thread.history;
    if history.address.get() != word as *const OwnerWord as usize {
        return Contention::Stays;
    }
    if history.streak.get() >= STREAK {
        history.address.set(0);
        thread.registry.heat.cool(word);
        return Contention::Ends;
    }
    if history.dense.get() >= DENSE_SAMPLES {
        history.address.set(0);
        thread.registry.heat.hold(word, now());
        return Contention::Ends;
    }
    Contention::Stays
}
