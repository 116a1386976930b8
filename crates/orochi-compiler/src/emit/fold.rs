//! Constant folding, on the tree and before symbols are counted: operators on literals, tuples of
//! constants, `__debug__`, and the list or set that `in` and `for` only look at.
//!
//! Folding never changes what a program does: what would raise is left for run time, and results
//! are bounded in size (128 bits, 4096 characters, 256 items) so that `'x' * 10**9` stays small in
//! the code. Annotations that become strings are left as written.

use super::arithmetic::{binary, unary};
use crate::ast::*;
use crate::code::Constant;

/// Folds the constants of a tree.
pub fn fold(module: &mut Module, optimize: u8, future_annotations: bool) {
    let folder = Folder { debug: optimize == 0, future_annotations };
    match module {
        Module::Module(body) | Module::Interactive(body) => folder.statements(body),
        Module::Expression(e) => folder.expr(e),
        Module::FunctionType { .. } => {}
    }
}

struct Folder {
    debug: bool,
    future_annotations: bool,
}

impl Folder {
    fn statements(&self, body: &mut [Stmt]) {
        stacker::maybe_grow(128 << 10, 2 << 20, || body.iter_mut().for_each(|s| self.stmt(s)));
    }

    fn stmt(&self, s: &mut Stmt) {
        match &mut s.kind {
            StmtKind::FunctionDef(def) => {
                self.exprs(&mut def.decorators);
                self.type_params(&mut def.type_params);
                self.arguments(&mut def.args);
                if let Some(returns) = &mut def.returns {
                    self.annotation(returns);
                }
                self.statements(&mut def.body);
            }
            StmtKind::ClassDef(def) => {
                self.exprs(&mut def.decorators);
                self.type_params(&mut def.type_params);
                self.exprs(&mut def.bases);
                def.keywords.iter_mut().for_each(|k| self.expr(&mut k.value));
                self.statements(&mut def.body);
            }
            StmtKind::Return(value) => self.optional(value),
            StmtKind::Delete(targets) => targets.iter_mut().for_each(|e| self.target(e)),
            StmtKind::Assign { targets, value } => {
                targets.iter_mut().for_each(|e| self.target(e));
                self.expr(value);
            }
            StmtKind::TypeAlias(alias) => {
                self.type_params(&mut alias.type_params);
                self.expr(&mut alias.value);
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.target(target);
                self.expr(value);
            }
            StmtKind::AnnAssign { target, annotation, value, .. } => {
                self.target(target);
                self.annotation(annotation);
                self.optional(value);
            }
            StmtKind::For(node) => {
                self.target(&mut node.target);
                if node.is_async {
                    self.expr(&mut node.iter);
                } else {
                    self.iterable(&mut node.iter);
                }
                self.statements(&mut node.body);
                self.statements(&mut node.orelse);
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test);
                self.statements(body);
                self.statements(orelse);
            }
            StmtKind::With { items, body, .. } => {
                for item in items {
                    self.expr(&mut item.context);
                    if let Some(target) = &mut item.target {
                        self.target(target);
                    }
                }
                self.statements(body);
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject);
                for case in cases {
                    self.pattern(&mut case.pattern);
                    if let Some(guard) = &mut case.guard {
                        self.expr(guard);
                    }
                    self.statements(&mut case.body);
                }
            }
            StmtKind::Raise { exc, cause } => {
                self.optional(exc);
                self.optional(cause);
            }
            StmtKind::Try(node) => {
                self.statements(&mut node.body);
                for handler in &mut node.handlers {
                    if let Some(class) = &mut handler.class {
                        self.expr(class);
                    }
                    self.statements(&mut handler.body);
                }
                self.statements(&mut node.orelse);
                self.statements(&mut node.finalbody);
            }
            StmtKind::Assert { test, msg } => {
                self.expr(test);
                self.optional(msg);
            }
            StmtKind::Expr(e) => self.expr(e),
            StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue => {}
        }
    }

    fn annotation(&self, e: &mut Expr) {
        if !self.future_annotations {
            self.expr(e);
        }
    }

    fn arguments(&self, args: &mut Arguments) {
        let all = args
            .posonly
            .iter_mut()
            .chain(&mut args.args)
            .chain(&mut args.vararg)
            .chain(&mut args.kwonly)
            .chain(&mut args.kwarg);
        for arg in all {
            if let Some(annotation) = &mut arg.annotation {
                self.annotation(annotation);
            }
        }
        self.exprs(&mut args.defaults);
        args.kw_defaults.iter_mut().flatten().for_each(|e| self.expr(e));
    }

    fn type_params(&self, params: &mut [TypeParam]) {
        for param in params {
            // A tuple of constraints stays a tuple of expressions.
            if let Some(bound) = &mut param.bound {
                self.target(bound);
            }
            if let Some(default) = &mut param.default {
                self.expr(default);
            }
        }
    }

    fn pattern(&self, p: &mut Pattern) {
        stacker::maybe_grow(128 << 10, 2 << 20, || match &mut p.kind {
            PatternKind::Value(e) => self.expr(e),
            PatternKind::Singleton(_) | PatternKind::Star(_) => {}
            PatternKind::Sequence(list) | PatternKind::Or(list) => {
                list.iter_mut().for_each(|p| self.pattern(p));
            }
            PatternKind::Mapping { keys, patterns, .. } => {
                self.exprs(keys);
                patterns.iter_mut().for_each(|p| self.pattern(p));
            }
            PatternKind::Class { cls, patterns, keywords } => {
                self.expr(cls);
                patterns.iter_mut().for_each(|p| self.pattern(p));
                keywords.iter_mut().for_each(|(_, p)| self.pattern(p));
            }
            PatternKind::As { pattern, .. } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern);
                }
            }
        });
    }

    fn exprs(&self, list: &mut [Expr]) {
        list.iter_mut().for_each(|e| self.expr(e));
    }

    fn optional(&self, e: &mut Option<Box<Expr>>) {
        if let Some(e) = e {
            self.expr(e);
        }
    }

    /// A target is no value: only the parts of it that are read are folded.
    fn target(&self, e: &mut Expr) {
        match &mut e.kind {
            ExprKind::Name(_) => {}
            ExprKind::Tuple(list) | ExprKind::List(list) => {
                stacker::maybe_grow(128 << 10, 2 << 20, || {
                    list.iter_mut().for_each(|e| self.target(e));
                });
            }
            ExprKind::Starred(inner) => self.target(inner),
            ExprKind::Attribute { value, .. } => self.expr(value),
            ExprKind::Subscript { value, slice } => {
                self.expr(value);
                self.expr(slice);
            }
            _ => self.expr(e),
        }
    }

    fn expr(&self, e: &mut Expr) {
        match &e.kind {
            ExprKind::Constant(_) => {}
            ExprKind::Name(name) => {
                if &**name == "__debug__" {
                    e.kind = ExprKind::Constant(Constant::Bool(self.debug));
                }
            }
            _ => stacker::maybe_grow(128 << 10, 2 << 20, || self.inner(e)),
        }
    }

    fn inner(&self, e: &mut Expr) {
        let folded = match &mut e.kind {
            ExprKind::Constant(_) | ExprKind::Name(_) => None,
            ExprKind::UnaryOp { op, operand } => {
                self.expr(operand);
                let op = *op;
                operand.constant().and_then(|value| unary(op, value))
            }
            ExprKind::BinOp { left, op, right } => {
                self.expr(left);
                self.expr(right);
                let op = *op;
                left.constant()
                    .zip(right.constant())
                    .and_then(|(left, right)| binary(left, op, right))
            }
            ExprKind::Tuple(elements) => {
                self.exprs(elements);
                constants(elements).map(|items| Constant::Tuple(items.into()))
            }
            ExprKind::Subscript { value, slice } => {
                self.expr(value);
                self.expr(slice);
                value.constant().zip(slice.constant()).and_then(|(value, index)| item(value, index))
            }
            ExprKind::Compare { left, ops, comparators } => {
                self.expr(left);
                for (i, comparator) in comparators.iter_mut().enumerate() {
                    if i + 1 == ops.len() && matches!(ops[i], CmpOp::In | CmpOp::NotIn) {
                        self.iterable(comparator);
                    } else {
                        self.expr(comparator);
                    }
                }
                None
            }
            other => {
                self.children(other);
                None
            }
        };
        if let Some(constant) = folded {
            e.kind = ExprKind::Constant(constant);
        }
    }

    fn children(&self, kind: &mut ExprKind) {
        match kind {
            ExprKind::BoolOp { values, .. } => self.exprs(values),
            ExprKind::NamedExpr { value, .. } => self.expr(value),
            ExprKind::Lambda(lambda) => {
                self.arguments(&mut lambda.args);
                self.expr(&mut lambda.body);
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(test);
                self.expr(body);
                self.expr(orelse);
            }
            ExprKind::Dict { keys, values } => {
                keys.iter_mut().flatten().for_each(|e| self.expr(e));
                self.exprs(values);
            }
            ExprKind::Set(list)
            | ExprKind::List(list)
            | ExprKind::JoinedStr(list)
            | ExprKind::TemplateStr(list) => self.exprs(list),
            ExprKind::Comprehension(node) => {
                self.expr(&mut node.element);
                if let Some(value) = &mut node.value {
                    self.expr(value);
                }
                for generator in &mut node.generators {
                    self.target(&mut generator.target);
                    if generator.is_async {
                        self.expr(&mut generator.iter);
                    } else {
                        self.iterable(&mut generator.iter);
                    }
                    self.exprs(&mut generator.ifs);
                }
            }
            ExprKind::Await(e) | ExprKind::YieldFrom(e) | ExprKind::Starred(e) => self.expr(e),
            ExprKind::Yield(e) => self.optional(e),
            ExprKind::Call { func, args, keywords } => {
                self.expr(func);
                self.exprs(args);
                keywords.iter_mut().for_each(|k| self.expr(&mut k.value));
            }
            ExprKind::FormattedValue { value, format_spec, .. } => {
                self.expr(value);
                self.optional(format_spec);
            }
            ExprKind::Interpolation(node) => {
                self.expr(&mut node.value);
                if let Some(spec) = &mut node.format_spec {
                    self.expr(spec);
                }
            }
            ExprKind::Attribute { value, .. } => self.expr(value),
            ExprKind::Slice { lower, upper, step } => {
                self.optional(lower);
                self.optional(upper);
                self.optional(step);
            }
            ExprKind::Constant(_)
            | ExprKind::Name(_)
            | ExprKind::UnaryOp { .. }
            | ExprKind::BinOp { .. }
            | ExprKind::Tuple(_)
            | ExprKind::Subscript { .. }
            | ExprKind::Compare { .. } => {}
        }
    }

    /// What is only iterated over or searched: a list of constants may be a tuple, a set a
    /// frozenset.
    fn iterable(&self, e: &mut Expr) {
        self.expr(e);
        let folded = match &e.kind {
            ExprKind::List(elements) => {
                constants(elements).map(|items| Constant::Tuple(items.into()))
            }
            ExprKind::Set(elements) => constants(elements).map(frozen_set),
            _ => None,
        };
        if let Some(constant) = folded {
            e.kind = ExprKind::Constant(constant);
        }
    }
}

