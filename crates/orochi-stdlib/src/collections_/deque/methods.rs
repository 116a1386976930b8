//! Methods of `deque` that compare no items.

use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::int;
use orochi_vm::types::list::List;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::object::{Deque, Ring};
use super::{DEQUE, iterator};
use crate::argument;

pub fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &DEQUE)?;
    Ok(Deque::new_as(th, shape, -1)?.value())
}

pub fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let limit = match argument::given(args[2]) {
        None => -1,
        Some(limit) => match th.index_or_none(limit)? {
            None => return Err(th.type_error("an integer is required")),
            Some(limit) => match int::as_i64(limit) {
                Some(limit) if limit >= 0 => limit,
                Some(_) => return Err(th.value_error("maxlen must be non-negative")),
                None => {
                    return Err(th.overflow_error("Python int too large to convert to C ssize_t"));
                }
            },
        },
    };
    {
        let state = th.write(deque)?;
        state.limit.set(state.token(), limit);
        if state.len() > 0 {
            state.replace(&[])?;
        }
    }
    if !args[1].is_unbound() {
        extend_by(th, deque, args[1], false)?;
    }
    Ok(Value::NONE)
}

pub fn maxlen(th: &mut Thread, own: Value) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(own)?;
    let limit = th.read(deque)?.limit.get();
    if limit < 0 { Ok(Value::NONE) } else { th.int_from_i64(limit) }
}

pub fn append(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    th.write(deque)?.push_back(args[1])?;
    Ok(Value::NONE)
}

pub fn appendleft(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    th.write(deque)?.push_front(args[1])?;
    Ok(Value::NONE)
}

pub fn pop(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    match th.write(deque)?.take_back()? {
        Some(item) => Ok(item),
        None => Err(th.index_error("pop from an empty deque")),
    }
}

pub fn popleft(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    match th.write(deque)?.take_front()? {
        Some(item) => Ok(item),
        None => Err(th.index_error("pop from an empty deque")),
    }
}

pub fn clear(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    th.write(deque)?.replace(&[])?;
    Ok(Value::NONE)
}

/// The items of a deque as they are now.
pub fn snapshot(th: &mut Thread, deque: Ref<Deque>) -> Result<RootVec, Raised> {
    let mut items = RootVec::new();
    th.read(deque)?.copy_to(&mut items);
    Ok(items)
}

/// Adds what an iterable gives, on the right or on the left.
fn extend_by(
    th: &mut Thread,
    deque: Ref<Deque>,
    iterable: Value,
    left: bool,
) -> Result<(), Raised> {
    // A list, a tuple or a deque is added at once.
    let whole =
        if iterable.cast_exact::<List>().is_some() || iterable.cast_exact::<Tuple>().is_some() {
            let mut items = RootVec::new();
            th.collect(iterable, &mut items)?;
            Some(items)
        } else if let Some(other) = iterable.cast_exact::<Deque>() {
            Some(snapshot(th, other)?)
        } else {
            None
        };
    if let Some(items) = whole {
        let state = th.write(deque)?;
        for &item in items.as_slice() {
            if left { state.push_front(item)? } else { state.push_back(item)? }
        }
        return Ok(());
    }
    th.for_each(iterable, |th, item| {
        let state = th.write(deque)?;
        if left { state.push_front(item) } else { state.push_back(item) }
    })
}

pub fn extend(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    extend_by(th, deque, args[1], false)?;
    Ok(Value::NONE)
}

pub fn extendleft(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    extend_by(th, deque, args[1], true)?;
    Ok(Value::NONE)
}

/// A deque of the same class with these items.
fn like(th: &mut Thread, own: Value, items: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(own)?;
    let limit = th.read(deque)?.limit.get();
    let class = th.class_of(own);
    if class == DEQUE.class() {
        let made = Deque::new_as(th, DEQUE.shape(), limit)?;
        let keep = if limit < 0 { items.len() } else { items.len().min(limit as usize) };
        th.write(made)?.replace(&items[items.len() - keep..])?;
        return Ok(made.value());
    }
    let list = List::from_slice(th, items)?.value();
    let made = if limit < 0 {
        th.call(class.value(), &[list])?
    } else {
        let limit = th.int_from_i64(limit)?;
        th.call(class.value(), &[list, limit])?
    };
    if made.cast::<Deque>().is_none() {
        return Err(th.type_error(format!(
            "{}() must return a deque, not {}",
            class.display_name(),
            th.type_name(made)
        )));
    }
    Ok(made)
}

pub fn copy(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let items = snapshot(th, deque)?;
    like(th, args[0], &items)
}

pub fn insert(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let index = th.index_ssize(args[1])?;
    let state = th.write(deque)?;
    if state.is_full() {
        return Err(th.index_error("deque already at its maximum size"));
    }
    let length = state.len() as i64;
    let at = if index < 0 { (index + length).max(0) } else { index.min(length) };
    state.insert(at as usize, args[2])?;
    Ok(Value::NONE)
}

pub fn reverse(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let state = th.write(deque)?;
    let length = state.len();
    for low in 0..length / 2 {
        let high = length - 1 - low;
        let (a, b) = (state.get(low), state.get(high));
        state.put(low, b);
        state.put(high, a);
    }
    if length > 1 {
        state.changed();
    }
    Ok(Value::NONE)
}

