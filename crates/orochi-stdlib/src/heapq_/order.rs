//! The order of heap items.

use std::cmp::Ordering;

use orochi_text::Text;
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::ValueCast;
use orochi_vm::operation::Comparison;
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::table::quick_equal;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

/// Which item comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

impl Direction {
    /// The pair as it is to be compared by `<`.
    #[inline]
    fn turn(self, a: Value, b: Value) -> (Value, Value) {
        if self == Direction::Min { (a, b) } else { (b, a) }
    }
}

/// Whether `a` comes before `b`, if that can be said without running Python.
#[inline]
pub fn quick_less(a: Value, b: Value, direction: Direction) -> Option<bool> {
    let (a, b) = direction.turn(a, b);
    quick(a, b, 4)
}

fn quick(a: Value, b: Value, depth: u32) -> Option<bool> {
    if Value::both_ints(a, b) {
        return Some(a.int_lt(b));
    }
    if Value::is_number_pair(a, b) {
        return Some(a.number_as_f64() < b.number_as_f64());
    }
    if let (Some(a), Some(b)) = (a.cast_exact::<Str>(), b.cast_exact::<Str>()) {
        let order = match (a.text(), b.text()) {
            (Text::One(a), Text::One(b)) => a.cmp(b),
            (a, b) => orochi_text::compare::order(a, b),
        };
        return Some(order == Ordering::Less);
    }
    let (a, b) = (a.cast_exact::<Tuple>()?, b.cast_exact::<Tuple>()?);
    if depth == 0 {
        return None;
    }
    for (&x, &y) in a.as_slice().iter().zip(b.as_slice()).take(64) {
        if !quick_equal(x, y)? {
            return quick(x, y, depth - 1);
        }
    }
    if a.len().min(b.len()) > 64 { None } else { Some(a.len() < b.len()) }
}

/// Whether `a` comes before `b`. May run Python.
#[inline]
pub fn less(th: &mut Thread, a: Value, b: Value, direction: Direction) -> Result<bool, Raised> {
    if let Some(less) = quick_less(a, b, direction) {
        return Ok(less);
    }
    let (a, b) = direction.turn(a, b);
    th.compares(Comparison::Lt, a, b)
}
