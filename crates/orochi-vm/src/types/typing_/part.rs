//! `P.args` and `P.kwargs` of a `ParamSpec`.

use super::variable::{PARAM_SPEC, mro_entries, name};
use crate::class::{GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::thread::Thread;

heap_object! {
    /// `P.args` or `P.kwargs`.
    pub immutable struct ParamSpecPart: PARAM_SPEC_ARGS {
        values {
            /// `__origin__`
            origin: Value,
        }
        storage {}
        data {}
    }
}

/// The class `typing.ParamSpecArgs`.
pub static PARAM_SPEC_ARGS: TypeSpec = TypeSpec {
    module: "typing",
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::WEAKREF),
    new: Some(function(
        "__new__($type, origin, /)",
        |th, args| part(th, args, &PARAM_SPEC_ARGS),
        "",
    )),
    methods: PART_METHODS,
    getset: PART_GETSET,
    ..TypeSpec::named("ParamSpecArgs", NativeLayout::of::<ParamSpecPart>())
};

/// The class `typing.ParamSpecKwargs`.
pub static PARAM_SPEC_KWARGS: TypeSpec = TypeSpec {
    module: "typing",
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::WEAKREF),
    same_layout: Some(&PARAM_SPEC_ARGS),
    new: Some(function(
        "__new__($type, origin, /)",
        |th, args| part(th, args, &PARAM_SPEC_KWARGS),
        "",
    )),
    methods: PART_METHODS,
    getset: PART_GETSET,
    ..TypeSpec::named("ParamSpecKwargs", NativeLayout::of::<ParamSpecPart>())
};

static PART_METHODS: &[Method] = &[
    method("__repr__($self, /)", part_repr, "Return repr(self)."),
    method("__eq__($self, value, /)", part_eq, "Return self==value."),
    method("__hash__($self, /)", part_hash, "Return hash(self)."),
    method("__mro_entries__($self, bases, /)", mro_entries, ""),
];
static PART_GETSET: &[GetSet] =
    &[getter("__origin__", |th, p| Ok(th.receiver::<ParamSpecPart>(p)?.origin.get()), "")];

fn part(th: &mut Thread, args: &[Value], spec: &'static TypeSpec) -> Result<Value, Raised> {
    Ok(ParamSpecPart::allocate_as(th, spec.shape(), args[1])?.value())
}

fn part_repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let origin = th.receiver::<ParamSpecPart>(args[0])?.origin.get();
    let which = if th.class_of(args[0]) == PARAM_SPEC_ARGS.class() { "args" } else { "kwargs" };
    let text = if th.class_of(origin) == PARAM_SPEC.class() {
        let name = name(th, origin)?;
        format!("{}.{which}", th.display_str(name))
    } else {
        format!("{}.{which}", th.repr(origin)?.display())
    };
    Ok(th.new_str(&text)?.value())
}

fn part_eq(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if th.class_of(args[0]) != th.class_of(args[1]) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (a, b) = (th.receiver::<ParamSpecPart>(args[0])?, th.receiver::<ParamSpecPart>(args[1])?);
    Ok(Value::from_bool(th.equal(a.origin.get(), b.origin.get())?))
}

fn part_hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let origin = th.receiver::<ParamSpecPart>(args[0])?.origin.get();
    let hash = th.hash(origin)? as i64;
    th.int_from_i64(hash.rotate_left(1))
}
