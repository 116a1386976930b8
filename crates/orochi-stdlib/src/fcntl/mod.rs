//! `fcntl`: control of open files and devices.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::int::{as_i64, is_int_like};
use orochi_vm::types::str::Str;

mod constants;

use crate::argument::{c_int, c_int_or, c_long, truth_or};
use crate::bytes_like;
use crate::posix::blocking::run;
use crate::posix::path::file_descriptor;
use crate::system::{file, terminal};

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module performs file control and I/O control on file\n\
          descriptors.  It is an interface to the fcntl() and ioctl() Unix\n\
          routines.  File descriptors can be obtained with the fileno() method of\n\
          a file or socket object.",
    functions: FUNCTIONS,
    execute: Some(|th, module| {
        for &(name, number) in constants::CONSTANTS {
            let value = th.int_from_i64(number)?;
            module.dict().set_str(th, th.name(name), value)?;
        }
        Ok(())
    }),
    ..ModuleSpec::named("fcntl")
};

static FUNCTIONS: &[Method] = &[
    function(
        "fcntl(fd, cmd, arg=0, /)",
        fcntl,
        "Perform the operation `cmd` on file descriptor fd.",
    ),
    function(
        "ioctl(fd, request, arg=0, mutate_flag=True, /)",
        ioctl,
        "Perform the operation request on file descriptor fd.",
    ),
    function("flock(fd, operation, /)", flock, "Perform the lock operation on file descriptor fd."),
    function(
        "lockf(fd, cmd, len=0, start=0, whence=0, /)",
        lockf,
        "A wrapper around the fcntl() locking calls.",
    ),
];

/// The longest argument that is copied to and fro.
const MOST: usize = 1024;

fn fcntl(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, command) = (file_descriptor(th, args[0])?, c_int(th, args[1])?);
    if args[2].is_unbound() || is_int_like(args[2]) {
        let number = if args[2].is_unbound() { 0 } else { number(th, args[2])? };
        return Ok(Value::from_i32(run(th, || file::fcntl(fd, command, number))?));
    }
    let mut buffer = buffer(th, args[2], "fcntl")?;
    run(th, || terminal::fcntl_buffer(fd, command, &mut buffer))?;
    Ok(th.new_bytes(&buffer)?.value())
}

/// A number as the system takes it: negative ones and those above the range by their bits.
fn number(th: &mut Thread, value: Value) -> Result<i64, Raised> {
    let index = th.index(value)?;
    match as_i64(index) {
        Some(number) => Ok(number),
        None => c_long(th, index),
    }
}

fn buffer(th: &mut Thread, value: Value, function: &str) -> Result<Vec<u8>, Raised> {
    let bytes = match value.cast::<Str>() {
        Some(text) => text.display().into_bytes(),
        None if th.is_bytes_like(value) => bytes_like::copy(th, value)?,
        None => {
            let kind = th.type_name(value);
            return Err(th.type_error(format!(
                "{function}() argument 3 must be an integer, a bytes-like object, or a string, not {kind}"
            )));
        }
    };
    if bytes.len() > MOST {
        return Err(th.value_error(format!("{function} argument 3 is too long")));
    }
    Ok(bytes)
}

fn ioctl(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[0])?;
    let request = number(th, args[1])? as u64 & 0xFFFF_FFFF;
    if args[2].is_unbound() || is_int_like(args[2]) {
        let number = if args[2].is_unbound() { 0 } else { number(th, args[2])? };
        return Ok(Value::from_i32(run(th, || terminal::control(fd, request, number))?));
    }
    let mutable = args[2].cast::<Str>().is_none()
        && th.is_bytes_like(args[2])
        && truth_or(th, args[3], true)?;
    if mutable {
        match bytes_like::writable_length(th, args[2]) {
            Ok(_) => {
                let mut bytes = bytes_like::copy(th, args[2])?;
                let result = run(th, || terminal::control_buffer(fd, request, &mut bytes))?;
                bytes_like::fill(th, args[2], 0, &bytes)?;
                return Ok(Value::from_i32(result));
            }
            Err(Raised::Abort) => return Err(Raised::Abort),
            // It is read-only: a copy is changed and returned.
            Err(Raised::Exception) => {
                th.take_exception();
            }
        }
    }
    let mut bytes = buffer(th, args[2], "ioctl")?;
    run(th, || terminal::control_buffer(fd, request, &mut bytes))?;
    Ok(th.new_bytes(&bytes)?.value())
}

fn flock(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, operation) = (file_descriptor(th, args[0])?, c_int(th, args[1])?);
    run(th, || file::flock(fd, operation))?;
    Ok(Value::NONE)
}

fn lockf(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, command) = (file_descriptor(th, args[0])?, c_int(th, args[1])?);
    let kind = if command == libc::LOCK_UN {
        libc::F_UNLCK
    } else if command & libc::LOCK_SH != 0 {
        libc::F_RDLCK
    } else if command & libc::LOCK_EX != 0 {
        libc::F_WRLCK
    } else {
        return Err(th.value_error("unrecognized lockf argument"));
    };
    let length = if args[2].is_unbound() { 0 } else { c_long(th, args[2])? };
    let start = if args[3].is_unbound() { 0 } else { c_long(th, args[3])? };
    let whence = c_int_or(th, args[4], 0)?;
    let wait = command & libc::LOCK_NB == 0;
    run(th, || file::lock_range(fd, kind as i16, whence as i16, start, length, wait))?;
    Ok(Value::NONE)
}
