//! Comparison, hash, concatenation, repetition and `repr` of tuples.

use orochi_text::TextBuf;
use orochi_text::hash::TupleHasher;

use super::Tuple;
use super::methods::is_exact;
use crate::class::Special;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::operation::Comparison;
use crate::thread::Thread;
use crate::types::dict::table::hash_key;
use crate::types::list::operators::{refuse, repetitions};
use crate::types::list::search;
use crate::types::str::Str;

macro_rules! comparisons {
    ($($name:ident $op:ident;)*) => {
        $(pub(super) fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            match (args[0].cast::<Tuple>(), args[1].cast::<Tuple>()) {
                (Some(a), Some(b)) => search::compare(th, Comparison::$op, a, b),
                _ => Ok(Value::NOT_IMPLEMENTED),
            }
        })*
    };
}
comparisons! {
    eq Eq;
    ne Ne;
    lt Lt;
    le Le;
    gt Gt;
    ge Ge;
}

/// The hash of a tuple; runs `__hash__` of its items where they are no simple ones, at the first
/// time.
pub fn hash_of(th: &mut Thread, tuple: Ref<Tuple>) -> Result<u64, Raised> {
    if let Some(known) = tuple.known_hash() {
        return Ok(known);
    }
    th.check_native_stack_while(" while hashing a tuple")?;
    let mut hasher = TupleHasher::default();
    for &item in tuple.as_slice() {
        hasher.add(hash_key(th, item)? as i64);
    }
    let hash = hasher.finish() as u64;
    tuple.keep_hash(hash);
    Ok(hash)
}

pub(crate) fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tuple = th.receiver::<Tuple>(args[0])?;
    let hash = hash_of(th, tuple)?;
    th.int_from_i64(hash as i64)
}

pub(super) fn add(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tuple = th.receiver::<Tuple>(args[0])?;
    let Some(other) = args[1].cast::<Tuple>() else {
        let name = th.type_name(args[1]);
        let message = format!("can only concatenate tuple (not \"{name}\") to tuple");
        return refuse(th, args[1], Special::RAdd, message);
    };
    if other.is_empty() && is_exact(th, args[0]) {
        return Ok(args[0]);
    }
    if tuple.is_empty() && is_exact(th, args[1]) {
        return Ok(args[1]);
    }
    Ok(Tuple::from_parts(th, [tuple.as_slice(), other.as_slice()], 1)?.value())
}

pub(super) fn mul(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tuple = th.receiver::<Tuple>(args[0])?;
    let Some(count) = repetitions(th, args[1])? else { return Ok(Value::NOT_IMPLEMENTED) };
    if (count == 1 || tuple.is_empty()) && is_exact(th, args[0]) {
        return Ok(args[0]);
    }
    Ok(Tuple::from_parts(th, [tuple.as_slice()], count)?.value())
}

pub(super) fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tuple = th.receiver::<Tuple>(args[0])?;
    let text = th.repr_guarded(args[0], "(...)", |th| {
        let mut text = TextBuf::new();
        text.push_ascii(b"(");
        for (index, &item) in tuple.as_slice().iter().enumerate() {
            if index > 0 {
                text.push_ascii(b", ");
            }
            text.push_text(th.repr(item)?.text());
        }
        text.push_str(if tuple.len() == 1 { ",)" } else { ")" });
        Str::from_text(th, text.finish().as_text())
    })?;
    Ok(text.value())
}
