//! `cmp_to_key`: objects that compare as an old comparison function says.

use orochi_vm::class::{GetSet, Method, NativeLayout, TypeFlags, TypeSpec, method, property};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::object::ValueCast;
use orochi_vm::operation::Comparison;
use orochi_vm::thread::Thread;

heap_object! {
    /// `functools.KeyWrapper`: what `cmp_to_key` gives, and the keys that calling it gives.
    pub struct Key: KEY {
        values {
            /// The comparison function.
            function: Value,
            /// The object; unbound in what makes keys.
            object: Value,
        }
        storage {}
        data {}
    }
}

/// `functools.KeyWrapper`
pub static KEY: TypeSpec = TypeSpec {
    module: "functools",
    flags: TypeFlags::NO_NEW,
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("KeyWrapper", NativeLayout::of::<Key>())
};

static METHODS: &[Method] = &[
    method("__call__($self, /, obj)", call, "Call self as a function."),
    method(
        "__lt__($self, value, /)",
        |th, args| compare(th, args, Comparison::Lt),
        "Return self<value.",
    ),
    method(
        "__le__($self, value, /)",
        |th, args| compare(th, args, Comparison::Le),
        "Return self<=value.",
    ),
    method(
        "__eq__($self, value, /)",
        |th, args| compare(th, args, Comparison::Eq),
        "Return self==value.",
    ),
    method(
        "__ne__($self, value, /)",
        |th, args| compare(th, args, Comparison::Ne),
        "Return self!=value.",
    ),
    method(
        "__gt__($self, value, /)",
        |th, args| compare(th, args, Comparison::Gt),
        "Return self>value.",
    ),
    method(
        "__ge__($self, value, /)",
        |th, args| compare(th, args, Comparison::Ge),
        "Return self>=value.",
    ),
];

static GETSET: &[GetSet] =
    &[property("obj", get_object, set_object, "Value wrapped by a key function.")];

/// `cmp_to_key(mycmp)`
pub fn cmp_to_key(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Key::allocate(th, args[0], Value::UNBOUND)?.value())
}

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Key>(args[0])?;
    let function = th.read(own)?.function.get();
    Ok(Key::allocate(th, function, args[1])?.value())
}

fn compare(th: &mut Thread, args: &[Value], op: Comparison) -> Result<Value, Raised> {
    let own = th.receiver::<Key>(args[0])?;
    let Some(other) = args[1].cast_exact::<Key>() else {
        return Err(th.type_error("other argument must be K instance"));
    };
    let (function, left) = {
        let own = th.read(own)?;
        (own.function.get(), own.object.get())
    };
    let right = th.read(other)?.object.get();
    if left.is_unbound() || right.is_unbound() {
        return Err(th.attribute_error("object"));
    }
    let order = th.call(function, &[left, right])?;
    th.compare(op, order, Value::from_i32(0))
}

fn get_object(th: &mut Thread, key: Value) -> Result<Value, Raised> {
    let own = th.receiver::<Key>(key)?;
    let object = th.read(own)?.object.get();
    if object.is_unbound() {
        let name = name!(th, "obj");
        return Err(th.no_attribute(key, name));
    }
    Ok(object)
}

fn set_object(th: &mut Thread, key: Value, value: Value) -> Result<(), Raised> {
    let own = th.receiver::<Key>(key)?;
    let state = th.write(own)?;
    state.object.set(state.token(), value);
    Ok(())
}
