//! Normalisation forms.
//!
//! The work is done by the crate `unicode-normalization`, which knows only scalar values, and
//! those of a newer Unicode version. Surrogates and code points that our version does not assign
//! never combine with anything, so a string is normalised in the pieces between them. Text that
//! a quick check finds normalised is given back without a copy being made.

use unicode_normalization::{
    IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfd_quick, is_nfkc_quick, is_nfkd_quick,
};

use crate::text::Text;
use crate::{OwnedText, TextBuf};

/// A normalisation form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Canonical composition.
    Nfc,
    /// Canonical decomposition.
    Nfd,
    /// Compatibility composition.
    Nfkc,
    /// Compatibility decomposition.
    Nfkd,
}

impl Form {
    /// The form of that name.
    pub fn parse(name: &str) -> Option<Form> {
        match name {
            "NFC" => Some(Form::Nfc),
            "NFD" => Some(Form::Nfd),
            "NFKC" => Some(Form::Nfkc),
            "NFKD" => Some(Form::Nfkd),
            _ => None,
        }
    }
}

/// The code point as the character that takes part in normalisation.
pub(super) fn normalizable(code: u32) -> Option<char> {
    char::from_u32(code).filter(|_| code < 0x300 || super::category(code) != "Cn")
}

/// What a quick check says; `None`: a full comparison is needed.
fn quick_check(text: Text<'_>, form: Form) -> Option<bool> {
    if text.is_ascii() || (form == Form::Nfc && matches!(text, Text::One(_))) {
        return Some(true);
    }
    // What is inert is as inert as the letter it stands for here.
    let characters = text.codes().map(|code| normalizable(code).unwrap_or('a'));
    match match form {
        Form::Nfc => is_nfc_quick(characters),
        Form::Nfd => is_nfd_quick(characters),
        Form::Nfkc => is_nfkc_quick(characters),
        Form::Nfkd => is_nfkd_quick(characters),
    } {
        IsNormalized::Yes => Some(true),
        IsNormalized::No => Some(false),
        IsNormalized::Maybe => None,
    }
}

/// `unicodedata.normalize`: `None` where the text is in that form already.
pub fn normalize(text: Text<'_>, form: Form) -> Option<OwnedText> {
    if quick_check(text, form) == Some(true) {
        return None;
    }
    Some(normalize_by(text, form, normalizable))
}

/// Normalises, with `character` telling who takes part.
pub(super) fn normalize_by(
    text: Text<'_>,
    form: Form,
    character: impl Fn(u32) -> Option<char>,
) -> OwnedText {
    let mut buffer = TextBuf::with_kind(text.kind(), text.len());
    let mut codes = text.codes();
    let mut inert = None;
    loop {
        let piece = codes.by_ref().map_while(|code| {
            let character = character(code);
            inert = if character.is_none() { Some(code) } else { None };
            character
        });
        let piece = piece.fuse();
        // The iterator adaptors of the crate want to be named one by one.
        match form {
            Form::Nfc => buffer.extend(piece.nfc().map(u32::from)),
            Form::Nfd => buffer.extend(piece.nfd().map(u32::from)),
            Form::Nfkc => buffer.extend(piece.nfkc().map(u32::from)),
            Form::Nfkd => buffer.extend(piece.nfkd().map(u32::from)),
        }
        match inert.take() {
            Some(code) => buffer.push(code),
            None => return buffer.finish(),
        }
    }
}

/// `unicodedata.is_normalized`
pub fn is_normalized(text: Text<'_>, form: Form) -> bool {
    quick_check(text, form).unwrap_or_else(|| match normalize(text, form) {
        Some(normal) => crate::compare::equal(text, normal.as_text()),
        None => true,
    })
}
