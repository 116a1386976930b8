//! The binary operators.
//!
//! Operands that fit 64 bits are computed in machine words; the others by the loops of
//! [`natural`]. What takes longer than about 100 µs runs on copies while the thread is away, so
//! that nobody waits for it (A4).

use super::natural::{self, Words};
use super::operand::{Operand, Parts};
use super::power;
use crate::exception::Raised;
use crate::heap::Value;
use crate::operation::{BinaryOp, Comparison};
use crate::thread::Thread;
use crate::types::float;
use crate::types::tuple::Tuple;

/// Steps of an inner loop that take about 100 µs.
const HEAVY: usize = 200_000;
/// The most bits that an integer may have; more is a `MemoryError`.
pub(super) const MOST_BITS: u64 = 1 << 33;

/// `left op right` for values of exactly the classes `int`, `bool` and `float`; `None` for all
/// others, and where these have no such operator.
#[inline]
pub fn fast_binary(
    th: &mut Thread,
    op: BinaryOp,
    left: Value,
    right: Value,
) -> Option<Result<Value, Raised>> {
    if op == BinaryOp::MatMul {
        return None;
    }
    if Value::both_ints(left, right) {
        return Some(binary(th, op, Operand::Small(left.as_int()), Operand::Small(right.as_int())));
    }
    if Value::is_number_pair(left, right) {
        return float::binary(th, op, left.number_as_f64(), right.number_as_f64());
    }
    mixed_binary(th, op, left, right)
}

fn mixed_binary(
    th: &mut Thread,
    op: BinaryOp,
    left: Value,
    right: Value,
) -> Option<Result<Value, Raised>> {
    if left.is_bool() && right.is_bool() {
        let (a, b) = (left.is_true(), right.is_true());
        match op {
            BinaryOp::And => return Some(Ok(Value::from_bool(a & b))),
            BinaryOp::Or => return Some(Ok(Value::from_bool(a | b))),
            BinaryOp::Xor => return Some(Ok(Value::from_bool(a ^ b))),
            _ => {}
        }
    }
    if left.is_float() || right.is_float() {
        if !float::has_operator(op) {
            return None;
        }
        let real = |th: &Thread, value: Value| -> Option<Result<f64, Raised>> {
            if value.is_float() {
                return Some(Ok(value.as_f64()));
            }
            Some(float::from_operand(th, Operand::exact(value)?))
        };
        let (left, right) = (real(th, left)?, real(th, right)?);
        return match (left, right) {
            (Ok(left), Ok(right)) => float::binary(th, op, left, right),
            (Err(raised), _) | (_, Err(raised)) => Some(Err(raised)),
        };
    }
    let left = Operand::exact(left)?;
    let right = Operand::exact(right)?;
    Some(binary(th, op, left, right))
}

/// `left op right` for values of exactly the classes `int`, `bool` and `float`.
#[inline]
pub fn fast_compare(op: Comparison, left: Value, right: Value) -> Option<bool> {
    if Value::both_ints(left, right) {
        return Some(op.holds(Some(left.as_int().cmp(&right.as_int()))));
    }
    if Value::is_number_pair(left, right) {
        return Some(op.holds(left.number_as_f64().partial_cmp(&right.number_as_f64())));
    }
    if left.is_float() {
        let order = Operand::exact(right)?.order_real(left.as_f64());
        return Some(op.swapped().holds(order));
    }
    let a = Operand::exact(left)?;
    if right.is_float() {
        return Some(op.holds(a.order_real(right.as_f64())));
    }
    Some(op.holds(Some(a.order(Operand::exact(right)?))))
}

