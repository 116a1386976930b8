//! What Python sees of the fields of futures and tasks.

use orochi_vm::class::{GetSet, getter, property};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::{Field, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types;
use orochi_vm::types::list::List;
use orochi_vm::types::set::Set;

use super::future::{self, Future, bit};

pub static FUTURE: &[GetSet] = &[
    getter("_state", state, ""),
    property(
        "_asyncio_future_blocking",
        |th, own| flag(th, own, bit::BLOCKING),
        |th, own, value| set_flag(th, own, value, bit::BLOCKING),
        "",
    ),
    getter("_loop", |th, own| field(th, own, |future| &future.on), ""),
    getter("_callbacks", callbacks, ""),
    getter("_result", |th, own| field(th, own, |future| &future.result), ""),
    getter("_exception", |th, own| field(th, own, |future| &future.exception), ""),
    property(
        "_log_traceback",
        |th, own| flag(th, own, bit::LOG_TRACEBACK),
        |th, own, value| {
            if value.is_unbound() {
                return Err(th.attribute_error("cannot delete attribute"));
            }
            if th.is_true(value)? {
                return Err(th.value_error("_log_traceback can only be set to False"));
            }
            set_flag(th, own, value, bit::LOG_TRACEBACK)
        },
        "",
    ),
    getter("_source_traceback", |th, own| field(th, own, |future| &future.source), ""),
    property(
        "_cancel_message",
        |th, own| field(th, own, |future| &future.message),
        |th, own, value| {
            if value.is_unbound() {
                return Err(th.attribute_error("cannot delete attribute"));
            }
            let own = th.receiver::<Future>(own)?;
            let state = th.write(own)?;
            state.message.set(state.token(), value);
            Ok(())
        },
        "",
    ),
    getter("_asyncio_awaited_by", awaited_by, ""),
];

pub static TASK: &[GetSet] = &[
    property(
        "_log_destroy_pending",
        |th, own| flag(th, own, bit::LOG_PENDING),
        |th, own, value| set_flag(th, own, value, bit::LOG_PENDING),
        "",
    ),
    getter("_must_cancel", |th, own| flag(th, own, bit::MUST_CANCEL), ""),
    getter("_coro", |th, own| field(th, own, |task| &task.coroutine), ""),
    getter("_fut_waiter", |th, own| field(th, own, |task| &task.waiter), ""),
];

fn field(
    th: &mut Thread,
    own: Value,
    which: fn(&Future) -> &Field<Value>,
) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(own)?;
    let fields = th.read(own)?;
    let value = which(&fields).get();
    Ok(if value.is_unbound() { Value::NONE } else { value })
}

fn flag(th: &mut Thread, own: Value, bit: u64) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(own)?;
    Ok(Value::from_bool(th.read(own)?.bits.get() & bit != 0))
}

fn set_flag(th: &mut Thread, own: Value, value: Value, bit: u64) -> Result<(), Raised> {
    if value.is_unbound() {
        return Err(th.attribute_error("cannot delete attribute"));
    }
    let on = th.is_true(value)?;
    let own = th.receiver::<Future>(own)?;
    let state = th.write(own)?;
    let bits = state.bits.get();
    state.bits.set(state.token(), if on { bits | bit } else { bits & !bit });
    Ok(())
}

fn state(th: &mut Thread, own: Value) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(own)?;
    let bits = th.read(own)?.bits.get();
    let name = match bits & bit::DONE {
        0 => "PENDING",
        bit::CANCELLED => "CANCELLED",
        _ => "FINISHED",
    };
    Ok(th.name(name).value())
}

fn callbacks(th: &mut Thread, own: Value) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(own)?;
    let all = future::callbacks(th, own)?;
    Ok(if all.is_empty() { Value::NONE } else { List::from_slice(th, &all)?.value() })
}

fn awaited_by(th: &mut Thread, own: Value) -> Result<Value, Raised> {
    let own = th.receiver::<Future>(own)?;
    let known = th.read(own)?.awaited_by.get();
    if known.is_unbound() {
        return Ok(Value::NONE);
    }
    let waiters = match known.cast::<Set>() {
        Some(set) => set,
        None => {
            let set = Set::new(th)?;
            set.add(th, known)?;
            set
        }
    };
    th.call(types::set::FROZENSET.class().value(), &[waiters.value()])
}
