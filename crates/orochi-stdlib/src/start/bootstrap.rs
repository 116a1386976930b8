//! Bringing up what every program finds: the import machinery, the streams, `__main__`, `site`.
//!
//! The machinery is the library's own, `importlib._bootstrap` and `_bootstrap_external`, run from
//! the executable before anything can be imported: the first is given `sys` and `_imp` by hand,
//! the second is what the first imports first. From then on `sys.meta_path` holds the importers of
//! native modules, of the few modules that are frozen as in CPython, and of `sys.path`; the
//! library itself is a folder of `sys.path` that exists in the executable only
//! (`Lib/_orochi_library.py`).

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;

use crate::{MODULES, contextvars_, imp, io};

/// Makes the modules and streams that every program finds.
pub fn prepare(th: &mut Thread, sys: Ref<Module>) -> Result<(), Raised> {
    // Set once: a second runtime in one process cannot be.
    let _ = th.vm.native_modules.set(MODULES);
    let modules = th.vm.modules.get();
    let builtins = Module::allocate(th, th.vm.builtins.get())?;
    modules.set(th, name!(th, "builtins").value(), builtins.value())?;
    modules.set(th, name!(th, "sys").value(), sys.value())?;
    start_machinery(th, sys)?;
    // Installs the handler of SIGINT.
    th.import_module("_signal")?;
    make_main(th)?;
    add_path_hooks(th, sys)?;
    open_streams(th, sys, builtins)?;
    if !th.vm.settings.warn_options.is_empty() {
        th.import_module("warnings")?;
    }
    if !th.vm.settings.no_site {
        th.import_module("site")?;
    }
    Ok(())
}

/// Runs `importlib._bootstrap` and has it install itself.
fn start_machinery(th: &mut Thread, sys: Ref<Module>) -> Result<(), Raised> {
    let own = "_frozen_importlib";
    let Some(code) = imp::code_of(th, own)? else {
        return Err(th.import_error("the import machinery is missing"));
    };
    let module = imp::new_module(th, own)?;
    let dict = module.dict();
    let origin = th.new_str("importlib._bootstrap")?.value();
    dict.set_str(th, name!(th, "__origname__"), origin)?;
    th.run_code(code, dict, dict.value(), Value::UNBOUND)?;
    let imp = imp::MODULE.make(th)?.value();
    th.vm.modules.get().set(th, name!(th, "_imp").value(), imp)?;
    // `_warnings` wants it, which is among the modules that the machinery itself needs.
    let contexts = contextvars_::MODULE.make(th)?.value();
    th.vm.modules.get().set(th, name!(th, "_contextvars").value(), contexts)?;
    th.call_method(module.value(), name!(th, "_install"), &[sys.value(), imp])?;
    th.call_method(module.value(), name!(th, "_install_external_importers"), &[]).map(drop)
}

fn open_streams(th: &mut Thread, sys: Ref<Module>, builtins: Ref<Module>) -> Result<(), Raised> {
    let streams = th.import_module("_io")?;
    let open = th.get_attribute(streams, name!(th, "open"))?;
    builtins.dict().set_str(th, name!(th, "open"), open)?;
    io::open_standard(th, sys.dict())
}

/// Makes the module `__main__`, so that `site` finds it.
fn make_main(th: &mut Thread) -> Result<(), Raised> {
    let main = imp::new_module(th, "__main__")?;
    let dict = main.dict();
    for name in ["__doc__", "__package__", "__spec__"] {
        let name = th.intern(name)?;
        dict.set_str(th, name, Value::NONE)?;
    }
    let machinery = th.import_module("_frozen_importlib")?;
    let loader = th.get_attribute(machinery, name!(th, "BuiltinImporter"))?;
    dict.set_str(th, name!(th, "__loader__"), loader)?;
    let builtins = th.import_module("builtins")?;
    dict.set_str(th, name!(th, "__builtins__"), builtins)
}

/// `sys.path` may name folders (the machinery has seen to that), the library, and archives.
fn add_path_hooks(th: &mut Thread, sys: Ref<Module>) -> Result<(), Raised> {
    let imp = th.import_module("_imp")?;
    let archives = th.get_attribute(imp, name!(th, "_archive_hook"))?;
    let library = th.import_module("_orochi_library")?;
    let library = th.get_attribute(library, name!(th, "path_hook"))?;
    let hooks = sys.dict().get_str(th, name!(th, "path_hooks"))?;
    let Some(hooks) = hooks.and_then(|hooks| hooks.cast::<List>()) else { return Ok(()) };
    let insert = name!(th, "insert");
    for hook in [archives, library] {
        th.call_method(hooks.value(), insert, &[Value::from_i32(0), hook])?;
    }
    Ok(())
}
