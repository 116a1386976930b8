//! What becomes of an exception that ends a thread's `run`: `threading.excepthook` as it is by
//! default, and the tuple with names that it is given.

use orochi_vm::class::{
    GetSet, Method, NativeLayout, Tail, TypeFlags, TypeSpec, function, getter, method, native,
};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::Arguments;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::tuple::{self, Tuple};

static ARGUMENTS: TypeSpec = TypeSpec {
    module: "_thread",
    doc: "ExceptHookArgs\n\nType used to pass arguments to threading.excepthook.",
    base: Some(&tuple::SPEC),
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($type, sequence, /)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("_ExceptHookArgs", NativeLayout::with_tail::<Tuple>(Tail::Values))
};

const NAMES: [&str; 4] = ["exc_type", "exc_value", "exc_traceback", "thread"];

static METHODS: &[Method] = &[method("__repr__($self, /)", repr, "Return repr(self).")];

static GETSET: &[GetSet] = &[
    getter("exc_type", |th, object| item(th, object, 0), "Exception type"),
    getter("exc_value", |th, object| item(th, object, 1), "Exception value"),
    getter("exc_traceback", |th, object| item(th, object, 2), "Exception traceback"),
    getter("thread", |th, object| item(th, object, 3), "Thread"),
];

/// `_thread._ExceptHookArgs`
pub fn arguments_class(th: &mut Thread) -> Result<Value, Raised> {
    Ok(native::make_class(th, &ARGUMENTS)?.value())
}

fn item(th: &mut Thread, object: Value, index: usize) -> Result<Value, Raised> {
    Ok(th.receiver::<Tuple>(object)?.get(index))
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let items = Tuple::from_iterable(th, args[1])?;
    if items.len() != NAMES.len() {
        return Err(th.type_error(format!(
            "_thread._ExceptHookArgs() takes a 4-sequence ({}-sequence given)",
            items.len()
        )));
    }
    Ok(Tuple::from_slice_as(th, ARGUMENTS.shape(), items.as_slice())?.value())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let items = th.receiver::<Tuple>(args[0])?;
    let mut text = "_thread._ExceptHookArgs(".to_owned();
    for (at, name) in NAMES.iter().enumerate() {
        let value = th.repr(items.get(at))?.display();
        text.push_str(&format!("{}{name}={value}", if at > 0 { ", " } else { "" }));
    }
    Ok(th.new_str(&(text + ")"))?.value())
}

/// `threading.excepthook(args)`
pub fn excepthook(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = match args[0].cast::<Tuple>() {
        Some(given) if th.class_of(args[0]) == ARGUMENTS.class() => given,
        _ => {
            return Err(th.type_error("_thread._excepthook argument type must be ExceptHookArgs"));
        }
    };
    let (class, exception, thread) = (given.get(0), given.get(1), given.get(3));
    if class == classes::SYSTEM_EXIT.class().value() {
        return Ok(Value::NONE);
    }
    let Some(file) = standard_error(th, thread)? else { return Ok(Value::NONE) };
    let name = if thread.is_none() {
        th.ident.get().to_string()
    } else {
        let name = th.get_attribute(thread, name!(th, "name"))?;
        th.str(name)?.display()
    };
    let head = th.new_str(&format!("Exception in thread {name}:\n"))?.value();
    th.call_method(file, name!(th, "write"), &[head])?;
    let printer = th.import_module("traceback")?;
    let printer = th.get_attribute(printer, name!(th, "print_exception"))?;
    let names: Ref<Tuple> = Tuple::from_slice(th, &[name!(th, "file").value()])?;
    let traceback = given.get(2);
    let values = [class, exception, traceback, file];
    th.call_with(printer, Arguments { values: &values, names: Some(names) })?;
    th.call_method(file, name!(th, "flush"), &[])?;
    Ok(Value::NONE)
}

/// `sys.stderr`, or where the thread's was when it was made.
fn standard_error(th: &mut Thread, thread: Value) -> Result<Option<Value>, Raised> {
    let own = th.vm.sys.get().get_str(th, name!(th, "stderr"))?;
    if let Some(file) = own.filter(|file| !file.is_none()) {
        return Ok(Some(file));
    }
    if thread.is_none() {
        return Ok(None);
    }
    let file = th.find_attribute(thread, name!(th, "_stderr"))?;
    Ok(file.filter(|file| !file.is_none()))
}
