//! Where the runtime, its library and the program's arguments are.
//!
//! The library is part of the binary: the folder that `sys.path` names for it after `PYTHONPATH`
//! need not exist, its modules come from the finder of `Lib/_orochi_library.py`. `site` adds
//! what is installed under the prefix. A `pyvenv.cfg` beside the
//! executable or one folder up makes that folder the prefix, as in PEP 405.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;

use super::list_of_texts;
use crate::argument::decode_system;

/// Where the executable is installed.
struct Prefixes {
    prefix: PathBuf,
    base: PathBuf,
    base_executable: PathBuf,
}

impl Prefixes {
    fn find(executable: &Path) -> Prefixes {
        let own = installed_under(executable);
        let folder = executable.parent().unwrap_or(Path::new("/"));
        for place in [Some(folder), folder.parent()].into_iter().flatten() {
            let Ok(text) = fs::read_to_string(place.join("pyvenv.cfg")) else { continue };
            let Some(home) = setting(&text, "home") else { continue };
            let home = PathBuf::from(home);
            let real = fs::canonicalize(executable).unwrap_or_else(|_| executable.to_owned());
            let base_executable = match setting(&text, "executable") {
                Some(path) => PathBuf::from(path),
                None => executable.file_name().map_or(real, |name| home.join(name)),
            };
            let base = home.parent().unwrap_or(&home).to_owned();
            return Prefixes { prefix: place.to_owned(), base, base_executable };
        }
        Prefixes { prefix: own.clone(), base: own, base_executable: executable.to_owned() }
    }
}

fn installed_under(executable: &Path) -> PathBuf {
    let real = fs::canonicalize(executable).unwrap_or_else(|_| executable.to_owned());
    match real.parent() {
        Some(folder) if folder.ends_with("bin") => {
            folder.parent().unwrap_or(Path::new("/")).to_owned()
        }
        Some(folder) => folder.to_owned(),
        None => PathBuf::from("/usr/local"),
    }
}

fn setting(text: &str, wanted: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim().eq_ignore_ascii_case(wanted)).then(|| value.trim().to_owned())
    })
}

pub(super) fn fill(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let settings = &th.vm.settings;
    let argv = list_of_texts(th, settings.argv.iter().map(|arg| arg.as_os_str()))?.value();
    let original = list_of_texts(th, settings.orig_argv.iter().map(|arg| arg.as_os_str()))?.value();
    let prefixes = Prefixes::find(Path::new(&settings.executable));
    let mut path: Vec<PathBuf> = Vec::new();
    if !settings.ignore_environment
        && let Some(given) = std::env::var_os("PYTHONPATH")
    {
        let parts = given.as_bytes().split(|&byte| byte == b':').filter(|part| !part.is_empty());
        path.extend(parts.map(|part| PathBuf::from(OsStr::from_bytes(part))));
    }
    let library = settings.library.clone().unwrap_or_else(|| prefixes.base.join("lib/orochi3.14"));
    path.push(library.clone());
    let path = list_of_texts(th, path.iter().map(|path| path.as_os_str()))?.value();
    let executable = decode_system(th, settings.executable.as_bytes())?.value();
    let prefix = decode_system(th, prefixes.prefix.as_os_str().as_bytes())?.value();
    let base = decode_system(th, prefixes.base.as_os_str().as_bytes())?.value();
    let base_executable =
        decode_system(th, prefixes.base_executable.as_os_str().as_bytes())?.value();
    let library = decode_system(th, library.as_os_str().as_bytes())?.value();
    let modules = th.vm.modules.get().value();
    let pairs = [
        ("argv", argv),
        ("orig_argv", original),
        ("executable", executable),
        ("_base_executable", base_executable),
        ("prefix", prefix),
        ("exec_prefix", prefix),
        ("base_prefix", base),
        ("base_exec_prefix", base),
        ("_stdlib_dir", library),
        ("path", path),
        ("modules", modules),
        ("path_hooks", List::new(th)?.value()),
        ("meta_path", List::new(th)?.value()),
        ("path_importer_cache", Dict::new(th)?.value()),
        ("pycache_prefix", pycache_prefix(th)?),
    ];
    for (name, value) in pairs {
        module.dict().set_str(th, th.name(name), value)?;
    }
    Ok(())
}

fn pycache_prefix(th: &Thread) -> Result<Value, Raised> {
    let settings = &th.vm.settings;
    let option = settings.x_options.iter().rev().find(|(name, _)| name == "pycache_prefix");
    if let Some((_, value)) = option {
        return match value.as_deref() {
            Some(folder) if !folder.is_empty() => Ok(th.new_str(folder)?.value()),
            _ => Ok(Value::NONE),
        };
    }
    match std::env::var_os("PYTHONPYCACHEPREFIX") {
        Some(folder) if !settings.ignore_environment && !folder.is_empty() => {
            Ok(decode_system(th, folder.as_bytes())?.value())
        }
        _ => Ok(Value::NONE),
    }
}
