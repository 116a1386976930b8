//! Functions of `sys` that read and change settings.

use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};

use orochi_vm::class::{Method, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::{BUILTIN_FUNCTION, NativeFunction, Signature};
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::{Local, Thread};
use orochi_vm::types::dict::Dict;
use orochi_vm::types::int::{as_i64, digit_limit, set_digit_limit};
use orochi_vm::types::module::Module;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use crate::argument::{c_int, str_argument};
use crate::structure::Structure;

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "exit(status=None, /)",
        exit,
        "Exit the interpreter by raising SystemExit(status).\n\nIf the status is omitted or None, it defaults to zero (i.e., success).\nIf the status is an integer, it will be used as the system exit status.\nIf it is another kind of object, it will be printed and the system\nexit status will be one (i.e., failure).",
    ),
    function(
        "getsizeof(object, default=<unrepresentable>)",
        getsizeof,
        "getsizeof(object [, default]) -> int\n\nReturn the size of object in bytes.",
    ),
    function(
        "getrecursionlimit()",
        getrecursionlimit,
        "Return the current value of the recursion limit.",
    ),
    function(
        "setrecursionlimit(limit, /)",
        setrecursionlimit,
        "Set the maximum depth of the Python interpreter stack to n.",
    ),
    function("intern(string, /)", intern, "``Intern'' the given string."),
    function(
        "_is_interned(string, /)",
        is_interned,
        "Return True if the given string is \"interned\".",
    ),
    function(
        "_is_immortal(op, /)",
        is_immortal,
        "Return True if the given object is \"immortal\" per PEP 683.",
    ),
    function("is_finalizing()", is_finalizing, "Return True if Python is exiting."),
    function(
        "getdefaultencoding()",
        encoding,
        "Return the current default encoding used by the Unicode implementation.",
    ),
    function(
        "getfilesystemencoding()",
        encoding,
        "Return the encoding used to convert Unicode filenames to OS filenames.",
    ),
    function(
        "getfilesystemencodeerrors()",
        encode_errors,
        "Return the error mode used for Unicode to OS filename conversion.",
    ),
    function(
        "getswitchinterval()",
        getswitchinterval,
        "Return the current thread switch interval; see sys.setswitchinterval().",
    ),
    function(
        "setswitchinterval(interval, /)",
        setswitchinterval,
        "Set the ideal thread switching delay inside the Python interpreter.",
    ),
    function(
        "get_int_max_str_digits()",
        get_int_max,
        "Return the maximum string digits limit for non-binary int<->str conversions.",
    ),
    function(
        "set_int_max_str_digits(maxdigits)",
        set_int_max,
        "Set the maximum string digits limit for non-binary int<->str conversions.",
    ),
    function("_is_gil_enabled()", answer_false, "Return True if the GIL is currently enabled."),
    function("_clear_type_cache()", nothing, "Clear the internal type lookup cache."),
    function(
        "_clear_type_descriptors(type, /)",
        nothing,
        "Private function for clearing certain descriptors from a type's dictionary",
    ),
    function("_clear_internal_caches()", nothing, "Clear all internal performance-related caches."),
    function(
        "_debugmallocstats()",
        nothing,
        "Print debug info to stderr about the state of pymalloc and structmalloc.",
    ),
    function("getrefcount(object, /)", getrefcount, "Return the reference count of object."),
    function(
        "getallocatedblocks()",
        getallocatedblocks,
        "Return the number of memory blocks currently allocated.",
    ),
    function(
        "getunicodeinternedsize(*, _only_immortal=False)",
        getinterned,
        "Return the number of elements of the unicode interned dictionary",
    ),
    function(
        "getdlopenflags()",
        getdlopenflags,
        "Return the current value of the flags that are used for dlopen calls.",
    ),
    function(
        "setdlopenflags(flags, /)",
        setdlopenflags,
        "Set the flags used by the interpreter for dlopen calls.",
    ),
    function(
        "get_asyncgen_hooks()",
        get_asyncgen_hooks,
        "Return the installed asynchronous generators hooks.",
    ),
    function(
        "set_asyncgen_hooks(firstiter=<unrepresentable>, finalizer=<unrepresentable>)",
        set_asyncgen_hooks,
        "set_asyncgen_hooks([firstiter] [, finalizer])\n\nSet a finalizer for async generators objects.",
    ),
    function(
        "get_coroutine_origin_tracking_depth()",
        get_origin_depth,
        "Check status of origin tracking for coroutine objects in this thread.",
    ),
    function(
        "set_coroutine_origin_tracking_depth(depth)",
        set_origin_depth,
        "Enable or disable origin tracking for coroutine objects in this thread.",
    ),
    function(
        "activate_stack_trampoline(backend, /)",
        no_trampoline,
        "Activate stack profiler trampoline *backend*.",
    ),
    function(
        "deactivate_stack_trampoline()",
        nothing,
        "Deactivate the current stack profiler trampoline backend.",
    ),
    function(
        "is_stack_trampoline_active()",
        answer_false,
        "Return *True* if a stack profiler trampoline is active.",
    ),
    function(
        "is_remote_debug_enabled()",
        answer_false,
        "Return True if remote debugging is enabled, False otherwise.",
    ),
    function(
        "_get_cpu_count_config()",
        cpu_count_config,
        "Private function for getting PyConfig.cpu_count",
    ),
    function(
        "call_tracing(func, args, /)",
        call_tracing,
        "Call func(*args), while tracing is enabled.",
    ),
];

