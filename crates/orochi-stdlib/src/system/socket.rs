//! Sockets and the names of hosts and services.

use std::ffi::{CStr, CString};
use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Outcome, check, check_size, last_error};

/// An address as the system calls take it.
#[derive(Clone)]
pub struct Address {
    storage: libc::sockaddr_storage,
    length: libc::socklen_t,
}

/// An address, read.
#[derive(Clone, Debug, PartialEq)]
pub enum Named {
    /// IPv4: address and port.
    V4(Ipv4Addr, u16),
    /// IPv6: address, port, flow information, scope.
    V6(Ipv6Addr, u16, u32, u32),
    /// A path, empty if the socket has none; with a leading zero byte an abstract name.
    Unix(Vec<u8>),
    /// A packet socket: interface, protocol, kind, hardware type, hardware address.
    Packet(i32, u16, u8, u16, Vec<u8>),
    /// A netlink socket: process, groups.
    Netlink(u32, u32),
    /// Virtual machines: address, port.
    Vm(u32, u32),
    /// None.
    None,
    /// Something else: the family and the bytes behind it.
    Other(u16, Vec<u8>),
}

impl Address {
    fn empty() -> Address {
        Address {
            // SAFETY: zeros are a valid address of no family.
            storage: unsafe { std::mem::zeroed() },
            length: size_of::<libc::sockaddr_storage>() as _,
        }
    }

    fn of<T>(value: T, length: usize) -> Address {
        let mut address = Address::empty();
        debug_assert!(size_of::<T>() <= size_of::<libc::sockaddr_storage>());
        // SAFETY: the storage is large enough for every address, and aligned for all.
        unsafe { (&raw mut address.storage).cast::<T>().write(value) };
        address.length = length as _;
        address
    }

