//! Sums and differences.

use super::{Words, trim};

/// `a + b`
pub fn add(a: &[u64], b: &[u64]) -> Words {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut sum = Words::with_capacity(long.len() + 1);
    sum.extend_from_slice(long);
    let mut carry = false;
    let (low, high) = sum.split_at_mut(short.len());
    for (word, &other) in low.iter_mut().zip(short) {
        (*word, carry) = word.carrying_add(other, carry);
    }
    for word in high {
        if !carry {
            break;
        }
        (*word, carry) = word.overflowing_add(1);
    }
    if carry {
        sum.push(1);
    }
    sum
}

/// `a - b`; `b` is at most `a`.
pub fn subtract(a: &[u64], b: &[u64]) -> Words {
    let mut difference = Words::from_slice(a);
    let mut borrow = false;
    let (low, high) = difference.split_at_mut(b.len());
    for (word, &other) in low.iter_mut().zip(b) {
        (*word, borrow) = word.borrowing_sub(other, borrow);
    }
    for word in high {
        if !borrow {
            break;
        }
        (*word, borrow) = word.overflowing_sub(1);
    }
    debug_assert!(!borrow, "the subtrahend is larger");
    trim(&mut difference);
    difference
}
