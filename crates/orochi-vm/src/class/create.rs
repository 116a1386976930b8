//! Making classes: `type(name, bases, namespace)` and what the `class` statement does around it.
//!
//! The steps follow the reference manual, "Metaclasses" and "Creating the class object": bases
//! that are no classes are resolved (PEP 560), the most derived metaclass wins, the layout base and
//! `__slots__` give the instances' layout, the namespace is copied, and at the end attributes are
//! told their names (PEP 487), as is the parent class (`__init_subclass__`).

use super::slots::{Slots, best_base, inline_capacity};
use super::{Class, Namespace, Special, flags, mro};
use crate::exception::{BaseException, Raised, classes};
use crate::heap::{RootVec, Value};
use crate::native::Arguments;
use crate::object::{Ref, ValueCast};
use crate::operation::native_of;
use crate::shape::{InstanceLayout, Shape, shape_flags};
use crate::thread::Thread;
use crate::types;
use crate::types::cell::Cell;
use crate::types::classmethod::ClassMethod;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::member::Member;
use crate::types::staticmethod::StaticMethod;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// The most derived of `meta` and the metaclasses of the bases.
pub fn winning_metaclass(
    th: &Thread,
    meta: Ref<Class>,
    bases: Ref<Tuple>,
) -> Result<Ref<Class>, Raised> {
    let mut winner = meta;
    for &base in bases.as_slice() {
        let own = th.class_of(base);
        if winner.is_subclass(own) {
            continue;
        }
        if !own.is_subclass(winner) {
            return Err(th.type_error(
                "metaclass conflict: the metaclass of a derived class must be a (non-strict) \
                 subclass of the metaclasses of all its bases",
            ));
        }
        winner = own;
    }
    Ok(winner)
}

/// `type.__new__(meta, name, bases, namespace, **keywords)`
pub fn new_type(
    th: &mut Thread,
    meta: Ref<Class>,
    name: Ref<Str>,
    bases: Ref<Tuple>,
    namespace: Ref<Dict>,
    keywords: Ref<Dict>,
) -> Result<Value, Raised> {
    let (mut meta, mut bases) = (meta, bases);
    if bases.is_empty() {
        bases = Tuple::from_slice(th, &[types::object::SPEC.class().value()])?;
    } else {
        for at in 0..bases.len() {
            let base = bases.get(at);
            if base.cast::<Class>().is_none()
                && th.find_attribute(base, th.vm.special_name(Special::MroEntries))?.is_some()
            {
                return Err(th.type_error(
                    "type() doesn't support MRO entry resolution; use types.new_class()",
                ));
            }
        }
        let winner = winning_metaclass(th, meta, bases)?;
        if winner != meta {
            let new = winner.special(th, Special::New);
            if new.and_then(native_of) != Some(types::type_::new as *const ()) {
                let new = th.get_attribute(winner.value(), th.vm.special_name(Special::New))?;
                let args = [winner.value(), name.value(), bases.value(), namespace.value()];
                return call_with_dict(th, new, &args, keywords);
            }
            meta = winner;
        }
    }
    let class = assemble(th, meta, name, bases, namespace)?;
    set_names(th, class, namespace)?;
    init_subclass(th, class, keywords)?;
    Ok(class.value())
}

/// Calls with positional arguments and named ones from a dict.
pub fn call_with_dict(
    th: &mut Thread,
    callable: Value,
    args: &[Value],
    keywords: Ref<Dict>,
) -> Result<Value, Raised> {
    let mut values = RootVec::new();
    values.extend_from_slice(args);
    let mut names = RootVec::new();
    let mut position = 0;
    while let Some((key, value, next)) = keywords.entry_from(th, position)? {
        if key.cast::<Str>().is_none() {
            return Err(th.type_error("keywords must be strings"));
        }
        names.push(key);
        values.push(value);
        position = next;
    }
    if names.as_slice().is_empty() {
        return th.call(callable, args);
    }
    let names = Tuple::from_slice(th, names.as_slice())?;
    th.call_with(callable, Arguments { values: values.as_slice(), names: Some(names) })
}

