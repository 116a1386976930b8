//! Functions of many numbers: exact sums, products, norms.

use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::object::ValueCast;
use orochi_vm::operation::BinaryOp;
use orochi_vm::thread::Thread;
use orochi_vm::types::tuple::Tuple;

use super::c_library::{frexp, ldexp};

/// The sum of two floats and what rounding took from it (Knuth).
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// The product of two floats and what rounding took from it.
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    (product, a.mul_add(b, -product))
}

/// A sum without rounding error: partial sums that do not overlap, in increasing order (Shewchuk,
/// "Adaptive precision floating-point arithmetic", 1997).
#[derive(Default)]
struct Partials(Vec<f64>);

impl Partials {
    /// Adds a number; the result is not finite where that overflows.
    fn add(&mut self, mut x: f64) -> f64 {
        let mut kept = 0;
        for at in 0..self.0.len() {
            let (sum, lost) = two_sum(x, self.0[at]);
            if lost != 0.0 {
                self.0[kept] = lost;
                kept += 1;
            }
            x = sum;
        }
        self.0.truncate(kept);
        if x != 0.0 && x.is_finite() {
            self.0.push(x);
        }
        x
    }

    /// The sum, rounded once.
    fn round(&self) -> f64 {
        let mut rest = self.0.as_slice();
        let Some((&top, below)) = rest.split_last() else { return 0.0 };
        rest = below;
        let (mut high, mut low) = (top, 0.0);
        while let Some((&next, below)) = rest.split_last() {
            rest = below;
            (high, low) = two_sum(high, next);
            if low != 0.0 {
                break;
            }
        }
        // A tie that what lies below decides.
        if let Some(&below) = rest.last()
            && ((low < 0.0 && below < 0.0) || (low > 0.0 && below > 0.0))
        {
            let doubled = low * 2.0;
            let sum = high + doubled;
            if doubled == sum - high {
                high = sum;
            }
        }
        high
    }
}

pub(super) fn fsum(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.iterate(args[0])?;
    let mut partials = Partials::default();
    let (mut special, mut infinite) = (0.0, 0.0);
    while let Some(item) = th.next(iterator)? {
        let x = th.to_f64(item)?;
        if partials.add(x).is_finite() {
            continue;
        }
        if x.is_finite() {
            return Err(th.overflow_error("intermediate overflow in fsum"));
        }
        if x.is_infinite() {
            infinite += x;
        }
        special += x;
        partials.0.clear();
    }
    if special != 0.0 {
        if infinite.is_nan() {
            return Err(th.value_error("-inf + inf in fsum"));
        }
        return Ok(Value::from_f64(special));
    }
    Ok(Value::from_f64(partials.round()))
}

pub(super) fn prod(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut product = if args[1].is_unbound() { Value::from_i32(1) } else { args[1] };
    let iterator = th.iterate(args[0])?;
    while let Some(item) = th.next(iterator)? {
        product = th.binary(BinaryOp::Mul, product, item)?;
    }
    Ok(product)
}

/// A number of three floats' precision.
#[derive(Clone, Copy, Default)]
struct Triple {
    high: f64,
    middle: f64,
    low: f64,
}

impl Triple {
    /// Adds `x · y`.
    fn add_product(self, x: f64, y: f64) -> Triple {
        let (product, lost) = two_product(x, y);
        let (high, carried) = two_sum(self.high, product);
        let (middle, a) = two_sum(self.middle, lost);
        let (middle, b) = two_sum(middle, carried);
        Triple { high, middle, low: self.low + (a + b) }
    }

    fn to_f64(self) -> f64 {
        let (sum, lost) = two_sum(self.low, self.middle);
        let (sum, more) = two_sum(sum, self.high);
        sum + (lost + more)
    }
}

/// The sum so far: a Python number, and floats or machine integers that are not in it yet.
struct SumOfProducts {
    total: Value,
    floats: Option<Triple>,
    integers: Option<i64>,
}

