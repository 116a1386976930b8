//! Making classes of native types.
//!
//! The built-in classes are made at start, in the order of `BUILTIN_TYPES`: first those with
//! fixed shape numbers. `object` and `type` refer to each other and so are made by hand; a class's
//! attributes are filled in once all classes exist, as they are made of functions, strings and
//! tuples themselves.

use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64};

use super::{Binding, Class, Namespace, Special, TypeFlags, TypeSpec, flags};
use crate::exception::Raised;
use crate::heap::{Heap, RootVec, Value};
use crate::native::{self, GetSetDescriptor, NativeFunction};
use crate::object::{Field, Ref, ValueCast};
use crate::shape::{InstanceLayout, Shape, known};
use crate::thread::Thread;
use crate::types::{self, tuple::Tuple};

/// Built-in types with fixed shape numbers, in the order of `shape::known` from `OBJECT` on.
static NUMBERED: &[&TypeSpec] = &[
    &types::object::SPEC,
    &types::type_::SPEC,
    &types::str::SPEC,
    &types::int::SPEC,
    &types::tuple::SPEC,
    &types::list::SPEC,
    &types::dict::SPEC,
    &types::function::SPEC,
    &native::BUILTIN_FUNCTION,
    &native::METHOD_DESCRIPTOR,
    &native::WRAPPER_DESCRIPTOR,
    &types::method::SPEC,
    &types::cell::SPEC,
    &types::generator::GENERATOR,
    &types::code::SPEC,
    &types::iterators::RANGE_ITERATOR,
    &types::iterators::LIST_ITERATOR,
    &types::iterators::TUPLE_ITERATOR,
    &types::set::SET,
    &types::set::FROZENSET,
    &types::bytes::SPEC,
    &types::bytearray::SPEC,
    &types::slice::SPEC,
    &types::range::SPEC,
    &types::float::SPEC,
    &types::module::SPEC,
    &types::dict::GLOBAL_CELL,
    &types::generator::COROUTINE,
    &native::GETSET_DESCRIPTOR,
    &types::member::SPEC,
    &types::property::SPEC,
    &types::complex::SPEC,
];

/// All built-in types.
fn builtin_types() -> impl Iterator<Item = &'static TypeSpec> {
    NUMBERED.iter().copied().chain(types::BUILTIN_TYPES.iter().copied().flatten().copied())
}

/// Storage shapes: they have no class, and come first.
fn add_storage_shapes(th: &Thread) -> Result<(), Raised> {
    let layouts = [
        (known::VALUE_ARRAY, &types::list::VALUE_ARRAY_LAYOUT),
        (known::NAMESPACE, &super::namespace::LAYOUT),
        (known::BYTE_ARRAY, &types::bytearray::BYTE_ARRAY_LAYOUT),
        (known::DICT_TABLE, &types::dict::TABLE_LAYOUT),
        (known::SET_TABLE, &types::set::TABLE_LAYOUT),
    ];
    for (wanted, layout) in layouts {
        match Heap::get().add_shape(layout, std::ptr::null()) {
            Ok(id) => assert_eq!(id, wanted, "storage shapes come first"),
            Err(_) => return Err(th.memory_error()),
        }
    }
    Ok(())
}

/// Memory for a class, its fields filled with what is known before other classes exist.
///
/// # Safety
/// The caller sets name, bases, resolution order and namespace before the next safepoint.
unsafe fn allocate_class(
    th: &Thread,
    shape: crate::heap::ShapeId,
    native: &'static TypeSpec,
) -> Result<Ref<Class>, Raised> {
    // SAFETY: every traced word is written here.
    unsafe {
        let class: *mut Class = th.allocate_raw(size_of::<Class>(), shape)?;
        for word in 1..=(<Class as crate::object::Object>::VALUES + 1) {
            class.cast::<u64>().add(word).write(Value::UNBOUND.bits());
        }
        (&raw mut (*class).native).write(Field::new(native));
        (&raw mut (*class).root_shape).write(AtomicPtr::new(std::ptr::null_mut()));
        (&raw mut (*class).flags).write(AtomicU32::new(0));
        Ok(Ref::from_ptr(class))
    }
}

impl Class {
    /// A class with these parts; nothing is inherited or checked. Its flags are zero and its
    /// root shape is not set.
    pub(crate) fn new_raw(
        th: &Thread,
        shape: &'static Shape,
        native: &'static TypeSpec,
    ) -> Result<Ref<Class>, Raised> {
        let size = shape.object_size as usize;
        // SAFETY: every traced word is written here, slots of a metaclass's instances included.
        unsafe {
            let class: *mut Class = th.allocate_raw(size, shape.id)?;
            for word in 1..size / 8 {
                class.cast::<u64>().add(word).write(Value::UNBOUND.bits());
            }
            (&raw mut (*class).native).write(Field::new(native));
            (&raw mut (*class).special).write([const { AtomicU64::new(0) }; Special::COUNT]);
            (&raw mut (*class).root_shape).write(AtomicPtr::new(std::ptr::null_mut()));
            (&raw mut (*class).flags).write(AtomicU32::new(0));
            Ok(Ref::from_ptr(class))
        }
    }
}

