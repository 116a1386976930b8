//! Attribute access through inline caches (see [`cache`]).
//!
//! The barrier is passed before the shape is compared: what is seen afterwards is what this
//! thread may rely on.

use orochi_compiler::bytecode::FOR_UPDATE;

use super::cache::{self, Access, Contents, Fact, Kind, Site, kind, operand};
use super::frame::{self, Action};
use super::{a, b, c, call, d, exception, finish, get, next, proceed, set, sync};
use crate::class::{Class, Special};
use crate::exception::Raised;
use crate::handlers;
use crate::heap::{Header, Value, set_value_at, value_at};
use crate::native::{METHOD_DESCRIPTOR, NativeFunction, WRAPPER_DESCRIPTOR};
use crate::object::{Ref, ValueCast};
use crate::operation::native_of;
use crate::shape::{Shape, SlotPlace, shape_flags, shape_of_object};
use crate::thread::Thread;
use crate::types;
use crate::types::dict::GlobalCell;
use crate::types::function::Function;
use crate::types::member::Member;
use crate::types::module::Module;
use crate::types::property::Property;
use crate::types::str::Str;

/// The header of an object.
#[inline(always)]
unsafe fn header<'a>(object: Value) -> &'a Header {
    // SAFETY: objects have headers.
    unsafe { &*object.object_ptr() }
}

/// The cache word for an object at the instruction `word` at `pc`: that of the site, or the
/// thread's own; 0 if there is none.
#[inline(always)]
unsafe fn cached_word(
    th: &Thread,
    pc: *const u64,
    regs: *mut Value,
    object: Value,
    name: usize,
    access: Access,
) -> u64 {
    // SAFETY: the instruction at `pc` has a cache word and belongs to the frame in `regs`.
    unsafe {
        let cached = cache::of_shape(pc.add(1), header(object).shape_relaxed());
        if cached != 0 {
            return cached;
        }
        th.polymorphic.find(frame::name(regs, name), access, header(object).shape_relaxed())
    }
}

