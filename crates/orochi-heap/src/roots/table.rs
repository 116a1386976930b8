//! Roots that native code registers: tables, single references and vectors.
//!
//! A [`RootVec`] is a vector of values that lives on Rust's heap or stack and that the collector
//! nevertheless sees: its contents sit in a box which is linked into one of a few lists. Making an
//! empty one costs nothing; the first push links it, dropping unlinks it. It belongs to one thread
//! at a time, like any vector, and the collector reads it only while that thread is stopped. A
//! [`RootTable`] is a growing set of numbered slots for references that live long; a [`Rooted`] is
//! one such slot, given back when dropped.

use crate::header::Reference;
use crate::value::Value;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many lists of vectors there are: threads that make vectors at once rarely meet.
const LISTS: usize = 64;

/// What a rooted vector's box holds.
struct Linked {
    values: Vec<Value>,
    list: usize,
    /// Position in the list; kept right by whoever moves it, under the list's lock.
    position: usize,
}

/// Boxes of rooted vectors. Alone on its cache lines: its thread locks it for each vector.
#[repr(align(128))]
struct List(Mutex<Boxes>);

struct Boxes(Vec<*mut Linked>);

// SAFETY: the pointers are only followed by their owner or while all owners are stopped.
unsafe impl Send for Boxes {}

static VECTORS: [List; LISTS] = [const { List(Mutex::new(Boxes(Vec::new()))) }; LISTS];
static NEXT_LIST: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The list this thread's vectors go to.
    static MY_LIST: usize = NEXT_LIST.fetch_add(1, Ordering::Relaxed) % LISTS;
}

/// A lock cannot be left half done here, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A vector of values that the collector sees.
pub struct RootVec {
    linked: *mut Linked,
}

// SAFETY: the box belongs to whoever has the vector; the lists are locked.
unsafe impl Send for RootVec {}
// SAFETY: shared access only reads.
unsafe impl Sync for RootVec {}

impl RootVec {
    /// An empty one.
    pub const fn new() -> RootVec {
        RootVec { linked: std::ptr::null_mut() }
    }

    /// An empty one with room.
    pub fn with_capacity(capacity: usize) -> RootVec {
        let mut v = RootVec::new();
        v.vec().reserve(capacity);
        v
    }

    /// The vector, linked.
    #[inline]
    fn vec(&mut self) -> &mut Vec<Value> {
        if self.linked.is_null() {
            self.link();
        }
        // SAFETY: linked, and ours alone (`&mut self`).
        unsafe { &mut (*self.linked).values }
    }

    #[cold]
    fn link(&mut self) {
        let list = MY_LIST.try_with(|n| *n).unwrap_or(0);
        let mut boxes = lock(&VECTORS[list].0);
        self.linked =
            Box::into_raw(Box::new(Linked { values: Vec::new(), list, position: boxes.0.len() }));
        boxes.0.push(self.linked);
    }

    /// Appends.
    #[inline]
    pub fn push(&mut self, value: Value) {
        self.vec().push(value);
    }

    /// Makes room for so many more; false if there is no memory for them.
    pub fn try_reserve(&mut self, additional: usize) -> bool {
        self.vec().try_reserve(additional).is_ok()
    }

    /// Appends, if there is memory for it.
    #[inline]
    pub fn try_push(&mut self, value: Value) -> bool {
        let values = self.vec();
        if values.len() == values.capacity() && values.try_reserve(1).is_err() {
            return false;
        }
        values.push(value);
        true
    }

    /// Takes the last.
    #[inline]
    pub fn pop(&mut self) -> Option<Value> {
        if self.linked.is_null() { None } else { self.vec().pop() }
    }

    /// Appends all.
    pub fn extend_from_slice(&mut self, values: &[Value]) {
        self.vec().extend_from_slice(values);
    }

    /// Leaves the first `len`.
    pub fn truncate(&mut self, len: usize) {
        if !self.linked.is_null() {
            self.vec().truncate(len);
        }
    }

    /// Leaves none.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Puts a value at `index` and moves the rest up. Panics beyond the end.
    pub fn insert(&mut self, index: usize, value: Value) {
        self.vec().insert(index, value);
    }

    /// Makes it `len` long, with `value` in what is new.
    pub fn resize(&mut self, len: usize, value: Value) {
        self.vec().resize(len, value);
    }

    /// The values.
    #[inline]
    pub fn as_slice(&self) -> &[Value] {
        if self.linked.is_null() {
            &[]
        } else {
            // SAFETY: linked, and nobody writes while `self` is borrowed.
            unsafe { &(*self.linked).values }
        }
    }

    /// The values, to be changed in place.
    #[inline]
    pub fn as_mut_slice(&mut self) -> &mut [Value] {
        if self.linked.is_null() { &mut [] } else { self.vec() }
    }
}

