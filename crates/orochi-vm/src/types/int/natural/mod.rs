//! Arithmetic of natural numbers: the magnitudes of big integers.
//!
//! A number is a slice of 64-bit words, the least significant first, without leading zeros (zero
//! has no words). Results are built in a small vector, so that numbers of a few words touch no
//! allocator before the object is made. Sizes that ordinary programs use go through the loops of
//! this folder; from [`LIBRARY`] words on, multiplication and division are `dashu`'s, whose
//! algorithms are sub-quadratic, as are its conversions to and from text.
//!
//! Nothing here knows Python or a thread: long computations run on these functions while their
//! thread is away.

mod add;
mod bits;
mod divide;
mod multiply;
mod power;
mod real;
#[cfg(test)]
mod tests;
mod text;

use std::cmp::Ordering;

use dashu_int::UBig;
use smallvec::SmallVec;

pub use add::{add, subtract};
pub use bits::{bit, bit_count, bitwise, low_bits_zero, shift_left, shift_right, trailing_zeros};
pub use divide::{divide, divide_by_word};
pub use multiply::{multiply, square};
pub use power::{gcd, inverse, power, power_modulo, square_root};
pub use real::{divide_to_f64, from_f64, mantissa, round_to_f64, to_f64};
pub use text::{decimal, from_digits, radix};

/// A number under construction.
pub type Words = SmallVec<[u64; 8]>;

/// Words from which on the library's algorithms are faster than the loops here.
pub(super) const LIBRARY: usize = 40;

/// Drops leading zeros.
#[inline]
pub fn trim(words: &mut Words) {
    while words.last() == Some(&0) {
        words.pop();
    }
}

/// Without leading zeros.
#[inline]
pub fn trimmed(mut words: &[u64]) -> &[u64] {
    while let [rest @ .., 0] = words {
        words = rest;
    }
    words
}

/// The number of bits.
#[inline]
pub fn bit_length(words: &[u64]) -> u64 {
    match words.last() {
        Some(top) => words.len() as u64 * 64 - u64::from(top.leading_zeros()),
        None => 0,
    }
}

/// Order.
#[inline]
pub fn compare(a: &[u64], b: &[u64]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// From one double word.
#[inline]
pub fn from_u128(value: u128) -> Words {
    let mut words =
        Words::from_buf_and_len([value as u64, (value >> 64) as u64, 0, 0, 0, 0, 0, 0], 2);
    trim(&mut words);
    words
}

/// As the library's number.
fn library(words: &[u64]) -> UBig {
    UBig::from_words(words)
}

/// From the library's number.
fn from_library(number: &UBig) -> Words {
    let mut words = Words::from_slice(number.as_words());
    trim(&mut words);
    words
}
