//! The state of a `Random`, which threads may draw from at once.
//!
//! `random.random()` belongs to one generator that the whole program shares. If each draw took the
//! object away from the thread that drew last, threads would do little else. So once a second
//! thread draws, the generator is *open*: the words are read without owning the object, and one
//! compare-and-swap of the position takes them. All draws together are still one sequence, each
//! number given once, and the words move to another core only when they have been renewed.
//!
//! Whoever owns the object (to seed it, to copy its state, or to draw in an atomic block, which must
//! be alone with it and able to undo) *closes* it first: from then on no draw from outside can
//! succeed, and those threads find the object owned.
//!
//! ```text
//!  63            18 17     16    15          0
//! +----------------+------+------+-------------+
//! |  refills       | BUSY | OPEN |  position   |
//! +----------------+------+------+-------------+
//! ```

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

use super::twister::{Twister, WORDS, temper};

const POSITION: u64 = (1 << 16) - 1;
/// Anybody may draw.
const OPEN: u64 = 1 << 16;
/// Somebody changes the words of the open generator.
const BUSY: u64 = 1 << 17;
/// One refill more: who has read words before it must not take them.
const REFILLED: u64 = 1 << 18;

/// No thread has drawn yet.
pub const NOBODY: u32 = u32::MAX;

/// A generator.
pub struct Generator {
    place: AtomicU64,
    /// Whoever owned the object at the last draw from the closed generator.
    last: AtomicU32,
    words: [AtomicU32; WORDS],
}

impl Generator {
    /// One that has not been seeded.
    pub fn unseeded() -> Self {
        let made = Self {
            place: AtomicU64::new(0),
            last: AtomicU32::new(NOBODY),
            words: [const { AtomicU32::new(0) }; WORDS],
        };
        made.set(&Twister::unseeded());
        made
    }

    /// Draws from the open generator: `N` words in succession. `None` if it is closed.
    #[inline]
    pub fn draw_open<const N: usize>(&self) -> Option<[u32; N]> {
        loop {
            let seen = self.place.load(Ordering::Acquire);
            if seen & OPEN == 0 {
                return None;
            }
            let at = (seen & POSITION) as usize;
            if seen & BUSY != 0 || at + N > WORDS {
                let mut drawn = [0; N];
                self.with_open(|twister| drawn.fill_with(|| twister.next()))?;
                return Some(drawn);
            }
            let drawn: [u32; N] =
                std::array::from_fn(|n| temper(self.words[at + n].load(Ordering::Relaxed)));
            // Words written by a later refill are seen only together with its place.
            fence(Ordering::Acquire);
            let taken = seen + N as u64;
            let order = (Ordering::AcqRel, Ordering::Relaxed);
            if self.place.compare_exchange_weak(seen, taken, order.0, order.1).is_ok() {
                return Some(drawn);
            }
        }
    }

    /// Does something with the open generator while nobody else draws. `None` if it is closed.
    #[cold]
    pub fn with_open<R>(&self, work: impl FnOnce(&mut Twister) -> R) -> Option<R> {
        let mut rounds = 0u32;
        let seen = loop {
            let seen = self.place.load(Ordering::Relaxed);
            if seen & OPEN == 0 {
                return None;
            }
            let busy = seen | BUSY;
            let order = (Ordering::Acquire, Ordering::Relaxed);
            if seen & BUSY == 0
                && self.place.compare_exchange_weak(seen, busy, order.0, order.1).is_ok()
            {
                break seen;
            }
            wait(&mut rounds);
        };
        fence(Ordering::Release);
        let mut twister = self.copy(seen);
        let result = work(&mut twister);
        self.put_back(&twister, seen);
        Some(result)
    }

    /// The owner of the object makes sure that nobody draws but itself.
    #[inline]
    pub fn close(&self) {
        if self.place.load(Ordering::Relaxed) & OPEN == 0 {
            return;
        }
        let mut rounds = 0;
        loop {
            let seen = self.place.load(Ordering::Relaxed);
            let order = (Ordering::Acquire, Ordering::Relaxed);
            if seen & BUSY == 0
                && self.place.compare_exchange_weak(seen, seen & !OPEN, order.0, order.1).is_ok()
            {
                return;
            }
            wait(&mut rounds);
        }
    }

