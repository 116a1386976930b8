//! Which blocks are free.
//!
//! Threads take memory a block at a time. *Recent* blocks were freed by the last collection and are
//! handed out again first, while the cache remembers them. *Partial* blocks have free lines between
//! survivors; those with few are *scarce* and used only when the limit is near. The rest of the free
//! blocks lie in runs, ordered by address and by length for large objects: *dirty* ones, whose pages
//! we hold, and *clean* ones, whose pages the system has back. Beyond `high` nothing was ever used.
//!
//! Memory goes back with decay: a full collection declares half of what is free beyond a reserve
//! *surplus*, and threads that take blocks give a little of it back each time; `Heap::give_back`
//! does it at once.

use crate::alloc::OutOfMemory;
use crate::space::{BLOCK, PAGE, Space, State};
use std::collections::{BTreeMap, BTreeSet};

#[cfg(test)]
mod tests;

/// Free runs of blocks by address and by length.
#[derive(Default)]
struct Runs {
    by_start: BTreeMap<u32, u32>,
    by_length: BTreeSet<(u32, u32)>,
    blocks: usize,
}

impl Runs {
    fn remove(&mut self, start: u32) -> Option<u32> {
        let length = self.by_start.remove(&start)?;
        self.by_length.remove(&(length, start));
        self.blocks -= length as usize;
        Some(length)
    }

    /// Adds a run, joined with its neighbours.
    fn insert(&mut self, mut start: u32, mut length: u32) {
        if let Some((&before, &n)) = self.by_start.range(..start).next_back()
            && before + n == start
        {
            self.remove(before);
            start = before;
            length += n;
        }
        if let Some(n) = self.remove(start + length) {
            length += n;
        }
        self.by_start.insert(start, length);
        self.by_length.insert((length, start));
        self.blocks += length as usize;
    }

    /// Takes `count` blocks from the shortest run that has as many, the lowest of these.
    fn take(&mut self, count: u32) -> Option<u32> {
        let &(length, start) = self.by_length.range((count, 0)..).next()?;
        self.remove(start);
        if length > count {
            self.insert(start + count, length - count);
        }
        Some(start)
    }

    /// Takes the run at the highest address, `most` blocks of it.
    fn take_highest(&mut self, most: u32) -> Option<(u32, u32)> {
        let (&start, &length) = self.by_start.last_key_value()?;
        self.remove(start);
        if length > most {
            self.insert(start, length - most);
            return Some((start + length - most, most));
        }
        Some((start, length))
    }
}

/// A block to allocate from.
pub(crate) enum Taken {
    /// All of it is free.
    Whole(u32),
    /// Some of its lines are.
    Partial(u32),
}

/// All blocks.
pub(crate) struct Pool {
    space: Space,
    recent: Vec<u32>,
    partial: Vec<u32>,
    scarce: Vec<u32>,
    dirty: Runs,
    clean: Runs,
    /// The first block that was never used.
    high: u32,
    /// Bytes in blocks and large objects that are not free.
    committed: usize,
    /// The most that may be committed.
    max: usize,
    /// Blocks to be given back little by little.
    surplus: usize,
}

impl Pool {
    pub(crate) fn new(space: Space, max: usize) -> Pool {
        Pool {
            space,
            recent: Vec::new(),
            partial: Vec::new(),
            scarce: Vec::new(),
            dirty: Runs::default(),
            clean: Runs::default(),
            high: 0,
            committed: 0,
            max,
            surplus: 0,
        }
    }

    pub(crate) fn high(&self) -> u32 {
        self.high
    }

    pub(crate) fn committed(&self) -> usize {
        self.committed
    }

    pub(crate) fn set_max(&mut self, max: usize) {
        self.max = max;
    }

    pub(crate) fn max(&self) -> usize {
        self.max
    }

    /// A block to allocate from; a partial one first, unless the caller needs a whole one.
    pub(crate) fn take_block(&mut self, whole: bool) -> Result<Taken, OutOfMemory> {
        if !whole && let Some(block) = self.partial.pop() {
            return Ok(Taken::Partial(block));
        }
        if self.committed + BLOCK <= self.max
            && let Some(block) = self.recent.pop().or_else(|| self.take_run(1))
        {
            self.committed += BLOCK;
            self.space.set_state(block, State::Small);
            return Ok(Taken::Whole(block));
        }
        if !whole && let Some(block) = self.scarce.pop() {
            return Ok(Taken::Partial(block));
        }
        Err(OutOfMemory)
    }

