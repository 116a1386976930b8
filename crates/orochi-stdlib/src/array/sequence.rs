//! Methods that look at an array, and operators.

use orochi_text::TextBuf;
use orochi_vm::class::{Special, flags};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::operation::Comparison;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::memoryview::{Memory, View};
use orochi_vm::types::slice::Slice;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::change::{index_of, position};
use super::object::{Array, ArrayIterator, as_array};

/// Bytes `count` times over.
pub(super) fn repeated(th: &Thread, bytes: &[u8], count: usize) -> Result<Vec<u8>, Raised> {
    match bytes.len().checked_mul(count) {
        Some(length) if length <= isize::MAX as usize / 2 => {
            let mut out = Vec::new();
            if out.try_reserve_exact(length).is_err() {
                return Err(th.memory_error());
            }
            for _ in 0..count {
                out.extend_from_slice(bytes);
            }
            Ok(out)
        }
        _ => Err(th.memory_error()),
    }
}

pub(super) fn len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let length = th.receiver::<Array>(args[0])?.len(th)?;
    th.int_from_u64(length as u64)
}

pub(super) fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    if let Some(slice) = args[1].cast::<Slice>() {
        let bounds = slice.bounds(th)?;
        let kind = array.kind.get();
        let all = array.to_vec(th)?;
        let picked = bounds.pick(all.len() / kind.size);
        if picked.step == 1 || picked.count == 0 {
            let from = (picked.start * kind.size).min(all.len());
            return Ok(
                Array::with_bytes(th, kind, &all[from..][..picked.count * kind.size])?.value()
            );
        }
        let chosen: Vec<u8> = (0..picked.count)
            .flat_map(|n| all[picked.index(n) * kind.size..][..kind.size].iter().copied())
            .collect();
        return Ok(Array::with_bytes(th, kind, &chosen)?.value());
    }
    let index = if args[1].is_int() { args[1].as_int() } else { index_of(th, args[1])? };
    let length = array.len(th)?;
    let item = match position(index, length) {
        Some(at) => array.get(th, at)?,
        None => None,
    };
    item.ok_or_else(|| th.index_error("array index out of range"))
}

/// Calls `visit` with every item until it says that this is enough.
fn visit(
    th: &mut Thread,
    array: Ref<Array>,
    from: usize,
    mut visit: impl FnMut(&mut Thread, usize, Value) -> Result<bool, Raised>,
) -> Result<(), Raised> {
    let mut at = from;
    while let Some(item) = array.get(th, at)? {
        if visit(th, at, item)? {
            break;
        }
        at += 1;
        if at.is_multiple_of(1024) {
            th.poll()?;
        }
    }
    Ok(())
}

pub(super) fn contains(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let mut found = false;
    visit(th, array, 0, |th, _, item| {
        found = th.equal(item, args[1])?;
        Ok(found)
    })?;
    Ok(Value::from_bool(found))
}

pub(super) fn count(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let mut count = 0;
    visit(th, array, 0, |th, _, item| {
        count += i64::from(th.equal(item, args[1])?);
        Ok(false)
    })?;
    th.int_from_i64(count)
}

pub(super) fn index(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let length = array.len(th)? as i64;
    let bound = |th: &mut Thread, value: Value, default: i64| -> Result<usize, Raised> {
        let given = if value.is_unbound() { default } else { th.index_clamped(value)? };
        let given = if given < 0 { given.saturating_add(length).max(0) } else { given };
        Ok(usize::try_from(given).unwrap_or(usize::MAX))
    };
    let start = bound(th, args[2], 0)?;
    let stop = bound(th, args[3], i64::MAX)?;
    let mut found = None;
    visit(th, array, start, |th, at, item| {
        if at >= stop {
            return Ok(true);
        }
        if th.equal(item, args[1])? {
            found = Some(at);
        }
        Ok(found.is_some())
    })?;
    match found {
        Some(at) => th.int_from_u64(at as u64),
        None => Err(th.value_error("array.index(x): x not in array")),
    }
}

/// All items as a list.
fn items(th: &mut Thread, array: Ref<Array>) -> Result<Ref<List>, Raised> {
    let mut values = RootVec::new();
    visit(th, array, 0, |_, _, item| {
        values.push(item);
        Ok(false)
    })?;
    List::from_slice(th, values.as_slice())
}

