//! `reversed`

use super::sequence::is_end;
use crate::class::{Method, NativeLayout, Special, TypeFlags, TypeSpec, function, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::thread::Thread;

heap_object! {
    /// The items of a sequence from the last to the first.
    pub struct Reversed: REVERSED {
        values {
            /// The sequence; unbound when the end was reached.
            sequence: Value,
        }
        storage {}
        data {
            /// The next index; negative at the end.
            index: i64,
        }
    }
}

/// `reversed`
pub static REVERSED: TypeSpec = TypeSpec {
    doc: "Return a reverse iterator over the values of the given sequence.",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($cls, object, /)", new, "")),
    methods: METHODS,
    next: Some(next),
    ..TypeSpec::named("reversed", NativeLayout::of::<Reversed>())
};

static METHODS: &[Method] = &[
    method(
        "__length_hint__($self, /)",
        length_hint,
        "Private method returning an estimate of len(list(it)).",
    ),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", setstate, "Set state information for unpickling."),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &REVERSED)?;
    let sequence = args[1];
    let class = th.class_of(sequence);
    let refused = |th: &Thread| {
        th.type_error(format!("'{}' object is not reversible", th.type_name(sequence)))
    };
    match class.special(th, Special::Reversed) {
        Some(method) if method.is_none() => return Err(refused(th)),
        Some(_) => {
            if let Some(iterator) = th.call_special(sequence, Special::Reversed, &[])? {
                return Ok(iterator);
            }
        }
        None => {}
    }
    let is_sequence = class.special(th, Special::GetItem).is_some()
        && class.special(th, Special::Len).is_some()
        && !class.has(crate::class::flags::MAPPING);
    if !is_sequence {
        return Err(refused(th));
    }
    let length = th.length(sequence)? as i64;
    Ok(Reversed::allocate_as(th, shape, sequence, length - 1)?.value())
}

fn next(th: &mut Thread, value: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Reversed>(value)?;
    let (sequence, index) = {
        let state = th.read(own)?;
        (state.sequence.get(), state.index.get())
    };
    if sequence.is_unbound() {
        return Ok(None);
    }
    if index >= 0 {
        let key = th.int_from_i64(index)?;
        match th.get_item(sequence, key) {
            Ok(item) => {
                let state = th.write(own)?;
                state.index.set(state.token(), index - 1);
                return Ok(Some(item));
            }
            Err(raised) if is_end(th, raised) => {
                th.take_exception();
            }
            Err(raised) => return Err(raised),
        }
    }
    let state = th.write(own)?;
    state.sequence.set(state.token(), Value::UNBOUND);
    state.index.set(state.token(), -1);
    Ok(None)
}

fn state(th: &mut Thread, value: Value) -> Result<Option<(Value, i64)>, Raised> {
    let own = th.receiver::<Reversed>(value)?;
    let state = th.read(own)?;
    let sequence = state.sequence.get();
    Ok((!sequence.is_unbound()).then(|| (sequence, state.index.get())))
}

fn length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some((sequence, index)) = state(th, args[0])? else { return Ok(Value::from_i32(0)) };
    let length = th.length(sequence)? as i64;
    // A sequence that has become shorter has nothing at that index.
    th.int_from_i64(if length < index + 1 { 0 } else { index + 1 })
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = th.class_of(args[0]).value();
    match state(th, args[0])? {
        Some((sequence, index)) => {
            let index = th.int_from_i64(index)?;
            th.reduced_with(class, &[sequence], Some(index))
        }
        None => {
            let empty = th.vm.empty_tuple.get().value();
            th.reduced_with(class, &[empty], None)
        }
    }
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Reversed>(args[0])?;
    let index = th.index_ssize(args[1])?;
    let Some((sequence, _)) = state(th, args[0])? else { return Ok(Value::NONE) };
    let length = th.length(sequence)? as i64;
    let state = th.write(own)?;
    state.index.set(state.token(), index.clamp(-1, length - 1));
    Ok(Value::NONE)
}
