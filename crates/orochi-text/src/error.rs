//! What goes wrong, in Python's words.
//!
//! The crate raises nothing itself: a failed operation returns the exception class and the
//! exact message CPython gives, and the caller makes the exception object.

use std::borrow::Cow;
use std::fmt;

/// The built-in exception class to raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// `ValueError`
    ValueError,
    /// `TypeError`
    TypeError,
    /// `OverflowError`
    OverflowError,
    /// `KeyError`
    KeyError,
    /// `IndexError`
    IndexError,
    /// `LookupError`
    LookupError,
    /// `MemoryError`
    MemoryError,
}

/// An exception to raise: class and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// The class.
    pub class: ErrorClass,
    /// CPython's message. Lone surrogates from user text are shown escaped.
    pub message: Cow<'static, str>,
}

impl TextError {
    /// A `ValueError`.
    pub fn value(message: impl Into<Cow<'static, str>>) -> TextError {
        TextError { class: ErrorClass::ValueError, message: message.into() }
    }

    /// A `TypeError`.
    pub fn type_error(message: impl Into<Cow<'static, str>>) -> TextError {
        TextError { class: ErrorClass::TypeError, message: message.into() }
    }

    /// An `OverflowError`.
    pub fn overflow(message: impl Into<Cow<'static, str>>) -> TextError {
        TextError { class: ErrorClass::OverflowError, message: message.into() }
    }

    /// A `MemoryError`: a result larger than any address space.
    pub fn memory() -> TextError {
        TextError { class: ErrorClass::MemoryError, message: Cow::Borrowed("") }
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.class, self.message)
    }
}

impl std::error::Error for TextError {}
