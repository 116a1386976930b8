//! What `except` and `except*` catch.
//!
//! `except*` works on a group: each clause takes what matches out of it, and at the end what is
//! left, together with what the clauses raised themselves, is joined again, keeping the shape of
//! the original group for what was only passed on.

use super::group::{self, is_group};
use super::{BaseException, Raised, is_exception_class};
use crate::heap::{RootVec, Value};
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::list::List;
use crate::types::tuple::Tuple;

const NOT_EXCEPTIONS: &str =
    "catching classes that do not inherit from BaseException is not allowed";
const GROUPS: &str = "catching ExceptionGroup with except* is not allowed. Use except instead.";

/// Whether the exception matches the class or tuple of classes of an `except` clause.
pub fn matches(th: &mut Thread, raised: Value, class: Value) -> Result<bool, Raised> {
    if let Some(class) = is_exception_class(class) {
        return Ok(th.is_instance(raised, class));
    }
    let Some(classes) = class.cast::<Tuple>() else { return Err(th.type_error(NOT_EXCEPTIONS)) };
    let mut found = false;
    for &item in classes.as_slice() {
        match is_exception_class(item) {
            Some(class) => found |= th.is_instance(raised, class),
            None => return Err(th.type_error(NOT_EXCEPTIONS)),
        }
    }
    Ok(found)
}

/// Checks the class or tuple of classes of an `except*` clause.
fn check_star(th: &Thread, class: Value) -> Result<(), Raised> {
    let one = |item: Value| match is_exception_class(item) {
        None => Err(th.type_error(NOT_EXCEPTIONS)),
        Some(class) if class.is_subclass(super::classes::BASE_EXCEPTION_GROUP.class()) => {
            Err(th.type_error(GROUPS))
        }
        Some(_) => Ok(()),
    };
    match class.cast::<Tuple>() {
        Some(classes) => classes.as_slice().iter().try_for_each(|&item| one(item)),
        None => one(class),
    }
}

/// Splits the exception by the class of an `except*` clause: the matching group and the rest,
/// each None if there is none.
pub fn split_group(
    th: &mut Thread,
    exception: Value,
    class: Value,
) -> Result<(Value, Value), Raised> {
    check_star(th, class)?;
    if exception.is_none() {
        return Ok((Value::NONE, Value::NONE));
    }
    if matches(th, exception, class)? {
        if is_group(th, exception) {
            return Ok((exception, Value::NONE));
        }
        let only = Tuple::from_slice(th, &[exception])?.value();
        let wrapped = group::new_group(th, only)?;
        if let Some(wrapped) = wrapped.cast::<BaseException>() {
            crate::frame::add_traceback_here(th, wrapped);
        }
        return Ok((wrapped, Value::NONE));
    }
    if !is_group(th, exception) {
        return Ok((Value::NONE, exception));
    }
    let pair = th.call_method(exception, crate::name!(th, "split"), &[class])?;
    let name = th.type_name(exception);
    let Some(parts) = pair.cast::<Tuple>() else {
        let got = th.type_name(pair);
        return Err(th.type_error(format!("{name}.split must return a tuple, not {got}")));
    };
    if parts.len() < 2 {
        return Err(th.type_error(format!(
            "{name}.split must return a 2-tuple, got tuple of size {}",
            parts.len()
        )));
    }
    Ok((parts.get(0), parts.get(1)))
}

/// After the `except*` clauses: what is to be raised, or None. `raised` is the list of what the
/// clauses raised, or left unmatched.
pub fn join_groups(th: &mut Thread, original: Value, raised: Value) -> Result<Value, Raised> {
    let Some(list) = raised.cast::<List>() else { return Ok(Value::NONE) };
    let all = list.snapshot(th)?;
    if all.is_empty() {
        return Ok(Value::NONE);
    }
    if !is_group(th, original) {
        // A naked exception was wrapped: one clause at most has run.
        return Ok(all.iter().copied().find(|e| !e.is_none()).unwrap_or(Value::NONE));
    }
    let (mut own, mut passed) = (RootVec::new(), RootVec::new());
    for &exception in all.iter() {
        if exception.is_none() {
            continue;
        }
        if group::same_metadata(th, exception, original)? {
            passed.push(exception);
        } else {
            own.push(exception);
        }
    }
    let rest = if passed.is_empty() { Value::NONE } else { group::project(th, original, &passed)? };
    if own.is_empty() {
        return Ok(rest);
    }
    if !rest.is_none() {
        own.push(rest);
    }
    if own.len() == 1 {
        return Ok(own[0]);
    }
    let own = List::from_slice(th, &own)?.value();
    group::new_group(th, own)
}
