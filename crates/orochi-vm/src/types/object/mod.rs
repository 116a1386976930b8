//! `object`: what all classes inherit.
//!
//! * [`reduce`]: `__reduce_ex__` and `__getstate__`
//! * here: the rest

mod reduce;

use crate::class::{
    Class, GetSet, Method, NativeLayout, Special, TypeFlags, TypeSpec, class_method, flags,
    function, method, property,
};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::heap_object;
use crate::native::GetSetDescriptor;
use crate::object::{Ref, ValueCast};
use crate::operation::native_of;
use crate::shape::shape_of_object;
use crate::thread::Thread;
use crate::types;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

heap_object! {
    /// An object without native fields.
    pub struct Instance: SPEC {
        values {}
        storage {}
        data {}
    }
}

/// The class `object`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "The base class of the class hierarchy.\n\n\
          When called, it accepts no arguments and returns a new featureless\n\
          instance that has no instance attributes and cannot be given any.\n",
    flags: TypeFlags::BASE,
    new: Some(function(
        "__new__($type, /, *args, **kwargs)",
        new,
        "Create and return a new object.  See help(type) for accurate signature.",
    )),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("object", NativeLayout::of::<Instance>())
};

static METHODS: &[Method] = &[
    method(
        "__init__($self, /, *args, **kwargs)",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__str__($self, /)", str, "Return str(self)."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method("__eq__($self, value, /)", eq, "Return self==value."),
    method("__ne__($self, value, /)", ne, "Return self!=value."),
    method("__lt__($self, value, /)", unordered, "Return self<value."),
    method("__le__($self, value, /)", unordered, "Return self<=value."),
    method("__gt__($self, value, /)", unordered, "Return self>value."),
    method("__ge__($self, value, /)", unordered, "Return self>=value."),
    method("__getattribute__($self, name, /)", getattribute, "Return getattr(self, name)."),
    method("__setattr__($self, name, value, /)", setattr, "Implement setattr(self, name, value)."),
    method("__delattr__($self, name, /)", delattr, "Implement delattr(self, name)."),
    method(
        "__format__($self, format_spec, /)",
        format,
        "Default object formatter.\n\nReturn str(self) if format_spec is empty. Raise TypeError otherwise.",
    ),
    method("__dir__($self, /)", dir, "Default dir() implementation."),
    method("__sizeof__($self, /)", sizeof, "Size of object in memory, in bytes."),
    method("__reduce__($self, /)", reduce::reduce, "Helper for pickle."),
    method("__reduce_ex__($self, protocol, /)", reduce::reduce_ex, "Helper for pickle."),
    method("__getstate__($self, /)", reduce::getstate, "Helper for pickle."),
    class_method(
        "__init_subclass__($cls, /, *args, **kwargs)",
        init_subclass,
        "This method is called when a class is subclassed.\n\n\
         The default implementation does nothing. It may be\n\
         overridden to extend subclasses.",
    ),
    class_method(
        "__subclasshook__($cls, object, /)",
        subclasshook,
        "Abstract classes can override this to customize issubclass().\n\n\
         This is invoked early on by abc.ABCMeta.__subclasscheck__().\n\
         It should return True, False or NotImplemented.  If it returns\n\
         NotImplemented, the normal algorithm is used.  Otherwise, it\n\
         overrides the normal algorithm (and the outcome is cached).",
    ),
];

static GETSET: &[GetSet] = &[property("__class__", get_class, set_class, "the object's class")];

/// An instance of a class whose `__new__` is `object`'s. Its class is not abstract.
pub fn new_instance(th: &Thread, class: Ref<Class>) -> Result<Value, Raised> {
    Ok(Instance::allocate_as(th, class.root_shape())?.value())
}

/// `object.__new__`
pub fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(class) = args[0].cast::<Class>() else {
        return Err(th.type_error(format!(
            "object.__new__(X): X is not a type object ({})",
            th.type_name(args[0])
        )));
    };
    let extra = has_extra(th, args[1], args[2])?;
    check_new(th, class, extra)?;
    new_instance(th, class)
}

fn has_extra(th: &mut Thread, positional: Value, named: Value) -> Result<bool, Raised> {
    if positional.cast::<Tuple>().is_some_and(|args| !args.is_empty()) {
        return Ok(true);
    }
    match named.cast::<Dict>() {
        Some(named) => Ok(named.len(th)? > 0),
        None => Ok(false),
    }
}

/// What `object.__new__` checks before it makes an instance; `extra` tells whether it was given
/// arguments.
pub(crate) fn check_new(th: &mut Thread, class: Ref<Class>, extra: bool) -> Result<(), Raised> {
    if extra {
        let own_new = class.special(th, Special::New).and_then(native_of);
        if own_new != Some(new as *const ()) {
            return Err(th.type_error(
                "object.__new__() takes exactly one argument (the type to instantiate)",
            ));
        }
        let own_init = class.special(th, Special::Init).and_then(native_of);
        if own_init == Some(init as *const ()) {
            return Err(th.type_error(format!("{}() takes no arguments", class.display_name())));
        }
    }
    if class.has(flags::ABSTRACT) {
        return Err(abstract_class(th, class));
    }
    let native = class.native.get();
    if !native.is_plain() {
        let (name, safe) = (class.full_name(th), native.name);
        return Err(
            th.type_error(format!("object.__new__({name}) is not safe, use {safe}.__new__()"))
        );
    }
    Ok(())
}

