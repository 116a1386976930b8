//! Operators.
//!
//! Small integers first, then floats in a function of their own (two fast paths in one would
//! share registers and cost both), then everything else in [`complete::binary`](super::complete),
//! which calls operator methods without nesting the interpreter.

use orochi_compiler::bytecode::INPLACE;

use super::{a, b, c, complete, d, finish, get, next, s, set, sync};
use crate::handlers;
use crate::heap::Value;
use crate::operation::BinaryOp;

/// Declares `op` with an integer path and a float path.
macro_rules! number_operators {
    ($($name:ident $float:ident $slow:ident = $op:ident, $int:expr, $float_op:expr;)*) => {
        handlers! {
            $(
                fn $name(th, pc, regs, word, table) {
                    let (left, right) = (get(regs, b(word)), get(regs, c(word)));
                    if !Value::both_ints(left, right) {
                        return $float(th, pc, regs, word, table);
                    }
                    let int: fn(Value, Value) -> Option<Value> = $int;
                    let Some(value) = int(left, right) else {
                        return $slow(th, pc, regs, word, table);
                    };
                    set(regs, a(word), value);
                    next(th, pc.add(1), regs, table)
                }

                #[inline(never)]
                fn $float(th, pc, regs, word, table) {
                    let (left, right) = (get(regs, b(word)), get(regs, c(word)));
                    if !Value::is_number_pair(left, right) || Value::both_ints(left, right) {
                        return $slow(th, pc, regs, word, table);
                    }
                    let float: fn(f64, f64) -> Option<f64> = $float_op;
                    let Some(value) = float(left.number_as_f64(), right.number_as_f64()) else {
                        return $slow(th, pc, regs, word, table);
                    };
                    set(regs, a(word), Value::from_f64(value));
                    next(th, pc.add(1), regs, table)
                }

                #[inline(never)]
                fn $slow(th, pc, regs, word, table) {
                    let (left, right) = (get(regs, b(word)), get(regs, c(word)));
                    th.operands.set((left, right));
                    complete::binary(th, pc, regs, binary_word(BinaryOp::$op, word), table)
                }
            )*
        }
    };
}

/// Declares `op` with an integer path only.
macro_rules! int_operators {
    ($($name:ident $slow:ident = $op:ident, $int:expr;)*) => {
        handlers! {
            $(
                fn $name(th, pc, regs, word, table) {
                    let (left, right) = (get(regs, b(word)), get(regs, c(word)));
                    if Value::both_ints(left, right) {
                        let int: fn(Value, Value) -> Option<Value> = $int;
                        if let Some(value) = int(left, right) {
                            set(regs, a(word), value);
                            return next(th, pc.add(1), regs, table);
                        }
                    }
                    $slow(th, pc, regs, word, table)
                }

                #[inline(never)]
                fn $slow(th, pc, regs, word, table) {
                    let (left, right) = (get(regs, b(word)), get(regs, c(word)));
                    th.operands.set((left, right));
                    complete::binary(th, pc, regs, binary_word(BinaryOp::$op, word), table)
                }
            )*
        }
    };
}

/// Declares `op` with an immediate right operand.
macro_rules! immediate_operators {
    ($($name:ident $slow:ident = $op:ident, $int:expr, $float_op:expr;)*) => {
        handlers! {
            $(
                fn $name(th, pc, regs, word, table) {
                    let left = get(regs, b(word));
                    if left.is_int() {
                        let int: fn(Value, i64) -> Option<Value> = $int;
                        if let Some(value) = int(left, s(word) as i64) {
                            set(regs, a(word), value);
                            return next(th, pc.add(1), regs, table);
                        }
                    }
                    $slow(th, pc, regs, word, table)
                }

                #[inline(never)]
                fn $slow(th, pc, regs, word, table) {
                    let left = get(regs, b(word));
                    if left.is_float() {
                        let float: fn(f64, f64) -> Option<f64> = $float_op;
                        if let Some(value) = float(left.as_f64(), s(word) as f64) {
                            set(regs, a(word), Value::from_f64(value));
                            return next(th, pc.add(1), regs, table);
                        }
                    }
                    th.operands.set((left, Value::from_i32(s(word) as i32)));
                    complete::binary(th, pc, regs, binary_word(BinaryOp::$op, word), table)
                }
            )*
        }
    };
}

