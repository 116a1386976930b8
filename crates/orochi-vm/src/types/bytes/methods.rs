//! The table of methods, and those that `bytearray` does not have.

use super::iterator::BytesIterator;
use super::object::Bytes;
use super::shared::byte_methods;
use crate::class::Method;
use crate::exception::Raised;
use crate::heap::Value;
use crate::thread::Thread;
use crate::types::tuple::Tuple;

pub(super) static METHODS: &[Method] = byte_methods! {
    Bytes,
    method("__iter__($self, /)", iter, "Implement iter(self)."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method("__bytes__($self, /)", bytes, "Convert this value to exact type bytes."),
    method("__getnewargs__($self, /)", getnewargs, ""),
    method("__sizeof__($self, /)", sizeof, "Return the size of the object in memory, in bytes."),
};

fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let bytes = th.receiver::<Bytes>(args[0])?;
    BytesIterator::over(th, bytes)
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let hash = th.receiver::<Bytes>(args[0])?.hash();
    th.int_from_i64(hash as i64)
}

fn bytes(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<Bytes>(args[0])?;
    super::sequence::ByteSequence::unchanged(th, this)
}

fn getnewargs(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<Bytes>(args[0])?;
    let copy = th.new_bytes(this.as_slice())?;
    Ok(Tuple::from_slice(th, &[copy.value()])?.value())
}

fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<Bytes>(args[0])?;
    th.int_from_i64((size_of::<Bytes>() + this.len()) as i64)
}
