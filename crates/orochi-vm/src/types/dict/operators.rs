//! Comparison, `|` and `repr` of dicts.

use orochi_text::TextBuf;

use super::merge::is_plainly_iterated;
use super::object::Dict;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::str::Str;

/// Whether two dicts have the same keys with equal values.
pub(crate) fn equal(th: &mut Thread, a: Ref<Dict>, b: Ref<Dict>) -> Result<bool, Raised> {
    th.check_native_stack()?;
    {
        let (a, b) = th.read2(a, b)?;
        if a.len() != b.len() {
            return Ok(false);
        }
    }
    let mut position = 0;
    while let Some((hash, key, value, next)) = a.hashed_entry_from(th, position)? {
        match b.get_hashed(th, key, hash)? {
            None => return Ok(false),
            Some(other) => {
                if !th.equal(value, other)? {
                    return Ok(false);
                }
            }
        }
        position = next;
    }
    Ok(true)
}

fn compare(th: &mut Thread, args: &[Value], wanted: bool) -> Result<Value, Raised> {
    let dict = th.receiver::<Dict>(args[0])?;
    match args[1].cast::<Dict>() {
        Some(other) => Ok(Value::from_bool(equal(th, dict, other)? == wanted)),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

pub(super) fn eq(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    compare(th, args, true)
}

pub(super) fn ne(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    compare(th, args, false)
}

fn union(th: &mut Thread, left: Value, right: Value) -> Result<Value, Raised> {
    let (Some(left), Some(right)) = (left.cast::<Dict>(), right.cast::<Dict>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if is_plainly_iterated(th, right.value()) {
        return Ok(left.union(th, right)?.value());
    }
    let result = left.copy(th)?;
    result.update(th, right.value())?;
    Ok(result.value())
}

pub(super) fn or(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    union(th, args[0], args[1])
}

pub(super) fn ror(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    union(th, args[1], args[0])
}

pub(super) fn ior(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Dict>(args[0])?.update(th, args[1])?;
    Ok(args[0])
}

pub(super) fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let dict = th.receiver::<Dict>(args[0])?;
    let text = th.repr_guarded(args[0], "{...}", |th| {
        let mut text = TextBuf::new();
        text.push_ascii(b"{");
        let mut position = 0;
        while let Some((key, value, next)) = dict.entry_from(th, position)? {
            if position > 0 && text.len() > 1 {
                text.push_ascii(b", ");
            }
            text.push_text(th.repr(key)?.text());
            text.push_ascii(b": ");
            text.push_text(th.repr(value)?.text());
            position = next;
        }
        text.push_ascii(b"}");
        Str::from_text(th, text.finish().as_text())
    })?;
    Ok(text.value())
}