/// The `word` argument of `complete::binary`: which operator, and whether in place.
#[inline(always)]
const fn binary_word(op: BinaryOp, word: u64) -> u64 {
    op as u64 | ((d(word) & INPLACE) as u64) << 8
}

/// Floor division of small integers.
#[inline(always)]
fn int_floor_div(left: i64, right: i64) -> Option<Value> {
    if right == 0 {
        return None;
    }
    let (quotient, remainder) = (left / right, left % right);
    let floored = quotient - i64::from(remainder != 0 && (remainder ^ right) < 0);
    Value::from_int(floored)
}

/// Modulo of small integers, with the sign of the divisor.
#[inline(always)]
fn int_mod(left: i64, right: i64) -> Option<Value> {
    if right == 0 {
        return None;
    }
    let remainder = left % right;
    let adjusted =
        if remainder != 0 && (remainder ^ right) < 0 { remainder + right } else { remainder };
    Some(Value::int_unchecked(adjusted))
}

#[inline(always)]
fn int_lshift(left: i64, right: i64) -> Option<Value> {
    if !(0..48).contains(&right) {
        return None;
    }
    let shifted = left << right;
    if shifted >> right == left { Value::from_int(shifted) } else { None }
}

#[inline(always)]
fn int_rshift(left: i64, right: i64) -> Option<Value> {
    if right < 0 { None } else { Some(Value::int_unchecked(left >> right.min(63))) }
}

/// Python's float modulo: the sign of the divisor.
pub(crate) fn float_mod(left: f64, right: f64) -> Option<f64> {
    if right == 0.0 {
        return None;
    }
    let remainder = left % right;
    Some(if remainder == 0.0 {
        0.0f64.copysign(right)
    } else if (right < 0.0) != (remainder < 0.0) {
        remainder + right
    } else {
        remainder
    })
}

/// Python's float floor division.
pub(crate) fn float_floor_div(left: f64, right: f64) -> Option<f64> {
    if right == 0.0 { None } else { Some(crate::types::float::divmod(left, right).0) }
}

#[inline(always)]
fn float_div(left: f64, right: f64) -> Option<f64> {
    if right == 0.0 { None } else { Some(left / right) }
}

number_operators! {
    add add_float add_slow = Add, Value::checked_add, |x, y| Some(x + y);
    sub sub_float sub_slow = Sub, Value::checked_sub, |x, y| Some(x - y);
    mul mul_float mul_slow = Mul, Value::checked_mul, |x, y| Some(x * y);
    floor_div floor_div_float floor_div_slow = FloorDiv,
        |x, y| int_floor_div(x.as_int(), y.as_int()), float_floor_div;
    modulo modulo_float modulo_slow = Mod, |x, y| int_mod(x.as_int(), y.as_int()), float_mod;
}

