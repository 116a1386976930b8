//! `str.__format__`.

use super::group::lay_out_text;
use super::spec::{Align, Sign, Spec, unknown_kind};
use crate::error::TextError;
use crate::{OwnedText, Text};

/// Formats a string. `type_name` is the class of the object, for messages.
pub fn format_text(spec: &Spec, text: Text<'_>, type_name: &str) -> Result<OwnedText, TextError> {
    let refuse = |what: &str| {
        Err(TextError::value(format!("{what} not allowed in string format specifier")))
    };
    match spec.kind {
        Some('s') => {}
        Some(kind) => return Err(unknown_kind(kind, type_name)),
        None => {}
    }
    match spec.sign {
        Some(Sign::Space) => return refuse("Space"),
        Some(_) => return refuse("Sign"),
        None => {}
    }
    if spec.no_negative_zero {
        return refuse("Negative zero coercion (z)");
    }
    if spec.alternate {
        return refuse("Alternate form (#)");
    }
    if spec.align == Align::AfterSign {
        return refuse("'=' alignment");
    }
    lay_out_text(spec, text.slice(0..spec.precision.unwrap_or(usize::MAX)))
}
