//! `round(float, digits)`: correctly rounded in decimal, half to even on the exact binary value.

use super::digits::significant;
use crate::error::TextError;

/// Rounds to `digits` places after the point (before it, when negative).
pub fn round_float(value: f64, digits: i64) -> Result<f64, TextError> {
    if !value.is_finite() || value == 0.0 || digits > 323 {
        return Ok(value);
    }
    let zero = 0f64.copysign(value);
    if digits < -308 {
        return Ok(zero);
    }
    let magnitude = value.abs();
    let text = if digits >= 0 {
        let places = digits as usize;
        format!("{magnitude:.places$}")
    } else {
        // Significant digits left of the place that is rounded to.
        let whole = i64::from(significant(magnitude).1);
        match whole + digits {
            kept @ 1.. => {
                let after = kept as usize - 1;
                format!("{magnitude:.after$e}")
            }
            0 if magnitude > format!("5e{}", -digits - 1).parse().unwrap_or(f64::INFINITY) => {
                format!("1e{}", -digits)
            }
            _ => return Ok(zero),
        }
    };
    match text.parse::<f64>() {
        Ok(rounded) if rounded.is_finite() => Ok(rounded.copysign(value)),
        _ => Err(TextError::overflow("rounded value too large to represent")),
    }
}
