//! The owner word: 32 bits at the start of every mutable heap object that say who may touch it.
//!
//! ```text
//!  31        20 19                2  1   0
//! +------------+-------------------+---+---+
//! |    tid     |       epoch       | W | G |
//! +------------+-------------------+---+---+
//! ```
//!
//! | bits | name | meaning | who changes it |
//! | --- | --- | --- | --- |
//! | 31..20 | tid | the thread id under which the word was claimed; the three highest ids are tags | CAS of a claimer; store of a live owner |
//! | 19..2 | epoch | the owner's epoch at the claim; the word is *live* while that epoch lies in the live range the tid's thread publishes, *stale* (free for anybody) otherwise | as above |
//! | 1 | `W` | the owner may write: what it needs for undo is logged | the owner |
//! | 0 | `G` | the generational collector needs no further note of writes (young, or remembered) | the owner; the collector during a stop, by atomic and/or |
//!
//! Three tids are tags. `SHARED`: read-only for everybody. `REVOKING`: the epoch field holds the
//! slot of the thread that waits for all readers to be done. `CONTENDED`: the highest bit of the
//! epoch field says that the object is held for one operation, the others name the slot of the
//! thread that holds it or held it last. Tid zero is never lent, so a zeroed word is an object
//! that nobody owns ([`OwnerWord::free`]).
//!
//! The transitions below are the only code that changes a word; each is one atomic instruction
//! and says in a `#[must_use]` enum what came of it.

use crate::sync::{AtomicU32, Ordering};

/// The generational bit: no further note of writes is needed.
pub const G: u32 = 1 << 0;
/// The write bit: the owner's transaction may write.
pub const W: u32 = 1 << 1;
/// Lowest bit of the epoch field.
pub const EPOCH_SHIFT: u32 = 2;
/// Width of the epoch field.
pub const EPOCH_BITS: u32 = 18;
/// Mask of the epoch field in place.
pub const EPOCH_MASK: u32 = ((1 << EPOCH_BITS) - 1) << EPOCH_SHIFT;
/// Lowest bit of the thread id.
pub const TID_SHIFT: u32 = EPOCH_SHIFT + EPOCH_BITS;
/// Width of the thread id.
pub const TID_BITS: u32 = 12;

/// Tag in the tid field: read-only for everybody.
pub const TID_SHARED: u32 = (1 << TID_BITS) - 1;
/// Tag in the tid field: a thread waits for all readers to be done.
pub const TID_REVOKING: u32 = TID_SHARED - 1;
/// Tag in the tid field: held for one operation at a time.
pub const TID_CONTENDED: u32 = TID_SHARED - 2;
/// The smallest tag: thread ids lie in `1..TID_LIMIT`.
pub const TID_LIMIT: u32 = TID_CONTENDED;

/// In a `Contended` word: somebody holds the object for an operation.
pub const CONTENDED_HELD: u32 = 1 << (TID_SHIFT - 1);

/// The word of storage that logs writes: nobody's, at an epoch that owns nothing.
const LOGS_WRITES: u32 = EPOCH_MASK | G;

/// The smallest word whose state is `Shared`: the read barrier's second compare.
pub const SHARED_MIN: u32 = TID_SHARED << TID_SHIFT;

/// The bits of an owner word, as loaded at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(transparent)]
pub struct OwnerBits(pub u32);

/// What an owner word says, spelled out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OwnerState {
    /// Nobody's, and never was: tid zero.
    Free,
    /// Claimed under `tid` at `epoch`; stale unless that epoch is live.
    Owned {
        /// Thread id of the claimer.
        tid: u32,
        /// The claimer's epoch at the claim.
        epoch: u32,
    },
    /// Read-only for everybody.
    Shared,
    /// The thread in `slot` waits until all readers are done.
    Revoking {
        /// Registry slot of the revoking thread.
        slot: u32,
    },
    /// Held for one operation at a time.
    Contended {
        /// Whether somebody holds it now.
        held: bool,
        /// Registry slot of the thread that holds it or held it last.
        by: u32,
    },
}

