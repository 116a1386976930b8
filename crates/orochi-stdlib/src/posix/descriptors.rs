//! What is done with file descriptors.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::thread::Thread;
use orochi_vm::types::tuple::Tuple;

use super::blocking::{attempt, irrevocable, run, run_on};
use super::path::{PATH, file_descriptor, folder, place};
use crate::argument::{c_int, c_int_or, c_long, decode_system, given, truth_or};
use crate::structure::Structure;
use crate::system::{file, terminal};
use crate::{bytes_like, system};

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "open(path, flags, mode=511, *, dir_fd=None)",
        open,
        "Open a file for low level IO.  Returns a file descriptor (integer).\n\nIf dir_fd is not None, it should be a file descriptor open to a directory,\n  and path should be relative; path will then be relative to that directory.",
    ),
    function("close(fd)", close, "Close a file descriptor."),
    function(
        "closerange(fd_low, fd_high, /)",
        closerange,
        "Closes all file descriptors in [fd_low, fd_high), ignoring errors.",
    ),
    function("read(fd, length, /)", read, "Read from a file descriptor.  Returns a bytes object."),
    function(
        "readinto(fd, buffer, /)",
        readinto,
        "Read into a buffer object from a file descriptor.\n\nThe buffer should be mutable and bytes-like. On success, returns the number of\nbytes read. Less bytes may be read than the size of the buffer.",
    ),
    function("write(fd, data, /)", write, "Write a bytes object to a file descriptor."),
    function(
        "pread(fd, length, offset, /)",
        pread,
        "Read a number of bytes from a file descriptor starting at a particular offset.",
    ),
    function(
        "pwrite(fd, buffer, offset, /)",
        pwrite,
        "Write bytes to a file descriptor starting at a particular offset.",
    ),
    function(
        "readv(fd, buffers, /)",
        readv,
        "Read from a file descriptor fd into an iterable of buffers.",
    ),
    function(
        "writev(fd, buffers, /)",
        writev,
        "Iterate over buffers, and write the contents of each to a file descriptor.",
    ),
    function(
        "lseek(fd, position, whence, /)",
        lseek,
        "Set the position of a file descriptor.  Return the new position.",
    ),
    function("dup(fd, /)", dup, "Return a duplicate of a file descriptor."),
    function("dup2(fd, fd2, inheritable=True)", dup2, "Duplicate file descriptor."),
    function("pipe()", pipe, "Create a pipe."),
    function("pipe2(flags, /)", pipe2, "Create a pipe with flags set atomically."),
    function("isatty(fd, /)", isatty, "Return True if the fd is connected to a terminal."),
    function(
        "ttyname(fd, /)",
        ttyname,
        "Return the name of the terminal device connected to 'fd'.",
    ),
    function("ctermid()", ctermid, "Return the name of the controlling terminal for this process."),
    function("openpty()", openpty, "Open a pseudo-terminal."),
    function(
        "login_tty(fd, /)",
        login_tty,
        "Prepare the tty of which fd is a file descriptor for a new login session.",
    ),
    function(
        "posix_openpt(oflag, /)",
        posix_openpt,
        "Open and return a file descriptor for a master pseudo-terminal device.",
    ),
    function("grantpt(fd, /)", grantpt, "Grant access to the slave pseudo-terminal device."),
    function("unlockpt(fd, /)", unlockpt, "Unlock a pseudo-terminal master/slave pair."),
    function("ptsname(fd, /)", ptsname, "Return the name of the slave pseudo-terminal device."),
    function(
        "tcgetpgrp(fd, /)",
        tcgetpgrp,
        "Return the process group associated with the terminal specified by fd.",
    ),
    function(
        "tcsetpgrp(fd, pgid, /)",
        tcsetpgrp,
        "Set the process group associated with the terminal specified by fd.",
    ),
    function(
        "get_terminal_size(fd=<unrepresentable>, /)",
        get_terminal_size,
        "Return the size of the terminal window as (columns, lines).",
    ),
    function(
        "get_inheritable(fd, /)",
        get_inheritable,
        "Get the close-on-exe flag of the specified file descriptor.",
    ),
    function(
        "set_inheritable(fd, inheritable, /)",
        set_inheritable,
        "Set the inheritable flag of the specified file descriptor.",
    ),
    function("get_blocking(fd, /)", get_blocking, "Get the blocking mode of the file descriptor."),
    function(
        "set_blocking(fd, blocking, /)",
        set_blocking,
        "Set the blocking mode of the specified file descriptor.",
    ),
    function(
        "ftruncate(fd, length, /)",
        ftruncate,
        "Truncate a file, specified by file descriptor, to a specific length.",
    ),
    function("fsync(fd)", fsync, "Force write of fd to disk."),
    function(
        "fdatasync(fd)",
        fdatasync,
        "Force write of fd to disk without forcing update of metadata.",
    ),
    function("sync()", sync, "Force write of everything to disk."),
    function(
        "lockf(fd, command, length, /)",
        lockf,
        "Apply, test or remove a POSIX lock on an open file descriptor.",
    ),
    function(
        "sendfile(out_fd, in_fd, offset, count)",
        sendfile,
        "Copy count bytes from file descriptor in_fd to file descriptor out_fd.",
    ),
    function(
        "copy_file_range(src, dst, count, offset_src=None, offset_dst=None)",
        copy_file_range,
        "Copy count bytes from one file descriptor to another.",
    ),
    function(
        "splice(src, dst, count, offset_src=None, offset_dst=None, flags=0)",
        splice,
        "Transfer count bytes from one pipe to a descriptor or vice versa.",
    ),
    function(
        "posix_fallocate(fd, offset, length, /)",
        posix_fallocate,
        "Ensure a file has allocated at least a particular number of bytes on disk.",
    ),
    function(
        "posix_fadvise(fd, offset, length, advice, /)",
        posix_fadvise,
        "Announce an intention to access data in a specific pattern.",
    ),
    function("memfd_create(name, flags=1)", memfd_create, ""),
    function(
        "eventfd(initval, flags=524288)",
        eventfd,
        "Creates and returns an event notification file descriptor.",
    ),
    function("eventfd_read(fd)", eventfd_read, "Read eventfd value"),
    function("eventfd_write(fd, value)", eventfd_write, "Write eventfd value."),
    function(
        "device_encoding(fd)",
        device_encoding,
        "Return a string describing the encoding of a terminal's file descriptor.",
    ),
];

