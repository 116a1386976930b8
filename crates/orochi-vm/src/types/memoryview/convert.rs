//! Lists, bytes and text of views.

use super::item::Format;
use super::{MemoryView, Plan};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::bytes::shared::change::{hex_arguments, hex_text};
use crate::types::list::List;
use crate::types::str::Str;

pub(super) fn tolist(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let plan = th.receiver::<MemoryView>(args[0])?.plan(th)?;
    let format = plan.known_format(th)?;
    let bytes = plan.memory.with(th, |_, memory| plan.gather(memory))?;
    nested(th, &plan, format, 0, &bytes)
}

/// The items of one dimension, which are all of `bytes`.
fn nested(
    th: &mut Thread,
    plan: &Plan,
    format: Format,
    dimension: usize,
    bytes: &[u8],
) -> Result<Value, Raised> {
    if dimension == plan.dimensions() {
        return format.unpack(th, bytes);
    }
    let count = plan.length(dimension);
    let mut items = RootVec::with_capacity(count);
    let each = bytes.len().checked_div(count).unwrap_or(0);
    for index in 0..count {
        let part = &bytes[index * each..(index + 1) * each];
        items.push(nested(th, plan, format, dimension + 1, part)?);
    }
    Ok(List::from_slice(th, &items)?.value())
}

pub(super) fn tobytes(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let plan = th.receiver::<MemoryView>(args[0])?.plan(th)?;
    let fortran = match args[1] {
        order if order.is_unbound() || order.is_none() => false,
        order => {
            match order.cast::<Str>().and_then(|order| order.ascii().map(str::to_owned)).as_deref()
            {
                Some("C") => false,
                Some("F") => true,
                Some("A") => plan.is_f_contiguous() && !plan.is_c_contiguous(),
                _ => return Err(th.value_error("order must be 'C', 'F' or 'A'")),
            }
        }
    };
    let bytes = plan.memory.with(th, |_, memory| plan.gather(memory))?;
    let bytes = if fortran && plan.dimensions() > 1 { transposed(&plan, &bytes) } else { bytes };
    Ok(th.new_bytes(&bytes)?.value())
}

/// Bytes in C order put in the order in which the first index is fastest.
fn transposed(plan: &Plan, bytes: &[u8]) -> Vec<u8> {
    let dimensions = plan.dimensions();
    let mut indices = vec![0; dimensions];
    let mut out = Vec::with_capacity(bytes.len());
    for _ in 0..plan.items() {
        let at = (0..dimensions).fold(0, |at, d| at * plan.length(d) + indices[d]);
        out.extend_from_slice(&bytes[at * plan.item_size..(at + 1) * plan.item_size]);
        for (d, index) in indices.iter_mut().enumerate() {
            *index += 1;
            if *index < plan.length(d) {
                break;
            }
            *index = 0;
        }
    }
    out
}

pub(super) fn hex(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let view = th.receiver::<MemoryView>(args[0])?;
    let (separator, group) = hex_arguments(th, args[1], args[2])?;
    let plan = view.plan(th)?;
    let bytes = plan.memory.with(th, |_, memory| plan.gather(memory))?;
    hex_text(th, &bytes, separator, group)
}
