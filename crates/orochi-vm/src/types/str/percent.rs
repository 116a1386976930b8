//! The `%` operator of `str`, `bytes` and `bytearray`.
//!
//! Bytes are formatted as the Latin-1 text they are equal to; what differs is what `%s`, `%b`, `%c`
//! and `%r` accept.

use orochi_text::format::{
    Amount, Directive, Directives, PercentPiece, percent_float, percent_int, percent_text,
};
use orochi_text::{OwnedText, Text, TextBuf, number};

use super::Str;
use crate::class::Special;
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::tuple::Tuple;
use crate::types::{float, int};

/// `template % args`
pub(crate) fn format_str(
    th: &mut Thread,
    template: Ref<Str>,
    args: Value,
) -> Result<Value, Raised> {
    let mut source = Source::new(th, args, false);
    let mut out = TextBuf::with_kind(template.text().kind(), template.len() + 16);
    source.render(th, template.text(), &mut out)?;
    Ok(th.new_text(out)?.value())
}

/// `template % args` for bytes.
pub(crate) fn format_bytes(
    th: &mut Thread,
    template: &[u8],
    args: Value,
) -> Result<Vec<u8>, Raised> {
    let mut source = Source::new(th, args, true);
    let mut out = TextBuf::with_capacity(template.len() + 16);
    source.render(th, Text::One(template), &mut out)?;
    match out.finish() {
        OwnedText::One { units, .. } => Ok(units),
        wide => Ok(wide.as_text().codes().map(|code| code as u8).collect()),
    }
}

/// Where values come from.
struct Source {
    bytes: bool,
    /// All arguments, if they are a tuple.
    tuple: Option<Ref<Tuple>>,
    /// The only argument, or the value of the last key.
    single: Value,
    /// How many of the tuple are used.
    used: usize,
    mapping: Option<Value>,
}

impl Source {
    fn new(th: &Thread, args: Value, bytes: bool) -> Source {
        let tuple = args.cast::<Tuple>();
        let text = args.cast::<Str>().is_some()
            || bytes && (args.cast::<Bytes>().is_some() || args.cast::<ByteArray>().is_some());
        let has_items = || th.class_of(args).special(th, Special::GetItem).is_some();
        let mapping = (tuple.is_none() && !text && has_items()).then_some(args);
        Source { bytes, tuple, single: args, used: 0, mapping }
    }

    fn next(&mut self, th: &Thread) -> Result<Value, Raised> {
        let next = match self.tuple {
            Some(tuple) => {
                self.used += 1;
                tuple.get(self.used - 1)
            }
            None => std::mem::replace(&mut self.single, Value::UNBOUND),
        };
        if next.is_unbound() {
            return Err(th.type_error("not enough arguments for format string"));
        }
        Ok(next)
    }

    fn has_more(&self) -> bool {
        match self.tuple {
            Some(tuple) => self.used < tuple.len(),
            None => !self.single.is_unbound(),
        }
    }

    fn render(
        &mut self,
        th: &mut Thread,
        template: Text<'_>,
        out: &mut TextBuf,
    ) -> Result<(), Raised> {
        for piece in Directives::new(template) {
            match piece {
                Ok(PercentPiece::Literal(range)) => out.push_text(template.slice(range)),
                Ok(PercentPiece::Directive(directive)) => {
                    self.directive(th, template, directive, out)?;
                }
                Err(error) => return Err(th.text_error(error)),
            }
        }
        if self.mapping.is_none() && self.has_more() {
            let kind = if self.bytes { "bytes" } else { "string" };
            return Err(
                th.type_error(format!("not all arguments converted during {kind} formatting"))
            );
        }
        Ok(())
    }

