//! Finding items and comparing sequences, of lists and tuples.
//!
//! Items are compared while the list is held, as long as that needs no Python. When an item's
//! `__eq__` has to run, the list is let go, and what follows looks at the list as it is then.

use super::object::List;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::Ref;
use crate::operation::Comparison;
use crate::thread::Thread;
use crate::types::dict::table::quick_equal;
use crate::types::tuple::Tuple;

/// A list or a tuple.
pub trait Sequence: Copy {
    /// Runs `look` on the items as they are now.
    fn with_items<R>(self, th: &mut Thread, look: impl FnOnce(&[Value]) -> R) -> Result<R, Raised>;
    /// Runs `look` on the items of two as they are now.
    fn with_both<R>(
        self,
        other: Self,
        th: &mut Thread,
        look: impl FnOnce(&[Value], &[Value]) -> R,
    ) -> Result<R, Raised>;
}

impl Sequence for Ref<List> {
    #[inline(always)]
    fn with_items<R>(self, th: &mut Thread, look: impl FnOnce(&[Value]) -> R) -> Result<R, Raised> {
        Ok(look(th.read(self)?.as_slice()))
    }

    #[inline(always)]
    fn with_both<R>(
        self,
        other: Self,
        th: &mut Thread,
        look: impl FnOnce(&[Value], &[Value]) -> R,
    ) -> Result<R, Raised> {
        let (a, b) = th.read2(self, other)?;
        Ok(look(a.as_slice(), b.as_slice()))
    }
}

impl Sequence for Ref<Tuple> {
    #[inline(always)]
    fn with_items<R>(self, _: &mut Thread, look: impl FnOnce(&[Value]) -> R) -> Result<R, Raised> {
        Ok(look(self.as_slice()))
    }

    #[inline(always)]
    fn with_both<R>(
        self,
        other: Self,
        _: &mut Thread,
        look: impl FnOnce(&[Value], &[Value]) -> R,
    ) -> Result<R, Raised> {
        Ok(look(self.as_slice(), other.as_slice()))
    }
}

enum Found {
    At(usize),
    Nowhere,
    /// Only `__eq__` of the item at this index knows.
    Ask(usize, Value),
}

/// The first index from `start` up to `stop` of an item that equals `wanted`.
pub(crate) fn find(
    th: &mut Thread,
    sequence: impl Sequence,
    wanted: Value,
    start: usize,
    stop: usize,
) -> Result<Option<usize>, Raised> {
    let mut from = start;
    loop {
        let found = sequence.with_items(th, |items| {
            let end = stop.min(items.len());
            for (offset, &item) in items.get(from..end).unwrap_or(&[]).iter().enumerate() {
                match quick_equal(item, wanted) {
                    Some(true) => return Found::At(from + offset),
                    Some(false) => {}
                    None => return Found::Ask(from + offset, item),
                }
            }
            Found::Nowhere
        })?;
        match found {
            Found::At(index) => return Ok(Some(index)),
            Found::Nowhere => return Ok(None),
            Found::Ask(index, item) => {
                if th.equal(item, wanted)? {
                    return Ok(Some(index));
                }
                from = index + 1;
            }
        }
    }
}

/// How many items equal `wanted`.
pub(crate) fn count(
    th: &mut Thread,
    sequence: impl Sequence,
    wanted: Value,
) -> Result<usize, Raised> {
    let (mut from, mut count) = (0, 0);
    loop {
        let (sure, ask) = sequence.with_items(th, |items| {
            let mut sure = 0;
            for (offset, &item) in items.get(from..).unwrap_or(&[]).iter().enumerate() {
                match quick_equal(item, wanted) {
                    Some(equal) => sure += usize::from(equal),
                    None => return (sure, Some((from + offset, item))),
                }
            }
            (sure, None)
        })?;
        count += sure;
        let Some((index, item)) = ask else { return Ok(count) };
        count += usize::from(th.equal(item, wanted)?);
        from = index + 1;
    }
}

/// Where two sequences differ.
enum Difference {
    /// Nowhere before the end of the shorter one.
    Length(std::cmp::Ordering),
    /// In these items.
    Items(Value, Value),
    /// Perhaps in these, at this index.
    Ask(usize, Value, Value),
}

/// `a op b`, item by item.
pub(crate) fn compare<S: Sequence>(
    th: &mut Thread,
    op: Comparison,
    a: S,
    b: S,
) -> Result<Value, Raised> {
    th.check_native_stack()?;
    let equality = matches!(op, Comparison::Eq | Comparison::Ne);
    let mut from = 0;
    loop {
        let difference = a.with_both(b, th, |a, b| {
            let order = a.len().cmp(&b.len());
            if equality && order.is_ne() {
                return Difference::Length(order);
            }
            for (index, (&x, &y)) in a.iter().zip(b).enumerate().skip(from) {
                match quick_equal(x, y) {
                    Some(true) => {}
                    Some(false) => return Difference::Items(x, y),
                    None => return Difference::Ask(index, x, y),
                }
            }
            Difference::Length(order)
        })?;
        let (x, y) = match difference {
            Difference::Length(order) => return Ok(Value::from_bool(op.holds(Some(order)))),
            Difference::Items(x, y) => (x, y),
            Difference::Ask(index, x, y) => {
                if th.equal(x, y)? {
                    from = index + 1;
                    continue;
                }
                // `__eq__` may have taken items away: then the lengths decide.
                let shrunk = a.with_both(b, th, |a, b| {
                    (index >= a.len() || index >= b.len()).then(|| a.len().cmp(&b.len()))
                })?;
                if shrunk.is_some() {
                    return Ok(Value::from_bool(op.holds(shrunk)));
                }
                (x, y)
            }
        };
        return match op {
            Comparison::Eq => Ok(Value::FALSE),
            Comparison::Ne => Ok(Value::TRUE),
            op => th.compare(op, x, y),
        };
    }
}
