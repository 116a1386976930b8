//! Functions of integers.

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::int::natural::{self, Words};
use orochi_vm::types::int::{self, Operand};
use orochi_vm::types::tuple::Tuple;

/// Factors from which on a product is computed while the thread is away.
const AWAY: u64 = 2000;

fn operand(th: &mut Thread, value: Value) -> Result<Operand, Raised> {
    let index = th.index(value)?;
    Operand::of(index).ok_or_else(|| th.type_error("an integer is required"))
}

/// The product of all integers in a range that holds `from` but not `to`.
fn range_product(from: u64, to: u64) -> Words {
    if to - from <= 8 {
        let mut product = natural::from_u128(1);
        let mut pending = 1u64;
        for factor in from..to {
            match pending.checked_mul(factor) {
                Some(next) => pending = next,
                None => {
                    product = natural::multiply(&product, &[pending]);
                    pending = factor;
                }
            }
        }
        let pending = natural::from_u128(u128::from(pending));
        return natural::multiply(&product, &pending);
    }
    let middle = from + (to - from) / 2;
    natural::multiply(&range_product(from, middle), &range_product(middle, to))
}

fn product(th: &mut Thread, from: u64, to: u64) -> Words {
    if to.saturating_sub(from) > AWAY {
        th.away(|| range_product(from, to))
    } else {
        range_product(from, to)
    }
}

/// Whether a product of `count` factors below `largest` would take more memory than there is.
fn too_large(count: u64, largest: u64) -> bool {
    u128::from(count) * u128::from(64 - largest.leading_zeros()) > 1 << 33
}

pub(super) fn factorial(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let n = operand(th, args[0])?;
    if n.is_negative() {
        return Err(th.value_error("factorial() not defined for negative values"));
    }
    let Operand::Small(n) = n else {
        return Err(
            th.overflow_error(format!("factorial() argument should not exceed {}", i64::MAX))
        );
    };
    factorial_of(th, n as u64)
}

fn factorial_of(th: &mut Thread, n: u64) -> Result<Value, Raised> {
    if n <= 20 {
        return th.int_from_u64((1..=n).product());
    }
    if too_large(n, n) {
        return Err(th.memory_error());
    }
    let words = product(th, 2, n + 1);
    th.int_from_words(false, &words)
}

fn non_negative(th: &mut Thread, value: Value, name: &str) -> Result<Operand, Raised> {
    let number = operand(th, value)?;
    if number.is_negative() {
        return Err(th.value_error(format!("{name} must be a non-negative integer")));
    }
    Ok(number)
}

pub(super) fn perm(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[1].is_unbound() || args[1].is_none() {
        return factorial(th, args);
    }
    let n = non_negative(th, args[0], "n")?;
    let k = non_negative(th, args[1], "k")?;
    if n.order(k).is_lt() {
        return Ok(Value::from_i32(0));
    }
    let Operand::Small(k) = k else {
        return Err(th.overflow_error(format!("k must not exceed {}", i64::MAX)));
    };
    falling(th, n, k as u64)
}

/// `n · (n − 1) · … ` with `k` factors; `k` is at most `n`.
fn falling(th: &mut Thread, n: Operand, k: u64) -> Result<Value, Raised> {
    match n {
        Operand::Small(n) => {
            let n = n as u64;
            if too_large(k, n) {
                return Err(th.memory_error());
            }
            let words = product(th, n - k + 1, n + 1);
            th.int_from_words(false, &words)
        }
        Operand::Big(_) => {
            if k.saturating_mul(n.bit_length()) > 1 << 33 {
                return Err(th.memory_error());
            }
            let (_, mut factor) = n.to_owned();
            let mut product = natural::from_u128(1);
            for _ in 0..k {
                product = natural::multiply(&product, &factor);
                factor = natural::subtract(&factor, &[1]);
                th.poll()?;
            }
            th.int_from_words(false, &product)
        }
    }
}

