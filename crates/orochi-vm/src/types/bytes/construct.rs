//! `bytes(…)` and what `bytearray(…)` does alike.

use orochi_text::Text;

use super::sequence::BytesArgument;
use super::{Bytes, SPEC};
use crate::class::Special;
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::int;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::str::encoding::optional;
use crate::types::tuple::Tuple;

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    let exact = shape.class == SPEC.class();
    let source = args[1];
    let plain = args[2].is_unbound() && args[3].is_unbound();
    if plain && !source.is_unbound() && source.cast::<Str>().is_none() {
        if exact && source.cast_exact::<Bytes>().is_some() {
            return Ok(source);
        }
        if let Some(made) = th.call_special(source, Special::Bytes, &[])? {
            let Some(bytes) = made.cast::<Bytes>() else {
                let name = th.type_name(made);
                return Err(th.type_error(format!("__bytes__ returned non-bytes (type {name})")));
            };
            if exact {
                return Ok(made);
            }
            return Ok(Bytes::from_slice_as(th, shape, bytes.as_slice())?.value());
        }
    }
    let bytes = contents(th, source, args[2], args[3], "bytes")?;
    Ok(Bytes::from_slice_as(th, shape, &bytes)?.value())
}

/// The bytes that a constructor's arguments describe.
pub(crate) fn contents(
    th: &mut Thread,
    source: Value,
    encoding: Value,
    errors: Value,
    name: &str,
) -> Result<BytesArgument, Raised> {
    let own = |bytes| Ok(BytesArgument::Own(bytes));
    if source.is_unbound() {
        if !encoding.is_unbound() || !errors.is_unbound() {
            let what = if encoding.is_unbound() { "errors" } else { "encoding" };
            return Err(th.type_error(format!("{what} without a string argument")));
        }
        return own(Vec::new());
    }
    if let Some(text) = source.cast::<Str>() {
        if encoding.is_unbound() {
            return Err(th.type_error("string argument without an encoding"));
        }
        let encoding = optional(th, encoding, &format!("{name}() argument 'encoding'"))?;
        let errors = optional(th, errors, &format!("{name}() argument 'errors'"))?;
        let bytes = th.encode(text, encoding.as_deref(), errors.as_deref())?;
        return Ok(BytesArgument::Shared(bytes));
    }
    if !encoding.is_unbound() || !errors.is_unbound() {
        let what = if encoding.is_unbound() { "errors" } else { "encoding" };
        return Err(th.type_error(format!("{what} without a string argument")));
    }
    if int::is_int_like(source) || th.class_of(source).special(th, Special::Index).is_some() {
        match th.index_ssize(source) {
            Ok(count) if count < 0 => return Err(th.value_error("negative count")),
            Ok(count) => {
                let mut zeros = Vec::new();
                if count > isize::MAX as i64 / 16
                    || zeros.try_reserve_exact(count as usize).is_err()
                {
                    return Err(th.memory_error());
                }
                zeros.resize(count as usize, 0);
                return own(zeros);
            }
            Err(raised) => {
                // An `__index__` that is no index may still belong to an iterable.
                if !int::is_int_like(source) && th.raised_is(raised, &classes::TYPE_ERROR) {
                    th.take_exception();
                } else {
                    return Err(raised);
                }
            }
        }
    }
    if let Some(bytes) = source.cast::<Bytes>() {
        return Ok(BytesArgument::Shared(bytes));
    }
    if th.is_bytes_like(source) {
        return th.bytes_of(source).map(BytesArgument::Own);
    }
    if !crate::types::iterators::is_iterable(th, source) {
        let kind = th.type_name(source);
        return Err(th.type_error(format!("cannot convert '{kind}' object to {name}")));
    }
    own(from_iterable(th, source, name)?)
}

/// The bytes that an iterable of numbers gives.
pub(crate) fn from_iterable(th: &mut Thread, source: Value, name: &str) -> Result<Vec<u8>, Raised> {
    if let Some(tuple) = source.cast_exact::<Tuple>()
        && let Some(bytes) = small_numbers(tuple.as_slice())
    {
        return Ok(bytes);
    }
    if let Some(list) = source.cast_exact::<List>()
        && let Some(bytes) = small_numbers(th.read(list)?.as_slice())
    {
        return Ok(bytes);
    }
    let mut bytes = Vec::with_capacity(th.length_hint(source, 0)?.min(1 << 16));
    let iterator = th.iterate(source)?;
    while let Some(item) = th.next(iterator)? {
        bytes.push(element(th, item, name)?);
    }
    Ok(bytes)
}

/// One number of an iterable.
pub(crate) fn element(th: &mut Thread, item: Value, name: &str) -> Result<u8, Raised> {
    let index = th.index(item)?;
    match int::as_i64(index) {
        Some(byte @ 0..=255) => Ok(byte as u8),
        _ => {
            let what = if name == "bytes" { "bytes" } else { "byte" };
            Err(th.value_error(format!("{what} must be in range(0, 256)")))
        }
    }
}

/// All items as bytes, if they are.
fn small_numbers(items: &[Value]) -> Option<Vec<u8>> {
    let one = |item: &Value| {
        if item.is_int() { u8::try_from(item.as_int()).ok() } else { None }
    };
    items.iter().map(one).collect()
}

/// `bytes.fromhex(text)`, for either class.
pub(crate) fn fromhex(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let bytes = if let Some(text) = args[1].cast::<Str>() {
        orochi_text::bytes::from_hex(text.text())
    } else if th.is_bytes_like(args[1]) {
        let digits = th.bytes_of(args[1])?;
        orochi_text::bytes::from_hex(Text::One(&digits))
    } else {
        return Err(th.wrong_argument("fromhex() argument", "str or bytes-like", args[1]));
    };
    let bytes = bytes.map_err(|error| th.text_error(error))?;
    let made = th.new_bytes(&bytes)?.value();
    if args[0] == SPEC.class().value() {
        return Ok(made);
    }
    th.call(args[0], &[made])
}