/// The class object, complete but for the calls of `__set_name__` and `__init_subclass__`.
fn assemble(
    th: &mut Thread,
    meta: Ref<Class>,
    name: Ref<Str>,
    bases: Ref<Tuple>,
    namespace: Ref<Dict>,
) -> Result<Ref<Class>, Raised> {
    if name.text().codes().any(|code| code == 0) {
        return Err(th.value_error("type name must not contain null characters"));
    }
    let base = best_base(th, bases)?;
    let slots = Slots::read(th, name, namespace, base, bases)?;
    let qualname = match namespace.get_str(th, crate::name!(th, "__qualname__"))? {
        None => name.value(),
        Some(given) if given.cast::<Str>().is_some() => given,
        Some(other) => {
            return Err(th.type_error(format!(
                "type __qualname__ must be a str, not {}",
                th.type_name(other)
            )));
        }
    };
    let own_attributes = namespace.get_str(th, crate::name!(th, "__static_attributes__"))?;
    let module = namespace.get_str(th, crate::name!(th, "__module__"))?;
    let module = match module {
        Some(_) => None,
        None => match th.running_globals() {
            Some(globals) => globals.get_str(th, crate::name!(th, "__name__"))?,
            None => None,
        },
    };

    let native = base.native.get();
    let class = Class::new_raw(th, meta.root_shape(), native)?;
    // SAFETY: the class is not published yet.
    let token = unsafe { crate::object::Writing::assume() };
    class.name.set(&token, th.intern_str(name));
    class.qualname.set(&token, qualname);
    class.bases.set(&token, bases);
    class.base.set(&token, base.value());
    class.mro.set(&token, th.vm.empty_tuple.get());
    class.namespace.set(&token, Namespace::new(th, 16)?);
    let dict = base.has(flags::DICT) || slots.adds_dict;
    let stored = super::slots::are_stored(native);
    let named = slots.names.as_slice().len() as u32;
    let members = base.member_count() + if stored { 0 } else { named };
    let mut inline_capacity = 0;
    if dict && native.layout.tail == super::Tail::None {
        inline_capacity = self::inline_capacity(th, base.mro.get(), own_attributes)
            .max(base.root_shape().inline_capacity);
        for &other in bases.as_slice() {
            if let Some(other) = other.cast::<Class>() {
                inline_capacity = inline_capacity.max(other.root_shape().inline_capacity);
            }
        }
    }
    let room = dict || (stored && (named > 0 || base.root_shape().has(shape_flags::DICT)));
    let layout = InstanceLayout { native, dict: room, members, inline_capacity, mortal: true };
    class.set_root_shape(Shape::new_root(class, layout)?);
    set_flags(class, base, bases, dict, slots.adds_weak);

    copy_namespace(th, class, namespace, module)?;
    for (at, &slot) in slots.names.as_slice().iter().enumerate() {
        let Some(slot) = slot.cast::<Str>() else { continue };
        let offset = match stored {
            true => types::member::STORED,
            false => native.layout.size + 8 * (base.member_count() as usize + at),
        };
        let member = Member::allocate(th, class.value(), slot, offset, None)?;
        put(th, class, slot, member.value())?;
    }
    if slots.adds_dict {
        types::object::define_dict(th, class)?;
    }
    if slots.adds_weak {
        types::weakref::define_weakref(th, class)?;
    }
    // Before the resolution order: an overridden `mro()` may run the class's functions.
    fill_class_cells(th, class, namespace)?;
    // Numbers of classes that have died may come back: what was looked up for them is stale.
    super::change::bump_epoch();
    let order = mro::compute(th, class)?;
    {
        let fields = th.write(class)?;
        fields.mro.set(fields.token(), order);
    }
    inherit(th, class)?;
    for at in 0..bases.len() {
        if let Some(base) = bases.get(at).cast::<Class>() {
            super::rebase::add_subclass(th, base, class)?;
        }
    }
    Ok(class)
}

fn set_flags(class: Ref<Class>, base: Ref<Class>, bases: Ref<Tuple>, dict: bool, adds_weak: bool) {
    let mut bits = flags::HEAP | flags::BASE;
    if dict {
        bits |= flags::DICT;
    }
    if adds_weak || types::weakref::supports(base) {
        bits |= flags::WEAKREF;
    }
    for inherited in [flags::EXCEPTION, flags::TYPE] {
        if base.has(inherited) {
            bits |= inherited;
        }
    }
    for &other in bases.as_slice() {
        let Some(other) = other.cast::<Class>() else { continue };
        for inherited in [flags::MATCH_SELF, flags::FINALISER] {
            if other.has(inherited) {
                bits |= inherited;
            }
        }
        // Sequence or mapping: what the first base says that says anything.
        for inherited in [flags::SEQUENCE, flags::MAPPING] {
            if other.has(inherited) && bits & (flags::SEQUENCE | flags::MAPPING) == 0 {
                bits |= inherited;
            }
        }
    }
    class.set_flag(bits, true);
}

/// Sets an attribute of a class that nobody else knows yet.
fn put(th: &mut Thread, class: Ref<Class>, name: Ref<Str>, value: Value) -> Result<(), Raised> {
    let guard = th.write(class)?;
    let namespace = guard.namespace.get().set(guard.thread(), name, value)?;
    guard.namespace.set(guard.token(), namespace);
    Ok(())
}

