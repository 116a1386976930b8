//! Extended attributes of files.

use std::ffi::CString;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;

use super::blocking::run_on;
use super::path::{ANY, PATH, PATH_OR_FD, Place, place};
use crate::argument::{c_int_or, decode_system, truth_or};
use crate::bytes_like;
use crate::system::file::attributes;

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "getxattr(path, attribute, *, follow_symlinks=True)",
        getxattr,
        "Return the value of extended attribute attribute on path.",
    ),
    function(
        "setxattr(path, attribute, value, flags=0, *, follow_symlinks=True)",
        setxattr,
        "Set extended attribute attribute on path to value.",
    ),
    function(
        "removexattr(path, attribute, *, follow_symlinks=True)",
        removexattr,
        "Remove extended attribute attribute on path.",
    ),
    function(
        "listxattr(path=None, *, follow_symlinks=True)",
        listxattr,
        "Return a list of extended attributes on path.",
    ),
];

fn both(th: &mut Thread, args: &[Value], function: &str) -> Result<(Place, CString), Raised> {
    let path = place(th, args[0], function, "path", PATH_OR_FD)?;
    let attribute = place(th, args[1], function, "attribute", PATH)?;
    Ok((path, attribute.path))
}

fn getxattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (path, attribute) = both(th, args, "getxattr")?;
    let follow = truth_or(th, args[2], true)?;
    let value = run_on(th, &[path.shown], || attributes::get(path.target(), &attribute, follow))?;
    Ok(th.new_bytes(&value)?.value())
}

fn setxattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (path, attribute) = both(th, args, "setxattr")?;
    let value = bytes_like::copy(th, args[2])?;
    let flags = c_int_or(th, args[3], 0)?;
    let follow = truth_or(th, args[4], true)?;
    run_on(th, &[path.shown], || {
        attributes::set(path.target(), &attribute, &value, flags, follow)
    })?;
    Ok(Value::NONE)
}

fn removexattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (path, attribute) = both(th, args, "removexattr")?;
    let follow = truth_or(th, args[2], true)?;
    run_on(th, &[path.shown], || attributes::remove(path.target(), &attribute, follow))?;
    Ok(Value::NONE)
}

fn listxattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "listxattr", "path", ANY)?;
    let follow = truth_or(th, args[1], true)?;
    let names = run_on(th, &[path.shown], || attributes::list(path.target(), follow))?;
    let list = List::new(th)?;
    for name in names.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
        let name = decode_system(th, name)?;
        list.push(th, name.value())?;
    }
    Ok(list.value())
}
