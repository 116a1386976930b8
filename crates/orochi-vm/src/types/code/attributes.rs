//! Attributes and methods of code objects.
//!
//! They show what there is in the terms of CPython's code objects where it has them: a word of
//! our bytecode counts as a code unit of two bytes, behind a first one that stands for the entry of
//! the function (on its first line, where trace functions are told of the call), so that `tb_lasti`, `co_lines()` and
//! `co_positions()` agree with one another and with the library that uses them. `co_linetable`
//! holds the whole code as marshalled, from which `CodeType(...)` can make it again.

use std::sync::Arc;

use orochi_compiler::bytecode::{Instruction, Op};
use orochi_compiler::code::{Code as Compiled, Position, VariableKind, flags};
use orochi_compiler::marshal;

use super::{Code, shown_offset};
use crate::class::{GetSet, Method, getter, member, method};
use crate::exception::{Raised, classes};
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

pub(super) static METHODS: &[Method] = &[
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__eq__($self, value, /)", equal, "Return self==value."),
    method("__ne__($self, value, /)", unequal, "Return self!=value."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method("co_lines($self, /)", lines, ""),
    method("co_positions($self, /)", positions, ""),
    method("co_branches($self, /)", branches, ""),
    method(
        "replace($self, /, **changes)",
        super::replace::replace,
        "Return a copy of the code object with new values for the specified fields.",
    ),
    method("__replace__($self, /, **changes)", super::replace::replace, "The same as replace()."),
    method(
        "_varname_from_oparg($self, /, oparg)",
        variable_name,
        "(internal-only) Return the local variable name for the given oparg.\n\nWARNING: this method is for internal use only and may change or go away.",
    ),
];

pub(super) static GETSET: &[GetSet] = &[
    member("co_name", |th, o| Ok(receiver(th, o)?.name.get().value()), ""),
    member("co_qualname", |th, o| Ok(receiver(th, o)?.qualname.get().value()), ""),
    member("co_filename", |th, o| Ok(receiver(th, o)?.filename.get().value()), ""),
    member("co_firstlineno", |th, o| number(receiver(th, o)?.compiled().first_line), ""),
    member("co_flags", |th, o| number(receiver(th, o)?.flags.get()), ""),
    member("co_argcount", |th, o| number(receiver(th, o)?.arg_count.get()), ""),
    member("co_posonlyargcount", |th, o| number(receiver(th, o)?.posonly_count.get()), ""),
    member("co_kwonlyargcount", |th, o| number(receiver(th, o)?.kwonly_count.get()), ""),
    getter(
        "co_stacksize",
        |th, o| {
            let code = receiver(th, o)?;
            number(code.registers.get() - code.variable_count.get())
        },
        "",
    ),
    getter(
        "co_nlocals",
        |th, o| {
            let code = receiver(th, o)?;
            let names = variables(th, code, Group::Locals)?;
            number(names.len() as u32)
        },
        "",
    ),
    getter(
        "co_varnames",
        |th, o| {
            let code = receiver(th, o)?;
            Ok(variables(th, code, Group::Locals)?.value())
        },
        "",
    ),
    getter(
        "co_cellvars",
        |th, o| {
            let code = receiver(th, o)?;
            Ok(variables(th, code, Group::Cells)?.value())
        },
        "",
    ),
    getter(
        "co_freevars",
        |th, o| {
            let code = receiver(th, o)?;
            Ok(variables(th, code, Group::Free)?.value())
        },
        "",
    ),
    getter(
        "co_names",
        |th, o| {
            let code = receiver(th, o)?;
            constants(th, code, is_name_operation)
        },
        "",
    ),
    getter(
        "co_consts",
        |th, o| {
            let code = receiver(th, o)?;
            Ok(shown_constants(th, code)?.value())
        },
        "",
    ),
    getter("co_code", code_bytes, ""),
    getter("_co_code_adaptive", code_bytes, ""),
    getter(
        "co_linetable",
        |th, o| {
            let code = receiver(th, o)?;
            let bytes = marshal::dump(code.compiled());
            Ok(th.new_bytes(&bytes)?.value())
        },
        "",
    ),
    getter(
        "co_exceptiontable",
        |th, o| {
            let code = receiver(th, o)?;
            let mut bytes = Vec::new();
            for range in &code.compiled().exceptions {
                for part in [range.start, range.end, range.handler, u32::from(range.register)] {
                    bytes.extend_from_slice(&part.to_le_bytes());
                }
            }
            Ok(th.new_bytes(&bytes)?.value())
        },
        "",
    ),
    getter("co_lnotab", line_table, ""),
];

pub(super) fn receiver(th: &Thread, object: Value) -> Result<Ref<Code>, Raised> {
    object.cast::<Code>().ok_or_else(|| {
        let got = th.type_name(object);
        th.type_error(format!("descriptor requires a 'code' object but received a '{got}'"))
    })
}

fn number(n: u32) -> Result<Value, Raised> {
    Ok(Value::int_unchecked(i64::from(n)))
}

/// Which variables are meant.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Group {
    /// `co_varnames`
    Locals,
    /// `co_cellvars`
    Cells,
    /// `co_freevars`
    Free,
}

