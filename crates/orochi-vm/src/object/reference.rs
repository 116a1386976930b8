//! Typed references to heap objects.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;

use crate::class::TypeSpec;
use crate::heap::{Header, Value};

/// A Rust type that describes a heap object.
///
/// # Safety
/// `repr(C)`, the [`Header`] first, then [`VALUES`](Object::VALUES) words that are always valid
/// `Value`s, then [`STORAGE`](Object::STORAGE) references to storage, then data; objects of the
/// spec's layout have at least this size.
pub unsafe trait Object: Sized + 'static {
    /// The number of traced words behind the header.
    const VALUES: usize;
    /// The number of references to storage behind those.
    const STORAGE: usize;
    /// The type's description.
    fn spec() -> &'static TypeSpec;
}

/// An [`Object`] that is never written after publication, except for benign caches (A6).
///
/// # Safety
/// No field is changed once another thread can see the object.
pub unsafe trait Immutable: Object {}

/// A reference to a heap object of type `T` or of a subclass: one word, copied freely.
#[repr(transparent)]
pub struct Ref<T>(NonNull<T>, PhantomData<T>);

impl<T> Clone for Ref<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Ref<T> {}
impl<T> PartialEq for Ref<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Ref<T> {}
impl<T> fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ref({:p})", self.0)
    }
}
// SAFETY: what a reference points to is guarded by the ownership protocol (S1).
unsafe impl<T> Send for Ref<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Ref<T> {}

impl<T> Ref<T> {
    /// A reference from an address.
    ///
    /// # Safety
    /// `address` is that of a live object with `T`'s layout.
    #[inline(always)]
    pub const unsafe fn from_ptr(address: *const T) -> Self {
        // SAFETY: an object's address is not null.
        Ref(unsafe { NonNull::new_unchecked(address.cast_mut()) }, PhantomData)
    }

    /// The object's address.
    #[inline(always)]
    pub const fn as_ptr(self) -> *const T {
        self.0.as_ptr()
    }

    /// The reference as a value.
    #[inline(always)]
    pub fn value(self) -> Value {
        Value::from_bits(self.0.as_ptr() as u64)
    }

    /// The object's header.
    #[inline(always)]
    pub fn header(self) -> &'static Header {
        // SAFETY: every heap object starts with a header; its words are atomics.
        unsafe { &*self.0.as_ptr().cast() }
    }

    /// The object without a guard.
    ///
    /// # Safety
    /// The caller vouches for S1 in another way: the object is not published yet, or the field
    /// read is one that is only changed with the world stopped.
    #[inline(always)]
    pub unsafe fn unguarded<'a>(self) -> &'a T {
        // SAFETY: a `Ref` points to a live object of type `T`.
        unsafe { self.0.as_ref() }
    }
}

impl<T: Immutable> Deref for Ref<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: live, and immutable (A6).
        unsafe { self.0.as_ref() }
    }
}

impl<T> From<Ref<T>> for Value {
    #[inline(always)]
    fn from(reference: Ref<T>) -> Value {
        reference.value()
    }
}

/// Downcasts of values. `Value` belongs to the heap crate, which knows no types: hence a trait.
pub trait ValueCast {
    /// The object as a `T`, if its class is that of `T` or a subclass.
    fn cast<T: Object>(self) -> Option<Ref<T>>;
    /// The object as a `T`, if its class is exactly that of `T`.
    fn cast_exact<T: Object>(self) -> Option<Ref<T>>;
}

impl ValueCast for Value {
    #[inline(always)]
    fn cast<T: Object>(self) -> Option<Ref<T>> {
        if !self.is_object() {
            return None;
        }
        let shape = crate::shape::shape_of_object(self);
        let spec = T::spec();
        // SAFETY: the layout of the object's class is that of the spec or an extension of it.
        (std::ptr::eq(shape.native, spec) || shape.native.extends(spec))
            .then(|| unsafe { Ref::from_ptr(self.bits() as *const T) })
    }

    #[inline(always)]
    fn cast_exact<T: Object>(self) -> Option<Ref<T>> {
        if !self.is_object() {
            return None;
        }
        let shape = crate::shape::shape_of_object(self);
        // SAFETY: as above.
        std::ptr::eq(shape, T::spec().shape())
            .then(|| unsafe { Ref::from_ptr(self.bits() as *const T) })
    }
}

impl<T> crate::heap::Reference for Ref<T> {
    fn to_value(self) -> Value {
        self.value()
    }

    unsafe fn from_value(value: Value) -> Self {
        // SAFETY: the caller's promise: made by `to_value`, alive.
        unsafe { Ref::from_ptr(value.bits() as *const T) }
    }
}
