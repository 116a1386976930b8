//! The iterators of `deque`.

use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::tuple::Tuple;

use super::Deque;

heap_object! {
    /// An iterator over a deque; its class tells the direction.
    pub struct DequeIterator: ITERATOR {
        values {
            /// The deque.
            deque: Ref<Deque>,
        }
        storage {}
        data {
            /// How many items have been given.
            given: usize,
            /// How many are left.
            left: usize,
            /// The deque's count of changes when iteration began.
            changes: u64,
        }
    }
}

/// `_collections._deque_iterator`
pub static ITERATOR: TypeSpec = TypeSpec {
    module: "_collections",
    flags: TypeFlags::NONE,
    new: Some(function(
        "__new__($type, deque, index=0, /)",
        |th, args| new(th, args, &ITERATOR),
        "",
    )),
    methods: METHODS,
    next: Some(|th, own| next(th, own, false)),
    ..TypeSpec::named("_deque_iterator", NativeLayout::of::<DequeIterator>())
};

/// `_collections._deque_reverse_iterator`
pub static REVERSE_ITERATOR: TypeSpec = TypeSpec {
    module: "_collections",
    flags: TypeFlags::NONE,
    same_layout: Some(&ITERATOR),
    new: Some(function(
        "__new__($type, deque, index=0, /)",
        |th, args| new(th, args, &REVERSE_ITERATOR),
        "",
    )),
    methods: METHODS,
    next: Some(|th, own| next(th, own, true)),
    ..TypeSpec::named("_deque_reverse_iterator", NativeLayout::of::<DequeIterator>())
};

static METHODS: &[Method] = &[
    method(
        "__length_hint__($self, /)",
        hint,
        "Private method returning an estimate of len(list(it)).",
    ),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
];

fn over(
    th: &mut Thread,
    spec: &'static TypeSpec,
    deque: Ref<Deque>,
    given: usize,
) -> Result<Value, Raised> {
    let (length, changes) = {
        let state = th.read(deque)?;
        (state.len(), state.changes.get())
    };
    let given = given.min(length);
    Ok(DequeIterator::allocate_as(th, spec.shape(), deque, given, length - given, changes)?.value())
}

/// `iter(deque)`
pub fn forwards(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    over(th, &ITERATOR, deque, 0)
}

/// `reversed(deque)`
pub fn backwards(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    over(th, &REVERSE_ITERATOR, deque, 0)
}

fn new(th: &mut Thread, args: &[Value], spec: &'static TypeSpec) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[1])?;
    let index = if args[2].is_unbound() { 0 } else { th.index_ssize(args[2])?.max(0) };
    over(th, spec, deque, index as usize)
}

fn next(th: &mut Thread, own: Value, backwards: bool) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<DequeIterator>(own)?;
    let deque = th.read(own)?.deque.get();
    let (state, items) = th.write_read(own, deque)?;
    let (given, left) = (state.given.get(), state.left.get());
    if left == 0 {
        return Ok(None);
    }
    if items.changes.get() != state.changes.get() {
        state.left.set(state.token(), 0);
        return Err(state.thread().runtime_error("deque mutated during iteration"));
    }
    state.given.set(state.token(), given + 1);
    state.left.set(state.token(), left - 1);
    let index = if backwards { items.len() - 1 - given } else { given };
    Ok(Some(items.get(index)))
}

fn hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<DequeIterator>(args[0])?;
    let left = th.read(own)?.left.get();
    th.int_from_i64(left as i64)
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<DequeIterator>(args[0])?;
    let (deque, given) = {
        let state = th.read(own)?;
        (state.deque.get(), state.given.get())
    };
    let given = th.int_from_i64(given as i64)?;
    let arguments = Tuple::from_slice(th, &[deque.value(), given])?;
    let class = th.class_of(args[0]).value();
    Ok(Tuple::from_slice(th, &[class, arguments.value()])?.value())
}