/// Makes all built-in classes. Called once, before any Python runs.
pub(crate) fn make_builtin_classes(th: &mut Thread) -> Result<(), Raised> {
    add_storage_shapes(th)?;
    let mut made = RootVec::new();
    // `object` and `type` first: memory with the numbers their shapes will have.
    for spec in builtin_types() {
        // SAFETY: names, bases and namespaces are set in the next loop; allocation does not
        // collect, and no safepoint lies between.
        let class = unsafe { allocate_class(th, known::TYPE, spec)? };
        made.push(class.value());
        let shape = Shape::new_root(class, instance_layout(spec))?;
        class.set_root_shape(shape);
        spec.set_made(class, shape);
    }
    for (at, spec) in NUMBERED.iter().enumerate() {
        assert_eq!(spec.shape().id.0, known::OBJECT.0 + at as u32, "{}", spec.name);
    }
    th.vm.make_first_objects(th)?;
    for spec in builtin_types() {
        set_identity(th, spec.class(), spec)?;
    }
    for spec in builtin_types() {
        fill(th, spec.class(), spec)?;
        th.vm.keep(th, spec.class().value())?;
    }
    types::template::finish_classes(th)?;
    crate::exception::finish_classes(th)
}

/// Makes the class of a native type of a module. The spec's base is made already.
pub fn make_class(th: &mut Thread, spec: &'static TypeSpec) -> Result<Ref<Class>, Raised> {
    if let Some(class) = spec.try_class() {
        return Ok(class);
    }
    if let Some(base) = spec.base {
        make_class(th, base)?;
    }
    let class = Class::new_raw(th, types::type_::SPEC.shape(), spec)?;
    th.vm.keep(th, class.value())?;
    let shape = Shape::new_root(class, instance_layout(spec))?;
    class.set_root_shape(shape);
    set_identity(th, class, spec)?;
    spec.set_made(class, shape);
    fill(th, class, spec)?;
    Ok(class)
}

fn instance_layout(spec: &'static TypeSpec) -> InstanceLayout {
    let dict = inherited_flags(spec).has(TypeFlags::DICT);
    InstanceLayout { native: spec, dict, members: 0, inline_capacity: 0, mortal: false }
}

/// The traits of a spec, with those that bases hand down.
fn inherited_flags(spec: &'static TypeSpec) -> TypeFlags {
    let handed_down = TypeFlags::SEQUENCE
        .and(TypeFlags::MAPPING)
        .and(TypeFlags::MATCH_SELF)
        .and(TypeFlags::DICT)
        .and(TypeFlags::WEAKREF);
    let mut all = spec.flags;
    let mut base = spec.base;
    while let Some(spec) = base {
        all = all.and(TypeFlags(spec.flags.0 & handed_down.0));
        base = spec.base;
    }
    all
}

/// Sets name, bases, resolution order and flags.
fn set_identity(th: &Thread, class: Ref<Class>, spec: &'static TypeSpec) -> Result<(), Raised> {
    let object = types::object::SPEC.class();
    let base = if class == object { None } else { Some(spec.base.map_or(object, TypeSpec::class)) };
    let name = th.intern(spec.name.rsplit('.').next().unwrap_or(spec.name))?;
    let bases = match base {
        Some(base) => Tuple::from_slice(th, &[base.value()])?,
        None => th.vm.empty_tuple.get(),
    };
    let mut mro = [Value::UNBOUND; 16];
    let mut length = 0;
    let mut next = Some((class, Some(spec)));
    while let Some((class, spec)) = next {
        mro[length] = class.value();
        length += 1;
        next = match spec {
            Some(spec) if class != object => Some(match spec.base {
                Some(base) => (base.class(), Some(base)),
                None => (object, None),
            }),
            _ => None,
        };
    }
    let mro = Tuple::from_slice(th, &mro[..length])?;
    // SAFETY: the class is not published yet.
    let token = unsafe { crate::object::Writing::assume() };
    class.name.set(&token, name);
    class.qualname.set(&token, name.value());
    class.bases.set(&token, bases);
    class.mro.set(&token, mro);
    class.base.set(&token, base.map_or(Value::UNBOUND, Ref::value));
    class.namespace.set(&token, Namespace::new(th, 8 + spec.methods.len() + spec.getset.len())?);
    let traits = inherited_flags(spec);
    let mut bits = flags::SEALED;
    for (of, bit) in [
        (TypeFlags::BASE, flags::BASE),
        (TypeFlags::SEQUENCE, flags::SEQUENCE),
        (TypeFlags::MAPPING, flags::MAPPING),
        (TypeFlags::MATCH_SELF, flags::MATCH_SELF),
        (TypeFlags::DICT, flags::DICT),
        (TypeFlags::NO_NEW, flags::NO_NEW),
        (TypeFlags::WEAKREF, flags::WEAKREF),
    ] {
        if traits.has(of) {
            bits |= bit;
        }
    }
    if !spec.is_plain() && !spec.has_new() {
        bits |= flags::NO_NEW;
    }
    if spec.extends(&types::type_::SPEC) {
        bits |= flags::TYPE;
    }
    if spec.extends(&crate::exception::BASE_EXCEPTION) {
        bits |= flags::EXCEPTION;
    }
    class.set_flag(bits, true);
    Ok(())
}

