//! Processors and priorities.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::int::as_i64;
use orochi_vm::types::tuple::Tuple;

use super::blocking::run;
use crate::argument::{c_int, c_long};
use crate::structure::Structure;
use crate::system::process;

pub(super) static FUNCTIONS: &[Method] = &[
    function("cpu_count()", cpu_count, "Return the number of logical CPUs in the system."),
    function(
        "nice(increment, /)",
        nice,
        "Add increment to the priority of process and return the new priority.",
    ),
    function("getpriority(which, who)", getpriority, "Return program scheduling priority."),
    function("setpriority(which, who, priority)", setpriority, "Set program scheduling priority."),
    function("sched_yield()", sched_yield, "Voluntarily relinquish the CPU."),
    function(
        "sched_get_priority_max(policy)",
        sched_get_priority_max,
        "Get the maximum scheduling priority for policy.",
    ),
    function(
        "sched_get_priority_min(policy)",
        sched_get_priority_min,
        "Get the minimum scheduling priority for policy.",
    ),
    function(
        "sched_getscheduler(pid, /)",
        sched_getscheduler,
        "Get the scheduling policy for the process identified by pid.",
    ),
    function(
        "sched_setscheduler(pid, policy, param, /)",
        sched_setscheduler,
        "Set the scheduling policy for the process identified by pid.",
    ),
    function(
        "sched_getparam(pid, /)",
        sched_getparam,
        "Returns scheduling parameters for the process identified by pid.",
    ),
    function(
        "sched_setparam(pid, param, /)",
        sched_setparam,
        "Set scheduling parameters for the process identified by pid.",
    ),
    function(
        "sched_rr_get_interval(pid, /)",
        sched_rr_get_interval,
        "Return the round-robin quantum for the process identified by pid, in seconds.",
    ),
    function(
        "sched_getaffinity(pid, /)",
        sched_getaffinity,
        "Return the affinity of the process identified by pid (or the current process if zero).",
    ),
    function(
        "sched_setaffinity(pid, mask, /)",
        sched_setaffinity,
        "Set the CPU affinity of the process identified by pid to mask.",
    ),
    function("getloadavg()", getloadavg, "Return average recent system load information."),
];

pub(super) static SCHED_PARAM: Structure = Structure::new(
    "posix.sched_param",
    "Currently has only one field: sched_priority",
    &["sched_priority"],
    1,
);

/// The priority in a `sched_param`.
pub(super) fn priority(th: &mut Thread, value: Value) -> Result<i32, Raised> {
    let class = SCHED_PARAM.class(th)?;
    let right = class.cast().is_some_and(|class| th.is_instance(value, class));
    match value.cast::<Tuple>() {
        Some(tuple) if right => c_int(th, tuple.get(0)),
        _ => Err(th.type_error("must have a sched_param object")),
    }
}

fn cpu_count(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    if let Some(count) = crate::sys::cpu_count(th) {
        return th.int_from_i64(count);
    }
    match process::sysconf(libc::_SC_NPROCESSORS_ONLN) {
        Ok(count) if count >= 1 => th.int_from_i64(count),
        _ => Ok(Value::NONE),
    }
}

fn nice(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let increment = c_int(th, args[0])?;
    Ok(Value::from_i32(run(th, || process::nice(increment))?))
}

fn getpriority(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (which, who) = (c_int(th, args[0])?, c_int(th, args[1])? as u32);
    Ok(Value::from_i32(run(th, || process::getpriority(which, who))?))
}

fn setpriority(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (which, who, priority) =
        (c_int(th, args[0])?, c_int(th, args[1])? as u32, c_int(th, args[2])?);
    run(th, || process::setpriority(which, who, priority))?;
    Ok(Value::NONE)
}

fn sched_yield(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    run(th, process::sched_yield)?;
    Ok(Value::NONE)
}

fn sched_get_priority_max(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let policy = c_int(th, args[0])?;
    Ok(Value::from_i32(run(th, || process::sched_get_priority_max(policy))?))
}

fn sched_get_priority_min(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let policy = c_int(th, args[0])?;
    Ok(Value::from_i32(run(th, || process::sched_get_priority_min(policy))?))
}

fn sched_getscheduler(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let pid = c_int(th, args[0])?;
    Ok(Value::from_i32(run(th, || process::sched_getscheduler(pid))?))
}

fn sched_setscheduler(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (pid, policy) = (c_int(th, args[0])?, c_int(th, args[1])?);
    let priority = priority(th, args[2])?;
    run(th, || process::sched_setscheduler(pid, policy, priority))?;
    Ok(Value::NONE)
}

fn sched_getparam(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let pid = c_int(th, args[0])?;
    let priority = run(th, || process::sched_getparam(pid))?;
    SCHED_PARAM.make(th, &[Value::from_i32(priority)])
}

fn sched_setparam(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let pid = c_int(th, args[0])?;
    let priority = priority(th, args[1])?;
    run(th, || process::sched_setparam(pid, priority))?;
    Ok(Value::NONE)
}

fn sched_rr_get_interval(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let pid = c_int(th, args[0])?;
    Ok(Value::from_f64(run(th, || process::sched_rr_get_interval(pid))?))
}

fn sched_getaffinity(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let pid = c_int(th, args[0])?;
    let processors = run(th, || process::sched_getaffinity(pid))?;
    let mut values = RootVec::with_capacity(processors.len());
    for processor in processors {
        values.push(Value::from_i32(processor as i32));
    }
    let list = orochi_vm::types::list::List::from_slice(th, values.as_slice())?;
    th.call(orochi_vm::types::set::SET.class().value(), &[list.value()])
}

fn sched_setaffinity(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let pid = c_int(th, args[0])?;
    let mut items = RootVec::new();
    th.collect(args[1], &mut items)?;
    let mut processors = Vec::with_capacity(items.len());
    for &item in items.iter() {
        if as_i64(item).is_none() {
            let kind = th.type_name(item);
            return Err(
                th.type_error(format!("expected an iterator of ints, but iterator yielded {kind}"))
            );
        }
        match usize::try_from(c_long(th, item)?) {
            Ok(processor) => processors.push(processor),
            Err(_) => return Err(th.value_error("negative CPU number")),
        }
    }
    run(th, || process::sched_setaffinity(pid, &processors))?;
    Ok(Value::NONE)
}

fn getloadavg(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    match process::getloadavg() {
        Some(averages) => Ok(Tuple::from_slice(th, &averages.map(Value::from_f64))?.value()),
        None => Err(th.raise_message(
            &orochi_vm::exception::classes::OS_ERROR,
            "Load averages are unobtainable",
        )),
    }
}
