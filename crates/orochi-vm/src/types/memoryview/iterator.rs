//! `memory_iterator`

use super::MemoryView;
use super::subscript::{item_at, position};
use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::ValueCast;
use crate::thread::Thread;

heap_object! {
    /// An iterator over the items of a view.
    pub struct MemoryIterator: MEMORY_ITERATOR {
        values {
            /// The view; unbound when the end was reached.
            view: Value,
        }
        storage {}
        data {
            /// The next index.
            index: usize,
            /// The number of items when the iteration began.
            length: usize,
        }
    }
}

/// `memory_iterator`
pub static MEMORY_ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("memory_iterator", NativeLayout::of::<MemoryIterator>())
};

static METHODS: &[Method] = &[method(
    "__length_hint__($self, /)",
    length_hint,
    "Private method returning an estimate of len(list(it)).",
)];

pub(super) fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let plan = th.receiver::<MemoryView>(args[0])?.plan(th)?;
    match plan.dimensions() {
        0 => return Err(th.type_error("invalid indexing of 0-dim memory")),
        1 => {}
        _ => {
            return Err(th.not_implemented_error("multi-dimensional sub-views are not implemented"));
        }
    }
    plan.known_format(th)?;
    Ok(MemoryIterator::allocate(th, args[0], 0, plan.length(0))?.value())
}

fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<MemoryIterator>(iterator)?;
    let state = th.write(iterator)?;
    let Some(view) = state.view.get().cast::<MemoryView>() else { return Ok(None) };
    let index = state.index.get();
    if index >= state.length.get() {
        state.view.set(state.token(), Value::UNBOUND);
        return Ok(None);
    }
    state.index.set(state.token(), index + 1);
    let plan = view.plan(th)?;
    let at = position(th, &plan, &[index as i64])?;
    item_at(th, &plan, at).map(Some)
}

fn length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<MemoryIterator>(args[0])?;
    let state = th.read(iterator)?;
    let left = state.length.get().saturating_sub(state.index.get());
    let left = if state.view.get().is_unbound() { 0 } else { left };
    th.int_from_i64(left as i64)
}
