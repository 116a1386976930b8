//! Expressions: emitted into a destination, or as an operand in whatever register they are.

use super::Emitter;
use super::name::Place;
use super::unit::Reg;
use crate::ast::*;
use crate::bytecode::{FOR_UPDATE, INPLACE, Op};
use crate::code::{Constant, Position};
use crate::error::{Failure, Outcome};

impl<'t> Emitter<'t> {
    /// `R[dest] = e`. If `dest` is a temporary it may be written before the end; if it is a local,
    /// only by the last instruction.
    pub(super) fn expr_to(&mut self, e: &'t Expr, dest: Reg) -> Outcome<()> {
        match &e.kind {
            ExprKind::Name(name) => {
                self.at(e.at);
                self.load_name(name, dest);
                Ok(())
            }
            ExprKind::Constant(constant) => {
                self.at(e.at);
                self.unit.load_constant(dest, constant);
                Ok(())
            }
            _ => {
                let mark = self.unit.top;
                self.deeper(|emitter| emitter.inner(e, dest))?;
                self.unit.release(mark);
                Ok(())
            }
        }
    }

    /// The register that holds `e`: a local's own, or a new temporary.
    pub(super) fn operand(&mut self, e: &'t Expr) -> Outcome<Reg> {
        if let ExprKind::Name(name) = &e.kind {
            let name = self.mangled(name);
            if let Place::Local(register) = self.place_of(&name) {
                self.at(e.at);
                self.check_bound(register, &name);
                return Ok(register);
            }
        }
        let temporary = self.unit.temporary();
        self.expr_to(e, temporary)?;
        Ok(temporary)
    }

