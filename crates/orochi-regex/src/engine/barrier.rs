//! What succeeds as a whole: assertions, atomic groups and the iterations of possessive loops. See
//! the head of [`super`] for what a barrier is.

use super::Engine;
use crate::error::MatchError;
use crate::scratch::{Frame, Kind};
use crate::unit::Unit;

impl<U: Unit> Engine<'_, '_, '_, U> {
    /// Begins another iteration of a possessive loop, or leaves it.
    pub(super) fn possess(&mut self, index: u32, pos: usize) -> Result<usize, MatchError> {
        self.step(1)?;
        let program = self.program;
        let this = &program.loops[index as usize];
        let counter = &mut self.counters[index as usize];
        if counter.count >= this.min {
            if counter.count >= this.max || counter.last == pos {
                return Ok(this.tail as usize);
            }
            counter.last = pos;
        }
        self.raise_barrier(Kind::Iteration, index, pos)?;
        Ok(this.body as usize)
    }

    pub(super) fn raise_barrier(
        &mut self,
        kind: Kind,
        index: u32,
        pos: usize,
    ) -> Result<(), MatchError> {
        let before = self.barrier;
        self.barrier = self.stack.len();
        self.push(kind, index, pos, before)
    }

    /// Takes away the innermost barrier and the choices above it; gives the barrier's frame.
    pub(super) fn commit(&mut self) -> Frame {
        let stack = &mut *self.stack;
        let base = self.barrier;
        let frame = stack[base];
        self.barrier = frame.b;
        if self.program.groups == 0 {
            stack.truncate(base);
            return frame;
        }
        // Counters need no undoing: a loop inside is not running any more.
        let mut kept = base;
        for i in base + 1..stack.len() {
            if stack[i].kind == Kind::Mark {
                stack[kept] = stack[i];
                kept += 1;
            }
        }
        stack.truncate(kept);
        frame
    }

    /// Takes away the innermost barrier and undoes the marks set above it.
    pub(super) fn unwind(&mut self) {
        let base = self.barrier;
        for frame in self.stack.drain(base + 1..).rev() {
            if frame.kind == Kind::Mark {
                self.marks[frame.index as usize] = frame.a;
                self.last_group = frame.b;
            }
        }
        if let Some(frame) = self.stack.pop() {
            self.barrier = frame.b;
        }
    }
}
