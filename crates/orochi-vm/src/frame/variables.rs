//! The variables of a frame, wherever they are: in a window on the value stack, in a suspended
//! generator, or in the copy that was made when the frame was left.

use orochi_compiler::code::VariableKind;
use orochi_compiler::code::flags as code_flags;

use std::sync::atomic::Ordering;

use super::Windows;
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::interpreter::frame as window;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::cell::Cell;
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::frame::{Frame, flags};
use crate::types::generator::Generator;
use crate::types::iterators::fit_variable;
use crate::types::list::ValueArray;
use crate::types::str::Str;

/// What a frame's variables are: a namespace, or registers with names.
pub enum FrameLocals {
    /// Module, class or `exec` code: its namespace.
    Namespace(Value),
    /// A function's.
    Variables,
}

/// Whether the code keeps its variables in registers.
pub fn is_optimized(code: Ref<Code>) -> bool {
    code.flags.get() & code_flags::OPTIMIZED != 0
}

/// What the variables of a frame are.
pub fn kind(th: &mut Thread, frame: Ref<Frame>) -> Result<FrameLocals, Raised> {
    if is_optimized(frame.code()) {
        return Ok(FrameLocals::Variables);
    }
    let registers = registers(th, frame)?;
    if in_comprehension(th, frame.code(), &registers)? {
        return Ok(FrameLocals::Variables);
    }
    Ok(FrameLocals::Namespace(registers.first().copied().unwrap_or(Value::NONE)))
}

