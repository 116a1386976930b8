//! Statements.

use super::Emitter;
use super::block::Block;
use super::unit::{Label, Reg};
use crate::ast::*;
use crate::bytecode::{Intrinsic, Op};
use crate::code::{Constant, Position, flags};
use crate::error::{Failure, Outcome};
use crate::scope::ScopeKind;

impl<'t> Emitter<'t> {
    pub(super) fn module_body(&mut self, body: &'t [Stmt]) -> Outcome<()> {
        let guard = self.unit_is_generator().then(|| self.begin_generator());
        self.begin_annotations(body)?;
        let mut rest = body;
        if let Some((docstring, behind)) = self.docstring(body) {
            if let Some(docstring) = docstring {
                self.at(body[0].at);
                let value = self.unit.temporary();
                self.store_constant("__doc__", &docstring, value);
                self.unit.release(u32::from(value));
            }
            rest = behind;
        }
        self.statements(rest)?;
        self.return_none();
        if let Some(guard) = guard {
            self.end_generator(guard);
        }
        Ok(())
    }

    pub(super) fn interactive_body(&mut self, body: &'t [Stmt]) -> Outcome<()> {
        let guard = self.unit_is_generator().then(|| self.begin_generator());
        self.begin_annotations(body)?;
        self.statements(body)?;
        self.return_none();
        if let Some(guard) = guard {
            self.end_generator(guard);
        }
        Ok(())
    }

    pub(super) fn statements(&mut self, body: &'t [Stmt]) -> Outcome<()> {
        for s in body {
            self.deeper(|emitter| emitter.stmt(s))?;
        }
        Ok(())
    }

    fn stmt(&mut self, s: &'t Stmt) -> Outcome<()> {
        self.at(s.at);
        let mark = self.unit.top;
        self.unit.begins = u16::try_from(mark).ok();
        match &s.kind {
            StmtKind::FunctionDef(def) => self.function_def(def, s.at)?,
            StmtKind::ClassDef(def) => self.class_def(def, s.at)?,
            StmtKind::Return(value) => self.return_statement(value.as_deref(), s.at)?,
            StmtKind::Delete(targets) => targets.iter().try_for_each(|e| self.delete(e))?,
            StmtKind::Assign { targets, value } => self.assign(targets, value)?,
            StmtKind::TypeAlias(alias) => self.type_alias(alias, s.at)?,
            StmtKind::AugAssign { target, op, value } => {
                self.aug_assign(target, *op, value, s.at)?
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.ann_assign(target, annotation, value.as_deref(), *simple, s.at)?;
            }
            StmtKind::For(node) if node.is_async => self.async_for(node, s.at)?,
            StmtKind::For(node) => self.for_loop(node, s.at)?,
            StmtKind::While { test, body, orelse } => self.while_loop(test, body, orelse, s.at)?,
            StmtKind::If { test, body, orelse } => self.if_statement(test, body, orelse)?,
            StmtKind::With { is_async, items, body } => {
                if *is_async {
                    self.check_await("'async with'", s.at)?;
                }
                self.with_items(items, body, *is_async)?;
            }
            StmtKind::Match { subject, cases } => self.match_statement(subject, cases)?,
            StmtKind::Raise { exc, cause } => self.raise(exc.as_deref(), cause.as_deref(), s.at)?,
            StmtKind::Try(node) => self.try_statement(node, s.at)?,
            StmtKind::Assert { test, msg } => self.assert(test, msg.as_deref(), s.at)?,
            StmtKind::Import(names) => self.import(names, s.at)?,
            StmtKind::ImportFrom { module, names, level } => {
                self.import_from(module.as_ref(), names, *level, s.at)?;
            }
            StmtKind::Global(_) | StmtKind::Nonlocal(_) => {}
            StmtKind::Pass => self.visible(s.at),
            StmtKind::Expr(e) => self.expression_statement(e)?,
            StmtKind::Break => self.break_or_continue(true, s.at)?,
            StmtKind::Continue => self.break_or_continue(false, s.at)?,
        }
        self.unit.begins = None;
        self.unit.release(mark);
        Ok(())
    }

    fn expression_statement(&mut self, e: &'t Expr) -> Outcome<()> {
        if self.interactive && self.outer.is_empty() {
            let value = self.operand(e)?;
            let result = self.unit.temporary();
            self.at(e.at);
            self.unit.push(Op::Intrinsic, Intrinsic::DisplayHook as u8, result, value, 0);
            return Ok(());
        }
        if e.constant().is_some() || matches!(&e.kind, ExprKind::Name(_)) {
            self.visible(e.at);
        }
        self.effect(e)
    }

