//! The tuple object: its items follow the fixed part.

use super::SPEC;
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Object, Ref};
use crate::shape::{Shape, shape_flags};
use crate::thread::Thread;

heap_object! {
    /// A tuple.
    pub immutable struct Tuple: SPEC {
        values {}
        storage {}
        data {
            /// The hash, once somebody has asked for it; or zero.
            hash: u64,
            /// The number of items. Last, where layouts with a tail have their count.
            length: usize,
        }
    }
}

impl Tuple {
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

    /// The hash, if somebody has asked for it before.
    #[inline(always)]
    pub(super) fn known_hash(&self) -> Option<u64> {
        let hash = self.hash.get();
        (hash != 0).then_some(hash)
    }

    /// Keeps the hash for whoever asks next.
    #[inline(always)]
    pub(super) fn keep_hash(&self, hash: u64) {
        self.hash.set_cache(hash);
    }

    /// The items.
    #[inline(always)]
    pub fn as_slice(&self) -> &[Value] {
        // SAFETY: so many values follow the fixed part (constructor).
        unsafe { std::slice::from_raw_parts((&raw const *self).wrapping_add(1).cast(), self.len()) }
    }

    /// The item at `index`; unbound if there is none.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Value {
        self.as_slice().get(index).copied().unwrap_or(Value::UNBOUND)
    }

    /// A tuple of these items.
    #[inline]
    pub fn from_slice(th: &Thread, items: &[Value]) -> Result<Ref<Tuple>, Raised> {
        if items.is_empty() {
            return Ok(th.vm.empty_tuple.get());
        }
        Self::from_slice_as(th, Self::spec().shape(), items)
    }

    /// A tuple of these items with the shape of a subclass. Always a new object.
    pub fn from_slice_as(
        th: &Thread,
        shape: &'static Shape,
        items: &[Value],
    ) -> Result<Ref<Tuple>, Raised> {
        Self::from_parts_as(th, shape, items.len(), 1, [items])
    }

    /// A tuple of `count` times these parts, one after the other.
    pub fn from_parts<const N: usize>(
        th: &Thread,
        parts: [&[Value]; N],
        count: usize,
    ) -> Result<Ref<Tuple>, Raised> {
        let once: usize = parts.iter().map(|part| part.len()).sum();
        match once.checked_mul(count) {
            Some(0) => Ok(th.vm.empty_tuple.get()),
            Some(length) if length <= isize::MAX as usize / 16 => {
                Self::from_parts_as(th, Self::spec().shape(), length, count, parts)
            }
            _ => Err(th.memory_error()),
        }
    }

    #[inline(always)]
    fn from_parts_as<const N: usize>(
        th: &Thread,
        shape: &'static Shape,
        length: usize,
        count: usize,
        parts: [&[Value]; N],
    ) -> Result<Ref<Tuple>, Raised> {
        let extra = usize::from(shape.has(shape_flags::DICT));
        let size = size_of::<Tuple>() + 8 * (length + extra);
        // SAFETY: length, items and overflow word are initialised right away; the parts are as
        // long together as `length` says.
        unsafe {
            let object: *mut Tuple = if shape.has(shape_flags::IMMUTABLE) {
                th.allocate_raw_immutable(size, shape.id)?
            } else {
                th.allocate_raw(size, shape.id)?
            };
            (*object).length.set_cache(length);
            (*object).hash.set_cache(0);
            let mut at = object.add(1).cast::<Value>();
            for _ in 0..count {
                for part in parts {
                    std::ptr::copy_nonoverlapping(part.as_ptr(), at, part.len());
                    at = at.add(part.len());
                }
            }
            if extra > 0 {
                at.write(Value::UNBOUND);
            }
            let object = Ref::from_ptr(object);
            if shape.id != crate::shape::known::TUPLE {
                th.note_finaliser(shape, object);
            }
            Ok(object)
        }
    }
}