pub(super) fn comb(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let n = non_negative(th, args[0], "n")?;
    let k = non_negative(th, args[1], "k")?;
    if n.order(k).is_lt() {
        return Ok(Value::from_i32(0));
    }
    let other = int::binary(th, orochi_vm::operation::BinaryOp::Sub, n, k)?;
    let k = match (int::as_i64(other), k) {
        (Some(other), Operand::Small(k)) => k.min(other),
        (Some(only), Operand::Big(_)) | (None, Operand::Small(only)) => only,
        _ => {
            return Err(th.overflow_error(format!("min(n - k, k) must not exceed {}", i64::MAX)));
        }
    } as u64;
    if let Operand::Small(n) = n {
        if let Some(result) = small_comb(n as u64, k) {
            return th.int_from_words(false, &natural::from_u128(result));
        }
        if too_large(k, n as u64) {
            return Err(th.memory_error());
        }
        let above = product(th, n as u64 - k + 1, n as u64 + 1);
        let below = product(th, 1, k + 1);
        let quotient = if k > AWAY {
            th.away(|| natural::divide(&above, &below).0)
        } else {
            natural::divide(&above, &below).0
        };
        return th.int_from_words(false, &quotient);
    }
    let above = falling(th, n, k)?;
    let below = factorial_of(th, k)?;
    th.binary(orochi_vm::operation::BinaryOp::FloorDiv, above, below)
}

/// Binomial coefficients whose computation fits 128 bits.
fn small_comb(n: u64, k: u64) -> Option<u128> {
    if k > 64 {
        return None;
    }
    let mut result = 1u128;
    for i in 0..k {
        result = result.checked_mul(u128::from(n - i))? / u128::from(i + 1);
    }
    Some(result)
}

fn small_gcd(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let shift = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        if a > b {
            std::mem::swap(&mut a, &mut b);
        }
        b -= a;
    }
    a << shift
}

/// The greatest common divisor of two integers.
fn gcd_of(th: &mut Thread, a: Operand, b: Operand) -> Result<Value, Raised> {
    if let (Operand::Small(a), Operand::Small(b)) = (a, b) {
        return th.int_from_u64(small_gcd(a.unsigned_abs(), b.unsigned_abs()));
    }
    let (mut x, mut y) = ([0], [0]);
    let (x, y) = (a.parts(&mut x).words, b.parts(&mut y).words);
    let words = if x.len().max(y.len()) > 200 {
        let (x, y) = (Words::from_slice(x), Words::from_slice(y));
        th.away(|| natural::gcd(&x, &y))
    } else {
        natural::gcd(x, y)
    };
    th.int_from_words(false, &words)
}

fn magnitude(th: &mut Thread, number: Operand) -> Result<Value, Raised> {
    if number.is_negative() { int::negate(th, number) } else { number.to_value(th) }
}

/// Folds the arguments, each of which must be an integer.
fn fold(
    th: &mut Thread,
    args: &[Value],
    empty: i32,
    combine: fn(&mut Thread, Operand, Operand) -> Result<Value, Raised>,
) -> Result<Value, Raised> {
    let Some(numbers) = args[0].cast::<Tuple>() else { return Ok(Value::from_i32(empty)) };
    let mut result = Value::from_i32(empty);
    for at in 0..numbers.len() {
        let number = operand(th, numbers.get(at))?;
        result = if at == 0 {
            magnitude(th, number)?
        } else {
            let so_far = operand(th, result)?;
            combine(th, so_far, number)?
        };
    }
    Ok(result)
}

pub(super) fn gcd(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    fold(th, args, 0, gcd_of)
}

pub(super) fn lcm(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    fold(th, args, 1, |th, a, b| {
        if a.is_zero() || b.is_zero() {
            return Ok(Value::from_i32(0));
        }
        let divisor = gcd_of(th, a, b)?;
        let divisor = operand(th, divisor)?;
        let factor = int::binary(th, orochi_vm::operation::BinaryOp::FloorDiv, a, divisor)?;
        let factor = operand(th, factor)?;
        let multiple = int::binary(th, orochi_vm::operation::BinaryOp::Mul, factor, b)?;
        let multiple = operand(th, multiple)?;
        magnitude(th, multiple)
    })
}

pub(super) fn isqrt(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = operand(th, args[0])?;
    if number.is_negative() {
        return Err(th.value_error("isqrt() argument must be nonnegative"));
    }
    match number {
        Operand::Small(number) => th.int_from_u64((number as u64).isqrt()),
        Operand::Big(number) => {
            let words = Words::from_slice(number.words());
            let root = if words.len() > 100 {
                th.away(|| natural::square_root(&words))
            } else {
                natural::square_root(&words)
            };
            th.int_from_words(false, &root)
        }
    }
}