handlers! {
    fn get_attr(th, pc, regs, word, table) {
        let object = get(regs, b(word));
        if object.is_object()
            && let Some(slot) = th.stm.tag_if_readable(object.bits() as *const u64, cache::load(pc.add(1)))
        {
            let value = value_at(object.object_ptr(), 8 * slot as usize);
            if !value.is_unbound() {
                set(regs, a(word), value);
                return next(th, pc.add(2), regs, table);
            }
        }
        get_attr_cached(th, pc, regs, word, table)
    }

    /// The less frequent kinds of cache, sites that see several shapes, and `Shared` objects.
    #[inline(never)]
    fn get_attr_cached(th, pc, regs, word, table) {
        let object = get(regs, b(word));
        if !object.is_object() {
            return get_attr_slow(th, pc, regs, word, table);
        }
        if d(word) & FOR_UPDATE != 0 {
            return get_attr_to_update(th, pc, regs, word, table);
        }
        let shared = th.stm.tag_if_shared(object.bits() as *const u64, cache::load(pc.add(1)));
        if let Some(slot) = shared {
            let value = value_at(object.object_ptr(), 8 * slot as usize);
            if !value.is_unbound() {
                set(regs, a(word), value);
                return next(th, pc.add(2), regs, table);
            }
        } else if !th.stm.owns_to_read(&header(object).owner) {
            // Before the shape is looked at.
            th.stm.claim_stale(&header(object).owner);
        }
        let cached = cached_word(th, pc, regs, object, c(word), Access::Get);
        let owner = &header(object).owner;
        let value = match kind(cached) {
            k if k == Kind::Inline as u8 && th.stm.can_read(owner) => {
                value_at(object.object_ptr(), operand(cached))
            }
            k if k == Kind::Overflow as u8 && th.stm.can_read(owner) => overflow(object, cached),
            k if k == Kind::ClassValue as u8 => cache::record(operand(cached)).value(),
            k if k == Kind::Property as u8 => {
                sync(th, pc, regs);
                let getter = cache::record(operand(cached)).value();
                let window = th.top.get().add(frame::HEADER);
                *window.sub(3) = getter;
                *window = object;
                frame::set_link(window, pc, regs, Action::Complete);
                return call::enter(th, pc, window, 1, table);
            }
            k if k == Kind::Module as u8 => module_name(th, cached, object),
            k if k == Kind::OfClass as u8 => of_class(cached, object),
            _ => Value::UNBOUND,
        };
        if value.is_unbound() {
            return get_attr_slow(th, pc, regs, word, table);
        }
        set(regs, a(word), value);
        next(th, pc.add(2), regs, table)
    }

    /// The load of an in-place statement: held for writing already.
    #[inline(never)]
    fn get_attr_to_update(th, pc, regs, word, table) {
        let object = get(regs, b(word));
        let expected = cache::load(pc.add(1)) ^ cache::UPDATE;
        let mut value = Value::UNBOUND;
        if let Some(slot) = th.stm.tag_if_writable(object.bits() as *const u64, expected) {
            value = value_at(object.object_ptr(), 8 * slot as usize);
        } else if th.stm.can_write(&header(object).owner) {
            let cached = cached_word(th, pc, regs, object, c(word), Access::Update);
            if kind(cached) == Kind::Inline as u8 {
                value = value_at(object.object_ptr(), operand(cached));
            } else if kind(cached) == Kind::Overflow as u8 {
                value = overflow(object, cached);
            }
        }
        if value.is_unbound() {
            return get_attr_slow(th, pc, regs, word, table);
        }
        set(regs, a(word), value);
        next(th, pc.add(2), regs, table)
    }

    #[cold]
    #[inline(never)]
    fn get_attr_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = load_claimed(th, pc, regs, word);
        finish(th, pc, regs, word, table, 2, result)
    }

    fn set_attr(th, pc, regs, word, table) {
        let object = get(regs, a(word));
        if object.is_object()
            && let Some(slot) = th.stm.tag_if_writable(object.bits() as *const u64, cache::load(pc.add(1)))
        {
            set_value_at(object.object_ptr(), 8 * slot as usize, get(regs, b(word)));
            return next(th, pc.add(2), regs, table);
        }
        set_attr_cached(th, pc, regs, word, table)
    }

    #[inline(never)]
    fn set_attr_cached(th, pc, regs, word, table) {
        let object = get(regs, a(word));
        if !object.is_object() || !th.stm.can_write(&header(object).owner) {
            return set_attr_slow(th, pc, regs, word, table);
        }
        let cached = cached_word(th, pc, regs, object, c(word), Access::Set);
        let value = get(regs, b(word));
        match kind(cached) {
            k if k == Kind::Inline as u8 => {
                set_value_at(object.object_ptr(), operand(cached), value);
            }
            k if k == Kind::Add as u8 => {
                let change = cache::record(operand(cached)).extra();
                set_value_at(object.object_ptr(), change as u32 as usize, value);
                header(object).set_shape_of_owned(crate::heap::ShapeId((change >> 32) as u32));
            }
            k if k == Kind::Overflow as u8 => {
                let shape = shape_of_object(object);
                let pointer = object.object_ptr();
                let array = value_at(pointer, shape.overflow_offset(pointer));
                crate::shape::overflow_array(array).put_logged(operand(cached), value);
            }
            _ => return set_attr_slow(th, pc, regs, word, table),
        }
        next(th, pc.add(2), regs, table)
    }

    #[cold]
    #[inline(never)]
    fn set_attr_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = store_claimed(th, pc, regs, word);
        proceed(th, pc, regs, table, 2, result)
    }

    fn del_attr(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let (object, name) = (get(regs, a(word)), frame::name(regs, c(word)));
        let result = th.delete_attribute(object, name);
        proceed(th, pc, regs, table, 1, result)
    }

    fn get_method(th, pc, regs, word, table) {
        let object = get(regs, b(word));
        if !object.is_object() {
            return get_method_slow(th, pc, regs, word, table);
        }
        // Shape and kind in one comparison: what is left is the record's number.
        let shape = u64::from(header(object).shape_relaxed().0) << 32;
        let number = ((cache::load(pc.add(1)) ^ shape).wrapping_sub(Kind::Method as u64)).rotate_right(8);
        if number >= 1 << 24 {
            return get_method_other(th, pc, regs, word, table);
        }
        set(regs, a(word), cache::record(number as usize).value());
        set(regs, a(word) + 3, object);
        next(th, pc.add(2), regs, table)
    }

    #[inline(never)]
    fn get_method_other(th, pc, regs, word, table) {
        let object = get(regs, b(word));
        let cached = cached_word(th, pc, regs, object, c(word), Access::Method);
        let mut receiver = Value::UNBOUND;
        let value = match kind(cached) {
            k if k == Kind::Method as u8 => {
                receiver = object;
                cache::record(operand(cached)).value()
            }
            k if k == Kind::Module as u8 => module_name(th, cached, object),
            k if k == Kind::OfClass as u8 => of_class(cached, object),
            k if k == Kind::ClassValue as u8 => cache::record(operand(cached)).value(),
            k if k == Kind::Inline as u8 && th.stm.can_read(&header(object).owner) => {
                value_at(object.object_ptr(), operand(cached))
            }
            _ => Value::UNBOUND,
        };
        if value.is_unbound() {
            return get_method_slow(th, pc, regs, word, table);
        }
        set(regs, a(word), value);
        set(regs, a(word) + 3, receiver);
        next(th, pc.add(2), regs, table)
    }

    #[cold]
    #[inline(never)]
    fn get_method_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let object = get(regs, b(word));
        match load_method(th, pc, object, frame::name(regs, c(word))) {
            Ok(function) => {
                set(regs, a(word), function);
                let receiver = if th.method_found.get() { object } else { Value::UNBOUND };
                set(regs, a(word) + 3, receiver);
                next(th, pc.add(2), regs, table)
            }
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }

    fn get_super(th, pc, regs, word, table) {
        let object = get(regs, b(word) + 2);
        if !object.is_object() || d(word) & 1 == 0 {
            return get_super_slow(th, pc, regs, word, table);
        }
        let cached = cached_word(th, pc, regs, object, c(word), Access::Super);
        if kind(cached) != Kind::Super as u8 {
            return get_super_slow(th, pc, regs, word, table);
        }
        let record = cache::record(operand(cached));
        if record.extra() != get(regs, b(word) + 1).bits()
            || get(regs, b(word)) != types::super_::SPEC.class().value()
        {
            return get_super_slow(th, pc, regs, word, table);
        }
        set(regs, a(word), record.value());
        set(regs, a(word) + 3, object);
        next(th, pc.add(2), regs, table)
    }

    #[inline(never)]
    fn get_super_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let (super_, class, object) =
            (get(regs, b(word)), get(regs, b(word) + 1), get(regs, b(word) + 2));
        let name = frame::name(regs, c(word));
        let for_call = d(word) & 1 != 0;
        let site = Site { word: pc.add(1), name, access: Access::Super };
        let explicit = d(word) & 2 != 0;
        match super_attribute(th, [super_, class, object], site, for_call, explicit) {
            Ok(value) => {
                set(regs, a(word), value);
                if for_call {
                    let receiver = if th.method_found.get() { object } else { Value::UNBOUND };
                    set(regs, a(word) + 3, receiver);
                }
                next(th, pc.add(2), regs, table)
            }
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }

    #[inline(never)]
    fn load_special(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let object = get(regs, b(word));
        match special_method(th, object, d(word)) {
            Ok(function) => {
                set(regs, a(word), function);
                let receiver = if th.method_found.get() { object } else { Value::UNBOUND };
                set(regs, a(word) + 3, receiver);
                next(th, pc.add(1), regs, table)
            }
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }
}

