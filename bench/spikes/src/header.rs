//! Spike 2: a header of 8 bytes (32-bit owner word, 32-bit shape) against one of 16 (64-bit owner
//! word, shape, four bytes left over). The same three loops over both: bump allocation of objects
//! of two and of three fields, a field increment over a million objects, and the same over one hot object. The
//! increment is what the interpreter does for `o.x += 1`: owner word against the thread's token,
//! shape against the cache, load, store.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Acquire, Ordering::Relaxed};
use std::time::Instant;

const SHAPE: u32 = 17;
const OBJECTS: usize = 1_000_000;
const NURSERY: usize = 8 << 20;

/// An object of `N` fields under one of the headers.
trait Object<const N: usize>: Sized {
    /// The width of the owner word.
    type Token: Copy;
    const NAME: &'static str;
    /// A token of this thread that allows writing.
    fn token(tid: u64) -> Self::Token;
    fn born(token: Self::Token, fields: [u64; N]) -> Self;
    /// Adds one to the first field if owner and shape are as expected.
    fn increment(&mut self, token: Self::Token, shape: u32) -> bool;
}

/// Owner word and shape share one word.
#[repr(C, align(8))]
struct Narrow<const N: usize> {
    owner: AtomicU32,
    shape: u32,
    fields: [u64; N],
}

impl<const N: usize> Object<N> for Narrow<N> {
    type Token = u32;
    const NAME: &'static str = "32 bits in 8 bytes";

    fn token(tid: u64) -> u32 {
        (tid as u32) << 20 | 3
    }

    #[inline(always)]
    fn born(token: u32, fields: [u64; N]) -> Narrow<N> {
        Narrow { owner: AtomicU32::new(token), shape: SHAPE, fields }
    }

    #[inline(always)]
    fn increment(&mut self, token: u32, shape: u32) -> bool {
        if self.owner.load(Acquire) != token || self.shape != shape {
            return false;
        }
        self.fields[0] += 1;
        true
    }
}

/// An owner word that never runs out of epochs, and the shape in a word of its own.
#[repr(C, align(8))]
struct Wide<const N: usize> {
    owner: AtomicU64,
    shape: u32,
    hash_or_size: u32,
    fields: [u64; N],
}

impl<const N: usize> Object<N> for Wide<N> {
    type Token = u64;
    const NAME: &'static str = "64 bits in 16 bytes";

    fn token(tid: u64) -> u64 {
        tid << 48 | 3
    }

    #[inline(always)]
    fn born(token: u64, fields: [u64; N]) -> Wide<N> {
        Wide { owner: AtomicU64::new(token), shape: SHAPE, hash_or_size: 0, fields }
    }

    #[inline(always)]
    fn increment(&mut self, token: u64, shape: u32) -> bool {
        if self.owner.load(Acquire) != token || self.shape != shape {
            return false;
        }
        self.fields[0] += 1;
        true
    }
}

/// Bytes an object takes on a heap whose granule is `granule` bytes.
const fn footprint<T>(granule: usize) -> usize {
    size_of::<T>().next_multiple_of(granule)
}

/// The thread structure: what every barrier and every allocation reads.
struct Thread<K> {
    token: K,
    cursor: *mut u8,
    limit: *mut u8,
}

impl<K: Copy> Thread<K> {
    /// Bump allocation; `None` when the nursery is full.
    #[inline(always)]
    fn allocate<T: Object<N, Token = K>, const N: usize, const GRANULE: usize>(
        &mut self,
        fields: [u64; N],
    ) -> Option<*mut T> {
        let object = self.cursor;
        if self.limit.addr() - object.addr() < footprint::<T>(GRANULE) {
            return None;
        }
        // SAFETY: the comparison says that the object fits; cursor and limit bound one buffer that
        // is aligned to 16.
        unsafe {
            self.cursor = object.add(footprint::<T>(GRANULE));
            object.cast::<T>().write(T::born(self.token, fields));
        }
        Some(object.cast())
    }
}

/// A buffer aligned to 64.
fn buffer(size: usize) -> Vec<u8> {
    let mut bytes = vec![1_u8; size + 64];
    let skip = bytes.as_ptr().align_offset(64);
    bytes.drain(..skip.min(64));
    bytes
}

/// Nanoseconds per object: fill the nursery again and again.
fn allocation<T: Object<N>, const N: usize, const GRANULE: usize>() -> f64 {
    let mut space = buffer(NURSERY + 4096);
    let start = space.as_mut_ptr();
    let base = start.wrapping_add(start.align_offset(16));
    let rounds = 20;
    let mut count = 0_u64;
    let clock = Instant::now();
    for round in 0..rounds {
        let mut th = Thread { token: T::token(7), cursor: base, limit: base.wrapping_add(NURSERY) };
        let th = black_box(&mut th);
        while let Some(object) = th.allocate::<T, N, GRANULE>([count + round; N]) {
            black_box(object);
            count += 1;
        }
    }
    clock.elapsed().as_nanos() as f64 / count as f64
}

