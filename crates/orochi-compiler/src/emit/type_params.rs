//! Type parameters and `type` statements (PEP 695, PEP 696). A generic definition is wrapped in a
//! function that makes the type parameters, is called at once, and returns what was defined.
//! Bounds, constraints, defaults and alias values are functions, evaluated when asked for.

use super::Emitter;
use super::unit::Reg;
use crate::ast::*;
use crate::bytecode::{Intrinsic, Op};
use crate::code::{Constant, Position};
use crate::error::{Failure, Outcome};
use crate::scope::{Part, ScopeId};

impl<'t> Emitter<'t> {
    fn intrinsic(&mut self, intrinsic: Intrinsic, dest: Reg, first: Reg) {
        self.unit.push(Op::Intrinsic, intrinsic as u8, dest, first, 0);
    }

    fn enter_type_params<T>(&mut self, node: &T, name: &Name, line: u32) -> Outcome<ScopeId> {
        let Some(id) = self.table.of(node, Part::TypeParameters) else {
            return Err(Failure::new("type parameters without a scope", self.unit.at));
        };
        self.enter(id, &Name::from(format!("<generic parameters of {name}>")), line);
        Ok(id)
    }

    /// `R[dest] =` the tuple of the type parameters, each also bound to its name.
    fn type_params(&mut self, params: &'t [TypeParam], dest: Reg) -> Outcome<()> {
        let mark = self.unit.top;
        let first = self.unit.temporaries(params.len());
        for (i, param) in params.iter().enumerate() {
            let register = first + i as Reg;
            self.type_param(param, register)?;
            self.at(param.at);
            self.store_name(&param.name, register);
        }
        self.unit.push(Op::BuildTuple, 0, dest, first, params.len() as u16);
        self.unit.release(mark);
        Ok(())
    }

    fn type_param(&mut self, param: &'t TypeParam, dest: Reg) -> Outcome<()> {
        let mark = self.unit.top;
        let row = self.unit.temporaries(2);
        self.at(param.at);
        self.load_text(row, &param.name);
        let intrinsic = match (param.kind, &param.bound) {
            (TypeParamKind::TypeVar, Some(bound)) => {
                self.evaluator(param, Part::Bound, &param.name, bound, row + 1)?;
                if matches!(bound.kind, ExprKind::Tuple(_)) {
                    Intrinsic::TypeVarWithConstraints
                } else {
                    Intrinsic::TypeVarWithBound
                }
            }
            (TypeParamKind::TypeVar, None) => Intrinsic::TypeVar,
            (TypeParamKind::TypeVarTuple, _) => Intrinsic::TypeVarTuple,
            (TypeParamKind::ParamSpec, _) => Intrinsic::ParamSpec,
        };
        self.at(param.at);
        match &param.default {
            None => self.intrinsic(intrinsic, dest, row),
            Some(default) => {
                self.intrinsic(intrinsic, row, row);
                self.evaluator(param, Part::Default, &param.name, default, row + 1)?;
                self.at(param.at);
                self.intrinsic(Intrinsic::SetTypeParamDefault, dest, row);
            }
        }
        self.unit.release(mark);
        Ok(())
    }

    /// `R[dest] =` a function of an optional format that evaluates `e`.
    fn evaluator<T>(
        &mut self,
        node: &T,
        part: Part,
        name: &Name,
        e: &'t Expr,
        dest: Reg,
    ) -> Outcome<()> {
        let Some(id) = self.table.of(node, part) else {
            return Err(Failure::new("type expression without a scope", e.at));
        };
        let scope = self.table.get(id);
        self.enter_evaluator(id, name, e.at);
        let value = self.unit.temporary();
        self.annotation_value(e, value)?;
        self.at(e.at);
        self.unit.a(Op::Return, value);
        self.unit.end_path();
        let code = self.leave()?;
        self.at(e.at);
        let mark = self.unit.top;
        let defaults = self.unit.temporary();
        // The format `VALUE`.
        self.unit.load_constant(defaults, &Constant::Tuple([Constant::Int(1)].as_slice().into()));
        self.function_of(code, scope, dest, [Some(defaults), None, None]);
        self.unit.release(mark);
        Ok(())
    }

