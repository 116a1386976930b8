//! Making classes and calling them.

use crate::class::{Class, create};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::native::Arguments;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// `type.__new__(meta, name, bases, namespace, **keywords)`
pub fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(meta) = args[0].cast::<Class>() else {
        return Err(th.type_error(format!(
            "type.__new__(X): X is not a type object ({})",
            th.type_name(args[0])
        )));
    };
    if !meta.is_subclass(super::SPEC.class()) {
        let name = meta.display_name();
        return Err(th.type_error(format!("type.__new__({name}): {name} is not a subtype of type")));
    }
    let (given, keywords) = parts(th, args)?;
    if given.len() != 3 {
        return Err(th.type_error(format!(
            "type.__new__() takes exactly 3 arguments ({} given)",
            given.len()
        )));
    }
    let wrong = |th: &Thread, number: usize, wanted: &str, value: Value| {
        th.type_error(format!(
            "type.__new__() argument {number} must be {wanted}, not {}",
            th.type_name(value)
        ))
    };
    let Some(name) = given.get(0).cast::<Str>() else {
        return Err(wrong(th, 1, "str", given.get(0)));
    };
    let Some(bases) = given.get(1).cast::<Tuple>() else {
        return Err(wrong(th, 2, "tuple", given.get(1)));
    };
    let Some(namespace) = given.get(2).cast::<Dict>() else {
        return Err(wrong(th, 3, "dict", given.get(2)));
    };
    create::new_type(th, meta, name, bases, namespace, keywords)
}

/// The `*args` and `**kwargs` of a native method.
fn parts(th: &Thread, args: &[Value]) -> Result<(Ref<Tuple>, Ref<Dict>), Raised> {
    match (args[1].cast::<Tuple>(), args[2].cast::<Dict>()) {
        (Some(given), Some(keywords)) => Ok((given, keywords)),
        _ => Err(th.system_error("arguments were not sorted")),
    }
}

/// `type.__init__`
pub(super) fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (given, keywords) = parts(th, args)?;
    if given.len() == 1 && keywords.len(th)? > 0 {
        return Err(th.type_error("type.__init__() takes no keyword arguments"));
    }
    if given.len() != 1 && given.len() != 3 {
        return Err(th.type_error("type.__init__() takes 1 or 3 arguments"));
    }
    Ok(Value::NONE)
}

/// `type.__call__`
pub fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = super::receiver(th, args[0], "__call__")?;
    let (given, keywords) = parts(th, args)?;
    let mut values = RootVec::new();
    values.extend_from_slice(given.as_slice());
    let mut names = RootVec::new();
    let mut position = 0;
    while let Some((key, value, next)) = keywords.entry_from(th, position)? {
        names.push(key);
        values.push(value);
        position = next;
    }
    let names = match names.as_slice() {
        [] => None,
        names => Some(Tuple::from_slice(th, names)?),
    };
    th.instantiate(class, Arguments { values: values.as_slice(), names })
}

/// `type.__prepare__`
pub(super) fn prepare(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Dict::new(th)?.value())
}
