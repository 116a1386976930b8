//! Hashes of numbers: the value modulo 2^61 - 1, with the sign of the number.

use super::not_minus_one;

const BITS: u32 = 61;

/// The prime 2^61 - 1 (`sys.hash_info.modulus`).
pub const MODULUS: u64 = (1 << BITS) - 1;

/// The hash of infinity (`sys.hash_info.inf`).
const INFINITY: i64 = 314_159;

/// Factor of the imaginary part (`sys.hash_info.imag`).
const IMAGINARY: i64 = 1_000_003;

fn signed(negative: bool, residue: u64) -> i64 {
    let hash = residue as i64;
    not_minus_one(if negative { -hash } else { hash })
}

/// Hash of an integer.
#[inline]
pub fn hash_int(value: i64) -> i64 {
    signed(value < 0, value.unsigned_abs() % MODULUS)
}

/// Hash of a big integer: sign and 64-bit words of its magnitude, least significant first.
pub fn hash_int_words(negative: bool, words: &[u64]) -> i64 {
    let step = |residue: u64, word: &u64| {
        let value = u128::from(residue) << 64 | u128::from(*word);
        (value % u128::from(MODULUS)) as u64
    };
    signed(negative, words.iter().rev().fold(0, step))
}

/// `value × 2^exponent` modulo the prime.
fn shifted(value: u64, exponent: i32) -> u64 {
    let shift = exponent.rem_euclid(BITS as i32) as u32;
    // Multiplying by a power of two rotates 61 bits.
    let value = value % MODULUS;
    (value << shift & MODULUS | value.checked_shr(BITS - shift).unwrap_or(0)) % MODULUS
}

/// Hash of a float. A NaN hashes by identity: `identity` is the object's hash then.
pub fn hash_float(value: f64, identity: i64) -> i64 {
    if value.is_nan() {
        return not_minus_one(identity);
    }
    if value.is_infinite() {
        return if value > 0.0 { INFINITY } else { -INFINITY };
    }
    let whole = value as i64;
    if whole as f64 == value && whole != i64::MAX {
        return hash_int(whole);
    }
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = match (bits >> 52 & 0x7FF) as i32 {
        0 => (fraction, -1074),
        biased => (fraction | 1 << 52, biased - 1075),
    };
    signed(value < 0.0, shifted(mantissa, exponent))
}

/// Hash of a complex number.
pub fn hash_complex(real: f64, imaginary: f64, identity: i64) -> i64 {
    let imaginary = IMAGINARY.wrapping_mul(hash_float(imaginary, identity));
    not_minus_one(hash_float(real, identity).wrapping_add(imaginary))
}

/// Product modulo the prime, for hashes of fractions and decimals.
pub fn multiply_modulo(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(MODULUS)) as u64
}

/// The inverse modulo the prime; `None` for multiples of it.
pub fn inverse_modulo(value: u64) -> Option<u64> {
    // Fermat: the power of p - 2.
    let mut base = value % MODULUS;
    if base == 0 {
        return None;
    }
    let (mut exponent, mut result) = (MODULUS - 2, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply_modulo(result, base);
        }
        base = multiply_modulo(base, base);
        exponent >>= 1;
    }
    Some(result)
}
