//! The windows of a thread.

use std::marker::PhantomData;

use crate::heap::Value;
use crate::interpreter::frame::{self as window, Action, Extension};
use crate::thread::Thread;

/// The windows of the running thread, newest first, each with the instruction it is at.
pub struct Windows<'t> {
    regs: *mut Value,
    pc: *const u64,
    thread: PhantomData<&'t Thread>,
}

impl<'t> Windows<'t> {
    /// All of them.
    pub fn new(th: &'t Thread) -> Windows<'t> {
        Windows { regs: th.frame.get(), pc: th.pc.get(), thread: PhantomData }
    }
}

impl Iterator for Windows<'_> {
    type Item = (*mut Value, *const u64);

    fn next(&mut self) -> Option<Self::Item> {
        if self.regs.is_null() {
            return None;
        }
        let item = (self.regs, self.pc);
        // SAFETY: windows up to the thread's frame are live, and their headers complete.
        unsafe {
            let back = window::return_pc(self.regs);
            let behind = match window::action(self.regs) {
                Action::Plain => true,
                Action::Extended => window::extension(self.regs) == Extension::Init,
                Action::Entry | Action::Complete => false,
            };
            // A plain call returns behind its two words; all else names the instruction itself.
            self.pc = if behind { back.wrapping_sub(2) } else { back };
            self.regs = window::caller(self.regs);
        }
        Some(item)
    }
}
