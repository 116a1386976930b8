//! Literals: numbers of any size, strings with lone surrogates, and the warnings about escape
//! sequences that mean nothing.
//!
//! The parser crate decodes strings into Rust's `str`, in which a lone surrogate (`'\ud800'`)
//! cannot be and becomes U+FFFD. Such a literal is walked again: source and decoded text side by
//! side, one element of the source for one character of the text, and the escapes that name a
//! surrogate are put in as the three bytes that generalised UTF-8 has for them.

use super::lower::Lower;
use crate::code::{Constant, Position};
use crate::error::{Failure, Warning, WarningClass};
use ruff_python_ast as ruff;
use ruff_python_ast::StringFlags as _;
use ruff_text_size::{Ranged, TextRange};

/// `sys.int_info.default_max_str_digits`: longer decimal literals are refused.
const MAX_DECIMAL_DIGITS: usize = 4300;

impl Lower<'_> {
    pub(super) fn number(&mut self, number: &ruff::Number, range: TextRange) -> Constant {
        self.check_end_of_number(range);
        match number {
            ruff::Number::Float(value) => Constant::Float(*value),
            ruff::Number::Complex { real, imag } => Constant::Complex(*real, *imag),
            ruff::Number::Int(value) => match value.as_i64() {
                Some(value) => Constant::Int(value),
                None => self.big_integer(range),
            },
        }
    }

    /// `1if x else y` is allowed, but warned of.
    fn check_end_of_number(&mut self, range: TextRange) {
        let end = range.end().to_usize();
        if !self.source.as_bytes().get(end).is_some_and(u8::is_ascii_alphabetic) {
            return;
        }
        let text = self.text(range).as_bytes();
        let kind = match text {
            [b'0', b'x' | b'X', ..] => "hexadecimal",
            [b'0', b'o' | b'O', ..] => "octal",
            [b'0', b'b' | b'B', ..] => "binary",
            [.., b'j' | b'J'] => "imaginary",
            _ => "decimal",
        };
        let (line, column) = self.lines.line_column(end as u32 - 1);
        self.warnings.push(Warning {
            class: WarningClass::SyntaxWarning,
            message: format!("invalid {kind} literal"),
            at: Position { line, end_line: line, column, end_column: column },
            late: false,
        });
    }

    fn big_integer(&mut self, range: TextRange) -> Constant {
        let text: String = self.text(range).chars().filter(|&c| c != '_').collect();
        let (radix, digits) = match text.as_bytes() {
            [b'0', b'x' | b'X', ..] => (16, &text[2..]),
            [b'0', b'o' | b'O', ..] => (8, &text[2..]),
            [b'0', b'b' | b'B', ..] => (2, &text[2..]),
            _ => (10, &text[..]),
        };
        if radix == 10 && digits.len() > MAX_DECIMAL_DIGITS {
            let message = format!(
                "Exceeds the limit ({MAX_DECIMAL_DIGITS} digits) for integer string conversion: value has {} \
                 digits; use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for \
                 huge integer literals to avoid decimal conversion limits.",
                digits.len()
            );
            let at = self.at(range);
            self.fail(Failure::new(message, at));
            return Constant::Int(0);
        }
        Constant::BigInt { negative: false, words: parse_words(digits, radix).into() }
    }

    pub(super) fn string_parts(&mut self, parts: &[ruff::StringLiteral]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in parts {
            let flags: ruff::AnyStringFlags = part.flags.into();
            let inner = part.range().add_start(flags.opener_len()).sub_end(flags.closer_len());
            bytes.extend(self.string_piece(inner, &part.value, flags, false));
        }
        bytes
    }

    /// The bytes of one piece of text: `range` is its source without quotes, `value` what the
    /// parser made of it.
    pub(super) fn string_piece(
        &mut self,
        range: TextRange,
        value: &str,
        flags: ruff::AnyStringFlags,
        interpolated: bool,
    ) -> Vec<u8> {
        let source = self.text(range);
        if flags.is_raw_string() || !source.contains('\\') {
            return value.as_bytes().to_vec();
        }
        self.warn_escapes(range, false, interpolated);
        if !value.contains('\u{fffd}') {
            return value.as_bytes().to_vec();
        }
        with_surrogates(source, value, interpolated)
    }

    /// Warns about the escapes of a whole literal, quotes included in `range`.
    pub(super) fn check_escapes(
        &mut self,
        range: TextRange,
        flags: ruff::AnyStringFlags,
        bytes: bool,
    ) {
        if !flags.is_raw_string() && self.text(range).contains('\\') {
            let inner = range.add_start(flags.opener_len()).sub_end(flags.closer_len());
            self.warn_escapes(inner, bytes, false);
        }
    }

    fn warn_escapes(&mut self, range: TextRange, bytes: bool, interpolated: bool) {
        let text = self.text(range).as_bytes();
        let mut i = 0;
        while i < text.len() {
            if text[i] != b'\\' {
                i += 1;
                continue;
            }
            // A backslash at the very end stands before the brace of a replacement field.
            let c = match text.get(i + 1) {
                Some(&c) => c,
                None if interpolated => b'{',
                None => break,
            };
            let fits = matches!(
                c,
                b'\n'
                    | b'\r'
                    | b'\\'
                    | b'\''
                    | b'"'
                    | b'a'
                    | b'b'
                    | b'f'
                    | b'n'
                    | b'r'
                    | b't'
                    | b'v'
                    | b'x'
            ) || (!bytes && matches!(c, b'N' | b'u' | b'U'));
            let mut length = 1 + char_len(c);
            let message = if matches!(c, b'0'..=b'7') {
                let digits =
                    text[i + 1..].iter().take(3).take_while(|d| matches!(d, b'0'..=b'7')).count();
                length = 1 + digits;
                (digits == 3 && c >= b'4').then(|| ("octal escape", i..i + 4))
            } else if fits {
                None
            } else {
                Some(("escape", i..i + length))
            };
            if let Some((what, range_in)) = message {
                let escape = match text.get(range_in) {
                    Some(escape) => String::from_utf8_lossy(escape).into_owned(),
                    None => "\\{".to_owned(),
                };
                let offset = range.start().to_u32() + i as u32;
                let (line, column) = self.lines.line_column(offset);
                let end_column = column + length as u32;
                self.warnings.push(Warning {
                    class: WarningClass::SyntaxWarning,
                    message: format!(
                        "\"{escape}\" is an invalid {what} sequence. Such sequences will not work in the \
                         future. Did you mean \"\\{escape}\"? A raw string is also an option."
                    ),
                    at: Position { line, end_line: line, column, end_column },
                    late: false,
                });
            }
            i += length;
        }
    }
}

