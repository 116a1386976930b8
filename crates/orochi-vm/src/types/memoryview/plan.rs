//! What a view says of its memory, taken out of the object to work with.

use super::MemoryView;
use super::item::Format;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// Memory that views show.
#[derive(Clone, Copy, Debug)]
pub enum Memory {
    /// Immutable.
    Bytes(Ref<Bytes>),
    /// Mutable.
    Array(Ref<ByteArray>),
}

impl Memory {
    /// The memory that a value is.
    pub fn of(value: Value) -> Option<Memory> {
        if let Some(bytes) = value.cast::<Bytes>() {
            return Some(Memory::Bytes(bytes));
        }
        value.cast::<ByteArray>().map(Memory::Array)
    }

    /// As a value.
    pub fn value(self) -> Value {
        match self {
            Memory::Bytes(bytes) => bytes.value(),
            Memory::Array(array) => array.value(),
        }
    }

    /// Hands all bytes to `use_bytes`, which may allocate through the thread it is given.
    #[inline]
    pub fn with<R>(
        self,
        th: &mut Thread,
        use_bytes: impl FnOnce(&Thread, &[u8]) -> R,
    ) -> Result<R, Raised> {
        match self {
            Memory::Bytes(bytes) => Ok(use_bytes(th, bytes.as_slice())),
            Memory::Array(array) => {
                let guard = th.read(array)?;
                Ok(use_bytes(guard.thread(), guard.as_slice()))
            }
        }
    }

    /// Hands all bytes to `change`; immutable ones are refused.
    #[inline]
    pub fn with_mut<R>(
        self,
        th: &mut Thread,
        change: impl FnOnce(&mut [u8]) -> R,
    ) -> Result<R, Raised> {
        match self {
            Memory::Bytes(_) => Err(th.type_error("cannot modify read-only memory")),
            Memory::Array(array) => Ok(th.write(array)?.with_mut(change)),
        }
    }
}

/// A view's memory and how it is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// `obj`
    pub object: Value,
    /// The memory.
    pub memory: Memory,
    /// The format, as given.
    pub format: Ref<Str>,
    /// `shape`
    pub shape: Ref<Tuple>,
    /// `strides`
    pub strides: Ref<Tuple>,
    /// Where the first item begins.
    pub offset: usize,
    /// Bytes an item.
    pub item_size: usize,
    /// Whether writing is refused.
    pub readonly: bool,
}

impl Ref<MemoryView> {
    /// What the view says; `ValueError` if it is released.
    pub fn plan(self, th: &mut Thread) -> Result<Plan, Raised> {
        let view = th.read(self)?;
        match Memory::of(view.memory.get()) {
            Some(memory) => Ok(Plan {
                object: view.object.get(),
                memory,
                format: view.format.get(),
                shape: view.shape.get(),
                strides: view.strides.get(),
                offset: view.offset.get(),
                item_size: view.item_size.get(),
                readonly: view.readonly.get(),
            }),
            None => Err(th.value_error("operation forbidden on released memoryview object")),
        }
    }
}

/// A machine integer of a shape or strides.
fn number(value: Value) -> i64 {
    if value.is_int() { value.as_int() } else { 0 }
}

impl Plan {
    /// The number of dimensions.
    pub fn dimensions(&self) -> usize {
        self.shape.len()
    }

    /// The length of a dimension.
    pub fn length(&self, dimension: usize) -> usize {
        number(self.shape.get(dimension)).max(0) as usize
    }

    /// The distance of neighbours in a dimension, in bytes.
    pub fn stride(&self, dimension: usize) -> isize {
        number(self.strides.get(dimension)) as isize
    }

    /// The number of items.
    pub fn items(&self) -> usize {
        (0..self.dimensions()).map(|d| self.length(d)).product()
    }

    /// The number of bytes that all items take.
    pub fn bytes(&self) -> usize {
        self.items() * self.item_size
    }

    /// The format, if it is one whose items can be read and written.
    pub fn item_format(&self) -> Option<Format> {
        Format::parse(self.format.ascii()?)
    }

    /// As [`Self::item_format`], with the error for those that cannot.
    pub fn known_format(&self, th: &Thread) -> Result<Format, Raised> {
        self.item_format().ok_or_else(|| {
            th.not_implemented_error(format!(
                "memoryview: format {} not supported",
                self.format.display()
            ))
        })
    }

    /// Whether the items lie one behind the other, the last index fastest.
    pub fn is_c_contiguous(&self) -> bool {
        let mut wanted = self.item_size as isize;
        for d in (0..self.dimensions()).rev() {
            let length = self.length(d);
            if length == 0 {
                return true;
            }
            if length > 1 && self.stride(d) != wanted {
                return false;
            }
            wanted *= length as isize;
        }
        true
    }

    /// Whether the items lie one behind the other, the first index fastest.
    pub fn is_f_contiguous(&self) -> bool {
        let mut wanted = self.item_size as isize;
        for d in 0..self.dimensions() {
            let length = self.length(d);
            if length == 0 {
                return true;
            }
            if length > 1 && self.stride(d) != wanted {
                return false;
            }
            wanted *= length as isize;
        }
        true
    }

    /// The bytes of the items, in the order of their indices, of memory that is handed in.
    pub fn gather(&self, memory: &[u8]) -> Vec<u8> {
        if self.is_c_contiguous() {
            return self.run(memory, self.bytes()).to_vec();
        }
        let mut out = Vec::with_capacity(self.bytes());
        self.each(|at| {
            let item = usize::try_from(at).ok().and_then(|at| memory.get(at..at + self.item_size));
            out.extend_from_slice(item.unwrap_or(&[]));
        });
        out
    }

    /// `length` bytes from the first item on; fewer if the memory has become shorter.
    pub fn run<'m>(&self, memory: &'m [u8], length: usize) -> &'m [u8] {
        let start = self.offset.min(memory.len());
        &memory[start..(start.saturating_add(length)).min(memory.len())]
    }

    /// Calls `visit` with the position of each item, the last index fastest.
    pub fn each(&self, mut visit: impl FnMut(isize)) {
        self.each_from(0, self.offset as isize, &mut visit);
    }

    fn each_from(&self, dimension: usize, at: isize, visit: &mut impl FnMut(isize)) {
        if dimension == self.dimensions() {
            return visit(at);
        }
        let stride = self.stride(dimension);
        for index in 0..self.length(dimension) {
            self.each_from(dimension + 1, at + index as isize * stride, visit);
        }
    }

    /// Whether the other view has the same dimensions.
    pub fn same_shape(&self, other: &Plan) -> bool {
        self.dimensions() == other.dimensions()
            && (0..self.dimensions()).all(|d| self.length(d) == other.length(d))
    }
}
