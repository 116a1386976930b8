//! The bytes object: immutable, with its hash cached; the bytes follow the fixed part.

use super::SPEC;
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Object, Ref};
use crate::shape::{Shape, shape_flags};
use crate::thread::Thread;

heap_object! {
    /// Immutable bytes.
    pub immutable struct Bytes: SPEC {
        values {}
        storage {}
        data {
            /// The hash, or 0 while it is not known.
            hash: u64,
            /// The number of bytes behind the fixed part.
            tail: usize,
        }
    }
}

impl Bytes {
    /// The number of bytes.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.tail.get()
    }

    /// Whether there are none.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes.
    #[inline(always)]
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: so many bytes follow the fixed part (constructor).
        unsafe { std::slice::from_raw_parts((&raw const *self).wrapping_add(1).cast(), self.len()) }
    }

    /// The hash, which is that of a string with the same storage; computed once.
    #[inline]
    pub fn hash(&self) -> u64 {
        match self.hash.get() {
            0 => {
                let hash = orochi_text::hash::hash_bytes(crate::vm::hash_key(), self.as_slice());
                self.hash.set_cache(hash as u64);
                hash as u64
            }
            hash => hash,
        }
    }

    /// Bytes with the shape of a subclass.
    pub fn from_slice_as(
        th: &Thread,
        shape: &'static Shape,
        bytes: &[u8],
    ) -> Result<Ref<Bytes>, Raised> {
        Self::from_parts_as(th, shape, [bytes, &[]])
    }

    /// Two pieces of bytes, one after the other.
    pub fn concat(th: &Thread, a: &[u8], b: &[u8]) -> Result<Ref<Bytes>, Raised> {
        Self::from_parts_as(th, Self::spec().shape(), [a, b])
    }

    fn from_parts_as(
        th: &Thread,
        shape: &'static Shape,
        parts: [&[u8]; 2],
    ) -> Result<Ref<Bytes>, Raised> {
        let len = parts[0].len() + parts[1].len();
        let dict = shape.has(shape_flags::DICT);
        let tail = if dict { len.next_multiple_of(8) + 8 } else { len };
        let size = size_of::<Bytes>() + tail;
        // SAFETY: everything is initialised right away; the parts are together `len` long.
        unsafe {
            let object: *mut Bytes = if shape.has(shape_flags::IMMUTABLE) {
                th.allocate_raw_immutable(size, shape.id)?
            } else {
                th.allocate_raw(size, shape.id)?
            };
            (*object).hash.set_cache(0);
            (*object).tail.set_cache(len);
            let mut at = object.add(1).cast::<u8>();
            for part in parts {
                std::ptr::copy_nonoverlapping(part.as_ptr(), at, part.len());
                at = at.add(part.len());
            }
            if dict {
                object.cast::<u8>().add(size - 8).cast::<Value>().write(Value::UNBOUND);
            }
            let object = Ref::from_ptr(object);
            if shape.id != Self::spec().shape().id {
                th.note_finaliser(shape, object);
            }
            Ok(object)
        }
    }
}

impl Thread {
    /// A bytes object with a copy of these bytes.
    #[inline]
    pub fn new_bytes(&self, bytes: &[u8]) -> Result<Ref<Bytes>, Raised> {
        Bytes::from_slice_as(self, SPEC.shape(), bytes)
    }
}
