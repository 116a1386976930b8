//! Methods of `deque` that compare items. Comparing may run Python, which may change the deque:
//! that is an error where the deque is searched, as in CPython.

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::operation::Comparison;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;

use super::methods::snapshot;
use super::object::{Deque, Ring};

/// Calls `found` with the index of each item that equals `wanted`, from `start` up to `stop`, until
/// that says to stop.
fn each_equal(
    th: &mut Thread,
    deque: Ref<Deque>,
    wanted: Value,
    (start, stop): (usize, usize),
    message: &str,
    mut found: impl FnMut(usize) -> bool,
) -> Result<(), Raised> {
    let changes = th.read(deque)?.changes.get();
    let mut index = start;
    loop {
        let state = th.read(deque)?;
        if state.changes.get() != changes {
            return Err(changed(th, message));
        }
        if index >= stop.min(state.len()) {
            return Ok(());
        }
        let item = state.get(index);
        let equal = th.equal(item, wanted)?;
        if equal {
            if th.read(deque)?.changes.get() != changes {
                return Err(changed(th, message));
            }
            if found(index) {
                return Ok(());
            }
        }
        index += 1;
    }
}

fn changed(th: &Thread, message: &str) -> Raised {
    // `remove` says it in its own way.
    if message.starts_with("deque mutated during remove") {
        return th.index_error(message);
    }
    th.runtime_error(message)
}

const MUTATED: &str = "deque mutated during iteration";

pub fn count(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let mut count = 0;
    each_equal(th, deque, args[1], (0, usize::MAX), MUTATED, |_| {
        count += 1;
        false
    })?;
    th.int_from_i64(count)
}

fn find(
    th: &mut Thread,
    deque: Ref<Deque>,
    wanted: Value,
    range: (usize, usize),
    message: &str,
) -> Result<Option<usize>, Raised> {
    let mut at = None;
    each_equal(th, deque, wanted, range, message, |index| {
        at = Some(index);
        true
    })?;
    Ok(at)
}

pub fn contains(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let found = find(th, deque, args[1], (0, usize::MAX), MUTATED)?;
    Ok(Value::from_bool(found.is_some()))
}

pub fn index(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let mut bound = |value: Value, missing: i64| {
        if value.is_unbound() { Ok(missing) } else { th.index_clamped(value) }
    };
    let (start, stop) = (bound(args[2], 0)?, bound(args[3], i64::MAX)?);
    let length = th.read(deque)?.len() as i64;
    let place =
        |index: i64| (if index < 0 { index.saturating_add(length).max(0) } else { index }) as usize;
    match find(th, deque, args[1], (place(start), place(stop)), MUTATED)? {
        Some(index) => th.int_from_i64(index as i64),
        None => {
            let text = th.repr(args[1])?.display();
            Err(th.value_error(format!("{text} is not in deque")))
        }
    }
}

pub fn remove(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let message = "deque mutated during remove().";
    let Some(index) = find(th, deque, args[1], (0, usize::MAX), message)? else {
        let text = th.repr(args[1])?.display();
        return Err(th.value_error(format!("{text} is not in deque")));
    };
    let state = th.write(deque)?;
    if index < state.len() {
        state.remove(index)?;
    }
    Ok(Value::NONE)
}

/// Compares as lists do.
fn compare(th: &mut Thread, args: &[Value], op: Comparison) -> Result<Value, Raised> {
    let (Some(a), Some(b)) = (args[0].cast::<Deque>(), args[1].cast::<Deque>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (left, right) = (snapshot(th, a)?, snapshot(th, b)?);
    let left = List::from_slice(th, &left)?.value();
    let right = List::from_slice(th, &right)?.value();
    th.compare(op, left, right)
}

pub fn eq(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    compare(th, args, Comparison::Eq)
}

pub fn ne(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    compare(th, args, Comparison::Ne)
}

pub fn lt(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    compare(th, args, Comparison::Lt)
}

pub fn le(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    compare(th, args, Comparison::Le)
}

pub fn gt(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    compare(th, args, Comparison::Gt)
}

pub fn ge(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    compare(th, args, Comparison::Ge)
}
