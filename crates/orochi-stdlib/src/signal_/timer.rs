//! `alarm` and interval timers.

use std::sync::OnceLock;

use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::name;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::tuple::Tuple;

use crate::argument;

/// `signal.itimer_error`
static ERROR: OnceLock<Rooted<Value>> = OnceLock::new();

/// `ItimerError`, a subclass of `OSError`.
pub fn error_class(th: &mut Thread) -> Result<Value, Raised> {
    if let Some(class) = ERROR.get() {
        return Ok(class.get());
    }
    let namespace = Dict::new(th)?;
    let module = th.new_str("signal")?;
    namespace.set_str(th, name!(th, "__module__"), module.value())?;
    let name = th.new_str("itimer_error")?;
    let bases = Tuple::from_slice(th, &[classes::OS_ERROR.class().value()])?;
    let meta = types::type_::SPEC.class().value();
    let class = th.call(meta, &[name.value(), bases.value(), namespace.value()])?;
    Ok(ERROR.get_or_init(|| Heap::get().roots().root(class)).get())
}

fn failed(th: &mut Thread) -> Raised {
    let error = std::io::Error::last_os_error();
    let errno = Value::from_i32(error.raw_os_error().unwrap_or(0));
    let text = error.to_string();
    let made = th.new_str(text.split(" (os error").next().unwrap_or(&text));
    let made = made.and_then(|text| {
        let class = error_class(th)?;
        th.call(class, &[errno, text.value()])
    });
    match made {
        Ok(error) => th.raise_value(error),
        Err(raised) => raised,
    }
}

/// `alarm(seconds)`
pub fn alarm(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let seconds = argument::c_int(th, args[0])?;
    // SAFETY: takes and gives a number.
    let left = unsafe { libc::alarm(seconds as u32) };
    th.int_from_i64(i64::from(left))
}

fn time(th: &mut Thread, value: Value) -> Result<libc::timeval, Raised> {
    let seconds = if value.is_unbound() { 0.0 } else { argument::float(th, value)? };
    if seconds.is_nan() {
        return Err(th.value_error("Invalid value NaN (not a number)"));
    }
    if seconds.abs() > 9.2e9 {
        return Err(th.overflow_error("timestamp out of range for platform time_t"));
    }
    // Rounded up, so that a small time is not none at all.
    let micros = (seconds * 1e6).ceil() as i64;
    Ok(libc::timeval {
        tv_sec: micros.div_euclid(1_000_000),
        tv_usec: micros.rem_euclid(1_000_000),
    })
}

fn pair(th: &mut Thread, timer: &libc::itimerval) -> Result<Value, Raised> {
    let seconds =
        |time: libc::timeval| Value::from_f64(time.tv_sec as f64 + time.tv_usec as f64 * 1e-6);
    let items = [seconds(timer.it_value), seconds(timer.it_interval)];
    let tuple: Ref<Tuple> = Tuple::from_slice(th, &items)?;
    Ok(tuple.value())
}

fn none() -> libc::itimerval {
    let zero = libc::timeval { tv_sec: 0, tv_usec: 0 };
    libc::itimerval { it_interval: zero, it_value: zero }
}

/// `setitimer(which, seconds, interval=0.0)`
pub fn setitimer(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let which = argument::c_int(th, args[0])?;
    let timer = libc::itimerval { it_value: time(th, args[1])?, it_interval: time(th, args[2])? };
    let mut old = none();
    // SAFETY: both structures are initialised.
    if unsafe { libc::setitimer(which, &raw const timer, &raw mut old) } != 0 {
        return Err(failed(th));
    }
    pair(th, &old)
}

/// `getitimer(which)`
pub fn getitimer(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let which = argument::c_int(th, args[0])?;
    let mut timer = none();
    // SAFETY: the structure is initialised.
    if unsafe { libc::getitimer(which, &raw mut timer) } != 0 {
        return Err(failed(th));
    }
    pair(th, &timer)
}