    /// The system's form of an address; `None` if a path is too long or the kind cannot be set.
    pub fn new(named: &Named) -> Option<Address> {
        Some(match named {
            Named::V4(host, port) => {
                let value = libc::sockaddr_in {
                    sin_family: libc::AF_INET as _,
                    sin_port: port.to_be(),
                    sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(host.octets()) },
                    sin_zero: [0; 8],
                };
                Address::of(value, size_of::<libc::sockaddr_in>())
            }
            Named::V6(host, port, flow, scope) => {
                let value = libc::sockaddr_in6 {
                    sin6_family: libc::AF_INET6 as _,
                    sin6_port: port.to_be(),
                    sin6_flowinfo: flow.to_be(),
                    sin6_addr: libc::in6_addr { s6_addr: host.octets() },
                    sin6_scope_id: *scope,
                };
                Address::of(value, size_of::<libc::sockaddr_in6>())
            }
            Named::Unix(path) => {
                let mut value =
                    libc::sockaddr_un { sun_family: libc::AF_UNIX as _, sun_path: [0; 108] };
                let is_abstract = path.first() == Some(&0);
                if path.len() > 108 - usize::from(!is_abstract) {
                    return None;
                }
                for (to, &from) in value.sun_path.iter_mut().zip(path) {
                    *to = from as libc::c_char;
                }
                let length = 2 + path.len() + usize::from(!is_abstract && !path.is_empty());
                Address::of(value, length)
            }
            Named::Netlink(process, groups) => {
                // SAFETY: zeros are valid.
                let mut value: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
                value.nl_family = libc::AF_NETLINK as _;
                value.nl_pid = *process;
                value.nl_groups = *groups;
                Address::of(value, size_of::<libc::sockaddr_nl>())
            }
            Named::Vm(cid, port) => {
                // SAFETY: zeros are valid.
                let mut value: libc::sockaddr_vm = unsafe { std::mem::zeroed() };
                value.svm_family = libc::AF_VSOCK as _;
                value.svm_cid = *cid;
                value.svm_port = *port;
                Address::of(value, size_of::<libc::sockaddr_vm>())
            }
            _ => return None,
        })
    }

    /// What the address says.
    pub fn read(&self) -> Named {
        let length = self.length as usize;
        if length < 2 {
            return Named::None;
        }
        let at = &raw const self.storage;
        // SAFETY: the storage is larger than every address, initialised, and aligned for all;
        // the family says which one it is.
        unsafe {
            match i32::from(self.storage.ss_family) {
                libc::AF_INET => {
                    let a = &*at.cast::<libc::sockaddr_in>();
                    Named::V4(
                        Ipv4Addr::from(a.sin_addr.s_addr.to_ne_bytes()),
                        u16::from_be(a.sin_port),
                    )
                }
                libc::AF_INET6 => {
                    let a = &*at.cast::<libc::sockaddr_in6>();
                    let host = Ipv6Addr::from(a.sin6_addr.s6_addr);
                    let flow = u32::from_be(a.sin6_flowinfo);
                    Named::V6(host, u16::from_be(a.sin6_port), flow, a.sin6_scope_id)
                }
                libc::AF_UNIX => {
                    let a = &*at.cast::<libc::sockaddr_un>();
                    let path = a.sun_path.map(|c| c as u8);
                    let path = &path[..(length - 2).min(108)];
                    if path.first().is_none_or(|&first| first == 0) {
                        return Named::Unix(path.to_vec());
                    }
                    let end = path.iter().position(|&byte| byte == 0).unwrap_or(path.len());
                    Named::Unix(path[..end].to_vec())
                }
                libc::AF_PACKET => {
                    let a = &*at.cast::<libc::sockaddr_ll>();
                    let hardware = a.sll_addr[..usize::from(a.sll_halen).min(8)].to_vec();
                    let protocol = u16::from_be(a.sll_protocol);
                    Named::Packet(a.sll_ifindex, protocol, a.sll_pkttype, a.sll_hatype, hardware)
                }
                libc::AF_NETLINK => {
                    let a = &*at.cast::<libc::sockaddr_nl>();
                    Named::Netlink(a.nl_pid, a.nl_groups)
                }
                libc::AF_VSOCK => {
                    let a = &*at.cast::<libc::sockaddr_vm>();
                    Named::Vm(a.svm_cid, a.svm_port)
                }
                libc::AF_UNSPEC => Named::None,
                family => {
                    let bytes = std::slice::from_raw_parts(at.cast::<u8>(), length.min(128));
                    Named::Other(family as u16, bytes[2..].to_vec())
                }
            }
        }
    }

    fn pointer(&self) -> *const libc::sockaddr {
        (&raw const self.storage).cast()
    }
}