handlers! {
    fn true_div(th, pc, regs, word, table) {
        let (left, right) = (get(regs, b(word)), get(regs, c(word)));
        if !Value::is_number_pair(left, right) {
            return true_div_slow(th, pc, regs, word, table);
        }
        // Small integers are exact as floats, so their quotient is correctly rounded.
        let Some(value) = float_div(left.number_as_f64(), right.number_as_f64()) else {
            return true_div_slow(th, pc, regs, word, table);
        };
        set(regs, a(word), Value::from_f64(value));
        next(th, pc.add(1), regs, table)
    }

    #[inline(never)]
    fn true_div_slow(th, pc, regs, word, table) {
        let (left, right) = (get(regs, b(word)), get(regs, c(word)));
        th.operands.set((left, right));
        complete::binary(th, pc, regs, binary_word(BinaryOp::TrueDiv, word), table)
    }

    fn pow(th, pc, regs, word, table) {
        let (left, right) = (get(regs, b(word)), get(regs, c(word)));
        th.operands.set((left, right));
        complete::binary(th, pc, regs, binary_word(BinaryOp::Pow, word), table)
    }

    fn matmul(th, pc, regs, word, table) {
        let (left, right) = (get(regs, b(word)), get(regs, c(word)));
        th.operands.set((left, right));
        complete::binary(th, pc, regs, binary_word(BinaryOp::MatMul, word), table)
    }

    fn neg(th, pc, regs, word, table) {
        let value = get(regs, b(word));
        if value.is_int()
            && let Some(negated) = Value::from_int(-value.as_int()) {
                set(regs, a(word), negated);
                return next(th, pc.add(1), regs, table);
            }
        if value.is_float() {
            set(regs, a(word), Value::from_f64(-value.as_f64()));
            return next(th, pc.add(1), regs, table);
        }
        unary_slow(th, pc, regs, word, table)
    }

    fn pos(th, pc, regs, word, table) {
        unary_slow(th, pc, regs, word, table)
    }

    fn invert(th, pc, regs, word, table) {
        let value = get(regs, b(word));
        if value.is_int() {
            set(regs, a(word), Value::int_unchecked(!value.as_int()));
            return next(th, pc.add(1), regs, table);
        }
        unary_slow(th, pc, regs, word, table)
    }

    #[cold]
    #[inline(never)]
    fn unary_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = unary(th, word as u8, get(regs, b(word)));
        finish(th, pc, regs, word, table, 1, result)
    }
}

#[inline(never)]
fn unary(
    th: &mut crate::thread::Thread,
    op: u8,
    value: Value,
) -> Result<Value, crate::exception::Raised> {
    use orochi_compiler::bytecode::Op;

    use crate::operation::UnaryOp;
    th.unary(
        match Op::from_u8(op) {
            Some(Op::Neg) => UnaryOp::Neg,
            Some(Op::Pos) => UnaryOp::Pos,
            _ => UnaryOp::Invert,
        },
        value,
    )
}

int_operators! {
    lshift lshift_slow = LShift, |x, y| int_lshift(x.as_int(), y.as_int());
    rshift rshift_slow = RShift, |x, y| int_rshift(x.as_int(), y.as_int());
    and and_slow = And, |x, y| Some(Value::int_unchecked(x.as_int() & y.as_int()));
    or or_slow = Or, |x, y| Some(Value::int_unchecked(x.as_int() | y.as_int()));
    xor xor_slow = Xor, |x, y| Some(Value::int_unchecked(x.as_int() ^ y.as_int()));
}

immediate_operators! {
    add_int add_int_slow = Add, |x, i| Value::from_int(x.as_int() + i), |x, y| Some(x + y);
    sub_int sub_int_slow = Sub, |x, i| Value::from_int(x.as_int() - i), |x, y| Some(x - y);
    mul_int mul_int_slow = Mul, |x, i| x.checked_mul(Value::int_unchecked(i)), |x, y| Some(x * y);
    floor_div_int floor_div_int_slow = FloorDiv, |x, i| int_floor_div(x.as_int(), i), float_floor_div;
    mod_int mod_int_slow = Mod, |x, i| int_mod(x.as_int(), i), float_mod;
    and_int and_int_slow = And, |x, i| Some(Value::int_unchecked(x.as_int() & i)), |_, _| None;
    lshift_int lshift_int_slow = LShift, |x, i| int_lshift(x.as_int(), i), |_, _| None;
    rshift_int rshift_int_slow = RShift, |x, i| int_rshift(x.as_int(), i), |_, _| None;
}
