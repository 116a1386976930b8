//! Sweeping: what is free now.
//!
//! Line bytes tell, without a look at any object. A nursery collection goes through the blocks that
//! threads have taken since the last one; a full collection through all, but only to sort them into
//! free, partial and full ones: the gaps of a partial block are found when a thread takes it.

use crate::alloc::Young;
use crate::block::{Home, Pool};
use crate::collect::Kind;
use crate::header::Header;
use crate::heap::{Collector, Heap};
use crate::layout::layout_of;
use crate::space::{LINE, LINES, LIVE, PAGE, PARSED, Space, State};
use std::sync::atomic::Ordering;

/// One bit in each of eight line bytes.
const fn eight(bit: u8) -> u64 {
    u64::from_ne_bytes([bit; 8])
}

/// What a block has in it.
struct Swept {
    /// Lines in use.
    live: usize,
    /// Of these, lines that were not before.
    new: usize,
}

impl Heap {
    /// Sorts blocks, frees large objects; returns the bytes in use.
    pub(crate) fn sweep(&self, collector: &mut Collector, young: &Young, kind: Kind) -> usize {
        let mut live = 0;
        // One lock for all blocks: threads are stopped.
        let mut pool = self.pool();
        match kind {
            Kind::Nursery => {
                live += self.live_bytes();
                for &(block, home) in &young.blocks {
                    live += self.sweep_block(&mut pool, block, home).new * LINE;
                }
            }
            Kind::Full => {
                pool.forget_partial();
                let blocks: Vec<_> = self.blocks_below(pool.high()).collect();
                for (block, state) in blocks {
                    if state == State::Small {
                        // Which core used it last is no longer known.
                        live += self.sweep_block(&mut pool, block, 0).live * LINE;
                    }
                }
                let large = std::mem::take(&mut collector.large);
                live += self.sweep_large(&mut pool, collector, &large);
            }
        }
        live += self.sweep_large(&mut pool, collector, &young.large);
        if kind == Kind::Full {
            pool.declare_surplus(3 * self.nursery_bytes() + live / 4);
        }
        live
    }

    fn sweep_block(&self, pool: &mut Pool, block: u32, home: Home) -> Swept {
        let space = self.space();
        let (mut live, mut new, mut all) = (0, 0, 0);
        for word in space.block_line_words(block) {
            let bytes = word.load(Ordering::Relaxed);
            let alive = bytes & eight(LIVE);
            all |= bytes;
            live += alive.count_ones() as usize;
            // RUN lies one bit above LIVE.
            new += (bytes >> 1 & alive).count_ones() as usize;
            word.store(alive, Ordering::Relaxed);
        }
        if all & eight(PARSED) != 0 {
            for word in space.block_starts(block) {
                word.store(0, Ordering::Relaxed);
            }
        }
        if live == 0 {
            pool.free_block(block, home);
        } else if live < LINES {
            pool.add_partial(block, LINES - live, home);
        }
        Swept { live, new }
    }

    /// Frees large objects that are not marked; returns the bytes of the others.
    fn sweep_large(&self, pool: &mut Pool, collector: &mut Collector, objects: &[u32]) -> usize {
        let mut live = 0;
        for &block in objects {
            let offset = Space::block_offset(block);
            let object: *const Header = self.space().object(offset).as_ptr();
            // SAFETY: an initialised object, dead or alive, begins the block.
            let size = unsafe { layout_of(object).size_of(object) };
            if self.space().is_marked(offset) {
                live += size.next_multiple_of(PAGE);
                collector.large.push(block);
            } else if let State::LargeHead(count) = self.space().state(block) {
                pool.free_large(block, count, size);
            }
        }
        live
    }
}
