//! `array()` and what unpickling calls.

use orochi_vm::class::Class;
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytearray::ByteArray;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::ARRAY;
use super::change::{append_bytes, extend_with, text_bytes};
use super::item::Kind;
use super::object::{Array, as_array};

/// `array.__new__(cls, typecode[, initializer])`
pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &ARRAY)?;
    let Some(given) = args[1].cast::<Tuple>() else { return Ok(Value::NONE) };
    // Subclasses may have named parameters of their own.
    if args[0] == ARRAY.class().value()
        && let Some(named) = args[2].cast::<Dict>()
        && named.len(th)? > 0
    {
        return Err(th.type_error("array.array() takes no keyword arguments"));
    }
    let (code, initial) = match *given.as_slice() {
        [code] => (code, Value::UNBOUND),
        [code, initial] => (code, initial),
        [] => return Err(th.type_error("array() takes at least 1 argument (0 given)")),
        _ => {
            let count = given.len();
            return Err(th.type_error(format!("array() takes at most 2 arguments ({count} given)")));
        }
    };
    let code = type_code(th, code, "array() argument 1")?;
    let text = initial.cast::<Str>();
    let kind = Kind::of(code);
    if let Some(kind) = kind.filter(|kind| !kind.is_text()) {
        let shown = char::from(kind.code);
        if text.is_some() {
            return Err(th.type_error(format!(
                "cannot use a str to initialize an array with typecode '{shown}'"
            )));
        }
        if as_array(initial).is_some_and(|other| other.kind.get().is_text()) {
            return Err(th.type_error(format!(
                "cannot use a unicode array to initialize an array with typecode '{shown}'"
            )));
        }
    }
    let Some(kind) = kind else {
        return Err(
            th.value_error("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)")
        );
    };
    if kind.code == b'u' {
        th.warn(
            &classes::DEPRECATION_WARNING,
            "The 'u' type code is deprecated and will be removed in Python 3.16",
            1,
        )?;
    }
    let array = Array::make(th, shape, kind, &[])?;
    if !initial.is_unbound() {
        fill(th, array, initial)?;
    }
    Ok(array.value())
}

/// A string of one character.
fn type_code(th: &Thread, value: Value, what: &str) -> Result<char, Raised> {
    if let Some(text) = value.cast::<Str>() {
        if let (1, Some(code)) = (text.len(), text.text().get(0)) {
            return Ok(char::from_u32(code).unwrap_or('?'));
        }
        let length = text.len();
        return Err(th.type_error(format!(
            "{what} must be a unicode character, not a string of length {length}"
        )));
    }
    let class = th.type_name(value);
    Err(th.type_error(format!("{what} must be a unicode character, not {class}")))
}

fn fill(th: &mut Thread, array: Ref<Array>, initial: Value) -> Result<(), Raised> {
    let kind = array.kind.get();
    if let Some(text) = initial.cast::<Str>() {
        return array.resizable(th)?.extend(&text_bytes(text));
    }
    if initial.cast::<Bytes>().is_some() || initial.cast::<ByteArray>().is_some() {
        let bytes = th.bytes_of(initial)?;
        return append_bytes(th, array, &bytes);
    }
    if as_array(initial).is_some_and(|other| other.kind.get() == kind) {
        return extend_with(th, array, initial);
    }
    let iterator = th.iterate(initial)?;
    extend_with(th, array, iterator)
}

/// `_array_reconstructor(arraytype, typecode, mformat_code, items)`
pub(super) fn reconstruct(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(class) = args[0].cast::<Class>() else {
        let class = th.type_name(args[0]);
        return Err(th.type_error(format!("first argument must be a type object, not {class}")));
    };
    if !class.is_subclass(ARRAY.class()) {
        let name = class.display_name();
        return Err(th.type_error(format!("{name} is not a subtype of array.array")));
    }
    let code = type_code(th, args[1], "_array_reconstructor() argument 2")?;
    let Some(kind) = Kind::of(code) else {
        return Err(th.value_error("second argument must be a valid type code"));
    };
    let format = th.index_ssize(args[2])?;
    if !(0..=21).contains(&format) {
        return Err(th.value_error("third argument must be a valid machine format code."));
    }
    let Some(bytes) = args[3].cast::<Bytes>() else {
        let class = th.type_name(args[3]);
        return Err(th.type_error(format!("fourth argument should be bytes, not {class}")));
    };
    if format == i64::from(kind.machine_format()) {
        let array = Array::make(th, class.root_shape(), kind, &[])?;
        append_bytes(th, array, bytes.as_slice())?;
        return Ok(array.value());
    }
    convert(th, class, code, format, bytes)
}

/// Items that another machine has written.
fn convert(
    th: &mut Thread,
    class: Ref<Class>,
    code: char,
    format: i64,
    bytes: Ref<Bytes>,
) -> Result<Value, Raised> {
    if (18..=21).contains(&format) {
        let encoding = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"][format as usize - 18];
        let encoding = th.intern(encoding)?.value();
        let text = th.call_method(bytes.value(), name!(th, "decode"), &[encoding])?;
        let code = Str::from_code(th, u32::from(code))?.value();
        return th.call(class.value(), &[code, text]);
    }
    let (size, big) = match format {
        0 | 1 => (1, false),
        2..=5 => (2, format % 2 == 1),
        6..=9 => (4, format % 2 == 1),
        10..=13 => (8, format % 2 == 1),
        14 | 15 => (4, format == 15),
        _ => (8, format == 17),
    };
    if !bytes.len().is_multiple_of(size) {
        return Err(th.value_error("bytes length not a multiple of item size"));
    }
    let signed = matches!(format, 1 | 4 | 5 | 8 | 9 | 12 | 13);
    let mut values = orochi_vm::heap::RootVec::with_capacity(bytes.len() / size);
    for item in bytes.as_slice().chunks_exact(size) {
        let mut word = [0; 8];
        word[..size].copy_from_slice(item);
        if big {
            word[..size].reverse();
        }
        let bits = u64::from_le_bytes(word);
        let value = match format {
            14 | 15 => Value::from_f64(f64::from(f32::from_bits(bits as u32))),
            16 | 17 => Value::from_f64(f64::from_bits(bits)),
            _ if signed => {
                let unused = 64 - 8 * size;
                th.int_from_i64((bits << unused) as i64 >> unused)?
            }
            _ => th.int_from_u64(bits)?,
        };
        values.push(value);
    }
    let list = orochi_vm::types::list::List::from_slice(th, values.as_slice())?;
    let code = Str::from_code(th, u32::from(code))?.value();
    th.call(class.value(), &[code, list.value()])
}
