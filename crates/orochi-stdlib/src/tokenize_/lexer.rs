//! The tokens of Python source, line by line.
//!
//! [`Lexer::feed`] takes one physical line at a time and queues its tokens; an empty line is the end.
//! What spans lines is kept between calls: brackets, triple-quoted strings, f-strings with the
//! replacement field they are in. Columns count characters.

use std::collections::VecDeque;

/// Token numbers of the module `token`.
pub mod kind {
    #![allow(missing_docs, reason = "the names are those of the module `token`")]
    pub const ENDMARKER: i32 = 0;
    pub const NAME: i32 = 1;
    pub const NUMBER: i32 = 2;
    pub const STRING: i32 = 3;
    pub const NEWLINE: i32 = 4;
    pub const INDENT: i32 = 5;
    pub const DEDENT: i32 = 6;
    pub const OP: i32 = 55;
    pub const FSTRING_START: i32 = 59;
    pub const TSTRING_START: i32 = 62;
    pub const COMMENT: i32 = 65;
    pub const NL: i32 = 66;
}

/// Operators and their numbers in the module `token`, longest first.
const OPERATORS: &[(&str, i32)] = &[
    ("**=", 46),
    ("//=", 48),
    ("<<=", 44),
    (">>=", 45),
    ("...", 52),
    ("!=", 28),
    ("%=", 40),
    ("&=", 41),
    ("**", 35),
    ("*=", 38),
    ("+=", 36),
    ("-=", 37),
    ("->", 51),
    ("//", 47),
    ("/=", 39),
    (":=", 53),
    ("<<", 33),
    ("<=", 29),
    ("==", 27),
    (">=", 30),
    (">>", 34),
    ("@=", 50),
    ("^=", 43),
    ("|=", 42),
    ("<>", 28),
    ("(", 7),
    (")", 8),
    ("[", 9),
    ("]", 10),
    (":", 11),
    (",", 12),
    (";", 13),
    ("+", 14),
    ("-", 15),
    ("*", 16),
    ("/", 17),
    ("|", 18),
    ("&", 19),
    ("<", 20),
    (">", 21),
    ("=", 22),
    (".", 23),
    ("%", 24),
    ("{", 25),
    ("}", 26),
    ("~", 31),
    ("^", 32),
    ("@", 49),
    ("!", 54),
];

/// A row, from 1, and a column, from 0.
pub type Place = (usize, usize);

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Its number.
    pub kind: i32,
    /// As written.
    pub text: String,
    /// Where it begins.
    pub start: Place,
    /// Where it ends.
    pub end: Place,
    /// The physical line or lines it is in.
    pub line: String,
}

/// Why there are no more tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Whether it is about indentation.
    pub indentation: bool,
    /// The message.
    pub message: String,
    /// Row from 1 and offset from 1; none if the message has no place.
    pub at: Option<Place>,
    /// The line.
    pub text: String,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A token.
    Token(Token),
    /// An error; nothing follows.
    Failure(Failure),
}

/// A string that goes on in the next line.
struct OpenString {
    quote: char,
    start: Place,
    text: String,
    lines: String,
}

/// An f-string or t-string that is open.
struct Format {
    quote: char,
    triple: bool,
    raw: bool,
    /// The number of its start token; middle and end follow it.
    kind: i32,
    /// Brackets open when each of its replacement fields began, outermost first.
    fields: Vec<usize>,
    /// For each field, whether its format specification has begun.
    specs: Vec<bool>,
    /// What has been read of its literal part, and where that began.
    literal: String,
    begun: Place,
    lines: String,
}

impl Format {
    /// Whether the next characters are literal ones.
    fn in_literal(&self) -> bool {
        self.specs.last().copied().unwrap_or(true)
    }
}

/// The state between lines.
pub struct Lexer {
    /// Queued events.
    pub events: VecDeque<Event>,
    /// Whether comments, line ends without meaning and empty tokens are wanted as in `tokenize`.
    pub extra: bool,
    row: usize,
    indents: Vec<usize>,
    brackets: Vec<char>,
    continued: bool,
    /// Tokens on the logical line so far.
    begun: bool,
    string: Option<OpenString>,
    formats: Vec<Format>,
    last_line: String,
    done: bool,
}

