//! POSIX semaphores and shared memory objects.

use std::ffi::CStr;
use std::time::Duration;

use super::{Outcome, check, last_error};

/// An open semaphore, by its address, which is also that in a forked child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Semaphore(usize);

impl Semaphore {
    /// A semaphore opened by [`Semaphore::create`] or [`Semaphore::open`], by its address.
    pub fn from_address(address: usize) -> Semaphore {
        Semaphore(address)
    }

    /// Its address.
    pub fn address(self) -> usize {
        self.0
    }

    fn pointer(self) -> *mut libc::sem_t {
        self.0 as *mut libc::sem_t
    }

    fn opened(pointer: *mut libc::sem_t) -> Outcome<Semaphore> {
        if pointer == libc::SEM_FAILED {
            Err(last_error())
        } else {
            Ok(Semaphore(pointer as usize))
        }
    }

    /// `sem_open`, for a name that nobody has.
    pub fn create(name: &CStr, value: u32) -> Outcome<Semaphore> {
        let flags = libc::O_CREAT | libc::O_EXCL;
        // SAFETY: a terminated name, a mode and a number.
        Self::opened(unsafe { libc::sem_open(name.as_ptr(), flags, 0o600, value) })
    }

    /// `sem_open`, for a name that exists.
    pub fn open(name: &CStr) -> Outcome<Semaphore> {
        // SAFETY: a terminated name.
        Self::opened(unsafe { libc::sem_open(name.as_ptr(), 0) })
    }

    /// `sem_close`
    pub fn close(self) -> Outcome<i32> {
        // SAFETY: opened; the owner closes it once.
        check(unsafe { libc::sem_close(self.pointer()) })
    }

    /// `sem_trywait`
    pub fn try_wait(self) -> Outcome<i32> {
        // SAFETY: opened and not closed yet.
        check(unsafe { libc::sem_trywait(self.pointer()) })
    }

    /// `sem_wait`, or `sem_timedwait` until that time since the epoch.
    pub fn wait(self, until: Option<Duration>) -> Outcome<i32> {
        let Some(until) = until else {
            // SAFETY: opened and not closed yet.
            return check(unsafe { libc::sem_wait(self.pointer()) });
        };
        let time = libc::timespec {
            tv_sec: i64::try_from(until.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(until.subsec_nanos()),
        };
        // SAFETY: opened and not closed yet; the time is read only.
        check(unsafe { libc::sem_timedwait(self.pointer(), &time) })
    }

    /// `sem_post`
    pub fn post(self) -> Outcome<i32> {
        // SAFETY: opened and not closed yet.
        check(unsafe { libc::sem_post(self.pointer()) })
    }

    /// `sem_getvalue`
    pub fn value(self) -> Outcome<i32> {
        let mut value = 0;
        // SAFETY: opened and not closed yet; the result has a place.
        check(unsafe { libc::sem_getvalue(self.pointer(), &mut value) })?;
        Ok(value)
    }
}

/// `sem_unlink`
pub fn unlink(name: &CStr) -> Outcome<i32> {
    // SAFETY: a terminated name.
    check(unsafe { libc::sem_unlink(name.as_ptr()) })
}

/// `shm_open`
pub fn open_memory(name: &CStr, flags: i32, mode: u32) -> Outcome<i32> {
    // SAFETY: a terminated name and numbers.
    check(unsafe { libc::shm_open(name.as_ptr(), flags | libc::O_CLOEXEC, mode) })
}

/// `shm_unlink`
pub fn unlink_memory(name: &CStr) -> Outcome<i32> {
    // SAFETY: a terminated name.
    check(unsafe { libc::shm_unlink(name.as_ptr()) })
}
