//! `int.to_bytes` and `int.from_bytes`.

use super::SPEC;
use super::natural::{self, Words};
use super::operand::Operand;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use crate::types::{bytes, int};

/// Whether the least significant byte comes first.
fn is_little(th: &mut Thread, method: &str, order: Value) -> Result<bool, Raised> {
    if order.is_unbound() {
        return Ok(false);
    }
    let Some(text) = order.cast::<Str>() else {
        let class = th.type_name(order);
        return Err(
            th.type_error(format!("{method}() argument 'byteorder' must be str, not {class}"))
        );
    };
    match text.ascii() {
        Some("little") => Ok(true),
        Some("big") => Ok(false),
        _ => Err(th.value_error("byteorder must be either 'little' or 'big'")),
    }
}

fn flag(th: &mut Thread, value: Value) -> Result<bool, Raised> {
    if value.is_unbound() { Ok(false) } else { th.is_true(value) }
}

/// `to_bytes(self, length=1, byteorder='big', *, signed=False)`
pub(super) fn to_bytes(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let operand = super::methods::receiver(th, args[0])?;
    let length = if args[1].is_unbound() { 1 } else { th.index_ssize(args[1])? };
    let little = is_little(th, "to_bytes", args[2])?;
    let signed = flag(th, args[3])?;
    let Ok(length) = usize::try_from(length) else {
        return Err(th.value_error("length argument must be non-negative"));
    };
    let mut buffer = [0];
    let parts = operand.parts(&mut buffer);
    if parts.negative && !signed {
        return Err(th.overflow_error("can't convert negative int to unsigned"));
    }
    let bits = natural::bit_length(parts.words);
    let least = parts.negative && natural::bit_count(parts.words) == 1;
    // In two's complement a bit goes to the sign, except that -2^n needs none more.
    let needed = bits + u64::from(signed && bits > 0 && !least);
    if needed.div_ceil(8) > length as u64 {
        return Err(th.overflow_error("int too big to convert"));
    }
    let mut out = Vec::new();
    if out.try_reserve_exact(length).is_err() {
        return Err(th.memory_error());
    }
    out.extend(parts.words.iter().flat_map(|word| word.to_le_bytes()).take(length));
    out.resize(length, 0);
    if parts.negative {
        let mut carry = true;
        for byte in &mut out {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    if !little {
        out.reverse();
    }
    Ok(th.new_bytes(&out)?.value())
}

/// The number that bytes stand for.
pub fn from_byte_slice(
    th: &Thread,
    bytes: &[u8],
    little: bool,
    signed: bool,
) -> Result<Value, Raised> {
    let top = if little { bytes.last() } else { bytes.first() };
    let negative = signed && top.is_some_and(|byte| byte >> 7 == 1);
    let count = bytes.len();
    let at = |index: usize| if little { bytes[index] } else { bytes[count - 1 - index] };
    let mut words = Words::with_capacity(count.div_ceil(8));
    for start in (0..count).step_by(8) {
        let mut word = if negative { [0xFF; 8] } else { [0; 8] };
        for (offset, byte) in word.iter_mut().enumerate().take(count - start) {
            *byte = at(start + offset);
        }
        words.push(u64::from_le_bytes(word));
    }
    if negative {
        let mut carry = true;
        for word in &mut words {
            (*word, carry) = (!*word).overflowing_add(u64::from(carry));
        }
        if carry {
            words.push(1);
        }
    }
    th.int_from_words(negative, &words)
}

/// `from_bytes(cls, bytes, byteorder='big', *, signed=False)`
pub(super) fn from_bytes(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let little = is_little(th, "from_bytes", args[2])?;
    let signed = flag(th, args[3])?;
    let source = args[1];
    if Operand::of(source).is_some() || source.cast::<Str>().is_some() {
        let class = th.type_name(source);
        return Err(th.type_error(format!("cannot convert '{class}' object to bytes")));
    }
    let source = match source.cast_exact::<Bytes>() {
        Some(bytes) => bytes,
        None => {
            let made = th.call(bytes::SPEC.class().value(), &[source])?;
            match made.cast::<Bytes>() {
                Some(bytes) => bytes,
                None => return Err(th.type_error("cannot convert object to bytes")),
            }
        }
    };
    let number = from_byte_slice(th, source.as_slice(), little, signed)?;
    if args[0] == SPEC.class().value() {
        return Ok(number);
    }
    debug_assert!(int::is_int_like(number));
    th.call(args[0], &[number])
}
