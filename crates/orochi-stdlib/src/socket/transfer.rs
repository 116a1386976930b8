//! Sending and receiving.

use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::tuple::Tuple;

use super::address;
use super::object::{Wait, call, call_until, deadline, look};
use crate::argument::{c_int, c_int_or, given};
use crate::bytes_like;
use crate::system::socket::{self, Control};

fn size(th: &mut Thread, value: Value, method: &str) -> Result<usize, Raised> {
    let size = th.index_ssize(value)?;
    usize::try_from(size).map_err(|_| th.value_error(format!("negative buffersize in {method}")))
}

/// Memory of so many bytes.
fn room(th: &Thread, size: usize) -> Result<Vec<u8>, Raised> {
    let mut buffer = Vec::new();
    if buffer.try_reserve_exact(size).is_err() {
        return Err(th.memory_error());
    }
    buffer.resize(size, 0);
    Ok(buffer)
}

pub(super) fn recv(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (size, flags) = (size(th, args[1], "recv")?, c_int_or(th, args[2], 0)?);
    let mut buffer = room(th, size)?;
    let count = call(th, args[0], Wait::Read, |fd| socket::receive(fd, &mut buffer, flags))?;
    Ok(th.new_bytes(&buffer[..count])?.value())
}

pub(super) fn recvfrom(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (size, flags) = (size(th, args[1], "recvfrom")?, c_int_or(th, args[2], 0)?);
    let mut buffer = room(th, size)?;
    let (count, from) =
        call(th, args[0], Wait::Read, |fd| socket::receive_from(fd, &mut buffer, flags))?;
    let from = address::object(th, &from)?;
    let bytes = th.new_bytes(&buffer[..count])?.value();
    Ok(Tuple::from_slice(th, &[bytes, from])?.value())
}

/// The memory for `recv_into` and its like, by the buffer's size and the number asked for.
fn room_into(th: &mut Thread, args: &[Value], method: &str) -> Result<Vec<u8>, Raised> {
    let length = bytes_like::writable_length(th, args[1])?;
    let wanted = if args[2].is_unbound() { 0 } else { th.index_ssize(args[2])? };
    let Ok(wanted) = usize::try_from(wanted) else {
        return Err(th.value_error(format!("negative buffersize in {method}")));
    };
    if wanted > length {
        let message = match method {
            "recvfrom_into" => "nbytes is greater than the length of the buffer",
            _ => "buffer too small for requested bytes",
        };
        return Err(th.value_error(message));
    }
    room(th, if wanted == 0 { length } else { wanted })
}

pub(super) fn recv_into(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut buffer = room_into(th, args, "recv_into")?;
    let flags = c_int_or(th, args[3], 0)?;
    let count = call(th, args[0], Wait::Read, |fd| socket::receive(fd, &mut buffer, flags))?;
    bytes_like::fill(th, args[1], 0, &buffer[..count])?;
    th.int_from_i64(count as i64)
}

pub(super) fn recvfrom_into(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut buffer = room_into(th, args, "recvfrom_into")?;
    let flags = c_int_or(th, args[3], 0)?;
    let (count, from) =
        call(th, args[0], Wait::Read, |fd| socket::receive_from(fd, &mut buffer, flags))?;
    bytes_like::fill(th, args[1], 0, &buffer[..count])?;
    let from = address::object(th, &from)?;
    let count = th.int_from_i64(count as i64)?;
    Ok(Tuple::from_slice(th, &[count, from])?.value())
}

/// The parts of a message, its length, and control messages, flags and sender.
type ReceivedMessage = (Vec<Vec<u8>>, usize, [Value; 3]);

/// Receives a message in parts of these sizes; the parts, control messages, flags, sender.
fn receive_message(
    th: &mut Thread,
    args: &[Value],
    sizes: &[usize],
    method: &str,
) -> Result<ReceivedMessage, Raised> {
    let control = if args[2].is_unbound() { 0 } else { th.index_ssize(args[2])? };
    let Ok(control) = usize::try_from(control) else {
        return Err(th.value_error(format!("invalid ancillary data buffer length in {method}")));
    };
    let flags = c_int_or(th, args[3], 0)?;
    let mut parts = Vec::with_capacity(sizes.len());
    for &size in sizes {
        parts.push(room(th, size)?);
    }
    let received = call(th, args[0], Wait::Read, |fd| {
        let mut slices: Vec<&mut [u8]> = parts.iter_mut().map(Vec::as_mut_slice).collect();
        socket::receive_message(fd, &mut slices, control, flags | libc::MSG_CMSG_CLOEXEC)
    })?;
    let messages = List::new(th)?;
    for (level, kind, data) in &received.controls {
        let data = th.new_bytes(data)?.value();
        let message = [Value::from_i32(*level), Value::from_i32(*kind), data];
        let message = Tuple::from_slice(th, &message)?.value();
        messages.push(th, message)?;
    }
    let from = address::object(th, &received.address)?;
    let shown = received.flags & !libc::MSG_CMSG_CLOEXEC;
    Ok((parts, received.count, [messages.value(), Value::from_i32(shown), from]))
}

