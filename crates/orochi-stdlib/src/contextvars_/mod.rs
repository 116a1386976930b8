//! `_contextvars`: variables whose value belongs to a context.
//!
//! A context is a dict from variables to values. Copies share the dict until one of them changes a
//! variable, so copying, which every task does, costs the same however many variables there are.
//! Each thread has a current context, made when it is first asked for.

pub mod context;
mod token;
mod variable;

use orochi_vm::class::{Method, function, native};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Context Variables",
    functions: FUNCTIONS,
    types: &[&context::CONTEXT, &variable::CONTEXT_VAR, &token::TOKEN],
    execute: Some(|th, _| {
        native::make_class(th, &token::MISSING)?;
        token::add_missing(th)
    }),
    ..ModuleSpec::named("_contextvars")
};

static FUNCTIONS: &[Method] = &[function("copy_context()", copy_context, "")];

fn copy_context(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let current = context::current(th)?;
    Ok(context::copy(th, current)?.value())
}
