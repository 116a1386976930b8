//! `try` statements.
//!
//! A handler has two registers: the exception, which the table of ranges names, and the exception
//! handled before. Whatever leaves a handler restores the latter; if it is another exception that
//! leaves, the code behind the handler does it:
//!
//! ```text
//! handler:   PushHandled saved, exception
//!            …                               | guarded by cleanup, same register
//! cleanup:   PopHandled saved
//!            Reraise exception
//! ```

use super::Emitter;
use super::block::Block;
use super::unit::{Label, Reg};
use crate::ast::*;
use crate::bytecode::{Op, WHERE_RAISED};
use crate::code::{Constant, Position};
use crate::error::{Failure, Outcome};

impl<'t> Emitter<'t> {
    pub(super) fn try_statement(&mut self, node: &'t Try, at: Position) -> Outcome<()> {
        self.visible(Position { end_line: at.line, end_column: at.column + 3, ..at });
        if node.finalbody.is_empty() {
            return self.try_except(node, at);
        }
        let handler = self.unit.label();
        let end = self.unit.label();
        let exception = self.unit.temporary();
        let saved = self.unit.temporary();
        let before = self.unit.bound;
        let range = self.unit.open_range(handler, exception);
        self.push_block(Block::Finally { range, body: &node.finalbody }, at)?;
        if node.handlers.is_empty() {
            self.statements(&node.body)?;
        } else {
            self.try_except(node, at)?;
        }
        self.blocks.pop();
        self.unit.close_range();
        self.finally_body(&node.finalbody, true)?;
        self.unit.jump(end);
        self.unit.place_handler(handler, before);
        let cleanup = self.unit.label();
        self.unit.ab(Op::PushHandled, saved, exception);
        let range = self.unit.open_range(cleanup, exception);
        self.push_block(Block::Handler { range, saved }, at)?;
        self.finally_body(&node.finalbody, false)?;
        self.blocks.pop();
        self.unit.close_range();
        self.cleanup(cleanup, exception, saved, before);
        self.unit.place(end);
        Ok(())
    }

    /// A copy of a `finally` body. Only the first has anything to warn of.
    pub(super) fn finally_body(&mut self, body: &'t [Stmt], first: bool) -> Outcome<()> {
        let warnings = self.warnings.len();
        self.finally.push(self.blocks.len());
        let result = self.statements(body);
        self.finally.pop();
        if !first {
            self.warnings.truncate(warnings);
        }
        result
    }

    /// Warns of a jump that leaves a `finally` body, and swallows an exception on the way
    /// (PEP 765): one to a block outside of number `target`.
    pub(super) fn check_jump(&mut self, what: &str, target: usize, at: Position) {
        if self.finally.last().is_some_and(|&blocks| target <= blocks) {
            self.warn(format!("'{what}' in a 'finally' block"), at);
        }
    }

    /// Restores the handled exception and raises again, for control that comes from the handler's
    /// end (nothing matched, or a `finally` body is done) and from the table of ranges. The latter
    /// leaves the frame where the exception was raised.
    fn cleanup(&mut self, cleanup: Label, exception: Reg, saved: Reg, before: Option<u128>) {
        let at = self.unit.at;
        if self.unit.bound.is_some() {
            self.unit.a(Op::PopHandled, saved);
            self.unit.a(Op::Reraise, exception);
            self.unit.end_path();
        }
        self.unit.place_handler(cleanup, before);
        self.unit.a(Op::PopHandled, saved);
        self.unit.push(Op::Reraise, WHERE_RAISED, exception, 0, 0);
        self.unit.end_path();
        self.at(at);
    }

    fn try_except(&mut self, node: &'t Try, at: Position) -> Outcome<()> {
        let mark = self.unit.top;
        let (handler, end) = (self.unit.label(), self.unit.label());
        let exception = self.unit.temporary();
        let saved = self.unit.temporary();
        let before = self.unit.bound;
        let range = self.unit.open_range(handler, exception);
        self.push_block(Block::Try { range }, at)?;
        self.statements(&node.body)?;
        self.blocks.pop();
        self.unit.close_range();
        self.statements(&node.orelse)?;
        self.unit.jump(end);
        self.unit.place_handler(handler, before);
        let cleanup = self.unit.label();
        if let Some(first) = node.handlers.first() {
            self.at(first.at);
        }
        self.unit.ab(Op::PushHandled, saved, exception);
        let range = self.unit.open_range(cleanup, exception);
        self.push_block(Block::Handler { range, saved }, at)?;
        if node.is_star {
            self.star_handlers(&node.handlers, exception, saved, end)?;
        } else {
            self.handlers(&node.handlers, exception, saved, end)?;
        }
        self.blocks.pop();
        self.unit.close_range();
        self.cleanup(cleanup, exception, saved, before);
        self.unit.place(end);
        self.unit.release(mark);
        Ok(())
    }

