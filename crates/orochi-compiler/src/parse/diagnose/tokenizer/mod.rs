//! The tokenizer, which behaves as CPython's: tokens are produced one at a time.
//!
//! The parser crate's tokens do not serve here: which message a broken program gets depends on
//! what the tokenizer had seen when the parser gave up.

mod indentation;
mod number;
mod string;

use super::token::{Kind, Token, TokenError};
use crate::Mode;
use crate::error::ErrorClass;

/// CPython's limit on parentheses within each other.
const MAX_PARENTHESES: usize = 200;

#[derive(Clone, Copy)]
struct Indent {
    column: usize,
    alternative: usize,
}

/// An open parenthesis.
#[derive(Clone, Copy)]
pub struct Parenthesis {
    pub character: u8,
    pub offset: usize,
}

/// An f-string or t-string that is open.
#[derive(Clone)]
struct Interpolated {
    start: usize,
    quote: u8,
    triple: bool,
    raw: bool,
    template: bool,
    /// For each replacement field that is open: the number of parentheses open before it, and
    /// whether its format spec has begun.
    fields: Vec<(usize, bool)>,
}

impl Interpolated {
    fn letter(&self) -> char {
        if self.template { 't' } else { 'f' }
    }
}

/// The state of tokenization.
pub struct Tokenizer<'s> {
    source: &'s [u8],
    text: &'s str,
    pub position: usize,
    line_start: bool,
    indents: Vec<Indent>,
    /// Tokens of indentation to come: positive for `Indent`, negative for `Dedent`.
    pending: isize,
    pub parentheses: Vec<Parenthesis>,
    strings: Vec<Interpolated>,
    /// Set once the end has been looked at.
    pub reached_end: bool,
    /// Interactive: an extra line end before the end.
    interactive: bool,
    /// A last line without an end gets one.
    pub implies_newline: bool,
    imply_dedent: bool,
    started: bool,
    line_has_tokens: bool,
}

type Outcome = Result<Token, TokenError>;

impl<'s> Tokenizer<'s> {
    pub fn new(text: &'s str, mode: Mode, imply_dedent: bool) -> Self {
        Self {
            source: text.as_bytes(),
            text,
            position: 0,
            line_start: true,
            indents: vec![Indent { column: 0, alternative: 0 }],
            pending: 0,
            parentheses: Vec::new(),
            strings: Vec::new(),
            reached_end: false,
            interactive: mode == Mode::Single,
            implies_newline: mode == Mode::Exec,
            imply_dedent,
            started: false,
            line_has_tokens: false,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.source.get(self.position).copied()
    }

    fn at(&self, ahead: usize) -> Option<u8> {
        self.source.get(self.position + ahead).copied()
    }

    fn error<T>(&self, message: impl Into<String>, start: usize) -> Result<T, TokenError> {
        self.error_of(ErrorClass::SyntaxError, message, start, start)
    }

    fn error_of<T>(
        &self,
        class: ErrorClass,
        message: impl Into<String>,
        start: usize,
        end: usize,
    ) -> Result<T, TokenError> {
        Err(TokenError {
            class,
            message: message.into(),
            start,
            end,
            at_end: false,
            goes_first: class == ErrorClass::SyntaxError,
        })
    }

    /// An error at the character before the current position.
    fn error_here<T>(&self, message: impl Into<String>) -> Result<T, TokenError> {
        let mut start = self.position.saturating_sub(1);
        while start > 0 && !self.text.is_char_boundary(start) {
            start -= 1;
        }
        self.error(message, start)
    }

    fn token(&self, kind: Kind, start: usize) -> Token {
        Token { kind, start, end: self.position }
    }

    /// The next token.
    pub fn next(&mut self) -> Outcome {
        let token = self.next_raw()?;
        if self.interactive && token.kind == Kind::End && self.started {
            self.started = false;
            if self.indents.len() > 1 && self.imply_dedent {
                self.pending = -(self.indents.len() as isize - 1);
                self.indents.truncate(1);
            }
            return Ok(Token { kind: Kind::Newline, ..token });
        }
        self.started = true;
        Ok(token)
    }

    fn next_raw(&mut self) -> Outcome {
        if let Some(string) = self.strings.last() {
            let inside = match string.fields.last() {
                None => true,
                Some(&(depth, spec)) => spec && depth + 1 == self.parentheses.len(),
            };
            if inside {
                return self.middle();
            }
        }
        if self.line_start {
            self.line_start = false;
            self.indentation()?;
        }
        if self.pending != 0 {
            let kind = if self.pending > 0 { Kind::Indent } else { Kind::Dedent };
            self.pending -= self.pending.signum();
            let start = self.position;
            return Ok(Token { kind, start, end: self.position });
        }
        let mut comment = None;
        loop {
            while matches!(self.peek(), Some(b' ' | b'\t' | b'\x0c')) {
                self.position += 1;
            }
            let start = self.position;
            let Some(c) = self.peek() else { return self.end() };
            match c {
                b'#' => {
                    comment = Some(start);
                    while self.peek().is_some_and(|c| c != b'\n') {
                        self.position += 1;
                    }
                    continue;
                }
                b'\n' => {
                    self.position += 1;
                    if !self.parentheses.is_empty() || !self.line_has_tokens {
                        if self.parentheses.is_empty() {
                            self.line_start = true;
                            return self.next_raw();
                        }
                        continue;
                    }
                    self.line_start = true;
                    self.line_has_tokens = false;
                    // A comment belongs to the end of its line.
                    let from = comment.unwrap_or(start);
                    return Ok(Token { kind: Kind::Newline, start: from, end: start + 1 });
                }
                b'\\' => {
                    self.position += 1;
                    let next = self.peek();
                    if next.is_some_and(|c| c != b'\n') || next.is_none() && !self.implies_newline {
                        if self.position < self.source.len() {
                            self.position += self.char_length();
                        }
                        let message = "unexpected character after line continuation character";
                        return self
                            .error_here(message)
                            .map_err(|error| TokenError { goes_first: false, ..error });
                    }
                    if self.peek().is_some() {
                        self.position += 1;
                    }
                    if self.peek().is_none() {
                        self.reached_end = true;
                        let end = self.source.len();
                        return Err(TokenError {
                            class: ErrorClass::SyntaxError,
                            message: "unexpected EOF while parsing".to_owned(),
                            start: end,
                            end,
                            at_end: true,
                            goes_first: false,
                        });
                    }
                    continue;
                }
                _ => {}
            }
            self.line_has_tokens = true;
            return self.visible(c, start);
        }
    }

    fn line_of(&self, offset: usize) -> usize {
        self.source[..offset].iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1)
    }