impl Drop for RootVec {
    fn drop(&mut self) {
        if self.linked.is_null() {
            return;
        }
        // SAFETY: made by `Box::into_raw` in `link`; unlinked here, so nobody else has it. Other
        // boxes' positions change only under the list's lock.
        unsafe {
            let list = (*self.linked).list;
            let mut boxes = lock(&VECTORS[list].0);
            let position = (*self.linked).position;
            boxes.0.swap_remove(position);
            if let Some(&moved) = boxes.0.get(position) {
                (*moved).position = position;
            }
            drop(boxes);
            drop(Box::from_raw(self.linked));
        }
    }
}

impl Default for RootVec {
    fn default() -> RootVec {
        RootVec::new()
    }
}

impl std::ops::Deref for RootVec {
    type Target = [Value];
    #[inline]
    fn deref(&self) -> &[Value] {
        self.as_slice()
    }
}

impl std::ops::DerefMut for RootVec {
    #[inline]
    fn deref_mut(&mut self) -> &mut [Value] {
        self.as_mut_slice()
    }
}

impl Extend<Value> for RootVec {
    fn extend<I: IntoIterator<Item = Value>>(&mut self, values: I) {
        // One by one through the linked box: the iterator may reach a safepoint, and what it has
        // given so far must be seen there.
        for value in values {
            self.push(value);
        }
    }
}

impl FromIterator<Value> for RootVec {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> RootVec {
        let mut v = RootVec::new();
        v.extend(values);
        v
    }
}

impl std::fmt::Debug for RootVec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}

/// Values in a segment of a table.
const SEGMENT: usize = 256;

/// So many slots.
type Segment = [AtomicU64; SEGMENT];

/// Slots that never move (segments are leaked), and which of them are free.
struct Slots {
    segments: Vec<&'static Segment>,
    free: Vec<u32>,
    used: u32,
}

/// A set of numbered references, from any thread.
pub struct RootTable {
    slots: Mutex<Slots>,
}

impl RootTable {
    /// An empty table, which the collector sees only if the heap knows it (`Heap::roots`).
    pub(crate) const fn new() -> RootTable {
        RootTable { slots: Mutex::new(Slots { segments: Vec::new(), free: Vec::new(), used: 0 }) }
    }

    /// Keeps a reference until the result is dropped.
    pub fn root<T: Reference>(&'static self, reference: T) -> Rooted<T> {
        let mut slots = lock(&self.slots);
        let index = slots.free.pop().unwrap_or_else(|| {
            let index = slots.used;
            if index as usize == slots.segments.len() * SEGMENT {
                slots.segments.push(Box::leak(Box::new([const { AtomicU64::new(0) }; SEGMENT])));
            }
            slots.used += 1;
            index
        });
        let slot: &'static AtomicU64 =
            &slots.segments[index as usize / SEGMENT][index as usize % SEGMENT];
        slot.store(reference.to_value().bits(), Ordering::Release);
        Rooted { table: self, slot, index, kind: PhantomData }
    }

    fn release(&self, index: u32, slot: &AtomicU64) {
        slot.store(0, Ordering::Release);
        lock(&self.slots).free.push(index);
    }

    /// All values in use.
    pub(crate) fn visit(&self, visit: &mut dyn FnMut(Value)) {
        for segment in &lock(&self.slots).segments {
            for slot in segment.iter() {
                visit(Value::from_bits(slot.load(Ordering::Acquire)));
            }
        }
    }
}

/// One reference that the collector sees until it is dropped.
pub struct Rooted<T: Reference> {
    table: &'static RootTable,
    slot: &'static AtomicU64,
    index: u32,
    kind: PhantomData<fn() -> T>,
}

impl<T: Reference> Rooted<T> {
    /// The reference.
    #[inline]
    pub fn get(&self) -> T {
        // SAFETY: the slot holds what `to_value` of a `T` gave, and has kept its object alive.
        unsafe { T::from_value(Value::from_bits(self.slot.load(Ordering::Acquire))) }
    }

    /// Keeps another one instead.
    #[inline]
    pub fn set(&self, reference: T) {
        self.slot.store(reference.to_value().bits(), Ordering::Release);
    }
}

impl<T: Reference> Drop for Rooted<T> {
    fn drop(&mut self) {
        self.table.release(self.index, self.slot);
    }
}

/// Shows every rooted vector to the collector.
///
/// # Safety
/// Every thread that owns a rooted vector is stopped.
pub(crate) unsafe fn visit_vectors(visit: &mut dyn FnMut(&[Value])) {
    for list in &VECTORS {
        for &linked in &lock(&list.0).0 {
            // SAFETY: linked boxes live, and their owners do not write now (the caller's promise).
            visit(unsafe { &(*linked).values });
        }
    }
}