/// Raises the `TypeError` for an abstract class, which names the methods it lacks.
#[cold]
fn abstract_class(th: &mut Thread, class: Ref<Class>) -> Raised {
    let lacking = th.class_entry(class, crate::name!(th, "__abstractmethods__"));
    let names =
        lacking.and_then(|names| th.sorted(names.unwrap_or(th.vm.empty_tuple.get().value())));
    let names = names.and_then(|names| names.snapshot(th));
    match names {
        Err(raised) => raised,
        Ok(names) => {
            let names: Vec<String> = names
                .as_slice()
                .iter()
                .map(|&name| format!("'{}'", th.display_str(name)))
                .collect();
            let s = if names.len() == 1 { "" } else { "s" };
            th.type_error(format!(
                "Can't instantiate abstract class {} without an implementation for abstract method{s} {}",
                class.display_name(),
                names.join(", ")
            ))
        }
    }
}

/// `object.__init__`
pub fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let extra = has_extra(th, args[1], args[2])?;
    check_init(th, args[0], extra)?;
    Ok(Value::NONE)
}

/// What `object.__init__` says about arguments it was given.
pub(crate) fn check_init(th: &mut Thread, object: Value, extra: bool) -> Result<(), Raised> {
    if !extra {
        return Ok(());
    }
    let class = th.class_of(object);
    if class.special(th, Special::Init).and_then(native_of) != Some(init as *const ()) {
        return Err(th.type_error(
            "object.__init__() takes exactly one argument (the instance to initialize)",
        ));
    }
    if class.special(th, Special::New).and_then(native_of) == Some(new as *const ()) {
        return Err(th.type_error(format!(
            "{}.__init__() takes exactly one argument (the instance to initialize)",
            class.display_name()
        )));
    }
    Ok(())
}

/// The `repr` of an object that has none of its own.
pub fn default_repr(th: &Thread, value: Value) -> Result<Ref<Str>, Raised> {
    let name = th.class_of(value).full_name(th);
    th.new_str(&format!("<{name} object at {:#x}>", value.bits()))
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(default_repr(th, args[0])?.value())
}

fn str(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(th.repr(args[0])?.value())
}

/// `object.__hash__`: by identity.
pub fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.int_from_i64(crate::operation::identity_hash(args[0]))
}

fn eq(_: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(if args[0] == args[1] { Value::TRUE } else { Value::NOT_IMPLEMENTED })
}

fn ne(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match th.try_method(args[0], Special::Eq, args[1])? {
        Some(equal) => Ok(Value::from_bool(!th.is_true(equal)?)),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn unordered(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::NOT_IMPLEMENTED)
}

/// The interned name in an argument.
pub(crate) fn attribute_name(th: &Thread, name: Value) -> Result<Ref<Str>, Raised> {
    match name.cast::<Str>() {
        Some(name) => Ok(th.intern_str(name)),
        None => {
            Err(th
                .type_error(format!("attribute name must be string, not '{}'", th.type_name(name))))
        }
    }
}

/// `object.__getattribute__`
pub fn getattribute(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = attribute_name(th, args[1])?;
    let class = th.class_of(args[0]);
    match th.find_generic(args[0], class, name)? {
        Some(value) => Ok(value),
        None => Err(th.no_attribute(args[0], name)),
    }
}

fn check_no_class(th: &Thread, object: Value, method: &str) -> Result<(), Raised> {
    if object.cast::<Class>().is_some() {
        let kind = th.type_name(object);
        return Err(th.type_error(format!("can't apply this {method} to {kind} object")));
    }
    Ok(())
}

/// `object.__setattr__`
pub fn setattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    check_no_class(th, args[0], "__setattr__")?;
    let name = attribute_name(th, args[1])?;
    th.set_generic(args[0], name, args[2])?;
    Ok(Value::NONE)
}

/// `object.__delattr__`
pub fn delattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    check_no_class(th, args[0], "__delattr__")?;
    let name = attribute_name(th, args[1])?;
    th.set_generic(args[0], name, Value::UNBOUND)?;
    Ok(Value::NONE)
}

fn format(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(spec) = args[1].cast::<Str>() else {
        return Err(th.type_error(format!(
            "__format__() argument must be str, not {}",
            th.type_name(args[1])
        )));
    };
    if !spec.is_empty() {
        let name = th.type_name(args[0]);
        return Err(th.type_error(format!("unsupported format string passed to {name}.__format__")));
    }
    Ok(th.str(args[0])?.value())
}

