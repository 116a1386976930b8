//! What tracing learns only when an instruction has run: the end of a call, the way of a branch.
//!
//! Before such an instruction [`prepare`] leaves a note in the frame object, and [`settle`] reads it
//! before the frame's next one. A call that raises is settled where exceptions are reported. What is
//! called is named if it is no Python function, which is to be seen in its own frame.

use std::sync::atomic::Ordering;

use orochi_compiler::bytecode::{METHOD_FORM, Op};

use super::monitor::{self, Event};
use super::trace::{call, shown};
use super::{b, c, d, get, j, s};
use crate::exception::{Raised, classes, new_exception};
use crate::heap::Value;
use crate::native::{METHOD_DESCRIPTOR, NativeFunction};
use crate::object::{Ref, ValueCast};
use crate::thread::{Local, Thread};
use crate::types::frame::Frame;
use crate::types::generator::Generator;
use crate::types::method::Method;
use crate::types::tuple::Tuple;

/// Whether any of the events is wanted.
fn any(events: &[Event]) -> bool {
    events.iter().any(|&event| monitor::wants(event))
}

fn note_place(th: &mut Thread, frame: Ref<Frame>, word: u64) -> Result<(), Raised> {
    let guard = th.write(frame)?;
    guard.branch.set(guard.token(), word);
    Ok(())
}

/// Reports calls and jumps that the instruction at hand makes, and notes what is to be settled.
pub(super) fn prepare(
    th: &mut Thread,
    frame: Ref<Frame>,
    regs: *mut Value,
    offset: u32,
    word: u64,
) -> Result<(), Raised> {
    let Some(op) = Op::from_u8(word as u8) else { return Ok(()) };
    match op {
        Op::Call | Op::CallKw | Op::CallEx => {
            let profiled = !th.local(Local::Profile).is_unbound();
            if profiled || any(&[Event::Call]) {
                call_begins(th, frame, regs, offset, (op, word))?;
            }
        }
        Op::Jump | Op::Loop if monitor::wants(Event::Jump) => {
            let target = Value::from_i32(shown(behind(offset, op, j(word))) as i32);
            monitor::tell(th, Event::Jump, frame.code(), shown(offset), &[target])?;
        }
        _ if branch_of(op, word).is_some()
            && any(&[
                Event::Branch,
                Event::BranchLeft,
                Event::BranchRight,
                Event::StopIteration,
            ]) =>
        {
            note_place(th, frame, u64::from(offset) + 1)?;
        }
        _ => {}
    }
    Ok(())
}

/// The word at a distance from the end of an instruction.
fn behind(offset: u32, op: Op, distance: isize) -> u32 {
    let end = offset as isize + 1 + op.cache_words() as isize;
    (end + distance) as u32
}

/// The distance that a conditional jump goes if it is taken.
fn branch_of(op: Op, word: u64) -> Option<isize> {
    match op {
        Op::JumpIfTrue | Op::JumpIfFalse | Op::JumpIfNone => Some(j(word)),
        Op::JumpLt
        | Op::JumpLe
        | Op::JumpEq
        | Op::JumpNe
        | Op::JumpGt
        | Op::JumpGe
        | Op::JumpLtInt
        | Op::JumpLeInt
        | Op::JumpEqInt
        | Op::JumpNeInt
        | Op::JumpGtInt
        | Op::JumpGeInt
        | Op::JumpIs
        | Op::JumpIn
        | Op::JumpIfNotMatch
        | Op::Send
        | Op::ForIter => Some(s(word)),
        _ => None,
    }
}

/// What a call instruction calls, and the first argument.
fn operands(regs: *mut Value, op: Op, word: u64) -> (Value, Value) {
    let base = b(word);
    // SAFETY: the operands of validated code lie in the window.
    let register = |at: usize| unsafe { get(regs, base + at) };
    let callee = register(0);
    let (count, method) = match op {
        Op::CallEx => {
            let first = register(3).cast::<Tuple>().map_or(Value::UNBOUND, |tuple| tuple.get(0));
            return expanded(callee, first);
        }
        Op::CallKw => (usize::from(d(word) & !METHOD_FORM), d(word) & METHOD_FORM != 0),
        _ => (c(word), d(word) & METHOD_FORM != 0),
    };
    let first = |at| if count == 0 { Value::UNBOUND } else { register(at) };
    if !method {
        return expanded(callee, first(3));
    }
    let receiver = register(3);
    if receiver.is_unbound() { expanded(callee, first(4)) } else { (callee, receiver) }
}

/// A bound method is called as its function with its receiver.
fn expanded(callee: Value, first: Value) -> (Value, Value) {
    match callee.cast_exact::<Method>() {
        Some(method) => (method.function.get(), method.receiver.get()),
        None => (callee, first),
    }
}

