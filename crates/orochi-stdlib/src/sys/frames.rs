//! What `sys` tells about running code.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::frame;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;

use crate::argument::c_int_or;

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "_getframe(depth=0, /)",
        getframe,
        "Return a frame object from the call stack.\n\nIf optional integer depth is given, return the frame object that many\ncalls below the top of the stack.  If that is deeper than the call\nstack, ValueError is raised.  The default for depth is zero, returning\nthe frame at the top of the call stack.\n\nThis function should be used for internal and specialized purposes\nonly.",
    ),
    function(
        "_getframemodulename(depth=0)",
        getframemodulename,
        "Return the name of the module for a calling frame.\n\nThe default depth returns the module containing the call to this API.\nA more typical use in a library will pass a depth of 1 to get the user's\nmodule rather than the library module.\n\nIf no frame, module, or name can be found, returns None.",
    ),
    function(
        "_current_frames()",
        current_frames,
        "Return a dict mapping each thread's thread id to its current stack frame.",
    ),
    function(
        "_current_exceptions()",
        current_exceptions,
        "Return a dict mapping each thread's identifier to its current raised exception.",
    ),
];

fn getframe(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let depth = c_int_or(th, args[0], 0)?;
    match frame::current(th, depth.max(0) as usize)? {
        Some(frame) => Ok(frame.value()),
        None => Err(th.value_error("call stack is not deep enough")),
    }
}

fn getframemodulename(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let depth = c_int_or(th, args[0], 0)?;
    let Some(function) = frame::running_function(th, depth.max(0) as usize) else {
        return Ok(Value::NONE);
    };
    let module = th.find_attribute(function.value(), name!(th, "__module__"))?;
    Ok(module.unwrap_or(Value::NONE))
}

// Frames of other threads are on stacks that only those threads read.
fn current_frames(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let dict = Dict::new(th)?;
    if let Some(frame) = frame::current(th, 0)? {
        let ident = th.int_from_u64(th.ident.get())?;
        dict.set(th, ident, frame.value())?;
    }
    Ok(dict.value())
}

fn current_exceptions(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let dict = Dict::new(th)?;
    let ident = th.int_from_u64(th.ident.get())?;
    let handled = th.handled_exception();
    dict.set(th, ident, if handled.is_unbound() { Value::NONE } else { handled })?;
    Ok(dict.value())
}
