//! Addresses in Python's form: `(host, port)`, a path, and so on, by family.

use std::net::{Ipv4Addr, Ipv6Addr};

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::int::as_i64;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::names;
use crate::argument::{c_int, c_long, decode_system, encode_system};
use crate::bytes_like;
use crate::system::socket::{Address, Named};

/// Reads the address argument of `method` for a socket of this family.
pub(super) fn parse(
    th: &mut Thread,
    value: Value,
    family: i32,
    method: &str,
) -> Result<Address, Raised> {
    let named = match family {
        libc::AF_UNIX => {
            let path = match value.cast::<Str>() {
                Some(text) => encode_system(th, text)?,
                None => bytes_like::copy(th, value)?,
            };
            let made = Address::new(&Named::Unix(path));
            return made.ok_or_else(|| {
                th.raise_message(&orochi_vm::exception::classes::OS_ERROR, "AF_UNIX path too long")
            });
        }
        libc::AF_INET => {
            let parts = tuple(th, value, method, "AF_INET")?;
            if parts.len() != 2 {
                return Err(th.type_error(format!(
                    "{method}(): AF_INET address must be a pair (host, port)"
                )));
            }
            let port = port(th, parts.get(1), method)?;
            match host(th, parts.get(0), libc::AF_INET)? {
                Named::V4(host, _) => Named::V4(host, port),
                _ => return Err(bad_family(th)),
            }
        }
        libc::AF_INET6 => {
            let parts = tuple(th, value, method, "AF_INET6")?;
            if !(2..=4).contains(&parts.len()) {
                return Err(th.type_error(format!(
                    "{method}(): AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])"
                )));
            }
            let port = port(th, parts.get(1), method)?;
            let flow = if parts.len() > 2 { c_long(th, parts.get(2))? } else { 0 };
            if !(0..=0xFFFFF).contains(&flow) {
                return Err(th.overflow_error(format!("{method}(): flowinfo must be 0-1048575.")));
            }
            let given_scope = if parts.len() > 3 { c_long(th, parts.get(3))? as u32 } else { 0 };
            match host(th, parts.get(0), libc::AF_INET6)? {
                Named::V6(host, _, _, scope) => {
                    let scope = if given_scope != 0 { given_scope } else { scope };
                    Named::V6(host, port, flow as u32, scope)
                }
                _ => return Err(bad_family(th)),
            }
        }
        libc::AF_NETLINK => {
            let parts = tuple(th, value, method, "AF_NETLINK")?;
            Named::Netlink(c_long(th, parts.get(0))? as u32, c_long(th, parts.get(1))? as u32)
        }
        libc::AF_VSOCK => {
            let parts = tuple(th, value, method, "AF_VSOCK")?;
            Named::Vm(c_long(th, parts.get(0))? as u32, c_long(th, parts.get(1))? as u32)
        }
        _ => return Err(bad_family(th)),
    };
    Address::new(&named).ok_or_else(|| bad_family(th))
}

fn bad_family(th: &Thread) -> Raised {
    th.raise_message(&orochi_vm::exception::classes::OS_ERROR, "bad family")
}

fn tuple(
    th: &Thread,
    value: Value,
    method: &str,
    family: &str,
) -> Result<orochi_vm::object::Ref<Tuple>, Raised> {
    value.cast::<Tuple>().ok_or_else(|| {
        let kind = th.type_name(value);
        th.type_error(format!("{method}(): {family} address must be tuple, not {kind}"))
    })
}

fn port(th: &mut Thread, value: Value, method: &str) -> Result<u16, Raised> {
    let index = th.index(value)?;
    match as_i64(index).map(u16::try_from) {
        Some(Ok(port)) => Ok(port),
        _ => Err(th.overflow_error(format!("{method}(): port must be 0-65535."))),
    }
}

/// A host's name as the resolver takes it: text is encoded by IDNA unless it is ASCII.
pub(super) fn host_bytes(th: &mut Thread, value: Value) -> Result<Vec<u8>, Raised> {
    if let Some(text) = value.cast::<Str>() {
        if let Some(ascii) = text.ascii() {
            return Ok(ascii.as_bytes().to_vec());
        }
        let idna = th.intern("idna")?.value();
        let encode = th.intern("encode")?;
        let bytes = th.call_method(value, encode, &[idna])?;
        return bytes_like::copy(th, bytes);
    }
    if value.cast::<Bytes>().is_some() || th.is_bytes_like(value) {
        return bytes_like::copy(th, value);
    }
    let kind = th.type_name(value);
    Err(th.type_error(format!("str, bytes or bytearray expected, not {kind}")))
}

