//! `types.GenericAlias`: `list[int]` (PEP 585).
//!
//! * [`substitute`]: type variables among the arguments, and putting types in their place

mod substitute;

pub use substitute::{parameters_of, substituted};

use crate::class::{
    Class, GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method,
};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::object::attribute_name;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::union;

heap_object! {
    /// An alias.
    pub immutable struct GenericAlias: SPEC {
        values {
            /// `__origin__`
            origin: Value,
            /// `__args__`
            args: Ref<Tuple>,
            /// `__parameters__`
            parameters: Ref<Tuple>,
        }
        storage {}
        data {
            /// Non-zero if made by unpacking: `*tuple[int, ...]`.
            starred: u64,
        }
    }
}

/// The class `types.GenericAlias`.
pub static SPEC: TypeSpec = TypeSpec {
    module: "types",
    doc: "Represent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).",
    flags: TypeFlags::BASE.and(TypeFlags::IMMUTABLE).and(TypeFlags::WEAKREF),
    new: Some(function("__new__($type, origin, args, /)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("GenericAlias", NativeLayout::of::<GenericAlias>())
};

/// The iterator that `*alias` unpacks.
pub static ITERATOR: TypeSpec = TypeSpec {
    module: "types",
    flags: TypeFlags::NO_NEW,
    next: Some(next_starred),
    ..TypeSpec::named("generic_alias_iterator", NativeLayout::of::<AliasIterator>())
};

heap_object! {
    /// Gives the starred alias once.
    pub struct AliasIterator: ITERATOR {
        values {
            /// What is still to come, or unbound.
            alias: Value,
        }
        storage {}
        data {}
    }
}

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&SPEC, &ITERATOR];

static METHODS: &[Method] = &[
    method("__getattribute__($self, name, /)", getattribute, "Return getattr(self, name)."),
    method("__call__($self, /, *args, **kwargs)", call, "Call self as a function."),
    method("__getitem__($self, key, /)", getitem, "Return self[key]."),
    method("__iter__($self, /)", iter, "Implement iter(self)."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__eq__($self, value, /)", eq, "Return self==value."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method(
        "__or__($self, value, /)",
        |th, args| union::or(th, args[0], args[1]),
        "Return self|value.",
    ),
    method(
        "__ror__($self, value, /)",
        |th, args| union::or(th, args[1], args[0]),
        "Return value|self.",
    ),
    method("__mro_entries__($self, bases, /)", mro_entries, ""),
    method("__instancecheck__($self, instance, /)", no_check_instance, ""),
    method("__subclasscheck__($self, subclass, /)", no_check_subclass, ""),
    method("__reduce__($self, /)", reduce, ""),
    method("__dir__($self, /)", dir, ""),
];

static GETSET: &[GetSet] = &[
    getter("__origin__", |th, a| Ok(th.receiver::<GenericAlias>(a)?.origin.get()), ""),
    getter("__args__", |th, a| Ok(th.receiver::<GenericAlias>(a)?.args.get().value()), ""),
    getter(
        "__parameters__",
        |th, a| Ok(th.receiver::<GenericAlias>(a)?.parameters.get().value()),
        "Type variables in the GenericAlias.",
    ),
    getter(
        "__unpacked__",
        |th, a| Ok(Value::from_bool(th.receiver::<GenericAlias>(a)?.starred.get() != 0)),
        "",
    ),
    getter("__typing_unpacked_tuple_args__", unpacked_tuple_args, ""),
];

impl GenericAlias {
    /// `origin[item]`
    pub fn of(th: &mut Thread, origin: Value, item: Value) -> Result<Value, Raised> {
        let args = match item.cast_exact::<Tuple>() {
            Some(args) => args,
            None => Tuple::from_slice(th, &[item])?,
        };
        let parameters = parameters_of(th, args)?;
        Ok(GenericAlias::allocate(th, origin, args, parameters, 0)?.value())
    }
}

/// `__class_getitem__` of the classes that are generic.
pub fn class_getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    GenericAlias::of(th, args[0], args[1])
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    let given = match args[2].cast::<Tuple>() {
        Some(given) => given,
        None => Tuple::from_slice(th, &[args[2]])?,
    };
    let parameters = parameters_of(th, given)?;
    Ok(GenericAlias::allocate_as(th, shape, args[1], given, parameters, 0)?.value())
}

/// Attributes that the alias has itself; all others are its origin's.
const OWN: &[&str] = &[
    "__class__",
    "__origin__",
    "__args__",
    "__unpacked__",
    "__parameters__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
    "__copy__",
    "__deepcopy__",
    "__dict__",
    "__slots__",
    "__weakref__",
];

fn getattribute(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let alias = th.receiver::<GenericAlias>(args[0])?;
    let name = attribute_name(th, args[1])?;
    let text = name.display();
    if !OWN.contains(&text.as_str())
        && !matches!(text.as_str(), "__class_getitem__" | "__bases__")
        && let Some(value) = th.find_attribute(alias.origin.get(), name)?
    {
        return Ok(value);
    }
    let class = th.class_of(args[0]);
    match th.find_generic(args[0], class, name)? {
        Some(value) => Ok(value),
        None => Err(th.no_attribute(args[0], name)),
    }
}

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let origin = th.receiver::<GenericAlias>(args[0])?.origin.get();
    let made = match (args[1].cast::<Tuple>(), args[2].cast::<Dict>()) {
        (Some(given), Some(named)) => {
            crate::class::create::call_with_dict(th, origin, given.as_slice(), named)?
        }
        _ => th.call(origin, &[])?,
    };
    let name = crate::name!(th, "__orig_class__");
    if let Err(raised) = th.set_attribute(made, name, args[0]) {
        let ignored = th.catch(raised, &crate::exception::classes::ATTRIBUTE_ERROR).is_some()
            || th.catch(raised, &crate::exception::classes::TYPE_ERROR).is_some();
        if !ignored {
            return Err(raised);
        }
    }
    Ok(made)
}

fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let alias = th.receiver::<GenericAlias>(args[0])?;
    let members = substituted(th, args[0], alias.args.get(), alias.parameters.get(), args[1])?;
    let members = Tuple::from_slice(th, members.as_slice())?;
    let parameters = parameters_of(th, members)?;
    Ok(GenericAlias::allocate(th, alias.origin.get(), members, parameters, alias.starred.get())?
        .value())
}

fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let alias = th.receiver::<GenericAlias>(args[0])?;
    let starred = GenericAlias::allocate(
        th,
        alias.origin.get(),
        alias.args.get(),
        alias.parameters.get(),
        1,
    )?;
    Ok(AliasIterator::allocate(th, starred.value())?.value())
}

fn next_starred(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<AliasIterator>(iterator)?;
    let fields = th.write(iterator)?;
    let alias = fields.alias.get();
    fields.alias.set(fields.token(), Value::UNBOUND);
    Ok((!alias.is_unbound()).then_some(alias))
}

/// How a type is written among the arguments of an alias.
pub fn item_repr(th: &mut Thread, item: Value) -> Result<String, Raised> {
    if item == Value::ELLIPSIS {
        return Ok("...".to_owned());
    }
    if let Some(class) = item.cast::<Class>() {
        if class == crate::types::singletons::NONE_TYPE.class() {
            return Ok("None".to_owned());
        }
        return Ok(class.full_name(th));
    }
    if let Some(list) = item.cast_exact::<List>() {
        let items = list.snapshot(th)?;
        let mut parts = Vec::new();
        for &item in items.as_slice() {
            parts.push(item_repr(th, item)?);
        }
        return Ok(format!("[{}]", parts.join(", ")));
    }
    let plain = th.find_attribute(item, crate::name!(th, "__origin__"))?.is_some()
        && th.find_attribute(item, crate::name!(th, "__args__"))?.is_some();
    if !plain {
        let qualname = th.find_attribute(item, crate::name!(th, "__qualname__"))?;
        let module = th.find_attribute(item, crate::name!(th, "__module__"))?;
        if let (Some(qualname), Some(module)) = (qualname, module)
            && !module.is_none()
            && qualname.cast::<Str>().is_some()
        {
            let (qualname, module) = (th.display_str(qualname), th.display_str(module));
            return Ok(if module == "builtins" {
                qualname
            } else {
                format!("{module}.{qualname}")
            });
        }
    }
    Ok(th.repr(item)?.display())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let alias = th.receiver::<GenericAlias>(args[0])?;
    let origin = item_repr(th, alias.origin.get())?;
    let mut parts = Vec::new();
    for &item in alias.args.get().as_slice() {
        parts.push(item_repr(th, item)?);
    }
    let inside = if parts.is_empty() { "()".to_owned() } else { parts.join(", ") };
    let star = if alias.starred.get() != 0 { "*" } else { "" };
    Ok(th.new_str(&format!("{star}{origin}[{inside}]"))?.value())
}

fn eq(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (Some(a), Some(b)) = (args[0].cast::<GenericAlias>(), args[1].cast::<GenericAlias>())
    else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let same = a.starred.get() == b.starred.get()
        && th.equal(a.origin.get(), b.origin.get())?
        && th.equal(a.args.get().value(), b.args.get().value())?;
    Ok(Value::from_bool(same))
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let alias = th.receiver::<GenericAlias>(args[0])?;
    let origin = th.hash(alias.origin.get())? as i64;
    let inside = th.hash(alias.args.get().value())? as i64;
    th.int_from_i64(origin ^ inside)
}

fn mro_entries(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let origin = th.receiver::<GenericAlias>(args[0])?.origin.get();
    Ok(Tuple::from_slice(th, &[origin])?.value())
}

fn no_check_instance(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Err(th.type_error("isinstance() argument 2 cannot be a parameterized generic"))
}

fn no_check_subclass(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Err(th.type_error("issubclass() argument 2 cannot be a parameterized generic"))
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let alias = th.receiver::<GenericAlias>(args[0])?;
    let inside = Tuple::from_slice(th, &[alias.origin.get(), alias.args.get().value()])?;
    if alias.starred.get() != 0 {
        let plain = GenericAlias::allocate(
            th,
            alias.origin.get(),
            alias.args.get(),
            alias.parameters.get(),
            0,
        )?;
        let next = th.builtin(crate::name!(th, "next"))?;
        let iterator = AliasIterator::allocate(th, plain.value())?;
        let inside = Tuple::from_slice(th, &[iterator.value()])?;
        return Ok(Tuple::from_slice(th, &[next, inside.value()])?.value());
    }
    Ok(Tuple::from_slice(th, &[SPEC.class().value(), inside.value()])?.value())
}

fn dir(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let origin = th.receiver::<GenericAlias>(args[0])?.origin.get();
    let names = th.dir(origin)?;
    let mut all = RootVec::new();
    th.collect(names.value(), &mut all)?;
    for own in OWN {
        let own = th.intern(own)?.value();
        if !all.as_slice().contains(&own) {
            all.push(own);
        }
    }
    Ok(List::from_slice(th, all.as_slice())?.value())
}

fn unpacked_tuple_args(th: &mut Thread, alias: Value) -> Result<Value, Raised> {
    let alias = th.receiver::<GenericAlias>(alias)?;
    let tuple = alias.origin.get() == crate::types::tuple::SPEC.class().value();
    Ok(if alias.starred.get() != 0 && tuple { alias.args.get().value() } else { Value::NONE })
}
