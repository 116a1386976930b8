//! New bytes of old ones: replacing, stripping, padding, case; text of bytes.

use orochi_text::search::{self, Side};
use orochi_text::{Text, TextError, bytes as algorithms};

use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::bytes::sequence::{ByteSequence, bytes_argument};
use crate::types::str::Str;
use crate::types::str::argument::{limit, ssize, tab_size};
use crate::types::str::encoding::optional;

fn finish<S: ByteSequence>(th: &Thread, made: Result<Vec<u8>, TextError>) -> Result<Value, Raised> {
    match made {
        Ok(bytes) => S::make(th, &bytes),
        Err(error) => Err(th.text_error(error)),
    }
}

pub(crate) fn replace<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (old, new) = (bytes_argument(th, args[1])?, bytes_argument(th, args[2])?);
    let most = limit(th, args[3])?;
    let this = th.receiver::<S>(args[0])?;
    let replaced = S::with(th, this, |_, bytes| search::replace_bytes(bytes, &old, &new, most))?;
    match replaced {
        Ok(Some(bytes)) => S::make(th, &bytes),
        Ok(None) => S::unchanged(th, this),
        Err(error) => Err(th.text_error(error)),
    }
}

fn strip_side<S: ByteSequence>(
    th: &mut Thread,
    args: &[Value],
    side: Side,
) -> Result<Value, Raised> {
    let set = match args[1] {
        set if set.is_unbound() || set.is_none() => None,
        set => Some(bytes_argument(th, set)?),
    };
    let this = th.receiver::<S>(args[0])?;
    let stripped = S::with(th, this, |th, bytes| {
        let range = match &set {
            Some(set) => search::strip_bytes(bytes, set, side),
            None => search::strip_whitespace_bytes(bytes, side),
        };
        if range.len() == bytes.len() { Ok(None) } else { S::make(th, &bytes[range]).map(Some) }
    })?;
    match stripped? {
        Some(stripped) => Ok(stripped),
        None => S::unchanged(th, this),
    }
}

pub(crate) fn strip<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    strip_side::<S>(th, args, Side::Both)
}

pub(crate) fn lstrip<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    strip_side::<S>(th, args, Side::Left)
}

pub(crate) fn rstrip<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    strip_side::<S>(th, args, Side::Right)
}

pub(crate) fn removeprefix<S: ByteSequence>(
    th: &mut Thread,
    args: &[Value],
) -> Result<Value, Raised> {
    let prefix = bytes_argument(th, args[1])?;
    let this = th.receiver::<S>(args[0])?;
    let rest = S::with(th, this, |th, bytes| match bytes.strip_prefix(&*prefix) {
        Some(rest) if !prefix.is_empty() => S::make(th, rest).map(Some),
        _ => Ok(None),
    })?;
    match rest? {
        Some(rest) => Ok(rest),
        None => S::unchanged(th, this),
    }
}

pub(crate) fn removesuffix<S: ByteSequence>(
    th: &mut Thread,
    args: &[Value],
) -> Result<Value, Raised> {
    let suffix = bytes_argument(th, args[1])?;
    let this = th.receiver::<S>(args[0])?;
    let rest = S::with(th, this, |th, bytes| match bytes.strip_suffix(&*suffix) {
        Some(rest) if !suffix.is_empty() => S::make(th, rest).map(Some),
        _ => Ok(None),
    })?;
    match rest? {
        Some(rest) => Ok(rest),
        None => S::unchanged(th, this),
    }
}

type Pad = fn(&[u8], usize, u8) -> Result<Vec<u8>, TextError>;

fn pad<S: ByteSequence>(
    th: &mut Thread,
    args: &[Value],
    method: &str,
    pad: Pad,
) -> Result<Value, Raised> {
    let width = usize::try_from(ssize(th, args[1])?).unwrap_or(0);
    let fill = if args[2].is_unbound() {
        b' '
    } else {
        let given = if args[2].cast::<Bytes>().is_some() || args[2].cast::<ByteArray>().is_some() {
            th.bytes_of(args[2])?
        } else {
            Vec::new()
        };
        match given[..] {
            [fill] => fill,
            _ => {
                let what = format!("{method}() argument 2");
                return Err(th.wrong_argument(&what, "a byte string of length 1", args[2]));
            }
        }
    };
    let this = th.receiver::<S>(args[0])?;
    let padded =
        S::with(
            th,
            this,
            |_, bytes| {
                if width <= bytes.len() { None } else { Some(pad(bytes, width, fill)) }
            },
        )?;
    match padded {
        Some(padded) => finish::<S>(th, padded),
        None => S::unchanged(th, this),
    }
}

pub(crate) fn center<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    pad::<S>(th, args, "center", search::center_bytes)
}

