//! Built-in functions that ask an object about itself.

use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::object::attribute_name;
use crate::types::str::Str;

pub(super) fn getattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = attribute_name(th, args[1])?;
    if args[2].is_unbound() {
        return th.get_attribute(args[0], name);
    }
    let found = th.find_attribute(args[0], name)?;
    if found.is_none() {
        th.attribute_error_kept.set(Value::UNBOUND);
    }
    Ok(found.unwrap_or(args[2]))
}

pub(super) fn hasattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = attribute_name(th, args[1])?;
    let found = th.find_attribute(args[0], name)?;
    th.attribute_error_kept.set(Value::UNBOUND);
    Ok(Value::from_bool(found.is_some()))
}

pub(super) fn setattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = attribute_name(th, args[1])?;
    th.set_attribute(args[0], name, args[2])?;
    Ok(Value::NONE)
}

pub(super) fn delattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = attribute_name(th, args[1])?;
    th.delete_attribute(args[0], name)?;
    Ok(Value::NONE)
}

pub(super) fn callable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(th.is_callable(args[0])))
}

pub(super) fn isinstance(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(th.isinstance(args[0], args[1])?))
}

pub(super) fn issubclass(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(th.issubclass(args[0], args[1])?))
}

pub(super) fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(th.repr(args[0])?.value())
}

pub(super) fn ascii(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(th.ascii(args[0])?.value())
}

pub(super) fn format(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let spec = if args[1].is_unbound() { th.vm.empty_str.get().value() } else { args[1] };
    if spec.cast::<Str>().is_none() {
        let kind = th.type_name(spec);
        return Err(th.type_error(format!("format() argument 2 must be str, not {kind}")));
    }
    th.format(args[0], spec)
}

pub(super) fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let hash = th.hash(args[0])?;
    th.int_from_i64(hash as i64)
}

pub(super) fn id(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.int_from_u64(args[0].bits())
}

pub(super) fn len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let length = th.length(args[0])?;
    th.int_from_i64(length as i64)
}

pub(super) fn dir(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[0].is_unbound() {
        let locals = crate::frame::locals(th)?;
        let keys = th.call_method(locals, crate::name!(th, "keys"), &[])?;
        return Ok(th.sorted(keys)?.value());
    }
    Ok(th.dir(args[0])?.value())
}

pub(super) fn vars(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[0].is_unbound() {
        return crate::frame::locals(th);
    }
    match th.find_attribute(args[0], crate::name!(th, "__dict__"))? {
        Some(dict) => Ok(dict),
        None => Err(th.type_error("vars() argument must have __dict__ attribute")),
    }
}
