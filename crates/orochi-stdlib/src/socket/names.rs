//! Names of hosts, services and interfaces; numbers in network order.

use std::ffi::CString;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::int::{as_i64, is_int_like};
use orochi_vm::types::list::List;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::{address, derived_error};
use crate::argument::{c_int, c_int_or, c_long, decode_system, given};
use crate::bytes_like;
use crate::posix::blocking::{irrevocable, run};
use crate::posix::path::system_text;
use crate::system::socket::{self, Address, Found, Named, NoName, c_string};

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "getaddrinfo(host, port, family=0, type=0, proto=0, flags=0)",
        getaddrinfo,
        "getaddrinfo(host, port [, family, type, proto, flags])\n    -> list of (family, type, proto, canonname, sockaddr)",
    ),
    function(
        "getnameinfo(sockaddr, flags, /)",
        getnameinfo,
        "getnameinfo(sockaddr, flags) --> (host, port)",
    ),
    function("gethostname()", gethostname, "gethostname() -> string"),
    function("sethostname(name, /)", sethostname, "sethostname(name)"),
    function("gethostbyname(host, /)", gethostbyname, "gethostbyname(host) -> address"),
    function(
        "gethostbyname_ex(host, /)",
        gethostbyname_ex,
        "gethostbyname_ex(host) -> (name, aliaslist, addresslist)",
    ),
    function(
        "gethostbyaddr(host, /)",
        gethostbyaddr,
        "gethostbyaddr(host) -> (name, aliaslist, addresslist)",
    ),
    function(
        "getservbyname(servicename, protocolname=<unrepresentable>, /)",
        getservbyname,
        "getservbyname(servicename[, protocolname]) -> integer",
    ),
    function(
        "getservbyport(port, protocolname=<unrepresentable>, /)",
        getservbyport,
        "getservbyport(port[, protocolname]) -> string",
    ),
    function("getprotobyname(name, /)", getprotobyname, "getprotobyname(name) -> integer"),
    function(
        "ntohs(integer, /)",
        |th, args| swap16(th, args, "ntohs"),
        "Convert a 16-bit unsigned integer from network to host byte order.",
    ),
    function(
        "htons(integer, /)",
        |th, args| swap16(th, args, "htons"),
        "Convert a 16-bit unsigned integer from host to network byte order.",
    ),
    function(
        "ntohl(integer, /)",
        swap32,
        "Convert a 32-bit unsigned integer from network to host byte order.",
    ),
    function(
        "htonl(integer, /)",
        swap32,
        "Convert a 32-bit unsigned integer from host to network byte order.",
    ),
    function(
        "inet_aton(ip_addr, /)",
        inet_aton,
        "Convert an IP address in string format (123.45.67.89) to the 32-bit packed binary format used in low-level network functions.",
    ),
    function(
        "inet_ntoa(packed_ip, /)",
        inet_ntoa,
        "Convert an IP address from 32-bit packed binary format to string format.",
    ),
    function("inet_pton(af, ip, /)", inet_pton, "inet_pton(af, ip) -> packed IP address string"),
    function(
        "inet_ntop(af, packed_ip, /)",
        inet_ntop,
        "inet_ntop(af, packed_ip) -> string formatted IP address",
    ),
    function("if_nameindex()", if_nameindex, "if_nameindex()"),
    function(
        "if_nametoindex(oname, /)",
        if_nametoindex,
        "Returns the interface index corresponding to the interface name if_name.",
    ),
    function("if_indextoname(if_index, /)", if_indextoname, "if_indextoname(if_index)"),
    function(
        "CMSG_LEN(length, /)",
        |th, args| control(th, args, false),
        "CMSG_LEN(length) -> control message length",
    ),
    function(
        "CMSG_SPACE(length, /)",
        |th, args| control(th, args, true),
        "CMSG_SPACE(length) -> buffer size",
    ),
];

/// `herror` and `gaierror`
static ERRORS: OnceLock<(Rooted<Value>, Rooted<Value>)> = OnceLock::new();

pub(super) fn errors(th: &mut Thread) -> Result<(Value, Value), Raised> {
    if let Some((herror, gaierror)) = ERRORS.get() {
        return Ok((herror.get(), gaierror.get()));
    }
    let (herror, gaierror) = (derived_error(th, "herror")?, derived_error(th, "gaierror")?);
    let roots = Heap::get().roots();
    let (herror, gaierror) = ERRORS.get_or_init(|| (roots.root(herror), roots.root(gaierror)));
    Ok((herror.get(), gaierror.get()))
}

