//! Sections under locks that are not taken: how they begin and end as blocks.
//!
//! A section is an atomic block of the protocol like any other ([`super::atomic`]), begun by the
//! `__enter__` of a lock; when, and what the program may not notice of it, is said in
//! [`crate::types::lock`]. Only what the two kinds of blocks do differently is here.

use std::time::Instant;

use orochi_compiler::bytecode::METHOD_FORM;

use super::Thread;
use super::atomic::{Block, zeal_for};
use crate::exception::Raised;
use crate::heap::Value;
use crate::interpreter::{b, d, frame as window};

/// What a section adds to a block.
#[derive(Default)]
pub(crate) struct Section {
    /// The locks that the section has entered and not taken, outermost first.
    pub(crate) elided: std::cell::RefCell<Vec<Value>>,
    /// The open block is a section.
    pub(crate) open: std::cell::Cell<bool>,
    /// The section that starts over takes its lock.
    pub(crate) takes_lock: std::cell::Cell<bool>,
    /// Since when somebody waits for what the section has touched.
    pub(crate) pressed_since: std::cell::Cell<Option<Instant>>,
    /// Entries of a lock that the table of locks has not been told of.
    pub(crate) tally: std::cell::Cell<(u64, u32)>,
}

/// The call of `__enter__` that a section begins with.
#[derive(Clone, Copy)]
pub(crate) struct SectionCall {
    regs: *mut Value,
    pc: *const u64,
}

impl Section {
    /// The section is over.
    pub(crate) fn clear(&self) {
        if self.open.replace(false) {
            self.elided.borrow_mut().clear();
            self.pressed_since.set(None);
        }
    }
}

impl Thread {
    /// The running call, if it is that of `__enter__` by a `with` statement on this lock, which will
    /// call `exit` on it, in a frame that cannot be suspended.
    pub(crate) fn section_call(&self, lock: Value, exit: Value) -> Option<SectionCall> {
        let (regs, pc) = self.with_call()?;
        // SAFETY: the running frame's window and instruction; what a `with` statement has looked
        // up for its end lies in the four registers below its call.
        unsafe {
            let base = b(*pc);
            let certain = base >= 4
                && d(*pc) & METHOD_FORM != 0
                && *regs.add(base - 4) == exit
                && *regs.add(base - 1) == lock;
            let suspends = window::action(regs) == window::Action::Extended
                && matches!(
                    window::extension(regs),
                    window::Extension::Generator | window::Extension::GeneratorEntry
                );
            (certain && !suspends).then_some(SectionCall { regs, pc })
        }
    }

    /// Begins a section as a block. A release point.
    pub(crate) fn begin_section(&mut self, call: SectionCall) {
        self.take_snapshot(call.regs, call.pc);
        self.stm.list_claims(false);
        self.stm.block_enter(&*self);
        let block: &Block = &self.block;
        let attempt = block.attempts.get() + 1;
        block.attempts.set(attempt);
        self.stm.abort_after(zeal_for(attempt));
        block.section.open.set(true);
        block.level.set(1);
    }

    /// Ends a section: all that it has done becomes visible. A release point.
    pub(crate) fn finish_section(&mut self) -> Result<(), Raised> {
        self.block.happens();
        self.stm.block_commit(&*self)?;
        self.block.clear();
        self.block.attempts.set(0);
        self.block.gave_up.set(0);
        self.block.forget_births();
        self.forget_restored_classes();
        crate::types::lock::settle_pending(self);
        Ok(())
    }
}
