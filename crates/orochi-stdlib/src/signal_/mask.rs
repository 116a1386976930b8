//! Masks of signals, and waiting for signals synchronously.

use std::time::{Duration, Instant};

use orochi_vm::class::{GetSet, Method, NativeLayout, Tail, TypeFlags, TypeSpec, getter, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::thread::Thread;
use orochi_vm::types::set::Set;
use orochi_vm::types::tuple::{self, Tuple};

use super::last_error;
use crate::argument;

/// `signal.struct_siginfo`
pub static SIGINFO: TypeSpec = TypeSpec {
    module: "signal",
    doc: "struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\nThis object may be accessed either as a tuple of\n(si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\nor via the attributes si_signo, si_code, and so on.",
    base: Some(&tuple::SPEC),
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    methods: SIGINFO_METHODS,
    getset: SIGINFO_GETSET,
    ..TypeSpec::named("struct_siginfo", NativeLayout::with_tail::<Tuple>(Tail::Values))
};

const SIGINFO_NAMES: [&str; 7] =
    ["si_signo", "si_code", "si_errno", "si_pid", "si_uid", "si_status", "si_band"];

static SIGINFO_METHODS: &[Method] = &[method("__repr__($self, /)", repr, "Return repr(self).")];

static SIGINFO_GETSET: &[GetSet] = &[
    getter("si_signo", |th, object| item(th, object, 0), "signal number"),
    getter("si_code", |th, object| item(th, object, 1), "signal code"),
    getter("si_errno", |th, object| item(th, object, 2), "errno associated with this signal"),
    getter("si_pid", |th, object| item(th, object, 3), "sending process ID"),
    getter("si_uid", |th, object| item(th, object, 4), "real user ID of sending process"),
    getter("si_status", |th, object| item(th, object, 5), "exit value or signal"),
    getter("si_band", |th, object| item(th, object, 6), "band event for SIGPOLL"),
];

fn item(th: &mut Thread, object: Value, index: usize) -> Result<Value, Raised> {
    Ok(th.receiver::<Tuple>(object)?.get(index))
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let items = th.receiver::<Tuple>(args[0])?;
    let mut parts = Vec::new();
    for (at, name) in SIGINFO_NAMES.iter().enumerate() {
        parts.push(format!("{name}={}", th.repr(items.get(at))?.display()));
    }
    Ok(th.new_str(&format!("signal.struct_siginfo({})", parts.join(", ")))?.value())
}

fn info(th: &mut Thread, info: &libc::siginfo_t) -> Result<Value, Raised> {
    // SAFETY: the kernel fills these members for every signal, or leaves them zero.
    let (pid, uid, status) = unsafe { (info.si_pid(), info.si_uid(), info.si_status()) };
    let numbers = [
        i64::from(info.si_signo),
        i64::from(info.si_code),
        i64::from(info.si_errno),
        i64::from(pid),
        i64::from(uid),
        i64::from(status),
        0,
    ];
    let mut items = [Value::UNBOUND; 7];
    for (item, number) in items.iter_mut().zip(numbers) {
        *item = th.int_from_i64(number)?;
    }
    Ok(Tuple::from_slice_as(th, SIGINFO.shape(), &items)?.value())
}

fn empty() -> libc::sigset_t {
    // SAFETY: the set is initialised by the call.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        set
    }
}

/// Reads an iterable of signal numbers.
fn read(th: &mut Thread, signals: Value) -> Result<libc::sigset_t, Raised> {
    let mut set = empty();
    th.for_each(signals, |th, item| {
        let number = argument::c_long(th, item)?;
        if !(1..65).contains(&number) {
            return Err(th.value_error(format!("signal number {number} out of range [1; 64]")));
        }
        // SAFETY: an initialised set; numbers that the C library keeps for itself are refused.
        unsafe { libc::sigaddset(&raw mut set, number as i32) };
        Ok(())
    })?;
    Ok(set)
}

fn to_python(th: &mut Thread, set: &libc::sigset_t) -> Result<Value, Raised> {
    let result = Set::new(th)?;
    for signal in 1..65 {
        // SAFETY: an initialised set.
        if unsafe { libc::sigismember(set, signal) } == 1 {
            result.add(th, Value::from_i32(signal))?;
        }
    }
    Ok(result.value())
}

/// `valid_signals()`
pub fn valid_signals(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let mut set = empty();
    // SAFETY: fills an initialised set.
    if unsafe { libc::sigfillset(&raw mut set) } != 0 {
        return Err(last_error(th));
    }
    to_python(th, &set)
}

/// `pthread_sigmask(how, mask)`
pub fn pthread_sigmask(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let how = argument::c_int(th, args[0])?;
    let mask = read(th, args[1])?;
    let mut old = empty();
    // SAFETY: both sets are initialised.
    let error = unsafe { libc::pthread_sigmask(how, &raw const mask, &raw mut old) };
    if error != 0 {
        return Err(th.os_error(error));
    }
    // A signal that was blocked may have come.
    th.poll()?;
    to_python(th, &old)
}

/// `sigpending()`
pub fn sigpending(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let mut set = empty();
    // SAFETY: writes to an initialised set.
    if unsafe { libc::sigpending(&raw mut set) } != 0 {
        return Err(last_error(th));
    }
    to_python(th, &set)
}

/// `sigwait(sigset)`
pub fn sigwait(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = read(th, args[0])?;
    let mut signal = 0;
    // SAFETY: an initialised set, and a number to write to.
    let error = th.away(|| unsafe { libc::sigwait(&raw const set, &raw mut signal) });
    if error != 0 {
        return Err(th.os_error(error));
    }
    Ok(Value::from_i32(signal))
}

/// Waits for a signal of the set; `None` when the time is over. Interruptions are handled.
fn wait(
    th: &mut Thread,
    set: &libc::sigset_t,
    timeout: Option<Duration>,
) -> Result<Option<libc::siginfo_t>, Raised> {
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let (number, error, info) = th.away(|| {
            // SAFETY: an initialised set, a zeroed structure to write to, and a time or null.
            unsafe {
                let mut info: libc::siginfo_t = std::mem::zeroed();
                let number = match left {
                    None => libc::sigwaitinfo(set, &raw mut info),
                    Some(left) => {
                        let time = libc::timespec {
                            tv_sec: left.as_secs() as libc::time_t,
                            tv_nsec: i64::from(left.subsec_nanos()),
                        };
                        libc::sigtimedwait(set, &raw mut info, &raw const time)
                    }
                };
                (number, std::io::Error::last_os_error().raw_os_error().unwrap_or(0), info)
            }
        });
        if number >= 0 {
            return Ok(Some(info));
        }
        match error {
            libc::EAGAIN => return Ok(None),
            libc::EINTR => th.poll()?,
            error => return Err(th.os_error(error)),
        }
    }
}

/// `sigwaitinfo(sigset)`
pub fn sigwaitinfo(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = read(th, args[0])?;
    match wait(th, &set, None)? {
        Some(found) => info(th, &found),
        None => Ok(Value::NONE),
    }
}

/// `sigtimedwait(sigset, timeout)`
pub fn sigtimedwait(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = read(th, args[0])?;
    let seconds = argument::float(th, args[1])?;
    if seconds < 0.0 || seconds.is_nan() {
        return Err(th.value_error("timeout must be non-negative"));
    }
    let Ok(timeout) = Duration::try_from_secs_f64(seconds) else {
        return Err(th.overflow_error("timestamp too large to convert to C PyTime_t"));
    };
    match wait(th, &set, Some(timeout))? {
        Some(found) => info(th, &found),
        None => Ok(Value::NONE),
    }
}
