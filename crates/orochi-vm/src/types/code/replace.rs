//! `code.replace()` and `CodeType(...)`.
//!
//! Names, place, flags that say nothing about the bytecode, and constants can be replaced. The
//! bytecode itself cannot, nor what it relies on (the number of parameters and variables, whether
//! it is a generator): the interpreter trusts the compiler there.

use std::sync::Arc;

use orochi_compiler::code::{Code as Compiled, flags};
use orochi_compiler::{marshal, validate};

use super::Code;
use super::attributes::{Group, bytes_of, constant_indices, receiver, registers};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// Flags that the bytecode relies on.
const STRUCTURAL: u32 = flags::OPTIMIZED
    | flags::NEWLOCALS
    | flags::VARARGS
    | flags::VARKEYWORDS
    | flags::GENERATOR
    | flags::COROUTINE
    | flags::ASYNC_GENERATOR
    | flags::HAS_DOCSTRING;

/// A copy of a code object that is being changed.
struct Draft {
    code: Ref<Code>,
    compiled: Compiled,
    constants: RootVec,
    variables: RootVec,
}

impl Draft {
    fn new(code: Ref<Code>) -> Draft {
        let (mut constants, mut variables) = (RootVec::new(), RootVec::new());
        constants.extend_from_slice(code.constants.get().as_slice());
        variables.extend_from_slice(code.variables.get().as_slice());
        Draft { code, compiled: code.compiled().clone(), constants, variables }
    }

    fn finish(self, th: &mut Thread) -> Result<Value, Raised> {
        let constants = Tuple::from_slice(th, &self.constants)?;
        let variables = Tuple::from_slice(th, &self.variables)?;
        let made =
            Code::assemble(th, Arc::new(self.compiled), constants, variables, Value::UNBOUND)?;
        Ok(made.value())
    }

    fn set(&mut self, th: &mut Thread, field: &str, value: Value) -> Result<(), Raised> {
        match field {
            "co_name" => self.compiled.name = text(th, field, value)?.into(),
            "co_qualname" => self.compiled.qualname = text(th, field, value)?.into(),
            "co_filename" => self.compiled.filename = text(th, field, value)?.into(),
            "co_firstlineno" => self.set_first_line(th, value)?,
            "co_flags" => {
                let wanted = count(th, field, value)?;
                if (wanted ^ self.compiled.flags) & STRUCTURAL != 0 {
                    return Err(
                        th.value_error("code: flags that the bytecode relies on cannot be changed")
                    );
                }
                self.compiled.flags = wanted;
            }
            "co_argcount" => unchanged(th, field, value, self.compiled.arg_count)?,
            "co_posonlyargcount" => {
                let wanted = count(th, field, value)?;
                if wanted > self.compiled.arg_count {
                    return Err(th.value_error("code: co_posonlyargcount is too large"));
                }
                self.compiled.posonly_count = wanted;
            }
            "co_kwonlyargcount" => unchanged(th, field, value, self.compiled.kwonly_count)?,
            "co_nlocals" => {
                let own = registers(&self.code, Group::Locals).len();
                unchanged_with(
                    th,
                    field,
                    value,
                    own as u32,
                    "code: co_nlocals != len(co_varnames)",
                )?;
            }
            // What is reserved is what the bytecode needs.
            "co_stacksize" => drop(count(th, field, value)?),
            "co_varnames" => self.rename(th, field, value, Group::Locals)?,
            "co_cellvars" => self.rename(th, field, value, Group::Cells)?,
            "co_freevars" => self.rename(th, field, value, Group::Free)?,
            "co_names" => drop(tuple(th, field, value)?),
            "co_consts" => self.set_constants(th, value)?,
            "co_code" => {
                let bytes = th.bytes_of(value)?;
                if bytes[..] != bytes_of(&self.compiled)[..] {
                    return Err(th.value_error("code: co_code cannot be changed"));
                }
            }
            "co_linetable" | "co_exceptiontable" => {
                th.bytes_of(value)?;
            }
            _ => {
                return Err(th.type_error(format!(
                    "replace() got an unexpected keyword argument '{field}'"
                )));
            }
        }
        Ok(())
    }

    /// Moves all lines along with the first.
    fn set_first_line(&mut self, th: &mut Thread, value: Value) -> Result<(), Raised> {
        let line = count(th, "co_firstlineno", value)?;
        let old = self.compiled.first_line;
        let moved = |known: u32| if known == 0 { 0 } else { (known + line).saturating_sub(old) };
        for (_, at) in &mut self.compiled.positions {
            (at.line, at.end_line) = (moved(at.line), moved(at.end_line));
        }
        self.compiled.first_line = line;
        Ok(())
    }

    fn rename(
        &mut self,
        th: &mut Thread,
        field: &str,
        value: Value,
        group: Group,
    ) -> Result<(), Raised> {
        let names = tuple(th, field, value)?;
        let places = registers(&self.code, group);
        if names.len() != places.len() {
            return Err(th.value_error(format!("code: the number of {field} cannot be changed")));
        }
        for (&place, &name) in places.iter().zip(names.as_slice()) {
            let Some(name) = name.cast::<Str>() else {
                let got = th.type_name(name);
                return Err(
                    th.type_error(format!("name tuples must contain only strings, not '{got}'"))
                );
            };
            self.compiled.variables[place].name = name.display().into();
            self.variables[place] = th.intern_str(name).value();
        }
        Ok(())
    }

