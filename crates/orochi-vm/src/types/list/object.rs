//! The list object, and the array of values that lists and other containers keep their items in.

use std::sync::atomic::{AtomicPtr, Ordering};

use super::SPEC;
use crate::exception::Raised;
use crate::heap::{Count, Header, Heap, Layout, Payload, Value};
use crate::heap_object;
use crate::object::{Field, Ref, Write, Writing};
use crate::shape::{Shape, known};
use crate::thread::{Thread, undo};

heap_object! {
    /// A list.
    pub struct List: SPEC {
        values {}
        storage {
            /// The items, with room to grow.
            items: Ref<ValueArray>,
        }
        data {
            /// The number of items.
            length: usize,
        }
    }
}

/// Storage: a fixed number of values. Reached only through its object, whose barrier stands for it.
#[repr(C)]
pub struct ValueArray {
    header: Header,
    capacity: usize,
}

/// How the collector sees a [`ValueArray`].
pub(crate) static VALUE_ARRAY_LAYOUT: Layout = Layout {
    storage: true,
    ..Layout::counted("value array", 16, 8, Count::U64(8), Payload::Values)
};

impl ValueArray {
    /// An array of so many unbound values.
    pub fn new(th: &Thread, capacity: usize) -> Result<Ref<ValueArray>, Raised> {
        if capacity > MOST_VALUES {
            return Err(th.memory_error());
        }
        // SAFETY: capacity and values are initialised right away.
        unsafe {
            let array: *mut ValueArray = th.allocate_raw(16 + 8 * capacity, known::VALUE_ARRAY)?;
            (&raw mut (*array).capacity).write(capacity);
            std::ptr::write_bytes(array.add(1).cast::<Value>(), 0, capacity);
            Ok(Ref::from_ptr(array))
        }
    }
}

impl ValueArray {
    /// The array without room, shared by all lists that are empty and new.
    #[inline]
    pub fn empty(th: &Thread) -> Result<Ref<ValueArray>, Raised> {
        let array = EMPTY.load(Ordering::Acquire);
        if array.is_null() {
            return Self::make_empty(th);
        }
        // SAFETY: made below, rooted for ever.
        Ok(unsafe { Ref::from_ptr(array) })
    }

    #[cold]
    fn make_empty(th: &Thread) -> Result<Ref<ValueArray>, Raised> {
        let array = ValueArray::new(th, 0)?;
        // Never dropped: the array stays a root. Two threads may make one each, which is harmless.
        std::mem::forget(Heap::get().roots().root(array.value()));
        EMPTY.store(array.as_ptr().cast_mut(), Ordering::Release);
        Ok(array)
    }

    /// An array of `capacity` values that begins with these.
    pub fn from_slice(
        th: &Thread,
        items: &[Value],
        capacity: usize,
    ) -> Result<Ref<ValueArray>, Raised> {
        let capacity = capacity.max(items.len());
        if capacity > MOST_VALUES {
            return Err(th.memory_error());
        }
        // SAFETY: capacity and values are initialised right away; the array is new, so it does not
        // overlap the items.
        unsafe {
            let array: *mut ValueArray = th.allocate_raw(16 + 8 * capacity, known::VALUE_ARRAY)?;
            (&raw mut (*array).capacity).write(capacity);
            let at = array.add(1).cast::<Value>();
            std::ptr::copy_nonoverlapping(items.as_ptr(), at, items.len());
            std::ptr::write_bytes(at.add(items.len()), 0, capacity - items.len());
            Ok(Ref::from_ptr(array))
        }
    }
}

static EMPTY: AtomicPtr<ValueArray> = AtomicPtr::new(std::ptr::null_mut());

/// The most values an array may have.
const MOST_VALUES: usize = isize::MAX as usize / 16;

impl Ref<ValueArray> {
    /// How many values it holds.
    #[inline(always)]
    pub fn capacity(self) -> usize {
        // SAFETY: written before publication, never changed.
        unsafe { self.unguarded().capacity }
    }

    /// All values. Valid while the object that owns the array is held.
    #[inline(always)]
    pub fn cells<'a>(self) -> &'a [Field<Value>] {
        // SAFETY: `capacity` values follow the fixed part.
        unsafe { std::slice::from_raw_parts(self.as_ptr().add(1).cast(), self.capacity()) }
    }

    /// The value at `index`, which must be below the capacity.
    #[inline(always)]
    pub fn get(self, index: usize) -> Value {
        self.cells()[index].get()
    }

    /// Sets a value; the object that owns the array is held for writing, or not published yet.
    #[inline(always)]
    pub fn put(self, index: usize, value: Value) {
        self.log(index, 1);
        self.put_logged(index, value);
    }

    /// Where an atomic block must be able to undo it: values are about to be overwritten.
    #[inline(always)]
    fn log(self, from: usize, count: usize) {
        if undo::logs_writes(self.header()) {
            undo::log_words(self.header(), 16 + 8 * from, count);
        }
    }

    /// As [`Self::put`], where the write barrier of the object has just been passed by its compare:
    /// then undoing needs nothing more.
    #[inline(always)]
    pub fn put_logged(self, index: usize, value: Value) {
        // SAFETY: by the contract of this type's owners (S1).
        let token = unsafe { Writing::assume() };
        self.cells()[index].set(&token, value);
    }

    /// Copies items to `start`; the object that owns the array is held for writing, or not
    /// published yet. The items are not part of the array.
    #[inline]
    pub fn copy_from(self, start: usize, items: &[Value]) {
        let to = &self.cells()[start..][..items.len()];
        self.log(start, items.len());
        // SAFETY: as long as the items, in bounds, in another object; held for writing (S1).
        unsafe {
            std::ptr::copy_nonoverlapping(
                items.as_ptr(),
                to.as_ptr().cast_mut().cast(),
                items.len(),
            );
        }
    }

