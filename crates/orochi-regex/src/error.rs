//! What can go wrong: in a code array, and while a program runs.

use std::fmt;

/// A code array that `re._compiler` would not emit: `_sre.compile` raises RuntimeError
/// ("invalid SRE code") for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeError {
    /// The index of the word that is wrong.
    pub at: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid SRE code at word {}: {}", self.at, self.reason)
    }
}

impl std::error::Error for CodeError {}

/// Why a match was given up without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchError {
    /// The backtracking stack reached its limit: MemoryError.
    Memory,
    /// The poll asked to stop; the caller knows why.
    Interrupted,
}

impl fmt::Display for MatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MatchError::Memory => "regular expression needs too much memory",
            MatchError::Interrupted => "regular expression match interrupted",
        })
    }
}

impl std::error::Error for MatchError {}
