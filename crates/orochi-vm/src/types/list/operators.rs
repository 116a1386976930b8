//! Comparison, concatenation, repetition and `repr` of lists.

use orochi_text::TextBuf;

use super::object::{List, ValueArray};
use super::search;
use crate::class::{Special, flags};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::operation::Comparison;
use crate::thread::Thread;
use crate::types::str::Str;

macro_rules! comparisons {
    ($($name:ident $op:ident;)*) => {
        $(pub(super) fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            match (args[0].cast::<List>(), args[1].cast::<List>()) {
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

/// What a sequence's `+` or `*` says to an operand it cannot use: nothing, if that is of a
/// class written in Python that may know better, an error otherwise.
pub(crate) fn refuse(
    th: &Thread,
    other: Value,
    reflected: Special,
    message: String,
) -> Result<Value, Raised> {
    let class = th.class_of(other);
    if class.has(flags::HEAP) && class.special(th, reflected).is_some() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    Err(th.type_error(message))
}

pub(super) fn add(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    let Some(other) = args[1].cast::<List>() else {
        let name = th.type_name(args[1]);
        let message = format!("can only concatenate list (not \"{name}\") to list");
        return refuse(th, args[1], Special::RAdd, message);
    };
    let (a, b) = th.read2(list, other)?;
    let (th, length) = (a.thread(), a.len() + b.len());
    if length == 0 {
        return Ok(List::new(th)?.value());
    }
    let array = ValueArray::from_slice(th, a.as_slice(), length)?;
    array.copy_from(a.len(), b.as_slice());
    Ok(List::allocate(th, array, length)?.value())
}

pub(super) fn iadd(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<List>(args[0])?.extend(th, args[1])?;
    Ok(args[0])
}

/// How often a sequence is to be repeated; `None` if the operand is to answer itself.
pub(crate) fn repetitions(th: &mut Thread, operand: Value) -> Result<Option<usize>, Raised> {
    if th.class_of(operand).special(th, Special::Index).is_none() {
        let name = th.type_name(operand);
        let message = format!("can't multiply sequence by non-int of type '{name}'");
        refuse(th, operand, Special::RMul, message)?;
        return Ok(None);
    }
    Ok(Some(usize::try_from(th.index_ssize(operand)?).unwrap_or(0)))
}

pub(super) fn mul(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    let Some(count) = repetitions(th, args[1])? else { return Ok(Value::NOT_IMPLEMENTED) };
    let items = th.read(list)?;
    Ok(List::repeated(items.thread(), items.as_slice(), count)?.value())
}

pub(super) fn imul(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    let Some(count) = repetitions(th, args[1])? else { return Ok(Value::NOT_IMPLEMENTED) };
    let items = th.write(list)?;
    let length = items.len();
    if count != 1 && length > 0 {
        let Some(wanted) = length.checked_mul(count) else {
            return Err(th.memory_error());
        };
        let array = ValueArray::new(items.thread(), wanted)?;
        for n in 0..count {
            array.copy_from(n * length, items.as_slice());
        }
        items.replace(array, wanted);
    }
    Ok(args[0])
}

pub(super) fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = th.receiver::<List>(args[0])?;
    let text = th.repr_guarded(args[0], "[...]", |th| {
        let mut text = TextBuf::new();
        text.push_ascii(b"[");
        let mut index = 0;
        while let Some(item) = list.get(th, index)? {
            if index > 0 {
                text.push_ascii(b", ");
            }
            text.push_text(th.repr(item)?.text());
            index += 1;
        }
        text.push_ascii(b"]");
        Str::from_text(th, text.finish().as_text())
    })?;
    Ok(text.value())
}
