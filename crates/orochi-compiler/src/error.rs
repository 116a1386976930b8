//! What compilation reports: syntax errors and warnings, in the words of CPython.

use crate::code::Position;
use std::fmt;

/// The exception class a compilation failure is raised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// `SyntaxError`
    SyntaxError,
    /// `IndentationError`
    IndentationError,
    /// `TabError`
    TabError,
    /// `_IncompleteInputError`: the source ends too early (only with
    /// [`crate::Options::allow_incomplete`]).
    IncompleteInput,
    /// `RecursionError`: the source nests too deeply to be compiled.
    RecursionError,
    /// `MemoryError`: the source nests too deeply to be parsed.
    MemoryError,
    /// `ValueError`: the source cannot be source at all.
    ValueError,
    /// `OverflowError`: a number is out of range.
    OverflowError,
}

impl ErrorClass {
    /// The name of the class.
    pub fn name(self) -> &'static str {
        match self {
            Self::SyntaxError => "SyntaxError",
            Self::IndentationError => "IndentationError",
            Self::TabError => "TabError",
            Self::IncompleteInput => "_IncompleteInputError",
            Self::RecursionError => "RecursionError",
            Self::MemoryError => "MemoryError",
            Self::ValueError => "ValueError",
            Self::OverflowError => "OverflowError",
        }
    }
}

/// A failed compilation, with what Python's `SyntaxError` carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Which class is raised.
    pub class: ErrorClass,
    /// `msg`
    pub message: String,
    /// `filename`
    pub filename: String,
    /// `lineno`, from 1; 0 if unknown (`None` in Python).
    pub line: u32,
    /// `offset`, from 1, in characters; 0 if unknown.
    pub column: u32,
    /// `end_lineno`
    pub end_line: u32,
    /// `end_offset`; 0 or -1 as CPython gives them when there is no end.
    pub end_column: i32,
    /// `text`: the source line.
    pub text: Option<String>,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({}, line {})", self.class.name(), self.message, self.filename, self.line)
    }
}

impl std::error::Error for SyntaxError {}

/// The category of a [`Warning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningClass {
    /// `SyntaxWarning`
    SyntaxWarning,
    /// `DeprecationWarning`
    DeprecationWarning,
}

/// A warning found while compiling. If the program's filters turn it into an error, it is raised
/// as a `SyntaxError` with this text and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The category.
    pub class: WarningClass,
    /// The text.
    pub message: String,
    /// Where; columns count bytes from 0.
    pub at: Position,
}

/// An error inside the compiler, before file name and source line are added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which class is raised.
    pub class: ErrorClass,
    /// The message.
    pub message: String,
    /// Where; columns count bytes from 0.
    pub at: Position,
    /// Whether the end of the range is to be reported.
    pub has_end: bool,
}

impl Failure {
    /// A `SyntaxError` over the range `at`.
    pub fn new(message: impl Into<String>, at: Position) -> Self {
        Self { class: ErrorClass::SyntaxError, message: message.into(), at, has_end: true }
    }

    /// A failure of another class.
    pub fn of(class: ErrorClass, message: impl Into<String>, at: Position) -> Self {
        Self { class, message: message.into(), at, has_end: true }
    }

    /// The same, without an end.
    pub fn without_end(mut self) -> Self {
        self.has_end = false;
        self
    }
}

/// What the compiler's parts return.
pub type Outcome<T> = Result<T, Failure>;
