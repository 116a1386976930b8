//! What is wrong with source that does not parse, in CPython's words.
//!
//! The parser crate is fast and recovers from errors, but says things its own way. When it has
//! found an error, the source is read a second time, by a tokenizer and a grammar that behave as
//! CPython's: first without, then with the rules that recognise common mistakes. Which token is
//! blamed, and which of several errors is reported, follow from the order in which these look at
//! the source.

mod check;
mod grammar;
mod recognise;
mod rule;
mod token;
mod tokenizer;

use super::Lines;
use crate::Mode;
use crate::error::{ErrorClass, Failure};
use recognise::{Recogniser, Stop};
use token::{Kind, TokenError};
use tokenizer::Tokenizer;

/// How the source is to be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading {
    /// What is parsed.
    pub mode: Mode,
    /// Report a premature end as such.
    pub allow_incomplete: bool,
    /// Leave open blocks open at the end of interactive source.
    pub keep_blocks_open: bool,
    /// `<>` instead of `!=`.
    pub diamond: bool,
}

/// The error in `source`, if there is one.
pub fn diagnose(source: &str, lines: &Lines, reading: Reading) -> Option<Failure> {
    let interactive = reading.mode == Mode::Single;
    let tokenizer = Tokenizer::new(source, reading.mode, !reading.keep_blocks_open);
    let mut recogniser = Recogniser::new(source, tokenizer, reading.diamond);
    let rule = match reading.mode {
        Mode::Exec => "file",
        Mode::Eval => "eval",
        Mode::Single => "interactive",
        Mode::FunctionType => "func_type",
    };
    let first = recogniser.run(rule);
    let failure = match first {
        Ok(Some(end)) => {
            if interactive {
                recogniser.rest_of_interactive(end)
            } else {
                None
            }
        }
        _ if reading.allow_incomplete && recogniser.tokenizer.reached_end => {
            let mut failure = recogniser.at_end("incomplete input");
            failure.class = ErrorClass::IncompleteInput;
            Some(failure)
        }
        Err(Stop::Token(error)) => Some(recogniser.token_failure(error)),
        Err(Stop::Depth) => Some(too_deep()),
        Err(Stop::Said(failure)) => Some(recogniser.unless_token_error(failure)),
        Ok(None) => Some(recogniser.explain(rule)),
    };
    failure.map(|mut failure| {
        // Until here, columns are byte offsets.
        if failure.at.line == 0
            && failure.exact.is_none()
            && failure.class != ErrorClass::MemoryError
        {
            failure.at = place(source, lines, failure.at.column, failure.at.end_column);
        }
        failure
    })
}

/// The byte ranges of the tokens of source that is right.
pub fn tokens_of(
    source: &str,
    lines: &Lines,
    reading: Reading,
) -> Result<Vec<(usize, usize)>, Failure> {
    if let Some(failure) = diagnose(source, lines, reading) {
        return Err(failure);
    }
    let mut tokenizer = Tokenizer::new(source, reading.mode, true);
    let mut tokens = Vec::new();
    while let Ok(token) = tokenizer.next() {
        tokens.push((token.start, token.end));
        if token.kind == Kind::End {
            break;
        }
    }
    Ok(tokens)
}

/// Lines and columns of a byte range. A range that ends with a line end stays in its line.
fn place(source: &str, lines: &Lines, start: u32, end: u32) -> crate::code::Position {
    let past_line =
        end > start && source.as_bytes().get(end as usize - 1).is_none_or(|&b| b == b'\n');
    let mut at = lines.position(start, if past_line { end - 1 } else { end });
    at.end_column += u32::from(past_line);
    at
}

fn too_deep() -> Failure {
    Failure::of(
        ErrorClass::MemoryError,
        "Parser stack overflowed - Python source too complex to parse",
        super::NOWHERE,
    )
}

