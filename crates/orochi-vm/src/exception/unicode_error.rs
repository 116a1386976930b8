//! `UnicodeEncodeError`, `UnicodeDecodeError` and `UnicodeTranslateError`: what could not be
//! converted, and where. The fields: `a` encoding, `b` object, `c` start, `d` end, `e` reason.

use orochi_text::TextBuf;

use super::BaseException;
use super::Raised;
use super::base::{finish_text, refuse_names, set_args};
use super::object::{a, b, c, d, e, receiver};
use crate::class::{GetSet, Method, method, property};
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

const INIT: &str = "__init__($self, /, *args, **kwargs)";
const INIT_DOC: &str = "Initialize self.  See help(type(self)) for accurate signature.";
const STR: &str = "__str__($self, /)";
const STR_DOC: &str = "Return str(self).";

pub(super) static ENCODE_METHODS: &[Method] =
    &[method(INIT, encode_init, INIT_DOC), method(STR, encode_str, STR_DOC)];
pub(super) static DECODE_METHODS: &[Method] =
    &[method(INIT, decode_init, INIT_DOC), method(STR, decode_str, STR_DOC)];
pub(super) static TRANSLATE_METHODS: &[Method] =
    &[method(INIT, translate_init, INIT_DOC), method(STR, translate_str, STR_DOC)];

pub(super) static GETSET: &[GetSet] = &[
    property("encoding", a::get, a::set, "exception encoding"),
    property("object", b::get, b::set, "exception object"),
    property("start", c::get, position_set_start, "exception start"),
    property("end", d::get, position_set_end, "exception end"),
    property("reason", e::get, e::set, "exception reason"),
];

fn position_set_start(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    let value = position(th, value)?;
    c::set(th, object, value)
}

fn position_set_end(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    let value = position(th, value)?;
    d::set(th, object, value)
}

fn position(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    if value.is_unbound() {
        return Err(th.type_error("can't delete numeric/char attribute"));
    }
    let value = th.index(value)?;
    if value.is_int() {
        return Ok(value);
    }
    Err(th.overflow_error("Python int too large to convert to C ssize_t"))
}

/// Sets the fields from the arguments; the first is missing for translation errors.
fn set_fields(
    th: &mut Thread,
    args: &[Value],
    given: &Tuple,
    encoding: bool,
    object: Value,
) -> Result<(), Raised> {
    let first = usize::from(encoding);
    let (start, end) = (position(th, given.get(first + 1))?, position(th, given.get(first + 2))?);
    let exception = receiver(th, args[0])?;
    let guard = th.write(exception)?;
    let token = guard.token();
    guard.a.set(token, if encoding { given.get(0) } else { Value::UNBOUND });
    guard.b.set(token, object);
    guard.c.set(token, start);
    guard.d.set(token, end);
    guard.e.set(token, given.get(first + 3));
    Ok(())
}

fn start(th: &mut Thread, args: &[Value], count: usize) -> Result<Ref<Tuple>, Raised> {
    let exception = receiver(th, args[0])?;
    refuse_names(th, args[0], args[2])?;
    let given = set_args(th, exception, args[1])?;
    if given.len() != count {
        return Err(th.type_error(format!(
            "function takes exactly {count} arguments ({} given)",
            given.len()
        )));
    }
    Ok(given)
}

fn check_str(th: &Thread, given: &Tuple, at: usize) -> Result<(), Raised> {
    if given.get(at).cast::<Str>().is_some() {
        return Ok(());
    }
    let got = th.type_name(given.get(at));
    Err(th.type_error(format!("argument {} must be str, not {got}", at + 1)))
}

fn encode_init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = start(th, args, 5)?;
    for at in [0, 1, 4] {
        check_str(th, &given, at)?;
    }
    set_fields(th, args, &given, true, given.get(1))?;
    Ok(Value::NONE)
}

fn decode_init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = start(th, args, 5)?;
    for at in [0, 4] {
        check_str(th, &given, at)?;
    }
    let mut object = given.get(1);
    if object.cast::<Bytes>().is_none() {
        let bytes = th.bytes_of(object)?;
        object = th.new_bytes(&bytes)?.value();
    }
    set_fields(th, args, &given, true, object)?;
    Ok(Value::NONE)
}

fn translate_init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = start(th, args, 4)?;
    for at in [0, 3] {
        check_str(th, &given, at)?;
    }
    set_fields(th, args, &given, false, given.get(0))?;
    Ok(Value::NONE)
}

