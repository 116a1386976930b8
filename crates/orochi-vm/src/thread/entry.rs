//! How atomic blocks are entered and left: by `with` statements, and inner ones by calls.
//!
//! The outermost block starts over where it was entered, so that frame must not be left before the
//! block: only the call that a `with` statement makes of `atomic.__enter__` will do, and only when
//! the same object's `__exit__` waits for the end of the statement. (A class may have borrowed the
//! one and not the other.) Inner blocks are just counted, so they may be entered by a call, which is
//! what `contextlib.ExitStack` does. Who enters one by a call may forget to leave it: then
//! it ends with the block around it, at whose end that is an error.

use orochi_compiler::bytecode::{ENDS_WITH, METHOD_FORM, Op};

use super::Thread;
use crate::exception::Raised;
use crate::heap::Value;
use crate::interpreter::{b, d, frame as window};

/// What ends a block.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// The object whose `__enter__` is called.
    pub of: Value,
    /// The `__exit__` of its class.
    pub exit: Value,
}

/// How an inner block was entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Entry {
    /// By a `with` statement of a frame.
    With { frame: usize },
    /// By a call, or in a generator, whose frame may move or never run again.
    Call,
}

impl Thread {
    /// The frame and the call of `__enter__` of the running `with` statement, which is certain to
    /// call its `end`.
    pub(super) fn with_statement(&self, end: End) -> Result<(*mut Value, *const u64), Raised> {
        let message = "an atomic block is entered by a 'with' statement";
        self.with_call()
            .filter(|&(regs, pc)| waits(regs, pc, end))
            .ok_or_else(|| self.runtime_error(message))
    }

    /// How the running call enters an inner block.
    pub(super) fn inner_entry(&self, end: End) -> Entry {
        let Some((regs, pc)) = self.with_call() else { return Entry::Call };
        if waits(regs, pc, end) && !suspends(regs) {
            Entry::With { frame: regs as usize }
        } else {
            Entry::Call
        }
    }

    /// The running call of `__exit__` is about to end a block: which one. Inner blocks that were
    /// entered by calls, and not left, end before it. True: there were some.
    pub(super) fn find_end(&mut self) -> Result<bool, Raised> {
        let (regs, pc) = (self.frame.get(), self.pc.get());
        // SAFETY: the running frame's instruction.
        let ends_with = unsafe { *pc as u8 == Op::Call as u8 && d(*pc) & ENDS_WITH != 0 };
        // `with` statements of one frame end in reverse order, so the innermost is meant.
        let here = ends_with.then_some(Entry::With { frame: regs as usize });
        let outermost = Entry::With { frame: self.outermost_frame() as usize };
        let current = self.block.level.get();
        if current == 1 && here == Some(outermost) {
            return Ok(false);
        }
        let level = {
            let entries = self.block.entries.borrow();
            match entries.iter().rposition(|&entry| Some(entry) == here) {
                Some(at) => at as u32 + 2,
                None if here == Some(outermost) => 1,
                None if entries.last() == Some(&Entry::Call) => current,
                None => {
                    let message =
                        "an atomic block is left by the 'with' statement that has entered it";
                    return Err(self.runtime_error(message));
                }
            }
        };
        if level < current {
            self.end_inner(level);
        }
        Ok(level < current)
    }

    /// The same, if there is one.
    pub(super) fn with_call(&self) -> Option<(*mut Value, *const u64)> {
        let (regs, pc) = (self.frame.get(), self.pc.get());
        if !regs.is_null() && !pc.is_null() {
            // SAFETY: the running frame's window and instruction; a call that is not its code's
            // first instruction has one before it.
            let by_with = unsafe {
                let first = window::code(regs).words.get().cast::<u64>();
                *pc as u8 == Op::Call as u8 && pc > first && {
                    let before = *pc.sub(1);
                    before as u8 == Op::LoadSpecial as u8 && before >> 8 & 0xFF == ENTER
                }
            };
            if by_with {
                return Some((regs, pc));
            }
        }
        None
    }
}

/// `d` of the `LoadSpecial` that looks up `__enter__`.
const ENTER: u64 = 0;

/// Whether the `with` statement that makes this call of `__enter__` will call `__exit__` of the same
/// object.
fn waits(regs: *mut Value, pc: *const u64, end: End) -> bool {
    // SAFETY: the running frame's window and instruction; what a `with` statement has looked up for
    // its end lies in the four registers below its call, the object in the last one.
    unsafe {
        let base = b(*pc);
        base >= 4
            && d(*pc) & METHOD_FORM != 0
            && *regs.add(base - 4) == end.exit
            && *regs.add(base - 1) == end.of
    }
}

/// Whether the frame may be suspended.
fn suspends(regs: *mut Value) -> bool {
    // SAFETY: the window is live.
    unsafe {
        window::action(regs) == window::Action::Extended
            && matches!(
                window::extension(regs),
                window::Extension::Generator | window::Extension::GeneratorEntry
            )
    }
}