    fn return_statement(&mut self, value: Option<&'t Expr>, at: Position) -> Outcome<()> {
        if !self.in_function() {
            return Err(Failure::new("'return' outside function", at));
        }
        if self.blocks.iter().any(|b| matches!(b, Block::StarHandler)) {
            return Err(Failure::new(
                "'break', 'continue' and 'return' cannot appear in an except* block",
                value.map_or(at, |value| value.at),
            ));
        }
        self.check_jump("return", 0, at);
        if value.is_some() && self.unit.flags & flags::ASYNC_GENERATOR != 0 {
            return Err(Failure::new("'return' with value in async generator", at));
        }
        let none = Constant::None;
        let constant = match value {
            None => Some(&none),
            Some(e) => e.constant(),
        };
        let register = match (value, constant) {
            (_, Some(_)) => None,
            (Some(value), None) if self.must_unwind(0) => {
                let register = self.unit.temporary();
                self.expr_to(value, register)?;
                Some(register)
            }
            (Some(value), None) => Some(self.operand(value)?),
            (None, None) => None,
        };
        self.at(at);
        let constant = constant.cloned();
        self.unwind(0, |emitter| {
            let register = register.unwrap_or_else(|| {
                let register = emitter.unit.temporary();
                emitter.unit.load_constant(register, constant.as_ref().unwrap_or(&Constant::None));
                register
            });
            emitter.unit.a(Op::Return, register);
            emitter.unit.end_path();
        })
    }

    fn if_statement(
        &mut self,
        test: &'t Expr,
        body: &'t [Stmt],
        orelse: &'t [Stmt],
    ) -> Outcome<()> {
        let end = self.unit.label();
        let (mut test, mut body, mut orelse) = (test, body, orelse);
        // A chain of `elif` is a loop here, not a recursion.
        loop {
            if test.constant().is_some() {
                self.visible(test.at);
            }
            if let Some(exit) = self.plain_break(body, orelse) {
                self.jump_if(test, true, exit)?;
                break;
            }
            let otherwise = if orelse.is_empty() { end } else { self.unit.label() };
            self.jump_if(test, false, otherwise)?;
            self.statements(body)?;
            if orelse.is_empty() {
                break;
            }
            self.unit.jump(end);
            self.unit.place(otherwise);
            match orelse {
                [Stmt { kind: StmtKind::If { test: t, body: b, orelse: o }, at }] => {
                    self.at(*at);
                    (test, body, orelse) = (t, b, o);
                }
                _ => {
                    self.statements(orelse)?;
                    break;
                }
            }
        }
        self.unit.place(end);
        Ok(())
    }

    /// `if test: break` with nothing to run on the way out is a conditional jump.
    fn plain_break(&self, body: &[Stmt], orelse: &[Stmt]) -> Option<Label> {
        let ([Stmt { kind: StmtKind::Break, .. }], []) = (body, orelse) else { return None };
        match self.blocks.last() {
            Some(Block::Loop { exit, .. }) => Some(*exit),
            _ => None,
        }
    }

    fn while_loop(
        &mut self,
        test: &'t Expr,
        body: &'t [Stmt],
        orelse: &'t [Stmt],
        at: Position,
    ) -> Outcome<()> {
        let (done, exit) = (self.unit.label(), self.unit.label());
        if test.constant().is_some() {
            self.visible(test.at);
        }
        let head = self.unit.place_loop_head();
        self.jump_if(test, false, done)?;
        self.push_block(Block::Loop { head, exit }, at)?;
        self.statements(body)?;
        self.blocks.pop();
        self.at(at);
        self.unit.loop_back(head);
        self.unit.place(done);
        self.statements(orelse)?;
        self.unit.place(exit);
        Ok(())
    }

    fn for_loop(&mut self, node: &'t For, at: Position) -> Outcome<()> {
        let (exhausted, exit) = (self.unit.label(), self.unit.label());
        let iterator = self.unit.temporary();
        let iterable = self.first_operand(&node.iter, &[], iterator)?;
        self.at(node.iter.at);
        self.unit.ab(Op::GetIter, iterator, iterable);
        self.unit.release(u32::from(iterator) + 1);
        let head = self.unit.place_loop_head();
        self.push_block(Block::Loop { head, exit }, at)?;
        self.at(node.iter.at);
        self.next_item(iterator, &node.target, exhausted)?;
        self.statements(&node.body)?;
        self.blocks.pop();
        self.at(at);
        self.unit.loop_back(head);
        self.unit.place(exhausted);
        self.statements(&node.orelse)?;
        self.unit.place(exit);
        Ok(())
    }

