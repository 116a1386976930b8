//! Shifts, and the bitwise operators on two's complement of unlimited length.

use smallvec::smallvec;

use super::{Words, trim};

/// `words << count`. The caller has checked that the result has a reasonable size.
pub fn shift_left(words: &[u64], count: u64) -> Words {
    if words.is_empty() {
        return Words::new();
    }
    let (whole, bits) = ((count / 64) as usize, count % 64);
    let mut out: Words = smallvec![0; whole];
    out.reserve_exact(words.len() + 1);
    if bits == 0 {
        out.extend_from_slice(words);
        return out;
    }
    let mut carry = 0;
    for &word in words {
        out.push(word << bits | carry);
        carry = word >> (64 - bits);
    }
    if carry != 0 {
        out.push(carry);
    }
    out
}

/// `words >> count`, rounded towards zero.
pub fn shift_right(words: &[u64], count: u64) -> Words {
    let (whole, bits) = (usize::try_from(count / 64).unwrap_or(usize::MAX), count % 64);
    let Some(kept) = words.get(whole..) else { return Words::new() };
    if bits == 0 {
        return Words::from_slice(kept);
    }
    let mut out = Words::with_capacity(kept.len());
    for (at, &word) in kept.iter().enumerate() {
        let above = kept.get(at + 1).map_or(0, |next| next << (64 - bits));
        out.push(word >> bits | above);
    }
    trim(&mut out);
    out
}

/// Whether the lowest `count` bits are all zero.
pub fn low_bits_zero(words: &[u64], count: u64) -> bool {
    let whole = usize::try_from(count / 64).unwrap_or(usize::MAX);
    if whole >= words.len() {
        return words.iter().all(|&word| word == 0);
    }
    words[..whole].iter().all(|&word| word == 0) && words[whole] & ((1 << (count % 64)) - 1) == 0
}

/// One bit.
pub fn bit(words: &[u64], at: u64) -> bool {
    words.get((at / 64) as usize).is_some_and(|word| word >> (at % 64) & 1 == 1)
}

/// The number of one bits.
pub fn bit_count(words: &[u64]) -> u64 {
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// The number of zero bits below the lowest one; 0 for zero.
pub fn trailing_zeros(words: &[u64]) -> u64 {
    match words.iter().position(|&word| word != 0) {
        Some(at) => at as u64 * 64 + u64::from(words[at].trailing_zeros()),
        None => 0,
    }
}

/// The words of a number in two's complement, without end.
fn complement(negative: bool, words: &[u64]) -> impl Iterator<Item = u64> {
    let mut carry = negative;
    words.iter().copied().chain(std::iter::repeat(0)).map(move |word| {
        if !negative {
            return word;
        }
        let (word, overflow) = (!word).overflowing_add(u64::from(carry));
        carry = overflow;
        word
    })
}

/// A bitwise operator on signed numbers: sign and magnitude of the result.
pub fn bitwise(
    a: (bool, &[u64]),
    b: (bool, &[u64]),
    operator: impl Fn(u64, u64) -> u64,
) -> (bool, Words) {
    let length = a.1.len().max(b.1.len()) + 1;
    let sign = |negative: bool| if negative { u64::MAX } else { 0 };
    let negative = operator(sign(a.0), sign(b.0)) >> 63 == 1;
    let pairs = complement(a.0, a.1).zip(complement(b.0, b.1)).take(length);
    let mut out: Words = pairs.map(|(a, b)| operator(a, b)).collect();
    if negative {
        let mut carry = true;
        for word in &mut out {
            (*word, carry) = (!*word).overflowing_add(u64::from(carry));
        }
    }
    trim(&mut out);
    (negative, out)
}