/// Nanoseconds per increment over `objects` objects in address order or in a shuffled one.
fn increments<T: Object<N>, const N: usize, const GRANULE: usize>(
    objects: usize,
    shuffled: bool,
) -> f64 {
    let step = footprint::<T>(GRANULE);
    let mut space = buffer(objects * step + 4096);
    let start = space.as_mut_ptr();
    let base = start.wrapping_add(start.align_offset(16));
    let mut th =
        Thread { token: T::token(7), cursor: base, limit: base.wrapping_add(objects * step) };
    let mut order: Vec<*mut T> =
        (0..objects).filter_map(|i| th.allocate::<T, N, GRANULE>([i as u64; N])).collect();
    if shuffled {
        let mut random = 0x9E37_79B9_7F4A_7C15_u64;
        for last in (1..order.len()).rev() {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            order.swap(last, (random >> 33) as usize % (last + 1));
        }
    }
    let th = black_box(&mut th);
    let shape = black_box(SHAPE);
    let rounds = 4_000_000 / objects;
    let clock = Instant::now();
    let mut refused = 0;
    for _ in 0..rounds {
        for object in &order {
            // The token and the shape are read again for each access, as an interpreter would.
            // SAFETY: the pointers are distinct live objects of `space`.
            let done = unsafe { (**object).increment(black_box(&*th).token, shape) };
            refused += u32::from(!done);
        }
    }
    let elapsed = clock.elapsed().as_nanos() as f64 / (rounds * objects) as f64;
    assert_eq!(refused, 0);
    elapsed
}

/// One layout: name, number of fields, granule, bytes an object, and how to measure it.
struct Layout {
    name: &'static str,
    fields: usize,
    granule: usize,
    bytes: usize,
    measure: fn() -> [f64; 4],
}

/// Allocation, a million objects in order, a million shuffled, one hot object.
fn measure<T: Object<N>, const N: usize, const GRANULE: usize>() -> [f64; 4] {
    [
        allocation::<T, N, GRANULE>(),
        increments::<T, N, GRANULE>(OBJECTS, false),
        increments::<T, N, GRANULE>(OBJECTS, true),
        increments::<T, N, GRANULE>(1, false),
    ]
}

const fn layout<T: Object<N>, const N: usize, const GRANULE: usize>() -> Layout {
    Layout {
        name: T::NAME,
        fields: N,
        granule: GRANULE,
        bytes: footprint::<T>(GRANULE),
        measure: measure::<T, N, GRANULE>,
    }
}

const LAYOUTS: [Layout; 7] = [
    layout::<Narrow<2>, 2, 8>(),
    layout::<Narrow<2>, 2, 16>(),
    layout::<Wide<2>, 2, 16>(),
    layout::<Narrow<3>, 3, 8>(),
    layout::<Narrow<3>, 3, 16>(),
    layout::<Wide<3>, 3, 8>(),
    layout::<Wide<3>, 3, 16>(),
];

/// Prints the table.
pub fn main() {
    // Neither header may be optimised into something its fields are not.
    let narrow = Narrow::<2>::born(Narrow::<2>::token(7), [0; 2]);
    let wide = Wide::<2>::born(Wide::<2>::token(7), [0; 2]);
    assert_eq!(u64::from(narrow.owner.load(Relaxed)) >> 20, wide.owner.load(Relaxed) >> 48);
    assert_eq!(wide.hash_or_size, 0);
    println!("ns per object or access, best of 15 alternating runs");
    println!(
        "{:20} {:>6} {:>7} {:>6} {:>9} {:>9} {:>9} {:>9}",
        "header", "fields", "granule", "bytes", "allocate", "1 M", "shuffled", "hot"
    );
    let mut best = [[f64::INFINITY; 4]; LAYOUTS.len()];
    for _ in 0..15 {
        for (row, layout) in best.iter_mut().zip(&LAYOUTS) {
            for (least, figure) in row.iter_mut().zip((layout.measure)()) {
                *least = least.min(figure);
            }
        }
    }
    for (layout, [allocate, in_order, shuffled, hot]) in LAYOUTS.iter().zip(best) {
        println!(
            "{:20} {:6} {:7} {:6} {allocate:9.2} {in_order:9.2} {shuffled:9.2} {hot:9.2}",
            layout.name, layout.fields, layout.granule, layout.bytes
        );
    }
}