/// What the message needs: encoding, object, the range within the object, reason.
struct Shown {
    encoding: Ref<Str>,
    object: Value,
    start: i64,
    end: i64,
    /// One character or byte of the object.
    single: bool,
    reason: Ref<Str>,
}

/// The object must still be there, of its kind.
fn check_object(th: &mut Thread, exception: Ref<BaseException>) -> Result<(), Raised> {
    let object = th.read(exception)?.b.get();
    if object.is_unbound() {
        return Err(th.type_error("UnicodeError 'object' attribute is not set"));
    }
    if object.cast::<Str>().is_none() && object.cast::<Bytes>().is_none() {
        return Err(th.type_error("UnicodeError 'object' attribute must be a string or bytes"));
    }
    Ok(())
}

fn shown(th: &mut Thread, exception: Value) -> Result<Option<Shown>, Raised> {
    let exception = receiver(th, exception)?;
    let (encoding, object, start, end, reason) = {
        let fields = th.read(exception)?;
        (fields.a.get(), fields.b.get(), fields.c.get(), fields.d.get(), fields.e.get())
    };
    let length = if let Some(text) = object.cast::<Str>() {
        text.len()
    } else if let Some(bytes) = object.cast::<Bytes>() {
        bytes.as_slice().len()
    } else {
        return Ok(None);
    };
    let number = |value: Value| if value.is_int() { value.as_int() } else { 0 };
    let (start, end) = (number(start), number(end));
    // Before anything is read from the object: turning these into text may run Python code.
    let encoding = if encoding.is_unbound() { Value::NONE } else { encoding };
    let reason = if reason.is_unbound() { Value::NONE } else { reason };
    let (reason, encoding) = (th.str(reason)?, th.str(encoding)?);
    let single = end == start.wrapping_add(1) && (0..length as i64).contains(&start);
    check_object(th, exception)?;
    Ok(Some(Shown { encoding, object, start, end, single, reason }))
}

fn push_range(out: &mut TextBuf, shown: &Shown) {
    out.push_str(&format!("{}-{}", shown.start, shown.end.wrapping_sub(1)));
}

fn finish(th: &mut Thread, mut out: TextBuf, reason: Ref<Str>) -> Result<Value, Raised> {
    out.push_str(": ");
    out.push_text(reason.text());
    finish_text(th, out)
}

/// A character as its shortest escape.
fn escape(code: u32) -> String {
    match code {
        0..=0xff => format!("\\x{code:02x}"),
        0x100..=0xffff => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    }
}

fn codec(encoding: Ref<Str>) -> TextBuf {
    let mut out = TextBuf::new();
    out.push_str("'");
    out.push_text(encoding.text());
    out.push_str("' codec ");
    out
}

fn characters(
    th: &mut Thread,
    shown: &Shown,
    mut out: TextBuf,
    verb: &str,
) -> Result<Value, Raised> {
    let single = shown.object.cast::<Str>().filter(|_| shown.single);
    match single.and_then(|text| text.text().get(shown.start as usize)) {
        Some(code) => {
            out.push_str(&format!(
                "can't {verb} character '{}' in position {}",
                escape(code),
                shown.start
            ));
        }
        None => {
            out.push_str(&format!("can't {verb} characters in position "));
            push_range(&mut out, shown);
        }
    }
    finish(th, out, shown.reason)
}

fn encode_str(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(shown) = shown(th, args[0])? else { return Ok(th.vm.empty_str.get().value()) };
    let out = codec(shown.encoding);
    characters(th, &shown, out, "encode")
}

fn translate_str(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(shown) = shown(th, args[0])? else { return Ok(th.vm.empty_str.get().value()) };
    characters(th, &shown, TextBuf::new(), "translate")
}

fn decode_str(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(shown) = shown(th, args[0])? else { return Ok(th.vm.empty_str.get().value()) };
    let mut out = codec(shown.encoding);
    let single = shown.object.cast::<Bytes>().filter(|_| shown.single);
    match single.and_then(|bytes| bytes.as_slice().get(shown.start as usize).copied()) {
        Some(byte) => {
            out.push_str(&format!("can't decode byte 0x{byte:02x} in position {}", shown.start))
        }
        None => {
            out.push_str("can't decode bytes in position ");
            push_range(&mut out, &shown);
        }
    }
    finish(th, out, shown.reason)
}
