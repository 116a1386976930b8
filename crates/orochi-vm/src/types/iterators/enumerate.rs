//! `enumerate`

use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, class_method, function, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::operation::BinaryOp;
use crate::thread::Thread;
use crate::types::tuple::Tuple;

heap_object! {
    /// Counts what another iterator gives.
    pub struct Enumerate: ENUMERATE {
        values {
            /// The other iterator.
            iterator: Value,
            /// The next number, an int.
            index: Value,
        }
        storage {}
        data {}
    }
}

/// `enumerate`
pub static ENUMERATE: TypeSpec = TypeSpec {
    doc: "Return an enumerate object.\n\n  iterable\n    an object supporting iteration\n\n\
          The enumerate object yields pairs containing a count (from start, which\n\
          defaults to zero) and a value yielded by the iterable argument.\n\n\
          enumerate is useful for obtaining an indexed list:\n    \
          (0, seq[0]), (1, seq[1]), (2, seq[2]), ...",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($cls, iterable, start=0)", new, "")),
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("enumerate", NativeLayout::of::<Enumerate>())
};

static METHODS: &[Method] = &[
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    class_method(
        "__class_getitem__($cls, object, /)",
        crate::types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &ENUMERATE)?;
    let index = if args[2].is_unbound() { Value::from_i32(0) } else { th.index(args[2])? };
    let iterator = th.iterate(args[1])?;
    Ok(Enumerate::allocate_as(th, shape, iterator, index)?.value())
}

fn next(th: &mut Thread, value: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Enumerate>(value)?;
    let iterator = th.read(own)?.iterator.get();
    let Some(item) = th.next(iterator)? else { return Ok(None) };
    loop {
        let state = th.write(own)?;
        let index = state.index.get();
        let following = if index.is_int() { index.checked_add(Value::from_i32(1)) } else { None };
        if let Some(following) = following {
            state.index.set(state.token(), following);
            return Ok(Some(Tuple::from_slice(state.thread(), &[index, item])?.value()));
        }
        let following = th.binary(BinaryOp::Add, index, Value::from_i32(1))?;
        let state = th.write(own)?;
        // Somebody else may have taken this number meanwhile.
        if state.index.get() == index {
            state.index.set(state.token(), following);
            return Ok(Some(Tuple::from_slice(state.thread(), &[index, item])?.value()));
        }
    }
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Enumerate>(args[0])?;
    let (iterator, index) = {
        let state = th.read(own)?;
        (state.iterator.get(), state.index.get())
    };
    let class = th.class_of(args[0]).value();
    th.reduced_with(class, &[iterator, index], None)
}
