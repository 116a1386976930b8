//! `_imp`: what the import machinery asks of the runtime: native and embedded modules.
//!
//! The embedded library is served in two ways. The modules that CPython freezes are frozen here
//! as well ([`FROZEN`]): they are found before anything on `sys.path`. All others are found where
//! the library stands in `sys.path`, by the finder of `Lib/_orochi_library.py`, to which
//! [`embedded`] gives what it needs; so a program's own module of the same name wins as usual.

mod embedded;
mod lock;

use std::sync::Arc;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::code::Code;
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use crate::library;
pub use embedded::looks_like_archive;
pub use lock::reset_after_fork;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "(Extremely) low-level import machinery bits as used by importlib.",
    functions: FUNCTIONS,
    execute: Some(|th, module| {
        for table in [embedded::FUNCTIONS, lock::FUNCTIONS] {
            crate::sys::functions::add(th, module, table)?;
        }
        let embedded = Value::from_bool(th.vm.settings.library.is_none());
        module.dict().set_str(th, name!(th, "_library_embedded"), embedded)?;
        let value = th.new_str("default")?.value();
        module.dict().set_str(th, name!(th, "check_hash_based_pycs"), value)?;
        let token = th.int_from_i64(PYC_MAGIC)?;
        module.dict().set_str(th, name!(th, "pyc_magic_number_token"), token)
    }),
    ..ModuleSpec::named("_imp")
};

/// Magic of compiled files: ours, so that nobody else's are loaded. `\r\n` in the high half.
pub const PYC_MAGIC: i64 = 0x0A0D_4F33;

static FUNCTIONS: &[Method] = &[
    function(
        "extension_suffixes()",
        extension_suffixes,
        "Returns the list of file suffixes used to identify extension modules.",
    ),
    function(
        "find_frozen(name, /, *, withdata=False)",
        find_frozen,
        "Return info about the corresponding frozen module (if there is one) or None.",
    ),
    function(
        "get_frozen_object(name, data=None, /)",
        get_frozen_object,
        "Create a code object for a frozen module.",
    ),
    function(
        "is_frozen_package(name, /)",
        is_frozen_package,
        "Returns True if the module name is of a frozen package.",
    ),
    function(
        "is_frozen(name, /)",
        is_frozen,
        "Returns True if the module name corresponds to a frozen module.",
    ),
    function(
        "is_builtin(name, /)",
        is_builtin,
        "Returns True if the module name corresponds to a built-in module.",
    ),
    function("init_frozen(name, /)", init_frozen, "Initializes a frozen module."),
    function("create_builtin(spec, /)", create_builtin, "Create an extension module."),
    function("exec_builtin(mod, /)", exec_builtin, "Initialize a built-in module."),
    function("create_dynamic(spec, file=None, /)", create_dynamic, "Create an extension module."),
    function("exec_dynamic(mod, /)", exec_builtin, "Initialize an extension module."),
    function(
        "_fix_co_filename(code, path, /)",
        fix_filename,
        "Changes code.co_filename to specify the passed-in file path.",
    ),
    function("source_hash(key, source)", source_hash, ""),
    function(
        "_override_frozen_modules_for_tests(override, /)",
        nothing,
        "(internal-only) Override PyConfig.use_frozen_modules.",
    ),
    function(
        "_override_multi_interp_extensions_check(override, /)",
        nothing,
        "(internal-only) Override PyInterpreterConfig.check_multi_interp_extensions.",
    ),
    function(
        "_frozen_module_names()",
        frozen_names,
        "Returns the list of available frozen modules.",
    ),
];

fn text(th: &Thread, value: Value, what: &str) -> Result<String, Raised> {
    match value.cast::<Str>() {
        Some(text) => Ok(text.display()),
        None => {
            Err(th.type_error(format!("{what} argument must be str, not {}", th.type_name(value))))
        }
    }
}

fn extension_suffixes(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(List::from_slice(th, &[])?.value())
}

fn nothing(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::NONE)
}

/// The modules that are found before anything on `sys.path`: CPython's, and the Python parts of
/// native modules. In order.
const FROZEN: &[&str] = &[
    "__hello__",
    "__phello__",
    "__phello__.spam",
    "_ast_nodes",
    "_collections_abc",
    "_defaultdict",
    "_frozen_importlib",
    "_frozen_importlib_external",
    "_orochi_library",
    "_orochi_resources",
    "_sitebuiltins",
    "abc",
    "codecs",
    "genericpath",
    "importlib._bootstrap",
    "importlib._bootstrap_external",
    "importlib.machinery",
    "importlib.util",
    "io",
    "ntpath",
    "os",
    "posixpath",
    "runpy",
    "site",
    "stat",
    "zipimport",
];

fn frozen(th: &Thread, name: &str) -> Option<library::Entry> {
    // With `-X lib=…` everything but the machinery comes from there.
    let elsewhere =
        th.vm.settings.library.is_some() && !name.starts_with('_') && name != "zipimport";
    if elsewhere || FROZEN.binary_search(&name).is_err() {
        return None;
    }
    library::find(frozen_name(name))
}

