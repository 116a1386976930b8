//! `property`, and what Python sees of `member_descriptor`.

mod member;

pub use member::{MEMBER_GETSET, MEMBER_METHODS};

use crate::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter as computed, member,
    method, property as settable,
};
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::heap_object;
use crate::interpreter::frame::as_function;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

heap_object! {
    /// A property. Its functions change only when `__init__` is called once more, by single
    /// stores, so that reading them needs no barrier.
    pub immutable struct Property: SPEC {
        values {
            /// `fget`, or None
            getter: Value,
            /// `fset`, or None
            setter: Value,
            /// `fdel`, or None
            deleter: Value,
            /// `__doc__`
            doc: Value,
            /// `__name__`, or unbound
            name: Value,
        }
        storage {}
        data {
            /// Non-zero if the docstring is the getter's.
            getter_doc: u64,
        }
    }
}

/// The class `property`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Property attribute.\n\n  fget\n    function to be used for getting an attribute value\n  \
          fset\n    function to be used for setting an attribute value\n  fdel\n    \
          function to be used for del'ing an attribute\n  doc\n    docstring\n\n\
          Typical use is to define a managed attribute x:\n\nclass C(object):\n    \
          def getx(self): return self._x\n    def setx(self, value): self._x = value\n    \
          def delx(self): del self._x\n    x = property(getx, setx, delx, \"I'm the 'x' property.\")\n\n\
          Decorators make defining new properties or modifying existing ones easy:\n\n\
          class C(object):\n    @property\n    def x(self):\n        \"I am the 'x' property.\"\n        \
          return self._x\n    @x.setter\n    def x(self, value):\n        self._x = value\n    \
          @x.deleter\n    def x(self):\n        del self._x",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("property", NativeLayout::of::<Property>())
};

static METHODS: &[Method] = &[
    method(
        "__init__($self, /, fget=None, fset=None, fdel=None, doc=None)",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method(
        "__get__($self, instance, owner=None, /)",
        get,
        "Return an attribute of instance, which is of type owner.",
    ),
    method("__set__($self, instance, value, /)", set, "Set an attribute of instance to value."),
    method("__delete__($self, instance, /)", delete, "Delete an attribute of instance."),
    method("__set_name__($self, /, *args)", set_name, "Method to set name of a property."),
    method(
        "getter($self, fget, /)",
        with_getter,
        "Descriptor to obtain a copy of the property with a different getter.",
    ),
    method(
        "setter($self, fset, /)",
        with_setter,
        "Descriptor to obtain a copy of the property with a different setter.",
    ),
    method(
        "deleter($self, fdel, /)",
        with_deleter,
        "Descriptor to obtain a copy of the property with a different deleter.",
    ),
];

static GETSET: &[GetSet] = &[
    member("fget", |th, p| Ok(th.receiver::<Property>(p)?.getter.get()), ""),
    member("fset", |th, p| Ok(th.receiver::<Property>(p)?.setter.get()), ""),
    member("fdel", |th, p| Ok(th.receiver::<Property>(p)?.deleter.get()), ""),
    settable("__doc__", |th, p| Ok(th.receiver::<Property>(p)?.doc.get()), set_doc, ""),
    settable("__name__", get_name, put_name, ""),
    computed("__isabstractmethod__", is_abstract, ""),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    let none = Value::NONE;
    Ok(Property::allocate_as(th, shape, none, none, none, none, Value::UNBOUND, 0)?.value())
}

fn or_none(value: Value) -> Value {
    if value.is_unbound() { Value::NONE } else { value }
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let property = th.receiver::<Property>(args[0])?;
    let [getter, setter, deleter] = [or_none(args[1]), or_none(args[2]), or_none(args[3])];
    let mut doc = or_none(args[4]);
    let mut getter_doc = 0;
    if doc.is_none()
        && !getter.is_none()
        && let Some(found) = th.find_attribute(getter, crate::name!(th, "__doc__"))?
    {
        doc = found;
        getter_doc = u64::from(!found.is_none());
    }
    let again = !property.getter.get().is_none();
    let put = |th: &mut Thread| {
        let fields = th.write(property)?;
        let token = fields.token();
        fields.getter.set(token, getter);
        fields.setter.set(token, setter);
        fields.deleter.set(token, deleter);
        fields.doc.set(token, doc);
        fields.name.set(token, Value::UNBOUND);
        fields.getter_doc.set(token, getter_doc);
        if again {
            th.forget_inline_caches();
        }
        Ok(())
    };
    if again {
        th.change_unguarded(&property.header().owner, put)?
    } else {
        put(th)?
    }
    if th.class_of(args[0]) != SPEC.class() {
        // A subclass has a docstring of its own, which would hide this one. If it leaves no room
        // for another, only a getter's docstring that is lost is an error.
        let name = crate::name!(th, "__doc__");
        if let Err(raised) = th.set_attribute(args[0], name, doc)
            && (getter_doc != 0 || th.catch(raised, &classes::ATTRIBUTE_ERROR).is_none())
        {
            return Err(raised);
        }
    }
    Ok(Value::NONE)
}

impl Ref<Property> {
    /// The getter if it is a plain Python function of one argument.
    pub fn simple_getter(self) -> Option<Value> {
        let getter = self.getter.get();
        let code = as_function(getter)?.code();
        (code.simple.get() != 0 && code.arg_count.get() == 1).then_some(getter)
    }

    /// The value of the property of `object`.
    pub fn get(self, th: &mut Thread, object: Value) -> Result<Value, Raised> {
        let getter = self.getter.get();
        if getter.is_none() {
            return Err(self.lacks(th, object, "getter"));
        }
        th.call(getter, &[object])
    }

    #[cold]
    fn lacks(self, th: &mut Thread, object: Value, what: &str) -> Raised {
        let class = th.class_of(object);
        let class = th.display_str(class.qualname.get());
        let name = match self.find_name(th) {
            Err(raised) => return raised,
            Ok(name) => name,
        };
        let message = match name.map(|name| th.repr(name)) {
            Some(Err(raised)) => return raised,
            Some(Ok(name)) => {
                format!("property {} of '{class}' object has no {what}", name.display())
            }
            None => format!("property of '{class}' object has no {what}"),
        };
        th.attribute_error(message)
    }

    /// `__name__`: as set, or the getter's.
    fn find_name(self, th: &mut Thread) -> Result<Option<Value>, Raised> {
        let name = self.name.get();
        if !name.is_unbound() {
            return Ok(Some(name));
        }
        let getter = self.getter.get();
        if getter.is_none() {
            return Ok(None);
        }
        th.find_attribute(getter, crate::name!(th, "__name__"))
    }
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let property = th.receiver::<Property>(args[0])?;
    if args[1].is_none() {
        return Ok(args[0]);
    }
    property.get(th, args[1])
}

fn set(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let property = th.receiver::<Property>(args[0])?;
    let setter = property.setter.get();
    if setter.is_none() {
        return Err(property.lacks(th, args[1], "setter"));
    }
    th.call(setter, &[args[1], args[2]])?;
    Ok(Value::NONE)
}

fn delete(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let property = th.receiver::<Property>(args[0])?;
    let deleter = property.deleter.get();
    if deleter.is_none() {
        return Err(property.lacks(th, args[1], "deleter"));
    }
    th.call(deleter, &[args[1]])?;
    Ok(Value::NONE)
}

fn set_name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = args[1].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    if given.len() != 2 {
        return Err(th.type_error(format!(
            "__set_name__() takes 2 positional arguments but {} were given",
            given.len()
        )));
    }
    put_name(th, args[0], given.get(1))?;
    Ok(Value::NONE)
}

