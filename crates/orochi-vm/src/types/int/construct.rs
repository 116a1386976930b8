//! `int()`: the number that a value stands for.

use orochi_text::number::check_base;

use super::SPEC;
use super::object::Int;
use super::operand::{self, Operand};
use super::text;
use crate::class::Special;
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::object::ValueCast;
use crate::shape::Shape;
use crate::thread::Thread;
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use crate::types::{bool_, float};

/// `int.__new__(cls, x=0, /, base=10)`
pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    if shape.class == bool_::SPEC.class() {
        return Err(th.type_error("int.__new__(bool) is not safe, use bool.__new__()"));
    }
    let (source, base) = (args[1], args[2]);
    let number = match (source.is_unbound(), base.is_unbound()) {
        (true, true) => Value::from_i32(0),
        (true, false) => return Err(th.type_error("int() missing string argument")),
        (false, true) => th.to_int(source)?,
        (false, false) => with_base(th, source, base)?,
    };
    instance(th, shape, number)
}

/// The number as an instance of the class of `shape`.
fn instance(th: &Thread, shape: &'static Shape, number: Value) -> Result<Value, Raised> {
    if shape.class == SPEC.class() {
        return Ok(number);
    }
    let Some(operand) = Operand::of(number) else { return Ok(number) };
    let mut buffer = [0];
    Ok(Int::from_parts_as(th, shape, operand.parts(&mut buffer))?.value())
}

fn with_base(th: &mut Thread, source: Value, base: Value) -> Result<Value, Raised> {
    let base = th.index_clamped_plain(base)?;
    let base = check_base(base).map_err(|error| th.text_error(error))?;
    if let Some(string) = source.cast::<Str>() {
        return text::parse(th, string.text(), base);
    }
    if let Some(bytes) = bytes_like(th, source, false)? {
        return text::parse_bytes(th, &bytes, base);
    }
    Err(th.type_error("int() can't convert non-string with explicit base"))
}

/// A copy of what a bytes-like object holds; `None` if the value is none. With `any`, everything
/// that offers a buffer counts, else only `bytes` and `bytearray`.
pub(crate) fn bytes_like(
    th: &mut Thread,
    value: Value,
    any: bool,
) -> Result<Option<Vec<u8>>, Raised> {
    let own = value.cast::<Bytes>().is_some() || value.cast::<ByteArray>().is_some();
    if own || (any && th.is_bytes_like(value)) { th.bytes_of(value).map(Some) } else { Ok(None) }
}

impl Thread {
    /// `int(value)`: a value of the class `int` itself.
    pub fn to_int(&mut self, value: Value) -> Result<Value, Raised> {
        if value.is_int() || value.cast_exact::<Int>().is_some() {
            return Ok(value);
        }
        if value.is_float() {
            return float::to_int(self, value.as_f64());
        }
        if value.is_bool() {
            return operand::plain(self, value);
        }
        if let Some(string) = value.cast_exact::<Str>() {
            return text::parse(self, string.text(), 10);
        }
        if let Some(number) = self.call_special(value, Special::Int, &[])? {
            return self.int_from_method(number, "__int__");
        }
        if let Some(index) = self.index_or_none(value)? {
            return Ok(index);
        }
        if let Some(string) = value.cast::<Str>() {
            return text::parse(self, string.text(), 10);
        }
        if let Some(bytes) = bytes_like(self, value, true)? {
            return text::parse_bytes(self, &bytes, 10);
        }
        Err(self.type_error(format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            self.type_name(value)
        )))
    }

    /// Checks what a conversion method has returned: an `int`, or (deprecated) an instance of a
    /// subclass.
    pub(crate) fn int_from_method(&mut self, number: Value, method: &str) -> Result<Value, Raised> {
        if number.is_int() || number.cast_exact::<Int>().is_some() {
            return Ok(number);
        }
        let class = self.type_name(number);
        if !operand::is_int_like(number) {
            return Err(self.type_error(format!("{method} returned non-int (type {class})")));
        }
        self.warn(&classes::DEPRECATION_WARNING,
            &format!(
                "{method} returned non-int (type {class}).  The ability to return an instance of a \
                 strict subclass of int is deprecated, and may not be supported in a future version \
                 of Python."
            ),
            1,
        )?;
        operand::plain(self, number)
    }

    /// An index as a machine integer, limited to its range; `TypeError` if it is none.
    pub(crate) fn index_clamped_plain(&mut self, value: Value) -> Result<i64, Raised> {
        let index = self.index(value)?;
        let limit = if operand::is_negative(index) { i64::MIN } else { i64::MAX };
        Ok(operand::as_i64(index).unwrap_or(limit))
    }
}
