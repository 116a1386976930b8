//! What the file system knows about files, and changing it.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::operation::BinaryOp;
use orochi_vm::thread::Thread;
use orochi_vm::types::int::as_i64;
use orochi_vm::types::module::Module;
use orochi_vm::types::tuple::Tuple;

use super::blocking::{run, run_on};
use super::path::{self, PATH, PATH_OR_FD, folder, place};
use crate::argument::{c_int, float, given, truth_or};
use crate::structure::Structure;
use crate::system::file::{self, Status, Time};

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "stat(path, *, dir_fd=None, follow_symlinks=True)",
        stat,
        "Perform a stat system call on the given path.",
    ),
    function(
        "lstat(path, *, dir_fd=None)",
        lstat,
        "Perform a stat system call on the given path, without following symbolic links.",
    ),
    function("fstat(fd)", fstat, "Perform a stat system call on the given file descriptor."),
    function("statvfs(path)", statvfs, "Perform a statvfs system call on the given path."),
    function("fstatvfs(fd, /)", fstatvfs, "Perform an fstatvfs system call on the given fd."),
    function(
        "chmod(path, mode, *, dir_fd=None, follow_symlinks=True)",
        chmod,
        "Change the access permissions of a file.",
    ),
    function(
        "fchmod(fd, mode)",
        fchmod,
        "Change the access permissions of the file given by file descriptor fd.",
    ),
    function(
        "chown(path, uid, gid, *, dir_fd=None, follow_symlinks=True)",
        chown,
        "Change the owner and group id of path to the numeric uid and gid.",
    ),
    function(
        "fchown(fd, uid, gid)",
        fchown,
        "Change the owner and group id of the file specified by file descriptor.",
    ),
    function(
        "lchown(path, uid, gid)",
        lchown,
        "Change the owner and group id of path to the numeric uid and gid.",
    ),
    function(
        "utime(path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)",
        utime,
        "Set the access and modified time of path.",
    ),
];

pub(super) static STAT_RESULT: Structure = Structure::new(
    "os.stat_result",
    "stat_result: Result from stat, fstat, or lstat.\n\n\
     This object may be accessed either as a tuple of\n\
     \x20 (mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime)\n\
     or via the attributes st_mode, st_ino, st_dev, st_nlink, st_uid, and so on.\n\n\
     Posix/windows: If your platform supports st_blksize, st_blocks, st_rdev,\n\
     or st_flags, they are available as attributes only.\n\nSee os.stat for more information.",
    &[
        "st_mode",
        "st_ino",
        "st_dev",
        "st_nlink",
        "st_uid",
        "st_gid",
        "st_size",
        "",
        "",
        "",
        "st_atime",
        "st_mtime",
        "st_ctime",
        "st_atime_ns",
        "st_mtime_ns",
        "st_ctime_ns",
        "st_blksize",
        "st_blocks",
        "st_rdev",
    ],
    10,
);

static STATVFS_RESULT: Structure = Structure::new(
    "os.statvfs_result",
    "statvfs_result: Result from statvfs or fstatvfs.\n\n\
     This object may be accessed either as a tuple of\n\
     \x20 (bsize, frsize, blocks, bfree, bavail, files, ffree, favail, flag, namemax),\n\
     or via the attributes f_bsize, f_frsize, f_blocks, f_bfree, and so on.\n\n\
     See os.statvfs for more information.",
    &[
        "f_bsize",
        "f_frsize",
        "f_blocks",
        "f_bfree",
        "f_bavail",
        "f_files",
        "f_ffree",
        "f_favail",
        "f_flag",
        "f_namemax",
        "f_fsid",
    ],
    10,
);

pub(super) fn fill(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    for (name, structure) in [
        ("stat_result", &STAT_RESULT),
        ("statvfs_result", &STATVFS_RESULT),
        ("terminal_size", super::descriptors::structures()[0]),
        ("uname_result", &super::environment::UNAME_RESULT),
        ("times_result", &super::environment::TIMES_RESULT),
        ("sched_param", &super::scheduling::SCHED_PARAM),
        ("waitid_result", &super::processes::WAITID_RESULT),
    ] {
        let class = structure.class(th)?;
        module.dict().set_str(th, th.name(name), class)?;
    }
    Ok(())
}

