//! Indentation: blocks that open and close, counted with tabs of eight columns and with tabs of
//! one, which must agree.

use super::{Indent, Tokenizer};
use crate::error::ErrorClass;
use crate::parse::diagnose::token::TokenError;

/// CPython's limit on blocks within each other.
const MAX_INDENTS: usize = 100;
const TAB: usize = 8;

impl Tokenizer<'_> {
    pub(super) fn indentation(&mut self) -> Result<(), TokenError> {
        let (mut column, mut alternative) = (0, 0);
        loop {
            match self.peek() {
                Some(b' ') => {
                    column += 1;
                    alternative += 1;
                }
                Some(b'\t') => {
                    column = (column / TAB + 1) * TAB;
                    alternative += 1;
                }
                Some(b'\x0c') => (column, alternative) = (0, 0),
                Some(b'\\') if self.at(1) == Some(b'\n') => {
                    // The indentation of the first line counts.
                    self.position += 2;
                    while matches!(self.peek(), Some(b' ' | b'\t' | b'\x0c')) {
                        self.position += 1;
                    }
                    if self.peek().is_none() {
                        let end = self.position;
                        return Err(TokenError {
                            class: ErrorClass::SyntaxError,
                            message: "unexpected EOF while parsing".to_owned(),
                            start: end,
                            end,
                            at_end: true,
                            goes_first: false,
                        });
                    }
                    break;
                }
                _ => break,
            }
            self.position += 1;
        }
        // Blank lines and comments do not count.
        if matches!(self.peek(), None | Some(b'#' | b'\n')) || !self.parentheses.is_empty() {
            return Ok(());
        }
        let Some(&top) = self.indents.last() else { return Ok(()) };
        let inconsistent = |tokenizer: &Self| {
            let end = tokenizer.line_of(tokenizer.position);
            tokenizer.error_of(
                ErrorClass::TabError,
                "inconsistent use of tabs and spaces in indentation",
                end,
                end,
            )
        };
        if column == top.column {
            if alternative != top.alternative {
                return inconsistent(self);
            }
        } else if column > top.column {
            if self.indents.len() + 1 >= MAX_INDENTS {
                let at = self.position;
                return self.error_of(
                    ErrorClass::IndentationError,
                    "too many levels of indentation",
                    at,
                    at,
                );
            }
            if alternative <= top.alternative {
                return inconsistent(self);
            }
            self.indents.push(Indent { column, alternative });
            self.pending += 1;
        } else {
            while self.indents.len() > 1 && self.indents.last().is_some_and(|i| column < i.column) {
                self.indents.pop();
                self.pending -= 1;
            }
            let top = self.indents.last().copied().unwrap_or(top);
            if column != top.column {
                let line = self.line_of(self.position);
                let end = self.source[line..]
                    .iter()
                    .position(|&b| b == b'\n')
                    .map_or(self.source.len(), |i| line + i);
                return self.error_of(
                    ErrorClass::IndentationError,
                    "unindent does not match any outer indentation level",
                    end,
                    end,
                );
            }
            if alternative != top.alternative {
                return inconsistent(self);
            }
        }
        Ok(())
    }
}
