//! `center`, `ljust`, `rjust`, `zfill`, `expandtabs`.
//!
//! Widths come from the program, so sizes are checked before anything is allocated: a width
//! beyond `isize::MAX` bytes gives `MemoryError` or, for tabs, `OverflowError`, as in CPython.

use crate::error::TextError;
use crate::text::{Kind, Text, Unit};
use crate::{OwnedText, TextBuf};

/// Results above this many units are refused, not tried.
pub(crate) const LONGEST: usize = isize::MAX as usize / 4;

/// Whether a padded string may be tried at all.
fn check_padded(total: usize) -> Result<(), TextError> {
    match total {
        0..=LONGEST => Ok(()),
        _ if total <= isize::MAX as usize => Err(TextError::memory()),
        _ => Err(TextError::overflow("padded string is too long")),
    }
}

/// `left` fill characters, the text, `right` fill characters.
pub(crate) fn pad(
    text: Text<'_>,
    left: usize,
    right: usize,
    fill: u32,
) -> Result<OwnedText, TextError> {
    let total = left.saturating_add(right).saturating_add(text.len());
    check_padded(total)?;
    let mut buffer = TextBuf::try_with_kind(text.kind().max(Kind::of(fill)), total)?;
    buffer.push_repeated(fill, left);
    buffer.push_text(text);
    buffer.push_repeated(fill, right);
    Ok(buffer.finish())
}

/// How much padding `width` asks for, and how much of it goes to the left when centring. With
/// an odd amount the extra one goes left only when the width is odd.
fn centre_left(len: usize, width: usize) -> (usize, usize) {
    let missing = width.saturating_sub(len);
    let left = missing / 2 + (missing & width & 1);
    (left, missing - left)
}

/// `str.center`
pub fn center(text: Text<'_>, width: usize, fill: u32) -> Result<OwnedText, TextError> {
    let (left, right) = centre_left(text.len(), width);
    pad(text, left, right, fill)
}

/// `str.ljust`
pub fn justify_left(text: Text<'_>, width: usize, fill: u32) -> Result<OwnedText, TextError> {
    pad(text, 0, width.saturating_sub(text.len()), fill)
}

/// `str.rjust`
pub fn justify_right(text: Text<'_>, width: usize, fill: u32) -> Result<OwnedText, TextError> {
    pad(text, width.saturating_sub(text.len()), 0, fill)
}

/// `str.zfill`: zeros after a leading sign.
pub fn zero_fill(text: Text<'_>, width: usize) -> Result<OwnedText, TextError> {
    let zeros = width.saturating_sub(text.len());
    match text.get(0) {
        Some(sign) if zeros > 0 && (sign == '+' as u32 || sign == '-' as u32) => {
            let total = zeros.saturating_add(text.len());
            check_padded(total)?;
            let mut buffer = TextBuf::try_with_kind(text.kind(), total)?;
            buffer.push(sign);
            buffer.push_repeated('0' as u32, zeros);
            buffer.push_text(text.slice(1..text.len()));
            Ok(buffer.finish())
        }
        _ => pad(text, zeros, 0, '0' as u32),
    }
}

/// What CPython's bytes objects need beside the bytes; only the limit shows it.
const BYTES_HEADER: usize = 33;

fn pad_bytes(bytes: &[u8], left: usize, right: usize, fill: u8) -> Result<Vec<u8>, TextError> {
    let total = left.saturating_add(right).saturating_add(bytes.len());
    if total > isize::MAX as usize - BYTES_HEADER {
        return Err(TextError::overflow("byte string is too large"));
    }
    let mut result = Vec::new();
    result.try_reserve_exact(total).map_err(|_| TextError::memory())?;
    result.resize(left, fill);
    result.extend_from_slice(bytes);
    result.resize(total, fill);
    Ok(result)
}

/// `bytes.center`
pub fn center_bytes(bytes: &[u8], width: usize, fill: u8) -> Result<Vec<u8>, TextError> {
    let (left, right) = centre_left(bytes.len(), width);
    pad_bytes(bytes, left, right, fill)
}

/// `bytes.ljust`
pub fn justify_left_bytes(bytes: &[u8], width: usize, fill: u8) -> Result<Vec<u8>, TextError> {
    pad_bytes(bytes, 0, width.saturating_sub(bytes.len()), fill)
}

/// `bytes.rjust`
pub fn justify_right_bytes(bytes: &[u8], width: usize, fill: u8) -> Result<Vec<u8>, TextError> {
    pad_bytes(bytes, width.saturating_sub(bytes.len()), 0, fill)
}

/// `bytes.zfill`
pub fn zero_fill_bytes(bytes: &[u8], width: usize) -> Result<Vec<u8>, TextError> {
    let zeros = width.saturating_sub(bytes.len());
    let mut result = pad_bytes(bytes, zeros, 0, b'0')?;
    if zeros > 0 && matches!(bytes.first(), Some(b'+' | b'-')) {
        result.swap(0, zeros);
    }
    Ok(result)
}

/// Replaces tabs by spaces up to the next multiple of `tab_size`; pieces go to `emit`.
fn expand<U: Unit>(
    units: &[U],
    tab_size: i64,
    mut emit: impl FnMut(Result<&[U], usize>),
) -> Result<(), TextError> {
    let size = usize::try_from(tab_size).unwrap_or(0);
    let mut column = 0usize;
    let mut total = 0usize;
    let mut from = 0;
    for (index, unit) in units.iter().enumerate() {
        match unit.code() {
            0x09 => {
                let spaces = if size > 0 { size - column % size } else { 0 };
                total = total.saturating_add(spaces + (index - from));
                if total > LONGEST {
                    return Err(TextError::overflow("new string is too long"));
                }
                emit(Ok(&units[from..index]));
                emit(Err(spaces));
                column = column.saturating_add(spaces);
                from = index + 1;
            }
            0x0A | 0x0D => column = 0,
            _ => column = column.saturating_add(1),
        }
    }
    emit(Ok(&units[from..]));
    Ok(())
}

/// Length of what [`expand`] gives.
fn expanded_length<U: Unit>(units: &[U], tab_size: i64) -> Result<usize, TextError> {
    let mut length = 0;
    expand(units, tab_size, |piece| length += piece.map_or_else(|spaces| spaces, <[U]>::len))?;
    Ok(length)
}

/// `str.expandtabs`
pub fn expand_tabs(text: Text<'_>, tab_size: i64) -> Result<OwnedText, TextError> {
    crate::with_units!(text, units => {
        let mut buffer = TextBuf::try_with_kind(text.kind(), expanded_length(units, tab_size)?)?;
        expand(units, tab_size, |piece| match piece {
            Ok(units) => buffer.push_text(Unit::text(units)),
            Err(spaces) => buffer.push_repeated(0x20, spaces),
        })?;
        Ok(buffer.finish())
    })
}

/// `bytes.expandtabs`
pub fn expand_tabs_bytes(bytes: &[u8], tab_size: i64) -> Result<Vec<u8>, TextError> {
    let mut result = Vec::new();
    let length = expanded_length(bytes, tab_size)?;
    result.try_reserve_exact(length).map_err(|_| TextError::memory())?;
    expand(bytes, tab_size, |piece| match piece {
        Ok(units) => result.extend_from_slice(units),
        Err(spaces) => result.resize(result.len() + spaces, b' '),
    })?;
    Ok(result)
}
