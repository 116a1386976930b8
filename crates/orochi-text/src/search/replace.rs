//! `replace`.
//!
//! One unit against one unit of the same kind is a copy with a comparison each, which
//! vectorises. Otherwise occurrences are counted out first, so that the result is allocated
//! once at its exact size.

use super::Pattern;
use super::pad::LONGEST;
use crate::error::TextError;
use crate::text::{Text, Unit, convert};
use crate::{OwnedText, TextBuf, with_units};

/// `str.replace`: the new string, or `None` where nothing is replaced (the caller gives the
/// string itself back). `limit` is the number of replacements, `None` for all.
pub fn replace(
    text: Text<'_>,
    old: Text<'_>,
    new: Text<'_>,
    limit: Option<usize>,
) -> Result<Option<OwnedText>, TextError> {
    let limit = limit.unwrap_or(usize::MAX);
    if limit == 0 || old.len() > text.len() {
        return Ok(None);
    }
    with_units!(text, units => {
        let Some(old) = convert(old) else { return Ok(None) };
        if old.is_empty() {
            return interleave(units, new, limit).map(Some);
        }
        if let (&[old], Some(&[new])) = (&*old, convert(new).as_deref())
            && limit >= units.len()
        {
            return Ok(replace_unit(units, old, new));
        }
        let mut starts = Vec::new();
        Pattern::new(&old).each(units, limit, |at| starts.push(at));
        if starts.is_empty() {
            return Ok(None);
        }
        let gone = starts.len() * old.len();
        let total = starts.len().saturating_mul(new.len()).saturating_add(units.len() - gone);
        if total > LONGEST {
            return Err(TextError::overflow("replace string is too long"));
        }
        if let (Text::One(bytes), Text::One(new)) = (text, new) {
            return substitute(bytes, &starts, old.len(), new, total).map(Some);
        }
        let new_bound = new.max_bound();
        let kind = text.kind().max(new.kind());
        let mut buffer = TextBuf::try_with_kind(kind, total)?;
        let bound = text.max_bound();
        let mut from = 0;
        for at in starts {
            buffer.push_bounded(Unit::text(&units[from..at]), bound);
            buffer.push_bounded(new, new_bound);
            from = at + old.len();
        }
        buffer.push_bounded(Unit::text(&units[from..]), bound);
        Ok(Some(buffer.finish()))
    })
}

/// Every `old` becomes `new`, in a loop that vectorises.
fn replace_unit<U: Unit>(units: &[U], old: U, new: U) -> Option<OwnedText> {
    let first = super::find_unit(units, old)?;
    let mut result = units.to_vec();
    for unit in &mut result[first..] {
        *unit = if *unit == old { new } else { *unit };
    }
    Some(match U::text(&result) {
        Text::One(_) => OwnedText::from_latin1(bytemuck::allocation::cast_vec(result)),
        wide => wide.to_owned(),
    })
}

/// Puts `new` in place of the `gone` bytes from each of `starts` on.
fn substitute(
    bytes: &[u8],
    starts: &[usize],
    gone: usize,
    new: &[u8],
    total: usize,
) -> Result<OwnedText, TextError> {
    let mut result = Vec::new();
    result.try_reserve_exact(total).map_err(|_| TextError::memory())?;
    let mut from = 0;
    for &at in starts {
        result.extend_from_slice(&bytes[from..at]);
        result.extend_from_slice(new);
        from = at + gone;
    }
    result.extend_from_slice(&bytes[from..]);
    Ok(OwnedText::from_latin1(result))
}

/// Puts `new` before each unit and at the end, at most `limit` times.
fn interleave<U: Unit>(units: &[U], new: Text<'_>, limit: usize) -> Result<OwnedText, TextError> {
    let times = limit.min(units.len() + 1);
    let total = times.saturating_mul(new.len()).saturating_add(units.len());
    if total > LONGEST {
        return Err(TextError::overflow("replace string is too long"));
    }
    let new_bound = new.max_bound();
    let mut buffer = TextBuf::try_with_kind(U::KIND.max(new.kind()), total)?;
    for &unit in &units[..times.min(units.len())] {
        buffer.push_bounded(new, new_bound);
        buffer.push(unit.code());
    }
    if times > units.len() {
        buffer.push_bounded(new, new_bound);
    }
    buffer.push_text(U::text(&units[times.min(units.len())..]));
    Ok(buffer.finish())
}

/// `bytes.replace`; `None` where nothing is replaced.
pub fn replace_bytes(
    bytes: &[u8],
    old: &[u8],
    new: &[u8],
    limit: Option<usize>,
) -> Result<Option<Vec<u8>>, TextError> {
    match replace(Text::One(bytes), Text::One(old), Text::One(new), limit) {
        Ok(Some(OwnedText::One { units, .. })) => Ok(Some(units)),
        Ok(_) => Ok(None),
        Err(_) => Err(TextError::overflow("replace bytes is too long")),
    }
}
