//! Constants and named tuples of `sys`.

use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;
use orochi_vm::types::simple_namespace::new_namespace;
use orochi_vm::types::tuple::Tuple;

use super::{HEX_VERSION, functions, version_text};
use crate::structure::Structure;
use crate::{MODULES, library};

static VERSION_INFO: Structure = Structure::new(
    "sys.version_info",
    "sys.version_info\n\nVersion information as a named tuple.",
    &["major", "minor", "micro", "releaselevel", "serial"],
    5,
)
.sealed();

static FLAGS: Structure = Structure::new(
    "sys.flags",
    "sys.flags\n\nFlags provided through command line arguments or environment vars.",
    &[
        "debug",
        "inspect",
        "interactive",
        "optimize",
        "dont_write_bytecode",
        "no_user_site",
        "no_site",
        "ignore_environment",
        "verbose",
        "bytes_warning",
        "quiet",
        "hash_randomization",
        "isolated",
        "dev_mode",
        "utf8_mode",
        "warn_default_encoding",
        "safe_path",
        "int_max_str_digits",
        "gil",
        "thread_inherit_context",
        "context_aware_warnings",
    ],
    18,
)
.sealed();

static FLOAT_INFO: Structure = Structure::new(
    "sys.float_info",
    "sys.float_info\n\nA named tuple holding information about the float type. It contains low level\n\
     information about the precision and internal representation. Please study\n\
     your system's :file:`float.h` for more information.",
    &[
        "max",
        "max_exp",
        "max_10_exp",
        "min",
        "min_exp",
        "min_10_exp",
        "dig",
        "mant_dig",
        "epsilon",
        "radix",
        "rounds",
    ],
    11,
);

static INT_INFO: Structure = Structure::new(
    "sys.int_info",
    "sys.int_info\n\nA named tuple that holds information about Python's\n\
     internal representation of integers.  The attributes are read only.",
    &["bits_per_digit", "sizeof_digit", "default_max_str_digits", "str_digits_check_threshold"],
    4,
);

static HASH_INFO: Structure = Structure::new(
    "sys.hash_info",
    "hash_info\n\nA named tuple providing parameters used for computing hashes.\n\
     The attributes are read only.",
    &["width", "modulus", "inf", "nan", "imag", "algorithm", "hash_bits", "seed_bits", "cutoff"],
    9,
);

static THREAD_INFO: Structure = Structure::new(
    "sys.thread_info",
    "sys.thread_info\n\nA named tuple holding information about the thread implementation.",
    &["name", "lock", "version"],
    3,
);

const COPYRIGHT: &str = "Copyright (c) the Orochi authors.\n\n\
    The pure-Python library: Copyright (c) 2001 Python Software Foundation.\n\
    All Rights Reserved.";

pub(super) fn fill(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let version_info = version_info(th)?;
    let implementation = implementation(th, version_info)?;
    let flags = flags(th)?;
    let text = |th: &Thread, text: &str| -> Result<Value, Raised> { Ok(th.new_str(text)?.value()) };
    let empty = th.vm.empty_str.get().value();
    let settings = &th.vm.settings;
    let (write_no_bytecode, unbuffered) = (settings.dont_write_bytecode, settings.unbuffered);
    let git = Tuple::from_slice(th, &[text(th, "Orochi")?, empty, empty])?.value();
    let pairs = [
        ("version", text(th, &version_text())?),
        ("version_info", version_info),
        ("hexversion", th.int_from_i64(HEX_VERSION)?),
        ("api_version", Value::from_i32(1013)),
        ("implementation", implementation),
        ("flags", flags),
        ("float_info", float_info(th)?),
        ("int_info", int_info(th)?),
        ("hash_info", hash_info(th)?),
        ("thread_info", thread_info(th)?),
        ("maxsize", th.int_from_i64(i64::MAX)?),
        ("maxunicode", Value::from_i32(0x10_FFFF)),
        ("byteorder", text(th, "little")?),
        ("platform", text(th, "linux")?),
        ("copyright", text(th, COPYRIGHT)?),
        ("float_repr_style", text(th, "short")?),
        ("abiflags", empty),
        ("platlibdir", text(th, "lib")?),
        ("dont_write_bytecode", Value::from_bool(write_no_bytecode)),
        ("_unbuffered", Value::from_bool(unbuffered)),
        ("_git", git),
        ("_framework", empty),
        ("stdin", Value::NONE),
        ("stdout", Value::NONE),
        ("stderr", Value::NONE),
        ("__stdin__", Value::NONE),
        ("__stdout__", Value::NONE),
        ("__stderr__", Value::NONE),
        ("builtin_module_names", builtin_module_names(th)?),
        ("stdlib_module_names", stdlib_module_names(th)?),
        ("warnoptions", warn_options(th)?),
        ("_xoptions", x_options(th)?),
    ];
    for (name, value) in pairs {
        module.dict().set_str(th, th.name(name), value)?;
    }
    Ok(())
}

