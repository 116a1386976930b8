//! `pairwise` and `batched`.

use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::thread::Thread;
use orochi_vm::types::tuple::Tuple;

heap_object! {
    /// `itertools.pairwise`
    pub struct Pairwise: PAIRWISE {
        values {
            /// The iterator; unbound at the end.
            iterator: Value,
            /// The last item, or unbound before the first.
            last: Value,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// `itertools.batched`
    pub struct Batched: BATCHED {
        values {
            /// The iterator; unbound at the end.
            iterator: Value,
        }
        storage {}
        data {
            /// Items a batch.
            size: usize,
            /// 1 if the last batch must be full.
            strict: u64,
        }
    }
}

/// `itertools.pairwise`
pub static PAIRWISE: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Return an iterator of overlapping pairs taken from the input iterator.\n\n    s -> (s0,s1), (s1,s2), (s2, s3), ...",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, iterable, /)", new_pairwise, "")),
    next: Some(next_pairwise),
    ..TypeSpec::named("pairwise", NativeLayout::of::<Pairwise>())
};

/// `itertools.batched`
pub static BATCHED: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Batch data into tuples of length n. The last batch may be shorter than n.\n\nLoops over the input iterable and accumulates data into tuples\nup to size n.  The input is consumed lazily, just enough to\nfill a batch.  The result is yielded as soon as a batch is full\nor when the input iterable is exhausted.\n\n    >>> for batch in batched('ABCDEFG', 3):\n    ...     print(batch)\n    ...\n    ('A', 'B', 'C')\n    ('D', 'E', 'F')\n    ('G',)\n\nIf \"strict\" is True, raises a ValueError if the final batch is shorter\nthan n.",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, /, iterable, n, *, strict=False)", new_batched, "")),
    next: Some(next_batched),
    ..TypeSpec::named("batched", NativeLayout::of::<Batched>())
};

fn new_pairwise(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &PAIRWISE)?;
    let iterator = th.iterate(args[1])?;
    Ok(Pairwise::allocate_as(th, shape, iterator, Value::UNBOUND)?.value())
}

fn next_pairwise(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Pairwise>(own)?;
    let (iterator, mut last) = {
        let state = th.read(own)?;
        (state.iterator.get(), state.last.get())
    };
    if iterator.is_unbound() {
        return Ok(None);
    }
    if last.is_unbound() {
        let Some(first) = th.next(iterator)? else { return end(th, own) };
        let state = th.write(own)?;
        state.last.set(state.token(), first);
        if state.iterator.get().is_unbound() {
            // The iterator has asked for the next pair itself, and has come to its end.
            return Ok(None);
        }
        last = first;
    }
    let Some(item) = th.next(iterator)? else { return end(th, own) };
    let state = th.write(own)?;
    state.last.set(state.token(), item);
    Ok(Some(Tuple::from_slice(state.thread(), &[last, item])?.value()))
}

fn end(th: &mut Thread, own: orochi_vm::object::Ref<Pairwise>) -> Result<Option<Value>, Raised> {
    let state = th.write(own)?;
    state.iterator.set(state.token(), Value::UNBOUND);
    state.last.set(state.token(), Value::UNBOUND);
    Ok(None)
}

fn new_batched(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &BATCHED)?;
    let size = th.index_ssize(args[2])?;
    if size < 1 {
        return Err(th.value_error("n must be at least one"));
    }
    let strict = !args[3].is_unbound() && th.is_true(args[3])?;
    let iterator = th.iterate(args[1])?;
    Ok(Batched::allocate_as(th, shape, iterator, size as usize, u64::from(strict))?.value())
}

fn next_batched(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Batched>(own)?;
    let (iterator, size, strict) = {
        let state = th.read(own)?;
        (state.iterator.get(), state.size.get(), state.strict.get() != 0)
    };
    if iterator.is_unbound() {
        return Ok(None);
    }
    let mut items = RootVec::new();
    while items.len() < size {
        match th.next(iterator)? {
            Some(item) => items.push(item),
            None => {
                let state = th.write(own)?;
                state.iterator.set(state.token(), Value::UNBOUND);
                if items.is_empty() {
                    return Ok(None);
                }
                if strict {
                    return Err(th.value_error("batched(): incomplete batch"));
                }
                break;
            }
        }
    }
    Ok(Some(Tuple::from_slice(th, &items)?.value()))
}
