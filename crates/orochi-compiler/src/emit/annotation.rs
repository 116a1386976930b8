//! Annotations. They are evaluated when asked for (PEP 649): the annotations of a function, a
//! class or a module are the body of an `__annotate__` function of one argument, the format
//! wanted. In modules, and where control may pass an annotation by, reaching it is noted in the
//! set `__conditional_annotations__`. Under `from __future__ import annotations` they are strings.

use super::Emitter;
use super::unit::{Label, Reg};
use crate::ast::*;
use crate::bytecode::{Intrinsic, Op};
use crate::code::{Constant, Position};
use crate::error::{Failure, Outcome};
use crate::scope::{Part, ScopeId, ScopeKind};
use crate::unparse::unparse;

/// The greatest format that a compiled `__annotate__` knows: `VALUE_WITH_FAKE_GLOBALS`.
const MAX_FORMAT: u16 = 2;
const CONDITIONAL: &str = "__conditional_annotations__";

/// An annotated variable of a module or class.
struct Annotated<'t> {
    name: &'t Name,
    annotation: &'t Expr,
    conditional: bool,
}

impl<'t> Emitter<'t> {
    /// Starts a function of one argument, the format; refuses formats it does not know.
    pub(super) fn enter_evaluator(&mut self, id: ScopeId, name: &Name, at: Position) {
        self.enter(id, name, at.line);
        self.unit.arg_count = 1;
        self.unit.posonly_count = 1;
        self.at(at);
        let known = self.unit.label();
        let format = self.unit.registers.get(".format").copied().unwrap_or(0);
        self.unit.jump_op(Op::JumpLeInt, 1, format, MAX_FORMAT, known);
        let error = self.unit.temporary();
        self.unit.push(Op::LoadCommon, 1, error, 0, 0);
        self.unit.push(Op::Raise, 1, error, 0, 0);
        self.unit.end_path();
        self.unit.place(known);
        self.unit.release(u32::from(error));
    }

    /// The register of a function's annotate function, or of its annotations if they are strings.
    pub(super) fn function_annotations(
        &mut self,
        def: &'t FunctionDef,
        at: Position,
        line: u32,
    ) -> Outcome<Option<Reg>> {
        let Some(id) = self.table.of(def, Part::Annotations) else { return Ok(None) };
        let mut list: Vec<(Name, &Expr)> = Vec::new();
        for arg in annotation_order(&def.args) {
            list.extend(arg.annotation.as_ref().map(|e| (self.mangled(&arg.name), e)));
        }
        list.extend(def.returns.as_ref().map(|e| (Name::from("return"), e)));
        let dest = self.unit.temporary();
        let mark = self.unit.top;
        if self.future_annotations {
            let row = self.unit.temporaries(2 * list.len());
            for (i, (name, e)) in list.iter().enumerate() {
                self.load_text(row + 2 * i as Reg, name);
                self.load_text(row + 2 * i as Reg + 1, &Name::from(unparse(e)));
            }
            self.unit.push(Op::BuildDict, 0, dest, row, list.len() as u16);
            self.unit.release(mark);
            return Ok(Some(dest));
        }
        let scope = self.table.get(id);
        let first = Position { line, end_line: line, ..at };
        self.enter_evaluator(id, &Name::from("__annotate__"), first);
        let result = self.unit.temporary();
        let row = self.unit.temporaries(0);
        for (name, e) in &list {
            let pair = self.unit.temporaries(2);
            self.at(e.at);
            self.load_text(pair, name);
            self.annotation_value(e, pair + 1)?;
        }
        self.at(at);
        self.unit.push(Op::BuildDict, 0, result, row, list.len() as u16);
        self.unit.a(Op::Return, result);
        self.unit.end_path();
        let code = self.leave()?;
        self.at(at);
        self.function_of(code, scope, dest, [None; 3]);
        self.unit.release(mark);
        Ok(Some(dest))
    }

    /// `*args: *Ts` annotates with the single item that `*Ts` unpacks to.
    pub(super) fn annotation_value(&mut self, e: &'t Expr, dest: Reg) -> Outcome<()> {
        let ExprKind::Starred(inner) = &e.kind else { return self.expr_to(e, dest) };
        let value = self.operand(inner)?;
        self.at(e.at);
        self.unit.push(Op::Unpack, 0, dest, value, 1);
        Ok(())
    }

    // ---- variables of modules and classes

    /// What annotations need before the body of a module or class runs.
    pub(super) fn begin_annotations(&mut self, body: &'t [Stmt]) -> Outcome<()> {
        let scope = self.scope();
        let Some(id) = scope.annotations else { return Ok(()) };
        let mut list = Vec::new();
        collect(body, false, scope.kind == ScopeKind::Module, &mut list);
        if list.is_empty() {
            return Ok(());
        }
        let mark = self.unit.top;
        if self.future_annotations {
            let ignored = self.unit.temporary();
            self.unit.push(Op::Intrinsic, Intrinsic::SetupAnnotations as u8, ignored, 0, 0);
            self.unit.release(mark);
            return Ok(());
        }
        let mut next = 0;
        for annotated in &list {
            if annotated.conditional {
                self.unit
                    .annotation_numbers
                    .insert(std::ptr::from_ref(annotated.annotation).addr(), next);
                next += 1;
            }
        }
        if scope.conditional_annotations {
            let set = self.unit.temporary();
            self.unit.push(Op::BuildSet, 0, set, set, 0);
            self.store_name(&Name::from(CONDITIONAL), set);
            self.unit.release(mark);
        }
        if scope.kind == ScopeKind::Module {
            self.variables_annotate(id, &list, "__annotate__")?;
        }
        Ok(())
    }