/// Loads an attribute after a miss. What the cache knows about an object that belonged to another
/// thread is still good once it is claimed; everything else is looked up.
#[inline(never)]
unsafe fn load_claimed(
    th: &mut Thread,
    pc: *const u64,
    regs: *mut Value,
    word: u64,
) -> Result<Value, Raised> {
    // SAFETY: the instruction at `pc` has a cache word and belongs to the frame in `regs`; the
    // place that the cache knows is of the shape that the object has while it is held.
    unsafe {
        let (object, name) = (get(regs, b(word)), c(word));
        let update = d(word) & FOR_UPDATE != 0;
        let access = if update { Access::Update } else { Access::Get };
        let claims = object.is_object()
            && if update {
                !th.stm.can_write(&header(object).owner)
                    && is_slot(cached_word(th, pc, regs, object, name, access))
            } else {
                !th.stm.can_read(&header(object).owner)
            };
        if claims {
            if update {
                th.claim_write_object(object)?;
            } else {
                th.claim_read_object(object)?;
            }
            let cached = cached_word(th, pc, regs, object, name, access);
            if is_slot(cached) {
                let value = value_at(object.object_ptr(), operand(cached));
                if !value.is_unbound() {
                    return Ok(value);
                }
            }
        }
        load(th, pc, object, frame::name(regs, name), update)
    }
}

