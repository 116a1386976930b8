//! What the native part asks of the package `asyncio` and of `traceback`: looked up once, kept.

use std::sync::OnceLock;

use orochi_vm::class::Class;
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::name;
use orochi_vm::native::Arguments;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

/// A name in a module of the library.
pub struct Entry {
    module: &'static str,
    name: &'static str,
    found: OnceLock<Rooted<Value>>,
}

impl Entry {
    const fn new(module: &'static str, name: &'static str) -> Self {
        Self { module, name, found: OnceLock::new() }
    }

    /// The object of that name.
    pub fn get(&self, th: &mut Thread) -> Result<Value, Raised> {
        if let Some(found) = self.found.get() {
            return Ok(found.get());
        }
        let module = th.import_module(self.module)?;
        let name = th.intern(self.name)?;
        let found = th.get_attribute(module, name)?;
        Ok(self.found.get_or_init(|| Heap::get().roots().root(found)).get())
    }
}

pub static CANCELLED_ERROR: Entry = Entry::new("asyncio.exceptions", "CancelledError");
pub static INVALID_STATE_ERROR: Entry = Entry::new("asyncio.exceptions", "InvalidStateError");
pub static IS_COROUTINE: Entry = Entry::new("asyncio.coroutines", "iscoroutine");
pub static FUTURE_REPR: Entry = Entry::new("asyncio.base_futures", "_future_repr");
pub static TASK_REPR: Entry = Entry::new("asyncio.base_tasks", "_task_repr");
pub static TASK_GET_STACK: Entry = Entry::new("asyncio.base_tasks", "_task_get_stack");
pub static TASK_PRINT_STACK: Entry = Entry::new("asyncio.base_tasks", "_task_print_stack");
pub static POLICY: Entry = Entry::new("asyncio.events", "_get_event_loop_policy");
pub static EXTRACT_STACK: Entry = Entry::new("traceback", "extract_stack");

/// Raises one of the package's exceptions.
pub fn raise(th: &mut Thread, class: &Entry, message: &str) -> Raised {
    let found = class.get(th).and_then(|class| Ok((class, th.new_str(message)?)));
    match found {
        Ok((class, message)) => match class.cast::<Class>() {
            Some(class) => th.raise_with(class, &[message.value()]),
            None => th.type_error("exceptions must derive from BaseException"),
        },
        Err(raised) => raised,
    }
}

/// Whether an exception is a `CancelledError`.
pub fn is_cancelled_error(th: &mut Thread, exception: Value) -> Result<bool, Raised> {
    let class = CANCELLED_ERROR.get(th)?;
    Ok(class.cast::<Class>().is_some_and(|class| th.is_instance(exception, class)))
}

/// The names of a call's named arguments, made once.
pub struct Named {
    name: &'static str,
    made: OnceLock<Rooted<Ref<Tuple>>>,
}

impl Named {
    const fn new(name: &'static str) -> Self {
        Self { name, made: OnceLock::new() }
    }

    fn get(&self, th: &Thread) -> Result<Ref<Tuple>, Raised> {
        if let Some(made) = self.made.get() {
            return Ok(made.get());
        }
        let name = th.name(self.name);
        let made = Tuple::from_slice(th, &[name.value()])?;
        Ok(self.made.get_or_init(|| Heap::get().roots().root(made)).get())
    }
}

pub static CONTEXT: Named = Named::new("context");
pub static MESSAGE: Named = Named::new("msg");

/// `object.method(*args, name=value)`
pub fn call_naming(
    th: &mut Thread,
    object: Value,
    method: Ref<Str>,
    args: &[Value],
    name: &Named,
    value: Value,
) -> Result<Value, Raised> {
    let names = name.get(th)?;
    let method = th.get_attribute(object, method)?;
    let (mut values, count) = ([Value::NONE; 4], args.len());
    values[..count].copy_from_slice(args);
    values[count] = value;
    th.call_with(method, Arguments { values: &values[..=count], names: Some(names) })
}

/// `loop.call_soon(callback, *args, context=context)`
pub fn call_soon(
    th: &mut Thread,
    on: Value,
    callback: Value,
    args: &[Value],
    context: Value,
) -> Result<(), Raised> {
    let (mut values, count) = ([callback; 2], args.len());
    values[1..=count].copy_from_slice(args);
    let method = name!(th, "call_soon");
    call_naming(th, on, method, &values[..=count], &CONTEXT, context).map(drop)
}
