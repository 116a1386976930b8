//! `zip`

use super::several::{Row, check_ends, iterators_of, take_row};
use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::tuple::Tuple;

heap_object! {
    /// Tuples of one item from each iterator.
    pub struct Zip: ZIP {
        values {
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

/// `zip`
pub static ZIP: TypeSpec = TypeSpec {
    doc: "The zip object yields n-length tuples, where n is the number of iterables\n\
          passed as positional arguments to zip().  The i-th element in every tuple\n\
          comes from the i-th iterable argument to zip().  This continues until the\n\
          shortest argument is exhausted.\n\n\
          If strict is true and one of the arguments is exhausted before the others,\n\
          raise a ValueError.\n\n   \
          >>> list(zip('abcdefg', range(3), range(4)))\n   \
          [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($cls, /, *iterables, strict=False)", new, "")),
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("zip", NativeLayout::of::<Zip>())
};

static METHODS: &[Method] = &[
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", setstate, "Set state information for unpickling."),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &ZIP)?;
    let strict = !args[2].is_unbound() && th.is_true(args[2])?;
    let iterators = iterators_of(th, args[1])?;
    Ok(Zip::allocate_as(th, shape, iterators, u64::from(strict))?.value())
}

fn parts(th: &mut Thread, value: Value) -> Result<(Ref<Tuple>, bool), Raised> {
    let own = th.receiver::<Zip>(value)?;
    let state = th.read(own)?;
    Ok((state.iterators.get(), state.strict.get() != 0))
}

fn next(th: &mut Thread, value: Value) -> Result<Option<Value>, Raised> {
    let (iterators, strict) = parts(th, value)?;
    if iterators.is_empty() {
        return Ok(None);
    }
    match take_row(th, iterators, |th, items| Tuple::from_slice(th, items))? {
        Row::Full(tuple) => Ok(Some(tuple.value())),
        Row::Ended(at) => {
            if strict {
                check_ends(th, "zip", iterators, at)?;
            }
            Ok(None)
        }
    }
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (iterators, strict) = parts(th, args[0])?;
    let class = th.class_of(args[0]).value();
    th.reduced_with(class, iterators.as_slice(), strict.then_some(Value::TRUE))
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Zip>(args[0])?;
    let strict = th.is_true(args[1])?;
    let state = th.write(own)?;
    state.strict.set(state.token(), u64::from(strict));
    Ok(Value::NONE)
}
