//! The tables of methods and attributes.

use super::subscript::{delitem, getitem, setitem};
use super::{MemoryView, Plan, cast, compare, convert, iterator, release_view, view_of};
use crate::class::{GetSet, Method, class_method, getter, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;

pub(super) static METHODS: &[Method] = &[
    method("__getitem__($self, key, /)", getitem, "Return self[key]."),
    method("__setitem__($self, key, value, /)", setitem, "Set self[key] to value."),
    method("__delitem__($self, key, /)", delitem, "Delete self[key]."),
    method("__len__($self, /)", len, "Return len(self)."),
    method("__iter__($self, /)", iterator::iter, "Implement iter(self)."),
    method("__hash__($self, /)", compare::hash, "Return hash(self)."),
    method("__eq__($self, value, /)", compare::eq, "Return self==value."),
    method("__ne__($self, value, /)", compare::ne, "Return self!=value."),
    method("__lt__($self, value, /)", unordered, "Return self<value."),
    method("__le__($self, value, /)", unordered, "Return self<=value."),
    method("__gt__($self, value, /)", unordered, "Return self>value."),
    method("__ge__($self, value, /)", unordered, "Return self>=value."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__enter__($self, /)", enter, ""),
    method("__exit__($self, /, *args)", release, ""),
    method(
        "__buffer__($self, flags, /)",
        buffer,
        "Return a buffer object that exposes the underlying memory of the object.",
    ),
    method(
        "__release_buffer__($self, buffer, /)",
        release_buffer,
        "Release the buffer object that exposes the underlying memory of the object.",
    ),
    method(
        "release($self, /)",
        release,
        "Release the underlying buffer exposed by the memoryview object.",
    ),
    method(
        "cast($self, /, format, shape=<unrepresentable>)",
        cast::cast,
        "Cast a memoryview to a new format or shape.",
    ),
    method("toreadonly($self, /)", toreadonly, "Return a readonly version of the memoryview."),
    method(
        "tolist($self, /)",
        convert::tolist,
        "Return the data in the buffer as a list of elements.",
    ),
    method(
        "tobytes($self, /, order='C')",
        convert::tobytes,
        "Return the data in the buffer as a byte string.",
    ),
    method(
        "hex($self, sep=<unrepresentable>, bytes_per_sep=1)",
        convert::hex,
        "Return the data in the buffer as hexadecimal digits.",
    ),
    method("count($self, value, /)", count, "Count the number of occurrences of a value."),
    method(
        "index($self, value, start=0, stop=sys.maxsize, /)",
        index,
        "Return the index of the first occurrence of a value.\n\nRaises ValueError if the value is not present.",
    ),
    class_method(
        "_from_flags($cls, /, object, flags)",
        from_flags,
        "Create a new memoryview object which references the given object.",
    ),
    class_method(
        "__class_getitem__($cls, object, /)",
        crate::types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

pub(super) static GETSET: &[GetSet] = &[
    getter(
        "obj",
        |th, view| Ok(plan(th, view)?.object),
        "The underlying object of the memoryview.",
    ),
    getter(
        "nbytes",
        |th, view| {
            let n = plan(th, view)?.bytes();
            th.int_from_i64(n as i64)
        },
        "The amount of space in bytes that the array would use in a contiguous representation.",
    ),
    getter(
        "readonly",
        |th, view| Ok(Value::from_bool(plan(th, view)?.readonly)),
        "A bool indicating whether the memory is read only.",
    ),
    getter(
        "itemsize",
        |th, view| {
            let n = plan(th, view)?.item_size;
            th.int_from_i64(n as i64)
        },
        "The size in bytes of each element of the memoryview.",
    ),
    getter(
        "format",
        |th, view| Ok(plan(th, view)?.format.value()),
        "A string containing the format (in struct module style) for each element in the view.",
    ),
    getter(
        "ndim",
        |th, view| {
            let n = plan(th, view)?.dimensions();
            th.int_from_i64(n as i64)
        },
        "An integer indicating how many dimensions of a multi-dimensional array the memory represents.",
    ),
    getter(
        "shape",
        |th, view| Ok(plan(th, view)?.shape.value()),
        "A tuple of ndim integers giving the shape of the memory as an N-dimensional array.",
    ),
    getter(
        "strides",
        |th, view| Ok(plan(th, view)?.strides.value()),
        "A tuple of ndim integers giving the size in bytes to access each element for each dimension of the array.",
    ),
    getter(
        "suboffsets",
        |th, view| {
            plan(th, view)?;
            Ok(th.vm.empty_tuple.get().value())
        },
        "A tuple of integers used internally for PIL-style arrays.",
    ),
    getter(
        "c_contiguous",
        |th, view| Ok(Value::from_bool(plan(th, view)?.is_c_contiguous())),
        "A bool indicating whether the memory is C contiguous.",
    ),
    getter(
        "f_contiguous",
        |th, view| Ok(Value::from_bool(plan(th, view)?.is_f_contiguous())),
        "A bool indicating whether the memory is Fortran contiguous.",
    ),
    getter(
        "contiguous",
        |th, view| {
            let plan = plan(th, view)?;
            Ok(Value::from_bool(plan.is_c_contiguous() || plan.is_f_contiguous()))
        },
        "A bool indicating whether the memory is contiguous.",
    ),
];

fn plan(th: &mut Thread, view: Value) -> Result<Plan, Raised> {
    th.receiver::<MemoryView>(view)?.plan(th)
}

fn len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let plan = plan(th, args[0])?;
    if plan.dimensions() == 0 {
        return Err(th.type_error("0-dim memory has no length"));
    }
    th.int_from_i64(plan.length(0) as i64)
}

fn unordered(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::NOT_IMPLEMENTED)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let view = th.receiver::<MemoryView>(args[0])?;
    let released = th.read(view)?.memory.get().is_unbound();
    let state = if released { "released memory" } else { "memory" };
    Ok(th.new_str(&format!("<{state} at {:#x}>", args[0].bits()))?.value())
}

fn enter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    plan(th, args[0])?;
    Ok(args[0])
}

fn release(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    release_view(th, args[0])?;
    Ok(Value::NONE)
}

fn buffer(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let plan = plan(th, args[0])?;
    Ok(plan.open(th, Value::UNBOUND)?.value())
}

fn release_buffer(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[1].cast::<MemoryView>().is_some() {
        release_view(th, args[1])?;
    }
    Ok(Value::NONE)
}

fn toreadonly(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let plan = plan(th, args[0])?;
    Ok(Plan { readonly: true, ..plan }.open(th, Value::UNBOUND)?.value())
}

fn from_flags(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let flags = th.index_ssize(args[2])?;
    match super::open::open(th, args[1], flags)? {
        Some(view) => Ok(view.value()),
        None => Ok(view_of(th, args[1])?.value()),
    }
}

/// Searches the items for one that is equal.
fn matches(
    th: &mut Thread,
    args: &[Value],
    from: i64,
    to: i64,
    all: bool,
) -> Result<Vec<i64>, Raised> {
    let view = th.receiver::<MemoryView>(args[0])?;
    let plan = view.plan(th)?;
    match plan.dimensions() {
        0 => return Err(th.type_error("invalid lookup on 0-dim memory")),
        1 => {}
        _ => return Err(th.not_implemented_error("multi-dimensional lookup is not implemented")),
    }
    let length = plan.length(0) as i64;
    let clamp = |at: i64| if at < 0 { at.saturating_add(length).max(0) } else { at.min(length) };
    let mut found = Vec::new();
    for at in clamp(from)..clamp(to) {
        let plan = view.plan(th)?;
        let place = super::subscript::position(th, &plan, &[at])?;
        let item = super::subscript::item_at(th, &plan, place)?;
        if th.equal(item, args[1])? {
            found.push(at);
            if !all {
                break;
            }
        }
        th.poll()?;
    }
    Ok(found)
}

fn count(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let found = matches(th, args, 0, i64::MAX, true)?;
    th.int_from_i64(found.len() as i64)
}

fn index(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let from = if args[2].is_unbound() { 0 } else { th.index_clamped(args[2])? };
    let to = if args[3].is_unbound() { i64::MAX } else { th.index_clamped(args[3])? };
    match matches(th, args, from, to, false)?.first() {
        Some(&at) => th.int_from_i64(at),
        None => Err(th.value_error("memoryview.index(x): x not found")),
    }
}
