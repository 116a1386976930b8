//! Integers as arithmetic sees them: a machine word where the value fits, else sign and words.

use std::cmp::Ordering;

use super::natural::{self, Words};
use super::object::Int;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;

/// Sign and magnitude. Zero is not negative.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// Whether the number is less than zero.
    pub negative: bool,
    /// The magnitude, without leading zeros.
    pub words: &'a [u64],
}

/// An integer whose value is at hand.
#[derive(Clone, Copy, Debug)]
pub enum Operand {
    /// Fits 64 bits.
    Small(i64),
    /// Does not.
    Big(Ref<Int>),
}

impl Operand {
    /// The integer that a value is: `int`, `bool`, or an instance of a subclass.
    #[inline]
    pub fn of(value: Value) -> Option<Operand> {
        if value.is_int() {
            return Some(Operand::Small(value.as_int()));
        }
        if value.is_bool() {
            return Some(Operand::Small(i64::from(value.is_true())));
        }
        value.cast::<Int>().map(Operand::of_object)
    }

    /// As [`Self::of`], but only for `int` and `bool` themselves.
    #[inline]
    pub fn exact(value: Value) -> Option<Operand> {
        if value.is_int() {
            return Some(Operand::Small(value.as_int()));
        }
        if value.is_bool() {
            return Some(Operand::Small(i64::from(value.is_true())));
        }
        value.cast_exact::<Int>().map(Operand::of_object)
    }

    #[inline]
    fn of_object(int: Ref<Int>) -> Operand {
        let small = match int.words() {
            [] => Some(0),
            &[word] if int.is_negative() => 0i64.checked_sub_unsigned(word),
            &[word] => i64::try_from(word).ok(),
            _ => None,
        };
        small.map_or(Operand::Big(int), Operand::Small)
    }

    /// Sign and words; `buffer` holds those of a small operand.
    #[inline(always)]
    pub fn parts<'a>(&'a self, buffer: &'a mut [u64; 1]) -> Parts<'a> {
        match self {
            Operand::Small(value) => {
                buffer[0] = value.unsigned_abs();
                Parts { negative: *value < 0, words: &buffer[..usize::from(*value != 0)] }
            }
            Operand::Big(int) => int.parts(),
        }
    }

    /// Whether the number is less than zero.
    #[inline]
    pub fn is_negative(self) -> bool {
        match self {
            Operand::Small(value) => value < 0,
            Operand::Big(int) => int.is_negative(),
        }
    }

    /// Whether the number is zero.
    #[inline]
    pub fn is_zero(self) -> bool {
        matches!(self, Operand::Small(0))
    }

    /// Whether the lowest bit is set.
    pub fn is_odd(self) -> bool {
        match self {
            Operand::Small(value) => value & 1 == 1,
            Operand::Big(int) => int.words()[0] & 1 == 1,
        }
    }

    /// Bits of the magnitude.
    pub fn bit_length(self) -> u64 {
        match self {
            Operand::Small(value) => u64::from(64 - value.unsigned_abs().leading_zeros()),
            Operand::Big(int) => natural::bit_length(int.words()),
        }
    }

    /// The nearest float, infinite where the number is too large.
    pub fn to_f64(self) -> f64 {
        match self {
            Operand::Small(value) => value as f64,
            Operand::Big(int) => {
                let magnitude = natural::to_f64(int.words());
                if int.is_negative() { -magnitude } else { magnitude }
            }
        }
    }

