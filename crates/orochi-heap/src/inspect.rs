//! Looking at the heap from above: what is there, and who refers to whom (`gc.get_objects`,
//! `gc.get_referents`, `gc.get_referrers`).

use crate::header::Header;
use crate::heap::Heap;
use crate::layout::layout_of;
use crate::lookup::parse;
use crate::space::{LINE, RUN_START, Space, State};
use crate::value::Value;
use std::ptr::NonNull;
use std::sync::atomic::Ordering;

impl Heap {
    /// Whether the object that a value refers to has survived the last collection. Means something
    /// only until threads allocate again.
    pub fn survived(&self, value: Value) -> bool {
        let offset = self.space().offset(value.bits() as usize);
        !self.space().contains(offset) || self.space().is_marked(offset)
    }

    /// Visits every object that has survived so far or is young, storage included; some may be
    /// unreachable by now.
    ///
    /// # Safety
    /// The world is stopped, every object is initialised, and `visit` calls nothing of the heap.
    pub unsafe fn for_each_object(&self, visit: &mut dyn FnMut(NonNull<Header>)) {
        let space = *self.space();
        // SAFETY: stopped (H5).
        unsafe { self.terminate_all_runs() };
        for (block, state) in self.blocks_in_use() {
            match state {
                State::Small => {
                    for offset in self.marked_in(block) {
                        visit(space.object(offset));
                    }
                    // SAFETY: objects are whole (H2), and runs were terminated above.
                    for offset in unsafe { self.young_in(block) } {
                        visit(space.object(offset));
                    }
                }
                State::LargeHead(_) => visit(space.object(Space::block_offset(block))),
                State::Free | State::LargeTail(_) => {}
            }
        }
    }

    /// How many objects have survived so far or are young, storage included: of old ones only their
    /// marks are looked at, so it costs little beside a collection.
    ///
    /// # Safety
    /// The world is stopped, and every object is initialised.
    pub unsafe fn count_objects(&self) -> usize {
        // SAFETY: stopped (H5).
        unsafe { self.terminate_all_runs() };
        let mut count = 0;
        for (block, state) in self.blocks_in_use() {
            match state {
                State::Small => {
                    let marks = self.space().block_marks(block).iter();
                    let old = marks.map(|word| word.load(Ordering::Relaxed).count_ones());
                    count += old.sum::<u32>() as usize;
                    // SAFETY: objects are whole (H2), and runs were terminated above.
                    count += unsafe { self.young_in(block) }.count();
                }
                State::LargeHead(_) => count += 1,
                State::Free | State::LargeTail(_) => {}
            }
        }
        count
    }

    /// Makes the runs of all threads parseable.
    ///
    /// # Safety
    /// All threads are stopped.
    pub(crate) unsafe fn terminate_all_runs(&self) {
        for &local in &self.collector().locals {
            // SAFETY: registered and stopped.
            unsafe { local.get() }.terminate_runs();
        }
    }

    /// Offsets of a block's old objects.
    pub(crate) fn marked_in(&self, block: u32) -> impl Iterator<Item = usize> + '_ {
        let base = Space::block_offset(block);
        self.space().block_marks(block).iter().enumerate().flat_map(move |(n, word)| {
            let mut bits = word.load(Ordering::Relaxed);
            std::iter::from_fn(move || {
                let bit = bits.checked_ilog2().map(|_| bits.trailing_zeros() as usize)?;
                bits &= bits - 1;
                Some(base + (n * 64 + bit) * 16)
            })
        })
    }

    /// Offsets of a block's young objects.
    ///
    /// # Safety
    /// The world is stopped, runs are terminated, every object is initialised.
    pub(crate) unsafe fn young_in(&self, block: u32) -> impl Iterator<Item = usize> + '_ {
        let base = Space::block_offset(block);
        let lines = self.space().block_lines(block).iter().enumerate();
        lines.filter(|(_, byte)| byte.load(Ordering::Relaxed) & RUN_START != 0).flat_map(
            move |(n, _)| {
                // SAFETY: a run begins here (the caller's promise).
                unsafe { parse(self.space(), base + n * LINE) }
            },
        )
    }

    /// Visits what an object refers to, through the storage it owns too, but without its shape's
    /// class and without what it refers to weakly.
    ///
    /// # Safety
    /// The object is alive and nobody writes to it.
    pub unsafe fn referents(&self, object: NonNull<Header>, visit: &mut dyn FnMut(Value)) {
        // SAFETY: the caller's promise; storage is an object like any other.
        unsafe {
            layout_of(object.as_ptr()).references(object.as_ptr(), &mut |value| {
                let offset = self.space().offset(value.bits() as usize);
                if !self.space().contains(offset) {
                    return;
                }
                let target = self.space().object(offset);
                if layout_of(target.as_ptr()).storage {
                    self.referents(target, visit);
                } else {
                    visit(value);
                }
            });
        }
    }
}
