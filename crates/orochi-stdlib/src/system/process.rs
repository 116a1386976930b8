//! Processes, identity, limits, time, the environment.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

use super::{Outcome, check, check_size, last_error};

macro_rules! numbers {
    ($($(#[$m:meta])* $name:ident($($arg:ident: $type:ty),*) -> $result:ty = $call:expr;)*) => {
        $(
            $(#[$m])*
            pub fn $name($($arg: $type),*) -> $result {
                // SAFETY: plain numbers; cannot fail.
                unsafe { $call }
            }
        )*
    };
}

numbers! {
    /// `getpid`
    getpid() -> i32 = libc::getpid();
    /// `getppid`
    getppid() -> i32 = libc::getppid();
    /// `getuid`
    getuid() -> u32 = libc::getuid();
    /// `geteuid`
    geteuid() -> u32 = libc::geteuid();
    /// `getgid`
    getgid() -> u32 = libc::getgid();
    /// `getegid`
    getegid() -> u32 = libc::getegid();
    /// `getpgrp`
    getpgrp() -> i32 = libc::getpgrp();
    /// `gettid`
    gettid() -> i32 = libc::gettid();
}

macro_rules! calls {
    ($($(#[$m:meta])* $name:ident($($arg:ident: $type:ty),*) = $call:expr;)*) => {
        $(
            $(#[$m])*
            pub fn $name($($arg: $type),*) -> Outcome<i32> {
                // SAFETY: plain numbers.
                check(unsafe { $call })
            }
        )*
    };
}

calls! {
    /// `kill`
    kill(pid: i32, signal: i32) = libc::kill(pid, signal);
    /// `killpg`
    killpg(group: i32, signal: i32) = libc::killpg(group, signal);
    /// `getpgid`
    getpgid(pid: i32) = libc::getpgid(pid);
    /// `setpgid`
    setpgid(pid: i32, group: i32) = libc::setpgid(pid, group);
    /// `getsid`
    getsid(pid: i32) = libc::getsid(pid);
    /// `setsid`
    setsid() = libc::setsid();
    /// `setuid`
    setuid(id: u32) = libc::setuid(id);
    /// `seteuid`
    seteuid(id: u32) = libc::seteuid(id);
    /// `setgid`
    setgid(id: u32) = libc::setgid(id);
    /// `setegid`
    setegid(id: u32) = libc::setegid(id);
    /// `setreuid`
    setreuid(real: u32, effective: u32) = libc::setreuid(real, effective);
    /// `setregid`
    setregid(real: u32, effective: u32) = libc::setregid(real, effective);
    /// `setresuid`
    setresuid(real: u32, effective: u32, saved: u32) = libc::setresuid(real, effective, saved);
    /// `setresgid`
    setresgid(real: u32, effective: u32, saved: u32) = libc::setresgid(real, effective, saved);
    /// `setpriority`
    setpriority(which: i32, who: u32, priority: i32) = libc::setpriority(which as _, who, priority);
    /// `sched_yield`
    sched_yield() = libc::sched_yield();
    /// `sched_getscheduler`
    sched_getscheduler(pid: i32) = libc::sched_getscheduler(pid);
    /// `sched_get_priority_max`
    sched_get_priority_max(policy: i32) = libc::sched_get_priority_max(policy);
    /// `sched_get_priority_min`
    sched_get_priority_min(policy: i32) = libc::sched_get_priority_min(policy);
    /// `pidfd_open`
    pidfd_open(pid: i32, flags: u32) = libc::syscall(libc::SYS_pidfd_open, pid, flags) as i32;
}

/// `getresuid`
pub fn getresuid() -> Outcome<[u32; 3]> {
    let mut ids = [0; 3];
    let [a, b, c] = &mut ids;
    // SAFETY: three numbers, filled by the call.
    check(unsafe { libc::getresuid(a, b, c) })?;
    Ok(ids)
}

/// `getresgid`
pub fn getresgid() -> Outcome<[u32; 3]> {
    let mut ids = [0; 3];
    let [a, b, c] = &mut ids;
    // SAFETY: three numbers, filled by the call.
    check(unsafe { libc::getresgid(a, b, c) })?;
    Ok(ids)
}

/// `getgroups`
pub fn getgroups() -> Outcome<Vec<u32>> {
    // SAFETY: asks for the number first, then fills so many.
    unsafe {
        let count = check(libc::getgroups(0, std::ptr::null_mut()))?;
        let mut groups = vec![0; count as usize];
        let count = check(libc::getgroups(count, groups.as_mut_ptr()))?;
        groups.truncate(count as usize);
        Ok(groups)
    }
}

/// `setgroups`
pub fn setgroups(groups: &[u32]) -> Outcome<i32> {
    // SAFETY: as many as said.
    check(unsafe { libc::setgroups(groups.len(), groups.as_ptr()) })
}

/// `initgroups`
pub fn initgroups(user: &CStr, group: u32) -> Outcome<i32> {
    // SAFETY: a C string and a number.
    check(unsafe { libc::initgroups(user.as_ptr(), group) })
}

/// `getgrouplist`
pub fn getgrouplist(user: &CStr, group: u32) -> Outcome<Vec<u32>> {
    let mut count = 64;
    loop {
        let mut groups = vec![0; count as usize];
        let before = count;
        // SAFETY: room for as many as said.
        let found =
            unsafe { libc::getgrouplist(user.as_ptr(), group, groups.as_mut_ptr(), &mut count) };
        if found >= 0 {
            groups.truncate(count.max(0) as usize);
            return Ok(groups);
        }
        count = count.max(before * 2);
        if count > 1 << 20 {
            return Err(libc::ENOMEM);
        }
    }
}

/// `getpriority`
pub fn getpriority(which: i32, who: u32) -> Outcome<i32> {
    super::file::limit(|| {
        // SAFETY: plain numbers.
        i64::from(unsafe { libc::getpriority(which as _, who) })
    })
    .map(|priority| priority as i32)
}

/// `nice`
pub fn nice(increment: i32) -> Outcome<i32> {
    super::file::limit(|| {
        // SAFETY: a plain number.
        i64::from(unsafe { libc::nice(increment) })
    })
    .map(|priority| priority as i32)
}

/// `sysconf`; −1 where there is no limit.
pub fn sysconf(name: i32) -> Outcome<i64> {
    super::file::limit(|| {
        // SAFETY: a plain number.
        unsafe { libc::sysconf(name) }
    })
}

/// `confstr`; `None` where it has no value.
pub fn confstr(name: i32) -> Outcome<Option<Vec<u8>>> {
    // SAFETY: asks for the length first, then fills so many bytes.
    unsafe {
        *libc::__errno_location() = 0;
        let length = confstr_call(name, std::ptr::null_mut(), 0);
        if length == 0 {
            return match last_error() {
                0 => Ok(None),
                errno => Err(errno),
            };
        }
        let mut buffer = vec![0u8; length];
        confstr_call(name, buffer.as_mut_ptr().cast(), length);
        buffer.truncate(length - 1);
        Ok(Some(buffer))
    }
}

unsafe extern "C" {
    #[link_name = "confstr"]
    fn confstr_call(
        name: libc::c_int,
        buffer: *mut libc::c_char,
        length: libc::size_t,
    ) -> libc::size_t;
}

/// `waitpid`: the process and its status.
pub fn waitpid(pid: i32, options: i32) -> Outcome<(i32, i32)> {
    let mut status = 0;
    // SAFETY: a number, filled by the call.
    let pid = check(unsafe { libc::waitpid(pid, &mut status, options) })?;
    Ok((pid, status))
}

/// `wait4`: the process, its status, and what it used.
pub fn wait4(pid: i32, options: i32) -> Outcome<(i32, i32, libc::rusage)> {
    let mut status = 0;
    let mut usage = MaybeUninit::zeroed();
    // SAFETY: filled by the call; zeros are valid too.
    unsafe {
        let pid = check(libc::wait4(pid, &mut status, options, usage.as_mut_ptr()))?;
        Ok((pid, status, usage.assume_init()))
    }
}

/// What `waitid` says: process, user, signal, status, code.
pub fn waitid(kind: u32, id: u32, options: i32) -> Outcome<Option<[i64; 5]>> {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    // SAFETY: filled by the call; zeros are valid too, and mean that nothing has happened.
    unsafe {
        check(libc::waitid(kind, id, info.as_mut_ptr(), options))?;
        let info = info.assume_init();
        if info.si_pid() == 0 {
            return Ok(None);
        }
        Ok(Some([
            i64::from(info.si_pid()),
            i64::from(info.si_uid()),
            i64::from(info.si_signo),
            i64::from(info.si_status()),
            i64::from(info.si_code),
        ]))
    }
}

/// Ends the process at once.
pub fn exit_now(status: i32) -> ! {
    // SAFETY: does not come back.
    unsafe { libc::_exit(status) }
}

/// Ends the process by a signal that nobody handles.
pub fn end_by_signal(signal: i32) -> ! {
    // SAFETY: the default action of the signal ends the process; if it does not, `_exit` does.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::kill(libc::getpid(), signal);
        libc::_exit(128 + signal)
    }
}

/// Aborts the process.
pub fn abort() -> ! {
    // SAFETY: does not come back.
    unsafe { libc::abort() }
}

/// Ignores a signal.
pub fn ignore_signal(signal: i32) {
    // SAFETY: no handler runs any code.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}

/// Null-terminated pointers to C strings, as `exec` wants them.
fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
    strings.iter().map(|s| s.as_ptr()).chain([std::ptr::null()]).collect()
}

/// `execv`, `execve`, or `fexecve` for a descriptor. Returns only when it fails.
pub fn exec(place: Result<&CStr, i32>, args: &[CString], environment: Option<&[CString]>) -> i32 {
    let args = pointers(args);
    let environment = environment.map(pointers);
    // SAFETY: null-terminated arrays of C strings; without an environment the process's own.
    unsafe {
        let env = match &environment {
            Some(given) => given.as_ptr(),
            None => libc::environ.cast_const().cast(),
        };
        match place {
            Ok(path) => libc::execve(path.as_ptr(), args.as_ptr(), env),
            Err(fd) => libc::fexecve(fd, args.as_ptr(), env),
        };
    }
    last_error()
}

/// What `posix_spawn` is told beyond path, arguments and environment.
#[derive(Debug, Default)]
pub struct SpawnOptions {
    /// Steps in the child, in order.
    pub actions: Vec<SpawnAction>,
    /// The process group to join or found.
    pub group: Option<i32>,
    /// Effective ids become real ids.
    pub reset_ids: bool,
    /// Found a session.
    pub new_session: bool,
    /// Signals to block.
    pub mask: Option<Vec<i32>>,
    /// Signals to be handled by default.
    pub defaults: Option<Vec<i32>>,
    /// Scheduler policy (if it is to change) and priority.
    pub scheduler: Option<(Option<i32>, i32)>,
    /// Search `PATH`.
    pub search: bool,
}

/// A step of `posix_spawn` in the child.
#[derive(Debug)]
pub enum SpawnAction {
    /// Opens a file as a descriptor.
    Open(i32, CString, i32, u32),
    /// Closes a descriptor.
    Close(i32),
    /// Duplicates a descriptor.
    Dup2(i32, i32),
    /// Closes all descriptors from one on.
    CloseFrom(i32),
}

fn signal_set(signals: &[i32]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: `sigemptyset` initialises the set.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for &signal in signals {
            libc::sigaddset(set.as_mut_ptr(), signal);
        }
        set.assume_init()
    }
}

unsafe extern "C" {
    fn posix_spawn_file_actions_addclosefrom_np(
        actions: *mut libc::posix_spawn_file_actions_t,
        from: libc::c_int,
    ) -> libc::c_int;
}

/// `posix_spawn`: the process.
pub fn spawn(
    path: &CStr,
    args: &[CString],
    environment: Option<&[CString]>,
    options: &SpawnOptions,
) -> Outcome<i32> {
    let args = pointers(args);
    let environment = environment.map(pointers);
    let mut actions = MaybeUninit::<libc::posix_spawn_file_actions_t>::uninit();
    let mut attributes = MaybeUninit::<libc::posix_spawnattr_t>::uninit();
    // SAFETY: both structures are initialised before use and destroyed after it; all strings
    // outlive the call.
    unsafe {
        libc::posix_spawn_file_actions_init(actions.as_mut_ptr());
        libc::posix_spawnattr_init(attributes.as_mut_ptr());
        let (a, t) = (actions.as_mut_ptr(), attributes.as_mut_ptr());
        let mut failed = 0;
        for action in &options.actions {
            failed = match action {
                SpawnAction::Open(fd, path, flags, mode) => {
                    libc::posix_spawn_file_actions_addopen(a, *fd, path.as_ptr(), *flags, *mode)
                }
                SpawnAction::Close(fd) => libc::posix_spawn_file_actions_addclose(a, *fd),
                SpawnAction::Dup2(from, to) => {
                    libc::posix_spawn_file_actions_adddup2(a, *from, *to)
                }
                SpawnAction::CloseFrom(fd) => posix_spawn_file_actions_addclosefrom_np(a, *fd),
            };
            if failed != 0 {
                break;
            }
        }
        let mut flags = 0;
        if let Some(group) = options.group {
            libc::posix_spawnattr_setpgroup(t, group);
            flags |= libc::POSIX_SPAWN_SETPGROUP;
        }
        if options.reset_ids {
            flags |= libc::POSIX_SPAWN_RESETIDS;
        }
        if options.new_session {
            flags |= 0x80;
        }
        if let Some(mask) = &options.mask {
            libc::posix_spawnattr_setsigmask(t, &signal_set(mask));
            flags |= libc::POSIX_SPAWN_SETSIGMASK;
        }
        if let Some(defaults) = &options.defaults {
            libc::posix_spawnattr_setsigdefault(t, &signal_set(defaults));
            flags |= libc::POSIX_SPAWN_SETSIGDEF;
        }
        if let Some((policy, priority)) = options.scheduler {
            let parameters = libc::sched_param { sched_priority: priority };
            libc::posix_spawnattr_setschedparam(t, &parameters);
            flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
            if let Some(policy) = policy {
                libc::posix_spawnattr_setschedpolicy(t, policy);
                flags |= libc::POSIX_SPAWN_SETSCHEDULER;
            }
        }
        libc::posix_spawnattr_setflags(t, flags as libc::c_short);
        let env = match &environment {
            Some(given) => given.as_ptr(),
            None => libc::environ.cast_const().cast(),
        };
        let mut pid = 0;
        if failed == 0 {
            let call = if options.search { libc::posix_spawnp } else { libc::posix_spawn };
            failed = call(&mut pid, path.as_ptr(), a, t, args.as_ptr().cast(), env.cast());
        }
        libc::posix_spawn_file_actions_destroy(a);
        libc::posix_spawnattr_destroy(t);
        if failed == 0 { Ok(pid) } else { Err(failed) }
    }
}

/// `fork`: 0 in the child.
pub fn fork() -> Outcome<i32> {
    // SAFETY: called with the world stopped, so that no other thread holds anything that the
    // child would wait for.
    check(unsafe { libc::fork() })
}

/// The environment: names and values, joined by `=`.
pub fn environment() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    // SAFETY: the process's environment, which ends with a null pointer.
    unsafe {
        let mut at = libc::environ;
        while !at.is_null() && !(*at).is_null() {
            all.push(CStr::from_ptr(*at).to_bytes().to_vec());
            at = at.add(1);
        }
    }
    all
}

/// `setenv`
pub fn setenv(name: &CStr, value: &CStr) -> Outcome<i32> {
    // SAFETY: C strings, which the call copies.
    check(unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) })
}

/// `unsetenv`
pub fn unsetenv(name: &CStr) -> Outcome<i32> {
    // SAFETY: a C string.
    check(unsafe { libc::unsetenv(name.as_ptr()) })
}

/// `getrandom`
pub fn getrandom(buffer: &mut [u8], flags: u32) -> Outcome<usize> {
    // SAFETY: the buffer is as long as said.
    check_size(unsafe { libc::getrandom(buffer.as_mut_ptr().cast(), buffer.len(), flags) })
}

/// `times`: user, system, children's user, children's system, elapsed; in seconds.
pub fn times() -> Outcome<[f64; 5]> {
    let mut times = MaybeUninit::<libc::tms>::uninit();
    // SAFETY: filled by the call.
    let (elapsed, times) = unsafe {
        let elapsed = libc::times(times.as_mut_ptr());
        if elapsed == -1 {
            return Err(last_error());
        }
        (elapsed, times.assume_init())
    };
    let ticks = sysconf(libc::_SC_CLK_TCK).unwrap_or(100).max(1) as f64;
    let all = [times.tms_utime, times.tms_stime, times.tms_cutime, times.tms_cstime, elapsed];
    Ok(all.map(|count| count as f64 / ticks))
}

/// `uname`: system, node, release, version, machine.
pub fn uname() -> Outcome<[Vec<u8>; 5]> {
    let mut names = MaybeUninit::<libc::utsname>::uninit();
    // SAFETY: filled by the call with C strings.
    unsafe {
        check(libc::uname(names.as_mut_ptr()))?;
        let names = names.assume_init();
        let text = |field: &[libc::c_char]| CStr::from_ptr(field.as_ptr()).to_bytes().to_vec();
        Ok([
            text(&names.sysname),
            text(&names.nodename),
            text(&names.release),
            text(&names.version),
            text(&names.machine),
        ])
    }
}

/// `getloadavg`
pub fn getloadavg() -> Option<[f64; 3]> {
    let mut averages = [0.0; 3];
    // SAFETY: three numbers, filled by the call.
    (unsafe { libc::getloadavg(averages.as_mut_ptr(), 3) } == 3).then_some(averages)
}

/// The processors a process may run on.
pub fn sched_getaffinity(pid: i32) -> Outcome<Vec<usize>> {
    let mut set = [0u64; 128];
    let size = size_of_val(&set);
    // SAFETY: a set as long as said.
    check(unsafe { libc::sched_getaffinity(pid, size, set.as_mut_ptr().cast()) })?;
    Ok((0..8 * size).filter(|at| set[at / 64] >> (at % 64) & 1 == 1).collect())
}

/// Sets the processors a process may run on.
pub fn sched_setaffinity(pid: i32, processors: &[usize]) -> Outcome<i32> {
    let mut set = [0u64; 128];
    for &at in processors {
        match set.get_mut(at / 64) {
            Some(word) => *word |= 1 << (at % 64),
            None => return Err(libc::EINVAL),
        }
    }
    // SAFETY: a set as long as said.
    check(unsafe { libc::sched_setaffinity(pid, size_of_val(&set), set.as_ptr().cast()) })
}

/// `sched_setscheduler`
pub fn sched_setscheduler(pid: i32, policy: i32, priority: i32) -> Outcome<i32> {
    let parameters = libc::sched_param { sched_priority: priority };
    // SAFETY: a structure that the call reads.
    check(unsafe { libc::sched_setscheduler(pid, policy, &parameters) })
}

/// `sched_setparam`
pub fn sched_setparam(pid: i32, priority: i32) -> Outcome<i32> {
    let parameters = libc::sched_param { sched_priority: priority };
    // SAFETY: a structure that the call reads.
    check(unsafe { libc::sched_setparam(pid, &parameters) })
}

/// `sched_getparam`: the priority.
pub fn sched_getparam(pid: i32) -> Outcome<i32> {
    let mut parameters = libc::sched_param { sched_priority: 0 };
    // SAFETY: a structure that the call fills.
    check(unsafe { libc::sched_getparam(pid, &mut parameters) })?;
    Ok(parameters.sched_priority)
}

/// `sched_rr_get_interval` in seconds.
pub fn sched_rr_get_interval(pid: i32) -> Outcome<f64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a structure that the call fills.
    check(unsafe { libc::sched_rr_get_interval(pid, &mut time) })?;
    Ok(time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9)
}

