//! `_typing`: hands the classes behind type parameter syntax to the module `typing`.
//!
//! The classes are the runtime's own (`types::typing_` and `types::union`), since the compiler's
//! code makes their objects; here is only what gives them their places in a module.

use orochi_vm::class::{Method, function};
use orochi_vm::native::ModuleSpec;
use orochi_vm::types::{typing_, union};

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Primitives and accelerators for the typing module.\n",
    functions: FUNCTIONS,
    types: &[
        &typing_::TYPE_VAR,
        &typing_::PARAM_SPEC,
        &typing_::TYPE_VAR_TUPLE,
        &typing_::PARAM_SPEC_ARGS,
        &typing_::PARAM_SPEC_KWARGS,
        &typing_::TYPE_ALIAS,
        &typing_::GENERIC,
        &union::SPEC,
    ],
    execute: Some(|th, module| {
        let none = typing_::no_default(th)?;
        let name = th.intern("NoDefault")?;
        module.dict().set_str(th, name, none)
    }),
    ..ModuleSpec::named("_typing")
};

static FUNCTIONS: &[Method] = &[function("_idfunc(x, /)", |_, args| Ok(args[0]), "")];
