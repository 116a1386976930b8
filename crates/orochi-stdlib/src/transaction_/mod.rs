//! `_transaction`: what `transaction` and `pypystm` need of the runtime.
//!
//! An [`Atomic`] object is what `with` statements name. It holds nothing but which kind of block it
//! begins; the blocks are the thread's (`orochi_vm::thread::atomic`).

mod counter;
mod table;

use std::sync::OnceLock;

use orochi_vm::class::{
    Method, NativeLayout, Special, TypeFlags, TypeSpec, function, getter, method,
};
use orochi_vm::exception::{BASE_EXCEPTION, Raised};
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::thread::atomic::{End, set_zeal};
use orochi_vm::types::module::Module;

use crate::argument;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Atomic blocks, as the runtime provides them.",
    types: &[
        &ATOMIC,
        &table::TABLE,
        &table::DICT,
        &table::HASHTABLE,
        &table::IDENTITY_DICT,
        &table::SET,
        &table::IDENTITY_SET,
        &counter::COUNTER,
        &counter::BAG,
    ],
    functions: FUNCTIONS,
    execute: Some(execute),
    ..ModuleSpec::named("_transaction")
};

heap_object! {
    /// What begins atomic blocks of one kind.
    pub immutable struct Atomic: ATOMIC {
        values {}
        storage {}
        data {
            /// Whether an exception that leaves the block undoes it.
            rollback: bool,
            /// Whether the block must not be an inner one.
            exclusive: bool,
        }
    }
}

/// `_transaction.Atomic`
static ATOMIC: TypeSpec = TypeSpec {
    module: "_transaction",
    doc: "Begins atomic blocks: nobody sees what a block does before it has done all of it.",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($type, /, *, rollback=False)", new, "")),
    methods: METHODS,
    getset: &[getter("rollback", rollback, "Whether an exception undoes the block.")],
    ..TypeSpec::named("Atomic", NativeLayout::of::<Atomic>())
};

static METHODS: &[Method] = &[
    method("__call__($self, /, *, rollback=False)", call, "What begins blocks of another kind."),
    method("__enter__($self, /)", enter, "Begin an atomic block."),
    method("__exit__($self, exc_type, exc, traceback, /)", exit, "End the atomic block."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__reduce__($self, /)", reduce, ""),
];

static FUNCTIONS: &[Method] = &[
    function(
        "abort()",
        abort,
        "Undo the innermost block that can be undone alone, or else the whole block, and leave it.",
    ),
    function(
        "retry()",
        retry,
        "Undo the block, and start it over when something that it has read changes.",
    ),
    function("_open_alternative()", open_alternative, "For or_else()."),
    function("_close_alternative()", close_alternative, "For or_else()."),
    function("is_atomic()", is_atomic, "Whether an atomic block is open."),
    function(
        "hint_commit_soon()",
        hint_commit_soon,
        "Give up what this thread owns now, rather than when another one asks for it.\n\nIn a block, which cannot be cut in two, this does nothing.",
    ),
    function(
        "become_inevitable()",
        become_inevitable,
        "See to it that the open block is never started over; waits for another such block.",
    ),
    function(
        "count()",
        counter::count,
        "A different positive integer each time, without getting into anybody's way.",
    ),
    function("cores()", cores, "How many threads run at a time."),
];

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let dict = module.dict();
    let zeal = th.vm.settings.x_options.iter().rev().find(|(name, _)| name == "stm_zeal");
    if let Some((_, Some(claims))) = zeal {
        set_zeal(claims.parse().unwrap_or(0));
    }
    let atomic = Atomic::allocate(th, false, false)?;
    dict.set_str(th, name!(th, "atomic"), atomic.value())?;
    let exclusive = Atomic::allocate(th, false, true)?;
    dict.set_str(th, name!(th, "exclusive_atomic"), exclusive.value())?;
    let leaving = leaving(th)?;
    dict.set_str(th, name!(th, "Leave"), leaving)?;
    let retrying = retrying(th)?;
    dict.set_str(th, name!(th, "Retry"), retrying)
}

