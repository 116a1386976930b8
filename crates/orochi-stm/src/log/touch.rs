//! Where a thread has been: trails, and the small tables that hold them.

use std::cell::Cell;

use super::Event;

/// Frames in a trail.
pub const TRAIL: usize = 8;
/// Of these, kept for an object that somebody has waited for.
pub(super) const KEPT: usize = 4;
/// Objects whose last claim is remembered.
const ENTRIES: usize = 256;
/// Places where short blocks are summed up.
const PLACES: usize = 16;
/// A sum is recorded after so many ticks: some ten milliseconds.
const SUM: u64 = 30_000_000;

/// Where a thread is in a frame, as its host keeps it: two words that mean something to the host
/// alone. The first may be the address of an object, which the host's collector is to keep
/// ([`crate::StmThread::logged_words`]).
pub type Frame = (usize, usize);

/// Where a thread is: some frames, the innermost first.
#[derive(Clone, Copy, Debug)]
pub struct Trail {
    /// The frames.
    pub frames: [Frame; TRAIL],
    /// How many there are.
    pub count: usize,
}

impl Trail {
    pub(super) const EMPTY: Trail = Trail { frames: [(0, 0); TRAIL], count: 0 };

    /// Adds a frame; false when there is no room for more.
    pub fn push(&mut self, frame: Frame) -> bool {
        if let Some(place) = self.frames.get_mut(self.count) {
            *place = frame;
            self.count += 1;
        }
        self.count < TRAIL
    }

    /// The frames.
    pub fn frames(&self) -> &[Frame] {
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

/// Where an object was claimed last.
#[derive(Debug, Default)]
struct Entry {
    /// The object's address, inverted so that no collector takes it for a reference.
    object: Cell<usize>,
    count: Cell<usize>,
    frames: [Cell<Frame>; KEPT],
}

/// For the objects that a thread has claimed last, where that was.
#[derive(Debug)]
pub(super) struct Touches(Box<[Entry; ENTRIES]>);

impl Touches {
    pub(super) fn new() -> Touches {
        Touches(Box::new(std::array::from_fn(|_| Entry::default())))
    }

    /// Whether the object was claimed in this frame last; `deep`: and more frames are known, which
    /// are taken to be the same.
    #[inline]
    pub(super) fn has(&self, address: usize, frame: Frame, deep: bool) -> bool {
        let entry = &self.0[place_of(address)];
        entry.object.get() == !address
            && entry.frames[0].get() == frame
            && (!deep || entry.count.get() > 1)
    }

    /// As [`Touches::set`] with one frame.
    #[inline]
    pub(super) fn set_frame(&self, address: usize, frame: Frame) {
        let entry = &self.0[place_of(address)];
        entry.object.set(!address);
        entry.count.set(1);
        entry.frames[0].set(frame);
    }

    pub(super) fn set(&self, address: usize, trail: &Trail) {
        let entry = &self.0[place_of(address)];
        entry.object.set(!address);
        entry.count.set(trail.count);
        for (to, &frame) in entry.frames.iter().zip(trail.frames()) {
            to.set(frame);
        }
    }

    pub(super) fn get(&self, address: usize) -> Option<Trail> {
        let entry = &self.0[place_of(address)];
        if entry.object.get() != !address {
            return None;
        }
        let mut trail = Trail::EMPTY;
        for frame in entry.frames.iter().take(entry.count.get()) {
            trail.push(frame.get());
        }
        Some(trail)
    }

    pub(super) fn clear(&self) {
        for entry in self.0.iter() {
            entry.object.set(0);
            entry.frames.iter().for_each(|frame| frame.set((0, 0)));
        }
    }

    /// The first words of all frames.
    pub(super) fn words(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().flat_map(|entry| entry.frames.iter().map(|frame| frame.get().0))
    }
}

/// Short blocks that were entered at one place.
#[derive(Debug, Default)]
pub(super) struct Short {
    key: Cell<u64>,
    stack: Cell<u32>,
    start: Cell<u64>,
    end: Cell<u64>,
    busy: Cell<u64>,
    count: Cell<u64>,
}

/// The sums of short blocks.
#[derive(Debug)]
pub(super) struct ShortBlocks([Short; PLACES]);

impl ShortBlocks {
    pub(super) fn new() -> ShortBlocks {
        ShortBlocks(std::array::from_fn(|_| Short::default()))
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
        if entry.key.get() == key && end.wrapping_sub(entry.start.get()) < SUM {
            entry.end.set(end);
            entry.busy.set(entry.busy.get() + (end - start));
            entry.count.set(entry.count.get() + 1);
            return None;
        }
        let event = entry.event();
        if entry.key.replace(key) != key {
            entry.stack.set(place());
        }
        entry.start.set(start);
        entry.end.set(end);
        entry.busy.set(end - start);
        entry.count.set(1);
        event
    }

    /// One more block as the last one with this key, which took about as long. False: that one has
    /// been forgotten.
    #[inline]
    pub(super) fn add_another(&self, key: u64, length: u64) -> bool {
        let entry = &self.0[(key >> 32) as usize % PLACES];
        let known = entry.key.get() == key;
        if known {
            entry.end.set(entry.end.get() + length);
            entry.busy.set(entry.busy.get() + length);
            entry.count.set(entry.count.get() + 1);
        }
        known
    }

    /// Hands over all sums.
    pub(super) fn empty(&self, mut record: impl FnMut(Event)) {
        for entry in &self.0 {
            if let Some(event) = entry.event() {
                record(event);
                entry.key.set(0);
                entry.count.set(0);
            }
        }
    }
}

impl Short {
    fn event(&self) -> Option<Event> {
        let length = self.end.get() - self.start.get();
        (self.count.get() > 0).then_some(Event::Blocks {
            start: self.start.get(),
            length,
            // What was not timed may be taken for longer than it was.
            busy: self.busy.get().min(length),
            count: self.count.get(),
            stack: u64::from(self.stack.get()),
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
