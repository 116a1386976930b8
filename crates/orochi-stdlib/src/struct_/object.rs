//! `Struct` and the iterator of `iter_unpack`.
//!
//! Both keep their format as an object, and find its layout in the thread's table: memory that
//! belongs to Rust would need an owner for every object.

use std::sync::Arc;

use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, function, getter, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::format::Layout;
use super::{format_bytes, format_text, layout, operation, parsed};

heap_object! {
    /// A compiled format.
    pub struct Struct: STRUCT {
        values {
            /// The format, a str; unbound before `__init__`.
            format: Value,
        }
        storage {}
        data {}
    }
}

/// `_struct.Struct`
pub(super) static STRUCT: TypeSpec = TypeSpec {
    module: "_struct",
    doc: "Struct(fmt) --> compiled struct object",
    flags: TypeFlags::BASE.and(TypeFlags::WEAKREF),
    new: Some(function("__new__($cls, /, *args, **kwargs)", new, "")),
    methods: &[
        method(
            "__init__($self, /, format)",
            init,
            "Create a compiled struct object.\n\nReturn a new Struct object which writes and reads binary data according to\nthe format string.",
        ),
        method(
            "iter_unpack($self, buffer, /)",
            iter_unpack,
            "Return an iterator yielding tuples.\n\nTuples are unpacked from the given bytes source, like a repeated\ninvocation of unpack_from().\n\nRequires that the bytes length be a multiple of the struct size.",
        ),
        method(
            "pack($self, /, *values)",
            pack,
            "Return a bytes object containing values packed according to the struct format.",
        ),
        method(
            "pack_into($self, /, *values)",
            pack_into,
            "Pack values and write the packed bytes into the buffer starting at offset.",
        ),
        method(
            "unpack($self, buffer, /)",
            unpack,
            "Return a tuple containing unpacked values.\n\nUnpack according to the struct format.  The buffer's size in bytes must be\nthe struct size.",
        ),
        method(
            "unpack_from($self, /, buffer, offset=0)",
            unpack_from,
            "Return a tuple containing unpacked values.\n\nValues are unpacked according to the struct format.  The buffer's size\nin bytes, starting at position offset, must be at least the struct size.",
        ),
        method("__sizeof__($self, /)", sizeof, "S.__sizeof__() -> size of S in memory, in bytes"),
        method("__repr__($self, /)", repr, "Return repr(self)."),
    ],
    getset: &[
        getter("format", format_of, "struct format string"),
        getter("size", size, "struct size in bytes"),
    ],
    ..TypeSpec::named("Struct", NativeLayout::of::<Struct>())
};

heap_object! {
    /// What `iter_unpack` returns.
    pub struct UnpackIterator: UNPACK_ITERATOR {
        values {
            /// The format, a str.
            format: Value,
            /// The bytes-like object; unbound at the end.
            source: Value,
        }
        storage {}
        data {
            /// The next structure.
            at: usize,
            /// The bytes at the beginning.
            length: usize,
        }
    }
}

/// `_struct.unpack_iterator`
pub(super) static UNPACK_ITERATOR: TypeSpec = TypeSpec {
    module: "_struct",
    flags: TypeFlags::NO_NEW,
    methods: &[method(
        "__length_hint__($self, /)",
        length_hint,
        "Return an estimate of what is left.",
    )],
    next: Some(next),
    ..TypeSpec::named("unpack_iterator", NativeLayout::of::<UnpackIterator>())
};

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &STRUCT)?;
    Ok(Struct::allocate_as(th, shape, Value::UNBOUND)?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Struct>(args[0])?;
    let bytes = format_bytes(th, args[1])?;
    parsed(th, &bytes)?;
    let format = format_text(th, &bytes)?;
    let own = th.write(own)?;
    own.format.set(own.token(), format);
    Ok(Value::NONE)
}

fn format_of(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let own = th.receiver::<Struct>(value)?;
    let format = th.read(own)?.format.get();
    if format.is_unbound() {
        Err(th.runtime_error("Struct object is not initialized"))
    } else {
        Ok(format)
    }
}

fn own_layout(th: &mut Thread, value: Value) -> Result<Arc<Layout>, Raised> {
    let format = format_of(th, value)?;
    layout(th, format)
}

fn size(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let size = own_layout(th, value)?.size;
    th.int_from_u64(size as u64)
}

fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let runs = own_layout(th, args[0])?.runs.len();
    th.int_from_u64(
        (size_of::<Struct>() + size_of::<Layout>() + runs * size_of::<super::format::Run>()) as u64,
    )
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let format = format_of(th, args[0])?;
    let shown = th.repr(format)?.display();
    let class = th.class_of(args[0]).display_name();
    Ok(th.new_str(&format!("{class}({shown})"))?.value())
}

fn given(args: Value) -> Option<Ref<Tuple>> {
    args.cast::<Tuple>()
}

fn pack(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let layout = own_layout(th, args[0])?;
    let values = given(args[1]);
    operation::pack(th, &layout, values.as_ref().map_or(&[], |values| values.as_slice()))
}

fn pack_into(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let layout = own_layout(th, args[0])?;
    let values = given(args[1]);
    operation::pack_into(th, &layout, values.as_ref().map_or(&[], |values| values.as_slice()))
}

fn unpack(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let layout = own_layout(th, args[0])?;
    operation::unpack(th, &layout, args[1])
}

fn unpack_from(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let layout = own_layout(th, args[0])?;
    operation::unpack_from(th, &layout, args[1], args[2])
}

fn iter_unpack(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let format = format_of(th, args[0])?;
    let bytes = format_bytes(th, format)?;
    let layout = parsed(th, &bytes)?;
    iterate(th, &layout, &bytes, args[1])
}

/// An iterator over the structures in a bytes-like object.
pub(super) fn iterate(
    th: &mut Thread,
    layout: &Arc<Layout>,
    format: &[u8],
    source: Value,
) -> Result<Value, Raised> {
    let length = operation::iterable_length(th, layout, source)?;
    let format = format_text(th, format)?;
    Ok(UnpackIterator::allocate(th, format, source, 0, length)?.value())
}

fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<UnpackIterator>(iterator)?;
    let (format, source) = {
        let own = th.read(own)?;
        (own.format.get(), own.source.get())
    };
    if source.is_unbound() {
        return Ok(None);
    }
    let layout = layout(th, format)?;
    let at = {
        let own = th.write(own)?;
        let at = own.at.get();
        own.at.set(own.token(), at + layout.size);
        at
    };
    let found = operation::unpack_next(th, &layout, source, at)?;
    if found.is_none() {
        let own = th.write(own)?;
        own.source.set(own.token(), Value::UNBOUND);
    }
    Ok(found)
}

fn length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<UnpackIterator>(args[0])?;
    let (format, at, length) = {
        let own = th.read(own)?;
        (own.format.get(), own.at.get(), own.length.get())
    };
    let size = layout(th, format)?.size.max(1);
    debug_assert!(format.cast::<Str>().is_some());
    th.int_from_u64((length.saturating_sub(at) / size) as u64)
}
