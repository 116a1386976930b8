//! What instances of a new class look like: the base whose layout they extend, `__slots__`, and
//! how many attributes they have room for.

use super::{Class, Tail, flags};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// The fewest inline slots of instances that have a `__dict__`.
const FEWEST_INLINE: usize = 2;
/// The most inline slots that `__static_attributes__` ask for.
const MOST_INLINE: usize = 24;

/// The nearest class along the layout bases that adds something to the layout.
pub fn solid_base(class: Ref<Class>) -> Ref<Class> {
    let mut class = class;
    while let Some(base) = class.base.get().cast::<Class>() {
        let (own, inherited) = (class.native.get().layout, base.native.get().layout);
        let same = own.size == inherited.size
            && own.tail == inherited.tail
            && own.values == inherited.values
            && class.member_count() == base.member_count();
        if !same {
            return class;
        }
        class = base;
    }
    class
}

/// The base whose layout instances of a class with these bases extend.
pub fn best_base(th: &Thread, bases: Ref<Tuple>) -> Result<Ref<Class>, Raised> {
    let mut best: Option<(Ref<Class>, Ref<Class>)> = None;
    for &base in bases.as_slice() {
        let Some(base) = base.cast::<Class>() else {
            return Err(th.type_error("bases must be types"));
        };
        if !base.has(flags::BASE) {
            return Err(th.type_error(format!(
                "type '{}' is not an acceptable base type",
                base.full_name(th)
            )));
        }
        if base.mro.get().is_empty() {
            let name = base.display_name();
            return Err(th.type_error(format!("Cannot extend an incomplete type '{name}'")));
        }
        let solid = solid_base(base);
        match best {
            None => best = Some((base, solid)),
            Some((_, winner)) if winner.is_subclass(solid) => {}
            Some((_, winner)) if solid.is_subclass(winner) => best = Some((base, solid)),
            Some(_) => {
                return Err(th.type_error("multiple bases have instance lay-out conflict"));
            }
        }
    }
    match best {
        Some((base, _)) => Ok(base),
        None => Err(th.type_error("a class needs at least one base")),
    }
}

/// What a class body says about its instances.
pub(super) struct Slots {
    /// The names of new slots, mangled, sorted.
    pub names: RootVec,
    /// Whether the class adds a `__dict__`.
    pub adds_dict: bool,
    /// Whether the class adds support for weak references.
    pub adds_weak: bool,
}

impl Slots {
    /// Reads `__slots__` of a namespace.
    pub(super) fn read(
        th: &mut Thread,
        class_name: Ref<Str>,
        namespace: Ref<Dict>,
        base: Ref<Class>,
        bases: Ref<Tuple>,
    ) -> Result<Slots, Raised> {
        let may_add_dict = !base.has_own_attributes();
        let may_add_weak = !crate::types::weakref::supports(base);
        let mut slots = Slots { names: RootVec::new(), adds_dict: false, adds_weak: false };
        let Some(given) = namespace.get_str(th, crate::name!(th, "__slots__"))? else {
            slots.adds_dict = may_add_dict;
            slots.adds_weak = may_add_weak;
            return Ok(slots);
        };
        let mut items = RootVec::new();
        if given.cast::<Str>().is_some() {
            items.push(given)
        } else {
            th.collect(given, &mut items)?
        }
        if !items.as_slice().is_empty() && !takes_slots(base) {
            return Err(th.type_error(format!(
                "nonempty __slots__ not supported for subtype of '{}'",
                base.display_name()
            )));
        }
        for &item in items.as_slice() {
            let Some(name) = item.cast::<Str>() else {
                return Err(th.type_error(format!(
                    "__slots__ items must be strings, not '{}'",
                    th.type_name(item)
                )));
            };
            if !is_identifier(name) {
                return Err(th.type_error("__slots__ must be identifiers"));
            }
            match name.ascii() {
                Some("__dict__") => {
                    if !may_add_dict || slots.adds_dict {
                        return Err(th.type_error("__dict__ slot disallowed: we already got one"));
                    }
                    slots.adds_dict = true;
                }
                Some("__weakref__") => {
                    if !may_add_weak || slots.adds_weak {
                        return Err(
                            th.type_error("__weakref__ slot disallowed: we already got one")
                        );
                    }
                    slots.adds_weak = true;
                }
                _ => slots.add(th, class_name, namespace, name)?,
            }
        }
        slots.names.as_mut_slice().sort_by_key(|name| th.display_str(*name));
        for &other in bases.as_slice() {
            let Some(other) = other.cast::<Class>().filter(|&other| other != base) else {
                continue;
            };
            slots.adds_dict |= may_add_dict && other.has_own_attributes();
            slots.adds_weak |= may_add_weak && crate::types::weakref::supports(other);
        }
        Ok(slots)
    }

