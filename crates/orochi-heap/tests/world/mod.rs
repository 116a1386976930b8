//! A small world for the heap's tests: threads that allocate, stop and are collected.
//!
//! A [`Mutator`] is what a thread of the virtual machine would be to the heap: a local heap, a stack of
//! precise roots, a native stack, and a safepoint at which it stops when a collection is wanted. The
//! first to arrive at its safepoint collects when the others have stopped, and verifies afterwards.
#![allow(dead_code, reason = "each test uses its part of this")]
#![allow(clippy::undocumented_unsafe_blocks, reason = "the tests make the objects they look into")]
#![allow(missing_docs, reason = "test code")]

use orochi_heap::header::{G, W};
use orochi_heap::*;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard};

/// A new object's owner word: some thread's, written to, young.
pub const BORN: OwnerBits = OwnerBits(1 << 20 | W | G);

#[derive(Default)]
struct Stops {
    mutators: Vec<MutatorPointer>,
    stopped: usize,
    stopping: bool,
}

#[derive(Clone, Copy, PartialEq)]
struct MutatorPointer(*const Mutator);
// SAFETY: followed only while the mutator is stopped.
unsafe impl Send for MutatorPointer {}

static STOPS: Mutex<Stops> =
    Mutex::new(Stops { mutators: Vec::new(), stopped: 0, stopping: false });
static CHANGED: Condvar = Condvar::new();
/// Who cleans owner words, in tests of that.
pub static CLEANER: Mutex<Option<&'static dyn OwnerWords>> = Mutex::new(None);
static WANTED: AtomicBool = AtomicBool::new(false);
/// Do stopped threads help with marking?
pub static HELPED: AtomicBool = AtomicBool::new(true);
/// Stops that are over.
static ROUND: AtomicU64 = AtomicU64::new(0);
pub static VERIFY: AtomicBool = AtomicBool::new(true);
pub static COLLECTIONS: AtomicU64 = AtomicU64::new(0);

fn stops() -> MutexGuard<'static, Stops> {
    STOPS.lock().unwrap()
}

fn request(_: &LocalHeap) {
    WANTED.store(true, Ordering::Release);
}

/// The heap of this test process, made with `config` by whoever comes first.
pub fn heap_with(config: Config) -> &'static Heap {
    let hooks = Hooks { request_collection: request, ..config.hooks };
    Heap::init(Config { hooks, ..config }).unwrap()
}

pub fn heap() -> &'static Heap {
    heap_with(Config::default())
}

/// One test at a time: they share the process's heap.
pub fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

pub struct Mutator {
    pub local: LocalHeap,
    /// Precise roots.
    pub stack: Vec<Value>,
    native: NativeStack,
    /// Words shown as if they lay on the native stack.
    pub words: Vec<usize>,
    /// Show the native stack too?
    pub conservative: bool,
    top: usize,
}

struct World<'a>(&'a [MutatorPointer], &'a Mutator);

impl Roots for World<'_> {
    fn precise(&self, _: Kind, visit: &mut dyn FnMut(Option<&LocalHeap>, &[Value])) {
        for mutator in self.0 {
            // SAFETY: a mutator stays where it is while it is in the list, and stands still during a stop.
            let mutator = unsafe { &*mutator.0 };
            visit(Some(&mutator.local), &mutator.stack);
        }
    }
    fn helped(&self) -> Option<&LocalHeap> {
        HELPED.load(Ordering::Relaxed).then_some(&self.1.local)
    }
    fn owner_words(&self) -> Option<&dyn OwnerWords> {
        *CLEANER.lock().unwrap()
    }
    fn conservative(&self, _: Kind, visit: &mut dyn FnMut(Option<&LocalHeap>, &[usize])) {
        for mutator in self.0 {
            // SAFETY: a mutator stays where it is while it is in the list, and stands still during a stop.
            let mutator = unsafe { &*mutator.0 };
            visit(Some(&mutator.local), &mutator.words);
            if mutator.conservative {
                // SAFETY: the stack's owner stands still, so its words are not changing.
                visit(Some(&mutator.local), unsafe { mutator.native.words(mutator.top) });
            }
        }
    }
}

impl Mutator {
    pub fn new(conservative: bool) -> Box<Mutator> {
        let mutator = Box::new(Mutator {
            local: LocalHeap::new(),
            stack: Vec::new(),
            words: Vec::new(),
            native: NativeStack::current(),
            conservative,
            top: usize::MAX,
        });
        let mut stops = stops();
        while stops.stopping {
            stops = CHANGED.wait(stops).unwrap();
        }
        // SAFETY: the local heap is boxed and unregistered before it is dropped.
        unsafe { heap().register(&mutator.local) };
        stops.mutators.push(MutatorPointer(&*mutator));
        mutator
    }

    /// Stops if a collection is wanted.
    #[inline(always)]
    pub fn safepoint(&mut self) {
        if WANTED.load(Ordering::Relaxed) {
            self.stop(None);
        }
    }