pub(crate) fn ljust<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    pad::<S>(th, args, "ljust", search::justify_left_bytes)
}

pub(crate) fn rjust<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    pad::<S>(th, args, "rjust", search::justify_right_bytes)
}

pub(crate) fn zfill<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let width = usize::try_from(ssize(th, args[1])?).unwrap_or(0);
    let this = th.receiver::<S>(args[0])?;
    let filled = S::with(th, this, |_, bytes| {
        if width <= bytes.len() { None } else { Some(search::zero_fill_bytes(bytes, width)) }
    })?;
    match filled {
        Some(filled) => finish::<S>(th, filled),
        None => S::unchanged(th, this),
    }
}

pub(crate) fn expandtabs<S: ByteSequence>(
    th: &mut Thread,
    args: &[Value],
) -> Result<Value, Raised> {
    let size = tab_size(th, args[1])?;
    let this = th.receiver::<S>(args[0])?;
    let expanded = S::with(th, this, |_, bytes| search::expand_tabs_bytes(bytes, size))?;
    finish::<S>(th, expanded)
}

pub(crate) fn translate<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let table = if args[1].is_none() {
        None
    } else {
        let given = bytes_argument(th, args[1])?;
        match <[u8; 256]>::try_from(&*given) {
            Ok(table) => Some(table),
            Err(_) => return Err(th.value_error("translation table must be 256 characters long")),
        }
    };
    let delete = match args[2] {
        delete if delete.is_unbound() => None,
        delete => Some(bytes_argument(th, delete)?),
    };
    let delete = delete.as_deref().unwrap_or(&[]);
    let this = th.receiver::<S>(args[0])?;
    S::with(th, this, |th, bytes| {
        S::make(th, &search::translate_bytes(bytes, table.as_ref(), delete))
    })?
}

pub(crate) fn maketrans(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (from, to) = (bytes_argument(th, args[0])?, bytes_argument(th, args[1])?);
    match algorithms::make_table(&from, &to) {
        Ok(table) => Ok(th.new_bytes(&table)?.value()),
        Err(error) => Err(th.text_error(error)),
    }
}

macro_rules! case_methods {
    ($($name:ident $map:expr;)*) => {
        $(pub(crate) fn $name<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            let this = th.receiver::<S>(args[0])?;
            S::with(th, this, |th, bytes| S::make(th, &($map)(bytes)))?
        })*
    };
}
case_methods! {
    lower <[u8]>::to_ascii_lowercase;
    upper <[u8]>::to_ascii_uppercase;
    swapcase algorithms::swapcase;
    title algorithms::title;
    capitalize algorithms::capitalize;
}

pub(crate) fn decode<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let encoding = optional(th, args[1], "decode() argument 'encoding'")?;
    let errors = optional(th, args[2], "decode() argument 'errors'")?;
    Ok(th.decode_object(args[0], encoding.as_deref(), errors.as_deref())?.value())
}

pub(crate) fn hex<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (separator, group) = hex_arguments(th, args[1], args[2])?;
    let this = th.receiver::<S>(args[0])?;
    S::with(th, this, |th, bytes| hex_text(th, bytes, separator, group))?
}

/// The hexadecimal digits of bytes as a string.
pub(crate) fn hex_text(
    th: &Thread,
    bytes: &[u8],
    separator: Option<u8>,
    group: i64,
) -> Result<Value, Raised> {
    let digits = algorithms::hex(bytes, separator, group);
    Ok(Str::new(th, Text::One(&digits))?.value())
}

/// The arguments of `hex`: separator and size of groups.
pub(crate) fn hex_arguments(
    th: &mut Thread,
    separator: Value,
    group: Value,
) -> Result<(Option<u8>, i64), Raised> {
    let group = if group.is_unbound() {
        1
    } else {
        match i32::try_from(ssize(th, group)?) {
            Ok(group) => i64::from(group),
            Err(_) => return Err(th.overflow_error("Python int too large to convert to C int")),
        }
    };
    if separator.is_unbound() {
        return Ok((None, group));
    }
    if th.length(separator)? != 1 {
        return Err(th.value_error("sep must be length 1."));
    }
    let code = if let Some(text) = separator.cast::<Str>() {
        text.text().get(0).unwrap_or(0)
    } else if let Some(bytes) = separator.cast::<Bytes>() {
        bytes.as_slice().first().copied().unwrap_or(0).into()
    } else {
        return Err(th.type_error("sep must be str or bytes."));
    };
    match u8::try_from(code) {
        Ok(separator) if separator.is_ascii() => Ok((Some(separator), group)),
        _ => Err(th.value_error("sep must be ASCII.")),
    }
}
