//! Which blocks are free.
//!
//! Threads take memory a block at a time. *Recent* blocks were freed by the last collection and are
//! handed out again first, the last one used first and to the core that used it (its *home*), whose
//! cache may still hold it; another core takes those that have lain longest. *Partial* blocks have free lines between
//! survivors; those with few are *scarce* and used only when the limit is near. The rest of the free
//! blocks lie in runs, ordered by address and by length for large objects: *dirty* ones, whose pages
//! we hold, and *clean* ones, whose pages the system has back. Beyond `high` nothing was ever used.
//!
//! Memory goes back with decay: a full collection declares half of what is free beyond a reserve
//! *surplus*, and threads that take blocks give a little of it back each time; `Heap::give_back`
//! does it at once.

use crate::alloc::OutOfMemory;
use crate::space::{BLOCK, PAGE, Space, State};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

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

/// Which core: see [`current_home`].
pub(crate) type Home = u16;

/// The core on which the caller runs, as far as block lists go.
#[inline]
pub(crate) fn current_home() -> Home {
    // SAFETY: takes nothing, and reads what the system keeps for this purpose.
    unsafe { libc::sched_getcpu() as Home }
}

fn list_of<T>(lists: &mut [T], home: Home) -> &mut T {
    let count = lists.len();
    &mut lists[home as usize % count]
}

/// Takes the last of one's own, or the first of another home's.
fn take_from(lists: &mut [VecDeque<u32>], home: Home) -> Option<u32> {
    list_of(lists, home).pop_back().or_else(|| {
        let longest = lists.iter_mut().max_by_key(|list| list.len())?;
        longest.pop_front()
    })
}

/// Blocks whose pages are asked for at once.
const POPULATE: u32 = 8;

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
    /// By home.
    recent: Vec<VecDeque<u32>>,
    /// By home.
    partial: Vec<VecDeque<u32>>,
    scarce: Vec<u32>,
    dirty: Runs,
    clean: Runs,
    /// The first block that was never used.
    high: u32,
    /// Blocks below have been populated, or were taken by a large object.
    populated: u32,
    /// Blocks that whoever took the last one should populate.
    fresh: Option<(u32, u32)>,
    /// Bytes in blocks and large objects that are not free.
    committed: usize,
    /// The most that may be committed.
    max: usize,
    /// Blocks to be given back little by little.
    surplus: usize,
}

impl Pool {
    pub(crate) fn new(space: Space, max: usize, homes: usize) -> Pool {
        let lists = || vec![VecDeque::new(); homes.max(1)];
        Pool {
            space,
            recent: lists(),
            partial: lists(),
            scarce: Vec::new(),
            dirty: Runs::default(),
            clean: Runs::default(),
            high: 0,
            populated: 0,
            fresh: None,
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
    pub(crate) fn take_block(&mut self, whole: bool, home: Home) -> Result<Taken, OutOfMemory> {
        if !whole && let Some(block) = take_from(&mut self.partial, home) {
            return Ok(Taken::Partial(block));
        }
        if self.committed + BLOCK <= self.max
            && let Some(block) = take_from(&mut self.recent, home).or_else(|| self.take_run(1))
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
        if let Some(start) = self.dirty.take(count) {
            return Some(start);
        }
        if count > 1 && self.recent_blocks() > 0 {
            self.settle(usize::MAX);
            if let Some(start) = self.dirty.take(count) {
                return Some(start);
            }
        }
        if let Some(start) = self.clean.take(count) {
            return Some(start);
        }
        if count > self.space.blocks() - self.high {
            return None;
        }
        let start = self.high;
        self.high += count;
        if self.high > self.populated {
            // One call instead of a fault for each page. What large objects take beyond that they touch
            // as they need it.
            let from = start.max(self.populated);
            self.populated = (from + POPULATE).min(self.space.blocks());
            self.fresh = Some((from, self.populated - from));
        }
        Some(start)
    }

    /// Blocks whose pages should be asked for, when the lock has been let go: that takes as long as
    /// a thousand allocations of blocks do.
    pub(crate) fn take_fresh(&mut self) -> Option<(u32, u32)> {
        self.fresh.take()
    }

    fn recent_blocks(&self) -> usize {
        self.recent.iter().map(VecDeque::len).sum()
    }

    /// Puts up to `most` recent blocks, the oldest of each home first, into the runs.
    fn settle(&mut self, most: usize) {
        let mut left = most;
        for list in &mut self.recent {
            let count = list.len().min(left);
            left -= count;
            for block in list.drain(..count) {
                self.dirty.insert(block, 1);
            }
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
    pub(crate) fn free_block(&mut self, block: u32, home: Home) {
        self.space.set_state(block, State::Free);
        self.committed -= BLOCK;
        list_of(&mut self.recent, home).push_back(block);
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
    pub(crate) fn add_partial(&mut self, block: u32, free_lines: usize, home: Home) {
        if free_lines >= crate::space::LINES / 4 {
            list_of(&mut self.partial, home).push_back(block);
        } else {
            self.scarce.push(block);
        }
    }

    /// A full collection looks at every block anew.
    pub(crate) fn forget_partial(&mut self) {
        self.partial.iter_mut().for_each(VecDeque::clear);
        self.scarce.clear();
    }

    /// After a full collection: everything free beyond `reserve` bytes is surplus, half of it now.
    pub(crate) fn declare_surplus(&mut self, reserve: usize) {
        let keep = reserve / BLOCK;
        self.settle(self.recent_blocks().saturating_sub(keep));
        self.surplus = (self.recent_blocks() + self.dirty.blocks).saturating_sub(keep) / 2;
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
