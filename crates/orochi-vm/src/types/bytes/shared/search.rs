//! Finding.

use std::ops::Range;

use orochi_text::search;

use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::bytes::sequence::{ByteSequence, BytesArgument, bytes_argument, needle};
use crate::types::str::argument::bound;
use crate::types::tuple::Tuple;

type Finder = fn(&[u8], &[u8]) -> Option<usize>;

fn locate<S: ByteSequence>(
    th: &mut Thread,
    args: &[Value],
    finder: Finder,
) -> Result<Option<usize>, Raised> {
    let wanted = needle(th, args[1])?;
    let (start, end) = (bound(th, args[2])?, bound(th, args[3])?);
    let this = th.receiver::<S>(args[0])?;
    S::with(th, this, |_, bytes| {
        let Range { start, end } = search::bounds(start, end, bytes.len())?;
        finder(&bytes[start..end], &wanted).map(|at| at + start)
    })
}

fn position(th: &Thread, found: Option<usize>) -> Result<Value, Raised> {
    th.int_from_i64(found.map_or(-1, |at| at as i64))
}

fn found(th: &Thread, found: Option<usize>) -> Result<Value, Raised> {
    match found {
        Some(at) => th.int_from_i64(at as i64),
        None => Err(th.value_error("subsection not found")),
    }
}

pub(crate) fn find<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let at = locate::<S>(th, args, search::find_bytes)?;
    position(th, at)
}

pub(crate) fn rfind<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let at = locate::<S>(th, args, search::rfind_bytes)?;
    position(th, at)
}

pub(crate) fn index<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let at = locate::<S>(th, args, search::find_bytes)?;
    found(th, at)
}

pub(crate) fn rindex<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let at = locate::<S>(th, args, search::rfind_bytes)?;
    found(th, at)
}

pub(crate) fn count<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let wanted = needle(th, args[1])?;
    let (start, end) = (bound(th, args[2])?, bound(th, args[3])?);
    let this = th.receiver::<S>(args[0])?;
    let count = S::with(th, this, |_, bytes| match search::bounds(start, end, bytes.len()) {
        Some(range) => search::count_bytes(&bytes[range], &wanted),
        None => 0,
    })?;
    th.int_from_i64(count as i64)
}

fn has_affix<S: ByteSequence>(
    th: &mut Thread,
    args: &[Value],
    method: &str,
    test: fn(&[u8], &[u8]) -> bool,
) -> Result<Value, Raised> {
    let (start, end) = (bound(th, args[2])?, bound(th, args[3])?);
    let this = th.receiver::<S>(args[0])?;
    let matches = |th: &mut Thread, affix: BytesArgument| {
        S::with(th, this, |_, bytes| {
            search::bounds(start, end, bytes.len()).is_some_and(|range| test(&bytes[range], &affix))
        })
    };
    if let Some(affixes) = args[1].cast::<Tuple>() {
        for &affix in affixes.as_slice() {
            let affix = bytes_argument(th, affix)?;
            if matches(th, affix)? {
                return Ok(Value::TRUE);
            }
        }
        return Ok(Value::FALSE);
    }
    if !th.is_bytes_like(args[1]) {
        let what = format!("{method} first arg");
        return Err(th.wrong_argument(&what, "bytes or a tuple of bytes", args[1]));
    }
    let affix = bytes_argument(th, args[1])?;
    Ok(Value::from_bool(matches(th, affix)?))
}

pub(crate) fn startswith<S: ByteSequence>(
    th: &mut Thread,
    args: &[Value],
) -> Result<Value, Raised> {
    has_affix::<S>(th, args, "startswith", <[u8]>::starts_with)
}

pub(crate) fn endswith<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    has_affix::<S>(th, args, "endswith", <[u8]>::ends_with)
}

pub(crate) fn contains<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if !th.is_bytes_like(args[1]) && th.index_or_none(args[1])?.is_none() {
        let name = th.type_name(args[1]);
        return Err(th.type_error(format!("a bytes-like object is required, not '{name}'")));
    }
    let wanted = needle(th, args[1])?;
    let this = th.receiver::<S>(args[0])?;
    S::with(th, this, |_, bytes| Value::from_bool(search::find_bytes(bytes, &wanted).is_some()))
}
