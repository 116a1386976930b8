//! The socket object: making, accepting, connecting, closing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use orochi_vm::class::{GetSet, Method, function, getter, method};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{Header, Value};
use orochi_vm::heap_object;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::tuple::Tuple;

use super::{SOCKET, address, options, transfer};
use crate::argument::{c_int, c_int_or, float, given};
use crate::posix::blocking::{attempt, irrevocable, run};
use crate::system::wait::{self, Watched};
use crate::system::{Outcome, file, socket};

heap_object! {
    /// A socket.
    pub struct Socket: SOCKET {
        values {}
        storage {}
        data {
            /// Its descriptor, or −1.
            fd: i32,
            /// Its family.
            family: i32,
            /// Its type, without flags.
            kind: i32,
            /// Its protocol.
            protocol: i32,
            /// Nanoseconds that an operation may take; [`FOREVER`] if it may block.
            timeout: u64,
        }
    }
}

/// A timeout that never comes.
pub(super) const FOREVER: u64 = u64::MAX;
/// `socket.setdefaulttimeout`
static DEFAULT_TIMEOUT: AtomicU64 = AtomicU64::new(FOREVER);

pub(super) static METHODS: &[Method] = &[
    method(
        "__init__($self, family=-1, type=-1, proto=-1, fileno=None)",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__del__($self, /)", finalise, ""),
    method("_accept($self, /)", accept, "_accept() -> (integer, address info)"),
    method("bind($self, address, /)", bind, "bind(address)"),
    method(
        "close($self, /)",
        close,
        "close()\n\nClose the socket.  It cannot be used after this call.",
    ),
    method("connect($self, address, /)", connect, "connect(address)"),
    method("connect_ex($self, address, /)", connect_ex, "connect_ex(address) -> errno"),
    method("detach($self, /)", detach, "detach()"),
    method("fileno($self, /)", fileno, "fileno() -> integer"),
    method("listen($self, backlog=<unrepresentable>, /)", listen, "listen([backlog])"),
    method("shutdown($self, flag, /)", shutdown, "shutdown(flag)"),
    method("getpeername($self, /)", options::getpeername, "getpeername() -> address info"),
    method("getsockname($self, /)", options::getsockname, "getsockname() -> address info"),
    method(
        "getsockopt($self, level, option, buffersize=0, /)",
        options::getsockopt,
        "getsockopt(level, option[, buffersize]) -> value",
    ),
    method(
        "setsockopt($self, level, option, value, optlen=<unrepresentable>, /)",
        options::setsockopt,
        "setsockopt(level, option, value: int)",
    ),
    method("setblocking($self, flag, /)", options::setblocking, "setblocking(flag)"),
    method("getblocking($self, /)", options::getblocking, "getblocking()"),
    method("settimeout($self, timeout, /)", options::settimeout, "settimeout(timeout)"),
    method("gettimeout($self, /)", options::gettimeout, "gettimeout() -> timeout"),
    method("recv($self, bufsize, flags=0, /)", transfer::recv, "recv(buffersize[, flags]) -> data"),
    method(
        "recv_into($self, buffer, nbytes=0, flags=0)",
        transfer::recv_into,
        "recv_into(buffer, [nbytes[, flags]]) -> nbytes_read",
    ),
    method(
        "recvfrom($self, bufsize, flags=0, /)",
        transfer::recvfrom,
        "recvfrom(buffersize[, flags]) -> (data, address info)",
    ),
    method(
        "recvfrom_into($self, buffer, nbytes=0, flags=0)",
        transfer::recvfrom_into,
        "recvfrom_into(buffer[, nbytes[, flags]]) -> (nbytes, address info)",
    ),
    method(
        "recvmsg($self, bufsize, ancbufsize=0, flags=0, /)",
        transfer::recvmsg,
        "recvmsg(bufsize[, ancbufsize[, flags]]) -> (data, ancdata, msg_flags, address)",
    ),
    method(
        "recvmsg_into($self, buffers, ancbufsize=0, flags=0, /)",
        transfer::recvmsg_into,
        "recvmsg_into(buffers[, ancbufsize[, flags]]) -> (nbytes, ancdata, msg_flags, address)",
    ),
    method("send($self, data, flags=0, /)", transfer::send, "send(data[, flags]) -> count"),
    method("sendall($self, data, flags=0, /)", transfer::sendall, "sendall(data[, flags])"),
    method(
        "sendto($self, data, flags_or_address, address=<unrepresentable>, /)",
        transfer::sendto,
        "sendto(data[, flags], address) -> count",
    ),
    method(
        "sendmsg($self, buffers, ancdata=(), flags=0, address=None, /)",
        transfer::sendmsg,
        "sendmsg(buffers[, ancdata[, flags[, address]]]) -> count",
    ),
];

pub(super) static GETSET: &[GetSet] = &[
    getter(
        "family",
        |th, s| Ok(Value::from_i32(look(th, s, |s| s.family.get())?)),
        "the socket family",
    ),
    getter("type", |th, s| Ok(Value::from_i32(look(th, s, |s| s.kind.get())?)), "the socket type"),
    getter(
        "proto",
        |th, s| Ok(Value::from_i32(look(th, s, |s| s.protocol.get())?)),
        "the socket protocol",
    ),
    getter("timeout", |th, s| options::gettimeout(th, &[s]), "the socket timeout"),
];

/// Functions of the module about sockets.
pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "socketpair(family=<unrepresentable>, type=<unrepresentable>, proto=0, /)",
        socketpair,
        "socketpair([family[, type [, proto]]]) -> (socket object, socket object)",
    ),
    function("close(fd, /)", close_descriptor, "close(integer) -> None"),
    function("dup(fd, /)", dup, "dup(integer) -> integer"),
    function("getdefaulttimeout()", getdefaulttimeout, "getdefaulttimeout() -> timeout"),
    function("setdefaulttimeout(timeout, /)", setdefaulttimeout, "setdefaulttimeout(timeout)"),
];

