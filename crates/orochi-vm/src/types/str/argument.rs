//! Reading the arguments of string methods.

use super::Str;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;

impl Thread {
    /// An argument that must be a string; `what` names it: `"find() argument 1"`.
    #[inline]
    pub fn str_argument(&self, value: Value, what: &str) -> Result<Ref<Str>, Raised> {
        match value.cast::<Str>() {
            Some(text) => Ok(text),
            None => Err(self.wrong_argument(what, "str", value)),
        }
    }

    /// `{what} must be {wanted}, not {type}`
    #[cold]
    pub fn wrong_argument(&self, what: &str, wanted: &str, value: Value) -> Raised {
        let name = if value.is_none() { "None".to_owned() } else { self.type_name(value) };
        self.type_error(format!("{what} must be {wanted}, not {name}"))
    }
}

/// An optional bound of a search: `None` if it is missing or None.
pub(crate) fn bound(th: &mut Thread, value: Value) -> Result<Option<i64>, Raised> {
    if value.is_int() {
        return Ok(Some(value.as_int()));
    }
    if value.is_unbound() || value.is_none() {
        return Ok(None);
    }
    th.index_clamped(value).map(Some)
}

/// A number of replacements or splits: negative ones and missing ones are no limit.
pub(crate) fn limit(th: &mut Thread, value: Value) -> Result<Option<usize>, Raised> {
    if value.is_unbound() {
        return Ok(None);
    }
    Ok(usize::try_from(ssize(th, value)?).ok())
}

/// An integer argument that must fit in 64 bits.
pub(crate) fn ssize(th: &mut Thread, value: Value) -> Result<i64, Raised> {
    let index = th.index(value)?;
    match crate::types::int::as_i64(index) {
        Some(index) => Ok(index),
        None => Err(th.overflow_error("Python int too large to convert to C ssize_t")),
    }
}

/// An argument that is true or false, with what is meant when it is missing.
pub(crate) fn truth(th: &mut Thread, value: Value, missing: bool) -> Result<bool, Raised> {
    if value.is_unbound() { Ok(missing) } else { th.is_true(value) }
}

/// The argument of `expandtabs`.
pub(crate) fn tab_size(th: &mut Thread, value: Value) -> Result<i64, Raised> {
    if value.is_unbound() {
        return Ok(8);
    }
    let index = th.index(value)?;
    match crate::types::int::as_i64(index) {
        Some(size) if i32::try_from(size).is_ok() => Ok(size),
        _ => Err(th.overflow_error("Python int too large to convert to C int")),
    }
}
