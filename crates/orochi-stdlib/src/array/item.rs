//! Kinds of items: sizes, and conversion of single ones.

use orochi_text::MAX_CODE_POINT;
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::int::{self, Operand};
use orochi_vm::types::str::Str;

/// The type codes, in the order of `typecodes`.
pub const CODES: &str = "bBuwhHiIlLqQfd";

/// A kind of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The type code.
    pub code: u8,
    /// Bytes an item.
    pub size: usize,
}

/// An item's bytes; only the first [`Kind::size`] count.
pub type Item = [u8; 8];

impl Kind {
    /// The kind of a type code.
    pub fn of(code: char) -> Option<Kind> {
        let size = match code {
            'b' | 'B' => 1,
            'h' | 'H' => 2,
            'i' | 'I' | 'f' | 'u' | 'w' => 4,
            'l' | 'L' | 'q' | 'Q' | 'd' => 8,
            _ => return None,
        };
        Some(Kind { code: code as u8, size })
    }

    /// Whether items are characters.
    pub fn is_text(self) -> bool {
        matches!(self.code, b'u' | b'w')
    }

    /// How memory views call the items.
    pub fn format(self) -> &'static str {
        match self.code {
            b'b' => "b",
            b'B' => "B",
            b'u' | b'w' => "w",
            b'h' => "h",
            b'H' => "H",
            b'i' => "i",
            b'I' => "I",
            b'l' => "l",
            b'L' => "L",
            b'q' => "q",
            b'Q' => "Q",
            b'f' => "f",
            _ => "d",
        }
    }

    /// The number of the format in `_array_reconstructor`.
    pub fn machine_format(self) -> i32 {
        match (self.code, self.size) {
            (b'u' | b'w', _) => 20,
            (b'f', _) => 14,
            (b'd', _) => 16,
            (b'b', _) => 1,
            (b'B', _) => 0,
            (b'H', _) => 2,
            (b'h', _) => 4,
            (b'I', _) => 6,
            (b'i', _) => 8,
            (code, _) => {
                if code.is_ascii_uppercase() {
                    10
                } else {
                    12
                }
            }
        }
    }

    /// The value of an item.
    #[inline]
    pub fn unpack(self, th: &Thread, item: &[u8]) -> Result<Value, Raised> {
        // Copies of a fixed size each: one of a variable size is a call.
        let bits = match self.size {
            1 => item.first().map_or(0, |&byte| u64::from(byte)),
            2 => item.first_chunk().map_or(0, |&half| u64::from(u16::from_le_bytes(half))),
            4 => item.first_chunk().map_or(0, |&half| u64::from(u32::from_le_bytes(half))),
            _ => item.first_chunk().map_or(0, |&word| u64::from_le_bytes(word)),
        };
        match self.code {
            b'b' => Ok(Value::from_i32(i32::from(bits as i8))),
            b'h' => Ok(Value::from_i32(i32::from(bits as i16))),
            b'i' => Ok(Value::from_i32(bits as i32)),
            b'l' | b'q' => th.int_from_i64(bits as i64),
            b'f' => Ok(Value::from_f64(f64::from(f32::from_bits(bits as u32)))),
            b'd' => Ok(Value::from_f64(f64::from_bits(bits))),
            b'u' | b'w' => {
                let code = bits as u32;
                if code > MAX_CODE_POINT {
                    return Err(th.value_error(format!(
                        "character U+{code:x} is not in range [U+0000; U+10ffff]"
                    )));
                }
                Ok(Str::from_code(th, code)?.value())
            }
            _ => th.int_from_u64(bits),
        }
    }

    /// The bytes of a value. May run Python.
    pub fn pack(self, th: &mut Thread, value: Value) -> Result<Item, Raised> {
        Ok(match self.code {
            b'b' => (ranged(th, value, self)? as u64).to_le_bytes(),
            b'B' | b'h' | b'H' | b'i' => (ranged(th, value, self)? as u64).to_le_bytes(),
            b'l' => (long(th, value)? as u64).to_le_bytes(),
            b'I' | b'L' => unsigned(th, value, self.code)?.to_le_bytes(),
            b'q' | b'Q' => wide(th, value, self.code == b'q')?.to_le_bytes(),
            b'f' => u64::from((th.to_f64(value)? as f32).to_bits()).to_le_bytes(),
            b'd' => th.to_f64(value)?.to_bits().to_le_bytes(),
            _ => u64::from(character(th, value)?).to_le_bytes(),
        })
    }
}

fn character(th: &Thread, value: Value) -> Result<u32, Raised> {
    if let Some(text) = value.cast::<Str>() {
        if let (1, Some(code)) = (text.len(), text.text().get(0)) {
            return Ok(code);
        }
        let length = text.len();
        return Err(th.type_error(format!(
            "array item must be a unicode character, not a string of length {length}"
        )));
    }
    let class = th.type_name(value);
    Err(th.type_error(format!("array item must be a unicode character, not {class}")))
}

fn long(th: &mut Thread, value: Value) -> Result<i64, Raised> {
    let index = th.index(value)?;
    int::as_i64(index).ok_or_else(|| th.overflow_error("Python int too large to convert to C long"))
}

/// Small kinds: CPython converts by way of C's next larger type, whose name is in the messages.
fn ranged(th: &mut Thread, value: Value, kind: Kind) -> Result<i64, Raised> {
    let number = long(th, value)?;
    let (short, int) = ((-32768, 32767), (i64::from(i32::MIN), i64::from(i32::MAX)));
    let checks: &[(&str, (i64, i64))] = match kind.code {
        b'b' => &[("signed short integer", short), ("signed char", (-128, 127))],
        b'B' => &[("unsigned byte integer", (0, 255))],
        b'h' => &[("signed short integer", short)],
        b'H' => &[("signed integer", int), ("unsigned short", (0, 65535))],
        _ => &[("signed integer", int)],
    };
    for &(name, (least, most)) in checks {
        if number < least {
            return Err(th.overflow_error(format!("{name} is less than minimum")));
        }
        if number > most {
            return Err(th.overflow_error(format!("{name} is greater than maximum")));
        }
    }
    Ok(number)
}

fn unsigned(th: &mut Thread, value: Value, code: u8) -> Result<u64, Raised> {
    let index = th.index(value)?;
    if int::is_negative(index) {
        return Err(th.overflow_error("can't convert negative value to unsigned int"));
    }
    let Some(number) = int::as_u64(index) else {
        return Err(th.overflow_error("Python int too large to convert to C unsigned long"));
    };
    if code == b'I' && number > u64::from(u32::MAX) {
        return Err(th.overflow_error("unsigned int is greater than maximum"));
    }
    Ok(number)
}

fn wide(th: &mut Thread, value: Value, signed: bool) -> Result<u64, Raised> {
    let index = th.index(value)?;
    match (signed, Operand::of(index)) {
        (true, Some(Operand::Small(number))) => Ok(number as u64),
        (false, _) if int::is_negative(index) => {
            Err(th.overflow_error("can't convert negative int to unsigned"))
        }
        (false, _) => int::as_u64(index).ok_or_else(|| th.overflow_error("int too big to convert")),
        _ => Err(th.overflow_error("int too big to convert")),
    }
}
