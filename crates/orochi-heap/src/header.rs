//! The eight bytes every heap object starts with.
//!
//! The first half is the owner word, the transactional memory's and, by its `G` bit, the collector's
//! write barrier. The second half is the shape: what the object is and how it is laid out. Objects
//! that need no owner (strings, container storage) carry the word all the same, so that one layout
//! serves all and the collector need not ask.

use crate::value::Value;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

pub use orochi_stm::owner::{G, OwnerBits, OwnerWord, W};

/// Names an entry of the shape table. Zero is no shape: it terminates a run of young objects.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ShapeId(pub u32);

impl ShapeId {
    /// The end of a run of young objects; never the shape of an object.
    pub const TERMINATOR: ShapeId = ShapeId(0);
}

/// What every heap object starts with.
#[repr(C, align(8))]
pub struct Header {
    /// Who owns the object, and whether the collector must hear of writes to it.
    pub owner: OwnerWord,
    /// Index into the shape table.
    pub shape: AtomicU32,
}

impl Header {
    /// Size in bytes; where an object's own fields begin.
    pub const SIZE: usize = 8;

    /// The shape as it is now. Acquire: whoever sees a new shape sees what it describes.
    #[inline(always)]
    pub fn shape(&self) -> ShapeId {
        ShapeId(self.shape.load(Ordering::Acquire))
    }

    /// The shape, where no other thread can be changing it (the owner, or the collector at a stop).
    #[inline(always)]
    pub fn shape_relaxed(&self) -> ShapeId {
        ShapeId(self.shape.load(Ordering::Relaxed))
    }

    /// Gives the object another shape of the same size.
    #[inline(always)]
    pub fn set_shape(&self, shape: ShapeId) {
        self.shape.store(shape.0, Ordering::Release);
    }

    /// As [`Header::set_shape`] of an object that the thread holds for writing: writes both halves
    /// at once, since the next access reads both at once, which would have to wait for a store to
    /// one half.
    #[inline(always)]
    pub fn set_shape_of_owned(&self, shape: ShapeId) {
        let both = u64::from(self.owner.peek().0) | u64::from(shape.0) << 32;
        let at = std::ptr::from_ref(self).cast::<AtomicU64>();
        // SAFETY: both halves are atomic, together eight bytes and aligned so. Nobody else changes
        // the owner word of an object that is held for writing.
        unsafe { (*at).store(both, Ordering::Release) }
    }

    /// Writes both halves of a new object's header at once.
    ///
    /// # Safety
    /// `at` is memory for a header that nobody else looks at.
    #[inline(always)]
    pub unsafe fn write(at: *mut Header, owner: OwnerBits, shape: ShapeId) {
        // SAFETY: the caller's promise; owner is the low half on a little-endian machine.
        unsafe { at.cast::<u64>().write(u64::from(owner.0) | u64::from(shape.0) << 32) }
    }
}

/// The word at a byte offset of an object, as a relaxed atomic: what the collector reads may be
/// written by a thread that has just been stopped.
///
/// # Safety
/// `offset` is a multiple of eight inside the object.
#[inline(always)]
pub unsafe fn word_at<'a>(object: *const Header, offset: usize) -> &'a AtomicU64 {
    // SAFETY: the caller's promise; objects are 16-byte aligned.
    unsafe { &*object.byte_add(offset).cast::<AtomicU64>() }
}

/// Reads the value at a byte offset of an object.
///
/// # Safety
/// As for [`word_at`], and the word is initialised.
#[inline(always)]
pub unsafe fn value_at(object: *const Header, offset: usize) -> Value {
    // SAFETY: the caller's promise.
    Value::from_bits(unsafe { word_at(object, offset) }.load(Ordering::Relaxed))
}

/// Writes the value at a byte offset of an object. The caller has passed the write barrier, or the
/// object is not yet published.
///
/// # Safety
/// As for [`word_at`].
#[inline(always)]
pub unsafe fn set_value_at(object: *const Header, offset: usize, value: Value) {
    // SAFETY: the caller's promise.
    unsafe { word_at(object, offset) }.store(value.bits(), Ordering::Relaxed);
}

/// A reference that may be stored in a [`Value`] and rooted: `Value` itself, and typed pointers of
/// the layers above.
pub trait Reference: Copy {
    /// As a value.
    fn to_value(self) -> Value;
    /// Back from a value.
    ///
    /// # Safety
    /// The value came from `to_value` of the same type, and its object is alive.
    unsafe fn from_value(value: Value) -> Self;
}

impl Reference for Value {
    fn to_value(self) -> Value {
        self
    }
    unsafe fn from_value(value: Value) -> Value {
        value
    }
}

impl Reference for NonNull<Header> {
    fn to_value(self) -> Value {
        Value::from_object(self)
    }
    unsafe fn from_value(value: Value) -> Self {
        // SAFETY: made by to_value from a non-null pointer.
        unsafe { NonNull::new_unchecked(value.object_ptr()) }
    }
}

const _: () = assert!(size_of::<Header>() == 8 && cfg!(target_endian = "little"));
