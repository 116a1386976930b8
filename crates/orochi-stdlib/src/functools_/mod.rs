//! `_functools`: `partial`, `reduce`, `cmp_to_key` and the wrapper of `lru_cache`.

mod compare;
mod lru_cache;
mod partial;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::module::Module;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Tools that operate on functions.",
    functions: FUNCTIONS,
    types: &[&partial::PARTIAL, &partial::PLACEHOLDER, &lru_cache::WRAPPER],
    execute: Some(execute),
    ..ModuleSpec::named("_functools")
};

static FUNCTIONS: &[Method] = &[
    function(
        "cmp_to_key(mycmp)",
        compare::cmp_to_key,
        "Convert a cmp= function into a key= function.",
    ),
    function(
        "reduce(function, iterable, /, initial=<unrepresentable>)",
        reduce,
        "Apply a function of two arguments cumulatively to the items of an iterable, from left to right.\n\nThis effectively reduces the iterable to a single value.  If initial is present,\nit is placed before the items of the iterable in the calculation, and serves as\na default when the iterable is empty.\n\nFor example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5])\ncalculates ((((1 + 2) + 3) + 4) + 5).",
    ),
];

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let placeholder = partial::placeholder(th)?;
    module.dict().set_str(th, name!(th, "Placeholder"), placeholder)?;
    orochi_vm::class::native::make_class(th, &compare::KEY)?;
    orochi_vm::class::native::make_class(th, &lru_cache::NODE).map(drop)
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (function, iterable) = (args[0], args[1]);
    let iterator = match th.iterate(iterable) {
        Err(raised) if th.catch(raised, &classes::TYPE_ERROR).is_some() => {
            return Err(th.type_error("reduce() arg 2 must support iteration"));
        }
        other => other?,
    };
    let mut result = args[2];
    while let Some(item) = th.next(iterator)? {
        result = if result.is_unbound() { item } else { th.call(function, &[result, item])? };
    }
    if result.is_unbound() {
        return Err(th.type_error("reduce() of empty iterable with no initial value"));
    }
    Ok(result)
}
