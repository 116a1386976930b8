//! Items of memory: the native formats of `struct`, one character each.

use crate::class::Special;
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::bytes::Bytes;
use crate::types::{float, int};

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The character.
    pub code: u8,
    /// Its size in bytes.
    pub size: usize,
}

impl Format {
    /// The format of one item in native order, as `memoryview` reads it: a character, `@` allowed in
    /// front.
    pub fn parse(text: &str) -> Option<Format> {
        let text = text.strip_prefix('@').unwrap_or(text);
        let [code] = *text.as_bytes() else { return None };
        let size = match code {
            b'c' | b'b' | b'B' | b'?' => 1,
            b'h' | b'H' | b'e' => 2,
            b'i' | b'I' | b'f' => 4,
            b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'd' | b'P' => 8,
            _ => return None,
        };
        Some(Format { code, size })
    }

    /// Whether items are single bytes as they are.
    pub fn is_byte(self) -> bool {
        matches!(self.code, b'b' | b'B' | b'c')
    }

    /// The value of an item; `item` has its size.
    pub fn unpack(self, th: &Thread, item: &[u8]) -> Result<Value, Raised> {
        let signed = |value: i64| th.int_from_i64(value);
        let word = |n: usize| {
            let mut bytes = [0; 8];
            let n = n.min(item.len());
            bytes[..n].copy_from_slice(&item[..n]);
            u64::from_le_bytes(bytes)
        };
        Ok(match self.code {
            b'c' => th.new_bytes(item)?.value(),
            b'?' => Value::from_bool(word(1) != 0),
            b'B' | b'H' | b'I' => Value::int_unchecked(word(self.size) as i64),
            b'b' => Value::from_i32(i32::from(word(1) as i8)),
            b'h' => Value::from_i32(i32::from(word(2) as i16)),
            b'i' => Value::from_i32(word(4) as i32),
            b'l' | b'q' | b'n' => signed(word(8) as i64)?,
            b'L' | b'Q' | b'N' | b'P' => th.int_from_u64(word(8))?,
            b'f' => Value::from_f64(f64::from(f32::from_bits(word(4) as u32))),
            b'd' => Value::from_f64(f64::from_bits(word(8))),
            _ => Value::from_f64(half_to_f64(word(2) as u16)),
        })
    }

    /// The bytes of an item with this value, in the first `size` of eight.
    pub fn pack(self, th: &mut Thread, value: Value) -> Result<[u8; 8], Raised> {
        let limits: Option<(i128, i128)> = match self.code {
            b'b' => Some((-128, 127)),
            b'B' => Some((0, 255)),
            b'h' => Some((i16::MIN.into(), i16::MAX.into())),
            b'H' => Some((0, u16::MAX.into())),
            b'i' => Some((i32::MIN.into(), i32::MAX.into())),
            b'I' => Some((0, u32::MAX.into())),
            b'l' | b'q' | b'n' => Some((i64::MIN.into(), i64::MAX.into())),
            b'L' | b'Q' | b'N' | b'P' => Some((0, u64::MAX.into())),
            _ => None,
        };
        if let Some((low, high)) = limits {
            let number = self.whole(th, value)?;
            if number < low || number > high {
                return Err(self.invalid_value(th));
            }
            return Ok((number as i64 as u64).to_le_bytes());
        }
        match self.code {
            b'?' => Ok(u64::from(th.is_true(value)?).to_le_bytes()),
            b'c' => match value.cast::<Bytes>() {
                Some(bytes) if bytes.len() == 1 => Ok(u64::from(bytes.as_slice()[0]).to_le_bytes()),
                Some(_) => Err(self.invalid_value(th)),
                None => Err(self.invalid_type(th)),
            },
            _ => {
                let number = self.real(th, value)?;
                Ok(match self.code {
                    b'd' => number.to_bits().to_le_bytes(),
                    b'f' => {
                        let narrow = number as f32;
                        if narrow.is_infinite() && number.is_finite() {
                            return Err(self.invalid_value(th));
                        }
                        u64::from(narrow.to_bits()).to_le_bytes()
                    }
                    _ => match f64_to_half(number) {
                        Some(half) => u64::from(half).to_le_bytes(),
                        None => return Err(self.invalid_value(th)),
                    },
                })
            }
        }
    }

    fn whole(self, th: &mut Thread, value: Value) -> Result<i128, Raised> {
        if value.is_int() {
            return Ok(value.as_int().into());
        }
        let Some(index) = th.index_or_none(value)? else { return Err(self.invalid_type(th)) };
        if let Some(small) = int::as_i64(index) {
            return Ok(small.into());
        }
        if int::is_negative(index) {
            return Err(self.invalid_value(th));
        }
        match int::as_u64(index) {
            Some(large) => Ok(large.into()),
            None => Err(self.invalid_value(th)),
        }
    }

    fn real(self, th: &mut Thread, value: Value) -> Result<f64, Raised> {
        if value.is_number() {
            return Ok(value.number_as_f64());
        }
        let class = th.class_of(value);
        let numeric = value.is_bool()
            || class.special(th, Special::Float).is_some()
            || class.special(th, Special::Index).is_some();
        if numeric {
            match th.call(float::SPEC.class().value(), &[value]) {
                Ok(float) if float.is_number() => return Ok(float.number_as_f64()),
                Ok(_) => {}
                Err(raised) => {
                    if th.catch(raised, &classes::TYPE_ERROR).is_none() {
                        return Err(raised);
                    }
                }
            }
        }
        Err(self.invalid_type(th))
    }

    #[cold]
    fn invalid_value(self, th: &Thread) -> Raised {
        th.value_error(format!("memoryview: invalid value for format '{}'", self.code as char))
    }

    #[cold]
    fn invalid_type(self, th: &Thread) -> Raised {
        th.type_error(format!("memoryview: invalid type for format '{}'", self.code as char))
    }
}

/// An IEEE 754 binary16 as a double.
pub fn half_to_f64(half: u16) -> f64 {
    let sign = if half & 0x8000 != 0 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(half >> 10 & 31), f64::from(half & 0x3FF));
    match exponent {
        0 => sign * fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    }
}

/// The nearest IEEE 754 binary16, ties to even; `None` if a finite number is too large.
pub fn f64_to_half(number: f64) -> Option<u16> {
    let sign = if number.is_sign_negative() { 0x8000 } else { 0 };
    if number.is_nan() {
        return Some(sign | 0x7E00);
    }
    let magnitude = number.abs();
    if magnitude.is_infinite() {
        return Some(sign | 0x7C00);
    }
    // Below the smallest normal number all are multiples of 2^-24.
    let exponent =
        if magnitude < 2f64.powi(-14) { -14 } else { (magnitude.to_bits() >> 52) as i32 - 1023 };
    if exponent > 15 {
        return None;
    }
    let units = (magnitude * 2f64.powi(10 - exponent)).round_ties_even() as u32;
    // Rounding up may carry into the exponent, which is as it should be.
    let bits = if units < 0x400 { units } else { (exponent + 15 - 1) as u32 * 0x400 + units };
    (bits < 0x7C00).then_some(sign | bits as u16)
}