impl SumOfProducts {
    /// Takes a pair into the float or integer part if it fits there.
    fn take(&mut self, p: Value, q: Value) -> bool {
        if Value::both_ints(p, q) {
            if self.floats.is_some() {
                return false;
            }
            let sum = p
                .as_int()
                .checked_mul(q.as_int())
                .and_then(|x| x.checked_add(self.integers.unwrap_or(0)));
            return match sum {
                Some(sum) => {
                    self.integers = Some(sum);
                    true
                }
                None => false,
            };
        }
        let real = |value: Value| {
            if value.is_bool() {
                Some(f64::from(u8::from(value.is_true())))
            } else {
                value.is_number().then(|| value.number_as_f64())
            }
        };
        let (true, Some(x), Some(y)) = (p.is_float() || q.is_float(), real(p), real(q)) else {
            return false;
        };
        if self.integers.is_some() {
            return false;
        }
        let sum = self.floats.unwrap_or_default().add_product(x, y);
        if !sum.high.is_finite() {
            return false;
        }
        self.floats = Some(sum);
        true
    }

    /// Adds both parts to the total.
    fn flush(&mut self, th: &mut Thread) -> Result<(), Raised> {
        if let Some(sum) = self.integers.take() {
            let sum = th.int_from_i64(sum)?;
            self.total = th.binary(BinaryOp::Add, self.total, sum)?;
        }
        if let Some(sum) = self.floats.take() {
            self.total = th.binary(BinaryOp::Add, self.total, Value::from_f64(sum.to_f64()))?;
        }
        Ok(())
    }
}

pub(super) fn sumprod(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (ps, qs) = (th.iterate(args[0])?, th.iterate(args[1])?);
    let mut sum = SumOfProducts { total: Value::from_i32(0), floats: None, integers: None };
    loop {
        let (p, q) = (th.next(ps)?, th.next(qs)?);
        let (p, q) = match (p, q) {
            (Some(p), Some(q)) => (p, q),
            (None, None) => break,
            _ => return Err(th.value_error("Inputs are not the same length")),
        };
        if sum.take(p, q) {
            continue;
        }
        sum.flush(th)?;
        if sum.take(p, q) {
            continue;
        }
        let product = th.binary(BinaryOp::Mul, p, q)?;
        sum.total = th.binary(BinaryOp::Add, sum.total, product)?;
    }
    sum.flush(th)?;
    Ok(sum.total)
}

/// The Euclidean norm, nearly correctly rounded: squares and their sum in twice the precision,
/// after scaling by a power of two, and one step of correction of the root.
fn norm(numbers: &[f64]) -> f64 {
    let largest = numbers.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    if numbers.iter().any(|x| x.is_infinite()) {
        return f64::INFINITY;
    }
    if numbers.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if largest == 0.0 || numbers.len() <= 1 {
        return largest;
    }
    let (_, exponent) = frexp(largest);
    let (mut sum, mut rest) = (0.0, 0.0);
    for &x in numbers {
        let x = ldexp(x, -exponent);
        let (square, lost) = two_product(x, x);
        let (next, carried) = two_sum(sum, square);
        sum = next;
        rest += carried + lost;
    }
    let root = (sum + rest).sqrt();
    let (square, lost) = two_product(-root, root);
    let (difference, carried) = two_sum(sum, square);
    let correction = (difference + (rest + (lost + carried))) / (2.0 * root);
    ldexp(root + correction, exponent)
}

pub(super) fn hypot(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(coordinates) = args[0].cast::<Tuple>() else { return Ok(Value::from_f64(0.0)) };
    let mut numbers = Vec::with_capacity(coordinates.len());
    for at in 0..coordinates.len() {
        numbers.push(th.to_f64(coordinates.get(at))?);
    }
    Ok(Value::from_f64(norm(&numbers)))
}

pub(super) fn dist(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (mut p, mut q) = (RootVec::new(), RootVec::new());
    th.collect(args[0], &mut p)?;
    th.collect(args[1], &mut q)?;
    if p.len() != q.len() {
        return Err(th.value_error("both points must have the same number of dimensions"));
    }
    let mut differences = Vec::with_capacity(p.len());
    for at in 0..p.len() {
        let (x, y) = (th.to_f64(p.as_slice()[at])?, th.to_f64(q.as_slice()[at])?);
        differences.push(x - y);
    }
    Ok(Value::from_f64(norm(&differences)))
}
