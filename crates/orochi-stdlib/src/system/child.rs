//! The way of a new process from `fork` to `exec`.
//!
//! Everything is prepared before the fork: between it and `exec` the child calls only what may be
//! called when other threads have been left behind in the middle of anything. What fails there
//! is told to the parent through a pipe, in the words that `subprocess` expects.

use std::ffi::CString;

use super::{last_error, process};

/// What the child is to do.
#[derive(Debug)]
pub struct Plan {
    /// Paths to try, in order.
    pub programs: Vec<CString>,
    /// Arguments.
    pub args: Vec<CString>,
    /// Environment, or the parent's.
    pub environment: Option<Vec<CString>>,
    /// The working folder, or the parent's.
    pub folder: Option<CString>,
    /// Close all descriptors above 2 but these.
    pub close_others: bool,
    /// Descriptors to keep, in ascending order.
    pub keep: Vec<i32>,
    /// Parent's and child's ends of the pipes: standard input (read, write), output, errors.
    pub input: (i32, i32),
    /// See `input`.
    pub output: (i32, i32),
    /// See `input`.
    pub errors: (i32, i32),
    /// The pipe that failures are told through.
    pub failure: (i32, i32),
    /// Handle SIGPIPE, SIGXFSZ by default again.
    pub restore_signals: bool,
    /// Found a session.
    pub new_session: bool,
    /// The process group to join; -1: none.
    pub group: i32,
    /// The group id to take.
    pub gid: Option<u32>,
    /// Further groups.
    pub groups: Option<Vec<u32>>,
    /// The user id to take.
    pub uid: Option<u32>,
    /// The umask; negative: the parent's.
    pub umask: i32,
}

/// The pointers that `exec` wants, made before the fork.
struct Prepared<'a> {
    plan: &'a Plan,
    programs: Vec<*const libc::c_char>,
    args: Vec<*const libc::c_char>,
    environment: Option<Vec<*const libc::c_char>>,
}

/// Where the child failed.
enum Failure {
    /// Before `exec`; the words say at what.
    Before(i32, &'static [u8]),
    /// In `exec`.
    Exec(i32),
    /// In the function that the caller wanted called.
    Callback,
}

fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
    strings.iter().map(|s| s.as_ptr()).chain([std::ptr::null()]).collect()
}

/// Starts the child; the result is its process id. `callback` is run in the child before `exec`
/// and says whether all is well; `fork` makes the process.
///
/// # Errors
/// The error number of `fork`.
pub fn start(
    plan: &Plan,
    fork: impl FnOnce() -> Result<i32, i32>,
    callback: Option<&mut dyn FnMut() -> bool>,
) -> Result<i32, i32> {
    let prepared = Prepared {
        plan,
        programs: plan.programs.iter().map(|s| s.as_ptr()).collect(),
        args: pointers(&plan.args),
        environment: plan.environment.as_deref().map(pointers),
    };
    let pid = fork()?;
    if pid != 0 {
        return Ok(pid);
    }
    let failure = prepared.run(callback);
    tell(plan.failure.1, &failure);
    process::exit_now(255)
}

/// Writes what failed to the pipe, without allocating.
fn tell(pipe: i32, failure: &Failure) {
    let mut text = [0u8; 64];
    let mut length = 0;
    let mut push = |bytes: &[u8]| {
        for &byte in bytes {
            if length < 64 {
                text[length] = byte;
                length += 1;
            }
        }
    };
    match failure {
        Failure::Callback => push(b"SubprocessError:0:Exception occurred in preexec_fn."),
        Failure::Before(errno, _) | Failure::Exec(errno) => {
            push(b"OSError:");
            let mut started = false;
            for shift in (0..8).rev() {
                let digit = (*errno as u32 >> (4 * shift) & 15) as usize;
                started |= digit != 0;
                if started {
                    push(&b"0123456789ABCDEF"[digit..=digit]);
                }
            }
            push(b":");
            if let Failure::Before(_, step) = failure {
                push(step);
            }
        }
    }
    // Nobody can be told if this fails too.
    let _ = super::file::write(pipe, &text[..length]);
}

