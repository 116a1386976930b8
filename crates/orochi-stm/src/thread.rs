//! The hot part of a thread: what both barriers and the safepoint poll touch.
//!
//! The virtual machine embeds a [`StmThread`] by value as the *first* field of its own thread
//! structure, which it pins in a box. The first fields here stand at fixed offsets, so that
//! compiled code reaches them with one instruction. Everything other threads look at lives in
//! the thread's [`ThreadRecord`], which is never freed.

use std::cell::Cell;

use crate::alone::Change;
use crate::contend::Held;
use crate::owner::{G, OwnerBits, OwnerWord, SHARED_MIN, W};
use crate::policy::History;
use crate::record::ThreadRecord;
use crate::registry::Registry;
use crate::sync::{AtomicU32, AtomicU64, Ordering};

/// Byte offset of the write token (`u32`) in [`StmThread`].
pub const WRITE_TOKEN_OFFSET: usize = 0;
/// Byte offset of the host's companion (`u32`) of the write token; see [`StmThread::set_companion`].
pub const COMPANION_OFFSET: usize = 4;
/// Byte offset of the pointer to the poll word (`*const AtomicU32`).
pub const POLL_OFFSET: usize = 8;
/// Byte offset of the release counter (`u64`).
pub const RELEASES_OFFSET: usize = 16;
/// Byte offset of the pointer to the table of marks (`*const [AtomicU32; MARKS]`).
pub const MARKS_OFFSET: usize = 24;

/// The way out of an atomic block that must be undone. No handler catches it: native code
/// passes it on with `?`, the interpreter unwinds to the block's entry.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Abort;

/// Bits that the host posted to a thread's poll word, handed back by the safepoint.
/// The protocol gives them no meaning.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HostRequests(pub u32);

impl HostRequests {
    /// Nothing asked.
    pub const NONE: HostRequests = HostRequests(0);
    /// Delivered at every safepoint: collections, async exceptions.
    pub const ANYWHERE: u32 = 0x0000_00FF;
    /// Kept back while the thread is in an atomic block: signals, finalisers.
    pub const OUTSIDE_BLOCKS: u32 = 0x0000_FF00;

    /// Whether nothing was asked.
    #[inline(always)]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether any bit of `other` is in `self`.
    #[inline(always)]
    pub const fn contains(self, other: HostRequests) -> bool {
        self.0 & other.0 != 0
    }
}

/// The per-thread state of the protocol; see the module's head.
#[repr(C)]
pub struct StmThread {
    /// `Owned` by this thread in its newest epoch, `W` and `G` set.
    pub(crate) write_token: WriteToken,
    /// The poll word, in the record.
    pub(crate) poll: &'static AtomicU32,
    /// Counts everything that may have taken ownership away. Written by this thread only.
    pub(crate) releases: AtomicU64,
    /// Marks of `Shared` objects read in the open block, in the record.
    pub(crate) marks: &'static Marks,
    /// What other threads see of this one.
    pub(crate) record: &'static ThreadRecord,
    /// Where this thread is registered.
    pub(crate) registry: &'static Registry,
    /// The `Contended` objects held for the running operation.
    pub(crate) held: Held,
    /// Number of `Contended` objects held for the running operation.
    pub(crate) held_count: Cell<u32>,
    /// What the policy remembers.
    pub(crate) history: History,
    /// Plain code, a claim of two objects, or an atomic block.
    pub(crate) block: Cell<BlockState>,
    /// The open block was asked for something it keeps until its end.
    pub(crate) asked: Cell<bool>,
    /// The next block begins with a fresh tid.
    pub(crate) fresh_tid: Cell<bool>,
    /// The open block has been told to abort, and nothing but [`StmThread::block_abort`] ends it.
    pub(crate) doomed: Cell<bool>,
    /// The open block tells the host of what it claims.
    pub(crate) listing: Cell<bool>,
    /// The open block has written to objects whose words do not say so.
    pub(crate) by_operation: Cell<bool>,
    /// The open block aborts at so many claims from now; zero: it does not. For tests.
    pub(crate) abort_after: Cell<u32>,
    /// Host requests kept back until the block's end.
    pub(crate) deferred: Cell<u32>,
    /// The thread's part of the event log, if there is one.
    pub(crate) log: std::cell::OnceCell<Box<crate::log::ThreadLog>>,
    /// The open block stands for locks.
    pub(crate) subscribed: Cell<bool>,
    /// Somebody waits for the end of the open block.
    pub(crate) pressed: Cell<bool>,
    /// What the thread is changing that is read without barriers.
    pub(crate) change: Cell<Change>,
    /// How much it has taken that threads which run alone may come to wait for.
    pub(crate) keeps: Cell<u8>,
    /// Neither ended nor never begun.
    ended: Cell<bool>,
}