static TERMINAL_SIZE: Structure = Structure::new(
    "os.terminal_size",
    "A tuple of (columns, lines) for holding terminal window size",
    &["columns", "lines"],
    2,
);

fn open(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "open", "path", PATH)?;
    let flags = c_int(th, args[1])? | libc::O_CLOEXEC;
    let mode = c_int_or(th, args[2], 0o777)? as u32;
    let folder = folder(th, args[3])?;
    let fd = run_on(th, &[path.shown], || file::open(folder, &path.path, flags, mode))?;
    Ok(Value::from_i32(fd))
}

fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    irrevocable(th)?;
    // Whether the descriptor is still open after an interruption is not known: no second try.
    match th.away(|| file::close(fd)) {
        Ok(_) | Err(libc::EINTR) => Ok(Value::NONE),
        Err(errno) => Err(th.os_error(errno)),
    }
}

fn closerange(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (low, high) = (c_int(th, args[0])?.max(0), c_int(th, args[1])?);
    irrevocable(th)?;
    th.away(|| {
        let limit =
            system::process::sysconf(libc::_SC_OPEN_MAX).unwrap_or(1024).clamp(256, 1 << 20);
        for fd in low..high.min(limit as i32) {
            // Errors are ignored.
            let _ = file::close(fd);
        }
    });
    Ok(Value::NONE)
}

/// A number of bytes to read.
fn length(th: &mut Thread, value: Value) -> Result<usize, Raised> {
    let length = th.index_ssize(value)?;
    usize::try_from(length).map_err(|_| th.os_error(libc::EINVAL))
}

fn read(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, length) = (c_int(th, args[0])?, length(th, args[1])?);
    let length = length.min(0x7FFF_F000);
    let mut buffer = Vec::new();
    run(th, || file::read_append(fd, &mut buffer, length))?;
    Ok(th.new_bytes(&buffer)?.value())
}

fn readinto(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    let length = bytes_like::writable_length(th, args[1])?.min(0x7FFF_F000);
    let mut buffer = Vec::new();
    let count = run(th, || file::read_append(fd, &mut buffer, length))?;
    bytes_like::fill(th, args[1], 0, &buffer)?;
    th.int_from_i64(count as i64)
}

fn write(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    let bytes = bytes_like::copy(th, args[1])?;
    let bytes = &bytes[..bytes.len().min(0x7FFF_F000)];
    let count = run(th, || file::write(fd, bytes))?;
    th.int_from_i64(count as i64)
}

fn pread(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, length, offset) = (c_int(th, args[0])?, length(th, args[1])?, c_long(th, args[2])?);
    let mut buffer = Vec::new();
    if buffer.try_reserve_exact(length).is_err() {
        return Err(th.memory_error());
    }
    buffer.resize(length, 0);
    let count = run(th, || file::pread(fd, &mut buffer, offset))?;
    Ok(th.new_bytes(&buffer[..count])?.value())
}