/// Resolves a host; the port is left zero.
pub(super) fn host(th: &mut Thread, value: Value, family: i32) -> Result<Named, Raised> {
    let name = host_bytes(th, value)?;
    host_named(th, &name, family)
}

/// As [`host`], by a name's bytes. The empty name is any address, `<broadcast>` all hosts.
pub(super) fn host_named(th: &mut Thread, name: &[u8], family: i32) -> Result<Named, Raised> {
    let v4 = family == libc::AF_INET || family == libc::AF_UNSPEC;
    match name {
        b"" if v4 => return Ok(Named::V4(Ipv4Addr::UNSPECIFIED, 0)),
        b"" => return Ok(Named::V6(Ipv6Addr::UNSPECIFIED, 0, 0, 0)),
        b"<broadcast>" | b"255.255.255.255" if v4 => return Ok(Named::V4(Ipv4Addr::BROADCAST, 0)),
        _ => {}
    }
    if let Ok(text) = std::str::from_utf8(name) {
        if v4 && let Ok(host) = text.parse() {
            return Ok(Named::V4(host, 0));
        }
        if family != libc::AF_INET
            && let Ok(host) = text.parse()
        {
            return Ok(Named::V6(host, 0, 0, 0));
        }
    }
    let found = names::resolve(th, Some(name), None, [family, libc::SOCK_DGRAM, 0], 0)?;
    match found.first() {
        Some(first) => Ok(first.address.read()),
        None => Err(bad_family(th)),
    }
}

/// An address in Python's form.
pub(super) fn object(th: &mut Thread, address: &Address) -> Result<Value, Raised> {
    let text = |th: &Thread, text: &str| -> Result<Value, Raised> { Ok(th.new_str(text)?.value()) };
    let number = |th: &Thread, number: u32| th.int_from_i64(i64::from(number));
    let parts = match address.read() {
        Named::None => return Ok(Value::NONE),
        Named::Unix(path) if path.first() == Some(&0) => return Ok(th.new_bytes(&path)?.value()),
        Named::Unix(path) => return Ok(decode_system(th, &path)?.value()),
        Named::V4(host, port) => {
            vec_of(&[text(th, &host.to_string())?, number(th, u32::from(port))?])
        }
        Named::V6(host, port, flow, scope) => {
            let mut shown = host.to_string();
            if scope != 0
                && let Ok(name) = crate::system::socket::interface_name(scope)
            {
                shown.push('%');
                shown.push_str(&String::from_utf8_lossy(&name));
            }
            vec_of(&[
                text(th, &shown)?,
                number(th, u32::from(port))?,
                number(th, flow)?,
                number(th, scope)?,
            ])
        }
        Named::Netlink(process, groups) => vec_of(&[number(th, process)?, number(th, groups)?]),
        Named::Vm(cid, port) => vec_of(&[number(th, cid)?, number(th, port)?]),
        Named::Packet(interface, protocol, kind, hardware, bytes) => {
            let name = crate::system::socket::interface_name(interface as u32).unwrap_or_default();
            vec_of(&[
                decode_system(th, &name)?.value(),
                number(th, u32::from(protocol))?,
                number(th, u32::from(kind))?,
                number(th, u32::from(hardware))?,
                th.new_bytes(&bytes)?.value(),
            ])
        }
        Named::Other(family, bytes) => {
            vec_of(&[number(th, u32::from(family))?, th.new_bytes(&bytes)?.value()])
        }
    };
    Ok(Tuple::from_slice(th, parts.as_slice())?.value())
}

/// A few values that the collector sees.
fn vec_of(values: &[Value]) -> orochi_vm::heap::RootVec {
    let mut all = orochi_vm::heap::RootVec::with_capacity(values.len());
    all.extend_from_slice(values);
    all
}

/// A family argument.
pub(super) fn family(th: &mut Thread, value: Value, otherwise: i32) -> Result<i32, Raised> {
    if value.is_unbound() { Ok(otherwise) } else { c_int(th, value) }
}
