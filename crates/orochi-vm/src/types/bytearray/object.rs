//! The bytearray object and its storage.
//!
//! The bytes are a window of the storage, so that deleting at the front moves nothing. Views of the
//! bytes ([`memoryview`](super::super::memoryview)) are counted outside the heap, because a view
//! that is merely forgotten is found by the collector only, when it may touch nothing but its own
//! data: the object and its views share an [`Exports`]. The count guards Python's rule that an
//! exported array is not resized; memory safety does not rest on it, since every access through a
//! view is checked against the bytes there are.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::SPEC;
use crate::exception::Raised;
use crate::heap::{Count, Header, Kind, Layout, Payload};
use crate::heap_object;
use crate::object::{Ref, Write};
use crate::shape::{Shape, known};
use crate::thread::Thread;
use crate::thread::undo::Restore;

heap_object! {
    /// Mutable bytes.
    pub struct ByteArray: SPEC {
        values {}
        storage {
            /// The bytes, with room to grow.
            store: Ref<ByteStore>,
        }
        data {
            /// Where the bytes begin in the storage.
            start: usize,
            /// The number of bytes.
            length: usize,
            /// The views that are open, once there has been one.
            exports: Exports,
        }
    }
}

/// Storage: a fixed number of bytes. Reached only through its object, whose barrier stands for it.
#[repr(C)]
pub struct ByteStore {
    header: Header,
    capacity: usize,
}

/// How the collector sees a [`ByteStore`].
pub static BYTE_ARRAY_LAYOUT: Layout =
    Layout { storage: true, ..Layout::counted("byte array", 16, 1, Count::U64(8), Payload::Raw) };

/// The most bytes a storage may have.
const MOST_BYTES: usize = isize::MAX as usize / 16;

impl ByteStore {
    /// A storage of so many zeros.
    pub fn new(th: &Thread, capacity: usize) -> Result<Ref<ByteStore>, Raised> {
        Self::from_slice(th, &[], capacity)
    }

    /// A storage of `capacity` bytes that begins with these; the rest are zeros.
    pub fn from_slice(
        th: &Thread,
        bytes: &[u8],
        capacity: usize,
    ) -> Result<Ref<ByteStore>, Raised> {
        let capacity = capacity.max(bytes.len());
        if capacity > MOST_BYTES {
            return Err(th.memory_error());
        }
        // SAFETY: capacity and bytes are initialised right away; the storage is new, so it does
        // not overlap the bytes.
        unsafe {
            let store: *mut ByteStore = th.allocate_raw(16 + capacity, known::BYTE_ARRAY)?;
            (&raw mut (*store).capacity).write(capacity);
            let at = store.add(1).cast::<u8>();
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), at, bytes.len());
            std::ptr::write_bytes(at.add(bytes.len()), 0, capacity - bytes.len());
            Ok(Ref::from_ptr(store))
        }
    }
}

impl Ref<ByteStore> {
    /// How many bytes it holds.
    #[inline(always)]
    pub fn capacity(self) -> usize {
        // SAFETY: written before publication, never changed.
        unsafe { self.unguarded().capacity }
    }

    #[inline(always)]
    fn base(self) -> *mut u8 {
        self.as_ptr().wrapping_add(1).cast_mut().cast()
    }
}

impl ByteArray {
    /// The bytes.
    #[inline(always)]
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: the window lies inside the storage; held by a guard while borrowed.
        unsafe {
            let at = self.store.get().base().add(self.start.get());
            std::slice::from_raw_parts(at, self.length.get())
        }
    }

    /// The number of bytes.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.length.get()
    }

    /// Whether there are none.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A bytearray with a copy of these bytes.
    pub fn from_slice(th: &Thread, bytes: &[u8]) -> Result<Ref<ByteArray>, Raised> {
        Self::from_slice_as(th, SPEC.shape(), bytes)
    }

    /// A bytearray of a subclass.
    pub fn from_slice_as(
        th: &Thread,
        shape: &'static Shape,
        bytes: &[u8],
    ) -> Result<Ref<ByteArray>, Raised> {
        let store = ByteStore::from_slice(th, bytes, bytes.len())?;
        ByteArray::allocate_as(th, shape, store, 0, bytes.len(), Exports::NONE)
    }
}

