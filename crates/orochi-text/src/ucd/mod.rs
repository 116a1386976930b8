//! The Unicode character database, version 16.0: what `unicodedata` offers and what the
//! predicates and case mappings of `str` stand on.
//!
//! CPython 3.14 uses the same version, and a program sees the difference, so properties come
//! from our own tables, generated from the database by `tables/generate.py`. Each property set
//! is a two-stage table: the upper bits of a code point choose a block, block and lower bits a
//! record number. Names and normalisation come from crates pinned to the same version.

mod aliases;
mod casing;
mod changes;
mod database;
mod decompositions;
mod names;
mod normal;
mod numeric;
mod properties;
#[cfg(test)]
mod tests;
mod types;
pub mod version_3_2;

pub use names::{Named, lookup, lookup_character, name};
pub use normal::{Form, is_normalized, normalize};
pub(crate) use properties::{Case, TypeRecord, full_case};
pub use properties::{
    bidirectional, category, combining, decimal, decomposition, digit, east_asian_width, mirrored,
    numeric,
};

/// `unicodedata.unidata_version`
pub const VERSION: &str = "16.0.0";
