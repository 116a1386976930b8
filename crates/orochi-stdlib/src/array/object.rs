//! The array object: a kind of items, and a bytearray of its own that holds them.
//!
//! The bytearray brings the barrier, resizing, and the count of views that forbid it.

use orochi_vm::class::TypeSpec;
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast, Write};
use orochi_vm::shape::Shape;
use orochi_vm::thread::Thread;
use orochi_vm::types::bytearray::ByteArray;

use super::item::{Item, Kind};
use super::{ARRAY, ARRAY_ITERATOR};

heap_object! {
    /// An array.
    pub immutable struct Array: ARRAY {
        values {
            /// The items' bytes.
            bytes: Ref<ByteArray>,
        }
        storage {}
        data {
            /// What the items are.
            kind: Kind,
        }
    }
}

heap_object! {
    /// An iterator over an array.
    pub struct ArrayIterator: ARRAY_ITERATOR {
        values {
            /// The array; unbound when the end was reached.
            array: Value,
        }
        storage {}
        data {
            /// The next index.
            index: usize,
        }
    }
}

impl Array {
    /// An array of the given shape with these bytes.
    pub fn make(th: &Thread, shape: &'static Shape, kind: Kind, bytes: &[u8]) -> Result<Ref<Array>, Raised> {
        let bytes = ByteArray::from_slice(th, bytes)?;
        Array::allocate_as(th, shape, bytes, kind)
    }

    /// A plain array with these bytes.
    pub fn with_bytes(th: &Thread, kind: Kind, bytes: &[u8]) -> Result<Ref<Array>, Raised> {
        let spec: &'static TypeSpec = &ARRAY;
        Self::make(th, spec.shape(), kind, bytes)
    }

    /// The number of items.
    pub fn len(&self, th: &mut Thread) -> Result<usize, Raised> {
        Ok(th.read(self.bytes.get())?.len() / self.kind.get().size)
    }

    /// An item; `None` behind the end.
    #[inline]
    pub fn get(&self, th: &mut Thread, index: usize) -> Result<Option<Value>, Raised> {
        let kind = self.kind.get();
        let mut item: Item = [0; 8];
        {
            let bytes = th.read(self.bytes.get())?;
            match bytes.as_slice().get(index * kind.size..(index + 1) * kind.size) {
                Some(found) => item[..kind.size].copy_from_slice(found),
                None => return Ok(None),
            }
        }
        kind.unpack(th, &item).map(Some)
    }

    /// A copy of all bytes.
    pub fn to_vec(&self, th: &mut Thread) -> Result<Vec<u8>, Raised> {
        Ok(th.read(self.bytes.get())?.as_slice().to_vec())
    }

    /// The bytes held for writing, their number too.
    pub fn resizable<'t>(&self, th: &'t mut Thread) -> Result<Write<'t, ByteArray>, Raised> {
        let bytes = self.bytes.get();
        if let Err(raised) = bytes.check_resizable(th) {
            return Err(match th.catch(raised, &classes::BUFFER_ERROR) {
                Some(_) => th.buffer_error("cannot resize an array that is exporting buffers"),
                None => raised,
            });
        }
        th.write(bytes)
    }
}

/// A value that is an array.
pub fn as_array(value: Value) -> Option<Ref<Array>> {
    value.cast::<Array>()
}
