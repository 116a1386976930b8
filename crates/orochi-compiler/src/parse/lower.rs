//! From the parser crate's tree to [`crate::ast`]: the pieces that expressions and statements
//! share. Lowering cannot fail halfway: the first failure is kept and reported at the end.

use super::lines::Lines;
use crate::ast::*;
use crate::code::Position;
use crate::error::{ErrorClass, Failure, Warning};
use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// How many levels a tree may have. Every pass over the tree recurses once or twice a level, on a
/// stack that grows by need; the bound keeps that need finite.
pub const MAX_DEPTH: u32 = 6000;

/// State of one lowering.
pub struct Lower<'s> {
    pub(super) source: &'s str,
    pub(super) lines: &'s Lines,
    names: FxHashSet<Arc<str>>,
    pub(super) warnings: Vec<Warning>,
    pub(super) failure: Option<Failure>,
    depth: u32,
    /// How many format specs the current text is nested in.
    pub(super) spec_depth: u32,
    /// Something that the parser accepts and Python may not: the recogniser decides.
    pub(super) suspicious: bool,
}

impl<'s> Lower<'s> {
    /// Lowers trees of `source`.
    pub fn new(source: &'s str, lines: &'s Lines) -> Self {
        Self {
            source,
            lines,
            names: FxHashSet::default(),
            warnings: Vec::new(),
            failure: None,
            depth: 0,
            spec_depth: 0,
            suspicious: false,
        }
    }

    /// The warnings found, and the first failure.
    pub fn finish(self) -> (Vec<Warning>, Option<Failure>) {
        (self.warnings, self.failure)
    }

    pub(super) fn fail(&mut self, failure: Failure) {
        if self.failure.is_none() {
            self.failure = Some(failure);
        }
    }

    pub(super) fn at(&self, range: TextRange) -> Position {
        self.lines.position(range.start().to_u32(), range.end().to_u32())
    }

    pub(super) fn text(&self, range: TextRange) -> &'s str {
        &self.source[range.start().to_usize()..range.end().to_usize()]
    }

    pub(super) fn name(&mut self, name: &str) -> Name {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let name: Name = Arc::from(name);
        self.names.insert(name.clone());
        name
    }

    pub(super) fn identifier(&mut self, identifier: &ruff::Identifier) -> Name {
        self.name(identifier.id.as_str())
    }

    /// Runs `f` one level deeper, on more stack if need be; `None` when the tree is too deep.
    pub(super) fn deeper<T>(
        &mut self,
        range: TextRange,
        f: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            let at = self.at(range);
            let message = "maximum recursion depth exceeded during compilation";
            self.fail(Failure::of(ErrorClass::RecursionError, message, at));
            return None;
        }
        self.depth += 1;
        let result = stacker::maybe_grow(128 << 10, 2 << 20, || f(self));
        self.depth -= 1;
        Some(result)
    }

    pub(super) fn arguments(&mut self, parameters: &ruff::Parameters) -> Arguments {
        let mut arguments = Arguments::default();
        for parameter in &parameters.posonlyargs {
            arguments.posonly.push(self.arg(&parameter.parameter));
            arguments.defaults.extend(parameter.default.as_ref().map(|e| self.expr(e)));
        }
        for parameter in &parameters.args {
            arguments.args.push(self.arg(&parameter.parameter));
            arguments.defaults.extend(parameter.default.as_ref().map(|e| self.expr(e)));
        }
        arguments.vararg = parameters.vararg.as_ref().map(|p| self.arg(p));
        for parameter in &parameters.kwonlyargs {
            arguments.kwonly.push(self.arg(&parameter.parameter));
            let default = parameter.default.as_ref().map(|e| self.expr(e));
            arguments.kw_defaults.push(default);
        }
        arguments.kwarg = parameters.kwarg.as_ref().map(|p| self.arg(p));
        arguments
    }

    fn arg(&mut self, parameter: &ruff::Parameter) -> Arg {
        Arg {
            name: self.identifier(&parameter.name),
            annotation: parameter.annotation.as_ref().map(|e| self.expr(e)),
            at: self.at(TextRange::new(parameter.name.range().start(), parameter.range().end())),
        }
    }

    pub(super) fn keyword(&mut self, keyword: &ruff::Keyword) -> Keyword {
        Keyword {
            arg: keyword.arg.as_ref().map(|name| self.identifier(name)),
            value: self.expr(&keyword.value),
            at: self.at(keyword.range()),
        }
    }

    pub(super) fn type_params(&mut self, params: Option<&ruff::TypeParams>) -> Vec<TypeParam> {
        let Some(params) = params else { return Vec::new() };
        params.type_params.iter().map(|param| self.type_param(param)).collect()
    }

    fn type_param(&mut self, param: &ruff::TypeParam) -> TypeParam {
        let (kind, name, bound, default) = match param {
            ruff::TypeParam::TypeVar(p) => {
                (TypeParamKind::TypeVar, &p.name, p.bound.as_ref(), p.default.as_ref())
            }
            ruff::TypeParam::TypeVarTuple(p) => {
                (TypeParamKind::TypeVarTuple, &p.name, None, p.default.as_ref())
            }
            ruff::TypeParam::ParamSpec(p) => {
                (TypeParamKind::ParamSpec, &p.name, None, p.default.as_ref())
            }
        };
        TypeParam {
            kind,
            name: self.identifier(name),
            bound: bound.map(|e| self.expr(e)),
            default: default.map(|e| self.expr(e)),
            at: self.at(param.range()),
        }
    }
}
