//! `staticmethod`.

use crate::class::create::call_with_dict;
use crate::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, function, getter, member,
    method,
};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::property::is_abstract_method;
use crate::types::tuple::Tuple;

heap_object! {
    /// A `staticmethod` object. The function changes only when `__init__` is called once more, by a
    /// single store, so that reading it needs no barrier.
    pub immutable struct StaticMethod: SPEC {
        values {
            /// `__func__`
            function: Value,
        }
        storage {}
        data {}
    }
}

/// The class `staticmethod`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "staticmethod(function) -> method\n\nConvert a function to be a static method.\n\n\
          A static method does not receive an implicit first argument.\n\
          To declare a static method, use this idiom:\n\n     class C:\n         @staticmethod\n         \
          def f(arg1, arg2, argN):\n             ...\n\n\
          It can be called either on the class (e.g. C.f()) or on an instance\n\
          (e.g. C().f()). Both the class and the instance are ignored, and\n\
          neither is passed implicitly as the first argument to the method.\n\n\
          Static methods in Python are similar to those found in Java or C++.\n\
          For a more advanced concept, see the classmethod builtin.",
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    new: Some(function("__new__($type, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("staticmethod", NativeLayout::of::<StaticMethod>())
};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&SPEC];

static METHODS: &[Method] = &[
    method(
        "__init__($self, function, /)",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method(
        "__get__($self, instance, owner=None, /)",
        get,
        "Return an attribute of instance, which is of type owner.",
    ),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__call__($self, /, *args, **kwargs)", call, "Call self as a function."),
    class_method(
        "__class_getitem__($cls, object, /)",
        crate::types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

static GETSET: &[GetSet] = &[
    member("__func__", |th, object| Ok(th.receiver::<StaticMethod>(object)?.function.get()), ""),
    member("__wrapped__", |th, object| Ok(th.receiver::<StaticMethod>(object)?.function.get()), ""),
    getter("__isabstractmethod__", is_abstract, ""),
    crate::types::classmethod::ANNOTATIONS,
    crate::types::classmethod::ANNOTATE,
];

impl StaticMethod {
    /// A `staticmethod` around a function that a class body defines.
    pub fn wrapping(th: &mut Thread, function: Value) -> Result<Ref<StaticMethod>, Raised> {
        let object = StaticMethod::allocate(th, function)?;
        copy_attributes(th, object.value(), function)?;
        Ok(object)
    }
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    Ok(StaticMethod::allocate_as(th, shape, Value::NONE)?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let object = th.receiver::<StaticMethod>(args[0])?;
    {
        let fields = th.write(object)?;
        fields.function.set(fields.token(), args[1]);
    }
    copy_attributes(th, args[0], args[1])?;
    Ok(Value::NONE)
}

/// Gives a wrapper the attributes by which programs know the function.
pub(crate) fn copy_attributes(
    th: &mut Thread,
    wrapper: Value,
    function: Value,
) -> Result<(), Raised> {
    for name in ["__module__", "__name__", "__qualname__", "__doc__"] {
        let name = th.intern(name)?;
        if let Some(value) = th.find_attribute(function, name)? {
            th.set_own(wrapper, name, value)?;
        }
    }
    Ok(())
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(th.receiver::<StaticMethod>(args[0])?.function.get())
}

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let function = th.receiver::<StaticMethod>(args[0])?.function.get();
    match (args[1].cast::<Tuple>(), args[2].cast::<Dict>()) {
        (Some(given), Some(named)) => call_with_dict(th, function, given.as_slice(), named),
        _ => th.call(function, &[]),
    }
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let function = th.receiver::<StaticMethod>(args[0])?.function.get();
    let inner = th.repr(function)?.display();
    Ok(th.new_str(&format!("<staticmethod({inner})>"))?.value())
}

fn is_abstract(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let function = th.receiver::<StaticMethod>(object)?.function.get();
    Ok(Value::from_bool(is_abstract_method(th, function)?))
}
