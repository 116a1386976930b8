//! The method resolution order: C3 linearisation.
//!
//! "The Python 2.3 Method Resolution Order" (Simionato) describes the algorithm: the order of a
//! class is the class itself, followed by the merge of its bases' orders and the list of its
//! bases; the merge takes, again and again, the first head that is in no other list's tail.

use super::Class;
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::operation::native_of;
use crate::thread::Thread;
use crate::types;
use crate::types::tuple::Tuple;

/// The order of a class that derives from `bases`, all of which are classes.
pub fn linearise(th: &Thread, class: Ref<Class>, bases: Ref<Tuple>) -> Result<Ref<Tuple>, Raised> {
    let mut order = RootVec::with_capacity(8);
    order.push(class.value());
    if bases.len() == 1 {
        if let Some(base) = bases.get(0).cast::<Class>() {
            order.extend_from_slice(base.mro.get().as_slice());
        }
        return Tuple::from_slice(th, order.as_slice());
    }
    for (at, base) in bases.as_slice().iter().enumerate() {
        if bases.as_slice()[..at].contains(base) {
            let name = base.cast::<Class>().map_or_else(String::new, Ref::display_name);
            return Err(th.type_error(format!("duplicate base class {name}")));
        }
    }
    // The lists to merge are the bases' orders and, last, the bases themselves; only positions
    // are kept here, as the lists are found through `bases`.
    let list = |number: usize| -> Ref<Tuple> {
        match bases.get(number).cast::<Class>() {
            Some(base) if number < bases.len() => base.mro.get(),
            _ => bases,
        }
    };
    let mut positions = vec![0usize; bases.len() + 1];
    loop {
        let mut chosen = Value::UNBOUND;
        let mut finished = true;
        for (number, &position) in positions.iter().enumerate() {
            let head = list(number).get(position);
            if head.is_unbound() {
                continue;
            }
            finished = false;
            let in_tail = |other: usize| {
                let rest = list(other);
                rest.as_slice().get(positions[other] + 1..).is_some_and(|tail| tail.contains(&head))
            };
            if !(0..positions.len()).any(in_tail) {
                chosen = head;
                break;
            }
        }
        if finished {
            return Tuple::from_slice(th, order.as_slice());
        }
        if chosen.is_unbound() {
            return Err(inconsistent(th, &positions, &list));
        }
        order.push(chosen);
        for (number, position) in positions.iter_mut().enumerate() {
            if list(number).get(*position) == chosen {
                *position += 1;
            }
        }
    }
}

#[cold]
fn inconsistent(th: &Thread, positions: &[usize], list: &dyn Fn(usize) -> Ref<Tuple>) -> Raised {
    let mut names: Vec<String> = Vec::new();
    for (number, &position) in positions.iter().enumerate() {
        if let Some(head) = list(number).get(position).cast::<Class>() {
            let name = head.display_name();
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    th.type_error(format!(
        "Cannot create a consistent method resolution order (MRO) for bases {}",
        names.join(", ")
    ))
}

/// What the class's metaclass has in place of `type.mro`.
pub(super) fn overridden(th: &Thread, class: Value) -> Option<Value> {
    let own = th.class_of(class).lookup(th, crate::name!(th, "mro"));
    own.filter(|&own| native_of(own) != Some(types::type_::mro as *const ()))
}

/// The order that the class's metaclass wants: `linearise`, or what an overridden `mro()` returns.
pub fn compute(th: &mut Thread, class: Ref<Class>) -> Result<Ref<Tuple>, Raised> {
    let Some(own) = overridden(th, class.value()) else {
        return linearise(th, class, class.bases.get());
    };
    let given = th.call_descriptor_method(own, class.value(), &[])?;
    let mut order = RootVec::new();
    th.collect(given, &mut order)?;
    let solid = super::slots::solid_base(class);
    for &entry in order.as_slice() {
        let Some(entry) = entry.cast::<Class>() else {
            let name = th.type_name(entry);
            return Err(th.type_error(format!("mro() returned a non-class ('{name}')")));
        };
        if entry != class && !solid.is_subclass(super::slots::solid_base(entry)) {
            let name = entry.display_name();
            return Err(
                th.type_error(format!("mro() returned base with unsuitable layout ('{name}')"))
            );
        }
    }
    Tuple::from_slice(th, order.as_slice())
}
