//! Rust memory that belongs to a heap object: buffers that are written in place.
//!
//! The object keeps a [`NativeState`] among its data fields and names `free` as what gives the
//! memory back. Whoever holds the object for writing may use the state; the token of the guard
//! proves it. A [`SharedState`] takes care itself of threads that use it at once.

use std::cell::RefCell;
use std::marker::PhantomData;

use orochi_vm::object::Writing;
use orochi_vm::thread::undo::Restore;

/// A pointer to Rust memory owned by a heap object.
pub struct NativeState<T>(*mut RefCell<T>, PhantomData<T>);

impl<T> Clone for NativeState<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for NativeState<T> {}

impl<T> NativeState<T> {
    /// Memory for a new object.
    pub fn new(state: T) -> Self {
        Self(Box::into_raw(Box::new(RefCell::new(state))), PhantomData)
    }

    /// The state of the object that `_token` was given for.
    pub fn get<'g>(self, _token: &'g Writing) -> std::cell::RefMut<'g, T> {
        // SAFETY: the box lives as long as its object, which the guard keeps; the token proves
        // that this thread holds the object alone (S1), and the cell that nothing is lent twice.
        unsafe { &*self.0 }.borrow_mut()
    }

    /// Copies the state; the result puts the copy in its place, for an atomic block that is undone.
    ///
    /// # Safety
    /// The object that owns it is held, and lives until the result is called or dropped.
    pub unsafe fn save(self) -> Restore
    where
        T: Clone + 'static,
    {
        let place = self.0;
        // SAFETY: the caller's promise.
        let copy = unsafe { &*place }.borrow().clone();
        // SAFETY: as above.
        Box::new(move || *unsafe { &*place }.borrow_mut() = copy)
    }

    /// Gives the memory back.
    ///
    /// # Safety
    /// The object that owned it is dead.
    pub unsafe fn free(self) {
        // SAFETY: made by `new`, and nobody else has it.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

/// A pointer to Rust memory owned by a heap object, which any thread may use that has the object.
pub struct SharedState<T: Sync>(*const T);

impl<T: Sync> Clone for SharedState<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Sync> Copy for SharedState<T> {}

impl<T: Sync> SharedState<T> {
    /// Memory for a new object.
    pub fn new(state: T) -> Self {
        Self(Box::into_raw(Box::new(state)))
    }

    /// The state.
    ///
    /// # Safety
    /// The object that owns it lives as long as the result is used.
    #[inline]
    pub unsafe fn get<'a>(self) -> &'a T {
        // SAFETY: made by `new`, given back with the object only, and never borrowed mutably.
        unsafe { &*self.0 }
    }

    /// Gives the memory back.
    ///
    /// # Safety
    /// The object that owned it is dead.
    pub unsafe fn free(self) {
        // SAFETY: made by `new`, and nobody else has it.
        drop(unsafe { Box::from_raw(self.0.cast_mut()) });
    }
}
