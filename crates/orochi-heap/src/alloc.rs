//! Allocation: a cursor and a limit in each thread's own structure.
//!
//! A thread allocates by moving its cursor, from a *run* of free lines: a whole block, or a gap
//! between survivors. Nothing is zeroed. When the run is used up, the slow path ends it with a
//! terminator, so that the collector can parse it, and takes the next: the next gap of the block it
//! is in, else another block from the pool. Objects of more than a line that do not fit the gap go
//! to a second, whole block instead, so that gaps are not wasted on them; objects above 16 KB get
//! blocks of their own.
//!
//! **Allocation never collects.** When all threads together have taken as much as the nursery holds,
//! the slow path asks the layer above to set this thread's poll and goes on allocating.

use crate::block::{Home, Taken, current_home};
use crate::collect::Kind;
use crate::header::{Header, OwnerBits, ShapeId};
use crate::heap::Heap;
use crate::layout::round_up;
use crate::space::{BLOCK, LARGE, LINE, LINES, RUN, RUN_START, Space};
use std::cell::{Cell, UnsafeCell};
use std::ptr::NonNull;
use std::sync::atomic::Ordering;

/// The heap's limit is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfMemory;

impl std::fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the heap's limit is reached")
    }
}

impl std::error::Error for OutOfMemory {}

/// A thread's own part of the heap, embedded in its thread structure.
///
/// Cursor and limit come first, so that compiled code can allocate on its own: if the size is at
/// most `limit - cursor`, the object is at the cursor, which moves up by the size (a multiple of 16).
#[repr(C)]
pub struct LocalHeap {
    cursor: Cell<usize>,
    limit: Cell<usize>,
    slow: UnsafeCell<Slow>,
}

// SAFETY: a thread's structure may be made by another thread and handed over; references to heap
// objects mean the same everywhere. Once registered, the part stays where it is.
unsafe impl Send for LocalHeap {}

/// What only slow paths and the collector look at.
pub(crate) struct Slow {
    pub(crate) heap: Option<&'static Heap>,
    /// The end of the current run; the limit is lower under zeal.
    run_end: usize,
    /// The block the current run lies in, and the first of its lines not yet looked at.
    block: u32,
    next_line: usize,
    /// The block for objects of more than a line.
    medium_cursor: usize,
    medium_end: usize,
    /// Bytes taken that the heap has not been told of.
    taken: usize,
    /// Allocations until zeal asks for the next collection.
    zeal_left: u32,
    /// What the collector takes over.
    pub(crate) young: Young,
}

/// What one thread, or all, have left for the next collection.
#[derive(Default)]
pub(crate) struct Young {
    /// Blocks with runs, and on which core they were taken.
    pub(crate) blocks: Vec<(u32, Home)>,
    /// First blocks of large objects.
    pub(crate) large: Vec<u32>,
    /// Old objects that were written to.
    pub(crate) remembered: Vec<NonNull<Header>>,
    /// Objects with a finaliser.
    pub(crate) finalisable: Vec<NonNull<Header>>,
    /// Objects that hold something outside the heap.
    pub(crate) resources: Vec<NonNull<Header>>,
}

impl Young {
    pub(crate) fn append(&mut self, other: &mut Young) {
        self.blocks.append(&mut other.blocks);
        self.large.append(&mut other.large);
        self.remembered.append(&mut other.remembered);
        self.finalisable.append(&mut other.finalisable);
        self.resources.append(&mut other.resources);
    }
}

const NO_BLOCK: u32 = u32::MAX;

impl LocalHeap {
    /// Byte offset of the cursor (address of the next object), for compiled code.
    pub const CURSOR_OFFSET: usize = std::mem::offset_of!(LocalHeap, cursor);
    /// Byte offset of the limit (an object must end at or below it), for compiled code.
    pub const LIMIT_OFFSET: usize = std::mem::offset_of!(LocalHeap, limit);

    /// Not yet registered: allocation fails until `Heap::register` has been called.
    pub const fn new() -> LocalHeap {
        LocalHeap {
            cursor: Cell::new(0),
            limit: Cell::new(0),
            slow: UnsafeCell::new(Slow {
                heap: None,
                run_end: 0,
                block: NO_BLOCK,
                next_line: LINES,
                medium_cursor: 0,
                medium_end: 0,
                taken: 0,
                zeal_left: 0,
                young: Young {
                    blocks: Vec::new(),
                    large: Vec::new(),
                    remembered: Vec::new(),
                    finalisable: Vec::new(),
                    resources: Vec::new(),
                },
            }),
        }
    }