/// Stores an attribute after a miss, likewise.
#[inline(never)]
unsafe fn store_claimed(
    th: &mut Thread,
    pc: *const u64,
    regs: *mut Value,
    word: u64,
) -> Result<(), Raised> {
    // SAFETY: as above.
    unsafe {
        let (object, name, value) = (get(regs, a(word)), c(word), get(regs, b(word)));
        if object.is_object()
            && !th.stm.can_write(&header(object).owner)
            && is_slot(cached_word(th, pc, regs, object, name, Access::Set))
        {
            let owner = &header(object).owner;
            if owner.peek().is_shared() && th.stm.can_read(owner) {
                // What says already what it is to say is not taken from whoever reads it.
                let cached = cached_word(th, pc, regs, object, name, Access::Set);
                if is_slot(cached) && value_at(object.object_ptr(), operand(cached)) == value {
                    return Ok(());
                }
            }
            th.claim_write_object(object)?;
            let cached = cached_word(th, pc, regs, object, name, Access::Set);
            if is_slot(cached) {
                set_value_at(object.object_ptr(), operand(cached), value);
                return Ok(());
            }
        }
        store(th, pc, object, frame::name(regs, name), value)
    }
}

/// Whether a cache word says at which offset the attribute lies.
#[inline(always)]
fn is_slot(cached: u64) -> bool {
    kind(cached) == Kind::Inline as u8
}

/// The cached word of the overflow array of an object that is held.
#[inline(always)]
unsafe fn overflow(object: Value, cached: u64) -> Value {
    // SAFETY: what a cache says of the object's shape.
    unsafe {
        let pointer = object.object_ptr();
        let array = value_at(pointer, shape_of_object(object).overflow_offset(pointer));
        crate::shape::overflow_array(array).get(operand(cached))
    }
}

/// A cached name of a module: unbound if `object` is another module or the name is gone.
#[inline(always)]
unsafe fn module_name(th: &Thread, cached: u64, object: Value) -> Value {
    let record = cache::record(operand(cached));
    if record.value() != object {
        return Value::UNBOUND;
    }
    // SAFETY: the record holds a cell of the module's namespace, which keeps its cells.
    unsafe {
        let cell: Ref<GlobalCell> = Ref::from_ptr(record.extra() as *const GlobalCell);
        if !th.stm.can_read(&cell.header().owner) {
            return Value::UNBOUND;
        }
        cell.unguarded().value.get()
    }
}

