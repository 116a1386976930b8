//! Between natural numbers and floats, correctly rounded (half to even).

use super::{Words, bit_length, divide, low_bits_zero, shift_left, shift_right, trim};

/// `2.0 ** exponent` for exponents from -1074 to 1023.
fn power_of_two(exponent: i64) -> f64 {
    if exponent >= -1022 {
        f64::from_bits(((exponent + 1023) as u64) << 52)
    } else {
        f64::from_bits(1 << (exponent + 1074))
    }
}

/// `mantissa × 2^exponent`, rounded; infinite where it is too large. Digits that were cut off
/// below the mantissa must be represented by its lowest bit, and it must then have at least 55.
pub fn round_to_f64(mantissa: u128, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let bits = i64::from(128 - mantissa.leading_zeros());
    let top = exponent.saturating_add(bits - 1);
    if top > 1023 {
        return f64::INFINITY;
    }
    if top < -1075 {
        return 0.0;
    }
    // The exponent of the last place.
    let unit = (top - 52).max(-1074);
    let drop = unit - exponent;
    if drop <= 0 {
        return (mantissa << -drop) as f64 * power_of_two(unit);
    }
    if drop >= 128 {
        return 0.0;
    }
    let (mut kept, rest) = (mantissa >> drop, mantissa & ((1 << drop) - 1));
    let half = 1u128 << (drop - 1);
    if rest > half || (rest == half && kept & 1 == 1) {
        kept += 1;
    }
    kept as f64 * power_of_two(unit)
}

/// The top 64 bits, the last of them set if anything below is, and the exponent that goes with
/// them: `number ≈ mantissa × 2^exponent`.
pub fn mantissa(words: &[u64]) -> (u64, u64) {
    let bits = bit_length(words);
    if bits <= 64 {
        return (words.first().copied().unwrap_or(0), 0);
    }
    let drop = bits - 64;
    let top = shift_right(words, drop).first().copied().unwrap_or(0);
    (top | u64::from(!low_bits_zero(words, drop)), drop)
}

/// The nearest float; infinite where the number is too large.
pub fn to_f64(words: &[u64]) -> f64 {
    match *words {
        [] => 0.0,
        [word] => word as f64,
        _ if words.len() > 17 => f64::INFINITY,
        _ => {
            let start = words.len() - 3.min(words.len());
            let below = words[..start].iter().any(|&word| word != 0);
            let (mut top, exponent) = mantissa(&words[start..]);
            top |= u64::from(below);
            round_to_f64(u128::from(top), (exponent + start as u64 * 64) as i64)
        }
    }
}

/// `a / b`, correctly rounded; infinite where it is too large. `b` is not zero.
pub fn divide_to_f64(a: &[u64], b: &[u64]) -> f64 {
    if a.is_empty() {
        return 0.0;
    }
    let size = bit_length(a) as i64 - bit_length(b) as i64;
    if size > 1025 {
        return f64::INFINITY;
    }
    if size < -1080 {
        return 0.0;
    }
    // A quotient of 66 or 67 bits.
    let shift = 66 - size;
    let (quotient, remainder) = if shift >= 0 {
        divide(&shift_left(a, shift as u64), b)
    } else {
        divide(a, &shift_left(b, shift.unsigned_abs()))
    };
    let low = quotient.first().copied().unwrap_or(0);
    let high = quotient.get(1).copied().unwrap_or(0);
    let sticky = u128::from(!remainder.is_empty());
    round_to_f64(u128::from(high) << 64 | u128::from(low) | sticky, -shift)
}

/// The magnitude of a finite float without its fraction.
pub fn from_f64(value: f64) -> Words {
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64 - 1075;
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let mut words = if exponent >= 0 {
        shift_left(&[mantissa], exponent as u64)
    } else if exponent > -64 {
        Words::from_slice(&[mantissa >> -exponent])
    } else {
        Words::new()
    };
    trim(&mut words);
    words
}
