//! The object of an integer that is no immediate value.
//!
//! Integers of at most 49 bits are immediate; an object is made for larger ones, and for instances
//! of subclasses whatever their size. It is immutable: sign, length, and the words of its magnitude
//! as its tail, the least significant first, without leading zeros.

use super::SPEC;
use super::natural::{Words, from_u128, trimmed};
use super::operand::Parts;
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Object, Ref};
use crate::shape::Shape;
use crate::thread::Thread;

heap_object! {
    /// An integer.
    pub immutable struct Int: SPEC {
        values {}
        storage {}
        data {
            /// 1 if the number is negative, else 0.
            sign: u64,
            /// Bytes of the magnitude behind the fixed part.
            tail: usize,
        }
    }
}

impl Int {
    /// The magnitude.
    #[inline(always)]
    pub fn words(&self) -> &[u64] {
        let at = (&raw const *self).wrapping_add(1);
        // SAFETY: the tail holds as many words (constructor), aligned as the fixed part is.
        unsafe { std::slice::from_raw_parts(at.cast(), self.tail.get() / 8) }
    }

    /// Whether the number is less than zero.
    #[inline(always)]
    pub fn is_negative(&self) -> bool {
        self.sign.get() != 0
    }

    /// Sign and magnitude.
    #[inline(always)]
    pub fn parts(&self) -> Parts<'_> {
        Parts { negative: self.is_negative(), words: self.words() }
    }

    /// An object with the given shape; the words have no leading zeros.
    pub fn from_parts_as(
        th: &Thread,
        shape: &'static Shape,
        parts: Parts<'_>,
    ) -> Result<Ref<Int>, Raised> {
        let words = parts.words;
        debug_assert!(words.last() != Some(&0), "leading zeros");
        let extra = if shape.has(crate::shape::shape_flags::DICT) { 8 } else { 0 };
        let size = size_of::<Int>() + size_of_val(words) + extra;
        // SAFETY: fixed part, tail and overflow word are initialised right away.
        unsafe {
            let object: *mut Int = th.allocate_raw_immutable(size, shape.id)?;
            (*object).sign.set_cache(u64::from(parts.negative && !words.is_empty()));
            (*object).tail.set_cache(size_of_val(words));
            let tail = object.add(1).cast::<u64>();
            std::ptr::copy_nonoverlapping(words.as_ptr(), tail, words.len());
            if extra > 0 {
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
    /// An integer.
    #[inline]
    pub fn int_from_i64(&self, value: i64) -> Result<Value, Raised> {
        match Value::from_int(value) {
            Some(value) => Ok(value),
            None => self.int_from_words(value < 0, &[value.unsigned_abs()]),
        }
    }

    /// An integer.
    #[inline]
    pub fn int_from_u64(&self, value: u64) -> Result<Value, Raised> {
        self.int_from_words(false, &[value])
    }

    /// An integer.
    #[inline]
    pub fn int_from_i128(&self, value: i128) -> Result<Value, Raised> {
        match i64::try_from(value) {
            Ok(value) => self.int_from_i64(value),
            Err(_) => self.int_from_words(value < 0, &from_u128(value.unsigned_abs())),
        }
    }

    /// An integer of any size: sign, and magnitude with the least significant word first.
    pub fn int_from_words(&self, negative: bool, words: &[u64]) -> Result<Value, Raised> {
        let words = trimmed(words);
        match words {
            [] => return Ok(Value::from_i32(0)),
            &[word] if word <= 1 << 48 => {
                let value = if negative { -(word as i64) } else { word as i64 };
                if let Some(value) = Value::from_int(value) {
                    return Ok(value);
                }
            }
            _ => {}
        }
        let parts = Parts { negative, words };
        Ok(Int::from_parts_as(self, Int::spec().shape(), parts)?.value())
    }

    /// An integer that has been computed.
    #[inline]
    pub fn int_from_parts(&self, (negative, words): (bool, Words)) -> Result<Value, Raised> {
        self.int_from_words(negative, &words)
    }
}
