//! `int.__round__` and what `round()` shares with `math`.

use super::arithmetic;
use super::natural;
use super::operand::Operand;
use crate::exception::Raised;
use crate::heap::Value;
use crate::operation::BinaryOp;
use crate::thread::Thread;

/// `round(self, ndigits)`: to a multiple of 10 ** -ndigits, halves to the even one.
pub(super) fn round(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let operand = super::methods::receiver(th, args[0])?;
    if args[1].is_unbound() || args[1].is_none() {
        return operand.to_value(th);
    }
    let digits = th.index(args[1])?;
    if !super::is_negative(digits) {
        return operand.to_value(th);
    }
    let places = super::as_i64(digits).unwrap_or(i64::MIN).unsigned_abs();
    // 10 ** places > 2 ** (3 · places), which must not exceed twice the number.
    if places.saturating_mul(3) > operand.bit_length() + 2 {
        return Ok(Value::from_i32(0));
    }
    let unit = super::power::power(th, Operand::Small(10), Operand::Small(places as i64))?;
    nearest_multiple(th, operand, unit)
}

/// The multiple of a positive `unit` that is nearest to `operand`.
fn nearest_multiple(th: &mut Thread, operand: Operand, unit: Value) -> Result<Value, Raised> {
    let Some(divisor) = Operand::of(unit) else { return Ok(unit) };
    let remainder = arithmetic::binary(th, BinaryOp::Mod, operand, divisor)?;
    let Some(rest) = Operand::of(remainder) else { return Ok(remainder) };
    let lower = arithmetic::binary(th, BinaryOp::Sub, operand, rest)?;
    let Some(lower_operand) = Operand::of(lower) else { return Ok(lower) };
    let (mut a, mut b) = ([0], [0]);
    let twice = natural::shift_left(rest.parts(&mut a).words, 1);
    let order = natural::compare(&twice, divisor.parts(&mut b).words);
    let up = order.is_gt()
        || (order.is_eq() && {
            let quotient = arithmetic::binary(th, BinaryOp::FloorDiv, operand, divisor)?;
            Operand::of(quotient).is_some_and(Operand::is_odd)
        });
    if up { arithmetic::binary(th, BinaryOp::Add, lower_operand, divisor) } else { Ok(lower) }
}
