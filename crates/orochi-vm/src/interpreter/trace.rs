//! Tracing: what `sys.settrace` and `sys.setprofile` ask for.
//!
//! Untraced code pays nothing. A traced thread runs with another handler table, [`TRACED`], in
//! which every entry is [`traced`]: it looks whether something is to be reported before the
//! instruction at hand, and then has the usual handler run it, handing on its own table. A thread
//! comes to that table by a call: while it is traced its `depth_limit` is zero, which sends every
//! call of a Python function the slow way, where the table is chosen, and calls of native functions
//! choose it when they return; it stays with it when the call returns. It leaves
//! it at the first instruction after both functions have been taken away.
//!
//! What a frame needs to remember is in its frame object, which every frame gets that is entered
//! while its thread is traced: the local trace function, whether its call has been reported,
//! whether it is suspended, the last line reported.
//!
//! `sys.monitoring` hears from the same places (`monitor.rs`). What is known only after an instruction,
//! which way a branch went and how a call ended (`aftermath.rs`), is reported before the frame's next
//! one.

use orochi_compiler::bytecode::Op;

use super::aftermath;
use super::monitor::{self, Event};
use super::{Handler, TABLE, Table, a, b, exception, frame, get, j, next, sync};
use crate::exception::{Raised, traceback_of};
use crate::handlers;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::{Local, Thread};
use crate::types::code::shown_offset;
use crate::types::frame::{Frame, flags};
use crate::types::tuple::Tuple;

/// The table of a traced thread.
pub static TRACED: Table = Table([traced as Handler; 256]);

handlers! {
    fn traced(th, pc, regs, word, table) {
        sync(th, pc, regs);
        match step(th, pc, regs, word) {
            Ok(true) if th.jumps.get() => {
                th.jumps.set(false);
                match take_jump(th, regs) {
                    Some(target) => next(th, target, regs, &TRACED),
                    None => (TABLE.0[word as u8 as usize])(th, pc, regs, word, &TRACED),
                }
            }
            Ok(true) => (TABLE.0[word as u8 as usize])(th, pc, regs, word, &TRACED),
            Ok(false) => (TABLE.0[word as u8 as usize])(th, pc, regs, word, &TABLE),
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, &TRACED),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, &TRACED),
        }
    }

    /// An exception is in flight; its traceback has an entry for this frame.
    #[cold]
    #[inline(never)]
    fn unwind_traced(th, pc, regs, word, table) {
        match raised(th, regs) {
            Ok(()) | Err(Raised::Exception) => exception::find_handler(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }

    /// The handler at `pc` takes the exception in flight.
    #[cold]
    #[inline(never)]
    fn handle_traced(th, pc, regs, word, table) {
        match handled(th, regs) {
            Ok(()) | Err(Raised::Exception) => next(th, pc, regs, table),
            Err(Raised::Abort) => exception::abort(th, th.pc.get(), regs, 0, table),
        }
    }
}

impl Thread {
    /// The table that newly entered frames run with.
    #[inline(always)]
    pub(crate) fn table(&self) -> &'static Table {
        if self.traced.get() { &TRACED } else { &TABLE }
    }

    /// Sets the function of `sys.settrace` or `sys.setprofile`, or takes it away when `function`
    /// is unbound.
    pub fn set_trace_function(&mut self, which: Local, function: Value) {
        self.trace_with(which, function);
    }

    /// As [`Self::set_trace_function`], for all threads that run.
    pub fn set_trace_function_everywhere(&mut self, which: Local, function: Value) {
        self.for_all_threads(|thread| thread.trace_with(which, function));
    }

    fn trace_with(&self, which: Local, function: Value) {
        self.set_local(which, function);
        self.renew_traced();
    }

    /// Sets whether this thread is traced, by what asks for it.
    pub(crate) fn renew_traced(&self) {
        let bound = |local| !self.local(local).is_unbound();
        let monitored = monitor::wanted() != 0;
        self.traced.set(bound(Local::Trace) || bound(Local::Profile) || monitored);
        self.set_depth_limit(self.frames_allowed.get());
    }

    /// Sets how many Python frames this thread may run.
    pub(crate) fn set_depth_limit(&self, limit: u32) {
        self.frames_allowed.set(limit);
        self.depth_limit.set(if self.traced.get() { 0 } else { limit });
    }

    /// Whether no more Python frames may be run.
    #[inline]
    pub(crate) fn is_too_deep(&self) -> bool {
        self.depth.get() >= self.frames_allowed.get()
    }
}

