//! `chain`.

use orochi_vm::class::{Class, Method, NativeLayout, TypeFlags, TypeSpec, class_method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types;

heap_object! {
    /// `itertools.chain`
    pub struct Chain: CHAIN {
        values {
            /// The iterator of iterables; unbound when it is exhausted.
            sources: Value,
            /// The iterator in use, or unbound.
            active: Value,
        }
        storage {}
        data {}
    }
}

/// `itertools.chain`
pub static CHAIN: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Return a chain object whose .__next__() method returns elements from the\nfirst iterable until it is exhausted, then elements from the next\niterable, until all of the iterables are exhausted.",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, /, *iterables)", new, "")),
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("chain", NativeLayout::of::<Chain>())
};

static METHODS: &[Method] = &[
    class_method(
        "from_iterable($cls, iterable, /)",
        from_iterable,
        "Alternative chain() constructor taking a single iterable argument that evaluates lazily.",
    ),
    class_method(
        "__class_getitem__($cls, object, /)",
        types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &CHAIN)?;
    let sources = th.iterate(args[1])?;
    Ok(Chain::allocate_as(th, shape, sources, Value::UNBOUND)?.value())
}

fn from_iterable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let sources = th.iterate(args[1])?;
    let shape = match args[0].cast::<Class>() {
        Some(class) => class.root_shape(),
        None => CHAIN.shape(),
    };
    Ok(Chain::allocate_as(th, shape, sources, Value::UNBOUND)?.value())
}

fn next(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Chain>(own)?;
    loop {
        let (sources, active) = {
            let state = th.read(own)?;
            (state.sources.get(), state.active.get())
        };
        if !active.is_unbound() {
            if let Some(item) = th.next(active)? {
                return Ok(Some(item));
            }
            let state = th.write(own)?;
            // Unless another thread has gone on already.
            if state.active.get() == active {
                state.active.set(state.token(), Value::UNBOUND);
            }
            continue;
        }
        if sources.is_unbound() {
            return Ok(None);
        }
        let following = match th.next(sources) {
            Ok(Some(iterable)) => th.iterate(iterable).map(Some),
            other => other,
        };
        match following {
            Ok(Some(iterator)) => {
                let state = th.write(own)?;
                state.active.set(state.token(), iterator);
            }
            Ok(None) => {
                let state = th.write(own)?;
                state.sources.set(state.token(), Value::UNBOUND);
                if state.active.get().is_unbound() {
                    return Ok(None);
                }
            }
            Err(Raised::Abort) => return Err(Raised::Abort),
            Err(raised) => {
                // A chain that has failed is at its end.
                let state = th.write(own)?;
                state.sources.set(state.token(), Value::UNBOUND);
                return Err(raised);
            }
        }
    }
}