/// The registers of a group of variables.
pub(super) fn registers(code: &Code, group: Group) -> Vec<usize> {
    let (compiled, parameters) = (code.compiled(), code.parameter_count());
    let mut seen: Vec<&Arc<str>> = Vec::new();
    let mut found = Vec::new();
    for (at, variable) in compiled.variables.iter().enumerate() {
        let wanted = match variable.kind {
            VariableKind::Local | VariableKind::Hidden => group == Group::Locals,
            VariableKind::Cell => {
                group == Group::Cells || (group == Group::Locals && at < parameters)
            }
            VariableKind::HiddenCell => group == Group::Cells,
            VariableKind::Free => group == Group::Free,
        };
        let hidden = variable.name.starts_with('.') && at >= parameters;
        if wanted && !hidden && !seen.contains(&&variable.name) {
            seen.push(&variable.name);
            found.push(at);
        }
    }
    found
}

pub(super) fn variables(th: &Thread, code: Ref<Code>, group: Group) -> Result<Ref<Tuple>, Raised> {
    let mut names = RootVec::new();
    for at in registers(&code, group) {
        names.push(code.variables.get().get(at));
    }
    Tuple::from_slice(th, &names)
}

/// The instructions.
fn instructions(code: &Compiled) -> impl Iterator<Item = Instruction> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let instruction = Instruction::decode(*code.words.get(at)?)?;
        at += 1 + instruction.op.cache_words();
        Some(instruction)
    })
}

/// Whether an operation's constant is a global name or the name of an attribute.
fn is_name_operation(op: Op) -> bool {
    matches!(
        op,
        Op::LoadGlobal
            | Op::StoreGlobal
            | Op::DelGlobal
            | Op::LoadName
            | Op::StoreName
            | Op::DelName
            | Op::LookupName
            | Op::GetAttr
            | Op::SetAttr
            | Op::DelAttr
            | Op::GetMethod
            | Op::GetSuper
            | Op::ImportName
            | Op::ImportFrom
    )
}

/// Indices of the constants that certain operations name, in order of first use.
fn used(code: &Compiled, wanted: impl Fn(Op) -> bool) -> Vec<usize> {
    let mut found = Vec::new();
    for instruction in instructions(code) {
        if wanted(instruction.op) {
            let index = match instruction.op {
                Op::LoadConst => instruction.j() as u32 as usize,
                _ => instruction.c as usize,
            };
            if !found.contains(&index) {
                found.push(index);
            }
        }
    }
    found
}

fn constants(th: &mut Thread, code: Ref<Code>, wanted: fn(Op) -> bool) -> Result<Value, Raised> {
    let mut values = RootVec::new();
    for index in used(code.compiled(), wanted) {
        values.push(code.constants.get().get(index));
    }
    Ok(Tuple::from_slice(th, &values)?.value())
}

/// Indices of the constants that `co_consts` shows.
pub(super) fn constant_indices(code: &Compiled) -> Vec<usize> {
    let mut indices = used(code, |op| matches!(op, Op::LoadConst | Op::MakeFunction));
    if code.flags & flags::HAS_DOCSTRING != 0 && !indices.contains(&0) {
        indices.push(0);
    }
    indices.sort_unstable();
    indices
}

pub(super) fn shown_constants(th: &Thread, code: Ref<Code>) -> Result<Ref<Tuple>, Raised> {
    let mut values = RootVec::new();
    for index in constant_indices(code.compiled()) {
        values.push(code.constants.get().get(index));
    }
    Tuple::from_slice(th, &values)
}

fn code_bytes(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let code = receiver(th, object)?;
    Ok(th.new_bytes(&bytes_of(code.compiled()))?.value())
}

/// The words as bytes.
pub(super) fn bytes_of(code: &Compiled) -> Vec<u8> {
    code.words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let code = receiver(th, args[0])?;
    let text = format!(
        "<code object {} at {:#x}, file \"{}\", line {}>",
        code.name.get().display(),
        args[0].bits(),
        code.filename.get().display(),
        code.compiled().first_line
    );
    Ok(th.new_str(&text)?.value())
}

/// Whether two pieces of code do the same under the same name at the same place.
fn same(left: &Compiled, right: &Compiled) -> bool {
    left.name == right.name
        && left.qualname == right.qualname
        && left.first_line == right.first_line
        && left.flags == right.flags
        && left.arg_count == right.arg_count
        && left.posonly_count == right.posonly_count
        && left.kwonly_count == right.kwonly_count
        && left.variables == right.variables
        && left.words == right.words
        && left.exceptions == right.exceptions
        && left.positions == right.positions
}

