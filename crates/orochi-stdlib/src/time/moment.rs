//! Times as Python numbers.

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::thread::Thread;
use orochi_vm::types::float::as_f64;
use orochi_vm::types::int;

/// Which way a float is rounded to whole units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rounding {
    /// Down.
    Floor,
    /// Up.
    Ceiling,
}

const BILLION: i64 = 1_000_000_000;

/// Nanoseconds as seconds, correctly rounded.
pub fn seconds_of(nanoseconds: i128) -> f64 {
    if nanoseconds % i128::from(BILLION) == 0 {
        return (nanoseconds / i128::from(BILLION)) as f64;
    }
    nanoseconds as f64 / 1e9
}

/// A number of seconds, float or integer, in nanoseconds.
pub fn nanoseconds(th: &mut Thread, value: Value, rounding: Rounding) -> Result<i64, Raised> {
    let too_large = |th: &Thread| th.overflow_error("timestamp too large to convert to C PyTime_t");
    if let Some(seconds) = as_f64(value) {
        if seconds.is_nan() {
            return Err(th.value_error("Invalid value NaN (not a number)"));
        }
        let exact = seconds * 1e9;
        let rounded = match rounding {
            Rounding::Floor => exact.floor(),
            Rounding::Ceiling => exact.ceil(),
        };
        if rounded.abs() >= 9.223_372_036_854_775e18 {
            return Err(too_large(th));
        }
        return Ok(rounded as i64);
    }
    let seconds = th.index(value)?;
    int::as_i64(seconds)
        .and_then(|seconds| seconds.checked_mul(BILLION))
        .ok_or_else(|| too_large(th))
}

/// A moment in seconds since the epoch, without its fraction; now, if it is not given.
pub fn whole_seconds(th: &mut Thread, value: Value) -> Result<i64, Raised> {
    let too_large = |th: &Thread| th.overflow_error("timestamp out of range for platform time_t");
    if value.is_unbound() || value.is_none() {
        // SAFETY: nothing is written.
        return Ok(unsafe { libc::time(std::ptr::null_mut()) });
    }
    if let Some(seconds) = as_f64(value) {
        if seconds.is_nan() {
            return Err(th.value_error("Invalid value NaN (not a number)"));
        }
        let floor = seconds.floor();
        if !(-9.223_372_036_854_776e18..9.223_372_036_854_776e18).contains(&floor) {
            return Err(too_large(th));
        }
        return Ok(floor as i64);
    }
    let seconds = th.index(value)?;
    int::as_i64(seconds).ok_or_else(|| too_large(th))
}