pub(super) fn tolist(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    Ok(items(th, array)?.value())
}

pub(super) fn tobytes(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let bytes = th.receiver::<Array>(args[0])?.to_vec(th)?;
    Ok(th.new_bytes(&bytes)?.value())
}

/// The characters as a string.
fn text(th: &mut Thread, array: Ref<Array>) -> Result<Value, Raised> {
    let bytes = array.to_vec(th)?;
    let mut out = TextBuf::new();
    for item in bytes.chunks_exact(4) {
        let code = u32::from_le_bytes([item[0], item[1], item[2], item[3]]);
        if code > orochi_text::MAX_CODE_POINT {
            return Err(
                th.value_error(format!("character U+{code:x} is not in range [U+0000; U+10ffff]"))
            );
        }
        out.push(code);
    }
    Ok(th.new_text(out)?.value())
}

pub(super) fn tounicode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    if !array.kind.get().is_text() {
        return Err(
            th.value_error("tounicode() may only be called on unicode type arrays ('u' or 'w')")
        );
    }
    text(th, array)
}

pub(super) fn tofile(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    const BLOCK: usize = 64 << 10;
    let bytes = th.receiver::<Array>(args[0])?.to_vec(th)?;
    for block in bytes.chunks(BLOCK) {
        let block = th.new_bytes(block)?.value();
        th.call_method(args[1], name!(th, "write"), &[block])?;
    }
    Ok(Value::NONE)
}

pub(super) fn buffer_info(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let address = th.read(array.bytes.get())?.as_slice().as_ptr().addr();
    let length = array.len(th)?;
    let pair = [th.int_from_u64(address as u64)?, th.int_from_u64(length as u64)?];
    Ok(Tuple::from_slice(th, &pair)?.value())
}

pub(super) fn copy(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let bytes = array.to_vec(th)?;
    Ok(Array::with_bytes(th, array.kind.get(), &bytes)?.value())
}

pub(super) fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let kind = array.kind.get();
    let mut out = TextBuf::new();
    out.push_str(&th.class_of(args[0]).display_name());
    out.push_str(&format!("('{}'", char::from(kind.code)));
    if array.len(th)? > 0 {
        let shown = if kind.is_text() { text(th, array)? } else { items(th, array)?.value() };
        out.push_ascii(b", ");
        out.push_text(th.repr(shown)?.text());
    }
    out.push_ascii(b")");
    Ok(th.new_text(out)?.value())
}

pub(super) fn add(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let Some(other) = as_array(args[1]) else {
        let class = th.type_name(args[1]);
        return Err(th.type_error(format!("can only append array (not \"{class}\") to array")));
    };
    if array.kind.get() != other.kind.get() {
        return Err(th.type_error("bad argument type for built-in operation"));
    }
    let mut bytes = array.to_vec(th)?;
    bytes.extend(other.to_vec(th)?);
    Ok(Array::with_bytes(th, array.kind.get(), &bytes)?.value())
}

pub(super) fn mul(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    if th.index_or_none(args[1])?.is_none() {
        return no_count(th, args[1]);
    }
    let count = usize::try_from(th.index_ssize(args[1])?).unwrap_or(0);
    let bytes = array.to_vec(th)?;
    let bytes = repeated(th, &bytes, count)?;
    Ok(Array::with_bytes(th, array.kind.get(), &bytes)?.value())
}

/// What `*` does with an operand that is no number: leaves it to a class that multiplies by itself.
pub(super) fn no_count(th: &Thread, other: Value) -> Result<Value, Raised> {
    let class = th.class_of(other);
    if class.has(flags::HEAP) && class.special(th, Special::RMul).is_some() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let name = class.display_name();
    Err(th.type_error(format!("can't multiply sequence by non-int of type '{name}'")))
}

