//! The verifier: walks everything and says what is wrong.
//!
//! It checks, block by block, that objects have shapes that exist and sizes that fit, that they do
//! not overlap, that lines are marked exactly where old objects lie, that runs of young objects parse
//! to their end; and, object by object, that every reference leads to the beginning of an object, and
//! that an old object which refers to a young one is remembered, or is storage of one that is. Tests
//! and zeal builds run it after each collection.

use crate::header::{G, Header};
use crate::heap::Heap;
use crate::layout::{Layout, MAX_SHAPES, layout_of, shape_entry};
use crate::space::{BLOCK, LINE, LINES, LIVE, PAGE, Space, State};
use crate::value::Value;
use std::collections::HashSet;
use std::ptr::NonNull;
use std::sync::atomic::Ordering;

/// What is known while walking.
struct Walk<'a> {
    heap: &'a Heap,
    /// Offsets of young objects, large ones included.
    young: HashSet<usize>,
    /// Offsets of remembered objects and their storage.
    remembered: HashSet<usize>,
    /// Bytes in live lines and marked large objects.
    live: usize,
}

impl Heap {
    /// Checks everything; the first error found, in words.
    ///
    /// # Safety
    /// The world is stopped, and every object is initialised.
    pub unsafe fn verify(&self) -> Result<(), String> {
        // SAFETY: stopped (H5).
        unsafe { self.terminate_all_runs() };
        let mut walk =
            Walk { heap: self, young: HashSet::new(), remembered: HashSet::new(), live: 0 };
        let blocks: Vec<_> = self.blocks_in_use().collect();
        for &(block, state) in &blocks {
            // SAFETY: objects are whole (H2), and runs were terminated above.
            unsafe {
                match state {
                    State::Small => walk.check_block(block)?,
                    State::LargeHead(count) => walk.check_large(block, count)?,
                    State::Free | State::LargeTail(_) => {}
                }
            }
        }
        self.check_free_blocks()?;
        if walk.live != self.live_bytes() {
            return Err(format!("{} bytes live, not {}", walk.live, self.live_bytes()));
        }
        for object in self.remembered() {
            // SAFETY: a whole object (H2) whose shape has just been checked.
            unsafe { walk.remember(object) };
        }
        for &(block, state) in &blocks {
            // SAFETY: as for `check_block`, which has found nothing.
            unsafe {
                match state {
                    State::Small => {
                        for offset in self.marked_in(block).chain(self.young_in(block)) {
                            walk.check_references(offset)?;
                        }
                    }
                    State::LargeHead(_) => walk.check_references(Space::block_offset(block))?,
                    State::Free | State::LargeTail(_) => {}
                }
            }
        }
        Ok(())
    }

    /// What all threads have remembered.
    fn remembered(&self) -> Vec<NonNull<Header>> {
        let collector = self.collector();
        let mut remembered = collector.orphaned.remembered.clone();
        for &local in &collector.locals {
            // SAFETY: registered, and stopped (H5).
            remembered.extend_from_slice(&unsafe { local.get() }.slow().young.remembered);
        }
        remembered
    }

    fn check_free_blocks(&self) -> Result<(), String> {
        let high = self.pool().high();
        for block in (0..high).filter(|&block| self.space().state(block) == State::Free) {
            let lines = self.space().block_line_words(block).iter();
            let bits = lines
                .chain(self.space().block_marks(block))
                .chain(self.space().block_starts(block));
            if bits.fold(0, |all, word| all | word.load(Ordering::Relaxed)) != 0 {
                return Err(format!("free block {block} has marks"));
            }
        }
        Ok(())
    }
}

