//! Assignments to `__bases__` and `__class__`, and the lists of subclasses that the former needs.

use super::slots::{best_base, solid_base};
use super::{Class, flags, mro};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::shape::{shape_flags, shape_of_object};
use crate::thread::Thread;
use crate::types;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::weakref::WeakRef;

/// Notes that `class` has `base` among its bases.
pub(super) fn add_subclass(
    th: &mut Thread,
    base: Ref<Class>,
    class: Ref<Class>,
) -> Result<(), Raised> {
    let reference = WeakRef::plain(th, class.value())?;
    let list = match base.subclasses.get().cast::<List>() {
        Some(list) => list,
        None => first_list(th, base)?,
    };
    let guard = th.write(list)?;
    // Now and then, references to classes that have died make room.
    if guard.len() >= 8 && guard.len().is_power_of_two() {
        let mut alive = RootVec::new();
        for &reference in guard.as_slice() {
            if reference.cast::<WeakRef>().is_some_and(|weak| weak.target().is_some()) {
                alive.push(reference);
            }
        }
        guard.splice(0, guard.len(), alive.as_slice())?;
    }
    guard.push(reference.value())
}

/// The list of subclasses of a class that has had none. Others find it at once, empty, so a block
/// that is undone leaves it there: only what it has put in is taken out.
fn first_list(th: &mut Thread, base: Ref<Class>) -> Result<Ref<List>, Raised> {
    let list = List::new(th)?;
    th.stm.log_next_write(&list.header().owner);
    Ok(base.list_subclasses(th, list))
}

fn remove_subclass(th: &mut Thread, base: Ref<Class>, class: Ref<Class>) -> Result<(), Raised> {
    let Some(list) = base.subclasses.get().cast::<List>() else { return Ok(()) };
    let guard = th.write(list)?;
    let is_it = |reference: &Value| {
        reference.cast::<WeakRef>().is_some_and(|weak| weak.target() == Some(class.value()))
    };
    if let Some(at) = guard.as_slice().iter().position(is_it) {
        guard.splice(at, 1, &[])?;
    }
    Ok(())
}