fn pwrite(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    let bytes = bytes_like::copy(th, args[1])?;
    let offset = c_long(th, args[2])?;
    let count = run(th, || file::pwrite(fd, &bytes, offset))?;
    th.int_from_i64(count as i64)
}

fn readv(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    let mut targets = RootVec::new();
    th.collect(args[1], &mut targets)?;
    let mut lengths = Vec::with_capacity(targets.len());
    for &target in targets.iter() {
        lengths.push(bytes_like::writable_length(th, target)?);
    }
    let total = lengths.iter().fold(0usize, |sum, &length| sum.saturating_add(length));
    let mut buffer = Vec::new();
    let count = run(th, || file::read_append(fd, &mut buffer, total.min(0x7FFF_F000)))?;
    let mut rest = &buffer[..];
    for (&target, length) in targets.iter().zip(lengths) {
        let (part, behind) = rest.split_at(length.min(rest.len()));
        bytes_like::fill(th, target, 0, part)?;
        rest = behind;
    }
    th.int_from_i64(count as i64)
}

fn writev(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    let mut sources = RootVec::new();
    th.collect(args[1], &mut sources)?;
    let mut all = Vec::new();
    for &source in sources.iter() {
        all.extend_from_slice(&bytes_like::copy(th, source)?);
    }
    let count = run(th, || file::write(fd, &all))?;
    th.int_from_i64(count as i64)
}

fn lseek(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, position, whence) = (c_int(th, args[0])?, c_long(th, args[1])?, c_int(th, args[2])?);
    let position = run(th, || file::lseek(fd, position, whence))?;
    th.int_from_i64(position)
}

fn dup(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    Ok(Value::from_i32(run(th, || file::dup(fd))?))
}

fn dup2(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, to) = (c_int(th, args[0])?, c_int(th, args[1])?);
    let inheritable = truth_or(th, args[2], true)?;
    if fd < 0 || to < 0 {
        return Err(th.os_error(libc::EBADF));
    }
    let made =
        run(th, || if inheritable || fd == to { file::dup2(fd, to) } else { file::dup3(fd, to) })?;
    Ok(Value::from_i32(made))
}

fn pair(th: &Thread, (first, second): (i32, i32)) -> Result<Value, Raised> {
    Ok(Tuple::from_slice(th, &[Value::from_i32(first), Value::from_i32(second)])?.value())
}

fn pipe(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let ends = run(th, || file::pipe(libc::O_CLOEXEC))?;
    pair(th, ends)
}

fn pipe2(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let flags = c_int(th, args[0])?;
    let ends = run(th, || file::pipe(flags))?;
    pair(th, ends)
}

fn isatty(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    Ok(Value::from_bool(file::isatty(fd).is_ok_and(|answer| answer == 1)))
}

fn ttyname(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    let name = run(th, || terminal::name(fd))?;
    Ok(decode_system(th, &name)?.value())
}

fn ctermid(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(decode_system(th, &terminal::controlling())?.value())
}

fn openpty(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let ends = run(th, terminal::open_pair)?;
    pair(th, ends)
}

fn login_tty(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[0])?;
    run(th, || terminal::log_in(fd))?;
    Ok(Value::NONE)
}

fn posix_openpt(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let flags = c_int(th, args[0])? | libc::O_CLOEXEC;
    Ok(Value::from_i32(run(th, || terminal::open_master(flags))?))
}

fn grantpt(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[0])?;
    run(th, || terminal::grant(fd))?;
    Ok(Value::NONE)
}

fn unlockpt(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[0])?;
    run(th, || terminal::unlock(fd))?;
    Ok(Value::NONE)
}

fn ptsname(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[0])?;
    let name = run(th, || terminal::slave_name(fd))?;
    Ok(decode_system(th, &name)?.value())
}

fn tcgetpgrp(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    Ok(Value::from_i32(run(th, || terminal::group(fd))?))
}

fn tcsetpgrp(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, group) = (c_int(th, args[0])?, c_int(th, args[1])?);
    run(th, || terminal::set_group(fd, group))?;
    Ok(Value::NONE)
}

fn get_terminal_size(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int_or(th, args[0], 1)?;
    let size = run(th, || terminal::size(fd))?;
    TERMINAL_SIZE
        .make(th, &[Value::from_i32(i32::from(size[1])), Value::from_i32(i32::from(size[0]))])
}

/// Adds the module's named tuples of this file.
pub(super) fn structures() -> [&'static Structure; 1] {
    [&TERMINAL_SIZE]
}

fn get_inheritable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    let flags = run(th, || file::fcntl(fd, libc::F_GETFD, 0))?;
    Ok(Value::from_bool(flags & libc::FD_CLOEXEC == 0))
}

