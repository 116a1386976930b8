//! A collection, phase by phase.
//!
//! ```text
//! end all runs              what was allocated since the last collection can be parsed
//! look up stack words       while marks still say where old objects begin
//! full: clear marks
//! mark                      from roots and, nursery only, remembered objects; then ephemerons, to a fixed point
//! clear weak references     to what is dead now, and dead pairs of ephemeron tables
//! finalisers                dead objects that have one are kept, with all they reach, and handed up;
//!                           weak references met on the way are looked at again
//! resources                 of what is dead for good are given back
//! sweep                     classify blocks, free large objects
//! ```
//!
//! Weak references to everything that was about to die are thus cleared before any finaliser can
//! see the objects again, as in CPython; each finaliser runs once, because a resurrected object is no
//! longer registered.

use crate::alloc::{LocalHeap, Young};
use crate::header::{Header, OwnerWord};
use crate::heap::{Collector, Heap};
use crate::help::whose;
use crate::lookup;
use crate::mark::{Marker, Shared, Work};
use crate::roots::table::visit_vectors;
use crate::space::{PARSED, State};
use crate::value::Value;
use std::ptr::NonNull;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Which collection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Kind {
    /// Young objects only.
    Nursery,
    /// Everything.
    Full,
}

/// What the layer above knows to be alive. Called while the world is stopped; must call nothing of
/// the heap, and the sets must stay the same until the collection ends. Root tables and vectors of
/// this crate are seen without it.
///
/// For a nursery collection, what has not changed since the last collection may be left out.
pub trait Roots {
    /// Slices of values: value stacks, undo logs, constants of compiled code.
    /// They are told apart by the thread they belong to, if any: its part of the heap.
    fn precise(&self, kind: Kind, visit: &mut dyn FnMut(Option<&LocalHeap>, &[Value]));
    /// Words any of which may be a reference or point into an object: native stacks, registers.
    fn conservative(&self, kind: Kind, visit: &mut dyn FnMut(Option<&LocalHeap>, &[usize]));
    /// The collecting thread's part of the heap, if other threads that are stopped may call
    /// [`Heap::help`] meanwhile.
    fn helped(&self) -> Option<&LocalHeap> {
        None
    }
    /// How many threads ran until the world was stopped, the collecting one included.
    fn running(&self) -> usize {
        1
    }
    /// If owner words name thread ids that have been retired: who cleans them. Asked at the start of
    /// a full collection, which sees every object anyway.
    fn owner_words(&self) -> Option<&dyn OwnerWords> {
        None
    }
}

/// Cleans retired thread ids out of owner words.
pub trait OwnerWords: Sync {
    /// Called for each live object, from several threads at once.
    fn clean(&self, word: &OwnerWord);
    /// Called when every live object has been seen.
    fn cleaned(&self);
}

/// What a collection did.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Which it was.
    pub kind: Kind,
    /// Nanoseconds the world stood still for it (without the stop itself).
    pub pause_ns: u64,
    /// Of these, until the first object was marked: runs ended, roots looked up and visited.
    pub roots_ns: u64,
    /// Of these, in the sweep.
    pub sweep_ns: u64,
    /// Bytes that threads had taken since the collection before.
    pub young_bytes: usize,
    /// Bytes in lines and large objects that are in use now.
    pub live_bytes: usize,
    /// Objects that wait in `Heap::take_finalisers`.
    pub finalisers: usize,
    /// Weak references that wait in `Heap::take_weak_callbacks`.
    pub weak_callbacks: usize,
}

/// Less than this is marked by one thread: waking another takes longer.
const WORTH_SHARING: usize = 8 << 20;

impl Heap {
    /// Collects.
    ///
    /// # Safety
    /// The world is stopped: no other thread reads or writes the heap, every object is initialised,
    /// and `world` names all roots.
    pub unsafe fn collect(&self, world: &dyn Roots, kind: Kind) -> Outcome {
        let start = Instant::now();
        let mut guard = self.collector();
        let collector = &mut *guard;
        let helped = world.helped();
        self.announce_help(helped.is_some());
        let mut pieces = Vec::new();
        // SAFETY: stopped (H5).
        let mut young = unsafe { end_all_runs(collector, helped.map(|_| &mut pieces), kind) };
        self.share_nursery(world.running());
        // SAFETY: stopped (H5), objects are whole (H2), and all runs have ended.
        let found = unsafe { self.look_up(world, kind) };
        let words = if kind == Kind::Full { world.owner_words() } else { None };
        if kind == Kind::Full {
            self.clear_marks();
        }

        let mut marker = Marker::new(*self.space(), &self.config().hooks, words);
        let mut piece_of = |whose: usize, marker: &mut Marker<'_>| {
            if let Some(piece) = pieces.iter_mut().find(|piece| piece.whose == whose) {
                marker.hand_over(piece);
            }
        };
        for (whose, offset) in found {
            marker.visit::<false>(Value::from_object(self.space().object(offset)));
            piece_of(whose, &mut marker);
        }
        // SAFETY: roots stay as they are until the collection ends, and owners of vectors are stopped.
        unsafe {
            world.precise(kind, &mut |local, values| {
                marker.visit_all(values);
                if let Some(local) = local {
                    piece_of(whose(local), &mut marker);
                }
            });
            visit_vectors(&mut |values| marker.visit_all(values));
            // What is due now; more comes to these lists only when all this has been marked.
            marker.visit_all(&collector.finalisers_due);
            marker.visit_all(&collector.callbacks_due);
        }
        self.root_table().visit(&mut |value| marker.visit::<false>(value));
        if kind == Kind::Nursery {
            marker.remembered.append(&mut young.remembered);
        }
        let roots_ns = start.elapsed().as_nanos() as u64;
        if let Some(me) = helped {
            self.mark_with_help(&mut marker, pieces, whose(me), words);
            self.announce_help(false);
        } else if kind == Kind::Full
            && self.config().mark_threads > 1
            && self.pool().committed() > WORTH_SHARING
        {
            self.mark_in_parallel(&mut marker, words);
        }
        marker.drain_with_ephemerons();
        marker.clear_weak(&mut collector.callbacks_due);
        if collector.resurrect(&mut young, &mut marker, kind, &self.config().hooks) {
            marker.drain_with_ephemerons();
            marker.clear_weak(&mut collector.callbacks_due);
        }
        collector.drop_resources(&mut young, &marker, kind);
        if let Some(words) = words {
            words.cleaned();
        }

