//! Powers, roots, greatest common divisors, and arithmetic modulo a number.

use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::{ExtendedGcd, Gcd, SquareRoot};

use super::{Words, bit, bit_length, divide, from_library, from_u128, library, multiply, square};

/// `base ** exponent`. The caller has checked that the result has a reasonable size.
pub fn power(base: &[u64], exponent: u64) -> Words {
    let mut result = from_u128(1);
    for at in (0..u64::from(u64::BITS - exponent.leading_zeros())).rev() {
        result = square(&result);
        if exponent >> at & 1 == 1 {
            result = multiply(&result, base);
        }
    }
    result
}

/// `base ** exponent % modulus`; the modulus is not zero.
pub fn power_modulo(base: &[u64], exponent: &[u64], modulus: &[u64]) -> Words {
    if let &[modulus] = modulus {
        let base = match base {
            &[base] => base % modulus,
            base => divide(base, &[modulus]).1.first().copied().unwrap_or(0),
        };
        return from_u128(u128::from(power_modulo_word(base, exponent, modulus)));
    }
    let ring = ConstDivisor::new(library(modulus));
    from_library(&ring.reduce(library(base)).pow(&library(exponent)).residue())
}

fn power_modulo_word(base: u64, exponent: &[u64], modulus: u64) -> u64 {
    let multiply = |a: u64, b: u64| -> u64 {
        match (u32::try_from(a), u32::try_from(b)) {
            (Ok(a), Ok(b)) => u64::from(a) * u64::from(b) % modulus,
            _ => (u128::from(a) * u128::from(b) % u128::from(modulus)) as u64,
        }
    };
    let mut result = 1 % modulus;
    for at in (0..bit_length(exponent)).rev() {
        result = multiply(result, result);
        if bit(exponent, at) {
            result = multiply(result, base);
        }
    }
    result
}

/// The inverse of `value` modulo `modulus`, if there is one.
pub fn inverse(value: &[u64], modulus: &[u64]) -> Option<Words> {
    let modulus = library(modulus);
    let value = library(value) % &modulus;
    if modulus == UBig::ONE {
        return Some(Words::new());
    }
    if value == UBig::ZERO {
        return None;
    }
    let (divisor, factor, _) = (&value).gcd_ext(&modulus);
    if divisor != UBig::ONE {
        return None;
    }
    let (sign, magnitude) = factor.into_parts();
    let magnitude = magnitude % &modulus;
    let negative = sign == dashu_int::Sign::Negative && magnitude != UBig::ZERO;
    Some(from_library(&if negative { modulus - magnitude } else { magnitude }))
}

/// The greatest common divisor.
pub fn gcd(a: &[u64], b: &[u64]) -> Words {
    match (a, b) {
        ([], other) | (other, []) => Words::from_slice(other),
        (a, b) => from_library(&library(a).gcd(library(b))),
    }
}

/// `⌊√a⌋`
pub fn square_root(a: &[u64]) -> Words {
    from_library(&library(a).sqrt())
}