    fn directive(
        &mut self,
        th: &mut Thread,
        template: Text<'_>,
        mut directive: Directive,
        out: &mut TextBuf,
    ) -> Result<(), Raised> {
        if let Some(key) = directive.key.clone() {
            let Some(mapping) = self.mapping else {
                return Err(th.type_error("format requires a mapping"));
            };
            let key = template.slice(key);
            let key = match (self.bytes, key) {
                (true, Text::One(units)) => th.new_bytes(units)?.value(),
                _ => Str::new(th, key)?.value(),
            };
            self.single = th.get_item(mapping, key)?;
            self.tuple = None;
        }
        let width = self.width(th, &mut directive)?;
        let precision = self.precision(th, &directive)?;
        let conversion = char::from_u32(directive.conversion).unwrap_or('\0');
        let known = "sracdiuoxXeEfFgG".contains(conversion);
        if !known && (!self.bytes || conversion != 'b') {
            return Err(th.text_error(directive.unsupported()));
        }
        let value = self.next(th)?;
        let text = match conversion {
            'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
                if value.is_int()
                    && width == 0
                    && precision.is_none()
                    && matches!(conversion, 'd' | 'i')
                    && !directive.plus
                    && !directive.space
                {
                    out.push_ascii(number::int_text(value.as_int(), 10).as_bytes());
                    return Ok(());
                }
                let (negative, digits) = integer(th, value, conversion)?;
                percent_int(&directive, negative, &digits, width, precision)
            }
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                percent_float(&directive, real(th, value, self.bytes)?, width, precision)
            }
            'c' if self.bytes => {
                let byte = one_byte(th, value)?;
                percent_text(&directive, Text::One(&[byte]), width, precision)
            }
            'c' => {
                let code = one_character(th, value)?;
                percent_text(&directive, Text::Four(&[code]), width, None)
            }
            's' | 'b' if self.bytes => {
                let bytes = bytes_for(th, value)?;
                percent_text(&directive, Text::One(&bytes), width, precision)
            }
            _ => {
                let text = match conversion {
                    's' => th.str(value)?,
                    'r' if !self.bytes => th.repr(value)?,
                    _ => th.ascii(value)?,
                };
                if width == 0 && precision.is_none() {
                    out.push_text(text.text());
                    return Ok(());
                }
                percent_text(&directive, text.text(), width, precision)
            }
        };
        match text {
            Ok(text) => out.push_text(text.as_text()),
            Err(error) => return Err(th.text_error(error)),
        }
        Ok(())
    }

    /// The width; a negative one from the arguments means the flag `-`.
    fn width(&mut self, th: &mut Thread, directive: &mut Directive) -> Result<usize, Raised> {
        match directive.width {
            Amount::None => Ok(0),
            Amount::Fixed(width) => Ok(width),
            Amount::Argument => {
                let given = self.star(th)?;
                let Some(width) = int::as_i64(given) else {
                    return Err(th.overflow_error("Python int too large to convert to C ssize_t"));
                };
                directive.left |= width < 0;
                Ok(usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX))
            }
        }
    }

    fn precision(
        &mut self,
        th: &mut Thread,
        directive: &Directive,
    ) -> Result<Option<usize>, Raised> {
        match directive.precision {
            Amount::None => Ok(None),
            Amount::Fixed(precision) => Ok(Some(precision)),
            Amount::Argument => {
                let given = self.star(th)?;
                match int::as_i64(given).and_then(|given| i32::try_from(given).ok()) {
                    Some(precision) => Ok(Some(usize::try_from(precision).unwrap_or(0))),
                    None => Err(th.overflow_error("Python int too large to convert to C int")),
                }
            }
        }
    }

    fn star(&mut self, th: &mut Thread) -> Result<Value, Raised> {
        let given = self.next(th)?;
        if int::is_int_like(given) {
            return Ok(given);
        }
        Err(th.type_error("* wants int"))
    }
}

/// Sign and digits of the magnitude of what is to be shown as an integer.
fn integer(th: &mut Thread, value: Value, conversion: char) -> Result<(bool, String), Raised> {
    let base = match conversion {
        'o' => 8,
        'x' | 'X' => 16,
        _ => 10,
    };
    let whole = whole_number(th, value, base == 10)?;
    let Some(whole) = whole else {
        let wanted = if base == 10 { "a real number" } else { "an integer" };
        let name = th.type_name(value);
        return Err(
            th.type_error(format!("%{conversion} format: {wanted} is required, not {name}"))
        );
    };
    let text = match int::as_i64(whole) {
        Some(small) => number::int_text(small, base),
        None => {
            let letter = match base {
                8 => "o",
                16 => "x",
                _ => "d",
            };
            let spec = th.new_str(letter)?.value();
            let text = th.format(whole, spec)?;
            th.display_str(text)
        }
    };
    match text.strip_prefix('-') {
        Some(digits) => Ok((true, digits.to_owned())),
        None => Ok((false, text)),
    }
}

