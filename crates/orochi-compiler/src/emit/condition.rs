//! Conditions: expressions whose truth decides a jump. `not`, `and`, `or` and comparisons become
//! control flow, and comparisons are fused with the jump.

use super::Emitter;
use super::expression::small_integer;
use super::unit::Label;
use crate::ast::*;
use crate::bytecode::Op;
use crate::code::{Constant, Position};
use crate::error::Outcome;

/// The truth of a constant.
pub(super) fn truth(constant: &Constant) -> bool {
    match constant {
        Constant::None => false,
        Constant::Bool(value) => *value,
        Constant::Ellipsis | Constant::BigInt { .. } | Constant::Code(_) => true,
        Constant::Int(value) => *value != 0,
        Constant::Float(value) => *value != 0.0,
        Constant::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
        Constant::Str(bytes) | Constant::Bytes(bytes) => !bytes.is_empty(),
        Constant::Tuple(items) | Constant::FrozenSet(items) => !items.is_empty(),
    }
}

impl<'t> Emitter<'t> {
    /// Jumps to `label` if the truth of `e` is `wanted`.
    pub(super) fn jump_if(&mut self, e: &'t Expr, wanted: bool, label: Label) -> Outcome<()> {
        let mark = self.unit.top;
        self.deeper(|emitter| emitter.jump_if_inner(e, wanted, label))?;
        self.unit.release(mark);
        Ok(())
    }

    fn jump_if_inner(&mut self, e: &'t Expr, wanted: bool, label: Label) -> Outcome<()> {
        match &e.kind {
            ExprKind::Constant(constant) => {
                if truth(constant) == wanted {
                    self.at(e.at);
                    self.unit.jump(label);
                }
                Ok(())
            }
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => {
                self.jump_if(operand, !wanted, label)
            }
            ExprKind::BoolOp { op, values } => {
                // `or` jumps early when true, `and` when false.
                let early = *op == BoolOp::Or;
                let Some((last, first)) = values.split_last() else { return Ok(()) };
                if wanted == early {
                    for value in first {
                        self.jump_if(value, early, label)?;
                    }
                    return self.jump_if(last, wanted, label);
                }
                let skip = self.unit.label();
                for value in first {
                    self.jump_if(value, early, skip)?;
                }
                self.jump_if(last, wanted, label)?;
                self.unit.place(skip);
                Ok(())
            }
            ExprKind::IfExp { test, body, orelse } => {
                let (otherwise, end) = (self.unit.label(), self.unit.label());
                self.jump_if(test, false, otherwise)?;
                self.jump_if(body, wanted, label)?;
                self.unit.jump(end);
                self.unit.place(otherwise);
                self.jump_if(orelse, wanted, label)?;
                self.unit.place(end);
                Ok(())
            }
            ExprKind::Compare { left, ops, comparators } => {
                self.check_compare(left, ops, comparators, e.at);
                self.jump_compare(left, ops, comparators, e.at, wanted, label)
            }
            _ => {
                let value = self.operand(e)?;
                self.at(e.at);
                let op = if wanted { Op::JumpIfTrue } else { Op::JumpIfFalse };
                self.unit.jump_op(op, 0, value, 0, label);
                Ok(())
            }
        }
    }

    fn jump_compare(
        &mut self,
        left: &'t Expr,
        ops: &[CmpOp],
        comparators: &'t [Expr],
        at: Position,
        wanted: bool,
        label: Label,
    ) -> Outcome<()> {
        let later: Vec<&Expr> = comparators.iter().collect();
        // In a chain, all but the last comparison leave it when false.
        let skip = self.unit.label();
        let exit = if wanted { skip } else { label };
        let mut l = self.operand_before(left, &later)?;
        for (i, (&op, right)) in ops.iter().zip(comparators).enumerate() {
            let last = i + 1 == ops.len();
            let (wanted, target) = if last { (wanted, label) } else { (false, exit) };
            if last && self.jump_compare_constant(op, l, right, at, wanted, target) {
                break;
            }
            let r = self.operand_before(right, &later[i + 1..])?;
            self.at(at);
            let (op, negated) = match op {
                CmpOp::Eq => (Op::JumpEq, false),
                CmpOp::NotEq => (Op::JumpNe, false),
                CmpOp::Lt => (Op::JumpLt, false),
                CmpOp::LtE => (Op::JumpLe, false),
                CmpOp::Gt => (Op::JumpGt, false),
                CmpOp::GtE => (Op::JumpGe, false),
                CmpOp::Is => (Op::JumpIs, false),
                CmpOp::IsNot => (Op::JumpIs, true),
                CmpOp::In => (Op::JumpIn, false),
                CmpOp::NotIn => (Op::JumpIn, true),
            };
            self.unit.jump_op(op, u8::from(wanted != negated), l, r, target);
            l = r;
        }
        self.unit.place(skip);
        Ok(())
    }

    /// Comparisons with None and with small integers have forms of their own.
    fn jump_compare_constant(
        &mut self,
        op: CmpOp,
        left: u16,
        right: &'t Expr,
        at: Position,
        wanted: bool,
        label: Label,
    ) -> bool {
        if matches!(right.constant(), Some(Constant::None))
            && matches!(op, CmpOp::Is | CmpOp::IsNot)
        {
            self.at(at);
            let d = wanted == (op == CmpOp::Is);
            self.unit.jump_op(Op::JumpIfNone, u8::from(d), left, 0, label);
            return true;
        }
        let Some(immediate) = small_integer(right) else { return false };
        let op = match op {
            CmpOp::Eq => Op::JumpEqInt,
            CmpOp::NotEq => Op::JumpNeInt,
            CmpOp::Lt => Op::JumpLtInt,
            CmpOp::LtE => Op::JumpLeInt,
            CmpOp::Gt => Op::JumpGtInt,
            CmpOp::GtE => Op::JumpGeInt,
            _ => return false,
        };
        self.at(at);
        self.unit.jump_op(op, u8::from(wanted), left, immediate as u16, label);
        true
    }
}
