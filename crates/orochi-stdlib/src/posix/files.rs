//! What is done with paths.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::thread::Thread;

use super::blocking::{attempt, run, run_on};
use super::path::{self, ANY, PATH, PATH_OR_FD, folder, place};
use crate::argument::{c_int, c_int_or, c_long, decode_system, truth_or};
use crate::system::file;

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)",
        access,
        "Use the real uid/gid to test for access to a path.",
    ),
    function(
        "chdir(path)",
        chdir,
        "Change the current working directory to the specified path.\n\npath may always be specified as a string.\nOn some platforms, path may also be specified as an open file descriptor.\nIf this functionality is unavailable, using it raises an exception.",
    ),
    function("fchdir(fd)", fchdir, "Change to the directory of the given file descriptor."),
    function("chroot(path)", chroot, "Change root directory to path."),
    function(
        "getcwd()",
        getcwd,
        "Return a unicode string representing the current working directory.",
    ),
    function(
        "getcwdb()",
        getcwdb,
        "Return a bytes string representing the current working directory.",
    ),
    function(
        "link(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)",
        link,
        "Create a hard link to a file.",
    ),
    function(
        "symlink(src, dst, target_is_directory=False, *, dir_fd=None)",
        symlink,
        "Create a symbolic link pointing to src named dst.",
    ),
    function(
        "readlink(path, *, dir_fd=None)",
        readlink,
        "Return a string representing the path to which the symbolic link points.",
    ),
    function("mkdir(path, mode=511, *, dir_fd=None)", mkdir, "Create a directory."),
    function(
        "mkfifo(path, mode=438, *, dir_fd=None)",
        mkfifo,
        "Create a \"fifo\" (a POSIX named pipe).",
    ),
    function(
        "mknod(path, mode=384, device=0, *, dir_fd=None)",
        mknod,
        "Create a node in the file system.",
    ),
    function("rmdir(path, *, dir_fd=None)", rmdir, "Remove a directory."),
    function("remove(path, *, dir_fd=None)", remove, "Remove a file (same as unlink())."),
    function("unlink(path, *, dir_fd=None)", unlink, "Remove a file (same as remove())."),
    function(
        "rename(src, dst, *, src_dir_fd=None, dst_dir_fd=None)",
        rename,
        "Rename a file or directory.",
    ),
    function(
        "replace(src, dst, *, src_dir_fd=None, dst_dir_fd=None)",
        replace,
        "Rename a file or directory, overwriting the destination.",
    ),
    function(
        "truncate(path, length)",
        truncate,
        "Truncate a file, specified by path, to a specific length.",
    ),
    function(
        "umask(mask, /)",
        umask,
        "Set the current numeric umask and return the previous umask.",
    ),
    function("fspath(path)", fspath, "Return the file system path representation of the object."),
    function(
        "pathconf(path, name)",
        pathconf,
        "Return the configuration limit name for the file or directory path.",
    ),
    function(
        "fpathconf(fd, name, /)",
        fpathconf,
        "Return the configuration limit name for the file descriptor fd.",
    ),
    function(
        "makedev(major, minor, /)",
        makedev,
        "Composes a raw device number from the major and minor device numbers.",
    ),
    function("major(device, /)", major, "Extracts a device major number from a raw device number."),
    function("minor(device, /)", minor, "Extracts a device minor number from a raw device number."),
    function(
        "_path_normpath(path)",
        path_normpath,
        "Normalize path, eliminating double slashes, etc.",
    ),
    function(
        "_path_splitroot_ex(p)",
        path_splitroot_ex,
        "Split a pathname into drive, root and tail.",
    ),
];

fn access(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "access", "path", PATH)?;
    let (mode, folder) = (c_int(th, args[1])?, folder(th, args[2])?);
    let mut flags = 0;
    if truth_or(th, args[3], false)? {
        flags |= libc::AT_EACCESS;
    }
    if !truth_or(th, args[4], true)? {
        flags |= libc::AT_SYMLINK_NOFOLLOW;
    }
    let answer = attempt(th, || file::access(folder, &path.path, mode, flags))?;
    Ok(Value::from_bool(answer.is_ok()))
}

