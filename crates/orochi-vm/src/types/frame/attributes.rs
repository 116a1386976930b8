//! Attributes and methods of frames.

use super::proxy::FrameLocalsProxy;
use super::{Frame, flags};
use crate::class::{GetSet, Method, getter, method, property};
use crate::exception::Raised;
use crate::frame::variables::{self, FrameLocals};
use crate::frame::{self, Windows};
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::code::shown_offset;
use crate::types::generator::{Generator, state};
use crate::types::list::ValueArray;

pub(super) static METHODS: &[Method] = &[
    method("clear($self, /)", clear, "Clear all references held by the frame."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
];

pub(super) static GETSET: &[GetSet] = &[
    getter("f_back", back, ""),
    getter("f_code", code, "Return the code object being executed in this frame."),
    getter("f_globals", globals, "Return the global variables of the frame."),
    getter("f_builtins", builtins, "Return the built-in variables in the frame."),
    getter("f_locals", locals, "Return the mapping used by the frame to look up local variables."),
    getter("f_lasti", lasti, "Return the index of the last attempted instruction in the frame."),
    property("f_lineno", line_get, line_set, "Return the current line number in the frame."),
    property(
        "f_trace",
        trace_get,
        trace_set,
        "Return the trace function for this frame, or None if no trace function is set.",
    ),
    property(
        "f_trace_lines",
        lines_get,
        lines_set,
        "Return whether line tracing is enabled for this frame.",
    ),
    property(
        "f_trace_opcodes",
        opcodes_get,
        opcodes_set,
        "Return whether opcode tracing is enabled for this frame.",
    ),
    getter(
        "f_generator",
        generator,
        "Return the generator or coroutine associated with this frame, or None.",
    ),
];

fn receiver(th: &Thread, object: Value) -> Result<Ref<Frame>, Raised> {
    object.cast::<Frame>().ok_or_else(|| {
        let got = th.type_name(object);
        th.type_error(format!("descriptor requires a 'frame' object but received a '{got}'"))
    })
}

/// Whether the frame's window is one of this thread's.
fn is_own(th: &Thread, frame: Ref<Frame>) -> bool {
    let fields = frame.fields();
    fields.window.get() != 0 && fields.thread.get() == std::ptr::from_ref(th) as usize
}

/// The word offset of the instruction the frame is at.
fn offset(th: &mut Thread, frame: Ref<Frame>) -> Result<u32, Raised> {
    let fields = frame.fields();
    if is_own(th, frame) {
        for (regs, pc) in Windows::new(th) {
            if regs as usize == fields.window.get() {
                return Ok(frame.code().offset_of(pc));
            }
        }
    }
    if fields.flags.get() & flags::DETACHED != 0 {
        return Ok(fields.offset.get() as u32);
    }
    match fields.generator.get().cast::<Generator>() {
        Some(generator) if fields.window.get() == 0 => Ok(th.read(generator)?.offset.get() as u32),
        // Another thread's frame, which runs: where it began is all that can be said.
        _ => Ok(0),
    }
}

/// Whether the frame is that of a generator that has not started.
fn is_created(th: &mut Thread, frame: Ref<Frame>) -> Result<bool, Raised> {
    let fields = frame.fields();
    Ok(fields.window.get() == 0
        && fields.flags.get() & flags::DETACHED == 0
        && match fields.generator.get().cast::<Generator>() {
            Some(generator) => th.read(generator)?.state.get() == state::CREATED,
            None => false,
        })
}

/// The line the frame is at; that of the `def` while a generator has not started.
fn line(th: &mut Thread, frame: Ref<Frame>) -> Result<u32, Raised> {
    let fields = frame.fields();
    if fields.flags.get() & flags::IN_CALL != 0 {
        return Ok(frame.code().compiled().first_line);
    }
    if is_created(th, frame)? {
        return Ok(frame.code().compiled().first_line);
    }
    let offset = offset(th, frame)?;
    let reported = (fields.flags.get() >> flags::LINE_SHIFT) as u32;
    if reported != 0 && frame.code().own_line_at(offset) == 0 {
        // Control came to this instruction from the line that was reported last.
        return Ok(reported);
    }
    Ok(frame.code().position_at(offset).line)
}

fn back(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let frame = receiver(th, object)?;
    let fields = frame.fields();
    if is_own(th, frame) {
        let mut windows = Windows::new(th);
        while let Some((regs, _)) = windows.next() {
            if regs as usize == fields.window.get() {
                let Some((caller, _)) = windows.next() else { return Ok(Value::NONE) };
                return frame::object_of(th, caller);
            }
        }
    }
    Ok(fields.back.get())
}

fn code(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    Ok(receiver(th, object)?.code().value())
}

fn globals(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    Ok(receiver(th, object)?.fields().function.get().callable().globals.get().value())
}

fn builtins(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    Ok(receiver(th, object)?.fields().function.get().callable().builtins.get().value())
}

fn generator(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    Ok(receiver(th, object)?.fields().generator.get())
}

fn locals(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let frame = receiver(th, object)?;
    match variables::kind(th, frame)? {
        FrameLocals::Namespace(namespace) => Ok(namespace),
        FrameLocals::Variables => Ok(FrameLocalsProxy::allocate(th, frame)?.value()),
    }
}

fn lasti(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let frame = receiver(th, object)?;
    let fields = frame.fields();
    let begins = fields.flags.get() & flags::IN_CALL != 0 || is_created(th, frame)?;
    if begins {
        return Ok(Value::from_i32(0));
    }
    let mut at = offset(th, frame)?;
    let reported = (fields.flags.get() >> flags::LINE_SHIFT) as u32;
    if reported != 0 && frame.code().own_line_at(at) == 0 {
        // It counts to the line that control came from, as `f_lineno` says.
        let code = frame.code();
        let positions = &code.compiled().positions;
        let found = positions.iter().rfind(|(_, position)| position.line == reported);
        at = found.map_or(at, |&(start, _)| start);
    }
    th.int_from_i64(shown_offset(at))
}

fn line_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let frame = receiver(th, object)?;
    match line(th, frame)? {
        0 => Ok(Value::NONE),
        line => th.int_from_i64(i64::from(line)),
    }
}

