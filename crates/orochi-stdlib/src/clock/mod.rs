//! `time`: clocks and sleeping.

use std::time::Duration;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module provides various functions to manipulate time values.",
    functions: FUNCTIONS,
    ..ModuleSpec::named("time")
};

static FUNCTIONS: &[Method] = &[
    function("time()", |_, _| Ok(seconds(libc::CLOCK_REALTIME)), "Return the current time in seconds since the Epoch."),
    function("time_ns()", |th, _| nanoseconds(th, libc::CLOCK_REALTIME), "Return the current time in nanoseconds since the Epoch."),
    function("monotonic()", |_, _| Ok(seconds(libc::CLOCK_MONOTONIC)), "Monotonic clock, cannot go backward."),
    function("monotonic_ns()", |th, _| nanoseconds(th, libc::CLOCK_MONOTONIC), "Monotonic clock, cannot go backward, as nanoseconds."),
    function("perf_counter()", |_, _| Ok(seconds(libc::CLOCK_MONOTONIC)), "Performance counter for benchmarking."),
    function("perf_counter_ns()", |th, _| nanoseconds(th, libc::CLOCK_MONOTONIC), "Performance counter for benchmarking as nanoseconds."),
    function("process_time()", |_, _| Ok(seconds(libc::CLOCK_PROCESS_CPUTIME_ID)), "Process time for profiling: sum of the kernel and user-space CPU time."),
    function("process_time_ns()", |th, _| nanoseconds(th, libc::CLOCK_PROCESS_CPUTIME_ID), "Process time for profiling as nanoseconds."),
    function("thread_time()", |_, _| Ok(seconds(libc::CLOCK_THREAD_CPUTIME_ID)), "Thread time for profiling: sum of the kernel and user-space CPU time."),
    function("thread_time_ns()", |th, _| nanoseconds(th, libc::CLOCK_THREAD_CPUTIME_ID), "Thread time for profiling as nanoseconds."),
    function("sleep(seconds, /)", sleep, "Delay execution for a given number of seconds."),
];

fn now(clock: libc::clockid_t) -> Duration {
    crate::system::process::clock_time(clock)
}

fn seconds(clock: libc::clockid_t) -> Value {
    Value::from_f64(now(clock).as_secs_f64())
}

fn nanoseconds(th: &Thread, clock: libc::clockid_t) -> Result<Value, Raised> {
    th.int_from_i128(now(clock).as_nanos() as i128)
}

fn sleep(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let seconds = th.float_of(args[0])?;
    if seconds.is_nan() {
        return Err(th.value_error("Invalid value NaN (not a number)"));
    }
    if seconds < 0.0 {
        return Err(th.value_error("sleep length must be non-negative"));
    }
    let Ok(length) = Duration::try_from_secs_f64(seconds) else {
        return Err(th.overflow_error("timestamp too large to convert to C PyTime_t"));
    };
    let deadline = std::time::Instant::now() + length.min(Duration::from_secs(u64::MAX >> 31));
    // Short sleeps between looks at signals, which are served on the main thread.
    loop {
        let left = deadline.saturating_duration_since(std::time::Instant::now());
        if left.is_zero() && !length.is_zero() {
            return Ok(Value::NONE);
        }
        th.away(|| std::thread::sleep(left.min(Duration::from_millis(50))));
        th.poll()?;
        if length.is_zero() {
            return Ok(Value::NONE);
        }
    }
}