/// A cached attribute of a class: unbound if `object` is another class.
#[inline(always)]
fn of_class(cached: u64, object: Value) -> Value {
    let record = cache::record(operand(cached));
    if record.extra() == object.bits() { record.value() } else { Value::UNBOUND }
}

/// Whether attributes of instances of `class` are found in the usual way.
fn is_generic(th: &Thread, class: Ref<Class>) -> bool {
    class.special(th, Special::GetAttribute).and_then(native_of)
        == Some(types::object::getattribute as *const ())
}

/// Where an attribute of the object's own is, if it has that attribute.
fn own_slot(shape: &'static Shape, name: Ref<Str>) -> Option<(Kind, Contents)> {
    if shape.has(shape_flags::DICT_MODE) || !shape.has(shape_flags::DICT) {
        return None;
    }
    Some(match shape.place(shape.slot_of(name)?) {
        SlotPlace::Inline(offset) => (Kind::Inline, Contents::Operand(offset)),
        SlotPlace::Overflow(index) => (Kind::Overflow, Contents::Operand(index)),
    })
}

#[inline(never)]
fn load(
    th: &mut Thread,
    pc: *const u64,
    object: Value,
    name: Ref<Str>,
    update: bool,
) -> Result<Value, Raised> {
    if object.is_object() && update {
        // An in-place statement: hold the target for writing before it is read.
        th.claim_attribute(object, name)?;
    }
    let value = th.get_attribute(object, name)?;
    if object.is_object() {
        let access = if update { Access::Update } else { Access::Get };
        fill_get(th, pc, object, name, access);
    }
    Ok(value)
}

/// Fills the cache of a `GetAttr` or `GetMethod` at `pc`.
fn fill_get(th: &mut Thread, pc: *const u64, object: Value, name: Ref<Str>, access: Access) {
    let site = Site { word: pc.wrapping_add(1), name, access };
    let shape = shape_of_object(object);
    let class = shape.class;
    if site.knows(th, shape.id) {
        return;
    }
    if let Some(module) = object.cast_exact::<Module>() {
        // An abort is met again at the next claim.
        if let Ok(Some(cell)) = module.dict().cell(th, name, false)
            && th.block.may_cache(cell)
        {
            let extra = cell.as_ptr() as u64;
            let contents = Contents::Record(object, extra);
            cache::fill(th, site, shape.id, class, || Some(Fact { kind: Kind::Module, contents }));
        }
        return;
    }
    if let Some(own) = object.cast::<Class>() {
        fill_get_of_class(th, site, own, shape);
        return;
    }
    if !is_generic(th, class) {
        return;
    }
    let th = &*th;
    cache::fill(th, site, shape.id, class, || {
        let on_class = class.lookup_uncached(name).map(|(_, value)| value);
        let fact = |kind, contents| Some(Fact { kind, contents });
        match on_class {
            Some(value) if th.is_data_descriptor(value) => {
                if let Some(member) = value.cast_exact::<Member>() {
                    if member.offset.get() == types::member::STORED {
                        return None;
                    }
                    return fact(Kind::Inline, Contents::Operand(member.offset.get() as u32));
                }
                let getter = value.cast_exact::<Property>()?.simple_getter()?;
                fact(Kind::Property, Contents::Record(getter, 0))
            }
            _ if shape.has(shape_flags::DICT_MODE) => None,
            Some(value) => match own_slot(shape, name) {
                Some((kind, contents)) => fact(kind, contents),
                None if is_method(th, value) => {
                    if access == Access::Method {
                        fact(Kind::Method, Contents::Record(value, 0))
                    } else {
                        None
                    }
                }
                None if is_plain(th, value) => fact(Kind::ClassValue, Contents::Record(value, 0)),
                None => None,
            },
            None => {
                let (kind, contents) = own_slot(shape, name)?;
                fact(kind, contents)
            }
        }
    });
}