impl Ref<ByteArray> {
    /// Checks that nobody looks at the bytes, so that their number may change. A release point: views
    /// that were only forgotten are looked for by a collection.
    pub fn check_resizable(self, th: &mut Thread) -> Result<(), Raised> {
        for kind in [None, Some(Kind::Nursery), Some(Kind::Full)] {
            if let Some(kind) = kind {
                th.forget_dead_registers();
                th.collect_now(kind);
            }
            if th.read(self)?.exports.get().count() == 0 {
                return Ok(());
            }
        }
        Err(th.buffer_error("Existing exports of data: object cannot be re-sized"))
    }

    /// The bytes held for writing, their number too.
    #[inline]
    pub fn resizable(self, th: &mut Thread) -> Result<Write<'_, ByteArray>, Raised> {
        if th.read(self)?.exports.get().count() != 0 {
            self.check_resizable(th)?;
        }
        th.write(self)
    }
}

impl Write<'_, ByteArray> {
    /// The bytes, to be changed in place.
    #[inline]
    #[allow(
        clippy::mut_from_ref,
        reason = "the guard is exclusive; nothing else lends the storage"
    )]
    pub fn with_mut<R>(&self, change: impl FnOnce(&mut [u8]) -> R) -> R {
        // SAFETY: the window lies inside the storage; held for writing, and `change` has no way
        // to reach the same bytes.
        let bytes = unsafe {
            let at = self.store.get().base().add(self.start.get());
            std::slice::from_raw_parts_mut(at, self.length.get())
        };
        change(bytes)
    }

    /// Appends bytes that are not this object's own.
    #[inline]
    pub fn extend(&self, added: &[u8]) -> Result<(), Raised> {
        self.splice(self.len(), 0, added)
    }

    /// Replaces `removed` bytes from `at` on by `added`, which is not part of this object's own
    /// storage. Both lie inside.
    pub fn splice(&self, at: usize, removed: usize, added: &[u8]) -> Result<(), Raised> {
        let length = self.len();
        debug_assert!(at <= length && removed <= length - at);
        let Some(new_length) = (length - removed).checked_add(added.len()) else {
            return Err(self.thread().memory_error());
        };
        let (start, token) = (self.start.get(), self.token());
        if at == 0 && added.len() <= removed {
            // The window's start moves instead of the bytes.
            self.start.set(token, start + removed - added.len());
            self.length.set(token, new_length);
        } else if start + new_length <= self.store.get().capacity() {
            // SAFETY: source and target lie inside the storage, which has room for the new
            // length behind the start; held for writing.
            unsafe {
                let first = self.store.get().base().add(start + at);
                let tail = length - at - removed;
                std::ptr::copy(first.add(removed), first.add(added.len()), tail);
            }
            self.length.set(token, new_length);
        } else {
            let old = self.as_slice();
            let capacity =
                if new_length > length { new_length + new_length / 8 + 8 } else { new_length };
            let store = ByteStore::from_slice(self.thread(), &old[..at], capacity)?;
            let tail = &old[at + removed..];
            // SAFETY: the new storage has room for the new length; it overlaps nothing.
            unsafe {
                let to = store.base().add(at + added.len());
                std::ptr::copy_nonoverlapping(tail.as_ptr(), to, tail.len());
            }
            self.store.set(token, store);
            self.start.set(token, 0);
            self.length.set(token, new_length);
        }
        self.with_mut(|bytes| bytes[at..at + added.len()].copy_from_slice(added));
        self.shrink()
    }

    /// Gives room back when little of it is used.
    fn shrink(&self) -> Result<(), Raised> {
        let (capacity, length) = (self.store.get().capacity(), self.len());
        if capacity >= 1024 && length < capacity / 4 {
            let store = ByteStore::from_slice(self.thread(), self.as_slice(), length + length / 8)?;
            self.store.set(self.token(), store);
            self.start.set(self.token(), 0);
        }
        Ok(())
    }

    /// Another number of bytes; new ones are zeros.
    pub fn resize(&self, length: usize) -> Result<(), Raised> {
        let old = self.len();
        if length <= old {
            self.length.set(self.token(), length);
            return self.shrink();
        }
        if length > MOST_BYTES {
            return Err(self.thread().memory_error());
        }
        if self.start.get() + length > self.store.get().capacity() {
            let store = ByteStore::from_slice(self.thread(), self.as_slice(), length + length / 8)?;
            self.store.set(self.token(), store);
            self.start.set(self.token(), 0);
        }
        self.length.set(self.token(), length);
        self.with_mut(|bytes| bytes[old..].fill(0));
        Ok(())
    }

    /// One more view is open; what it has to close in the end.
    pub fn export(&self) -> Exports {
        let mut exports = self.exports.get();
        if exports.is_none() {
            exports = Exports::new();
            self.exports.set(self.token(), exports);
        }
        exports.opened()
    }
}

