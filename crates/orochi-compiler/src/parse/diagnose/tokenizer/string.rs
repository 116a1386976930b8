//! Strings; f-strings and t-strings, which are several tokens each.

use super::{Interpolated, Parenthesis, Tokenizer};
use crate::error::ErrorClass;
use crate::parse::diagnose::token::{Kind, TokenError};

/// CPython's limits: f-strings within each other, and fields within each other in one.
const MAX_FSTRINGS: usize = 150;
const MAX_FIELD_DEPTH: usize = 3;

type Outcome = Result<crate::parse::diagnose::token::Token, TokenError>;

impl Tokenizer<'_> {
    pub(super) fn string(&mut self, start: usize) -> Outcome {
        let Some(quote) = self.peek() else { return self.end() };
        let triple = self.at(1) == Some(quote) && self.at(2) == Some(quote);
        let empty = self.at(1) == Some(quote) && !triple;
        if empty {
            self.position += 2;
            return Ok(self.token(Kind::String, start));
        }
        self.position += if triple { 3 } else { 1 };
        let mut escaped_quote = false;
        loop {
            match self.peek() {
                None | Some(b'\n') if !triple || self.peek().is_none() => {
                    return self.unterminated(start, triple, escaped_quote);
                }
                Some(b'\\') => {
                    self.position += 1;
                    if self.peek() == Some(quote) {
                        escaped_quote = true;
                    }
                    if self.peek().is_some() {
                        self.position += 1;
                    }
                }
                Some(c) if c == quote => {
                    if !triple {
                        self.position += 1;
                        return Ok(self.token(Kind::String, start));
                    }
                    if self.at(1) == Some(quote) && self.at(2) == Some(quote) {
                        self.position += 3;
                        return Ok(self.token(Kind::String, start));
                    }
                    self.position += 1;
                }
                _ => self.position += 1,
            }
        }
    }

    pub(super) fn line_number(&self, offset: usize) -> usize {
        1 + self.source[..offset].iter().filter(|&&b| b == b'\n').count()
    }

    pub(super) fn unterminated(
        &mut self,
        start: usize,
        triple: bool,
        escaped_quote: bool,
    ) -> Outcome {
        let at_end = self.peek().is_none();
        let mut line = self.line_number(self.position);
        if let Some(string) = self.strings.last()
            && string.triple == triple
            && self.source[start..].first() == Some(&string.quote)
        {
            // The quote that was taken for a new string's is the end of the one around.
            return self.error(format!("{}-string: expecting '}}'", string.letter()), start);
        }
        if triple {
            self.reached_end = true;
            // The end is in the last line that has anything.
            if self.source.last() == Some(&b'\n') {
                line -= 1;
            }
            return Err(TokenError {
                class: ErrorClass::SyntaxError,
                message: format!(
                    "unterminated triple-quoted string literal (detected at line {line})"
                ),
                start,
                end: start,
                at_end: true,
                goes_first: true,
            });
        }
        if self.interactive && at_end {
            self.reached_end = true;
        }
        if at_end && self.source.last() == Some(&b'\n') {
            line -= 1;
        }
        let hint = if escaped_quote { "; perhaps you escaped the end quote?" } else { "" };
        Err(TokenError {
            class: ErrorClass::SyntaxError,
            message: format!("unterminated string literal (detected at line {line}){hint}"),
            start,
            end: start,
            at_end,
            goes_first: true,
        })
    }

    pub(super) fn open_string(&mut self, start: usize, prefix: &str) -> Outcome {
        let Some(quote) = self.peek() else { return self.end() };
        let triple = self.at(1) == Some(quote) && self.at(2) == Some(quote);
        self.position += if triple { 3 } else { 1 };
        if self.strings.len() + 1 >= MAX_FSTRINGS {
            return self.error_here("too many nested f-strings");
        }
        let template = prefix.contains('t');
        self.strings.push(Interpolated {
            start,
            quote,
            triple,
            raw: prefix.contains('r'),
            template,
            fields: Vec::new(),
        });
        Ok(self.token(if template { Kind::TStart } else { Kind::FStart }, start))
    }

    /// Text of an f-string, its end, or the start of a replacement field.
    pub(super) fn middle(&mut self) -> Outcome {
        let Some(string) = self.strings.last().cloned() else { return self.end() };
        let (middle, end) =
            if string.template { (Kind::TMiddle, Kind::TEnd) } else { (Kind::FMiddle, Kind::FEnd) };
        let in_spec = !string.fields.is_empty();
        let start = self.position;
        let width = if string.triple { 3 } else { 1 };
        let closes = |tokenizer: &Self| (0..width).all(|i| tokenizer.at(i) == Some(string.quote));
        loop {
            let Some(c) = self.peek() else {
                let newline = self.implies_newline && in_spec && !string.triple;
                if !newline {
                    return self.unterminated_interpolated(&string);
                }
                if let Some(field) = self.strings.last_mut().and_then(|s| s.fields.last_mut()) {
                    field.1 = false;
                }
                return if self.position > start {
                    Ok(self.token(middle, start))
                } else {
                    self.next_raw()
                };
            };
            if c == string.quote && closes(self) {
                if self.position > start {
                    return Ok(self.token(middle, start));
                }
                if in_spec {
                    // The field is not closed.
                    self.position += width;
                    self.strings.pop();
                    return Ok(self.token(end, start));
                }
                self.position += width;
                self.strings.pop();
                return Ok(self.token(end, start));
            }
            match c {
                b'\n' if !string.triple => {
                    if in_spec {
                        if self.position > start {
                            return Ok(self.token(middle, start));
                        }
                        // Back to ordinary tokens: the field goes on in the next line.
                        if let Some(field) =
                            self.strings.last_mut().and_then(|s| s.fields.last_mut())
                        {
                            field.1 = false;
                        }
                        return self.next_raw();
                    }
                    return self.unterminated_interpolated(&string);
                }
                b'{' => {
                    if self.at(1) == Some(b'{') && !in_spec {
                        self.position += 2;
                        continue;
                    }
                    if self.position > start {
                        return Ok(self.token(middle, start));
                    }
                    return self.open_field(start);
                }
                b'}' => {
                    if in_spec {
                        // The text may be empty. The brace is an ordinary token.
                        if let Some(field) =
                            self.strings.last_mut().and_then(|s| s.fields.last_mut())
                        {
                            field.1 = false;
                        }
                        return Ok(self.token(middle, start));
                    }
                    if self.at(1) == Some(b'}') {
                        self.position += 2;
                        continue;
                    }
                    self.position += 1;
                    return self.error_here(format!(
                        "{}-string: single '}}' is not allowed",
                        string.letter()
                    ));
                }
                b'\\' => {
                    self.position += 1;
                    if string.raw {
                        if self.peek() == Some(string.quote) || self.peek() == Some(b'\\') {
                            self.position += 1;
                        }
                        continue;
                    }
                    match self.peek() {
                        Some(b'N') if self.at(1) == Some(b'{') => {
                            // A named character; the tokenizer stops at its brace.
                            while self
                                .peek()
                                .is_some_and(|c| c != b'}' && c != string.quote && c != b'\n')
                            {
                                self.position += 1;
                            }
                            if self.peek() == Some(b'}') {
                                self.position += 1;
                            }
                        }
                        Some(b'{' | b'}') | None => {}
                        Some(_) => self.position += self.char_length(),
                    }
                }
                _ => self.position += 1,
            }
        }
    }

    pub(super) fn open_field(&mut self, start: usize) -> Outcome {
        let letter = self.strings.last().map_or('f', Interpolated::letter);
        let depth = self.parentheses.len();
        if let Some(string) = self.strings.last_mut() {
            if string.fields.len() >= MAX_FIELD_DEPTH {
                self.position += 1;
                return self.error_here(format!("{letter}-string: expressions nested too deeply"));
            }
            string.fields.push((depth, false));
        }
        self.position += 1;
        self.parentheses.push(Parenthesis { character: b'{', offset: start });
        Ok(self.token(Kind::Op, start))
    }

    pub(super) fn unterminated_interpolated(&mut self, string: &Interpolated) -> Outcome {
        let letter = string.letter();
        let at_end = self.peek().is_none();
        let mut line = self.line_number(self.position);
        if string.triple {
            self.reached_end = true;
            if self.source.last() == Some(&b'\n') {
                line -= 1;
            }
        }
        let what = if string.triple { "triple-quoted " } else { "" };
        Err(TokenError {
            class: ErrorClass::SyntaxError,
            message: format!(
                "unterminated {what}{letter}-string literal (detected at line {line})"
            ),
            start: string.start,
            end: string.start,
            at_end: at_end && string.triple,
            goes_first: true,
        })
    }
}