fn set_inheritable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, inheritable) = (c_int(th, args[0])?, c_int(th, args[1])? != 0);
    run(th, || {
        let flags = file::fcntl(fd, libc::F_GETFD, 0)?;
        let flags = if inheritable { flags & !libc::FD_CLOEXEC } else { flags | libc::FD_CLOEXEC };
        file::fcntl(fd, libc::F_SETFD, i64::from(flags))
    })?;
    Ok(Value::NONE)
}

fn get_blocking(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    let flags = run(th, || file::fcntl(fd, libc::F_GETFL, 0))?;
    Ok(Value::from_bool(flags & libc::O_NONBLOCK == 0))
}

fn set_blocking(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, blocking) = (c_int(th, args[0])?, th.is_true(args[1])?);
    run(th, || {
        let flags = file::fcntl(fd, libc::F_GETFL, 0)?;
        let flags = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
        file::fcntl(fd, libc::F_SETFL, i64::from(flags))
    })?;
    Ok(Value::NONE)
}

fn ftruncate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, length) = (c_int(th, args[0])?, c_long(th, args[1])?);
    run(th, || file::ftruncate(fd, length))?;
    Ok(Value::NONE)
}

fn fsync(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[0])?;
    run(th, || file::fsync(fd))?;
    Ok(Value::NONE)
}

fn fdatasync(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[0])?;
    run(th, || file::fdatasync(fd))?;
    Ok(Value::NONE)
}

fn sync(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.away(file::sync);
    Ok(Value::NONE)
}

fn lockf(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, command, length) = (c_int(th, args[0])?, c_int(th, args[1])?, c_long(th, args[2])?);
    run(th, || file::lockf(fd, command, length))?;
    Ok(Value::NONE)
}

/// An optional offset.
fn offset(th: &mut Thread, value: Value) -> Result<Option<i64>, Raised> {
    match given(value) {
        Some(value) => c_long(th, value).map(Some),
        None => Ok(None),
    }
}

fn sendfile(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (to, from) = (c_int(th, args[0])?, c_int(th, args[1])?);
    let (offset, count) = (offset(th, args[2])?, length(th, args[3])?);
    let sent = run(th, || file::sendfile(to, from, offset, count))?;
    th.int_from_i64(sent as i64)
}

fn ranges(th: &mut Thread, args: &[Value], is_splice: bool, flags: u32) -> Result<Value, Raised> {
    let (from, to) = (c_int(th, args[0])?, c_int(th, args[1])?);
    let count = th.index_ssize(args[2])?;
    let Ok(count) = usize::try_from(count) else {
        return Err(th.value_error("negative value for 'count' not allowed"));
    };
    let (from_offset, to_offset) = (offset(th, args[3])?, offset(th, args[4])?);
    let copied =
        run(th, || file::copy_range(is_splice, from, from_offset, to, to_offset, count, flags))?;
    th.int_from_i64(copied as i64)
}

fn copy_file_range(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    ranges(th, args, false, 0)
}

fn splice(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let flags = c_int_or(th, args[5], 0)? as u32;
    ranges(th, args, true, flags)
}

fn posix_fallocate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, offset, length) = (c_int(th, args[0])?, c_long(th, args[1])?, c_long(th, args[2])?);
    run(th, || file::posix_fallocate(fd, offset, length))?;
    Ok(Value::NONE)
}

fn posix_fadvise(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, offset, length) = (c_int(th, args[0])?, c_long(th, args[1])?, c_long(th, args[2])?);
    let advice = c_int(th, args[3])?;
    run(th, || file::posix_fadvise(fd, offset, length, advice))?;
    Ok(Value::NONE)
}

fn memfd_create(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = super::path::system_text(th, args[0])?;
    let flags = c_int_or(th, args[1], libc::MFD_CLOEXEC as i32)? as u32;
    Ok(Value::from_i32(run(th, || file::memfd_create(&name, flags))?))
}

fn eventfd(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let initial = c_long(th, args[0])? as u32;
    let flags = c_int_or(th, args[1], libc::EFD_CLOEXEC)?;
    Ok(Value::from_i32(run(th, || file::eventfd(initial, flags))?))
}

fn eventfd_read(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[0])?;
    let mut count = [0; 8];
    run(th, || file::read(fd, &mut count))?;
    th.int_from_u64(u64::from_ne_bytes(count))
}

fn eventfd_write(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[0])?;
    let value = c_long(th, args[1])? as u64;
    run(th, || file::write(fd, &value.to_ne_bytes()))?;
    Ok(Value::NONE)
}

fn device_encoding(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    match attempt(th, || file::isatty(fd))? {
        Ok(1) => Ok(th.intern("utf-8")?.value()),
        _ => Ok(Value::NONE),
    }
}
