//! Building blocks of `translate` and `maketrans`.
//!
//! `str.translate` looks each code point up in a Python mapping, which is the caller's to do;
//! [`translate_text`] drives it and asks once for each distinct code point below 256.
//! `bytes.translate` has a table of 256 bytes.

use crate::text::Text;
use crate::{OwnedText, TextBuf};

/// What a code point becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Translation {
    /// Itself.
    Same,
    /// Nothing.
    Delete,
    /// Another code point.
    Code(u32),
    /// A string.
    Text(OwnedText),
}

/// `str.translate` with a lookup that may fail. Lookups of code points below 128 are asked for
/// once and remembered, as CPython does for ASCII strings.
pub fn translate_text<E>(
    text: Text<'_>,
    mut lookup: impl FnMut(u32) -> Result<Translation, E>,
) -> Result<OwnedText, E> {
    let mut known: [Option<Translation>; 128] = [const { None }; 128];
    let mut buffer = TextBuf::with_kind(text.kind(), text.len());
    for code in text.codes() {
        let fresh;
        let translation = match known.get_mut(code as usize) {
            Some(Some(translation)) => &*translation,
            Some(slot) => slot.insert(lookup(code)?),
            None => {
                fresh = lookup(code)?;
                &fresh
            }
        };
        match translation {
            Translation::Same => buffer.push(code),
            Translation::Delete => {}
            Translation::Code(other) => buffer.push(*other),
            Translation::Text(text) => buffer.push_text(text.as_text()),
        }
    }
    Ok(buffer.finish())
}

/// `bytes.translate`: deletes the bytes in `delete`, then maps the others through `table`.
pub fn translate_bytes(bytes: &[u8], table: Option<&[u8; 256]>, delete: &[u8]) -> Vec<u8> {
    if delete.is_empty() {
        return match table {
            Some(table) => bytes.iter().map(|&b| table[b as usize]).collect(),
            None => bytes.to_vec(),
        };
    }
    let mut deleted = [false; 256];
    for &byte in delete {
        deleted[byte as usize] = true;
    }
    let kept = bytes.iter().filter(|&&b| !deleted[b as usize]);
    match table {
        Some(table) => kept.map(|&b| table[b as usize]).collect(),
        None => kept.copied().collect(),
    }
}