/// Fills the namespace with methods and computed attributes.
fn fill(th: &mut Thread, class: Ref<Class>, spec: &'static TypeSpec) -> Result<(), Raised> {
    let owner = class.value();
    for method in spec.methods {
        let function = match method.binding {
            Binding::Instance => {
                let (name, _) = native::Signature::split_name(method.signature);
                let kind = if Special::from_name(name).is_some() {
                    &native::WRAPPER_DESCRIPTOR
                } else {
                    &native::METHOD_DESCRIPTOR
                };
                NativeFunction::from_method(th, kind, method, Value::UNBOUND, owner)?.value()
            }
            Binding::Class => {
                let kind = &native::CLASSMETHOD_DESCRIPTOR;
                NativeFunction::from_method(th, kind, method, Value::UNBOUND, owner)?.value()
            }
            Binding::Static => {
                let kind = &native::BUILTIN_FUNCTION;
                let function =
                    NativeFunction::from_method(th, kind, method, Value::UNBOUND, owner)?;
                types::staticmethod::StaticMethod::allocate(th, function.value())?.value()
            }
        };
        let (name, _) = native::Signature::split_name(method.signature);
        define(th, class, name, function)?;
    }
    if let Some(new) = &spec.new {
        let function =
            NativeFunction::from_method(th, &native::BUILTIN_FUNCTION, new, Value::UNBOUND, owner)?;
        define(th, class, "__new__", function.value())?;
    }
    if spec.next.is_some() {
        let next = NativeFunction::from_method(
            th,
            &native::WRAPPER_DESCRIPTOR,
            &types::iterators::NEXT,
            Value::UNBOUND,
            owner,
        )?;
        define(th, class, "__next__", next.value())?;
        // One that a base has is inherited.
        let own_iter = std::iter::successors(Some(spec), |spec| spec.base)
            .any(|spec| spec.methods.iter().any(|m| m.signature.starts_with("__iter__(")));
        if !own_iter {
            let iter = NativeFunction::from_method(
                th,
                &native::WRAPPER_DESCRIPTOR,
                &types::iterators::ITER,
                Value::UNBOUND,
                owner,
            )?;
            define(th, class, "__iter__", iter.value())?;
        }
    }
    for entry in spec.getset {
        let descriptor = if entry.member {
            let name = th.intern(entry.name)?;
            types::member::Member::allocate(th, owner, name, types::member::STORED, Some(entry))?
                .value()
        } else {
            GetSetDescriptor::allocate(th, owner, entry)?.value()
        };
        define(th, class, entry.name, descriptor)?;
    }
    let has_eq = class.namespace.get().get(th.name("__eq__")).is_some();
    let has_hash = class.namespace.get().get(th.name("__hash__")).is_some();
    if has_eq && !has_hash {
        define(th, class, "__hash__", Value::NONE)?;
    }
    // Where instances have a `__doc__` of their own, `type.__doc__` finds that of the class.
    if !spec.getset.iter().any(|entry| entry.name == "__doc__") {
        let doc = if spec.doc.is_empty() { Value::NONE } else { th.new_str(spec.doc)?.value() };
        define(th, class, "__doc__", doc)?;
    }
    let adds_dict = spec.flags.has(TypeFlags::DICT)
        && !spec.base.is_some_and(|base| inherited_flags(base).has(TypeFlags::DICT));
    if adds_dict && !spec.getset.iter().any(|entry| entry.name == "__dict__") {
        types::object::define_dict(th, class)?;
    }
    if let Some(base) = class.base.get().cast::<Class>() {
        super::rebase::add_subclass(th, base, class)?;
    }
    // Some classes have it as an attribute of their instances.
    let own = spec.getset.iter().any(|entry| entry.name == "__module__");
    if spec.module != "builtins" && !own {
        let module = th.intern(spec.module)?;
        define(th, class, "__module__", module.value())?;
    }
    class.header().owner.share();
    Ok(())
}

/// Sets an attribute of a class that is being made.
pub(crate) fn define(
    th: &Thread,
    class: Ref<Class>,
    name: &str,
    value: Value,
) -> Result<(), Raised> {
    let name = th.intern(name)?;
    let namespace = class.namespace.get().set(th, name, value)?;
    // SAFETY: the class is not published yet, and this thread's.
    let token = unsafe { crate::object::Writing::assume() };
    class.namespace.set(&token, namespace);
    if let Some(special) = Special::from_name(&name.display()) {
        class.forget_special(special);
    }
    Ok(())
}
