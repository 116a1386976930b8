//! System calls that may wait.
//!
//! The thread is away while the call runs, so that others go on and may take its objects; the
//! call sees private memory only. A call that a signal has interrupted is made again after the
//! signal's handler has run (PEP 475). Inside an atomic block the block becomes inevitable first,
//! as a system call cannot be undone.

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::thread::Thread;

use crate::system::Outcome;

/// Before anything that cannot be undone.
#[inline]
pub fn irrevocable(th: &mut Thread) -> Result<(), Raised> {
    th.irrevocable()
}

/// Makes a call; the result is the call's.
pub fn attempt<T>(
    th: &mut Thread,
    mut work: impl FnMut() -> Outcome<T>,
) -> Result<Outcome<T>, Raised> {
    irrevocable(th)?;
    loop {
        match th.away(&mut work) {
            Err(libc::EINTR) => th.poll()?,
            outcome => return Ok(outcome),
        }
    }
}

/// Makes a call; raises `OSError` if it fails.
pub fn run<T>(th: &mut Thread, work: impl FnMut() -> Outcome<T>) -> Result<T, Raised> {
    run_on(th, &[], work)
}

/// Makes a call on files; raises `OSError` that names them if it fails.
pub fn run_on<T>(
    th: &mut Thread,
    files: &[Value],
    work: impl FnMut() -> Outcome<T>,
) -> Result<T, Raised> {
    match attempt(th, work)? {
        Ok(result) => Ok(result),
        Err(errno) => Err(th.os_error_for(errno, files)),
    }
}
