//! `zip_longest`.

use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::ValueArray;
use orochi_vm::types::tuple::Tuple;

heap_object! {
    /// `itertools.zip_longest`
    pub struct ZipLongest: ZIP_LONGEST {
        values {
            /// What stands in for items that are missing.
            fill: Value,
        }
        storage {
            /// The iterators; unbound where one is exhausted.
            iterators: Ref<ValueArray>,
        }
        data {
            /// How many are not exhausted.
            active: usize,
        }
    }
}

/// `itertools.zip_longest`
pub static ZIP_LONGEST: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Return a zip_longest object whose .__next__() method returns a tuple where\nthe i-th element comes from the i-th iterable argument.  The .__next__()\nmethod continues until the longest iterable in the argument sequence\nis exhausted and then it raises StopIteration.  When the shorter iterables\nare exhausted, the fillvalue is substituted in their place.  The fillvalue\ndefaults to None or can be specified by a keyword argument.",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, /, *iterables, fillvalue=None)", new, "")),
    next: Some(next),
    ..TypeSpec::named("zip_longest", NativeLayout::of::<ZipLongest>())
};

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &ZIP_LONGEST)?;
    let iterables = args[1].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    let fill = if args[2].is_unbound() { Value::NONE } else { args[2] };
    let mut iterators = RootVec::with_capacity(iterables.len());
    for &iterable in iterables.as_slice() {
        iterators.push(th.iterate(iterable)?);
    }
    let array = ValueArray::from_slice(th, &iterators, iterators.len())?;
    Ok(ZipLongest::allocate_as(th, shape, fill, array, iterators.len())?.value())
}

fn next(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<ZipLongest>(own)?;
    let (count, active, fill) = {
        let state = th.read(own)?;
        (state.iterators.get().capacity(), state.active.get(), state.fill.get())
    };
    if active == 0 {
        return Ok(None);
    }
    let mut items = RootVec::with_capacity(count);
    for at in 0..count {
        let iterator = th.read(own)?.iterators.get().get(at);
        let item = if iterator.is_unbound() { None } else { th.next(iterator)? };
        if let Some(item) = item {
            items.push(item);
            continue;
        }
        items.push(fill);
        let state = th.write(own)?;
        if !state.iterators.get().get(at).is_unbound() {
            state.iterators.get().put(at, Value::UNBOUND);
            let left = state.active.get().saturating_sub(1);
            state.active.set(state.token(), left);
            if left == 0 {
                return Ok(None);
            }
        }
    }
    Ok(Some(Tuple::from_slice(th, &items)?.value()))
}
