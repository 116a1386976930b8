//! `math`.
//!
//! Elementary functions come from the C library, as CPython's do; [`integer`] and [`sum`] are about
//! exact results.

pub(crate) mod c_library;
mod integer;
mod real;
mod sum;
mod table;

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::module::Module;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module provides access to the mathematical functions\ndefined by the C standard.",
    functions: table::FUNCTIONS,
    execute: Some(execute),
    ..ModuleSpec::named("math")
};

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    use std::f64::consts::{E, PI, TAU};
    let dict = module.dict();
    for (name, value) in
        [("pi", PI), ("e", E), ("tau", TAU), ("inf", f64::INFINITY), ("nan", f64::NAN)]
    {
        let name = th.intern(name)?;
        dict.set_str(th, name, Value::from_f64(value))?;
    }
    Ok(())
}