fn chdir(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "chdir", "path", PATH_OR_FD)?;
    run_on(th, &[path.shown], || match path.fd {
        Some(fd) => file::fchdir(fd),
        None => file::chdir(&path.path),
    })?;
    Ok(Value::NONE)
}

fn fchdir(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = path::file_descriptor(th, args[0])?;
    run(th, || file::fchdir(fd))?;
    Ok(Value::NONE)
}

fn chroot(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "chroot", "path", PATH)?;
    run_on(th, &[path.shown], || file::chroot(&path.path))?;
    Ok(Value::NONE)
}

fn getcwd(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let folder = run(th, file::getcwd)?;
    Ok(decode_system(th, &folder)?.value())
}

fn getcwdb(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let folder = run(th, file::getcwd)?;
    Ok(th.new_bytes(&folder)?.value())
}

fn link(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let from = place(th, args[0], "link", "src", PATH)?;
    let to = place(th, args[1], "link", "dst", PATH)?;
    let (from_folder, to_folder) = (folder(th, args[2])?, folder(th, args[3])?);
    let flags = if truth_or(th, args[4], true)? && !args[4].is_unbound() {
        libc::AT_SYMLINK_FOLLOW
    } else {
        0
    };
    run_on(th, &[from.shown, to.shown], || {
        file::link(from_folder, &from.path, to_folder, &to.path, flags)
    })?;
    Ok(Value::NONE)
}

fn symlink(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let target = place(th, args[0], "symlink", "src", PATH)?;
    let path = place(th, args[1], "symlink", "dst", PATH)?;
    let folder = folder(th, args[3])?;
    run_on(th, &[target.shown, path.shown], || file::symlink(&target.path, folder, &path.path))?;
    Ok(Value::NONE)
}

fn readlink(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "readlink", "path", PATH)?;
    let folder = folder(th, args[1])?;
    let target = run_on(th, &[path.shown], || file::readlink(folder, &path.path))?;
    path.found(th, &target)
}

fn mkdir(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "mkdir", "path", PATH)?;
    let (mode, folder) = (c_int_or(th, args[1], 0o777)? as u32, folder(th, args[2])?);
    run_on(th, &[path.shown], || file::mkdir(folder, &path.path, mode))?;
    Ok(Value::NONE)
}

fn mkfifo(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "mkfifo", "path", PATH)?;
    let (mode, folder) = (c_int_or(th, args[1], 0o666)? as u32, folder(th, args[2])?);
    run_on(th, &[path.shown], || file::mkfifo(folder, &path.path, mode))?;
    Ok(Value::NONE)
}

fn mknod(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "mknod", "path", PATH)?;
    let mode = c_int_or(th, args[1], 0o600)? as u32;
    let device = if args[2].is_unbound() { 0 } else { c_long(th, args[2])? as u64 };
    let folder = folder(th, args[3])?;
    run_on(th, &[path.shown], || file::mknod(folder, &path.path, mode, device))?;
    Ok(Value::NONE)
}

fn unlink_at(th: &mut Thread, args: &[Value], function: &str, flags: i32) -> Result<Value, Raised> {
    let path = place(th, args[0], function, "path", PATH)?;
    let folder = folder(th, args[1])?;
    run_on(th, &[path.shown], || file::unlink(folder, &path.path, flags))?;
    Ok(Value::NONE)
}

fn rmdir(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    unlink_at(th, args, "rmdir", libc::AT_REMOVEDIR)
}

fn remove(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    unlink_at(th, args, "remove", 0)
}

fn unlink(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    unlink_at(th, args, "unlink", 0)
}

fn rename_as(th: &mut Thread, args: &[Value], function: &str) -> Result<Value, Raised> {
    let from = place(th, args[0], function, "src", PATH)?;
    let to = place(th, args[1], function, "dst", PATH)?;
    let (from_folder, to_folder) = (folder(th, args[2])?, folder(th, args[3])?);
    run_on(th, &[from.shown, to.shown], || {
        file::rename(from_folder, &from.path, to_folder, &to.path)
    })?;
    Ok(Value::NONE)
}