/// `getrlimit`: soft and hard limit.
pub fn getrlimit(which: i32) -> Outcome<(u64, u64)> {
    let mut limits = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a structure that the call fills.
    check(unsafe { libc::getrlimit(which as _, &mut limits) })?;
    Ok((limits.rlim_cur, limits.rlim_max))
}

/// `setrlimit`
pub fn setrlimit(which: i32, soft: u64, hard: u64) -> Outcome<i32> {
    let limits = libc::rlimit { rlim_cur: soft, rlim_max: hard };
    // SAFETY: a structure that the call reads.
    check(unsafe { libc::setrlimit(which as _, &limits) })
}

/// `prlimit`: the limits as they were.
pub fn prlimit(pid: i32, which: i32, new: Option<(u64, u64)>) -> Outcome<(u64, u64)> {
    let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    let new = new.map(|(soft, hard)| libc::rlimit { rlim_cur: soft, rlim_max: hard });
    let pointer = new.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: structures that the call reads (or none) and fills.
    check(unsafe { libc::prlimit(pid, which as _, pointer, &mut old) })?;
    Ok((old.rlim_cur, old.rlim_max))
}

/// `getrusage`
pub fn getrusage(who: i32) -> Outcome<libc::rusage> {
    let mut usage = MaybeUninit::uninit();
    // SAFETY: filled by the call if it succeeds.
    unsafe {
        check(libc::getrusage(who, usage.as_mut_ptr()))?;
        Ok(usage.assume_init())
    }
}

/// The version of the C library.
pub fn c_library_version() -> String {
    // SAFETY: a C string that lives for ever.
    unsafe { CStr::from_ptr(libc::gnu_get_libc_version()) }.to_string_lossy().into_owned()
}

/// How much memory the process has, in bytes.
pub fn resident_bytes() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

/// What a clock of the system says.
pub fn clock_time(clock: libc::clockid_t) -> std::time::Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call fills the record; a clock that is missing leaves zeros.
    unsafe { libc::clock_gettime(clock, &mut time) };
    std::time::Duration::new(time.tv_sec.max(0) as u64, time.tv_nsec as u32)
}
