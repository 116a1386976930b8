//! `ImportError`, `NameError` and `AttributeError`: errors about a name, which they keep.

use super::Raised;
use super::base::{self, args_of, own_state, reduced};
use super::object::{a, b, c, d, receiver};
use crate::class::{GetSet, Method, method, property};
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::str::Str;

const INIT: &str = "__init__($self, /, *args, **kwargs)";
const INIT_DOC: &str = "Initialize self.  See help(type(self)) for accurate signature.";

pub(super) static IMPORT_METHODS: &[Method] = &[
    method(INIT, import_init, INIT_DOC),
    method("__str__($self, /)", import_str, "Return str(self)."),
    method("__reduce__($self, /)", import_reduce, "Helper for pickle."),
];
pub(super) static IMPORT_GETSET: &[GetSet] = &[
    property("msg", a::get, a::set, "exception message"),
    property("name", b::get, b::set, "module name"),
    property("path", c::get, c::set, "module path"),
    property("name_from", d::get, d::set, "name imported from module"),
];
pub(super) static NAME_METHODS: &[Method] = &[method(INIT, name_init, INIT_DOC)];
pub(super) static NAME_GETSET: &[GetSet] = &[property("name", a::get, a::set, "name")];
pub(super) static ATTRIBUTE_METHODS: &[Method] = &[
    method(INIT, attribute_init, INIT_DOC),
    method("__getstate__($self, /)", attribute_state, ""),
    method("__reduce__($self, /)", attribute_reduce, "Helper for pickle."),
];
pub(super) static ATTRIBUTE_GETSET: &[GetSet] = &[
    property("name", a::get, a::set, "attribute name"),
    property("obj", b::get, b::set, "object"),
];

/// Sets an attribute.
type Setter = fn(&mut Thread, Value, Value) -> Result<(), Raised>;

/// Sets the fields for the named arguments, of which only `allowed` may be given.
fn named(
    th: &mut Thread,
    exception: Value,
    class: &str,
    names: Value,
    allowed: &[(&str, Setter)],
) -> Result<(), Raised> {
    let mut found = [Value::UNBOUND; 3];
    if let Some(dict) = names.cast::<Dict>() {
        let mut position = 0;
        while let Some((key, value, next)) = dict.entry_from(th, position)? {
            position = next;
            let text = th.display_str(key);
            match allowed.iter().position(|(name, _)| *name == text) {
                Some(at) => found[at] = value,
                None => {
                    return Err(th.type_error(format!(
                        "{class}() got an unexpected keyword argument '{text}'"
                    )));
                }
            }
        }
    }
    for (&(_, set), value) in allowed.iter().zip(found) {
        set(th, exception, value)?;
    }
    Ok(())
}

fn set_given(th: &mut Thread, args: &[Value]) -> Result<usize, Raised> {
    let exception = receiver(th, args[0])?;
    Ok(base::set_args(th, exception, args[1])?.len())
}

fn import_init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let count = set_given(th, args)?;
    let allowed: [(&str, Setter); 3] = [("name", b::set), ("path", c::set), ("name_from", d::set)];
    named(th, args[0], "ImportError", args[2], &allowed)?;
    let message = if count == 1 { args_of(th, args[0])?.get(0) } else { Value::UNBOUND };
    a::set(th, args[0], message)?;
    Ok(Value::NONE)
}

fn import_str(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let message = a::get(th, args[0])?;
    if message.cast_exact::<Str>().is_some() {
        return Ok(message);
    }
    base::str(th, args)
}

fn import_reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = args_of(th, args[0])?;
    let (name, path, from) = (b::get(th, args[0])?, c::get(th, args[0])?, d::get(th, args[0])?);
    let pairs = [("name", name), ("path", path), ("name_from", from)];
    let state = with_names(th, args[0], &pairs)?;
    reduced(th, args[0], given.value(), state)
}

/// The exception's attributes and those of the pairs that are not None.
fn with_names(
    th: &mut Thread,
    exception: Value,
    pairs: &[(&str, Value)],
) -> Result<Option<Ref<Dict>>, Raised> {
    let own = own_state(th, exception)?;
    if pairs.iter().all(|(_, value)| value.is_none()) {
        return Ok(own);
    }
    let state = match own {
        Some(own) => own.copy(th)?,
        None => Dict::new(th)?,
    };
    for &(name, value) in pairs {
        if !value.is_none() {
            let name = th.intern(name)?;
            state.set_str(th, name, value)?;
        }
    }
    Ok(Some(state))
}

fn name_init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    set_given(th, args)?;
    named(th, args[0], "NameError", args[2], &[("name", a::set)])?;
    Ok(Value::NONE)
}

fn attribute_init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    set_given(th, args)?;
    let allowed: [(&str, Setter); 2] = [("name", a::set), ("obj", b::set)];
    named(th, args[0], "AttributeError", args[2], &allowed)?;
    Ok(Value::NONE)
}

/// The object is left out: it may not be one that can be pickled.
fn attribute_state(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = a::get(th, args[0])?;
    let state = match own_state(th, args[0])? {
        Some(own) => own.copy(th)?,
        None if name.is_none() => return Ok(Value::NONE),
        None => Dict::new(th)?,
    };
    if !name.is_none() {
        let given = args_of(th, args[0])?;
        state.set_str(th, crate::name!(th, "name"), name)?;
        state.set_str(th, crate::name!(th, "args"), given.value())?;
    }
    Ok(state.value())
}

fn attribute_reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = args_of(th, args[0])?;
    let state = attribute_state(th, args)?;
    let class = th.class_of(args[0]).value();
    Ok(crate::types::tuple::Tuple::from_slice(th, &[class, given.value(), state])?.value())
}