/// Fills a cache for an attribute read through a class.
fn fill_get_of_class(th: &Thread, site: Site, own: Ref<Class>, shape: &'static Shape) {
    let name = site.name;
    let meta = shape.class;
    let usual = meta.special(th, Special::GetAttribute).and_then(native_of)
        == Some(types::type_::getattribute as *const ());
    if !usual || meta.lookup(th, name).is_some() {
        return;
    }
    for class in meta.mro_classes() {
        class.set_flag(crate::class::flags::OBSERVED, true);
    }
    cache::fill(th, site, shape.id, own, || {
        let (_, value) = own.lookup_uncached(name)?;
        let as_is = !value.is_object()
            || value.cast::<Function>().is_some()
            || is_native_method(th, value)
            || is_plain(th, value);
        let value = match value.cast_exact::<types::staticmethod::StaticMethod>() {
            Some(wrapped) => wrapped.function.get(),
            None if as_is => value,
            None => return None,
        };
        let contents = Contents::Record(value, own.value().bits());
        Some(Fact { kind: Kind::OfClass, contents })
    });
}

/// Whether reading this class attribute through an instance makes a bound method.
fn is_method(th: &Thread, value: Value) -> bool {
    value.cast::<Function>().is_some() || is_native_method(th, value)
}

fn is_native_method(th: &Thread, value: Value) -> bool {
    value.cast::<NativeFunction>().is_some() && {
        let class = th.class_of(value);
        class == METHOD_DESCRIPTOR.class() || class == WRAPPER_DESCRIPTOR.class()
    }
}

/// Whether this class attribute is no descriptor.
fn is_plain(th: &Thread, value: Value) -> bool {
    !value.is_object() || th.class_of(value).special(th, Special::Get).is_none()
}

#[inline(never)]
fn store(
    th: &mut Thread,
    pc: *const u64,
    object: Value,
    name: Ref<Str>,
    value: Value,
) -> Result<(), Raised> {
    let before = object.is_object().then(|| shape_of_object(object));
    th.set_attribute(object, name, value)?;
    if let Some(before) = before {
        fill_set(th, pc, object, before, name);
    }
    Ok(())
}

/// Fills the cache of a `SetAttr` at `pc`; `before` was the object's shape.
fn fill_set(th: &Thread, pc: *const u64, object: Value, before: &'static Shape, name: Ref<Str>) {
    let class = before.class;
    let usual = class.special(th, Special::SetAttr).and_then(native_of)
        == Some(types::object::setattr as *const ());
    if !usual || object.cast::<Module>().is_some() {
        return;
    }
    let site = Site { word: pc.wrapping_add(1), name, access: Access::Set };
    if site.knows(th, before.id) {
        return;
    }
    cache::fill(th, site, before.id, class, || {
        let fact = |kind, contents| Some(Fact { kind, contents });
        if let Some((_, on_class)) = class.lookup_uncached(name) {
            if let Some(member) = on_class.cast_exact::<Member>() {
                if member.offset.get() == types::member::STORED {
                    return None;
                }
                return fact(Kind::Inline, Contents::Operand(member.offset.get() as u32));
            }
            if th.is_data_descriptor(on_class) {
                return None;
            }
        }
        if let Some((kind, contents)) = own_slot(before, name) {
            return fact(kind, contents);
        }
        if before.has(shape_flags::DICT_MODE) || !before.has(shape_flags::DICT) {
            return None;
        }
        let after = before.with_attribute(name).ok()??;
        match after.place(after.slot_of(name)?) {
            SlotPlace::Inline(offset) => {
                let change = u64::from(after.id.0) << 32 | u64::from(offset);
                fact(Kind::Add, Contents::Record(Value::UNBOUND, change))
            }
            SlotPlace::Overflow(_) => None,
        }
    });
}