fn ints<const N: usize>(th: &Thread, numbers: [i64; N]) -> Result<[Value; N], Raised> {
    let mut values = [Value::NONE; N];
    for (value, number) in values.iter_mut().zip(numbers) {
        *value = th.int_from_i64(number)?;
    }
    Ok(values)
}

fn version_info(th: &mut Thread) -> Result<Value, Raised> {
    let [major, minor, micro, serial] = ints(th, [3, 14, 0, 0])?;
    let level = th.intern("final")?.value();
    VERSION_INFO.make(th, &[major, minor, micro, level, serial])
}

fn implementation(th: &mut Thread, version: Value) -> Result<Value, Raised> {
    let name = th.new_str("orochi")?.value();
    let cache_tag = th.new_str("orochi-314")?.value();
    let multiarch = th.new_str("x86_64-linux-gnu")?.value();
    let hexversion = th.int_from_i64(HEX_VERSION)?;
    new_namespace(
        th,
        &[
            ("name", name),
            ("cache_tag", cache_tag),
            ("version", version),
            ("hexversion", hexversion),
            ("_multiarch", multiarch),
            ("supports_isolated_interpreters", Value::FALSE),
        ],
    )
}

/// Whether `-X name` was given, as a flag or with another value than 0.
fn x_option(th: &Thread, wanted: &str) -> Option<bool> {
    let found = th.vm.settings.x_options.iter().rev().find(|(name, _)| name == wanted);
    found.map(|(_, value)| value.as_deref() != Some("0"))
}