/// Compares item by item, as sequences do.
pub(super) fn compare(th: &mut Thread, op: Comparison, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let Some(other) = as_array(args[1]) else { return Ok(Value::NOT_IMPLEMENTED) };
    let (mine, its) = (array.len(th)?, other.len(th)?);
    let equality = matches!(op, Comparison::Eq | Comparison::Ne);
    if equality && mine != its {
        return Ok(Value::from_bool(op == Comparison::Ne));
    }
    let mut difference = None;
    visit(th, array, 0, |th, at, item| {
        let Some(opposite) = other.get(th, at)? else { return Ok(true) };
        // Not by identity first: an array has no objects, and no NaN equals another.
        let equal = match item.is_float() && opposite.is_float() {
            true => item.as_f64() == opposite.as_f64(),
            false => th.equal(item, opposite)?,
        };
        if !equal {
            difference = Some((item, opposite));
        }
        Ok(difference.is_some())
    })?;
    match difference {
        Some(_) if equality => Ok(Value::from_bool(op == Comparison::Ne)),
        Some((a, b)) => th.compare(op, a, b),
        None => {
            let (mine, its) = (array.len(th)?, other.len(th)?);
            Ok(Value::from_bool(op.holds(Some(mine.cmp(&its)))))
        }
    }
}

pub(super) fn reduce_ex(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let protocol = th.index_ssize(args[1])?;
    let kind = array.kind.get();
    let code = Str::from_code(th, u32::from(kind.code))?.value();
    let class = th.class_of(args[0]).value();
    let dict = th.find_attribute(args[0], name!(th, "__dict__"))?.unwrap_or(Value::NONE);
    if protocol < 3 {
        let list = items(th, array)?.value();
        let given = Tuple::from_slice(th, &[code, list])?;
        return Ok(Tuple::from_slice(th, &[class, given.value(), dict])?.value());
    }
    let module = th.import_module("array")?;
    let maker = th.get_attribute(module, name!(th, "_array_reconstructor"))?;
    let bytes = array.to_vec(th)?;
    let bytes = th.new_bytes(&bytes)?.value();
    let format = Value::from_i32(kind.machine_format());
    let given = Tuple::from_slice(th, &[class, code, format, bytes])?;
    Ok(Tuple::from_slice(th, &[maker, given.value(), dict])?.value())
}

pub(super) fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let bytes = th.receiver::<Array>(args[0])?.to_vec(th)?.len();
    th.int_from_u64(64 + bytes as u64)
}

/// `__buffer__(flags)`: a view with the array's format.
pub(super) fn buffer(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let array = th.receiver::<Array>(args[0])?;
    let kind = array.kind.get();
    let view = View {
        object: args[0],
        memory: Memory::Array(array.bytes.get()),
        format: kind.format(),
        item_size: kind.size,
        offset: 0,
        items: array.len(th)?,
        readonly: false,
    };
    Ok(view.open(th)?.value())
}

pub(super) fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Array>(args[0])?;
    Ok(ArrayIterator::allocate(th, args[0], 0)?.value())
}

pub(super) fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<ArrayIterator>(iterator)?;
    let (array, index) = {
        let state = th.write(iterator)?;
        let index = state.index.get();
        state.index.set(state.token(), index + 1);
        (state.array.get(), index)
    };
    let Some(array) = as_array(array) else { return Ok(None) };
    let item = array.get(th, index)?;
    if item.is_none() {
        let state = th.write(iterator)?;
        state.array.set(state.token(), Value::UNBOUND);
    }
    Ok(item)
}

pub(super) fn reduce_iterator(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<ArrayIterator>(args[0])?;
    let (array, index) = {
        let state = th.read(iterator)?;
        (state.array.get(), state.index.get())
    };
    let builtins = th.import_module("builtins")?;
    let maker = th.get_attribute(builtins, name!(th, "iter"))?;
    if array.is_unbound() {
        let empty = th.vm.empty_tuple.get().value();
        let given = Tuple::from_slice(th, &[empty])?;
        return Ok(Tuple::from_slice(th, &[maker, given.value()])?.value());
    }
    let given = Tuple::from_slice(th, &[array])?;
    let index = th.int_from_u64(index as u64)?;
    Ok(Tuple::from_slice(th, &[maker, given.value(), index])?.value())
}

pub(super) fn set_iterator_state(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<ArrayIterator>(args[0])?;
    let index = th.index_ssize(args[1])?.max(0) as usize;
    let state = th.write(iterator)?;
    state.index.set(state.token(), index);
    Ok(Value::NONE)
}