fn call_begins(
    th: &mut Thread,
    frame: Ref<Frame>,
    regs: *mut Value,
    offset: u32,
    (op, word): (Op, u64),
) -> Result<(), Raised> {
    let (callee, first) = operands(regs, op, word);
    monitor::tell(th, Event::Call, frame.code(), shown(offset), &[callee, first])?;
    if super::frame::as_function(callee).is_some() {
        return Ok(());
    }
    profile_call(th, frame, "c_call", callee, first)?;
    let guard = th.write(frame)?;
    guard.branch.set(guard.token(), u64::from(offset) + 1);
    guard.callee.set(guard.token(), callee);
    guard.first_argument.set(guard.token(), first);
    Ok(())
}

/// Tells the profiler of a call, if what is called is a native function.
fn profile_call(
    th: &mut Thread,
    frame: Ref<Frame>,
    event: &str,
    callee: Value,
    first: Value,
) -> Result<(), Raised> {
    let profile = th.local(Local::Profile);
    if profile.is_unbound() || callee.cast::<NativeFunction>().is_none() {
        return Ok(());
    }
    let shown = if th.class_of(callee) == METHOD_DESCRIPTOR.class() {
        if first.is_unbound() {
            return Ok(());
        }
        // As the method of the object that it is called for.
        let name = crate::name!(th, "__get__");
        let class = th.class_of(first).value();
        th.call_method(callee, name, &[first, class])?
    } else {
        callee
    };
    call(th, Local::Profile, profile, frame, event, shown)?;
    Ok(())
}

fn forget_call(th: &mut Thread, frame: Ref<Frame>) -> Result<(), Raised> {
    let guard = th.write(frame)?;
    guard.branch.set(guard.token(), 0);
    guard.callee.set(guard.token(), Value::UNBOUND);
    guard.first_argument.set(guard.token(), Value::UNBOUND);
    Ok(())
}

/// Reports the end of the call that was noted, if one was.
pub(super) fn call_ends(th: &mut Thread, frame: Ref<Frame>, raised: bool) -> Result<(), Raised> {
    let fields = frame.fields();
    let (callee, first) = (fields.callee.get(), fields.first_argument.get());
    if callee.is_unbound() {
        return Ok(());
    }
    let offset = (fields.branch.get() as u32).wrapping_sub(1);
    forget_call(th, frame)?;
    let (event, name) =
        if raised { (Event::CRaise, "c_exception") } else { (Event::CReturn, "c_return") };
    monitor::tell(th, event, frame.code(), shown(offset), &[callee, first])?;
    profile_call(th, frame, name, callee, first)
}

/// Reports how the instruction ended that was noted last; the frame has come to `offset`.
pub(super) fn settle(
    th: &mut Thread,
    frame: Ref<Frame>,
    regs: *mut Value,
    offset: u32,
) -> Result<(), Raised> {
    let noted = frame.fields().branch.get();
    if noted == 0 {
        return Ok(());
    }
    if !frame.fields().callee.get().is_unbound() {
        let at = noted as u32 - 1;
        let follows = match frame.code().words().get(at as usize) {
            Some(word) => Op::from_u8(word.load(Ordering::Relaxed) as u8)
                .is_some_and(|op| offset == behind(at, op, 0)),
            None => false,
        };
        if follows {
            return call_ends(th, frame, false);
        }
        // Nobody traced this frame in between.
        return forget_call(th, frame);
    }
    note_place(th, frame, 0)?;
    let (code, at) = (frame.code(), noted as u32 - 1);
    let Some(word) = code.words().get(at as usize) else { return Ok(()) };
    let word = word.load(Ordering::Relaxed);
    let Some(op) = Op::from_u8(word as u8) else { return Ok(()) };
    let Some(distance) = branch_of(op, word) else { return Ok(()) };
    let taken = offset == behind(at, op, distance);
    if !taken && offset != behind(at, op, 0) {
        // An exception came between.
        return Ok(());
    }
    if taken && matches!(op, Op::ForIter | Op::Send) && monitor::wants(Event::StopIteration) {
        // SAFETY: the operands of validated code lie in the window.
        let iterator = unsafe { get(regs, b(word)) };
        if iterator.cast::<Generator>().is_some() {
            let class = classes::STOP_ITERATION.class();
            let stop = new_exception(th, class, &[])?;
            monitor::tell(th, Event::StopIteration, code, shown(at), &[stop])?;
        }
    }
    if op == Op::Send {
        return Ok(());
    }
    let target = [Value::from_i32(shown(offset) as i32)];
    let side = if taken { Event::BranchRight } else { Event::BranchLeft };
    monitor::tell(th, side, code, shown(at), &target)?;
    monitor::tell(th, Event::Branch, code, shown(at), &target)
}
