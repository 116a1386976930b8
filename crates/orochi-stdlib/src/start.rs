//! From a bare runtime to one that can import: what happens before the main program.
//!
//! The import machinery is the library's own `importlib._bootstrap`, compiled into the archive:
//! it is run by hand under the name `_frozen_importlib`, told about `sys` and `_imp`, and from
//! then on imports everything else, embedded modules as frozen ones. `_orochi_start` of our `Lib/`
//! folder then opens the standard streams and runs `site`.

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::module::Module;

use crate::{MODULES, imp};

/// Brings the import machinery up. The module `sys` exists already.
pub fn prepare(th: &mut Thread, sys: Ref<Module>) -> Result<(), Raised> {
    // Set once: a second runtime in one process cannot be.
    let _ = th.vm.native_modules.set(MODULES);
    let modules = th.vm.modules.get();
    let builtins = Module::allocate(th, th.vm.builtins.get())?;
    modules.set(th, name!(th, "builtins").value(), builtins.value())?;
    modules.set(th, name!(th, "sys").value(), sys.value())?;
    let imp = imp::MODULE.make(th)?;
    modules.set(th, name!(th, "_imp").value(), imp.value())?;
    let bootstrap = run(th, "_frozen_importlib")?;
    let install = attribute(th, bootstrap, "_install")?;
    th.call(install, &[sys.value(), imp.value()])?;
    let import = attribute(th, bootstrap, "__import__")?;
    th.vm.builtins.get().set_str(th, name!(th, "__import__"), import)?;
    let external = attribute(th, bootstrap, "_install_external_importers")?;
    th.call(external, &[])?;
    Ok(())
}

/// Runs an embedded module under the given name, without the import machinery.
fn run(th: &mut Thread, name: &str) -> Result<Ref<Module>, Raised> {
    let Some(code) = imp::code_of(th, name)? else {
        return Err(th.import_error(format!("the library has no {name}")));
    };
    let module = imp::new_module(th, name)?;
    th.run_code(code, module.dict(), module.dict().value(), Value::UNBOUND)?;
    Ok(module)
}

fn attribute(th: &mut Thread, module: Ref<Module>, name: &str) -> Result<Value, Raised> {
    let name = th.name(name);
    th.get_attribute(module.value(), name)
}

/// Imports a module by its full name; the result is the module itself.
pub fn import(th: &mut Thread, name: &str) -> Result<Value, Raised> {
    let key = th.intern(name)?.value();
    if let Some(module) = th.vm.modules.get().get(th, key)? {
        return Ok(module);
    }
    let machinery = match th.vm.modules.get().get(th, name!(th, "_frozen_importlib").value())? {
        Some(machinery) => machinery,
        None => return Err(th.import_error("the import machinery is gone")),
    };
    let import = th.get_attribute(machinery, name!(th, "_gcd_import"))?;
    th.call(import, &[key])
}

/// Runs the main program as the settings say; the result is the exit status.
pub fn run_main(th: &mut Thread, request: &str) -> Result<i32, Raised> {
    let start = import(th, "_orochi_start")?;
    let main = th.get_attribute(start, name!(th, "main"))?;
    let request = th.new_str(request)?.value();
    let status = th.call(main, &[request])?;
    Ok(orochi_vm::types::int::as_i64(status).unwrap_or(1) as i32)
}

/// Calls a function of `_orochi_start` without arguments, if start-up came so far.
pub fn call_start(th: &mut Thread, function: &str) -> Result<Option<Value>, Raised> {
    let Some(start) = th.vm.modules.get().get(th, name!(th, "_orochi_start").value())? else {
        return Ok(None);
    };
    debug_assert!(start.cast::<Module>().is_some());
    let name = th.name(function);
    let function = th.get_attribute(start, name)?;
    th.call(function, &[]).map(Some)
}

/// Opens the standard streams and runs `site`, unless `-S` says not to.
pub fn open(th: &mut Thread) -> Result<(), Raised> {
    let start = import(th, "_orochi_start")?;
    let prepare = th.get_attribute(start, name!(th, "prepare"))?;
    let with_site = Value::from_bool(!th.vm.settings.no_site);
    th.call(prepare, &[with_site]).map(drop)
}

/// Ends the program: waits for threads, runs exit functions and finalisers, flushes the standard
/// streams. The result is the status to exit with if the program itself ended well: 120 if
/// standard output could not be flushed (a closed pipe).
pub fn finish(th: &mut Thread) -> u8 {
    let status = match call_start(th, "finish") {
        Ok(Some(status)) => orochi_vm::types::int::as_i64(status).unwrap_or(0) as u8,
        Ok(None) => 0,
        Err(_) => {
            th.write_unraisable("Exception ignored while the program ended", Value::NONE);
            0
        }
    };
    th.finalise();
    status
}
