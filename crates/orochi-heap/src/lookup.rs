//! From an address to the object that contains it.
//!
//! Native stacks hold addresses of objects and of their insides, and words that only look like it.
//! In memory that has survived a collection the mark bits say where objects begin: the nearest one
//! at or below the address, if its size reaches far enough. Young objects have no marks. Their run
//! is parsed from its start, once: where its objects begin is then noted in the start bits, and later
//! questions about the same run are answered like those about old memory.

use crate::header::{Header, ShapeId};
use crate::heap::Heap;
use crate::layout::layout_of;
use crate::space::{LINE, LINES, MARK_WORDS, PARSED, RUN, RUN_START, Space, State};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

impl Heap {
    /// The object that contains this address, if there is one that is alive or young.
    ///
    /// # Safety
    /// The world is stopped, and every object is initialised.
    pub unsafe fn find_object(&self, address: usize) -> Option<NonNull<Header>> {
        let offset = self.space().offset(address);
        if !self.space().contains(offset) {
            return None;
        }
        for &local in &self.collector().locals {
            // SAFETY: registered, and stopped.
            unsafe { local.get() }.terminate_runs();
        }
        // SAFETY: the runs are terminated.
        unsafe { find::<false>(self.space(), offset) }.map(|offset| self.space().object(offset))
    }
}

/// The offset of the object that contains `offset`. With `CACHE`, parsed runs are noted; the caller
/// sees to it that no thread goes on with a run it was in.
///
/// # Safety
/// The world is stopped, every run is terminated and every object initialised.
pub(crate) unsafe fn find<const CACHE: bool>(space: &Space, offset: usize) -> Option<usize> {
    let block = (offset / crate::space::BLOCK) as u32;
    let base = Space::block_offset(block);
    match space.state(block) {
        State::Free => None,
        State::LargeHead(_) => within(space, base, offset),
        State::LargeTail(n) => within(space, base - Space::block_offset(n), offset),
        State::Small => {
            let lines = space.block_lines(block);
            let line = (offset - base) / LINE;
            let byte = lines[line].load(Ordering::Relaxed);
            if byte & RUN == 0 {
                let start = base + nearest(space.block_marks(block), (offset - base) / 16)? * 16;
                return within(space, start, offset);
            }
            let first =
                (0..=line).rev().find(|&n| lines[n].load(Ordering::Relaxed) & RUN_START != 0)?;
            let run = base + first * LINE;
            if CACHE {
                if lines[first].load(Ordering::Relaxed) & PARSED == 0 {
                    let starts = space.block_starts(block);
                    // SAFETY: the run begins here, terminated (the caller's promise).
                    for at in unsafe { parse(space, run) } {
                        let granule = (at - base) / 16;
                        starts[granule / 64].fetch_or(1 << (granule % 64), Ordering::Relaxed);
                    }
                    lines[first].fetch_or(PARSED, Ordering::Relaxed);
                }
                let start = base + nearest(space.block_starts(block), (offset - base) / 16)? * 16;
                return if start < run { None } else { within(space, start, offset) };
            }
            // SAFETY: as above.
            unsafe { parse(space, run) }
                .take_while(|&at| at <= offset)
                .last()
                .and_then(|start| within(space, start, offset))
        }
    }
}

/// `start`, if the object that begins there contains `offset`.
fn within(space: &Space, start: usize, offset: usize) -> Option<usize> {
    let object = space.object(start).as_ptr();
    // SAFETY: `start` is the start of an object, initialised.
    let size = unsafe { layout_of(object).size_of(object) };
    (offset - start < size).then_some(start)
}

/// The highest set bit at or below `granule`.
fn nearest(bits: &[AtomicU64; MARK_WORDS], granule: usize) -> Option<usize> {
    let mut word = granule / 64;
    let mut set = bits[word].load(Ordering::Relaxed) & (u64::MAX >> (63 - granule % 64));
    loop {
        if set != 0 {
            return Some(word * 64 + 63 - set.leading_zeros() as usize);
        }
        word = word.checked_sub(1)?;
        set = bits[word].load(Ordering::Relaxed);
    }
}

/// The offsets of a run's objects, from the run's start to its terminator or its last line.
///
/// # Safety
/// A run begins at `run`; it is terminated and its objects are initialised.
pub(crate) unsafe fn parse(space: &Space, run: usize) -> impl Iterator<Item = usize> + '_ {
    let block = (run / crate::space::BLOCK) as u32;
    let base = Space::block_offset(block);
    let lines = space.block_lines(block);
    let first = (run - base) / LINE;
    let goes_on = |n: &usize| lines[*n].load(Ordering::Relaxed) & (RUN | RUN_START) == RUN;
    let end = base + (first + 1..LINES).take_while(goes_on).last().unwrap_or(first) * LINE + LINE;
    let mut at = run;
    std::iter::from_fn(move || {
        if at >= end {
            return None;
        }
        let object: *const Header = space.object(at).as_ptr();
        // SAFETY: an object or the terminator begins here (the caller's promise).
        unsafe {
            if (*object).shape_relaxed() == ShapeId::TERMINATOR {
                return None;
            }
            let here = at;
            at += layout_of(object).size_of(object);
            Some(here)
        }
    })
}
