//! Native functions: Rust code that Python calls.
//!
//! A [`NativeFunction`] pairs a [`Method`] of some table with its parsed
//! [`Signature`]. Calls whose arguments are already in order pass the caller's window straight to
//! the Rust function; all others go through [`bind`](fn@bind), which sorts names, defaults, `*args` and
//! `**kwargs` into an array with one value a parameter.

mod attributes;
mod bind;
mod module;
mod signature;

pub use bind::{Arguments, bind};
pub use module::ModuleSpec;
pub use signature::{Parameter, Signature};

use crate::class::{GetSet, Method, NativeLayout, TypeFlags, TypeSpec};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::str::Str;

/// The native method or special method in a value, which takes its receiver as first argument.
#[inline(always)]
pub(crate) fn as_slot(value: Value) -> Option<Ref<NativeFunction>> {
    use crate::shape::known;
    if value.is_object() {
        // SAFETY: objects have headers; the shape tells the layout.
        unsafe {
            let shape = (*value.object_ptr()).shape_relaxed();
            if shape == known::WRAPPER_DESCRIPTOR || shape == known::METHOD_DESCRIPTOR {
                return Some(Ref::from_ptr(value.bits() as *const NativeFunction));
            }
        }
    }
    None
}

/// A native function: one value for each parameter of its signature, missing ones unbound.
pub type NativeFn = fn(&mut Thread, &[Value]) -> Result<Value, Raised>;

heap_object! {
    /// A native function, method descriptor or bound native method; its class tells which.
    pub immutable struct NativeFunction: BUILTIN_FUNCTION {
        values {
            /// What it is bound to: an object, a class, a module; unbound for a descriptor.
            receiver: Value,
            /// The class that defines it, for descriptors; the module's name for functions.
            owner: Value,
            /// Its name.
            name: Ref<Str>,
        }
        storage {}
        data {
            /// The table entry.
            method: &'static Method,
            /// The parsed signature.
            signature: &'static Signature,
        }
    }
}

heap_object! {
    /// A computed attribute of a native type.
    pub immutable struct GetSetDescriptor: GETSET_DESCRIPTOR {
        values {
            /// The class that defines it.
            owner: Value,
        }
        storage {}
        data {
            /// The table entry.
            entry: &'static GetSet,
        }
    }
}

/// `builtin_function_or_method`
pub static BUILTIN_FUNCTION: TypeSpec = TypeSpec {
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW).and(TypeFlags::WEAKREF),
    methods: attributes::FUNCTION_METHODS,
    getset: attributes::FUNCTION_GETSET,
    ..TypeSpec::named("builtin_function_or_method", NativeLayout::of::<NativeFunction>())
};

/// `method_descriptor`: a method of a native class, unbound.
pub static METHOD_DESCRIPTOR: TypeSpec = TypeSpec {
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    same_layout: Some(&BUILTIN_FUNCTION),
    methods: attributes::DESCRIPTOR_METHODS,
    getset: attributes::DESCRIPTOR_GETSET,
    ..TypeSpec::named("method_descriptor", NativeLayout::of::<NativeFunction>())
};

/// `wrapper_descriptor`: a special method of a native class, unbound.
pub static WRAPPER_DESCRIPTOR: TypeSpec = TypeSpec {
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    same_layout: Some(&BUILTIN_FUNCTION),
    methods: attributes::DESCRIPTOR_METHODS,
    getset: attributes::DESCRIPTOR_GETSET,
    ..TypeSpec::named("wrapper_descriptor", NativeLayout::of::<NativeFunction>())
};

/// `method-wrapper`: a special method of a native class, bound.
pub static METHOD_WRAPPER: TypeSpec = TypeSpec {
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    same_layout: Some(&BUILTIN_FUNCTION),
    methods: attributes::WRAPPER_METHODS,
    getset: attributes::WRAPPER_GETSET,
    ..TypeSpec::named("method-wrapper", NativeLayout::of::<NativeFunction>())
};

/// `classmethod_descriptor`: a class method of a native class.
pub static CLASSMETHOD_DESCRIPTOR: TypeSpec = TypeSpec {
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    same_layout: Some(&BUILTIN_FUNCTION),
    methods: attributes::DESCRIPTOR_METHODS,
    getset: attributes::DESCRIPTOR_GETSET,
    ..TypeSpec::named("classmethod_descriptor", NativeLayout::of::<NativeFunction>())
};

/// `getset_descriptor`
pub static GETSET_DESCRIPTOR: TypeSpec = TypeSpec {
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    methods: attributes::GETSET_METHODS,
    getset: attributes::GETSET_GETSET,
    ..TypeSpec::named("getset_descriptor", NativeLayout::of::<GetSetDescriptor>())
};

impl NativeFunction {
    /// A function object for a table entry.
    pub fn from_method(
        th: &Thread,
        spec: &'static TypeSpec,
        method: &'static Method,
        receiver: Value,
        owner: Value,
    ) -> Result<Ref<NativeFunction>, Raised> {
        let (name, parameters) = Signature::split_name(method.signature);
        let signature: &'static Signature = Box::leak(Box::new(Signature::parse(th, parameters)?));
        let name = th.intern(name)?;
        NativeFunction::allocate_as(th, spec.shape(), receiver, owner, name, method, signature)
    }
}

impl Ref<NativeFunction> {
    /// The same function bound to `receiver`.
    pub fn bound(self, th: &Thread, receiver: Value) -> Result<Ref<NativeFunction>, Raised> {
        let spec = if th.class_of(self.value()) == WRAPPER_DESCRIPTOR.class() {
            &METHOD_WRAPPER
        } else {
            &BUILTIN_FUNCTION
        };
        NativeFunction::allocate_as(
            th,
            spec.shape(),
            receiver,
            self.owner.get(),
            self.name.get(),
            self.method.get(),
            self.signature.get(),
        )
    }
}

/// Types of this folder without a fixed shape number.
pub static TYPES: &[&TypeSpec] =
    &[&METHOD_WRAPPER, &CLASSMETHOD_DESCRIPTOR, &crate::class::change::ATTRIBUTE_CELL];
