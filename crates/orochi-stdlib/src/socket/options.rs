//! Names, options and blocking of sockets.

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::thread::Thread;
use orochi_vm::types::int::is_int_like;

use super::address;
use super::object::{FOREVER, Socket, descriptor, look, timeout, timeout_object};
use crate::argument::{c_int, c_int_or, c_long};
use crate::bytes_like;
use crate::posix::blocking::run;
use crate::system::socket::{self, Address, Named};

/// The family of an address.
pub(super) fn family_of(address: &Address) -> i32 {
    match address.read() {
        Named::V4(..) => libc::AF_INET,
        Named::V6(..) => libc::AF_INET6,
        Named::Unix(_) => libc::AF_UNIX,
        Named::Packet(..) => libc::AF_PACKET,
        Named::Netlink(..) => libc::AF_NETLINK,
        Named::Vm(..) => libc::AF_VSOCK,
        Named::Other(family, _) => i32::from(family),
        Named::None => libc::AF_UNSPEC,
    }
}

pub(super) fn getsockname(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = descriptor(th, args[0])?;
    let name = run(th, || socket::own_name(fd))?;
    address::object(th, &name)
}

pub(super) fn getpeername(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = descriptor(th, args[0])?;
    let name = run(th, || socket::peer_name(fd))?;
    address::object(th, &name)
}

pub(super) fn getsockopt(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = descriptor(th, args[0])?;
    let (level, option) = (c_int(th, args[1])?, c_int(th, args[2])?);
    let size = c_int_or(th, args[3], 0)?;
    if size == 0 {
        let mut number = [0; 4];
        run(th, || socket::get_option(fd, level, option, &mut number))?;
        return Ok(Value::from_i32(i32::from_ne_bytes(number)));
    }
    if !(1..=1024).contains(&size) {
        return Err(th.raise_message(
            &orochi_vm::exception::classes::OS_ERROR,
            "getsockopt buflen out of range",
        ));
    }
    let mut buffer = vec![0; size as usize];
    let length = run(th, || socket::get_option(fd, level, option, &mut buffer))?;
    Ok(th.new_bytes(&buffer[..length.min(buffer.len())])?.value())
}

pub(super) fn setsockopt(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = descriptor(th, args[0])?;
    let (level, option) = (c_int(th, args[1])?, c_int(th, args[2])?);
    if args[3].is_none() {
        if args[4].is_unbound() {
            return Err(
                th.type_error("setsockopt() requires 4 arguments when the third argument is None")
            );
        }
        let length = c_long(th, args[4])? as u32;
        run(th, || socket::set_option(fd, level, option, Err(length)))?;
        return Ok(Value::NONE);
    }
    let bytes = if is_int_like(args[3]) {
        let number = match c_int(th, args[3]) {
            Ok(number) => number,
            Err(raised) => {
                // Flags may use the highest bit.
                th.catch(raised, &orochi_vm::exception::classes::OVERFLOW_ERROR).ok_or(raised)?;
                c_long(th, args[3])? as u32 as i32
            }
        };
        number.to_ne_bytes().to_vec()
    } else {
        bytes_like::copy(th, args[3])?
    };
    run(th, || socket::set_option(fd, level, option, Ok(&bytes)))?;
    Ok(Value::NONE)
}

fn set_timeout(th: &mut Thread, value: Value, timeout: u64) -> Result<Value, Raised> {
    let this = th.receiver::<Socket>(value)?;
    let fd = {
        let guard = th.write(this)?;
        guard.timeout.set(guard.token(), timeout);
        guard.fd.get()
    };
    run(th, || socket::set_blocking(fd, timeout == FOREVER))?;
    Ok(Value::NONE)
}

pub(super) fn setblocking(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let blocking = th.is_true(args[1])?;
    set_timeout(th, args[0], if blocking { FOREVER } else { 0 })
}

pub(super) fn getblocking(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    look(th, args[0], |socket| Value::from_bool(socket.timeout.get() != 0))
}

pub(super) fn settimeout(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let timeout = timeout(th, args[1])?;
    set_timeout(th, args[0], timeout)
}

pub(super) fn gettimeout(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    look(th, args[0], |socket| timeout_object(socket.timeout.get()))
}