fn find_frozen(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = text(th, args[0], "find_frozen()")?;
    let Some(entry) = frozen(th, &name) else { return Ok(Value::NONE) };
    let original = th.new_str(entry.name())?.value();
    let items = [Value::NONE, Value::from_bool(entry.is_package()), original];
    Ok(Tuple::from_slice(th, &items)?.value())
}

/// The bootstrap modules go by names of their own.
fn frozen_name(name: &str) -> &str {
    match name {
        "_frozen_importlib" => "importlib._bootstrap",
        "_frozen_importlib_external" => "importlib._bootstrap_external",
        other => other,
    }
}

/// The code object of an embedded module.
pub fn code_of(th: &mut Thread, name: &str) -> Result<Option<Ref<Code>>, Raised> {
    let Some(entry) = library::find(frozen_name(name)) else { return Ok(None) };
    let Some(code) = entry.code() else {
        return Err(th.import_error(format!("Frozen object named '{name}' is invalid")));
    };
    Code::new(th, Arc::new(code)).map(Some)
}

fn no_frozen(th: &Thread, name: &str) -> Raised {
    th.import_error(format!("No such frozen object named '{name}'"))
}

fn get_frozen_object(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = text(th, args[0], "get_frozen_object()")?;
    match code_of(th, &name)? {
        Some(code) => Ok(code.value()),
        None => Err(no_frozen(th, &name)),
    }
}

fn is_frozen_package(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = text(th, args[0], "is_frozen_package()")?;
    match frozen(th, &name) {
        Some(entry) => Ok(Value::from_bool(entry.is_package())),
        None => Err(no_frozen(th, &name)),
    }
}

fn is_frozen(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = text(th, args[0], "is_frozen()")?;
    Ok(Value::from_bool(frozen(th, &name).is_some()))
}

pub(crate) fn native(th: &Thread, name: &str) -> Option<&'static ModuleSpec> {
    let modules = th.vm.native_modules.get()?;
    modules.iter().copied().find(|module| module.name == name)
}

fn is_builtin(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = text(th, args[0], "is_builtin()")?;
    // Those of the start cannot be made a second time.
    let first = matches!(name.as_str(), "sys" | "builtins");
    Ok(Value::from_i32(if first { -1 } else { i32::from(native(th, &name).is_some()) }))
}

fn init_frozen(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = text(th, args[0], "init_frozen()")?;
    match code_of(th, &name)? {
        Some(code) => {
            let module = new_module(th, &name)?;
            th.run_code(code, module.dict(), module.dict().value(), Value::UNBOUND)?;
            Ok(module.value())
        }
        None => Ok(Value::NONE),
    }
}

/// A new module, entered into `sys.modules`.
pub fn new_module(th: &mut Thread, name: &str) -> Result<Ref<Module>, Raised> {
    let dict = orochi_vm::types::dict::Dict::new_namespace(th)?;
    let module = Module::allocate(th, dict)?;
    let name = th.intern(name)?;
    let builtins = th.vm.builtins.get().value();
    dict.set_str(th, name!(th, "__name__"), name.value())?;
    dict.set_str(th, name!(th, "__builtins__"), builtins)?;
    th.vm.modules.get().set(th, name.value(), module.value())?;
    Ok(module)
}

fn create_builtin(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = th.get_attribute(args[0], name!(th, "name"))?;
    let text = text(th, name, "create_builtin()")?;
    if let Some(module) = th.vm.modules.get().get(th, name)? {
        return Ok(module);
    }
    match native(th, &text) {
        Some(spec) => Ok(spec.make(th)?.value()),
        None => Ok(Value::NONE),
    }
}

fn exec_builtin(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_i32(0))
}

fn create_dynamic(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = th.get_attribute(args[0], name!(th, "name"))?;
    let message = format!("extension modules cannot be loaded: {}", th.display_str(name));
    Err(th.import_error(message))
}

fn fix_filename(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (Some(code), Some(path)) = (args[0].cast::<Code>(), args[1].cast::<Str>()) else {
        return Err(th.type_error("_fix_co_filename() takes a code object and a str"));
    };
    code.fix_filename(th, path);
    Ok(Value::NONE)
}

fn source_hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(key) = orochi_vm::types::int::as_i64(args[0]) else {
        return Err(th.type_error("an integer is required"));
    };
    let source = th.bytes_of(args[1])?;
    let mut seed = [0; 16];
    seed[..8].copy_from_slice(&key.to_le_bytes());
    let key = orochi_text::hash::HashKey::random(seed);
    let hash = orochi_text::hash::hash_bytes(key, &source);
    Ok(th.new_bytes(&hash.to_le_bytes())?.value())
}

fn frozen_names(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let list = List::from_slice(th, &[])?;
    for name in FROZEN {
        let name = th.new_str(name)?.value();
        list.push(th, name)?;
    }
    Ok(list.value())
}
