//! Templates of the `%` operator, for str and bytes: `"%(key)-08.3f"`.

use std::ops::Range;

use crate::error::TextError;
use crate::text::Text;

/// A width or precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Not given.
    None,
    /// Given in the template.
    Fixed(usize),
    /// `*`: the next argument.
    Argument,
}

/// A conversion directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Position of the mapping key, without its parentheses.
    pub key: Option<Range<usize>>,
    /// `-`
    pub left: bool,
    /// `+`
    pub plus: bool,
    /// Space.
    pub space: bool,
    /// `#`
    pub alternate: bool,
    /// `0`
    pub zero: bool,
    /// The width.
    pub width: Amount,
    /// The precision.
    pub precision: Amount,
    /// The conversion type, not checked.
    pub conversion: u32,
    /// Where the conversion type stands, for messages.
    pub at: usize,
}

impl Directive {
    /// The error for a conversion type that does not exist.
    pub fn unsupported(&self) -> TextError {
        let code = self.conversion;
        let shown = char::from_u32(code).filter(|c| ('\x1F'..='~').contains(c)).unwrap_or('?');
        TextError::value(format!(
            "unsupported format character '{shown}' ({code:#x}) at index {}",
            self.at
        ))
    }
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PercentPiece {
    /// Text to be copied.
    Literal(Range<usize>),
    /// A directive. `%%` is none but a literal `%`; with anything in between, `%` is a
    /// conversion type that does not exist.
    Directive(Directive),
}

/// The parts of a `%` template. After an error the iterator ends.
#[derive(Clone, Debug)]
pub struct Directives<'a> {
    template: Text<'a>,
    at: usize,
}

impl<'a> Directives<'a> {
    /// Goes through `template`.
    pub fn new(template: Text<'a>) -> Directives<'a> {
        Directives { template, at: 0 }
    }

    fn peek(&self) -> Option<char> {
        self.template.get(self.at).map(|c| char::from_u32(c).unwrap_or('\u{FFFD}'))
    }

    fn accept(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// The key; `self.at` is behind the opening parenthesis. Parentheses nest.
    fn key(&mut self) -> Result<Range<usize>, TextError> {
        let start = self.at;
        let mut depth = 1;
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(start..self.at - 1);
            }
        }
        Err(TextError::value("incomplete format key"))
    }

    fn amount(&mut self, most: usize, too_big: &'static str) -> Result<Amount, TextError> {
        if self.accept('*') {
            return Ok(Amount::Argument);
        }
        let mut value = None;
        while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
            let digit = digit as usize - '0' as usize;
            let next = value.unwrap_or(0usize).saturating_mul(10).saturating_add(digit);
            if next > most {
                return Err(TextError::value(too_big));
            }
            value = Some(next);
            self.at += 1;
        }
        Ok(value.map_or(Amount::None, Amount::Fixed))
    }

    fn directive(&mut self) -> Result<Directive, TextError> {
        let mut directive = Directive {
            key: None,
            left: false,
            plus: false,
            space: false,
            alternate: false,
            zero: false,
            width: Amount::None,
            precision: Amount::None,
            conversion: 0,
            at: 0,
        };
        if self.accept('(') {
            directive.key = Some(self.key()?);
        }
        loop {
            match self.peek() {
                Some('-') => directive.left = true,
                Some('+') => directive.plus = true,
                Some(' ') => directive.space = true,
                Some('#') => directive.alternate = true,
                Some('0') => directive.zero = true,
                _ => break,
            }
            self.at += 1;
        }
        directive.width = self.amount(isize::MAX as usize, "width too big")?;
        if self.accept('.') {
            directive.precision = match self.amount(i32::MAX as usize, "precision too big")? {
                Amount::None => Amount::Fixed(0),
                amount => amount,
            };
        }
        // A length modifier of C, without meaning.
        if matches!(self.peek(), Some('h' | 'l' | 'L')) {
            self.at += 1;
        }
        let Some(conversion) = self.template.get(self.at) else {
            return Err(TextError::value("incomplete format"));
        };
        directive.conversion = conversion;
        directive.at = self.at;
        self.at += 1;
        Ok(directive)
    }
}

impl Iterator for Directives<'_> {
    type Item = Result<PercentPiece, TextError>;

    fn next(&mut self) -> Option<Result<PercentPiece, TextError>> {
        let rest = self.template.slice(self.at..self.template.len());
        if rest.is_empty() {
            return None;
        }
        let literal = crate::search::find(rest, Text::One(b"%")).unwrap_or(rest.len());
        if literal > 0 {
            let start = self.at;
            self.at += literal;
            return Some(Ok(PercentPiece::Literal(start..self.at)));
        }
        self.at += 1;
        if self.accept('%') {
            return Some(Ok(PercentPiece::Literal(self.at - 1..self.at)));
        }
        let directive = self.directive();
        if directive.is_err() {
            self.at = self.template.len();
        }
        Some(directive.map(PercentPiece::Directive))
    }
}
