//! `permutations`.

use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::ValueArray;
use orochi_vm::types::tuple::Tuple;

use crate::argument;

heap_object! {
    /// `itertools.permutations`
    pub struct Permutations: PERMUTATIONS {
        values {
            /// The pool.
            pool: Ref<Tuple>,
        }
        storage {
            /// All indices into the pool, those of the next result first.
            indices: Ref<ValueArray>,
            /// For each place of the result, how many indices are still to stand there.
            cycles: Ref<ValueArray>,
        }
        data {
            /// 1 when there is no next result.
            over: u64,
        }
    }
}

/// `itertools.permutations`
pub static PERMUTATIONS: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Return successive r-length permutations of elements in the iterable.\n\npermutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, /, iterable, r=None)", new, "")),
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("permutations", NativeLayout::of::<Permutations>())
};

static METHODS: &[Method] =
    &[method("__sizeof__($self, /)", sizeof, "Returns size in memory, in bytes.")];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &PERMUTATIONS)?;
    let pool = Tuple::from_iterable(th, args[1])?;
    let length = pool.len();
    let count = match argument::given(args[2]) {
        None => length,
        Some(count) => {
            if th.index_or_none(count)?.is_none() {
                return Err(th.type_error("Expected int as r"));
            }
            let count = th.index_ssize(count)?;
            if count < 0 {
                return Err(th.value_error("r must be non-negative"));
            }
            count as usize
        }
    };
    let over = count > length;
    let indices = ValueArray::new(th, length)?;
    for at in 0..length {
        indices.put(at, Value::int_unchecked(at as i64));
    }
    let cycles = ValueArray::new(th, if over { 0 } else { count })?;
    for at in 0..cycles.capacity() {
        cycles.put(at, Value::int_unchecked((length - at) as i64));
    }
    Ok(Permutations::allocate_as(th, shape, pool, indices, cycles, u64::from(over))?.value())
}

fn next(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Permutations>(own)?;
    let state = th.write(own)?;
    if state.over.get() != 0 {
        return Ok(None);
    }
    let (pool, indices, cycles) = (state.pool.get(), state.indices.get(), state.cycles.get());
    let (length, count) = (pool.len(), cycles.capacity());
    let mut items = RootVec::with_capacity(count);
    for at in 0..count {
        items.push(pool.get(indices.get(at).as_int() as usize));
    }
    let result = Tuple::from_slice(state.thread(), &items)?;
    let mut more = false;
    for at in (0..count).rev() {
        let left = cycles.get(at).as_int() - 1;
        if left == 0 {
            // All have stood here: the first of them goes behind the others.
            let first = indices.get(at);
            indices.move_within(at + 1, at, length - at - 1);
            indices.put(length - 1, first);
            cycles.put(at, Value::int_unchecked((length - at) as i64));
        } else {
            cycles.put(at, Value::int_unchecked(left));
            let other = length - left as usize;
            let (a, b) = (indices.get(at), indices.get(other));
            indices.put(at, b);
            indices.put(other, a);
            more = true;
            break;
        }
    }
    if !more {
        state.over.set(state.token(), 1);
    }
    Ok(Some(result.value()))
}

fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Permutations>(args[0])?;
    let count = {
        let state = th.read(own)?;
        state.indices.get().capacity() + state.cycles.get().capacity()
    };
    th.int_from_i64((size_of::<Permutations>() + 8 * count) as i64)
}