pub(super) fn recvmsg(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let size = size(th, args[1], "recvmsg()")?;
    let (parts, count, [controls, flags, from]) = receive_message(th, args, &[size], "recvmsg()")?;
    let data = parts.first().map_or(&[][..], |part| &part[..count.min(part.len())]);
    let data = th.new_bytes(data)?.value();
    Ok(Tuple::from_slice(th, &[data, controls, flags, from])?.value())
}

pub(super) fn recvmsg_into(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut targets = RootVec::new();
    th.collect(args[1], &mut targets)?;
    let mut sizes = Vec::with_capacity(targets.len());
    for &target in targets.iter() {
        sizes.push(bytes_like::writable_length(th, target)?);
    }
    let (parts, count, [controls, flags, from]) =
        receive_message(th, args, &sizes, "recvmsg_into()")?;
    let mut left = count;
    for (&target, part) in targets.iter().zip(&parts) {
        let here = left.min(part.len());
        bytes_like::fill(th, target, 0, &part[..here])?;
        left -= here;
    }
    let count = th.int_from_i64(count as i64)?;
    Ok(Tuple::from_slice(th, &[count, controls, flags, from])?.value())
}

pub(super) fn send(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let bytes = bytes_like::input(th, args[1])?;
    let flags = c_int_or(th, args[2], 0)? | libc::MSG_NOSIGNAL;
    let count = call(th, args[0], Wait::Write, |fd| socket::send(fd, &bytes, flags))?;
    th.int_from_i64(count as i64)
}

pub(super) fn sendall(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let bytes = bytes_like::input(th, args[1])?;
    let flags = c_int_or(th, args[2], 0)? | libc::MSG_NOSIGNAL;
    let timeout = look(th, args[0], |socket| socket.timeout.get())?;
    let end = deadline(timeout);
    let mut sent = 0;
    while sent < bytes.len() {
        let rest = &bytes[sent..];
        match call_until(th, args[0], Wait::Write, end, |fd| socket::send(fd, rest, flags))? {
            Ok(count) => sent += count,
            Err(errno) => return Err(th.os_error(errno)),
        }
        th.poll()?;
    }
    Ok(Value::NONE)
}

pub(super) fn sendto(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let bytes = bytes_like::input(th, args[1])?;
    let (flags, to) =
        if args[3].is_unbound() { (0, args[2]) } else { (c_int(th, args[2])?, args[3]) };
    let family = look(th, args[0], |socket| socket.family.get())?;
    let address = address::parse(th, to, family, "sendto")?;
    let flags = flags | libc::MSG_NOSIGNAL;
    let count = call(th, args[0], Wait::Write, |fd| socket::send_to(fd, &bytes, flags, &address))?;
    th.int_from_i64(count as i64)
}

pub(super) fn sendmsg(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut sources = RootVec::new();
    th.collect(args[1], &mut sources)?;
    let mut parts = Vec::with_capacity(sources.len());
    for &source in sources.iter() {
        parts.push(bytes_like::copy(th, source)?);
    }
    let mut controls: Vec<Control> = Vec::new();
    if let Some(given) = given(args[2]) {
        let mut items = RootVec::new();
        th.collect(given, &mut items)?;
        for &item in items.iter() {
            let Some(item) = item.cast::<Tuple>().filter(|item| item.len() == 3) else {
                return Err(
                    th.type_error("[sendmsg() ancillary data items] expected a tuple of 3 items")
                );
            };
            let (level, kind) = (c_int(th, item.get(0))?, c_int(th, item.get(1))?);
            controls.push((level, kind, bytes_like::copy(th, item.get(2))?));
        }
    }
    let flags = c_int_or(th, args[3], 0)? | libc::MSG_NOSIGNAL;
    let address = match given(args[4]) {
        Some(to) => {
            let family = look(th, args[0], |socket| socket.family.get())?;
            Some(address::parse(th, to, family, "sendmsg")?)
        }
        None => None,
    };
    let slices: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let count = call(th, args[0], Wait::Write, |fd| {
        socket::send_message(fd, &slices, &controls, flags, address.as_ref())
    })?;
    th.int_from_i64(count as i64)
}