impl Recogniser<'_> {
    /// A failure at byte offsets, to be made lines and columns at the end.
    pub(super) fn failure(&self, message: impl Into<String>, start: usize, end: usize) -> Failure {
        let at = crate::code::Position {
            line: 0,
            end_line: 0,
            column: start as u32,
            end_column: end as u32,
        };
        Failure::new(message, at)
    }

    /// A failure where the tokenizer ran into the end: behind the last line's text.
    fn at_end(&self, message: &str) -> Failure {
        let text = self.source.strip_suffix('\n').unwrap_or(self.source);
        let line = if self.source.is_empty() { 0 } else { 1 + text.matches('\n').count() as u32 };
        let last = text.rsplit('\n').next().unwrap_or("");
        let ended = self.source.ends_with('\n') || self.tokenizer.implies_newline;
        let offset = last.chars().count() as i32 + i32::from(ended && line > 0);
        self.failure(message, 0, 0).exactly(line, offset, -1)
    }

    /// Line from 1 and column from 0, in characters.
    pub(super) fn line_column(&self, offset: usize) -> (u32, i32) {
        let before = self.source.get(..offset).unwrap_or(self.source);
        let column = before.rsplit('\n').next().unwrap_or("").chars().count();
        (1 + before.matches('\n').count() as u32, column as i32)
    }

    /// A failure at the last token; tokens that have no text have no column either.
    pub(super) fn at_last_token(&self, message: impl Into<String>) -> Failure {
        let Some(token) = self.tokens.last() else { return self.failure(message, 0, 0) };
        if matches!(token.kind, Kind::Indent | Kind::Dedent | Kind::End)
            || token.start >= self.source.len()
        {
            if token.start >= self.source.len() {
                return self.at_end(&message.into());
            }
            let (line, column) = self.line_column(token.start);
            return self.failure(message, 0, 0).exactly(line, column, -1);
        }
        self.failure(message, token.start, token.end)
    }

    fn token_failure(&self, error: TokenError) -> Failure {
        let end = error.message.is_empty() || error.message.starts_with("unexpected EOF");
        if end && (error.message.is_empty() || !self.tokenizer.parentheses.is_empty()) {
            // The end came while something was open.
            return self.never_closed();
        }
        if error.at_end && error.start >= self.source.len() {
            return self.at_end(&error.message);
        }
        if error.class == ErrorClass::TabError {
            let (line, _) = self.line_column(error.start);
            let failure = Failure {
                class: error.class,
                ..self.failure(error.message, error.start, error.start)
            };
            return failure.exactly(line, 1, 0);
        }
        // Some errors of the tokenizer have no end.
        let end_offset = if error.class == ErrorClass::IndentationError {
            Some(-1)
        } else if error.message.starts_with("unexpected character after line") {
            Some(0)
        } else {
            None
        };
        let mut failure = self.failure(error.message, error.start, error.end);
        failure.class = error.class;
        if let Some(end_offset) = end_offset {
            let (line, column) = self.line_column(error.start);
            failure = failure.exactly(line, column + 1, end_offset);
        }
        failure
    }

    fn never_closed(&self) -> Failure {
        match self.tokenizer.parentheses.last() {
            Some(open) => {
                let message = format!("'{}' was never closed", open.character as char);
                let (line, column) = self.line_column(open.offset);
                self.failure(message, open.offset, open.offset).exactly(line, column + 1, 0)
            }
            None => {
                self.failure("unexpected EOF while parsing", self.source.len(), self.source.len())
            }
        }
    }

    /// The second pass, after the first has failed.
    fn explain(&mut self, rule: &str) -> Failure {
        let last = self.tokens.last().copied();
        self.begin_second_pass();
        match self.run(rule) {
            Err(Stop::Said(failure)) => return self.unless_token_error(failure),
            Err(Stop::Token(error)) => return self.token_failure(error),
            Err(Stop::Depth) => return too_deep(),
            Ok(_) => {}
        }
        let Some(last) = last else { return self.failure("invalid syntax", 0, 0) };
        if matches!(last.kind, Kind::Indent | Kind::Dedent) {
            let message =
                if last.kind == Kind::Indent { "unexpected indent" } else { "unexpected unindent" };
            let mut failure = self.at_last_token(message);
            failure.class = ErrorClass::IndentationError;
            return failure;
        }
        let mut failure = self.failure("invalid syntax", last.start, last.end);
        let implied = last.start >= self.source.len() && !self.tokenizer.implies_newline;
        if last.kind == Kind::End || implied {
            let text = self.source.strip_suffix('\n').unwrap_or(self.source);
            failure = failure.exactly(1 + text.matches('\n').count() as u32, 0, 0);
        }
        self.unless_token_error(failure)
    }

    /// The failure, unless there is something behind it that is no token, or a parenthesis before
    /// it that is never closed: that explains more.
    pub(super) fn unless_token_error(&mut self, failure: Failure) -> Failure {
        if self.error.is_some() {
            return failure;
        }
        let line_of = |source: &str, offset: usize| source[..offset].matches('\n').count();
        let current = self.tokens.last().map_or(0, |token| line_of(self.source, token.start));
        loop {
            match self.tokenizer.next() {
                Ok(token) if token.kind == Kind::End => return failure,
                Ok(_) => {}
                // Inside an f-string that is broken already, nothing is news.
                Err(error) if error.message.get(1..9) == Some("-string:") => {
                    return failure;
                }
                Err(error) if error.goes_first => return self.token_failure(error),
                Err(_) => {
                    let open = self.tokenizer.parentheses.last();
                    if open.is_some_and(|open| current > line_of(self.source, open.offset)) {
                        return self.never_closed();
                    }
                    return failure;
                }
            }
        }
    }

    /// Interactively, nothing may follow the first statement.
    fn rest_of_interactive(&self, end: usize) -> Option<Failure> {
        let last = self.tokens.get(end.checked_sub(1)?)?;
        if last.kind == Kind::End {
            return None;
        }
        let mut rest = self.source.get(last.end..).unwrap_or("");
        loop {
            rest = rest.trim_start_matches([' ', '\t', '\n', '\x0c', '\r']);
            match rest.strip_prefix('#') {
                Some(comment) => rest = comment.find('\n').map_or("", |i| &comment[i..]),
                None => break,
            }
        }
        if rest.is_empty() {
            return None;
        }
        let message = "multiple statements found while compiling a single statement";
        let (start, end) = self.tokens.last().map_or((0, 0), |token| (token.start, token.end));
        Some(self.failure(message, start, end))
    }
}