/// # Safety
/// A dead `Socket`.
pub(super) unsafe fn free(object: *mut Header) {
    // SAFETY: the caller's promise; a data field.
    let fd = unsafe { (*object.cast::<Socket>()).fd.get() };
    if fd >= 0 {
        // Nobody is left to be told of an error.
        let _ = file::close(fd);
    }
}

/// Reads a field.
pub(super) fn look<T>(
    th: &mut Thread,
    value: Value,
    read: impl FnOnce(&Socket) -> T,
) -> Result<T, Raised> {
    let socket = th.receiver::<Socket>(value)?;
    Ok(read(&*th.read(socket)?))
}

/// The descriptor.
pub(super) fn descriptor(th: &mut Thread, value: Value) -> Result<i32, Raised> {
    look(th, value, |socket| socket.fd.get())
}

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SOCKET)?;
    Ok(Socket::allocate_as(th, shape, -1, 0, 0, 0, FOREVER)?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut family = c_int_or(th, args[1], -1)?;
    let mut kind = c_int_or(th, args[2], -1)?;
    let mut protocol = c_int_or(th, args[3], -1)?;
    let fd = match given(args[4]) {
        Some(value) => {
            if value.is_float() {
                return Err(th.type_error("integer argument expected, got float"));
            }
            let fd = c_int(th, value)?;
            if fd < 0 {
                return Err(th.value_error("negative file descriptor"));
            }
            if family == -1 {
                let address = run(th, || socket::own_name(fd))?;
                family = options::family_of(&address);
            }
            let ask = |option| {
                move || {
                    let mut number = [0; 4];
                    socket::get_option(fd, libc::SOL_SOCKET, option, &mut number)?;
                    Ok(i32::from_ne_bytes(number))
                }
            };
            if kind == -1 {
                kind = run(th, ask(libc::SO_TYPE))?;
            }
            if protocol == -1 {
                protocol = run(th, ask(libc::SO_PROTOCOL))?;
            }
            fd
        }
        None => {
            family = if family == -1 { libc::AF_INET } else { family };
            kind = if kind == -1 { libc::SOCK_STREAM } else { kind };
            protocol = if protocol == -1 { 0 } else { protocol };
            run(th, || socket::open(family, kind | libc::SOCK_CLOEXEC, protocol))?
        }
    };
    let this = th.receiver::<Socket>(args[0])?;
    fill(th, this, fd, family, kind, protocol)?;
    Ok(Value::NONE)
}

fn fill(
    th: &mut Thread,
    this: Ref<Socket>,
    fd: i32,
    family: i32,
    kind: i32,
    protocol: i32,
) -> Result<(), Raised> {
    let timeout = match kind & libc::SOCK_NONBLOCK != 0 {
        true => 0,
        false => DEFAULT_TIMEOUT.load(Ordering::Relaxed),
    };
    {
        let guard = th.write(this)?;
        let token = guard.token();
        guard.fd.set(token, fd);
        guard.family.set(token, family);
        guard.kind.set(token, kind & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC));
        guard.protocol.set(token, protocol);
        guard.timeout.set(token, timeout);
    }
    if timeout != FOREVER {
        run(th, || socket::set_blocking(fd, false))?;
    }
    Ok(())
}

/// What is waited for before a call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// Something to read.
    Read,
    /// Room to write.
    Write,
}