    /// The next item of `R[iterator]` into `target`, or a jump to `exhausted`.
    pub(super) fn next_item(
        &mut self,
        iterator: Reg,
        target: &'t Expr,
        exhausted: Label,
    ) -> Outcome<()> {
        let mark = self.unit.top;
        let local = match &target.kind {
            ExprKind::Name(name) => {
                self.check_target(name, false, target.at)?;
                self.local_register(name)
            }
            _ => None,
        };
        match local {
            Some(register) => {
                self.unit.jump_op(Op::ForIter, 0, register, iterator, exhausted);
                self.unit.set_bound(register);
            }
            None => {
                let value = self.unit.temporary();
                self.unit.jump_op(Op::ForIter, 0, value, iterator, exhausted);
                self.store(target, value)?;
            }
        }
        self.unit.release(mark);
        Ok(())
    }

    fn async_for(&mut self, node: &'t For, at: Position) -> Outcome<()> {
        self.check_await("'async for'", at)?;
        let exit = self.unit.label();
        let iterator = self.unit.temporary();
        let iterable = self.first_operand(&node.iter, &[], iterator)?;
        self.at(node.iter.at);
        self.unit.ab(Op::GetAIter, iterator, iterable);
        self.unit.release(u32::from(iterator) + 1);
        let head = self.unit.place_loop_head();
        self.push_block(Block::Loop { head, exit }, at)?;
        self.at(node.iter.at);
        let guard = self.async_next(iterator, &node.target)?;
        self.statements(&node.body)?;
        self.blocks.pop();
        self.at(at);
        self.unit.loop_back(head);
        self.at(node.iter.at);
        self.end_async_next(guard);
        self.statements(&node.orelse)?;
        self.unit.place(exit);
        Ok(())
    }

    /// Awaits the next item of `R[iterator]` and stores it to `target`. The guard goes to
    /// [`Emitter::end_async_next`], which places what comes after the last item.
    pub(super) fn async_next(
        &mut self,
        iterator: Reg,
        target: &'t Expr,
    ) -> Outcome<(Label, Reg, Option<super::unit::Bound>)> {
        let handler = self.unit.label();
        let exception = self.unit.temporary();
        let before = self.unit.bound;
        let mark = self.unit.top;
        let value = self.unit.temporary();
        let awaitable = self.unit.temporary();
        self.unit.open_range(handler, exception);
        self.unit.ab(Op::GetANext, awaitable, iterator);
        self.delegate(awaitable, value);
        self.unit.close_range();
        self.store(target, value)?;
        self.unit.release(mark);
        Ok((handler, exception, before))
    }

    pub(super) fn end_async_next(
        &mut self,
        (handler, exception, before): (Label, Reg, Option<super::unit::Bound>),
    ) {
        self.unit.place_handler(handler, before);
        self.unit.a(Op::EndAsyncFor, exception);
    }

    fn raise(
        &mut self,
        exc: Option<&'t Expr>,
        cause: Option<&'t Expr>,
        at: Position,
    ) -> Outcome<()> {
        let (mut d, mut registers) = (0, [0, 0]);
        if let Some(exc) = exc {
            d = 1;
            registers[0] = match cause {
                Some(cause) => self.operand_before(exc, &[cause])?,
                None => self.operand(exc)?,
            };
        }
        if let Some(cause) = cause {
            d = 2;
            registers[1] = self.operand(cause)?;
        }
        self.at(at);
        self.unit.push(Op::Raise, d, registers[0], registers[1], 0);
        self.unit.end_path();
        Ok(())
    }

    fn assert(&mut self, test: &'t Expr, msg: Option<&'t Expr>, at: Position) -> Outcome<()> {
        if matches!(&test.kind, ExprKind::Tuple(elements) if !elements.is_empty())
            || matches!(test.constant(), Some(Constant::Tuple(items)) if !items.is_empty())
        {
            self.warn("assertion is always true, perhaps remove parentheses?", at);
        }
        if self.optimize > 0 {
            return Ok(());
        }
        let holds = self.unit.label();
        self.jump_if(test, true, holds)?;
        self.at(at);
        let error = self.unit.temporary();
        self.unit.a(Op::LoadCommon, error);
        if let Some(msg) = msg {
            self.unit.temporaries(2);
            let argument = self.unit.temporary();
            self.expr_to(msg, argument)?;
            self.at(at);
            self.unit.push(Op::Call, 0, error, error, 1);
        }
        // The traceback shows what did not hold.
        self.at(test.at);
        self.unit.push(Op::Raise, 1, error, 0, 0);
        self.unit.end_path();
        self.unit.place(holds);
        Ok(())
    }

    /// Whether control is at module level, outside of functions and classes.
    pub(super) fn at_module_level(&self) -> bool {
        self.scope().kind == ScopeKind::Module
    }
}