fn line_set(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    let frame = receiver(th, object)?;
    if value.is_unbound() {
        return Err(th.attribute_error("cannot delete attribute"));
    }
    let Some(line) = crate::types::int::as_i64(value).filter(|_| !value.is_bool()) else {
        return Err(th.value_error("lineno must be an integer"));
    };
    let from = offset(th, frame)?;
    frame::relocate::set_line(th, frame, from, line)
}

fn trace_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    Ok(receiver(th, object)?.fields().trace.get())
}

fn trace_set(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    let frame = receiver(th, object)?;
    let guard = th.write(frame)?;
    guard.trace.set(guard.token(), if value.is_unbound() { Value::NONE } else { value });
    Ok(())
}

fn set_flag(
    th: &mut Thread,
    object: Value,
    value: Value,
    name: &str,
    flag: u64,
    inverted: bool,
) -> Result<(), Raised> {
    let frame = receiver(th, object)?;
    if value.is_unbound() {
        return Err(th.type_error(format!("cannot delete {name}")));
    }
    if !value.is_bool() {
        return Err(th.type_error("attribute value type must be bool"));
    }
    let on = value.is_true() != inverted;
    let guard = th.write(frame)?;
    let old = guard.flags.get();
    guard.flags.set(guard.token(), if on { old | flag } else { old & !flag });
    Ok(())
}

fn lines_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    Ok(Value::from_bool(receiver(th, object)?.fields().flags.get() & flags::NO_LINES == 0))
}

fn lines_set(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    set_flag(th, object, value, "f_trace_lines", flags::NO_LINES, true)
}

fn opcodes_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    Ok(Value::from_bool(receiver(th, object)?.fields().flags.get() & flags::OPCODES != 0))
}

fn opcodes_set(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    set_flag(th, object, value, "f_trace_opcodes", flags::OPCODES, false)
}

fn clear(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let frame = receiver(th, args[0])?;
    let fields = frame.fields();
    if fields.window.get() != 0 {
        return Err(th.runtime_error("cannot clear an executing frame"));
    }
    if fields.flags.get() & flags::DETACHED == 0
        && let Some(generator) = fields.generator.get().cast::<Generator>()
    {
        let now = th.read(generator)?.state.get();
        if now == state::SUSPENDED {
            return Err(th.runtime_error("cannot clear a suspended frame"));
        }
        if now == state::CREATED {
            crate::types::generator::close(th, generator)?;
        }
    }
    let guard = th.write(frame)?;
    let empty = ValueArray::empty(guard.thread())?;
    guard.registers.set(guard.token(), empty);
    guard.extra.set(guard.token(), Value::UNBOUND);
    guard.trace.set(guard.token(), Value::NONE);
    guard.flags.set(guard.token(), guard.flags.get() | flags::DETACHED);
    Ok(Value::NONE)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let frame = receiver(th, args[0])?;
    let code = frame.code();
    let file = th.repr(code.filename.get().value())?.display();
    let text = format!(
        "<frame at {:#x}, file {file}, line {}, code {}>",
        args[0].bits(),
        line(th, frame)?,
        code.name.get().display()
    );
    Ok(th.new_str(&text)?.value())
}