    /// Room for an object of `size` bytes (at least a header), header written, the rest
    /// uninitialised. Never collects.
    ///
    /// # Safety
    /// The caller runs on the registered thread and initialises every word its layout names (the
    /// words that tell the size first) before its next safepoint.
    #[inline(always)]
    pub unsafe fn alloc(
        &self,
        size: usize,
        owner: OwnerBits,
        shape: ShapeId,
    ) -> Result<NonNull<Header>, OutOfMemory> {
        debug_assert!(size >= Header::SIZE && shape != ShapeId::TERMINATOR);
        let at = self.cursor.get();
        let at = if size <= self.limit.get().wrapping_sub(at) {
            self.cursor.set(at + round_up(size));
            at
        } else {
            self.alloc_slow(size)?
        };
        let object: *mut Header = std::ptr::with_exposed_provenance_mut(at);
        // SAFETY: fresh memory of at least a header; the range does not begin at address zero.
        unsafe {
            Header::write(object, owner, shape);
            Ok(NonNull::new_unchecked(object))
        }
    }

    /// Puts an old object, to whose owner word the caller has just added `G`, into the remembered set.
    pub fn remember(&self, object: NonNull<Header>) {
        self.slow().young.remembered.push(object);
    }

    /// Says that a new object has a finaliser: when it dies it is kept once more and handed to the
    /// layer above through `Heap::take_finalisers`.
    pub fn register_finaliser(&self, object: NonNull<Header>) {
        self.slow().young.finalisable.push(object);
    }

    /// Keeps only those objects registered for finalisation, of the young ones, that `keep` says.
    pub(crate) fn retain_finalisable(&self, keep: impl Fn(&NonNull<Header>) -> bool) {
        self.slow().young.finalisable.retain(keep);
    }

    /// Takes this thread's young objects that have a finaliser: see
    /// [`Heap::take_all_finalisable`](crate::Heap::take_all_finalisable).
    pub fn take_young_finalisable(&self) -> crate::RootVec {
        let mut taken = crate::RootVec::new();
        let young = std::mem::take(&mut self.slow().young.finalisable);
        taken.extend(young.into_iter().map(crate::collect::reference));
        taken
    }

    /// Says that a new object holds something outside the heap, which its layout's `drop_resource` gives back.
    pub fn register_resource(&self, object: NonNull<Header>) {
        self.slow().young.resources.push(object);
    }

    /// Counts memory outside the heap that a new object keeps, so that collections come in time.
    pub fn note_external(&self, bytes: usize) {
        let slow = self.slow();
        slow.taken = slow.taken.saturating_add(bytes);
        if slow.taken >= 1 << 20
            && let Some(heap) = slow.heap
        {
            heap.note_taken(self, std::mem::take(&mut slow.taken));
        }
    }

