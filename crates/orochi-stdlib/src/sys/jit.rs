//! `sys._jit`: whether code is compiled while it runs. This runtime interprets, so far, and says so.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::module::Module;

static MODULE: ModuleSpec = ModuleSpec {
    doc: "Utilities for observing just-in-time compilation.",
    functions: FUNCTIONS,
    ..ModuleSpec::named("sys._jit")
};

static FUNCTIONS: &[Method] = &[
    function(
        "is_available()",
        no,
        "Return True if this executable can compile code while it runs.",
    ),
    function("is_enabled()", no, "Return True if code is compiled while it runs."),
    function("is_active()", no, "Return True if the topmost frame runs compiled code."),
];

pub(super) fn fill(th: &mut Thread, sys: Ref<Module>) -> Result<(), Raised> {
    let module = MODULE.make(th)?;
    sys.dict().set_str(th, th.name("_jit"), module.value())
}

fn no(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::FALSE)
}
