//! `__build_class__`: what the `class` statement calls.

use orochi_compiler::code::flags as code_flags;

use crate::class::create::{call_with_dict, winning_metaclass};
use crate::class::{Class, Special};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::operation::native_of;
use crate::thread::Thread;
use crate::types;
use crate::types::cell::Cell;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

pub(super) fn build_class(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = args[0].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    if given.len() < 2 {
        return Err(th.type_error("__build_class__: not enough arguments"));
    }
    let Some(body) = given.get(0).cast::<Function>() else {
        return Err(th.type_error("__build_class__: func must be a function"));
    };
    let Some(name) = given.get(1).cast::<Str>() else {
        return Err(th.type_error("__build_class__: name is not a string"));
    };
    let given = Tuple::from_slice(th, &given.as_slice()[2..])?;
    let keywords = match args[1].cast::<Dict>() {
        Some(keywords) => keywords,
        None => Dict::new(th)?,
    };
    let bases = resolve_bases(th, given)?;
    let mut meta = match keywords.delete_str(th, crate::name!(th, "metaclass"))? {
        Some(meta) => meta,
        None if bases.is_empty() => types::type_::SPEC.class().value(),
        None => th.class_of(bases.get(0)).value(),
    };
    if let Some(class) = meta.cast::<Class>() {
        meta = winning_metaclass(th, class, bases)?.value();
    }
    let namespace = prepare(th, meta, name, bases, keywords)?;
    let cell = if body.code().flags.get() & code_flags::OPTIMIZED == 0 {
        th.run_body(body, namespace)?
    } else {
        th.call(body.value(), &[])?
    };
    if bases != given {
        let key = crate::name!(th, "__orig_bases__").value();
        th.set_item(namespace, key, given.value())?;
    }
    let class = call_with_dict(th, meta, &[name.value(), bases.value(), namespace], keywords)?;
    if class.cast::<Class>().is_some()
        && let Some(cell) = cell.cast_exact::<Cell>()
    {
        check_cell(th, cell, class, name)?;
    }
    Ok(class)
}

/// The bases with `__mro_entries__` of those that are no classes (PEP 560).
fn resolve_bases(th: &mut Thread, given: Ref<Tuple>) -> Result<Ref<Tuple>, Raised> {
    let mut resolved = RootVec::new();
    let mut changed = false;
    for &base in given.as_slice() {
        if base.cast::<Class>().is_some() {
            resolved.push(base);
            continue;
        }
        let Some(entries) = th.find_attribute(base, th.vm.special_name(Special::MroEntries))?
        else {
            resolved.push(base);
            continue;
        };
        let entries = th.call(entries, &[given.value()])?;
        let Some(entries) = entries.cast::<Tuple>() else {
            return Err(th.type_error("__mro_entries__ must return a tuple"));
        };
        resolved.extend_from_slice(entries.as_slice());
        changed = true;
    }
    if changed { Tuple::from_slice(th, resolved.as_slice()) } else { Ok(given) }
}

/// The namespace in which the body runs.
fn prepare(
    th: &mut Thread,
    meta: Value,
    name: Ref<Str>,
    bases: Ref<Tuple>,
    keywords: Ref<Dict>,
) -> Result<Value, Raised> {
    let found = match meta.cast::<Class>() {
        Some(class) if class == types::type_::SPEC.class() => None,
        _ => th.find_attribute(meta, th.vm.special_name(Special::Prepare))?,
    };
    let Some(prepare) = found else { return Ok(Dict::new(th)?.value()) };
    let namespace = call_with_dict(th, prepare, &[name.value(), bases.value()], keywords)?;
    let mapping = namespace.cast::<Dict>().is_some()
        || th.class_of(namespace).special(th, Special::GetItem).is_some();
    if !mapping {
        let of = match meta.cast::<Class>() {
            Some(class) => class.display_name(),
            None => "<metaclass>".to_owned(),
        };
        let kind = th.type_name(namespace);
        return Err(th.type_error(format!("{of}.__prepare__() must return a mapping, not {kind}")));
    }
    Ok(namespace)
}

/// Whether the metaclass has passed `__classcell__` on to `type.__new__`.
fn check_cell(
    th: &mut Thread,
    cell: Ref<Cell>,
    class: Value,
    name: Ref<Str>,
) -> Result<(), Raised> {
    let contents = th.read(cell)?.contents.get();
    if contents == class {
        return Ok(());
    }
    let name = th.repr(name.value())?.display();
    let text = th.repr(class)?.display();
    if contents.is_unbound() {
        return Err(th.runtime_error(format!(
            "__class__ not set defining {name} as {text}. Was __classcell__ propagated to type.__new__?"
        )));
    }
    // A metaclass may return another class on purpose, by a `__call__` of its own.
    let meta = th.class_of(class);
    if meta.special(th, Special::Call).and_then(native_of) != Some(types::type_::call as *const ())
        && contents.cast::<Class>().is_none()
    {
        return Ok(());
    }
    let set = th.repr(contents)?.display();
    Err(th.type_error(format!("__class__ set to {set} defining {name} as {text}")))
}
