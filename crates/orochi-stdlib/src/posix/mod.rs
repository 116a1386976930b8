//! `posix`: the operating system, as `os` re-exports it.
//!
//! * [`path`]: arguments that name files; [`blocking`]: calls that may wait
//! * [`descriptors`]: what is done with open files; [`files`]: with paths; [`metadata`]: `stat`
//!   and what changes it; [`folders`]: `listdir`, `scandir`; [`attributes`]: extended attributes
//! * [`processes`]: waiting and signals; [`start`]: `fork`, `exec`, `posix_spawn`;
//!   [`identity`]: users and groups; [`scheduling`]: processors and priorities
//! * [`environment`]: `environ`, `uname`, limits; [`constants`]: numbers

mod attributes;
pub mod blocking;
mod constants;
mod descriptors;
mod environment;
mod files;
mod folders;
mod identity;
mod metadata;
pub mod path;
mod processes;
mod scheduling;
mod start;

use orochi_vm::class::Method;
use orochi_vm::exception::{Raised, classes};
use orochi_vm::native::{BUILTIN_FUNCTION, ModuleSpec, NativeFunction, Signature};
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::module::Module;

pub use start::{after_fork_in_child, fork_process, refuse_at_end};

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module provides access to operating system functionality that is\n\
          standardized by the C Standard and the POSIX standard (a thinly\n\
          disguised Unix interface).  Refer to the library manual and\n\
          corresponding Unix manual entries for more information on calls.",
    types: &[&folders::DIR_ENTRY, &folders::SCANDIR_ITERATOR],
    execute: Some(|th, module| {
        for functions in [
            descriptors::FUNCTIONS,
            files::FUNCTIONS,
            metadata::FUNCTIONS,
            folders::FUNCTIONS,
            attributes::FUNCTIONS,
            processes::FUNCTIONS,
            start::FUNCTIONS,
            identity::FUNCTIONS,
            scheduling::FUNCTIONS,
            environment::FUNCTIONS,
        ] {
            add(th, module, functions)?;
        }
        let error = classes::OS_ERROR.class().value();
        module.dict().set_str(th, th.name("error"), error)?;
        constants::fill(th, module)?;
        environment::fill(th, module)?;
        metadata::fill(th, module)
    }),
    ..ModuleSpec::named("posix")
};

/// Adds functions to the module.
fn add(th: &mut Thread, module: Ref<Module>, functions: &'static [Method]) -> Result<(), Raised> {
    let owner = th.intern("posix")?.value();
    for method in functions {
        let function =
            NativeFunction::from_method(th, &BUILTIN_FUNCTION, method, module.value(), owner)?;
        let (name, _) = Signature::split_name(method.signature);
        module.dict().set_str(th, th.name(name), function.value())?;
    }
    Ok(())
}
