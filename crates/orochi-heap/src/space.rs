//! The heap's addresses: one reserved range, and what is known about each part of it.
//!
//! ```text
//! | blocks of 32 KB ... | mark bits | start bits | line bytes | block states | shape marks |
//! ```
//!
//! Everything is reserved at once and touched as it comes into use, so that an address is turned
//! into its mark bit, line and block by shifts alone, for any address, without asking whether there
//! is anything. A *mark* bit per granule says where an object begins that has survived; since it is
//! kept between collections it is also the table of old objects. A *line* byte per 128 bytes says
//! whether something old lies in the line ([`LIVE`]), or whether it belongs to a run of memory that
//! a thread has allocated from since the last collection ([`RUN`], with [`RUN_START`] in its first
//! line). *Start* bits are a cache: where young objects begin in runs that somebody had to parse.

use crate::header::Header;
use crate::layout::MAX_SHAPES;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};

/// Bytes a block.
pub(crate) const BLOCK: usize = 32 << 10;
/// Bytes a line.
pub(crate) const LINE: usize = 128;
/// Lines a block.
pub(crate) const LINES: usize = BLOCK / LINE;
/// Words of mark bits a block.
pub(crate) const MARK_WORDS: usize = BLOCK / 16 / 64;
/// Objects above this size take whole blocks of their own, unless their thread's run has room.
pub(crate) const LARGE: usize = 16 << 10;
/// Bytes a page: what large objects are accounted in.
pub(crate) const PAGE: usize = 4096;

/// Line byte: an object that has survived lies here.
pub(crate) const LIVE: u8 = 1;
/// Line byte: part of a run that a thread has taken since the last collection.
pub(crate) const RUN: u8 = 2;
/// Line byte: the first line of such a run.
pub(crate) const RUN_START: u8 = 4;
/// Line byte, in the first line of a run: its start bits are valid.
pub(crate) const PARSED: u8 = 8;

/// What a block is used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// Nothing.
    Free,
    /// Objects of up to 16 KB.
    Small,
    /// One object begins here and takes so many blocks.
    LargeHead(u32),
    /// It began so many blocks before.
    LargeTail(u32),
}

impl State {
    fn encode(self) -> u32 {
        match self {
            State::Free => 0,
            State::Small => 1,
            State::LargeHead(n) => 2 | n << 2,
            State::LargeTail(n) => 3 | n << 2,
        }
    }

    fn decode(word: u32) -> State {
        match word & 3 {
            0 => State::Free,
            1 => State::Small,
            2 => State::LargeHead(word >> 2),
            _ => State::LargeTail(word >> 2),
        }
    }
}

/// Addresses of the parts. Copied freely: it never changes.
#[derive(Clone, Copy)]
pub(crate) struct Space {
    base: usize,
    bytes: usize,
    marks: *const AtomicU64,
    starts: *const AtomicU64,
    lines: *const AtomicU8,
    states: *const AtomicU32,
    shape_marks: *const AtomicU8,
}

// SAFETY: addresses of memory that is never unmapped and only accessed through atomics.
unsafe impl Send for Space {}
// SAFETY: as above.
unsafe impl Sync for Space {}

/// Reserves zeroed memory that costs nothing until touched.
pub(crate) fn reserve(bytes: usize) -> Option<*mut u8> {
    // SAFETY: a new private mapping at an address of the system's choice.
    let at = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    (at != libc::MAP_FAILED).then_some(at.cast())
}

impl Space {
    /// Reserves as much as the system lets us, up to 256 GB.
    pub(crate) fn reserve() -> Option<Space> {
        let mut bytes: usize = 256 << 30;
        loop {
            let side = 2 * (bytes / 128) + bytes / LINE + bytes / BLOCK * 4 + MAX_SHAPES as usize;
            if let Some(at) = reserve(bytes + side + BLOCK) {
                // SAFETY: offsets inside the mapping just made.
                unsafe {
                    let base = at.add(at.align_offset(BLOCK));
                    base.expose_provenance();
                    let marks = base.add(bytes);
                    let starts = marks.add(bytes / 128);
                    let lines = starts.add(bytes / 128);
                    let states = lines.add(bytes / LINE);
                    let shape_marks = states.add(bytes / BLOCK * 4);
                    return Some(Space {
                        base: base.addr(),
                        bytes,
                        marks: marks.cast(),
                        starts: starts.cast(),
                        lines: lines.cast(),
                        states: states.cast(),
                        shape_marks: shape_marks.cast(),
                    });
                }
            }
            if bytes <= 64 << 20 {
                return None;
            }
            bytes /= 2;
        }
    }

    /// How many blocks there are.
    pub(crate) fn blocks(&self) -> u32 {
        (self.bytes / BLOCK) as u32
    }

    /// Where an address lies in the range; at least `bytes` if it lies outside.
    #[inline(always)]
    pub(crate) fn offset(&self, address: usize) -> usize {
        address.wrapping_sub(self.base)
    }

    /// Is the offset one of the range's?
    #[inline(always)]
    pub(crate) fn contains(&self, offset: usize) -> bool {
        offset < self.bytes
    }

    /// The address at an offset.
    #[inline(always)]
    pub(crate) fn address(&self, offset: usize) -> usize {
        self.base + offset
    }

