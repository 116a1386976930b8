//! `startswith` and `endswith`, across kinds.

use crate::compare::equal;
use crate::text::Text;

/// Whether `text` begins with `prefix`.
pub fn starts_with(text: Text<'_>, prefix: Text<'_>) -> bool {
    let len = prefix.len();
    len <= text.len() && equal(text.slice(0..len), prefix)
}

/// Whether `text` ends with `suffix`.
pub fn ends_with(text: Text<'_>, suffix: Text<'_>) -> bool {
    let (len, all) = (suffix.len(), text.len());
    len <= all && equal(text.slice(all - len..all), suffix)
}