    fn set_constants(&mut self, th: &mut Thread, value: Value) -> Result<(), Raised> {
        let values = tuple(th, "co_consts", value)?;
        let indices = constant_indices(&self.compiled);
        if values.len() != indices.len() {
            return Err(th.value_error("code: the number of co_consts cannot be changed"));
        }
        for (&index, &value) in indices.iter().zip(values.as_slice()) {
            let fits = match (self.constants[index].cast::<Code>(), value.cast::<Code>()) {
                // Whoever makes the function passes it as many cells as before.
                (Some(old), Some(new)) => {
                    registers(&old, Group::Free).len() == registers(&new, Group::Free).len()
                }
                (None, None) => true,
                _ => false,
            };
            if !fits {
                return Err(
                    th.value_error("code: a constant cannot be replaced by one of another kind")
                );
            }
            self.constants[index] = value;
        }
        Ok(())
    }
}

fn text(th: &Thread, field: &str, value: Value) -> Result<String, Raised> {
    match value.cast::<Str>() {
        Some(text) => Ok(text.display()),
        None => {
            let got = th.type_name(value);
            Err(th.type_error(format!("replace() argument '{field}' must be str, not {got}")))
        }
    }
}

fn tuple(th: &Thread, field: &str, value: Value) -> Result<Ref<Tuple>, Raised> {
    value.cast::<Tuple>().ok_or_else(|| {
        let got = th.type_name(value);
        th.type_error(format!("replace() argument '{field}' must be tuple, not {got}"))
    })
}

fn count(th: &mut Thread, field: &str, value: Value) -> Result<u32, Raised> {
    let number = th.index_i64(value)?;
    u32::try_from(number)
        .ok()
        .filter(|&n| n <= i32::MAX as u32)
        .ok_or_else(|| th.value_error(format!("code: {field} must be a positive int")))
}

fn unchanged(th: &mut Thread, field: &str, value: Value, own: u32) -> Result<(), Raised> {
    unchanged_with(th, field, value, own, "code: varnames is too small")
}

fn unchanged_with(
    th: &mut Thread,
    field: &str,
    value: Value,
    own: u32,
    message: &str,
) -> Result<(), Raised> {
    if count(th, field, value)? == own { Ok(()) } else { Err(th.value_error(message)) }
}

/// `code.replace(**changes)`
pub(super) fn replace(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let code = receiver(th, args[0])?;
    let mut draft = Draft::new(code);
    if let Some(changes) = args[1].cast::<Dict>() {
        let mut position = 0;
        while let Some((key, value, next)) = changes.entry_from(th, position)? {
            position = next;
            let field = th.display_str(key);
            draft.set(th, &field, value)?;
        }
    }
    draft.finish(th)
}

/// `CodeType(...)`: only what `co_linetable` of a code object holds can be made into one again.
pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    for (at, name) in [
        (1, "argcount"),
        (2, "posonlyargcount"),
        (3, "kwonlyargcount"),
        (4, "nlocals"),
        (5, "stacksize"),
        (6, "flags"),
        (14, "firstlineno"),
    ] {
        if th.index_i64(args[at])? < 0 {
            return Err(th.value_error(format!("code: {name} must not be negative")));
        }
    }
    for at in [8, 9, 10] {
        if args[at].cast::<Tuple>().is_none() {
            let got = th.type_name(args[at]);
            return Err(th.type_error(format!("code() argument {at} must be tuple, not {got}")));
        }
    }
    for at in [11, 12, 13] {
        if args[at].cast::<Str>().is_none() {
            let got = th.type_name(args[at]);
            return Err(th.type_error(format!("code() argument {at} must be str, not {got}")));
        }
    }
    let bytes = th.bytes_of(args[15])?;
    let compiled = match marshal::load(&bytes) {
        Ok(compiled) if validate::validate(&compiled).is_ok() => compiled,
        _ => {
            return Err(th.value_error(
                "code: co_linetable does not belong to a code object of this runtime",
            ));
        }
    };
    let made = Code::new(th, Arc::new(compiled))?;
    let mut draft = Draft::new(made);
    let fields = [
        ("co_argcount", 1),
        ("co_posonlyargcount", 2),
        ("co_kwonlyargcount", 3),
        ("co_nlocals", 4),
        ("co_flags", 6),
        ("co_code", 7),
        ("co_consts", 8),
        ("co_varnames", 10),
        ("co_filename", 11),
        ("co_name", 12),
        ("co_qualname", 13),
        ("co_firstlineno", 14),
    ];
    for (field, at) in fields {
        draft.set(th, field, args[at])?;
    }
    for (field, at) in [("co_freevars", 17), ("co_cellvars", 18)] {
        let value = if args[at].is_unbound() { th.vm.empty_tuple.get().value() } else { args[at] };
        draft.set(th, field, value)?;
    }
    draft.finish(th)
}
