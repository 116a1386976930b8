//! `poll` objects: descriptors and the events that are waited for.

use std::time::Duration;

use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::int::as_i64;
use orochi_vm::types::list::List;
use orochi_vm::types::tuple::Tuple;

use super::wait_for;
use crate::argument::{float, given};
use crate::posix::path::file_descriptor;
use crate::system::wait::{self, Watched};

heap_object! {
    /// A `poll` object.
    pub struct Poll: POLL {
        values {
            /// Events by descriptor.
            watched: Ref<Dict>,
        }
        storage {}
        data {
            /// A wait is under way.
            waiting: bool,
        }
    }
}

/// `select.poll`
pub(super) static POLL: TypeSpec = TypeSpec {
    module: "select",
    flags: TypeFlags::NO_NEW,
    methods: METHODS,
    ..TypeSpec::named("poll", NativeLayout::of::<Poll>())
};

static METHODS: &[Method] = &[
    method(
        "register($self, fd, eventmask=7, /)",
        register,
        "Register a file descriptor with the polling object.",
    ),
    method(
        "modify($self, fd, eventmask, /)",
        modify,
        "Modify an already registered file descriptor.",
    ),
    method(
        "unregister($self, fd, /)",
        unregister,
        "Remove a file descriptor being tracked by the polling object.",
    ),
    method("poll($self, timeout=None, /)", poll, "Polls the set of registered file descriptors."),
];

pub(super) fn make(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let watched = Dict::new(th)?;
    Ok(Poll::allocate(th, watched, false)?.value())
}

fn watched(th: &mut Thread, value: Value) -> Result<Ref<Dict>, Raised> {
    let poll = th.receiver::<Poll>(value)?;
    Ok(th.read(poll)?.watched.get())
}

/// A mask of events.
fn mask(th: &mut Thread, value: Value, otherwise: i16) -> Result<Value, Raised> {
    if value.is_unbound() {
        return Ok(Value::from_i32(i32::from(otherwise)));
    }
    let index = th.index(value)?;
    match as_i64(index) {
        Some(number) if number < 0 => Err(th.value_error("value must be positive")),
        Some(number) if number > 0xFFFF => {
            Err(th.overflow_error("Python int too large for C unsigned short"))
        }
        Some(number) => Ok(Value::from_i32(number as i32)),
        None => Err(th.overflow_error("Python int too large for C unsigned short")),
    }
}

fn register(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[1])?;
    let mask = mask(th, args[2], libc::POLLIN | libc::POLLPRI | libc::POLLOUT)?;
    watched(th, args[0])?.set(th, Value::from_i32(fd), mask)?;
    Ok(Value::NONE)
}

fn modify(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = Value::from_i32(file_descriptor(th, args[1])?);
    let mask = mask(th, args[2], 0)?;
    let watched = watched(th, args[0])?;
    if !watched.contains(th, fd)? {
        return Err(th.os_error(libc::ENOENT));
    }
    watched.set(th, fd, mask)?;
    Ok(Value::NONE)
}

fn unregister(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = Value::from_i32(file_descriptor(th, args[1])?);
    match watched(th, args[0])?.delete(th, fd)? {
        Some(_) => Ok(Value::NONE),
        None => Err(th.key_error(fd)),
    }
}

fn poll(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let time = match given(args[1]) {
        None => None,
        Some(value) => {
            let Ok(milliseconds) = float(th, value) else {
                th.take_exception();
                return Err(th.type_error("timeout must be an integer or None"));
            };
            if milliseconds < 0.0 {
                None
            } else {
                Some(Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or(Duration::MAX))
            }
        }
    };
    let this = th.receiver::<Poll>(args[0])?;
    {
        let guard = th.write(this)?;
        if guard.waiting.get() {
            return Err(guard.thread().runtime_error("concurrent poll() invocation"));
        }
        guard.waiting.set(guard.token(), true);
    }
    let result = wait_on(th, args[0], time);
    let guard = th.write(this)?;
    guard.waiting.set(guard.token(), false);
    result
}

fn wait_on(th: &mut Thread, value: Value, time: Option<Duration>) -> Result<Value, Raised> {
    let dict = watched(th, value)?;
    let mut entries = Vec::new();
    let mut position = 0;
    while let Some((fd, mask, next)) = dict.entry_from(th, position)? {
        position = next;
        let number = |value: Value| as_i64(value).unwrap_or(0);
        entries.push(Watched { fd: number(fd) as i32, events: number(mask) as i16, revents: 0 });
    }
    wait_for(th, time, |left| wait::poll(&mut entries, left))?;
    let ready = List::new(th)?;
    for entry in entries.iter().filter(|entry| entry.revents != 0) {
        let events = i32::from(entry.revents as u16);
        let pair = [Value::from_i32(entry.fd), Value::from_i32(events)];
        let pair = Tuple::from_slice(th, &pair)?.value();
        ready.push(th, pair)?;
    }
    Ok(ready.value())
}