impl Walk<'_> {
    fn object(&self, offset: usize) -> *const Header {
        self.heap.space().object(offset).as_ptr()
    }

    /// The layout of an object, after a look at its shape.
    fn layout(&self, offset: usize) -> Result<&'static Layout, String> {
        // SAFETY: offsets come from mark bits or parsing, and the memory is ours in any case.
        let shape = unsafe { (*self.object(offset)).shape_relaxed() };
        let layout = if shape.0 < MAX_SHAPES { shape_entry(shape).layout() } else { None };
        layout.ok_or_else(|| format!("object at offset {offset:#x} has no such shape: {shape:?}"))
    }

    unsafe fn check_block(&mut self, block: u32) -> Result<(), String> {
        let base = Space::block_offset(block);
        let mut lines = [false; LINES];
        let mut end = 0;
        for offset in self.heap.marked_in(block) {
            let layout = self.layout(offset)?;
            // SAFETY: the shape exists; the object is initialised (the caller's promise).
            let size = unsafe { layout.size_of(self.object(offset)) };
            if offset + size > base + BLOCK {
                return Err(format!(
                    "{} at {offset:#x}: size {size} does not fit its block",
                    layout.name
                ));
            }
            if offset < end {
                return Err(format!(
                    "{} at {offset:#x} overlaps the object before it",
                    layout.name
                ));
            }
            end = offset + size;
            lines[(offset - base) / LINE..=(end - 1 - base) / LINE].fill(true);
        }
        self.live += lines.iter().filter(|&&live| live).count() * LINE;
        let bytes = self.heap.space().block_lines(block);
        for (n, byte) in bytes.iter().enumerate() {
            if (byte.load(Ordering::Relaxed) & LIVE != 0) != lines[n] {
                return Err(format!("line {n} of block {block}: live is not {}", lines[n]));
            }
        }
        // SAFETY: as above.
        for offset in unsafe { self.heap.young_in(block) } {
            let layout = self.layout(offset)?;
            // SAFETY: as above.
            let size = unsafe { layout.size_of(self.object(offset)) };
            if offset + size > base + BLOCK {
                return Err(format!(
                    "young {} at {offset:#x}: size {size} does not fit",
                    layout.name
                ));
            }
            if lines[(offset - base) / LINE..=(offset + size - 1 - base) / LINE].contains(&true) {
                return Err(format!("young {} at {offset:#x} lies among old objects", layout.name));
            }
            self.young.insert(offset);
        }
        Ok(())
    }

    unsafe fn check_large(&mut self, block: u32, count: u32) -> Result<(), String> {
        let offset = Space::block_offset(block);
        let layout = self.layout(offset)?;
        // SAFETY: the shape exists.
        let size = unsafe { layout.size_of(self.object(offset)) };
        if size.div_ceil(BLOCK) != count as usize {
            return Err(format!(
                "large {} at {offset:#x}: {size} bytes in {count} blocks",
                layout.name
            ));
        }
        if self.heap.space().is_marked(offset) {
            self.live += size.next_multiple_of(PAGE);
        } else {
            self.young.insert(offset);
        }
        Ok(())
    }

    /// Notes a remembered object and the storage it owns.
    unsafe fn remember(&mut self, object: NonNull<Header>) {
        self.remembered.insert(self.heap.space().offset(object.as_ptr().addr()));
        // SAFETY: initialised, the shape has been checked.
        unsafe {
            for &at in layout_of(object.as_ptr()).owned {
                let storage = crate::header::value_at(object.as_ptr(), at as usize);
                let offset = self.heap.space().offset(storage.bits() as usize);
                if self.heap.space().contains(offset) {
                    self.remember(self.heap.space().object(offset));
                }
            }
        }
    }

    unsafe fn check_references(&self, offset: usize) -> Result<(), String> {
        let space = self.heap.space();
        let object = self.object(offset);
        let layout = self.layout(offset)?;
        let old = space.is_marked(offset);
        let remembered = self.remembered.contains(&offset);
        let exempt = layout.immutable || layout.storage;
        // SAFETY: initialised.
        let g = unsafe { (*object).owner.peek().0 & G != 0 };
        if old && !exempt && g && !remembered {
            return Err(format!("old {} at {offset:#x} has G but is not remembered", layout.name));
        }
        let mut error = None;
        let mut check = |value: Value, weak: bool| {
            let to = space.offset(value.bits() as usize);
            if !space.contains(to) || error.is_some() {
                return;
            }
            let young = self.young.contains(&to);
            let starts = young || to.is_multiple_of(16) && space.is_marked(to);
            if !starts {
                error = Some(format!(
                    "{} at {offset:#x} refers to {to:#x}, where no object is",
                    layout.name
                ));
            } else if old && young && !remembered && !weak {
                error = Some(format!(
                    "old {} at {offset:#x} refers to a young object unnoticed",
                    layout.name
                ));
            }
        };
        // SAFETY: initialised; the weak field is inside the object.
        unsafe {
            layout.references(object, &mut |value| check(value, false));
            if let Some(weak) = layout.weak {
                check(crate::header::value_at(object, weak.referent as usize), true);
            }
        }
        error.map_or(Ok(()), Err)
    }
}
