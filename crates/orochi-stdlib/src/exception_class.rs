//! Exception classes that modules define as a Python `class` statement would.

use orochi_vm::class::Class;
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::tuple::Tuple;

/// Makes a subclass of `Exception`. It is not kept: the module roots it.
pub fn make(th: &mut Thread, module: &str, name: &str, doc: &str) -> Result<Value, Raised> {
    make_from(th, classes::EXCEPTION.class(), module, name, doc)
}

/// Makes a subclass of `base`. It is not kept: the module roots it.
pub fn make_from(
    th: &mut Thread,
    base: Ref<Class>,
    module: &str,
    name: &str,
    doc: &str,
) -> Result<Value, Raised> {
    let namespace = Dict::new(th)?;
    let module = th.intern(module)?;
    namespace.set_str(th, name!(th, "__module__"), module.value())?;
    if !doc.is_empty() {
        let doc = th.new_str(doc)?;
        namespace.set_str(th, name!(th, "__doc__"), doc.value())?;
    }
    let bases = Tuple::from_slice(th, &[base.value()])?;
    let name = th.intern(name)?;
    let parts = [name.value(), bases.value(), namespace.value()];
    th.call(types::type_::SPEC.class().value(), &parts)
}
