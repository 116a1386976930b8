//! Handlers: the native one, the table of Python's, and running those.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use orochi_vm::exception::{Raised, classes};
use orochi_vm::frame;
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::name;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::thread::start::{main_ident, post_signal, signal_arrived};
use orochi_vm::types::dict::Dict;
use orochi_vm::types::list::List;
use orochi_vm::vm;

use super::{last_error, number};
use crate::argument;

/// Python handlers by signal number: `SIG_DFL`, `SIG_IGN`, a callable, or None for a handler that
/// is not ours.
static HANDLERS: OnceLock<Rooted<Ref<List>>> = OnceLock::new();
/// The descriptor that signal numbers are written to, or -1.
static WAKEUP: AtomicI32 = AtomicI32::new(-1);
/// Whether a full wake-up pipe is worth a warning.
static WARN_IF_FULL: AtomicBool = AtomicBool::new(true);
/// The error of the last write to the wake-up descriptor that failed, or 0.
static WAKEUP_FAILED: AtomicI32 = AtomicI32::new(0);

const DEFAULT: Value = Value::from_i32(0);
const IGNORE: Value = Value::from_i32(1);

/// What a signal carries that only interrupts the main thread's system call; its address counts.
static NUDGE: u8 = 0;

/// Runs inside whatever the thread was doing: only atomics, `write` and signalling. Another thread
/// than the main one has that interrupted, so that it comes to a safepoint.
extern "C" fn native_handler(signal: i32, info: *mut libc::siginfo_t, _context: *mut libc::c_void) {
    let nudge: *mut libc::c_void = (&raw const NUDGE).cast_mut().cast();
    // SAFETY: the system hands over a filled structure; the value is there for queued signals.
    let is_nudge =
        unsafe { (*info).si_code == libc::SI_QUEUE && (*info).si_value().sival_ptr == nudge };
    if is_nudge {
        return;
    }
    // SAFETY: the address of this thread's errno, which is put back below.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let saved = unsafe { *errno };
    signal_arrived(signal);
    let descriptor = WAKEUP.load(Ordering::Acquire);
    if descriptor >= 0 {
        let byte = signal as u8;
        // SAFETY: writes one byte of this frame; async-signal-safe.
        let written = unsafe { libc::write(descriptor, (&raw const byte).cast(), 1) };
        if written < 0 {
            // SAFETY: as above.
            let error = unsafe { *errno };
            let full = error == libc::EAGAIN;
            if !full || WARN_IF_FULL.load(Ordering::Relaxed) {
                WAKEUP_FAILED.store(error, Ordering::Release);
            }
        }
    }
    let main = main_ident() as libc::pthread_t;
    // SAFETY: the main thread lives as long as the process; the call is a plain system call.
    unsafe {
        if main != 0 && main != libc::pthread_self() {
            pthread_sigqueue(main, signal, libc::sigval { sival_ptr: nudge });
        }
    }
    // SAFETY: as above.
    unsafe { *errno = saved };
}

unsafe extern "C" {
    /// Of the C library's, and missing in the crate `libc`.
    fn pthread_sigqueue(thread: libc::pthread_t, signal: i32, value: libc::sigval) -> i32;
}

fn table(th: &Thread) -> Result<Ref<List>, Raised> {
    match HANDLERS.get() {
        Some(table) => Ok(table.get()),
        None => Err(th.runtime_error("signal handlers are not set up")),
    }
}

/// Reads the dispositions that the process began with, takes over SIGINT, and tells the runtime
/// who runs handlers.
pub fn install(th: &mut Thread, module: Ref<Dict>) -> Result<(), Raised> {
    if HANDLERS.get().is_some() {
        return Ok(());
    }
    let list = List::new(th)?;
    // Writing beyond the limit of a file's size is an OSError, as is writing to a closed pipe.
    set_native(th, libc::SIGXFSZ, libc::SIG_IGN, 0)?;
    for signal in 0..=64 {
        let handler = if signal == 0 { Value::NONE } else { disposition(signal) };
        list.push(th, handler)?;
    }
    let root = Heap::get().roots().root(list);
    let list = HANDLERS.get_or_init(|| root).get();
    let _ = th.vm.signal_runner.set(run_handlers);
    if list.get(th, libc::SIGINT as usize)? == Some(DEFAULT) {
        let interrupt = module.get_str(th, name!(th, "default_int_handler"))?;
        if let Some(interrupt) = interrupt {
            set_native(th, libc::SIGINT, native_handler as *const () as usize, 0)?;
            let list = th.write(list)?;
            list.put(libc::SIGINT as usize, interrupt);
        }
    }
    Ok(())
}

/// What the system does with a signal.
fn disposition(signal: i32) -> Value {
    // SAFETY: the old action is written to a zeroed structure of the right type.
    let action = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(signal, std::ptr::null(), &raw mut action) != 0 {
            return Value::NONE;
        }
        action.sa_sigaction
    };
    match action {
        libc::SIG_DFL => DEFAULT,
        libc::SIG_IGN => IGNORE,
        _ => Value::NONE,
    }
}

fn set_native(th: &Thread, signal: i32, handler: usize, flags: i32) -> Result<(), Raised> {
    // SAFETY: a complete action with an empty mask; the handler is one of the system's or ours,
    // which is async-signal-safe.
    let result = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler;
        action.sa_flags = flags | libc::SA_ONSTACK | libc::SA_SIGINFO;
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaction(signal, &raw const action, std::ptr::null_mut())
    };
    if result == 0 { Ok(()) } else { Err(last_error(th)) }
}