    /// The object at an offset.
    #[inline(always)]
    pub(crate) fn object(&self, offset: usize) -> NonNull<Header> {
        let at = std::ptr::with_exposed_provenance_mut(self.base + offset);
        // SAFETY: the range does not begin at address zero.
        unsafe { NonNull::new_unchecked(at) }
    }

    /// Offset of the first byte of a block.
    #[inline(always)]
    pub(crate) fn block_offset(block: u32) -> usize {
        block as usize * BLOCK
    }

    /// Asks the system for nothing: tells it that these blocks' contents are not needed.
    pub(crate) fn give_back(&self, block: u32, count: u32) {
        let at: *mut u8 =
            std::ptr::with_exposed_provenance_mut(self.base + Self::block_offset(block));
        // SAFETY: free blocks of the range hold nothing that anybody reads.
        unsafe { libc::madvise(at.cast(), count as usize * BLOCK, libc::MADV_DONTNEED) };
    }

    /// Asks the system for the pages of these blocks, which are going to be used. If it will not, they
    /// come one by one when they are touched.
    pub(crate) fn populate(&self, block: u32, count: u32) {
        let at: *mut u8 =
            std::ptr::with_exposed_provenance_mut(self.base + Self::block_offset(block));
        // SAFETY: blocks of the range; their contents stay as they are.
        unsafe { libc::madvise(at.cast(), count as usize * BLOCK, libc::MADV_POPULATE_WRITE) };
    }

    // ---- mark bits ----

    #[inline(always)]
    fn mark_word(&self, offset: usize) -> (&AtomicU64, u64) {
        debug_assert!(self.contains(offset) && offset.is_multiple_of(16));
        // SAFETY: one word for every kilobyte of the range.
        (unsafe { &*self.marks.add(offset >> 10) }, 1 << (offset >> 4 & 63))
    }

    /// Has the object at this offset survived (or been marked)?
    #[inline(always)]
    pub(crate) fn is_marked(&self, offset: usize) -> bool {
        let (word, bit) = self.mark_word(offset);
        word.load(Ordering::Relaxed) & bit != 0
    }

    /// Marks the object; false if it was marked already. With `PARALLEL`, exactly one of several
    /// threads gets true.
    #[inline(always)]
    pub(crate) fn mark<const PARALLEL: bool>(&self, offset: usize) -> bool {
        let (word, bit) = self.mark_word(offset);
        let old = word.load(Ordering::Relaxed);
        if old & bit != 0 {
            return false;
        }
        if PARALLEL {
            word.fetch_or(bit, Ordering::Relaxed) & bit == 0
        } else {
            word.store(old | bit, Ordering::Relaxed);
            true
        }
    }

    /// The mark bits of a block.
    pub(crate) fn block_marks(&self, block: u32) -> &[AtomicU64; MARK_WORDS] {
        // SAFETY: the block's part of the bitmap.
        unsafe { &*self.marks.add(block as usize * MARK_WORDS).cast() }
    }

    /// The start bits of a block.
    pub(crate) fn block_starts(&self, block: u32) -> &[AtomicU64; MARK_WORDS] {
        // SAFETY: the block's part of the bitmap.
        unsafe { &*self.starts.add(block as usize * MARK_WORDS).cast() }
    }

    /// Takes the mark from the object.
    pub(crate) fn unmark(&self, offset: usize) {
        let (word, bit) = self.mark_word(offset);
        word.fetch_and(!bit, Ordering::Relaxed);
    }

    // ---- lines ----

    /// The line bytes of a block.
    #[inline(always)]
    pub(crate) fn block_lines(&self, block: u32) -> &[AtomicU8; LINES] {
        // SAFETY: the block's part of the table.
        unsafe { &*self.lines.add(block as usize * LINES).cast() }
    }

    /// The line bytes of a block, eight at a time.
    pub(crate) fn block_line_words(&self, block: u32) -> &[AtomicU64; LINES / 8] {
        // SAFETY: the block's part of the table, aligned to its size; nobody else
        // looks at a block that is being taken or swept.
        unsafe { &*self.lines.add(block as usize * LINES).cast() }
    }

    /// Notes that the lines from one offset to another hold something that lives.
    #[inline(always)]
    pub(crate) fn mark_lines(&self, offset: usize, size: usize) {
        let (mut line, last) = (offset / LINE, (offset + size - 1) / LINE);
        while line <= last {
            // SAFETY: one byte for every line of the range; objects lie inside it.
            let byte = unsafe { &*self.lines.add(line) };
            let old = byte.load(Ordering::Relaxed);
            // Other markers change nothing but this same bit.
            if old & LIVE == 0 {
                byte.store(old | LIVE, Ordering::Relaxed);
            }
            line += 1;
        }
    }

    // ---- blocks and shapes ----

    /// What a block is used for.
    #[inline(always)]
    pub(crate) fn state(&self, block: u32) -> State {
        // SAFETY: one word for every block.
        State::decode(unsafe { &*self.states.add(block as usize) }.load(Ordering::Relaxed))
    }

    pub(crate) fn set_state(&self, block: u32, state: State) {
        // SAFETY: one word for every block.
        unsafe { &*self.states.add(block as usize) }.store(state.encode(), Ordering::Relaxed);
    }

    /// Whether a shape has been reached.
    #[inline(always)]
    pub(crate) fn shape_mark(&self, shape: u32) -> &AtomicU8 {
        debug_assert!(shape < MAX_SHAPES);
        // SAFETY: one byte for every shape.
        unsafe { &*self.shape_marks.add(shape as usize) }
    }
}