    fn add(
        &mut self,
        th: &mut Thread,
        class_name: Ref<Str>,
        namespace: Ref<Dict>,
        name: Ref<Str>,
    ) -> Result<(), Raised> {
        let mangled = mangle(th, class_name, name)?;
        let special =
            matches!(name.ascii(), Some("__qualname__" | "__classcell__" | "__classdictcell__"));
        if !special && namespace.get_str(th, mangled)?.is_some() {
            let text = th.repr(name.value())?.display();
            return Err(
                th.value_error(format!("{text} in __slots__ conflicts with class variable"))
            );
        }
        self.names.push(mangled.value());
        Ok(())
    }
}

/// Whether subclasses may name slots: not where the layout ends in a tail, nor for metaclasses.
/// Strings may, as they have no tail in CPython; see [`are_stored`].
fn takes_slots(base: Ref<Class>) -> bool {
    let native = base.native.get();
    let text = std::ptr::eq(native, &crate::types::str::SPEC);
    (native.layout.tail == Tail::None || text) && !base.has(flags::TYPE)
}

/// Whether the slots of such a class lie with an instance's other attributes rather than at fixed
/// places, since the text comes where these would be.
pub(super) fn are_stored(native: &super::TypeSpec) -> bool {
    native.layout.tail != Tail::None
}

fn is_identifier(name: Ref<Str>) -> bool {
    let mut codes = name.text().codes();
    let start = codes
        .next()
        .is_some_and(|c| c == u32::from(b'_') || orochi_text::class::is_identifier_start(c));
    start && codes.all(orochi_text::class::is_identifier_continue)
}

/// A private name as it is seen outside of the class (reference manual, "Private name mangling").
fn mangle(th: &Thread, class_name: Ref<Str>, name: Ref<Str>) -> Result<Ref<Str>, Raised> {
    let text = name.display();
    let class = class_name.display();
    let class = class.trim_start_matches('_');
    if !text.starts_with("__") || text.ends_with("__") || text.contains('.') || class.is_empty() {
        return Ok(th.intern_str(name));
    }
    th.intern(&format!("_{class}{text}"))
}

/// How many inline slots instances get: one for each attribute that the methods of the class and
/// of its bases are known to assign.
pub(super) fn inline_capacity(th: &Thread, mro: Ref<Tuple>, own: Option<Value>) -> u32 {
    let key = crate::name!(th, "__static_attributes__");
    let mut seen = RootVec::new();
    let mut note = |names: Value| {
        if let Some(names) = names.cast::<Tuple>() {
            for &name in names.as_slice() {
                if !seen.as_slice().contains(&name) {
                    seen.push(name);
                }
            }
        }
    };
    if let Some(own) = own {
        note(own);
    }
    for &class in mro.as_slice() {
        if let Some(names) = class.cast::<Class>().and_then(|class| class.namespace.get().get(key))
        {
            note(names);
        }
    }
    seen.as_slice().len().clamp(FEWEST_INLINE, MOST_INLINE) as u32
}