    /// The owner of the closed generator, in slot `me`, draws; the generator opens if another
    /// thread was the last to draw and it `may_open`.
    #[inline]
    pub fn draw_closed<const N: usize>(&self, me: u32, may_open: bool) -> [u32; N] {
        let seen = self.place.load(Ordering::Relaxed);
        let at = (seen & POSITION) as usize;
        let mut drawn = [0; N];
        if at + N > WORDS {
            self.with_closed(|twister| drawn.fill_with(|| twister.next()));
        } else {
            drawn = std::array::from_fn(|n| temper(self.words[at + n].load(Ordering::Relaxed)));
            self.place.store(seen + N as u64, Ordering::Relaxed);
        }
        self.note_owner(me, may_open);
        drawn
    }

    /// After a draw by the owner: see [`Generator::draw_closed`].
    #[inline]
    pub fn note_owner(&self, me: u32, may_open: bool) {
        let last = self.last.load(Ordering::Relaxed);
        if last != me {
            self.last.store(me, Ordering::Relaxed);
            if last != NOBODY && may_open {
                self.place.fetch_or(OPEN, Ordering::Release);
            }
        }
    }

    /// The owner of the closed generator does something with it.
    pub fn with_closed<R>(&self, work: impl FnOnce(&mut Twister) -> R) -> R {
        let seen = self.place.load(Ordering::Relaxed);
        let mut twister = self.copy(seen);
        let result = work(&mut twister);
        self.put_back(&twister, seen);
        result
    }

    /// The state of the closed generator.
    pub fn get(&self) -> Twister {
        self.copy(self.place.load(Ordering::Relaxed))
    }

    /// Replaces the state of the closed generator.
    pub fn set(&self, twister: &Twister) {
        self.put_back(twister, self.place.load(Ordering::Relaxed));
    }

    fn copy(&self, place: u64) -> Twister {
        Twister {
            words: std::array::from_fn(|n| self.words[n].load(Ordering::Relaxed)),
            index: (place & POSITION) as usize,
        }
    }

    fn put_back(&self, twister: &Twister, place: u64) {
        for (word, &new) in self.words.iter().zip(&twister.words) {
            word.store(new, Ordering::Relaxed);
        }
        let place = (place & !(POSITION | BUSY)).wrapping_add(REFILLED) | twister.index as u64;
        self.place.store(place, Ordering::Release);
    }
}

/// A moment until another thread, which may have lost its core, is done with the words.
fn wait(rounds: &mut u32) {
    *rounds += 1;
    if *rounds < 1000 {
        std::hint::spin_loop();
    } else {
        std::thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeded() -> Generator {
        let generator = Generator::unseeded();
        let mut twister = Twister::unseeded();
        twister.seed(&[5]);
        generator.set(&twister);
        generator
    }

    fn expected(count: usize) -> Vec<u32> {
        let mut twister = Twister::unseeded();
        twister.seed(&[5]);
        (0..count).map(|_| twister.next()).collect()
    }

    #[test]
    fn closed_and_open_draws_are_one_sequence() {
        let generator = seeded();
        let mut drawn = Vec::new();
        for turn in 0..3000 {
            // Another thread now and then, and an owner that wants to be alone with it.
            if let Some(words) = generator.draw_open::<2>() {
                drawn.extend(words);
            } else {
                drawn.extend(generator.draw_closed::<1>(turn / 700, true));
            }
            if turn % 900 == 899 {
                generator.close();
                assert!(generator.draw_open::<1>().is_none());
            }
        }
        assert_eq!(drawn, expected(drawn.len()));
    }

    #[test]
    fn threads_share_one_sequence() {
        const EACH: usize = 40_000;
        let generator = seeded();
        generator.draw_closed::<1>(1, true);
        generator.draw_closed::<1>(2, true);
        let mut drawn: Vec<u32> = std::thread::scope(|scope| {
            let draw = || (0..EACH).filter_map(|_| generator.draw_open::<1>()).map(|[word]| word);
            let threads: Vec<_> =
                (0..4).map(|_| scope.spawn(move || draw().collect::<Vec<_>>())).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        });
        let mut all = expected(4 * EACH + 2).split_off(2);
        drawn.sort_unstable();
        all.sort_unstable();
        assert!(drawn == all);
    }
}
