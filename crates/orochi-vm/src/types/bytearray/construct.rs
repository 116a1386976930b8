//! `bytearray(…)` and pickling.

use orochi_text::Text;

use super::{ByteArray, SPEC};
use crate::exception::Raised;
use crate::heap::Value;
use crate::name;
use crate::thread::Thread;
use crate::types::bytes::construct::contents;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// `__new__` makes an empty array, which `__init__` fills.
pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    Ok(ByteArray::from_slice_as(th, shape, &[])?.value())
}

pub(super) fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    let bytes = contents(th, args[1], args[2], args[3], "bytearray")?;
    let guard = array.resizable(th)?;
    let length = guard.len();
    guard.splice(0, length, &bytes)?;
    Ok(Value::NONE)
}

/// Before protocol 3, pickles have no bytes: the contents travel as Latin-1 text.
fn reduced(th: &mut Thread, object: Value, protocol: i64) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(object)?;
    let empty = th.read(array)?.is_empty();
    let arguments = if empty {
        th.vm.empty_tuple.get()
    } else if protocol < 3 {
        let guard = th.read(array)?;
        let text = Str::new(guard.thread(), Text::One(guard.as_slice()))?.value();
        let encoding = th.new_str("latin-1")?.value();
        Tuple::from_slice(th, &[text, encoding])?
    } else {
        let guard = th.read(array)?;
        let bytes = guard.thread().new_bytes(guard.as_slice())?.value();
        Tuple::from_slice(th, &[bytes])?
    };
    let state = match th.find_attribute(object, name!(th, "__dict__"))? {
        Some(state) => state,
        None => Value::NONE,
    };
    let class = th.class_of(object).value();
    Ok(Tuple::from_slice(th, &[class, arguments.value(), state])?.value())
}

pub(super) fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    reduced(th, args[0], 2)
}

pub(super) fn reduce_ex(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let protocol = if args[1].is_unbound() { 0 } else { th.index_i64(args[1])? };
    reduced(th, args[0], protocol)
}

/// The bytes as an exact `bytearray` for `copy`.
pub(super) fn copy(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    let guard = th.read(array)?;
    Ok(ByteArray::from_slice(guard.thread(), guard.as_slice())?.value())
}
