//! `list.sort` and `sorted`.
//!
//! While a list is being sorted it is empty for everybody: its items are in a vector of the
//! sort's own, and a change that key functions or comparisons make to the list in the meantime is
//! noticed by its storage not being the placeholder any more. How items are compared is chosen
//! by what they are: lists of ints, floats or strings alone need no Python and no test of types.

use std::cmp::Ordering;

use orochi_text::Text;

use super::merge_sort::{self, Order};
use super::object::{List, ValueArray};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::operation::Comparison;
use crate::thread::Thread;
use crate::types::dict::table::{exact_str, quick_equal};
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// Sorts a list in place, stably. `key` may be `None`.
pub fn sort(th: &mut Thread, list: Ref<List>, key: Value, reverse: bool) -> Result<(), Raised> {
    let mut items = RootVec::new();
    let placeholder = {
        let guard = th.write(list)?;
        items.extend_from_slice(guard.as_slice());
        let placeholder = ValueArray::new(guard.thread(), 0)?;
        guard.replace(placeholder, 0);
        placeholder
    };
    let result = sort_values(th, &mut items, key, reverse);
    if result == Err(Raised::Abort) {
        // The undo log puts the items back.
        return result;
    }
    let raised = result.err().map(|_| th.take_exception());
    let guard = th.write(list)?;
    let modified = !guard.is_empty() || guard.items.get() != placeholder;
    let array = ValueArray::from_slice(guard.thread(), &items, items.len())?;
    guard.replace(array, items.len());
    match raised {
        Some(exception) => Err(th.raise_again(exception)),
        None if modified => Err(th.value_error("list modified during sort")),
        None => Ok(()),
    }
}

/// Sorts values, stably. After an error they are all still there, in some order.
pub fn sort_values(
    th: &mut Thread,
    items: &mut RootVec,
    key: Value,
    reverse: bool,
) -> Result<(), Raised> {
    if key.is_none() {
        return sort_entries::<1>(th, items.as_chunks_mut().0, reverse);
    }
    let mut pairs = RootVec::with_capacity(2 * items.len());
    for index in 0..items.len() {
        let item = items[index];
        let key = th.call(key, &[item])?;
        pairs.push(key);
        pairs.push(item);
    }
    let result = sort_entries::<2>(th, pairs.as_chunks_mut().0, reverse);
    for (index, pair) in pairs.as_chunks::<2>().0.iter().enumerate() {
        items[index] = pair[1];
    }
    result
}

/// Sorts entries by their first value.
fn sort_entries<const N: usize>(
    th: &mut Thread,
    entries: &mut [[Value; N]],
    reverse: bool,
) -> Result<(), Raised> {
    if entries.len() < 2 {
        return Ok(());
    }
    // Reversed twice, so that equal items keep their order.
    if reverse {
        entries.reverse();
    }
    let all = |test: fn(Value) -> bool| entries.iter().all(|entry| test(entry[0]));
    let result = if all(Value::is_int) {
        merge_sort::sort(th, &Ints, entries)
    } else if all(|value| value.is_float() && !value.as_f64().is_nan()) {
        merge_sort::sort(th, &Floats, entries)
    } else if all(|value| exact_str(value).is_some()) {
        merge_sort::sort(th, &Strings, entries)
    } else {
        merge_sort::sort(th, &Anything, entries)
    };
    if reverse {
        entries.reverse();
    }
    result
}

struct Ints;
struct Floats;
struct Strings;
struct Anything;

/// Orders that need no Python.
macro_rules! native_orders {
    ($($name:ident |$a:ident, $b:ident| $order:expr;)*) => {
        $(impl Order for $name {
            const RUN: usize = 2048;
            #[inline(always)]
            fn less(&self, _: &mut Thread, $a: Value, $b: Value) -> Result<bool, Raised> {
                Ok($order == Ordering::Less)
            }
            fn sort_run<const N: usize>(
                &self,
                _: &mut Thread,
                run: &mut [[Value; N]],
                _: usize,
            ) -> Result<(), Raised> {
                run.sort_by(|x, y| {
                    let ($a, $b) = (x[0], y[0]);
                    $order
                });
                Ok(())
            }
        })*
    };
}
native_orders! {
    Ints |a, b| a.as_int().cmp(&b.as_int());
    Floats |a, b| a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal);
    Strings |a, b| string_order(a, b);
}

#[inline]
fn string_order(a: Value, b: Value) -> Ordering {
    match (exact_str(a), exact_str(b)) {
        (Some(a), Some(b)) => str_order(a, b),
        _ => Ordering::Equal,
    }
}

#[inline]
fn str_order(a: Ref<Str>, b: Ref<Str>) -> Ordering {
    match (a.text(), b.text()) {
        (Text::One(a), Text::One(b)) => a.cmp(b),
        (a, b) => orochi_text::compare::order(a, b),
    }
}

impl Order for Anything {
    const RUN: usize = 32;

    fn less(&self, th: &mut Thread, a: Value, b: Value) -> Result<bool, Raised> {
        if let Some(less) = quick_less(a, b, 4) {
            return Ok(less);
        }
        let less = th.compare(Comparison::Lt, a, b)?;
        th.is_true(less)
    }

    fn sort_run<const N: usize>(
        &self,
        th: &mut Thread,
        run: &mut [[Value; N]],
        sorted: usize,
    ) -> Result<(), Raised> {
        merge_sort::insertion_sort(th, self, run, sorted)
    }
}

/// `a < b`, if that can be said without running Python.
fn quick_less(a: Value, b: Value, depth: u32) -> Option<bool> {
    if Value::is_number_pair(a, b) {
        return Some(if Value::both_ints(a, b) {
            a.int_lt(b)
        } else {
            a.number_as_f64() < b.number_as_f64()
        });
    }
    if let (Some(a), Some(b)) = (exact_str(a), exact_str(b)) {
        return Some(str_order(a, b) == Ordering::Less);
    }
    let (a, b) = (a.cast_exact::<Tuple>()?, b.cast_exact::<Tuple>()?);
    if depth == 0 {
        return None;
    }
    for (&x, &y) in a.as_slice().iter().zip(b.as_slice()).take(64) {
        if !quick_equal(x, y)? {
            return quick_less(x, y, depth - 1);
        }
    }
    if a.len().min(b.len()) > 64 { None } else { Some(a.len() < b.len()) }
}