fn is_name_start(c: char) -> bool {
    c == '_' || c.is_alphabetic() || (c as u32 >= 128 && c.is_alphanumeric())
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric() || (c as u32 >= 128 && !c.is_whitespace() && !c.is_control())
}

impl Lexer {
    /// A lexer at the beginning of a source. `extra` asks for comments and line ends that mean
    /// nothing, and for operators without numbers of their own.
    pub fn new(extra: bool) -> Lexer {
        Lexer {
            events: VecDeque::new(),
            extra,
            row: 0,
            indents: vec![0],
            brackets: Vec::new(),
            continued: false,
            begun: false,
            string: None,
            formats: Vec::new(),
            last_line: String::new(),
            done: false,
        }
    }

    /// Whether the end has been reached.
    pub fn is_done(&self) -> bool {
        self.done
    }

    fn push(&mut self, kind: i32, text: &[char], start: Place, end: Place, line: &str) {
        let text = text.iter().collect();
        self.events.push_back(Event::Token(Token {
            kind,
            text,
            start,
            end,
            line: line.to_owned(),
        }));
    }

    fn fail(&mut self, message: impl Into<String>, at: Option<Place>, text: &str) {
        self.done = true;
        let text = text.trim_end_matches(['\n', '\r']).to_owned();
        let message = message.into();
        self.events.push_back(Event::Failure(Failure { indentation: false, message, at, text }));
    }

    /// Takes the next line, with its line end; an empty one ends the source.
    pub fn feed(&mut self, line: &str) {
        if self.done {
            return;
        }
        if line.is_empty() {
            self.finish();
            return;
        }
        self.row += 1;
        let chars: Vec<char> = line.chars().collect();
        let mut at = 0;
        if let Some(open) = self.string.take() {
            match self.continue_string(open, &chars, line) {
                Some(next) => at = next,
                None => return,
            }
        } else if self.formats.is_empty() && self.brackets.is_empty() && !self.continued {
            match self.indentation(&chars, line) {
                Some(next) => at = next,
                None => return,
            }
        }
        self.continued = false;
        self.tokens(&chars, at, line);
        self.last_line = line.to_owned();
    }

    /// Measures a line's indentation; `None` if there is nothing but that and a comment.
    fn indentation(&mut self, chars: &[char], line: &str) -> Option<usize> {
        let (mut at, mut column) = (0, 0);
        while let Some(&c) = chars.get(at) {
            match c {
                ' ' => column += 1,
                '\t' => column = (column / 8 + 1) * 8,
                '\x0c' => column = 0,
                _ => break,
            }
            at += 1;
        }
        match chars.get(at) {
            None | Some('#' | '\n' | '\r') => {
                self.comment_and_end(chars, at, line);
                self.last_line = line.to_owned();
                return None;
            }
            // A line that continues says nothing about indentation.
            Some('\\') => return Some(at),
            _ => {}
        }
        let current = self.indents.last().copied().unwrap_or(0);
        if column > current {
            self.indents.push(column);
            self.push(kind::INDENT, &chars[..at], (self.row, 0), (self.row, at), line);
        }
        while column < self.indents.last().copied().unwrap_or(0) {
            self.indents.pop();
            if column > self.indents.last().copied().unwrap_or(0) {
                self.done = true;
                let text = line.trim_end_matches(['\n', '\r']).to_owned();
                self.events.push_back(Event::Failure(Failure {
                    indentation: true,
                    message: "unindent does not match any outer indentation level".to_owned(),
                    at: Some((self.row, text.chars().count() + 1)),
                    text,
                }));
                return None;
            }
            self.push(kind::DEDENT, &[], (self.row, at), (self.row, at), line);
        }
        Some(at)
    }

    /// A comment, if there is one, and the end of a line on which nothing else stands.
    fn comment_and_end(&mut self, chars: &[char], mut at: usize, line: &str) {
        if chars.get(at) == Some(&'#') {
            let end = self.line_end(chars);
            if self.extra {
                self.push(kind::COMMENT, &chars[at..end], (self.row, at), (self.row, end), line);
            }
            at = end;
        }
        if self.extra {
            let width = if at < chars.len() { chars.len() - at } else { 1 };
            self.push(
                kind::NL,
                &chars[at.min(chars.len())..],
                (self.row, at),
                (self.row, at + width),
                line,
            );
        }
    }

