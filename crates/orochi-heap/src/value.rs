//! A Python value in 64 bits.
//!
//! The word says what it is by its magnitude, so that every question a fast path asks is one or two
//! instructions:
//!
//! ```text
//! 0                       .. 4096                     special constants (0 is UNBOUND)
//! 4096                    .. 0x0001_0000_0000_0000    address of a heap object, as it is
//! 0x0002_0000_0000_0000   .. 0xfffe_0000_0000_0000    a double: its bits + 2^49
//! 0xfffe_0000_0000_0000   ..                          a small integer: 49 bits, two's complement
//! ```
//!
//! Addresses carry no tag, because the collector reads native stacks and must recognise a reference
//! wherever the compiler left one. The largest double is minus infinity (NaNs are made canonical
//! first), and its bits plus 2^49 stay below the integers. Arithmetic on small integers shifts the
//! tag out at the top: 49 bits then sit against the machine's own overflow check.

use crate::header::Header;
use std::ptr::NonNull;

#[cfg(test)]
mod tests;

/// The lowest word that is a number.
const NUMBER_MIN: u64 = 1 << 49;
/// The top 15 bits: set in small integers, never all set in anything else.
const INT_TAG: u64 = 0xfffe << 48;
/// What the tag occupies.
const INT_SHIFT: u32 = 15;
/// Addresses below this are special constants.
const OBJECT_MIN: u64 = 4096;
/// The first word above all addresses.
const OBJECT_END: u64 = 1 << 48;
/// The one NaN that values hold.
const CANONICAL_NAN: u64 = 0x7ff8 << 48;
/// The first special constant that belongs to the layer above.
const FIRST_RESERVED: u64 = 16;

/// A Python value: reference, float, small integer or special constant.
///
/// Equality is identity of words. For floats this is Python's `is` as Orochi defines it (by bits,
/// one NaN); it is not `==`, which tells 0.0 and −0.0 alike.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Value(u64);

impl Value {
    /// No value: an empty register or slot.
    pub const UNBOUND: Value = Value(0);
    /// `False`. The word of `True` is this one with the lowest bit set.
    pub const FALSE: Value = Value(2);
    /// `True`.
    pub const TRUE: Value = Value(3);
    /// `None`.
    pub const NONE: Value = Value(4);
    /// `NotImplemented`.
    pub const NOT_IMPLEMENTED: Value = Value(5);
    /// `Ellipsis`.
    pub const ELLIPSIS: Value = Value(6);
    /// For compiled code: integers are the words at or above this, which is also the tag to set.
    pub const INT_TAG: u64 = INT_TAG;
    /// For compiled code: how many bits the tag takes; shifting by as many drops it.
    pub const INT_SHIFT: u32 = INT_SHIFT;
    /// For compiled code: what is added to a double's bits; numbers are the words at or above this.
    pub const DOUBLE_OFFSET: u64 = NUMBER_MIN;
    /// The smallest integer a value can hold: −2^48.
    pub const INT_MIN: i64 = -(1 << 48);
    /// The largest integer a value can hold: 2^48 − 1.
    pub const INT_MAX: i64 = (1 << 48) - 1;
    /// How many constants `special` can make.
    pub const SPECIALS: u32 = (OBJECT_MIN - FIRST_RESERVED) as u32;

    /// The `n`th special constant of the layer above (tombstones and the like), `n < SPECIALS`.
    #[inline(always)]
    pub const fn special(n: u32) -> Value {
        assert!(n < Self::SPECIALS);
        Value(FIRST_RESERVED + n as u64)
    }

    /// The value with this word. Any word is a value, but one that looks like an address must be
    /// that of a live object before anybody follows it.
    #[inline(always)]
    pub const fn from_bits(bits: u64) -> Value {
        Value(bits)
    }

    /// The word itself.
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Is anything here at all?
    #[inline(always)]
    pub const fn is_unbound(self) -> bool {
        self.0 == 0
    }

    /// Is this `None`?
    #[inline(always)]
    pub const fn is_none(self) -> bool {
        self.0 == Self::NONE.0
    }

    /// Is this one of the constants below all addresses?
    #[inline(always)]
    pub const fn is_special(self) -> bool {
        self.0 < OBJECT_MIN
    }

    // ---- references ----

    /// A reference to an object.
    #[inline(always)]
    pub fn from_object(object: NonNull<Header>) -> Value {
        Value(object.as_ptr().expose_provenance() as u64)
    }

    /// Is this a reference to an object?
    #[inline(always)]
    pub const fn is_object(self) -> bool {
        // Nothing lies between the end of addresses and the smallest double, so the range may end
        // where a shift tells it.
        self.0.wrapping_sub(OBJECT_MIN) < OBJECT_END
    }

    /// Are both references to objects?
    #[inline(always)]
    pub const fn both_objects(a: Value, b: Value) -> bool {
        a.is_object() & b.is_object()
    }

    /// The object, if this is a reference.
    #[inline(always)]
    pub fn as_object(self) -> Option<NonNull<Header>> {
        if self.is_object() { NonNull::new(self.object_ptr()) } else { None }
    }

    /// The address as a pointer. Only meaningful if `is_object` holds.
    #[inline(always)]
    pub fn object_ptr(self) -> *mut Header {
        std::ptr::with_exposed_provenance_mut(self.0 as usize)
    }

