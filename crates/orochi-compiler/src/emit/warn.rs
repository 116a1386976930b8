//! Warnings about expressions that cannot be meant as written.

use super::Emitter;
use crate::ast::*;
use crate::code::{Constant, Position};

/// The name of the type of a literal, if `e` is one.
fn literal_type(e: &Expr) -> Option<&'static str> {
    Some(match &e.kind {
        ExprKind::Constant(constant) => match constant {
            Constant::None => "NoneType",
            Constant::Bool(_) => "bool",
            Constant::Ellipsis => "ellipsis",
            Constant::Int(_) | Constant::BigInt { .. } => "int",
            Constant::Float(_) => "float",
            Constant::Complex(..) => "complex",
            Constant::Str(_) => "str",
            Constant::Bytes(_) => "bytes",
            Constant::Tuple(_) => "tuple",
            Constant::FrozenSet(_) => "frozenset",
            Constant::Code(_) => "code",
        },
        ExprKind::Tuple(_) => "tuple",
        ExprKind::List(_) => "list",
        ExprKind::Dict { .. } => "dict",
        ExprKind::Set(_) => "set",
        ExprKind::Comprehension(node) => match node.kind {
            ComprehensionKind::List => "list",
            ComprehensionKind::Set => "set",
            ComprehensionKind::Dict => "dict",
            ComprehensionKind::Generator => "generator",
        },
        ExprKind::Lambda(_) => "function",
        ExprKind::JoinedStr(_) | ExprKind::FormattedValue { .. } => "str",
        ExprKind::TemplateStr(_) | ExprKind::Interpolation(_) => "string.templatelib.Template",
        _ => return None,
    })
}

impl Emitter<'_> {
    /// `x is 1`
    pub(super) fn check_compare(
        &mut self,
        left: &Expr,
        ops: &[CmpOp],
        comparators: &[Expr],
        at: Position,
    ) {
        let odd = |e: &Expr| match &e.kind {
            ExprKind::Constant(Constant::None | Constant::Bool(_) | Constant::Ellipsis) => None,
            ExprKind::Constant(_) => literal_type(e),
            _ => None,
        };
        let mut l = left;
        for (op, right) in ops.iter().zip(comparators) {
            if let CmpOp::Is | CmpOp::IsNot = op
                && let Some(name) = odd(l).or_else(|| odd(right))
            {
                let (is, equals) = if *op == CmpOp::Is { ("is", "==") } else { ("is not", "!=") };
                self.warn(
                    format!("\"{is}\" with '{name}' literal. Did you mean \"{equals}\"?"),
                    at,
                );
            }
            l = right;
        }
    }

    /// `1()`
    pub(super) fn check_call(&mut self, func: &Expr) {
        if matches!(func.kind, ExprKind::Lambda(_)) {
            return;
        }
        if let Some(name) = literal_type(func) {
            self.warn(
                format!("'{name}' object is not callable; perhaps you missed a comma?"),
                func.at,
            );
        }
    }

    /// `1[x]` and `[1]["x"]`
    pub(super) fn check_subscript(&mut self, value: &Expr, index: &Expr) {
        let Some(name) = literal_type(value) else { return };
        match name {
            "str" | "bytes" | "tuple" | "list" => {
                let Some(index_type) = literal_type(index) else { return };
                if !matches!(index_type, "int" | "bool") {
                    self.warn(
                        format!(
                            "{name} indices must be integers or slices, not {index_type}; perhaps you missed a comma?"
                        ),
                        value.at,
                    );
                }
            }
            "dict" | "frozenset" | "code" => {}
            _ => self.warn(
                format!("'{name}' object is not subscriptable; perhaps you missed a comma?"),
                value.at,
            ),
        }
    }
}
