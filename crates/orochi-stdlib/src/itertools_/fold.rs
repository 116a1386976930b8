//! `accumulate` and `starmap`.

use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::operation::BinaryOp;
use orochi_vm::thread::Thread;
use orochi_vm::types::tuple::Tuple;

use crate::argument;

heap_object! {
    /// `itertools.accumulate`
    pub struct Accumulate: ACCUMULATE {
        values {
            /// The iterator.
            iterator: Value,
            /// The function of two arguments, or unbound for the sum.
            function: Value,
            /// What has accumulated so far, or unbound.
            total: Value,
            /// What comes first, or unbound.
            initial: Value,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// `itertools.starmap`
    pub struct StarMap: STARMAP {
        values {
            /// The function.
            function: Value,
            /// The iterator of its arguments.
            iterator: Value,
        }
        storage {}
        data {}
    }
}

/// `itertools.accumulate`
pub static ACCUMULATE: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Return series of accumulated sums (or other binary function results).",
    flags: TypeFlags::BASE,
    new: Some(function(
        "__new__($type, /, iterable, func=None, *, initial=None)",
        new_accumulate,
        "",
    )),
    next: Some(next_accumulate),
    ..TypeSpec::named("accumulate", NativeLayout::of::<Accumulate>())
};

/// `itertools.starmap`
pub static STARMAP: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, function, iterable, /)", new_starmap, "")),
    next: Some(next_starmap),
    ..TypeSpec::named("starmap", NativeLayout::of::<StarMap>())
};

fn new_accumulate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &ACCUMULATE)?;
    let iterator = th.iterate(args[1])?;
    let function = argument::given(args[2]).unwrap_or(Value::UNBOUND);
    let initial = argument::given(args[3]).unwrap_or(Value::UNBOUND);
    Ok(Accumulate::allocate_as(th, shape, iterator, function, Value::UNBOUND, initial)?.value())
}

fn next_accumulate(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Accumulate>(own)?;
    let (iterator, function, initial) = {
        let state = th.write(own)?;
        let initial = state.initial.get();
        if !initial.is_unbound() {
            state.initial.set(state.token(), Value::UNBOUND);
            state.total.set(state.token(), initial);
        }
        (state.iterator.get(), state.function.get(), initial)
    };
    if !initial.is_unbound() {
        return Ok(Some(initial));
    }
    let Some(item) = th.next(iterator)? else { return Ok(None) };
    let total = th.read(own)?.total.get();
    let total = if total.is_unbound() {
        item
    } else if function.is_unbound() {
        th.binary(BinaryOp::Add, total, item)?
    } else {
        th.call(function, &[total, item])?
    };
    let state = th.write(own)?;
    state.total.set(state.token(), total);
    Ok(Some(total))
}

fn new_starmap(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &STARMAP)?;
    let iterator = th.iterate(args[2])?;
    Ok(StarMap::allocate_as(th, shape, args[1], iterator)?.value())
}

fn next_starmap(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<StarMap>(own)?;
    let (function, iterator) = {
        let state = th.read(own)?;
        (state.function.get(), state.iterator.get())
    };
    let Some(arguments) = th.next(iterator)? else { return Ok(None) };
    let arguments = Tuple::from_iterable(th, arguments)?;
    th.call(function, arguments.as_slice()).map(Some)
}