impl Prepared<'_> {
    fn run(&self, callback: Option<&mut dyn FnMut() -> bool>) -> Failure {
        match self.set_up(callback) {
            Ok(()) => self.exec(),
            Err(failure) => failure,
        }
    }

    fn set_up(&self, callback: Option<&mut dyn FnMut() -> bool>) -> Result<(), Failure> {
        let plan = self.plan;
        let check = |result: i32| {
            if result == -1 { Err(Failure::Before(last_error(), b"")) } else { Ok(result) }
        };
        // SAFETY: plain system calls on numbers, and C strings made before the fork; all may be
        // called between `fork` and `exec`.
        unsafe {
            for &fd in &plan.keep {
                if fd != plan.failure.1 {
                    inherit(fd);
                }
            }
            for fd in [plan.input.1, plan.output.0, plan.errors.0] {
                if fd >= 0 {
                    check(libc::close(fd))?;
                }
            }
            check(libc::close(plan.failure.0))?;
            let (mut output, mut errors) = (plan.output.1, plan.errors.1);
            if output == 0 {
                output = check(libc::dup(output))?;
                inherit_not(output);
            }
            while errors == 0 || errors == 1 {
                errors = check(libc::dup(errors))?;
                inherit_not(errors);
            }
            for (from, to) in [(plan.input.0, 0), (output, 1), (errors, 2)] {
                if from == to {
                    inherit(from);
                } else if from != -1 {
                    check(libc::dup2(from, to))?;
                }
            }
            if let Some(folder) = &plan.folder
                && libc::chdir(folder.as_ptr()) == -1
            {
                return Err(Failure::Before(last_error(), b"noexec:chdir"));
            }
            if plan.umask >= 0 {
                libc::umask(plan.umask as u32);
            }
            if plan.restore_signals {
                for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
                    libc::signal(signal, libc::SIG_DFL);
                }
            }
            let step = |result: i32| {
                if result == -1 { Err(Failure::Before(last_error(), b"noexec")) } else { Ok(()) }
            };
            if plan.new_session {
                libc::setsid();
            }
            if plan.group >= 0 {
                step(libc::setpgid(0, plan.group))?;
            }
            if let Some(groups) = &plan.groups {
                step(libc::syscall(libc::SYS_setgroups, groups.len(), groups.as_ptr()) as i32)?;
            }
            if let Some(gid) = plan.gid {
                step(libc::syscall(libc::SYS_setregid, gid, gid) as i32)?;
            }
            if let Some(uid) = plan.uid {
                step(libc::syscall(libc::SYS_setreuid, uid, uid) as i32)?;
            }
            if let Some(callback) = callback
                && !callback()
            {
                return Err(Failure::Callback);
            }
            if plan.close_others {
                let mut from = 3;
                for &keep in plan.keep.iter().filter(|&&fd| fd >= 3) {
                    close_range(from, keep - 1);
                    from = keep + 1;
                }
                close_range(from, i32::MAX);
            }
        }
        Ok(())
    }

    fn exec(&self) -> Failure {
        let mut kept = 0;
        // SAFETY: null-terminated arrays of C strings, made before the fork.
        unsafe {
            let environment = match &self.environment {
                Some(environment) => environment.as_ptr(),
                None => libc::environ.cast_const().cast(),
            };
            for &program in &self.programs {
                libc::execve(program, self.args.as_ptr(), environment);
                let errno = last_error();
                if errno != libc::ENOENT && errno != libc::ENOTDIR && kept == 0 {
                    kept = errno;
                }
            }
        }
        Failure::Exec(if kept != 0 { kept } else { last_error() })
    }
}

/// Lets a descriptor stay open over `exec`.
fn inherit(fd: i32) {
    // SAFETY: plain numbers.
    unsafe {
        let flags = libc::fcntl(fd, libc::F_GETFD);
        libc::fcntl(fd, libc::F_SETFD, flags & !libc::FD_CLOEXEC);
    }
}

fn inherit_not(fd: i32) {
    // SAFETY: plain numbers.
    unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) };
}

/// Closes all descriptors from `first` to `last`.
fn close_range(first: i32, last: i32) {
    if first > last {
        return;
    }
    // SAFETY: plain numbers; the child owns its descriptors.
    unsafe {
        if libc::syscall(libc::SYS_close_range, first as u32, last as u32, 0u32) == -1 {
            let limit = libc::sysconf(libc::_SC_OPEN_MAX).clamp(256, 65_536) as i32;
            for fd in first..=last.min(limit) {
                libc::close(fd);
            }
        }
    }
}
