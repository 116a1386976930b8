//! Terminals.

use std::ffi::CStr;
use std::mem::MaybeUninit;

use super::{Outcome, check, last_error};

/// The settings of a terminal.
pub type Settings = libc::termios;

/// `tcgetattr`
pub fn get(fd: i32) -> Outcome<Settings> {
    let mut settings = MaybeUninit::uninit();
    // SAFETY: filled by the call if it succeeds.
    unsafe {
        check(libc::tcgetattr(fd, settings.as_mut_ptr()))?;
        Ok(settings.assume_init())
    }
}

/// `tcsetattr`
pub fn set(fd: i32, when: i32, settings: &Settings) -> Outcome<i32> {
    // SAFETY: a structure that the call reads.
    check(unsafe { libc::tcsetattr(fd, when, settings) })
}

/// Input and output speed.
pub fn speeds(settings: &Settings) -> (u32, u32) {
    // SAFETY: a structure that the calls read.
    unsafe { (libc::cfgetispeed(settings), libc::cfgetospeed(settings)) }
}

/// Sets input and output speed.
pub fn set_speeds(settings: &mut Settings, input: u32, output: u32) -> Outcome<i32> {
    // SAFETY: a structure that the calls change.
    unsafe {
        check(libc::cfsetispeed(settings, input))?;
        check(libc::cfsetospeed(settings, output))
    }
}

macro_rules! calls {
    ($($(#[$m:meta])* $name:ident($($arg:ident: $type:ty),*) = $call:expr;)*) => {
        $(
            $(#[$m])*
            pub fn $name($($arg: $type),*) -> Outcome<i32> {
                // SAFETY: plain numbers.
                check(unsafe { $call })
            }
        )*
    };
}

calls! {
    /// `tcsendbreak`
    send_break(fd: i32, duration: i32) = libc::tcsendbreak(fd, duration);
    /// `tcdrain`
    drain(fd: i32) = libc::tcdrain(fd);
    /// `tcflush`
    flush(fd: i32, queue: i32) = libc::tcflush(fd, queue);
    /// `tcflow`
    flow(fd: i32, action: i32) = libc::tcflow(fd, action);
    /// `tcgetpgrp`
    group(fd: i32) = libc::tcgetpgrp(fd);
    /// `tcsetpgrp`
    set_group(fd: i32, group: i32) = libc::tcsetpgrp(fd, group);
    /// `grantpt`
    grant(fd: i32) = libc::grantpt(fd);
    /// `unlockpt`
    unlock(fd: i32) = libc::unlockpt(fd);
    /// `posix_openpt`
    open_master(flags: i32) = libc::posix_openpt(flags);
}

/// Lines and columns, and the same in pixels.
pub fn size(fd: i32) -> Outcome<[u16; 4]> {
    let mut size = [0u16; 4];
    // SAFETY: the structure has four numbers, filled by the call.
    check(unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, size.as_mut_ptr()) })?;
    Ok(size)
}

/// Sets what [`size`] says.
pub fn set_size(fd: i32, size: [u16; 4]) -> Outcome<i32> {
    // SAFETY: the structure has four numbers, read by the call.
    check(unsafe { libc::ioctl(fd, libc::TIOCSWINSZ, size.as_ptr()) })
}

/// The path of a descriptor's terminal.
pub fn name(fd: i32) -> Outcome<Vec<u8>> {
    text(|buffer| {
        // SAFETY: the buffer is as long as said.
        unsafe { libc::ttyname_r(fd, buffer.as_mut_ptr().cast(), buffer.len()) }
    })
}

/// The path of the slave of a pseudo-terminal.
pub fn slave_name(fd: i32) -> Outcome<Vec<u8>> {
    text(|buffer| {
        // SAFETY: the buffer is as long as said.
        unsafe { libc::ptsname_r(fd, buffer.as_mut_ptr().cast(), buffer.len()) }
    })
}

/// The path of the controlling terminal.
pub fn controlling() -> Vec<u8> {
    let mut buffer = [0 as libc::c_char; 64];
    // SAFETY: room for more than the C library's limit; then a C string.
    unsafe {
        ctermid(buffer.as_mut_ptr());
        CStr::from_ptr(buffer.as_ptr()).to_bytes().to_vec()
    }
}

unsafe extern "C" {
    fn ctermid(buffer: *mut libc::c_char) -> *mut libc::c_char;
}

fn text(call: impl FnOnce(&mut [u8]) -> i32) -> Outcome<Vec<u8>> {
    let mut buffer = vec![0u8; 1024];
    match call(&mut buffer) {
        0 => {
            let length = buffer.iter().position(|&byte| byte == 0).unwrap_or(0);
            buffer.truncate(length);
            Ok(buffer)
        }
        errno => Err(errno),
    }
}

/// `openpty`: master and slave, neither inherited.
pub fn open_pair() -> Outcome<(i32, i32)> {
    let (mut master, mut slave) = (0, 0);
    let null = std::ptr::null_mut();
    // SAFETY: two numbers, filled by the call; no name, settings or size.
    unsafe {
        check(libc::openpty(&mut master, &mut slave, null, null.cast(), null.cast()))?;
        for fd in [master, slave] {
            libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC);
        }
    }
    Ok((master, slave))
}

/// In a child: makes the slave its terminal and standard streams.
pub fn log_in(fd: i32) -> Outcome<i32> {
    // SAFETY: a plain number.
    check(unsafe { libc::login_tty(fd) })
}

/// `ioctl` with a number.
pub fn control(fd: i32, request: u64, number: i64) -> Outcome<i32> {
    // SAFETY: requests that take a number; one that takes a pointer fails on a bad address.
    check(unsafe { libc::ioctl(fd, request as libc::Ioctl, number) })
}

/// `ioctl` with a buffer, which the call may change. It must be as large as the request wants.
pub fn control_buffer(fd: i32, request: u64, buffer: &mut [u8]) -> Outcome<i32> {
    // The sizes of requests are at most what their number says, or 1 KB for the older ones.
    let wanted = (request >> 16 & 0x3FFF) as usize;
    let mut room = vec![0u8; buffer.len().max(wanted).max(1024)];
    room[..buffer.len()].copy_from_slice(buffer);
    // SAFETY: the room is as large as any request reads or writes.
    let result = unsafe { libc::ioctl(fd, request as libc::Ioctl, room.as_mut_ptr()) };
    if result == -1 {
        return Err(last_error());
    }
    let length = buffer.len();
    buffer.copy_from_slice(&room[..length]);
    Ok(result)
}

/// `fcntl` with a buffer.
pub fn fcntl_buffer(fd: i32, command: i32, buffer: &mut [u8]) -> Outcome<i32> {
    let mut room = vec![0u8; buffer.len().max(1024)];
    room[..buffer.len()].copy_from_slice(buffer);
    // SAFETY: the room is larger than any structure that `fcntl` knows.
    let result = unsafe { libc::fcntl(fd, command, room.as_mut_ptr()) };
    if result == -1 {
        return Err(last_error());
    }
    let length = buffer.len();
    buffer.copy_from_slice(&room[..length]);
    Ok(result)
}
