//! Products.

use smallvec::smallvec;

use super::{LIBRARY, Words, from_library, library, trim};

/// `a * b`
pub fn multiply(a: &[u64], b: &[u64]) -> Words {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return Words::new();
    }
    if short.len() >= LIBRARY {
        return from_library(&(library(long) * library(short)));
    }
    let mut product: Words = smallvec![0; long.len() + short.len()];
    for (at, &factor) in short.iter().enumerate() {
        let row = &mut product[at..=at + long.len()];
        let mut carry = 0;
        for (slot, &word) in row.iter_mut().zip(long) {
            (*slot, carry) = word.carrying_mul_add(factor, *slot, carry);
        }
        row[long.len()] = carry;
    }
    trim(&mut product);
    product
}

/// `a * a`
pub fn square(a: &[u64]) -> Words {
    if a.len() >= LIBRARY {
        return from_library(&library(a).sqr());
    }
    multiply(a, a)
}
