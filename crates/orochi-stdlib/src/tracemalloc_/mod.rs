//! `_tracemalloc`: the collector keeps no record of where objects were made, so tracing can be
//! switched on and finds nothing.

use std::sync::atomic::{AtomicI32, Ordering};

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::tuple::Tuple;

use crate::argument;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Debug module to trace memory blocks allocated by Python.",
    functions: FUNCTIONS,
    ..ModuleSpec::named("_tracemalloc")
};

static FUNCTIONS: &[Method] = &[
    function(
        "is_tracing()",
        |_, _| Ok(Value::from_bool(LIMIT.load(Ordering::Relaxed) > 0)),
        "Return True if the tracemalloc module is tracing Python memory allocations.",
    ),
    function("start(nframe=1, /)", start, "Start tracing Python memory allocations."),
    function("stop()", stop, "Stop tracing Python memory allocations."),
    function(
        "clear_traces()",
        |_, _| Ok(Value::NONE),
        "Clear traces of memory blocks allocated by Python.",
    ),
    function(
        "reset_peak()",
        |_, _| Ok(Value::NONE),
        "Set the peak size of memory blocks traced by tracemalloc to the current size.",
    ),
    function(
        "get_traceback_limit()",
        |_, _| Ok(Value::from_i32(LIMIT.load(Ordering::Relaxed).max(1))),
        "Get the maximum number of frames stored in the traceback of a trace.",
    ),
    function(
        "get_tracemalloc_memory()",
        |_, _| Ok(Value::from_i32(0)),
        "Get the memory usage in bytes of the tracemalloc module.",
    ),
    function(
        "get_traced_memory()",
        traced,
        "Get the current size and peak size of memory blocks traced by tracemalloc.",
    ),
    function(
        "_get_traces()",
        |th, _| Ok(List::new(th)?.value()),
        "Get traces of all memory blocks allocated by Python.",
    ),
    function(
        "_get_object_traceback(obj, /)",
        |_, _| Ok(Value::NONE),
        "Get the traceback where the Python object obj was allocated.",
    ),
];

/// The number of frames asked for, or 0 while nothing is traced.
static LIMIT: AtomicI32 = AtomicI32::new(0);
const MOST_FRAMES: i32 = 65_535;

fn start(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let frames = argument::c_int_or(th, args[0], 1)?;
    if !(1..=MOST_FRAMES).contains(&frames) {
        return Err(
            th.value_error(format!("the number of frames must be in range [1; {MOST_FRAMES}]"))
        );
    }
    LIMIT.store(frames, Ordering::Relaxed);
    Ok(Value::NONE)
}

fn stop(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    LIMIT.store(0, Ordering::Relaxed);
    Ok(Value::NONE)
}

fn traced(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let zero = Value::from_i32(0);
    Ok(Tuple::from_slice(th, &[zero, zero])?.value())
}
