//! `_csv`: reading and writing comma-separated values.
//!
//! * [`dialect`]: how fields are separated and quoted; the registry of dialects
//! * [`reader`], [`writer`]: the two directions

mod dialect;
mod reader;
mod writer;

use std::sync::atomic::{AtomicI64, Ordering};

use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, function};
use orochi_vm::exception::{BaseException, Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;
use orochi_vm::types::int;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "CSV parsing and writing.",
    functions: FUNCTIONS,
    types: &[&ERROR, &dialect::DIALECT, &reader::READER, &writer::WRITER],
    execute: Some(|th, module| {
        let dict = module.dict();
        for (class, shown) in [(&reader::READER, "Reader"), (&writer::WRITER, "Writer")] {
            let shown = th.name(shown);
            dict.set_str(th, shown, class.class().value())?;
        }
        for function in FUNCTIONS
            .iter()
            .filter(|f| f.signature.starts_with("reader(") || f.signature.starts_with("writer("))
        {
            let (name, _) = orochi_vm::native::Signature::split_name(function.signature);
            let owner = name!(th, "_csv").value();
            let made = orochi_vm::native::NativeFunction::from_method(
                th,
                &orochi_vm::native::BUILTIN_FUNCTION,
                function,
                module.value(),
                owner,
            )?;
            let name = th.name(name);
            dict.set_str(th, name, made.value())?;
        }
        for (number, name) in QUOTINGS.iter().enumerate() {
            let name = th.name(name);
            dict.set_str(th, name, Value::from_i32(number as i32))?;
        }
        let known = dialect::registry(th)?.value();
        dict.set_str(th, name!(th, "_dialects"), known)
    }),
    ..ModuleSpec::named("_csv")
};

/// Names of the kinds of quoting, by number.
static QUOTINGS: &[&str] = &[
    "QUOTE_MINIMAL",
    "QUOTE_ALL",
    "QUOTE_NONNUMERIC",
    "QUOTE_NONE",
    "QUOTE_STRINGS",
    "QUOTE_NOTNULL",
];

/// `_csv.Error`
pub static ERROR: TypeSpec = TypeSpec {
    module: "_csv",
    base: Some(&classes::EXCEPTION),
    flags: TypeFlags::BASE,
    ..TypeSpec::named("Error", NativeLayout::of::<BaseException>())
};

static FUNCTIONS: &[Method] = &[
    function(
        "reader(iterable, /, dialect='excel', **fmtparams)",
        reader::reader,
        "Return a reader object that will process lines from the given iterable.",
    ),
    function(
        "writer(fileobj, /, dialect='excel', **fmtparams)",
        writer::writer,
        "Return a writer object that will write user data on the given file object.",
    ),
    function(
        "list_dialects()",
        dialect::list_dialects,
        "Return a list of all known dialect names.",
    ),
    function(
        "register_dialect(name, dialect='excel', /, **fmtparams)",
        dialect::register_dialect,
        "Create a mapping from a string name to a CVS dialect.",
    ),
    function(
        "unregister_dialect(name)",
        dialect::unregister_dialect,
        "Delete the name/dialect mapping associated with a string name.",
    ),
    function(
        "get_dialect(name)",
        dialect::get_dialect,
        "Return the dialect instance associated with name.",
    ),
    function(
        "field_size_limit(new_limit=<unrepresentable>)",
        field_size_limit,
        "Sets an upper limit on parsed fields.\n\nReturns old limit. If limit is not given, no new limit is set and the old limit is returned",
    ),
];

static FIELD_LIMIT: AtomicI64 = AtomicI64::new(128 * 1024);

fn field_size_limit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let old = FIELD_LIMIT.load(Ordering::Relaxed);
    if !args[0].is_unbound() {
        if !int::is_int_like(args[0]) {
            return Err(th.type_error("limit must be an integer"));
        }
        match int::as_i64(args[0]) {
            Some(limit) => FIELD_LIMIT.store(limit, Ordering::Relaxed),
            None => return Err(th.overflow_error("Python int too large to convert to C long")),
        }
    }
    th.int_from_i64(old)
}

/// The most characters a field may have.
fn field_limit() -> i64 {
    FIELD_LIMIT.load(Ordering::Relaxed)
}

/// Raises `_csv.Error`.
#[cold]
fn error(th: &Thread, message: &str) -> Raised {
    th.raise_message(&ERROR, message)
}
