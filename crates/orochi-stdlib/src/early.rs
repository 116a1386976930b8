//! Imports without the import machinery: native modules, the embedded library, source files.
//!
//! Start-up runs no `importlib`: a module is looked for among the native ones, in the embedded
//! library, and as a source file along `sys.path` (or its package's `__path__`), and its code is
//! run. Modules found so have no `__spec__`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use orochi_compiler::{Mode, Options, compile};
use orochi_vm::exception::{Raised, classes, raise_syntax_error};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::code::Code;
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;
use orochi_vm::types::str::Str;

use crate::{imp, library};

/// Where a module's code comes from.
struct Found {
    code: Ref<Code>,
    package: bool,
    file: Option<PathBuf>,
}

/// Imports the module with this absolute name, which is not in `sys.modules`.
pub fn load(th: &mut Thread, name: Ref<Str>) -> Result<Value, Raised> {
    let text = name.display();
    let parent = match text.rsplit_once('.') {
        Some((front, _)) => {
            let front = th.intern(front)?;
            match th.vm.modules.get().get_str(th, front)? {
                Some(parent) => Some(parent),
                None => Some(load(th, front)?),
            }
        }
        None => None,
    };
    // The parent may have imported it.
    if let Some(module) = th.vm.modules.get().get_str(th, name)? {
        return Ok(module);
    }
    let module = match imp::native(th, &text) {
        Some(spec) => {
            let module = spec.make(th)?.value();
            th.vm.modules.get().set(th, name.value(), module)?;
            module
        }
        None => match find(th, &text, parent)? {
            Some(found) => run(th, &text, name, found)?,
            None => return Err(not_found(th, name, &text, parent)),
        },
    };
    if let (Some(parent), Some((_, own))) = (parent, text.rsplit_once('.')) {
        let own = th.intern(own)?;
        th.set_attribute(parent, own, module)?;
    }
    Ok(module)
}

fn not_found(th: &mut Thread, name: Ref<Str>, text: &str, parent: Option<Value>) -> Raised {
    let mut message = format!("No module named '{text}'");
    if let (Some(parent), Some((front, _))) = (parent, text.rsplit_once('.')) {
        if let Ok(None) = th.find_attribute(parent, name!(th, "__path__")) {
            message.push_str(&format!("; '{front}' is not a package"));
        }
    }
    let raised = th.raise_message(&classes::MODULE_NOT_FOUND_ERROR, &message);
    let error = th.take_exception();
    let set = th.set_attribute(error, name!(th, "name"), name.value());
    match set {
        Ok(()) => th.raise_again(error),
        Err(_) => raised,
    }
}

fn find(th: &mut Thread, name: &str, parent: Option<Value>) -> Result<Option<Found>, Raised> {
    if let Some(entry) = library::find(name) {
        if let Some(code) = imp::code_of(th, name)? {
            return Ok(Some(Found { code, package: entry.is_package(), file: None }));
        }
    }
    let folders = match parent {
        Some(parent) => th.find_attribute(parent, name!(th, "__path__"))?,
        None => th.vm.sys.get().get_str(th, name!(th, "path"))?,
    };
    let Some(folders) = folders.and_then(|folders| folders.cast::<List>()) else { return Ok(None) };
    let own = name.rsplit('.').next().unwrap_or(name);
    let count = th.read(folders)?.len();
    for at in 0..count {
        let folder = th.read(folders)?.as_slice().get(at).copied();
        let Some(folder) = folder.and_then(|folder| folder.cast::<Str>()) else { continue };
        let folder = folder.display();
        let folder = Path::new(if folder.is_empty() { "." } else { &folder });
        for (file, package) in [
            (folder.join(own).join("__init__.py"), true),
            (folder.join(format!("{own}.py")), false),
        ] {
            if let Ok(source) = std::fs::read(&file) {
                let code = compile_file(th, &source, &file.to_string_lossy(), Mode::Exec)?;
                return Ok(Some(Found { code, package, file: Some(file) }));
            }
        }
    }
    Ok(None)
}