/// The class of the exception by which `abort()` leaves a block.
fn leaving(th: &mut Thread) -> Result<Value, Raised> {
    static CLASS: OnceLock<Rooted<Value>> = OnceLock::new();
    kept(th, &CLASS, "Leave", "Leaves an atomic block that abort() has given up.")
}

/// The class of the exception by which `retry()` leaves an alternative of `or_else()`.
fn retrying(th: &mut Thread) -> Result<Value, Raised> {
    static CLASS: OnceLock<Rooted<Value>> = OnceLock::new();
    kept(th, &CLASS, "Retry", "Leaves an alternative that retry() has given up.")
}

/// A class derived from `BaseException`, made once.
fn kept(
    th: &mut Thread,
    place: &OnceLock<Rooted<Value>>,
    name: &str,
    doc: &str,
) -> Result<Value, Raised> {
    if let Some(class) = place.get() {
        return Ok(class.get());
    }
    let base = BASE_EXCEPTION.class();
    let class = crate::exception_class::make_from(th, base, "_transaction", name, doc)?;
    let rooted = Heap::get().roots().root(class);
    Ok(place.get_or_init(|| rooted).get())
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &ATOMIC)?;
    let rollback = argument::truth_or(th, args[1], false)?;
    Ok(Atomic::allocate_as(th, shape, rollback, false)?.value())
}

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Atomic>(args[0])?;
    let rollback = argument::truth_or(th, args[1], own.rollback.get())?;
    Ok(Atomic::allocate(th, rollback, own.exclusive.get())?.value())
}

fn rollback(th: &mut Thread, atomic: Value) -> Result<Value, Raised> {
    Ok(Value::from_bool(th.receiver::<Atomic>(atomic)?.rollback.get()))
}

fn enter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Atomic>(args[0])?;
    if own.exclusive.get() && th.in_atomic() {
        let message = "exclusive_atomic block can't be entered inside another atomic block";
        return Err(th.runtime_error(message));
    }
    let exit = ATOMIC.class().special(th, Special::Exit).unwrap_or(Value::UNBOUND);
    th.enter_atomic(End { of: args[0], exit }, own.rollback.get())?;
    Ok(args[0])
}

fn exit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Atomic>(args[0])?;
    let failed = !args[1].is_none();
    let aborted = th.leave_atomic(failed)?;
    if !aborted || !failed {
        return Ok(Value::FALSE);
    }
    let class = leaving(th)?;
    Ok(Value::from_bool(th.class_of(args[2]).value() == class))
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Atomic>(args[0])?;
    let name = if own.exclusive.get() { "pypystm.exclusive_atomic" } else { "transaction.atomic" };
    let rollback = if own.rollback.get() { "(rollback=True)" } else { "" };
    Ok(th.new_str(&format!("{name}{rollback}"))?.value())
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let exclusive = th.receiver::<Atomic>(args[0])?.exclusive.get();
    Ok(th.intern(if exclusive { "exclusive_atomic" } else { "atomic" })?.value())
}

fn abort(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let class = leaving(th)?;
    th.abort_atomic()?;
    let leave = th.call(class, &[])?;
    Err(th.raise_value(leave))
}

fn retry(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let class = retrying(th)?;
    th.retry_atomic()?;
    let retry = th.call(class, &[])?;
    Err(th.raise_value(retry))
}

fn open_alternative(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.open_alternative(true);
    Ok(Value::NONE)
}

fn close_alternative(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.open_alternative(false);
    Ok(Value::NONE)
}

fn is_atomic(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(th.in_atomic()))
}

fn hint_commit_soon(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.stm.give_up_everything(&*th);
    Ok(Value::NONE)
}

fn become_inevitable(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.irrevocable()?;
    Ok(Value::NONE)
}

fn cores(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(Value::from_i32(cores as i32))
}
