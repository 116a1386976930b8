//! `map`

use super::several::{Row, check_ends, iterators_of, take_row};
use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::tuple::Tuple;

heap_object! {
    /// The results of a function of one item from each iterator.
    pub struct Map: MAP {
        values {
            /// The function.
            function: Value,
            /// The iterators.
            iterators: Ref<Tuple>,
        }
        storage {}
        data {
            /// 1 if all must end together.
            strict: u64,
        }
    }
}

/// `map`
pub static MAP: TypeSpec = TypeSpec {
    doc: "Make an iterator that computes the function using arguments from\n\
          each of the iterables.  Stops when the shortest iterable is exhausted.\n\n\
          If strict is true and one of the arguments is exhausted before the others,\n\
          raise a ValueError.",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($cls, /, *args, strict=False)", new, "")),
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("map", NativeLayout::of::<Map>())
};

static METHODS: &[Method] = &[
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", setstate, "Set state information for unpickling."),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &MAP)?;
    let strict = !args[2].is_unbound() && th.is_true(args[2])?;
    let given = args[1].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    let [function, iterables @ ..] = given.as_slice() else { return Err(too_few(th)) };
    if iterables.is_empty() {
        return Err(too_few(th));
    }
    let iterables = Tuple::from_slice(th, iterables)?;
    let iterators = iterators_of(th, iterables.value())?;
    Ok(Map::allocate_as(th, shape, *function, iterators, u64::from(strict))?.value())
}

#[cold]
fn too_few(th: &Thread) -> Raised {
    th.type_error("map() must have at least two arguments.")
}

fn parts(th: &mut Thread, value: Value) -> Result<(Value, Ref<Tuple>, bool), Raised> {
    let own = th.receiver::<Map>(value)?;
    let state = th.read(own)?;
    Ok((state.function.get(), state.iterators.get(), state.strict.get() != 0))
}

fn next(th: &mut Thread, value: Value) -> Result<Option<Value>, Raised> {
    let (function, iterators, strict) = parts(th, value)?;
    match take_row(th, iterators, |th, items| th.call(function, items))? {
        Row::Full(value) => Ok(Some(value)),
        Row::Ended(at) => {
            if strict {
                check_ends(th, "map", iterators, at)?;
            }
            Ok(None)
        }
    }
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (function, iterators, strict) = parts(th, args[0])?;
    let mut arguments = RootVec::with_capacity(1 + iterators.len());
    arguments.push(function);
    arguments.extend_from_slice(iterators.as_slice());
    let class = th.class_of(args[0]).value();
    th.reduced_with(class, &arguments, strict.then_some(Value::TRUE))
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Map>(args[0])?;
    let strict = th.is_true(args[1])?;
    let state = th.write(own)?;
    state.strict.set(state.token(), u64::from(strict));
    Ok(Value::NONE)
}