    fn char_length(&self) -> usize {
        self.text
            .get(self.position..)
            .and_then(|rest| rest.chars().next())
            .map_or(1, char::len_utf8)
    }

    fn end(&mut self) -> Outcome {
        self.reached_end = true;
        if !self.parentheses.is_empty() {
            return Err(TokenError {
                class: ErrorClass::SyntaxError,
                message: String::new(),
                start: self.position,
                end: self.position,
                at_end: true,
                goes_first: false,
            });
        }
        if self.line_has_tokens {
            // A last line without an end.
            self.line_has_tokens = false;
            self.line_start = true;
            return Ok(Token { kind: Kind::Newline, start: self.position, end: self.position + 1 });
        }
        let dedents = self.indents.len() - 1;
        if dedents > 0 && (!self.interactive || self.imply_dedent) {
            self.indents.truncate(1);
            self.pending = -(dedents as isize) + 1;
            return Ok(self.token(Kind::Dedent, self.position));
        }
        Ok(self.token(Kind::End, self.position))
    }

    fn visible(&mut self, c: u8, start: usize) -> Outcome {
        if c.is_ascii_alphabetic() || c == b'_' || c >= 0x80 {
            return self.name(start);
        }
        if c.is_ascii_digit() || (c == b'.' && self.at(1).is_some_and(|d| d.is_ascii_digit())) {
            return self.number(start);
        }
        if c == b'"' || c == b'\'' {
            return self.string(start);
        }
        self.operator(c, start)
    }

