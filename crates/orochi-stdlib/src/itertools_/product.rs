//! `product`.

use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::ValueArray;
use orochi_vm::types::tuple::Tuple;

heap_object! {
    /// `itertools.product`
    pub struct Product: PRODUCT {
        values {
            /// The pools: a tuple of tuples.
            pools: Ref<Tuple>,
        }
        storage {
            /// The index into each pool of the next result.
            indices: Ref<ValueArray>,
        }
        data {
            /// 1 when there is no next result.
            over: u64,
        }
    }
}

/// `itertools.product`
pub static PRODUCT: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Cartesian product of input iterables.  Equivalent to nested for-loops.\n\nFor example, product(A, B) returns the same as:  ((x,y) for x in A for y in B).\nThe leftmost iterators are in the outermost for-loop, so the output tuples\ncycle in a manner similar to an odometer (with the rightmost element changing\non every iteration).\n\nTo compute the product of an iterable with itself, specify the number\nof repetitions with the optional repeat keyword argument. For example,\nproduct(A, repeat=4) means the same as product(A, A, A, A).",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, /, *iterables, repeat=1)", new, "")),
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("product", NativeLayout::of::<Product>())
};

static METHODS: &[Method] =
    &[method("__sizeof__($self, /)", sizeof, "Returns size in memory, in bytes.")];

/// The most pools: more than memory could hold indices for.
const MOST: usize = 1 << 40;

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &PRODUCT)?;
    let repeat = if args[2].is_unbound() { 1 } else { th.index_ssize(args[2])? };
    if repeat < 0 {
        return Err(th.value_error("repeat argument cannot be negative"));
    }
    let iterables = args[1].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    let count = match iterables.len().checked_mul(repeat as usize) {
        Some(count) if count < MOST => count,
        _ => return Err(th.overflow_error("repeat argument too large")),
    };
    let mut pools = RootVec::new();
    if repeat > 0 {
        for &iterable in iterables.as_slice() {
            let pool = Tuple::from_iterable(th, iterable)?;
            pools.push(pool.value());
        }
    }
    let repeated = if count == 0 { 0 } else { repeat as usize };
    let pools = Tuple::from_parts(th, [pools.as_slice()], repeated)?;
    let indices = ValueArray::new(th, count)?;
    for at in 0..count {
        indices.put(at, Value::from_i32(0));
    }
    let empty = pools.as_slice().iter().any(|&pool| length(pool) == 0);
    Ok(Product::allocate_as(th, shape, pools, indices, u64::from(empty))?.value())
}

fn item(pool: Value, index: usize) -> Value {
    pool.cast::<Tuple>().map_or(Value::NONE, |pool| pool.get(index))
}

fn length(pool: Value) -> usize {
    pool.cast::<Tuple>().map_or(0, |pool| pool.len())
}

fn next(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Product>(own)?;
    let state = th.write(own)?;
    if state.over.get() != 0 {
        return Ok(None);
    }
    let (pools, indices) = (state.pools.get(), state.indices.get());
    let count = pools.len();
    let mut items = RootVec::with_capacity(count);
    for (at, &pool) in pools.as_slice().iter().enumerate() {
        items.push(item(pool, indices.get(at).as_int() as usize));
    }
    let result = Tuple::from_slice(state.thread(), &items)?;
    let mut at = count;
    loop {
        if at == 0 {
            state.over.set(state.token(), 1);
            break;
        }
        at -= 1;
        let index = indices.get(at).as_int() + 1;
        if (index as usize) < length(pools.get(at)) {
            indices.put(at, Value::int_unchecked(index));
            break;
        }
        indices.put(at, Value::from_i32(0));
    }
    Ok(Some(result.value()))
}

fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Product>(args[0])?;
    let count = th.read(own)?.pools.get().len();
    th.int_from_i64((size_of::<Product>() + 8 * count) as i64)
}