    /// Collects now.
    pub fn collect(&mut self, kind: Kind) -> Outcome {
        loop {
            if let Some(outcome) = self.stop(Some(kind)) {
                return outcome;
            }
        }
    }

    #[inline(never)]
    fn stop(&mut self, kind: Option<Kind>) -> Option<Outcome> {
        with_spilled_registers(|top| {
            self.top = top;
            let mut state = stops();
            WANTED.store(true, Ordering::Release);
            if state.stopping {
                // Somebody else collects.
                let round = ROUND.load(Ordering::Acquire);
                state.stopped += 1;
                CHANGED.notify_all();
                drop(state);
                self.wait(round);
                return None;
            }
            state.stopping = true;
            while state.stopped + 1 < state.mutators.len() {
                state = CHANGED.wait(state).unwrap();
            }
            let kind = kind.or(heap().wanted());
            let outcome = kind.map(|kind| {
                if VERIFY.load(Ordering::Relaxed) {
                    // Young objects, too: runs end in terminators, what was written to is remembered.
                    // SAFETY: the world stands still.
                    unsafe { heap().verify() }.unwrap();
                }
                // SAFETY: the world stands still, and `World` knows all roots.
                let outcome = unsafe { heap().collect(&World(&state.mutators, self), kind) };
                COLLECTIONS.fetch_add(1, Ordering::Relaxed);
                if VERIFY.load(Ordering::Relaxed) {
                    // SAFETY: the world stands still.
                    unsafe { heap().verify() }.unwrap();
                }
                outcome
            });
            WANTED.store(false, Ordering::Release);
            state.stopping = false;
            state.stopped = 0;
            ROUND.fetch_add(1, Ordering::AcqRel);
            CHANGED.notify_all();
            outcome
        })
    }

    /// Waits for the end of a stop, and helps meanwhile.
    fn wait(&self, round: u64) {
        while ROUND.load(Ordering::Acquire) == round {
            heap().help(&self.local);
            std::thread::yield_now();
        }
    }

    #[inline(always)]
    pub fn alloc(&self, size: usize, shape: ShapeId) -> Result<NonNull<Header>, OutOfMemory> {
        // SAFETY: the caller fills the object before anything can collect.
        unsafe { self.local.alloc(size, BORN, shape) }
    }

    /// A new object all of whose words are values: `fields`.
    pub fn object(&self, shape: ShapeId, fields: &[Value]) -> Value {
        let object = self.alloc(8 + 8 * fields.len(), shape).unwrap();
        for (n, &value) in fields.iter().enumerate() {
            // SAFETY: the field lies within the object, which is fresh.
            unsafe { set_value_at(object.as_ptr(), 8 + 8 * n, value) };
        }
        Value::from_object(object)
    }

    /// Writes through the barrier.
    pub fn write(&self, object: Value, field: usize, value: Value) {
        self.barrier(object);
        // SAFETY: the field lies within the object, which this mutator alone uses.
        unsafe { set_value_at(object.object_ptr(), 8 + 8 * field, value) };
    }

    pub fn barrier(&self, object: Value) {
        // SAFETY: every object has a header.
        let header = unsafe { object.as_object().unwrap().as_ref() };
        if !header.owner.load().is_remembered() {
            header.owner.set_remembered();
            self.local.remember(object.as_object().unwrap());
        }
    }
}

pub fn field(object: Value, n: usize) -> Value {
    // SAFETY: the field lies within the object.
    unsafe { value_at(object.object_ptr(), 8 + 8 * n) }
}

impl Drop for Mutator {
    fn drop(&mut self) {
        let mut state = stops();
        // Whoever waits for us to stop must not wait for ever.
        let me = MutatorPointer(&*self);
        while state.stopping {
            let round = ROUND.load(Ordering::Acquire);
            state.stopped += 1;
            CHANGED.notify_all();
            self.stack.clear();
            self.conservative = false;
            drop(state);
            self.wait(round);
            state = stops();
        }
        state.mutators.retain(|&other| other != me);
        // SAFETY: registered when this mutator began, and not used after this.
        unsafe { heap().unregister(&self.local) };
    }
}

/// Shapes whose objects have so many values.
pub fn value_shape(values: usize) -> ShapeId {
    static SHAPES: Mutex<Vec<(usize, ShapeId)>> = Mutex::new(Vec::new());
    let mut shapes = SHAPES.lock().unwrap();
    if let Some(&(_, shape)) = shapes.iter().find(|(n, _)| *n == values) {
        return shape;
    }
    let layout = Box::leak(Box::new(Layout::values("values", 8, 8 + 8 * values as u32)));
    let shape = heap().add_shape(layout, std::ptr::null()).unwrap();
    shapes.push((values, shape));
    shape
}

/// The process's resident memory in bytes.
pub fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}
