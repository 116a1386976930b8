//! Displays: tuples, lists, sets and dicts written out.

use super::Emitter;
use super::unit::Reg;
use crate::ast::*;
use crate::bytecode::Op;
use crate::code::Position;
use crate::error::Outcome;

/// Displays with more elements than this are filled one by one.
const DISPLAY_LIMIT: usize = 32;

impl<'t> Emitter<'t> {
    /// The elements in consecutive new registers.
    pub(super) fn row(&mut self, elements: &'t [Expr]) -> Outcome<Reg> {
        let first = self.unit.temporaries(0);
        for element in elements {
            let register = self.unit.temporary();
            self.expr_to(element, register)?;
        }
        Ok(first)
    }

    /// A list, set or tuple display.
    pub(super) fn collection(
        &mut self,
        build: Op,
        elements: &'t [Expr],
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        let starred = elements.iter().any(|e| matches!(e.kind, ExprKind::Starred(_)));
        if !starred && elements.len() <= DISPLAY_LIMIT {
            let first = self.row(elements)?;
            self.at(at);
            self.unit.push(build, 0, dest, first, elements.len() as u16);
            return Ok(());
        }
        let result = self.scratch(dest);
        let tuple = build == Op::BuildTuple;
        let (make, add, extend) = match build {
            Op::BuildSet => (Op::BuildSet, Op::SetAdd, Op::SetUpdate),
            _ => (Op::BuildList, Op::ListAppend, Op::ListExtend),
        };
        self.gather(make, add, extend, elements, at, result)?;
        if tuple {
            self.at(at);
            self.unit.ab(Op::ListToTuple, dest, result);
        } else {
            self.unit.copy(dest, result);
        }
        Ok(())
    }

    /// Fills a new list or set in the temporary `result`, element by element.
    pub(super) fn gather(
        &mut self,
        make: Op,
        add: Op,
        extend: Op,
        elements: &'t [Expr],
        at: Position,
        result: Reg,
    ) -> Outcome<()> {
        let plain = elements
            .iter()
            .take(DISPLAY_LIMIT)
            .take_while(|e| !matches!(e.kind, ExprKind::Starred(_)))
            .count();
        let mark = self.unit.top;
        let first = self.row(&elements[..plain])?;
        self.at(at);
        self.unit.push(make, 0, result, first, plain as u16);
        self.unit.release(mark);
        for element in &elements[plain..] {
            match &element.kind {
                ExprKind::Starred(inner) => {
                    let value = self.operand(inner)?;
                    self.at(element.at);
                    self.unit.ab(extend, result, value);
                }
                _ => {
                    let value = self.operand(element)?;
                    self.at(at);
                    self.unit.ab(add, result, value);
                }
            }
            self.unit.release(mark);
        }
        Ok(())
    }

    pub(super) fn dict(
        &mut self,
        keys: &'t [Option<Expr>],
        values: &'t [Expr],
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        let result = self.scratch(dest);
        let mark = self.unit.top;
        let plain = keys.iter().take(DISPLAY_LIMIT / 2).take_while(|key| key.is_some()).count();
        let first = self.unit.temporaries(0);
        for (key, value) in keys.iter().flatten().zip(values).take(plain) {
            for e in [key, value] {
                let register = self.unit.temporary();
                self.expr_to(e, register)?;
            }
        }
        self.at(at);
        let whole = plain == keys.len();
        self.unit.push(Op::BuildDict, 0, if whole { dest } else { result }, first, plain as u16);
        if whole {
            return Ok(());
        }
        self.unit.release(mark);
        for (key, value) in keys[plain..].iter().zip(&values[plain..]) {
            match key {
                Some(key) => {
                    let k = self.operand_before(key, &[value])?;
                    let v = self.operand(value)?;
                    self.at(at);
                    self.unit.push(Op::DictAdd, 0, result, k, v);
                }
                None => {
                    let mapping = self.operand(value)?;
                    self.at(value.at);
                    self.unit.ab(Op::DictUpdate, result, mapping);
                }
            }
            self.unit.release(mark);
        }
        self.unit.copy(dest, result);
        Ok(())
    }
}