    /// Order.
    #[inline]
    pub fn order(self, other: Operand) -> Ordering {
        match (self, other) {
            (Operand::Small(a), Operand::Small(b)) => a.cmp(&b),
            (Operand::Small(_), Operand::Big(b)) => {
                if b.is_negative() {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            (Operand::Big(a), Operand::Small(_)) => {
                if a.is_negative() {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (Operand::Big(a), Operand::Big(b)) => match (a.is_negative(), b.is_negative()) {
                (false, true) => Ordering::Greater,
                (true, false) => Ordering::Less,
                (false, false) => natural::compare(a.words(), b.words()),
                (true, true) => natural::compare(b.words(), a.words()),
            },
        }
    }

    /// Order against a float, exactly; `None` for NaN.
    pub fn order_real(self, float: f64) -> Option<Ordering> {
        if float.is_nan() {
            return None;
        }
        if float.is_infinite() {
            return Some(if float > 0.0 { Ordering::Less } else { Ordering::Greater });
        }
        let whole = float.trunc();
        let order = match self {
            Operand::Small(value) if whole >= -(2f64.powi(63)) && whole < 2f64.powi(63) => {
                value.cmp(&(whole as i64))
            }
            // Beyond 64 bits, the float's sign decides.
            Operand::Small(_) => {
                if whole > 0.0 {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            Operand::Big(int) => {
                if int.is_negative() != (float < 0.0) {
                    if int.is_negative() { Ordering::Less } else { Ordering::Greater }
                } else {
                    let order = natural::compare(int.words(), &natural::from_f64(whole));
                    if int.is_negative() { order.reverse() } else { order }
                }
            }
        };
        // Equal without the fraction: then it decides.
        Some(order.then_with(|| 0.0.partial_cmp(&(float - whole)).unwrap_or(Ordering::Equal)))
    }

    /// The integer as a value of the class `int` itself.
    pub fn to_value(self, th: &Thread) -> Result<Value, Raised> {
        match self {
            Operand::Small(value) => th.int_from_i64(value),
            Operand::Big(int) if int.value().cast_exact::<Int>().is_some() => Ok(int.value()),
            Operand::Big(int) => th.int_from_words(int.is_negative(), int.words()),
        }
    }

    /// A copy of sign and words in Rust's own memory.
    pub fn to_owned(self) -> (bool, Words) {
        let mut buffer = [0];
        let parts = self.parts(&mut buffer);
        (parts.negative, Words::from_slice(parts.words))
    }
}

/// Whether a value is an integer: `int`, `bool`, or an instance of a subclass.
#[inline]
pub fn is_int_like(value: Value) -> bool {
    value.is_int() || value.is_bool() || value.cast::<Int>().is_some()
}

/// An integer as a value of the class `int` itself. What is no integer stays as it is.
#[inline]
pub fn plain(th: &Thread, value: Value) -> Result<Value, Raised> {
    if value.is_int() {
        return Ok(value);
    }
    match Operand::of(value) {
        Some(operand) => operand.to_value(th),
        None => Ok(value),
    }
}

/// An integer that fits 64 bits; `None` for what is larger or no integer.
#[inline]
pub fn as_i64(value: Value) -> Option<i64> {
    match Operand::of(value)? {
        Operand::Small(value) => Some(value),
        Operand::Big(_) => None,
    }
}

/// An integer that fits 64 bits without a sign; `None` for what is out of range or no integer.
pub fn as_u64(value: Value) -> Option<u64> {
    match Operand::of(value)? {
        Operand::Small(value) => u64::try_from(value).ok(),
        Operand::Big(int) => match int.words() {
            &[word] if !int.is_negative() => Some(word),
            _ => None,
        },
    }
}

/// Whether a value is an integer less than zero.
pub fn is_negative(value: Value) -> bool {
    Operand::of(value).is_some_and(Operand::is_negative)
}

/// The order of two integers; `None` if one of the values is none.
pub fn compare(a: Value, b: Value) -> Option<Ordering> {
    Some(Operand::of(a)?.order(Operand::of(b)?))
}

/// The hash of an integer: its value modulo 2^61 − 1. What is no integer hashes like 0.
pub fn hash_of(value: Value) -> i64 {
    match Operand::of(value) {
        Some(Operand::Small(value)) => orochi_text::hash::hash_int(value),
        Some(Operand::Big(int)) => {
            orochi_text::hash::hash_int_words(int.is_negative(), int.words())
        }
        None => 0,
    }
}

/// The hash of a machine integer.
#[inline]
pub fn hash(value: i64) -> i64 {
    orochi_text::hash::hash_int(value)
}