/// The value as a plain `int`; `None` if it is no number of the kind.
fn whole_number(th: &mut Thread, value: Value, real: bool) -> Result<Option<Value>, Raised> {
    if value.is_int() {
        return Ok(Some(value));
    }
    if let Some(index) = th.index_or_none(value)? {
        return Ok(Some(index));
    }
    if !real {
        return Ok(None);
    }
    let numeric = value.is_float() || th.class_of(value).special(th, Special::Int).is_some();
    if !numeric {
        return Ok(None);
    }
    match th.call(int::SPEC.class().value(), &[value]) {
        Ok(whole) => Ok(Some(whole)),
        Err(raised) => match th.catch(raised, &classes::TYPE_ERROR) {
            Some(_) => Ok(None),
            None => Err(raised),
        },
    }
}

fn real(th: &mut Thread, value: Value, bytes: bool) -> Result<f64, Raised> {
    if value.is_number() {
        return Ok(value.number_as_f64());
    }
    let class = th.class_of(value);
    let numeric = value.is_bool()
        || class.special(th, Special::Float).is_some()
        || class.special(th, Special::Index).is_some();
    if numeric {
        let float = th.call(float::SPEC.class().value(), &[value])?;
        if float.is_number() {
            return Ok(float.number_as_f64());
        }
    }
    let name = class.display_name();
    Err(th.type_error(if bytes {
        format!("float argument required, not {name}")
    } else {
        format!("must be real number, not {name}")
    }))
}

fn one_character(th: &mut Thread, value: Value) -> Result<u32, Raised> {
    if let Some(text) = value.cast::<Str>() {
        return match text.text().get(0) {
            Some(code) if text.len() == 1 => Ok(code),
            _ => Err(th.type_error(format!(
                "%c requires an int or a unicode character, not a string of length {}",
                text.len()
            ))),
        };
    }
    let Some(index) = th.index_or_none(value)? else {
        let name = th.type_name(value);
        return Err(th.type_error(format!("%c requires an int or a unicode character, not {name}")));
    };
    match int::as_i64(index) {
        Some(code @ 0..=0x10_FFFF) => Ok(code as u32),
        _ => Err(th.overflow_error("%c arg not in range(0x110000)")),
    }
}

fn one_byte(th: &mut Thread, value: Value) -> Result<u8, Raised> {
    if value.cast::<Bytes>().is_some() || value.cast::<ByteArray>().is_some() {
        let bytes = th.bytes_of(value)?;
        return match bytes[..] {
            [byte] => Ok(byte),
            _ => {
                let kind = th.type_name(value);
                Err(th.type_error(format!(
                    "%c requires an integer in range(256) or a single byte, not a {kind} object of length {}",
                    bytes.len()
                )))
            }
        };
    }
    let Some(index) = th.index_or_none(value)? else {
        let name = th.type_name(value);
        return Err(th.type_error(format!(
            "%c requires an integer in range(256) or a single byte, not {name}"
        )));
    };
    match int::as_i64(index) {
        Some(byte @ 0..=255) => Ok(byte as u8),
        _ => Err(th.overflow_error("%c arg not in range(256)")),
    }
}

/// What `%b` shows: bytes-like objects, and what has `__bytes__`.
fn bytes_for(th: &mut Thread, value: Value) -> Result<Vec<u8>, Raised> {
    if value.cast_exact::<Bytes>().is_none()
        && let Some(bytes) = th.call_special(value, Special::Bytes, &[])?
    {
        return match bytes.cast::<Bytes>() {
            Some(bytes) => Ok(bytes.as_slice().to_vec()),
            None => Err(th.type_error(format!(
                "__bytes__ returned non-bytes (type {})",
                th.type_name(bytes)
            ))),
        };
    }
    if th.is_bytes_like(value) {
        return th.bytes_of(value);
    }
    let name = th.type_name(value);
    Err(th.type_error(format!(
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{name}'"
    )))
}
