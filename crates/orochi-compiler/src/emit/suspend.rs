//! `yield`, `yield from` and `await`: where a frame is suspended.

use super::Emitter;
use super::unit::Reg;
use crate::ast::*;
use crate::bytecode::{Intrinsic, Op};
use crate::code::Position;
use crate::error::{Failure, Outcome};
use crate::scope::ScopeKind;

impl<'t> Emitter<'t> {
    pub(super) fn yield_value(
        &mut self,
        value: Option<&'t Expr>,
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        self.check_yield("yield", at)?;
        let result = match value {
            Some(value) => self.first_operand(value, &[], dest)?,
            None => {
                let result = self.scratch(dest);
                self.unit.load_none(result);
                result
            }
        };
        self.at(at);
        let mut yielded = result;
        if self.unit.flags & crate::code::flags::ASYNC_GENERATOR != 0 {
            yielded = self.unit.temporary();
            self.unit.push(Op::Intrinsic, Intrinsic::AsyncGenWrap as u8, yielded, result, 0);
        }
        self.unit.push(Op::Yield, 0, dest, yielded, 0);
        Ok(())
    }

    pub(super) fn yield_from(&mut self, value: &'t Expr, at: Position, dest: Reg) -> Outcome<()> {
        self.check_yield("yield from", at)?;
        if self.scope().is_coroutine {
            return Err(Failure::new("'yield from' inside async function", at));
        }
        let result = self.scratch(dest);
        let iterator = self.unit.temporary();
        let value = self.operand(value)?;
        self.at(at);
        self.unit.ab(Op::GetYieldFromIter, iterator, value);
        self.delegate(iterator, result);
        self.unit.copy(dest, result);
        Ok(())
    }

    /// `R[dest] = await R[value]`; `d` as in `Op::GetAwaitable`.
    pub(super) fn await_value(&mut self, value: Reg, d: u8, dest: Reg) {
        let mark = self.unit.top;
        let result = self.scratch(dest);
        let iterator = self.unit.temporary();
        self.unit.push(Op::GetAwaitable, d, iterator, value, 0);
        self.delegate(iterator, result);
        self.unit.copy(dest, result);
        self.unit.release(mark);
    }

    /// Sends to `iterator` until it is exhausted; its result goes to the temporary `result`. The
    /// three instructions of the loop always follow each other: throwing into the suspended
    /// frame finds the end of the delegation through the `Send` before the `Yield`.
    pub(super) fn delegate(&mut self, iterator: Reg, result: Reg) {
        self.unit.load_none(result);
        let done = self.unit.label();
        let head = self.unit.place_loop_head();
        self.unit.jump_op(Op::Send, 0, result, iterator, done);
        self.unit.push(Op::Yield, 1, result, result, iterator);
        self.unit.loop_back(head);
        self.unit.place(done);
    }

    pub(super) fn check_yield(&self, what: &str, at: Position) -> Outcome<()> {
        match self.scope().kind {
            ScopeKind::Function | ScopeKind::Lambda | ScopeKind::Comprehension(_) => Ok(()),
            _ => Err(Failure::new(format!("'{what}' outside function"), at)),
        }
    }

    pub(super) fn check_await(&self, what: &str, at: Position) -> Outcome<()> {
        if self.is_async_scope() {
            return Ok(());
        }
        let inside = what != "'await'" || self.scope().kind.is_function_like();
        let place = if inside { "async function" } else { "function" };
        Err(Failure::new(format!("{what} outside {place}"), at))
    }
}
