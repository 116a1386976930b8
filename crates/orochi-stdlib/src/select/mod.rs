//! `select`: waiting for descriptors.
//!
//! * here: `select()`; [`poll`]: `poll` objects; [`epoll`]: `epoll` objects

mod epoll;
mod poll;

use std::time::{Duration, Instant};

use orochi_vm::class::{Method, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::tuple::Tuple;

use crate::argument::float;
use crate::posix::blocking::irrevocable;
use crate::posix::path::file_descriptor;
use crate::system::Outcome;
use crate::system::wait::{self, Watched};

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module supports asynchronous I/O on multiple file descriptors.\n\n\
          *** IMPORTANT NOTICE ***\n\
          On Windows, only sockets are supported; on Unix, all file descriptors.",
    functions: FUNCTIONS,
    types: &[&epoll::EPOLL],
    execute: Some(|th, module| {
        for &(name, number) in CONSTANTS {
            let value = th.int_from_i64(number)?;
            module.dict().set_str(th, th.name(name), value)?;
        }
        let error = classes::OS_ERROR.class().value();
        module.dict().set_str(th, th.name("error"), error)?;
        orochi_vm::class::native::make_class(th, &poll::POLL)?;
        Ok(())
    }),
    ..ModuleSpec::named("select")
};

static FUNCTIONS: &[Method] = &[
    function(
        "select(rlist, wlist, xlist, timeout=None, /)",
        select,
        "Wait until one or more file descriptors are ready for some kind of I/O.",
    ),
    function("poll()", poll::make, "Returns a polling object."),
];

static CONSTANTS: &[(&str, i64)] = &[
    ("PIPE_BUF", libc::PIPE_BUF as i64),
    ("POLLIN", libc::POLLIN as i64),
    ("POLLPRI", libc::POLLPRI as i64),
    ("POLLOUT", libc::POLLOUT as i64),
    ("POLLERR", libc::POLLERR as i64),
    ("POLLHUP", libc::POLLHUP as i64),
    ("POLLNVAL", libc::POLLNVAL as i64),
    ("POLLRDNORM", libc::POLLRDNORM as i64),
    ("POLLRDBAND", libc::POLLRDBAND as i64),
    ("POLLWRNORM", libc::POLLWRNORM as i64),
    ("POLLWRBAND", libc::POLLWRBAND as i64),
    ("POLLMSG", 0x400),
    ("POLLRDHUP", libc::POLLRDHUP as i64),
    ("EPOLL_CLOEXEC", libc::EPOLL_CLOEXEC as i64),
    ("EPOLLIN", libc::EPOLLIN as i64),
    ("EPOLLOUT", libc::EPOLLOUT as i64),
    ("EPOLLPRI", libc::EPOLLPRI as i64),
    ("EPOLLERR", libc::EPOLLERR as i64),
    ("EPOLLHUP", libc::EPOLLHUP as i64),
    ("EPOLLRDHUP", libc::EPOLLRDHUP as i64),
    ("EPOLLET", 1 << 31),
    ("EPOLLONESHOT", libc::EPOLLONESHOT as i64),
    ("EPOLLEXCLUSIVE", libc::EPOLLEXCLUSIVE as i64),
    ("EPOLLRDNORM", libc::EPOLLRDNORM as i64),
    ("EPOLLRDBAND", libc::EPOLLRDBAND as i64),
    ("EPOLLWRNORM", libc::EPOLLWRNORM as i64),
    ("EPOLLWRBAND", libc::EPOLLWRBAND as i64),
    ("EPOLLMSG", libc::EPOLLMSG as i64),
    ("EPOLLWAKEUP", libc::EPOLLWAKEUP as i64),
];

/// Seconds to wait; `None`: for ever.
fn seconds(th: &mut Thread, value: Value) -> Result<Option<Duration>, Raised> {
    if value.is_unbound() || value.is_none() {
        return Ok(None);
    }
    let Ok(seconds) = float(th, value) else {
        th.take_exception();
        return Err(th.type_error("timeout must be a float or None"));
    };
    if seconds.is_nan() {
        return Err(th.value_error("Invalid value NaN (not a number)"));
    }
    Ok(Some(if seconds < 0.0 {
        Duration::MAX
    } else {
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }))
}

/// Waits by a call that is given milliseconds (negative: for ever); again after a signal, for the
/// rest of the time.
pub(crate) fn wait_for<T>(
    th: &mut Thread,
    time: Option<Duration>,
    mut call: impl FnMut(i32) -> Outcome<T>,
) -> Result<T, Raised> {
    irrevocable(th)?;
    let end = time.and_then(|time| Instant::now().checked_add(time));
    loop {
        let left = match (time, end) {
            (Some(_), Some(end)) => {
                let left = end.saturating_duration_since(Instant::now());
                // Rounded up, so that a short time is not none.
                i32::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
            }
            _ => -1,
        };
        match th.away(|| call(left)) {
            Err(libc::EINTR) => th.poll()?,
            Ok(result) => return Ok(result),
            Err(errno) => return Err(th.os_error(errno)),
        }
    }
}

fn select(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let time = seconds(th, args[3])?;
    if time == Some(Duration::MAX) {
        let negative = float(th, args[3])? < 0.0;
        if negative {
            return Err(th.value_error("timeout must be non-negative"));
        }
    }
    const READ: i16 =
        libc::POLLIN | libc::POLLRDNORM | libc::POLLRDBAND | libc::POLLHUP | libc::POLLERR;
    const WRITE: i16 = libc::POLLOUT | libc::POLLWRNORM | libc::POLLWRBAND | libc::POLLERR;
    let asked = [libc::POLLIN, libc::POLLOUT, libc::POLLPRI];
    let answers = [READ, WRITE, libc::POLLPRI];
    let mut objects = [const { RootVec::new() }; 3];
    let mut watched: Vec<Watched> = Vec::new();
    for (list, (&arg, events)) in objects.iter_mut().zip(args.iter().zip(asked)) {
        if let Err(raised) = th.collect(arg, list) {
            return match th.catch(raised, &classes::TYPE_ERROR) {
                Some(_) => Err(th.type_error("arguments 1-3 must be sequences")),
                None => Err(raised),
            };
        }
        for &object in list.iter() {
            let fd = file_descriptor(th, object)?;
            watched.push(Watched { fd, events, revents: 0 });
        }
    }
    wait_for(th, time, |left| wait::poll(&mut watched, left))?;
    if watched.iter().any(|entry| entry.revents & libc::POLLNVAL != 0) {
        return Err(th.os_error(libc::EBADF));
    }
    let mut entries = watched.iter();
    let mut lists = [Value::NONE; 3];
    for ((list, result), answer) in objects.iter().zip(&mut lists).zip(answers) {
        let ready = List::new(th)?;
        for (&object, entry) in list.iter().zip(entries.by_ref()) {
            if entry.revents & answer != 0 {
                ready.push(th, object)?;
            }
        }
        *result = ready.value();
    }
    Ok(Tuple::from_slice(th, &lists)?.value())
}
