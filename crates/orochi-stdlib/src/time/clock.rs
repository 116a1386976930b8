//! The clocks of the system.

use std::io;

use libc::{clockid_t, timespec};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::thread::Thread;
use orochi_vm::types::simple_namespace::new_namespace;
use orochi_vm::types::str::Str;
use orochi_vm::object::ValueCast;

use super::moment::{Rounding, nanoseconds, seconds_of};
use crate::argument::c_int;

const BILLION: i128 = 1_000_000_000;

/// Nanoseconds on a clock.
pub(super) fn read(clock: clockid_t) -> io::Result<i128> {
    let mut at = timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes the time to the given structure.
    match unsafe { libc::clock_gettime(clock, &raw mut at) } {
        0 => Ok(i128::from(at.tv_sec) * BILLION + i128::from(at.tv_nsec)),
        _ => Err(io::Error::last_os_error()),
    }
}

fn resolution(clock: clockid_t) -> io::Result<i128> {
    let mut at = timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes the resolution to the given structure.
    match unsafe { libc::clock_getres(clock, &raw mut at) } {
        0 => Ok(i128::from(at.tv_sec) * BILLION + i128::from(at.tv_nsec)),
        _ => Err(io::Error::last_os_error()),
    }
}

fn raise(th: &Thread, error: &io::Error) -> Raised {
    th.os_error(error.raw_os_error().unwrap_or(libc::EINVAL))
}

/// The time on a clock as a float, in seconds.
pub(super) fn seconds(th: &mut Thread, clock: clockid_t) -> Result<Value, Raised> {
    let now = read(clock).map_err(|error| raise(th, &error))?;
    Ok(Value::from_f64(seconds_of(now)))
}

/// The time on a clock as an integer, in nanoseconds.
pub(super) fn whole(th: &mut Thread, clock: clockid_t) -> Result<Value, Raised> {
    let now = read(clock).map_err(|error| raise(th, &error))?;
    th.int_from_i128(now)
}

pub(super) fn clock_gettime(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let clock = c_int(th, args[0])?;
    seconds(th, clock)
}

pub(super) fn clock_gettime_ns(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let clock = c_int(th, args[0])?;
    whole(th, clock)
}

pub(super) fn clock_getres(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let clock = c_int(th, args[0])?;
    let smallest = resolution(clock).map_err(|error| raise(th, &error))?;
    Ok(Value::from_f64(seconds_of(smallest)))
}

fn set(th: &mut Thread, clock: clockid_t, time: i128) -> Result<Value, Raised> {
    let tv_sec = i64::try_from(time.div_euclid(BILLION));
    let Ok(tv_sec) = tv_sec else {
        return Err(th.overflow_error("timestamp out of range for platform time_t"));
    };
    let at = timespec { tv_sec, tv_nsec: time.rem_euclid(BILLION) as i64 };
    // SAFETY: reads the given structure.
    match unsafe { libc::clock_settime(clock, &raw const at) } {
        0 => Ok(Value::NONE),
        _ => Err(raise(th, &io::Error::last_os_error())),
    }
}

pub(super) fn clock_settime(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let clock = c_int(th, args[0])?;
    let time = nanoseconds(th, args[1], Rounding::Floor)?;
    set(th, clock, i128::from(time))
}

pub(super) fn clock_settime_ns(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let clock = c_int(th, args[0])?;
    let time = th.index_ssize(args[1])?;
    set(th, clock, i128::from(time))
}

pub(super) fn pthread_getcpuclockid(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let ident = th.index_ssize(args[0])?;
    if u64::try_from(ident).ok() != Some(th.ident.get()) {
        return Err(th.os_error(libc::ESRCH));
    }
    let mut clock = 0;
    // SAFETY: the calling thread exists; the clock is written to a local variable.
    match unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut clock) } {
        0 => th.int_from_i64(i64::from(clock)),
        error => Err(th.os_error(error)),
    }
}

/// `get_clock_info(name)`
pub(super) fn get_clock_info(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(name) = args[0].cast::<Str>() else {
        let class = th.type_name(args[0]);
        return Err(th.type_error(format!("get_clock_info() argument 1 must be str, not {class}")));
    };
    let (clock, function, monotonic, adjustable) = match name.ascii() {
        Some("time") => (libc::CLOCK_REALTIME, "clock_gettime(CLOCK_REALTIME)", false, true),
        Some("monotonic" | "perf_counter") => {
            (libc::CLOCK_MONOTONIC, "clock_gettime(CLOCK_MONOTONIC)", true, false)
        }
        Some("process_time") => {
            (libc::CLOCK_PROCESS_CPUTIME_ID, "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", true, false)
        }
        Some("thread_time") => {
            (libc::CLOCK_THREAD_CPUTIME_ID, "clock_gettime(CLOCK_THREAD_CPUTIME_ID)", true, false)
        }
        _ => return Err(th.value_error("unknown clock")),
    };
    let smallest = resolution(clock).map_err(|error| raise(th, &error))?;
    let implementation = th.new_str(function)?.value();
    new_namespace(
        th,
        &[
            ("implementation", implementation),
            ("monotonic", Value::from_bool(monotonic)),
            ("adjustable", Value::from_bool(adjustable)),
            ("resolution", Value::from_f64(seconds_of(smallest))),
        ],
    )
}

/// `sleep(seconds)`: away, until the time has come whatever signals arrive; their handlers run in
/// between.
pub(super) fn sleep(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let duration = nanoseconds(th, args[0], Rounding::Ceiling)?;
    if duration < 0 {
        return Err(th.value_error("sleep length must be non-negative"));
    }
    let start = read(libc::CLOCK_MONOTONIC).map_err(|error| raise(th, &error))?;
    let end = start + i128::from(duration);
    let until = timespec {
        tv_sec: i64::try_from(end / BILLION).unwrap_or(i64::MAX),
        tv_nsec: (end % BILLION) as i64,
    };
    loop {
        // SAFETY: reads a structure that outlives the call; nothing is written.
        let outcome = th.away(|| unsafe {
            libc::clock_nanosleep(libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME, &raw const until, std::ptr::null_mut())
        });
        match outcome {
            0 => {
                th.poll()?;
                return Ok(Value::NONE);
            }
            libc::EINTR => th.poll()?,
            error => return Err(th.os_error(error)),
        }
    }
}
