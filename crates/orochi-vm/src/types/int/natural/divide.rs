//! Quotients and remainders.
//!
//! Division by a word multiplies by the word's reciprocal (Möller and Granlund, "Improved division
//! by invariant integers", 2011); longer divisors use the schoolbook method (Knuth, TAOCP 4.3.1,
//! algorithm D) with the same reciprocal for the digits of the quotient.

use smallvec::smallvec;

use super::{LIBRARY, Words, compare, from_library, from_u128, library, shift_right, trim};

/// A divisor of one word whose top bit is set, with its reciprocal.
#[derive(Clone, Copy)]
struct Reciprocal {
    divisor: u64,
    /// `⌊(2^128 - 1) / divisor⌋ - 2^64`
    inverse: u64,
}

impl Reciprocal {
    fn new(divisor: u64) -> Self {
        debug_assert!(divisor >> 63 == 1);
        let numerator = u128::from(!divisor) << 64 | u128::from(u64::MAX);
        Self { divisor, inverse: (numerator / u128::from(divisor)) as u64 }
    }

    /// Quotient and remainder of `high:low`, where `high` is less than the divisor.
    #[inline(always)]
    fn divide(self, high: u64, low: u64) -> (u64, u64) {
        let estimate = u128::from(self.inverse) * u128::from(high);
        let estimate = estimate.wrapping_add(u128::from(high) << 64 | u128::from(low));
        let (fraction, mut quotient) = (estimate as u64, ((estimate >> 64) as u64).wrapping_add(1));
        let mut remainder = low.wrapping_sub(quotient.wrapping_mul(self.divisor));
        if remainder > fraction {
            quotient = quotient.wrapping_sub(1);
            remainder = remainder.wrapping_add(self.divisor);
        }
        if remainder >= self.divisor {
            quotient = quotient.wrapping_add(1);
            remainder -= self.divisor;
        }
        (quotient, remainder)
    }
}

/// Divides in place by a word that is not zero; the result is the remainder.
pub fn divide_by_word(words: &mut Words, divisor: u64) -> u64 {
    let shift = divisor.leading_zeros();
    let reciprocal = Reciprocal::new(divisor << shift);
    // The numerator is shifted along, a word at a time.
    let mut remainder = match words.last() {
        Some(&top) if shift > 0 => top >> (64 - shift),
        _ => 0,
    };
    for at in (0..words.len()).rev() {
        let below = if at > 0 && shift > 0 { words[at - 1] >> (64 - shift) } else { 0 };
        let word = words[at] << shift | below;
        (words[at], remainder) = reciprocal.divide(remainder, word);
    }
    trim(words);
    remainder >> shift
}

/// Quotient and remainder; `b` is not zero.
pub fn divide(a: &[u64], b: &[u64]) -> (Words, Words) {
    if compare(a, b).is_lt() {
        return (Words::new(), Words::from_slice(a));
    }
    if let (&[a0, a1], &[b0, b1]) = (a, b) {
        let join = |low, high| u128::from(high) << 64 | u128::from(low);
        let (a, b): (u128, u128) = (join(a0, a1), join(b0, b1));
        return (from_u128(a / b), from_u128(a % b));
    }
    if let &[divisor] = b {
        let mut quotient = Words::from_slice(a);
        let remainder = divide_by_word(&mut quotient, divisor);
        return (quotient, from_u128(u128::from(remainder)));
    }
    if b.len() >= LIBRARY && a.len() - b.len() >= LIBRARY {
        let (a, b) = (library(a), library(b));
        let quotient = &a / &b;
        let remainder = a - &quotient * b;
        return (from_library(&quotient), from_library(&remainder));
    }
    schoolbook(a, b)
}

/// Copies `words`, shifted to the left by less than a word, with room for what leaves at the top.
fn shifted(words: &[u64], shift: u32, extra: usize) -> Words {
    let mut out = Words::with_capacity(words.len() + extra);
    let mut carry = 0;
    for &word in words {
        out.push(word << shift | carry);
        carry = if shift > 0 { word >> (64 - shift) } else { 0 };
    }
    if extra > 0 {
        out.push(carry);
    }
    out
}

/// Algorithm D: `a` has at least as many words as `b`, which has at least two.
fn schoolbook(a: &[u64], b: &[u64]) -> (Words, Words) {
    let n = b.len();
    let shift = b[n - 1].leading_zeros();
    let divisor = shifted(b, shift, 0);
    let mut rest = shifted(a, shift, 1);
    let (top, second) = (divisor[n - 1], divisor[n - 2]);
    let reciprocal = Reciprocal::new(top);
    let mut quotient: Words = smallvec![0; a.len() - n + 1];
    for at in (0..quotient.len()).rev() {
        let window = &mut rest[at..=at + n];
        let (high, middle, low) = (window[n], window[n - 1], window[n - 2]);
        let (mut digit, excess) = if high >= top {
            let (sum, overflow) = middle.overflowing_add(top);
            (u64::MAX, (!overflow).then_some(sum))
        } else {
            let (digit, remainder) = reciprocal.divide(high, middle);
            (digit, Some(remainder))
        };
        // At most two too large; the second word tells nearly always.
        let mut excess = excess;
        while let Some(remainder) = excess {
            let wanted = u128::from(digit) * u128::from(second);
            if wanted <= u128::from(remainder) << 64 | u128::from(low) {
                break;
            }
            digit -= 1;
            excess = remainder.checked_add(top);
        }
        if subtract_product(window, &divisor, digit) {
            digit -= 1;
            let mut carry = false;
            for (word, &other) in window.iter_mut().zip(&divisor) {
                (*word, carry) = word.carrying_add(other, carry);
            }
            window[n] = window[n].wrapping_add(u64::from(carry));
        }
        quotient[at] = digit;
    }
    rest.truncate(n);
    trim(&mut quotient);
    trim(&mut rest);
    let remainder = shift_right(&rest, u64::from(shift));
    (quotient, remainder)
}

/// `window -= divisor * digit`; whether that went below zero.
#[inline]
fn subtract_product(window: &mut [u64], divisor: &[u64], digit: u64) -> bool {
    let (mut carry, mut borrow) = (0, false);
    for (word, &other) in window.iter_mut().zip(divisor) {
        let (product, high) = other.carrying_mul(digit, carry);
        carry = high;
        (*word, borrow) = word.borrowing_sub(product, borrow);
    }
    let last = &mut window[divisor.len()];
    (*last, borrow) = last.borrowing_sub(carry, borrow);
    borrow
}
