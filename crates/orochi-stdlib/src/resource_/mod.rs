//! `resource`: limits of the process and what it has used.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;
use orochi_vm::types::int::as_i64;
use orochi_vm::types::tuple::Tuple;

use crate::argument::{c_int, c_long, given};
use crate::posix::blocking::{attempt, run};
use crate::structure::Structure;
use crate::system::process;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    functions: FUNCTIONS,
    execute: Some(|th, module| {
        for &(name, number) in CONSTANTS {
            let value = th.int_from_i64(number)?;
            module.dict().set_str(th, th.name(name), value)?;
        }
        let error = classes::OS_ERROR.class().value();
        module.dict().set_str(th, th.name("error"), error)?;
        let usage = USAGE.class(th)?;
        module.dict().set_str(th, th.name("struct_rusage"), usage)
    }),
    ..ModuleSpec::named("resource")
};

static FUNCTIONS: &[Method] = &[
    function("getrusage(who, /)", getrusage, ""),
    function("getrlimit(resource, /)", getrlimit, ""),
    function("setrlimit(resource, limits, /)", setrlimit, ""),
    function("prlimit(pid, resource, limits=None, /)", prlimit, ""),
    function("getpagesize()", getpagesize, ""),
];

static CONSTANTS: &[(&str, i64)] = &[
    ("RLIM_INFINITY", -1),
    ("RLIMIT_CPU", libc::RLIMIT_CPU as i64),
    ("RLIMIT_FSIZE", libc::RLIMIT_FSIZE as i64),
    ("RLIMIT_DATA", libc::RLIMIT_DATA as i64),
    ("RLIMIT_STACK", libc::RLIMIT_STACK as i64),
    ("RLIMIT_CORE", libc::RLIMIT_CORE as i64),
    ("RLIMIT_NOFILE", libc::RLIMIT_NOFILE as i64),
    ("RLIMIT_OFILE", libc::RLIMIT_NOFILE as i64),
    ("RLIMIT_AS", libc::RLIMIT_AS as i64),
    ("RLIMIT_RSS", libc::RLIMIT_RSS as i64),
    ("RLIMIT_NPROC", libc::RLIMIT_NPROC as i64),
    ("RLIMIT_MEMLOCK", libc::RLIMIT_MEMLOCK as i64),
    ("RLIMIT_MSGQUEUE", libc::RLIMIT_MSGQUEUE as i64),
    ("RLIMIT_NICE", libc::RLIMIT_NICE as i64),
    ("RLIMIT_RTPRIO", libc::RLIMIT_RTPRIO as i64),
    ("RLIMIT_RTTIME", libc::RLIMIT_RTTIME as i64),
    ("RLIMIT_SIGPENDING", libc::RLIMIT_SIGPENDING as i64),
    ("RUSAGE_SELF", libc::RUSAGE_SELF as i64),
    ("RUSAGE_CHILDREN", libc::RUSAGE_CHILDREN as i64),
    ("RUSAGE_THREAD", libc::RUSAGE_THREAD as i64),
];
const KINDS: i32 = 16;

static USAGE: Structure = Structure::new(
    "resource.struct_rusage",
    "struct_rusage: Result from getrusage.",
    &[
        "ru_utime",
        "ru_stime",
        "ru_maxrss",
        "ru_ixrss",
        "ru_idrss",
        "ru_isrss",
        "ru_minflt",
        "ru_majflt",
        "ru_nswap",
        "ru_inblock",
        "ru_oublock",
        "ru_msgsnd",
        "ru_msgrcv",
        "ru_nsignals",
        "ru_nvcsw",
        "ru_nivcsw",
    ],
    16,
);

/// A `struct_rusage`.
pub fn usage_object(th: &mut Thread, usage: &libc::rusage) -> Result<Value, Raised> {
    let seconds =
        |time: libc::timeval| Value::from_f64(time.tv_sec as f64 + time.tv_usec as f64 * 1e-6);
    let mut values = [Value::NONE; 16];
    values[0] = seconds(usage.ru_utime);
    values[1] = seconds(usage.ru_stime);
    let numbers = [
        usage.ru_maxrss,
        usage.ru_ixrss,
        usage.ru_idrss,
        usage.ru_isrss,
        usage.ru_minflt,
        usage.ru_majflt,
        usage.ru_nswap,
        usage.ru_inblock,
        usage.ru_oublock,
        usage.ru_msgsnd,
        usage.ru_msgrcv,
        usage.ru_nsignals,
        usage.ru_nvcsw,
        usage.ru_nivcsw,
    ];
    for (value, number) in values[2..].iter_mut().zip(numbers) {
        *value = th.int_from_i64(number)?;
    }
    USAGE.make(th, &values)
}

fn getrusage(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let who = c_int(th, args[0])?;
    match attempt(th, || process::getrusage(who))? {
        Ok(usage) => usage_object(th, &usage),
        Err(libc::EINVAL) => Err(th.value_error("invalid who parameter")),
        Err(errno) => Err(th.os_error(errno)),
    }
}

fn kind(th: &mut Thread, value: Value) -> Result<i32, Raised> {
    let kind = c_int(th, value)?;
    if !(0..KINDS).contains(&kind) {
        return Err(th.value_error("invalid resource specified"));
    }
    Ok(kind)
}

fn pair(th: &Thread, (soft, hard): (u64, u64)) -> Result<Value, Raised> {
    let values = [th.int_from_i64(soft as i64)?, th.int_from_i64(hard as i64)?];
    Ok(Tuple::from_slice(th, &values)?.value())
}

fn limits(th: &mut Thread, value: Value) -> Result<(u64, u64), Raised> {
    let mut items = RootVec::new();
    th.collect(value, &mut items)?;
    if items.len() != 2 {
        return Err(th.value_error("expected a tuple of 2 integers"));
    }
    let mut limits = [0; 2];
    for (limit, &item) in limits.iter_mut().zip(items.iter()) {
        let index = th.index(item)?;
        *limit = match as_i64(index) {
            Some(number) => number as u64,
            None => c_long(th, index)? as u64,
        };
    }
    Ok((limits[0], limits[1]))
}

fn getrlimit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let kind = kind(th, args[0])?;
    let limits = run(th, || process::getrlimit(kind))?;
    pair(th, limits)
}

fn raise(th: &Thread, errno: i32) -> Raised {
    match errno {
        libc::EINVAL => th.value_error("current limit exceeds maximum limit"),
        libc::EPERM => th.value_error("not allowed to raise maximum limit"),
        errno => th.os_error(errno),
    }
}

fn setrlimit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let kind = kind(th, args[0])?;
    let (soft, hard) = limits(th, args[1])?;
    match attempt(th, || process::setrlimit(kind, soft, hard))? {
        Ok(_) => Ok(Value::NONE),
        Err(errno) => Err(raise(th, errno)),
    }
}

fn prlimit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (pid, kind) = (c_int(th, args[0])?, kind(th, args[1])?);
    let new = match given(args[2]) {
        Some(value) => Some(limits(th, value)?),
        None => None,
    };
    match attempt(th, || process::prlimit(pid, kind, new))? {
        Ok(old) => pair(th, old),
        Err(errno) => Err(raise(th, errno)),
    }
}

fn getpagesize(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let size = run(th, || process::sysconf(libc::_SC_PAGESIZE))?;
    th.int_from_i64(size)
}
