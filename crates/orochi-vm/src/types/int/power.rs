//! `**` and three-argument `pow()`.

use super::arithmetic::{MOST_BITS, compute, is_heavy};
use super::natural::{self, Words};
use super::operand::{Operand, Parts};
use crate::exception::Raised;
use crate::heap::Value;
use crate::thread::Thread;
use crate::types::float;

/// `base ** exponent`; a float if the exponent is negative.
pub fn power(th: &mut Thread, base: Operand, exponent: Operand) -> Result<Value, Raised> {
    if exponent.is_negative() {
        let (base, exponent) = (float::from_operand(th, base)?, float::from_operand(th, exponent)?);
        return float::power(th, base, exponent);
    }
    if let (Operand::Small(base), Operand::Small(exponent)) = (base, exponent)
        && let Some(result) =
            u32::try_from(exponent).ok().and_then(|e| i128::from(base).checked_pow(e))
    {
        return th.int_from_i128(result);
    }
    let mut buffer = [0];
    let parts = base.parts(&mut buffer);
    let negative = parts.negative && exponent.is_odd();
    if matches!(parts.words, [] | [1]) {
        // 0 ** 0 has been answered above.
        return th.int_from_words(negative, parts.words);
    }
    let least = natural::bit_length(parts.words) - 1;
    let exponent = match exponent {
        Operand::Small(exponent) if (exponent as u64).saturating_mul(least) < MOST_BITS => {
            exponent as u64
        }
        _ => return Err(th.memory_error()),
    };
    if natural::bit_count(parts.words) == 1 {
        return th.int_from_words(negative, &natural::shift_left(&[1], least * exponent));
    }
    let words = ((least + 1) * exponent / 64) as usize;
    let result = compute(th, is_heavy(words, words), parts.words, &[], |base, _| {
        natural::power(base, exponent)
    });
    th.int_from_words(negative, &result)
}

/// `pow(base, exponent, modulus)`
pub fn power_modulo(
    th: &mut Thread,
    base: Operand,
    exponent: Operand,
    modulus: Operand,
) -> Result<Value, Raised> {
    if modulus.is_zero() {
        return Err(th.value_error("pow() 3rd argument cannot be 0"));
    }
    let mut buffers = ([0], [0], [0]);
    let modulus = modulus.parts(&mut buffers.2);
    let exponent = exponent.parts(&mut buffers.1);
    let base = base.parts(&mut buffers.0);
    let size = modulus.words.len();
    let heavy =
        is_heavy(size * size, exponent.words.len() * 64) || is_heavy(size, base.words.len());
    let arguments = [base, exponent, modulus];
    let result = if heavy {
        let copies = arguments.map(|parts| (parts.negative, Words::from_slice(parts.words)));
        th.away(|| {
            let [base, exponent, modulus] = &copies;
            let base = Parts { negative: base.0, words: &base.1 };
            let exponent = Parts { negative: exponent.0, words: &exponent.1 };
            modular(base, exponent, &modulus.1)
        })
    } else {
        modular(base, exponent, modulus.words)
    };
    let Some(result) = result else {
        return Err(th.value_error("base is not invertible for the given modulus"));
    };
    if modulus.negative && !result.is_empty() {
        return th.int_from_parts((true, natural::subtract(modulus.words, &result)));
    }
    th.int_from_parts((false, result))
}

/// The power modulo a positive number; `None` if an inverse is needed and does not exist.
fn modular(base: Parts, exponent: Parts, modulus: &[u64]) -> Option<Words> {
    let mut reduced = natural::divide(base.words, modulus).1;
    if base.negative && !reduced.is_empty() {
        reduced = natural::subtract(modulus, &reduced);
    }
    if exponent.negative {
        reduced = natural::inverse(&reduced, modulus)?;
    }
    Some(natural::power_modulo(&reduced, exponent.words, modulus))
}