/// Collects the names that a class and its bases define.
pub(crate) fn class_names(
    th: &mut Thread,
    class: Ref<Class>,
    names: Ref<Dict>,
) -> Result<(), Raised> {
    for at in 0..class.mro.get().len() {
        let Some(base) = class.mro.get().get(at).cast::<Class>() else { continue };
        let namespace = base.namespace.get();
        for position in 0..namespace.positions() {
            if let Some((name, _)) = namespace.at(position) {
                match name.cast::<Str>() {
                    Some(name) => names.set_str(th, name, Value::NONE)?,
                    None => names.set(th, name, Value::NONE)?,
                }
            }
        }
    }
    Ok(())
}

/// The keys of a dict as a list.
pub(crate) fn keys_of(th: &mut Thread, names: Ref<Dict>) -> Result<Ref<List>, Raised> {
    let mut keys = RootVec::new();
    th.collect(names.value(), &mut keys)?;
    List::from_slice(th, keys.as_slice())
}

fn dir(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let names = Dict::new(th)?;
    if let Some(own) = th.find_attribute(args[0], crate::name!(th, "__dict__"))? {
        let Some(own) = own.cast::<Dict>() else {
            let kind = th.type_name(args[0]);
            return Err(th.type_error(format!("{kind}.__dict__ is not a dictionary")));
        };
        names.update(th, own)?;
    }
    if let Some(class) = th.find_attribute(args[0], crate::name!(th, "__class__"))?
        && let Some(class) = class.cast::<Class>()
    {
        class_names(th, class, names)?;
    }
    Ok(keys_of(th, names)?.value())
}

fn sizeof(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let size = if args[0].is_object() { shape_of_object(args[0]).object_size as i64 } else { 8 };
    th.int_from_i64(size)
}

/// `object.__init_subclass__`
pub fn init_subclass(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = args[0].cast::<Class>().map_or_else(String::new, Ref::display_name);
    if let Some(named) = args[2].cast::<Dict>()
        && named.len(th)? > 0
    {
        return Err(th.type_error(format!("{name}.__init_subclass__() takes no keyword arguments")));
    }
    match args[1].cast::<Tuple>() {
        Some(given) if !given.is_empty() => Err(th.type_error(format!(
            "{name}.__init_subclass__() takes no arguments ({} given)",
            given.len()
        ))),
        _ => Ok(Value::NONE),
    }
}

fn subclasshook(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::NOT_IMPLEMENTED)
}

fn get_class(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    Ok(th.class_of(object).value())
}

fn set_class(th: &mut Thread, object: Value, class: Value) -> Result<(), Raised> {
    if class.is_unbound() {
        return Err(th.type_error("can't delete __class__ attribute"));
    }
    crate::class::rebase::set_class(th, object, class)
}

/// `__dict__` of instances.
pub static DICT: GetSet =
    property("__dict__", get_dict, set_dict, "dictionary for instance variables");

/// Gives a class that adds a `__dict__` to its instances the descriptor for it.
pub(crate) fn define_dict(th: &mut Thread, class: Ref<Class>) -> Result<(), Raised> {
    let descriptor = GetSetDescriptor::allocate(th, class.value(), &DICT)?;
    crate::class::native::define(th, class, "__dict__", descriptor.value())
}

fn get_dict(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    if object.cast::<Class>().is_some() {
        // Of a metaclass that has a base with a `__dict__`: that of classes counts.
        return types::mappingproxy::proxy_of(th, object);
    }
    if !object.is_object() || !th.class_of(object).has_own_attributes() {
        let name = th.name("__dict__");
        return Err(th.no_attribute(object, name));
    }
    Ok(th.own_dict(object)?.value())
}

fn set_dict(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    if object.cast::<Class>().is_some() {
        let message = "attribute '__dict__' of 'type' objects is not writable";
        return Err(th.attribute_error(message));
    }
    let class = th.class_of(object);

    let value = if value.is_unbound() && (!class.has(flags::EXCEPTION) && !class.has(flags::TYPE)) {
        Dict::new(th)?.value()
    } else {
        value
    };
    if value.is_unbound() {
        return Err(th.type_error("cannot delete __dict__"));
    }
    let Some(dict) = value.cast::<Dict>() else {
        let kind = th.type_name(value);
        return Err(th.type_error(format!("__dict__ must be set to a dictionary, not a '{kind}'")));
    };
    if object.cast::<types::module::Module>().is_some() {
        return Err(th.attribute_error("readonly attribute"));
    }
    th.replace_dict(object, dict)
}

/// Calls `__del__` of an object that nobody refers to any more; what it raises is reported and
/// goes no further.
pub fn finalise(th: &mut Thread, object: Value) {
    let Some(method) = th.class_of(object).special(th, Special::Del) else { return };
    if th.call_descriptor_method(method, object, &[]) == Err(Raised::Exception) {
        th.write_unraisable_named("Exception ignored while calling deallocator", method);
    }
}
