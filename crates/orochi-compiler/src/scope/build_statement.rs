//! The first pass over statements and patterns.

use super::build::Builder;
use super::{Part, Private, ScopeKind, symbol};
use crate::ast::*;
use crate::code::Position;
use crate::error::{Failure, Outcome};

impl Builder {
    pub(super) fn statements(&mut self, body: &[Stmt]) -> Outcome<()> {
        body.iter().try_for_each(|s| stacker::maybe_grow(128 << 10, 2 << 20, || self.stmt(s)))
    }

    /// Statements that may run or not: annotations in them are conditional.
    fn conditional(&mut self, body: &[Stmt]) -> Outcome<()> {
        let saved = std::mem::replace(&mut self.scope().in_conditional, true);
        let result = self.statements(body);
        self.scope().in_conditional = saved;
        result
    }

    fn stmt(&mut self, s: &Stmt) -> Outcome<()> {
        match &s.kind {
            StmtKind::FunctionDef(def) => self.function(def, s.at),
            StmtKind::ClassDef(def) => self.class(def, s.at),
            StmtKind::Return(value) => self.optional(value.as_deref()),
            StmtKind::Delete(targets) => targets.iter().try_for_each(|e| self.delete(e)),
            StmtKind::Assign { targets, value } => {
                self.expr(value)?;
                targets.iter().try_for_each(|e| self.store(e))
            }
            StmtKind::TypeAlias(alias) => self.type_alias(alias, s.at),
            StmtKind::AugAssign { target, value, .. } => {
                self.store(target)?;
                if let ExprKind::Name(name) = &target.kind {
                    self.note(name, symbol::LOCAL, target.at)?;
                }
                self.expr(value)
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.annotated(target, *simple, value.is_some(), s.at)?;
                self.variable_annotation(annotation)?;
                self.optional(value.as_deref())
            }
            StmtKind::For(node) => {
                self.store(&node.target)?;
                self.expr(&node.iter)?;
                self.conditional(&node.body)?;
                self.conditional(&node.orelse)
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test)?;
                self.conditional(body)?;
                self.conditional(orelse)
            }
            StmtKind::With { items, body, .. } => {
                for item in items {
                    self.expr(&item.context)?;
                    if let Some(target) = &item.target {
                        self.store(target)?;
                    }
                }
                self.conditional(body)
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                for case in cases {
                    self.pattern(&case.pattern)?;
                    self.optional(case.guard.as_ref())?;
                    self.conditional(&case.body)?;
                }
                Ok(())
            }
            StmtKind::Raise { exc, cause } => {
                self.optional(exc.as_deref())?;
                self.optional(cause.as_deref())
            }
            StmtKind::Try(node) => {
                self.conditional(&node.body)?;
                for handler in &node.handlers {
                    self.optional(handler.class.as_ref())?;
                    if let Some(name) = &handler.name {
                        self.note(name, symbol::LOCAL | symbol::DELETED, handler.at)?;
                    }
                    self.conditional(&handler.body)?;
                }
                self.conditional(&node.orelse)?;
                self.conditional(&node.finalbody)
            }
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.optional(msg.as_deref())
            }
            StmtKind::Import(names) => names.iter().try_for_each(|alias| self.alias(alias)),
            StmtKind::ImportFrom { names, .. } => {
                names.iter().try_for_each(|alias| self.alias(alias))
            }
            StmtKind::Global(names) => {
                names.iter().try_for_each(|name| self.declare(name, true, s.at))
            }
            StmtKind::Nonlocal(names) => {
                names.iter().try_for_each(|name| self.declare(name, false, s.at))
            }
            StmtKind::Expr(e) => self.expr(e),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
        }
    }

    fn alias(&mut self, alias: &Alias) -> Outcome<()> {
        if &*alias.name == "*" {
            if self.scope().kind != ScopeKind::Module {
                return Err(Failure::new("import * only allowed at module level", alias.at));
            }
            return Ok(());
        }
        let name = match &alias.asname {
            Some(name) => name.clone(),
            None => match alias.name.split_once('.') {
                Some((first, _)) => Name::from(first),
                None => alias.name.clone(),
            },
        };
        self.note(&name, symbol::IMPORT | symbol::LOCAL, alias.at)
    }

    fn declare(&mut self, name: &Name, global: bool, at: Position) -> Outcome<()> {
        let kind = if global { "global" } else { "nonlocal" };
        if !global && self.scope().kind == ScopeKind::Module {
            return Err(Failure::new("nonlocal declaration not allowed at module level", at));
        }
        let flags = self.flags_here(name);
        let problem = if flags & symbol::PARAM != 0 {
            Some(format!("name '{name}' is parameter and {kind}"))
        } else if flags & symbol::USE != 0 {
            Some(format!("name '{name}' is used prior to {kind} declaration"))
        } else if flags & symbol::ANNOTATED != 0 {
            Some(format!("annotated name '{name}' can't be {kind}"))
        } else if flags & symbol::LOCAL != 0 {
            Some(format!("name '{name}' is assigned to before {kind} declaration"))
        } else {
            None
        };
        // In a module, a name that functions declare global is not one assigned to here.
        if let Some(message) = problem {
            return Err(Failure::new(message, at));
        }
        self.note(name, if global { symbol::GLOBAL } else { symbol::NONLOCAL }, at)
    }

    fn annotated(
        &mut self,
        target: &Expr,
        simple: bool,
        has_value: bool,
        at: Position,
    ) -> Outcome<()> {
        let ExprKind::Name(name) = &target.kind else { return self.store(target) };
        let flags = self.flags_here(name);
        let module = self.scope().kind == ScopeKind::Module;
        if simple && !module && flags & (symbol::GLOBAL | symbol::NONLOCAL) != 0 {
            let kind = if flags & symbol::GLOBAL != 0 { "global" } else { "nonlocal" };
            return Err(Failure::new(format!("annotated name '{name}' can't be {kind}"), at));
        }
        if simple {
            self.note(name, symbol::ANNOTATED | symbol::LOCAL, target.at)
        } else if has_value {
            self.note(name, symbol::LOCAL, target.at)
        } else {
            Ok(())
        }
    }

    /// Annotations of variables share one scope for each module or class.
    fn variable_annotation(&mut self, annotation: &Expr) -> Outcome<()> {
        let (kind, conditional) = {
            let scope = self.scope();
            (scope.kind, scope.in_conditional)
        };
        let evaluated =
            matches!(kind, ScopeKind::Module | ScopeKind::Class) && !self.future_annotations;
        if evaluated
            && (kind == ScopeKind::Module || conditional)
            && !self.scope().conditional_annotations
        {
            self.scope().conditional_annotations = true;
            self.note(&Name::from("__conditional_annotations__"), symbol::USE, annotation.at)?;
        }
        let outer = self.current;
        match self.table.get(outer).annotations {
            Some(id) => self.current = id,
            None => {
                let id =
                    self.open(ScopeKind::Annotation, Name::from("__annotate__"), annotation.at);
                self.table.get_mut(outer).annotations = Some(id);
                self.annotation_scope(kind, !evaluated, annotation.at)?;
            }
        }
        if evaluated && self.table.get(outer).conditional_annotations {
            let name = Name::from("__conditional_annotations__");
            self.note(&name, symbol::USE, annotation.at)?;
        }
        self.expr(annotation)?;
        self.close();
        Ok(())
    }

    /// Sets up an annotation scope just opened in a scope of kind `outer`.
    fn annotation_scope(&mut self, outer: ScopeKind, discarded: bool, at: Position) -> Outcome<()> {
        self.note(&Name::from(".format"), symbol::PARAM | symbol::USE, at)?;
        self.scope().discarded = discarded;
        if outer == ScopeKind::Class && !discarded {
            self.see_class(at)?;
        }
        Ok(())
    }

    fn see_class(&mut self, at: Position) -> Outcome<()> {
        self.scope().sees_class = true;
        self.note(&Name::from("__classdict__"), symbol::USE, at)
    }

    /// Whether a scope opened now would look names up in a class body first.
    fn class_visible(&mut self) -> bool {
        let scope = self.scope();
        scope.kind == ScopeKind::Class || scope.sees_class
    }

    fn function(&mut self, def: &FunctionDef, at: Position) -> Outcome<()> {
        self.note(&def.name, symbol::LOCAL, at)?;
        self.exprs(&def.decorators)?;
        self.exprs(&def.args.defaults)?;
        self.exprs(def.args.kw_defaults.iter().flatten())?;
        let generic = !def.type_params.is_empty();
        if generic {
            let defaults =
                (!def.args.defaults.is_empty(), def.args.kw_defaults.iter().any(Option::is_some));
            self.open_type_params(def, &def.name, &def.type_params, defaults, false, at)?;
        }
        self.function_annotations(def, at)?;
        let id = self.open(ScopeKind::Function, def.name.clone(), at);
        self.register(def, Part::Body, id);
        self.scope().is_coroutine = def.is_async;
        self.scope().is_async_function = def.is_async;
        self.parameters(&def.args)?;
        self.statements(&def.body)?;
        self.close();
        if generic {
            self.close();
        }
        Ok(())
    }

    fn function_annotations(&mut self, def: &FunctionDef, at: Position) -> Outcome<()> {
        let any = def.returns.is_some() || def.args.in_order().any(|arg| arg.annotation.is_some());
        if !any {
            return Ok(());
        }
        let visible = self.class_visible();
        let id = self.open(ScopeKind::Annotation, Name::from("__annotate__"), at);
        self.register(def, Part::Annotations, id);
        let outer = if visible { ScopeKind::Class } else { ScopeKind::Module };
        self.annotation_scope(outer, self.future_annotations, at)?;
        for arg in def.args.in_order() {
            self.optional(arg.annotation.as_ref())?;
        }
        self.optional(def.returns.as_ref())?;
        self.close();
        Ok(())
    }

    fn class(&mut self, def: &ClassDef, at: Position) -> Outcome<()> {
        self.note(&def.name, symbol::LOCAL, at)?;
        self.exprs(&def.decorators)?;
        let generic = !def.type_params.is_empty();
        if generic {
            self.open_type_params(def, &def.name, &def.type_params, (false, false), true, at)?;
        }
        self.exprs(&def.bases)?;
        self.exprs(def.keywords.iter().map(|k| &k.value))?;
        let id = self.open(ScopeKind::Class, def.name.clone(), at);
        self.register(def, Part::Body, id);
        self.scope().private = Some(Private::of(&def.name));
        if generic {
            self.note(&Name::from("__type_params__"), symbol::LOCAL, at)?;
            self.note(&Name::from(".type_params"), symbol::USE, at)?;
        }
        self.statements(&def.body)?;
        self.close();
        if generic {
            self.close();
        }
        Ok(())
    }

    /// Opens the scope of type parameters and visits them in it.
    fn open_type_params<T>(
        &mut self,
        node: &T,
        name: &Name,
        params: &[TypeParam],
        defaults: (bool, bool),
        for_class: bool,
        at: Position,
    ) -> Outcome<()> {
        let visible = self.class_visible();
        let id = self.open(ScopeKind::TypeParameters, name.clone(), at);
        self.register(node, Part::TypeParameters, id);
        if visible {
            self.see_class(at)?;
        }
        if defaults.0 {
            self.note(&Name::from(".defaults"), symbol::PARAM | symbol::USE, at)?;
        }
        if defaults.1 {
            self.note(&Name::from(".kwdefaults"), symbol::PARAM | symbol::USE, at)?;
        }
        if for_class {
            // The class body is mangled by its own name, and so are its type parameters.
            let only = params.iter().map(|param| param.name.clone()).collect();
            self.scope().private = Some(Private { class: name.clone(), only: Some(only) });
            self.note(&Name::from(".type_params"), symbol::LOCAL | symbol::USE, at)?;
            self.note(&Name::from(".generic_base"), symbol::LOCAL | symbol::USE, at)?;
        }
        let mut seen_default = false;
        for param in params {
            if param.default.is_some() {
                seen_default = true;
            } else if seen_default {
                return Err(Failure::new(
                    format!(
                        "non-default type parameter '{}' follows default type parameter",
                        param.name
                    ),
                    param.at,
                ));
            }
            self.type_param(param)?;
        }
        Ok(())
    }

    fn type_param(&mut self, param: &TypeParam) -> Outcome<()> {
        self.note(&param.name, symbol::TYPE_PARAM | symbol::LOCAL, param.at)?;
        if let Some(bound) = &param.bound {
            let tuple = matches!(bound.kind, ExprKind::Tuple(_));
            let label = if tuple { "a TypeVar constraint" } else { "a TypeVar bound" };
            self.type_variable(param, Part::Bound, bound, label)?;
        }
        if let Some(default) = &param.default {
            let label = match param.kind {
                TypeParamKind::TypeVar => "a TypeVar default",
                TypeParamKind::TypeVarTuple => "a TypeVarTuple default",
                TypeParamKind::ParamSpec => "a ParamSpec default",
            };
            self.type_variable(param, Part::Default, default, label)?;
        }
        Ok(())
    }

    fn type_variable(
        &mut self,
        param: &TypeParam,
        part: Part,
        e: &Expr,
        label: &'static str,
    ) -> Outcome<()> {
        let visible = self.class_visible();
        let id = self.open(ScopeKind::TypeVariable, param.name.clone(), e.at);
        self.register(param, part, id);
        self.scope().label = label;
        self.note(&Name::from(".format"), symbol::PARAM | symbol::USE, e.at)?;
        if visible {
            self.see_class(e.at)?;
        }
        match &e.kind {
            ExprKind::Starred(inner) if part == Part::Default => self.expr(inner)?,
            _ => self.expr(e)?,
        }
        self.close();
        Ok(())
    }

    fn type_alias(&mut self, alias: &TypeAlias, at: Position) -> Outcome<()> {
        self.store(&alias.name)?;
        let name = match &alias.name.kind {
            ExprKind::Name(name) => name.clone(),
            _ => Name::from("<alias>"),
        };
        let generic = !alias.type_params.is_empty();
        if generic {
            self.open_type_params(alias, &name, &alias.type_params, (false, false), false, at)?;
        }
        let visible = self.class_visible();
        let id = self.open(ScopeKind::TypeAlias, name, at);
        self.register(alias, Part::Body, id);
        self.note(&Name::from(".format"), symbol::PARAM | symbol::USE, at)?;
        if visible {
            self.see_class(at)?;
        }
        self.expr(&alias.value)?;
        self.close();
        if generic {
            self.close();
        }
        Ok(())
    }

    fn pattern(&mut self, p: &Pattern) -> Outcome<()> {
        stacker::maybe_grow(128 << 10, 2 << 20, || match &p.kind {
            PatternKind::Value(e) => self.expr(e),
            PatternKind::Singleton(_) => Ok(()),
            PatternKind::Sequence(list) | PatternKind::Or(list) => {
                list.iter().try_for_each(|p| self.pattern(p))
            }
            PatternKind::Mapping { keys, patterns, rest } => {
                self.exprs(keys)?;
                patterns.iter().try_for_each(|p| self.pattern(p))?;
                self.capture(rest.as_ref(), p.at)
            }
            PatternKind::Class { cls, patterns, keywords } => {
                self.expr(cls)?;
                patterns.iter().try_for_each(|p| self.pattern(p))?;
                keywords.iter().try_for_each(|(_, p)| self.pattern(p))
            }
            PatternKind::Star(name) => self.capture(name.as_ref(), p.at),
            PatternKind::As { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern)?;
                }
                self.capture(name.as_ref(), p.at)
            }
        })
    }

    fn capture(&mut self, name: Option<&Name>, at: Position) -> Outcome<()> {
        name.map_or(Ok(()), |name| self.note(name, symbol::LOCAL, at))
    }
}
