//! `epoll` objects.

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, function, getter, method,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Header, Value};
use orochi_vm::heap_object;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::tuple::Tuple;

use super::{seconds, wait_for};
use crate::argument::{c_int, c_int_or, c_long};
use crate::posix::blocking::run;
use crate::posix::path::file_descriptor;
use crate::system::{file, wait};

heap_object! {
    /// An `epoll` object.
    pub struct Epoll: EPOLL {
        values {}
        storage {}
        data {
            /// Its descriptor, or −1.
            fd: i32,
        }
    }
}

/// `select.epoll`
pub(super) static EPOLL: TypeSpec = TypeSpec {
    module: "select",
    doc: "Returns an epolling object.\n\n\
          \x20 sizehint\n    The expected number of events to be registered.  It must be positive,\n\
          \x20   or -1 to use the default.  It is only used on older systems where\n\
          \x20   epoll_create1() is not available; otherwise it has no effect (though its\n\
          \x20   value is still checked).\n  flags\n    Deprecated and completely ignored.",
    flags: TypeFlags::NONE,
    new: Some(function("__new__($cls, sizehint=-1, flags=0)", new, "")),
    methods: METHODS,
    getset: GETSET,
    finalise: Some(free),
    ..TypeSpec::named("epoll", NativeLayout::of::<Epoll>())
};

static METHODS: &[Method] = &[
    class_method("fromfd($cls, fd, /)", from_fd, "Create an epoll object from a given control fd."),
    method("close($self, /)", close, "Close the epoll control file descriptor."),
    method("fileno($self, /)", fileno, "Return the epoll control file descriptor."),
    method(
        "register($self, fd, eventmask=7)",
        register,
        "Registers a new fd or raises an OSError if the fd is already registered.",
    ),
    method(
        "modify($self, fd, eventmask)",
        modify,
        "Modify event mask for a registered file descriptor.",
    ),
    method(
        "unregister($self, fd)",
        unregister,
        "Remove a registered file descriptor from the epoll object.",
    ),
    method(
        "poll($self, timeout=None, maxevents=-1)",
        poll,
        "Wait for events on the epoll file descriptor.",
    ),
    method("__enter__($self, /)", enter, ""),
    method("__exit__($self, exc_type=None, exc_value=None, exc_tb=None, /)", close, ""),
];

static GETSET: &[GetSet] = &[getter(
    "closed",
    |th, value| {
        let epoll = th.receiver::<Epoll>(value)?;
        Ok(Value::from_bool(th.read(epoll)?.fd.get() < 0))
    },
    "True if the epoll handler is closed",
)];

/// # Safety
/// A dead `Epoll`.
unsafe fn free(object: *mut Header) {
    // SAFETY: the caller's promise; a data field.
    let fd = unsafe { (*object.cast::<Epoll>()).fd.get() };
    if fd >= 0 {
        // Nobody is left to be told of an error.
        let _ = file::close(fd);
    }
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let size = c_int_or(th, args[1], -1)?;
    let flags = c_int_or(th, args[2], 0)?;
    if size == -1 || size > 0 {
        if flags & !libc::EPOLL_CLOEXEC != 0 {
            return Err(th.os_error(libc::EINVAL));
        }
        let shape = th.instance_shape(args[0], &EPOLL)?;
        let fd = run(th, || wait::epoll_create(libc::EPOLL_CLOEXEC))?;
        return Ok(Epoll::allocate_as(th, shape, fd)?.value());
    }
    Err(th.value_error("sizehint must be positive or -1"))
}

fn from_fd(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &EPOLL)?;
    let fd = c_int(th, args[1])?;
    Ok(Epoll::allocate_as(th, shape, fd)?.value())
}

/// The descriptor; raises `ValueError` if it is closed.
fn opened(th: &mut Thread, value: Value) -> Result<i32, Raised> {
    let epoll = th.receiver::<Epoll>(value)?;
    let fd = th.read(epoll)?.fd.get();
    if fd < 0 { Err(th.value_error("I/O operation on closed epoll object")) } else { Ok(fd) }
}

fn enter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    opened(th, args[0])?;
    Ok(args[0])
}

fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let epoll = th.receiver::<Epoll>(args[0])?;
    let fd = {
        let guard = th.write(epoll)?;
        let fd = guard.fd.get();
        guard.fd.set(guard.token(), -1);
        fd
    };
    if fd >= 0 {
        run(th, || file::close(fd))?;
    }
    Ok(Value::NONE)
}

fn fileno(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_i32(opened(th, args[0])?))
}

/// A mask of events.
fn mask(th: &mut Thread, value: Value) -> Result<u32, Raised> {
    if value.is_unbound() {
        return Ok((libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u32);
    }
    Ok(c_long(th, value)? as u32)
}

fn control(th: &mut Thread, args: &[Value], operation: i32, events: u32) -> Result<Value, Raised> {
    let epoll = opened(th, args[0])?;
    let fd = file_descriptor(th, args[1])?;
    run(th, || wait::epoll_control(epoll, operation, fd, events))?;
    Ok(Value::NONE)
}

fn register(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let events = mask(th, args[2])?;
    control(th, args, libc::EPOLL_CTL_ADD, events)
}

fn modify(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let events = mask(th, args[2])?;
    control(th, args, libc::EPOLL_CTL_MOD, events)
}

fn unregister(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    control(th, args, libc::EPOLL_CTL_DEL, 0)
}

fn poll(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let epoll = opened(th, args[0])?;
    let time = seconds(th, args[1])?.filter(|&time| time != std::time::Duration::MAX);
    let most = c_int_or(th, args[2], -1)?;
    let most = match most {
        -1 => 1023,
        most if most > 0 => most as usize,
        most => {
            return Err(th.value_error(format!("maxevents must be greater than 0, got {most}")));
        }
    };
    let events = wait_for(th, time, |left| wait::epoll_wait(epoll, most.min(1 << 16), left))?;
    let list = List::with_capacity(th, events.len())?;
    for (fd, events) in events {
        let pair = [Value::from_i32(fd), th.int_from_i64(i64::from(events))?];
        let pair = Tuple::from_slice(th, &pair)?.value();
        list.push(th, pair)?;
    }
    Ok(list.value())
}
