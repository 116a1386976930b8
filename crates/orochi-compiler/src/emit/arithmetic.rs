//! Arithmetic on constants, as Python does it. `None` where the result is an error, too large, or
//! better left to run time.

use crate::ast::{Operator, UnaryOp};
use crate::code::Constant;
use std::sync::Arc;

/// Longest string that repetition may fold to.
const MAX_STRING: usize = 4096;
/// Longest tuple that repetition may fold to.
const MAX_TUPLE: usize = 256;

/// An integer result.
fn integer(value: i128) -> Constant {
    match i64::try_from(value) {
        Ok(value) => Constant::Int(value),
        Err(_) => {
            let magnitude = value.unsigned_abs();
            let mut words = vec![magnitude as u64, (magnitude >> 64) as u64];
            if words[1] == 0 {
                words.pop();
            }
            Constant::BigInt { negative: value < 0, words: words.into() }
        }
    }
}

/// `op value`
pub(super) fn unary(op: UnaryOp, value: &Constant) -> Option<Constant> {
    Some(match (op, value) {
        (UnaryOp::Not, value) => Constant::Bool(!super::condition::truth(value)),
        (UnaryOp::USub, Constant::Float(value)) => Constant::Float(-value),
        (UnaryOp::UAdd, Constant::Float(_) | Constant::Complex(..) | Constant::BigInt { .. }) => {
            value.clone()
        }
        (UnaryOp::USub, Constant::Complex(real, imaginary)) => Constant::Complex(-real, -imaginary),
        (UnaryOp::USub, Constant::BigInt { negative, words }) => {
            // -(2**63) fits again.
            if !negative && **words == [1 << 63] {
                return Some(Constant::Int(i64::MIN));
            }
            Constant::BigInt { negative: !negative, words: words.clone() }
        }
        // `~True` warns at run time.
        (UnaryOp::Invert, Constant::Int(value)) => Constant::Int(!value),
        (op, value) => {
            let value = small(value)?;
            match op {
                UnaryOp::USub => integer(-value),
                UnaryOp::UAdd => integer(value),
                _ => return None,
            }
        }
    })
}

/// The value of a small integer or bool.
fn small(constant: &Constant) -> Option<i128> {
    match constant {
        Constant::Int(value) => Some(i128::from(*value)),
        Constant::Bool(value) => Some(i128::from(*value)),
        Constant::BigInt { negative, words } if words.len() <= 2 => {
            let high = words.get(1).copied().unwrap_or(0);
            let magnitude = i128::try_from(u128::from(high) << 64 | u128::from(words[0])).ok()?;
            Some(if *negative { -magnitude } else { magnitude })
        }
        _ => None,
    }
}

/// `left op right`
pub(super) fn binary(left: &Constant, op: Operator, right: &Constant) -> Option<Constant> {
    if let (Constant::Bool(a), Constant::Bool(b)) = (left, right) {
        match op {
            Operator::BitAnd => return Some(Constant::Bool(a & b)),
            Operator::BitOr => return Some(Constant::Bool(a | b)),
            Operator::BitXor => return Some(Constant::Bool(a ^ b)),
            _ => {}
        }
    }
    if let (Some(left), Some(right)) = (small(left), small(right)) {
        return integers(left, op, right);
    }
    match (left, right) {
        (Constant::Str(a), Constant::Str(b)) if op == Operator::Add => {
            Some(Constant::Str(joined(a, b)))
        }
        (Constant::Bytes(a), Constant::Bytes(b)) if op == Operator::Add => {
            Some(Constant::Bytes(joined(a, b)))
        }
        (Constant::Tuple(a), Constant::Tuple(b)) if op == Operator::Add => {
            Some(Constant::Tuple(a.iter().chain(b.iter()).cloned().collect()))
        }
        (Constant::Int(count), sequence) | (sequence, Constant::Int(count))
            if op == Operator::Mult && is_sequence(sequence) =>
        {
            repeat(sequence, *count)
        }
        (Constant::Complex(..), _) | (_, Constant::Complex(..)) => complex(left, op, right),
        _ => floats(float(left)?, op, float(right)?),
    }
}

