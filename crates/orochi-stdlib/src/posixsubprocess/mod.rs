//! `_posixsubprocess`: starting a child process for `subprocess`.
//!
//! Without `preexec_fn` the child runs no Python and is forked without stopping anybody: it calls
//! nothing but the system before `exec`. With it, the process is forked as by `os.fork`.

use std::ffi::CString;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::tuple::Tuple;

use crate::argument::{c_int, c_long, given};
use crate::posix::blocking::irrevocable;
use crate::posix::path::system_text;
use crate::posix::{fork_process, refuse_at_end};
use crate::system::child::{self, Plan};
use crate::system::process;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "A POSIX helper for the subprocess module.",
    functions: FUNCTIONS,
    ..ModuleSpec::named("_posixsubprocess")
};

static FUNCTIONS: &[Method] = &[function(
    "fork_exec(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn, /)",
    fork_exec,
    "Spawn a fresh new child process.",
)];

fn texts(th: &mut Thread, value: Value) -> Result<Vec<CString>, Raised> {
    let mut items = RootVec::new();
    th.collect(value, &mut items)?;
    let mut all = Vec::with_capacity(items.len());
    for &item in items.iter() {
        all.push(system_text(th, item)?);
    }
    Ok(all)
}

/// Lines `name=value`, as bytes.
fn environment(th: &mut Thread, value: Value) -> Result<Option<Vec<CString>>, Raised> {
    match given(value) {
        Some(value) => texts(th, value).map(Some),
        None => Ok(None),
    }
}

/// Descriptors to keep: non-negative, in ascending order.
fn descriptors(th: &mut Thread, value: Value) -> Result<Vec<i32>, Raised> {
    let bad = |th: &Thread| th.value_error("bad value(s) in fds_to_keep");
    let Some(tuple) = value.cast::<Tuple>() else { return Err(bad(th)) };
    let mut all: Vec<i32> = Vec::with_capacity(tuple.len());
    for &item in tuple.as_slice() {
        let fd = c_int(th, item)?;
        if fd < 0 || all.last().is_some_and(|&last| fd <= last) {
            return Err(bad(th));
        }
        all.push(fd);
    }
    Ok(all)
}

fn id(th: &mut Thread, value: Value) -> Result<Option<u32>, Raised> {
    match given(value) {
        Some(value) => match u32::try_from(c_long(th, value)?) {
            Ok(id) => Ok(Some(id)),
            Err(_) => Err(th.value_error("invalid user or group id")),
        },
        None => Ok(None),
    }
}

fn fork_exec(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[0].cast::<List>().is_none() && args[0].cast::<Tuple>().is_none() {
        let mut items = RootVec::new();
        th.collect(args[0], &mut items)?;
    }
    let close_others = th.is_true(args[2])?;
    let mut numbers = [0; 8];
    for (number, &arg) in numbers.iter_mut().zip(&args[6..14]) {
        *number = c_int(th, arg)?;
    }
    let [p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, failure_read, failure_write] =
        numbers;
    if close_others && failure_write < 3 {
        return Err(th.value_error("errpipe_write must be >= 3"));
    }
    let groups = match given(args[18]) {
        Some(groups) => {
            let mut items = RootVec::new();
            th.collect(groups, &mut items)?;
            let mut all = Vec::with_capacity(items.len());
            for &item in items.iter() {
                match id(th, item)? {
                    Some(group) => all.push(group),
                    None => return Err(th.value_error("invalid group id")),
                }
            }
            Some(all)
        }
        None => None,
    };
    let folder = match given(args[4]) {
        Some(folder) => Some(system_text(th, folder)?),
        None => None,
    };
    let plan = Plan {
        args: texts(th, args[0])?,
        programs: texts(th, args[1])?,
        environment: environment(th, args[5])?,
        folder,
        close_others,
        keep: descriptors(th, args[3])?,
        input: (p2cread, p2cwrite),
        output: (c2pread, c2pwrite),
        errors: (errread, errwrite),
        failure: (failure_read, failure_write),
        restore_signals: th.is_true(args[14])?,
        new_session: th.is_true(args[15])?,
        group: c_int(th, args[16])?,
        gid: id(th, args[17])?,
        groups,
        uid: id(th, args[19])?,
        umask: c_int(th, args[20])?,
    };
    irrevocable(th)?;
    let result = match given(args[21]) {
        None => child::start(&plan, process::fork, None),
        Some(preexec) => {
            refuse_at_end(th, "preexec_fn not supported")?;
            // The child goes on here, too: what it does before `exec` may be Python.
            match fork_process(th, process::fork)? {
                Ok(0) => {
                    let mut call = || th.call(preexec, &[]).is_ok();
                    child::start(&plan, || Ok(0), Some(&mut call))
                }
                result => result,
            }
        }
    };
    match result {
        Ok(pid) => Ok(Value::from_i32(pid)),
        Err(errno) => Err(th.os_error(errno)),
    }
}
