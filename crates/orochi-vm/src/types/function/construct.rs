//! `types.FunctionType(code, globals, name, argdefs, closure, kwdefaults)`

use super::Function;
use super::attributes::free_count;
use crate::exception::Raised;
use crate::heap::Value;
use crate::interpreter::call::claim_code;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::cell::Cell;
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = |at: usize| (!args[at].is_unbound() && !args[at].is_none()).then(|| args[at]);
    let Some(code) = args[1].cast::<Code>() else {
        let kind = th.type_name(args[1]);
        return Err(th.type_error(format!("function() argument 'code' must be code, not {kind}")));
    };
    let Some(globals) = args[2].cast::<Dict>() else {
        let kind = th.type_name(args[2]);
        return Err(
            th.type_error(format!("function() argument 'globals' must be dict, not {kind}"))
        );
    };
    if given(3).is_some_and(|name| name.cast::<Str>().is_none()) {
        return Err(th.type_error("arg 3 (name) must be None or string"));
    }
    if given(4).is_some_and(|defaults| defaults.cast::<Tuple>().is_none()) {
        return Err(th.type_error("arg 4 (defaults) must be None or tuple"));
    }
    let free = free_count(code);
    let closure = given(5).map(|closure| closure.cast::<Tuple>());
    let cells = match closure {
        Some(Some(cells)) => cells,
        Some(None) => return Err(th.type_error("arg 5 (closure) must be None or tuple")),
        None if free > 0 => return Err(th.type_error("arg 5 (closure) must be tuple")),
        None => th.vm.empty_tuple.get(),
    };
    if cells.len() != free {
        return Err(th.value_error(format!(
            "{} requires closure of length {free}, not {}",
            code.name.get().display(),
            cells.len()
        )));
    }
    if let Some(&wrong) = cells.as_slice().iter().find(|cell| cell.cast::<Cell>().is_none()) {
        let kind = th.type_name(wrong);
        return Err(th.type_error(format!("arg 5 (closure) expected cell, found {kind}")));
    }
    let builtins = th.builtins_of(globals)?;
    let module = globals.get_str(th, crate::name!(th, "__name__"))?.unwrap_or(Value::NONE);
    let code = claim_code(th, code, globals)?;
    let function = Function::new(th, code, globals, builtins, module)?;
    let guard = th.write(function)?;
    let token = guard.token();
    if let Some(name) = given(3) {
        guard.name.set(token, name);
    }
    if let Some(defaults) = given(4) {
        guard.defaults.set(token, defaults);
    }
    if !cells.is_empty() {
        guard.closure.set(token, cells.value());
    }
    if let Some(kwdefaults) = given(6) {
        guard.kwdefaults.set(token, kwdefaults);
    }
    Ok(function.value())
}
