//! Exceptions: raising, finding handlers, leaving frames.
//!
//! A handler that fails leaves the exception in [`Thread::raised`] and jumps to [`unwind`]. It
//! adds a traceback entry for the frame, looks the instruction up in the code's table of ranges,
//! and either goes on at a handler or leaves the frame and looks in the caller. Frames that
//! native code entered end the search: the exception goes back to native code as `Raised`.

use orochi_compiler::bytecode::WHERE_RAISED;

use super::frame::{self, Action, Extension};
use super::{Exit, a, b, c, d, finish, generator, get, jump, next, set, sync};
use crate::exception::{self, Raised};
use crate::handlers;
use crate::heap::Value;
use crate::thread::Thread;

handlers! {
    /// An exception is in flight, raised by the instruction at `pc`.
    #[cold]
    #[inline(never)]
    fn unwind(th, pc, regs, word, table) {
        sync(th, pc, regs);
        add_traceback(th, regs, pc);
        if th.traced.get() {
            return super::trace::unwind_traced(th, pc, regs, 0, table);
        }
        find_handler(th, pc, regs, word, table)
    }

    /// As `unwind`, without a new traceback entry for this line.
    #[cold]
    #[inline(never)]
    fn find_handler(th, pc, regs, word, table) {
        match handler_of(th, regs, pc) {
            Some(target) if th.traced.get() => {
                super::trace::handle_traced(th, target, regs, 0, table)
            }
            Some(target) => next(th, target, regs, table),
            None => without_handler(th, pc, regs, 0, table),
        }
    }

    /// The frame is left by the exception in flight, at the thread's instruction.
    #[cold]
    #[inline(never)]
    fn without_handler(th, pc, regs, word, table) {
        if th.traced.get() && super::trace::left(th, regs) == Err(Raised::Abort) {
            return abort(th, pc, regs, 0, table);
        }
        if frame::link(regs) & frame::HAS_FRAME_OBJECT != 0 {
            crate::frame::detach(th, regs);
        }
        th.depth.set(th.depth.get() - 1);
        leave(th, pc, regs, 0, table)
    }

    /// Leaves a frame with an exception in flight. Its `depth` has been given back.
    #[cold]
    #[inline(never)]
    fn leave(th, pc, regs, word, table) {
        let caller = frame::caller(regs);
        let return_pc = frame::return_pc(regs);
        match frame::action(regs) {
            Action::Entry => {
                th.leaving.set(Raised::Exception);
                Exit::Raised
            }
            Action::Plain => unwind(th, return_pc.sub(2), caller, 0, table),
            Action::Complete => unwind(th, return_pc, caller, 0, table),
            Action::Extended => match frame::extension(regs) {
                Extension::Init => unwind(th, return_pc.sub(2), caller, 0, table),
                Extension::InitEntry => {
                    th.leaving.set(Raised::Exception);
                    Exit::Raised
                }
                Extension::Generator | Extension::GeneratorEntry => {
                    generator::body_raised(th, pc, regs, 0, table)
                }
            },
        }
    }

    /// An atomic block is to be undone: no handler runs, frames are left up to the block's own,
    /// which goes back to its `with`, or up to the entry frame, from which native code passes the
    /// abort on.
    #[cold]
    #[inline(never)]
    fn abort(th, pc, regs, word, table) {
        let mut window = regs;
        loop {
            if th.block.is_frame(window) {
                if th.restart_block() {
                    return next(th, th.pc.get(), window, th.table());
                }
                return unwind(th, th.pc.get(), window, 0, th.table());
            }
            th.depth.set(th.depth.get() - 1);
            if frame::link(window) & frame::HAS_FRAME_OBJECT != 0 {
                if frame::action(window) == Action::Extended
                    && matches!(frame::extension(window), Extension::Generator | Extension::GeneratorEntry) {
                    crate::frame::suspend(th, window);
                } else {
                    crate::frame::discard(th, window);
                }
            }
            let action = frame::action(window);
            let entry = match action {
                Action::Entry => true,
                Action::Extended => {
                    if matches!(frame::extension(window), Extension::Generator | Extension::GeneratorEntry) {
                        generator::body_aborted(th, window);
                    }
                    matches!(frame::extension(window), Extension::InitEntry | Extension::GeneratorEntry)
                }
                Action::Plain | Action::Complete => false,
            };
            if entry {
                th.leaving.set(Raised::Abort);
                return Exit::Raised;
            }
            window = frame::caller(window);
        }
    }

    #[cold]
    #[inline(never)]
    fn raise(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let cause = if d(word) == 2 { get(regs, b(word)) } else { Value::UNBOUND };
        let value = if d(word) == 0 { Value::UNBOUND } else { get(regs, a(word)) };
        // Raising the handled exception again does not add this line to its traceback.
        let again = d(word) == 0 && !th.handled_exception().is_none();
        match exception::raise_statement(th, value, cause) {
            Raised::Exception if again => find_handler(th, pc, regs, 0, table),
            Raised::Exception => unwind(th, pc, regs, 0, table),
            Raised::Abort => abort(th, pc, regs, 0, table),
        }
    }

    #[cold]
    #[inline(never)]
    fn reraise(th, pc, regs, word, table) {
        sync(th, pc, regs);
        th.raised.set(get(regs, a(word)));
        if d(word) == WHERE_RAISED
            && frame::link(regs) & frame::HAS_FRAME_OBJECT != 0
            && let Some(raised_at) = raised_at(th, regs)
        {
            return match handler_of(th, regs, pc) {
                Some(target) => next(th, target, regs, table),
                None => {
                    th.pc.set(raised_at);
                    without_handler(th, pc, regs, 0, table)
                }
            };
        }
        find_handler(th, pc, regs, 0, table)
    }

    fn push_handled(th, pc, regs, word, table) {
        let exception = get(regs, b(word));
        set(regs, a(word), th.handled.get());
        th.handled.set(exception);
        next(th, pc.add(1), regs, table)
    }

    fn pop_handled(th, pc, regs, word, table) {
        th.handled.set(get(regs, a(word)));
        next(th, pc.add(1), regs, table)
    }

    fn jump_if_not_match(th, pc, regs, word, table) {
        sync(th, pc, regs);
        match matches(th, get(regs, a(word)), get(regs, b(word))) {
            0 => jump::taken_short(th, pc, regs, word, table),
            1 => next(th, pc.add(1), regs, table),
            2 => unwind(th, pc, regs, 0, table),
            _ => abort(th, pc, regs, 0, table),
        }
    }

    #[inline(never)]
    fn match_group(th, pc, regs, word, table) {
        sync(th, pc, regs);
        match exception::split_group(th, get(regs, b(word)), get(regs, c(word))) {
            Ok((matched, rest)) => {
                set(regs, a(word), matched);
                set(regs, a(word) + 1, rest);
                next(th, pc.add(1), regs, table)
            }
            Err(Raised::Exception) => unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => abort(th, pc, regs, 0, table),
        }
    }

    #[inline(never)]
    fn prepare_reraise_star(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = exception::join_groups(th, get(regs, b(word)), get(regs, c(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    #[inline(never)]
    fn exception_triple(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let value = get(regs, b(word));
        let class = th.class_of(value).value();
        match exception::traceback_of(th, value) {
            Ok(traceback) => {
                set(regs, a(word), class);
                set(regs, a(word) + 1, value);
                set(regs, a(word) + 2, traceback);
                next(th, pc.add(1), regs, table)
            }
            Err(Raised::Exception) => unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => abort(th, pc, regs, 0, table),
        }
    }
}

/// The handler for an exception at `pc`: the exception is put into its register.
#[inline(never)]
unsafe fn handler_of(th: &Thread, regs: *mut Value, pc: *const u64) -> Option<*const u64> {
    // SAFETY: the window is live; handlers and registers are validated.
    unsafe {
        let code = frame::code(regs);
        let offset = code.offset_of(pc);
        let ranges = &code.compiled().exceptions;
        let range = ranges.iter().find(|range| (range.start..range.end).contains(&offset))?;
        set(regs, range.register as usize, th.take_exception());
        Some(code.words.get().cast::<u64>().add(range.handler as usize))
    }
}

/// Where in this frame the exception in flight was raised, as its traceback says.
unsafe fn raised_at(th: &Thread, regs: *mut Value) -> Option<*const u64> {
    // SAFETY: the window is live; a traceback's offsets are those of instructions of its frame.
    unsafe {
        let offset = crate::frame::newest_entry(th, regs)?;
        Some(frame::code(regs).words.get().cast::<u64>().add(offset))
    }
}

/// Adds an entry for the frame to the traceback of the exception in flight.
#[inline(never)]
unsafe fn add_traceback(th: &Thread, regs: *mut Value, pc: *const u64) {
    // SAFETY: the window is live.
    unsafe { crate::frame::add_traceback(th, regs, pc) }
}

/// Whether an exception matches: 0, 1, 2 (exception) or 3 (abort).
#[inline(never)]
fn matches(th: &mut Thread, raised: Value, class: Value) -> u8 {
    match exception::matches(th, raised, class) {
        Ok(found) => found as u8,
        Err(Raised::Exception) => 2,
        Err(Raised::Abort) => 3,
    }
}
