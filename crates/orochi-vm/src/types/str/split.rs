//! Taking apart and putting together: `split`, `splitlines`, `partition`, `join`.

use std::ops::Range;

use orochi_text::search;

use super::Str;
use super::argument::{limit, truth};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::iterators::is_iterable;
use crate::types::list::List;
use crate::types::tuple::Tuple;

/// The list of the parts in these ranges.
fn parts(th: &Thread, string: Ref<Str>, ranges: &[Range<usize>]) -> Result<Value, Raised> {
    if let [only] = ranges {
        let whole = Str::slice(th, string, only.clone())?;
        return Ok(List::from_slice(th, &[whole.value()])?.value());
    }
    let array = crate::types::list::ValueArray::new(th, ranges.len())?;
    for (index, range) in ranges.iter().enumerate() {
        array.put(index, Str::slice(th, string, range.clone())?.value());
    }
    Ok(List::allocate(th, array, ranges.len())?.value())
}

/// The separator of `split`; `None` for whitespace.
fn separator(th: &Thread, value: Value) -> Result<Option<Ref<Str>>, Raised> {
    if value.is_unbound() || value.is_none() {
        return Ok(None);
    }
    match value.cast::<Str>() {
        Some(text) if text.is_empty() => Err(th.value_error("empty separator")),
        Some(text) => Ok(Some(text)),
        None => Err(th.type_error(format!("must be str or None, not {}", th.type_name(value)))),
    }
}

pub(super) fn split(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let most = limit(th, args[2])?;
    let ranges = match separator(th, args[1])? {
        Some(separator) => search::split(string.text(), separator.text(), most),
        None => search::split_whitespace(string.text(), most),
    };
    parts(th, string, &ranges)
}

pub(super) fn rsplit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let most = limit(th, args[2])?;
    let ranges = match separator(th, args[1])? {
        Some(separator) => search::rsplit(string.text(), separator.text(), most),
        None => search::rsplit_whitespace(string.text(), most),
    };
    parts(th, string, &ranges)
}

pub(super) fn splitlines(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let keep_ends = truth(th, args[1], false)?;
    parts(th, string, &search::text_lines(string.text(), keep_ends))
}

/// The three parts around `found`.
fn around(
    th: &Thread,
    string: Ref<Str>,
    separator: Ref<Str>,
    found: Range<usize>,
) -> Result<Value, Raised> {
    let before = Str::slice(th, string, 0..found.start)?.value();
    let after = Str::slice(th, string, found.end..string.len())?.value();
    Ok(Tuple::from_slice(th, &[before, separator.value(), after])?.value())
}

fn partition_arguments(th: &Thread, args: &[Value]) -> Result<(Ref<Str>, Ref<Str>), Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let Some(separator) = args[1].cast::<Str>() else {
        let name = th.type_name(args[1]);
        return Err(th.type_error(format!("must be str, not {name}")));
    };
    if separator.is_empty() {
        return Err(th.value_error("empty separator"));
    }
    Ok((string, separator))
}

pub(super) fn partition(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (string, separator) = partition_arguments(th, args)?;
    if let Some(found) = search::partition(string.text(), separator.text()) {
        return around(th, string, separator, found);
    }
    let (whole, empty) = (Str::exact(th, string)?.value(), th.vm.empty_str.get().value());
    Ok(Tuple::from_slice(th, &[whole, empty, empty])?.value())
}

pub(super) fn rpartition(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (string, separator) = partition_arguments(th, args)?;
    if let Some(found) = search::rpartition(string.text(), separator.text()) {
        return around(th, string, separator, found);
    }
    let (whole, empty) = (Str::exact(th, string)?.value(), th.vm.empty_str.get().value());
    Ok(Tuple::from_slice(th, &[empty, empty, whole])?.value())
}

pub(super) fn join(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let separator = th.receiver::<Str>(args[0])?;
    if let Some(tuple) = args[1].cast_exact::<Tuple>() {
        return join_parts(th, separator, tuple.as_slice());
    }
    if let Some(list) = args[1].cast_exact::<List>() {
        let items = th.read(list)?;
        return join_parts(items.thread(), separator, items.as_slice());
    }
    let mut items = RootVec::new();
    if !is_iterable(th, args[1]) {
        return Err(th.type_error("can only join an iterable"));
    }
    th.collect(args[1], &mut items)?;
    join_parts(th, separator, items.as_slice())
}

fn join_parts(th: &Thread, separator: Ref<Str>, parts: &[Value]) -> Result<Value, Raised> {
    for (index, part) in parts.iter().enumerate() {
        if part.cast::<Str>().is_none() {
            let name = th.type_name(*part);
            return Err(th.type_error(format!(
                "sequence item {index}: expected str instance, {name} found"
            )));
        }
    }
    if let [only] = parts
        && only.cast_exact::<Str>().is_some()
    {
        return Ok(*only);
    }
    Ok(Str::join(th, separator, parts)?.value())
}
