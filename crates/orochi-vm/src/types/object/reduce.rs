//! How objects are taken apart for `copy` and `pickle` (library reference, "Pickling class
//! instances"; PEP 307).

use crate::class::{Class, Special, Tail, flags};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::operation::native_of;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// `object.__reduce__()`
pub fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    old_form(th, args[0], 0)
}

/// `object.__reduce_ex__(protocol)`
pub fn reduce_ex(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let object = args[0];
    let protocol = th.index_i64(args[1])?;
    let class = th.class_of(object);
    let own = class.special(th, Special::Reduce);
    if own.is_some() && own.and_then(native_of) != Some(reduce as *const ()) {
        return th.call_method(object, th.vm.special_name(Special::Reduce), &[]);
    }
    if protocol >= 2 { new_form(th, object, class) } else { old_form(th, object, protocol) }
}

/// Protocols 0 and 1: `copyreg._reduce_ex`.
fn old_form(th: &mut Thread, object: Value, protocol: i64) -> Result<Value, Raised> {
    let copyreg = th.import_module("copyreg")?;
    let protocol = th.int_from_i64(protocol)?;
    th.call_method(copyreg, crate::name!(th, "_reduce_ex"), &[object, protocol])
}

/// From protocol 2 on: `copyreg.__newobj__(class, *args)` and a state.
fn new_form(th: &mut Thread, object: Value, class: Ref<Class>) -> Result<Value, Raised> {
    if class.has(flags::NO_NEW) || class.special(th, Special::New).is_none() {
        return Err(cannot_pickle(th, class));
    }
    let (arguments, named) = new_arguments(th, object)?;
    let copyreg = th.import_module("copyreg")?;
    let listed = th.is_instance(object, crate::types::list::SPEC.class());
    let keyed = th.is_instance(object, crate::types::dict::SPEC.class());
    let has_named = match named {
        Some(named) => named.len(th)? > 0,
        None => false,
    };
    let required = arguments.is_none() && !listed && !keyed;
    let (maker, made_with) = match (arguments, named) {
        (Some(arguments), Some(named)) if has_named => {
            let maker = th.get_attribute(copyreg, crate::name!(th, "__newobj_ex__"))?;
            let with = [class.value(), arguments.value(), named.value()];
            (maker, Tuple::from_slice(th, &with)?)
        }
        (arguments, _) => {
            let maker = th.get_attribute(copyreg, crate::name!(th, "__newobj__"))?;
            let mut with = RootVec::new();
            with.push(class.value());
            if let Some(arguments) = arguments {
                with.extend_from_slice(arguments.as_slice());
            }
            (maker, Tuple::from_slice(th, with.as_slice())?)
        }
    };
    let state = state_of(th, object, required)?;
    let items = if listed { th.iterate(object)? } else { Value::NONE };
    let pairs = if keyed {
        let pairs = th.call_method(object, crate::name!(th, "items"), &[])?;
        th.iterate(pairs)?
    } else {
        Value::NONE
    };
    Ok(Tuple::from_slice(th, &[maker, made_with.value(), state, items, pairs])?.value())
}

/// Positional and named arguments of `__new__`.
type NewArguments = (Option<Ref<Tuple>>, Option<Ref<Dict>>);

/// A method that the object's class defines, bound.
fn class_method(th: &mut Thread, object: Value, name: Ref<Str>) -> Result<Option<Value>, Raised> {
    let class = th.class_of(object);
    match class.lookup(th, name) {
        Some(found) => th.descriptor_get(found, object, class).map(Some),
        None => Ok(None),
    }
}

/// What `__getnewargs_ex__` or `__getnewargs__` say.
fn new_arguments(th: &mut Thread, object: Value) -> Result<NewArguments, Raised> {
    if let Some(method) = class_method(th, object, crate::name!(th, "__getnewargs_ex__"))? {
        let given = th.call(method, &[])?;
        let Some(pair) = given.cast::<Tuple>() else {
            let kind = th.type_name(given);
            return Err(
                th.type_error(format!("__getnewargs_ex__ should return a tuple, not '{kind}'"))
            );
        };
        if pair.len() != 2 {
            return Err(th.value_error(format!(
                "__getnewargs_ex__ should return a tuple of length 2, not {}",
                pair.len()
            )));
        }
        let Some(positional) = pair.get(0).cast::<Tuple>() else {
            let kind = th.type_name(pair.get(0));
            return Err(th.type_error(format!(
                "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{kind}'"
            )));
        };
        let Some(named) = pair.get(1).cast::<Dict>() else {
            let kind = th.type_name(pair.get(1));
            return Err(th.type_error(format!(
                "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{kind}'"
            )));
        };
        return Ok((Some(positional), Some(named)));
    }
    if let Some(method) = class_method(th, object, crate::name!(th, "__getnewargs__"))? {
        let given = th.call(method, &[])?;
        return match given.cast::<Tuple>() {
            Some(positional) => Ok((Some(positional), None)),
            None => {
                let kind = th.type_name(given);
                Err(th.type_error(format!("__getnewargs__ should return a tuple, not '{kind}'")))
            }
        };
    }
    Ok((None, None))
}

/// `object.__getstate__()`
pub fn getstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    default_state(th, args[0], false)
}

fn state_of(th: &mut Thread, object: Value, required: bool) -> Result<Value, Raised> {
    let name = crate::name!(th, "__getstate__");
    let own = th.class_of(object).lookup(th, name);
    if own.and_then(native_of) == Some(getstate as *const ())
        && th.own_attribute(object, name)?.is_none()
    {
        return default_state(th, object, required);
    }
    th.call_method(object, name, &[])
}

fn default_state(th: &mut Thread, object: Value, required: bool) -> Result<Value, Raised> {
    let class = th.class_of(object);
    let layout = class.native.get().layout;
    if required && (layout.tail != Tail::None || layout.size > 8) {
        return Err(cannot_pickle(th, class));
    }
    let mut state = Value::NONE;
    if class.has_own_attributes() && object.cast::<Class>().is_none() {
        let own = th.own_attributes(object)?;
        if own.len(th)? > 0 {
            state = own.copy(th)?.value();
        }
    }
    if !class.has(flags::HEAP) {
        return Ok(state);
    }
    // `copyreg._slotnames` leaves its answer in the class.
    let names = match class.namespace.get().get(crate::name!(th, "__slotnames__")) {
        Some(known) => known,
        None => {
            let copyreg = th.import_module("copyreg")?;
            th.call_method(copyreg, crate::name!(th, "_slotnames"), &[class.value()])?
        }
    };
    let slots = Dict::new(th)?;
    if let Some(names) = names.cast::<List>() {
        let names = names.snapshot(th)?;
        for &name in names.as_slice() {
            let Some(text) = name.cast::<Str>() else { continue };
            let text = th.intern_str(text);
            if let Some(value) = th.find_attribute(object, text)? {
                slots.set(th, name, value)?;
            }
        }
    }
    if slots.len(th)? == 0 {
        return Ok(state);
    }
    Ok(Tuple::from_slice(th, &[state, slots.value()])?.value())
}

#[cold]
fn cannot_pickle(th: &Thread, class: Ref<Class>) -> Raised {
    th.type_error(format!("cannot pickle '{}' object", class.full_name(th)))
}