impl OwnerBits {
    /// `Owned(tid, epoch)` with the given `W` and `G` bits (`flags`).
    #[inline(always)]
    pub const fn owned(tid: u32, epoch: u32, flags: u32) -> Self {
        OwnerBits(tid << TID_SHIFT | epoch << EPOCH_SHIFT | flags)
    }

    /// `Shared`, with the `G` bit of `self`.
    #[inline(always)]
    pub const fn to_shared(self) -> Self {
        OwnerBits(SHARED_MIN | (self.0 & G))
    }

    /// `Revoking(slot)`, with the `G` bit of `self`.
    #[inline(always)]
    pub const fn to_revoking(self, slot: u32) -> Self {
        OwnerBits(TID_REVOKING << TID_SHIFT | slot << EPOCH_SHIFT | (self.0 & G))
    }

    /// `Contended`, held (or last held) by the thread in slot `by`, with the `G` bit of `self`.
    #[inline(always)]
    pub const fn to_contended(self, held: bool, by: u32) -> Self {
        let lock = if held { CONTENDED_HELD } else { 0 };
        OwnerBits(TID_CONTENDED << TID_SHIFT | lock | by << EPOCH_SHIFT | (self.0 & G))
    }

    /// Nobody's, with the `G` bit of `self`.
    #[inline(always)]
    pub const fn to_free(self) -> Self {
        OwnerBits(self.0 & G)
    }

    /// `Owned` by the thread whose write token is `token`, with exactly the `W` bit of `write`
    /// and the `G` bit of `self`.
    #[inline(always)]
    pub const fn to_owned_by(self, token: u32, write: bool) -> Self {
        OwnerBits((token & !(W | G)) | (self.0 & G) | if write { W } else { 0 })
    }

    /// The thread id field, tags included.
    #[inline(always)]
    pub const fn tid(self) -> u32 {
        self.0 >> TID_SHIFT
    }

    /// The epoch field.
    #[inline(always)]
    pub const fn epoch(self) -> u32 {
        (self.0 & EPOCH_MASK) >> EPOCH_SHIFT
    }

    /// Whether `W` is set.
    #[inline(always)]
    pub const fn may_write(self) -> bool {
        self.0 & W != 0
    }

    /// Whether `G` is set.
    #[inline(always)]
    pub const fn is_remembered(self) -> bool {
        self.0 & G != 0
    }

    /// Whether the word says `Shared`.
    #[inline(always)]
    pub const fn is_shared(self) -> bool {
        self.0 >= SHARED_MIN
    }

    /// The state, spelled out.
    #[inline]
    pub const fn state(self) -> OwnerState {
        let field = self.epoch();
        match self.tid() {
            0 => OwnerState::Free,
            TID_SHARED => OwnerState::Shared,
            TID_REVOKING => OwnerState::Revoking { slot: field },
            TID_CONTENDED => OwnerState::Contended {
                held: self.0 & CONTENDED_HELD != 0,
                by: (self.0 & (EPOCH_MASK & !CONTENDED_HELD)) >> EPOCH_SHIFT,
            },
            tid => OwnerState::Owned { tid, epoch: field },
        }
    }

    /// Equal but for `W` and `G`: the same owner, at the same epoch.
    #[inline(always)]
    pub const fn same_owner(self, other: OwnerBits) -> bool {
        (self.0 | W | G) == (other.0 | W | G)
    }
}

/// What came of an attempt to change a word.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transition {
    /// The word is now what was asked for.
    Done,
    /// Somebody changed the word first: look again.
    Lost,
}

/// The owner word itself, first in every mutable object's header.
#[derive(Debug)]
#[repr(transparent)]
pub struct OwnerWord(AtomicU32);

impl OwnerWord {
    /// A word with the given bits. New objects are born with their thread's
    /// [`write_token`](crate::StmThread::write_token): exclusive, logged and young.
    #[inline(always)]
    pub const fn new(bits: OwnerBits) -> Self {
        OwnerWord(AtomicU32::new(bits.0))
    }