/// The number of open views of a bytearray, outside the heap and shared with the views: an
/// `Arc` whose strong references are the array itself and each view.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Exports(*const AtomicUsize);

// SAFETY: a counted reference to an atomic.
unsafe impl Send for Exports {}
// SAFETY: as above.
unsafe impl Sync for Exports {}

impl Exports {
    /// No view has ever been opened.
    pub const NONE: Exports = Exports(std::ptr::null());

    fn new() -> Exports {
        Exports(Arc::into_raw(Arc::new(AtomicUsize::new(0))))
    }

    pub(crate) fn is_none(self) -> bool {
        self.0.is_null()
    }

    /// How many views are open.
    #[inline]
    pub fn count(self) -> usize {
        // SAFETY: whoever holds the word has a reference.
        unsafe { self.0.as_ref() }.map_or(0, |count| count.load(Ordering::Acquire))
    }

    /// One view more, with a reference of its own.
    fn opened(self) -> Exports {
        if !self.0.is_null() {
            // SAFETY: made by `Arc::into_raw`, alive.
            unsafe {
                Arc::increment_strong_count(self.0);
                (*self.0).fetch_add(1, Ordering::AcqRel);
            }
        }
        self
    }

    /// A reference more, for a view that may have to be open again; not counted.
    pub(crate) fn kept(self) -> Exports {
        if !self.0.is_null() {
            // SAFETY: made by `Arc::into_raw`, alive.
            unsafe { Arc::increment_strong_count(self.0) };
        }
        self
    }

    /// What [`Self::kept`] has kept goes to a view that is open again, or is let go.
    pub(crate) fn reopened(self, closed: bool) {
        if self.0.is_null() {
            return;
        }
        if closed {
            // SAFETY: kept, and the view's own from now on.
            unsafe { (*self.0).fetch_add(1, Ordering::AcqRel) };
        } else {
            // SAFETY: kept, and not needed.
            drop(unsafe { Arc::from_raw(self.0) });
        }
    }

    /// A view closes. It must not use the word again.
    pub(crate) fn closed(self) {
        if !self.0.is_null() {
            // SAFETY: the view's own reference.
            let count = unsafe { Arc::from_raw(self.0) };
            let _ = count.fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| n.checked_sub(1));
        }
    }
}

/// For an atomic block that is undone: a count of exports that came up in it is given back.
///
/// # Safety
/// A `ByteArray` that is held.
pub(super) unsafe fn save(object: *const Header) -> Restore {
    // SAFETY: the caller's promise; the log keeps the object.
    let exports = move || unsafe { (*object.cast::<ByteArray>()).exports.get() };
    let before = exports();
    Box::new(move || {
        let now = exports();
        if before.is_none() && !now.is_none() {
            // SAFETY: the array's own reference, which its word is about to forget.
            drop(unsafe { Arc::from_raw(now.0) });
        }
    })
}

/// Drops the array's reference to its count of exports.
///
/// # Safety
/// A dead object of this layout.
pub(super) unsafe fn finalise(object: *mut Header) {
    // SAFETY: the caller's promise; the field is data, and the array's own reference.
    unsafe {
        let exports = (*object.cast::<ByteArray>()).exports.get();
        if !exports.is_none() {
            drop(Arc::from_raw(exports.0));
        }
    }
}