    /// The column of the line end.
    fn line_end(&self, chars: &[char]) -> usize {
        chars.iter().position(|&c| c == '\n' || c == '\r').unwrap_or(chars.len())
    }

    fn tokens(&mut self, chars: &[char], mut at: usize, line: &str) {
        while at <= chars.len() && !self.done {
            if self.formats.last().is_some_and(Format::in_literal) {
                if at >= chars.len() {
                    return;
                }
                at = self.literal(chars, at, line);
                continue;
            }
            while matches!(chars.get(at), Some(' ' | '\t' | '\x0c')) {
                at += 1;
            }
            let Some(&c) = chars.get(at) else {
                // The last line has no end: one is made up.
                if self.string.is_none() && !self.continued {
                    self.end_of_line(&[], at, line);
                }
                return;
            };
            at = match c {
                '\n' | '\r' => {
                    self.end_of_line(&chars[at..], at, line);
                    return;
                }
                '#' => {
                    let end = self.line_end(chars);
                    if self.extra {
                        self.push(
                            kind::COMMENT,
                            &chars[at..end],
                            (self.row, at),
                            (self.row, end),
                            line,
                        );
                    }
                    end
                }
                '\\' if matches!(chars.get(at + 1), Some('\n' | '\r')) => {
                    self.continued = true;
                    return;
                }
                '\\' => {
                    let message = "unexpected character after line continuation character";
                    self.fail(message, Some((self.row, at + 2)), line);
                    return;
                }
                c if c.is_ascii_digit()
                    || (c == '.' && chars.get(at + 1).is_some_and(char::is_ascii_digit)) =>
                {
                    self.number(chars, at, line)
                }
                c if is_name_start(c) || c == '"' || c == '\'' => {
                    match self.name_or_string(chars, at, line) {
                        Some(next) => next,
                        None => return,
                    }
                }
                _ => self.operator(chars, at, line),
            };
        }
    }

    fn end_of_line(&mut self, end: &[char], at: usize, line: &str) {
        let width = if self.extra { end.len().max(1) } else { 0 };
        let place = ((self.row, at), (self.row, at + width));
        if !self.formats.is_empty() || !self.brackets.is_empty() || !self.begun {
            if self.extra {
                self.push(kind::NL, end, place.0, place.1, line);
            }
        } else {
            let end: &[char] = if self.extra { end } else { &[] };
            self.push(kind::NEWLINE, end, place.0, place.1, line);
            self.begun = false;
        }
    }

    fn token(&mut self, kind: i32, chars: &[char], start: usize, end: usize, line: &str) -> usize {
        self.begun = true;
        self.push(kind, &chars[start..end], (self.row, start), (self.row, end), line);
        end
    }

    fn number(&mut self, chars: &[char], start: usize, line: &str) -> usize {
        let get = |at: usize| chars.get(at).copied().unwrap_or('\0');
        let digits = |mut at: usize, ok: &dyn Fn(char) -> bool| {
            while ok(get(at)) || (get(at) == '_' && ok(get(at + 1))) {
                at += 1;
            }
            at
        };
        let decimal = |c: char| c.is_ascii_digit();
        let mut at = start;
        let radix = get(at + 1).to_ascii_lowercase();
        if get(at) == '0' && matches!(radix, 'x' | 'o' | 'b') {
            let end = match radix {
                'x' => digits(at + 2, &|c| c.is_ascii_hexdigit()),
                'o' => digits(at + 2, &|c| ('0'..='7').contains(&c)),
                _ => digits(at + 2, &|c| c == '0' || c == '1'),
            };
            return self.token(kind::NUMBER, chars, start, end, line);
        }
        at = digits(at, &decimal);
        if get(at) == '.' {
            at = digits(at + 1, &decimal);
        }
        if matches!(get(at), 'e' | 'E') {
            let sign = usize::from(matches!(get(at + 1), '+' | '-'));
            if get(at + 1 + sign).is_ascii_digit() {
                at = digits(at + 1 + sign, &decimal);
            }
        }
        if matches!(get(at), 'j' | 'J') {
            at += 1;
        }
        self.token(kind::NUMBER, chars, start, at, line)
    }

