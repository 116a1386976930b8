//! Descriptors, paths and folders.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

use super::{Outcome, check, check_long, check_size, last_error};

pub use libc::stat as Status;

/// A time to set: seconds and nanoseconds.
pub type Time = libc::timespec;

macro_rules! calls {
    ($($(#[$m:meta])* fn $name:ident($($arg:ident: $type:ty),*) = $call:expr;)*) => {
        $(
            $(#[$m])*
            pub fn $name($($arg: $type),*) -> Outcome<i32> {
                // SAFETY: paths are C strings, all else is plain numbers.
                check(unsafe { $call })
            }
        )*
    };
}

calls! {
    /// `openat`
    fn open(folder: i32, path: &CStr, flags: i32, mode: u32) = libc::openat(folder, path.as_ptr(), flags, mode);
    /// `close`
    fn close(fd: i32) = libc::close(fd);
    /// `dup`, close-on-exec
    fn dup(fd: i32) = libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0);
    /// `dup2`
    fn dup2(fd: i32, to: i32) = libc::dup2(fd, to);
    /// `dup3`, close-on-exec
    fn dup3(fd: i32, to: i32) = libc::dup3(fd, to, libc::O_CLOEXEC);
    /// `fcntl` with a number
    fn fcntl(fd: i32, command: i32, arg: i64) = libc::fcntl(fd, command, arg);
    /// `isatty`
    fn isatty(fd: i32) = libc::isatty(fd);
    /// `ftruncate`
    fn ftruncate(fd: i32, length: i64) = libc::ftruncate(fd, length);
    /// `truncate`
    fn truncate(path: &CStr, length: i64) = libc::truncate(path.as_ptr(), length);
    /// `fsync`
    fn fsync(fd: i32) = libc::fsync(fd);
    /// `fdatasync`
    fn fdatasync(fd: i32) = libc::fdatasync(fd);
    /// `faccessat`
    fn access(folder: i32, path: &CStr, mode: i32, flags: i32) = libc::faccessat(folder, path.as_ptr(), mode, flags);
    /// `mkdirat`
    fn mkdir(folder: i32, path: &CStr, mode: u32) = libc::mkdirat(folder, path.as_ptr(), mode);
    /// `unlinkat`
    fn unlink(folder: i32, path: &CStr, flags: i32) = libc::unlinkat(folder, path.as_ptr(), flags);
    /// `renameat`
    fn rename(folder: i32, from: &CStr, to_folder: i32, to: &CStr) = libc::renameat(folder, from.as_ptr(), to_folder, to.as_ptr());
    /// `linkat`
    fn link(folder: i32, from: &CStr, to_folder: i32, to: &CStr, flags: i32) = libc::linkat(folder, from.as_ptr(), to_folder, to.as_ptr(), flags);
    /// `symlinkat`
    fn symlink(target: &CStr, folder: i32, path: &CStr) = libc::symlinkat(target.as_ptr(), folder, path.as_ptr());
    /// `fchmodat`
    fn chmod(folder: i32, path: &CStr, mode: u32, flags: i32) = libc::fchmodat(folder, path.as_ptr(), mode, flags);
    /// `fchmod`
    fn fchmod(fd: i32, mode: u32) = libc::fchmod(fd, mode);
    /// `fchownat`
    fn chown(folder: i32, path: &CStr, user: u32, group: u32, flags: i32) = libc::fchownat(folder, path.as_ptr(), user, group, flags);
    /// `fchown`
    fn fchown(fd: i32, user: u32, group: u32) = libc::fchown(fd, user, group);
    /// `chdir`
    fn chdir(path: &CStr) = libc::chdir(path.as_ptr());
    /// `fchdir`
    fn fchdir(fd: i32) = libc::fchdir(fd);
    /// `chroot`
    fn chroot(path: &CStr) = libc::chroot(path.as_ptr());
    /// `mkfifoat`
    fn mkfifo(folder: i32, path: &CStr, mode: u32) = libc::mkfifoat(folder, path.as_ptr(), mode);
    /// `mknodat`
    fn mknod(folder: i32, path: &CStr, mode: u32, device: u64) = libc::mknodat(folder, path.as_ptr(), mode, device);
    /// `lockf`
    fn lockf(fd: i32, command: i32, length: i64) = libc::lockf(fd, command, length);
    /// `flock`
    fn flock(fd: i32, operation: i32) = libc::flock(fd, operation);
    /// `memfd_create`
    fn memfd_create(name: &CStr, flags: u32) = libc::memfd_create(name.as_ptr(), flags);
    /// `eventfd`
    fn eventfd(initial: u32, flags: i32) = libc::eventfd(initial, flags);
}

/// `posix_fallocate`
pub fn posix_fallocate(fd: i32, offset: i64, length: i64) -> Outcome<()> {
    // SAFETY: plain numbers.
    match unsafe { libc::posix_fallocate(fd, offset, length) } {
        0 => Ok(()),
        errno => Err(errno),
    }
}

/// `posix_fadvise`
pub fn posix_fadvise(fd: i32, offset: i64, length: i64, advice: i32) -> Outcome<()> {
    // SAFETY: plain numbers.
    match unsafe { libc::posix_fadvise(fd, offset, length, advice) } {
        0 => Ok(()),
        errno => Err(errno),
    }
}

/// `sync`
pub fn sync() {
    // SAFETY: no arguments.
    unsafe { libc::sync() }
}

/// `umask`
pub fn umask(mask: u32) -> u32 {
    // SAFETY: a plain number.
    unsafe { libc::umask(mask) }
}

/// `read`
pub fn read(fd: i32, buffer: &mut [u8]) -> Outcome<usize> {
    // SAFETY: the buffer is as long as said.
    check_size(unsafe { libc::read(fd, buffer.as_mut_ptr().cast(), buffer.len()) })
}

/// Reads up to `length` bytes into the room behind a vector's content, which need not be
/// initialised first.
pub fn read_append(fd: i32, buffer: &mut Vec<u8>, length: usize) -> Outcome<usize> {
    buffer.try_reserve(length).map_err(|_| libc::ENOMEM)?;
    let used = buffer.len();
    // SAFETY: so much room has been reserved; what the call has written is initialised.
    unsafe {
        let at = buffer.as_mut_ptr().add(used);
        let count = check_size(libc::read(fd, at.cast(), length))?;
        buffer.set_len(used + count);
        Ok(count)
    }
}

/// `write`
pub fn write(fd: i32, bytes: &[u8]) -> Outcome<usize> {
    // SAFETY: the bytes are as long as said.
    check_size(unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) })
}

