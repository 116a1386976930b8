//! The heap as a whole: settings, threads, shapes, and when to collect.
//!
//! There is one heap in a process, because addresses are values everywhere. Threads register their
//! local part; what they take is counted by the block, and when all have taken a nursery's worth a
//! collection becomes *wanted*. Which kind, is decided by how much the old generation has grown since
//! the last full collection, and by how near the limit is. The layer above asks `wanted` at its
//! safepoint, stops the world, calls `collect`, and afterwards calls `give_back` and takes the
//! finalisers and weak callbacks that are due.

use crate::alloc::{LocalHeap, OutOfMemory, Young};
use crate::block::{Home, Pool, Taken};
use crate::collect::Kind;
use crate::header::{Header, ShapeId};
use crate::help::Help;
use crate::layout::{Layout, MAX_SHAPES, ShapeEntry, Tracer, set_table, shape_entry};
use crate::roots::table::RootTable;
use crate::space::{BLOCK, Space, State, reserve};
use crate::value::Value;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// What the layer above lends the collector.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// A collection is due: set this thread's poll. Called from inside an allocation.
    pub request_collection: fn(&LocalHeap),
    /// Visits what the shape record `user` refers to; called once a collection for each shape that
    /// an object has whose layout says `trace_shape`, from several threads at once. A record's
    /// references are set when it is added; one that gets another later roots it otherwise.
    pub trace_shape: Option<unsafe fn(user: *const (), &mut Tracer<'_>)>,
    /// Whether a registered object that has died still has something to finalise; asked inside the
    /// collection. One that has not (a generator that has come to its end) just goes.
    pub needs_finaliser: Option<unsafe fn(NonNull<Header>) -> bool>,
}

/// How the heap is set up.
#[derive(Clone, Copy)]
pub struct Config {
    /// Bytes of allocation between two nursery collections, for each thread that allocates (but no
    /// more threads than there are cores): all together may take so many times as much.
    pub nursery_bytes: usize,
    /// The most the heap may take.
    pub max_heap: usize,
    /// A full collection comes when the old generation has grown by this factor.
    pub growth: f64,
    /// ... and is at least this large, for each thread that allocates as with the nursery.
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
            mark_threads: cores(),
            hooks: Hooks { request_collection: |_| {}, trace_shape: None, needs_finaliser: None },
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
    /// Objects handed to finalisation, ever.
    pub finalised: u64,
}

/// What only the collector, and threads that come and go, look at.
#[derive(Default)]
pub(crate) struct Collector {
    /// Every registered thread's part.
    pub(crate) locals: Vec<LocalPointer>,
    /// What threads that ended since the last collection have left.
    pub(crate) orphaned: Young,
    /// Large objects that have survived: first blocks.
    pub(crate) large: Vec<u32>,
    /// Old objects with finalisers that have not run.
    pub(crate) finalisable: Vec<NonNull<Header>>,
    /// Old objects that hold something outside the heap.
    pub(crate) resources: Vec<NonNull<Header>>,
    /// Objects whose finaliser is due, until the layer above takes them.
    pub(crate) finalisers_due: Vec<Value>,
    /// Weak references whose callback is due.
    pub(crate) callbacks_due: Vec<Value>,
    /// The old generation's size that makes the next collection a full one.
    pub(crate) statistics: Statistics,
}

// SAFETY: the pointers are followed only while their threads are stopped.
unsafe impl Send for Collector {}

/// A registered thread's part. It stays where it is until it is unregistered.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct LocalPointer(*const LocalHeap);

impl LocalPointer {
    /// # Safety
    /// The thread is registered, and stopped or the current one.
    pub(crate) unsafe fn get<'a>(self) -> &'a LocalHeap {
        // SAFETY: registered parts stay where they are.
        unsafe { &*self.0 }
    }
}