    fn handlers(
        &mut self,
        handlers: &'t [ExceptHandler],
        exception: Reg,
        saved: Reg,
        end: Label,
    ) -> Outcome<()> {
        for (i, handler) in handlers.iter().enumerate() {
            self.at(handler.at);
            let next = self.unit.label();
            match &handler.class {
                None if i + 1 < handlers.len() => {
                    return Err(Failure::new("default 'except:' must be last", handler.at));
                }
                None => {}
                Some(class) => {
                    let mark = self.unit.top;
                    let class_register = self.operand(class)?;
                    self.at(class.at);
                    self.unit.jump_op(Op::JumpIfNotMatch, 0, exception, class_register, next);
                    self.unit.release(mark);
                }
            }
            self.at(handler.at);
            self.handler_body(handler, exception)?;
            self.unit.a(Op::PopHandled, saved);
            self.unit.jump(end);
            self.unit.place(next);
            self.at(handler.at);
        }
        Ok(())
    }

    /// Binds the name, runs the body, and forgets the name.
    fn handler_body(&mut self, handler: &'t ExceptHandler, exception: Reg) -> Outcome<()> {
        let Some(name) = &handler.name else { return self.statements(&handler.body) };
        self.check_target(name, false, handler.at)?;
        self.store_name(name, exception);
        let before = self.unit.bound;
        let cleanup = self.unit.label();
        let mark = self.unit.top;
        let raised = self.unit.temporary();
        let range = self.unit.open_range(cleanup, raised);
        self.push_block(Block::HandlerName { range, name }, handler.at)?;
        self.statements(&handler.body)?;
        self.blocks.pop();
        self.unit.close_range();
        self.forget_name(name);
        let done = self.unit.label();
        self.unit.jump(done);
        self.unit.place_handler(cleanup, before);
        self.forget_name(name);
        self.unit.push(Op::Reraise, WHERE_RAISED, raised, 0, 0);
        self.unit.end_path();
        self.unit.place(done);
        self.unit.release(mark);
        Ok(())
    }

    /// `except*` clauses: each takes its part of the group; what they raise and what is left is
    /// put together at the end.
    fn star_handlers(
        &mut self,
        handlers: &'t [ExceptHandler],
        exception: Reg,
        saved: Reg,
        end: Label,
    ) -> Outcome<()> {
        let raised = self.unit.temporary();
        // The rest of the exception, then the part that matches and the new rest.
        let rest = self.unit.temporary();
        let split = self.unit.temporaries(2);
        self.unit.push(Op::BuildList, 0, raised, raised, 0);
        self.unit.ab(Op::Move, rest, exception);
        for handler in handlers {
            let Some(class) = &handler.class else {
                return Err(Failure::new("expected one or more exception types", handler.at));
            };
            self.at(handler.at);
            let next = self.unit.label();
            let mark = self.unit.top;
            let class_register = self.operand(class)?;
            self.at(class.at);
            self.unit.push(Op::MatchGroup, 0, split, rest, class_register);
            self.unit.release(mark);
            self.unit.ab(Op::Move, rest, split + 1);
            self.unit.jump_op(Op::JumpIfNone, 1, split, 0, next);
            self.star_handler(handler, split, raised)?;
            self.unit.place(next);
        }
        let none_left = self.unit.label();
        self.unit.jump_op(Op::JumpIfNone, 1, rest, 0, none_left);
        self.unit.ab(Op::ListAppend, raised, rest);
        self.unit.place(none_left);
        self.unit.push(Op::PrepareReraiseStar, 0, split, exception, raised);
        let nothing = self.unit.label();
        self.unit.jump_op(Op::JumpIfNone, 1, split, 0, nothing);
        self.unit.a(Op::Reraise, split);
        self.unit.end_path();
        self.unit.place(nothing);
        self.unit.a(Op::PopHandled, saved);
        self.unit.jump(end);
        Ok(())
    }

    /// One clause: while it runs, its part of the group is the handled exception.
    fn star_handler(
        &mut self,
        handler: &'t ExceptHandler,
        matched: Reg,
        raised: Reg,
    ) -> Outcome<()> {
        let mark = self.unit.top;
        let outer = self.unit.temporary();
        let own = self.unit.temporary();
        self.unit.ab(Op::Move, own, matched);
        self.unit.ab(Op::PushHandled, outer, own);
        let before = self.unit.bound;
        let (cleanup, done) = (self.unit.label(), self.unit.label());
        let range = self.unit.open_range(cleanup, own);
        self.push_block(Block::Guard { range }, handler.at)?;
        self.push_block(Block::StarHandler, handler.at)?;
        self.handler_body(handler, own)?;
        self.blocks.pop();
        self.blocks.pop();
        self.unit.close_range();
        self.unit.a(Op::PopHandled, outer);
        self.unit.jump(done);
        self.unit.place_handler(cleanup, before);
        self.unit.a(Op::PopHandled, outer);
        self.unit.ab(Op::ListAppend, raised, own);
        self.unit.place(done);
        self.unit.release(mark);
        Ok(())
    }

    /// Three `None`s, as for `__exit__` without an exception.
    pub(super) fn three_none(&mut self) {
        let first = self.unit.temporaries(3);
        for i in 0..3 {
            self.unit.load_constant(first + i, &Constant::None);
        }
    }
}