/// Makes a call on a socket as its timeout wants: blocking, at once, or waiting so long. The
/// result is the call's; `ETIMEDOUT` stands for a timeout of ours (then raised as such).
pub(super) fn call<T>(
    th: &mut Thread,
    value: Value,
    wait_for: Wait,
    work: impl FnMut(i32) -> Outcome<T>,
) -> Result<T, Raised> {
    let timeout = look(th, value, |socket| socket.timeout.get())?;
    let end = deadline(timeout);
    match call_until(th, value, wait_for, end, work)? {
        Ok(result) => Ok(result),
        Err(errno) => Err(th.os_error(errno)),
    }
}

/// When a timeout that begins now ends.
pub(super) fn deadline(timeout: u64) -> Option<Instant> {
    if timeout == FOREVER || timeout == 0 {
        return None;
    }
    Instant::now().checked_add(Duration::from_nanos(timeout))
}

/// As [`call`], until a given time; the call's error is returned.
pub(super) fn call_until<T>(
    th: &mut Thread,
    value: Value,
    wait_for: Wait,
    end: Option<Instant>,
    mut work: impl FnMut(i32) -> Outcome<T>,
) -> Result<Outcome<T>, Raised> {
    irrevocable(th)?;
    let (fd, timeout) = look(th, value, |socket| (socket.fd.get(), socket.timeout.get()))?;
    let events = match wait_for {
        Wait::Read => libc::POLLIN,
        Wait::Write => libc::POLLOUT,
    };
    loop {
        if timeout != FOREVER && timeout != 0 && fd >= 0 {
            let left =
                end.map_or(Duration::ZERO, |end| end.saturating_duration_since(Instant::now()));
            let left = i32::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX);
            let mut watched = [Watched { fd, events, revents: 0 }];
            match th.away(|| wait::poll(&mut watched, left)) {
                Ok(0) => return Err(timed_out(th)),
                Ok(_) => {}
                Err(libc::EINTR) => {
                    th.poll()?;
                    continue;
                }
                Err(errno) => return Ok(Err(errno)),
            }
        }
        match th.away(|| work(fd)) {
            Err(libc::EINTR) => th.poll()?,
            Err(libc::EAGAIN) if timeout != FOREVER && timeout != 0 => {}
            result => return Ok(result),
        }
    }
}

/// Raises `TimeoutError("timed out")`.
#[cold]
pub(super) fn timed_out(th: &Thread) -> Raised {
    th.raise_message(&classes::TIMEOUT_ERROR, "timed out")
}

fn accept(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, from) = call(th, args[0], Wait::Read, socket::accept)?;
    let from = match address::object(th, &from) {
        Ok(from) => from,
        Err(raised) => {
            let _ = file::close(fd);
            return Err(raised);
        }
    };
    Ok(Tuple::from_slice(th, &[Value::from_i32(fd), from])?.value())
}

fn bind(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, family) = look(th, args[0], |socket| (socket.fd.get(), socket.family.get()))?;
    let address = address::parse(th, args[1], family, "bind")?;
    run(th, || socket::bind(fd, &address))?;
    Ok(Value::NONE)
}

/// Connects; the error number, or zero.
fn connect_to(th: &mut Thread, args: &[Value], method: &str) -> Result<i32, Raised> {
    let (fd, family, timeout) =
        look(th, args[0], |s| (s.fd.get(), s.family.get(), s.timeout.get()))?;
    let address = address::parse(th, args[1], family, method)?;
    irrevocable(th)?;
    let result = th.away(|| socket::connect(fd, &address));
    let waits = match result {
        Ok(_) => return Ok(0),
        // A connection goes on in the background after a signal, too.
        Err(libc::EINTR) => {
            th.poll()?;
            timeout != 0
        }
        Err(libc::EINPROGRESS | libc::EWOULDBLOCK) => timeout != 0 && timeout != FOREVER,
        Err(errno) => return Ok(errno),
    };
    if !waits {
        return Ok(result.err().unwrap_or(0));
    }
    let end = deadline(timeout);
    loop {
        let left = match (timeout, end) {
            (FOREVER, _) => -1,
            (_, Some(end)) => {
                let left = end.saturating_duration_since(Instant::now());
                i32::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
            }
            (_, None) => 0,
        };
        let mut watched = [Watched { fd, events: libc::POLLOUT, revents: 0 }];
        match th.away(|| wait::poll(&mut watched, left)) {
            Ok(0) => return Ok(libc::EWOULDBLOCK),
            Ok(_) => break,
            Err(libc::EINTR) => th.poll()?,
            Err(errno) => return Ok(errno),
        }
    }
    let mut error = [0; 4];
    run(th, || socket::get_option(fd, libc::SOL_SOCKET, libc::SO_ERROR, &mut error))?;
    Ok(match i32::from_ne_bytes(error) {
        libc::EISCONN => 0,
        errno => errno,
    })
}