/// Raises an error of the resolver.
fn no_name(th: &mut Thread, error: NoName) -> Raised {
    let number = match error {
        NoName::System(errno) => return th.os_error(errno),
        NoName::Resolver(number) => number,
    };
    let made = errors(th).and_then(|(_, class)| {
        let text = th.new_str(&socket::resolver_text(number))?.value();
        th.call(class, &[Value::from_i32(number), text])
    });
    match made {
        Ok(exception) => th.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Raises `herror` for a host that is not known.
fn no_host(th: &mut Thread) -> Raised {
    let made = errors(th).and_then(|(class, _)| {
        let text = th.new_str("Unknown host")?.value();
        th.call(class, &[Value::from_i32(1), text])
    });
    match made {
        Ok(exception) => th.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Asks the resolver.
pub(super) fn resolve(
    th: &mut Thread,
    host: Option<&[u8]>,
    service: Option<&[u8]>,
    socket: [i32; 3],
    flags: i32,
) -> Result<Vec<Found>, Raised> {
    irrevocable(th)?;
    let mut texts = [None, None];
    for (text, bytes) in texts.iter_mut().zip([host, service]) {
        *text = match bytes {
            Some(bytes) => match c_string(bytes) {
                Some(text) => Some(text),
                None => return Err(th.value_error("embedded null character")),
            },
            None => None,
        };
    }
    let [host, service] = texts;
    let found = th.away(|| socket::resolve(host.as_deref(), service.as_deref(), socket, flags));
    found.map_err(|error| no_name(th, error))
}

fn getaddrinfo(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let host = match given(args[0]) {
        Some(host) => Some(address::host_bytes(th, host)?),
        None => None,
    };
    let service = match given(args[1]) {
        None => None,
        Some(port) if is_int_like(port) => Some(th.str(port)?.display().into_bytes()),
        Some(port) => match port.cast::<Str>() {
            Some(text) => Some(text.display().into_bytes()),
            None if th.is_bytes_like(port) => Some(bytes_like::copy(th, port)?),
            None => {
                return Err(th.raise_message(&classes::OS_ERROR, "Int or String expected"));
            }
        },
    };
    let family = address::family(th, args[2], 0)?;
    let (kind, protocol) = (c_int_or(th, args[3], 0)?, c_int_or(th, args[4], 0)?);
    let flags = c_int_or(th, args[5], 0)?;
    let found = resolve(th, host.as_deref(), service.as_deref(), [family, kind, protocol], flags)?;
    let list = List::with_capacity(th, found.len())?;
    for entry in &found {
        let address = address::object(th, &entry.address)?;
        let canonical = decode_system(th, &entry.canonical)?.value();
        let [family, kind, protocol] = entry.socket.map(Value::from_i32);
        let item = Tuple::from_slice(th, &[family, kind, protocol, canonical, address])?.value();
        list.push(th, item)?;
    }
    Ok(list.value())
}

fn getnameinfo(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(parts) = args[0].cast::<Tuple>() else {
        return Err(th.type_error("getnameinfo() argument 1 must be a tuple"));
    };
    if !(2..=4).contains(&parts.len()) {
        return Err(th.type_error("getnameinfo(): illegal sockaddr argument"));
    }
    let flags = c_int(th, args[1])?;
    let host = address::host_bytes(th, parts.get(0))?;
    let port = th.str(parts.get(1))?.display();
    let hints = [libc::AF_UNSPEC, libc::SOCK_DGRAM, 0];
    let found = resolve(th, Some(&host), Some(port.as_bytes()), hints, libc::AI_NUMERICHOST)?;
    let [only] = &found[..] else {
        return Err(th.raise_message(&classes::OS_ERROR, "sockaddr resolved to multiple addresses"));
    };
    let (host, service) = match th.away(|| socket::name_of(&only.address, flags)) {
        Ok(names) => names,
        Err(error) => return Err(no_name(th, error)),
    };
    let names = [decode_system(th, &host)?.value(), decode_system(th, &service)?.value()];
    Ok(Tuple::from_slice(th, &names)?.value())
}

fn gethostname(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let name = run(th, socket::host_name)?;
    Ok(decode_system(th, &name)?.value())
}

fn sethostname(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = system_text(th, args[0])?;
    run(th, || socket::set_host_name(name.to_bytes()))?;
    Ok(Value::NONE)
}

/// The text of an IP address.
fn ip_text(th: &Thread, named: &Named) -> Result<Value, Raised> {
    let text = match named {
        Named::V4(host, _) => host.to_string(),
        Named::V6(host, ..) => host.to_string(),
        _ => return Err(th.raise_message(&classes::OS_ERROR, "bad family")),
    };
    Ok(th.new_str(&text)?.value())
}

fn gethostbyname(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let host = address::host(th, args[0], libc::AF_INET)?;
    ip_text(th, &host)
}

/// `(name, aliases, addresses)`
fn host_entry(th: &mut Thread, name: &[u8], family: i32) -> Result<Value, Raised> {
    let hints = [family, libc::SOCK_STREAM, 0];
    let found = resolve(th, Some(name), None, hints, libc::AI_CANONNAME)?;
    let canonical = found.iter().map(|entry| &entry.canonical[..]).find(|name| !name.is_empty());
    let canonical = decode_system(th, canonical.unwrap_or(name))?.value();
    let addresses = List::new(th)?;
    for entry in &found {
        let address = ip_text(th, &entry.address.read())?;
        addresses.push(th, address)?;
    }
    let aliases = List::new(th)?;
    Ok(Tuple::from_slice(th, &[canonical, aliases.value(), addresses.value()])?.value())
}

fn gethostbyname_ex(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = address::host_bytes(th, args[0])?;
    host_entry(th, &name, libc::AF_INET)
}

fn gethostbyaddr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = address::host_bytes(th, args[0])?;
    let host = address::host_named(th, &name, libc::AF_UNSPEC)?;
    let Some(place) = Address::new(&host) else { return Err(no_host(th)) };
    let found = th.away(|| socket::name_of(&place, libc::NI_NAMEREQD));
    let Ok((found, _)) = found else { return Err(no_host(th)) };
    let found = decode_system(th, &found)?.value();
    let shown = ip_text(th, &host)?;
    let (aliases, addresses) = (List::new(th)?, List::from_slice(th, &[shown])?);
    Ok(Tuple::from_slice(th, &[found, aliases.value(), addresses.value()])?.value())
}

fn protocol(th: &mut Thread, value: Value) -> Result<Option<CString>, Raised> {
    match given(value) {
        Some(value) => system_text(th, value).map(Some),
        None => Ok(None),
    }
}

fn getservbyname(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (name, protocol) = (system_text(th, args[0])?, protocol(th, args[1])?);
    match th.away(|| socket::service_port(&name, protocol.as_deref())) {
        Some(port) => Ok(Value::from_i32(i32::from(port))),
        None => Err(th.raise_message(&classes::OS_ERROR, "service/proto not found")),
    }
}

fn getservbyport(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Ok(port) = u16::try_from(c_int(th, args[0])?) else {
        return Err(th.overflow_error("getservbyport: port must be 0-65535."));
    };
    let protocol = protocol(th, args[1])?;
    match th.away(|| socket::service_name(port, protocol.as_deref())) {
        Some(name) => Ok(decode_system(th, &name)?.value()),
        None => Err(th.raise_message(&classes::OS_ERROR, "port/proto not found")),
    }
}

fn getprotobyname(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = system_text(th, args[0])?;
    match th.away(|| socket::protocol_number(&name)) {
        Some(number) => Ok(Value::from_i32(number)),
        None => Err(th.raise_message(&classes::OS_ERROR, "protocol not found")),
    }
}

fn swap16(th: &mut Thread, args: &[Value], name: &str) -> Result<Value, Raised> {
    let number = c_int(th, args[0])?;
    if number < 0 {
        return Err(th.overflow_error(format!(
            "{name}: can't convert negative Python int to C 16-bit unsigned integer"
        )));
    }
    match u16::try_from(number) {
        Ok(number) => Ok(Value::from_i32(i32::from(number.swap_bytes()))),
        Err(_) => Err(th.overflow_error(format!(
            "{name}: Python int too large to convert to C 16-bit unsigned integer"
        ))),
    }
}

fn swap32(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let index = th.index(args[0])?;
    match as_i64(index) {
        Some(number) if number < 0 => {
            Err(th.overflow_error("can't convert negative value to unsigned int"))
        }
        Some(number) if number <= i64::from(u32::MAX) => {
            th.int_from_i64(i64::from((number as u32).swap_bytes()))
        }
        _ => Err(th.overflow_error("int larger than 32 bits")),
    }
}

/// The old forms of IPv4 addresses: one to four numbers, decimal, octal or hexadecimal.
fn parse_loose(text: &str) -> Option<Ipv4Addr> {
    let text = text.split_ascii_whitespace().next()?;
    let mut numbers = Vec::new();
    for part in text.split('.') {
        let (digits, radix) = match part {
            part if part.starts_with("0x") || part.starts_with("0X") => (&part[2..], 16),
            part if part.len() > 1 && part.starts_with('0') => (&part[1..], 8),
            part => (part, 10),
        };
        numbers.push(u32::from_str_radix(digits, radix).ok()?);
    }
    let (&last, first) = numbers.split_last()?;
    if first.len() > 3 || first.iter().any(|&number| number > 255) {
        return None;
    }
    let bits = 8 * (4 - first.len() as u32);
    if bits < 32 && last >> bits != 0 {
        return None;
    }
    let high = first.iter().fold(0u32, |all, number| all << 8 | number);
    let high = if bits < 32 { high << bits } else { 0 };
    Some(Ipv4Addr::from(high | last))
}

fn illegal_ip(th: &Thread, function: &str) -> Raised {
    let message = format!("illegal IP address string passed to {function}");
    th.raise_message(&classes::OS_ERROR, &message)
}

fn inet_aton(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let text = crate::argument::str_argument(th, args[0], "inet_aton() argument 1")?.display();
    match parse_loose(&text) {
        Some(host) => Ok(th.new_bytes(&host.octets())?.value()),
        None => Err(illegal_ip(th, "inet_aton")),
    }
}

fn inet_ntoa(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let bytes = bytes_like::copy(th, args[0])?;
    match <[u8; 4]>::try_from(&bytes[..]) {
        Ok(octets) => Ok(th.new_str(&Ipv4Addr::from(octets).to_string())?.value()),
        Err(_) => Err(th.raise_message(&classes::OS_ERROR, "packed IP wrong length")),
    }
}

fn inet_pton(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let family = c_int(th, args[0])?;
    let text = crate::argument::str_argument(th, args[1], "inet_pton() argument 2")?.display();
    match family {
        libc::AF_INET => match text.parse::<Ipv4Addr>() {
            Ok(host) => Ok(th.new_bytes(&host.octets())?.value()),
            Err(_) => Err(illegal_ip(th, "inet_pton")),
        },
        libc::AF_INET6 => match text.parse::<Ipv6Addr>() {
            Ok(host) => Ok(th.new_bytes(&host.octets())?.value()),
            Err(_) => Err(illegal_ip(th, "inet_pton")),
        },
        _ => Err(th.os_error(libc::EAFNOSUPPORT)),
    }
}

fn inet_ntop(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let family = c_int(th, args[0])?;
    let bytes = bytes_like::copy(th, args[1])?;
    let wrong = |th: &Thread| th.value_error("invalid length of packed IP address string");
    let text = match family {
        libc::AF_INET => match <[u8; 4]>::try_from(&bytes[..]) {
            Ok(octets) => Ipv4Addr::from(octets).to_string(),
            Err(_) => return Err(wrong(th)),
        },
        libc::AF_INET6 => match <[u8; 16]>::try_from(&bytes[..]) {
            Ok(octets) => Ipv6Addr::from(octets).to_string(),
            Err(_) => return Err(wrong(th)),
        },
        family => return Err(th.value_error(format!("unknown address family {family}"))),
    };
    Ok(th.new_str(&text)?.value())
}

fn if_nameindex(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let all = run(th, socket::interfaces)?;
    let list = List::with_capacity(th, all.len())?;
    for (index, name) in all {
        let pair = [th.int_from_i64(i64::from(index))?, decode_system(th, &name)?.value()];
        let pair = Tuple::from_slice(th, &pair)?.value();
        list.push(th, pair)?;
    }
    Ok(list.value())
}

fn if_nametoindex(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = system_text(th, args[0])?;
    match socket::interface_index(&name) {
        Some(index) => th.int_from_i64(i64::from(index)),
        None => Err(th.raise_message(&classes::OS_ERROR, "no interface with this name")),
    }
}

fn if_indextoname(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let index = c_long(th, args[0])?;
    let Ok(index) = u32::try_from(index) else {
        return Err(th.overflow_error("index is too large"));
    };
    let name = run(th, || socket::interface_name(index))?;
    Ok(decode_system(th, &name)?.value())
}

fn control(th: &mut Thread, args: &[Value], padded: bool) -> Result<Value, Raised> {
    let length = th.index_ssize(args[0])?;
    let sizes = usize::try_from(length).ok().and_then(socket::control_sizes);
    match sizes {
        Some((plain, with_padding)) => {
            th.int_from_i64(if padded { with_padding } else { plain } as i64)
        }
        None => Err(th.overflow_error(if padded {
            "CMSG_SPACE() argument out of range"
        } else {
            "CMSG_LEN() argument out of range"
        })),
    }
}
