//! The environment, the machine, randomness, limits.

use std::ffi::CString;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::module::Module;

use super::blocking::{irrevocable, run};
use super::constants::{CONFSTR, SYSCONF, configuration_name};
use super::path::system_text;
use crate::argument::{c_int, c_int_or, decode_system};
use crate::structure::Structure;
use crate::system::process;

pub(super) static FUNCTIONS: &[Method] = &[
    function("putenv(name, value, /)", putenv, "Change or add an environment variable."),
    function("unsetenv(name, /)", unsetenv, "Delete an environment variable."),
    function("_create_environ()", create_environ, "Create the environment dictionary."),
    function("uname()", uname, "Return an object identifying the current operating system."),
    function("times()", times, "Return a collection containing process timing information."),
    function(
        "sysconf(name, /)",
        sysconf,
        "Return an integer-valued system configuration variable.",
    ),
    function("confstr(name, /)", confstr, "Return a string-valued system configuration variable."),
    function(
        "urandom(size, /)",
        urandom,
        "Return a bytes object containing random bytes suitable for cryptographic use.",
    ),
    function("getrandom(size, flags=0)", getrandom, "Obtain a series of random bytes."),
    function("strerror(code, /)", strerror, "Translate an error code to a message string."),
    function("system(command)", system, "Execute the command in a subshell."),
];

pub(super) static UNAME_RESULT: Structure = Structure::new(
    "posix.uname_result",
    "uname_result: Result from os.uname().\n\n\
     This object may be accessed either as a tuple of\n\
     \x20 (sysname, nodename, release, version, machine),\n\
     or via the attributes sysname, nodename, release, version, and machine.\n\n\
     See os.uname for more information.",
    &["sysname", "nodename", "release", "version", "machine"],
    5,
);

pub(super) static TIMES_RESULT: Structure = Structure::new(
    "posix.times_result",
    "times_result: Result from os.times().\n\n\
     This object may be accessed either as a tuple of\n\
     \x20 (user, system, children_user, children_system, elapsed),\n\
     or via the attributes user, system, children_user, children_system,\n\
     and elapsed.\n\nSee os.times for more information.",
    &["user", "system", "children_user", "children_system", "elapsed"],
    5,
);

pub(super) fn fill(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let environment = environment(th)?;
    module.dict().set_str(th, th.name("environ"), environment.value())
}

/// The process's environment: a dict of bytes.
fn environment(th: &mut Thread) -> Result<Ref<Dict>, Raised> {
    let dict = Dict::new(th)?;
    for line in process::environment() {
        // A name may begin with an equals sign.
        let Some(at) = line.iter().skip(1).position(|&byte| byte == b'=') else { continue };
        let (name, value) = (th.new_bytes(&line[..=at])?, th.new_bytes(&line[at + 2..])?);
        dict.set_default(th, name.value(), value.value())?;
    }
    Ok(dict)
}

fn create_environ(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(environment(th)?.value())
}

fn variable(th: &mut Thread, value: Value) -> Result<CString, Raised> {
    let name = system_text(th, value)?;
    if name.to_bytes().contains(&b'=') {
        return Err(th.value_error("illegal environment variable name"));
    }
    Ok(name)
}

fn putenv(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (name, value) = (variable(th, args[0])?, system_text(th, args[1])?);
    irrevocable(th)?;
    // Others may be reading the environment: at a stop nobody is.
    match th.stop_the_world(|| process::setenv(&name, &value)) {
        Ok(_) => Ok(Value::NONE),
        Err(errno) => Err(th.os_error(errno)),
    }
}

fn unsetenv(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = system_text(th, args[0])?;
    irrevocable(th)?;
    match th.stop_the_world(|| process::unsetenv(&name)) {
        Ok(_) => Ok(Value::NONE),
        Err(errno) => Err(th.os_error(errno)),
    }
}

fn uname(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let names = run(th, process::uname)?;
    let mut values = [Value::NONE; 5];
    for (value, name) in values.iter_mut().zip(names) {
        *value = decode_system(th, &name)?.value();
    }
    UNAME_RESULT.make(th, &values)
}

fn times(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let times = run(th, process::times)?;
    TIMES_RESULT.make(th, &times.map(Value::from_f64))
}

fn sysconf(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = configuration_name(th, args[0], SYSCONF)?;
    let value = run(th, || process::sysconf(name))?;
    th.int_from_i64(value)
}

fn confstr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = configuration_name(th, args[0], CONFSTR)?;
    match run(th, || process::confstr(name))? {
        Some(text) => Ok(decode_system(th, &text)?.value()),
        None => Ok(Value::NONE),
    }
}

fn random(th: &mut Thread, size: usize, flags: u32, all: bool) -> Result<Value, Raised> {
    let mut buffer = Vec::new();
    if buffer.try_reserve_exact(size).is_err() {
        return Err(th.memory_error());
    }
    buffer.resize(size, 0);
    let mut filled = 0;
    while filled < size {
        let rest = &mut buffer[filled..];
        filled += run(th, || process::getrandom(rest, flags))?;
        if !all {
            break;
        }
    }
    Ok(th.new_bytes(&buffer[..filled])?.value())
}

fn urandom(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let size = th.index_ssize(args[0])?;
    match usize::try_from(size) {
        Ok(size) => random(th, size, 0, true),
        Err(_) => Err(th.value_error("negative argument not allowed")),
    }
}

fn getrandom(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let size = th.index_ssize(args[0])?;
    let flags = c_int_or(th, args[1], 0)? as u32;
    match usize::try_from(size) {
        Ok(size) => random(th, size, flags, false),
        Err(_) => Err(th.os_error(libc::EINVAL)),
    }
}

fn strerror(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let errno = c_int(th, args[0])?;
    let error = th.os_error(errno);
    let _ = error;
    let exception = th.take_exception();
    th.get_attribute(exception, orochi_vm::name!(th, "strerror"))
}

fn system(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let command = system_text(th, args[0])?;
    irrevocable(th)?;
    let argv = [c"sh".to_owned(), c"-c".to_owned(), command];
    let options = process::SpawnOptions::default();
    let status = run(th, || {
        let pid = process::spawn(c"/bin/sh", &argv, None, &options)?;
        loop {
            match process::waitpid(pid, 0) {
                Ok((_, status)) => return Ok(status),
                Err(libc::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    })?;
    Ok(Value::from_i32(status))
}
