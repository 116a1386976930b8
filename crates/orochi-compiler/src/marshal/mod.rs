//! Code objects as bytes: our own compact format, for the library that is compiled at build time
//! and for `.pyc` files.
//!
//! A file is a magic number, a version, and one code object. Integers are little-endian base-128,
//! and so are the operands of instructions, whose cache words are left out. Every
//! string (names, file names, string constants) is written once, in a table at the front, and
//! named by its index: loading allocates each once and shares it. Positions are written as
//! differences. Nothing is trusted on loading: lengths are checked against what is left, and a
//! file that ends early or names what is not there gives an error.

mod read;
mod write;

use crate::bytecode::Format;
use std::fmt;

pub use read::load;
pub use write::{dump, write_constant};

/// The first bytes of marshalled code.
pub const MAGIC: [u8; 4] = *b"ORC\x01";
/// Changes whenever the format or the instruction table does.
pub const VERSION: u32 = 2;
/// Code objects and tuples nest at most this deep.
const MAX_DEPTH: u32 = 2000;

/// Why bytes cannot be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// Not marshalled code.
    Magic,
    /// Of another version.
    Version,
    /// Cut short, or damaged.
    Damaged,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Magic => "not marshalled code",
            Self::Version => "marshalled code of another version",
            Self::Damaged => "damaged marshalled code",
        })
    }
}

impl std::error::Error for LoadError {}

const NONE: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const ELLIPSIS: u8 = 3;
const INT: u8 = 4;
const BIG_INT: u8 = 5;
const NEGATIVE_BIG_INT: u8 = 6;
const FLOAT: u8 = 7;
const COMPLEX: u8 = 8;
const STR: u8 = 9;
const BYTES: u8 = 10;
const TUPLE: u8 = 11;
const FROZEN_SET: u8 = 12;
const CODE: u8 = 13;

/// How the operands of an instruction are written.
enum Operands {
    Three,
    TwoSigned,
    Wide,
}

const fn operands(format: Format) -> Operands {
    match format {
        Format::J | Format::Aj | Format::AkWide | Format::AiWide => Operands::Wide,
        Format::Abs | Format::Ais | Format::Abi => Operands::TwoSigned,
        _ => Operands::Three,
    }
}
