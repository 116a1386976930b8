//! What Python sees of native functions and descriptors.

use super::{GetSetDescriptor, NativeFunction, Signature};
use crate::class::{Binding, Class, GetSet, Method, class_method, getter, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::operation::identity_hash;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::module::Module;
use crate::types::tuple::Tuple;

/// Of `builtin_function_or_method`.
pub(super) static FUNCTION_METHODS: &[Method] = &[
    method("__call__($self, /, *args, **kwargs)", call, "Call self as a function."),
    method("__repr__($self, /)", function_repr, "Return repr(self)."),
    method("__eq__($self, value, /)", eq, "Return self==value."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method("__reduce__($self, /)", reduce_function, ""),
];

/// Of `builtin_function_or_method`.
pub(super) static FUNCTION_GETSET: &[GetSet] = &[
    getter("__name__", name, ""),
    getter("__qualname__", function_qualname, ""),
    getter("__self__", own_self, ""),
    getter("__module__", module, ""),
    getter("__doc__", doc, ""),
    getter("__text_signature__", text_signature, ""),
];

/// Of `method_descriptor`, `wrapper_descriptor` and `classmethod_descriptor`.
pub(super) static DESCRIPTOR_METHODS: &[Method] = &[
    method("__call__($self, /, *args, **kwargs)", call, "Call self as a function."),
    method(
        "__get__($self, instance, owner=None, /)",
        get,
        "Return an attribute of instance, which is of type owner.",
    ),
    method("__repr__($self, /)", descriptor_repr, "Return repr(self)."),
    method("__reduce__($self, /)", reduce_descriptor, ""),
];

/// Of the same.
pub(super) static DESCRIPTOR_GETSET: &[GetSet] = &[
    getter("__name__", name, ""),
    getter("__qualname__", descriptor_qualname, ""),
    getter("__objclass__", objclass, ""),
    getter("__doc__", doc, ""),
    getter("__text_signature__", text_signature, ""),
];

/// Of `method-wrapper`.
pub(super) static WRAPPER_METHODS: &[Method] = &[
    method("__call__($self, /, *args, **kwargs)", call, "Call self as a function."),
    method("__repr__($self, /)", wrapper_repr, "Return repr(self)."),
    method("__eq__($self, value, /)", eq, "Return self==value."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method("__reduce__($self, /)", reduce_function, ""),
];

/// Of `method-wrapper`.
pub(super) static WRAPPER_GETSET: &[GetSet] = &[
    getter("__name__", name, ""),
    getter("__qualname__", descriptor_qualname, ""),
    getter("__self__", own_self, ""),
    getter("__objclass__", objclass, ""),
    getter("__doc__", doc, ""),
    getter("__text_signature__", text_signature, ""),
];

/// Of `getset_descriptor`.
pub(super) static GETSET_METHODS: &[Method] = &[
    method(
        "__get__($self, instance, owner=None, /)",
        getset_get,
        "Return an attribute of instance, which is of type owner.",
    ),
    method(
        "__set__($self, instance, value, /)",
        getset_set,
        "Set an attribute of instance to value.",
    ),
    method("__delete__($self, instance, /)", getset_delete, "Delete an attribute of instance."),
    method("__repr__($self, /)", getset_repr, "Return repr(self)."),
    class_method("__subclasshook__($cls, object, /)", |_, _| Ok(Value::NOT_IMPLEMENTED), ""),
];

/// Of `getset_descriptor`.
pub(super) static GETSET_GETSET: &[GetSet] = &[
    getter(
        "__name__",
        |th, d| {
            let name = getset(th, d)?.entry.get().name;
            Ok(th.intern(name)?.value())
        },
        "",
    ),
    getter("__qualname__", getset_qualname, ""),
    getter("__objclass__", |th, d| Ok(getset(th, d)?.owner.get()), ""),
    getter(
        "__doc__",
        |th, d| {
            let text = getset(th, d)?.entry.get().doc;
            text_or_none(th, text)
        },
        "",
    ),
];

fn native(th: &Thread, value: Value) -> Result<Ref<NativeFunction>, Raised> {
    th.receiver::<NativeFunction>(value)
}

fn getset(th: &Thread, value: Value) -> Result<Ref<GetSetDescriptor>, Raised> {
    th.receiver::<GetSetDescriptor>(value)
}

fn text_or_none(th: &Thread, text: &str) -> Result<Value, Raised> {
    if text.is_empty() { Ok(Value::NONE) } else { Ok(th.new_str(text)?.value()) }
}

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    native(th, args[0])?;
    match (args[1].cast::<Tuple>(), args[2].cast::<Dict>()) {
        (Some(given), Some(named)) => {
            crate::class::create::call_with_dict(th, args[0], given.as_slice(), named)
        }
        _ => th.call(args[0], &[]),
    }
}

fn name(th: &mut Thread, function: Value) -> Result<Value, Raised> {
    Ok(native(th, function)?.name.get().value())
}

fn doc(th: &mut Thread, function: Value) -> Result<Value, Raised> {
    let doc = native(th, function)?.method.get().doc;
    text_or_none(th, doc)
}

fn text_signature(th: &mut Thread, function: Value) -> Result<Value, Raised> {
    let (_, parameters) = Signature::split_name(native(th, function)?.method.get().signature);
    Ok(th.new_str(parameters)?.value())
}

fn own_self(th: &mut Thread, function: Value) -> Result<Value, Raised> {
    let own = native(th, function)?;
    let receiver = own.receiver.get();
    if !receiver.is_unbound() {
        return Ok(receiver);
    }
    // `__new__` of a class belongs to the class.
    Ok(if own.owner.get().cast::<Class>().is_some() { own.owner.get() } else { Value::NONE })
}

fn module(th: &mut Thread, function: Value) -> Result<Value, Raised> {
    let own = native(th, function)?;
    if own.receiver.get().cast::<Module>().is_some() {
        Ok(own.owner.get())
    } else {
        Ok(Value::NONE)
    }
}

fn function_qualname(th: &mut Thread, function: Value) -> Result<Value, Raised> {
    let own = native(th, function)?;
    let receiver = own_self(th, function)?;
    if receiver.is_none() || receiver.cast::<Module>().is_some() {
        return Ok(own.name.get().value());
    }
    let class = match receiver.cast::<Class>() {
        Some(class) => class,
        None => th.class_of(receiver),
    };
    let qualname = th.display_str(class.qualname.get());
    Ok(th.new_str(&format!("{qualname}.{}", own.name.get().display()))?.value())
}

fn owner_name(value: Value) -> String {
    value.cast::<Class>().map_or_else(|| "?".to_owned(), |class| class.display_name())
}

fn descriptor_qualname(th: &mut Thread, function: Value) -> Result<Value, Raised> {
    let own = native(th, function)?;
    let qualname = own.owner.get().cast::<Class>();
    let qualname =
        qualname.map_or_else(|| "?".to_owned(), |class| th.display_str(class.qualname.get()));
    Ok(th.new_str(&format!("{qualname}.{}", own.name.get().display()))?.value())
}

fn objclass(th: &mut Thread, function: Value) -> Result<Value, Raised> {
    Ok(native(th, function)?.owner.get())
}

fn function_repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = native(th, args[0])?;
    let name = own.name.get().display();
    let receiver = own_self(th, args[0])?;
    let text = if receiver.is_none() || receiver.cast::<Module>().is_some() {
        format!("<built-in function {name}>")
    } else {
        let kind = th.class_of(receiver).full_name(th);
        format!("<built-in method {name} of {kind} object at {:#x}>", receiver.bits())
    };
    Ok(th.new_str(&text)?.value())
}

fn descriptor_repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = native(th, args[0])?;
    let wrapper = th.class_of(args[0]) == super::WRAPPER_DESCRIPTOR.class();
    let kind = if wrapper { "slot wrapper" } else { "method" };
    let text = format!(
        "<{kind} '{}' of '{}' objects>",
        own.name.get().display(),
        owner_name(own.owner.get())
    );
    Ok(th.new_str(&text)?.value())
}

