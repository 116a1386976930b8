//! The iterator behind `await future`: yields the future once, unless it is done, and ends with
//! its result.

use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, method};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::generator::drive;

use super::future::{self, Future, bit};

heap_object! {
    /// `_asyncio.FutureIter`
    pub struct FutureIter: FUTURE_ITER {
        values {
            /// The future; unbound once it has ended.
            future: Value,
        }
        storage {}
        data {}
    }
}

/// `_asyncio.FutureIter`
pub static FUTURE_ITER: TypeSpec = TypeSpec {
    module: "_asyncio",
    flags: TypeFlags::NO_NEW,
    next: Some(next),
    methods: METHODS,
    ..TypeSpec::named("FutureIter", NativeLayout::of::<FutureIter>())
};

static METHODS: &[Method] = &[
    method("__iter__($self, /)", |_, args| Ok(args[0]), "Implement iter(self)."),
    method("send($self, value, /)", send, ""),
    method("throw($self, typ, val=None, tb=None, /)", throw, ""),
    method("close($self, /)", close, ""),
];

/// `__await__` and `__iter__` of a future.
pub fn iterate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = future::initialised(th, args[0])?;
    Ok(FutureIter::allocate(th, own.value())?.value())
}

fn next(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<FutureIter>(own)?;
    let waiting = th.read(own)?.future.get();
    if waiting.is_unbound() {
        return Ok(None);
    }
    let future: Ref<Future> = th.receiver::<Future>(waiting)?;
    {
        let state = th.write(future)?;
        let bits = state.bits.get();
        if bits & bit::DONE == 0 {
            if bits & bit::BLOCKING == 0 {
                state.bits.set(state.token(), bits | bit::BLOCKING);
                return Ok(Some(waiting));
            }
            return Err(th.runtime_error("await wasn't used with future"));
        }
    }
    let state = th.write(own)?;
    state.future.set(state.token(), Value::UNBOUND);
    let result = future::result(th, future)?;
    if result.is_none() {
        Ok(None)
    } else {
        Err(th.raise_with(classes::STOP_ITERATION.class(), &[result]))
    }
}

fn send(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match next(th, args[0])? {
        Some(value) => Ok(value),
        None => Err(th.raise_with(classes::STOP_ITERATION.class(), &[])),
    }
}

fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<FutureIter>(args[0])?;
    let state = th.write(own)?;
    state.future.set(state.token(), Value::UNBOUND);
    Ok(Value::NONE)
}

fn throw(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    close(th, args)?;
    drive::prepare(th, &args[1..])?;
    Err(Raised::Exception)
}
