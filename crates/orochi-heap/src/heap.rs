//! The heap as a whole.

use crate::alloc::{LocalHeap, OutOfMemory};
use crate::collect::Kind;
use crate::header::{Header, OwnerWord, ShapeId};
use crate::layout::{Layout, Tracer};
use crate::roots::table::{RootTable, RootVec};
use crate::value::Value;
use std::ptr::NonNull;

/// How to clean retired thread ids out of owner words in a full collection.
#[derive(Clone, Copy)]
pub struct OwnerWordHooks {
    /// Asked at the start: is there anything to clean?
    pub wanted: fn() -> bool,
    /// Called for each live object, from several threads at once.
    pub clean: fn(&OwnerWord),
    /// Called when every live object has been seen.
    pub done: fn(),
}

/// What the layer above lends the collector.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// A collection is due: set this thread's poll. Called from inside an allocation.
    pub request_collection: fn(&LocalHeap),
    /// Visits what the shape record `user` refers to.
    pub trace_shape: Option<unsafe fn(user: *const (), &mut Tracer<'_>)>,
    /// Owner words of retired threads.
    pub owner_words: Option<OwnerWordHooks>,
}

/// How the heap is set up.
#[derive(Clone, Copy)]
pub struct Config {
    /// Bytes of allocation between two nursery collections.
    pub nursery_bytes: usize,
    /// The most the heap may take.
    pub max_heap: usize,
    /// A full collection comes when the old generation has grown by this factor.
    pub growth: f64,
    /// ... and is at least this large.
    pub full_min_bytes: usize,
    /// Threads that mark in a full collection.
    pub mark_threads: usize,
    /// What the layer above lends.
    pub hooks: Hooks,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            nursery_bytes: 8 << 20,
            max_heap: usize::MAX,
            growth: 1.8,
            full_min_bytes: 32 << 20,
            mark_threads: std::thread::available_parallelism().map_or(1, |n| n.get()),
            hooks: Hooks { request_collection: |_| {}, trace_shape: None, owner_words: None },
        }
    }
}

/// What has happened so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Statistics {
    /// Nursery collections.
    pub nursery_collections: u64,
    /// Full collections.
    pub full_collections: u64,
    /// Nanoseconds in nursery collections.
    pub nursery_ns: u64,
    /// Nanoseconds in full collections.
    pub full_ns: u64,
    /// The longest pause in nanoseconds.
    pub longest_ns: u64,
    /// Bytes handed to threads for allocation, ever.
    pub allocated_bytes: u64,
    /// Bytes in use after the last collection.
    pub live_bytes: usize,
    /// Bytes of blocks and large objects that are not free.
    pub committed_bytes: usize,
    /// Objects finalised, ever.
    pub finalised: u64,
}

/// The heap of the process.
pub struct Heap {
    config: Config,
}

impl Heap {
    /// Reserves the heap's addresses. The second call returns the first's heap.
    pub fn init(config: Config) -> Result<&'static Heap, OutOfMemory> {
        let _ = config;
        unimplemented!()
    }

    /// The heap. Panics if there is none yet: the process makes it first of all.
    #[inline]
    pub fn get() -> &'static Heap {
        unimplemented!()
    }

    /// The settings it was made with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Lets a thread allocate.
    ///
    /// # Safety
    /// `local` stays where it is until `unregister`.
    pub unsafe fn register(&'static self, local: &LocalHeap) {
        let _ = local;
        unimplemented!()
    }

    /// Takes back what a thread that ends has left.
    ///
    /// # Safety
    /// `local` was registered; no collection runs; the thread allocates no more.
    pub unsafe fn unregister(&self, local: &LocalHeap) {
        let _ = local;
        unimplemented!()
    }

    /// Publishes a shape.
    pub fn add_shape(
        &self,
        layout: &'static Layout,
        user: *const (),
    ) -> Result<ShapeId, OutOfMemory> {
        let _ = (layout, user);
        unimplemented!()
    }

    /// The collection that is due, if one is.
    pub fn wanted(&self) -> Option<Kind> {
        unimplemented!()
    }

    /// Makes a collection due at the next safepoint.
    pub fn request(&self, kind: Kind) {
        let _ = kind;
        unimplemented!()
    }

    /// Changes the nursery's size.
    pub fn set_nursery_bytes(&self, bytes: usize) {
        let _ = bytes;
        unimplemented!()
    }

    /// Changes the limit.
    pub fn set_max_heap(&self, bytes: usize) {
        let _ = bytes;
        unimplemented!()
    }

    /// Makes a collection due at every `n`th allocation of each thread; 0 ends that.
    pub fn set_zeal(&self, n: u32) {
        let _ = n;
        unimplemented!()
    }

    /// Figures.
    pub fn statistics(&self) -> Statistics {
        unimplemented!()
    }

    /// Objects whose finaliser is due. The caller calls each once.
    pub fn take_finalisers(&self) -> RootVec {
        unimplemented!()
    }

    /// Weak references (the weak objects themselves) whose referent has died and whose callback is due.
    pub fn take_weak_callbacks(&self) -> RootVec {
        unimplemented!()
    }

    /// The process's own table of roots.
    pub fn roots(&self) -> &RootTable {
        unimplemented!()
    }

    /// The object that contains this address, if there is one that is alive or young.
    ///
    /// # Safety
    /// The world is stopped.
    pub unsafe fn find_object(&self, address: usize) -> Option<NonNull<Header>> {
        let _ = address;
        unimplemented!()
    }

    /// Visits every object that has survived so far or is young.
    ///
    /// # Safety
    /// The world is stopped, and `visit` does not allocate.
    pub unsafe fn for_each_object(&self, visit: &mut dyn FnMut(NonNull<Header>)) {
        let _ = visit;
        unimplemented!()
    }

    /// Visits what an object refers to (`gc.get_referents`), except for its shape's class.
    ///
    /// # Safety
    /// The object is alive and nobody writes to it.
    pub unsafe fn referents(&self, object: NonNull<Header>, visit: &mut dyn FnMut(Value)) {
        let _ = (object, visit);
        unimplemented!()
    }

    /// Gives up to `bytes` of free memory back to the system; says how many it were. To be called
    /// after a full collection, when the world runs again.
    pub fn give_back(&self, bytes: usize) -> usize {
        let _ = bytes;
        unimplemented!()
    }

    /// Checks everything; the errors found, in words.
    ///
    /// # Safety
    /// The world is stopped.
    pub unsafe fn verify(&self) -> Result<(), String> {
        unimplemented!()
    }

    /// In a collection's `Outcome` and until the next collection: did this shape survive? Only
    /// shapes whose layout says `trace_shape` are followed.
    pub fn shape_is_marked(&self, shape: ShapeId) -> bool {
        let _ = shape;
        unimplemented!()
    }
}
