//! `tee`: iterators over what one iterator gives, each at its own pace.
//!
//! The items form a linked list of [`Node`]s; each tee stands at one of them, and what no tee stands
//! before any more is garbage. The last node has no item yet but the source. Who comes to it takes
//! the node's word, asks the source and makes the next last node. Who meets it from inside the source's
//! own `__next__` is told so, and so is another thread while a `__next__` written in Python runs,
//! which may be waiting for that very thread. A native source never let another thread in under the
//! GIL; for its end they wait.

use std::sync::atomic::Ordering;

use orochi_vm::class::{Class, Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::lock::SharedWord;
use orochi_vm::types::lock::word::wake_all;
use orochi_vm::types::tuple::Tuple;

heap_object! {
    /// `itertools._tee`
    pub struct Tee: TEE {
        values {
            /// Where it stands.
            node: Ref<Node>,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// An item of the shared list.
    pub struct Node: NODE {
        values {
            /// The item; unbound in the last node.
            item: Value,
            /// The next node; unbound in the last.
            next: Value,
            /// The iterator; unbound in all but the last.
            source: Value,
        }
        storage {}
        data {
            /// The ident of the thread that asks the source, or 0.
            asking: SharedWord,
        }
    }
}

/// `itertools._tee`
pub static TEE: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Iterator wrapped to make it copyable.",
    new: Some(function("__new__($type, iterable, /)", new, "")),
    methods: METHODS,
    next: Some(next),
    flags: TypeFlags::WEAKREF,
    ..TypeSpec::named("_tee", NativeLayout::of::<Tee>())
};

/// `itertools._tee_dataobject`
pub static NODE: TypeSpec = TypeSpec {
    module: "itertools",
    flags: TypeFlags::NO_NEW,
    ..TypeSpec::named("_tee_dataobject", NativeLayout::of::<Node>())
};

static METHODS: &[Method] =
    &[method("__copy__($self, /)", copy, "Returns an independent iterator.")];

/// `tee(iterable, n=2)`
pub fn tee(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let count = if args[1].is_unbound() { 2 } else { th.index_ssize(args[1])? };
    if count < 0 {
        return Err(th.value_error("n must be >= 0"));
    }
    if count == 0 {
        return Ok(th.vm.empty_tuple.get().value());
    }
    let first = of(th, args[0])?;
    let mut all = RootVec::new();
    all.push(first.value());
    let node = th.read(first)?.node.get();
    for _ in 1..count {
        let another = Tee::allocate(th, node)?;
        all.push(another.value());
    }
    Ok(Tuple::from_slice(th, &all)?.value())
}

/// A new tee of an iterable; from a tee it continues where that stands.
fn of(th: &mut Thread, iterable: Value) -> Result<Ref<Tee>, Raised> {
    let iterator = th.iterate(iterable)?;
    if let Some(tee) = iterator.cast_exact::<Tee>() {
        let node = th.read(tee)?.node.get();
        return Tee::allocate(th, node);
    }
    let node = last_node(th, iterator)?;
    Tee::allocate(th, node)
}

fn last_node(th: &Thread, source: Value) -> Result<Ref<Node>, Raised> {
    Node::allocate(th, Value::UNBOUND, Value::UNBOUND, source, SharedWord::new(0))
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    debug_assert!(args[0].cast::<Class>().is_some());
    Ok(of(th, args[1])?.value())
}

fn copy(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Tee>(args[0])?;
    let node = th.read(own)?.node.get();
    Ok(Tee::allocate(th, node)?.value())
}

fn next(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Tee>(own)?;
    loop {
        let node = th.read(own)?.node.get();
        let (item, following) = {
            let state = th.read(node)?;
            (state.item.get(), state.next.get().cast_exact::<Node>())
        };
        let Some(following) = following else {
            if !extend(th, node)? {
                return Ok(None);
            }
            continue;
        };
        let state = th.write(own)?;
        // Unless another thread has taken this item through the same tee.
        if state.node.get() == node {
            state.node.set(state.token(), following);
            return Ok(Some(item));
        }
    }
}

/// Gives the last node its item; false when the source has none.
fn extend(th: &mut Thread, node: Ref<Node>) -> Result<bool, Raised> {
    let me = th.ident.get();
    let word = SharedWord::of(node, |node| &node.asking);
    // A block that is undone puts back what the node holds now: nobody who asks.
    th.write(node)?;
    loop {
        match word.compare_exchange(0, me, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => break,
            Err(other) if other == me || asks_python(th, node)? => {
                return Err(th.runtime_error("cannot re-enter the tee iterator"));
            }
            Err(other) => {
                th.wait_while(word, other, None)?;
            }
        }
    }
    let result = ask(th, node);
    word.store(0, Ordering::Release);
    wake_all(word);
    result
}

/// Whether the node's source is of a class whose `__next__` is written in Python.
fn asks_python(th: &mut Thread, node: Ref<Node>) -> Result<bool, Raised> {
    let source = th.read(node)?.source.get();
    Ok(!source.is_unbound() && th.class_of(source).native_next().is_none())
}

fn ask(th: &mut Thread, node: Ref<Node>) -> Result<bool, Raised> {
    let source = th.read(node)?.source.get();
    if source.is_unbound() {
        // Somebody else has been here.
        return Ok(true);
    }
    let Some(item) = th.next(source)? else { return Ok(false) };
    let last = last_node(th, source)?;
    let state = th.write(node)?;
    state.item.set(state.token(), item);
    state.next.set(state.token(), last.value());
    state.source.set(state.token(), Value::UNBOUND);
    Ok(true)
}