    /// A class has its annotate function from the end of its body on.
    pub(super) fn end_class_annotations(&mut self, body: &'t [Stmt]) -> Outcome<()> {
        let Some(id) = self.scope().annotations else { return Ok(()) };
        let mut list = Vec::new();
        collect(body, false, false, &mut list);
        if list.is_empty() || self.future_annotations {
            return Ok(());
        }
        self.variables_annotate(id, &list, "__annotate_func__")
    }

    fn variables_annotate(
        &mut self,
        id: ScopeId,
        list: &[Annotated<'t>],
        stored_as: &str,
    ) -> Outcome<()> {
        let mark = self.unit.top;
        let scope = self.table.get(id);
        let numbers: Vec<Option<u32>> = list
            .iter()
            .map(|a| {
                self.unit.annotation_numbers.get(&std::ptr::from_ref(a.annotation).addr()).copied()
            })
            .collect();
        let private = self.unit.private.clone();
        let at = self.unit.at;
        self.enter_evaluator(id, &Name::from("__annotate__"), scope.at);
        let result = self.unit.temporary();
        self.unit.push(Op::BuildDict, 0, result, result, 0);
        for (annotated, number) in list.iter().zip(numbers) {
            let mark = self.unit.top;
            self.at(annotated.annotation.at);
            let skip = number.map(|number| self.skip_unless_reached(number));
            let key = self.unit.temporary();
            let value = self.unit.temporary();
            let name = crate::scope::mangle(private.as_ref(), annotated.name);
            self.annotation_value(annotated.annotation, value)?;
            self.at(annotated.annotation.at);
            self.load_text(key, &name);
            self.unit.push(Op::DictAdd, 0, result, key, value);
            if let Some(skip) = skip {
                self.unit.place(skip);
            }
            self.unit.release(mark);
        }
        self.unit.a(Op::Return, result);
        self.unit.end_path();
        let code = self.leave()?;
        self.at(at);
        let function = self.unit.temporary();
        self.function_of(code, scope, function, [None; 3]);
        self.unit.named(Op::StoreName, 0, function, 0, &Name::from(stored_as));
        self.unit.release(mark);
        Ok(())
    }

    fn skip_unless_reached(&mut self, number: u32) -> Label {
        let skip = self.unit.label();
        let mark = self.unit.top;
        let (index, set) = (self.unit.temporary(), self.unit.temporary());
        self.unit.load_constant(index, &Constant::Int(i64::from(number)));
        self.load_name(&Name::from(CONDITIONAL), set);
        self.unit.jump_op(Op::JumpIn, 0, index, set, skip);
        self.unit.release(mark);
        skip
    }

    /// An annotated name in a module or class body.
    pub(super) fn variable_annotation(
        &mut self,
        name: &'t Name,
        annotation: &'t Expr,
        at: Position,
    ) -> Outcome<()> {
        let mark = self.unit.top;
        self.at(at);
        if self.future_annotations {
            let (mapping, key) = (self.unit.temporary(), self.unit.temporary());
            let text = self.unit.temporary();
            self.load_text(text, &Name::from(unparse(annotation)));
            self.load_name(&Name::from("__annotations__"), mapping);
            let name = self.mangled(name);
            self.load_text(key, &name);
            self.unit.push(Op::SetItem, 0, mapping, key, text);
        } else if let Some(&number) =
            self.unit.annotation_numbers.get(&std::ptr::from_ref(annotation).addr())
        {
            let (set, index) = (self.unit.temporary(), self.unit.temporary());
            self.load_name(&Name::from(CONDITIONAL), set);
            self.unit.load_constant(index, &Constant::Int(i64::from(number)));
            self.unit.ab(Op::SetAdd, set, index);
        } else if self.scope().annotations.is_none() {
            return Err(Failure::new("annotation without a scope", at));
        }
        self.unit.release(mark);
        Ok(())
    }
}

/// Parameters in the order in which their annotations are listed: `*args` before keyword-only.
fn annotation_order(args: &Arguments) -> impl Iterator<Item = &Arg> {
    args.posonly.iter().chain(&args.args).chain(&args.vararg).chain(&args.kwonly).chain(&args.kwarg)
}

/// The annotated names of a body, in source order; those inside compound statements are
/// conditional, in modules all.
fn collect<'t>(body: &'t [Stmt], inside: bool, module: bool, list: &mut Vec<Annotated<'t>>) {
    stacker::maybe_grow(128 << 10, 2 << 20, || {
        for s in body {
            collect_statement(s, inside, module, list);
        }
    });
}

fn collect_statement<'t>(s: &'t Stmt, inside: bool, module: bool, list: &mut Vec<Annotated<'t>>) {
    let mut within = |body: &'t [Stmt]| collect(body, true, module, list);
    match &s.kind {
        StmtKind::AnnAssign { target, annotation, simple: true, .. } => {
            if let ExprKind::Name(name) = &target.kind {
                list.push(Annotated { name, annotation, conditional: inside || module });
            }
        }
        StmtKind::For(node) => {
            within(&node.body);
            within(&node.orelse);
        }
        StmtKind::While { body, orelse, .. } | StmtKind::If { body, orelse, .. } => {
            within(body);
            within(orelse);
        }
        StmtKind::With { body, .. } => within(body),
        StmtKind::Match { cases, .. } => cases.iter().for_each(|case| within(&case.body)),
        StmtKind::Try(node) => {
            within(&node.body);
            node.handlers.iter().for_each(|h| within(&h.body));
            within(&node.orelse);
            within(&node.finalbody);
        }
        _ => {}
    }
}
