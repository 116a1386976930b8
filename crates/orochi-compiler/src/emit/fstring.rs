//! f-strings and t-strings.

use super::Emitter;
use super::unit::Reg;
use crate::ast::*;
use crate::bytecode::Op;
use crate::code::{Constant, Position};
use crate::error::Outcome;

/// `d` bit of `Op::Format`: there is a spec.
const HAS_SPEC: u8 = 4;

/// Parts that are in registers at a time: longer strings are joined piece by piece.
const MOST_PARTS: u16 = 1024;

impl<'t> Emitter<'t> {
    pub(super) fn joined_string(
        &mut self,
        parts: &'t [Expr],
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        match parts {
            [] => {
                self.at(at);
                self.unit.load_constant(dest, &Constant::Str([].as_slice().into()));
                Ok(())
            }
            [single] => self.string_part(single, dest),
            _ => {
                let first = self.unit.temporaries(0);
                let mark = self.unit.top;
                let mut held = 0;
                for part in parts {
                    if held == MOST_PARTS {
                        self.at(at);
                        self.unit.push(Op::BuildString, 0, first, first, held);
                        self.unit.release(mark + 1);
                        held = 1;
                    }
                    let register = self.unit.temporary();
                    self.string_part(part, register)?;
                    held += 1;
                }
                self.at(at);
                self.unit.push(Op::BuildString, 0, dest, first, held);
                Ok(())
            }
        }
    }

    fn string_part(&mut self, part: &'t Expr, dest: Reg) -> Outcome<()> {
        let ExprKind::FormattedValue { value, conversion, format_spec } = &part.kind else {
            return self.expr_to(part, dest);
        };
        let mark = self.unit.top;
        let later: &[&Expr] = match format_spec {
            Some(spec) => &[spec],
            None => &[],
        };
        let operand = self.first_operand(value, later, dest)?;
        let mut d = *conversion as u8;
        let mut spec_register = 0;
        if let Some(spec) = format_spec {
            spec_register = self.operand(spec)?;
            d |= HAS_SPEC;
        }
        self.at(part.at);
        self.unit.push(Op::Format, d, dest, operand, spec_register);
        self.unit.release(mark);
        Ok(())
    }

    pub(super) fn template_string(
        &mut self,
        parts: &'t [Expr],
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        let row = self.unit.temporaries(2);
        let fields = parts.iter().filter(|e| matches!(e.kind, ExprKind::Interpolation(_))).count();
        let first = self.unit.temporaries(fields);
        let mut next = first;
        let empty = || Constant::Str([].as_slice().into());
        let mut texts = vec![empty()];
        for part in parts {
            match &part.kind {
                ExprKind::Interpolation(node) => {
                    self.interpolation(node, part.at, next)?;
                    next += 1;
                    texts.push(empty());
                }
                ExprKind::Constant(text) => {
                    if let Some(last) = texts.last_mut() {
                        *last = text.clone();
                    }
                }
                _ => {}
            }
        }
        self.at(at);
        self.unit.load_constant(row, &Constant::Tuple(texts.into()));
        self.unit.push(Op::BuildTuple, 0, row + 1, first, fields as u16);
        self.unit.ab(Op::BuildTemplate, dest, row);
        Ok(())
    }

    fn interpolation(&mut self, node: &'t Interpolation, at: Position, dest: Reg) -> Outcome<()> {
        let mark = self.unit.top;
        let row = self.unit.temporaries(4);
        self.expr_to(&node.value, row)?;
        self.at(at);
        self.unit.load_constant(row + 1, &node.text);
        match node.conversion.letter() {
            Some(letter) => {
                let text = Name::from(letter.to_string());
                self.load_text(row + 2, &text);
            }
            None => self.unit.load_none(row + 2),
        }
        match &node.format_spec {
            Some(spec) => self.expr_to(spec, row + 3)?,
            None => self.unit.load_constant(row + 3, &Constant::Str([].as_slice().into())),
        }
        self.at(at);
        self.unit.ab(Op::BuildInterpolation, dest, row);
        self.unit.release(mark);
        Ok(())
    }
}
