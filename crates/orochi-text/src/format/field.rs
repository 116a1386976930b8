//! Templates of `str.format`: `"a {0.name[key]!r:>{width}} b"`.
//!
//! [`Fields`] yields literal text and fields in order, [`split_field_name`] takes a field's name
//! apart into its first part and the attributes and items that follow. Both find errors where
//! CPython finds them: while going through the template, after what stands before was formatted.

use std::ops::Range;

use super::spec::integer;
use crate::error::TextError;
use crate::text::Text;

/// A part of a template, as positions in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text to be copied. A doubled brace yields the text up to and with its first half.
    Literal(Range<usize>),
    /// A replacement field.
    Field(Field),
}

/// A replacement field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name with attributes and items, for [`split_field_name`].
    pub name: Range<usize>,
    /// The code point after `!`, not checked (see [`Field::check_conversion`]).
    pub conversion: Option<u32>,
    /// The format specification.
    pub spec: Range<usize>,
    /// Whether the specification contains fields itself.
    pub nested: bool,
}

impl Field {
    /// The conversion as one of `s`, `r`, `a`.
    pub fn check_conversion(&self) -> Result<Option<char>, TextError> {
        match self.conversion {
            None => Ok(None),
            Some(code) => match char::from_u32(code) {
                Some(c @ ('s' | 'r' | 'a')) => Ok(Some(c)),
                Some(c @ '!'..='~') => {
                    Err(TextError::value(format!("Unknown conversion specifier {c}")))
                }
                _ => Err(TextError::value(format!("Unknown conversion specifier \\x{code:x}"))),
            },
        }
    }
}

/// The parts of a template. After an error the iterator ends.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    template: Text<'a>,
    at: usize,
    /// A field that follows the literal just given.
    pending: bool,
}

impl<'a> Fields<'a> {
    /// Goes through `template`.
    pub fn new(template: Text<'a>) -> Fields<'a> {
        Fields { template, at: 0, pending: false }
    }

    fn peek(&self) -> Option<char> {
        // Surrogates are as good as any character without meaning.
        self.template.get(self.at).map(|c| char::from_u32(c).unwrap_or('\0'))
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    /// Literal text up to the next brace; an empty one where a field comes at once.
    fn literal(&mut self) -> Result<Range<usize>, TextError> {
        let start = self.at;
        while let Some(c) = self.take() {
            let end = self.at;
            match c {
                '{' | '}' if self.peek() == Some(c) => {
                    self.at += 1;
                    return Ok(start..end);
                }
                '}' => {
                    return Err(TextError::value("Single '}' encountered in format string"));
                }
                '{' if self.peek().is_none() => {
                    return Err(TextError::value("Single '{' encountered in format string"));
                }
                '{' => {
                    self.pending = true;
                    return Ok(start..end - 1);
                }
                _ => {}
            }
        }
        Ok(start..self.at)
    }

    fn field(&mut self) -> Result<Field, TextError> {
        let start = self.at;
        let end = loop {
            match self.take() {
                None => return Err(TextError::value("expected '}' before end of string")),
                Some('{') => return Err(TextError::value("unexpected '{' in field name")),
                Some('[') => {
                    while self.peek().is_some_and(|c| c != ']') {
                        self.at += 1;
                    }
                }
                Some(c @ ('}' | ':' | '!')) => break c,
                Some(_) => {}
            }
        };
        let mut field = Field {
            name: start..self.at - 1,
            conversion: None,
            spec: self.at..self.at,
            nested: false,
        };
        match end {
            '}' => return Ok(field),
            '!' => {
                field.conversion = self.template.get(self.at);
                if self.take().is_none() {
                    return Err(TextError::value(
                        "end of string while looking for conversion specifier",
                    ));
                }
                match self.take() {
                    Some('}') => {
                        field.spec = self.at..self.at;
                        return Ok(field);
                    }
                    Some(':') | None => {}
                    Some(_) => {
                        return Err(TextError::value("expected ':' after conversion specifier"));
                    }
                }
            }
            _ => {}
        }
        let start = self.at;
        let mut depth = 1;
        while let Some(c) = self.take() {
            match c {
                '{' => {
                    field.nested = true;
                    depth += 1;
                }
                '}' => {
                    depth -= 1;
                    if depth == 0 {
                        field.spec = start..self.at - 1;
                        return Ok(field);
                    }
                }
                _ => {}
            }
        }
        Err(TextError::value("unmatched '{' in format spec"))
    }
}

impl Iterator for Fields<'_> {
    type Item = Result<Piece, TextError>;

    fn next(&mut self) -> Option<Result<Piece, TextError>> {
        if !self.pending {
            if self.at >= self.template.len() {
                return None;
            }
            match self.literal() {
                Ok(range) if range.is_empty() && self.pending => {}
                Ok(range) => return Some(Ok(Piece::Literal(range))),
                Err(error) => {
                    self.at = self.template.len();
                    return Some(Err(error));
                }
            }
        }
        self.pending = false;
        let field = self.field();
        if field.is_err() {
            self.at = self.template.len();
        }
        Some(field.map(Piece::Field))
    }
}

/// The first part of a field name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldHead {
    /// Nothing: the next argument by automatic numbering.
    Automatic,
    /// A positional argument.
    Index(usize),
    /// A keyword argument, as its position in the field name.
    Name(Range<usize>),
}