    fn name(&mut self, start: usize) -> Outcome {
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || c == b'_' || c >= 0x80) {
            self.position += 1;
            if matches!(self.peek(), Some(b'"' | b'\'')) {
                let prefix = self.text[start..self.position].to_ascii_lowercase();
                match &*prefix {
                    "r" | "u" | "b" | "br" | "rb" => return self.string(start),
                    "f" | "fr" | "rf" | "t" | "tr" | "rt" => {
                        return self.open_string(start, &prefix);
                    }
                    _ => self.check_prefix(&prefix, start)?,
                }
            }
        }
        let name = &self.text[start..self.position];
        if !name.is_ascii() {
            self.verify_identifier(name, start)?;
        }
        Ok(self.token(Kind::Name, start))
    }

    /// Refuses letters before a quote that are all prefixes, but not of one and the same string.
    fn check_prefix(&self, prefix: &str, start: usize) -> Result<(), TokenError> {
        let letters = prefix.as_bytes();
        let once = |&letter: &u8| {
            b"bfrtu".contains(&letter) && letters.iter().filter(|&&l| l == letter).count() == 1
        };
        if !letters.iter().all(once) {
            return Ok(());
        }
        for pair in ["ub", "ur", "uf", "ut", "bf", "bt", "ft"] {
            let (a, b) = pair.split_at(1);
            if prefix.contains(a) && prefix.contains(b) {
                let message = format!("'{a}' and '{b}' prefixes are incompatible");
                return self.error_of(ErrorClass::SyntaxError, message, start, self.position);
            }
        }
        Ok(())
    }

    fn verify_identifier(&mut self, name: &str, start: usize) -> Result<(), TokenError> {
        use unicode_normalization::UnicodeNormalization;
        for (i, c) in name.char_indices() {
            // A character counts by what it is normalised to.
            let fits = |c: char| {
                if i == 0 {
                    c == '_' || unicode_ident::is_xid_start(c)
                } else {
                    unicode_ident::is_xid_continue(c)
                }
            };
            let good = fits(c) && c.nfkc().all(|n| n == '_' || unicode_ident::is_xid_continue(n));
            if !good {
                self.position = start + i + c.len_utf8();
                return self.invalid_character(c, start + i);
            }
        }
        Ok(())
    }

    fn invalid_character<T>(&self, c: char, at: usize) -> Result<T, TokenError> {
        let code = c as u32;
        if crate::repr::is_printable(c) {
            return self.error(format!("invalid character '{c}' (U+{code:04X})"), at);
        }
        self.error(format!("invalid non-printable character U+{code:04X}"), at)
    }

    fn operator(&mut self, c: u8, start: usize) -> Outcome {
        let field = self.strings.last().and_then(|s| s.fields.last().copied());
        // At the top of a replacement field, `:` begins the spec and `!` the conversion.
        let top_of_field = field.is_some_and(|(depth, _)| depth + 1 == self.parentheses.len());
        match c {
            b'(' | b'[' | b'{' => {
                if self.parentheses.len() >= MAX_PARENTHESES {
                    self.position += 1;
                    return self.error_here("too many nested parentheses");
                }
                self.position += 1;
                self.parentheses.push(Parenthesis { character: c, offset: start });
                return Ok(self.token(Kind::Op, start));
            }
            b')' | b']' | b'}' => return self.close(c, start, field.map(|f| f.0)),
            b':' if top_of_field => {
                self.position += 1;
                if let Some(field) = self.strings.last_mut().and_then(|s| s.fields.last_mut()) {
                    field.1 = true;
                }
                return Ok(self.token(Kind::Op, start));
            }
            _ => {}
        }
        let rest = &self.source[self.position..];
        let three = [&b"**="[..], b"//=", b">>=", b"<<=", b"..."];
        let two = [
            &b"!="[..],
            b"%=",
            b"&=",
            b"**",
            b"*=",
            b"+=",
            b"-=",
            b"->",
            b"//",
            b"/=",
            b":=",
            b"<<",
            b"<=",
            b"<>",
            b"==",
            b">=",
            b">>",
            b"@=",
            b"^=",
            b"|=",
        ];
        let length = if three.iter().any(|op| rest.starts_with(op)) {
            3
        } else if two.iter().any(|op| rest.starts_with(op)) {
            2
        } else {
            1
        };
        if length == 1 && !matches!(c, b' '..=b'~') {
            self.position += 1;
            return self.invalid_character(c as char, start);
        }
        self.position += length;
        Ok(self.token(Kind::Op, start))
    }

    fn close(&mut self, c: u8, start: usize, field_depth: Option<usize>) -> Outcome {
        let letter = self.strings.last().map_or('f', Interpolated::letter);
        let in_field = field_depth.is_some();
        self.position += 1;
        if in_field && Some(self.parentheses.len()) == field_depth.map(|d| d + 1) && c != b'}' {
            return self.error_here(format!("{letter}-string: unmatched '{}'", c as char));
        }
        let Some(open) = self.parentheses.pop() else {
            return self.error_here(format!("unmatched '{}'", c as char));
        };
        let wanted = match open.character {
            b'(' => b')',
            b'[' => b']',
            _ => b'}',
        };
        if c != wanted {
            let (open_line, line) = (self.line_number(open.offset), self.line_number(start));
            if open_line != line {
                return self.error_here(format!(
                    "closing parenthesis '{}' does not match opening parenthesis '{}' on line {open_line}",
                    c as char, open.character as char
                ));
            }
            return self.error_here(format!(
                "closing parenthesis '{}' does not match opening parenthesis '{}'",
                c as char, open.character as char
            ));
        }
        if Some(self.parentheses.len()) == field_depth
            && let Some(string) = self.strings.last_mut()
        {
            string.fields.pop();
        }
        Ok(self.token(Kind::Op, start))
    }
}
