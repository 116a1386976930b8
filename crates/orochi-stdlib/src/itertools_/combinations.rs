//! `combinations` and `combinations_with_replacement`.

use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::ValueArray;
use orochi_vm::types::tuple::Tuple;

heap_object! {
    /// `combinations` or `combinations_with_replacement`; the class tells which.
    pub struct Combinations: COMBINATIONS {
        values {
            /// The pool.
            pool: Ref<Tuple>,
        }
        storage {
            /// The indices of the next result.
            indices: Ref<ValueArray>,
        }
        data {
            /// 1 when there is no next result.
            over: u64,
        }
    }
}

/// `itertools.combinations`
pub static COMBINATIONS: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Return successive r-length combinations of elements in the iterable.\n\ncombinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)",
    flags: TypeFlags::BASE,
    new: Some(function(
        "__new__($type, /, iterable, r)",
        |th, args| new(th, args, &COMBINATIONS, true),
        "",
    )),
    methods: METHODS,
    next: Some(next_distinct),
    ..TypeSpec::named("combinations", NativeLayout::of::<Combinations>())
};

/// `itertools.combinations_with_replacement`
pub static COMBINATIONS_WITH_REPLACEMENT: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.\n\ncombinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')",
    flags: TypeFlags::BASE,
    same_layout: Some(&COMBINATIONS),
    new: Some(function(
        "__new__($type, /, iterable, r)",
        |th, args| new(th, args, &COMBINATIONS_WITH_REPLACEMENT, false),
        "",
    )),
    methods: METHODS,
    next: Some(next_repeating),
    ..TypeSpec::named("combinations_with_replacement", NativeLayout::of::<Combinations>())
};

static METHODS: &[Method] =
    &[method("__sizeof__($self, /)", sizeof, "Returns size in memory, in bytes.")];

fn new(
    th: &mut Thread,
    args: &[Value],
    spec: &'static TypeSpec,
    distinct: bool,
) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], spec)?;
    let pool = Tuple::from_iterable(th, args[1])?;
    let count = th.index_ssize(args[2])?;
    if count < 0 {
        return Err(th.value_error("r must be non-negative"));
    }
    let count = count as usize;
    let over = if distinct { count > pool.len() } else { pool.is_empty() && count > 0 };
    // Where there is no result, indices are not needed, however many they would be.
    let indices = ValueArray::new(th, if over { 0 } else { count })?;
    for at in 0..indices.capacity() {
        indices.put(at, Value::int_unchecked(if distinct { at as i64 } else { 0 }));
    }
    Ok(Combinations::allocate_as(th, shape, pool, indices, u64::from(over))?.value())
}

/// The next result; `advance` changes the indices to the one after, if there is one.
fn next(
    th: &mut Thread,
    own: Value,
    advance: impl FnOnce(Ref<ValueArray>, usize) -> bool,
) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Combinations>(own)?;
    let state = th.write(own)?;
    if state.over.get() != 0 {
        return Ok(None);
    }
    let (pool, indices) = (state.pool.get(), state.indices.get());
    let mut items = RootVec::with_capacity(indices.capacity());
    for at in 0..indices.capacity() {
        items.push(pool.get(indices.get(at).as_int() as usize));
    }
    let result = Tuple::from_slice(state.thread(), &items)?;
    if !advance(indices, pool.len()) {
        state.over.set(state.token(), 1);
    }
    Ok(Some(result.value()))
}

fn next_distinct(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    next(th, own, |indices, length| {
        let count = indices.capacity();
        for at in (0..count).rev() {
            let index = indices.get(at).as_int() as usize;
            if index + count - at < length {
                for (more, behind) in (at..count).enumerate() {
                    indices.put(behind, Value::int_unchecked((index + 1 + more) as i64));
                }
                return true;
            }
        }
        false
    })
}

fn next_repeating(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    next(th, own, |indices, length| {
        let count = indices.capacity();
        for at in (0..count).rev() {
            let index = indices.get(at).as_int() as usize + 1;
            if index < length {
                for behind in at..count {
                    indices.put(behind, Value::int_unchecked(index as i64));
                }
                return true;
            }
        }
        false
    })
}

fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Combinations>(args[0])?;
    let count = th.read(own)?.indices.get().capacity();
    th.int_from_i64((size_of::<Combinations>() + 8 * count) as i64)
}