/// The write token, and a number of the host's in the upper half of the same word.
///
/// Objects of a host have a 32-bit type number behind their owner word. A barrier that looks at
/// both halves of that header at once costs what a look at the type alone would cost.
pub(crate) struct WriteToken(Cell<u64>);

impl WriteToken {
    fn new(token: u32) -> Self {
        WriteToken(Cell::new(u64::from(token)))
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> u32 {
        self.0.get() as u32
    }

    /// Another token with the same companion.
    #[inline]
    pub(crate) fn set(&self, token: u32) {
        self.0.set(self.0.get() >> 32 << 32 | u64::from(token));
    }
}

/// What a thread is in the middle of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BlockState {
    /// Plain code.
    Plain,
    /// A claim of two objects, as a short block.
    Pair,
    /// An atomic block.
    Block,
}

/// Number of slots in the table of marks.
pub const MARKS: usize = 256;
/// One slot for each hash of an address: the write token under which it was marked last.
pub(crate) type Marks = [AtomicU32; MARKS];

const _: () = {
    assert!(std::mem::offset_of!(StmThread, write_token) == WRITE_TOKEN_OFFSET);
    assert!(std::mem::offset_of!(StmThread, poll) == POLL_OFFSET);
    #[cfg(not(feature = "shuttle"))]
    assert!(std::mem::offset_of!(StmThread, releases) == RELEASES_OFFSET);
    #[cfg(not(feature = "shuttle"))]
    assert!(std::mem::offset_of!(StmThread, marks) == MARKS_OFFSET);
};

impl StmThread {
    /// A thread that has a record and a tid but does not run yet.
    pub(crate) fn unstarted(record: &'static ThreadRecord, registry: &'static Registry) -> Self {
        StmThread {
            write_token: WriteToken::new(record.token().write_token()),
            held_count: Cell::new(0),
            poll: &record.poll,
            releases: AtomicU64::new(0),
            marks: &record.marks,
            record,
            registry,
            held: Held::default(),
            history: History::default(),
            block: Cell::new(BlockState::Plain),
            asked: Cell::new(false),
            fresh_tid: Cell::new(false),
            doomed: Cell::new(false),
            listing: Cell::new(false),
            by_operation: Cell::new(false),
            abort_after: Cell::new(0),
            deferred: Cell::new(0),
            log: std::cell::OnceCell::new(),
            subscribed: Cell::new(false),
            pressed: Cell::new(false),
            change: Cell::new(Change::None),
            keeps: Cell::new(0),
            ended: Cell::new(false),
        }
    }

    /// The record and the tid belong to others from now on.
    pub(crate) fn disown(&self) {
        self.ended.set(true);
    }

    /// The read barrier: whether this thread may read the object now. One load, one compare and
    /// a predictable branch for what the thread owns; `Shared` costs a second compare and one
    /// store into the thread's table of marks.
    #[inline(always)]
    pub fn can_read(&self, word: &OwnerWord) -> bool {
        if self.owns_to_read(word) {
            return true;
        }
        let shared = word.load().is_shared();
        if shared {
            self.mark(word);
        }
        shared
    }

