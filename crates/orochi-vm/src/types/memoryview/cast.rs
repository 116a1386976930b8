//! `cast`: the same memory as items of another format, in other dimensions.

use super::item::Format;
use super::subscript::MOST_DIMENSIONS;
use super::{MemoryView, Plan};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::int;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

pub(super) fn cast(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let view = th.receiver::<MemoryView>(args[0])?;
    let plan = view.plan(th)?;
    let format = th.str_argument(args[1], "cast() argument 'format'")?;
    if !plan.is_c_contiguous() {
        return Err(th.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    let shape = args[2];
    if plan.dimensions() != 1 && !shape.is_unbound() {
        return Err(th.type_error("memoryview: cast must be 1D -> ND or ND -> 1D"));
    }
    let wanted = to_format(th, &plan, format)?;
    let bytes = plan.bytes();
    if bytes % wanted.size != 0 {
        return Err(th.type_error("memoryview: length is not a multiple of itemsize"));
    }
    let lengths = match shape {
        shape if shape.is_unbound() => {
            let length = th.int_from_i64((bytes / wanted.size) as i64)?;
            Tuple::from_slice(th, &[length])?
        }
        shape => read_shape(th, shape, wanted.size, bytes)?,
    };
    let strides = c_strides(th, lengths, wanted.size)?;
    let cast = Plan { format, shape: lengths, strides, item_size: wanted.size, ..plan };
    view.plan(th)?;
    Ok(cast.open(th, Value::UNBOUND)?.value())
}

fn to_format(th: &Thread, plan: &Plan, format: Ref<Str>) -> Result<Format, Raised> {
    let Some(wanted) = format.ascii().and_then(Format::parse) else {
        return Err(th.value_error(
            "memoryview: destination format must be a native single character format \
             prefixed with an optional '@'",
        ));
    };
    let Some(present) = plan.item_format() else {
        return Err(th.value_error(
            "memoryview: source format must be a native single character format \
             prefixed with an optional '@'",
        ));
    };
    if !present.is_byte() && !wanted.is_byte() {
        return Err(th.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    Ok(wanted)
}

fn read_shape(
    th: &mut Thread,
    shape: Value,
    item_size: usize,
    bytes: usize,
) -> Result<Ref<Tuple>, Raised> {
    let lengths = if let Some(tuple) = shape.cast::<Tuple>() {
        tuple
    } else if let Some(list) = shape.cast::<List>() {
        let items = th.read(list)?;
        Tuple::from_slice(items.thread(), items.as_slice())?
    } else {
        return Err(th.type_error("shape must be a list or a tuple"));
    };
    if lengths.len() > MOST_DIMENSIONS {
        return Err(th.value_error("memoryview: number of dimensions must not exceed 64"));
    }
    let mut total = item_size;
    for &length in lengths.as_slice() {
        if !int::is_int_like(length) {
            return Err(th.type_error("memoryview.cast(): elements of shape must be integers"));
        }
        match int::as_i64(length) {
            Some(length) if length > 0 => match total.checked_mul(length as usize) {
                Some(product) => total = product,
                None => return Err(th.value_error("memoryview.cast(): product(shape) > SSIZE_MAX")),
            },
            _ => {
                return Err(
                    th.value_error("memoryview.cast(): elements of shape must be integers > 0")
                );
            }
        }
    }
    if total != bytes {
        return Err(th.type_error("memoryview: product(shape) * itemsize != buffer size"));
    }
    let mut plain = [Value::NONE; MOST_DIMENSIONS];
    for (to, &length) in plain.iter_mut().zip(lengths.as_slice()) {
        *to = th.int_from_i64(int::as_i64(length).unwrap_or(0))?;
    }
    Tuple::from_slice(th, &plain[..lengths.len()])
}

/// The strides of items that lie one behind the other, the last index fastest.
fn c_strides(th: &Thread, lengths: Ref<Tuple>, item_size: usize) -> Result<Ref<Tuple>, Raised> {
    let mut strides = [Value::NONE; MOST_DIMENSIONS];
    let mut stride = item_size as i64;
    for d in (0..lengths.len()).rev() {
        strides[d] = th.int_from_i64(stride)?;
        stride *= int::as_i64(lengths.get(d)).unwrap_or(1);
    }
    Tuple::from_slice(th, &strides[..lengths.len()])
}
