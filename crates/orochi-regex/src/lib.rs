//! The regular expression engine: executes what the library's `re._compiler` emits, on any kind
//! of text.
//!
//! Python's `re` is written in Python down to an array of 32-bit words; the native module `_sre`
//! takes that array and runs it. This crate is the part of `_sre` that knows nothing of Python
//! objects. [`Program::new`] validates a code array and decodes it (`decode`, `set_code`), looks
//! at what was decoded to find shortcuts (`analysis`), and gives an immutable program. A program
//! matches over slices of `u8`, `u16` or `u32` ([`Unit`]), each unit one character: `engine` is
//! the backtracking loop, `repeat` the runs of single characters, `search` finds the places to
//! start at, and [`Cursor`] walks from match to match with Python's rules about empty ones. State
//! lives in a [`Scratch`] that is reused from call to call.
//!
//! Whatever the code array and the text, a match ends in an answer or an error: nothing here
//! panics, recurses without bound or reads out of bounds; the stack's size is limited, and a poll
//! is asked at short intervals whether to go on ([`Context`]).
//!
//! Results are those of CPython 3.14, including where groups stand after backtracking; characters
//! are those of Unicode 16.0 (`chars`).

mod analysis;
pub mod chars;
mod charset;
mod cursor;
mod decode;
mod engine;
mod error;
mod locale;
mod opcodes;
mod program;
mod repeat;
mod scratch;
mod search;
mod set_code;
mod unit;

pub use cursor::Cursor;
pub use error::{CodeError, MatchError};
pub use locale::{C_LOCALE, LocaleTable};
pub use opcodes::{CODESIZE, MAGIC, MAXGROUPS, MAXREPEAT};
pub use program::Program;
pub use scratch::{Context, Limits, Scratch};
pub use search::{Found, Outcome};
pub use unit::Unit;

/// `re.LOCALE`: the flag under which case and words follow the locale.
pub const FLAG_LOCALE: u32 = 4;
/// `re.UNICODE`: the flag under which they follow Unicode.
pub const FLAG_UNICODE: u32 = 32;

#[cfg(test)]
mod tests;