/// A `stat_result`.
pub(super) fn status_object(th: &mut Thread, status: &Status) -> Result<Value, Raised> {
    let times = [
        (status.st_atime, status.st_atime_nsec),
        (status.st_mtime, status.st_mtime_nsec),
        (status.st_ctime, status.st_ctime_nsec),
    ];
    let mut values = [Value::NONE; 19];
    values[0] = Value::from_i32(status.st_mode as i32);
    values[1] = th.int_from_u64(status.st_ino)?;
    values[2] = th.int_from_u64(status.st_dev)?;
    values[3] = th.int_from_u64(status.st_nlink)?;
    values[4] = th.int_from_i64(i64::from(status.st_uid))?;
    values[5] = th.int_from_i64(i64::from(status.st_gid))?;
    values[6] = th.int_from_i64(status.st_size)?;
    for (at, (seconds, nanoseconds)) in times.into_iter().enumerate() {
        values[7 + at] = th.int_from_i64(seconds)?;
        values[10 + at] = Value::from_f64(seconds as f64 + 1e-9 * nanoseconds as f64);
        values[13 + at] =
            match seconds.checked_mul(1_000_000_000).and_then(|n| n.checked_add(nanoseconds)) {
                Some(total) => th.int_from_i64(total)?,
                None => {
                    let (whole, unit) =
                        (th.int_from_i64(seconds)?, th.int_from_i64(1_000_000_000)?);
                    let whole = th.binary(BinaryOp::Mul, whole, unit)?;
                    let rest = th.int_from_i64(nanoseconds)?;
                    th.binary(BinaryOp::Add, whole, rest)?
                }
            };
    }
    values[16] = th.int_from_i64(status.st_blksize)?;
    values[17] = th.int_from_i64(status.st_blocks)?;
    values[18] = th.int_from_u64(status.st_rdev)?;
    STAT_RESULT.make(th, &values)
}

fn stat_at(th: &mut Thread, args: &[Value], function: &str, follow: bool) -> Result<Value, Raised> {
    let also = if function == "stat" { PATH_OR_FD } else { PATH };
    let path = place(th, args[0], function, "path", also)?;
    let in_folder = given(args[1]).is_some();
    let folder = folder(th, args[1])?;
    if path.fd.is_some() && in_folder {
        return Err(
            th.value_error(format!("{function}: can't specify dir_fd without matching path"))
        );
    }
    if path.fd.is_some() && !follow {
        return Err(
            th.value_error(format!("{function}: cannot use fd and follow_symlinks together"))
        );
    }
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    let status = run_on(th, &[path.shown], || match path.fd {
        Some(fd) => file::fstat(fd),
        None => file::stat(folder, &path.path, flags),
    })?;
    status_object(th, &status)
}

fn stat(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let follow = truth_or(th, args[2], true)?;
    stat_at(th, args, "stat", follow)
}

fn lstat(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    stat_at(th, args, "lstat", false)
}

fn fstat(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    let status = run(th, || file::fstat(fd))?;
    status_object(th, &status)
}

fn statvfs_object(th: &mut Thread, status: &libc::statvfs) -> Result<Value, Raised> {
    let numbers = [
        status.f_bsize,
        status.f_frsize,
        status.f_blocks,
        status.f_bfree,
        status.f_bavail,
        status.f_files,
        status.f_ffree,
        status.f_favail,
        status.f_flag,
        status.f_namemax,
        status.f_fsid,
    ];
    let mut values = [Value::NONE; 11];
    for (value, number) in values.iter_mut().zip(numbers) {
        *value = th.int_from_u64(number)?;
    }
    STATVFS_RESULT.make(th, &values)
}

fn statvfs(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "statvfs", "path", PATH_OR_FD)?;
    let status = run_on(th, &[path.shown], || match path.fd {
        Some(fd) => file::fstatvfs(fd),
        None => file::statvfs(&path.path),
    })?;
    statvfs_object(th, &status)
}

fn fstatvfs(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    let status = run(th, || file::fstatvfs(fd))?;
    statvfs_object(th, &status)
}

fn chmod(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "chmod", "path", PATH_OR_FD)?;
    let (mode, folder) = (c_int(th, args[1])? as u32, folder(th, args[2])?);
    let flags = if truth_or(th, args[3], true)? { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    run_on(th, &[path.shown], || match path.fd {
        Some(fd) => file::fchmod(fd, mode),
        None => file::chmod(folder, &path.path, mode, flags),
    })?;
    Ok(Value::NONE)
}

fn fchmod(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, mode) = (c_int(th, args[0])?, c_int(th, args[1])? as u32);
    run(th, || file::fchmod(fd, mode))?;
    Ok(Value::NONE)
}

/// A user or group id; −1 leaves it as it is.
pub(super) fn id(th: &mut Thread, value: Value, what: &str) -> Result<u32, Raised> {
    let Some(index) = th.index_or_none(value)? else {
        let kind = th.type_name(value);
        return Err(th.type_error(format!("{what} should be integer, not {kind}")));
    };
    match as_i64(index) {
        Some(-1) => Ok(u32::MAX),
        Some(number) if number < 0 => {
            Err(th.overflow_error(format!("{what} is less than minimum")))
        }
        Some(number) => u32::try_from(number)
            .map_err(|_| th.overflow_error(format!("{what} is greater than maximum"))),
        None => Err(th.overflow_error(format!("{what} is greater than maximum"))),
    }
}