/// A field name: its head and what follows.
#[derive(Clone, Debug)]
pub struct AccessPath<'a> {
    /// The argument.
    pub head: FieldHead,
    /// Attributes and items.
    pub rest: Accesses<'a>,
}

/// A step from a value to one of its parts; ranges are positions in the field name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// `.name`
    Attribute(Range<usize>),
    /// `[7]`
    Index(usize),
    /// `[key]`
    Key(Range<usize>),
}

/// The steps of a field name. After an error the iterator ends.
#[derive(Clone, Debug)]
pub struct Accesses<'a> {
    name: Text<'a>,
    at: usize,
}

/// Takes the name of a field apart.
pub fn split_field_name(name: Text<'_>) -> Result<AccessPath<'_>, TextError> {
    let end = name.codes().position(|c| c == '.' as u32 || c == '[' as u32).unwrap_or(name.len());
    let head = match whole_integer(name.slice(0..end))? {
        _ if end == 0 => FieldHead::Automatic,
        Some(index) => FieldHead::Index(index),
        None => FieldHead::Name(0..end),
    };
    Ok(AccessPath { head, rest: Accesses { name, at: end } })
}

/// The value of a text that consists of digits.
fn whole_integer(text: Text<'_>) -> Result<Option<usize>, TextError> {
    let (value, end) = integer(text, 0)?;
    Ok(value.filter(|_| end == text.len()))
}

impl Accesses<'_> {
    fn until(&self, ends: impl Fn(u32) -> bool) -> Option<usize> {
        (self.at..self.name.len()).find(|&at| self.name.get(at).is_some_and(&ends))
    }

    fn step(&mut self, kind: u32) -> Result<Access, TextError> {
        let start = self.at + 1;
        self.at = start;
        let (access, empty) = if kind == '.' as u32 {
            let end = self.until(|c| c == '.' as u32 || c == '[' as u32);
            let end = end.unwrap_or(self.name.len());
            self.at = end;
            (Access::Attribute(start..end), start == end)
        } else if kind == '[' as u32 {
            let Some(end) = self.until(|c| c == ']' as u32) else {
                return Err(TextError::value("Missing ']' in format string"));
            };
            self.at = end + 1;
            let access = match whole_integer(self.name.slice(start..end))? {
                Some(index) => Access::Index(index),
                None => Access::Key(start..end),
            };
            (access, start == end)
        } else {
            return Err(TextError::value(
                "Only '.' or '[' may follow ']' in format field specifier",
            ));
        };
        if empty {
            return Err(TextError::value("Empty attribute in format string"));
        }
        Ok(access)
    }
}

impl Iterator for Accesses<'_> {
    type Item = Result<Access, TextError>;

    fn next(&mut self) -> Option<Result<Access, TextError>> {
        let kind = self.name.get(self.at)?;
        let step = self.step(kind);
        if step.is_err() {
            self.at = self.name.len();
        }
        Some(step)
    }
}

/// Keeps automatic and manual numbering apart, across nested templates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbering {
    /// No numbered field yet.
    #[default]
    Open,
    /// Fields are numbered automatically; the next number.
    Automatic(usize),
    /// Fields give their numbers.
    Manual,
}

impl Numbering {
    /// The argument index of a head: numbered ones only, `None` for names.
    pub fn resolve(&mut self, head: &FieldHead) -> Result<Option<usize>, TextError> {
        match (head, *self) {
            (FieldHead::Name(_), _) => Ok(None),
            (FieldHead::Automatic, Numbering::Manual) => Err(TextError::value(
                "cannot switch from manual field specification to automatic field numbering",
            )),
            (FieldHead::Index(_), Numbering::Automatic(_)) => Err(TextError::value(
                "cannot switch from automatic field numbering to manual field specification",
            )),
            (FieldHead::Index(index), _) => {
                *self = Numbering::Manual;
                Ok(Some(*index))
            }
            (FieldHead::Automatic, Numbering::Open) => {
                *self = Numbering::Automatic(1);
                Ok(Some(0))
            }
            (FieldHead::Automatic, Numbering::Automatic(next)) => {
                *self = Numbering::Automatic(next + 1);
                Ok(Some(next))
            }
        }
    }
}