fn environment(th: &Thread, name: &str) -> Option<String> {
    if th.vm.settings.ignore_environment {
        return None;
    }
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// `-X dev`
pub(super) fn dev_mode(th: &Thread) -> bool {
    x_option(th, "dev").unwrap_or_else(|| environment(th, "PYTHONDEVMODE").is_some())
}

fn flags(th: &mut Thread) -> Result<Value, Raised> {
    let s = &th.vm.settings;
    let warn_encoding = x_option(th, "warn_default_encoding")
        .unwrap_or_else(|| environment(th, "PYTHONWARNDEFAULTENCODING").is_some());
    let switched = |option: &str, variable: &str| {
        let given = s.x_options.iter().rev().find(|(name, _)| name == option);
        let value = match given {
            Some((_, value)) => value.clone(),
            None => environment(th, variable),
        };
        i64::from(value.is_some_and(|value| value != "0"))
    };
    let numbers = [
        i64::from(s.debug),
        i64::from(s.inspect),
        i64::from(s.inspect),
        i64::from(s.optimize),
        i64::from(s.dont_write_bytecode),
        i64::from(s.no_user_site),
        i64::from(s.no_site),
        i64::from(s.ignore_environment),
        i64::from(s.verbose),
        i64::from(s.bytes_warning),
        i64::from(s.quiet),
        i64::from(environment(th, "PYTHONHASHSEED").as_deref() != Some("0")),
        i64::from(s.isolated),
        0,
        i64::from(super::encoding::utf8_mode()),
        i64::from(warn_encoding),
        0,
        functions::int_max_str_digits(th),
        0,
        switched("thread_inherit_context", "PYTHON_THREAD_INHERIT_CONTEXT"),
        switched("context_aware_warnings", "PYTHON_CONTEXT_AWARE_WARNINGS"),
    ];
    let safe_path = s.safe_path;
    let mut values = ints(th, numbers)?;
    values[13] = Value::from_bool(dev_mode(th));
    values[16] = Value::from_bool(safe_path);
    FLAGS.make(th, &values)
}

fn float_info(th: &mut Thread) -> Result<Value, Raised> {
    let f = Value::from_f64;
    let i = Value::from_i32;
    let values = [
        f(f64::MAX),
        i(f64::MAX_EXP),
        i(f64::MAX_10_EXP),
        f(f64::MIN_POSITIVE),
        i(f64::MIN_EXP),
        i(f64::MIN_10_EXP),
        i(f64::DIGITS as i32),
        i(f64::MANTISSA_DIGITS as i32),
        f(f64::EPSILON),
        i(2),
        i(1),
    ];
    FLOAT_INFO.make(th, &values)
}

fn int_info(th: &mut Thread) -> Result<Value, Raised> {
    let values = ints(th, [30, 4, 4300, 640])?;
    INT_INFO.make(th, &values)
}

fn hash_info(th: &mut Thread) -> Result<Value, Raised> {
    let mut values = ints(th, [64, (1 << 61) - 1, 314_159, 0, 1_000_003, 0, 64, 128, 0])?;
    values[5] = th.new_str("siphash13")?.value();
    HASH_INFO.make(th, &values)
}

fn thread_info(th: &mut Thread) -> Result<Value, Raised> {
    let version = format!("NPTL {}", crate::system::process::c_library_version());
    let values = [
        th.new_str("pthread")?.value(),
        th.new_str("semaphore")?.value(),
        th.new_str(&version)?.value(),
    ];
    THREAD_INFO.make(th, &values)
}

fn builtin_module_names(th: &mut Thread) -> Result<Value, Raised> {
    let mut names: Vec<&str> = MODULES.iter().map(|module| module.name).collect();
    names.extend(["builtins", "sys"]);
    names.sort_unstable();
    let mut values = RootVec::with_capacity(names.len());
    for name in names {
        values.push(th.intern(name)?.value());
    }
    Ok(Tuple::from_slice(th, values.as_slice())?.value())
}

fn stdlib_module_names(th: &mut Thread) -> Result<Value, Raised> {
    let mut values = RootVec::new();
    for name in library::all().map(library::Entry::name).filter(|name| !name.contains('.')) {
        values.push(th.intern(name)?.value());
    }
    for name in MODULES.iter().map(|module| module.name).chain(["builtins", "sys"]) {
        values.push(th.intern(name)?.value());
    }
    let names = List::from_slice(th, values.as_slice())?.value();
    th.call(orochi_vm::types::set::FROZENSET.class().value(), &[names])
}

fn warn_options(th: &mut Thread) -> Result<Value, Raised> {
    let settings = &th.vm.settings;
    let list = List::new(th)?;
    let mut options: Vec<&str> = Vec::new();
    if dev_mode(th) {
        options.push("default");
    }
    options.extend(settings.warn_options.iter().map(String::as_str));
    match settings.bytes_warning {
        0 => {}
        1 => options.push("default::BytesWarning"),
        _ => options.push("error::BytesWarning"),
    }
    for option in options {
        let option = th.new_str(option)?.value();
        list.push(th, option)?;
    }
    Ok(list.value())
}

fn x_options(th: &mut Thread) -> Result<Value, Raised> {
    let dict = Dict::new(th)?;
    for (name, value) in &th.vm.settings.x_options {
        let name = th.intern(name)?;
        let value = match value {
            Some(value) => th.new_str(value)?.value(),
            None => Value::TRUE,
        };
        dict.set_str(th, name, value)?;
    }
    Ok(dict.value())
}
