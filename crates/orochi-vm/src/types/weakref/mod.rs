//! `weakref.ref` and the proxies.
//!
//! The collector clears the referent of a weak reference when the object dies and hands the
//! reference up if it has a callback; [`object`] has the layout. References and proxies without a
//! callback are made once for each object: [`canonical`] knows them.

pub(crate) mod canonical;
mod object;
mod proxy;

pub use object::WeakRef;
pub use proxy::{CALLABLE_PROXY, PROXY};

use crate::class::{
    Class, GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, flags, function,
    getter, method,
};
use crate::exception::Raised;
use crate::heap::{Value, WeakField};
use crate::native::GetSetDescriptor;
use crate::object::{Ref, ValueCast};
use crate::operation::Comparison;
use crate::thread::Thread;
use crate::types;
use crate::types::str::Str;

/// The class `weakref.ReferenceType`.
pub static SPEC: TypeSpec = TypeSpec {
    module: "weakref",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    getset: GETSET,
    weak: Some(WEAK),
    ..TypeSpec::named("ReferenceType", NativeLayout::of::<WeakRef>())
};

/// Where the collector finds referent and callback.
const WEAK: WeakField = WeakField { referent: 16, callback: Some(8) };

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&SPEC, &PROXY, &CALLABLE_PROXY];

