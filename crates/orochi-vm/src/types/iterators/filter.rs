//! `filter`

use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::thread::Thread;

heap_object! {
    /// The items of an iterator that pass a test.
    pub immutable struct Filter: FILTER {
        values {
            /// The test; `None` for truth itself.
            predicate: Value,
            /// The iterator.
            iterator: Value,
        }
        storage {}
        data {}
    }
}

/// `filter`
pub static FILTER: TypeSpec = TypeSpec {
    doc: "Return an iterator yielding those items of iterable for which function(item)\n\
          is true. If function is None, return the items that are true.",
    flags: TypeFlags::BASE.and(TypeFlags::IMMUTABLE),
    new: Some(function("__new__($cls, function, iterable, /)", new, "")),
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("filter", NativeLayout::of::<Filter>())
};

static METHODS: &[Method] =
    &[method("__reduce__($self, /)", reduce, "Return state information for pickling.")];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &FILTER)?;
    let iterator = th.iterate(args[2])?;
    Ok(Filter::allocate_as(th, shape, args[1], iterator)?.value())
}

fn next(th: &mut Thread, value: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Filter>(value)?;
    let (predicate, iterator) = (own.predicate.get(), own.iterator.get());
    let by_truth = predicate.is_none() || predicate == crate::types::bool_::SPEC.class().value();
    while let Some(item) = th.next(iterator)? {
        let verdict = if by_truth { item } else { th.call(predicate, &[item])? };
        if th.is_true(verdict)? {
            return Ok(Some(item));
        }
        th.poll()?;
    }
    Ok(None)
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Filter>(args[0])?;
    let class = th.class_of(args[0]).value();
    th.reduced_with(class, &[own.predicate.get(), own.iterator.get()], None)
}