/// `pread`
pub fn pread(fd: i32, buffer: &mut [u8], offset: i64) -> Outcome<usize> {
    // SAFETY: the buffer is as long as said.
    check_size(unsafe { libc::pread(fd, buffer.as_mut_ptr().cast(), buffer.len(), offset) })
}

/// `pwrite`
pub fn pwrite(fd: i32, bytes: &[u8], offset: i64) -> Outcome<usize> {
    // SAFETY: the bytes are as long as said.
    check_size(unsafe { libc::pwrite(fd, bytes.as_ptr().cast(), bytes.len(), offset) })
}

/// `lseek`
pub fn lseek(fd: i32, offset: i64, whence: i32) -> Outcome<i64> {
    // SAFETY: plain numbers.
    check_long(unsafe { libc::lseek(fd, offset, whence) })
}

/// `fstatat`
pub fn stat(folder: i32, path: &CStr, flags: i32) -> Outcome<Status> {
    let mut status = MaybeUninit::uninit();
    // SAFETY: filled by the call if it succeeds.
    unsafe {
        check(libc::fstatat(folder, path.as_ptr(), status.as_mut_ptr(), flags))?;
        Ok(status.assume_init())
    }
}

/// `fstat`
pub fn fstat(fd: i32) -> Outcome<Status> {
    let mut status = MaybeUninit::uninit();
    // SAFETY: filled by the call if it succeeds.
    unsafe {
        check(libc::fstat(fd, status.as_mut_ptr()))?;
        Ok(status.assume_init())
    }
}

/// `statvfs` of a path
pub fn statvfs(path: &CStr) -> Outcome<libc::statvfs> {
    let mut status = MaybeUninit::uninit();
    // SAFETY: filled by the call if it succeeds.
    unsafe {
        check(libc::statvfs(path.as_ptr(), status.as_mut_ptr()))?;
        Ok(status.assume_init())
    }
}

/// `statvfs` of a descriptor
pub fn fstatvfs(fd: i32) -> Outcome<libc::statvfs> {
    let mut status = MaybeUninit::uninit();
    // SAFETY: filled by the call if it succeeds.
    unsafe {
        check(libc::fstatvfs(fd, status.as_mut_ptr()))?;
        Ok(status.assume_init())
    }
}

/// `utimensat`
pub fn utime(folder: i32, path: &CStr, times: Option<&[Time; 2]>, flags: i32) -> Outcome<()> {
    let times = times.map_or(std::ptr::null(), |times| times.as_ptr());
    // SAFETY: two times or a null pointer.
    check(unsafe { libc::utimensat(folder, path.as_ptr(), times, flags) }).map(drop)
}

/// `futimens`
pub fn futime(fd: i32, times: Option<&[Time; 2]>) -> Outcome<()> {
    let times = times.map_or(std::ptr::null(), |times| times.as_ptr());
    // SAFETY: two times or a null pointer.
    check(unsafe { libc::futimens(fd, times) }).map(drop)
}

