//! Equality and hash.

use orochi_text::hash::hash_bytes;

use super::{MemoryView, Plan};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;

pub(super) fn eq(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    equality(th, args, true)
}

pub(super) fn ne(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    equality(th, args, false)
}

fn equality(th: &mut Thread, args: &[Value], wanted: bool) -> Result<Value, Raised> {
    let view = th.receiver::<MemoryView>(args[0])?;
    if args[0] == args[1] && th.read(view)?.memory.get().is_unbound() {
        return Ok(Value::from_bool(wanted));
    }
    if th.read(view)?.memory.get().is_unbound() || !th.is_bytes_like(args[1]) {
        return if th.is_bytes_like(args[1]) {
            Ok(Value::from_bool(!wanted))
        } else {
            Ok(Value::NOT_IMPLEMENTED)
        };
    }
    if let Some(other) = args[1].cast::<MemoryView>()
        && th.read(other)?.memory.get().is_unbound()
    {
        return Ok(Value::from_bool(!wanted));
    }
    let plan = view.plan(th)?;
    let other = super::view_of(th, args[1])?;
    let other_plan = other.plan(th)?;
    let same = equal(th, &plan, &other_plan);
    super::release_view(th, other.value())?;
    Ok(Value::from_bool(same? == wanted))
}

fn equal(th: &mut Thread, a: &Plan, b: &Plan) -> Result<bool, Raised> {
    if !a.same_shape(b) {
        return Ok(false);
    }
    let (Some(first), Some(second)) = (a.item_format(), b.item_format()) else { return Ok(false) };
    let left = a.memory.with(th, |_, memory| a.gather(memory))?;
    let right = b.memory.with(th, |_, memory| b.gather(memory))?;
    let float = |code: u8| matches!(code, b'e' | b'f' | b'd');
    if first == second && !float(first.code) {
        return Ok(left == right);
    }
    if left.len() / first.size != right.len() / second.size {
        return Ok(false);
    }
    for (x, y) in left.chunks_exact(first.size).zip(right.chunks_exact(second.size)) {
        let (x, y) = (first.unpack(th, x)?, second.unpack(th, y)?);
        // No number is NaN here by identity alone.
        let nan = x.is_float() && x.as_f64().is_nan();
        if nan || !th.equal(x, y)? {
            return Ok(false);
        }
        th.poll()?;
    }
    Ok(true)
}

pub(super) fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let view = th.receiver::<MemoryView>(args[0])?;
    let known = th.read(view)?.hash.get();
    if known != 0 {
        return th.int_from_i64(known);
    }
    let plan = view.plan(th)?;
    if !plan.readonly {
        return Err(th.value_error("cannot hash writable memoryview object"));
    }
    if !plan.item_format().is_some_and(|format| format.is_byte()) {
        return Err(th.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
    }
    if plan.object != plan.memory.value() {
        th.hash(plan.object)?;
    }
    let bytes = plan.memory.with(th, |_, memory| plan.gather(memory))?;
    let hash = hash_bytes(crate::vm::hash_key(), &bytes);
    let guard = th.write(view)?;
    guard.hash.set(guard.token(), hash);
    th.int_from_i64(hash)
}
