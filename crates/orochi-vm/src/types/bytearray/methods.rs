//! The table of methods.

use super::iterator::ByteArrayIterator;
use super::object::ByteArray;
use super::{construct, subscript};
use crate::class::Method;
use crate::exception::Raised;
use crate::heap::Value;
use crate::thread::Thread;
use crate::types::bytes::shared::byte_methods;

pub(super) static METHODS: &[Method] = byte_methods! {
    ByteArray,
    method("__init__($self, /, source=b'', encoding=<unrepresentable>, errors=<unrepresentable>)", construct::init, "Initialize self.  See help(type(self)) for accurate signature."),
    method("__iter__($self, /)", iter, "Implement iter(self)."),
    method("__setitem__($self, key, value, /)", subscript::setitem, "Set self[key] to value."),
    method("__delitem__($self, key, /)", subscript::delitem, "Delete self[key]."),
    method("__iadd__($self, value, /)", super::change::iadd, "Implement self+=value."),
    method("__imul__($self, value, /)", super::change::imul, "Implement self*=value."),
    method("__release_buffer__($self, buffer, /)", release_buffer, "Release the buffer object that exposes the underlying memory of the object."),
    method("__reduce__($self, /)", construct::reduce, "Return state information for pickling."),
    method("__reduce_ex__($self, proto=0, /)", construct::reduce_ex, "Return state information for pickling."),
    method("__alloc__($self, /)", alloc, "Return the number of bytes actually allocated."),
    method("__sizeof__($self, /)", sizeof, "Return the size of the object in memory, in bytes."),
    method("append($self, item, /)", super::change::append, "Append a single byte to the end."),
    method("extend($self, iterable_of_ints, /)", super::change::extend, "Append all the bytes that an iterable or buffer gives."),
    method("insert($self, index, item, /)", super::change::insert, "Insert a single byte before the given index."),
    method("pop($self, index=-1, /)", super::change::pop, "Remove and return a single byte, the last one unless an index is given."),
    method("remove($self, value, /)", super::change::remove, "Remove the first occurrence of a byte."),
    method("clear($self, /)", super::change::clear, "Remove all bytes."),
    method("copy($self, /)", construct::copy, "Return a copy."),
    method("reverse($self, /)", super::change::reverse, "Reverse the order of the bytes in place."),
    method("resize($self, size, /)", super::change::resize, "Change the number of bytes; new ones are zeros."),
};

fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    ByteArrayIterator::over(th, array)
}

fn release_buffer(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    crate::types::memoryview::release_view(th, args[1])?;
    Ok(Value::NONE)
}

fn alloc(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    let room = th.read(array)?.store.get().capacity();
    th.int_from_i64(room as i64 + 1)
}

fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<ByteArray>(args[0])?;
    let room = th.read(array)?.store.get().capacity();
    th.int_from_i64((size_of::<ByteArray>() + room) as i64)
}