fn chown(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "chown", "path", PATH_OR_FD)?;
    let (user, group) = (id(th, args[1], "uid")?, id(th, args[2], "gid")?);
    let folder = folder(th, args[3])?;
    let flags = if truth_or(th, args[4], true)? { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    run_on(th, &[path.shown], || match path.fd {
        Some(fd) => file::fchown(fd, user, group),
        None => file::chown(folder, &path.path, user, group, flags),
    })?;
    Ok(Value::NONE)
}

fn fchown(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = c_int(th, args[0])?;
    let (user, group) = (id(th, args[1], "uid")?, id(th, args[2], "gid")?);
    run(th, || file::fchown(fd, user, group))?;
    Ok(Value::NONE)
}

fn lchown(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "lchown", "path", PATH)?;
    let (user, group) = (id(th, args[1], "uid")?, id(th, args[2], "gid")?);
    let flags = libc::AT_SYMLINK_NOFOLLOW;
    run_on(th, &[path.shown], || file::chown(libc::AT_FDCWD, &path.path, user, group, flags))?;
    Ok(Value::NONE)
}

/// Seconds as a time.
fn time_of_seconds(th: &mut Thread, value: Value) -> Result<Time, Raised> {
    if value.is_float() {
        let seconds = value.as_f64();
        if seconds.is_nan() {
            return Err(th.value_error("Invalid value NaN (not a number)"));
        }
        let (mut whole, mut part) = (seconds.floor(), (seconds - seconds.floor()) * 1e9);
        part = part.floor();
        if part >= 1e9 {
            whole += 1.0;
            part -= 1e9;
        }
        if !(-9.3e18..9.2e18).contains(&whole) {
            return Err(th.overflow_error("timestamp out of range for platform time_t"));
        }
        return Ok(Time { tv_sec: whole as i64, tv_nsec: part as i64 });
    }
    match th.index_or_none(value)? {
        Some(index) => match as_i64(index) {
            Some(seconds) => Ok(Time { tv_sec: seconds, tv_nsec: 0 }),
            None => Err(th.overflow_error("timestamp out of range for platform time_t")),
        },
        None => {
            let seconds = float(th, value)?;
            time_of_seconds(th, Value::from_f64(seconds))
        }
    }
}

/// Nanoseconds as a time.
fn time_of_nanoseconds(th: &mut Thread, value: Value) -> Result<Time, Raised> {
    let unit = th.int_from_i64(1_000_000_000)?;
    let (seconds, rest) =
        (th.binary(BinaryOp::FloorDiv, value, unit)?, th.binary(BinaryOp::Mod, value, unit)?);
    match (as_i64(seconds), as_i64(rest)) {
        (Some(seconds), Some(rest)) => Ok(Time { tv_sec: seconds, tv_nsec: rest }),
        _ => Err(th.overflow_error("timestamp out of range for platform time_t")),
    }
}

fn utime(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "utime", "path", PATH_OR_FD)?;
    let (times, nanoseconds) = (given(args[1]), args[2]);
    let pair = |th: &Thread, value: Value, what: &str| -> Result<Ref<Tuple>, Raised> {
        value.cast::<Tuple>().filter(|pair| pair.len() == 2).ok_or_else(|| th.type_error(what))
    };
    let times = match times {
        Some(_) if !nanoseconds.is_unbound() => {
            return Err(
                th.value_error("utime: you may specify either 'times' or 'ns' but not both")
            );
        }
        Some(times) => {
            let pair =
                pair(th, times, "utime: 'times' must be either a tuple of two ints or None")?;
            Some([time_of_seconds(th, pair.get(0))?, time_of_seconds(th, pair.get(1))?])
        }
        None if !nanoseconds.is_unbound() => {
            let pair = pair(th, nanoseconds, "utime: 'ns' must be a tuple of two ints")?;
            Some([time_of_nanoseconds(th, pair.get(0))?, time_of_nanoseconds(th, pair.get(1))?])
        }
        None => None,
    };
    let folder = path::folder(th, args[3])?;
    let flags = if truth_or(th, args[4], true)? { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    run_on(th, &[path.shown], || match path.fd {
        Some(fd) => file::futime(fd, times.as_ref()),
        None => file::utime(folder, &path.path, times.as_ref(), flags),
    })?;
    Ok(Value::NONE)
}
