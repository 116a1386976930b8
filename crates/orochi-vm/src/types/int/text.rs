//! Integers to text and from text: `repr()`, `format()`, `int(text)`.
//!
//! Conversions between digits of bases that are no powers of two take more than linear time, so
//! they are limited to `sys.get_int_max_str_digits()` digits; larger ones run away.

use std::sync::atomic::{AtomicUsize, Ordering};

use orochi_text::format::{
    Defaults, Locale, Presentation, Spec, format_char, format_int, format_real, int_presentation,
};
use orochi_text::number::{DigitLimit, Integer, int_too_long, parse_int, parse_int_bytes};
use orochi_text::{OwnedText, Text, TextError};

use super::natural::{self, Words};
use super::operand::Operand;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::float;
use crate::types::str::Str;

/// Words from which on a conversion is made while the thread is away.
const AWAY: usize = 500;
/// The limit that a program starts with.
pub const DEFAULT_DIGIT_LIMIT: usize = 4300;
/// The smallest limit that can be set, apart from none.
pub const LEAST_DIGIT_LIMIT: usize = 640;

static DIGIT_LIMIT: AtomicUsize = AtomicUsize::new(DEFAULT_DIGIT_LIMIT);

/// `sys.get_int_max_str_digits()`; 0 stands for no limit.
pub fn digit_limit() -> usize {
    DIGIT_LIMIT.load(Ordering::Relaxed)
}

/// `sys.set_int_max_str_digits()`, after its checks; 0 stands for no limit.
pub fn set_digit_limit(digits: usize) {
    DIGIT_LIMIT.store(digits, Ordering::Relaxed);
}

fn limit() -> DigitLimit {
    match digit_limit() {
        0 => None,
        limit => Some(limit),
    }
}

/// Decimal digits with sign; checks the limit.
pub fn decimal(th: &mut Thread, operand: Operand) -> Result<String, Raised> {
    match operand {
        Operand::Small(value) => Ok(value.to_string()),
        Operand::Big(int) => {
            let mut text = decimal_magnitude(th, operand)?;
            if int.is_negative() {
                text.insert(0, '-');
            }
            Ok(text)
        }
    }
}

/// Decimal digits of the magnitude; checks the limit.
fn decimal_magnitude(th: &mut Thread, operand: Operand) -> Result<String, Raised> {
    let int = match operand {
        Operand::Small(value) => return Ok(value.unsigned_abs().to_string()),
        Operand::Big(int) => int,
    };
    let limit = limit();
    let too_long = |th: &Thread| th.text_error(int_too_long(limit.unwrap_or(0), None));
    // A number of n bits has at least (n - 1) · log10(2) digits.
    let least = (natural::bit_length(int.words()) - 1) / 100 * 30;
    if limit.is_some_and(|limit| least > limit as u64) {
        return Err(too_long(th));
    }
    let text = if int.words().len() < AWAY {
        natural::decimal(int.words())
    } else {
        let words = Words::from_slice(int.words());
        th.away(|| natural::decimal(&words))
    };
    if limit.is_some_and(|limit| text.len() > limit) {
        return Err(too_long(th));
    }
    Ok(text)
}

/// `repr(int)`
pub fn repr(th: &mut Thread, operand: Operand) -> Result<Ref<Str>, Raised> {
    if let Operand::Small(value) = operand {
        return small_repr(th, value);
    }
    let text = decimal(th, operand)?;
    Str::from_text(th, Text::One(text.as_bytes()))
}

fn small_repr(th: &Thread, value: i64) -> Result<Ref<Str>, Raised> {
    if let Some(digit) = u8::try_from(value).ok().filter(|&digit| digit < 10) {
        let text = th.vm.characters.get().get(usize::from(b'0' + digit));
        if let Some(text) = text.cast::<Str>() {
            return Ok(text);
        }
    }
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    Str::from_text(th, Text::One(&digits[at..]))
}

/// Digits with a prefix, for `bin()`, `oct()` and `hex()`; `bits` is 1, 3 or 4.
pub fn prefixed(operand: Operand, bits: u32) -> String {
    let mut buffer = [0];
    let parts = operand.parts(&mut buffer);
    let sign = if parts.negative { "-" } else { "" };
    let prefix = match bits {
        1 => "0b",
        3 => "0o",
        _ => "0x",
    };
    format!("{sign}{prefix}{}", natural::radix(parts.words, bits))
}

/// `int.__format__`
pub fn format(
    th: &mut Thread,
    operand: Operand,
    spec: Text<'_>,
    type_name: &str,
) -> Result<OwnedText, Raised> {
    let made = format_parsed(th, operand, spec, type_name)?;
    made.map_err(|error| th.text_error(error))
}

fn format_parsed(
    th: &mut Thread,
    operand: Operand,
    spec: Text<'_>,
    type_name: &str,
) -> Result<Result<OwnedText, TextError>, Raised> {
    let presented = Spec::parse(spec, Defaults::Int, type_name)
        .and_then(|spec| Ok((spec, int_presentation(&spec, type_name)?)));
    let (spec, presentation) = match presented {
        Ok(presented) => presented,
        Err(error) => return Ok(Err(error)),
    };
    Ok(match presentation {
        Presentation::Digits(10) => {
            let digits = decimal_magnitude(th, operand)?;
            format_int(&spec, operand.is_negative(), &digits, &Locale::C)
        }
        Presentation::Digits(base) => {
            let mut buffer = [0];
            let digits = natural::radix(operand.parts(&mut buffer).words, base.ilog2());
            format_int(&spec, operand.is_negative(), &digits, &Locale::C)
        }
        Presentation::Character => {
            let Operand::Small(code) = operand else {
                return Err(th.overflow_error("Python int too large to convert to C long"));
            };
            format_char(&spec, u32::try_from(code).ok())
        }
        Presentation::Real => {
            let value = float::from_operand(th, operand)?;
            format_real(&spec, value, &Locale::C, type_name)
        }
    })
}

/// What the parser has found, as a value.
fn finish(th: &mut Thread, found: Result<Integer, TextError>) -> Result<Value, Raised> {
    match found {
        Ok(Integer::Small(value)) => th.int_from_i64(value),
        Ok(Integer::Big { negative, digits, base }) => {
            let words = if digits.len() > AWAY * 19 {
                th.away(|| natural::from_digits(&digits, base))
            } else {
                natural::from_digits(&digits, base)
            };
            match words {
                Some(words) => th.int_from_parts((negative, words)),
                None => Err(th.value_error("invalid literal for int()")),
            }
        }
        Err(error) => Err(th.text_error(error)),
    }
}

/// `int(text, base)`; the base has been checked.
pub fn parse(th: &mut Thread, text: Text<'_>, base: u32) -> Result<Value, Raised> {
    let found = parse_int(text, base, limit());
    finish(th, found)
}

/// `int(bytes, base)`; the base has been checked.
pub fn parse_bytes(th: &mut Thread, bytes: &[u8], base: u32) -> Result<Value, Raised> {
    let found = parse_int_bytes(bytes, base, limit());
    finish(th, found)
}
