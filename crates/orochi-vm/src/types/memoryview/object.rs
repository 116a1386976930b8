//! The view object.

use super::SPEC;
use crate::heap::{Header, Value};
use crate::heap_object;
use crate::object::Ref;
use crate::thread::undo::Restore;
use crate::types::bytearray::Exports;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

heap_object! {
    /// A view of the memory of some object.
    pub struct MemoryView: SPEC {
        values {
            /// `obj`
            object: Value,
            /// The `bytes` or `bytearray` with the memory; unbound once the view is released.
            memory: Value,
            /// `format`
            format: Ref<Str>,
            /// `shape`
            shape: Ref<Tuple>,
            /// `strides`, in bytes
            strides: Ref<Tuple>,
            /// The view that `__buffer__` of a Python class gave, if this view is made of it.
            inner: Value,
        }
        storage {}
        data {
            /// Where the first item begins in the memory.
            offset: usize,
            /// Bytes an item.
            item_size: usize,
            /// Whether writing is refused.
            readonly: bool,
            /// What counts this view as open.
            exports: Exports,
            /// The hash, or 0 while it is not known.
            hash: i64,
        }
    }
}

/// What [`save`] keeps until the block is over.
struct Kept(Exports);

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.reopened(false);
    }
}

/// For an atomic block that is undone: a view that was released in it is open again.
///
/// # Safety
/// A `MemoryView` that is held.
pub(super) unsafe fn save(object: *const Header) -> Restore {
    // SAFETY: the caller's promise; the log keeps the object.
    let exports = move || unsafe { (*object.cast::<MemoryView>()).exports.get() };
    let kept = Kept(exports().kept());
    Box::new(move || {
        if exports().is_none() {
            kept.0.reopened(true);
            std::mem::forget(kept);
        }
    })
}

/// A view that was forgotten, not released, closes.
///
/// # Safety
/// A dead object of this layout.
pub(super) unsafe fn finalise(object: *mut Header) {
    // SAFETY: the caller's promise; the field is data. `NONE` after a release.
    unsafe { (*object.cast::<MemoryView>()).exports.get().closed() }
}