    /// As [`Emitter::operand`] where `later` is evaluated before the operand is used: a local that
    /// `later` may assign is copied.
    pub(super) fn operand_before(&mut self, e: &'t Expr, later: &[&'t Expr]) -> Outcome<Reg> {
        if let ExprKind::Name(name) = &e.kind
            && self.may_be_assigned(name, later)
        {
            let temporary = self.unit.temporary();
            self.expr_to(e, temporary)?;
            return Ok(temporary);
        }
        self.operand(e)
    }

    /// As [`Emitter::operand_before`], with `dest` for scratch if it is a temporary.
    pub(super) fn first_operand(
        &mut self,
        e: &'t Expr,
        later: &[&'t Expr],
        dest: Reg,
    ) -> Outcome<Reg> {
        let is_local = match &e.kind {
            ExprKind::Name(name) => {
                self.local_register(name).is_some() && !self.may_be_assigned(name, later)
            }
            _ => false,
        };
        if !is_local && self.unit.is_temporary(dest) {
            self.expr_to(e, dest)?;
            return Ok(dest);
        }
        self.operand_before(e, later)
    }

    fn may_be_assigned(&self, name: &Name, later: &[&'t Expr]) -> bool {
        self.scope().has_walrus && later.iter().any(|e| assigns(e, name))
    }

    /// A temporary: `dest` itself if it is one.
    pub(super) fn scratch(&mut self, dest: Reg) -> Reg {
        if self.unit.is_temporary(dest) { dest } else { self.unit.temporary() }
    }

    /// Evaluates `e` for its effect.
    pub(super) fn effect(&mut self, e: &'t Expr) -> Outcome<()> {
        let mark = self.unit.top;
        if !matches!(e.kind, ExprKind::Constant(_)) {
            self.operand(e)?;
        }
        self.unit.release(mark);
        Ok(())
    }

    fn inner(&mut self, e: &'t Expr, dest: Reg) -> Outcome<()> {
        match &e.kind {
            ExprKind::Name(_) | ExprKind::Constant(_) => self.expr_to(e, dest),
            ExprKind::BoolOp { op, values } => self.bool_op(*op, values, dest),
            ExprKind::NamedExpr { target, value } => self.named_expression(target, value, dest),
            ExprKind::BinOp { left, op, right } => {
                let l = self.first_operand(left, &[right], dest)?;
                self.binary(l, *op, right, 0, dest, e.at)
            }
            ExprKind::UnaryOp { op, operand } => {
                let value = self.first_operand(operand, &[], dest)?;
                self.at(e.at);
                let op = match op {
                    UnaryOp::Invert => Op::Invert,
                    UnaryOp::Not => Op::Not,
                    UnaryOp::UAdd => Op::Pos,
                    UnaryOp::USub => Op::Neg,
                };
                self.unit.ab(op, dest, value);
                Ok(())
            }
            ExprKind::Lambda(lambda) => self.lambda(lambda, e.at, dest),
            ExprKind::IfExp { test, body, orelse } => {
                let (otherwise, end) = (self.unit.label(), self.unit.label());
                self.jump_if(test, false, otherwise)?;
                self.expr_to(body, dest)?;
                self.unit.jump(end);
                self.unit.place(otherwise);
                self.expr_to(orelse, dest)?;
                self.unit.place(end);
                Ok(())
            }
            ExprKind::Dict { keys, values } => self.dict(keys, values, e.at, dest),
            ExprKind::Set(elements) => self.collection(Op::BuildSet, elements, e.at, dest),
            ExprKind::List(elements) => self.collection(Op::BuildList, elements, e.at, dest),
            ExprKind::Tuple(elements) => self.collection(Op::BuildTuple, elements, e.at, dest),
            ExprKind::Comprehension(node) => self.comprehension(node, e.at, dest),
            ExprKind::Await(value) => {
                self.check_await("'await'", e.at)?;
                let value = self.operand(value)?;
                self.at(e.at);
                self.await_value(value, 0, dest);
                Ok(())
            }
            ExprKind::Yield(value) => self.yield_value(value.as_deref(), e.at, dest),
            ExprKind::YieldFrom(value) => self.yield_from(value, e.at, dest),
            ExprKind::Compare { left, ops, comparators } => {
                self.compare(left, ops, comparators, e.at, dest)
            }
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords, e.at, dest),
            ExprKind::FormattedValue { .. } => {
                self.joined_string(std::slice::from_ref(e), e.at, dest)
            }
            ExprKind::JoinedStr(parts) => self.joined_string(parts, e.at, dest),
            ExprKind::TemplateStr(parts) => self.template_string(parts, e.at, dest),
            ExprKind::Interpolation(_) => self.template_string(std::slice::from_ref(e), e.at, dest),
            ExprKind::Attribute { value, attr } => {
                if self.super_attribute(value, attr, e.at, dest, false)? {
                    return Ok(());
                }
                let object = self.first_operand(value, &[], dest)?;
                self.at(e.at);
                let attr = self.mangled(attr);
                self.unit.named(Op::GetAttr, 0, dest, object, &attr);
                Ok(())
            }
            ExprKind::Subscript { value, slice } => self.subscript(value, slice, e.at, dest),
            ExprKind::Starred(_) => Err(Failure::new("can't use starred expression here", e.at)),
            ExprKind::Slice { lower, upper, step } => {
                let bounds =
                    self.slice_bounds([lower.as_deref(), upper.as_deref(), step.as_deref()])?;
                self.at(e.at);
                let d = if step.is_some() { 3 } else { 2 };
                self.unit.push(Op::BuildSlice, d, dest, bounds, 0);
                Ok(())
            }
        }
    }

    fn bool_op(&mut self, op: BoolOp, values: &'t [Expr], dest: Reg) -> Outcome<()> {
        let jump = if op == BoolOp::Or { Op::JumpIfTrue } else { Op::JumpIfFalse };
        let result = self.scratch(dest);
        let end = self.unit.label();
        for (i, value) in values.iter().enumerate() {
            self.expr_to(value, result)?;
            if i + 1 < values.len() {
                self.at(value.at);
                self.unit.jump_op(jump, 0, result, 0, end);
            }
        }
        self.unit.place(end);
        self.unit.copy(dest, result);
        Ok(())
    }

    fn named_expression(&mut self, target: &'t Expr, value: &'t Expr, dest: Reg) -> Outcome<()> {
        let ExprKind::Name(name) = &target.kind else {
            return Err(Failure::new("cannot use assignment expressions here", target.at));
        };
        self.check_target(name, false, target.at)?;
        match self.local_register(name) {
            Some(register) => {
                self.expr_to(value, register)?;
                self.unit.set_bound(register);
                self.at(target.at);
                self.unit.copy(dest, register);
            }
            None => {
                let result = self.scratch(dest);
                self.expr_to(value, result)?;
                self.at(target.at);
                self.store_name(name, result);
                self.unit.copy(dest, result);
            }
        }
        Ok(())
    }

    /// `R[dest] = R[left] op right`
    pub(super) fn binary(
        &mut self,
        left: Reg,
        op: Operator,
        right: &'t Expr,
        d: u8,
        dest: Reg,
        at: Position,
    ) -> Outcome<()> {
        if let Some(immediate) = small_integer(right)
            && let Some(op) = immediate_form(op)
        {
            self.at(at);
            self.unit.push(op, d, dest, left, immediate as u16);
            return Ok(());
        }
        let right = self.operand(right)?;
        self.at(at);
        self.unit.push(register_form(op), d, dest, left, right);
        Ok(())
    }

    /// In-place operators share the code of the others.
    pub(super) fn in_place(
        &mut self,
        left: Reg,
        op: Operator,
        right: &'t Expr,
        dest: Reg,
        at: Position,
    ) -> Outcome<()> {
        self.binary(left, op, right, INPLACE, dest, at)
    }

    fn compare(
        &mut self,
        left: &'t Expr,
        ops: &[CmpOp],
        comparators: &'t [Expr],
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        self.check_compare(left, ops, comparators, at);
        if let ([op], [right]) = (ops, comparators) {
            let l = self.first_operand(left, &[right], dest)?;
            let r = self.operand(right)?;
            self.at(at);
            self.comparison(*op, dest, l, r);
            return Ok(());
        }
        let result = self.scratch(dest);
        let end = self.unit.label();
        let later: Vec<&Expr> = comparators.iter().collect();
        let mut l = self.operand_before(left, &later)?;
        for (i, (op, right)) in ops.iter().zip(comparators).enumerate() {
            let r = self.operand_before(right, &later[i + 1..])?;
            self.at(at);
            self.comparison(*op, result, l, r);
            if i + 1 < ops.len() {
                self.unit.jump_op(Op::JumpIfFalse, 0, result, 0, end);
            }
            l = r;
        }
        self.unit.place(end);
        self.unit.copy(dest, result);
        Ok(())
    }

    fn comparison(&mut self, op: CmpOp, dest: Reg, left: Reg, right: Reg) {
        let (op, d) = match op {
            CmpOp::Eq => (Op::Eq, 0),
            CmpOp::NotEq => (Op::Ne, 0),
            CmpOp::Lt => (Op::Lt, 0),
            CmpOp::LtE => (Op::Le, 0),
            CmpOp::Gt => (Op::Gt, 0),
            CmpOp::GtE => (Op::Ge, 0),
            CmpOp::Is => (Op::Is, 0),
            CmpOp::IsNot => (Op::Is, 1),
            CmpOp::In => (Op::In, 0),
            CmpOp::NotIn => (Op::In, 1),
        };
        self.unit.push(op, d, dest, left, right);
    }

    fn subscript(
        &mut self,
        value: &'t Expr,
        slice: &'t Expr,
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        self.check_subscript(value, slice);
        let object = self.first_operand(value, &[slice], dest)?;
        self.get_item(object, slice, 0, at, dest)
    }

    /// `R[dest] = R[object][slice]`
    fn get_item(
        &mut self,
        object: Reg,
        slice: &'t Expr,
        d: u8,
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        if let Some(index) = small_integer(slice) {
            self.at(at);
            self.unit.push(Op::GetItemInt, d, dest, object, index as u16);
            return Ok(());
        }
        if let ExprKind::Slice { lower, upper, step: None } = &slice.kind
            && d == 0
        {
            let bounds = self.slice_bounds([lower.as_deref(), upper.as_deref(), None])?;
            self.at(at);
            self.unit.push(Op::GetSlice, 0, dest, object, bounds);
            return Ok(());
        }
        let index = self.operand(slice)?;
        self.at(at);
        self.unit.push(Op::GetItem, d, dest, object, index);
        Ok(())
    }

    /// `R[dest] = R[object][R[index]]`, to be stored to next.
    pub(super) fn get_item_for_update(&mut self, object: Reg, index: Reg, dest: Reg) {
        self.unit.push(Op::GetItem, FOR_UPDATE, dest, object, index);
    }

    /// Lower and upper bound, and step if there is one, in consecutive registers.
    fn slice_bounds(&mut self, bounds: [Option<&'t Expr>; 3]) -> Outcome<Reg> {
        let count = if bounds[2].is_some() { 3 } else { 2 };
        let first = self.unit.temporaries(count);
        for (i, bound) in bounds.into_iter().take(count).enumerate() {
            let register = first + i as Reg;
            match bound {
                Some(e) => self.expr_to(e, register)?,
                None => self.unit.load_none(register),
            }
        }
        Ok(first)
    }
}

/// A constant that fits a signed 16-bit immediate.
pub(super) fn small_integer(e: &Expr) -> Option<i16> {
    match e.constant() {
        Some(Constant::Int(value)) => i16::try_from(*value).ok(),
        _ => None,
    }
}

fn immediate_form(op: Operator) -> Option<Op> {
    Some(match op {
        Operator::Add => Op::AddInt,
        Operator::Sub => Op::SubInt,
        Operator::Mult => Op::MulInt,
        Operator::FloorDiv => Op::FloorDivInt,
        Operator::Mod => Op::ModInt,
        Operator::BitAnd => Op::AndInt,
        Operator::LShift => Op::LShiftInt,
        Operator::RShift => Op::RShiftInt,
        _ => return None,
    })
}

fn register_form(op: Operator) -> Op {
    match op {
        Operator::Add => Op::Add,
        Operator::Sub => Op::Sub,
        Operator::Mult => Op::Mul,
        Operator::MatMult => Op::MatMul,
        Operator::Div => Op::TrueDiv,
        Operator::Mod => Op::Mod,
        Operator::Pow => Op::Pow,
        Operator::LShift => Op::LShift,
        Operator::RShift => Op::RShift,
        Operator::BitOr => Op::Or,
        Operator::BitXor => Op::Xor,
        Operator::BitAnd => Op::And,
        Operator::FloorDiv => Op::FloorDiv,
    }
}

/// Whether evaluating `e` may assign the local `name` with `:=`.
fn assigns(e: &Expr, name: &Name) -> bool {
    let any = |list: &[Expr]| list.iter().any(|e| assigns(e, name));
    let opt = |e: &Option<Box<Expr>>| e.as_ref().is_some_and(|e| assigns(e, name));
    match &e.kind {
        ExprKind::Name(_) | ExprKind::Constant(_) | ExprKind::Lambda(_) => false,
        ExprKind::NamedExpr { target, value } => {
            matches!(&target.kind, ExprKind::Name(n) if n == name) || assigns(value, name)
        }
        ExprKind::BoolOp { values, .. } => any(values),
        ExprKind::BinOp { left, right, .. } => assigns(left, name) || assigns(right, name),
        ExprKind::UnaryOp { operand, .. } => assigns(operand, name),
        ExprKind::IfExp { test, body, orelse } => {
            assigns(test, name) || assigns(body, name) || assigns(orelse, name)
        }
        ExprKind::Dict { keys, values } => {
            keys.iter().flatten().any(|e| assigns(e, name)) || any(values)
        }
        ExprKind::Set(list) | ExprKind::List(list) | ExprKind::Tuple(list) => any(list),
        // An inlined comprehension may assign a variable of the function around it.
        ExprKind::Comprehension(node) => {
            assigns(&node.element, name)
                || node.value.as_ref().is_some_and(|e| assigns(e, name))
                || node.generators.iter().any(|g| assigns(&g.iter, name) || any(&g.ifs))
        }
        ExprKind::Await(e) | ExprKind::YieldFrom(e) | ExprKind::Starred(e) => assigns(e, name),
        ExprKind::Yield(e) => opt(e),
        ExprKind::Compare { left, comparators, .. } => assigns(left, name) || any(comparators),
        ExprKind::Call { func, args, keywords } => {
            assigns(func, name) || any(args) || keywords.iter().any(|k| assigns(&k.value, name))
        }
        ExprKind::FormattedValue { value, format_spec, .. } => {
            assigns(value, name) || opt(format_spec)
        }
        ExprKind::Interpolation(node) => {
            assigns(&node.value, name)
                || node.format_spec.as_ref().is_some_and(|e| assigns(e, name))
        }
        ExprKind::JoinedStr(list) | ExprKind::TemplateStr(list) => any(list),
        ExprKind::Attribute { value, .. } => assigns(value, name),
        ExprKind::Subscript { value, slice } => assigns(value, name) || assigns(slice, name),
        ExprKind::Slice { lower, upper, step } => opt(lower) || opt(upper) || opt(step),
    }
}
