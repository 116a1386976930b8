//! Assignment and deletion.

use super::Emitter;
use super::expression::small_integer;
use super::unit::Reg;
use crate::ast::*;
use crate::bytecode::{FOR_UPDATE, Op};
use crate::code::{Constant, Position};
use crate::error::{Failure, Outcome};

impl<'t> Emitter<'t> {
    /// `target = value`
    pub(super) fn assign_expr(&mut self, target: &'t Expr, value: &'t Expr) -> Outcome<()> {
        let mark = self.unit.top;
        if let ExprKind::Name(name) = &target.kind
            && let Some(register) = self.local_register(name)
        {
            self.check_target(name, false, target.at)?;
            self.expr_to(value, register)?;
            self.unit.set_bound(register);
        } else if !self.assign_row(target, value)? {
            let value = self.operand(value)?;
            self.store(target, value)?;
        }
        self.unit.release(mark);
        Ok(())
    }

    pub(super) fn assign(&mut self, targets: &'t [Expr], value: &'t Expr) -> Outcome<()> {
        if let [target] = targets {
            return self.assign_expr(target, value);
        }
        let mark = self.unit.top;
        let register = self.unit.temporary();
        self.expr_to(value, register)?;
        for target in targets {
            self.store(target, register)?;
        }
        self.unit.release(mark);
        Ok(())
    }

    /// `a, b = c, d` without a tuple: the values in registers, then stored from left to right.
    /// Returns whether that is what the statement is.
    fn assign_row(&mut self, target: &'t Expr, value: &'t Expr) -> Outcome<bool> {
        let (ExprKind::Tuple(targets) | ExprKind::List(targets), ExprKind::Tuple(values)) =
            (&target.kind, &value.kind)
        else {
            return Ok(false);
        };
        let plain = |list: &[Expr]| !list.iter().any(|e| matches!(e.kind, ExprKind::Starred(_)));
        if targets.len() != values.len() || targets.len() > 16 || !plain(targets) || !plain(values)
        {
            return Ok(false);
        }
        // The last value goes straight into its local if all targets are locals: nothing can fail
        // or look in between.
        let locals: Option<Vec<Reg>> = targets
            .iter()
            .map(|e| match &e.kind {
                ExprKind::Name(name) => self.local_register(name),
                _ => None,
            })
            .collect();
        let distinct =
            locals.filter(|l| l.iter().enumerate().all(|(i, r)| !l[i + 1..].contains(r)));
        let later: Vec<&Expr> = values.iter().collect();
        let mut registers = Vec::with_capacity(values.len());
        for (i, value) in values.iter().enumerate() {
            if let (Some(locals), true) = (&distinct, i + 1 == values.len()) {
                self.expr_to(value, locals[i])?;
                self.unit.set_bound(locals[i]);
                registers.push(locals[i]);
                continue;
            }
            let reassigned = matches!(&value.kind, ExprKind::Name(name) if binds(target, name));
            let register = if reassigned {
                let temporary = self.unit.temporary();
                self.expr_to(value, temporary)?;
                temporary
            } else {
                self.operand_before(value, &later[i + 1..])?
            };
            registers.push(register);
        }
        for (target, register) in targets.iter().zip(registers) {
            self.store(target, register)?;
        }
        Ok(true)
    }