/// The values of elements that are all constant.
fn constants(elements: &[Expr]) -> Option<Vec<Constant>> {
    elements.iter().map(|e| e.constant().cloned()).collect()
}

fn frozen_set(items: Vec<Constant>) -> Constant {
    let mut distinct: Vec<Constant> = Vec::with_capacity(items.len());
    for item in items {
        if !distinct.iter().any(|known| equal(known, &item)) {
            distinct.push(item);
        }
    }
    Constant::FrozenSet(distinct.into())
}

/// Whether Python's `==` holds between constants: numbers of different types may be equal.
pub(super) fn equal(a: &Constant, b: &Constant) -> bool {
    let number = |c: &Constant| match c {
        Constant::Bool(value) => Some((f64::from(u8::from(*value)), 0.0)),
        Constant::Int(value) if value.unsigned_abs() < 1 << 53 => Some((*value as f64, 0.0)),
        Constant::Float(value) => Some((*value, 0.0)),
        Constant::Complex(real, imaginary) => Some((*real, *imaginary)),
        _ => None,
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// `value[index]`, for what cannot fail.
fn item(value: &Constant, index: &Constant) -> Option<Constant> {
    let Constant::Int(index) = index else { return None };
    let at = |length: usize| {
        let index = if *index < 0 { index.checked_add(length as i64)? } else { *index };
        usize::try_from(index).ok().filter(|&i| i < length)
    };
    match value {
        Constant::Tuple(items) => Some(items[at(items.len())?].clone()),
        Constant::Bytes(bytes) => Some(Constant::Int(i64::from(bytes[at(bytes.len())?]))),
        Constant::Str(bytes) if bytes.is_ascii() => {
            let i = at(bytes.len())?;
            Some(Constant::Str(bytes[i..=i].into()))
        }
        _ => None,
    }
}
