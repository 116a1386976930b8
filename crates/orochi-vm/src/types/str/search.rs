//! Finding: `find`, `count`, `startswith` and their kin.

use std::ops::Range;

use orochi_text::{Text, search};

use super::Str;
use super::argument::bound;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::tuple::Tuple;

type Finder = fn(Text<'_>, Text<'_>) -> Option<usize>;

/// The receiver and the range that `start` and `end` mean in it, if any.
fn ranged(th: &mut Thread, args: &[Value]) -> Result<(Ref<Str>, Option<Range<usize>>), Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let (start, end) = (bound(th, args[2])?, bound(th, args[3])?);
    Ok((string, search::bounds(start, end, string.len())))
}

fn locate(
    th: &mut Thread,
    args: &[Value],
    what: &str,
    finder: Finder,
) -> Result<Option<usize>, Raised> {
    let wanted = th.str_argument(args[1], what)?;
    let (string, range) = ranged(th, args)?;
    let Some(range) = range else { return Ok(None) };
    let start = range.start;
    Ok(finder(string.text().slice(range), wanted.text()).map(|at| at + start))
}

fn position(th: &Thread, found: Option<usize>) -> Result<Value, Raised> {
    th.int_from_i64(found.map_or(-1, |at| at as i64))
}

fn found(th: &Thread, found: Option<usize>) -> Result<Value, Raised> {
    match found {
        Some(at) => th.int_from_i64(at as i64),
        None => Err(th.value_error("substring not found")),
    }
}

pub(super) fn find(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let at = locate(th, args, "find() argument 1", search::find)?;
    position(th, at)
}

pub(super) fn rfind(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let at = locate(th, args, "rfind() argument 1", search::rfind)?;
    position(th, at)
}

pub(super) fn index(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let at = locate(th, args, "index() argument 1", search::find)?;
    found(th, at)
}

pub(super) fn rindex(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let at = locate(th, args, "rindex() argument 1", search::rfind)?;
    found(th, at)
}

pub(super) fn count(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let wanted = th.str_argument(args[1], "count() argument 1")?;
    let (string, range) = ranged(th, args)?;
    let count = range.map_or(0, |range| search::count(string.text().slice(range), wanted.text()));
    th.int_from_i64(count as i64)
}

fn has_affix(
    th: &mut Thread,
    args: &[Value],
    method: &str,
    test: fn(Text<'_>, Text<'_>) -> bool,
) -> Result<Value, Raised> {
    let (string, range) = ranged(th, args)?;
    let part = range.map(|range| string.text().slice(range));
    let matches = |affix: Ref<Str>| part.is_some_and(|part| test(part, affix.text()));
    if let Some(affix) = args[1].cast::<Str>() {
        return Ok(Value::from_bool(matches(affix)));
    }
    let Some(affixes) = args[1].cast::<Tuple>() else {
        let what = format!("{method} first arg");
        return Err(th.wrong_argument(&what, "str or a tuple of str", args[1]));
    };
    for &affix in affixes.as_slice() {
        let Some(affix) = affix.cast::<Str>() else {
            let name = th.type_name(affix);
            return Err(
                th.type_error(format!("tuple for {method} must only contain str, not {name}"))
            );
        };
        if matches(affix) {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

pub(super) fn startswith(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    has_affix(th, args, "startswith", search::starts_with)
}

pub(super) fn endswith(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    has_affix(th, args, "endswith", search::ends_with)
}

pub(super) fn contains(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let Some(wanted) = args[1].cast::<Str>() else {
        let name = th.type_name(args[1]);
        return Err(
            th.type_error(format!("'in <string>' requires string as left operand, not {name}"))
        );
    };
    Ok(Value::from_bool(search::contains(string.text(), wanted.text())))
}
