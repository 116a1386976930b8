//! The value stack: the registers of a thread's frames.
//!
//! A large range of addresses is reserved and touched only as deep as frames go, so that frames
//! never move, a hundred thousand of them fit, and a shallow thread costs a page. What lies above
//! the top is not looked at by the collector, and a frame fills its window before it is one.

use crate::alloc::OutOfMemory;
use crate::value::Value;

/// A reserved stack of values.
pub struct ValueStack {
    base: *mut Value,
    capacity: usize,
}

// SAFETY: plain memory; who may touch it when is the owner's affair, as for any vector.
unsafe impl Send for ValueStack {}
// SAFETY: as above: shared access only reads addresses, reading values is unsafe.
unsafe impl Sync for ValueStack {}

impl ValueStack {
    /// Reserves room for so many values.
    pub fn new(capacity: usize) -> Result<ValueStack, OutOfMemory> {
        let bytes = capacity.checked_mul(size_of::<Value>()).ok_or(OutOfMemory)?;
        let base = crate::space::reserve(bytes.max(4096)).ok_or(OutOfMemory)?;
        Ok(ValueStack { base: base.cast(), capacity })
    }

    /// The first value.
    pub fn base(&self) -> *mut Value {
        self.base
    }

    /// One past the last value there is room for.
    pub fn limit(&self) -> *mut Value {
        self.base.wrapping_add(self.capacity)
    }

    /// How many values there is room for.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The values below `top`, for the collector.
    ///
    /// # Safety
    /// The owner is stopped and has initialised everything below `top`.
    pub unsafe fn below(&self, top: *const Value) -> &[Value] {
        let used = (top.addr() - self.base.addr()) / size_of::<Value>();
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts(self.base, used.min(self.capacity)) }
    }

    /// Gives the pages above `top` back to the system, when a deep recursion has ended.
    ///
    /// # Safety
    /// Nothing above `top` is in use.
    pub unsafe fn give_back(&self, top: *const Value) {
        let from = (top.addr() + 4095) & !4095;
        let end = self.limit().addr();
        if from < end {
            // SAFETY: the pages lie inside the reservation and hold nothing (the caller's promise).
            unsafe {
                libc::madvise(self.base.with_addr(from).cast(), end - from, libc::MADV_DONTNEED)
            };
        }
    }
}

impl Drop for ValueStack {
    fn drop(&mut self) {
        let bytes = (self.capacity * size_of::<Value>()).max(4096);
        // SAFETY: the reservation made in `new`.
        unsafe { libc::munmap(self.base.cast(), bytes) };
    }
}
