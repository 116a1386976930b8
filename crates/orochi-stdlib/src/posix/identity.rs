//! Users, groups, sessions.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::tuple::Tuple;

use super::blocking::run;
use super::metadata::id;
use super::path::system_text;
use crate::argument::{c_int, decode_system};
use crate::system::{process, users};

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "getuid()",
        |th, _| number(th, process::getuid()),
        "Return the current process's user id.",
    ),
    function(
        "geteuid()",
        |th, _| number(th, process::geteuid()),
        "Return the current process's effective user id.",
    ),
    function(
        "getgid()",
        |th, _| number(th, process::getgid()),
        "Return the current process's group id.",
    ),
    function(
        "getegid()",
        |th, _| number(th, process::getegid()),
        "Return the current process's effective group id.",
    ),
    function(
        "getresuid()",
        getresuid,
        "Return a tuple of the current process's real, effective, and saved user ids.",
    ),
    function(
        "getresgid()",
        getresgid,
        "Return a tuple of the current process's real, effective, and saved group ids.",
    ),
    function("getgroups()", getgroups, "Return list of supplemental group IDs for the process."),
    function(
        "getgrouplist(user, group, /)",
        getgrouplist,
        "Returns a list of groups to which a user belongs.",
    ),
    function("setgroups(groups, /)", setgroups, "Set the groups of the current process to list."),
    function("initgroups(username, gid, /)", initgroups, "Initialize the group access list."),
    function(
        "setuid(uid, /)",
        |th, args| set1(th, args, "uid", process::setuid),
        "Set the current process's user id.",
    ),
    function(
        "seteuid(euid, /)",
        |th, args| set1(th, args, "uid", process::seteuid),
        "Set the current process's effective user id.",
    ),
    function(
        "setgid(gid, /)",
        |th, args| set1(th, args, "gid", process::setgid),
        "Set the current process's group id.",
    ),
    function(
        "setegid(egid, /)",
        |th, args| set1(th, args, "gid", process::setegid),
        "Set the current process's effective group id.",
    ),
    function(
        "setreuid(ruid, euid, /)",
        |th, args| set2(th, args, "uid", process::setreuid),
        "Set the current process's real and effective user ids.",
    ),
    function(
        "setregid(rgid, egid, /)",
        |th, args| set2(th, args, "gid", process::setregid),
        "Set the current process's real and effective group ids.",
    ),
    function(
        "setresuid(ruid, euid, suid, /)",
        |th, args| set3(th, args, "uid", process::setresuid),
        "Set the current process's real, effective, and saved user ids.",
    ),
    function(
        "setresgid(rgid, egid, sgid, /)",
        |th, args| set3(th, args, "gid", process::setresgid),
        "Set the current process's real, effective, and saved group ids.",
    ),
    function("getpgid(pid)", getpgid, "Call the system call getpgid(), and return the result."),
    function("setpgid(pid, pgrp, /)", setpgid, "Call the system call setpgid(pid, pgrp)."),
    function(
        "getpgrp()",
        |_, _| Ok(Value::from_i32(process::getpgrp())),
        "Return the current process group id.",
    ),
    function("setpgrp()", setpgrp, "Make the current process the leader of its process group."),
    function("getsid(pid, /)", getsid, "Call the system call getsid(pid) and return the result."),
    function("setsid()", setsid, "Call the system call setsid()."),
    function("getlogin()", getlogin, "Return the actual login name."),
];

fn number(th: &Thread, id: u32) -> Result<Value, Raised> {
    th.int_from_i64(i64::from(id))
}

fn three(th: &Thread, ids: [u32; 3]) -> Result<Value, Raised> {
    let values = [number(th, ids[0])?, number(th, ids[1])?, number(th, ids[2])?];
    Ok(Tuple::from_slice(th, &values)?.value())
}

fn list(th: &mut Thread, ids: &[u32]) -> Result<Value, Raised> {
    let list = List::with_capacity(th, ids.len())?;
    for &id in ids {
        let id = number(th, id)?;
        list.push(th, id)?;
    }
    Ok(list.value())
}

fn getresuid(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let ids = run(th, process::getresuid)?;
    three(th, ids)
}

fn getresgid(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let ids = run(th, process::getresgid)?;
    three(th, ids)
}

fn getgroups(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let groups = run(th, process::getgroups)?;
    list(th, &groups)
}

fn getgrouplist(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let user = system_text(th, args[0])?;
    let group = id(th, args[1], "gid")?;
    let groups = run(th, || process::getgrouplist(&user, group))?;
    list(th, &groups)
}

fn setgroups(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut items = RootVec::new();
    th.collect(args[0], &mut items)?;
    let mut groups = Vec::with_capacity(items.len());
    for &item in items.iter() {
        groups.push(id(th, item, "gid")?);
    }
    run(th, || process::setgroups(&groups))?;
    Ok(Value::NONE)
}

fn initgroups(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let user = system_text(th, args[0])?;
    let group = id(th, args[1], "gid")?;
    run(th, || process::initgroups(&user, group))?;
    Ok(Value::NONE)
}

type Set<A> = fn(A) -> Result<i32, i32>;

fn set1(th: &mut Thread, args: &[Value], what: &str, call: Set<u32>) -> Result<Value, Raised> {
    let id = id(th, args[0], what)?;
    run(th, || call(id))?;
    Ok(Value::NONE)
}

fn set2(
    th: &mut Thread,
    args: &[Value],
    what: &str,
    call: fn(u32, u32) -> Result<i32, i32>,
) -> Result<Value, Raised> {
    let (a, b) = (id(th, args[0], what)?, id(th, args[1], what)?);
    run(th, || call(a, b))?;
    Ok(Value::NONE)
}

fn set3(
    th: &mut Thread,
    args: &[Value],
    what: &str,
    call: fn(u32, u32, u32) -> Result<i32, i32>,
) -> Result<Value, Raised> {
    let (a, b, c) = (id(th, args[0], what)?, id(th, args[1], what)?, id(th, args[2], what)?);
    run(th, || call(a, b, c))?;
    Ok(Value::NONE)
}

fn getpgid(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let pid = c_int(th, args[0])?;
    Ok(Value::from_i32(run(th, || process::getpgid(pid))?))
}

fn setpgid(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (pid, group) = (c_int(th, args[0])?, c_int(th, args[1])?);
    run(th, || process::setpgid(pid, group))?;
    Ok(Value::NONE)
}

fn setpgrp(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    run(th, || process::setpgid(0, 0))?;
    Ok(Value::NONE)
}

fn getsid(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let pid = c_int(th, args[0])?;
    Ok(Value::from_i32(run(th, || process::getsid(pid))?))
}

fn setsid(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    run(th, process::setsid)?;
    Ok(Value::NONE)
}

fn getlogin(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let name = run(th, users::login)?;
    Ok(decode_system(th, &name)?.value())
}
