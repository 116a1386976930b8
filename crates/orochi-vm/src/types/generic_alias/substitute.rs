//! Type variables among the arguments of aliases and unions.

use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::list::List;
use crate::types::tuple::Tuple;

/// The type variables among `args`, each once, in order of appearance.
pub fn parameters_of(th: &mut Thread, args: Ref<Tuple>) -> Result<Ref<Tuple>, Raised> {
    let mut found = RootVec::new();
    collect(th, args.as_slice(), &mut found)?;
    Tuple::from_slice(th, found.as_slice())
}

fn collect(th: &mut Thread, args: &[Value], found: &mut RootVec) -> Result<(), Raised> {
    th.check_native_stack()?;
    for &arg in args {
        if !arg.is_object() || arg.cast::<crate::class::Class>().is_some() {
            continue;
        }
        if let Some(tuple) = arg.cast_exact::<Tuple>() {
            collect(th, tuple.as_slice(), found)?;
            continue;
        }
        if let Some(list) = arg.cast_exact::<List>() {
            let items = list.snapshot(th)?;
            collect(th, items.as_slice(), found)?;
            continue;
        }
        if is_variable(th, arg)? {
            add(arg, found);
        } else if let Some(inner) = th.find_attribute(arg, crate::name!(th, "__parameters__"))?
            && let Some(inner) = inner.cast::<Tuple>()
        {
            for &parameter in inner.as_slice() {
                add(parameter, found);
            }
        }
    }
    Ok(())
}

fn add(parameter: Value, found: &mut RootVec) {
    if !found.as_slice().contains(&parameter) {
        found.push(parameter);
    }
}

/// Whether a type can be put in the place of `value`.
fn is_variable(th: &mut Thread, value: Value) -> Result<bool, Raised> {
    Ok(th.find_attribute(value, crate::name!(th, "__typing_subst__"))?.is_some())
}

/// `args` with the types `item` in place of the variables `parameters`, for `alias[item]`.
pub fn substituted(
    th: &mut Thread,
    alias: Value,
    args: Ref<Tuple>,
    parameters: Ref<Tuple>,
    item: Value,
) -> Result<RootVec, Raised> {
    if parameters.is_empty() {
        let text = th.repr(alias)?.display();
        return Err(th.type_error(format!("{text} is not a generic class")));
    }
    let mut item = match item.cast_exact::<Tuple>() {
        Some(items) => items,
        None => Tuple::from_slice(th, &[item])?,
    };
    for &parameter in parameters.as_slice() {
        let prepare = th.find_attribute(parameter, crate::name!(th, "__typing_prepare_subst__"))?;
        if let Some(prepare) = prepare.filter(|prepare| !prepare.is_none()) {
            let prepared = th.call(prepare, &[alias, item.value()])?;
            item = match prepared.cast::<Tuple>() {
                Some(items) => items,
                None => Tuple::from_slice(th, &[prepared])?,
            };
        }
    }
    if item.len() != parameters.len() {
        let few = if item.len() > parameters.len() { "many" } else { "few" };
        let text = th.repr(alias)?.display();
        return Err(th.type_error(format!(
            "Too {few} arguments for {text}; actual {}, expected {}",
            item.len(),
            parameters.len()
        )));
    }
    let mut result = RootVec::new();
    for &arg in args.as_slice() {
        replace(th, arg, parameters, item, &mut result)?;
    }
    Ok(result)
}

/// Appends one argument with its variables replaced.
fn replace(
    th: &mut Thread,
    arg: Value,
    parameters: Ref<Tuple>,
    item: Ref<Tuple>,
    result: &mut RootVec,
) -> Result<(), Raised> {
    if !arg.is_object() || arg.cast::<crate::class::Class>().is_some() {
        result.push(arg);
        return Ok(());
    }
    if let Some(inner) = arg.cast_exact::<Tuple>() {
        let mut replaced = RootVec::new();
        for &one in inner.as_slice() {
            replace(th, one, parameters, item, &mut replaced)?;
        }
        result.push(Tuple::from_slice(th, replaced.as_slice())?.value());
        return Ok(());
    }
    if let Some(inner) = arg.cast_exact::<List>() {
        let inner = inner.snapshot(th)?;
        let mut replaced = RootVec::new();
        for &one in inner.as_slice() {
            replace(th, one, parameters, item, &mut replaced)?;
        }
        result.push(List::from_slice(th, replaced.as_slice())?.value());
        return Ok(());
    }
    let starred =
        th.find_attribute(arg, crate::name!(th, "__typing_is_unpacked_typevartuple__"))?;
    let starred = match starred {
        Some(starred) => th.is_true(starred)?,
        None => false,
    };
    let subst = th.find_attribute(arg, crate::name!(th, "__typing_subst__"))?;
    let value = if let Some(subst) = subst {
        let at = parameters.as_slice().iter().position(|&parameter| parameter == arg);
        match at {
            Some(at) => th.call(subst, &[item.get(at)])?,
            None => arg,
        }
    } else {
        let inner = th.find_attribute(arg, crate::name!(th, "__parameters__"))?;
        match inner.and_then(|inner| inner.cast::<Tuple>()).filter(|inner| !inner.is_empty()) {
            None => arg,
            Some(inner) => {
                let mut chosen = RootVec::new();
                for &parameter in inner.as_slice() {
                    let at = parameters.as_slice().iter().position(|&p| p == parameter);
                    let Some(at) = at else { continue };
                    match item.get(at).cast_exact::<Tuple>() {
                        Some(several) if starred => chosen.extend_from_slice(several.as_slice()),
                        _ => chosen.push(item.get(at)),
                    }
                }
                let chosen = Tuple::from_slice(th, chosen.as_slice())?;
                th.get_item(arg, chosen.value())?
            }
        }
    };
    match value.cast_exact::<Tuple>() {
        Some(several) if starred => result.extend_from_slice(several.as_slice()),
        _ => result.push(value),
    }
    Ok(())
}