/// `readlinkat`
pub fn readlink(folder: i32, path: &CStr) -> Outcome<Vec<u8>> {
    let mut buffer = vec![0u8; 4096];
    loop {
        // SAFETY: the buffer is as long as said.
        let length = check_size(unsafe {
            libc::readlinkat(folder, path.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len())
        })?;
        if length < buffer.len() {
            buffer.truncate(length);
            return Ok(buffer);
        }
        let larger = buffer.len() * 2;
        buffer.resize(larger, 0);
    }
}

/// `getcwd`
pub fn getcwd() -> Outcome<Vec<u8>> {
    let mut buffer = vec![0u8; 4096];
    loop {
        // SAFETY: the buffer is as long as said.
        let found = unsafe { libc::getcwd(buffer.as_mut_ptr().cast(), buffer.len()) };
        if !found.is_null() {
            let length = buffer.iter().position(|&byte| byte == 0).unwrap_or(buffer.len());
            buffer.truncate(length);
            return Ok(buffer);
        }
        match last_error() {
            libc::ERANGE => {
                let larger = buffer.len() * 2;
                buffer.resize(larger, 0);
            }
            errno => return Err(errno),
        }
    }
}

/// `pipe2`
pub fn pipe(flags: i32) -> Outcome<(i32, i32)> {
    let mut ends = [0; 2];
    // SAFETY: two numbers, filled by the call.
    check(unsafe { libc::pipe2(ends.as_mut_ptr(), flags) })?;
    Ok((ends[0], ends[1]))
}

/// `sendfile`: `offset` of `None` reads from where the file is.
pub fn sendfile(to: i32, from: i32, offset: Option<i64>, count: usize) -> Outcome<usize> {
    let mut place = offset.unwrap_or(0);
    let offset = if offset.is_some() { &raw mut place } else { std::ptr::null_mut() };
    // SAFETY: a number to be read and written, or a null pointer.
    check_size(unsafe { libc::sendfile(to, from, offset, count) })
}

/// `copy_file_range` and `splice`, which look alike.
pub fn copy_range(
    splice: bool,
    from: i32,
    from_offset: Option<i64>,
    to: i32,
    to_offset: Option<i64>,
    count: usize,
    flags: u32,
) -> Outcome<usize> {
    let (mut a, mut b) = (from_offset.unwrap_or(0), to_offset.unwrap_or(0));
    let a = if from_offset.is_some() { &raw mut a } else { std::ptr::null_mut() };
    let b = if to_offset.is_some() { &raw mut b } else { std::ptr::null_mut() };
    // SAFETY: numbers to be read and written, or null pointers.
    check_size(unsafe {
        if splice {
            libc::splice(from, a, to, b, count, flags)
        } else {
            libc::copy_file_range(from, a, to, b, count, flags)
        }
    })
}

/// `pathconf`; `None` where there is no limit.
pub fn pathconf(path: &CStr, name: i32) -> Outcome<i64> {
    limit(|| {
        // SAFETY: a C string and a number.
        unsafe { libc::pathconf(path.as_ptr(), name) }
    })
}

/// `fpathconf`
pub fn fpathconf(fd: i32, name: i32) -> Outcome<i64> {
    limit(|| {
        // SAFETY: plain numbers.
        unsafe { libc::fpathconf(fd, name) }
    })
}

/// Calls that give −1 both for an error and for "no limit".
pub(super) fn limit(call: impl FnOnce() -> libc::c_long) -> Outcome<i64> {
    // SAFETY: this thread's error number.
    unsafe { *libc::__errno_location() = 0 };
    let value = call();
    match last_error() {
        errno if value == -1 && errno != 0 => Err(errno),
        _ => Ok(value),
    }
}

/// An entry of a folder.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub name: CString,
    /// Its inode.
    pub inode: u64,
    /// Its kind (`DT_…`), `DT_UNKNOWN` where the file system does not say.
    pub kind: u8,
}

/// The entries of a folder but `.` and `..`, from a path or a descriptor (which stays open).
pub fn entries(place: Result<&CStr, i32>) -> Outcome<Vec<Entry>> {
    let mut entries = Vec::new();
    // SAFETY: the stream is open until the end of the block; entries are read before the next
    // call, names are C strings.
    unsafe {
        let stream = match place {
            Ok(path) => libc::opendir(path.as_ptr()),
            Err(fd) => {
                let own = dup(fd)?;
                let stream = libc::fdopendir(own);
                if stream.is_null() {
                    let errno = last_error();
                    libc::close(own);
                    return Err(errno);
                }
                libc::rewinddir(stream);
                stream
            }
        };
        if stream.is_null() {
            return Err(last_error());
        }
        loop {
            *libc::__errno_location() = 0;
            let entry = libc::readdir(stream);
            if entry.is_null() {
                let errno = last_error();
                libc::closedir(stream);
                return if errno == 0 { Ok(entries) } else { Err(errno) };
            }
            let name = CStr::from_ptr((*entry).d_name.as_ptr());
            if name != c"." && name != c".." {
                entries.push(Entry {
                    name: name.to_owned(),
                    inode: (*entry).d_ino,
                    kind: (*entry).d_type,
                });
            }
        }
    }
}