    /// `None` if the rest of the line has been used up.
    fn name_or_string(&mut self, chars: &[char], start: usize, line: &str) -> Option<usize> {
        let mut at = start;
        while chars.get(at).is_some_and(|&c| is_name(c)) {
            at += 1;
        }
        let Some(&quote) = chars.get(at).filter(|&&c| c == '"' || c == '\'') else {
            return Some(self.token(kind::NAME, chars, start, at, line));
        };
        let prefix: String = chars[start..at].iter().collect::<String>().to_lowercase();
        let known = matches!(
            prefix.as_str(),
            "" | "r" | "u" | "b" | "br" | "rb" | "f" | "fr" | "rf" | "t" | "tr" | "rt"
        );
        if !known {
            return Some(self.token(kind::NAME, chars, start, at, line));
        }
        let triple = chars.get(at + 1) == Some(&quote) && chars.get(at + 2) == Some(&quote);
        if prefix.contains(['f', 't']) {
            let open = at + if triple { 3 } else { 1 };
            let kind = if prefix.contains('f') { kind::FSTRING_START } else { kind::TSTRING_START };
            let next = self.token(kind, chars, start, open, line);
            self.formats.push(Format {
                quote,
                triple,
                raw: prefix.contains('r'),
                kind,
                fields: Vec::new(),
                specs: Vec::new(),
                literal: String::new(),
                begun: (self.row, next),
                lines: String::new(),
            });
            return Some(next);
        }
        self.begun = true;
        if triple {
            let open = OpenString {
                quote,
                start: (self.row, start),
                text: chars[start..at + 3].iter().collect(),
                lines: String::new(),
            };
            return self.string_rest(open, chars, at + 3, line);
        }
        let mut end = at + 1;
        loop {
            match chars.get(end) {
                Some(&c) if c == quote => {
                    return Some(self.token(kind::STRING, chars, start, end + 1, line));
                }
                Some('\\') if matches!(chars.get(end + 1), Some('\n' | '\r')) => {
                    let open = OpenString {
                        quote: if quote == '"' { '\u{1}' } else { '\u{2}' },
                        start: (self.row, start),
                        text: chars[start..].iter().collect(),
                        lines: line.to_owned(),
                    };
                    self.string = Some(open);
                    return None;
                }
                Some('\\') => end += 2,
                None | Some('\n' | '\r') => {
                    let message =
                        format!("unterminated string literal (detected at line {})", self.row);
                    self.fail(message, Some((self.row, start + 1)), line);
                    return None;
                }
                Some(_) => end += 1,
            }
        }
    }

    fn continue_string(&mut self, open: OpenString, chars: &[char], line: &str) -> Option<usize> {
        self.string_rest(open, chars, 0, line)
    }

    /// Goes on with a string that spans lines. Its quote is a control character where it has only
    /// one, and the last line ended in a backslash.
    fn string_rest(
        &mut self,
        mut open: OpenString,
        chars: &[char],
        from: usize,
        line: &str,
    ) -> Option<usize> {
        let (quote, count) = match open.quote {
            '\u{1}' => ('"', 1),
            '\u{2}' => ('\'', 1),
            quote => (quote, 3),
        };
        open.lines.push_str(line);
        let mut at = from;
        while at < chars.len() {
            if chars[at..].iter().take_while(|&&c| c == quote).take(count).count() == count {
                at += count;
                open.text.extend(&chars[from..at]);
                let text: Vec<char> = open.text.chars().collect();
                self.push(kind::STRING, &text, open.start, (self.row, at), &open.lines);
                return Some(at);
            }
            if chars[at] == '\\' {
                at += if chars.get(at + 1) == Some(&'\r') && chars.get(at + 2) == Some(&'\n') {
                    3
                } else {
                    2
                };
                continue;
            }
            if count == 1 && matches!(chars[at], '\n' | '\r') {
                let message =
                    format!("unterminated string literal (detected at line {})", self.row);
                self.fail(message, Some((open.start.0, open.start.1 + 1)), &open.lines);
                return None;
            }
            at += 1;
        }
        open.text.extend(&chars[from..]);
        self.string = Some(open);
        None
    }

