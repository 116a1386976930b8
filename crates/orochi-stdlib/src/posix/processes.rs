//! Waiting for processes and sending them signals.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::thread::Thread;
use orochi_vm::types::tuple::Tuple;

use super::blocking::{irrevocable, run};
use crate::argument::{c_int, c_int_or, c_long};
use crate::structure::Structure;
use crate::system::process;

pub(super) static FUNCTIONS: &[Method] = &[
    function("getpid()", getpid, "Return the current process id."),
    function("getppid()", getppid, "Return the parent's process id."),
    function("kill(pid, signal, /)", kill, "Kill a process with a signal."),
    function("killpg(pgid, signal, /)", killpg, "Kill a process group with a signal."),
    function("abort()", abort, "Abort the interpreter immediately."),
    function(
        "_exit(status)",
        exit,
        "Exit to the system with specified status, without normal exit processing.",
    ),
    function("wait()", wait, "Wait for completion of a child process."),
    function("wait3(options)", wait3, "Wait for completion of a child process."),
    function("wait4(pid, options)", wait4, "Wait for completion of a specific child process."),
    function("waitpid(pid, options, /)", waitpid, "Wait for completion of a given child process."),
    function(
        "waitid(idtype, id, options, /)",
        waitid,
        "Returns the result of waiting for a process or processes.",
    ),
    function(
        "waitstatus_to_exitcode(status)",
        waitstatus_to_exitcode,
        "Convert a wait status to an exit code.",
    ),
    function(
        "WIFEXITED(status)",
        wifexited,
        "Return True if the process returning status exited via the exit() system call.",
    ),
    function("WEXITSTATUS(status)", wexitstatus, "Return the process return code from status."),
    function(
        "WIFSIGNALED(status)",
        wifsignaled,
        "Return True if the process returning status was terminated by a signal.",
    ),
    function(
        "WTERMSIG(status)",
        wtermsig,
        "Return the signal that terminated the process that provided the status value.",
    ),
    function(
        "WIFSTOPPED(status)",
        wifstopped,
        "Return True if the process returning status was stopped.",
    ),
    function(
        "WSTOPSIG(status)",
        wstopsig,
        "Return the signal that stopped the process that provided the status value.",
    ),
    function(
        "WIFCONTINUED(status)",
        wifcontinued,
        "Return True if a particular process was continued from a job control stop.",
    ),
    function(
        "WCOREDUMP(status, /)",
        wcoredump,
        "Return True if the process returning status was dumped to a core file.",
    ),
    function(
        "pidfd_open(pid, flags=0)",
        pidfd_open,
        "Return a file descriptor referring to the process *pid*.",
    ),
];

pub(super) static WAITID_RESULT: Structure = Structure::new(
    "posix.waitid_result",
    "waitid_result: Result from waitid.\n\n\
     This object may be accessed either as a tuple of\n\
     \x20 (si_pid, si_uid, si_signo, si_status, si_code),\n\
     or via the attributes si_pid, si_uid, and so on.\n\nSee os.waitid for more information.",
    &["si_pid", "si_uid", "si_signo", "si_status", "si_code"],
    5,
);

fn getpid(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_i32(process::getpid()))
}

fn getppid(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_i32(process::getppid()))
}

fn kill(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (pid, signal) = (c_int(th, args[0])?, c_int(th, args[1])?);
    run(th, || process::kill(pid, signal))?;
    // One that this process has sent itself is handled before the call returns.
    th.poll()?;
    Ok(Value::NONE)
}

fn killpg(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (group, signal) = (c_int(th, args[0])?, c_int(th, args[1])?);
    run(th, || process::killpg(group, signal))?;
    th.poll()?;
    Ok(Value::NONE)
}

fn abort(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    process::abort()
}

fn exit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let status = c_int(th, args[0])?;
    irrevocable(th)?;
    orochi_vm::thread::log::close();
    process::exit_now(status)
}

fn two(th: &Thread, pid: i32, status: i32) -> Result<Value, Raised> {
    Ok(Tuple::from_slice(th, &[Value::from_i32(pid), Value::from_i32(status)])?.value())
}

fn wait(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let (pid, status) = run(th, || process::waitpid(-1, 0))?;
    two(th, pid, status)
}

fn waitpid(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (pid, options) = (c_int(th, args[0])?, c_int(th, args[1])?);
    let (pid, status) = run(th, || process::waitpid(pid, options))?;
    two(th, pid, status)
}

fn with_usage(th: &mut Thread, pid: i32, options: i32) -> Result<Value, Raised> {
    let (pid, status, usage) = run(th, || process::wait4(pid, options))?;
    let usage = crate::resource_::usage_object(th, &usage)?;
    Ok(Tuple::from_slice(th, &[Value::from_i32(pid), Value::from_i32(status), usage])?.value())
}

fn wait3(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let options = c_int(th, args[0])?;
    with_usage(th, -1, options)
}

fn wait4(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (pid, options) = (c_int(th, args[0])?, c_int(th, args[1])?);
    with_usage(th, pid, options)
}

fn waitid(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (kind, id) = (c_int(th, args[0])? as u32, c_long(th, args[1])? as u32);
    let options = c_int(th, args[2])?;
    let Some(numbers) = run(th, || process::waitid(kind, id, options))? else {
        return Ok(Value::NONE);
    };
    let values = numbers.map(|number| Value::from_i32(number as i32));
    WAITID_RESULT.make(th, &values)
}

fn waitstatus_to_exitcode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let status = c_int(th, args[0])?;
    if libc::WIFEXITED(status) {
        return Ok(Value::from_i32(libc::WEXITSTATUS(status)));
    }
    if libc::WIFSIGNALED(status) {
        return Ok(Value::from_i32(-libc::WTERMSIG(status)));
    }
    if libc::WIFSTOPPED(status) {
        let signal = libc::WSTOPSIG(status);
        return Err(th.value_error(format!("process stopped by delivery of signal {signal}")));
    }
    Err(th.value_error(format!("invalid wait status: {status}")))
}

macro_rules! status_questions {
    ($($name:ident = $question:path => $kind:ident;)*) => {
        $(
            fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
                let status = c_int(th, args[0])?;
                Ok(Value::$kind($question(status)))
            }
        )*
    };
}

status_questions! {
    wifexited = libc::WIFEXITED => from_bool;
    wexitstatus = libc::WEXITSTATUS => from_i32;
    wifsignaled = libc::WIFSIGNALED => from_bool;
    wtermsig = libc::WTERMSIG => from_i32;
    wifstopped = libc::WIFSTOPPED => from_bool;
    wstopsig = libc::WSTOPSIG => from_i32;
    wifcontinued = libc::WIFCONTINUED => from_bool;
    wcoredump = libc::WCOREDUMP => from_bool;
}

fn pidfd_open(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (pid, flags) = (c_int(th, args[0])?, c_int_or(th, args[1], 0)? as u32);
    Ok(Value::from_i32(run(th, || process::pidfd_open(pid, flags))?))
}