    /// Moves `count` values inside the array, under the same conditions.
    #[inline]
    pub fn move_within(self, from: usize, to: usize, count: usize) {
        self.log(to, count);
        let (from, to) = (&self.cells()[from..][..count], &self.cells()[to..][..count]);
        // SAFETY: both in bounds; may overlap; held for writing (S1).
        unsafe { std::ptr::copy(from.as_ptr(), to.as_ptr().cast_mut(), count) }
    }

    /// Makes the values from `from` up to `to` unbound, under the same conditions.
    #[inline]
    pub fn forget(self, from: usize, to: usize) {
        if from < to {
            self.log(from, to - from);
        }
        for at in from..to {
            self.put_logged(at, Value::UNBOUND);
        }
    }
}

impl List {
    /// The items.
    #[inline(always)]
    pub fn as_slice(&self) -> &[Value] {
        // SAFETY: `length` is at most the capacity; held by a guard while borrowed.
        unsafe {
            std::slice::from_raw_parts(self.items.get().as_ptr().add(1).cast(), self.length.get())
        }
    }

    /// The number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.length.get()
    }

    /// Whether there are no items.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An empty list.
    #[inline]
    pub fn new(th: &Thread) -> Result<Ref<List>, Raised> {
        List::allocate(th, ValueArray::empty(th)?, 0)
    }

    /// An empty list of a subclass.
    pub fn new_as(th: &Thread, shape: &'static Shape) -> Result<Ref<List>, Raised> {
        List::allocate_as(th, shape, ValueArray::empty(th)?, 0)
    }

    /// An empty list with room.
    pub fn with_capacity(th: &Thread, capacity: usize) -> Result<Ref<List>, Raised> {
        List::allocate(th, ValueArray::new(th, capacity)?, 0)
    }

    /// A list of these items.
    #[inline]
    pub fn from_slice(th: &Thread, items: &[Value]) -> Result<Ref<List>, Raised> {
        if items.is_empty() {
            return List::new(th);
        }
        let array = ValueArray::from_slice(th, items, items.len())?;
        List::allocate(th, array, items.len())
    }

    /// A list of `count` times these items.
    pub fn repeated(th: &Thread, items: &[Value], count: usize) -> Result<Ref<List>, Raised> {
        let Some(length) = items.len().checked_mul(count) else { return Err(th.memory_error()) };
        let array = ValueArray::new(th, length)?;
        for at in 0..count {
            array.copy_from(at * items.len(), items);
        }
        List::allocate(th, array, length)
    }
}

impl Write<'_, List> {
    /// Appends an item; raises `MemoryError` only.
    #[inline(always)]
    pub fn push(&self, item: Value) -> Result<(), Raised> {
        let length = self.len();
        if length >= self.items.get().capacity() {
            self.grow(length + 1)?;
        }
        self.items.get().put(length, item);
        self.length.set(self.token(), length + 1);
        Ok(())
    }

    /// Makes room for `wanted` items in all.
    #[cold]
    #[inline(never)]
    pub fn grow(&self, wanted: usize) -> Result<(), Raised> {
        // By half: arrays cannot grow in place, so what is left behind would be many times the list.
        let capacity = (wanted + wanted / 2 + 4) & !3;
        let array = ValueArray::from_slice(self.thread(), self.as_slice(), capacity)?;
        self.items.set(self.token(), array);
        Ok(())
    }

    /// Sets the item at `index`, which exists.
    #[inline(always)]
    pub fn put(&self, index: usize, item: Value) {
        debug_assert!(index < self.len());
        self.items.get().put(index, item);
    }

    /// Replaces `removed` items from `start` on by `added`, which is not part of this list's own
    /// storage. Both lie inside the list.
    pub fn splice(&self, start: usize, removed: usize, added: &[Value]) -> Result<(), Raised> {
        let length = self.len();
        debug_assert!(start <= length && removed <= length - start);
        let Some(new_length) = (length - removed).checked_add(added.len()) else {
            return Err(self.thread().memory_error());
        };
        if new_length > self.items.get().capacity() {
            self.grow(new_length)?;
        }
        let (items, behind) = (self.items.get(), start + removed);
        items.move_within(behind, start + added.len(), length - behind);
        items.copy_from(start, added);
        self.set_length(new_length)
    }

    /// Shortens the list to `length`; or says that so many items are initialised now.
    pub fn set_length(&self, length: usize) -> Result<(), Raised> {
        let (items, old) = (self.items.get(), self.len());
        debug_assert!(length <= items.capacity());
        self.length.set(self.token(), length);
        if length < old {
            items.forget(length, old);
            if items.capacity() >= 64 && length < items.capacity() / 4 {
                let array = ValueArray::from_slice(self.thread(), self.as_slice(), length * 2)?;
                self.items.set(self.token(), array);
            }
        }
        Ok(())
    }

    /// Replaces storage and length at once.
    pub fn replace(&self, items: Ref<ValueArray>, length: usize) {
        debug_assert!(length <= items.capacity());
        self.items.set(self.token(), items);
        self.length.set(self.token(), length);
    }

    /// Reverses the items.
    pub fn reverse(&self) {
        self.items.get().log(0, self.len());
        let cells = self.items.get().cells();
        let (mut low, mut high) = (0, self.len());
        while low + 1 < high {
            high -= 1;
            let (a, b) = (cells[low].get(), cells[high].get());
            cells[low].set(self.token(), b);
            cells[high].set(self.token(), a);
            low += 1;
        }
    }
}
