//! Hooks of `sys`: display, uncaught exceptions, audit, tracing.

use std::sync::OnceLock;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::{self, Raised, classes};
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::name;
use orochi_vm::native::Arguments;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::{Local, Thread};
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "exc_info()",
        exc_info,
        "Return current exception information: (type, value, traceback).",
    ),
    function("exception()", current_exception, "Return the current exception."),
    function(
        "displayhook(object, /)",
        displayhook,
        "Print an object to sys.stdout and also save it in builtins._",
    ),
    function(
        "excepthook(exctype, value, traceback, /)",
        exception::print::hook_function,
        "Handle an exception by displaying it with a traceback on sys.stderr.",
    ),
    function(
        "unraisablehook(unraisable, /)",
        exception::unraisable::hook_function,
        "Handle an unraisable exception.",
    ),
    function(
        "breakpointhook(*args, **kwargs)",
        breakpointhook,
        "breakpointhook($module, /, *args, **kwargs)\n--\n\nThis hook function is called by built-in breakpoint().\n",
    ),
    function("addaudithook(hook)", addaudithook, "Adds a new audit hook callback."),
    function(
        "audit(event, /, *args)",
        audit,
        "audit($module, event, /, *args)\n--\n\nPasses the event to any hooks that are attached.",
    ),
    function("settrace(function, /)", settrace, "Set the global debug tracing function."),
    function(
        "gettrace()",
        gettrace,
        "Return the global debug tracing function set with sys.settrace.",
    ),
    function("setprofile(function, /)", setprofile, "Set the profiling function."),
    function("getprofile()", getprofile, "Return the profiling function set with sys.setprofile."),
    function(
        "_settraceallthreads(function, /)",
        |th, args| set_everywhere(th, Local::Trace, args[0]),
        "Set the global debug tracing function in all running threads belonging to the current interpreter.",
    ),
    function(
        "_setprofileallthreads(function, /)",
        |th, args| set_everywhere(th, Local::Profile, args[0]),
        "Set the profiling function in all running threads belonging to the current interpreter.",
    ),
];

pub(super) fn fill(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    for name in ["displayhook", "excepthook", "unraisablehook", "breakpointhook"] {
        let hook = module.dict().get_str(th, th.name(name))?.unwrap_or(Value::NONE);
        module.dict().set_str(th, th.name(&format!("__{name}__")), hook)?;
    }
    Ok(())
}

fn exc_info(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let handled = th.handled_exception();
    if handled.is_none() || handled.is_unbound() {
        return Ok(Tuple::from_slice(th, &[Value::NONE; 3])?.value());
    }
    let traceback = exception::traceback_of(th, handled)?;
    let class = th.class_of(handled).value();
    Ok(Tuple::from_slice(th, &[class, handled, traceback])?.value())
}

fn current_exception(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let handled = th.handled_exception();
    Ok(if handled.is_unbound() { Value::NONE } else { handled })
}

fn displayhook(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[0].is_none() {
        return Ok(Value::NONE);
    }
    let builtins = th.vm.builtins.get();
    let underscore = name!(th, "_");
    builtins.set_str(th, underscore, Value::NONE)?;
    let stdout = th.vm.sys.get().get_str(th, name!(th, "stdout"))?;
    let Some(stdout) = stdout.filter(|stream| !stream.is_none()) else {
        return Err(th.runtime_error("lost sys.stdout"));
    };
    let text = th.repr(args[0])?;
    let write = name!(th, "write");
    if let Err(raised) = th.call_method(stdout, write, &[text.value()]) {
        if th.catch(raised, &classes::UNICODE_ENCODE_ERROR).is_none() {
            return Err(raised);
        }
        write_escaped(th, stdout, text)?;
    }
    let newline = th.intern("\n")?.value();
    th.call_method(stdout, write, &[newline])?;
    builtins.set_str(th, underscore, args[0])?;
    Ok(Value::NONE)
}

