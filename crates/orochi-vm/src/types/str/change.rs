//! New strings of old ones: replacing, stripping, padding, case.

use orochi_text::search::{self, Side};
use orochi_text::{OwnedText, Text, TextError, case};

use super::Str;
use super::argument::{limit, ssize, tab_size};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;

fn exact(th: &Thread, string: Ref<Str>) -> Result<Value, Raised> {
    Ok(Str::exact(th, string)?.value())
}

pub(super) fn replace(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let old = th.str_argument(args[1], "replace() argument 1")?;
    let new = th.str_argument(args[2], "replace() argument 2")?;
    let most = limit(th, args[3])?;
    match search::replace(string.text(), old.text(), new.text(), most) {
        Ok(Some(text)) => Ok(Str::from_owned(th, &text)?.value()),
        Ok(None) => exact(th, string),
        Err(error) => Err(th.text_error(error)),
    }
}

fn strip_side(th: &mut Thread, args: &[Value], name: &str, side: Side) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let range = if args[1].is_unbound() || args[1].is_none() {
        search::strip_whitespace(string.text(), side)
    } else if let Some(set) = args[1].cast::<Str>() {
        search::strip(string.text(), set.text(), side)
    } else {
        return Err(th.type_error(format!("{name} arg must be None or str")));
    };
    Ok(Str::slice(th, string, range)?.value())
}

pub(super) fn strip(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    strip_side(th, args, "strip", Side::Both)
}

pub(super) fn lstrip(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    strip_side(th, args, "lstrip", Side::Left)
}

pub(super) fn rstrip(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    strip_side(th, args, "rstrip", Side::Right)
}

pub(super) fn removeprefix(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let prefix = th.str_argument(args[1], "removeprefix() argument")?;
    if search::starts_with(string.text(), prefix.text()) {
        return Ok(Str::slice(th, string, prefix.len()..string.len())?.value());
    }
    exact(th, string)
}

pub(super) fn removesuffix(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let suffix = th.str_argument(args[1], "removesuffix() argument")?;
    if search::ends_with(string.text(), suffix.text()) {
        return Ok(Str::slice(th, string, 0..string.len() - suffix.len())?.value());
    }
    exact(th, string)
}

type Pad = fn(Text<'_>, usize, u32) -> Result<OwnedText, TextError>;

fn pad(th: &mut Thread, args: &[Value], pad: Pad) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let width = usize::try_from(ssize(th, args[1])?).unwrap_or(0);
    let fill = if args[2].is_unbound() {
        0x20
    } else if let Some(fill) = args[2].cast::<Str>() {
        match fill.text().get(0) {
            Some(code) if fill.len() == 1 => code,
            _ => return Err(th.type_error("The fill character must be exactly one character long")),
        }
    } else {
        let name = th.type_name(args[2]);
        return Err(
            th.type_error(format!("The fill character must be a unicode character, not {name}"))
        );
    };
    if width <= string.len() {
        return exact(th, string);
    }
    th.text_result(pad(string.text(), width, fill))
}

pub(super) fn center(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    pad(th, args, search::center)
}

pub(super) fn ljust(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    pad(th, args, search::justify_left)
}

pub(super) fn rjust(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    pad(th, args, search::justify_right)
}

pub(super) fn zfill(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let width = usize::try_from(ssize(th, args[1])?).unwrap_or(0);
    if width <= string.len() {
        return exact(th, string);
    }
    th.text_result(search::zero_fill(string.text(), width))
}

pub(super) fn expandtabs(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let size = tab_size(th, args[1])?;
    if !search::contains(string.text(), Text::One(b"\t")) {
        return exact(th, string);
    }
    th.text_result(search::expand_tabs(string.text(), size))
}

macro_rules! case_methods {
    ($($name:ident $map:path;)*) => {
        $(pub(super) fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            let string = th.receiver::<Str>(args[0])?;
            Ok(Str::from_owned(th, &$map(string.text()))?.value())
        })*
    };
}
case_methods! {
    lower case::lower;
    upper case::upper;
    casefold case::casefold;
    swapcase case::swapcase;
    title case::title;
    capitalize case::capitalize;
}