    /// The part of the read barrier for what the thread owns: for code in which the rest would be
    /// in the way, and which asks [`StmThread::can_read`] when this says no.
    #[inline(always)]
    pub fn owns_to_read(&self, word: &OwnerWord) -> bool {
        cfg!(feature = "no-barriers") || word.load().0 | (W | G) == self.write_token.get()
    }

    /// The read barrier, with the part for `Shared` objects out of line.
    #[inline(always)]
    pub fn can_read_compactly(&self, word: &OwnerWord) -> bool {
        self.owns_to_read(word) || self.can_read_shared(word)
    }

    #[inline(never)]
    fn can_read_shared(&self, word: &OwnerWord) -> bool {
        self.can_read(word)
    }

    /// Sets the number with which [`StmThread::owns_companion_to_read`] and its like compare.
    pub fn set_companion(&self, number: u32) {
        self.write_token.0.set(u64::from(number) << 32 | u64::from(self.write_token.get()));
    }

    /// Whether the object's number is the companion, and the thread owns the object.
    ///
    /// # Safety
    /// `header` points to an owner word, aligned to eight bytes, with a number of the host's
    /// behind it.
    #[inline(always)]
    pub unsafe fn owns_companion_to_read(&self, header: *const u64) -> bool {
        if cfg!(feature = "no-barriers") {
            // SAFETY: the caller's promise.
            return unsafe { number_of(header) } == (self.write_token.0.get() >> 32) as u32;
        }
        // SAFETY: the caller's promise. What differs is at most `W` and `G`.
        unsafe { both_halves(header) ^ self.write_token.0.get() <= u64::from(W | G) }
    }

    /// As [`StmThread::owns_companion_to_read`], for writing.
    ///
    /// # Safety
    /// As there.
    #[inline(always)]
    pub unsafe fn owns_companion_to_write(&self, header: *const u64) -> bool {
        // SAFETY: the caller's promise.
        unsafe {
            if cfg!(feature = "no-barriers") {
                return self.owns_companion_to_read(header) && self.can_write(&*header.cast());
            }
            both_halves(header) == self.write_token.0.get()
        }
    }

    /// Whether the thread owns an object whose number is the one in the upper half of `expected`
    /// but for the eight highest bits, in which a host's inline cache says what it knows of the
    /// object: if so, these bits. Numbers have at most 24 bits. The lower half of `expected` is
    /// zero, or its number is none that objects have.
    ///
    /// # Safety
    /// As for [`StmThread::owns_companion_to_read`].
    #[inline(always)]
    pub unsafe fn tag_if_readable(&self, header: *const u64, expected: u64) -> Option<u8> {
        // SAFETY: the caller's promise.
        unsafe {
            if cfg!(feature = "no-barriers") {
                let found = (number_of(header) ^ (expected >> 32) as u32).rotate_left(8);
                return if found < 1 << 8 { Some(found as u8) } else { None };
            }
            // The tag, then what differs between owner word and token, then between the numbers.
            let token = u64::from(self.write_token.get());
            let found = (token ^ both_halves(header) ^ expected).rotate_left(8);
            if found <= u64::from(W | G) << 8 | 0xff { Some(found as u8) } else { None }
        }
    }

    /// As [`StmThread::tag_if_readable`], for what is `Shared`.
    ///
    /// # Safety
    /// As there.
    #[inline(always)]
    pub unsafe fn tag_if_shared(&self, header: *const u64, expected: u64) -> Option<u8> {
        // SAFETY: the caller's promise.
        unsafe {
            let found = (u64::from(SHARED_MIN) ^ both_halves(header) ^ expected).rotate_left(8);
            if found > u64::from(W | G) << 8 | 0xff {
                return None;
            }
            self.mark(&*header.cast());
            Some(found as u8)
        }
    }

