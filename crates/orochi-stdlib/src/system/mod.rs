//! The operating system's calls, as safe functions.
//!
//! All of the crate's `unsafe` calls of the C library live in this folder; the native modules
//! above contain none. A function here does nothing but its call: it neither retries nor knows
//! Python, and fails with the error number.
//!
//! * [`file`](mod@file): descriptors, paths, folders; [`process`]: processes, identity, environment
//! * [`wait`]: `select`, `poll`, `epoll`; [`socket`]: sockets and names
//! * [`semaphore`]: semaphores and shared memory
//! * [`terminal`]: terminals; [`users`]: the databases of users and groups

pub mod child;
pub mod file;
pub mod process;
pub mod semaphore;
pub mod socket;
pub mod terminal;
pub mod users;
pub mod wait;

/// The result of a call: what it gives, or the error number.
pub type Outcome<T> = Result<T, i32>;

/// The error number of the last call that failed on this thread.
pub fn last_error() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// Turns −1 into the error number.
fn check(result: libc::c_int) -> Outcome<i32> {
    if result == -1 { Err(last_error()) } else { Ok(result) }
}

/// As [`check`], for calls that give a size.
fn check_size(result: isize) -> Outcome<usize> {
    usize::try_from(result).map_err(|_| last_error())
}

/// As [`check`], for calls that give a `long`.
fn check_long(result: i64) -> Outcome<i64> {
    if result == -1 { Err(last_error()) } else { Ok(result) }
}
