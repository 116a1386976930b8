//! `callable_iterator`: `iter(callable, sentinel)`.

use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, method};
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::heap_object;
use crate::name;
use crate::object::Ref;
use crate::thread::Thread;

heap_object! {
    /// An iterator that calls a function until it returns the sentinel.
    pub struct CallableIterator: CALLABLE_ITERATOR {
        values {
            /// The function; unbound when the end was reached.
            callable: Value,
            /// What ends the iteration.
            sentinel: Value,
        }
        storage {}
        data {}
    }
}

/// `callable_iterator`
pub static CALLABLE_ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("callable_iterator", NativeLayout::of::<CallableIterator>())
};

static METHODS: &[Method] =
    &[method("__reduce__($self, /)", reduce, "Return state information for pickling.")];

fn finish(th: &mut Thread, iterator: Ref<CallableIterator>) -> Result<Option<Value>, Raised> {
    let state = th.write(iterator)?;
    state.callable.set(state.token(), Value::UNBOUND);
    state.sentinel.set(state.token(), Value::UNBOUND);
    Ok(None)
}

fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<CallableIterator>(iterator)?;
    let callable = th.read(iterator)?.callable.get();
    if callable.is_unbound() {
        return Ok(None);
    }
    let value = match th.call(callable, &[]) {
        Ok(value) => value,
        Err(raised) => {
            return match th.catch(raised, &classes::STOP_ITERATION) {
                Some(_) => finish(th, iterator),
                None => Err(raised),
            };
        }
    };
    // The call may have ended this very iterator.
    let sentinel = th.read(iterator)?.sentinel.get();
    if sentinel.is_unbound() {
        return Ok(None);
    }
    if th.equal(sentinel, value)? { finish(th, iterator) } else { Ok(Some(value)) }
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<CallableIterator>(args[0])?;
    let (callable, sentinel) = {
        let state = th.read(iterator)?;
        (state.callable.get(), state.sentinel.get())
    };
    if callable.is_unbound() {
        let empty = th.vm.empty_tuple.get().value();
        return th.reduced_iterator(empty, None);
    }
    let iter = th.builtin(name!(th, "iter"))?;
    th.reduced_with(iter, &[callable, sentinel], None)
}