/// The offset that callbacks are told.
pub(super) fn shown(word: u32) -> u32 {
    shown_offset(word) as u32
}

/// The frame object that a window has already.
pub(super) fn known_frame(th: &Thread, regs: *mut Value) -> Result<Option<Ref<Frame>>, Raised> {
    // SAFETY: the window is that of the running frame.
    if unsafe { frame::link(regs) } & frame::HAS_FRAME_OBJECT == 0 {
        return Ok(None);
    }
    Ok(crate::frame::object_of(th, regs)?.cast::<Frame>())
}

/// Begins to report what a running frame does to those who hear of all frames.
#[cold]
fn adopt(th: &mut Thread, regs: *mut Value, line: u32) -> Result<Option<Ref<Frame>>, Raised> {
    if th.local(Local::Profile).is_unbound() && monitor::wanted() == 0 {
        return Ok(None);
    }
    let Some(frame) = crate::frame::object_of(th, regs)?.cast::<Frame>() else { return Ok(None) };
    change(th, frame, flags::ENTERED, 0)?;
    // It is in the midst of this line, which the call that began this is on.
    set_last_line(th, frame, line)?;
    Ok(Some(frame))
}

/// Changes flags of a frame.
fn change(th: &mut Thread, frame: Ref<Frame>, set: u64, clear: u64) -> Result<(), Raised> {
    let guard = th.write(frame)?;
    guard.flags.set(guard.token(), guard.flags.get() & !clear | set);
    Ok(())
}

fn set_last_line(th: &mut Thread, frame: Ref<Frame>, line: u32) -> Result<(), Raised> {
    change(th, frame, u64::from(line) << flags::LINE_SHIFT, u64::MAX << flags::LINE_SHIFT)
}

/// Reports what comes before the instruction at `pc`; false if nobody traces any more.
#[inline(never)]
fn step(th: &mut Thread, pc: *const u64, regs: *mut Value, word: u64) -> Result<bool, Raised> {
    if !th.traced.get() {
        return Ok(false);
    }
    if th.in_trace_function.get() {
        return Ok(true);
    }
    // SAFETY: the window is that of the running frame, and `pc` is in its code.
    let code = unsafe { frame::code(regs) };
    let offset = code.offset_of(pc);
    let known = known_frame(th, regs)?;
    let state = known.map_or(0, |frame| frame.fields().flags.get());
    let begins = offset == 0 && state & flags::ENTERED == 0;
    let resumes = state & flags::SUSPENDED != 0;
    let frame = match known {
        Some(frame) => frame,
        None if begins => match crate::frame::object_of(th, regs)?.cast::<Frame>() {
            Some(frame) => frame,
            None => return Ok(true),
        },
        // It ran before anybody traced: trace functions do not follow it.
        None => match adopt(th, regs, code.own_line_at(offset.saturating_sub(1)))? {
            Some(frame) => frame,
            None => return Ok(true),
        },
    };
    aftermath::settle(th, frame, regs, offset)?;
    if begins || resumes {
        entered(th, frame, begins)?;
        let (event, at) =
            if begins { (Event::PyStart, 0) } else { (Event::PyResume, shown(offset)) };
        monitor::tell(th, event, code, at, &[])?;
    }
    let op = word as u8;
    let is = |wanted: Op| op == wanted as u8;
    let local = frame.fields().trace.get();
    let follows = !local.is_none() && !th.local(Local::Trace).is_unbound();
    let monitors_lines = monitor::wants(Event::Line);
    if follows || monitors_lines {
        let state = frame.fields().flags.get();
        let mut line = code.own_line_at(offset);
        let prologue = is(Op::MakeCell) || is(Op::CopyFree);
        let target = offset.wrapping_add_signed(1 + j(word) as i32);
        if is(Op::Loop) && line == code.own_line_at(target) {
            // The jump back at a loop's end has the loop's line, and is not met itself.
            line = 0;
        }
        if line != 0 && !prologue && u64::from(line) != state >> flags::LINE_SHIFT {
            set_last_line(th, frame, line)?;
            if monitors_lines {
                monitor::tell(th, Event::Line, code, line, &[])?;
            }
            if follows && state & flags::NO_LINES == 0 {
                change(th, frame, flags::IN_LINE, 0)?;
                let told = report_local(th, frame, "line", Value::NONE);
                change(th, frame, 0, flags::IN_LINE)?;
                told?;
                if frame.fields().jump.get() != 0 {
                    th.jumps.set(true);
                    return Ok(true);
                }
            }
        }
        if follows && state & flags::OPCODES != 0 {
            report_local(th, frame, "opcode", Value::NONE)?;
        }
        if is(Op::Loop) {
            // The line that a loop goes back to is reported even if it is this one.
            set_last_line(th, frame, 0)?;
        }
    }
    monitor::tell(th, Event::Instruction, code, shown(offset), &[])?;
    aftermath::prepare(th, frame, regs, offset, word)?;
    if is(Op::Reraise) {
        // SAFETY: the operands of validated code lie in the window.
        let exception = unsafe { get(regs, a(word)) };
        monitor::tell(th, Event::Reraise, code, shown(offset), &[exception])?;
    }
    if is(Op::Return) || is(Op::Yield) {
        // SAFETY: the operands of validated code lie in the window.
        let value = unsafe { get(regs, if is(Op::Return) { a(word) } else { b(word) }) };
        if is(Op::Yield) {
            change(th, frame, flags::SUSPENDED, 0)?;
        }
        report_return(th, frame, value)?;
        let event = if is(Op::Yield) { Event::PyYield } else { Event::PyReturn };
        monitor::tell(th, event, code, shown(offset), &[value])?;
    }
    Ok(true)
}