/// Extended attributes of a path (`follow`: of what a link points to) or descriptor.
pub mod attributes {
    use super::{CStr, Outcome, check, check_size};

    fn grow(mut call: impl FnMut(&mut [u8]) -> Outcome<usize>) -> Outcome<Vec<u8>> {
        let mut size = 256;
        loop {
            let mut buffer = vec![0u8; size];
            match call(&mut buffer) {
                Ok(length) => {
                    buffer.truncate(length);
                    return Ok(buffer);
                }
                Err(libc::ERANGE) if size < 1 << 20 => size *= 16,
                Err(errno) => return Err(errno),
            }
        }
    }

    /// `getxattr`, `lgetxattr`, `fgetxattr`
    pub fn get(place: Result<&CStr, i32>, name: &CStr, follow: bool) -> Outcome<Vec<u8>> {
        grow(|buffer| {
            let (at, length) = (buffer.as_mut_ptr().cast(), buffer.len());
            // SAFETY: C strings, and a buffer as long as said.
            check_size(unsafe {
                match place {
                    Ok(path) if follow => libc::getxattr(path.as_ptr(), name.as_ptr(), at, length),
                    Ok(path) => libc::lgetxattr(path.as_ptr(), name.as_ptr(), at, length),
                    Err(fd) => libc::fgetxattr(fd, name.as_ptr(), at, length),
                }
            })
        })
    }

    /// `listxattr`, `llistxattr`, `flistxattr`: names, each ended by a zero
    pub fn list(place: Result<&CStr, i32>, follow: bool) -> Outcome<Vec<u8>> {
        grow(|buffer| {
            let (at, length) = (buffer.as_mut_ptr().cast(), buffer.len());
            // SAFETY: C strings, and a buffer as long as said.
            check_size(unsafe {
                match place {
                    Ok(path) if follow => libc::listxattr(path.as_ptr(), at, length),
                    Ok(path) => libc::llistxattr(path.as_ptr(), at, length),
                    Err(fd) => libc::flistxattr(fd, at, length),
                }
            })
        })
    }

    /// `setxattr`, `lsetxattr`, `fsetxattr`
    pub fn set(
        place: Result<&CStr, i32>,
        name: &CStr,
        value: &[u8],
        flags: i32,
        follow: bool,
    ) -> Outcome<()> {
        let (at, length) = (value.as_ptr().cast(), value.len());
        // SAFETY: C strings, and bytes as long as said.
        check(unsafe {
            match place {
                Ok(path) if follow => {
                    libc::setxattr(path.as_ptr(), name.as_ptr(), at, length, flags)
                }
                Ok(path) => libc::lsetxattr(path.as_ptr(), name.as_ptr(), at, length, flags),
                Err(fd) => libc::fsetxattr(fd, name.as_ptr(), at, length, flags),
            }
        })
        .map(drop)
    }

    /// `removexattr`, `lremovexattr`, `fremovexattr`
    pub fn remove(place: Result<&CStr, i32>, name: &CStr, follow: bool) -> Outcome<()> {
        // SAFETY: C strings.
        check(unsafe {
            match place {
                Ok(path) if follow => libc::removexattr(path.as_ptr(), name.as_ptr()),
                Ok(path) => libc::lremovexattr(path.as_ptr(), name.as_ptr()),
                Err(fd) => libc::fremovexattr(fd, name.as_ptr()),
            }
        })
        .map(drop)
    }
}

/// `makedev`, `major`, `minor`
pub mod device {
    /// The number of a device.
    pub fn make(major: u32, minor: u32) -> u64 {
        libc::makedev(major, minor)
    }
    /// The first part.
    pub fn major(device: u64) -> u32 {
        libc::major(device)
    }
    /// The second part.
    pub fn minor(device: u64) -> u32 {
        libc::minor(device)
    }
}

/// Locks or unlocks a range of a file by `fcntl`; `wait`: until it can.
pub fn lock_range(
    fd: i32,
    kind: i16,
    whence: i16,
    start: i64,
    length: i64,
    wait: bool,
) -> Outcome<i32> {
    let lock =
        libc::flock { l_type: kind, l_whence: whence, l_start: start, l_len: length, l_pid: 0 };
    let command = if wait { libc::F_SETLKW } else { libc::F_SETLK };
    // SAFETY: a structure that the call reads.
    check(unsafe { libc::fcntl(fd, command, &lock) })
}