    // ---- booleans ----

    /// `True` or `False`.
    #[inline(always)]
    pub const fn from_bool(b: bool) -> Value {
        Value(Self::FALSE.0 | b as u64)
    }

    /// Is this `True` or `False`?
    #[inline(always)]
    pub const fn is_bool(self) -> bool {
        self.0 & !1 == Self::FALSE.0
    }

    /// Is this `True`?
    #[inline(always)]
    pub const fn is_true(self) -> bool {
        self.0 == Self::TRUE.0
    }

    // ---- small integers ----

    /// Is this a small integer? (`True` and `False` are not.)
    #[inline(always)]
    pub const fn is_int(self) -> bool {
        self.0 >= INT_TAG
    }

    /// Are both small integers?
    #[inline(always)]
    pub const fn both_ints(a: Value, b: Value) -> bool {
        a.0 & b.0 >= INT_TAG
    }

    /// The integer as a value, if it has at most 49 bits.
    #[inline(always)]
    pub const fn from_int(i: i64) -> Option<Value> {
        let v = Self::int_unchecked(i);
        if v.as_int() == i { Some(v) } else { None }
    }

    /// The low 49 bits of an integer that the caller knows to fit.
    #[inline(always)]
    pub const fn int_unchecked(i: i64) -> Value {
        Value(INT_TAG | i as u64)
    }

    /// A 32-bit integer, which always fits.
    #[inline(always)]
    pub const fn from_i32(i: i32) -> Value {
        Self::int_unchecked(i as i64)
    }

    /// The integer. Only meaningful if `is_int` holds.
    #[inline(always)]
    pub const fn as_int(self) -> i64 {
        ((self.0 << INT_SHIFT) as i64) >> INT_SHIFT
    }

    /// The integer, shifted to the top of the word.
    #[inline(always)]
    const fn int_high(self) -> i64 {
        (self.0 << INT_SHIFT) as i64
    }

    #[inline(always)]
    const fn from_high((high, overflow): (i64, bool)) -> Option<Value> {
        if overflow { None } else { Some(Value(INT_TAG | high as u64 >> INT_SHIFT)) }
    }

    /// Sum of two small integers, unless it needs more than 49 bits. Both must be small integers.
    #[inline(always)]
    pub const fn checked_add(self, other: Value) -> Option<Value> {
        Self::from_high(self.int_high().overflowing_add(other.int_high()))
    }

    /// Difference of two small integers, unless it needs more than 49 bits. Both must be small integers.
    #[inline(always)]
    pub const fn checked_sub(self, other: Value) -> Option<Value> {
        Self::from_high(self.int_high().overflowing_sub(other.int_high()))
    }

    /// Product of two small integers, unless it needs more than 49 bits. Both must be small integers.
    #[inline(always)]
    pub const fn checked_mul(self, other: Value) -> Option<Value> {
        Self::from_high(self.int_high().overflowing_mul(other.as_int()))
    }

    /// Order of two small integers. Both must be small integers: their words compare as they do.
    #[inline(always)]
    pub const fn int_lt(self, other: Value) -> bool {
        self.int_high() < other.int_high()
    }

    // ---- floats ----

    /// A float; every NaN becomes the canonical one.
    #[inline(always)]
    pub const fn from_f64(f: f64) -> Value {
        let bits = if f.is_nan() { CANONICAL_NAN } else { f.to_bits() };
        Value(bits + NUMBER_MIN)
    }

    /// Is this a float?
    #[inline(always)]
    pub const fn is_float(self) -> bool {
        self.0.wrapping_sub(NUMBER_MIN) < INT_TAG - NUMBER_MIN
    }

    /// Are both floats?
    #[inline(always)]
    pub const fn both_floats(a: Value, b: Value) -> bool {
        a.is_float() & b.is_float()
    }

    /// The float. Only meaningful if `is_float` holds.
    #[inline(always)]
    pub const fn as_f64(self) -> f64 {
        f64::from_bits(self.0.wrapping_sub(NUMBER_MIN))
    }

    /// Is this a small integer or a float?
    #[inline(always)]
    pub const fn is_number(self) -> bool {
        self.0 >= NUMBER_MIN
    }

    /// Is each of them a small integer or a float?
    #[inline(always)]
    pub const fn is_number_pair(a: Value, b: Value) -> bool {
        a.is_number() & b.is_number()
    }

    /// The number as a float. Only meaningful if `is_number` holds; exact, since small integers
    /// have fewer bits than a double's mantissa.
    #[inline(always)]
    pub const fn number_as_f64(self) -> f64 {
        if self.is_int() { self.as_int() as f64 } else { self.as_f64() }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Value::UNBOUND => f.write_str("unbound"),
            Value::FALSE => f.write_str("False"),
            Value::TRUE => f.write_str("True"),
            Value::NONE => f.write_str("None"),
            Value::NOT_IMPLEMENTED => f.write_str("NotImplemented"),
            Value::ELLIPSIS => f.write_str("Ellipsis"),
            v if v.is_int() => write!(f, "{}", v.as_int()),
            v if v.is_float() => write!(f, "{:?}", v.as_f64()),
            v if v.is_object() => write!(f, "object({:#x})", v.0),
            v => write!(f, "special({:#x})", v.0),
        }
    }
}

impl Default for Value {
    fn default() -> Value {
        Value::UNBOUND
    }
}
