//! Running the main program.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;

use super::compile::compile_program;
use super::{Program, interactive};
use crate::argument::decode_system;
use crate::imp;

/// The module `__main__`.
pub(super) fn main_module(th: &mut Thread) -> Result<Ref<Module>, Raised> {
    let main = th.vm.modules.get().get_str(th, name!(th, "__main__"))?;
    match main.and_then(|main| main.cast::<Module>()) {
        Some(main) => Ok(main),
        None => imp::new_module(th, "__main__"),
    }
}

fn path_list(th: &mut Thread) -> Result<Option<Ref<List>>, Raised> {
    let path = th.vm.sys.get().get_str(th, name!(th, "path"))?;
    Ok(path.and_then(|path| path.cast::<List>()))
}

/// Puts the main program's folder first in `sys.path`.
pub(super) fn set_path(th: &mut Thread, first: &[u8]) -> Result<(), Raised> {
    if th.vm.settings.safe_path {
        return Ok(());
    }
    insert_path(th, first)
}

fn insert_path(th: &mut Thread, first: &[u8]) -> Result<(), Raised> {
    let Some(path) = path_list(th)? else { return Ok(()) };
    let first = decode_system(th, first)?.value();
    th.call_method(path.value(), name!(th, "insert"), &[Value::from_i32(0), first]).map(drop)
}

/// Writes a message to `sys.stderr` and makes the program end with a status.
fn give_up(th: &mut Thread, message: &str, status: i32) -> Raised {
    let mut out = orochi_vm::exception::print::Output::new();
    out.push(message);
    out.push("\n");
    if orochi_vm::exception::print::write_to_stderr(th, out).is_err() {
        th.take_exception();
    }
    th.raise_with(classes::SYSTEM_EXIT.class(), &[Value::from_i32(status)])
}

pub(super) fn run(th: &mut Thread, program: &Program) -> Result<(), Raised> {
    let main = main_module(th)?;
    match program {
        Program::Command(source) => {
            set_path(th, b"")?;
            if std::str::from_utf8(source).is_err() {
                return Err(undecodable(th, source));
            }
            run_source(th, main, source, "<string>")
        }
        Program::Stdin => {
            set_path(th, b"")?;
            let mut source = Vec::new();
            let read = th.away(|| std::io::Read::read_to_end(&mut std::io::stdin(), &mut source));
            if let Err(error) = read {
                return Err(th.os_error(error.raw_os_error().unwrap_or(libc::EIO)));
            }
            run_source(th, main, &source, "<stdin>")
        }
        Program::Script(path) => run_script(th, main, path),
        Program::Module(name) => {
            let here = std::env::current_dir().unwrap_or_default();
            set_path(th, here.as_os_str().as_bytes())?;
            let name = th.new_str(name)?.value();
            run_as_main(th, name, true)
        }
        Program::Interactive => {
            set_path(th, b"")?;
            interactive::interact(th, main, true)
        }
    }
}

/// Says that the command is no UTF-8.
fn undecodable(th: &mut Thread, source: &[u8]) -> Raised {
    let mut out = orochi_vm::exception::print::Output::new();
    out.push("Unable to decode the command from the command line:\n");
    if orochi_vm::exception::print::write_to_stderr(th, out).is_err() {
        th.take_exception();
    }
    let text = decode_system(th, source);
    match text.and_then(|text| th.call_method(text.value(), name!(th, "encode"), &[])) {
        Err(raised) => raised,
        Ok(_) => th.value_error("the command cannot be decoded"),
    }
}

/// `runpy._run_module_as_main(name, alter_argv)`
fn run_as_main(th: &mut Thread, name: Value, alter_argv: bool) -> Result<(), Raised> {
    let runpy = th.import_module("runpy")?;
    let run = th.get_attribute(runpy, name!(th, "_run_module_as_main"))?;
    th.call(run, &[name, Value::from_bool(alter_argv)]).map(drop)
}

/// Whether `sys.path_hooks` know an importer for a path: it is a folder or an archive, whose
/// `__main__` is run.
fn has_importer(th: &mut Thread, path: &OsStr) -> Result<bool, Raised> {
    // The hooks know no other files; asking them costs the import of `zipimport`.
    let place = Path::new(path);
    if !place.is_dir() && !imp::looks_like_archive(place) {
        return Ok(false);
    }
    let path = decode_system(th, path.as_bytes())?.value();
    let machinery = th.import_module("_frozen_importlib_external")?;
    let finder = th.get_attribute(machinery, name!(th, "PathFinder"))?;
    let importer = th.call_method(finder, name!(th, "_path_importer_cache"), &[path])?;
    Ok(!importer.is_none())
}

/// A script's path as `__file__` and tracebacks show it: still right when the program has changed
/// the folder it is in.
fn absolute(path: &Path) -> PathBuf {
    match std::env::current_dir() {
        Ok(here) if path.is_relative() => here.join(path.strip_prefix(".").unwrap_or(path)),
        _ => path.into(),
    }
}

fn run_script(th: &mut Thread, main: Ref<Module>, path: &OsStr) -> Result<(), Raised> {
    let path = absolute(Path::new(path));
    let path = path.as_os_str();
    if has_importer(th, path)? {
        insert_path(th, path.as_bytes())?;
        let name = th.intern("__main__")?.value();
        return run_as_main(th, name, false);
    }
    let read = th.away(|| std::fs::read(path));
    let source = match read {
        Ok(source) => source,
        Err(error) => {
            let shown = decode_system(th, path.as_bytes())?;
            let shown = th.repr(shown.value())?.display();
            let errno = error.raw_os_error().unwrap_or(libc::EIO);
            let reason = orochi_vm::exception::text_of_errno(errno);
            let command = th.vm.settings.executable.display().to_string();
            let message = format!("{command}: can't open file {shown}: [Errno {errno}] {reason}");
            return Err(give_up(th, &message, 2));
        }
    };
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let folder = real.parent().unwrap_or(Path::new("")).as_os_str().as_bytes().to_vec();
    set_path(th, &folder)?;
    let file = decode_system(th, path.as_bytes())?;
    let dict = main.dict();
    dict.set_str(th, name!(th, "__file__"), file.value())?;
    let compiled = path.as_bytes().ends_with(b".pyc");
    let loader = if compiled { "SourcelessFileLoader" } else { "SourceFileLoader" };
    let machinery = th.import_module("_frozen_importlib_external")?;
    let loader = th.intern(loader)?;
    let class = th.get_attribute(machinery, loader)?;
    let loader = th.call(class, &[name!(th, "__main__").value(), file.value()])?;
    dict.set_str(th, name!(th, "__loader__"), loader)?;
    dict.set_str(th, name!(th, "__cached__"), Value::NONE)?;
    if compiled {
        let code =
            th.call_method(loader, name!(th, "get_code"), &[name!(th, "__main__").value()])?;
        let run = th.vm.builtins.get().get_str(th, name!(th, "exec"))?;
        return match run {
            Some(run) => th.call(run, &[code, dict.value()]).map(drop),
            None => Ok(()),
        };
    }
    run_source(th, main, &source, &file.display())
}

fn run_source(
    th: &mut Thread,
    main: Ref<Module>,
    source: &[u8],
    filename: &str,
) -> Result<(), Raised> {
    let code = compile_program(th, source, filename)?;
    th.run_code(code, main.dict(), main.dict().value(), Value::UNBOUND).map(drop)
}
