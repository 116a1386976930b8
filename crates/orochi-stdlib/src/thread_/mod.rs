//! `_thread`: threads, locks and thread-local data, as `threading` builds on them.
//!
//! Everything that needs the runtime's inside is in `orochi_vm`: starting and joining in
//! `thread::start`, the classes in `types::lock` and `types::thread_local`. This is the face that
//! Python sees, and the default `threading.excepthook` ([`excepthook`]).

mod excepthook;

use std::sync::atomic::{AtomicUsize, Ordering};

use orochi_vm::class::{Method, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::lock::{HANDLE, LOCK, Lock, RLOCK, TIMEOUT_MAX, ThreadHandle};
use orochi_vm::types::module::Module;
use orochi_vm::types::thread_local::THREAD_LOCAL;
use orochi_vm::types::tuple::Tuple;

use crate::argument;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module provides primitive operations to write multi-threaded programs.\n\
          The 'threading' module provides a more convenient interface.",
    functions: FUNCTIONS,
    types: &[&LOCK, &RLOCK, &HANDLE, &THREAD_LOCAL],
    execute: Some(execute),
    ..ModuleSpec::named("_thread")
};

const START_DOC: &str = "Start a new thread and return its identifier.\n\nThe thread will call the function with positional arguments from the\ntuple args and keyword arguments taken from the optional dictionary\nkwargs.  The thread exits when the function returns; the return value\nis ignored.  The thread will also exit when the function raises an\nunhandled exception; a stack trace will be printed unless the exception\nis SystemExit.";
const EXIT_DOC: &str = "This is synonymous to ``raise SystemExit''.  It will cause the current\nthread to exit silently unless the exception is caught.";

static FUNCTIONS: &[Method] = &[
    function("start_new_thread(function, args, kwargs={}, /)", start_new_thread, START_DOC),
    function(
        "start_new(function, args, kwargs={}, /)",
        start_new_thread,
        "An obsolete synonym of start_new_thread().",
    ),
    function(
        "start_joinable_thread(function, handle=None, daemon=True)",
        start_joinable_thread,
        "*For internal use only*: start a new thread.",
    ),
    function(
        "_make_thread_handle(ident, /)",
        make_thread_handle,
        "Internal only. Make a thread handle for threads not spawned\nby the _thread or threading module.",
    ),
    function(
        "_get_main_thread_ident()",
        main_thread_ident,
        "Internal only. Return a non-zero integer that uniquely identifies the main thread\nof the main interpreter.",
    ),
    function(
        "daemon_threads_allowed()",
        daemon_threads_allowed,
        "Return True if daemon threads are allowed in the current interpreter,\nand False otherwise.",
    ),
    function(
        "allocate_lock()",
        allocate_lock,
        "Create a new lock object. See help(type(threading.Lock())) for\ninformation about locks.",
    ),
    function("allocate()", allocate_lock, "An obsolete synonym of allocate_lock()."),
    function("exit()", exit, EXIT_DOC),
    function("exit_thread()", exit, "An obsolete synonym of exit()."),
    function(
        "interrupt_main(signum=signal.SIGINT, /)",
        interrupt_main,
        "Simulate the arrival of the given signal in the main thread,\nwhere the corresponding signal handler will be executed.\nIf *signum* is omitted, SIGINT is assumed.\nA subthread can use this function to interrupt the main thread.\n\nNote: the default signal handler for SIGINT raises ``KeyboardInterrupt``.",
    ),
    function(
        "get_ident()",
        get_ident,
        "Return a non-zero integer that uniquely identifies the current thread\namongst other threads that exist simultaneously.",
    ),
    function(
        "get_native_id()",
        get_native_id,
        "Return a non-negative integer identifying the thread as reported\nby the OS (kernel). This may be used to uniquely identify a\nparticular thread within a system.",
    ),
    function(
        "_count()",
        count,
        "Return the number of currently running Python threads, excluding\nthe main thread.",
    ),
    function(
        "stack_size(size=0, /)",
        stack_size,
        "Return the thread stack size used when creating new threads.",
    ),
    function("set_name(name)", set_name, "Set the name of the current thread."),
    function(
        "_excepthook(exc_info, /)",
        excepthook::excepthook,
        "Handle uncaught Thread.run() exception.",
    ),
    function(
        "_is_main_interpreter()",
        is_main_interpreter,
        "Return True if the current interpreter is the main Python interpreter.",
    ),
    function(
        "_shutdown()",
        shutdown,
        "Wait for all non-daemon threads (other than the calling thread) to stop.",
    ),
];

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let dict = module.dict();
    dict.set_str(th, name!(th, "LockType"), LOCK.class().value())?;
    dict.set_str(th, name!(th, "error"), classes::RUNTIME_ERROR.class().value())?;
    dict.set_str(th, name!(th, "TIMEOUT_MAX"), Value::from_f64(TIMEOUT_MAX))?;
    let arguments = excepthook::arguments_class(th)?;
    dict.set_str(th, name!(th, "_ExceptHookArgs"), arguments)
}

