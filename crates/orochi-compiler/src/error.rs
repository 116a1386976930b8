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
    /// `offset`, from 1, in characters; 0 or -1 as CPython gives them where there is none.
    pub column: i32,
    /// `end_lineno`
    pub end_line: u32,
    /// `end_offset`; 0 or -1 as CPython gives them when there is no end.
    pub end_column: i32,
    /// `text`: the source line.
    pub text: Option<String>,
    /// Found after parsing: the columns count bytes, and the line is taken from the file, if the
    /// name is that of one.
    pub late: bool,
}

/// How the message for an encoding begins that is not known.
pub(crate) const UNKNOWN_ENCODING: &str = "unknown encoding: ";

impl SyntaxError {
    /// The encoding of the source, if it is one that this crate does not know.
    pub fn unknown_encoding(&self) -> Option<&str> {
        self.message.strip_prefix(UNKNOWN_ENCODING)
    }
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
    /// Found after parsing, and told after all that parsing has found.
    pub late: bool,
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
    /// The place as CPython reports it where it is no range of the source.
    pub exact: Option<Exact>,
    /// The source line, where it cannot be taken from the source by its number.
    pub text: Option<String>,
}

/// A place that is reported as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    /// `lineno` and `end_lineno`
    pub line: u32,
    /// `offset`
    pub offset: i32,
    /// `end_offset`
    pub end_offset: i32,
}

impl Failure {
    /// A `SyntaxError` over the range `at`.
    pub fn new(message: impl Into<String>, at: Position) -> Self {
        Self {
            class: ErrorClass::SyntaxError,
            message: message.into(),
            at,
            exact: None,
            text: None,
        }
    }

    /// A failure of another class.
    pub fn of(class: ErrorClass, message: impl Into<String>, at: Position) -> Self {
        Self { class, message: message.into(), at, exact: None, text: None }
    }

    /// The same, reported at a place as it is.
    pub fn exactly(mut self, line: u32, offset: i32, end_offset: i32) -> Self {
        self.exact = Some(Exact { line, offset, end_offset });
        self
    }

    /// The same, with the source line to show.
    pub fn showing(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }
}

/// What the compiler's parts return.
pub type Outcome<T> = Result<T, Failure>;
