//! Making views and closing them.

use super::plan::{Memory, Plan};
use super::{MemoryView, SPEC};
use crate::class::Special;
use crate::exception::Raised;
use crate::heap::Value;
use crate::name;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::bytearray::Exports;
use crate::types::tuple::Tuple;

/// What a new view shows.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// `obj`
    pub object: Value,
    /// The memory.
    pub memory: Memory,
    /// The format of items.
    pub format: &'a str,
    /// Bytes an item.
    pub item_size: usize,
    /// Where the first item begins.
    pub offset: usize,
    /// How many items there are, in one dimension, one behind the other.
    pub items: usize,
    /// Whether writing is refused.
    pub readonly: bool,
}

impl View<'_> {
    /// Opens the view.
    pub fn open(self, th: &mut Thread) -> Result<Ref<MemoryView>, Raised> {
        let format = th.intern(self.format)?;
        let length = th.int_from_i64(self.items as i64)?;
        let stride = th.int_from_i64(self.item_size as i64)?;
        let plan = Plan {
            object: self.object,
            memory: self.memory,
            format,
            shape: Tuple::from_slice(th, &[length])?,
            strides: Tuple::from_slice(th, &[stride])?,
            offset: self.offset,
            item_size: self.item_size,
            readonly: self.readonly,
        };
        plan.open(th, Value::UNBOUND)
    }
}

impl Plan {
    /// A new view with this plan; `inner` is the view that a Python class's `__buffer__` gave.
    pub fn open(self, th: &mut Thread, inner: Value) -> Result<Ref<MemoryView>, Raised> {
        let exports = match self.memory {
            Memory::Bytes(_) => Exports::NONE,
            Memory::Array(array) => th.write(array)?.export(),
        };
        let made = MemoryView::allocate(
            th,
            self.object,
            self.memory.value(),
            self.format,
            self.shape,
            self.strides,
            inner,
            self.offset,
            self.item_size,
            self.readonly,
            exports,
            0,
        );
        if made.is_err() {
            exports.closed();
        }
        made
    }
}

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[0] != SPEC.class().value() {
        th.instance_shape(args[0], &SPEC)?;
    }
    Ok(view_of(th, args[1])?.value())
}

/// `memoryview(object)`
pub fn view_of(th: &mut Thread, object: Value) -> Result<Ref<MemoryView>, Raised> {
    match open(th, object, FULL_READ_ONLY)? {
        Some(view) => Ok(view),
        None => {
            let name = th.type_name(object);
            Err(th.type_error(format!("memoryview: a bytes-like object is required, not '{name}'")))
        }
    }
}

/// `PyBUF_WRITABLE`
pub const WRITABLE: i64 = 1;
/// `PyBUF_FULL_RO`
pub const FULL_READ_ONLY: i64 = 0x11C;

/// `object.__buffer__(flags)` of a native type: its memory in a new view.
pub fn view_with_flags(th: &mut Thread, object: Value, flags: i64) -> Result<Value, Raised> {
    let Some(memory) = Memory::of(object) else {
        return Ok(view_of(th, object)?.value());
    };
    let readonly = matches!(memory, Memory::Bytes(_));
    if readonly && flags & WRITABLE != 0 {
        return Err(th.buffer_error("Object is not writable."));
    }
    let items = memory.with(th, |_, bytes| bytes.len())?;
    let view = View { object, memory, format: "B", item_size: 1, offset: 0, items, readonly };
    Ok(view.open(th)?.value())
}

/// A view of any object that has memory to show; `None` if it has none.
pub(super) fn open(
    th: &mut Thread,
    object: Value,
    flags: i64,
) -> Result<Option<Ref<MemoryView>>, Raised> {
    if let Some(view) = object.cast::<MemoryView>() {
        return view.plan(th)?.open(th, Value::UNBOUND).map(Some);
    }
    if Memory::of(object).is_some() && !overrides_buffer(th, object) {
        return Ok(view_with_flags(th, object, flags)?.cast::<MemoryView>());
    }
    let flags = th.int_from_i64(flags)?;
    let Some(given) = th.call_special(object, Special::Buffer, &[flags])? else { return Ok(None) };
    let Some(inner) = given.cast::<MemoryView>() else {
        return Err(th.type_error("__buffer__ returned non-memoryview object"));
    };
    let plan = inner.plan(th)?;
    if plan.object == object {
        // A native type's own view of itself.
        return Ok(Some(inner));
    }
    Plan { object, ..plan }.open(th, given).map(Some)
}

/// Whether a subclass of `bytes` or `bytearray` has a `__buffer__` of its own.
fn overrides_buffer(th: &Thread, object: Value) -> bool {
    let class = th.class_of(object);
    class.has(crate::class::flags::HEAP)
        && class
            .special(th, Special::Buffer)
            .is_some_and(|method| method.cast::<crate::native::NativeFunction>().is_none())
}

/// `view.release()`: further use is an error, and the memory may be resized.
pub fn release_view(th: &mut Thread, view: Value) -> Result<(), Raised> {
    let view = th.receiver::<MemoryView>(view)?;
    let (object, inner, exports) = {
        let guard = th.write(view)?;
        if guard.memory.get().is_unbound() {
            return Ok(());
        }
        let token = guard.token();
        let (object, inner, exports) = (guard.object.get(), guard.inner.get(), guard.exports.get());
        guard.memory.set(token, Value::UNBOUND);
        guard.object.set(token, Value::NONE);
        guard.inner.set(token, Value::UNBOUND);
        guard.exports.set(token, Exports::NONE);
        (object, inner, exports)
    };
    exports.closed();
    if !inner.is_unbound() {
        if let Some(release) = th.find_attribute(object, name!(th, "__release_buffer__"))? {
            th.call(release, &[inner])?;
        }
        release_view(th, inner)?;
    }
    Ok(())
}