    /// Blocks for one large object.
    pub(crate) fn take_large(&mut self, bytes: usize) -> Result<u32, OutOfMemory> {
        let pages = bytes.next_multiple_of(PAGE);
        if pages > self.max || self.committed > self.max - pages {
            return Err(OutOfMemory);
        }
        let count = u32::try_from(bytes.div_ceil(BLOCK)).map_err(|_| OutOfMemory)?;
        let first = match self.take_run(count) {
            Some(first) => first,
            None => {
                // The range itself is used up: join what is free, clean or not.
                self.join_all();
                self.clean.take(count).ok_or(OutOfMemory)?
            }
        };
        self.committed += pages;
        self.space.set_state(first, State::LargeHead(count));
        for n in 1..count {
            self.space.set_state(first + n, State::LargeTail(n));
        }
        Ok(first)
    }

    fn take_run(&mut self, count: u32) -> Option<u32> {
        if count > 1 && !self.recent.is_empty() {
            self.settle(usize::MAX);
        }
        if let Some(start) = self.dirty.take(count).or_else(|| self.clean.take(count)) {
            return Some(start);
        }
        if count > self.space.blocks() - self.high {
            return None;
        }
        let start = self.high;
        self.high += count;
        Some(start)
    }

    /// Puts up to `most` recent blocks, the oldest first, into the runs.
    fn settle(&mut self, most: usize) {
        let count = self.recent.len().min(most);
        for block in self.recent.drain(..count) {
            self.dirty.insert(block, 1);
        }
    }

    fn join_all(&mut self) {
        self.settle(usize::MAX);
        while let Some((start, length)) = self.dirty.take_highest(u32::MAX) {
            self.space.give_back(start, length);
            self.clean.insert(start, length);
        }
        self.surplus = 0;
    }

    /// A small block has nothing alive in it any more; its lines and marks are clear.
    pub(crate) fn free_block(&mut self, block: u32) {
        self.space.set_state(block, State::Free);
        self.committed -= BLOCK;
        self.recent.push(block);
    }

    /// A large object has died.
    pub(crate) fn free_large(&mut self, first: u32, count: u32, bytes: usize) {
        for n in 0..count {
            self.space.set_state(first + n, State::Free);
        }
        self.committed -= bytes.next_multiple_of(PAGE);
        self.dirty.insert(first, count);
    }

    /// A block has so many free lines between survivors.
    pub(crate) fn add_partial(&mut self, block: u32, free_lines: usize) {
        if free_lines >= crate::space::LINES / 4 {
            self.partial.push(block);
        } else {
            self.scarce.push(block);
        }
    }

    /// A full collection looks at every block anew.
    pub(crate) fn forget_partial(&mut self) {
        self.partial.clear();
        self.scarce.clear();
    }

    /// After a full collection: everything free beyond `reserve` bytes is surplus, half of it now.
    pub(crate) fn declare_surplus(&mut self, reserve: usize) {
        let keep = reserve / BLOCK;
        self.settle(self.recent.len().saturating_sub(keep));
        self.surplus = (self.recent.len() + self.dirty.blocks).saturating_sub(keep) / 2;
    }

    /// Takes some dirty blocks away, to be given back outside the lock: all kinds if `forced`,
    /// surplus otherwise.
    pub(crate) fn take_dirty(&mut self, most: u32, forced: bool) -> Option<(u32, u32)> {
        if forced {
            self.settle(usize::MAX);
        } else if self.surplus == 0 {
            return None;
        }
        let most = if forced { most } else { most.min(self.surplus as u32) };
        let taken = self.dirty.take_highest(most);
        match taken {
            Some((_, count)) => self.surplus = self.surplus.saturating_sub(count as usize),
            None => self.surplus = 0,
        }
        taken
    }

    /// They have been given back.
    pub(crate) fn add_clean(&mut self, start: u32, count: u32) {
        self.clean.insert(start, count);
    }
}
