//! `method`: a function bound to an object.

use crate::class::{
    GetSet, Method as Entry, NativeLayout, TypeFlags, TypeSpec, function, getter, member, method,
};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::ValueCast;
use crate::operation::identity_hash;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::object::attribute_name;
use crate::types::tuple::Tuple;

heap_object! {
    /// A bound method.
    pub immutable struct Method: SPEC {
        values {
            /// `__func__`
            function: Value,
            /// `__self__`
            receiver: Value,
        }
        storage {}
        data {}
    }
}

/// The class `method`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Create a bound instance method object.",
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::WEAKREF),
    new: Some(function("__new__($type, function, instance, /)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("method", NativeLayout::of::<Method>())
};

static METHODS: &[Entry] = &[
    method("__call__($self, /, *args, **kwargs)", call, "Call self as a function."),
    method(
        "__get__($self, instance, owner=None, /)",
        get,
        "Return an attribute of instance, which is of type owner.",
    ),
    method("__getattribute__($self, name, /)", getattribute, "Return getattr(self, name)."),
    method("__eq__($self, value, /)", eq, "Return self==value."),
    method("__ne__($self, value, /)", ne, "Return self!=value."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__reduce__($self, /)", reduce, "Helper for pickle."),
];

static GETSET: &[GetSet] = &[
    member(
        "__func__",
        |th, m| Ok(th.receiver::<Method>(m)?.function.get()),
        "the function (or other callable) implementing a method",
    ),
    member(
        "__self__",
        |th, m| Ok(th.receiver::<Method>(m)?.receiver.get()),
        "the instance to which a method is bound",
    ),
    getter("__doc__", doc, ""),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if !th.is_callable(args[1]) {
        return Err(th.type_error("first argument must be callable"));
    }
    if args[2].is_none() {
        return Err(th.type_error("instance must not be None"));
    }
    Ok(Method::allocate(th, args[1], args[2])?.value())
}

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Method>(args[0])?;
    match (args[1].cast::<Tuple>(), args[2].cast::<Dict>()) {
        (Some(given), Some(named)) => {
            crate::class::create::call_with_dict(th, args[0], given.as_slice(), named)
        }
        _ => th.call(args[0], &[]),
    }
}

fn get(_: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(args[0])
}

/// What `method` itself does not define is looked for on the function.
fn getattribute(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Method>(args[0])?;
    let name = attribute_name(th, args[1])?;
    let class = th.class_of(args[0]);
    if let Some(found) = class.lookup(th, name) {
        return th.descriptor_get(found, args[0], class);
    }
    th.get_attribute(own.function.get(), name)
}

fn doc(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let function = th.receiver::<Method>(value)?.function.get();
    Ok(th.find_attribute(function, crate::name!(th, "__doc__"))?.unwrap_or(Value::NONE))
}

fn is_same(th: &mut Thread, args: &[Value]) -> Result<Option<bool>, Raised> {
    let (Some(a), Some(b)) = (args[0].cast::<Method>(), args[1].cast::<Method>()) else {
        return Ok(None);
    };
    if a.receiver.get() != b.receiver.get() {
        return Ok(Some(false));
    }
    th.equal(a.function.get(), b.function.get()).map(Some)
}

fn eq(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(is_same(th, args)?.map_or(Value::NOT_IMPLEMENTED, Value::from_bool))
}

fn ne(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(is_same(th, args)?.map_or(Value::NOT_IMPLEMENTED, |same| Value::from_bool(!same)))
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Method>(args[0])?;
    let function = th.hash(own.function.get())? as i64;
    th.int_from_i64(identity_hash(own.receiver.get()) ^ function)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Method>(args[0])?;
    let function = own.function.get();
    let mut name = th.find_attribute(function, crate::name!(th, "__qualname__"))?;
    if name.is_none() {
        name = th.find_attribute(function, crate::name!(th, "__name__"))?;
    }
    let name = name.map_or_else(|| "?".to_owned(), |name| th.display_str(name));
    let receiver = th.repr(own.receiver.get())?.display();
    Ok(th.new_str(&format!("<bound method {name} of {receiver}>"))?.value())
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Method>(args[0])?;
    let getattr = th.builtin(crate::name!(th, "getattr"))?;
    let name = th.get_attribute(own.function.get(), crate::name!(th, "__name__"))?;
    let arguments = Tuple::from_slice(th, &[own.receiver.get(), name])?;
    Ok(Tuple::from_slice(th, &[getattr, arguments.value()])?.value())
}
