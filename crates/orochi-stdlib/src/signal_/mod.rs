//! `_signal`: signals, their handlers, timers and masks.
//!
//! The native handler ([`handler`]) does what is safe at any moment: it sets the signal's bit in
//! the runtime, writes the number to the wake-up descriptor and has the main thread poll. Python
//! handlers run at the main thread's next safepoint outside atomic blocks (`run_handlers`). System
//! calls of the main thread are interrupted, since handlers are installed without `SA_RESTART`;
//! waits for locks look every 20 ms.

mod constants;
mod handler;
mod mask;
mod timer;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::module::Module;

use crate::argument;

pub use handler::simulate;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module provides mechanisms to use signal handlers in Python.",
    functions: FUNCTIONS,
    types: &[&mask::SIGINFO],
    execute: Some(execute),
    ..ModuleSpec::named("_signal")
};

static FUNCTIONS: &[Method] = &[
    function(
        "signal(signalnum, handler, /)",
        handler::signal,
        "Set the action for the given signal.\n\nThe action can be SIG_DFL, SIG_IGN, or a callable Python object.\nThe previous action is returned.  See getsignal() for possible return values.",
    ),
    function(
        "getsignal(signalnum, /)",
        handler::getsignal,
        "Return the current action for the given signal.\n\nThe return value can be:\n  SIG_IGN -- if the signal is being ignored\n  SIG_DFL -- if the default action for the signal is in effect\n  None    -- if an unknown handler is in effect\n  anything else -- the callable Python object used as a handler",
    ),
    function("raise_signal(signalnum, /)", raise_signal, "Send a signal to the executing process."),
    function(
        "default_int_handler(signalnum, frame, /)",
        handler::default_int_handler,
        "The default handler for SIGINT installed by Python.\n\nIt raises KeyboardInterrupt.",
    ),
    function(
        "set_wakeup_fd(fd, /, *, warn_on_full_buffer=True)",
        handler::set_wakeup_fd,
        "Sets the fd to be written to (with the signal number) when a signal comes in.",
    ),
    function(
        "siginterrupt(signalnum, flag, /)",
        handler::siginterrupt,
        "Change system call restart behaviour.",
    ),
    function(
        "strsignal(signalnum, /)",
        strsignal,
        "Return the system description of the given signal.",
    ),
    function(
        "valid_signals()",
        mask::valid_signals,
        "Return a set of valid signal numbers on this platform.",
    ),
    function("pause()", pause, "Wait until a signal arrives."),
    function("pthread_kill(thread_id, signalnum, /)", pthread_kill, "Send a signal to a thread."),
    function(
        "pidfd_send_signal(pidfd, signalnum, siginfo=None, flags=0, /)",
        pidfd_send_signal,
        "Send a signal to a process referred to by a pid file descriptor.",
    ),
    function(
        "alarm(seconds, /)",
        timer::alarm,
        "Arrange for SIGALRM to arrive after the given number of seconds.",
    ),
    function(
        "setitimer(which, seconds, interval=0.0, /)",
        timer::setitimer,
        "Sets given itimer (one of ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF).",
    ),
    function("getitimer(which, /)", timer::getitimer, "Returns current value of given itimer."),
    function(
        "pthread_sigmask(how, mask, /)",
        mask::pthread_sigmask,
        "Fetch and/or change the signal mask of the calling thread.",
    ),
    function(
        "sigpending()",
        mask::sigpending,
        "Examine pending signals.\n\nReturns a set of signal numbers that are pending for delivery to\nthe calling thread.",
    ),
    function(
        "sigwait(sigset, /)",
        mask::sigwait,
        "Wait for a signal.\n\nSuspend execution of the calling thread until the delivery of one of the\nsignals specified in the signal set sigset.",
    ),
    function(
        "sigwaitinfo(sigset, /)",
        mask::sigwaitinfo,
        "Wait synchronously until one of the signals in *sigset* is delivered.",
    ),
    function(
        "sigtimedwait(sigset, timeout, /)",
        mask::sigtimedwait,
        "Like sigwaitinfo(), but with a timeout.",
    ),
];

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let dict = module.dict();
    for &(constant, value) in constants::ALL {
        let value = th.int_from_i64(i64::from(value))?;
        dict.set_str(th, th.name(constant), value)?;
    }
    // SIGRTMIN and SIGRTMAX are the C library's to say.
    for (constant, value) in [("SIGRTMIN", libc::SIGRTMIN()), ("SIGRTMAX", libc::SIGRTMAX())] {
        dict.set_str(th, th.name(constant), Value::from_i32(value))?;
    }
    let error = timer::error_class(th)?;
    dict.set_str(th, name!(th, "ItimerError"), error)?;
    handler::install(th, dict)
}

/// A signal number.
fn number(th: &mut Thread, value: Value) -> Result<i32, Raised> {
    let number = argument::c_int(th, value)?;
    if (1..=64).contains(&number) {
        return Ok(number);
    }
    Err(th.value_error("signal number out of range"))
}

/// What the last system call left in `errno`.
fn last_error(th: &Thread) -> Raised {
    th.io_error(&std::io::Error::last_os_error())
}

fn raise_signal(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let signal = argument::c_int(th, args[0])?;
    // SAFETY: any number is refused or delivered to the native handler.
    if unsafe { libc::raise(signal) } != 0 {
        return Err(last_error(th));
    }
    // A handler of ours that runs at once looks as if it had interrupted the call.
    th.poll()?;
    Ok(Value::NONE)
}

fn strsignal(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let signal = number(th, args[0])?;
    // SAFETY: gives a string of the C library's, or null.
    let text = unsafe { libc::strsignal(signal) };
    if text.is_null() {
        return Ok(Value::NONE);
    }
    // SAFETY: a terminated string, valid until this thread's next call.
    let text = unsafe { std::ffi::CStr::from_ptr(text) }.to_string_lossy().into_owned();
    if text.starts_with("Unknown signal") {
        return Ok(Value::NONE);
    }
    Ok(th.new_str(&text)?.value())
}

fn pause(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    // SAFETY: waits for a signal; touches nothing.
    th.away(|| unsafe { libc::pause() });
    th.poll()?;
    Ok(Value::NONE)
}

fn pthread_kill(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let ident = th.index(args[0])?;
    let Some(ident) = orochi_vm::types::int::as_u64(ident) else {
        return Err(th.value_error("thread ident must be a positive integer"));
    };
    let signal = argument::c_int(th, args[1])?;
    // SAFETY: as for any caller of this function, the ident must be that of a thread that has not
    // been forgotten by the C library.
    let error = unsafe { libc::pthread_kill(ident as libc::pthread_t, signal) };
    if error != 0 {
        return Err(th.os_error(error));
    }
    th.poll()?;
    Ok(Value::NONE)
}

fn pidfd_send_signal(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let descriptor = argument::c_int(th, args[0])?;
    let signal = argument::c_int(th, args[1])?;
    if argument::given(args[2]).is_some() {
        return Err(th.type_error("siginfo must be None"));
    }
    let flags = argument::c_int_or(th, args[3], 0)?;
    let none = std::ptr::null::<libc::siginfo_t>();
    // SAFETY: numbers and a null pointer, which the call allows.
    let result =
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, descriptor, signal, none, flags) };
    if result != 0 {
        return Err(last_error(th));
    }
    // One that this process has sent itself is handled before the call returns.
    th.poll()?;
    Ok(Value::NONE)
}