/// `left op right`
pub fn binary(
    th: &mut Thread,
    op: BinaryOp,
    left: Operand,
    right: Operand,
) -> Result<Value, Raised> {
    if let (Operand::Small(a), Operand::Small(b)) = (left, right)
        && let Some(result) = small(th, op, a, b)
    {
        return result;
    }
    let (mut a, mut b) = ([0], [0]);
    let (a, b) = (left.parts(&mut a), right.parts(&mut b));
    match op {
        BinaryOp::Add => th.int_from_parts(sum(a, b)),
        BinaryOp::Sub => th.int_from_parts(sum(a, b.negated())),
        BinaryOp::Mul => multiply(th, a, b),
        BinaryOp::TrueDiv => true_divide(th, a, b),
        BinaryOp::FloorDiv => {
            let (quotient, _) = floor_divide(th, a, b)?;
            th.int_from_parts(quotient)
        }
        BinaryOp::Mod => {
            let (_, remainder) = floor_divide(th, a, b)?;
            th.int_from_parts(remainder)
        }
        BinaryOp::DivMod => {
            let (quotient, remainder) = floor_divide(th, a, b)?;
            let (quotient, remainder) =
                (th.int_from_parts(quotient)?, th.int_from_parts(remainder)?);
            Ok(Tuple::from_slice(th, &[quotient, remainder])?.value())
        }
        BinaryOp::Pow => power::power(th, left, right),
        BinaryOp::LShift => shift_left(th, left, right),
        BinaryOp::RShift => shift_right(th, left, right),
        BinaryOp::And => th.int_from_parts(natural::bitwise(a.pair(), b.pair(), |a, b| a & b)),
        BinaryOp::Or => th.int_from_parts(natural::bitwise(a.pair(), b.pair(), |a, b| a | b)),
        BinaryOp::Xor => th.int_from_parts(natural::bitwise(a.pair(), b.pair(), |a, b| a ^ b)),
        BinaryOp::MatMul => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// Machine words; `None` where their arithmetic does not suffice.
#[inline]
fn small(th: &mut Thread, op: BinaryOp, a: i64, b: i64) -> Option<Result<Value, Raised>> {
    Some(match op {
        BinaryOp::Add => th.int_from_i128(i128::from(a) + i128::from(b)),
        BinaryOp::Sub => th.int_from_i128(i128::from(a) - i128::from(b)),
        BinaryOp::Mul => th.int_from_i128(i128::from(a) * i128::from(b)),
        BinaryOp::FloorDiv | BinaryOp::Mod | BinaryOp::DivMod if b == 0 => {
            Err(division_by_zero(th))
        }
        BinaryOp::FloorDiv => th.int_from_i64(floor_quotient(a, b)?),
        BinaryOp::Mod => th.int_from_i64(floor_remainder(a, b)),
        BinaryOp::DivMod => {
            let quotient = floor_quotient(a, b)?;
            divmod_pair(th, quotient, floor_remainder(a, b))
        }
        BinaryOp::TrueDiv => {
            const EXACT: u64 = 1 << 53;
            if b == 0 {
                return Some(Err(division_by_zero(th)));
            }
            if a.unsigned_abs() > EXACT || b.unsigned_abs() > EXACT {
                return None;
            }
            Ok(Value::from_f64(a as f64 / b as f64))
        }
        BinaryOp::RShift if b >= 0 => th.int_from_i64(a >> b.min(63)),
        BinaryOp::LShift if (0..64).contains(&b) => th.int_from_i128(i128::from(a) << b),
        BinaryOp::And => th.int_from_i64(a & b),
        BinaryOp::Or => th.int_from_i64(a | b),
        BinaryOp::Xor => th.int_from_i64(a ^ b),
        _ => return None,
    })
}

fn divmod_pair(th: &Thread, quotient: i64, remainder: i64) -> Result<Value, Raised> {
    let pair = [th.int_from_i64(quotient)?, th.int_from_i64(remainder)?];
    Ok(Tuple::from_slice(th, &pair)?.value())
}

/// Floor division; `None` if the quotient is 2^63. The divisor is not zero.
fn floor_quotient(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(quotient - i64::from(a.wrapping_rem(b) != 0 && (a ^ b) < 0))
}

fn floor_remainder(a: i64, b: i64) -> i64 {
    let remainder = a.wrapping_rem(b);
    if remainder != 0 && (remainder ^ b) < 0 { remainder + b } else { remainder }
}

#[cold]
pub(super) fn division_by_zero(th: &Thread) -> Raised {
    th.zero_division_error("division by zero")
}

impl<'a> Parts<'a> {
    /// With the other sign.
    #[inline]
    pub fn negated(self) -> Parts<'a> {
        Parts { negative: !self.negative && !self.words.is_empty(), words: self.words }
    }

    /// Sign and words apart.
    #[inline]
    pub fn pair(self) -> (bool, &'a [u64]) {
        (self.negative, self.words)
    }

    /// A copy in Rust's own memory.
    fn to_owned(self) -> (bool, Words) {
        (self.negative, Words::from_slice(self.words))
    }
}

/// Runs a computation on two numbers; if it is heavy, on copies while the thread is away.
pub(super) fn compute<R>(
    th: &mut Thread,
    heavy: bool,
    a: &[u64],
    b: &[u64],
    work: impl FnOnce(&[u64], &[u64]) -> R,
) -> R {
    if !heavy {
        return work(a, b);
    }
    let (a, b) = (Words::from_slice(a), Words::from_slice(b));
    th.away(|| work(&a, &b))
}

/// Whether a computation with a loop in a loop takes long.
pub(super) fn is_heavy(outer: usize, inner: usize) -> bool {
    outer.saturating_mul(inner) > HEAVY
}

/// `a + b`
fn sum(a: Parts, b: Parts) -> (bool, Words) {
    if a.negative == b.negative {
        return (a.negative, natural::add(a.words, b.words));
    }
    if natural::compare(a.words, b.words).is_ge() {
        (a.negative, natural::subtract(a.words, b.words))
    } else {
        (b.negative, natural::subtract(b.words, a.words))
    }
}

fn multiply(th: &mut Thread, a: Parts, b: Parts) -> Result<Value, Raised> {
    let (x, y) = (a.words, b.words);
    if (x.len() + y.len()) as u64 * 64 > MOST_BITS {
        return Err(th.memory_error());
    }
    let product = compute(th, is_heavy(x.len(), y.len()), x, y, |x, y| {
        if std::ptr::eq(x, y) { natural::square(x) } else { natural::multiply(x, y) }
    });
    th.int_from_parts((a.negative != b.negative, product))
}

/// Whether a number is negative, and its magnitude.
type Signed = (bool, Words);

/// Quotient rounded down, and remainder with the sign of the divisor.
fn floor_divide(th: &mut Thread, a: Parts, b: Parts) -> Result<(Signed, Signed), Raised> {
    if b.words.is_empty() {
        return Err(division_by_zero(th));
    }
    let steps = a.words.len().saturating_sub(b.words.len()) + 1;
    let heavy = is_heavy(steps, b.words.len());
    let (mut quotient, mut remainder) = compute(th, heavy, a.words, b.words, natural::divide);
    if a.negative != b.negative && !remainder.is_empty() {
        quotient = natural::add(&quotient, &[1]);
        remainder = natural::subtract(b.words, &remainder);
    }
    Ok(((a.negative != b.negative, quotient), (b.negative, remainder)))
}

fn true_divide(th: &mut Thread, a: Parts, b: Parts) -> Result<Value, Raised> {
    if b.words.is_empty() {
        return Err(division_by_zero(th));
    }
    // The quotient has few words, but the divisor may have many.
    let heavy = is_heavy(4, a.words.len().max(b.words.len()));
    let quotient = compute(th, heavy, a.words, b.words, natural::divide_to_f64);
    if quotient.is_infinite() {
        return Err(th.overflow_error("integer division result too large for a float"));
    }
    Ok(Value::from_f64(if a.negative != b.negative { -quotient } else { quotient }))
}

fn shift_left(th: &mut Thread, left: Operand, right: Operand) -> Result<Value, Raised> {
    if right.is_negative() {
        return Err(th.value_error("negative shift count"));
    }
    if left.is_zero() {
        return Ok(Value::from_i32(0));
    }
    let Operand::Small(count) = right else {
        return Err(th.overflow_error("too many digits in integer"));
    };
    if count as u64 + left.bit_length() > MOST_BITS {
        return Err(th.memory_error());
    }
    let mut buffer = [0];
    let parts = left.parts(&mut buffer);
    th.int_from_parts((parts.negative, natural::shift_left(parts.words, count as u64)))
}

fn shift_right(th: &mut Thread, left: Operand, right: Operand) -> Result<Value, Raised> {
    if right.is_negative() {
        return Err(th.value_error("negative shift count"));
    }
    let mut buffer = [0];
    let parts = left.parts(&mut buffer);
    let count = match right {
        Operand::Small(count) => count as u64,
        Operand::Big(_) => u64::MAX,
    };
    let mut shifted = natural::shift_right(parts.words, count);
    // Rounded down: what is lost of a negative number counts.
    if parts.negative && !natural::low_bits_zero(parts.words, count) {
        shifted = natural::add(&shifted, &[1]);
    }
    th.int_from_parts((parts.negative, shifted))
}

/// Negation.
pub fn negate(th: &Thread, operand: Operand) -> Result<Value, Raised> {
    match operand {
        Operand::Small(value) => th.int_from_i128(-i128::from(value)),
        Operand::Big(int) => th.int_from_parts(int.parts().negated().to_owned()),
    }
}

/// `~x`, which is `-x - 1`.
pub fn invert(th: &Thread, operand: Operand) -> Result<Value, Raised> {
    match operand {
        Operand::Small(value) => th.int_from_i64(!value),
        Operand::Big(int) => {
            let one = Parts { negative: true, words: &[1] };
            th.int_from_parts(sum(int.parts().negated(), one))
        }
    }
}
