//! `_posixshmem`: shared memory objects by name.

use orochi_vm::class::function;
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;

use crate::argument::c_int_or;
use crate::posix::blocking::run_on;
use crate::posix::path::system_text;
use crate::system::semaphore;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "POSIX shared memory module",
    functions: &[
        function(
            "shm_open(path, flags, mode=0o777)",
            open,
            "Open a shared memory object.  Returns a file descriptor (integer).",
        ),
        function(
            "shm_unlink(path)",
            unlink,
            "Remove a shared memory object (similar to unlink()).\n\nRemove a shared memory object name, and, once all processes  have  unmapped\nthe object, de-allocates and destroys the contents of the associated memory\nregion.",
        ),
    ],
    ..ModuleSpec::named("_posixshmem")
};

fn open(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = system_text(th, args[0])?;
    let flags = crate::argument::c_int(th, args[1])?;
    let mode = c_int_or(th, args[2], 0o777)?;
    let fd = run_on(th, &[args[0]], || semaphore::open_memory(&name, flags, mode as u32))?;
    th.int_from_i64(i64::from(fd))
}

fn unlink(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = system_text(th, args[0])?;
    run_on(th, &[args[0]], || semaphore::unlink_memory(&name))?;
    Ok(Value::NONE)
}