    /// The word of an object that is never written after publication and needs no barrier:
    /// `Shared`, with `G` set.
    #[inline(always)]
    pub const fn immutable() -> Self {
        OwnerWord(AtomicU32::new(SHARED_MIN | G))
    }

    /// The word of an object that nobody owns and the collector has not remembered.
    #[inline(always)]
    pub const fn free() -> Self {
        OwnerWord(AtomicU32::new(0))
    }

    /// The bits, with Acquire: a grant may have written this thread's token (S3).
    #[inline(always)]
    pub fn load(&self) -> OwnerBits {
        OwnerBits(self.0.load(Ordering::Acquire))
    }

    /// The bits without any ordering: for looks that decide nothing alone.
    #[inline(always)]
    pub fn peek(&self) -> OwnerBits {
        OwnerBits(self.0.load(Ordering::Relaxed))
    }

    /// Changes `from` to `to` unless somebody was faster.
    #[inline]
    pub(crate) fn transition(&self, from: OwnerBits, to: OwnerBits) -> Transition {
        match self.0.compare_exchange(from.0, to.0, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => Transition::Done,
            Err(_) => Transition::Lost,
        }
    }

    /// Starts a revocation: `Shared` to `Revoking(slot)`, sequentially consistent because the
    /// next thing the revoker does is to look at what readers publish (fence 3 of the protocol).
    #[inline]
    pub(crate) fn begin_revocation(&self, from: OwnerBits, slot: u32) -> Transition {
        let to = from.to_revoking(slot);
        match self.0.compare_exchange(from.0, to.0, Ordering::SeqCst, Ordering::Relaxed) {
            Ok(_) => Transition::Done,
            Err(_) => Transition::Lost,
        }
    }

    /// Stores new bits into a word that is live and ours: nobody else may change it (S1).
    #[inline]
    pub(crate) fn store_owned(&self, to: OwnerBits) {
        self.0.store(to.0, Ordering::Release);
    }

    /// Sets `G`: for the collector during a stop, and for objects born remembered.
    #[inline]
    pub fn set_remembered(&self) {
        self.0.fetch_or(G, Ordering::Relaxed);
    }

    /// Clears `G`, so that the next write claim tells the collector: for the collector during a
    /// stop, when a survivor becomes old or leaves the remembered set.
    #[inline]
    pub fn clear_remembered(&self) {
        self.0.fetch_and(!G, Ordering::Relaxed);
    }

    /// Storage has no owner of its own, so its word is free to say one thing: whether whoever writes
    /// to it must log what is overwritten. Set by a block that holds the storage's object; read by
    /// whoever holds it.
    #[inline(always)]
    pub fn logs_writes(&self) -> bool {
        self.peek().0 | G == LOGS_WRITES
    }

    /// Sets or clears what [`OwnerWord::logs_writes`] says, keeping `G`.
    pub fn set_logs_writes(&self, on: bool) {
        let word = if on { LOGS_WRITES & !G } else { 0 };
        self.0.store(word | self.peek().0 & G, Ordering::Relaxed);
    }

    /// Gives a freshly built object to nobody, keeping `G`: whoever wants it claims it, its maker
    /// included, and a block that changes it logs that. For objects that become visible to others
    /// before the block in which they were made has ended. The caller must own it.
    #[inline]
    pub fn set_free(&self) {
        self.0.store(self.peek().to_free().0, Ordering::Release);
    }

    /// Declares a freshly built object immutable, before or after publication: everybody may
    /// read it from now on without asking. The caller must own it.
    #[inline]
    pub fn freeze(&self) {
        self.0.store(SHARED_MIN | G, Ordering::Release);
    }

    /// Gives an object to all readers at once: `Shared`, keeping `G`. The caller must own it
    /// for writing; its own later writes revoke like anybody's. For data built to be read:
    /// classes, modules, code.
    #[inline]
    pub fn share(&self) {
        let bits = self.peek();
        self.0.store(bits.to_shared().0, Ordering::Release);
    }
}
