//! Built-in functions of numbers and characters.

use crate::class::Special;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::operation::{BinaryOp, UnaryOp};
use crate::thread::Thread;
use crate::types;
use crate::types::str::Str;

pub(super) fn abs(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.unary(UnaryOp::Abs, args[0])
}

pub(super) fn divmod(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.binary(BinaryOp::DivMod, args[0], args[1])
}

pub(super) fn pow(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let modulus = if args[2].is_unbound() { Value::NONE } else { args[2] };
    th.power(args[0], args[1], modulus)
}

pub(super) fn round(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let digits = if args[1].is_unbound() { Value::NONE } else { args[1] };
    let given = [digits];
    let arguments: &[Value] = if digits.is_none() { &[] } else { &given };
    match th.call_special(args[0], Special::Round, arguments)? {
        Some(value) => Ok(value),
        None => {
            let kind = th.type_name(args[0]);
            Err(th.type_error(format!("type {kind} doesn't define __round__ method")))
        }
    }
}

/// An integer in another base.
fn in_base(th: &mut Thread, value: Value, spec: &str) -> Result<Value, Raised> {
    let index = th.index(value)?;
    let spec = th.new_str(spec)?;
    th.format(index, spec.value())
}

pub(super) fn bin(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    in_base(th, args[0], "#b")
}

pub(super) fn oct(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    in_base(th, args[0], "#o")
}

pub(super) fn hex(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    in_base(th, args[0], "#x")
}

pub(super) fn chr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let index = th.index(args[0])?;
    match types::int::as_i64(index) {
        Some(code @ 0..=0xFF) => Ok(th.vm.characters.get().get(code as usize)),
        Some(code @ 0..=0x10_FFFF) => {
            let mut text = orochi_text::TextBuf::new();
            text.push(code as u32);
            Ok(Str::from_text(th, text.finish().as_text())?.value())
        }
        _ => Err(th.value_error("chr() arg not in range(0x110000)")),
    }
}

pub(super) fn ord(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if let Some(text) = args[0].cast::<Str>() {
        return match text.text().get(0) {
            Some(code) if text.len() == 1 => Ok(Value::int_unchecked(i64::from(code))),
            _ => Err(th.type_error(format!(
                "ord() expected a character, but string of length {} found",
                text.len()
            ))),
        };
    }
    let bytes = th.is_instance(args[0], types::bytes::SPEC.class())
        || th.is_instance(args[0], types::bytearray::SPEC.class());
    if bytes {
        let length = th.length(args[0])?;
        if length == 1 {
            return th.get_item(args[0], Value::from_i32(0));
        }
        return Err(th.type_error(format!(
            "ord() expected a character, but string of length {length} found"
        )));
    }
    let kind = th.type_name(args[0]);
    Err(th.type_error(format!("ord() expected string of length 1, but {kind} found")))
}
