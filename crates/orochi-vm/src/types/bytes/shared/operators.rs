//! The special methods.

use std::cmp::Ordering;

use orochi_text::{repr as text_repr, sequence};

use crate::class::Special;
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::object::ValueCast;
use crate::operation::Comparison;
use crate::thread::Thread;
use crate::types::bytes::Bytes;
use crate::types::bytes::sequence::{ByteSequence, bytes_argument};
use crate::types::int;
use crate::types::list::operators::{refuse, repetitions};
use crate::types::list::subscript::position;
use crate::types::slice::Slice;
use crate::types::str::Str;

/// Under `-b`: comparing or showing bytes as if they were text is reported.
fn bytes_warning(th: &mut Thread, message: &str) -> Result<(), Raised> {
    if th.vm.settings.bytes_warning == 0 {
        return Ok(());
    }
    th.warn(&classes::BYTES_WARNING, message, 1)
}

fn ordering<S: ByteSequence>(
    th: &mut Thread,
    args: &[Value],
    op: Comparison,
) -> Result<Value, Raised> {
    let this = th.receiver::<S>(args[0])?;
    if !th.is_bytes_like(args[1]) {
        if th.vm.settings.bytes_warning > 0 && matches!(op, Comparison::Eq | Comparison::Ne) {
            let kind = if S::NAME == "bytes" { "bytes" } else { "bytearray" };
            if args[1].cast::<Str>().is_some() {
                bytes_warning(th, &format!("Comparison between {kind} and string"))?;
            } else if int::is_int_like(args[1]) && S::NAME == "bytes" {
                bytes_warning(th, "Comparison between bytes and int")?;
            }
        }
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let bytes_only = S::NAME == "bytes" && args[1].cast::<Bytes>().is_none();
    if bytes_only {
        // The other operand's method knows.
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let other = bytes_argument(th, args[1])?;
    let order: Ordering = S::with(th, this, |_, bytes| match op {
        Comparison::Eq | Comparison::Ne if bytes.len() != other.len() => Ordering::Less,
        _ => bytes.cmp(&other),
    })?;
    Ok(Value::from_bool(op.holds(Some(order))))
}

macro_rules! comparisons {
    ($($name:ident $op:ident;)*) => {
        $(pub(crate) fn $name<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            ordering::<S>(th, args, Comparison::$op)
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

pub(crate) fn len<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<S>(args[0])?;
    let length = S::with(th, this, |_, bytes| bytes.len())?;
    th.int_from_i64(length as i64)
}

pub(crate) fn add<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<S>(args[0])?;
    if !th.is_bytes_like(args[1]) {
        let message =
            format!("can't concat {} to {}", th.type_name(args[1]), th.type_name(args[0]));
        return refuse(th, args[1], Special::RAdd, message);
    }
    let other = bytes_argument(th, args[1])?;
    if S::NAME == "bytes"
        && let Some(bytes) = args[0].cast::<Bytes>()
    {
        if other.is_empty() {
            return S::unchanged(th, this);
        }
        if bytes.is_empty() && args[1].cast_exact::<Bytes>().is_some() {
            return Ok(args[1]);
        }
        return Ok(Bytes::concat(th, bytes.as_slice(), &other)?.value());
    }
    S::with(th, this, |th, bytes| S::make(th, &[bytes, &other].concat()))?
}

pub(crate) fn mul<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(times) = repetitions(th, args[1])? else { return Ok(Value::NOT_IMPLEMENTED) };
    let this = th.receiver::<S>(args[0])?;
    if times == 1 {
        return S::unchanged(th, this);
    }
    let repeated = S::with(th, this, |_, bytes| match bytes.len().checked_mul(times) {
        Some(length) if length <= isize::MAX as usize => Some(sequence::repeat_bytes(bytes, times)),
        _ => None,
    })?;
    match repeated {
        Some(Ok(bytes)) => S::make(th, &bytes),
        Some(Err(error)) => Err(th.text_error(error)),
        None if S::NAME == "bytes" => Err(th.overflow_error("repeated bytes are too long")),
        None => Err(th.memory_error()),
    }
}

pub(crate) fn modulo<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<S>(args[0])?;
    let template = S::with(th, this, |_, bytes| bytes.to_vec())?;
    let bytes = crate::types::str::percent::format_bytes(th, &template, args[1])?;
    S::make(th, &bytes)
}

pub(crate) fn rmodulo<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[1].cast::<S>().is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    modulo::<S>(th, &[args[1], args[0]])
}

pub(crate) fn getitem<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<S>(args[0])?;
    let key = args[1];
    if let Some(slice) = key.cast::<Slice>() {
        let bounds = slice.bounds(th)?;
        let part = S::with(th, this, |th, bytes| {
            let picked = bounds.pick(bytes.len());
            if picked.step == 1 || picked.count == 0 {
                if picked.count == bytes.len() && S::NAME == "bytes" {
                    return Ok(None);
                }
                let start = picked.start.min(bytes.len());
                return S::make(th, &bytes[start..start + picked.count]).map(Some);
            }
            let part: Vec<u8> = (0..picked.count).map(|n| bytes[picked.index(n)]).collect();
            S::make(th, &part).map(Some)
        })?;
        return match part? {
            Some(part) => Ok(part),
            None => S::unchanged(th, this),
        };
    }
    let index = index_of(th, key, if S::NAME == "bytes" { "byte" } else { "bytearray" })?;
    let found = S::with(th, this, |_, bytes| position(index, bytes.len()).map(|at| bytes[at]))?;
    match found {
        Some(byte) => Ok(Value::from_i32(i32::from(byte))),
        None if S::NAME == "bytes" => Err(th.index_error("index out of range")),
        None => Err(th.index_error("bytearray index out of range")),
    }
}

/// The index that a subscript means, not yet compared with the length.
pub(crate) fn index_of(th: &mut Thread, key: Value, name: &str) -> Result<i64, Raised> {
    if key.is_int() {
        return Ok(key.as_int());
    }
    let kind = th.type_name(key);
    match th.index_or_none(key)? {
        Some(index) => match int::as_i64(index) {
            Some(index) => Ok(index),
            None => Err(th.index_error(format!("cannot fit '{kind}' into an index-sized integer"))),
        },
        None => {
            Err(th.type_error(format!("{name} indices must be integers or slices, not {kind}")))
        }
    }
}

pub(crate) fn repr<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<S>(args[0])?;
    let name = th.type_name(args[0]);
    let text = S::with(th, this, |_, bytes| text_repr::repr_bytes(bytes))?;
    if S::NAME == "bytes" {
        return Ok(Str::from_owned(th, &text)?.value());
    }
    let mut shown = orochi_text::TextBuf::with_capacity(text.as_text().len() + name.len() + 2);
    shown.push_str(&name);
    shown.push_ascii(b"(");
    shown.push_text(text.as_text());
    shown.push_ascii(b")");
    Ok(th.new_text(shown)?.value())
}

pub(crate) fn str<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    bytes_warning(th, &format!("str() on a {} instance", S::NAME))?;
    repr::<S>(th, args)
}

/// PEP 688: a view of the memory.
pub(crate) fn buffer(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let flags = crate::types::str::argument::ssize(th, args[1])?;
    crate::types::memoryview::view_with_flags(th, args[0], flags)
}