/// Where the frame goes on by its `f_lineno`, which has been set.
#[inline(never)]
fn take_jump(th: &mut Thread, regs: *mut Value) -> Option<*const u64> {
    let frame = known_frame(th, regs).ok().flatten()?;
    let jump = frame.fields().jump.get();
    let target = (jump as u32).checked_sub(1)?;
    {
        let line = u64::from(frame.code().position_at(target).line);
        let guard = th.write(frame).ok()?;
        guard.jump.set(guard.token(), 0);
        // The line that it goes to is not reported.
        let kept = guard.flags.get() & (u64::MAX >> flags::LINE_SHIFT);
        guard.flags.set(guard.token(), kept | line << flags::LINE_SHIFT);
    }
    // SAFETY: the window is that of the running frame, whose code has the instruction.
    unsafe {
        if jump >> 32 != 0 {
            th.handled.set(get(regs, (jump >> 32) as usize - 1));
        }
        Some(frame::code(regs).words().as_ptr().cast::<u64>().add(target as usize))
    }
}

/// Reports that a frame begins, or goes on after it was suspended.
fn entered(th: &mut Thread, frame: Ref<Frame>, begins: bool) -> Result<(), Raised> {
    let place = if begins { flags::IN_CALL } else { 0 };
    change(th, frame, flags::ENTERED | place, flags::SUSPENDED)?;
    let result = report_call(th, frame);
    change(th, frame, 0, flags::IN_CALL)?;
    result
}

fn report_call(th: &mut Thread, frame: Ref<Frame>) -> Result<(), Raised> {
    let trace = th.local(Local::Trace);
    if !trace.is_unbound() {
        let local = call(th, Local::Trace, trace, frame, "call", Value::NONE)?;
        if !local.is_none() {
            let guard = th.write(frame)?;
            guard.trace.set(guard.token(), local);
        }
    }
    let profile = th.local(Local::Profile);
    if !profile.is_unbound() {
        call(th, Local::Profile, profile, frame, "call", Value::NONE)?;
    }
    Ok(())
}