static METHODS: &[Method] = &[
    method(
        "__init__($self, /, *args, **kwargs)",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("__call__($self, /)", call, "Call self as a function."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method(
        "__eq__($self, value, /)",
        |th, args| compare(th, args, Comparison::Eq),
        "Return self==value.",
    ),
    method(
        "__ne__($self, value, /)",
        |th, args| compare(th, args, Comparison::Ne),
        "Return self!=value.",
    ),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    class_method(
        "__class_getitem__($cls, object, /)",
        crate::types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

static GETSET: &[GetSet] = &[getter("__callback__", callback, "")];

/// Whether instances of a class can be referred to weakly: those of the built-in classes that say
/// so, and of classes made in Python whose `__slots__` do not leave it out.
pub fn supports(class: Ref<Class>) -> bool {
    class.has(flags::WEAKREF)
}

/// The object to refer to, checked.
fn referent(th: &Thread, value: Value) -> Result<Value, Raised> {
    if value.is_object() && supports(th.class_of(value)) {
        return Ok(value);
    }
    Err(th.type_error(format!("cannot create weak reference to '{}' object", th.type_name(value))))
}

/// `ref(object, callback=None)`
fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    if shape.class == SPEC.class() {
        refuse_names(th, args[2])?;
    }
    let given = args[1].cast::<types::tuple::Tuple>().unwrap_or(th.vm.empty_tuple.get());
    if given.is_empty() || given.len() > 2 {
        let (least, count) =
            (if given.is_empty() { "at least 1" } else { "at most 2" }, given.len());
        let s = if given.is_empty() { "" } else { "s" };
        return Err(th.type_error(format!("__new__ expected {least} argument{s}, got {count}")));
    }
    let referent = referent(th, given.get(0))?;
    let callback = given.get(1);
    let callback = if callback.is_unbound() { Value::NONE } else { callback };
    if callback.is_none() && shape.class == SPEC.class() {
        return single(th, &SPEC, referent);
    }
    Ok(WeakRef::allocate_as(th, shape, callback, referent, 0)?.value())
}

/// `ref(object)` for the class itself, without the detour of its constructors; unbound if they are
/// to say what is wrong.
pub(crate) fn plain(th: &Thread, object: Value) -> Result<Value, Raised> {
    if !object.is_object() || !supports(th.class_of(object)) {
        return Ok(Value::UNBOUND);
    }
    single(th, &SPEC, object)
}

/// The reference without a callback, made if there is none.
fn single(th: &Thread, spec: &'static TypeSpec, referent: Value) -> Result<Value, Raised> {
    let class = std::ptr::from_ref(spec).addr();
    if let Some(known) = canonical::find(referent, class) {
        return Ok(known.value());
    }
    let made = WeakRef::allocate_as(th, spec.shape(), Value::NONE, referent, 0)?;
    Ok(canonical::enter(referent, class, made).value())
}

/// `__new__` has done everything; this checks the arguments that it got.
fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    refuse_names(th, args[2])?;
    let given = args[1].cast::<types::tuple::Tuple>().map_or(0, |given| given.len());
    match given {
        1 | 2 => Ok(Value::NONE),
        0 => Err(th.type_error("__init__ expected at least 1 argument, got 0")),
        _ => Err(th.type_error(format!("__init__ expected at most 2 arguments, got {given}"))),
    }
}

fn refuse_names(th: &mut Thread, names: Value) -> Result<(), Raised> {
    match names.cast::<types::dict::Dict>() {
        Some(names) if names.len(th)? > 0 => Err(th.type_error("ref() takes no keyword arguments")),
        _ => Ok(()),
    }
}

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(th.receiver::<WeakRef>(args[0])?.target().unwrap_or(Value::NONE))
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<WeakRef>(args[0])?;
    if let Some(known) = own.known_hash() {
        return th.int_from_i64(known);
    }
    let Some(target) = own.target() else { return Err(th.type_error("weak object has gone away")) };
    let hash = th.hash(target)? as i64;
    own.hash.set_cache(hash);
    th.int_from_i64(hash)
}

fn compare(th: &mut Thread, args: &[Value], op: Comparison) -> Result<Value, Raised> {
    let (Some(a), Some(b)) = (args[0].cast::<WeakRef>(), args[1].cast::<WeakRef>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    match (a.target(), b.target()) {
        (Some(a), Some(b)) => th.compare(op, a, b),
        _ => Ok(Value::from_bool((args[0] == args[1]) == (op == Comparison::Eq))),
    }
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<WeakRef>(args[0])?;
    let here = args[0].bits();
    let text = match own.target() {
        None => format!("<weakref at {here:#x}; dead>"),
        Some(target) => {
            let mut named = String::new();
            let name = match th.find_attribute(target, crate::name!(th, "__name__")) {
                Ok(name) => name,
                // A `__getattr__` that does not expect the question is no reason to fail.
                Err(raised) => match th.catch(raised, &crate::exception::classes::EXCEPTION) {
                    Some(_) => None,
                    None => return Err(raised),
                },
            };
            if let Some(name) = name.filter(|name| name.cast::<Str>().is_some()) {
                named = format!(" ({})", th.display_str(name));
            }
            format!(
                "<weakref at {here:#x}; to '{}' at {:#x}{named}>",
                th.type_name(target),
                target.bits()
            )
        }
    };
    Ok(th.new_str(&text)?.value())
}

fn callback(th: &mut Thread, reference: Value) -> Result<Value, Raised> {
    let own = th.receiver::<WeakRef>(reference)?;
    Ok(if own.target().is_some() { own.callback.get() } else { Value::NONE })
}

/// `__weakref__` of instances: the reference without a callback, the first of CPython's list.
static WEAKREF: GetSet =
    getter("__weakref__", first_reference, "list of weak references to the object");

fn first_reference(_: &mut Thread, object: Value) -> Result<Value, Raised> {
    let first = canonical::find(object, std::ptr::from_ref(&SPEC).addr());
    Ok(first.map_or(Value::NONE, Ref::value))
}

/// Gives a class that adds support for weak references the descriptor `__weakref__`.
pub(crate) fn define_weakref(th: &mut Thread, class: Ref<Class>) -> Result<(), Raised> {
    let descriptor = GetSetDescriptor::allocate(th, class.value(), &WEAKREF)?;
    crate::class::native::define(th, class, "__weakref__", descriptor.value())
}

/// `weakref.proxy(object, callback=None)`
pub fn new_proxy(th: &mut Thread, object: Value, callback: Value) -> Result<Value, Raised> {
    let object = referent(th, object)?;
    let spec = if th.is_callable(object) { &CALLABLE_PROXY } else { &PROXY };
    if callback.is_none() {
        return single(th, spec, object);
    }
    Ok(WeakRef::allocate_as(th, spec.shape(), callback, object, 0)?.value())
}

/// Calls the callback of a weak reference whose object has died; what it raises is reported and
/// goes no further.
pub(crate) fn run_callback(th: &mut Thread, reference: Value) {
    let Some(own) = reference.cast::<WeakRef>() else { return };
    let callback = own.callback.get();
    if callback.is_none() || callback.is_unbound() {
        return;
    }
    if th.call(callback, &[reference]) == Err(Raised::Exception) {
        th.write_unraisable_named("Exception ignored while calling weakref callback", callback);
    }
}
