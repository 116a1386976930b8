//! The first pass over expressions.

use super::build::Builder;
use super::{Part, ScopeKind, symbol};
use crate::ast::*;
use crate::code::Position;
use crate::error::{Failure, Outcome};

impl Builder {
    pub(super) fn exprs<'e>(&mut self, list: impl IntoIterator<Item = &'e Expr>) -> Outcome<()> {
        for e in list {
            self.expr(e)?;
        }
        Ok(())
    }

    pub(super) fn optional(&mut self, e: Option<&Expr>) -> Outcome<()> {
        e.map_or(Ok(()), |e| self.expr(e))
    }

    pub(super) fn expr(&mut self, e: &Expr) -> Outcome<()> {
        match &e.kind {
            ExprKind::Constant(_) => Ok(()),
            ExprKind::Name(name) => self.load(name, e.at),
            _ => stacker::maybe_grow(128 << 10, 2 << 20, || self.inner(e)),
        }
    }

    fn load(&mut self, name: &Name, at: Position) -> Outcome<()> {
        self.note(name, symbol::USE, at)?;
        if &**name == "super" && self.scope().kind.is_function_like() {
            self.note(&Name::from("__class__"), symbol::USE, at)?;
        }
        Ok(())
    }

    /// An expression that is assigned to.
    pub(super) fn store(&mut self, e: &Expr) -> Outcome<()> {
        match &e.kind {
            ExprKind::Name(name) => self.note(name, symbol::LOCAL, e.at),
            ExprKind::Tuple(elements) | ExprKind::List(elements) => {
                stacker::maybe_grow(128 << 10, 2 << 20, || {
                    elements.iter().try_for_each(|e| self.store(e))
                })
            }
            ExprKind::Starred(inner) => self.store(inner),
            _ => {
                // Parts of a target are read; a comprehension inside is no target.
                let saved = std::mem::replace(&mut self.scope().in_target, false);
                self.expr(e)?;
                self.scope().in_target = saved;
                Ok(())
            }
        }
    }

    /// An expression that is deleted.
    pub(super) fn delete(&mut self, e: &Expr) -> Outcome<()> {
        match &e.kind {
            ExprKind::Name(name) => self.note(name, symbol::LOCAL | symbol::DELETED, e.at),
            ExprKind::Tuple(elements) | ExprKind::List(elements) => {
                elements.iter().try_for_each(|e| self.delete(e))
            }
            _ => self.expr(e),
        }
    }

    fn inner(&mut self, e: &Expr) -> Outcome<()> {
        match &e.kind {
            ExprKind::Constant(_) | ExprKind::Name(_) => self.expr(e),
            ExprKind::BoolOp { values, .. } => self.exprs(values),
            ExprKind::NamedExpr { target, value } => self.named_expression(e, target, value),
            ExprKind::BinOp { left, right, .. } => {
                self.expr(left)?;
                self.expr(right)
            }
            ExprKind::UnaryOp { operand, .. } => self.expr(operand),
            ExprKind::Lambda(lambda) => {
                self.exprs(&lambda.args.defaults)?;
                self.exprs(lambda.args.kw_defaults.iter().flatten())?;
                let id = self.open(ScopeKind::Lambda, Name::from("<lambda>"), e.at);
                self.register(&**lambda, Part::Body, id);
                self.parameters(&lambda.args)?;
                self.expr(&lambda.body)?;
                self.close();
                Ok(())
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(test)?;
                self.expr(body)?;
                self.expr(orelse)
            }
            ExprKind::Dict { keys, values } => {
                for (key, value) in keys.iter().zip(values) {
                    self.optional(key.as_ref())?;
                    self.expr(value)?;
                }
                Ok(())
            }
            ExprKind::Set(elements) | ExprKind::List(elements) | ExprKind::Tuple(elements) => {
                self.exprs(elements)
            }
            ExprKind::Comprehension(node) => self.comprehension(node, e.at),
            ExprKind::Await(value) => {
                self.refuse("await expression", e.at)?;
                self.expr(value)?;
                self.scope().is_coroutine = true;
                Ok(())
            }
            ExprKind::Yield(value) => {
                self.refuse("yield expression", e.at)?;
                self.optional(value.as_deref())?;
                self.yields(e.at)
            }
            ExprKind::YieldFrom(value) => {
                self.refuse("yield expression", e.at)?;
                self.expr(value)?;
                self.yields(e.at)
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expr(left)?;
                self.exprs(comparators)
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr(func)?;
                self.exprs(args)?;
                self.exprs(keywords.iter().map(|k| &k.value))
            }
            ExprKind::FormattedValue { value, format_spec, .. } => {
                self.expr(value)?;
                self.optional(format_spec.as_deref())
            }
            ExprKind::Interpolation(node) => {
                self.expr(&node.value)?;
                self.optional(node.format_spec.as_ref())
            }
            ExprKind::JoinedStr(parts) | ExprKind::TemplateStr(parts) => self.exprs(parts),
            ExprKind::Attribute { value, .. } | ExprKind::Starred(value) => self.expr(value),
            ExprKind::Subscript { value, slice } => {
                self.expr(value)?;
                self.expr(slice)
            }
            ExprKind::Slice { lower, upper, step } => {
                self.optional(lower.as_deref())?;
                self.optional(upper.as_deref())?;
                self.optional(step.as_deref())
            }
        }
    }

    fn named_expression(&mut self, e: &Expr, target: &Expr, value: &Expr) -> Outcome<()> {
        self.refuse("named expression", e.at)?;
        let scope = self.scope();
        if scope.in_iterable {
            return Err(Failure::new(
                "assignment expression cannot be used in a comprehension iterable expression",
                e.at,
            ));
        }
        let in_comprehension = matches!(scope.kind, ScopeKind::Comprehension(_));
        self.expr(value)?;
        match &target.kind {
            ExprKind::Name(name) if in_comprehension => {
                self.walrus_target(name, target.at)?;
                self.note(name, symbol::USE, target.at)
            }
            ExprKind::Name(name) => self.note(name, symbol::LOCAL | symbol::WALRUS, target.at),
            _ => self.store(target),
        }
    }

    fn yields(&mut self, at: Position) -> Outcome<()> {
        let scope = self.scope();
        if matches!(scope.kind, ScopeKind::Comprehension(_)) {
            return Err(Failure::new(format!("'yield' inside {}", scope.label), at));
        }
        scope.is_generator = true;
        Ok(())
    }

    /// Annotation and type scopes run at another time: some expressions make no sense there.
    fn refuse(&mut self, what: &str, at: Position) -> Outcome<()> {
        let scope = self.scope();
        let place = match scope.kind {
            ScopeKind::Annotation => "an annotation",
            ScopeKind::TypeVariable => scope.label,
            ScopeKind::TypeAlias => "a type alias",
            ScopeKind::TypeParameters => "the definition of a generic",
            _ => return Ok(()),
        };
        Err(Failure::new(format!("{what} cannot be used within {place}"), at))
    }

    pub(super) fn parameters(&mut self, args: &Arguments) -> Outcome<()> {
        for arg in args.in_order() {
            self.note(&arg.name, symbol::PARAM, arg.at)?;
        }
        self.scope().has_varargs = args.vararg.is_some();
        self.scope().has_varkeywords = args.kwarg.is_some();
        Ok(())
    }
}