/// Writes text that the stream's encoding lacks characters for.
fn write_escaped(th: &mut Thread, stdout: Value, text: Ref<Str>) -> Result<(), Raised> {
    let encoding = th.get_attribute(stdout, name!(th, "encoding"))?;
    let errors = name!(th, "backslashreplace").value();
    let bytes = th.call_method(text.value(), name!(th, "encode"), &[encoding, errors])?;
    match th.find_attribute(stdout, name!(th, "buffer"))? {
        Some(buffer) => th.call_method(buffer, name!(th, "write"), &[bytes])?,
        None => {
            let escaped = th.call_method(bytes, name!(th, "decode"), &[encoding])?;
            th.call_method(stdout, name!(th, "write"), &[escaped])?
        }
    };
    Ok(())
}

fn breakpointhook(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let variable = if th.vm.settings.ignore_environment {
        None
    } else {
        std::env::var("PYTHONBREAKPOINT").ok()
    };
    let target = match variable.as_deref() {
        None | Some("") => "pdb.set_trace",
        Some("0") => return Ok(Value::NONE),
        Some(target) => target,
    };
    let (module, attribute) = target.rsplit_once('.').unwrap_or(("builtins", target));
    let found = th.import_module(module).and_then(|module| {
        let attribute = th.intern(attribute)?;
        th.get_attribute(module, attribute)
    });
    let hook = match found {
        Ok(hook) => hook,
        Err(Raised::Abort) => return Err(Raised::Abort),
        Err(raised) => {
            if th.catch(raised, &classes::EXCEPTION).is_none() {
                return Err(raised);
            }
            let message = format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{target}\"");
            th.warn(&classes::RUNTIME_WARNING, &message, 1)?;
            return Ok(Value::NONE);
        }
    };
    call_spread(th, hook, args[0], args[1])
}

/// `callable(*args, **kwargs)`
fn call_spread(
    th: &mut Thread,
    callable: Value,
    args: Value,
    kwargs: Value,
) -> Result<Value, Raised> {
    let mut values = orochi_vm::heap::RootVec::new();
    th.collect(args, &mut values)?;
    let mut names = orochi_vm::heap::RootVec::new();
    if let Some(dict) = kwargs.cast::<orochi_vm::types::dict::Dict>() {
        let mut position = 0;
        while let Some((key, value, next)) = dict.entry_from(th, position)? {
            names.push(key);
            values.push(value);
            position = next;
        }
    }
    let names =
        if names.is_empty() { None } else { Some(Tuple::from_slice(th, names.as_slice())?) };
    th.call_with(callable, Arguments { values: values.as_slice(), names })
}

/// The audit hooks, in the order in which they were added.
static AUDIT_HOOKS: OnceLock<Rooted<Ref<List>>> = OnceLock::new();

fn addaudithook(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = List::new(th)?;
    let hooks = AUDIT_HOOKS.get_or_init(|| Heap::get().roots().root(list)).get();
    hooks.push(th, args[0])?;
    Ok(Value::NONE)
}

fn audit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[0].cast::<Str>().is_none() {
        let kind = th.type_name(args[0]);
        return Err(th.type_error(format!("expected str for argument 'event', not {kind}")));
    }
    let Some(hooks) = AUDIT_HOOKS.get() else { return Ok(Value::NONE) };
    let hooks = hooks.get();
    let mut at = 0;
    while let Some(hook) = hooks.get(th, at)? {
        th.call(hook, &[args[0], args[1]])?;
        at += 1;
    }
    Ok(Value::NONE)
}

fn set(th: &mut Thread, which: Local, value: Value) -> Result<Value, Raised> {
    th.irrevocable()?;
    th.set_trace_function(which, if value.is_none() { Value::UNBOUND } else { value });
    Ok(Value::NONE)
}

fn set_everywhere(th: &mut Thread, which: Local, value: Value) -> Result<Value, Raised> {
    let function = if value.is_none() { Value::UNBOUND } else { value };
    th.irrevocable()?;
    th.set_trace_function_everywhere(which, function);
    Ok(Value::NONE)
}

fn get(th: &mut Thread, which: Local) -> Result<Value, Raised> {
    let value = th.local(which);
    Ok(if value.is_unbound() { Value::NONE } else { value })
}

fn settrace(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    set(th, Local::Trace, args[0])
}

fn gettrace(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    get(th, Local::Trace)
}

fn setprofile(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    set(th, Local::Profile, args[0])
}

fn getprofile(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    get(th, Local::Profile)
}
