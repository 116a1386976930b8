//! A field of a heap object.

use std::cell::UnsafeCell;

use super::Writing;

/// One field of a heap object: read through a shared reference that a guard (or immutability)
/// vouches for, written with a [`Writing`] token from a write guard.
///
/// Reads and writes are plain machine loads and stores: the ownership protocol excludes that two
/// threads touch the field at once (S1), and the collector only looks at stops.
#[repr(transparent)]
pub struct Field<T: Copy>(UnsafeCell<T>);

// SAFETY: access from several threads is ordered by the ownership protocol (S1).
unsafe impl<T: Copy> Sync for Field<T> {}
// SAFETY: as above.
unsafe impl<T: Copy> Send for Field<T> {}

impl<T: Copy> Field<T> {
    /// A field with its first value; for constructors.
    #[inline(always)]
    pub const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// Reads the field.
    #[inline(always)]
    pub fn get(&self) -> T {
        // SAFETY: a `&Field` exists only under a guard or for an immutable object, so nobody
        // writes meanwhile (S1, A6).
        unsafe { *self.0.get() }
    }

    /// Writes the field of the object that `_token` was given for.
    #[inline(always)]
    pub fn set(&self, _token: &Writing, value: T) {
        // SAFETY: the token proves that this thread holds the object for writing (S1).
        unsafe { *self.0.get() = value }
    }

    /// Writes a field whose races are benign: one word, any of the written values will do
    /// (caches of immutable objects, A6).
    #[inline(always)]
    pub fn set_cache(&self, value: T) {
        const { assert!(size_of::<T>() <= 8) };
        // SAFETY: a single aligned store of at most a word cannot be torn on this architecture,
        // and every value that is ever stored is valid (A6).
        unsafe { std::ptr::write_volatile(self.0.get(), value) }
    }
}
