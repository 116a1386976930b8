//! Taking apart and putting together.

use std::ops::Range;

use orochi_text::{search, sequence};

use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::bytes::Bytes;
use crate::types::bytes::sequence::{ByteSequence, BytesArgument, bytes_argument};
use crate::types::iterators::is_iterable;
use crate::types::list::{List, ValueArray};
use crate::types::str::argument::{limit, truth};
use crate::types::tuple::Tuple;

/// The list of the parts in the ranges that `cut` finds.
fn parts<S: ByteSequence>(
    th: &mut Thread,
    this: Ref<S>,
    cut: impl FnOnce(&[u8]) -> Vec<Range<usize>>,
) -> Result<Value, Raised> {
    S::with(th, this, |th, bytes| {
        let ranges = cut(bytes);
        let array = ValueArray::new(th, ranges.len())?;
        for (index, range) in ranges.iter().enumerate() {
            array.put(index, S::make(th, &bytes[range.clone()])?);
        }
        Ok(List::allocate(th, array, ranges.len())?.value())
    })?
}

/// The separator of `split`; `None` for whitespace.
fn separator(th: &mut Thread, value: Value) -> Result<Option<BytesArgument>, Raised> {
    if value.is_unbound() || value.is_none() {
        return Ok(None);
    }
    let separator = bytes_argument(th, value)?;
    if separator.is_empty() {
        return Err(th.value_error("empty separator"));
    }
    Ok(Some(separator))
}

pub(crate) fn split<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let most = limit(th, args[2])?;
    let separator = separator(th, args[1])?;
    let this = th.receiver::<S>(args[0])?;
    parts(th, this, |bytes| match &separator {
        Some(separator) => search::split_units(bytes, separator, most),
        None => search::split_whitespace_units(bytes, most),
    })
}

pub(crate) fn rsplit<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let most = limit(th, args[2])?;
    let separator = separator(th, args[1])?;
    let this = th.receiver::<S>(args[0])?;
    parts(th, this, |bytes| match &separator {
        Some(separator) => search::rsplit_units(bytes, separator, most),
        None => search::rsplit_whitespace_units(bytes, most),
    })
}

pub(crate) fn splitlines<S: ByteSequence>(
    th: &mut Thread,
    args: &[Value],
) -> Result<Value, Raised> {
    let keep_ends = truth(th, args[1], false)?;
    let this = th.receiver::<S>(args[0])?;
    parts(th, this, |bytes| search::bytes_lines(bytes, keep_ends).collect())
}

fn partition_by<S: ByteSequence>(
    th: &mut Thread,
    args: &[Value],
    find: fn(&[u8], &[u8]) -> Option<Range<usize>>,
    whole_first: bool,
) -> Result<Value, Raised> {
    let separator = bytes_argument(th, args[1])?;
    if separator.is_empty() {
        return Err(th.value_error("empty separator"));
    }
    let this = th.receiver::<S>(args[0])?;
    let immutable = args[0].cast_exact::<Bytes>().is_some();
    S::with(th, this, |th, bytes| {
        let parts = match find(bytes, &separator) {
            Some(found) => {
                let middle = if immutable && args[1].cast_exact::<Bytes>().is_some() {
                    args[1]
                } else {
                    S::make(th, &separator)?
                };
                [S::make(th, &bytes[..found.start])?, middle, S::make(th, &bytes[found.end..])?]
            }
            None => {
                let whole = if immutable { args[0] } else { S::make(th, bytes)? };
                let (empty, other) = (S::make(th, &[])?, S::make(th, &[])?);
                if whole_first { [whole, empty, other] } else { [empty, other, whole] }
            }
        };
        Ok(Tuple::from_slice(th, &parts)?.value())
    })?
}

pub(crate) fn partition<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    partition_by::<S>(th, args, search::partition_units, true)
}

pub(crate) fn rpartition<S: ByteSequence>(
    th: &mut Thread,
    args: &[Value],
) -> Result<Value, Raised> {
    partition_by::<S>(th, args, search::rpartition_units, false)
}

pub(crate) fn join<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<S>(args[0])?;
    if !is_iterable(th, args[1]) {
        return Err(th.type_error("can only join an iterable"));
    }
    let mut items = RootVec::new();
    th.collect(args[1], &mut items)?;
    let mut pieces: Vec<BytesArgument> = Vec::with_capacity(items.len());
    let mut all_shared = true;
    for (index, &item) in items.iter().enumerate() {
        if let Some(bytes) = item.cast::<Bytes>() {
            pieces.push(BytesArgument::Shared(bytes));
            continue;
        }
        if !th.is_bytes_like(item) {
            let name = th.type_name(item);
            return Err(th.type_error(format!(
                "sequence item {index}: expected a bytes-like object, {name} found"
            )));
        }
        all_shared = false;
        pieces.push(BytesArgument::Own(th.bytes_of(item)?));
    }
    if let ([only], true) = (items.as_slice(), all_shared && S::NAME == "bytes")
        && only.cast_exact::<Bytes>().is_some()
    {
        return Ok(*only);
    }
    S::with(th, this, |th, separator| {
        match sequence::join_bytes(separator, pieces.iter().map(|piece| &**piece)) {
            Ok(joined) => S::make(th, &joined),
            Err(error) => Err(th.text_error(error)),
        }
    })?
}