/// Finds `object.name` to be called: the function, with `th.method_found` telling whether the
/// object is to be passed as its first argument.
#[inline(never)]
pub(crate) fn load_method(
    th: &mut Thread,
    pc: *const u64,
    object: Value,
    name: Ref<Str>,
) -> Result<Value, Raised> {
    th.method_found.set(false);
    let class = th.class_of(object);
    if is_generic(th, class)
        && object.cast::<Module>().is_none()
        && let Some(on_class) = class.lookup(th, name)
        && is_method(th, on_class)
        && th.own_attribute(object, name)?.is_none()
    {
        if object.is_object() {
            fill_get(th, pc, object, name, Access::Method);
        }
        th.method_found.set(true);
        return Ok(on_class);
    }
    let value = th.get_attribute(object, name)?;
    if object.is_object() {
        fill_get(th, pc, object, name, Access::Method);
    }
    // `__getattr__` may have run code that looked for methods itself.
    th.method_found.set(false);
    Ok(value)
}

/// `super(class, object).name`, or whatever the name `super` stands for.
#[inline(never)]
fn super_attribute(
    th: &mut Thread,
    [super_, class, object]: [Value; 3],
    site: Site,
    for_call: bool,
    explicit: bool,
) -> Result<Value, Raised> {
    let name = site.name;
    th.method_found.set(false);
    if super_ != types::super_::SPEC.class().value() {
        let given = [class, object];
        let made = th.call(super_, if explicit { &given } else { &[] })?;
        let value = th.get_attribute(made, name);
        th.method_found.set(false);
        return value;
    }
    // `__class__` is that of the `super` object.
    if let Some(start) = class.cast::<Class>()
        && name.ascii() != Some("__class__")
        && let Some(value) = types::super_::find(th, start, object, name)?
    {
        if for_call && is_method(th, value.found) && value.through_instance {
            if object.is_object() && object.cast::<Class>().is_none() {
                fill_super(th, site, start, object);
            }
            th.method_found.set(true);
            return Ok(value.found);
        }
        let bound = types::super_::bind(th, value, object);
        th.method_found.set(false);
        return bound;
    }
    let made = th.call(super_, &[class, object])?;
    let value = th.get_attribute(made, name);
    th.method_found.set(false);
    value
}

/// Fills the cache of a `GetSuper` whose object is an instance of a class that derives from `start`.
fn fill_super(th: &Thread, site: Site, start: Ref<Class>, object: Value) {
    let shape = shape_of_object(object);
    if !shape.class.is_subclass(start) {
        return;
    }
    cache::fill(th, site, shape.id, shape.class, || {
        let found = types::super_::search(start, shape.class, site.name)?;
        let contents = Contents::Record(found, start.value().bits());
        is_method(th, found).then_some(Fact { kind: Kind::Super, contents })
    });
}

#[inline(never)]
fn special_method(th: &mut Thread, object: Value, which: u8) -> Result<Value, Raised> {
    let special =
        [Special::Enter, Special::Exit, Special::AEnter, Special::AExit][which as usize & 3];
    let class = th.class_of(object);
    th.method_found.set(false);
    match class.special(th, special) {
        Some(function) if is_method(th, function) => {
            th.method_found.set(true);
            Ok(function)
        }
        Some(other) => {
            let bound = th.descriptor_get(other, object, class);
            th.method_found.set(false);
            bound
        }
        None => {
            let name = class.display_name();
            let (kind, other) = if which < 2 {
                ("context manager", [Special::AEnter, Special::AExit])
            } else {
                ("asynchronous context manager", [Special::Enter, Special::Exit])
            };
            let mut message = format!("'{name}' object does not support the {kind} protocol");
            message.push_str(&format!(" (missed {} method)", special.name()));
            if other.iter().all(|&method| class.special(th, method).is_some()) {
                let (article, statement) =
                    if which < 2 { ("asynchronous ", "async with") } else { ("", "with") };
                message.push_str(&format!(
                    " but it supports the {article}context manager protocol. Did you mean to use '{statement}'?"
                ));
            }
            Err(th.type_error(message))
        }
    }
}
