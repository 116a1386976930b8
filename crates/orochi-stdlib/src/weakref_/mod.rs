//! `_weakref`: the classes are the runtime's own (`types::weakref`); here is what asks about them.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::{Dict, locate, table};
use orochi_vm::types::list::List;
use orochi_vm::types::weakref::{self, CALLABLE_PROXY, PROXY, WeakRef};

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Weak-reference support module.",
    functions: FUNCTIONS,
    execute: Some(|th, module| {
        let dict = module.dict();
        let reference = weakref::SPEC.class().value();
        dict.set_str(th, name!(th, "ref"), reference)?;
        dict.set_str(th, name!(th, "ReferenceType"), reference)?;
        dict.set_str(th, name!(th, "ProxyType"), PROXY.class().value())?;
        dict.set_str(th, name!(th, "CallableProxyType"), CALLABLE_PROXY.class().value())
    }),
    ..ModuleSpec::named("_weakref")
};

static FUNCTIONS: &[Method] = &[
    function(
        "getweakrefcount(object, /)",
        getweakrefcount,
        "Return the number of weak references to 'object'.",
    ),
    function(
        "getweakrefs(object, /)",
        getweakrefs,
        "Return a list of all weak reference objects pointing to 'object'.",
    ),
    function(
        "_remove_dead_weakref(dct, key, /)",
        remove_dead_weakref,
        "Atomically remove key from dict if it points to a dead weakref.",
    ),
    function(
        "proxy(object, callback=None, /)",
        proxy,
        "Create a proxy object that weakly references 'object'.\n\n'callback', if given, is called with a reference to the\nproxy when 'object' is about to be finalized.",
    ),
];

/// All weak references to an object. An object does not know them, so the heap is searched.
fn references(th: &mut Thread, object: Value) -> Result<RootVec, Raised> {
    let mut found = RootVec::new();
    if !object.is_object() {
        return Ok(found);
    }
    crate::gc_::search(th, &mut found, |candidate| {
        candidate.cast::<WeakRef>().is_some_and(|reference| reference.target() == Some(object))
    })?;
    Ok(found)
}

fn getweakrefcount(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let count = references(th, args[0])?.len();
    th.int_from_i64(count as i64)
}

fn getweakrefs(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut found = references(th, args[0])?;
    // The ones that every call of `ref` and `proxy` without a callback gives come first.
    let shared = |reference: &Value| {
        let plain = reference.cast::<WeakRef>().is_some_and(|it| it.callback.get().is_none());
        let class = th.class_of(*reference);
        match plain {
            true if class == weakref::SPEC.class() => 0,
            true if class == PROXY.class() || class == CALLABLE_PROXY.class() => 1,
            _ => 2,
        }
    };
    found.as_mut_slice().sort_by_key(shared);
    Ok(List::from_slice(th, &found)?.value())
}

fn remove_dead_weakref(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(dict) = args[0].cast::<Dict>() else {
        return Err(th.type_error(format!(
            "_remove_dead_weakref() argument 1 must be dict, not {}",
            th.type_name(args[0])
        )));
    };
    let hash = table::hash_key(th, args[1])?;
    locate::write_at(th, dict, args[1], hash, |guard, found| {
        if let Some(position) = found {
            let value = guard.table.get().value_at(position);
            if value.cast::<WeakRef>().is_some_and(|reference| reference.target().is_none()) {
                guard.remove(position);
            }
        }
        Ok(())
    })?;
    Ok(Value::NONE)
}

fn proxy(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let callback = if args[1].is_unbound() { Value::NONE } else { args[1] };
    weakref::new_proxy(th, args[0], callback)
}
