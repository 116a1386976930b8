//! Tokens as CPython's tokenizer makes them, produced one at a time, and the errors it finds.
//!
//! The parser crate's tokens do not serve here: which message a broken program gets depends on
//! what the tokenizer had seen when the parser gave up.

use crate::Mode;
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
}

/// CPython's limits.
const MAX_PARENTHESES: usize = 200;
const MAX_INDENTS: usize = 100;
const MAX_FSTRINGS: usize = 150;
const MAX_FIELD_DEPTH: usize = 3;
const TAB: usize = 8;

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
        Err(TokenError { class, message: message.into(), start, end, at_end: false })
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
        loop {
            while matches!(self.peek(), Some(b' ' | b'\t' | b'\x0c')) {
                self.position += 1;
            }
            let start = self.position;
            let Some(c) = self.peek() else { return self.end() };
            match c {
                b'#' => {
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
                    return Ok(Token { kind: Kind::Newline, start, end: start + 1 });
                }
                b'\\' => {
                    self.position += 1;
                    let next = self.peek();
                    if next.is_some_and(|c| c != b'\n') || next.is_none() && !self.implies_newline {
                        if self.position < self.source.len() {
                            self.position += self.char_length();
                        }
                        return self
                            .error_here("unexpected character after line continuation character");
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

    fn indentation(&mut self) -> Result<(), TokenError> {
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
                    _ => {}
                }
            }
        }
        let name = &self.text[start..self.position];
        if !name.is_ascii() {
            self.verify_identifier(name, start)?;
        }
        Ok(self.token(Kind::Name, start))
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
        if crate::unparse::is_printable(c) {
            return self.error(format!("invalid character '{c}' (U+{code:04X})"), at);
        }
        self.error(format!("invalid non-printable character U+{code:04X}"), at)
    }

    // ---- numbers

    fn digits(&mut self, fits: fn(&u8) -> bool) -> bool {
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

    fn number(&mut self, start: usize) -> Outcome {
        if self.peek() == Some(b'0') {
            let radix: Option<(&str, fn(&u8) -> bool)> = match self.at(1) {
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

    fn radix_number(&mut self, start: usize, kind: &str, fits: fn(&u8) -> bool) -> Outcome {
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

    fn zero(&mut self, start: usize) -> Outcome {
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

    fn decimal(&mut self) -> Result<(), TokenError> {
        self.digits(u8::is_ascii_digit);
        if self.peek() == Some(b'_') {
            self.position += 1;
            return self.error_here("invalid decimal literal");
        }
        Ok(())
    }

    fn fraction(&mut self, start: usize) -> Outcome {
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
    fn end_of_number(&mut self, kind: &str) -> Result<(), TokenError> {
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

    // ---- strings

    fn string(&mut self, start: usize) -> Outcome {
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

    fn line_number(&self, offset: usize) -> usize {
        1 + self.source[..offset].iter().filter(|&&b| b == b'\n').count()
    }

    fn unterminated(&mut self, start: usize, triple: bool, escaped_quote: bool) -> Outcome {
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
        })
    }

    fn open_string(&mut self, start: usize, prefix: &str) -> Outcome {
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
    fn middle(&mut self) -> Outcome {
        let Some(string) = self.strings.last().cloned() else { return self.end() };
        let (middle, end) =
            if string.template { (Kind::TMiddle, Kind::TEnd) } else { (Kind::FMiddle, Kind::FEnd) };
        let in_spec = !string.fields.is_empty();
        let start = self.position;
        let width = if string.triple { 3 } else { 1 };
        let closes = |tokenizer: &Self| (0..width).all(|i| tokenizer.at(i) == Some(string.quote));
        loop {
            let Some(c) = self.peek() else { return self.unterminated_interpolated(&string) };
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

    fn open_field(&mut self, start: usize) -> Outcome {
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

    fn unterminated_interpolated(&mut self, string: &Interpolated) -> Outcome {
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
        })
    }

    // ---- operators

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
