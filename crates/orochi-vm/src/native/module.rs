//! Native modules: tables of functions and classes.

use super::{BUILTIN_FUNCTION, NativeFunction, Signature};
use crate::class::{Method, TypeSpec, native::make_class};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::module::Module;

/// What a module does when it is first imported, beyond what its tables say.
pub type Execute = fn(&mut Thread, Ref<Module>) -> Result<(), Raised>;

/// A native module, as its table lists it.
pub struct ModuleSpec {
    /// Its full name.
    pub name: &'static str,
    /// The docstring.
    pub doc: &'static str,
    /// Functions: made with [`crate::class::function`]; a first parameter `$module` receives the
    /// module.
    pub functions: &'static [Method],
    /// Classes that the module shows under their own names.
    pub types: &'static [&'static TypeSpec],
    /// Adds what tables cannot say: constants, instances, state.
    pub execute: Option<Execute>,
}

impl ModuleSpec {
    /// A spec to be completed by struct update syntax.
    pub const fn named(name: &'static str) -> Self {
        Self { name, doc: "", functions: &[], types: &[], execute: None }
    }

    /// Makes the module. It is not entered into `sys.modules`.
    pub fn make(&'static self, th: &mut Thread) -> Result<Ref<Module>, Raised> {
        let dict = Dict::new_namespace(th)?;
        self.make_in(th, dict)
    }

    /// Makes the module around a namespace that exists.
    pub fn make_in(&'static self, th: &mut Thread, dict: Ref<Dict>) -> Result<Ref<Module>, Raised> {
        let module = Module::allocate(th, dict)?;
        let name = th.intern(self.name)?;
        dict.set_str(th, th.name("__name__"), name.value())?;
        let doc = if self.doc.is_empty() { Value::NONE } else { th.new_str(self.doc)?.value() };
        for (key, value) in [
            ("__doc__", doc),
            ("__package__", th.vm.empty_str.get().value()),
            ("__loader__", Value::NONE),
            ("__spec__", Value::NONE),
        ] {
            dict.set_str(th, th.name(key), value)?;
        }
        for method in self.functions {
            let function = NativeFunction::from_method(
                th,
                &BUILTIN_FUNCTION,
                method,
                module.value(),
                name.value(),
            )?;
            let (key, _) = Signature::split_name(method.signature);
            dict.set_str(th, th.name(key), function.value())?;
        }
        for spec in self.types {
            let class = make_class(th, spec)?;
            dict.set_str(th, class.name.get(), class.value())?;
        }
        if let Some(execute) = self.execute {
            execute(th, module)?;
        }
        Ok(module)
    }
}