/// Copies the names of a class body, with the conversions that some of them get.
fn copy_namespace(
    th: &mut Thread,
    class: Ref<Class>,
    namespace: Ref<Dict>,
    module: Option<Value>,
) -> Result<(), Raised> {
    let mut position = 0;
    let (mut eq, mut hash, mut doc) = (false, false, false);
    while let Some((key, value, next)) = namespace.entry_from(th, position)? {
        position = next;
        let Some(name) = key.cast::<Str>() else {
            let text = format!("non-string key in the __dict__ of class {}", class.display_name());
            th.warn(&classes::RUNTIME_WARNING, &text, 1)?;
            let guard = th.write(class)?;
            let names = guard.namespace.get().add_stranger(guard.thread(), key, value)?;
            guard.namespace.set(guard.token(), names);
            continue;
        };
        let name = th.intern_str(name);
        let mut value = value;
        match name.ascii() {
            Some("__qualname__" | "__classcell__" | "__classdictcell__") => continue,
            Some("__new__") if value.cast::<Function>().is_some() => {
                value = StaticMethod::wrapping(th, value)?.value();
            }
            Some("__init_subclass__" | "__class_getitem__")
                if value.cast::<Function>().is_some() =>
            {
                value = ClassMethod::wrapping(th, value)?.value();
            }
            Some("__eq__") => eq = true,
            Some("__hash__") => hash = true,
            Some("__doc__") => doc = true,
            Some("__del__") => class.set_flag(flags::FINALISER, true),
            _ => {}
        }
        put(th, class, name, value)?;
    }
    if let Some(module) = module {
        let name = crate::name!(th, "__module__");
        put(th, class, name, module)?;
    }
    if !doc {
        let name = crate::name!(th, "__doc__");
        put(th, class, name, Value::NONE)?;
    }
    if eq && !hash {
        let name = th.vm.special_name(Special::Hash);
        put(th, class, name, Value::NONE)?;
    }
    Ok(())
}

/// What follows from the resolution order: a `__del__` anywhere along it.
fn inherit(th: &mut Thread, class: Ref<Class>) -> Result<(), Raised> {
    if class.special(th, Special::Del).is_some() {
        class.set_flag(flags::FINALISER, true);
    }
    Ok(())
}

/// Puts the class into the cell of `__class__`, and its names into that of `__classdict__`.
fn fill_class_cells(
    th: &mut Thread,
    class: Ref<Class>,
    namespace: Ref<Dict>,
) -> Result<(), Raised> {
    if let Some(cell) = namespace.get_str(th, crate::name!(th, "__classcell__"))? {
        let Some(cell) = cell.cast::<Cell>() else {
            let kind = th.class_of(cell);
            let kind = th.repr(kind.value())?.display();
            return Err(th.type_error(format!(
                "type.__new__(): __classcell__ must be a nonlocal cell, not {kind}"
            )));
        };
        let cell = th.write(cell)?;
        cell.contents.set(cell.token(), class.value());
    }
    if let Some(cell) = namespace.get_str(th, crate::name!(th, "__classdictcell__"))? {
        let Some(cell) = cell.cast::<Cell>() else {
            let kind = th.class_of(cell);
            let kind = th.repr(kind.value())?.display();
            return Err(th.type_error(format!(
                "type.__new__(): __classdictcell__ must be a nonlocal cell, not {kind}"
            )));
        };
        let names = types::mappingproxy::proxy_of(th, class.value())?;
        let cell = th.write(cell)?;
        cell.contents.set(cell.token(), names);
    }
    Ok(())
}

/// Calls `__set_name__` of the attributes that have one.
fn set_names(th: &mut Thread, class: Ref<Class>, namespace: Ref<Dict>) -> Result<(), Raised> {
    let mut pairs = RootVec::new();
    let mut position = 0;
    while let Some((key, value, next)) = namespace.entry_from(th, position)? {
        position = next;
        if value.is_object() && th.class_of(value).special(th, Special::SetName).is_some() {
            pairs.push(key);
            pairs.push(value);
        }
    }
    for at in 0..pairs.as_slice().len() / 2 {
        let (key, value) = (pairs.as_slice()[2 * at], pairs.as_slice()[2 * at + 1]);
        let result = th.call_special(value, Special::SetName, &[class.value(), key]);
        if let Err(raised) = result {
            if raised == Raised::Exception {
                note_set_name(th, class, key, value)?;
            }
            return Err(raised);
        }
    }
    Ok(())
}

/// Adds a note to the exception in flight that says which `__set_name__` has raised it.
#[cold]
fn note_set_name(
    th: &mut Thread,
    class: Ref<Class>,
    key: Value,
    value: Value,
) -> Result<(), Raised> {
    let exception = th.take_exception();
    let key = th.repr(key)?.display();
    let note = format!(
        "Error calling __set_name__ on '{}' instance {key} in '{}'",
        th.type_name(value),
        class.display_name()
    );
    if exception.cast::<BaseException>().is_some() {
        let note = th.new_str(&note)?;
        th.call_method(exception, crate::name!(th, "add_note"), &[note.value()])?;
    }
    let _ = th.raise_again(exception);
    Ok(())
}

/// `super(class, class).__init_subclass__(**keywords)`
fn init_subclass(th: &mut Thread, class: Ref<Class>, keywords: Ref<Dict>) -> Result<(), Raised> {
    let name = th.vm.special_name(Special::InitSubclass);
    let Some(found) = types::super_::find(th, class, class.value(), name)? else {
        if class.mro.get().as_slice().contains(&class.value()) {
            return Ok(());
        }
        return Err(types::super_::misfit(th, class, class.value()));
    };
    if native_of(found.found) == Some(types::object::init_subclass as *const ())
        && keywords.len(th)? == 0
    {
        return Ok(());
    }
    let hook = types::super_::bind(th, found, class.value())?;
    call_with_dict(th, hook, &[], keywords).map(drop)
}
