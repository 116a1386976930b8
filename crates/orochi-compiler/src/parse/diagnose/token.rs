//! Tokens, and what is none.

use crate::error::ErrorClass;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier or keyword.
    Name,
    /// A number.
    Number,
    /// A string or bytes literal.
    String,
    /// `f"`, up to the opening quote.
    FStart,
    /// Text in an f-string.
    FMiddle,
    /// The closing quote of an f-string.
    FEnd,
    /// `t"`
    TStart,
    /// Text in a t-string.
    TMiddle,
    /// The closing quote of a t-string.
    TEnd,
    /// An operator or delimiter.
    Op,
    /// The end of a logical line.
    Newline,
    /// More indentation.
    Indent,
    /// Less indentation.
    Dedent,
    /// The end of the source.
    End,
}

/// A token, with the byte offsets of its text.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

/// Something that is no token.
#[derive(Clone, Debug)]
pub struct TokenError {
    pub class: ErrorClass,
    pub message: String,
    /// Byte offset of the place.
    pub start: usize,
    /// And of its end.
    pub end: usize,
    /// Whether more input might mend it.
    pub at_end: bool,
    /// Whether it is reported although the parser has given up before it.
    pub goes_first: bool,
}