fn wrapper_repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = native(th, args[0])?;
    let receiver = own.receiver.get();
    let kind = th.type_name(receiver);
    let text = format!(
        "<method-wrapper '{}' of {kind} object at {:#x}>",
        own.name.get().display(),
        receiver.bits()
    );
    Ok(th.new_str(&text)?.value())
}

fn is_same(th: &Thread, args: &[Value]) -> Option<bool> {
    let (a, b) = (args[0].cast::<NativeFunction>()?, args[1].cast::<NativeFunction>()?);
    Some(
        th.class_of(args[0]) == th.class_of(args[1])
            && a.receiver.get() == b.receiver.get()
            && a.owner.get() == b.owner.get()
            && std::ptr::eq(a.method.get(), b.method.get()),
    )
}

fn eq(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(is_same(th, args).map_or(Value::NOT_IMPLEMENTED, Value::from_bool))
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = native(th, args[0])?;
    let entry = std::ptr::from_ref(own.method.get()) as usize as i64 >> 4;
    th.int_from_i64(identity_hash(own.receiver.get()) ^ entry)
}

fn reduce_function(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = native(th, args[0])?;
    let receiver = own_self(th, args[0])?;
    if receiver.is_none() || receiver.cast::<Module>().is_some() {
        return Ok(own.name.get().value());
    }
    let getattr = th.builtin(crate::name!(th, "getattr"))?;
    let arguments = Tuple::from_slice(th, &[receiver, own.name.get().value()])?;
    Ok(Tuple::from_slice(th, &[getattr, arguments.value()])?.value())
}