static ASYNCGEN_HOOKS: Structure = Structure::new(
    "sys.asyncgen_hooks",
    "asyncgen_hooks\n\nStruct sequence providing information about asynchronous\n\
     generators hooks.  The attributes are read only.",
    &["firstiter", "finalizer"],
    2,
);

/// Adds functions to a module.
pub(crate) fn add(
    th: &mut Thread,
    module: Ref<Module>,
    functions: &'static [Method],
) -> Result<(), Raised> {
    let dict: Ref<Dict> = module.dict();
    let name = dict.get_str(th, th.name("__name__"))?.unwrap_or(Value::NONE);
    for method in functions {
        let function =
            NativeFunction::from_method(th, &BUILTIN_FUNCTION, method, module.value(), name)?;
        let (key, _) = Signature::split_name(method.signature);
        dict.set_str(th, th.name(key), function.value())?;
    }
    Ok(())
}

fn nothing(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::NONE)
}

fn answer_false(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::FALSE)
}

fn exit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = classes::SYSTEM_EXIT.class();
    let status = args[0];
    if status.is_unbound() || status.is_none() {
        return Err(th.raise_with(class, &[]));
    }
    if th.is_instance(status, class) {
        return Err(th.raise_value(status));
    }
    match status.cast::<Tuple>() {
        Some(several) => Err(th.raise_with(class, several.as_slice())),
        None => Err(th.raise_with(class, &[status])),
    }
}

fn getsizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = th.class_of(args[0]).value();
    let sized = th.get_attribute(class, name!(th, "__sizeof__")).and_then(|method| {
        let own = th.class_of(class);
        let size = if own == orochi_vm::types::type_::SPEC.class()
            && args[0].cast::<orochi_vm::class::Class>().is_some()
        {
            th.call_method(args[0], name!(th, "__sizeof__"), &[])?
        } else {
            th.call(method, &[args[0]])?
        };
        th.index(size)
    });
    match sized {
        Ok(size) => match as_i64(size) {
            Some(size) if size >= 0 => th.int_from_i64(size),
            _ => Err(th.value_error("__sizeof__() should return >= 0")),
        },
        Err(raised) => {
            if !args[1].is_unbound() && th.catch(raised, &classes::TYPE_ERROR).is_some() {
                return Ok(args[1]);
            }
            Err(raised)
        }
    }
}

fn getrecursionlimit(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.int_from_i64(i64::from(th.vm.recursion_limit.load(Ordering::Relaxed)))
}

fn setrecursionlimit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let limit = c_int(th, args[0])?;
    if limit < 1 {
        return Err(th.value_error("recursion limit must be greater or equal than 1"));
    }
    let depth = th.recursion_depth();
    if depth >= limit as u32 {
        return Err(th.raise_message(
            &classes::RECURSION_ERROR,
            &format!(
                "cannot set the recursion limit to {limit} at the recursion depth {depth}: \
                 the limit is too low"
            ),
        ));
    }
    th.irrevocable()?;
    th.set_recursion_limit(limit as u32);
    Ok(Value::NONE)
}

fn intern(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if let Some(exact) = args[0].cast_exact::<Str>() {
        return Ok(th.intern_str(exact).value());
    }
    let kind = th.type_name(args[0]);
    if args[0].cast::<Str>().is_some() {
        return Err(th.type_error(format!("can't intern {kind}")));
    }
    Err(th.type_error(format!("intern() argument must be str, not {kind}")))
}

fn is_interned(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let text = str_argument(th, args[0], "_is_interned() argument")?;
    Ok(Value::from_bool(text.is_interned()))
}

fn is_immortal(_: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(!args[0].is_object()))
}

fn is_finalizing(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(th.vm.finalising.load(Ordering::Relaxed)))
}

fn encoding(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(name!(th, "utf-8").value())
}

fn encode_errors(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(name!(th, "surrogateescape").value())
}

/// The bits of `sys.getswitchinterval()`; nothing reads it, as threads need not take turns.
static SWITCH_INTERVAL: AtomicU64 = AtomicU64::new(0.005_f64.to_bits());

fn getswitchinterval(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_f64(f64::from_bits(SWITCH_INTERVAL.load(Ordering::Relaxed))))
}

