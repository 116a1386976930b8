//! Where a thread has been: trails, and the small tables that hold them.

use std::cell::Cell;

use super::Event;

/// Frames in a trail.
pub const TRAIL: usize = 8;
/// Of these, kept for an object that somebody has waited for.
const KEPT: usize = 4;
/// Objects whose last claim is remembered.
const ENTRIES: usize = 256;
/// Places where short blocks are summed up.
const PLACES: usize = 16;
/// A sum is recorded after so many ticks: some ten milliseconds.
const SUM: u64 = 30_000_000;

/// Where a thread is, as its host keeps it: for each frame, the innermost first, two words that
/// mean something to the host alone. The first may be the address of an object, which the host's
/// collector is to keep ([`crate::StmThread::logged_words`]).
#[derive(Clone, Copy, Debug)]
pub struct Trail {
    /// The frames.
    pub frames: [(usize, usize); TRAIL],
    /// How many there are.
    pub count: usize,
}

impl Trail {
    pub(super) const EMPTY: Trail = Trail { frames: [(0, 0); TRAIL], count: 0 };

    /// Adds a frame; false when there is no room for more.
    pub fn push(&mut self, frame: (usize, usize)) -> bool {
        if let Some(place) = self.frames.get_mut(self.count) {
            *place = frame;
            self.count += 1;
        }
        self.count < TRAIL
    }

    /// The frames.
    pub fn frames(&self) -> &[(usize, usize)] {
        &self.frames[..self.count.min(TRAIL)]
    }

    pub(super) fn hash(&self, seed: u64) -> u64 {
        let mut hash = seed;
        for &(_, at) in self.frames() {
            hash = (hash.rotate_left(5) ^ at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        hash | 1
    }
}

/// The place of an object in tables of 256.
pub(super) fn place_of(address: usize) -> usize {
    (address >> 4 ^ address >> 12) % ENTRIES
}

/// Words of an entry: the address, inverted so that no collector takes it for a reference, the
/// number of frames, and the frames.
const WORDS: usize = 2 + 2 * KEPT;

/// For the objects that a thread has claimed last, where that was.
#[derive(Debug)]
pub(super) struct Touches(Box<[Cell<usize>]>);

impl Touches {
    pub(super) fn new() -> Touches {
        Touches((0..ENTRIES * WORDS).map(|_| Cell::new(0)).collect())
    }

    fn entry(&self, address: usize) -> &[Cell<usize>] {
        let at = place_of(address) * WORDS;
        &self.0[at..at + WORDS]
    }

    /// The frames to ask the host for: all that are kept if the object is hot.
    pub(super) const fn frames(hot: bool) -> usize {
        if hot { KEPT } else { 1 }
    }

    pub(super) fn set(&self, address: usize, trail: &Trail) {
        let entry = self.entry(address);
        entry[0].set(!address);
        entry[1].set(trail.count);
        for (to, &(code, at)) in entry[2..].chunks_exact(2).zip(trail.frames()) {
            to[0].set(code);
            to[1].set(at);
        }
    }

    pub(super) fn get(&self, address: usize) -> Option<Trail> {
        let entry = self.entry(address);
        if entry[0].get() != !address {
            return None;
        }
        let mut trail = Trail::EMPTY;
        for from in entry[2..].chunks_exact(2).take(entry[1].get()) {
            trail.push((from[0].get(), from[1].get()));
        }
        Some(trail)
    }

    pub(super) fn clear(&self) {
        self.0.iter().for_each(|word| word.set(0));
    }

    pub(super) fn words(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().map(Cell::get)
    }
}

/// Short blocks that were entered at one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Short {
    key: u64,
    stack: u32,
    start: u64,
    end: u64,
    busy: u64,
    count: u64,
}

/// The sums of short blocks.
#[derive(Debug)]
pub(super) struct ShortBlocks([Cell<Short>; PLACES]);

impl ShortBlocks {
    pub(super) fn new() -> ShortBlocks {
        let none = Short { key: 0, stack: 0, start: 0, end: 0, busy: 0, count: 0 };
        ShortBlocks([const { None::<Short> }; PLACES].map(|_| Cell::new(none)))
    }

    /// A block that lasted from `start` to `end`. The result are sums to be recorded.
    #[inline]
    pub(super) fn add(
        &self,
        key: u64,
        start: u64,
        end: u64,
        place: impl FnOnce() -> u32,
    ) -> Option<Event> {
        let entry = &self.0[(key >> 32) as usize % PLACES];
        let mut short = entry.get();
        let old = if short.key == key && end.wrapping_sub(short.start) < SUM {
            None
        } else {
            let event = short.event();
            let stack = if short.key == key { short.stack } else { place() };
            short = Short { key, stack, start, end, busy: 0, count: 0 };
            event
        };
        short.end = end;
        short.busy += end - start;
        short.count += 1;
        entry.set(short);
        old
    }

    /// Hands over all sums.
    pub(super) fn empty(&self, mut record: impl FnMut(Event)) {
        for entry in &self.0 {
            let short = entry.get();
            if let Some(event) = short.event() {
                record(event);
                entry.set(Short { key: 0, count: 0, ..short });
            }
        }
    }
}

impl Short {
    fn event(&self) -> Option<Event> {
        (self.count > 0).then_some(Event::Blocks {
            start: self.start,
            length: self.end - self.start,
            busy: self.busy,
            count: self.count,
            stack: u64::from(self.stack),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touch_is_found_until_another_object_takes_its_place() {
        let touches = Touches::new();
        let trail = |at: usize| {
            let mut trail = Trail::EMPTY;
            (0..3).for_each(|frame| {
                trail.push((frame + 1, at + frame));
            });
            trail
        };
        assert!(touches.get(0x1000).is_none());
        touches.set(0x1000, &trail(10));
        assert_eq!(
            touches.get(0x1000).map(|t| t.frames().to_vec()),
            Some(vec![(1, 10), (2, 11), (3, 12)])
        );
        assert!(touches.words().all(|word| word != 0x1000));
        touches.set(0x1000 + (1 << 24), &trail(20));
        assert!(touches.get(0x1000).is_none(), "the same place");
        touches.clear();
        assert!(touches.get(0x1000 + (1 << 24)).is_none());
    }

    #[test]
    fn short_blocks_are_summed_up_by_place() {
        let short = ShortBlocks::new();
        assert_eq!(short.add(7, 100, 110, || 1), None);
        assert_eq!(short.add(7, 200, 230, || 2), None, "the place is asked for once");
        let sum = Event::Blocks { start: 100, length: 130, busy: 40, count: 2, stack: 1 };
        assert_eq!(short.add(7, 100 + SUM, 130 + SUM, || 3), Some(sum));
        let mut rest = Vec::new();
        short.empty(|event| rest.push(event));
        assert_eq!(
            rest,
            [Event::Blocks { start: 100 + SUM, length: 30, busy: 30, count: 1, stack: 1 }]
        );
        short.empty(|_| panic!("nothing is left"));
    }
}