fn char_len(first: u8) -> usize {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

fn with_surrogates(source: &str, value: &str, interpolated: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut decoded = value.chars();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        if c != '\\' {
            let mut step = c.len_utf8();
            if c == '\r' && rest[1..].starts_with('\n') {
                step = 2;
            }
            if interpolated && (rest.starts_with("{{") || rest.starts_with("}}")) {
                step = 2;
            }
            rest = &rest[step..];
            push(&mut out, decoded.next());
            continue;
        }
        let escape = rest.as_bytes().get(1).copied().unwrap_or(b'\\');
        let length = match escape {
            b'x' => 4,
            b'u' => 6,
            b'U' => 10,
            b'N' => rest.find('}').map_or(2, |end| end + 1),
            b'0'..=b'7' => {
                1 + rest.as_bytes()[1..]
                    .iter()
                    .take(3)
                    .take_while(|d| matches!(d, b'0'..=b'7'))
                    .count()
            }
            b'\r' if rest[2..].starts_with('\n') => 3,
            // An escape that means nothing stays as written: the backslash is a character itself.
            b'\n' | b'\r' | b'\\' | b'\'' | b'"' | b'a' | b'b' | b'f' | b'n' | b'r' | b't'
            | b'v' => 2,
            _ => 1,
        };
        let length = length.min(rest.len());
        let text = &rest[..length];
        rest = &rest[length..];
        if matches!(escape, b'\n' | b'\r') {
            continue;
        }
        let c = decoded.next();
        let surrogate = matches!(escape, b'u' | b'U')
            .then(|| u32::from_str_radix(&text[2..], 16).ok())
            .flatten()
            .filter(|code| (0xd800..0xe000).contains(code));
        match surrogate {
            Some(code) => out.extend([
                0xe0 | (code >> 12) as u8,
                0x80 | (code >> 6 & 0x3f) as u8,
                0x80 | (code & 0x3f) as u8,
            ]),
            None => push(&mut out, c),
        }
    }
    out
}

fn push(out: &mut Vec<u8>, c: Option<char>) {
    if let Some(c) = c {
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// The little-endian words of a number written in `radix`.
pub fn parse_words(digits: &str, radix: u32) -> Vec<u64> {
    let mut words: Vec<u64> = Vec::new();
    if radix == 10 {
        // 18 digits at a time: quadratic, but bounded by the digit limit.
        for chunk in digits.as_bytes().chunks(18) {
            let mut carry = 0u128;
            let mut scale = 1u64;
            for &digit in chunk {
                carry = carry * 10 + u128::from(digit - b'0');
                scale *= 10;
            }
            for word in &mut words {
                let sum = u128::from(*word) * u128::from(scale) + carry;
                *word = sum as u64;
                carry = sum >> 64;
            }
            if carry > 0 {
                words.push(carry as u64);
            }
        }
    } else {
        let bits = radix.trailing_zeros();
        let (mut buffer, mut filled) = (0u128, 0);
        for digit in digits.bytes().rev() {
            let value = (digit as char).to_digit(radix).unwrap_or(0);
            buffer |= u128::from(value) << filled;
            filled += bits;
            if filled >= 64 {
                words.push(buffer as u64);
                buffer >>= 64;
                filled -= 64;
            }
        }
        words.push(buffer as u64);
    }
    while words.last() == Some(&0) {
        words.pop();
    }
    words
}