/// `class.__bases__ = value`
pub fn set_bases(th: &mut Thread, class: Ref<Class>, value: Value) -> Result<(), Raised> {
    let name = class.display_name();
    if class.has(flags::SEALED) {
        return Err(th.type_error(format!(
            "cannot set '__bases__' attribute of immutable type '{}'",
            class.full_name(th)
        )));
    }
    let Some(bases) = value.cast::<Tuple>() else {
        return Err(th.type_error(format!(
            "can only assign tuple to {name}.__bases__, not {}",
            th.type_name(value)
        )));
    };
    if bases.is_empty() {
        return Err(
            th.type_error(format!("can only assign non-empty tuple to {name}.__bases__, not ()"))
        );
    }
    for &base in bases.as_slice() {
        let Some(base) = base.cast::<Class>() else {
            return Err(th.type_error(format!(
                "{name}.__bases__ must be tuple of classes, not '{}'",
                th.type_name(base)
            )));
        };
        if base.is_subclass(class) || extends(base, class) {
            return Err(th.type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    let new_base = best_base(th, bases)?;
    let old_base = class.base.get().cast::<Class>().unwrap_or(class);
    if !fits(class, old_base, new_base) {
        return Err(th.type_error(format!(
            "__bases__ assignment: '{}' object layout differs from '{}'",
            new_base.display_name(),
            old_base.display_name()
        )));
    }
    // An overridden `mro()` is Python code, which others may have to run for. Blocks run alone all the
    // same, as they can be undone; plain code makes such a change step by step.
    if !th.stm.in_block() && overrides_order(th, class)? {
        return exchange_bases(th, class, bases, (old_base, new_base));
    }
    th.change_class(class, |th| exchange_bases(th, class, bases, (old_base, new_base)))
}

/// Whether the metaclass of `class` or of a class that derives from it has an `mro` of its own.
fn overrides_order(th: &mut Thread, class: Ref<Class>) -> Result<bool, Raised> {
    let mut affected = RootVec::new();
    th.with_subclasses(class, &mut affected)?;
    Ok(affected.as_slice().iter().any(|&class| mro::overridden(th, class).is_some()))
}

/// Replaces the bases, and computes all resolution orders that depend on them anew.
fn exchange_bases(
    th: &mut Thread,
    class: Ref<Class>,
    bases: Ref<Tuple>,
    (old_base, new_base): (Ref<Class>, Ref<Class>),
) -> Result<(), Raised> {
    let old_bases = class.bases.get();
    let mut affected = RootVec::new();
    th.with_subclasses(class, &mut affected)?;
    let mut old_orders = RootVec::new();
    for order in affected.as_slice() {
        old_orders.push(order.cast::<Class>().map_or(Value::NONE, |class| class.mro.get().value()));
    }
    place(th, class, bases, new_base)?;
    if let Err(raised) = reorder(th, affected.as_slice()) {
        if class.bases.get() != bases {
            // Whatever the computation called has set other bases since.
            return Err(raised);
        }
        place(th, class, old_bases, old_base)?;
        for (class, order) in affected.as_slice().iter().zip(old_orders.as_slice()) {
            if let (Some(class), Some(order)) = (class.cast::<Class>(), order.cast::<Tuple>()) {
                let guard = th.write(class)?;
                guard.mro.set(guard.token(), order);
            }
        }
        th.classes_changed(affected.as_slice());
        return Err(raised);
    }
    if class.bases.get() != bases {
        th.classes_changed(affected.as_slice());
        return Ok(());
    }
    for &base in old_bases.as_slice() {
        if let Some(base) = base.cast::<Class>() {
            remove_subclass(th, base, class)?;
        }
    }
    for &base in bases.as_slice() {
        if let Some(base) = base.cast::<Class>() {
            add_subclass(th, base, class)?;
        }
    }
    th.classes_changed(affected.as_slice());
    Ok(())
}

/// Whether the layout bases of `class` lead to `ancestor`. While an overridden `mro()` runs, they
/// are set already where the resolution order is still the old one.
fn extends(class: Ref<Class>, ancestor: Ref<Class>) -> bool {
    let mut next = Some(class);
    while let Some(class) = next {
        if class == ancestor {
            return true;
        }
        next = class.base.get().cast::<Class>();
    }
    false
}

fn place(
    th: &mut Thread,
    class: Ref<Class>,
    bases: Ref<Tuple>,
    base: Ref<Class>,
) -> Result<(), Raised> {
    let guard = th.write(class)?;
    guard.bases.set(guard.token(), bases);
    guard.base.set(guard.token(), base.value());
    Ok(())
}

/// Computes the orders of classes anew, bases first.
fn reorder(th: &mut Thread, classes: &[Value]) -> Result<(), Raised> {
    for class in classes {
        let Some(class) = class.cast::<Class>() else { continue };
        let order = mro::compute(th, class)?;
        let guard = th.write(class)?;
        guard.mro.set(guard.token(), order);
    }
    Ok(())
}

/// Whether instances of `class` can stay as they are when its layout base changes.
fn fits(class: Ref<Class>, old: Ref<Class>, new: Ref<Class>) -> bool {
    let solid = solid_base(new);
    (solid == solid_base(old) || class.is_subclass(solid))
        && std::ptr::eq(solid_base(old).native.get(), solid.native.get())
        && (!new.has_own_attributes() || class.has_own_attributes())
}

/// `object.__class__ = value`
pub fn set_class(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    let Some(new) = value.cast::<Class>() else {
        return Err(th.type_error(format!(
            "__class__ must be set to a class, not '{}' object",
            th.type_name(value)
        )));
    };
    let old = th.class_of(object);
    let modules = old.native.get().extends(&types::module::SPEC)
        && new.native.get().extends(&types::module::SPEC);
    if !modules && (old.has(flags::SEALED) || new.has(flags::SEALED)) {
        return Err(th.type_error(
            "__class__ assignment only supported for mutable types or ModuleType subclasses",
        ));
    }
    if !same_layout(old, new) {
        return Err(th.type_error(format!(
            "__class__ assignment: '{}' object layout differs from '{}'",
            new.display_name(),
            old.display_name()
        )));
    }
    // SAFETY: what has a class that can be replaced is an object.
    let word = unsafe { &(*object.object_ptr()).owner };
    th.change_unguarded(word, |th| place_class(th, object, new))
}

fn place_class(th: &mut Thread, object: Value, new: Ref<Class>) -> Result<(), Raised> {
    if object.cast::<Class>().is_some() {
        return set_metaclass(th, object, new);
    }
    th.claim_write_object(object)?;
    let shape = shape_of_object(object);
    let root = new.root_shape();
    let mut target = Some(root);
    if shape.has(shape_flags::DICT_MODE) || shape.inline_capacity != root.inline_capacity {
        if shape.has(shape_flags::DICT) {
            th.own_dict(object)?;
        }
        th.claim_write_object(object)?;
        target = Some(shape_of_object(object).adopted_by(root)?);
    } else {
        for &name in &shape.names {
            target = match target {
                Some(target) => target.with_attribute(name)?,
                None => None,
            };
        }
    }
    match target {
        Some(target) => {
            // SAFETY: held for writing; the shapes agree in size and in where slots are.
            unsafe { (*object.object_ptr()).set_shape(target.id) };
            Ok(())
        }
        None => Err(th.memory_error()),
    }
}

/// A class gets another metaclass: what was cached about it is stale.
fn set_metaclass(th: &mut Thread, object: Value, meta: Ref<Class>) -> Result<(), Raised> {
    th.claim_write_object(object)?;
    // SAFETY: held for writing; metaclasses all have the layout of `type`.
    unsafe { (*object.object_ptr()).set_shape(meta.root_shape().id) };
    th.classes_changed(&[object]);
    Ok(())
}

fn same_layout(old: Ref<Class>, new: Ref<Class>) -> bool {
    let (a, b) = (old.native.get().layout, new.native.get().layout);
    let natives = a.size == b.size
        && a.tail == b.tail
        && (std::ptr::eq(old.native.get(), new.native.get())
            || solid_base(old).native.get().extends(solid_base(new).native.get()));
    let members = old.member_count() == new.member_count()
        && (old.member_count() == 0
            || solid_base(old) == solid_base(new)
            || same_members(old, new));
    natives
        && members
        && old.has(flags::DICT) == new.has(flags::DICT)
        && old.has(flags::WEAKREF) == new.has(flags::WEAKREF)
}

/// Whether two classes name the same slots and extend the same layout otherwise.
fn same_members(old: Ref<Class>, new: Ref<Class>) -> bool {
    let (old, new) = (solid_base(old), solid_base(new));
    let bases = (old.base.get().cast::<Class>(), new.base.get().cast::<Class>());
    let (Some(old_base), Some(new_base)) = bases else { return false };
    if solid_base(old_base) != solid_base(new_base) {
        return false;
    }
    use crate::types::member::Member;
    let has = |class: Ref<Class>, name, offset| {
        let entry: Option<Value> = class.namespace.get().get(name);
        let member = entry.and_then(|entry| entry.cast_exact::<Member>());
        member.is_some_and(|member| member.offset.get() == offset)
    };
    old.namespace.get().iter().all(|(name, value)| match value.cast_exact::<Member>() {
        Some(member) => name.cast::<Str>().is_some_and(|name| has(new, name, member.offset.get())),
        None => true,
    })
}
