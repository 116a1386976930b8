//! Blocks that jumps have to leave properly: `return`, `break` and `continue` run the `finally`
//! bodies, the `__exit__` calls and the clean-up of handlers between them and where they go.
//! Each such path gets a copy of its own, outside of the ranges of the blocks it leaves.

use super::Emitter;
use super::unit::{Label, Reg};
use crate::ast::{Name, Stmt};
use crate::bytecode::Op;
use crate::code::Position;
use crate::error::{Failure, Outcome};

/// CPython's limit on blocks within each other.
const MAX_BLOCKS: usize = 21;

/// A block that is open.
#[derive(Clone, Debug)]
pub enum Block<'t> {
    /// A loop: where `continue` and `break` go.
    Loop { head: Label, exit: Label },
    /// The body of a `try` with `except` clauses; nothing to run, but its range ends.
    Try { range: usize },
    /// The body of a `try` with `finally`.
    Finally { range: usize, body: &'t [Stmt] },
    /// A handler: the exception handled before is in the register.
    Handler { range: usize, saved: Reg },
    /// A handler that does not let jumps out: `except*`.
    StarHandler,
    /// A handler's name, which is unbound at the end.
    HandlerName { range: usize, name: &'t Name },
    /// A `with` body: the bound exit method is at the call base.
    With { range: usize, base: Reg, is_async: bool, at: Position },
    /// The body of a generator.
    Generator,
    /// The part of an `async for` that a handler guards, or another range without clean-up.
    Guard { range: usize },
}

impl Block<'_> {
    fn range(&self) -> Option<usize> {
        match self {
            Self::Loop { .. } | Self::StarHandler | Self::Generator => None,
            Self::Try { range }
            | Self::Finally { range, .. }
            | Self::Handler { range, .. }
            | Self::HandlerName { range, .. }
            | Self::With { range, .. }
            | Self::Guard { range } => Some(*range),
        }
    }
}

impl<'t> Emitter<'t> {
    /// Opens a block; `at` is where the statement starts.
    pub(super) fn push_block(&mut self, block: Block<'t>, at: Position) -> Outcome<()> {
        if self.blocks.len() >= MAX_BLOCKS
            && self.blocks.iter().filter(|b| counts(b)).count() >= MAX_BLOCKS
            && counts(&block)
        {
            return Err(Failure::new("too many statically nested blocks", at));
        }
        self.blocks.push(block);
        Ok(())
    }

    /// Whether leaving the blocks from number `down_to` on runs any code.
    pub(super) fn must_unwind(&self, down_to: usize) -> bool {
        self.blocks[down_to..].iter().any(|block| {
            !matches!(
                block,
                Block::Loop { .. }
                    | Block::Try { .. }
                    | Block::Guard { .. }
                    | Block::StarHandler
                    | Block::Generator
            )
        })
    }

    /// Leaves the blocks from number `down_to` on and then runs `exit`, which jumps away. The
    /// temporaries below the current top stay as they are.
    pub(super) fn unwind(&mut self, down_to: usize, exit: impl FnOnce(&mut Self)) -> Outcome<()> {
        let at = self.unit.at;
        let mut left = Vec::new();
        while self.blocks.len() > down_to {
            let Some(block) = self.blocks.pop() else { break };
            if let Some(range) = block.range() {
                self.unit.suspend_range(range);
            }
            left.push(block.clone());
            let mark = self.unit.top;
            self.leave_block(&block)?;
            self.unit.release(mark);
        }
        self.at(at);
        exit(self);
        while let Some(block) = left.pop() {
            if let Some(range) = block.range() {
                self.unit.resume_range(range);
            }
            self.blocks.push(block);
        }
        Ok(())
    }

    fn leave_block(&mut self, block: &Block<'t>) -> Outcome<()> {
        match block {
            Block::Loop { .. }
            | Block::Try { .. }
            | Block::Guard { .. }
            | Block::StarHandler
            | Block::Generator => {}
            Block::Finally { body, .. } => self.finally_body(body, false)?,
            Block::Handler { saved, .. } => self.unit.a(Op::PopHandled, *saved),
            Block::HandlerName { name, .. } => self.forget_name(name),
            Block::With { base, is_async, at, .. } => {
                // What the register above hold must survive: call from a copy of the base.
                self.at(*at);
                let copy = self.unit.temporaries(4);
                self.unit.copy(copy, *base);
                self.unit.copy(copy + 3, *base + 3);
                self.call_exit(copy, *is_async);
            }
        }
        Ok(())
    }

    /// `name = None; del name`, at the end of a handler.
    pub(super) fn forget_name(&mut self, name: &'t Name) {
        match self.local_register(name) {
            Some(register) => {
                self.unit.a(Op::Unbind, register);
                self.unit.set_unbound(register);
            }
            None => {
                let value = self.unit.temporary();
                self.unit.load_none(value);
                self.store_name(name, value);
                self.delete_name(name);
                self.unit.release(u32::from(value));
            }
        }
    }

    /// `break` and `continue`.
    pub(super) fn break_or_continue(&mut self, is_break: bool, at: Position) -> Outcome<()> {
        self.at(at);
        let found =
            self.blocks.iter().rposition(|b| matches!(b, Block::Loop { .. } | Block::StarHandler));
        let Some(number) = found else {
            let message =
                if is_break { "'break' outside loop" } else { "'continue' not properly in loop" };
            return Err(Failure::new(message, at));
        };
        let Block::Loop { head, exit } = self.blocks[number] else {
            return Err(Failure::new(
                "'break', 'continue' and 'return' cannot appear in an except* block",
                at,
            ));
        };
        self.check_jump(if is_break { "break" } else { "continue" }, number + 1, at);
        self.unwind(number + 1, |emitter| {
            if is_break {
                emitter.unit.jump(exit);
            } else {
                emitter.unit.loop_back(head);
            }
        })
    }
}

/// Blocks that count towards the limit.
fn counts(block: &Block<'_>) -> bool {
    !matches!(block, Block::Guard { .. })
}
