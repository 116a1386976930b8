//! `islice`.

use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::thread::Thread;
use orochi_vm::types::int;

use crate::argument;

heap_object! {
    /// `itertools.islice`
    pub struct Slice: ISLICE {
        values {
            /// The iterator; unbound at the end.
            iterator: Value,
        }
        storage {}
        data {
            /// The index of the next item to be given.
            next: i64,
            /// The end, or -1 if there is none.
            stop: i64,
            /// The distance between items.
            step: i64,
            /// How many items have been taken from the iterator.
            taken: i64,
        }
    }
}

/// `itertools.islice`
pub static ISLICE: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\nReturn an iterator whose next() method returns selected values from an\niterable.  If start is specified, will skip all preceding elements;\notherwise, start defaults to zero.  Step defaults to one.  If\nspecified as another value, step determines how many values are\nskipped between successive calls.  Works like a slice() on a list\nbut returns an iterator.",
    flags: TypeFlags::BASE,
    new: Some(function(
        "__new__($type, iterable, start, stop=<unrepresentable>, step=<unrepresentable>, /)",
        new,
        "",
    )),
    next: Some(next),
    ..TypeSpec::named("islice", NativeLayout::of::<Slice>())
};

/// A bound: `otherwise` for None.
fn bound(th: &mut Thread, value: Value, otherwise: i64, message: &str) -> Result<i64, Raised> {
    let Some(value) = argument::given(value) else { return Ok(otherwise) };
    let index = match th.index_or_none(value) {
        Ok(index) => index,
        Err(raised) if th.catch(raised, &classes::TYPE_ERROR).is_some() => None,
        Err(raised) => return Err(raised),
    };
    match index.and_then(int::as_i64) {
        Some(number) if number >= 0 => Ok(number),
        _ => Err(th.value_error(message)),
    }
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    const BOUNDS: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    let shape = th.instance_shape(args[0], &ISLICE)?;
    let (start, stop) = if args[3].is_unbound() {
        let message =
            "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
        (0, bound(th, args[2], -1, message)?)
    } else {
        let start = bound(th, args[2], 0, BOUNDS)?;
        let message =
            "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
        (start, bound(th, args[3], -1, message)?)
    };
    let message = "Step for islice() must be a positive integer or None.";
    let step = bound(th, args[4], 1, message)?;
    if step < 1 {
        return Err(th.value_error(message));
    }
    let iterator = th.iterate(args[1])?;
    Ok(Slice::allocate_as(th, shape, iterator, start, stop, step, 0)?.value())
}

fn next(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Slice>(own)?;
    let (iterator, mut skip) = {
        let state = th.write(own)?;
        let iterator = state.iterator.get();
        if iterator.is_unbound() {
            return Ok(None);
        }
        let (next, stop, taken) = (state.next.get(), state.stop.get(), state.taken.get());
        if stop >= 0 && next >= stop {
            // What lies before the end is taken all the same.
            let skip = stop - taken;
            state.taken.set(state.token(), stop.max(taken));
            state.iterator.set(state.token(), Value::UNBOUND);
            (iterator, -skip.max(0) - 1)
        } else {
            state.taken.set(state.token(), next + 1);
            let following = next.checked_add(state.step.get()).unwrap_or(i64::MAX);
            let limited = if stop >= 0 { following.min(stop) } else { following };
            state.next.set(state.token(), limited);
            (iterator, next - taken)
        }
    };
    if skip < 0 {
        for _ in 0..-skip - 1 {
            if th.next(iterator)?.is_none() {
                break;
            }
        }
        return Ok(None);
    }
    loop {
        match th.next(iterator)? {
            Some(item) if skip == 0 => return Ok(Some(item)),
            Some(_) => {
                skip -= 1;
                th.poll()?;
            }
            None => {
                let state = th.write(own)?;
                state.iterator.set(state.token(), Value::UNBOUND);
                return Ok(None);
            }
        }
    }
}