fn get_name(th: &mut Thread, property: Value) -> Result<Value, Raised> {
    match th.receiver::<Property>(property)?.find_name(th)? {
        Some(name) => Ok(name),
        None => {
            let name: Ref<Str> = crate::name!(th, "__name__");
            Err(th.no_attribute(property, name))
        }
    }
}

fn put_name(th: &mut Thread, property: Value, name: Value) -> Result<(), Raised> {
    let property = th.receiver::<Property>(property)?;
    let fields = th.write(property)?;
    fields.name.set(fields.token(), name);
    Ok(())
}

fn set_doc(th: &mut Thread, property: Value, doc: Value) -> Result<(), Raised> {
    let property = th.receiver::<Property>(property)?;
    let fields = th.write(property)?;
    fields.doc.set(fields.token(), or_none(doc));
    Ok(())
}

/// A copy with some functions replaced; None leaves one as it is.
fn changed(
    th: &mut Thread,
    old: Value,
    getter: Value,
    setter: Value,
    deleter: Value,
) -> Result<Value, Raised> {
    let property = th.receiver::<Property>(old)?;
    let pick = |new: Value, old: Value| if new.is_none() { old } else { new };
    let keeps_doc = property.getter_doc.get() == 0 || getter.is_none();
    let doc =
        if keeps_doc && property.getter_doc.get() == 0 { property.doc.get() } else { Value::NONE };
    let parts = [
        pick(getter, property.getter.get()),
        pick(setter, property.setter.get()),
        pick(deleter, property.deleter.get()),
        doc,
    ];
    let class = th.class_of(old);
    let copy = th.call(class.value(), &parts)?;
    if let Some(made) = copy.cast::<Property>() {
        let name = property.name.get();
        if !name.is_unbound() {
            let fields = th.write(made)?;
            fields.name.set(fields.token(), name);
        }
    }
    Ok(copy)
}

fn with_getter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    changed(th, args[0], args[1], Value::NONE, Value::NONE)
}

fn with_setter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    changed(th, args[0], Value::NONE, args[1], Value::NONE)
}

fn with_deleter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    changed(th, args[0], Value::NONE, Value::NONE, args[1])
}

fn is_abstract(th: &mut Thread, property: Value) -> Result<Value, Raised> {
    let property = th.receiver::<Property>(property)?;
    for part in [property.getter.get(), property.setter.get(), property.deleter.get()] {
        if is_abstract_method(th, part)? {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

/// Whether `__isabstractmethod__` of a function is true.
pub(crate) fn is_abstract_method(th: &mut Thread, function: Value) -> Result<bool, Raised> {
    match th.find_attribute(function, crate::name!(th, "__isabstractmethod__"))? {
        Some(answer) => th.is_true(answer),
        None => Ok(false),
    }
}
