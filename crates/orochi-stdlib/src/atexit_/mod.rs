//! `atexit`: functions to be called when the program ends. The command calls them by
//! `_run_exitfuncs`.

use std::sync::OnceLock;

use orochi_vm::class::create::call_with_dict;
use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::list::List;
use orochi_vm::types::tuple::Tuple;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "allow programmer to define multiple exit functions to be executed\nupon normal program termination.\n\nTwo public functions, register and unregister, are defined.\n",
    functions: FUNCTIONS,
    ..ModuleSpec::named("atexit")
};

static FUNCTIONS: &[Method] = &[
    function(
        "register(func, /, *args, **kwargs)",
        register,
        "Register a function to be executed upon normal program termination\n\n    func - function to be called at exit\n    args - optional arguments to pass to func\n    kwargs - optional keyword arguments to pass to func\n\n    func is returned to facilitate usage as a decorator.",
    ),
    function(
        "unregister(func, /)",
        unregister,
        "Unregister an exit function which was previously registered using\natexit.register\n\n    func - function to be unregistered",
    ),
    function("_clear()", clear, "Clear the list of previously registered exit functions."),
    function(
        "_run_exitfuncs()",
        run,
        "Run all registered exit functions.\n\nIf a callback raises an exception, it is logged with sys.unraisablehook.",
    ),
    function("_ncallbacks()", count, "Return the number of registered exit functions."),
];

/// The functions, oldest first: tuples of function, arguments and named arguments.
fn functions(th: &Thread) -> Result<Ref<List>, Raised> {
    static FUNCTIONS: OnceLock<Rooted<Ref<List>>> = OnceLock::new();
    if let Some(list) = FUNCTIONS.get() {
        return Ok(list.get());
    }
    let list = List::new(th)?;
    Ok(FUNCTIONS.get_or_init(|| Heap::get().roots().root(list)).get())
}

fn register(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if !th.is_callable(args[0]) {
        return Err(th.type_error("the first argument must be callable"));
    }
    let entry = Tuple::from_slice(th, args)?;
    functions(th)?.push(th, entry.value())?;
    Ok(args[0])
}

fn unregister(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let list = functions(th)?;
    let entries = list.snapshot(th)?;
    for at in (0..entries.len()).rev() {
        let Some(entry) = entries[at].cast::<Tuple>() else { continue };
        if th.equal(entry.get(0), args[0])? {
            let state = th.write(list)?;
            // Comparing may have changed the list.
            if let Some(at) = state.as_slice().iter().rposition(|&other| other == entries[at]) {
                state.splice(at, 1, &[])?;
            }
        }
    }
    Ok(Value::NONE)
}

fn clear(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    functions(th)?.clear(th)?;
    Ok(Value::NONE)
}

fn run(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let list = functions(th)?;
    while let Some(entry) = list.pop(th)? {
        let Some(entry) = entry.cast::<Tuple>() else { continue };
        let result = match (entry.get(1).cast::<Tuple>(), entry.get(2).cast::<Dict>()) {
            (Some(args), Some(named)) => call_with_dict(th, entry.get(0), args.as_slice(), named),
            _ => Ok(Value::NONE),
        };
        match result {
            Ok(_) => {}
            Err(Raised::Abort) => return Err(Raised::Abort),
            Err(Raised::Exception) => {
                th.write_unraisable_named("Exception ignored in atexit callback", entry.get(0));
            }
        }
    }
    Ok(Value::NONE)
}

fn count(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let count = functions(th)?.len(th)?;
    th.int_from_i64(count as i64)
}
