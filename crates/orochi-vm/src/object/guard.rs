//! Guards: what an object lends once the ownership barrier is passed.

use std::marker::PhantomData;
use std::ops::Deref;

use super::{Object, Ref};
use crate::thread::Thread;

/// Proof that an object is held for writing; see [`Field::set`](super::Field::set). Only write
/// guards and constructors hand it out.
pub struct Writing(PhantomData<*const ()>);

impl Writing {
    /// # Safety
    /// The object whose fields are to be set is held for writing, or not published yet, or the
    /// world is stopped.
    #[inline(always)]
    pub const unsafe fn assume() -> Writing {
        Writing(PhantomData)
    }
}

/// An object held for reading. Borrows the thread: nothing that releases can be called while
/// the guard lives.
pub struct Read<'t, T> {
    thread: &'t Thread,
    object: Ref<T>,
}

/// An object held for writing: exclusively, logged for undo, remembered for the collector.
pub struct Write<'t, T> {
    thread: &'t Thread,
    object: Ref<T>,
    writing: Writing,
}

/// Two objects held for writing at once.
pub struct Write2<'t, A, B> {
    /// The first.
    pub first: Write<'t, A>,
    /// The second; may be the same object.
    pub second: Write<'t, B>,
}

impl<'t, T: Object> Read<'t, T> {
    /// # Safety
    /// The read barrier for `object` was passed since the last release point.
    #[inline(always)]
    pub(crate) unsafe fn new(thread: &'t Thread, object: Ref<T>) -> Self {
        Self { thread, object }
    }

    /// The thread, for what releases nothing: allocation, raising.
    #[inline(always)]
    pub fn thread(&self) -> &'t Thread {
        self.thread
    }
}

impl<'t, T: Object> Write<'t, T> {
    /// # Safety
    /// The write barrier for `object` was passed since the last release point.
    #[inline(always)]
    pub(crate) unsafe fn new(thread: &'t Thread, object: Ref<T>) -> Self {
        // SAFETY: as the caller vouches.
        Self { thread, object, writing: unsafe { Writing::assume() } }
    }

    /// The thread, for what releases nothing: allocation, raising.
    #[inline(always)]
    pub fn thread(&self) -> &'t Thread {
        self.thread
    }

    /// The token for [`Field::set`](super::Field::set).
    #[inline(always)]
    pub fn token(&self) -> &Writing {
        &self.writing
    }
}

impl<T: Object> Deref for Read<'_, T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: held for reading (S1).
        unsafe { self.object.unguarded() }
    }
}

impl<T: Object> Deref for Write<'_, T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: held for writing (S1).
        unsafe { self.object.unguarded() }
    }
}
