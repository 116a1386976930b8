//! Floats of 16 bits (IEEE 754 binary16).

/// The float with these bits.
pub fn from_half(half: u16) -> f64 {
    let magnitude = match (half >> 10 & 0x1f, half & 0x3ff) {
        (0, fraction) => f64::from(fraction) * 2f64.powi(-24),
        (0x1f, 0) => f64::INFINITY,
        (0x1f, _) => f64::NAN,
        (exponent, fraction) => f64::from(fraction | 0x400) * 2f64.powi(i32::from(exponent) - 25),
    };
    if half >> 15 == 1 { -magnitude } else { magnitude }
}

/// The nearest half, ties to even; `None` if it would be infinite.
pub fn to_half(number: f64) -> Option<u16> {
    let sign = u16::from(number.is_sign_negative()) << 15;
    if number.is_nan() {
        return Some(sign | 0x7e00);
    }
    if number.is_infinite() {
        return Some(sign | 0x7c00);
    }
    let magnitude = number.abs();
    if magnitude >= 65_520.0 {
        return None;
    }
    // Rounding to a whole number of last places is exact before it: scaling is by powers of two.
    let exponent = ((magnitude.to_bits() >> 52) as i32 - 1023).max(-14);
    let units = (magnitude * 2f64.powi(10 - exponent)).round_ties_even() as u16;
    // A carry out of the fraction makes the next exponent by itself.
    Some(sign | ((((exponent + 14) as u16) << 10) + units))
}

#[cfg(test)]
mod tests {
    use super::{from_half, to_half};

    #[test]
    fn all_halves_come_back() {
        for half in 0..=u16::MAX {
            let number = from_half(half);
            if !number.is_nan() {
                assert_eq!(to_half(number), Some(half), "{half:#x} {number}");
            }
        }
    }

    #[test]
    fn rounding() {
        for (number, half) in [
            (1.0, Some(0x3c00)),
            (1.0 + 2f64.powi(-11), Some(0x3c00)),
            (1.0 + 3.0 * 2f64.powi(-11), Some(0x3c02)),
            (65_519.99, Some(0x7bff)),
            (65_520.0, None),
            (2f64.powi(-25), Some(0)),
            (2f64.powi(-25) * 1.0001, Some(1)),
        ] {
            assert_eq!(to_half(number), half, "{number}");
        }
    }
}
