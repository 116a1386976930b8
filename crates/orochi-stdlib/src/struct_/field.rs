//! Single fields: from bytes to values and back.

use orochi_vm::class::Special;
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::bytearray::ByteArray;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::int::{self, Operand};

use super::format::{Kind, Layout, Run};
use super::half::{from_half, to_half};
use super::raise;

/// Up to eight bytes as a number.
fn load(bytes: &[u8], big: bool) -> u64 {
    let mut word = [0; 8];
    if big {
        word[8 - bytes.len()..].copy_from_slice(bytes);
        u64::from_be_bytes(word)
    } else {
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(word)
    }
}

/// The low bytes of a number.
fn store(bytes: &mut [u8], number: u64, big: bool) {
    let size = bytes.len();
    if big {
        bytes.copy_from_slice(&number.to_be_bytes()[8 - size..]);
    } else {
        bytes.copy_from_slice(&number.to_le_bytes()[..size]);
    }
}

fn load_real(bytes: &[u8], big: bool) -> f64 {
    let bits = load(bytes, big);
    match bytes.len() {
        2 => from_half(bits as u16),
        4 => f64::from(f32::from_bits(bits as u32)),
        _ => f64::from_bits(bits),
    }
}

/// The values of all fields; the bytes are as many as the layout has.
pub(super) fn unpack(th: &Thread, layout: &Layout, bytes: &[u8], values: &mut RootVec) -> Result<(), Raised> {
    for run in &layout.runs {
        for at in 0..run.count {
            let from = run.offset + at * run.size;
            values.push(unpack_field(th, run, &bytes[from..from + run.size], layout.big)?);
        }
    }
    Ok(())
}

fn unpack_field(th: &Thread, run: &Run, field: &[u8], big: bool) -> Result<Value, Raised> {
    Ok(match run.kind {
        Kind::Padding => Value::NONE,
        Kind::Char | Kind::Bytes => th.new_bytes(field)?.value(),
        Kind::Pascal => {
            let length = field.first().map_or(0, |&length| usize::from(length).min(field.len() - 1));
            th.new_bytes(field.get(1..=length).unwrap_or(&[]))?.value()
        }
        Kind::Bool => Value::from_bool(field[0] != 0),
        Kind::Unsigned | Kind::Pointer => th.int_from_u64(load(field, big))?,
        Kind::Signed => {
            let unused = 64 - 8 * field.len();
            th.int_from_i64((load(field, big) << unused) as i64 >> unused)?
        }
        Kind::Real => Value::from_f64(load_real(field, big)),
        Kind::Complex => {
            let (real, imaginary) = field.split_at(field.len() / 2);
            th.new_complex(load_real(real, big), load_real(imaginary, big))?
        }
    })
}

/// Packs values, as many as the layout wants, into bytes that are zeros.
pub(super) fn pack(th: &mut Thread, layout: &Layout, values: &[Value], bytes: &mut [u8]) -> Result<(), Raised> {
    let mut next = values.iter();
    for run in &layout.runs {
        for at in 0..run.count {
            let Some(&value) = next.next() else { return Ok(()) };
            let from = run.offset + at * run.size;
            pack_field(th, run, layout, value, &mut bytes[from..from + run.size])?;
        }
    }
    Ok(())
}

