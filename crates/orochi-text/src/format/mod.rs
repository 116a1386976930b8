//! Formatting: `format()` and f-strings, `str.format`, the `%` operator.
//!
//! [`Spec`] parses the format specification mini-language (library reference, "Format
//! Specification Mini-Language", 3.14 with grouping of fractions); the functions beside it apply
//! a specification to text, to the digits of an integer, to floats and complex numbers.
//! [`fields`](Fields) takes a `str.format` template apart, [`percent`](Directives) a `%`
//! template. Looking up arguments and calling `__format__` is the caller's.

mod apply_int;
mod apply_real;
mod apply_text;
mod field;
mod group;
mod percent;
mod percent_apply;
mod spec;
#[cfg(test)]
mod tests;

pub use apply_int::{Presentation, format_char, format_int, int_presentation};
pub use apply_real::{format_complex, format_real};
pub use apply_text::format_text;
pub use field::{
    Access, AccessPath, Accesses, Field, FieldHead, Fields, Numbering, Piece, split_field_name,
};
pub use group::Locale;
pub use percent::{Amount, Directive, Directives, PercentPiece};
pub use percent_apply::{percent_float, percent_int, percent_text};
pub use spec::{Align, Defaults, Grouping, Sign, Spec};