    /// As [`StmThread::tag_if_readable`], for writing.
    ///
    /// # Safety
    /// As there.
    #[inline(always)]
    pub unsafe fn tag_if_writable(&self, header: *const u64, expected: u64) -> Option<u8> {
        // SAFETY: the caller's promise.
        unsafe {
            if cfg!(feature = "no-barriers") {
                let writable = self.can_write(&*header.cast());
                return if writable { self.tag_if_readable(header, expected) } else { None };
            }
            let token = u64::from(self.write_token.get());
            let found = (token ^ both_halves(header) ^ expected).rotate_left(8);
            if found <= 0xff { Some(found as u8) } else { None }
        }
    }

    /// The write barrier: whether this thread may write the object now. Exclusive, logged for
    /// undo and remembered for the collector in one compare.
    #[inline(always)]
    pub fn can_write(&self, word: &OwnerWord) -> bool {
        let bits = word.load();
        if cfg!(feature = "no-barriers") {
            return bits.0 & G != 0;
        }
        bits.0 == self.write_token.get()
    }

    /// The safepoint poll: whether somebody wants something of this thread.
    #[inline(always)]
    pub fn polled(&self) -> bool {
        cfg!(feature = "zeal") || self.poll.load(Ordering::Relaxed) != 0
    }

    /// The owner word new objects are born with: owned, logged, young.
    #[inline(always)]
    pub fn write_token(&self) -> OwnerBits {
        OwnerBits(self.write_token.get())
    }

    /// The release counter: unchanged means that everything this thread owned it still owns.
    #[inline(always)]
    pub fn releases(&self) -> u64 {
        self.releases.load(Ordering::Relaxed)
    }

    /// How often this thread has waited for others' objects.
    #[inline]
    pub fn waits(&self) -> u64 {
        self.record.counters.waits.get()
    }

    /// Whether `Contended` objects are held, so that [`StmThread::operation_done`] has work.
    #[inline(always)]
    pub fn is_holding(&self) -> bool {
        self.held_count.get() != 0
    }

    /// What other threads see of this one; valid for ever, reused after [`StmThread::finish`].
    #[inline(always)]
    pub fn record(&self) -> &'static ThreadRecord {
        self.record
    }

    /// The registry this thread belongs to.
    #[inline(always)]
    pub fn registry(&self) -> &'static Registry {
        self.registry
    }

    /// Posts host requests to this thread's own poll word: an exhausted nursery, for example.
    pub fn post(&self, requests: HostRequests) {
        self.record.post(requests);
    }

    /// Marks `word` as read by the open block. One store; outside blocks it says nothing.
    #[inline(always)]
    pub(crate) fn mark(&self, word: &OwnerWord) {
        self.marks[mark_slot(word)].store(self.write_token.get(), Ordering::Relaxed);
    }
}

/// Owner word and number of an object in one load, with Acquire as [`OwnerWord::load`].
///
/// # Safety
/// As for [`StmThread::owns_companion_to_read`].
#[inline(always)]
unsafe fn both_halves(header: *const u64) -> u64 {
    // SAFETY: the caller's promise; aligned to eight bytes.
    unsafe {
        (*header.cast::<std::sync::atomic::AtomicU64>()).load(std::sync::atomic::Ordering::Acquire)
    }
}

/// The number behind an owner word.
///
/// # Safety
/// As for [`StmThread::owns_companion_to_read`].
#[inline(always)]
unsafe fn number_of(header: *const u64) -> u32 {
    // SAFETY: the caller's promise.
    unsafe {
        let number = header.cast::<std::sync::atomic::AtomicU32>().add(1);
        (*number).load(std::sync::atomic::Ordering::Relaxed)
    }
}

impl Drop for StmThread {
    fn drop(&mut self) {
        // A thread that never started leaves its record and tid to the next one. One that is
        // dropped while registered keeps them for ever: others may still look at its objects.
        if !self.ended.get() && !self.record.is_registered() {
            self.registry.take_back(self.record);
        }
    }
}

/// The slot of the table of marks that stands for `word`.
#[inline(always)]
pub(crate) fn mark_slot(word: &OwnerWord) -> usize {
    let address = word as *const OwnerWord as usize;
    (address >> 4 ^ address >> 12) % MARKS
}
