//! Allocation.

use crate::header::{Header, OwnerBits, ShapeId};
use std::cell::Cell;
use std::ptr::NonNull;

/// The heap's limit is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfMemory;

/// A thread's own part of the heap.
#[repr(C)]
pub struct LocalHeap {
    cursor: Cell<usize>,
    limit: Cell<usize>,
}

impl LocalHeap {
    /// Byte offset of the cursor (address of the next object), for compiled code.
    pub const CURSOR_OFFSET: usize = std::mem::offset_of!(LocalHeap, cursor);
    /// Byte offset of the limit (an object must end at or below it), for compiled code.
    pub const LIMIT_OFFSET: usize = std::mem::offset_of!(LocalHeap, limit);

    /// Not yet registered: the first allocation fails unless `Heap::register` has been called.
    pub const fn new() -> LocalHeap {
        LocalHeap { cursor: Cell::new(0), limit: Cell::new(0) }
    }

    /// Room for an object of `size` bytes, header written, the rest uninitialised. Never collects.
    ///
    /// # Safety
    /// The caller runs on the registered thread and initialises every word its layout names (the
    /// words that tell the size first) before its next safepoint.
    #[inline(always)]
    pub unsafe fn alloc(
        &self,
        size: usize,
        owner: OwnerBits,
        shape: ShapeId,
    ) -> Result<NonNull<Header>, OutOfMemory> {
        let _ = (size, owner, shape);
        unimplemented!()
    }

    /// Puts an old object, to whose owner word the caller has just added `G`, into the remembered set.
    pub fn remember(&self, object: NonNull<Header>) {
        let _ = object;
        unimplemented!()
    }

    /// Says that a new object has a finaliser: when it dies it is kept once more and handed to the
    /// layer above through `Heap::take_finalisers`.
    pub fn register_finaliser(&self, object: NonNull<Header>) {
        let _ = object;
        unimplemented!()
    }

    /// Says that a new object holds something outside the heap, which its layout's `drop_resource` gives back.
    pub fn register_resource(&self, object: NonNull<Header>) {
        let _ = object;
        unimplemented!()
    }

    /// Counts memory outside the heap that objects keep, so that collections come in time.
    pub fn note_external(&self, bytes: usize) {
        let _ = bytes;
        unimplemented!()
    }
}

impl Default for LocalHeap {
    fn default() -> LocalHeap {
        LocalHeap::new()
    }
}
