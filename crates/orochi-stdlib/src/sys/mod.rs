//! `sys`: what the program can know and change about its runtime.
//!
//! The module's namespace exists from the start, since the runtime itself looks names up in it;
//! [`make`] fills it.
//!
//! * [`encoding`]: the locale, UTF-8 mode
//! * [`values`]: constants and named tuples; [`paths`]: where things are
//! * [`functions`]: reading and changing settings; [`hooks`]: display, exceptions, audit, tracing
//! * [`frames`]: what runs where; [`monitoring`]: `sys.monitoring`; [`jit`]: `sys._jit`

pub mod encoding;
mod frames;
pub(crate) mod functions;
mod hooks;
mod jit;
pub mod monitoring;
mod paths;
mod values;

pub(crate) use functions::cpu_count;

use std::os::unix::ffi::OsStrExt;

use orochi_vm::exception::Raised;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;

use crate::argument::decode_system;

/// The version of the language.
pub const VERSION: &str = "3.14.0";
/// The same as one number, as in `sys.hexversion`: 3.14.0 final.
pub const HEX_VERSION: i64 = 0x030E_00F0;
/// The version of this runtime.
pub const OWN_VERSION: &str = env!("CARGO_PKG_VERSION");

static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module provides access to some objects used or maintained by the\n\
          interpreter and to functions that interact strongly with the interpreter.",
    functions: functions::FUNCTIONS,
    execute: Some(|th, module| {
        values::fill(th, module)?;
        paths::fill(th, module)?;
        functions::add(th, module, hooks::FUNCTIONS)?;
        functions::add(th, module, frames::FUNCTIONS)?;
        hooks::fill(th, module)?;
        monitoring::fill(th, module)?;
        jit::fill(th, module)
    }),
    ..ModuleSpec::named("sys")
};

/// `sys.version`
pub fn version_text() -> String {
    format!("{VERSION} (main) [Orochi {OWN_VERSION}]")
}

/// Makes the module around the namespace that the runtime has. `request` is what the command was
/// asked to run, for `_orochi_start`.
pub fn make(th: &mut Thread, request: &[u8]) -> Result<Ref<Module>, Raised> {
    let dict = th.vm.sys.get();
    let module = MODULE.make_in(th, dict)?;
    let request = decode_system(th, request)?.value();
    dict.set_str(th, th.name("_request"), request)?;
    Ok(module)
}

/// A list of operating system strings.
fn list_of_texts<'a>(
    th: &mut Thread,
    texts: impl Iterator<Item = &'a std::ffi::OsStr>,
) -> Result<Ref<List>, Raised> {
    let list = List::new(th)?;
    for text in texts {
        let text = decode_system(th, text.as_bytes())?;
        list.push(th, text.value())?;
    }
    Ok(list)
}
