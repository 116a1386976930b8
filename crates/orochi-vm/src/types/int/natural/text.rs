//! Between natural numbers and digits.

use dashu_int::UBig;

use super::{LIBRARY, Words, bit_length, divide_by_word, from_library, library, trim};

/// The largest power of ten in a word, and its exponent.
const CHUNK: (u64, usize) = (10_000_000_000_000_000_000, 19);

/// Decimal digits.
pub fn decimal(words: &[u64]) -> String {
    match *words {
        [] => "0".to_owned(),
        [word] => word.to_string(),
        _ if words.len() >= LIBRARY => library(words).to_string(),
        _ => {
            let mut rest = Words::from_slice(words);
            let mut chunks = Words::new();
            while !rest.is_empty() {
                chunks.push(divide_by_word(&mut rest, CHUNK.0));
            }
            let mut out = String::with_capacity(chunks.len() * CHUNK.1);
            let mut chunks = chunks.iter().rev();
            if let Some(first) = chunks.next() {
                out.push_str(&first.to_string());
            }
            let mut digits = [0u8; CHUNK.1];
            for &chunk in chunks {
                let mut chunk = chunk;
                for digit in digits.iter_mut().rev() {
                    *digit = b'0' + (chunk % 10) as u8;
                    chunk /= 10;
                }
                out.extend(digits.iter().map(|&digit| digit as char));
            }
            out
        }
    }
}

/// Digits in a base that is a power of two (2, 4, 8, 16 or 32), lower case.
pub fn radix(words: &[u64], bits: u32) -> String {
    if words.is_empty() {
        return "0".to_owned();
    }
    let count = bit_length(words).div_ceil(u64::from(bits));
    let mut out = String::with_capacity(count as usize);
    for at in (0..count).rev() {
        let from = at * u64::from(bits);
        let (word, offset) = ((from / 64) as usize, from % 64);
        let mut digit = words[word] >> offset;
        if offset + u64::from(bits) > 64 {
            digit |= words.get(word + 1).copied().unwrap_or(0) << (64 - offset);
        }
        let digit = digit as u32 & ((1 << bits) - 1);
        out.push(char::from_digit(digit, 32).unwrap_or('0'));
    }
    out
}

/// The number that ASCII digits (letters in any case) of a base from 2 to 36 stand for. `None` if
/// one of them is no digit of the base.
pub fn from_digits(digits: &str, base: u32) -> Option<Words> {
    if base.is_power_of_two() {
        return from_binary(digits, base);
    }
    let (mut chunk, mut size) = (u64::from(base), 1);
    while let Some(next) = chunk.checked_mul(u64::from(base)) {
        (chunk, size) = (next, size + 1);
    }
    if digits.len() > 2 * LIBRARY * size {
        return UBig::from_str_radix(digits, base).ok().map(|number| from_library(&number));
    }
    let mut words = Words::new();
    let mut rest = digits.as_bytes();
    while !rest.is_empty() {
        // The first piece takes what is over, so that the others are whole.
        let length = match rest.len() % size {
            0 => size,
            short => short,
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        let mut value = 0;
        for &byte in piece {
            value = value * u64::from(base) + u64::from((byte as char).to_digit(base)?);
        }
        let factor = if length == size { chunk } else { 0 };
        let mut carry = value;
        for word in &mut words {
            (*word, carry) = word.carrying_mul(factor, carry);
        }
        if carry != 0 {
            words.push(carry);
        }
    }
    Some(words)
}

fn from_binary(digits: &str, base: u32) -> Option<Words> {
    let bits = base.trailing_zeros();
    let mut words = Words::with_capacity(digits.len() * bits as usize / 64 + 1);
    let (mut word, mut filled) = (0u64, 0);
    for byte in digits.bytes().rev() {
        let digit = u64::from((byte as char).to_digit(base)?);
        word |= digit << filled;
        filled += bits;
        if filled >= 64 {
            words.push(word);
            filled -= 64;
            word = digit >> (bits - filled);
        }
    }
    words.push(word);
    trim(&mut words);
    Some(words)
}