/// Compiles source to a code object.
pub fn compile_file(
    th: &mut Thread,
    source: &[u8],
    filename: &str,
    mode: Mode,
) -> Result<Ref<Code>, Raised> {
    let options = Options { optimize: th.vm.settings.optimize, ..Options::default() };
    match compile(source, filename, mode, &options) {
        Ok(compiled) => Code::new(th, Arc::new(compiled.code)),
        Err(error) => Err(raise_syntax_error(th, &error)),
    }
}

fn run(th: &mut Thread, text: &str, name: Ref<Str>, found: Found) -> Result<Value, Raised> {
    let module = imp::new_module(th, text)?;
    describe(th, module, text, &found)?;
    let dict = module.dict();
    match th.run_code(found.code, dict, dict.value(), Value::UNBOUND) {
        Ok(_) => {}
        Err(raised) => {
            if raised == Raised::Exception {
                let error = th.take_exception();
                th.vm.modules.get().delete_str(th, name)?;
                return Err(th.raise_again(error));
            }
            return Err(raised);
        }
    }
    // A module may put something else in its place.
    Ok(th.vm.modules.get().get_str(th, name)?.unwrap_or(module.value()))
}

/// Sets the attributes that say where a module comes from.
fn describe(th: &mut Thread, module: Ref<Module>, text: &str, found: &Found) -> Result<(), Raised> {
    let dict = module.dict();
    let package =
        if found.package { text } else { text.rsplit_once('.').map_or("", |(front, _)| front) };
    let package = th.intern(package)?.value();
    dict.set_str(th, name!(th, "__package__"), package)?;
    dict.set_str(th, name!(th, "__doc__"), Value::NONE)?;
    dict.set_str(th, name!(th, "__spec__"), Value::NONE)?;
    dict.set_str(th, name!(th, "__loader__"), Value::NONE)?;
    if let Some(file) = &found.file {
        let file_text = th.new_str(&file.to_string_lossy())?.value();
        dict.set_str(th, name!(th, "__file__"), file_text)?;
    }
    if found.package {
        let folder = found.file.as_deref().and_then(Path::parent);
        let folders = match folder {
            Some(folder) => vec![th.new_str(&folder.to_string_lossy())?.value()],
            None => Vec::new(),
        };
        let path = List::from_slice(th, &folders)?.value();
        dict.set_str(th, name!(th, "__path__"), path)?;
    }
    Ok(())
}

/// The code of a module to be run as the main program (of a package: its `__main__`), the package
/// it belongs to, and its file.
pub fn locate(
    th: &mut Thread,
    name: Ref<Str>,
) -> Result<Option<(Ref<Code>, String, Option<String>)>, Raised> {
    let text = name.display();
    let parent = match text.rsplit_once('.') {
        Some((front, _)) => {
            let front = th.intern(front)?;
            Some(load_or_get(th, front)?)
        }
        None => None,
    };
    let Some(found) = find(th, &text, parent)? else { return Ok(None) };
    if found.package {
        load_or_get(th, name)?;
        let main = th.intern(&format!("{text}.__main__"))?;
        return locate(th, main);
    }
    let package = text.rsplit_once('.').map_or(String::new(), |(front, _)| front.to_owned());
    Ok(Some((found.code, package, found.file.map(|file| file.to_string_lossy().into_owned()))))
}

fn load_or_get(th: &mut Thread, name: Ref<Str>) -> Result<Value, Raised> {
    match th.vm.modules.get().get_str(th, name)? {
        Some(module) => Ok(module),
        None => load(th, name),
    }
}

/// Compiles what a person has typed so far; `None` if more is to come.
pub fn compile_interactive(th: &mut Thread, source: &str) -> Result<Option<Ref<Code>>, Raised> {
    let options = Options {
        allow_incomplete: true,
        keep_blocks_open: true,
        ignore_cookie: true,
        ..Options::default()
    };
    match compile(source.as_bytes(), "<stdin>", Mode::Single, &options) {
        Ok(compiled) => Code::new(th, Arc::new(compiled.code)).map(Some),
        Err(error) if error.class == orochi_compiler::error::ErrorClass::IncompleteInput => {
            Ok(None)
        }
        Err(error) => Err(raise_syntax_error(th, &error)),
    }
}

/// The module of that absolute name, imported if need be.
pub fn import(th: &mut Thread, name: &str) -> Result<Value, Raised> {
    let name = th.intern(name)?;
    load_or_get(th, name)
}