    pub(super) fn generic_function(
        &mut self,
        def: &'t FunctionDef,
        at: Position,
        line: u32,
        dest: Reg,
        defaults: [Option<Reg>; 2],
    ) -> Outcome<()> {
        let id = self.enter_type_params(def, &def.name, line)?;
        self.at(at);
        let own = [".defaults", ".kwdefaults"].map(|name| self.unit.registers.get(name).copied());
        self.unit.arg_count = own.iter().flatten().count() as u32;
        let row = self.unit.temporaries(2);
        self.type_params(&def.type_params, row + 1)?;
        self.plain_function(def, at, line, row, own)?;
        self.at(at);
        self.intrinsic(Intrinsic::SetFunctionTypeParams, row, row);
        self.unit.a(Op::Return, row);
        self.unit.end_path();
        let code = self.leave()?;
        self.at(at);
        let base = self.call_base(dest);
        let mark = self.unit.top;
        self.function_of(code, self.table.get(id), base, [None; 3]);
        self.unit.release(mark);
        self.unit.temporaries(2);
        let mut count = 0;
        for register in defaults.into_iter().flatten() {
            let argument = self.unit.temporary();
            self.unit.copy(argument, register);
            count += 1;
        }
        self.unit.push(Op::Call, 0, dest, base, count);
        Ok(())
    }

    pub(super) fn generic_class(
        &mut self,
        def: &'t ClassDef,
        at: Position,
        line: u32,
        dest: Reg,
    ) -> Outcome<()> {
        let id = self.enter_type_params(def, &def.name, line)?;
        self.at(at);
        let params = self.unit.temporary();
        self.type_params(&def.type_params, params)?;
        self.store_name(&Name::from(".type_params"), params);
        let generic = self.unit.temporary();
        self.intrinsic(Intrinsic::SubscriptGeneric, generic, params);
        let result = self.unit.temporary();
        self.build_class(def, at, line, result, Some(generic))?;
        self.at(at);
        self.unit.a(Op::Return, result);
        self.unit.end_path();
        let code = self.leave()?;
        self.call_at_once(code, id, at, dest);
        Ok(())
    }

    /// `R[dest] =` the result of a function without arguments.
    fn call_at_once(&mut self, code: crate::code::Code, id: ScopeId, at: Position, dest: Reg) {
        self.at(at);
        let base = self.call_base(dest);
        let mark = self.unit.top;
        self.function_of(code, self.table.get(id), base, [None; 3]);
        self.unit.release(mark);
        self.unit.temporaries(2);
        self.unit.push(Op::Call, 0, dest, base, 0);
    }

    /// `type name[params] = value`
    pub(super) fn type_alias(&mut self, alias: &'t TypeAlias, at: Position) -> Outcome<()> {
        let ExprKind::Name(name) = &alias.name.kind else {
            return Err(Failure::new("invalid syntax", alias.name.at));
        };
        let mark = self.unit.top;
        let value = self.unit.temporary();
        if alias.type_params.is_empty() {
            let row = self.unit.temporaries(3);
            self.alias_value(alias, name, row, None)?;
            self.at(at);
            self.intrinsic(Intrinsic::TypeAlias, value, row);
        } else {
            let id = self.enter_type_params(alias, name, at.line)?;
            self.at(at);
            let row = self.unit.temporaries(3);
            self.type_params(&alias.type_params, row + 1)?;
            self.alias_value(alias, name, row, Some(()))?;
            self.at(at);
            self.intrinsic(Intrinsic::TypeAlias, row, row);
            self.unit.a(Op::Return, row);
            self.unit.end_path();
            let code = self.leave()?;
            self.unit.release(u32::from(value) + 1);
            self.call_at_once(code, id, at, value);
        }
        self.store_name(name, value);
        self.unit.release(mark);
        Ok(())
    }

    /// Name, type parameters (there already if `generic`) and value from `row` on.
    fn alias_value(
        &mut self,
        alias: &'t TypeAlias,
        name: &Name,
        row: Reg,
        generic: Option<()>,
    ) -> Outcome<()> {
        self.load_text(row, name);
        if generic.is_none() {
            self.unit.load_none(row + 1);
        }
        self.evaluator(alias, Part::Body, name, &alias.value, row + 2)
    }
}