pub fn rotate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let count = if args[1].is_unbound() { 1 } else { th.index_ssize(args[1])? };
    let state = th.write(deque)?;
    let length = state.len() as i64;
    if length > 1 {
        // To the right by n is to the left by -n.
        let left = (i128::from(-1) * i128::from(count)).rem_euclid(i128::from(length));
        state.rotate_left(left as usize);
    }
    Ok(Value::NONE)
}

pub fn len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let length = th.read(deque)?.len();
    th.int_from_i64(length as i64)
}

/// The index that a subscript means, negative ones counted from the end.
fn subscript(th: &mut Thread, key: Value) -> Result<i64, Raised> {
    match th.index_or_none(key)? {
        Some(_) => th.index_i64(key),
        None => {
            Err(th
                .type_error(format!("sequence index must be integer, not '{}'", th.type_name(key))))
        }
    }
}

fn position(index: i64, length: usize) -> Option<usize> {
    let index = if index < 0 { index.wrapping_add(length as i64) } else { index };
    usize::try_from(index).ok().filter(|&index| index < length)
}

pub fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let index = subscript(th, args[1])?;
    let state = th.read(deque)?;
    match position(index, state.len()) {
        Some(at) => Ok(state.get(at)),
        None => Err(th.index_error("deque index out of range")),
    }
}

pub fn setitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let index = subscript(th, args[1])?;
    let state = th.write(deque)?;
    match position(index, state.len()) {
        Some(at) => state.put(at, args[2]),
        None => return Err(th.index_error("deque index out of range")),
    }
    Ok(Value::NONE)
}

pub fn delitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let index = subscript(th, args[1])?;
    let state = th.write(deque)?;
    match position(index, state.len()) {
        Some(at) => state.remove(at)?,
        None => return Err(th.index_error("deque index out of range")),
    }
    Ok(Value::NONE)
}

pub fn add(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let Some(other) = args[1].cast::<Deque>() else {
        return Err(th.type_error(format!(
            "can only concatenate deque (not \"{}\") to deque",
            th.type_name(args[1])
        )));
    };
    let mut items = RootVec::new();
    let (first, second) = th.read2(deque, other)?;
    first.copy_to(&mut items);
    second.copy_to(&mut items);
    like(th, args[0], &items)
}

pub fn iadd(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    extend_by(th, deque, args[1], false)?;
    Ok(args[0])
}

/// The items `times` over; of what a limit cuts off only as much as is needed.
fn repeated(th: &mut Thread, deque: Ref<Deque>, times: i64) -> Result<RootVec, Raised> {
    let mut items = RootVec::new();
    let state = th.read(deque)?;
    let (length, limit) = (state.len(), state.limit.get());
    let mut times = if length == 0 { 0 } else { times.max(0) as usize };
    if limit >= 0 && length > 0 {
        times = times.min((limit as usize).div_ceil(length) + 1);
    }
    if length.checked_mul(times).is_none_or(|total| total > isize::MAX as usize / 16) {
        return Err(th.memory_error());
    }
    for _ in 0..times {
        state.copy_to(&mut items);
    }
    Ok(items)
}

pub fn mul(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    if th.index_or_none(args[1])?.is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let times = th.index_ssize(args[1])?;
    let items = repeated(th, deque, times)?;
    like(th, args[0], &items)
}

pub fn imul(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    if th.index_or_none(args[1])?.is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let times = th.index_ssize(args[1])?;
    let items = repeated(th, deque, times)?;
    let state = th.write(deque)?;
    let keep = match state.limit.get() {
        limit if limit < 0 => items.len(),
        limit => items.len().min(limit as usize),
    };
    state.replace(&items[items.len() - keep..])?;
    Ok(args[0])
}

pub fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let text = th.repr_guarded(args[0], "[...]", |th| repr_of(th, args[0]))?;
    Ok(text.value())
}

fn repr_of(th: &mut Thread, own: Value) -> Result<Ref<Str>, Raised> {
    let deque = th.receiver::<Deque>(own)?;
    let items = snapshot(th, deque)?;
    let limit = th.read(deque)?.limit.get();
    let list = List::from_slice(th, &items)?;
    let items = th.repr(list.value())?;
    let name = th.class_of(own).display_name();
    let head = th.new_str(&format!("{name}("))?;
    let tail = if limit < 0 { ")".to_owned() } else { format!(", maxlen={limit})") };
    let tail = th.new_str(&tail)?;
    let parts = List::from_slice(th, &[head.value(), items.value(), tail.value()])?;
    let empty = th.vm.empty_str.get().value();
    let text = th.call_method(empty, name!(th, "join"), &[parts.value()])?;
    th.str(text)
}

pub fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let limit = th.read(deque)?.limit.get();
    let state = th.call_method(args[0], name!(th, "__getstate__"), &[])?;
    let iterator = iterator::forwards(th, args)?;
    let arguments = if limit < 0 {
        th.vm.empty_tuple.get()
    } else {
        let limit = th.int_from_i64(limit)?;
        let none = th.vm.empty_tuple.get().value();
        Tuple::from_slice(th, &[none, limit])?
    };
    let class = th.class_of(args[0]).value();
    Ok(Tuple::from_slice(th, &[class, arguments.value(), state, iterator])?.value())
}

pub fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let deque = th.receiver::<Deque>(args[0])?;
    let capacity = th.read(deque)?.ring.get().capacity();
    th.int_from_i64((size_of::<Deque>() + 16 + 8 * capacity) as i64)
}
