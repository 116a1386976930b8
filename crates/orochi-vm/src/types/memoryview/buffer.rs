//! The buffer protocol for native code.
//!
//! `th.buffer(value)` opens any bytes-like object; the [`Buffer`] lends its bytes under the memory's
//! guard, to read or to change. The closures get no thread that could release: who wants to do
//! input and output works on memory of its own and copies. A buffer of a Python class must be
//! closed by [`Buffer::release`]; for all others that does nothing.

use super::open::{FULL_READ_ONLY, WRITABLE, open};
use super::plan::Memory;
use super::{MemoryView, Plan, release_view};
use crate::class::Special;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;

/// An open bytes-like object whose bytes lie one behind the other.
///
/// Lives on the native stack only: it holds references.
#[derive(Clone, Copy, Debug)]
pub struct Buffer {
    memory: Memory,
    offset: usize,
    /// The number of bytes; `None`: as many as the memory has.
    length: Option<usize>,
    item_size: usize,
    /// The view to be released in the end, or unbound.
    view: Value,
}

impl Buffer {
    /// The number of bytes.
    pub fn len(&self, th: &mut Thread) -> Result<usize, Raised> {
        self.with(th, <[u8]>::len)
    }

    /// Bytes an item, in the format of the object.
    pub fn item_size(&self) -> usize {
        self.item_size
    }

    /// Hands the bytes to `read`, under their guard.
    #[inline]
    pub fn with<R>(&self, th: &mut Thread, read: impl FnOnce(&[u8]) -> R) -> Result<R, Raised> {
        self.memory.with(th, |_, bytes| {
            let range = self.range(bytes.len());
            read(&bytes[range])
        })
    }

    /// Hands the bytes to `change`, under their guard.
    #[inline]
    pub fn with_mut<R>(
        &self,
        th: &mut Thread,
        change: impl FnOnce(&mut [u8]) -> R,
    ) -> Result<R, Raised> {
        self.memory.with_mut(th, |bytes| {
            let range = self.range(bytes.len());
            change(&mut bytes[range])
        })
    }

    /// A copy of the bytes.
    pub fn to_vec(&self, th: &mut Thread) -> Result<Vec<u8>, Raised> {
        self.with(th, <[u8]>::to_vec)
    }

    /// The bytes object, if the buffer is all of one: its bytes can be read without a guard.
    pub fn as_bytes(&self) -> Option<crate::object::Ref<Bytes>> {
        match self.memory {
            Memory::Bytes(bytes)
                if self.offset == 0 && self.length.is_none_or(|n| n == bytes.len()) =>
            {
                Some(bytes)
            }
            _ => None,
        }
    }

    /// Copies bytes to `at`; what does not fit is left out. The number of bytes copied.
    pub fn write(&self, th: &mut Thread, at: usize, from: &[u8]) -> Result<usize, Raised> {
        self.with_mut(th, |bytes| {
            let to = bytes.get_mut(at..).unwrap_or(&mut []);
            let count = to.len().min(from.len());
            to[..count].copy_from_slice(&from[..count]);
            count
        })
    }

    /// What exists of the buffer's range in a memory of this length.
    fn range(&self, length: usize) -> std::ops::Range<usize> {
        let start = self.offset.min(length);
        let end = match self.length {
            Some(own) => start.saturating_add(own).min(length),
            None => length,
        };
        start..end
    }

    /// Closes the buffer.
    pub fn release(self, th: &mut Thread) -> Result<(), Raised> {
        if self.view.is_unbound() { Ok(()) } else { release_view(th, self.view) }
    }
}

impl Thread {
    /// Whether a value has memory to show: `bytes`, `bytearray`, `memoryview`, and what has
    /// `__buffer__`.
    #[inline]
    pub fn is_bytes_like(&self, value: Value) -> bool {
        value.is_object()
            && (value.cast::<Bytes>().is_some()
                || value.cast::<ByteArray>().is_some()
                || value.cast::<MemoryView>().is_some()
                || self.class_of(value).special(self, Special::Buffer).is_some())
    }

    /// Opens a bytes-like object for reading.
    pub fn buffer(&mut self, value: Value) -> Result<Buffer, Raised> {
        self.open_buffer(value, FULL_READ_ONLY)
    }

    /// Opens a bytes-like object for writing.
    pub fn writable_buffer(&mut self, value: Value) -> Result<Buffer, Raised> {
        let buffer = match self.open_buffer(value, FULL_READ_ONLY | WRITABLE) {
            Ok(buffer) => buffer,
            Err(raised) => {
                return match self.catch(raised, &crate::exception::classes::BUFFER_ERROR) {
                    Some(_) => Err(self.not_writable(value)),
                    None => Err(raised),
                };
            }
        };
        let readonly = match value.cast::<MemoryView>() {
            Some(view) => view.plan(self)?.readonly,
            None => matches!(buffer.memory, Memory::Bytes(_)),
        };
        if readonly {
            buffer.release(self)?;
            return Err(self.not_writable(value));
        }
        Ok(buffer)
    }

    #[cold]
    fn not_writable(&self, value: Value) -> Raised {
        let name = self.type_name(value);
        self.type_error(format!("a read-write bytes-like object is required, not '{name}'"))
    }

    fn open_buffer(&mut self, value: Value, flags: i64) -> Result<Buffer, Raised> {
        if let Some(bytes) = value.cast_exact::<Bytes>() {
            return Ok(whole(Memory::Bytes(bytes)));
        }
        if let Some(array) = value.cast_exact::<ByteArray>() {
            return Ok(whole(Memory::Array(array)));
        }
        if let Some(view) = value.cast::<MemoryView>() {
            let plan = view.plan(self)?;
            return of_plan(self, &plan, Value::UNBOUND);
        }
        match open(self, value, flags)? {
            Some(view) => {
                let plan = view.plan(self)?;
                of_plan(self, &plan, view.value())
            }
            None => {
                let name = self.type_name(value);
                Err(self.type_error(format!("a bytes-like object is required, not '{name}'")))
            }
        }
    }

    /// A copy of the bytes of any bytes-like object, in the order of its indices.
    pub fn bytes_of(&mut self, value: Value) -> Result<Vec<u8>, Raised> {
        if let Some(view) = value.cast::<MemoryView>() {
            let plan = view.plan(self)?;
            return plan.memory.with(self, |_, memory| plan.gather(memory));
        }
        let buffer = self.buffer(value)?;
        let bytes = buffer.to_vec(self)?;
        buffer.release(self)?;
        Ok(bytes)
    }
}

fn whole(memory: Memory) -> Buffer {
    Buffer { memory, offset: 0, length: None, item_size: 1, view: Value::UNBOUND }
}

fn of_plan(th: &mut Thread, plan: &Plan, view: Value) -> Result<Buffer, Raised> {
    if !plan.is_c_contiguous() {
        if !view.is_unbound() {
            release_view(th, view)?;
        }
        return Err(th.buffer_error("memoryview: underlying buffer is not C-contiguous"));
    }
    Ok(Buffer {
        memory: plan.memory,
        offset: plan.offset,
        length: Some(plan.bytes()),
        item_size: plan.item_size,
        view,
    })
}
