//! `None`, `NotImplemented` and `...`: values without objects, and their classes.

use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::object::Instance;
use crate::types::tuple::Tuple;

/// `NoneType`
pub static NONE_TYPE: TypeSpec = TypeSpec {
    doc: "The type of the None singleton.",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($type, /, *args, **kwargs)", new_none, "")),
    methods: NONE_METHODS,
    ..TypeSpec::named("NoneType", NativeLayout::of::<Instance>())
};

/// `NotImplementedType`
pub static NOT_IMPLEMENTED_TYPE: TypeSpec = TypeSpec {
    doc: "The type of the NotImplemented singleton.",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($type, /, *args, **kwargs)", new_not_implemented, "")),
    methods: NOT_IMPLEMENTED_METHODS,
    ..TypeSpec::named("NotImplementedType", NativeLayout::of::<Instance>())
};

/// `ellipsis`
pub static ELLIPSIS_TYPE: TypeSpec = TypeSpec {
    doc: "The type of the Ellipsis singleton.",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($type, /, *args, **kwargs)", new_ellipsis, "")),
    methods: ELLIPSIS_METHODS,
    ..TypeSpec::named("ellipsis", NativeLayout::of::<Instance>())
};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&NONE_TYPE, &NOT_IMPLEMENTED_TYPE, &ELLIPSIS_TYPE];

static NONE_METHODS: &[Method] = &[
    method("__repr__($self, /)", |th, _| text(th, "None"), "Return repr(self)."),
    method("__bool__($self, /)", |_, _| Ok(Value::FALSE), "True if self else False"),
    method("__hash__($self, /)", hash, "Return hash(self)."),
];

static NOT_IMPLEMENTED_METHODS: &[Method] = &[
    method("__repr__($self, /)", |th, _| text(th, "NotImplemented"), "Return repr(self)."),
    method("__bool__($self, /)", not_implemented_truth, "True if self else False"),
    method("__reduce__($self, /)", |th, _| text(th, "NotImplemented"), ""),
];

static ELLIPSIS_METHODS: &[Method] = &[
    method("__repr__($self, /)", |th, _| text(th, "Ellipsis"), "Return repr(self)."),
    method("__reduce__($self, /)", |th, _| text(th, "Ellipsis"), ""),
];

fn text(th: &mut Thread, text: &str) -> Result<Value, Raised> {
    Ok(th.intern(text)?.value())
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.int_from_i64(crate::operation::identity_hash(args[0]))
}

fn not_implemented_truth(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Err(th.type_error("NotImplemented should not be used in a boolean context"))
}

fn single(th: &mut Thread, args: &[Value], name: &str, value: Value) -> Result<Value, Raised> {
    let given = args[1].cast::<Tuple>().is_some_and(|given| !given.is_empty());
    let named = match args[2].cast::<Dict>() {
        Some(named) => named.len(th)? > 0,
        None => false,
    };
    if given || named {
        Err(th.type_error(format!("{name} takes no arguments")))
    } else {
        Ok(value)
    }
}

fn new_none(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    single(th, args, "NoneType", Value::NONE)
}

fn new_not_implemented(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    single(th, args, "NotImplementedType", Value::NOT_IMPLEMENTED)
}

fn new_ellipsis(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    single(th, args, "EllipsisType", Value::ELLIPSIS)
}
