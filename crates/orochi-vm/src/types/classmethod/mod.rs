//! `classmethod`.

use crate::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, function, getter, member,
    method,
};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::method::Method as BoundMethod;
use crate::types::property::is_abstract_method;
use crate::types::staticmethod::copy_attributes;
use crate::types::str::Str;

heap_object! {
    /// A `classmethod` object. The function changes only when `__init__` is called once more, by a
    /// single store, so that reading it needs no barrier.
    pub immutable struct ClassMethod: SPEC {
        values {
            /// `__func__`
            function: Value,
        }
        storage {}
        data {}
    }
}

/// The class `classmethod`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "classmethod(function) -> method\n\nConvert a function to be a class method.\n\n\
          A class method receives the class as implicit first argument,\n\
          just like an instance method receives the instance.\n\
          To declare a class method, use this idiom:\n\n  class C:\n      @classmethod\n      \
          def f(cls, arg1, arg2, argN):\n          ...\n\n\
          It can be called either on the class (e.g. C.f()) or on an instance\n\
          (e.g. C().f()).  The instance is ignored except for its class.\n\
          If a class method is called for a derived class, the derived class\n\
          object is passed as the implied first argument.\n\n\
          Class methods are different than C++ or Java static methods.\n\
          If you want those, see the staticmethod builtin.",
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    new: Some(function("__new__($type, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("classmethod", NativeLayout::of::<ClassMethod>())
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
    class_method(
        "__class_getitem__($cls, object, /)",
        crate::types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

static GETSET: &[GetSet] = &[
    member("__func__", |th, object| Ok(th.receiver::<ClassMethod>(object)?.function.get()), ""),
    member("__wrapped__", |th, object| Ok(th.receiver::<ClassMethod>(object)?.function.get()), ""),
    getter("__isabstractmethod__", is_abstract, ""),
    ANNOTATIONS,
    ANNOTATE,
];

/// `__annotations__`, also of static methods: the function's, unless set on the wrapper; kept once
/// asked for.
pub(crate) const ANNOTATIONS: GetSet = GetSet {
    name: "__annotations__",
    get: |th, object| wrapped_attribute(th, object, crate::name!(th, "__annotations__")),
    set: Some(|th, object, value| {
        set_wrapped_attribute(th, object, crate::name!(th, "__annotations__"), value)
    }),
    doc: "",
    member: false,
};

/// `__annotate__`, likewise.
pub(crate) const ANNOTATE: GetSet = GetSet {
    name: "__annotate__",
    get: |th, object| wrapped_attribute(th, object, crate::name!(th, "__annotate__")),
    set: Some(|th, object, value| {
        set_wrapped_attribute(th, object, crate::name!(th, "__annotate__"), value)
    }),
    doc: "",
    member: false,
};

fn wrapped_attribute(th: &mut Thread, object: Value, name: Ref<Str>) -> Result<Value, Raised> {
    if let Some(own) = th.own_attribute(object, name)? {
        return Ok(own);
    }
    let wrapped = th.get_attribute(object, crate::name!(th, "__wrapped__"))?;
    let value = th.get_attribute(wrapped, name)?;
    th.set_own(object, name, value)?;
    Ok(value)
}

fn set_wrapped_attribute(
    th: &mut Thread,
    object: Value,
    name: Ref<Str>,
    value: Value,
) -> Result<(), Raised> {
    if value.is_unbound() { th.delete_own(object, name) } else { th.set_own(object, name, value) }
}

impl ClassMethod {
    /// A `classmethod` around a function that a class body defines.
    pub fn wrapping(th: &mut Thread, function: Value) -> Result<Ref<ClassMethod>, Raised> {
        let object = ClassMethod::allocate(th, function)?;
        copy_attributes(th, object.value(), function)?;
        Ok(object)
    }
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    Ok(ClassMethod::allocate_as(th, shape, Value::NONE)?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let object = th.receiver::<ClassMethod>(args[0])?;
    {
        let fields = th.write(object)?;
        fields.function.set(fields.token(), args[1]);
    }
    copy_attributes(th, args[0], args[1])?;
    Ok(Value::NONE)
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let function = th.receiver::<ClassMethod>(args[0])?.function.get();
    let owner = if args[2].is_unbound() || args[2].is_none() {
        th.class_of(args[1]).value()
    } else {
        args[2]
    };
    Ok(BoundMethod::allocate(th, function, owner)?.value())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let function = th.receiver::<ClassMethod>(args[0])?.function.get();
    let inner = th.repr(function)?.display();
    Ok(th.new_str(&format!("<classmethod({inner})>"))?.value())
}

fn is_abstract(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let function = th.receiver::<ClassMethod>(object)?.function.get();
    Ok(Value::from_bool(is_abstract_method(th, function)?))
}
