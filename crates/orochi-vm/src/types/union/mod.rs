//! Unions of types: `int | str`, which is `typing.Union[int, str]` (PEP 604).

use crate::class::{
    Class, GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, getter, method,
};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::generic_alias::{self, GenericAlias};
use crate::types::tuple::Tuple;

heap_object! {
    /// A union.
    pub immutable struct Union: SPEC {
        values {
            /// `__args__`, without duplicates
            args: Ref<Tuple>,
            /// `__parameters__`
            parameters: Ref<Tuple>,
        }
        storage {}
        data {}
    }
}

/// The class `typing.Union`.
pub static SPEC: TypeSpec = TypeSpec {
    module: "typing",
    doc: "Represent a union type\n\nE.g. for int | str",
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW).and(TypeFlags::WEAKREF),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("Union", NativeLayout::of::<Union>())
};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&SPEC];

static METHODS: &[Method] = &[
    method("__or__($self, value, /)", |th, args| or(th, args[0], args[1]), "Return self|value."),
    method("__ror__($self, value, /)", |th, args| or(th, args[1], args[0]), "Return value|self."),
    method("__eq__($self, value, /)", eq, "Return self==value."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__getitem__($self, key, /)", getitem, "Return self[key]."),
    method("__mro_entries__($self, bases, /)", mro_entries, ""),
    class_method("__class_getitem__($cls, object, /)", class_getitem, "See PEP 585"),
];

static GETSET: &[GetSet] = &[
    getter("__args__", |th, u| Ok(th.receiver::<Union>(u)?.args.get().value()), ""),
    getter(
        "__parameters__",
        |th, u| Ok(th.receiver::<Union>(u)?.parameters.get().value()),
        "Type variables in the types.UnionType.",
    ),
    getter("__origin__", |_, _| Ok(SPEC.class().value()), "Always returns the type"),
    getter("__name__", |th, _| Ok(th.intern("Union")?.value()), "Name of the type"),
    getter("__qualname__", |th, _| Ok(th.intern("Union")?.value()), "Qualified name of the type"),
];

/// Whether a value may stand in a union made by `|`.
fn unionable(th: &Thread, value: Value) -> bool {
    value.is_none()
        || value.cast::<Class>().is_some()
        || value.cast::<Union>().is_some()
        || value.cast::<GenericAlias>().is_some()
        || crate::types::typing_::is_type_alias(th, value)
}

/// `left | right` for types; `NotImplemented` if they are none.
pub fn or(th: &mut Thread, left: Value, right: Value) -> Result<Value, Raised> {
    if !unionable(th, left) || !unionable(th, right) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    of(th, &[left, right])
}

/// The union of these types: flat, without duplicates; a single type stays what it is.
pub fn of(th: &mut Thread, members: &[Value]) -> Result<Value, Raised> {
    let mut flat = RootVec::new();
    for &member in members {
        match member.cast::<Union>() {
            Some(union) => flat.extend_from_slice(union.args.get().as_slice()),
            None if member.is_none() => {
                flat.push(crate::types::singletons::NONE_TYPE.class().value());
            }
            None => flat.push(member),
        }
    }
    let mut unique = RootVec::new();
    for &member in flat.as_slice() {
        let mut seen = false;
        for at in 0..unique.as_slice().len() {
            if th.equal(unique.as_slice()[at], member)? {
                seen = true;
                break;
            }
        }
        if !seen {
            unique.push(member);
        }
    }
    if let [one] = unique.as_slice() {
        return Ok(*one);
    }
    let args = Tuple::from_slice(th, unique.as_slice())?;
    let parameters = generic_alias::parameters_of(th, args)?;
    Ok(Union::allocate(th, args, parameters)?.value())
}

fn class_getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match args[1].cast::<Tuple>() {
        Some(members) if members.is_empty() => {
            Err(th.type_error("Cannot take a Union of no types."))
        }
        Some(members) => of(th, members.as_slice()),
        None => of(th, &[args[1]]),
    }
}

fn eq(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (Some(a), Some(b)) = (args[0].cast::<Union>(), args[1].cast::<Union>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (a, b) = (a.args.get(), b.args.get());
    if a.len() != b.len() {
        return Ok(Value::FALSE);
    }
    for &member in a.as_slice() {
        if !th.contains(b.value(), member)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let members = th.receiver::<Union>(args[0])?.args.get();
    let mut hasher = orochi_text::hash::FrozenSetHasher::default();
    for &member in members.as_slice() {
        hasher.add(th.hash(member)? as i64);
    }
    th.int_from_i64(hasher.finish())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let members = th.receiver::<Union>(args[0])?.args.get();
    let mut parts = Vec::with_capacity(members.len());
    for &member in members.as_slice() {
        parts.push(generic_alias::item_repr(th, member)?);
    }
    Ok(th.new_str(&parts.join(" | "))?.value())
}

fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let union = th.receiver::<Union>(args[0])?;
    let members =
        generic_alias::substituted(th, args[0], union.args.get(), union.parameters.get(), args[1])?;
    of(th, members.as_slice())
}

fn mro_entries(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let text = th.repr(args[0])?.display();
    Err(th.type_error(format!("Cannot subclass {text}")))
}