/// `stack_size()`: bytes of native stack for threads to come; 0 is the default.
static STACK_SIZE: AtomicUsize = AtomicUsize::new(0);
/// The least that `stack_size` takes.
const LEAST_STACK: i64 = 32 << 10;

fn start_new_thread(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (function, positional, keywords) = (args[0], args[1], args[2]);
    if !th.is_callable(function) {
        return Err(th.type_error("first arg must be callable"));
    }
    if positional.cast::<Tuple>().is_none() {
        return Err(th.type_error("2nd arg must be a tuple"));
    }
    if !keywords.is_unbound() && keywords.cast::<Dict>().is_none() {
        return Err(th.type_error("optional 3rd arg must be a dictionary"));
    }
    refuse_at_end(th)?;
    let handle = ThreadHandle::new(th)?;
    let stack = STACK_SIZE.load(Ordering::Relaxed);
    let ident = th.start_with_handle(stack, handle, true, function, positional, keywords)?;
    th.int_from_u64(ident)
}

fn start_joinable_thread(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let function = args[0];
    if !th.is_callable(function) {
        return Err(th.type_error("thread function must be callable"));
    }
    let handle = match argument::given(args[1]) {
        None => ThreadHandle::new(th)?,
        Some(handle) => match handle.cast::<ThreadHandle>() {
            Some(handle) => handle,
            None => return Err(th.type_error("'handle' must be a _ThreadHandle")),
        },
    };
    let daemon = argument::truth_or(th, args[2], true)?;
    refuse_at_end(th)?;
    let none = th.vm.empty_tuple.get().value();
    let stack = STACK_SIZE.load(Ordering::Relaxed);
    th.start_with_handle(stack, handle, daemon, function, none, Value::UNBOUND)?;
    Ok(handle.value())
}

fn refuse_at_end(th: &Thread) -> Result<(), Raised> {
    if th.vm.finalising.load(Ordering::Acquire) {
        let message = "can't create new thread at interpreter shutdown";
        return Err(th.raise_message(&classes::PYTHON_FINALIZATION_ERROR, message));
    }
    Ok(())
}

fn make_thread_handle(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let ident = th.index(args[0])?;
    match orochi_vm::types::int::as_u64(ident) {
        Some(ident) => Ok(th.handle_of_running(ident)?.value()),
        None => Err(th.type_error("thread ident must be a non-negative integer")),
    }
}

fn main_thread_ident(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.int_from_u64(th.main_ident())
}

fn daemon_threads_allowed(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::TRUE)
}

fn is_main_interpreter(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::TRUE)
}

fn allocate_lock(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Lock::new(th)?.value())
}

fn exit(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Err(th.raise_with(classes::SYSTEM_EXIT.class(), &[]))
}

fn interrupt_main(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let number = argument::c_int_or(th, args[0], libc::SIGINT)?;
    if !(1..=64).contains(&number) {
        return Err(th.value_error("signal number out of range"));
    }
    crate::signal_::simulate(th, number)?;
    // In the main thread the handler runs before this returns.
    th.poll()?;
    Ok(Value::NONE)
}

fn get_ident(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.int_from_u64(th.ident.get())
}

fn get_native_id(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    // SAFETY: takes nothing, cannot fail.
    let id = unsafe { libc::gettid() };
    th.int_from_i64(i64::from(id))
}

fn count(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.int_from_i64(th.thread_count().saturating_sub(1) as i64)
}

fn stack_size(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let old = STACK_SIZE.load(Ordering::Relaxed);
    if !args[0].is_unbound() {
        let size = th.index_ssize(args[0])?;
        if size < 0 {
            return Err(th.value_error("size must be 0 or a positive value"));
        }
        if size != 0 && !(LEAST_STACK..=1 << 40).contains(&size) {
            return Err(th.value_error(format!("size not valid: {size} bytes")));
        }
        STACK_SIZE.store(size as usize, Ordering::Relaxed);
    } else {
        STACK_SIZE.store(0, Ordering::Relaxed);
    }
    th.int_from_i64(old as i64)
}

/// The kernel takes 15 bytes and a null.
fn set_name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = argument::str_argument(th, args[0], "set_name() argument 'name'")?;
    let text = name.display();
    th.log_name(&text);
    let mut end = text.len().min(15);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if let Ok(name) = std::ffi::CString::new(&text[..end]) {
        // SAFETY: names the calling thread by a terminated string of at most 16 bytes.
        unsafe { libc::pthread_setname_np(libc::pthread_self(), name.as_ptr()) };
    }
    Ok(Value::NONE)
}

fn shutdown(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    if let Err(raised) = th.join_all() {
        if raised == Raised::Abort {
            return Err(raised);
        }
        th.write_unraisable(
            "Exception ignored while joining a thread in _thread._shutdown()",
            Value::NONE,
        );
    }
    Ok(Value::NONE)
}
