//! Setting `f_lineno`: which instruction a frame goes on with when a debugger has it jump to a line.
//!
//! Only to where a statement begins: there nothing lies in registers but what open blocks keep there. Which blocks are open at an instruction is read off the code:
//! loops from `ForIter` to where it jumps, handlers from `PushHandled` to the end of what their
//! clean-up guards, `with` bodies from the look-up of `__exit__` likewise. A jump may leave blocks,
//! but enter none. Leaving a handler puts back what was handled before.

use orochi_compiler::bytecode::{Instruction, Op};
use orochi_compiler::code::Code;

use super::variables;
use crate::exception::{Raised, classes};
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::frame::{Frame, flags};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Loop,
    /// The register with what was handled before.
    Handler(u16),
    With,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    start: u32,
    end: u32,
    kind: Kind,
}

/// The blocks of a code, in the order of their beginnings.
fn blocks(code: &Code) -> Vec<Block> {
    let handler_op = |handler: u32| instruction(code, handler);
    let mut blocks = Vec::new();
    let mut offset = 0;
    while let Some(at) = instruction(code, offset) {
        let behind = offset + 1 + at.op.cache_words() as u32;
        match at.op {
            Op::ForIter => {
                let end = behind.wrapping_add_signed(i32::from(at.c as i16));
                blocks.push(Block { start: offset, end, kind: Kind::Loop });
            }
            Op::GetANext => {
                let ends = |at: &&orochi_compiler::code::ExceptionRange| {
                    at.start <= offset
                        && offset < at.end
                        && handler_op(at.handler).is_some_and(|op| op.op == Op::EndAsyncFor)
                };
                if let Some(range) = code.exceptions.iter().find(ends) {
                    blocks.push(Block { start: offset, end: range.handler, kind: Kind::Loop });
                }
            }
            Op::PushHandled => {
                let cleans = |handler: u32| {
                    handler_op(handler).is_some_and(|op| op.op == Op::PopHandled && op.a == at.a)
                };
                let covered = |range: &&orochi_compiler::code::ExceptionRange| {
                    range.start >= offset && cleans(range.handler)
                };
                let first = code.exceptions.iter().filter(covered).min_by_key(|range| range.start);
                if let Some(first) = first {
                    let end = end_of(code, offset, first.handler);
                    blocks.push(Block { start: offset, end, kind: Kind::Handler(at.a) });
                }
            }
            Op::LoadSpecial if at.d & 1 == 1 => {
                let guards = |range: &&orochi_compiler::code::ExceptionRange| {
                    range.start > offset
                        && handler_op(range.handler).is_some_and(|op| op.op == Op::PushHandled)
                };
                let first = code
                    .exceptions
                    .iter()
                    .filter(guards)
                    .min_by_key(|range| (range.start, u32::MAX - range.end));
                if let Some(first) = first {
                    let end = end_of(code, offset, first.handler);
                    blocks.push(Block { start: offset, end, kind: Kind::With });
                }
            }
            _ => {}
        }
        offset = behind;
    }
    blocks
}

fn instruction(code: &Code, offset: u32) -> Option<Instruction> {
    code.words.get(offset as usize).and_then(|&word| Instruction::decode(word))
}

/// The end of what a handler guards from `start` on.
fn end_of(code: &Code, start: u32, handler: u32) -> u32 {
    let ranges = code.exceptions.iter();
    ranges
        .filter(|range| range.handler == handler && range.start >= start)
        .map(|range| range.end)
        .max()
        .unwrap_or(start)
}

/// The line of a word offset.
fn line_of(code: &Code, offset: u32) -> u32 {
    let after = code.positions.partition_point(|&(start, _)| start <= offset);
    code.positions[..after].iter().rfind(|(_, at)| at.line != 0).map_or(0, |(_, at)| at.line)
}

/// The word offset to go to, and the register with what is handled there if that changes; or why
/// the jump cannot be.
fn target(code: &Code, from: u32, line: i64) -> Result<(u32, Option<u16>), String> {
    if line < i64::from(code.first_line) {
        return Err(format!("line {line} comes before the current code block"));
    }
    let lines = code.positions.iter().map(|(_, at)| at.line);
    let Some(wanted) = lines.filter(|&at| at != 0 && i64::from(at) >= line).min() else {
        return Err(format!("line {line} comes after the current code block"));
    };
    let blocks = blocks(code);
    let open = |at: u32| blocks.iter().filter(move |block| block.start <= at && at < block.end);
    let begins = |at: u32, top: u16| {
        let held = code.statements.iter().rfind(|(start, _)| *start <= from);
        held.is_some_and(|(_, held)| top <= *held) && code.words.get(at as usize).is_some()
    };
    let starts = code.statements.iter().filter(|&&(at, top)| begins(at, top)).map(|&(at, _)| at);
    // The innermost place that can be reached; the first of several, which is the usual way.
    let mut best: Option<(usize, u32)> = None;
    for at in starts.filter(|&at| line_of(code, at) == wanted) {
        let depth = open(at).count();
        let entered = open(at).any(|block| !open(from).any(|other| other == block));
        if !entered && best.is_none_or(|(deepest, _)| depth > deepest) {
            best = Some((depth, at));
        }
    }
    if let Some((_, at)) = best {
        let left = open(from).filter(|block| !open(at).any(|other| other == *block));
        let saved = left.filter_map(|block| match block.kind {
            Kind::Handler(saved) => Some(saved),
            _ => None,
        });
        let outermost = saved.into_iter().next();
        return Ok((at, outermost));
    }
    // Why not: by the innermost block at that line that the frame is not in.
    let places = code.positions.iter().filter(|(_, at)| at.line == wanted).map(|&(at, _)| at);
    let foreign = |at: u32| open(at).rfind(|b| !open(from).any(|other| other == *b));
    Err(match places.filter_map(foreign).next_back().map(|block| block.kind) {
        Some(Kind::Loop) => "can't jump into the body of a for loop",
        Some(Kind::Handler(_)) => "can't jump into an 'except' block as there's no exception",
        Some(Kind::With) | None => "incompatible stacks",
    }
    .to_owned())
}

/// Has a frame, whose trace function is being told of a line, go on at another one.
pub(crate) fn set_line(
    th: &mut Thread,
    frame: Ref<Frame>,
    from: u32,
    line: i64,
) -> Result<(), Raised> {
    let state = frame.fields().flags.get();
    if frame.fields().trace.get().is_none() || !th.in_trace_function.get() {
        return Err(th.value_error("f_lineno can only be set in a trace function"));
    }
    if state & flags::IN_CALL != 0 {
        let text = "can't jump from the 'call' trace event of a new frame";
        return Err(th.value_error(text));
    }
    if state & flags::IN_LINE == 0 {
        return Err(th.value_error("can only jump from a 'line' trace event"));
    }
    let code = frame.code();
    let (at, saved) = match target(code.compiled(), from, line) {
        Ok(found) => found,
        Err(why) => return Err(th.value_error(why)),
    };
    let count = variables::unbound(th, frame)?;
    if count != 0 {
        let text =
            format!("assigning None to {count} unbound local{}", if count == 1 { "" } else { "s" });
        th.warn(&classes::RUNTIME_WARNING, &text, 0)?;
        variables::bind_to_none(th, frame)?;
    }
    let saved = saved.map_or(0, |register| u64::from(register) + 1);
    let guard = th.write(frame)?;
    guard.jump.set(guard.token(), (u64::from(at) + 1) | (saved << 32));
    Ok(())
}