fn setswitchinterval(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let interval = crate::argument::float(th, args[0])?;
    if interval.is_nan() || interval <= 0.0 {
        return Err(th.value_error("switch interval must be strictly positive"));
    }
    th.irrevocable()?;
    SWITCH_INTERVAL.store(interval.to_bits(), Ordering::Relaxed);
    Ok(Value::NONE)
}

/// The limit of digits in conversions between int and text: from `-X int_max_str_digits` or
/// `PYTHONINTMAXSTRDIGITS`.
pub(super) fn int_max_str_digits(th: &Thread) -> i64 {
    let settings = &th.vm.settings;
    let option = settings.x_options.iter().rev().find(|(name, _)| name == "int_max_str_digits");
    let given = match option {
        Some((_, value)) => value.clone(),
        None if settings.ignore_environment => None,
        None => std::env::var("PYTHONINTMAXSTRDIGITS").ok(),
    };
    let number = given.and_then(|text| text.parse().ok()).filter(|&n: &i64| n == 0 || n >= 640);
    let limit = number.unwrap_or(4300);
    set_digit_limit(limit as usize);
    limit
}

fn get_int_max(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.int_from_i64(digit_limit() as i64)
}

fn set_int_max(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let limit = c_int(th, args[0])?;
    if limit != 0 && limit < 640 {
        return Err(th.value_error("maxdigits must be 0 or larger than 640"));
    }
    th.irrevocable()?;
    set_digit_limit(limit as usize);
    Ok(Value::NONE)
}

// There are no counts: the answer is that of an object with one name.
fn getrefcount(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_i32(2))
}

fn getallocatedblocks(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let bytes = crate::system::process::resident_bytes();
    th.int_from_i64((bytes / 64) as i64)
}

fn getinterned(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_i32(0))
}

static DLOPEN_FLAGS: AtomicI32 = AtomicI32::new(libc::RTLD_NOW);

fn getdlopenflags(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_i32(DLOPEN_FLAGS.load(Ordering::Relaxed)))
}

fn setdlopenflags(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let flags = c_int(th, args[0])?;
    th.irrevocable()?;
    DLOPEN_FLAGS.store(flags, Ordering::Relaxed);
    Ok(Value::NONE)
}

fn local_or_none(th: &Thread, which: Local) -> Value {
    let value = th.local(which);
    if value.is_unbound() { Value::NONE } else { value }
}

fn get_asyncgen_hooks(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let first = local_or_none(th, Local::AsyncGenFirstIter);
    let finalizer = local_or_none(th, Local::AsyncGenFinalizer);
    ASYNCGEN_HOOKS.make(th, &[first, finalizer])
}

fn set_asyncgen_hooks(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    for (value, what) in [(args[1], "finalizer"), (args[0], "firstiter")] {
        if !value.is_unbound() && !value.is_none() && !th.is_callable(value) {
            let kind = th.type_name(value);
            return Err(th.type_error(format!("callable {what} expected, got {kind}")));
        }
    }
    for (value, which) in [(args[0], Local::AsyncGenFirstIter), (args[1], Local::AsyncGenFinalizer)]
    {
        if !value.is_unbound() {
            th.set_local(which, if value.is_none() { Value::UNBOUND } else { value });
        }
    }
    Ok(Value::NONE)
}

fn get_origin_depth(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_i32(th.origin_depth.get()))
}

fn set_origin_depth(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let depth = c_int(th, args[0])?;
    if depth < 0 {
        return Err(th.value_error("depth must be >= 0"));
    }
    th.origin_depth.set(depth);
    Ok(Value::NONE)
}

fn no_trampoline(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let backend = str_argument(th, args[0], "activate_stack_trampoline() argument")?.display();
    if backend == "perf" || backend == "perf_jit" {
        return Err(th.value_error("perf trampoline not available"));
    }
    Err(th.value_error(format!("invalid backend: {backend}")))
}

/// `-X cpu_count=n` or `PYTHON_CPU_COUNT`.
pub(crate) fn cpu_count(th: &Thread) -> Option<i64> {
    let settings = &th.vm.settings;
    let option = settings.x_options.iter().rev().find(|(name, _)| name == "cpu_count");
    let given = match option {
        Some((_, value)) => value.clone(),
        None if settings.ignore_environment => None,
        None => std::env::var("PYTHON_CPU_COUNT").ok(),
    };
    given.and_then(|text| text.parse::<i64>().ok()).filter(|&count| count > 0)
}

fn cpu_count_config(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let count = cpu_count(th);
    th.int_from_i64(count.unwrap_or(-1))
}

fn call_tracing(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match args[1].cast::<Tuple>() {
        Some(arguments) => th.call(args[0], arguments.as_slice()),
        None => {
            let kind = th.type_name(args[1]);
            Err(th.type_error(format!("call_tracing() argument 2 must be tuple, not {kind}")))
        }
    }
}