        let swept_from = start.elapsed().as_nanos() as u64;
        let young_bytes = self.young_bytes();
        let live = self.sweep(collector, &young, kind);
        young.blocks.clear();
        young.large.clear();
        young.remembered.clear();
        collector.orphaned = young;
        self.note_live(live, kind);
        self.request_is_met();
        let pause = start.elapsed().as_nanos() as u64;
        collector.count(kind, pause);
        Outcome {
            kind,
            pause_ns: pause,
            roots_ns,
            sweep_ns: pause - swept_from,
            young_bytes,
            live_bytes: live,
            finalisers: collector.finalisers_due.len(),
            weak_callbacks: collector.callbacks_due.len(),
        }
    }

    /// Which objects the words of native stacks refer to, and on whose stack.
    ///
    /// # Safety
    /// The world is stopped and all runs have ended.
    unsafe fn look_up(&self, world: &dyn Roots, kind: Kind) -> Vec<(usize, usize)> {
        let space = self.space();
        let mut found = Vec::new();
        world.conservative(kind, &mut |local, words| {
            let whose = local.map_or(0, whose);
            for &word in words {
                let offset = space.offset(word);
                if space.contains(offset) {
                    // SAFETY: the caller's promise.
                    let object = unsafe { lookup::find::<true>(space, offset) };
                    found.extend(object.map(|offset| (whose, offset)));
                }
            }
        });
        found
    }

    /// Forgets what survived: everything has to be reached anew.
    fn clear_marks(&self) {
        let space = self.space();
        for (block, state) in self.blocks_in_use() {
            match state {
                State::Small => {
                    for word in space.block_marks(block) {
                        word.store(0, Ordering::Relaxed);
                    }
                    let mut parsed = 0;
                    for word in space.block_line_words(block) {
                        parsed |= word.load(Ordering::Relaxed);
                        word.store(0, Ordering::Relaxed);
                    }
                    if parsed & u64::from_ne_bytes([PARSED; 8]) != 0 {
                        for word in space.block_starts(block) {
                            word.store(0, Ordering::Relaxed);
                        }
                    }
                }
                State::LargeHead(_) => space.unmark(crate::space::Space::block_offset(block)),
                State::Free | State::LargeTail(_) => {}
            }
        }
        for shape in 0..self.shape_end() {
            space.shape_mark(shape).store(0, Ordering::Relaxed);
        }
    }

    /// Marks with all threads that may; they live no longer than this.
    fn mark_in_parallel(&self, marker: &mut Marker<'_>, words: Option<&dyn OwnerWords>) {
        let shared = Shared::new(self.config().mark_threads);
        let others = std::thread::scope(|scope| {
            let mut started = Vec::new();
            for _ in 1..self.config().mark_threads {
                let mut other = Marker::new(*self.space(), &self.config().hooks, words);
                let shared = &shared;
                let work = move || {
                    other.drain_shared(shared, 0);
                    (other.weak, other.ephemerons)
                };
                match std::thread::Builder::new().name("mark".into()).spawn_scoped(scope, work) {
                    Ok(thread) => started.push(thread),
                    Err(_) => shared.resign(),
                }
            }
            marker.drain_shared(&shared, 0);
            started.into_iter().filter_map(|thread| thread.join().ok()).collect::<Vec<_>>()
        });
        for (weak, ephemerons) in others {
            marker.weak.extend(weak);
            marker.ephemerons.extend(ephemerons);
        }
    }
}

/// Ends every thread's runs and gathers what they have left. What each has written to goes to a piece
/// of work of its own, if there are to be any.
///
/// # Safety
/// All threads are stopped.
unsafe fn end_all_runs(
    collector: &mut Collector,
    mut pieces: Option<&mut Vec<Work>>,
    kind: Kind,
) -> Young {
    let mut young = std::mem::take(&mut collector.orphaned);
    for &local in &collector.locals {
        // SAFETY: registered and stopped.
        let local = unsafe { local.get() };
        // What it had not told of no longer counts: the count starts anew.
        local.end_runs();
        if let Some(pieces) = &mut pieces {
            let remembered = match kind {
                Kind::Nursery => std::mem::take(&mut local.slow().young.remembered),
                // Everything is looked at anyway.
                Kind::Full => Vec::new(),
            };
            pieces.push(Work { whose: whose(local), remembered, ..Work::default() });
        }
        young.append(&mut local.slow().young);
    }
    young
}

impl Collector {
    fn count(&mut self, kind: Kind, pause: u64) {
        let statistics = &mut self.statistics;
        match kind {
            Kind::Nursery => {
                statistics.nursery_collections += 1;
                statistics.nursery_ns += pause;
            }
            Kind::Full => {
                statistics.full_collections += 1;
                statistics.full_ns += pause;
            }
        }
        statistics.longest_ns = statistics.longest_ns.max(pause);
    }
}

/// The value of an object.
pub(crate) fn reference(object: NonNull<Header>) -> Value {
    Value::from_object(object)
}
