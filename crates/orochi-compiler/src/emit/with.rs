//! `with` and `async with`: `__exit__` is looked up before `__enter__` is called, and waits at
//! its call base for the end of the body.

use super::Emitter;
use super::block::Block;
use super::unit::Reg;
use crate::ast::{Stmt, WithItem};
use crate::bytecode::{ENDS_WITH, METHOD_FORM, Op, WHERE_RAISED};
use crate::error::Outcome;

/// `d` of `Op::LoadSpecial`.
const ENTER: u8 = 0;
const EXIT: u8 = 1;
const ASYNC_ENTER: u8 = 2;
const ASYNC_EXIT: u8 = 3;

impl<'t> Emitter<'t> {
    pub(super) fn with_items(
        &mut self,
        items: &'t [WithItem],
        body: &'t [Stmt],
        is_async: bool,
    ) -> Outcome<()> {
        let Some((item, rest)) = items.split_first() else { return self.statements(body) };
        let mark = self.unit.top;
        let at_item = item.context.at;
        let exception = self.unit.temporary();
        let saved = self.unit.temporary();
        let manager = self.operand(&item.context)?;
        let base = self.unit.temporaries(4);
        let value = self.unit.temporaries(4);
        self.at(at_item);
        let (enter, exit) = if is_async { (ASYNC_ENTER, ASYNC_EXIT) } else { (ENTER, EXIT) };
        self.unit.push(Op::LoadSpecial, exit, base, manager, 0);
        self.unit.push(Op::LoadSpecial, enter, value, manager, 0);
        self.unit.push(Op::Call, METHOD_FORM, value, value, 0);
        if is_async {
            self.await_value(value, 1, value);
        }
        let (handler, end) = (self.unit.label(), self.unit.label());
        let before = self.unit.bound;
        let range = self.unit.open_range(handler, exception);
        self.push_block(Block::With { range, base, is_async, at: at_item }, at_item)?;
        if let Some(target) = &item.target {
            self.store(target, value)?;
        }
        self.unit.release(u32::from(value));
        self.deeper(|emitter| emitter.with_items(rest, body, is_async))?;
        self.blocks.pop();
        self.unit.close_range();
        self.at(at_item);
        self.call_exit(base, is_async);
        self.unit.jump(end);
        // The exception path: `__exit__` may swallow it.
        self.unit.place_handler(handler, before);
        let cleanup = self.unit.label();
        let swallow = self.unit.label();
        self.unit.ab(Op::PushHandled, saved, exception);
        let _range = self.unit.open_range(cleanup, exception);
        let arguments = self.unit.temporaries(3);
        self.unit.ab(Op::ExceptionTriple, arguments, exception);
        self.unit.push(Op::Call, METHOD_FORM | ENDS_WITH, base, base, 3);
        if is_async {
            self.await_value(base, 2, base);
        }
        self.unit.jump_op(Op::JumpIfTrue, 0, base, 0, swallow);
        self.unit.close_range();
        self.with_cleanup(cleanup, exception, saved, before);
        self.unit.place(swallow);
        self.unit.a(Op::PopHandled, saved);
        self.unit.place(end);
        self.unit.release(mark);
        Ok(())
    }

    fn with_cleanup(
        &mut self,
        cleanup: super::unit::Label,
        exception: Reg,
        saved: Reg,
        before: Option<u128>,
    ) {
        let falls_through = self.unit.bound;
        self.unit.place_handler(cleanup, before);
        self.unit.bound = self.unit.bound.or(falls_through);
        self.unit.a(Op::PopHandled, saved);
        self.unit.push(Op::Reraise, WHERE_RAISED, exception, 0, 0);
        self.unit.end_path();
    }

    /// Calls the exit method at `base`, the last temporaries, without an exception.
    pub(super) fn call_exit(&mut self, base: Reg, is_async: bool) {
        let mark = self.unit.top;
        self.three_none();
        self.unit.push(Op::Call, METHOD_FORM | ENDS_WITH, base, base, 3);
        if is_async {
            self.await_value(base, 2, base);
        }
        self.unit.release(mark);
    }
}