    /// Reads the literal part of the innermost f-string up to a field, its end, or the line's.
    fn literal(&mut self, chars: &[char], from: usize, line: &str) -> usize {
        let row = self.row;
        let Some(format) = self.formats.last_mut() else { return from };
        let (quote, triple, raw, kind) = (format.quote, format.triple, format.raw, format.kind);
        let in_spec = !format.specs.is_empty();
        if !format.lines.ends_with(line) {
            format.lines.push_str(line);
        }
        let mut at = from;
        let mut closed = None;
        while let Some(&c) = chars.get(at) {
            let run = chars[at..].iter().take_while(|&&c| c == quote).count();
            if c == quote && (!triple || run >= 3) {
                closed = Some(if triple { 3 } else { 1 });
                break;
            }
            match c {
                '{' if !in_spec && chars.get(at + 1) == Some(&'{') => {
                    // The token has one of the two, and ends between them.
                    format.literal.push('{');
                    let (literal, begun) = (std::mem::take(&mut format.literal), format.begun);
                    let lines = std::mem::take(&mut format.lines);
                    let text: Vec<char> = literal.chars().collect();
                    format.begun = (row, at + 2);
                    self.push(kind + 1, &text, begun, (row, at + 1), &lines);
                    return at + 2;
                }
                '}' if !in_spec && chars.get(at + 1) == Some(&'}') => {
                    format.literal.push('}');
                    let (literal, begun) = (std::mem::take(&mut format.literal), format.begun);
                    let lines = std::mem::take(&mut format.lines);
                    let text: Vec<char> = literal.chars().collect();
                    format.begun = (row, at + 2);
                    self.push(kind + 1, &text, begun, (row, at + 1), &lines);
                    return at + 2;
                }
                '{' | '}' => break,
                '\\' if !raw
                    && chars.get(at + 1) == Some(&'N')
                    && chars.get(at + 2) == Some(&'{') =>
                {
                    let end = chars[at..]
                        .iter()
                        .position(|&c| c == '}')
                        .map_or(chars.len(), |n| at + n + 1);
                    format.literal.extend(&chars[at..end]);
                    at = end;
                }
                '\\' if !matches!(chars.get(at + 1), Some('{' | '}') | None) => {
                    format.literal.extend(&chars[at..at + 2]);
                    at += 2;
                }
                '\n' | '\r' if !triple => {
                    let name = if kind == kind::FSTRING_START { "f-string" } else { "t-string" };
                    if in_spec {
                        // A specification may end with its line.
                        break;
                    }
                    let message = format!("unterminated {name} literal (detected at line {row})");
                    self.fail(message, Some((row, from + 1)), line);
                    return chars.len() + 1;
                }
                c => {
                    format.literal.push(c);
                    at += 1;
                }
            }
        }
        if at >= chars.len() {
            return at;
        }
        let has_text = !format.literal.is_empty();
        let (literal, begun) = (std::mem::take(&mut format.literal), format.begun);
        let lines = std::mem::take(&mut format.lines);
        let text: Vec<char> = literal.chars().collect();
        let empty_spec = in_spec && chars[at] == '}';
        if has_text || empty_spec {
            let begun = if has_text { begun } else { (row, at) };
            self.push(kind + 1, &text, begun, (row, at), &lines);
        }
        if let Some(count) = closed {
            self.formats.pop();
            return self.token(kind + 2, chars, at, at + count, line);
        }
        let op = |extra: bool, exact: i32| if extra { kind::OP } else { exact };
        let extra = self.extra;
        if chars[at] == '{' {
            self.brackets.push('{');
            let depth = self.brackets.len();
            if let Some(format) = self.formats.last_mut() {
                format.fields.push(depth);
                format.specs.push(false);
            }
            return self.token(op(extra, 25), chars, at, at + 1, line);
        }
        if chars[at] == '}' && in_spec {
            return self.close_field(chars, at, line);
        }
        let message = "f-string: single '}' is not allowed";
        self.fail(message, Some((row, at + 1)), line);
        chars.len() + 1
    }

    fn close_field(&mut self, chars: &[char], at: usize, line: &str) -> usize {
        self.brackets.pop();
        let row = self.row;
        if let Some(format) = self.formats.last_mut() {
            format.fields.pop();
            format.specs.pop();
            format.begun = (row, at + 1);
        }
        let kind = if self.extra { kind::OP } else { 26 };
        self.token(kind, chars, at, at + 1, line)
    }