    /// `target = R[value]`
    pub(super) fn store(&mut self, target: &'t Expr, value: Reg) -> Outcome<()> {
        let mark = self.unit.top;
        match &target.kind {
            ExprKind::Name(name) => {
                self.check_target(name, false, target.at)?;
                self.at(target.at);
                self.store_name(name, value);
            }
            ExprKind::Attribute { value: object, attr } => {
                self.check_target(attr, false, target.at)?;
                let object = self.operand(object)?;
                self.at(target.at);
                let attr = self.mangled(attr);
                self.unit.named(Op::SetAttr, 0, object, value, &attr);
            }
            ExprKind::Subscript { value: object, slice } => {
                let object = self.operand_before(object, &[slice])?;
                let index = self.operand(slice)?;
                self.at(target.at);
                self.unit.push(Op::SetItem, 0, object, index, value);
            }
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                self.deeper(|emitter| emitter.unpack(targets, value, target.at))?;
            }
            ExprKind::Starred(_) => {
                return Err(Failure::new(
                    "starred assignment target must be in a list or tuple",
                    target.at,
                ));
            }
            _ => return Err(Failure::new("cannot assign to expression here", target.at)),
        }
        self.unit.release(mark);
        Ok(())
    }

    fn unpack(&mut self, targets: &'t [Expr], value: Reg, at: Position) -> Outcome<()> {
        let starred = targets.iter().position(|e| matches!(e.kind, ExprKind::Starred(_)));
        self.at(at);
        let first = self.unpack_into(targets, starred);
        match starred {
            None => self.unit.push(Op::Unpack, 0, first, value, targets.len() as u16),
            Some(before) => {
                let after = targets.len() - before - 1;
                if targets[before + 1..].iter().any(|e| matches!(e.kind, ExprKind::Starred(_))) {
                    return Err(Failure::new("multiple starred expressions in assignment", at));
                }
                if before >= 256 || after >= 256 {
                    return Err(Failure::new(
                        "too many expressions in star-unpacking assignment",
                        at,
                    ));
                }
                self.unit.push(Op::UnpackEx, after as u8, first, value, before as u16);
            }
        }
        for (i, target) in targets.iter().enumerate() {
            let register = first + i as Reg;
            match &target.kind {
                ExprKind::Name(name) if self.local_register(name) == Some(register) => {
                    self.check_target(name, false, target.at)?;
                    self.unit.set_bound(register);
                }
                ExprKind::Starred(inner) => self.store(inner, register)?,
                _ => self.store(target, register)?,
            }
        }
        Ok(())
    }

    /// Where to unpack: straight into the locals if they lie one behind the other.
    fn unpack_into(&mut self, targets: &'t [Expr], starred: Option<usize>) -> Reg {
        if starred.is_none() {
            let register = |e: &Expr| match &e.kind {
                ExprKind::Name(name) => self.local_register(name),
                _ => None,
            };
            if let Some(first) = targets.first().and_then(register)
                && targets
                    .iter()
                    .enumerate()
                    .all(|(i, e)| register(e) == first.checked_add(i as Reg))
            {
                return first;
            }
        }
        self.unit.temporaries(targets.len())
    }

    pub(super) fn delete(&mut self, target: &'t Expr) -> Outcome<()> {
        let mark = self.unit.top;
        match &target.kind {
            ExprKind::Name(name) => {
                self.check_target(name, true, target.at)?;
                self.at(target.at);
                self.delete_name(name);
            }
            ExprKind::Attribute { value, attr } => {
                self.check_target(attr, true, target.at)?;
                let object = self.operand(value)?;
                self.at(target.at);
                let attr = self.mangled(attr);
                self.unit.named(Op::DelAttr, 0, object, 0, &attr);
            }
            ExprKind::Subscript { value, slice } => {
                let object = self.operand_before(value, &[slice])?;
                let index = self.operand(slice)?;
                self.at(target.at);
                self.unit.ab(Op::DelItem, object, index);
            }
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                for target in targets {
                    self.delete(target)?;
                }
            }
            _ => return Err(Failure::new("cannot delete expression", target.at)),
        }
        self.unit.release(mark);
        Ok(())
    }

    /// `target op= value`
    pub(super) fn aug_assign(
        &mut self,
        target: &'t Expr,
        op: Operator,
        value: &'t Expr,
        at: Position,
    ) -> Outcome<()> {
        let mark = self.unit.top;
        match &target.kind {
            ExprKind::Name(name) => {
                self.check_target(name, false, target.at)?;
                if let Some(register) = self.local_register(name) {
                    let left = self.operand_before(target, &[value])?;
                    self.in_place(left, op, value, register, at)?;
                    self.unit.set_bound(register);
                } else {
                    let left = self.unit.temporary();
                    self.at(target.at);
                    self.load_name_for(name, left, FOR_UPDATE);
                    self.in_place(left, op, value, left, at)?;
                    self.at(target.at);
                    self.store_name(name, left);
                }
            }
            ExprKind::Attribute { value: object, attr } => {
                self.check_target(attr, false, target.at)?;
                let object = self.operand_before(object, &[value])?;
                let left = self.unit.temporary();
                let attr = self.mangled(attr);
                self.at(target.at);
                self.unit.named(Op::GetAttr, FOR_UPDATE, left, object, &attr);
                self.in_place(left, op, value, left, at)?;
                self.at(target.at);
                self.unit.named(Op::SetAttr, 0, object, left, &attr);
            }
            ExprKind::Subscript { value: object, slice } => {
                let object = self.operand_before(object, &[slice, value])?;
                let index = self.operand_before(slice, &[value])?;
                let left = self.unit.temporary();
                self.at(target.at);
                match small_integer(slice) {
                    Some(i) => self.unit.push(Op::GetItemInt, FOR_UPDATE, left, object, i as u16),
                    None => self.get_item_for_update(object, index, left),
                }
                self.in_place(left, op, value, left, at)?;
                self.at(target.at);
                self.unit.push(Op::SetItem, 0, object, index, left);
            }
            _ => {
                return Err(Failure::new("illegal expression for augmented assignment", target.at));
            }
        }
        self.unit.release(mark);
        Ok(())
    }

    /// `target: annotation = value`
    pub(super) fn ann_assign(
        &mut self,
        target: &'t Expr,
        annotation: &'t Expr,
        value: Option<&'t Expr>,
        simple: bool,
        at: Position,
    ) -> Outcome<()> {
        if let Some(value) = value {
            self.assign_expr(target, value)?;
        }
        let mark = self.unit.top;
        match &target.kind {
            ExprKind::Name(name) => {
                self.check_target(name, false, at)?;
                if simple && !self.scope().kind.is_function_like() {
                    self.variable_annotation(name, annotation, at)?;
                }
            }
            ExprKind::Attribute { value: object, attr } => {
                self.check_target(attr, false, target.at)?;
                if value.is_none() {
                    self.effect(object)?;
                }
            }
            ExprKind::Subscript { value: object, slice } if value.is_none() => {
                self.effect(object)?;
                self.effect(slice)?;
            }
            _ => {}
        }
        self.unit.release(mark);
        Ok(())
    }

    /// `R[dest] =` a string constant, for names and the like.
    pub(super) fn load_text(&mut self, dest: Reg, text: &Name) {
        self.unit.load_constant(dest, &Constant::Str(text.clone().into()));
    }
}

/// Whether storing to `target` binds `name`.
fn binds(target: &Expr, name: &Name) -> bool {
    match &target.kind {
        ExprKind::Name(n) => n == name,
        ExprKind::Tuple(list) | ExprKind::List(list) => list.iter().any(|e| binds(e, name)),
        ExprKind::Starred(inner) => binds(inner, name),
        _ => false,
    }
}