/// Calls the frame's own trace function, which may give another in its place.
fn report_local(
    th: &mut Thread,
    frame: Ref<Frame>,
    event: &str,
    argument: Value,
) -> Result<(), Raised> {
    let local = frame.fields().trace.get();
    if local.is_none() || th.local(Local::Trace).is_unbound() {
        return Ok(());
    }
    let next = call(th, Local::Trace, local, frame, event, argument)?;
    if !next.is_none() {
        let guard = th.write(frame)?;
        guard.trace.set(guard.token(), next);
    }
    Ok(())
}

fn report_return(th: &mut Thread, frame: Ref<Frame>, value: Value) -> Result<(), Raised> {
    report_local(th, frame, "return", value)?;
    let profile = th.local(Local::Profile);
    if !profile.is_unbound() {
        call(th, Local::Profile, profile, frame, "return", value)?;
    }
    Ok(())
}

/// Calls a trace function; if it fails, nobody traces any more.
pub(super) fn call(
    th: &mut Thread,
    which: Local,
    function: Value,
    frame: Ref<Frame>,
    event: &str,
    argument: Value,
) -> Result<Value, Raised> {
    let event = th.intern(event)?;
    th.in_trace_function.set(true);
    let result = th.call(function, &[frame.value(), event.value(), argument]);
    th.in_trace_function.set(false);
    if result.is_err() {
        th.set_trace_function(which, Value::UNBOUND);
    }
    result
}

/// Does something while an exception is in flight, which stays so unless another takes its place.
pub(super) fn aside(
    th: &mut Thread,
    act: impl FnOnce(&mut Thread, Value) -> Result<(), Raised>,
) -> Result<(), Raised> {
    let raised = th.raised.replace(Value::UNBOUND);
    act(th, raised)?;
    th.raised.set(raised);
    Ok(())
}

/// Reports that an exception has come to a frame.
#[inline(never)]
fn raised(th: &mut Thread, regs: *mut Value) -> Result<(), Raised> {
    if th.in_trace_function.get() {
        return Ok(());
    }
    let Some(frame) = known_frame(th, regs)? else { return Ok(()) };
    aside(th, |th, _| aftermath::call_ends(th, frame, true))?;
    if frame.fields().flags.get() & flags::SUSPENDED != 0 {
        // The exception was thrown into a generator.
        aside(th, |th, _| entered(th, frame, false))?;
        tell_exception(th, Event::PyThrow, frame)?;
    }
    if monitor::wants(Event::Raise) {
        tell_exception(th, Event::Raise, frame)?;
    }
    if frame.fields().trace.get().is_none() {
        return Ok(());
    }
    aside(th, |th, exception| {
        let class = th.class_of(exception).value();
        let traceback = traceback_of(th, exception)?;
        let triple = Tuple::from_slice(th, &[class, exception, traceback])?;
        report_local(th, frame, "exception", triple.value())
    })
}

/// Reports that an exception leaves a frame.
#[inline(never)]
pub(super) fn left(th: &mut Thread, regs: *mut Value) -> Result<(), Raised> {
    if th.in_trace_function.get() {
        return Ok(());
    }
    match known_frame(th, regs)? {
        Some(frame) => {
            aside(th, |th, _| report_return(th, frame, Value::NONE))?;
            tell_exception(th, Event::PyUnwind, frame)
        }
        None => Ok(()),
    }
}

/// Reports that a handler in this frame takes the exception in flight.
#[inline(never)]
fn handled(th: &mut Thread, regs: *mut Value) -> Result<(), Raised> {
    if th.in_trace_function.get() || !monitor::wants(Event::ExceptionHandled) {
        return Ok(());
    }
    match known_frame(th, regs)? {
        Some(frame) => tell_exception(th, Event::ExceptionHandled, frame),
        None => Ok(()),
    }
}

/// Tells of the exception in flight.
fn tell_exception(th: &mut Thread, event: Event, frame: Ref<Frame>) -> Result<(), Raised> {
    if !monitor::wants(event) {
        return Ok(());
    }
    let code = frame.code();
    let offset = code.offset_of(th.pc.get());
    aside(th, |th, exception| monitor::tell(th, event, code, shown(offset), &[exception]))
}