    fn operator(&mut self, chars: &[char], at: usize, line: &str) -> usize {
        let rest: String = chars[at..].iter().take(3).collect();
        let in_field = self
            .formats
            .last()
            .is_some_and(|format| format.fields.last() == Some(&self.brackets.len()));
        if in_field {
            match chars[at] {
                '}' => return self.close_field(chars, at, line),
                ':' => {
                    let row = self.row;
                    if let Some(format) = self.formats.last_mut() {
                        if let Some(spec) = format.specs.last_mut() {
                            *spec = true;
                        }
                        format.begun = (row, at + 1);
                    }
                    let kind = if self.extra { kind::OP } else { 11 };
                    return self.token(kind, chars, at, at + 1, line);
                }
                _ => {}
            }
        }
        let found = OPERATORS.iter().find(|(symbol, _)| {
            rest.starts_with(symbol)
                && *symbol != "<>"
                && !(in_field && *symbol == "!=" && !rest.starts_with("!="))
        });
        let Some(&(symbol, exact)) = found else {
            let c = chars[at];
            if self.extra && c.is_ascii_graphic() {
                return self.token(kind::OP, chars, at, at + 1, line);
            }
            let code = c as u32;
            let message = if c.is_ascii_graphic() {
                "invalid syntax".to_owned()
            } else if c.is_control() || c.is_whitespace() {
                format!("invalid non-printable character U+{code:04X}")
            } else {
                format!("invalid character '{c}' (U+{code:04X})")
            };
            self.fail(message, Some((self.row, at + 1)), line);
            return chars.len() + 1;
        };
        match symbol {
            "(" | "[" | "{" => self.brackets.push(chars[at]),
            ")" | "]" | "}" => {
                let opening = match symbol {
                    ")" => '(',
                    "]" => '[',
                    _ => '{',
                };
                match self.brackets.last() {
                    Some(&open) if open == opening => {
                        self.brackets.pop();
                    }
                    Some(&open) if !self.extra => {
                        let message = format!(
                            "closing parenthesis '{symbol}' does not match opening parenthesis '{open}'"
                        );
                        self.fail(message, Some((self.row, at + 1)), line);
                        return chars.len() + 1;
                    }
                    None if !self.extra => {
                        self.fail(format!("unmatched '{symbol}'"), Some((self.row, at + 1)), line);
                        return chars.len() + 1;
                    }
                    _ => {
                        self.brackets.pop();
                    }
                }
            }
            _ => {}
        }
        let kind = if self.extra { kind::OP } else { exact };
        self.token(kind, chars, at, at + symbol.len(), line)
    }

    fn finish(&mut self) {
        self.done = true;
        if let Some(open) = self.string.take() {
            let triple =
                if matches!(open.quote, '\u{1}' | '\u{2}') { "" } else { "triple-quoted " };
            let message =
                format!("unterminated {triple}string literal (detected at line {})", self.row);
            let first = open.lines.lines().next().unwrap_or("").to_owned();
            self.fail(message, Some((open.start.0, open.start.1 + 1)), &first);
            return;
        }
        if let Some(format) = self.formats.last() {
            let name = if format.kind == kind::FSTRING_START { "f-string" } else { "t-string" };
            let triple = if format.triple { "triple-quoted " } else { "" };
            let message =
                format!("unterminated {triple}{name} literal (detected at line {})", self.row);
            let at = Some((format.begun.0, format.begun.1 + 1));
            let text = format.lines.clone();
            self.fail(message, at, &text);
            return;
        }
        if !self.brackets.is_empty() || self.continued {
            let message = if self.continued && self.brackets.is_empty() {
                "unexpected EOF while parsing"
            } else {
                "unexpected EOF in multi-line statement"
            };
            self.fail(message, None, "");
            return;
        }
        let (place, line) = if self.extra {
            ((self.row + 1, 0), String::new())
        } else {
            ((self.row, 0), self.last_line.clone())
        };
        while self.indents.len() > 1 {
            self.indents.pop();
            self.push(kind::DEDENT, &[], place, place, &line);
        }
        self.push(kind::ENDMARKER, &[], place, place, &line);
    }
}
