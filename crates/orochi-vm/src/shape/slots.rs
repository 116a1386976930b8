//! Where an attribute's slot is in memory.

use super::{Shape, shape_flags};
use crate::class::Tail;
use crate::exception::Raised;
use crate::heap::{Header, Tracer, Value, set_value_at, value_at};
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::list::ValueArray;

/// The place of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotPlace {
    /// At this byte offset of the object.
    Inline(u32),
    /// In this word of the overflow array.
    Overflow(u32),
}

/// # Safety
/// An object with a tail of values.
pub(super) unsafe fn values_tail_size(object: *const Header) -> usize {
    // SAFETY: the caller's promise.
    let (fixed, count) = unsafe { tail_of(object) };
    fixed + 8 * count + 8
}

/// # Safety
/// An object with a tail of bytes.
pub(super) unsafe fn bytes_tail_size(object: *const Header) -> usize {
    // SAFETY: the caller's promise.
    let (fixed, count) = unsafe { tail_of(object) };
    fixed + count.next_multiple_of(8) + 8
}

/// # Safety
/// An object with a tail of values.
pub(super) unsafe fn trace_values_tail(object: *const Header, tracer: &mut Tracer<'_>) {
    // SAFETY: the caller's promise: `count` values, then the overflow word.
    unsafe {
        let (fixed, count) = tail_of(object);
        for i in 0..=count {
            tracer.visit(value_at(object, fixed + 8 * i));
        }
    }
}

/// # Safety
/// An object with a tail of bytes.
pub(super) unsafe fn trace_bytes_tail(object: *const Header, tracer: &mut Tracer<'_>) {
    // SAFETY: the caller's promise: the overflow word is the last.
    unsafe { tracer.visit(value_at(object, bytes_tail_size(object) - 8)) }
}

/// Visits everything behind the native part.
///
/// # Safety
/// An object without a tail whose native part has data words.
pub(super) unsafe fn trace_slots(object: *const Header, tracer: &mut Tracer<'_>) {
    // SAFETY: the caller's promise: values from the end of the native part to that of the object.
    unsafe {
        let shape = super::shape_by_id((*object).shape_relaxed());
        let mut at = shape.native.layout.size;
        while at < shape.object_size as usize {
            tracer.visit(value_at(object, at));
            at += 8;
        }
    }
}

/// Bytes of the fixed part and the number of elements behind it.
unsafe fn tail_of(object: *const Header) -> (usize, usize) {
    // SAFETY: objects with a tail have its length in the last word of the fixed part.
    unsafe {
        let fixed = super::shape_by_id((*object).shape_relaxed()).native.layout.size;
        (fixed, value_at(object, fixed - 8).bits() as usize)
    }
}

impl Shape {
    /// The place of slot `slot`.
    #[inline]
    pub fn place(&self, slot: u32) -> SlotPlace {
        if slot < self.inline_capacity {
            let dict = u32::from(self.has(shape_flags::DICT));
            SlotPlace::Inline(self.slots_offset + 8 * (dict + slot))
        } else {
            SlotPlace::Overflow(slot - self.inline_capacity)
        }
    }

    /// Byte offset of the overflow word of `object`, which has this shape and a `__dict__`.
    pub(crate) fn overflow_offset(&self, object: *const Header) -> usize {
        debug_assert!(self.has(shape_flags::DICT));
        if self.has(shape_flags::TAIL) {
            // SAFETY: the object has this shape.
            unsafe {
                match self.native.layout.tail {
                    Tail::Values => values_tail_size(object) - 8,
                    _ => bytes_tail_size(object) - 8,
                }
            }
        } else {
            self.slots_offset as usize
        }
    }

    /// Reads a slot of an object of this shape that is held at least for reading.
    ///
    /// # Safety
    /// `object` has this shape, `slot` is one of its attributes, and it is held (S1).
    #[inline]
    pub(crate) unsafe fn read_slot(&self, object: *const Header, slot: u32) -> Value {
        // SAFETY: the caller's promise; the overflow array has room for every slot of the shape.
        unsafe {
            match self.place(slot) {
                SlotPlace::Inline(offset) => value_at(object, offset as usize),
                SlotPlace::Overflow(index) => {
                    overflow_array(value_at(object, self.overflow_offset(object)))
                        .get(index as usize)
                }
            }
        }
    }

    /// Writes a slot of an object of this shape that is held for writing.
    ///
    /// # Safety
    /// As for `read_slot`, for writing.
    #[inline]
    pub(crate) unsafe fn write_slot(&self, object: *const Header, slot: u32, value: Value) {
        // SAFETY: the caller's promise.
        unsafe {
            match self.place(slot) {
                SlotPlace::Inline(offset) => set_value_at(object, offset as usize, value),
                SlotPlace::Overflow(index) => {
                    overflow_array(value_at(object, self.overflow_offset(object)))
                        .put(index as usize, value);
                }
            }
        }
    }

    /// Makes sure that the overflow array of `object` has room for `slot`.
    ///
    /// # Safety
    /// `object` has a shape of this class and is held for writing.
    pub(crate) unsafe fn reserve_slot(
        &self,
        th: &Thread,
        object: *const Header,
        slot: u32,
    ) -> Result<(), Raised> {
        let SlotPlace::Overflow(index) = self.place(slot) else { return Ok(()) };
        let offset = self.overflow_offset(object);
        // SAFETY: the caller's promise.
        let old = unsafe { value_at(object, offset) };
        let capacity = if old.is_unbound() { 0 } else { overflow_array(old).capacity() };
        if (index as usize) < capacity {
            return Ok(());
        }
        let larger = ValueArray::new(th, (index as usize + 1).next_power_of_two().max(4))?;
        for i in 0..capacity {
            larger.put(i, overflow_array(old).get(i));
        }
        // SAFETY: as above.
        unsafe { set_value_at(object, offset, larger.value()) };
        Ok(())
    }
}

/// The overflow array in an overflow word.
pub(crate) fn overflow_array(word: Value) -> Ref<ValueArray> {
    debug_assert!(word.is_object());
    // SAFETY: the overflow word holds nothing else once it is set.
    unsafe { Ref::from_ptr(word.bits() as *const ValueArray) }
}