fn rename(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    rename_as(th, args, "rename")
}

fn replace(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    rename_as(th, args, "replace")
}

fn truncate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "truncate", "path", PATH_OR_FD)?;
    let length = c_long(th, args[1])?;
    run_on(th, &[path.shown], || match path.fd {
        Some(fd) => file::ftruncate(fd, length),
        None => file::truncate(&path.path, length),
    })?;
    Ok(Value::NONE)
}

fn umask(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mask = c_int(th, args[0])? as u32;
    super::blocking::irrevocable(th)?;
    Ok(Value::from_i32(file::umask(mask) as i32))
}

fn fspath(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    path::fspath(th, args[0])
}

fn pathconf(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "pathconf", "path", ANY)?;
    let name = super::constants::configuration_name(th, args[1], super::constants::PATHCONF)?;
    let value = run_on(th, &[path.shown], || match path.fd {
        Some(fd) => file::fpathconf(fd, name),
        None => file::pathconf(&path.path, name),
    })?;
    th.int_from_i64(value)
}

fn fpathconf(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = path::file_descriptor(th, args[0])?;
    let name = super::constants::configuration_name(th, args[1], super::constants::PATHCONF)?;
    let value = run(th, || file::fpathconf(fd, name))?;
    th.int_from_i64(value)
}

fn makedev(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (major, minor) = (c_long(th, args[0])? as u32, c_long(th, args[1])? as u32);
    th.int_from_u64(file::device::make(major, minor))
}

fn major(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let device = c_long(th, args[0])? as u64;
    th.int_from_u64(u64::from(file::device::major(device)))
}

fn minor(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let device = c_long(th, args[0])? as u64;
    th.int_from_u64(u64::from(file::device::minor(device)))
}

/// `posixpath.normpath` of a path's bytes: `.` and empty parts go, `..` takes the part before it.
fn normalised(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return b".".to_vec();
    }
    let slashes = path.iter().take_while(|&&byte| byte == b'/').count();
    let root: &[u8] = match slashes {
        0 => b"",
        2 => b"//",
        _ => b"/",
    };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|&last| last != b"..") => {
                parts.pop();
            }
            b".." if !root.is_empty() => {}
            part => parts.push(part),
        }
    }
    let mut out = root.to_vec();
    out.extend_from_slice(&parts.join(&b'/'));
    if out.is_empty() { b".".to_vec() } else { out }
}

/// A path whose zeros are left alone, in the system's encoding.
fn path_bytes(th: &mut Thread, value: Value) -> Result<(Vec<u8>, bool), Raised> {
    use orochi_vm::object::ValueCast;
    let path = path::fspath(th, value)?;
    match path.cast::<orochi_vm::types::str::Str>() {
        Some(text) => Ok((crate::argument::encode_system(th, text)?, false)),
        None => Ok((crate::bytes_like::copy(th, path)?, true)),
    }
}

fn same_kind(th: &Thread, bytes: &[u8], is_bytes: bool) -> Result<Value, Raised> {
    if is_bytes { Ok(th.new_bytes(bytes)?.value()) } else { Ok(decode_system(th, bytes)?.value()) }
}

fn path_normpath(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (path, is_bytes) = path_bytes(th, args[0])?;
    same_kind(th, &normalised(&path), is_bytes)
}

fn path_splitroot_ex(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (path, is_bytes) = path_bytes(th, args[0])?;
    let root = match path.iter().take_while(|&&byte| byte == b'/').count() {
        0 => 0,
        2 => 2,
        _ => 1,
    };
    let drive = same_kind(th, b"", is_bytes)?;
    let (root, tail) = path.split_at(root);
    let (root, tail) = (same_kind(th, root, is_bytes)?, same_kind(th, tail, is_bytes)?);
    Ok(orochi_vm::types::tuple::Tuple::from_slice(th, &[drive, root, tail])?.value())
}