    /// The slow part. The thread that owns this is the only one to call, or it is stopped.
    #[allow(
        clippy::mut_from_ref,
        reason = "a cell; callers keep no reference across a call that makes another"
    )]
    pub(crate) fn slow(&self) -> &mut Slow {
        // SAFETY: `LocalHeap` is not Sync; the collector comes here only while the owner is stopped.
        unsafe { &mut *self.slow.get() }
    }

    #[cold]
    #[inline(never)]
    fn alloc_slow(&self, size: usize) -> Result<usize, OutOfMemory> {
        if size > isize::MAX as usize {
            return Err(OutOfMemory);
        }
        let heap = self.slow().heap.ok_or(OutOfMemory)?;
        let zeal = heap.zeal();
        if zeal > 0 {
            let slow = self.slow();
            slow.zeal_left = slow.zeal_left.min(zeal).saturating_sub(1);
            if slow.zeal_left == 0 {
                slow.zeal_left = zeal;
                heap.request_from(self, Kind::Nursery);
            }
        }
        let at = self.place(heap, round_up(size))?;
        if zeal > 0 {
            self.limit.set(self.cursor.get());
        }
        Ok(at)
    }

    /// Finds room for an object of a rounded size.
    fn place(&self, heap: &'static Heap, size: usize) -> Result<usize, OutOfMemory> {
        if size > LARGE {
            return self.place_large(heap, size);
        }
        let mut renewed = false;
        loop {
            let at = self.cursor.get();
            let room = self.slow().run_end - at;
            if size <= room {
                self.cursor.set(at + size);
                self.limit.set(self.slow().run_end);
                return Ok(at);
            }
            if size > LINE {
                let used_up = room <= 2 * LINE && self.slow().next_line == LINES;
                if renewed || !used_up {
                    return self.place_medium(heap, size);
                }
                renewed = true;
            }
            self.next_run(heap)?;
        }
    }

    /// Ends the current run and begins the next.
    fn next_run(&self, heap: &'static Heap) -> Result<(), OutOfMemory> {
        let slow = self.slow();
        terminate(self.cursor.get(), slow.run_end);
        self.cursor.set(0);
        self.limit.set(0);
        slow.run_end = 0;
        loop {
            if slow.next_line < LINES {
                let lines = heap.space().block_lines(slow.block);
                let free = |line: &usize| lines[*line].load(Ordering::Relaxed) == 0;
                if let Some(first) = (slow.next_line..LINES).find(free) {
                    let end = (first + 1..LINES).find(|line| !free(line)).unwrap_or(LINES);
                    lines[first].store(RUN | RUN_START, Ordering::Relaxed);
                    for line in &lines[first + 1..end] {
                        line.store(RUN, Ordering::Relaxed);
                    }
                    slow.next_line = end;
                    slow.taken += (end - first) * LINE;
                    let base = heap.space().address(Space::block_offset(slow.block));
                    self.cursor.set(base + first * LINE);
                    slow.run_end = base + end * LINE;
                    self.limit.set(slow.run_end);
                    return Ok(());
                }
                slow.next_line = LINES;
            }
            heap.note_taken(self, std::mem::take(&mut slow.taken));
            let home = current_home();
            match heap.take_block(self, false, home)? {
                Taken::Whole(block) => {
                    let base = begin_whole(heap, block);
                    slow.young.blocks.push((block, home));
                    slow.block = block;
                    slow.taken += BLOCK;
                    slow.run_end = base + BLOCK;
                    self.cursor.set(base);
                    self.limit.set(slow.run_end);
                    return Ok(());
                }
                Taken::Partial(block) => {
                    slow.young.blocks.push((block, home));
                    slow.block = block;
                    slow.next_line = 0;
                }
            }
        }
    }

    fn place_medium(&self, heap: &'static Heap, size: usize) -> Result<usize, OutOfMemory> {
        let slow = self.slow();
        if size > slow.medium_end - slow.medium_cursor {
            let home = current_home();
            let (Taken::Whole(block) | Taken::Partial(block)) =
                heap.take_block(self, true, home)?;
            terminate(slow.medium_cursor, slow.medium_end);
            slow.young.blocks.push((block, home));
            slow.medium_cursor = begin_whole(heap, block);
            slow.medium_end = slow.medium_cursor + BLOCK;
            heap.note_taken(self, std::mem::take(&mut slow.taken) + BLOCK);
        }
        let at = slow.medium_cursor;
        slow.medium_cursor += size;
        Ok(at)
    }

    fn place_large(&self, heap: &'static Heap, size: usize) -> Result<usize, OutOfMemory> {
        let block = heap.take_large(self, size)?;
        let slow = self.slow();
        slow.young.large.push(block);
        heap.note_taken(self, std::mem::take(&mut slow.taken) + size);
        Ok(heap.space().address(Space::block_offset(block)))
    }

    /// Makes the current runs parseable; allocation may go on.
    pub(crate) fn terminate_runs(&self) {
        let slow = self.slow();
        terminate(self.cursor.get(), slow.run_end);
        terminate(slow.medium_cursor, slow.medium_end);
    }

    /// Ends the current runs: what is left of them is the collector's. Returns the bytes taken that
    /// the heap has not been told of.
    pub(crate) fn end_runs(&self) -> usize {
        self.terminate_runs();
        let slow = self.slow();
        self.cursor.set(0);
        self.limit.set(0);
        slow.run_end = 0;
        slow.block = NO_BLOCK;
        slow.next_line = LINES;
        slow.medium_cursor = 0;
        slow.medium_end = 0;
        std::mem::take(&mut slow.taken)
    }
}

impl Default for LocalHeap {
    fn default() -> LocalHeap {
        LocalHeap::new()
    }
}

/// Makes a free block one run; returns its address.
fn begin_whole(heap: &Heap, block: u32) -> usize {
    let lines = heap.space().block_line_words(block);
    for word in lines {
        word.store(u64::from_ne_bytes([RUN; 8]), Ordering::Relaxed);
    }
    heap.space().block_lines(block)[0].store(RUN | RUN_START, Ordering::Relaxed);
    heap.space().address(Space::block_offset(block))
}

/// Ends a run of objects at `cursor`, unless it is full.
fn terminate(cursor: usize, end: usize) {
    if cursor < end {
        let at: *mut Header = std::ptr::with_exposed_provenance_mut(cursor);
        // SAFETY: the rest of the run is ours and has room for a granule.
        unsafe { Header::write(at, OwnerBits(0), ShapeId::TERMINATOR) };
    }
}
