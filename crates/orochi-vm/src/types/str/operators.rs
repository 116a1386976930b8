//! The special methods.

use orochi_text::{compare, repr as text_repr, sequence};

use super::{Str, StrIterator};
use crate::class::Special;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::operation::Comparison;
use crate::thread::Thread;
use crate::types::list::operators::{refuse, repetitions};
use crate::types::list::subscript::position;
use crate::types::slice::Slice;
use crate::types::tuple::Tuple;

macro_rules! comparisons {
    ($($name:ident $op:ident;)*) => {
        $(pub(super) fn $name(_: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            let (Some(a), Some(b)) = (args[0].cast::<Str>(), args[1].cast::<Str>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            let order = if a == b { std::cmp::Ordering::Equal } else { compare::order(a.text(), b.text()) };
            Ok(Value::from_bool(Comparison::$op.holds(Some(order))))
        })*
    };
}
comparisons! {
    lt Lt;
    le Le;
    gt Gt;
    ge Ge;
}

pub(super) fn eq(_: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match (args[0].cast::<Str>(), args[1].cast::<Str>()) {
        (Some(a), Some(b)) => Ok(Value::from_bool(Str::equal(a, b))),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

pub(super) fn ne(_: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match (args[0].cast::<Str>(), args[1].cast::<Str>()) {
        (Some(a), Some(b)) => Ok(Value::from_bool(!Str::equal(a, b))),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

pub(super) fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let hash = th.receiver::<Str>(args[0])?.hash();
    th.int_from_i64(hash as i64)
}

pub(super) fn len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let length = th.receiver::<Str>(args[0])?.len();
    th.int_from_i64(length as i64)
}

pub(super) fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    StrIterator::over(th, string)
}

pub(super) fn add(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    match args[1].cast::<Str>() {
        Some(other) => Ok(Str::concat(th, string, other)?.value()),
        None => {
            let name = th.type_name(args[1]);
            let message = format!("can only concatenate str (not \"{name}\") to str");
            refuse(th, args[1], Special::RAdd, message)
        }
    }
}

pub(super) fn mul(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    match repetitions(th, args[1])? {
        Some(times) => Ok(Str::repeat(th, string, times)?.value()),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

pub(super) fn modulo(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    super::percent::format_str(th, string, args[1])
}

pub(super) fn rmodulo(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match args[1].cast::<Str>() {
        Some(template) => super::percent::format_str(th, template, args[0]),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

pub(crate) fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let key = args[1];
    if key.is_int() {
        return match position(key.as_int(), string.len()).and_then(|at| string.text().get(at)) {
            Some(code) => Ok(Str::from_code(th, code)?.value()),
            None => Err(th.index_error("string index out of range")),
        };
    }
    if let Some(slice) = key.cast::<Slice>() {
        let picked = slice.bounds(th)?.pick(string.len());
        if picked.step == 1 || picked.count == 0 {
            let range = picked.start..picked.start + picked.count;
            return Ok(Str::slice(th, string, range)?.value());
        }
        let text = string.text();
        let part = sequence::slice_step(text, picked.start, picked.step as isize, picked.count);
        return Ok(Str::from_owned(th, &part)?.value());
    }
    let name = th.type_name(key);
    match th.index_or_none(key)? {
        Some(index) => match crate::types::int::as_i64(index) {
            Some(index) => match position(index, string.len()).and_then(|at| string.text().get(at))
            {
                Some(code) => Ok(Str::from_code(th, code)?.value()),
                None => Err(th.index_error("string index out of range")),
            },
            None => Err(th.index_error(format!("cannot fit '{name}' into an index-sized integer"))),
        },
        None => Err(th.type_error(format!("string indices must be integers, not '{name}'"))),
    }
}

pub(super) fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    Ok(Str::from_owned(th, &text_repr::repr(string.text()))?.value())
}

pub(super) fn str(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    Ok(Str::exact(th, string)?.value())
}

pub(super) fn getnewargs(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let copy = Str::from_text(th, string.text())?;
    Ok(Tuple::from_slice(th, &[copy.value()])?.value())
}

pub(super) fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    th.int_from_i64((size_of::<Str>() + string.text().storage().len()) as i64)
}
