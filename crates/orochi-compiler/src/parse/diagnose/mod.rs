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

use super::Lines;
use crate::Mode;
use crate::error::{ErrorClass, Failure};
use recognise::{Recogniser, Stop};
use token::{Kind, TokenError, Tokenizer};

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
    let tokenizer = Tokenizer::new(source, interactive, !reading.keep_blocks_open);
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
            let end = source.len() as u32;
            let at = lines.position(end, end);
            Some(Failure::of(ErrorClass::IncompleteInput, "incomplete input", at))
        }
        Err(Stop::Token(error)) => Some(recogniser.token_failure(error)),
        Err(Stop::Depth) => Some(too_deep()),
        Err(Stop::Said(failure)) => Some(recogniser.unless_token_error(failure)),
        Ok(None) => Some(recogniser.explain(rule)),
    };
    failure.map(|mut failure| {
        // Until here, columns are byte offsets.
        if failure.at.line == 0
            && failure.at.end_line == 0
            && failure.class != ErrorClass::MemoryError
        {
            failure.at = lines.position(failure.at.column, failure.at.end_column);
        }
        failure
    })
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

    fn token_failure(&self, error: TokenError) -> Failure {
        if error.message.is_empty() {
            // The end came while something was open.
            return self.never_closed();
        }
        let mut failure = self.failure(error.message, error.start, error.end);
        failure.class = error.class;
        failure
    }

    fn never_closed(&self) -> Failure {
        match self.tokenizer.parentheses.last() {
            Some(open) => {
                let message = format!("'{}' was never closed", open.character as char);
                self.failure(message, open.offset, open.offset)
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
            let token = self.tokens.last().copied().unwrap_or(last);
            let mut failure = self.failure(message, token.start, token.end);
            failure.class = ErrorClass::IndentationError;
            return failure;
        }
        let failure = self.failure("invalid syntax", last.start, last.end);
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
                Err(error) if !error.message.is_empty() => return self.token_failure(error),
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
        let mut rest = &self.source[last.end.max(last.start)..];
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
        let at = self.tokens.last().map_or(0, |token| token.start);
        Some(self.failure(message, at, at))
    }
}