/// The heap of the process.
pub struct Heap {
    config: Config,
    space: Space,
    pool: Mutex<Pool>,
    collector: Mutex<Collector>,
    roots: RootTable,
    helping: Help,
    next_shape: AtomicU32,
    /// The kind that is wanted: 0 none, 1 nursery, 2 full.
    requested: AtomicU8,
    nursery_bytes: AtomicUsize,
    /// How many threads share the nursery now: it is so many times as large.
    nursery_shares: AtomicUsize,
    /// Bytes taken since the last collection.
    young_bytes: AtomicUsize,
    allocated_bytes: AtomicU64,
    /// Bytes that had survived the last collection.
    live_bytes: AtomicUsize,
    /// The next collection is full when this many bytes have survived, and those of the settings.
    full_at: AtomicUsize,
    /// Young bytes from which the limit's nearness counts, and the committed bytes that are near it.
    near_limit: AtomicUsize,
    zeal: AtomicU32,
}

/// How many threads can run at once.
fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, |n| n.get()))
}

static HEAP: OnceLock<Heap> = OnceLock::new();

/// Nothing under these locks is left half done by a panic that matters after it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Heap {
    /// Reserves the heap's addresses. A second call returns the first's heap as it is.
    pub fn init(config: Config) -> Result<&'static Heap, OutOfMemory> {
        if let Some(heap) = HEAP.get() {
            return Ok(heap);
        }
        let space = Space::reserve().ok_or(OutOfMemory)?;
        let table = reserve(MAX_SHAPES as usize * size_of::<ShapeEntry>()).ok_or(OutOfMemory)?;
        Ok(HEAP.get_or_init(|| {
            set_table(table.cast());
            let heap = Heap {
                config,
                space,
                pool: Mutex::new(Pool::new(space, config.max_heap, cores())),
                collector: Mutex::default(),
                roots: RootTable::new(),
                helping: Help::new(),
                next_shape: AtomicU32::new(1),
                requested: AtomicU8::new(0),
                nursery_bytes: AtomicUsize::new(config.nursery_bytes),
                nursery_shares: AtomicUsize::new(1),
                young_bytes: AtomicUsize::new(0),
                allocated_bytes: AtomicU64::new(0),
                live_bytes: AtomicUsize::new(0),
                full_at: AtomicUsize::new(0),
                near_limit: AtomicUsize::new(0),
                zeal: AtomicU32::new(0),
            };
            heap.set_max_heap(config.max_heap);
            heap
        }))
    }

    /// The heap. Panics if there is none yet: the process makes it first of all.
    #[inline]
    pub fn get() -> &'static Heap {
        HEAP.get().expect("the heap is made before anything uses it")
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
        let mut collector = lock(&self.collector);
        local.slow().heap = Some(self);
        collector.locals.push(LocalPointer(local));
    }

    /// Takes over what a thread that ends has left.
    ///
    /// # Safety
    /// `local` was registered; no collection runs; the thread allocates no more.
    pub unsafe fn unregister(&self, local: &LocalHeap) {
        let taken = local.end_runs();
        self.young_bytes.fetch_add(taken, Ordering::Relaxed);
        let mut collector = lock(&self.collector);
        let slow = local.slow();
        collector.orphaned.append(&mut slow.young);
        slow.heap = None;
        collector.locals.retain(|&other| other != LocalPointer(local));
    }

    /// Publishes a shape.
    pub fn add_shape(
        &self,
        layout: &'static Layout,
        user: *const (),
    ) -> Result<ShapeId, OutOfMemory> {
        let next = |n: u32| (n < MAX_SHAPES).then_some(n + 1);
        let n = self.next_shape.try_update(Ordering::Relaxed, Ordering::Relaxed, next);
        let id = ShapeId(n.map_err(|_| OutOfMemory)?);
        shape_entry(id).publish(layout, user);
        Ok(id)
    }

    /// How many shape ids have been handed out, plus one.
    pub(crate) fn shape_end(&self) -> u32 {
        self.next_shape.load(Ordering::Acquire)
    }

    // ---- when to collect ----

    /// The collection that is due, if one is.
    pub fn wanted(&self) -> Option<Kind> {
        match self.requested.load(Ordering::Acquire) {
            0 => None,
            1 => Some(Kind::Nursery),
            _ => Some(Kind::Full),
        }
    }

    /// Makes a collection due at the next safepoint. The caller sees to its own poll.
    pub fn request(&self, kind: Kind) {
        self.requested.fetch_max(kind as u8 + 1, Ordering::AcqRel);
    }

    /// Makes a collection due and tells the thread, unless it has been told.
    pub(crate) fn request_from(&self, local: &LocalHeap, kind: Kind) {
        let kind = if self.full_is_due() { Kind::Full } else { kind };
        if self.requested.fetch_max(kind as u8 + 1, Ordering::AcqRel) == 0 {
            (self.config.hooks.request_collection)(local);
        }
    }

    pub(crate) fn request_is_met(&self) {
        self.requested.store(0, Ordering::Release);
        self.young_bytes.store(0, Ordering::Relaxed);
    }

    pub(crate) fn young_bytes(&self) -> usize {
        self.young_bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn live_bytes(&self) -> usize {
        self.live_bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn full_is_due(&self) -> bool {
        // As with the nursery: several threads together as often as each alone.
        let shares = self.nursery_shares.load(Ordering::Relaxed);
        let least = self.config.full_min_bytes.saturating_mul(shares);
        let full_at = self.full_at.load(Ordering::Relaxed).max(least);
        self.live_bytes.load(Ordering::Relaxed) >= full_at
    }

    /// A thread has taken so many bytes.
    pub(crate) fn note_taken(&self, local: &LocalHeap, bytes: usize) {
        if bytes > 0 {
            self.allocated_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
            let young = self.young_bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
            if young >= self.nursery_bytes() * self.nursery_shares.load(Ordering::Relaxed) {
                self.request_from(local, Kind::Nursery);
            }
        }
    }

    /// Sets what the next collections go by, after one that left so many bytes.
    pub(crate) fn note_live(&self, live: usize, kind: Kind) {
        self.live_bytes.store(live, Ordering::Relaxed);
        if kind == Kind::Full {
            let grown = (live as f64 * self.config.growth) as usize;
            self.full_at.store(grown, Ordering::Relaxed);
        }
    }

    /// So many threads run at once. They get a nursery each, so that collections come as often for each
    /// of them as if it were alone.
    pub(crate) fn share_nursery(&self, threads: usize) {
        self.nursery_shares.store(threads.clamp(1, cores()), Ordering::Relaxed);
    }

    // ---- blocks ----

    pub(crate) fn take_block(
        &self,
        local: &LocalHeap,
        whole: bool,
        home: Home,
    ) -> Result<Taken, OutOfMemory> {
        let mut pool = lock(&self.pool);
        let taken = pool.take_block(whole, home);
        let near = pool.committed() > self.near_limit.load(Ordering::Relaxed);
        let (dirty, fresh) = (pool.take_dirty(8, false), pool.take_fresh());
        drop(pool);
        self.populate(fresh);
        self.return_pages(dirty);
        if near && self.young_bytes.load(Ordering::Relaxed) >= self.limit_slack() / 4 {
            self.request_from(local, Kind::Full);
        }
        taken
    }

    pub(crate) fn take_large(&self, local: &LocalHeap, bytes: usize) -> Result<u32, OutOfMemory> {
        let mut pool = lock(&self.pool);
        let taken = pool.take_large(bytes);
        let near = pool.committed() > self.near_limit.load(Ordering::Relaxed);
        let fresh = pool.take_fresh();
        drop(pool);
        self.populate(fresh);
        if near || taken.is_err() {
            self.request_from(local, Kind::Full);
        }
        taken
    }

    /// The last part of the limit, in which collections come early.
    fn limit_slack(&self) -> usize {
        lock(&self.pool).max() / 16
    }

    fn populate(&self, fresh: Option<(u32, u32)>) {
        if let Some((from, count)) = fresh {
            self.space.populate(from, count);
        }
    }

    fn return_pages(&self, dirty: Option<(u32, u32)>) -> usize {
        let Some((start, count)) = dirty else { return 0 };
        self.space.give_back(start, count);
        lock(&self.pool).add_clean(start, count);
        count as usize * BLOCK
    }

    /// Gives up to `bytes` of free memory back to the system; says how many it were.
    pub fn give_back(&self, bytes: usize) -> usize {
        self.give_back_free(bytes, true)
    }

    /// Gives back what is more than the program seems to need. To be called after a full
    /// collection, when the world runs again.
    pub fn give_back_surplus(&self) -> usize {
        self.give_back_free(usize::MAX, false)
    }

    fn give_back_free(&self, bytes: usize, forced: bool) -> usize {
        let mut given = 0;
        while given < bytes {
            let most = ((bytes - given) / BLOCK).clamp(1, 4096) as u32;
            let dirty = lock(&self.pool).take_dirty(most, forced);
            match self.return_pages(dirty) {
                0 => break,
                n => given += n,
            }
        }
        given
    }

    // ---- settings and figures ----

    /// Changes the nursery's size.
    pub fn set_nursery_bytes(&self, bytes: usize) {
        self.nursery_bytes.store(bytes, Ordering::Relaxed);
    }

    /// The nursery's size.
    pub fn nursery_bytes(&self) -> usize {
        self.nursery_bytes.load(Ordering::Relaxed)
    }

    /// Changes the limit.
    pub fn set_max_heap(&self, bytes: usize) {
        lock(&self.pool).set_max(bytes);
        self.near_limit.store(bytes - bytes / 16, Ordering::Relaxed);
    }

    /// Makes a collection due at every `n`th allocation of each thread; 0 ends that. A thread that
    /// is running takes notice when its current run is used up, at the latest at the next collection.
    pub fn set_zeal(&self, n: u32) {
        self.zeal.store(n, Ordering::Relaxed);
    }

    pub(crate) fn zeal(&self) -> u32 {
        self.zeal.load(Ordering::Relaxed)
    }

    /// Figures.
    pub fn statistics(&self) -> Statistics {
        let mut statistics = lock(&self.collector).statistics;
        statistics.allocated_bytes = self.allocated_bytes.load(Ordering::Relaxed);
        statistics.live_bytes = self.live_bytes.load(Ordering::Relaxed);
        statistics.committed_bytes = lock(&self.pool).committed();
        statistics
    }

    /// The process's own table of roots.
    pub fn roots(&'static self) -> &'static RootTable {
        &self.roots
    }

    pub(crate) fn root_table(&self) -> &RootTable {
        &self.roots
    }

    // ---- for the collector ----

    #[inline(always)]
    pub(crate) fn space(&self) -> &Space {
        &self.space
    }

    pub(crate) fn helping(&self) -> &Help {
        &self.helping
    }

    pub(crate) fn pool(&self) -> MutexGuard<'_, Pool> {
        lock(&self.pool)
    }

    pub(crate) fn collector(&self) -> MutexGuard<'_, Collector> {
        lock(&self.collector)
    }

    /// Was there ever anything in this block that still counts?
    pub(crate) fn blocks_in_use(&self) -> impl Iterator<Item = (u32, State)> + '_ {
        self.blocks_below(self.pool().high())
    }

    /// The same, of those below `high`.
    pub(crate) fn blocks_below(&self, high: u32) -> impl Iterator<Item = (u32, State)> + '_ {
        (0..high)
            .map(|block| (block, self.space.state(block)))
            .filter(|&(_, state)| state != State::Free)
    }

    /// In a collection's wake and until the next collection: did this shape survive? Only shapes
    /// whose layout says `trace_shape` are followed, and after a nursery collection a shape counts
    /// as surviving if it survived the last full one.
    pub fn shape_is_marked(&self, shape: ShapeId) -> bool {
        shape.0 < MAX_SHAPES && self.space.shape_mark(shape.0).load(Ordering::Relaxed) != 0
    }
}