fn equal(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let code = receiver(th, args[0])?;
    let Some(other) = args[1].cast::<Code>() else { return Ok(Value::NOT_IMPLEMENTED) };
    if code == other {
        return Ok(Value::TRUE);
    }
    if !same(code.compiled(), other.compiled()) {
        return Ok(Value::FALSE);
    }
    let (left, right) = (code.constants.get(), other.constants.get());
    if left.len() != right.len() {
        return Ok(Value::FALSE);
    }
    for at in 0..left.len() {
        let (a, b) = (left.get(at), right.get(at));
        if th.class_of(a) != th.class_of(b) || !th.equal(a, b)? {
            return Ok(Value::FALSE);
        }
        // Zeros of different sign are equal, but not the same constant.
        if a.is_float() && a != b {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}

fn unequal(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let same = equal(th, args)?;
    Ok(if same.is_bool() { Value::from_bool(!same.is_true()) } else { same })
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let code = receiver(th, args[0])?;
    let compiled = code.compiled();
    let mut hasher = DefaultHasher::new();
    (&compiled.name, compiled.first_line, compiled.flags, compiled.arg_count).hash(&mut hasher);
    compiled.words.hash(&mut hasher);
    th.int_from_i64(hasher.finish() as i64 >> 4)
}

fn line_value(line: u32) -> Value {
    if line == 0 { Value::NONE } else { Value::int_unchecked(i64::from(line)) }
}

/// Ranges of word offsets with their line.
fn line_ranges(code: &Compiled) -> Vec<(u32, u32, u32)> {
    let end = code.words.len() as u32;
    let mut ranges: Vec<(u32, u32, u32)> = Vec::new();
    for (at, &(start, position)) in code.positions.iter().enumerate() {
        let until = code.positions.get(at + 1).map_or(end, |next| next.0);
        match ranges.last_mut() {
            // What is on no line counts to the one before, as for `f_lineno`.
            Some(last) if last.2 == position.line || position.line == 0 => last.1 = until,
            _ => ranges.push((start, until, position.line)),
        }
    }
    ranges
}

fn lines(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let code = receiver(th, args[0])?;
    let list = List::new(th)?;
    let entry = (0, 2, code.compiled().first_line);
    let ranges = line_ranges(code.compiled())
        .into_iter()
        .map(|(start, end, line)| (shown_offset(start), shown_offset(end), line));
    for (start, end, line) in std::iter::once(entry).chain(ranges) {
        let (start, end) = (Value::int_unchecked(start), Value::int_unchecked(end));
        let item = Tuple::from_slice(th, &[start, end, line_value(line)])?;
        list.push(th, item.value())?;
    }
    th.iterate(list.value())
}

fn positions(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let code = receiver(th, args[0])?;
    let list = List::new(th)?;
    let line = code.compiled().first_line;
    let entry = Position { line, end_line: line, column: 0, end_column: 0 };
    for offset in 0..=code.word_count.get() {
        let at = offset.checked_sub(1).map_or(entry, |word| code.position_at(word));
        let known = at.line != 0;
        let column = |n: u32| if known { Value::int_unchecked(i64::from(n)) } else { Value::NONE };
        let item = [
            line_value(at.line),
            line_value(at.end_line),
            column(at.column),
            column(at.end_column),
        ];
        let item = Tuple::from_slice(th, &item)?;
        list.push(th, item.value())?;
        if offset % 1024 == 1023 {
            th.poll()?;
        }
    }
    th.iterate(list.value())
}

fn branches(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0])?;
    let none = th.vm.empty_tuple.get();
    th.iterate(none.value())
}

/// The table of lines in its oldest form: pairs of steps in offset and line.
fn line_table(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let code = receiver(th, object)?;
    th.warn(&classes::DEPRECATION_WARNING, "co_lnotab is deprecated, use co_lines instead.", 1)?;
    let mut bytes = Vec::new();
    let (mut offset, mut line) = (0i64, i64::from(code.compiled().first_line));
    for (start, _, to) in line_ranges(code.compiled()) {
        let mut step = shown_offset(start) - offset;
        let mut lines = i64::from(to) - line;
        if to == 0 || lines == 0 {
            continue;
        }
        (offset, line) = (shown_offset(start), i64::from(to));
        while step > 254 {
            bytes.extend_from_slice(&[254, 0]);
            step -= 254;
        }
        while !(-128..=127).contains(&lines) {
            let part = lines.clamp(-128, 127);
            bytes.extend_from_slice(&[step as u8, part as i8 as u8]);
            lines -= part;
            step = 0;
        }
        bytes.extend_from_slice(&[step as u8, lines as i8 as u8]);
    }
    Ok(th.new_bytes(&bytes)?.value())
}

fn variable_name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let code = receiver(th, args[0])?;
    let at = th.index_i64(args[1])?;
    let name = usize::try_from(at).ok().map(|at| code.variables.get().get(at));
    match name.filter(|name| name.cast::<Str>().is_some()) {
        Some(name) => Ok(name),
        None => Err(th.index_error("tuple index out of range")),
    }
}