fn reduce_descriptor(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = native(th, args[0])?;
    let getattr = th.builtin(crate::name!(th, "getattr"))?;
    let arguments = Tuple::from_slice(th, &[own.owner.get(), own.name.get().value()])?;
    Ok(Tuple::from_slice(th, &[getattr, arguments.value()])?.value())
}

/// Raises the `TypeError` for a descriptor that is used with an object of a foreign class.
#[cold]
fn foreign(th: &Thread, name: &str, owner: Value, object: Value) -> Raised {
    th.type_error(format!(
        "descriptor '{name}' for '{}' objects doesn't apply to a '{}' object",
        owner_name(owner),
        th.type_name(object)
    ))
}

fn belongs(th: &Thread, owner: Value, object: Value) -> bool {
    owner.cast::<Class>().is_none_or(|owner| th.is_instance(object, owner))
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = native(th, args[0])?;
    if own.method.get().binding == Binding::Class {
        let owner = if args[2].is_unbound() || args[2].is_none() {
            th.class_of(args[1]).value()
        } else {
            args[2]
        };
        return Ok(own.bound(th, owner)?.value());
    }
    if args[1].is_none() && !args[2].is_unbound() && !args[2].is_none() {
        let none = crate::types::singletons::NONE_TYPE.class().value();
        if args[2] != none {
            return Ok(args[0]);
        }
    }
    if !belongs(th, own.owner.get(), args[1]) {
        return Err(foreign(th, &own.name.get().display(), own.owner.get(), args[1]));
    }
    Ok(own.bound(th, args[1])?.value())
}

fn getset_checked(th: &Thread, args: &[Value]) -> Result<&'static GetSet, Raised> {
    let own = getset(th, args[0])?;
    let entry = own.entry.get();
    if belongs(th, own.owner.get(), args[1]) {
        Ok(entry)
    } else {
        Err(foreign(th, entry.name, own.owner.get(), args[1]))
    }
}

fn getset_get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[1].is_none() {
        getset(th, args[0])?;
        return Ok(args[0]);
    }
    let entry = getset_checked(th, args)?;
    (entry.get)(th, args[1])
}

fn change(th: &mut Thread, args: &[Value], value: Value) -> Result<Value, Raised> {
    let entry = getset_checked(th, args)?;
    match entry.set {
        Some(set) => {
            set(th, args[1], value)?;
            Ok(Value::NONE)
        }
        None => {
            let owner = owner_name(getset(th, args[0])?.owner.get());
            Err(th.attribute_error(format!(
                "attribute '{}' of '{owner}' objects is not writable",
                entry.name
            )))
        }
    }
}

fn getset_set(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    change(th, args, args[2])
}

fn getset_delete(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    change(th, args, Value::UNBOUND)
}

fn getset_repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = getset(th, args[0])?;
    let text = format!(
        "<attribute '{}' of '{}' objects>",
        own.entry.get().name,
        owner_name(own.owner.get())
    );
    Ok(th.new_str(&text)?.value())
}

fn getset_qualname(th: &mut Thread, descriptor: Value) -> Result<Value, Raised> {
    let own = getset(th, descriptor)?;
    let text = format!("{}.{}", owner_name(own.owner.get()), own.entry.get().name);
    Ok(th.new_str(&text)?.value())
}
