//! `_collections`: `deque` natively, `defaultdict` from the library's own `_defaultdict`, and small
//! things that `collections` asks for. `OrderedDict` is left to the library.

mod count;
mod deque;
mod tuple_getter;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::module::Module;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n- defaultdict:  dict subclass with a default value factory\n",
    functions: FUNCTIONS,
    types: &[
        &deque::DEQUE,
        &deque::iterator::ITERATOR,
        &deque::iterator::REVERSE_ITERATOR,
        &tuple_getter::TUPLE_GETTER,
    ],
    execute: Some(execute),
    ..ModuleSpec::named("_collections")
};

static FUNCTIONS: &[Method] = &[function(
    "_count_elements(mapping, iterable, /)",
    count::count_elements,
    "Count elements in the iterable, updating the mapping",
)];

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let source = th.import_module("_defaultdict")?;
    let class = th.get_attribute(source, name!(th, "defaultdict"))?;
    module.dict().set_str(th, name!(th, "defaultdict"), class)
}