macro_rules! calls {
    ($($(#[$m:meta])* $name:ident($($arg:ident: $type:ty),*) = $call:expr;)*) => {
        $(
            $(#[$m])*
            pub fn $name($($arg: $type),*) -> Outcome<i32> {
                // SAFETY: plain numbers, and addresses as long as they say.
                check(unsafe { $call })
            }
        )*
    };
}

calls! {
    /// `socket`
    open(family: i32, kind: i32, protocol: i32) = libc::socket(family, kind, protocol);
    /// `bind`
    bind(fd: i32, address: &Address) = libc::bind(fd, address.pointer(), address.length);
    /// `connect`
    connect(fd: i32, address: &Address) = libc::connect(fd, address.pointer(), address.length);
    /// `listen`
    listen(fd: i32, backlog: i32) = libc::listen(fd, backlog);
    /// `shutdown`
    shutdown(fd: i32, how: i32) = libc::shutdown(fd, how);
}

/// `socketpair`
pub fn pair(family: i32, kind: i32, protocol: i32) -> Outcome<(i32, i32)> {
    let mut ends = [0; 2];
    // SAFETY: two numbers, filled by the call.
    check(unsafe { libc::socketpair(family, kind, protocol, ends.as_mut_ptr()) })?;
    Ok((ends[0], ends[1]))
}

/// `accept4`, close-on-exec
pub fn accept(fd: i32) -> Outcome<(i32, Address)> {
    let mut address = Address::empty();
    // SAFETY: filled by the call up to the length that it sets.
    let made = check(unsafe {
        let at = (&raw mut address.storage).cast();
        libc::accept4(fd, at, &mut address.length, libc::SOCK_CLOEXEC)
    })?;
    Ok((made, address))
}

/// `getsockname`
pub fn own_name(fd: i32) -> Outcome<Address> {
    let mut address = Address::empty();
    // SAFETY: filled by the call up to the length that it sets.
    check(unsafe {
        libc::getsockname(fd, (&raw mut address.storage).cast(), &mut address.length)
    })?;
    Ok(address)
}

/// `getpeername`
pub fn peer_name(fd: i32) -> Outcome<Address> {
    let mut address = Address::empty();
    // SAFETY: filled by the call up to the length that it sets.
    check(unsafe {
        libc::getpeername(fd, (&raw mut address.storage).cast(), &mut address.length)
    })?;
    Ok(address)
}

/// `recv`
pub fn receive(fd: i32, buffer: &mut [u8], flags: i32) -> Outcome<usize> {
    // SAFETY: the buffer is as long as said.
    check_size(unsafe { libc::recv(fd, buffer.as_mut_ptr().cast(), buffer.len(), flags) })
}

/// `recvfrom`
pub fn receive_from(fd: i32, buffer: &mut [u8], flags: i32) -> Outcome<(usize, Address)> {
    let mut address = Address::empty();
    // SAFETY: buffer and address are as long as said.
    let count = check_size(unsafe {
        let at = (&raw mut address.storage).cast();
        libc::recvfrom(fd, buffer.as_mut_ptr().cast(), buffer.len(), flags, at, &mut address.length)
    })?;
    Ok((count, address))
}

/// `send`
pub fn send(fd: i32, bytes: &[u8], flags: i32) -> Outcome<usize> {
    // SAFETY: the bytes are as long as said.
    check_size(unsafe { libc::send(fd, bytes.as_ptr().cast(), bytes.len(), flags) })
}

/// `sendto`
pub fn send_to(fd: i32, bytes: &[u8], flags: i32, address: &Address) -> Outcome<usize> {
    // SAFETY: bytes and address are as long as said.
    check_size(unsafe {
        libc::sendto(
            fd,
            bytes.as_ptr().cast(),
            bytes.len(),
            flags,
            address.pointer(),
            address.length,
        )
    })
}

/// A control message: level, kind, data.
pub type Control = (i32, i32, Vec<u8>);

/// `sendmsg`
pub fn send_message(
    fd: i32,
    parts: &[&[u8]],
    controls: &[Control],
    flags: i32,
    address: Option<&Address>,
) -> Outcome<usize> {
    let mut vectors: Vec<libc::iovec> = parts
        .iter()
        .map(|part| libc::iovec { iov_base: part.as_ptr().cast_mut().cast(), iov_len: part.len() })
        .collect();
    // SAFETY: the message points to vectors, address and control messages that live until after
    // the call; the room for control messages is as large as they need.
    unsafe {
        let size: usize =
            controls.iter().map(|(_, _, data)| libc::CMSG_SPACE(data.len() as u32) as usize).sum();
        let mut room = vec![0u64; size.div_ceil(8)];
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_iov = vectors.as_mut_ptr();
        message.msg_iovlen = vectors.len() as _;
        if let Some(address) = address {
            message.msg_name = address.pointer().cast_mut().cast();
            message.msg_namelen = address.length;
        }
        if size > 0 {
            message.msg_control = room.as_mut_ptr().cast();
            message.msg_controllen = size as _;
            let mut at = libc::CMSG_FIRSTHDR(&message);
            for (level, kind, data) in controls {
                if at.is_null() {
                    break;
                }
                (*at).cmsg_level = *level;
                (*at).cmsg_type = *kind;
                (*at).cmsg_len = libc::CMSG_LEN(data.len() as u32) as _;
                std::ptr::copy_nonoverlapping(data.as_ptr(), libc::CMSG_DATA(at), data.len());
                at = libc::CMSG_NXTHDR(&message, at);
            }
        }
        check_size(libc::sendmsg(fd, &message, flags))
    }
}

/// What `recvmsg` gives.
pub struct Received {
    /// How many bytes.
    pub count: usize,
    /// Control messages.
    pub controls: Vec<Control>,
    /// Flags.
    pub flags: i32,
    /// The sender.
    pub address: Address,
}

/// `recvmsg`
pub fn receive_message(
    fd: i32,
    parts: &mut [&mut [u8]],
    control_size: usize,
    flags: i32,
) -> Outcome<Received> {
    let mut vectors: Vec<libc::iovec> = parts
        .iter_mut()
        .map(|part| libc::iovec { iov_base: part.as_mut_ptr().cast(), iov_len: part.len() })
        .collect();
    let mut address = Address::empty();
    let mut room = vec![0u64; control_size.div_ceil(8)];
    // SAFETY: the message points to vectors, address and room that live until after the call;
    // the control messages lie in the room, as long as they say.
    unsafe {
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_iov = vectors.as_mut_ptr();
        message.msg_iovlen = vectors.len() as _;
        message.msg_name = (&raw mut address.storage).cast();
        message.msg_namelen = address.length;
        if control_size > 0 {
            message.msg_control = room.as_mut_ptr().cast();
            message.msg_controllen = control_size as _;
        }
        let count = check_size(libc::recvmsg(fd, &mut message, flags))?;
        address.length = message.msg_namelen;
        let mut controls = Vec::new();
        let mut at = libc::CMSG_FIRSTHDR(&message);
        while !at.is_null() {
            let header = libc::CMSG_LEN(0) as usize;
            let length = ((*at).cmsg_len as usize).saturating_sub(header);
            let offset = (libc::CMSG_DATA(at) as usize).saturating_sub(room.as_ptr() as usize);
            let length = length.min(control_size.saturating_sub(offset));
            let data = std::slice::from_raw_parts(libc::CMSG_DATA(at), length).to_vec();
            controls.push(((*at).cmsg_level, (*at).cmsg_type, data));
            at = libc::CMSG_NXTHDR(&message, at);
        }
        Ok(Received { count, controls, flags: message.msg_flags, address })
    }
}

/// The sizes of a control message with so much data: with and without padding behind it.
pub fn control_sizes(length: usize) -> Option<(usize, usize)> {
    let length = u32::try_from(length).ok().filter(|&length| length < i32::MAX as u32 - 64)?;
    // SAFETY: arithmetic only.
    Some(unsafe { (libc::CMSG_LEN(length) as usize, libc::CMSG_SPACE(length) as usize) })
}

/// `getsockopt` into a buffer
pub fn get_option(fd: i32, level: i32, option: i32, buffer: &mut [u8]) -> Outcome<usize> {
    let mut length = buffer.len() as libc::socklen_t;
    // SAFETY: the buffer is as long as said.
    check(unsafe { libc::getsockopt(fd, level, option, buffer.as_mut_ptr().cast(), &mut length) })?;
    Ok(length as usize)
}

/// `setsockopt`; without bytes, a null pointer with this length.
pub fn set_option(fd: i32, level: i32, option: i32, value: Result<&[u8], u32>) -> Outcome<i32> {
    let (at, length) = match value {
        Ok(bytes) => (bytes.as_ptr().cast(), bytes.len() as libc::socklen_t),
        Err(length) => (std::ptr::null(), length),
    };
    // SAFETY: the bytes are as long as said; a null pointer fails or is not read.
    check(unsafe { libc::setsockopt(fd, level, option, at, length) })
}

/// Makes a descriptor blocking or not.
pub fn set_blocking(fd: i32, blocking: bool) -> Outcome<i32> {
    let mut on = libc::c_int::from(!blocking);
    // SAFETY: a number that the call reads.
    check(unsafe { libc::ioctl(fd, libc::FIONBIO, &mut on) })
}

/// An answer of `getaddrinfo`.
pub struct Found {
    /// Family, kind of socket, protocol.
    pub socket: [i32; 3],
    /// The canonical name, where asked for.
    pub canonical: Vec<u8>,
    /// The address.
    pub address: Address,
}

/// Why a name could not be resolved: the resolver's number, or the system's.
#[derive(Clone, Copy, Debug)]
pub enum NoName {
    /// `EAI_…`
    Resolver(i32),
    /// An error number.
    System(i32),
}

/// The resolver's words for a number.
pub fn resolver_text(number: i32) -> String {
    // SAFETY: a C string that lives for ever.
    unsafe { CStr::from_ptr(libc::gai_strerror(number)) }.to_string_lossy().into_owned()
}

fn resolver_error(number: i32) -> NoName {
    if number == libc::EAI_SYSTEM { NoName::System(last_error()) } else { NoName::Resolver(number) }
}

/// `getaddrinfo`
pub fn resolve(
    host: Option<&CStr>,
    service: Option<&CStr>,
    [family, kind, protocol]: [i32; 3],
    flags: i32,
) -> Result<Vec<Found>, NoName> {
    // SAFETY: C strings or null; the list is read before it is freed, addresses are as long as
    // they say and no longer than the storage.
    unsafe {
        let mut hints: libc::addrinfo = std::mem::zeroed();
        hints.ai_family = family;
        hints.ai_socktype = kind;
        hints.ai_protocol = protocol;
        hints.ai_flags = flags;
        let mut list = std::ptr::null_mut();
        let pointer = |text: Option<&CStr>| text.map_or(std::ptr::null(), CStr::as_ptr);
        match libc::getaddrinfo(pointer(host), pointer(service), &hints, &mut list) {
            0 => {}
            error => return Err(resolver_error(error)),
        }
        let mut found = Vec::new();
        let mut at = list;
        while let Some(entry) = at.as_ref() {
            let mut address = Address::empty();
            let length = (entry.ai_addrlen as usize).min(size_of::<libc::sockaddr_storage>());
            std::ptr::copy_nonoverlapping(
                entry.ai_addr.cast::<u8>(),
                (&raw mut address.storage).cast::<u8>(),
                length,
            );
            address.length = length as _;
            let canonical = if entry.ai_canonname.is_null() {
                Vec::new()
            } else {
                CStr::from_ptr(entry.ai_canonname).to_bytes().to_vec()
            };
            let socket = [entry.ai_family, entry.ai_socktype, entry.ai_protocol];
            found.push(Found { socket, canonical, address });
            at = entry.ai_next;
        }
        libc::freeaddrinfo(list);
        Ok(found)
    }
}

/// `getnameinfo`: host and service.
pub fn name_of(address: &Address, flags: i32) -> Result<(Vec<u8>, Vec<u8>), NoName> {
    let mut host = [0 as libc::c_char; 1025];
    let mut service = [0 as libc::c_char; 64];
    // SAFETY: buffers as long as said; then C strings.
    unsafe {
        let error = libc::getnameinfo(
            address.pointer(),
            address.length,
            host.as_mut_ptr(),
            host.len() as _,
            service.as_mut_ptr(),
            service.len() as _,
            flags,
        );
        if error != 0 {
            return Err(resolver_error(error));
        }
        let bytes = |text: &[libc::c_char]| CStr::from_ptr(text.as_ptr()).to_bytes().to_vec();
        Ok((bytes(&host), bytes(&service)))
    }
}

/// `gethostname`
pub fn host_name() -> Outcome<Vec<u8>> {
    let mut buffer = [0 as libc::c_char; 1025];
    // SAFETY: the buffer is as long as said; then a C string.
    unsafe {
        check(libc::gethostname(buffer.as_mut_ptr(), buffer.len() - 1))?;
        Ok(CStr::from_ptr(buffer.as_ptr()).to_bytes().to_vec())
    }
}

/// `sethostname`
pub fn set_host_name(name: &[u8]) -> Outcome<i32> {
    // SAFETY: bytes as long as said.
    check(unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) })
}

/// The databases of services and protocols are asked by one thread at a time.
static DATABASE: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// The port of a service.
pub fn service_port(name: &CStr, protocol: Option<&CStr>) -> Option<u16> {
    let _one = DATABASE.lock().unwrap_or_else(|e| e.into_inner());
    // SAFETY: C strings or null; the entry is read before the next call.
    unsafe {
        let entry = getservbyname(name.as_ptr(), protocol.map_or(std::ptr::null(), CStr::as_ptr));
        entry.as_ref().map(|entry| u16::from_be(entry.s_port as u16))
    }
}

/// The service of a port.
pub fn service_name(port: u16, protocol: Option<&CStr>) -> Option<Vec<u8>> {
    let _one = DATABASE.lock().unwrap_or_else(|e| e.into_inner());
    // SAFETY: a number, a C string or null; the entry is read before the next call.
    unsafe {
        let protocol = protocol.map_or(std::ptr::null(), CStr::as_ptr);
        let entry = getservbyport(i32::from(port.to_be()), protocol);
        entry.as_ref().map(|entry| CStr::from_ptr(entry.s_name).to_bytes().to_vec())
    }
}

/// The number of a protocol.
pub fn protocol_number(name: &CStr) -> Option<i32> {
    let _one = DATABASE.lock().unwrap_or_else(|e| e.into_inner());
    // SAFETY: a C string; the entry is read before the next call.
    unsafe { getprotobyname(name.as_ptr()).as_ref().map(|entry| entry.p_proto) }
}

#[repr(C)]
struct Service {
    s_name: *mut libc::c_char,
    s_aliases: *mut *mut libc::c_char,
    s_port: libc::c_int,
    s_proto: *mut libc::c_char,
}

#[repr(C)]
struct Protocol {
    p_name: *mut libc::c_char,
    p_aliases: *mut *mut libc::c_char,
    p_proto: libc::c_int,
}

unsafe extern "C" {
    fn getservbyname(name: *const libc::c_char, protocol: *const libc::c_char) -> *mut Service;
    fn getservbyport(port: libc::c_int, protocol: *const libc::c_char) -> *mut Service;
    fn getprotobyname(name: *const libc::c_char) -> *mut Protocol;
}

/// The number of a network interface.
pub fn interface_index(name: &CStr) -> Option<u32> {
    // SAFETY: a C string.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => None,
        index => Some(index),
    }
}

/// The name of a network interface.
pub fn interface_name(index: u32) -> Outcome<Vec<u8>> {
    let mut buffer = [0 as libc::c_char; libc::IF_NAMESIZE];
    // SAFETY: room for the longest name; then a C string.
    unsafe {
        if libc::if_indextoname(index, buffer.as_mut_ptr()).is_null() {
            return Err(last_error());
        }
        Ok(CStr::from_ptr(buffer.as_ptr()).to_bytes().to_vec())
    }
}

/// All network interfaces.
pub fn interfaces() -> Outcome<Vec<(u32, Vec<u8>)>> {
    let mut all = Vec::new();
    // SAFETY: an array that ends with a zero index, freed after it is read.
    unsafe {
        let list = libc::if_nameindex();
        if list.is_null() {
            return Err(last_error());
        }
        let mut at = list;
        while (*at).if_index != 0 && !(*at).if_name.is_null() {
            all.push(((*at).if_index, CStr::from_ptr((*at).if_name).to_bytes().to_vec()));
            at = at.add(1);
        }
        libc::if_freenameindex(list);
    }
    Ok(all)
}

/// A C string of bytes without zeros.
pub fn c_string(bytes: &[u8]) -> Option<CString> {
    CString::new(bytes).ok()
}
