//! What the finder of the embedded library needs, and the hook for archives on `sys.path`.

use std::path::Path;
use std::sync::Arc;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::code::Code;
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::{frozen_name, text};
use crate::argument::encode_system;
use crate::library::{self, Place};

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "_embedded_place(name, /)",
        place,
        "What the embedded library has under a dotted name:\n'module', 'package', 'folder' or None.",
    ),
    function(
        "_embedded_names(prefix, /)",
        names,
        "Names of the modules whose dotted name begins with the prefix and has no\nfurther dot, each with whether it is a package.",
    ),
    function(
        "_embedded_code(name, path, /)",
        embedded_code,
        "The code of an embedded module, as if compiled from the path.",
    ),
    function(
        "_embedded_source(name, /)",
        source,
        "The source text of an embedded module, or None.",
    ),
    function(
        "_exec_embedded(module, /)",
        execute,
        "Run the code of an embedded module in its namespace.",
    ),
    function(
        "_tell_sources(register, /)",
        |th, args| crate::start::tell_sources(th, args[0]).map(|()| Value::NONE),
        "Call register(code, source, name) for code that comes from no file.",
    ),
    function(
        "_archive_hook(path, /)",
        archive_hook,
        "The path hook of archives: zipimport.zipimporter(path).",
    ),
];

fn place(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = text(th, args[0], "_embedded_place()")?;
    let kind = match library::place(&name) {
        Place::Nothing => return Ok(Value::NONE),
        Place::Module => "module",
        Place::Package => "package",
        Place::Folder => "folder",
    };
    Ok(th.intern(kind)?.value())
}

fn names(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let prefix = text(th, args[0], "_embedded_names()")?;
    let list = List::new(th)?;
    for entry in library::all() {
        let Some(name) = entry.name().strip_prefix(&prefix).filter(|name| !name.contains('.'))
        else {
            continue;
        };
        let pair = [th.new_str(name)?.value(), Value::from_bool(entry.is_package())];
        let pair = Tuple::from_slice(th, &pair)?.value();
        list.push(th, pair)?;
    }
    Ok(list.value())
}

fn load(th: &mut Thread, name: &str, path: &str) -> Result<Ref<Code>, Raised> {
    let code = library::find(name).and_then(|entry| entry.code_of_file(path));
    match code {
        Some(code) => Code::new(th, Arc::new(code)),
        None => Err(th.import_error(format!("No module named '{name}' in the library"))),
    }
}

fn embedded_code(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = text(th, args[0], "_embedded_code()")?;
    let path = text(th, args[1], "_embedded_code()")?;
    Ok(load(th, &name, &path)?.value())
}

fn source(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = text(th, args[0], "_embedded_source()")?;
    match library::find(frozen_name(&name)).and_then(library::Entry::source) {
        Some(source) => Ok(Str::from_generalised_utf8(th, &source)?.value()),
        None => Ok(Value::NONE),
    }
}

fn execute(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let spec = th.get_attribute(args[0], name!(th, "__spec__"))?;
    let name = th.get_attribute(spec, name!(th, "name"))?;
    let path = th.get_attribute(spec, name!(th, "origin"))?;
    let name = text(th, name, "_exec_embedded()")?;
    let path = text(th, path, "_exec_embedded()")?;
    let code = load(th, &name, &path)?;
    let dict = match args[0].cast::<Module>() {
        Some(module) => module.dict(),
        None => th.own_dict(args[0])?,
    };
    th.run_code(code, dict, dict.value(), Value::UNBOUND)?;
    Ok(Value::NONE)
}

/// Whether a path, or a beginning of it, is a file that ends as archives do.
pub fn looks_like_archive(path: &Path) -> bool {
    for place in path.ancestors() {
        let Ok(metadata) = place.metadata() else { continue };
        return metadata.is_file() && has_archive_end(place).unwrap_or(false);
    }
    false
}

/// Whether the record that ends an archive's directory is among the last bytes of the file.
fn has_archive_end(path: &Path) -> std::io::Result<bool> {
    use std::io::{Read, Seek, SeekFrom};
    // The record's own 22 bytes and the longest comment.
    const TAIL: u64 = 22 + 0xFFFF;
    let mut file = std::fs::File::open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    Ok(tail.windows(4).any(|window| window == b"PK\x05\x06"))
}

/// Most entries of `sys.path` are folders, so `zipimport` is imported only for what looks like an
/// archive.
fn archive_hook(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = match args[0].cast::<Str>() {
        Some(path) => encode_system(th, path)?,
        None => return Err(th.import_error("not a Zip file")),
    };
    let path = Path::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(&path));
    if !looks_like_archive(path) {
        return Err(th.import_error("not a Zip file"));
    }
    let module = th.import_module("zipimport")?;
    let class = th.get_attribute(module, name!(th, "zipimporter"))?;
    th.call(class, &[args[0]])
}