fn joined(a: &Arc<[u8]>, b: &Arc<[u8]>) -> Arc<[u8]> {
    [&a[..], &b[..]].concat().into()
}

fn is_sequence(constant: &Constant) -> bool {
    matches!(constant, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_))
}

fn repeat(sequence: &Constant, count: i64) -> Option<Constant> {
    let count = usize::try_from(count.max(0)).ok()?;
    let fits =
        |length: usize, most: usize| length.checked_mul(count).is_some_and(|total| total <= most);
    match sequence {
        Constant::Str(bytes) if fits(bytes.len(), MAX_STRING) => {
            Some(Constant::Str(bytes.repeat(count).into()))
        }
        Constant::Bytes(bytes) if fits(bytes.len(), MAX_STRING) => {
            Some(Constant::Bytes(bytes.repeat(count).into()))
        }
        Constant::Tuple(items) if fits(items.len(), MAX_TUPLE) => {
            let all = items.iter().cycle().take(items.len() * count).cloned();
            Some(Constant::Tuple(all.collect()))
        }
        _ => None,
    }
}

fn integers(left: i128, op: Operator, right: i128) -> Option<Constant> {
    Some(integer(match op {
        Operator::Add => left.checked_add(right)?,
        Operator::Sub => left.checked_sub(right)?,
        Operator::Mult => left.checked_mul(right)?,
        Operator::FloorDiv if right != 0 => {
            left.div_euclid(right) - i128::from(right < 0 && left.rem_euclid(right) != 0)
        }
        Operator::Mod if right != 0 => {
            let rest = left.rem_euclid(right);
            if right < 0 && rest != 0 { rest + right } else { rest }
        }
        Operator::Pow => left.checked_pow(u32::try_from(right).ok()?)?,
        Operator::LShift => {
            let shift = u32::try_from(right).ok().filter(|&s| s < 127)?;
            left.checked_mul(1i128 << shift)?
        }
        Operator::RShift => left >> u32::try_from(right).ok()?.min(127),
        Operator::BitAnd => left & right,
        Operator::BitOr => left | right,
        Operator::BitXor => left ^ right,
        Operator::Div => {
            let exact = |value: i128| value.unsigned_abs() <= 1 << 53;
            if right == 0 || !exact(left) || !exact(right) {
                return None;
            }
            return Some(Constant::Float(left as f64 / right as f64));
        }
        _ => return None,
    }))
}

fn float(constant: &Constant) -> Option<f64> {
    match constant {
        Constant::Float(value) => Some(*value),
        Constant::Bool(value) => Some(f64::from(u8::from(*value))),
        Constant::Int(value) if value.unsigned_abs() <= 1 << 53 => Some(*value as f64),
        _ => None,
    }
}

fn floats(left: f64, op: Operator, right: f64) -> Option<Constant> {
    Some(Constant::Float(match op {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => left * right,
        Operator::Div if right != 0.0 => left / right,
        Operator::Pow if left > 0.0 => {
            let result = left.powf(right);
            if !result.is_finite() {
                return None;
            }
            result
        }
        _ => return None,
    }))
}

/// Sums and differences; a real operand has no imaginary part, rather than one of zero.
fn complex(left: &Constant, op: Operator, right: &Constant) -> Option<Constant> {
    let (real, imaginary) = match (left, right) {
        (Constant::Complex(a, b), Constant::Complex(c, d)) => match op {
            Operator::Add => (a + c, b + d),
            Operator::Sub => (a - c, b - d),
            _ => return None,
        },
        (Constant::Complex(a, b), real) => match op {
            Operator::Add => (a + float(real)?, *b),
            Operator::Sub => (a - float(real)?, *b),
            _ => return None,
        },
        (real, Constant::Complex(c, d)) => match op {
            Operator::Add => (float(real)? + c, *d),
            Operator::Sub => (float(real)? - c, -d),
            _ => return None,
        },
        _ => return None,
    };
    Some(Constant::Complex(real, imaginary))
}