/// Whether module or class code is inside a comprehension of its own, whose variables are in
/// registers: those are what `locals()` shows there.
fn in_comprehension(th: &mut Thread, code: Ref<Code>, registers: &[Value]) -> Result<bool, Raised> {
    for (index, &register) in registers.iter().enumerate() {
        let kind = code.compiled().variables.get(index).map(|variable| variable.kind);
        if matches!(kind, Some(VariableKind::Hidden | VariableKind::HiddenCell))
            && is_visible(&code, index)
            && !value_in(th, code, index, register)?.is_unbound()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A copy of the registers that variables have.
pub fn registers(th: &mut Thread, frame: Ref<Frame>) -> Result<RootVec, Raised> {
    let count = frame.code().variable_count.get() as usize;
    let mut copy = RootVec::with_capacity(count);
    let fields = frame.fields();
    if fields.window.get() != 0 {
        let take = |copy: &mut RootVec| {
            let at = fields.window.get() as *const Value;
            if at.is_null() {
                return false;
            }
            // SAFETY: a live window of this thread, or the world is stopped.
            copy.extend_from_slice(unsafe { std::slice::from_raw_parts(at, count) });
            true
        };
        let own = fields.thread.get() == std::ptr::from_ref(th) as usize;
        let taken = if own { take(&mut copy) } else { th.stop_the_world(|| take(&mut copy)) };
        if taken {
            return Ok(copy);
        }
    }
    let held = if fields.flags.get() & flags::DETACHED != 0 {
        Some(fields.registers.get())
    } else {
        match fields.generator.get().cast::<Generator>() {
            Some(generator) => Some(th.read(generator)?.registers.get()),
            None => None,
        }
    };
    for at in 0..count {
        copy.push(
            held.filter(|array| at < array.capacity())
                .map_or(Value::UNBOUND, |array| array.get(at)),
        );
    }
    Ok(copy)
}

/// Sets the register of a variable.
fn set_register(
    th: &mut Thread,
    frame: Ref<Frame>,
    index: usize,
    value: Value,
) -> Result<(), Raised> {
    let fields = frame.fields();
    if fields.window.get() != 0 {
        let put = || {
            let at = fields.window.get() as *mut Value;
            if !at.is_null() {
                // SAFETY: as in `registers`; the index is that of a variable.
                unsafe { *at.add(index) = value };
            }
        };
        if fields.thread.get() == std::ptr::from_ref(th) as usize {
            put();
        } else {
            let threads = &th.vm.threads;
            th.stop_the_world(|| {
                put();
                threads.stacks_written.store(true, Ordering::Release);
            });
        }
        return Ok(());
    }
    let put = |array: Ref<ValueArray>| {
        if index < array.capacity() {
            array.put(index, value);
        }
    };
    if fields.flags.get() & flags::DETACHED != 0 {
        let guard = th.write(frame)?;
        put(guard.registers.get());
    } else if let Some(generator) = fields.generator.get().cast::<Generator>() {
        let guard = th.write(generator)?;
        put(guard.registers.get());
    }
    Ok(())
}

/// Whether a variable is one that Python may see.
fn is_visible(code: &Code, index: usize) -> bool {
    // Of the names that no program can write, the iterator of a generator expression is shown.
    let name = code.compiled().variables.get(index).map(|variable| &*variable.name);
    name.is_some_and(|name| !name.starts_with('.') || name == ".0")
}

fn has_cell(code: &Code, index: usize) -> bool {
    let kind = code.compiled().variables.get(index).map(|variable| variable.kind);
    matches!(kind, Some(VariableKind::Cell | VariableKind::Free | VariableKind::HiddenCell))
}

/// The value in a register, through its cell.
fn value_in(
    th: &mut Thread,
    code: Ref<Code>,
    index: usize,
    register: Value,
) -> Result<Value, Raised> {
    if has_cell(&code, index)
        && let Some(cell) = register.cast_exact::<Cell>()
    {
        return Ok(th.read(cell)?.contents.get());
    }
    Ok(register)
}

/// The variable of a name: its index, the innermost that is bound first.
pub fn find(
    th: &mut Thread,
    frame: Ref<Frame>,
    name: Ref<Str>,
) -> Result<Option<(usize, Value)>, Raised> {
    let code = frame.code();
    let registers = registers(th, frame)?;
    let mut found = None;
    for (index, &own) in code.variables.get().as_slice().iter().enumerate() {
        let same = own.cast::<Str>().is_some_and(|own| Str::equal(own, name));
        if !same || !is_visible(&code, index) {
            continue;
        }
        let value =
            value_in(th, code, index, registers.get(index).copied().unwrap_or(Value::UNBOUND))?;
        if !value.is_unbound() || found.is_none() {
            found = Some((index, value));
        }
    }
    Ok(found)
}

/// Sets a variable, in its cell if it has one.
pub fn set(th: &mut Thread, frame: Ref<Frame>, index: usize, value: Value) -> Result<(), Raised> {
    let code = frame.code();
    if has_cell(&code, index) {
        let registers = registers(th, frame)?;
        if let Some(cell) = registers.get(index).and_then(|cell| cell.cast_exact::<Cell>()) {
            let guard = th.write(cell)?;
            guard.contents.set(guard.token(), value);
            return Ok(());
        }
    }
    let value = fit_variable(th, code, index, value)?;
    set_register(th, frame, index, value)
}

/// Adds the bound variables of registers to a dict.
fn collect(
    th: &mut Thread,
    code: Ref<Code>,
    registers: &[Value],
    into: Ref<Dict>,
) -> Result<(), Raised> {
    for (index, &name) in code.variables.get().as_slice().iter().enumerate() {
        if !is_visible(&code, index) {
            continue;
        }
        let value =
            value_in(th, code, index, registers.get(index).copied().unwrap_or(Value::UNBOUND))?;
        if !value.is_unbound() {
            into.set(th, name, value)?;
        }
    }
    Ok(())
}

/// A dict of the frame's variables as they are now, and of what was set beside them.
pub fn snapshot(th: &mut Thread, frame: Ref<Frame>) -> Result<Ref<Dict>, Raised> {
    let registers = registers(th, frame)?;
    let dict = Dict::new(th)?;
    collect(th, frame.code(), &registers, dict)?;
    if let Some(extra) = frame.fields().extra.get().cast::<Dict>() {
        dict.update(th, extra)?;
    }
    Ok(dict)
}

/// `locals()`: the namespace of module and class code, else (and in a comprehension of such code) a new
/// dict of the variables.
pub fn locals(th: &mut Thread) -> Result<Value, Raised> {
    let Some((regs, _)) = Windows::new(th).next() else {
        return Err(th.system_error("frame does not exist"));
    };
    // SAFETY: the running window of this thread.
    let (code, registers, listed) = unsafe {
        let code = window::code(regs);
        let count = code.variable_count.get() as usize;
        let mut copy = RootVec::with_capacity(count);
        copy.extend_from_slice(std::slice::from_raw_parts(regs, count));
        let listed = window::link(regs) & window::HAS_FRAME_OBJECT != 0;
        (code, copy, if listed { super::listed(th, regs) } else { None })
    };
    if !is_optimized(code) && !in_comprehension(th, code, &registers)? {
        return Ok(registers.first().copied().unwrap_or(Value::NONE));
    }
    let dict = Dict::new(th)?;
    collect(th, code, &registers, dict)?;
    if let Some(extra) = listed.and_then(|frame| frame.fields().extra.get().cast::<Dict>()) {
        dict.update(th, extra)?;
    }
    Ok(dict.value())
}

/// The unbound variables that hold values themselves.
fn unbound_ones(th: &mut Thread, frame: Ref<Frame>) -> Result<Vec<usize>, Raised> {
    let registers = registers(th, frame)?;
    let compiled = frame.code().compiled().clone();
    let is_plain = |&index: &usize| {
        matches!(
            compiled.variables.get(index).map(|variable| variable.kind),
            Some(VariableKind::Local | VariableKind::Hidden)
        ) && registers.get(index).is_some_and(|value| value.is_unbound())
    };
    Ok((0..compiled.variables.len()).filter(is_plain).collect())
}

/// How many variables are unbound.
pub(super) fn unbound(th: &mut Thread, frame: Ref<Frame>) -> Result<usize, Raised> {
    Ok(unbound_ones(th, frame)?.len())
}

/// Sets the unbound variables to None: code that a jump has left out would have bound them.
pub(super) fn bind_to_none(th: &mut Thread, frame: Ref<Frame>) -> Result<(), Raised> {
    for index in unbound_ones(th, frame)? {
        set_register(th, frame, index, Value::NONE)?;
    }
    Ok(())
}
