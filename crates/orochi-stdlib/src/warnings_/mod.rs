//! `_warnings`: the core is the runtime's own (`exception::warnings`); here is its Python face.

use std::sync::OnceLock;

use orochi_vm::class::{Class, Method, function};
use orochi_vm::exception::{Raised, classes, warnings};
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::lock::RLock;
use orochi_vm::types::lock::SharedWord;
use orochi_vm::types::module::Module;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use crate::argument;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "_warnings provides basic warning filtering support.\nIt is a helper module to speed up interpreter start-up.",
    functions: FUNCTIONS,
    execute: Some(execute),
    ..ModuleSpec::named("_warnings")
};

static FUNCTIONS: &[Method] = &[
    function(
        "warn(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())",
        warn,
        "Issue a warning, or maybe ignore it or raise an exception.\n\n  message\n    Text of the warning message.\n  category\n    The Warning category subclass. Defaults to UserWarning.\n  stacklevel\n    How far up the call stack to make this warning appear. A value of 2 for\n    example attributes the warning to the caller of the code calling warn().\n  source\n    If supplied, the destroyed object which emitted a ResourceWarning\n  skip_file_prefixes\n    An optional tuple of module filename prefixes indicating frames to skip\n    during stacklevel computations for stack frame attribution.",
    ),
    function(
        "warn_explicit(message, category, filename, lineno, module=None, registry=None, module_globals=None, source=None)",
        warn_explicit,
        "Issue a warning, or maybe ignore it or raise an exception.",
    ),
    function(
        "_filters_mutated_lock_held()",
        |_, _| {
            warnings::filters_mutated();
            Ok(Value::NONE)
        },
        "",
    ),
    function("_acquire_lock()", acquire_lock, ""),
    function("_release_lock()", release_lock, ""),
];

/// Held while the filters are changed.
static LOCK: OnceLock<Rooted<Ref<RLock>>> = OnceLock::new();

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let dict = module.dict();
    let filters = warnings::default_filters(th)?;
    dict.set_str(th, name!(th, "filters"), filters)?;
    let once = Dict::new(th)?;
    dict.set_str(th, name!(th, "_onceregistry"), once.value())?;
    let default = name!(th, "default").value();
    dict.set_str(th, name!(th, "_defaultaction"), default)?;
    // The filters of a context, where contexts have their own.
    let contexts = th.import_module("_contextvars")?;
    let class = th.get_attribute(contexts, name!(th, "ContextVar"))?;
    let name = th.new_str("warnings_context")?;
    let variable = th.call(class, &[name.value()])?;
    dict.set_str(th, name!(th, "_warnings_context"), variable)
}

fn lock(th: &Thread) -> Result<Ref<RLock>, Raised> {
    if let Some(lock) = LOCK.get() {
        return Ok(lock.get());
    }
    let zero = SharedWord::new(0);
    let lock = RLock::allocate(th, zero, zero, zero)?;
    Ok(LOCK.get_or_init(|| Heap::get().roots().root(lock)).get())
}

fn acquire_lock(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    lock(th)?.acquire(th, true, None)?;
    Ok(Value::NONE)
}

fn release_lock(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    if lock(th)?.release(th) {
        return Ok(Value::NONE);
    }
    Err(th.runtime_error("cannot release un-acquired lock"))
}

/// The category that is meant: that of the message if it is a warning itself.
fn category_of(th: &mut Thread, message: Value, category: Value) -> Result<Ref<Class>, Raised> {
    let warning = classes::WARNING.class();
    let class = if th.is_instance(message, warning) {
        Some(th.class_of(message))
    } else if category.is_unbound() || category.is_none() {
        Some(classes::USER_WARNING.class())
    } else {
        category.cast::<Class>()
    };
    match class.filter(|class| class.is_subclass(warning)) {
        Some(class) => Ok(class),
        None => Err(th.type_error(format!(
            "category must be a Warning subclass, not '{}'",
            th.type_name(category)
        ))),
    }
}

fn warn(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut level = if args[2].is_unbound() { 1 } else { th.index_ssize(args[2])? };
    let source = argument::given(args[3]).unwrap_or(Value::NONE);
    let mut prefixes = None;
    if !args[4].is_unbound() {
        let Some(given) = args[4].cast::<Tuple>() else {
            return Err(th.type_error(format!(
                "warn() argument 'skip_file_prefixes' must be tuple, not {}",
                th.type_name(args[4])
            )));
        };
        for &prefix in given.as_slice() {
            if prefix.cast::<Str>().is_none() {
                return Err(th.type_error(format!(
                    "Found non-str '{}' in skip_file_prefixes.",
                    th.type_name(prefix)
                )));
            }
        }
        if !given.is_empty() {
            prefixes = Some(given);
            level = level.max(2);
        }
    }
    let category = category_of(th, args[0], args[1])?;
    warnings::warn(th, args[0], category, level.max(1) as usize, source, prefixes)?;
    Ok(Value::NONE)
}

fn warn_explicit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let category = category_of(th, args[0], args[1])?;
    let file = argument::str_argument(th, args[2], "warn_explicit() argument 'filename'")?;
    let line = i64::from(argument::c_int(th, args[3])?);
    warnings::warn_explicit_values(
        th, args[0], category, file, line, args[4], args[5], args[6], args[7],
    )?;
    Ok(Value::NONE)
}