fn pack_field(th: &mut Thread, run: &Run, layout: &Layout, value: Value, field: &mut [u8]) -> Result<(), Raised> {
    match run.kind {
        Kind::Padding => Ok(()),
        Kind::Char => match value.cast::<Bytes>() {
            Some(byte) if byte.len() == 1 => {
                field[0] = byte.as_slice()[0];
                Ok(())
            }
            _ => Err(raise(th, "char format requires a bytes object of length 1")),
        },
        Kind::Bool => {
            field[0] = u8::from(th.is_true(value)?);
            Ok(())
        }
        Kind::Bytes | Kind::Pascal => pack_bytes(th, run, value, field),
        Kind::Signed | Kind::Unsigned => {
            let number = pack_integer(th, run, value)?;
            store(field, number, layout.big);
            Ok(())
        }
        Kind::Pointer => {
            let number = integer(th, value)?;
            let (negative, words) = number.to_owned();
            if words.len() > 1 {
                return Err(raise(th, "int too large to convert"));
            }
            let magnitude = words.first().copied().unwrap_or(0);
            store(field, if negative { magnitude.wrapping_neg() } else { magnitude }, layout.big);
            Ok(())
        }
        Kind::Real => {
            let number = real(th, value)?;
            pack_real(th, number, layout, field)
        }
        Kind::Complex => {
            let Ok((first, second)) = th.to_complex(value) else {
                th.take_exception();
                return Err(raise(th, "required argument is not a complex"));
            };
            let (real, imaginary) = field.split_at_mut(run.size / 2);
            pack_real(th, first, layout, real)?;
            pack_real(th, second, layout, imaginary)
        }
    }
}

fn pack_bytes(th: &mut Thread, run: &Run, value: Value, field: &mut [u8]) -> Result<(), Raised> {
    if value.cast::<Bytes>().is_none() && value.cast::<ByteArray>().is_none() {
        let code = char::from(run.code);
        return Err(raise(th, &format!("argument for '{code}' must be a bytes object")));
    }
    let given = th.bytes_of(value)?;
    if run.kind == Kind::Bytes {
        let count = given.len().min(field.len());
        field[..count].copy_from_slice(&given[..count]);
        return Ok(());
    }
    if let Some((length, field)) = field.split_first_mut() {
        let count = given.len().min(field.len());
        field[..count].copy_from_slice(&given[..count]);
        *length = count.min(255) as u8;
    }
    Ok(())
}

fn integer(th: &mut Thread, value: Value) -> Result<Operand, Raised> {
    if let Some(operand) = Operand::of(value) {
        return Ok(operand);
    }
    if th.class_of(value).special(th, Special::Index).is_some() {
        let index = th.index(value)?;
        if let Some(operand) = Operand::of(index) {
            return Ok(operand);
        }
    }
    Err(raise(th, "required argument is not an integer"))
}

fn pack_integer(th: &mut Thread, run: &Run, value: Value) -> Result<u64, Raised> {
    let number = integer(th, value)?;
    let bits = 8 * run.size as u32;
    let (least, most) = match run.kind {
        Kind::Signed => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
        _ => (0, (1i128 << bits) - 1),
    };
    let exact = match number {
        Operand::Small(number) => Some(i128::from(number)),
        Operand::Big(number) => match number.words() {
            &[word] if !number.is_negative() => Some(i128::from(word)),
            _ => None,
        },
    };
    match exact {
        Some(number) if (least..=most).contains(&number) => Ok(number as u64),
        _ => {
            let code = char::from(run.code);
            Err(raise(th, &format!("'{code}' format requires {least} <= number <= {most}")))
        }
    }
}

fn real(th: &mut Thread, value: Value) -> Result<f64, Raised> {
    match th.to_f64(value) {
        Ok(number) => Ok(number),
        Err(raised) if int::is_int_like(value) => Err(raised),
        Err(raised) => match th.catch(raised, &orochi_vm::exception::classes::TYPE_ERROR) {
            Some(_) => Err(raise(th, "required argument is not a float")),
            None => Err(raised),
        },
    }
}

fn pack_real(th: &Thread, number: f64, layout: &Layout, field: &mut [u8]) -> Result<(), Raised> {
    let bits = match field.len() {
        2 => match to_half(number) {
            Some(half) => u64::from(half),
            None => return Err(th.overflow_error("float too large to pack with e format")),
        },
        4 => {
            let single = number as f32;
            if single.is_infinite() && number.is_finite() && !layout.native {
                return Err(th.overflow_error("float too large to pack with f format"));
            }
            u64::from(single.to_bits())
        }
        _ => number.to_bits(),
    };
    store(field, bits, layout.big);
    Ok(())
}
