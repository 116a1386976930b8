//! `type`: the class of classes.
//!
//! * [`construct`]: `type(...)`, `type.__call__`, `__prepare__`
//! * [`attributes`]: `__name__`, `__bases__`, `__doc__` and the like; [`annotations`]: PEP 649
//! * here: attribute access, instance checks, `repr`, `dir`, unions

mod annotations;
mod attributes;
mod construct;

pub use construct::{call, new};

use crate::class::{
    Class, Method, NativeLayout, TypeFlags, TypeSpec, class_method, function, method, mro as order,
};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::object::{attribute_name, class_names, keys_of};
use crate::types::union;

/// The class `type`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    flags: TypeFlags::BASE.and(TypeFlags::WEAKREF),
    new: Some(function(
        "__new__($type, /, *args, **kwargs)",
        construct::new,
        "Create and return a new object.  See help(type) for accurate signature.",
    )),
    methods: METHODS,
    getset: attributes::GETSET,
    ..TypeSpec::named("type", NativeLayout::of::<Class>())
};

static METHODS: &[Method] = &[
    method("__call__($self, /, *args, **kwargs)", call, "Call self as a function."),
    method(
        "__init__($self, /, *args, **kwargs)",
        construct::init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__getattribute__($self, name, /)", getattribute, "Return getattr(self, name)."),
    method("__setattr__($self, name, value, /)", setattr, "Implement setattr(self, name, value)."),
    method("__delattr__($self, name, /)", delattr, "Implement delattr(self, name)."),
    method("__or__($self, value, /)", or, "Return self|value."),
    method("__ror__($self, value, /)", ror, "Return value|self."),
    method("mro($self, /)", mro, "Return a type's method resolution order."),
    method("__subclasses__($self, /)", subclasses, "Return a list of immediate subclasses."),
    method("__dir__($self, /)", dir, "Specialized __dir__ implementation for types."),
    method("__sizeof__($self, /)", sizeof, "Return memory consumption of the type object."),
    method(
        "__instancecheck__($self, instance, /)",
        instancecheck,
        "Check if an object is an instance.",
    ),
    method(
        "__subclasscheck__($self, subclass, /)",
        subclasscheck,
        "Check if a class is a subclass.",
    ),
    class_method(
        "__prepare__($cls, name=<unrepresentable>, bases=<unrepresentable>, /, **kwds)",
        construct::prepare,
        "Create the namespace for the class statement",
    ),
];

/// The class that a method of `type` was called with.
pub(crate) fn receiver(th: &Thread, value: Value, method: &str) -> Result<Ref<Class>, Raised> {
    match value.cast::<Class>() {
        Some(class) => Ok(class),
        None => Err(th.type_error(format!(
            "descriptor '{method}' requires a 'type' object but received a '{}'",
            th.type_name(value)
        ))),
    }
}

/// `type.__getattribute__`
pub fn getattribute(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = receiver(th, args[0], "__getattribute__")?;
    let name = attribute_name(th, args[1])?;
    match th.find_type_attribute(class, name)? {
        Some(value) => Ok(value),
        None => Err(th.no_attribute(args[0], name)),
    }
}

/// `type.__setattr__`
pub fn setattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = receiver(th, args[0], "__setattr__")?;
    let name = attribute_name(th, args[1])?;
    th.set_type_attribute(class, name, args[2])?;
    Ok(Value::NONE)
}

/// `type.__delattr__`
pub fn delattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = receiver(th, args[0], "__delattr__")?;
    let name = attribute_name(th, args[1])?;
    th.set_type_attribute(class, name, Value::UNBOUND)?;
    Ok(Value::NONE)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = receiver(th, args[0], "__repr__")?;
    Ok(th.new_str(&format!("<class '{}'>", class.full_name(th)))?.value())
}

fn or(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    union::or(th, args[0], args[1])
}

fn ror(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    union::or(th, args[1], args[0])
}

/// `type.mro`
pub fn mro(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = receiver(th, args[0], "mro")?;
    let order = order::linearise(th, class, class.bases.get())?;
    Ok(List::from_slice(th, order.as_slice())?.value())
}

fn subclasses(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = receiver(th, args[0], "__subclasses__")?;
    let mut direct = RootVec::new();
    th.direct_subclasses(class, &mut direct)?;
    Ok(List::from_slice(th, direct.as_slice())?.value())
}

fn dir(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = receiver(th, args[0], "__dir__")?;
    let names = Dict::new(th)?;
    class_names(th, class, names)?;
    Ok(keys_of(th, names)?.value())
}

fn sizeof(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.int_from_i64(size_of::<Class>() as i64)
}

/// `type.__instancecheck__`
pub fn instancecheck(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(th.is_real_instance(args[1], args[0])?))
}

/// `type.__subclasscheck__`
pub fn subclasscheck(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(th.is_real_subclass(args[1], args[0])?))
}
