//! `str(…)`.

use super::{SPEC, Str};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    let text = text_of(th, args[1], args[2], args[3])?;
    if shape.class == SPEC.class() {
        return Ok(text.value());
    }
    Ok(Str::from_text_as(th, shape, text.text())?.value())
}

fn text_of(
    th: &mut Thread,
    object: Value,
    encoding: Value,
    errors: Value,
) -> Result<Ref<Str>, Raised> {
    if encoding.is_unbound() && errors.is_unbound() {
        return if object.is_unbound() { Ok(th.vm.empty_str.get()) } else { th.str(object) };
    }
    let encoding = optional(th, encoding, "encoding")?;
    let errors = optional(th, errors, "errors")?;
    if object.is_unbound() {
        return Ok(th.vm.empty_str.get());
    }
    if object.cast::<Str>().is_some() {
        return Err(th.type_error("decoding str is not supported"));
    }
    if !th.is_bytes_like(object) {
        let name = th.type_name(object);
        return Err(
            th.type_error(format!("decoding to str: need a bytes-like object, {name} found"))
        );
    }
    th.decode_object(object, encoding.as_deref(), errors.as_deref())
}

fn optional(th: &Thread, value: Value, name: &str) -> Result<Option<String>, Raised> {
    if value.is_unbound() {
        return Ok(None);
    }
    super::encoding::codec_name(th, value, &format!("str() argument '{name}'")).map(Some)
}