/// `signal(signalnum, handler)`
pub fn signal(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let signal = argument::c_int(th, args[0])?;
    if !vm::start::is_main(th) {
        return Err(th.value_error("signal only works in main thread of the main interpreter"));
    }
    if !(1..=64).contains(&signal) {
        return Err(th.value_error("signal number out of range"));
    }
    let number = orochi_vm::types::int::as_i64(args[1]);
    let (native, handler) = match number {
        Some(0) if !th.is_callable(args[1]) => (libc::SIG_DFL, DEFAULT),
        Some(1) if !th.is_callable(args[1]) => (libc::SIG_IGN, IGNORE),
        _ if th.is_callable(args[1]) => (native_handler as *const () as usize, args[1]),
        _ => {
            return Err(th.type_error(
                "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object",
            ));
        }
    };
    // What has arrived already is for the old handler.
    th.poll()?;
    set_native(th, signal, native, 0)?;
    let table = table(th)?;
    let handlers = th.write(table)?;
    let old = handlers.as_slice()[signal as usize];
    handlers.put(signal as usize, handler);
    Ok(old)
}

/// `getsignal(signalnum)`
pub fn getsignal(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let signal = number(th, args[0])?;
    let table = table(th)?;
    Ok(table.get(th, signal as usize)?.unwrap_or(Value::NONE))
}

/// `default_int_handler(signalnum, frame)`
pub fn default_int_handler(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Err(th.raise_with(classes::KEYBOARD_INTERRUPT.class(), &[]))
}

/// As if the signal had arrived; nothing happens unless Python handles it.
pub fn simulate(th: &mut Thread, signal: i32) -> Result<(), Raised> {
    if HANDLERS.get().is_none() {
        return Ok(());
    }
    let table = table(th)?;
    let handler = table.get(th, signal as usize)?.unwrap_or(Value::NONE);
    if !handler.is_none() && handler != DEFAULT && handler != IGNORE {
        signal_arrived(signal);
    }
    Ok(())
}

/// Calls the handlers of the signals that have arrived: the runtime does it at a safepoint of the
/// main thread.
pub fn run_handlers(th: &mut Thread) -> Result<(), Raised> {
    if !vm::start::is_main(th) {
        post_signal();
        return Ok(());
    }
    report_wakeup_failure(th);
    let signals = &th.vm.signals;
    let mut pending = u128::from(signals.pending.swap(0, Ordering::AcqRel));
    if signals.pending_64.swap(false, Ordering::AcqRel) {
        pending |= 1 << 64;
    }
    while pending != 0 {
        let signal = pending.trailing_zeros() as i32;
        pending &= pending - 1;
        if let Err(raised) = run_handler(th, signal) {
            // The others have their turn at the next safepoint.
            while pending != 0 {
                signal_arrived(pending.trailing_zeros() as i32);
                pending &= pending - 1;
            }
            return Err(raised);
        }
    }
    Ok(())
}

fn run_handler(th: &mut Thread, signal: i32) -> Result<(), Raised> {
    let table = table(th)?;
    let handler = table.get(th, signal as usize)?.unwrap_or(Value::NONE);
    if handler.is_none() || handler == DEFAULT || handler == IGNORE {
        return Ok(());
    }
    let frame = frame::current(th, 0)?.map_or(Value::NONE, |frame| frame.value());
    th.call(handler, &[Value::from_i32(signal), frame]).map(drop)
}

/// A write to the wake-up descriptor has failed: that goes to `sys.unraisablehook`.
fn report_wakeup_failure(th: &mut Thread) {
    let error = WAKEUP_FAILED.swap(0, Ordering::AcqRel);
    if error != 0 {
        let _ = th.os_error(error);
        th.write_unraisable(
            "Exception ignored when trying to write to the signal wakeup fd",
            Value::NONE,
        );
    }
}

/// `set_wakeup_fd(fd, *, warn_on_full_buffer=True)`
pub fn set_wakeup_fd(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let descriptor = argument::c_int(th, args[0])?;
    let warn = argument::truth_or(th, args[1], true)?;
    if !vm::start::is_main(th) {
        return Err(
            th.value_error("set_wakeup_fd only works in main thread of the main interpreter")
        );
    }
    if descriptor != -1 {
        // SAFETY: asks for flags of a number that need be no descriptor.
        let flags = unsafe { libc::fcntl(descriptor, libc::F_GETFL) };
        if flags < 0 {
            return Err(last_error(th));
        }
        if flags & libc::O_NONBLOCK == 0 {
            return Err(th.value_error(format!("the fd {descriptor} must be in non-blocking mode")));
        }
    }
    WARN_IF_FULL.store(warn, Ordering::Relaxed);
    let old = WAKEUP.swap(descriptor, Ordering::AcqRel);
    Ok(Value::from_i32(old))
}

/// `siginterrupt(signalnum, flag)`
pub fn siginterrupt(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let signal = number(th, args[0])?;
    let interrupt = argument::c_int(th, args[1])? != 0;
    // SAFETY: reads the old action into a zeroed structure and sets it again with other flags.
    let result = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let mut result = libc::sigaction(signal, std::ptr::null(), &raw mut action);
        if result == 0 {
            if interrupt {
                action.sa_flags &= !libc::SA_RESTART;
            } else {
                action.sa_flags |= libc::SA_RESTART;
            }
            result = libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
        result
    };
    if result == 0 { Ok(Value::NONE) } else { Err(last_error(th)) }
}
