//! Numbers.

use super::Tokenizer;
use crate::error::ErrorClass;
use crate::parse::diagnose::token::{Kind, TokenError};

/// Whether a byte is a digit of some radix.
type Digit = fn(&u8) -> bool;
type Outcome = Result<crate::parse::diagnose::token::Token, TokenError>;

impl Tokenizer<'_> {
    pub(super) fn digits(&mut self, fits: Digit) -> bool {
        let mut any = false;
        loop {
            while self.peek().is_some_and(|c| fits(&c)) {
                self.position += 1;
                any = true;
            }
            if self.peek() == Some(b'_') && self.at(1).is_some_and(|c| fits(&c)) && any {
                self.position += 1;
                continue;
            }
            return any;
        }
    }

    pub(super) fn number(&mut self, start: usize) -> Outcome {
        if self.peek() == Some(b'0') {
            let radix: Option<(&str, Digit)> = match self.at(1) {
                Some(b'x' | b'X') => Some(("hexadecimal", u8::is_ascii_hexdigit)),
                Some(b'o' | b'O') => Some(("octal", |c| matches!(c, b'0'..=b'7'))),
                Some(b'b' | b'B') => Some(("binary", |c| matches!(c, b'0' | b'1'))),
                _ => None,
            };
            if let Some((kind, fits)) = radix {
                self.position += 2;
                return self.radix_number(start, kind, fits);
            }
            return self.zero(start);
        }
        if self.peek() != Some(b'.') {
            self.decimal()?;
        }
        self.fraction(start)
    }

    pub(super) fn radix_number(&mut self, start: usize, kind: &str, fits: Digit) -> Outcome {
        loop {
            if self.peek() == Some(b'_') {
                self.position += 1;
            }
            match self.peek() {
                Some(c) if fits(&c) => {}
                Some(c) if c.is_ascii_digit() => {
                    self.position += 1;
                    return self
                        .error_here(format!("invalid digit '{}' in {kind} literal", c as char));
                }
                _ => return self.error_here(format!("invalid {kind} literal")),
            }
            while self.peek().is_some_and(|c| fits(&c)) {
                self.position += 1;
            }
            if self.peek() != Some(b'_') {
                break;
            }
        }
        if let Some(c) = self.peek()
            && c.is_ascii_digit()
        {
            self.position += 1;
            return self.error_here(format!("invalid digit '{}' in {kind} literal", c as char));
        }
        self.end_of_number(kind)?;
        Ok(self.token(Kind::Number, start))
    }

    pub(super) fn zero(&mut self, start: usize) -> Outcome {
        let mut nonzero = false;
        loop {
            if self.peek() == Some(b'_') {
                self.position += 1;
                if !self.peek().is_some_and(|c| c.is_ascii_digit()) {
                    return self.error_here("invalid decimal literal");
                }
            }
            if self.peek() != Some(b'0') {
                break;
            }
            self.position += 1;
        }
        let zeros_end = self.position;
        if self.peek().is_some_and(|c| c.is_ascii_digit()) {
            nonzero = true;
            self.decimal()?;
        }
        if matches!(self.peek(), Some(b'.' | b'e' | b'E' | b'j' | b'J')) {
            return self.fraction(start);
        }
        if nonzero {
            return self.error_of(
                ErrorClass::SyntaxError,
                "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
                start,
                zeros_end,
            );
        }
        self.end_of_number("decimal")?;
        Ok(self.token(Kind::Number, start))
    }

    pub(super) fn decimal(&mut self) -> Result<(), TokenError> {
        self.digits(u8::is_ascii_digit);
        if self.peek() == Some(b'_') {
            self.position += 1;
            return self.error_here("invalid decimal literal");
        }
        Ok(())
    }

    pub(super) fn fraction(&mut self, start: usize) -> Outcome {
        let mut kind = "decimal";
        if self.peek() == Some(b'.') {
            self.position += 1;
            if self.peek().is_some_and(|c| c.is_ascii_digit()) {
                self.decimal()?;
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            let signed = matches!(self.at(1), Some(b'+' | b'-'));
            let digit = self.at(1 + usize::from(signed));
            if digit.is_some_and(|c| c.is_ascii_digit()) {
                self.position += 1 + usize::from(signed);
                self.decimal()?;
            } else if signed {
                self.position += 2;
                return self.error_here("invalid decimal literal");
            } else {
                self.end_of_number(kind)?;
                return Ok(self.token(Kind::Number, start));
            }
        }
        if matches!(self.peek(), Some(b'j' | b'J')) {
            self.position += 1;
            kind = "imaginary";
        }
        self.end_of_number(kind)?;
        Ok(self.token(Kind::Number, start))
    }

    /// A number may be followed by a keyword right away, but by no other name.
    pub(super) fn end_of_number(&mut self, kind: &str) -> Result<(), TokenError> {
        let rest = &self.source[self.position..];
        let keyword = [&b"and"[..], b"else", b"for", b"if", b"in", b"is", b"not", b"or"]
            .iter()
            .any(|word| rest.starts_with(word));
        if keyword {
            return Ok(());
        }
        match rest.first() {
            Some(&c) if c.is_ascii_alphanumeric() || c == b'_' => {
                self.error_here(format!("invalid {kind} literal"))
            }
            _ => Ok(()),
        }
    }
}