fn connect(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let timeout = look(th, args[0], |socket| socket.timeout.get())?;
    match connect_to(th, args, "connect")? {
        0 => Ok(Value::NONE),
        libc::EWOULDBLOCK if timeout != 0 && timeout != FOREVER => Err(timed_out(th)),
        errno => Err(th.os_error(errno)),
    }
}

fn connect_ex(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    connect_to(th, args, "connect_ex").map(Value::from_i32)
}

/// Takes the descriptor out of a socket.
fn take_descriptor(th: &mut Thread, value: Value) -> Result<i32, Raised> {
    let socket = th.receiver::<Socket>(value)?;
    let guard = th.write(socket)?;
    let fd = guard.fd.get();
    guard.fd.set(guard.token(), -1);
    Ok(fd)
}

fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    irrevocable(th)?;
    let fd = take_descriptor(th, args[0])?;
    if fd >= 0 {
        match th.away(|| file::close(fd)) {
            // The connection is gone either way.
            Ok(_) | Err(libc::EINTR | libc::ECONNRESET) => {}
            Err(errno) => return Err(th.os_error(errno)),
        }
    }
    Ok(Value::NONE)
}

fn finalise(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if descriptor(th, args[0])? < 0 {
        return Ok(Value::NONE);
    }
    let shown = th.repr(args[0])?.display();
    if th.warn_resource(&format!("unclosed {shown}"), args[0]).is_err() {
        th.write_unraisable("Exception ignored in", args[0]);
    }
    close(th, args)
}

fn detach(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_i32(take_descriptor(th, args[0])?))
}

fn fileno(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_i32(descriptor(th, args[0])?))
}

fn listen(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = descriptor(th, args[0])?;
    let backlog = c_int_or(th, args[1], 128)?.max(0);
    run(th, || socket::listen(fd, backlog))?;
    Ok(Value::NONE)
}

fn shutdown(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, how) = (descriptor(th, args[0])?, c_int(th, args[1])?);
    run(th, || socket::shutdown(fd, how))?;
    Ok(Value::NONE)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, family, kind, protocol) =
        look(th, args[0], |s| (s.fd.get(), s.family.get(), s.kind.get(), s.protocol.get()))?;
    let text = format!("<socket object, fd={fd}, family={family}, type={kind}, proto={protocol}>");
    Ok(th.new_str(&text)?.value())
}

fn socketpair(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let family = c_int_or(th, args[0], libc::AF_UNIX)?;
    let kind = c_int_or(th, args[1], libc::SOCK_STREAM)?;
    let protocol = c_int_or(th, args[2], 0)?;
    let (a, b) = run(th, || socket::pair(family, kind | libc::SOCK_CLOEXEC, protocol))?;
    let first = Socket::allocate(th, a, 0, 0, 0, FOREVER)?;
    let second = Socket::allocate(th, b, 0, 0, 0, FOREVER)?;
    fill(th, first, a, family, kind, protocol)?;
    fill(th, second, b, family, kind, protocol)?;
    Ok(Tuple::from_slice(th, &[first.value(), second.value()])?.value())
}

fn close_descriptor(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    match attempt(th, || file::close(fd))? {
        Ok(_) | Err(libc::ECONNRESET) => Ok(Value::NONE),
        Err(errno) => Err(th.os_error(errno)),
    }
}

fn dup(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    Ok(Value::from_i32(run(th, || file::dup(fd))?))
}

/// A timeout argument: seconds, or None.
pub(super) fn timeout(th: &mut Thread, value: Value) -> Result<u64, Raised> {
    let Some(value) = given(value) else { return Ok(FOREVER) };
    let seconds = float(th, value)?;
    if seconds.is_nan() {
        return Err(th.value_error("Invalid value NaN (not a number)"));
    }
    if seconds < 0.0 {
        return Err(th.value_error("Timeout value out of range"));
    }
    match Duration::try_from_secs_f64(seconds).map(|time| u64::try_from(time.as_nanos())) {
        // The smallest time is still one.
        Ok(Ok(nanoseconds)) if nanoseconds < FOREVER => {
            Ok(if nanoseconds == 0 && seconds > 0.0 { 1 } else { nanoseconds })
        }
        _ => Err(th.overflow_error("timestamp too large to convert to C PyTime_t")),
    }
}

/// A timeout as Python shows it.
pub(super) fn timeout_object(timeout: u64) -> Value {
    if timeout == FOREVER { Value::NONE } else { Value::from_f64(timeout as f64 / 1e9) }
}

fn getdefaulttimeout(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(timeout_object(DEFAULT_TIMEOUT.load(Ordering::Relaxed)))
}

fn setdefaulttimeout(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let timeout = timeout(th, args[0])?;
    DEFAULT_TIMEOUT.store(timeout, Ordering::Relaxed);
    Ok(Value::NONE)
}
