//! Class statements: the body is a function without parameters that fills the namespace in
//! register 0; `__build_class__` is called with it, the name, the bases and the keywords.

use super::Emitter;
use super::call::{check_keywords, must_spread};
use super::unit::Reg;
use crate::ast::*;
use crate::bytecode::{Intrinsic, Op};
use crate::code::{Code, Constant, Position};
use crate::error::{Failure, Outcome};
use crate::scope::{Part, ScopeId};

impl<'t> Emitter<'t> {
    pub(super) fn class_def(&mut self, def: &'t ClassDef, at: Position) -> Outcome<()> {
        let mark = self.unit.top;
        self.check_target(&def.name, false, at)?;
        let line = def.decorators.first().map_or(at.line, |d| d.at.line);
        let local = if def.decorators.is_empty() { self.local_register(&def.name) } else { None };
        let target = match local {
            Some(register) => register,
            None => self.unit.temporary(),
        };
        let bases = self.decorators(&def.decorators, target)?;
        let dest = bases.last().map_or(target, |&base| base + 3);
        self.at(at);
        if def.type_params.is_empty() {
            self.build_class(def, at, line, dest, None)?;
        } else {
            self.generic_class(def, at, line, dest)?;
        }
        self.apply_decorators(&def.decorators, &bases, target);
        self.at(at);
        match local {
            Some(register) => self.unit.set_bound(register),
            None => self.store_name(&def.name, target),
        }
        self.unit.release(mark);
        Ok(())
    }

    /// `R[dest] = __build_class__(body, name, *bases, **keywords)`; `generic` is the register of
    /// `Generic[...]`, to be added to the bases.
    pub(super) fn build_class(
        &mut self,
        def: &'t ClassDef,
        at: Position,
        line: u32,
        dest: Reg,
        generic: Option<Reg>,
    ) -> Outcome<()> {
        let Some(id) = self.table.of(def, Part::Body) else {
            return Err(Failure::new("class without a scope", at));
        };
        check_keywords(&def.keywords)?;
        let code = self.class_body(def, id, line)?;
        let at = Position { end_line: at.line, end_column: at.column, ..at };
        let base = self.call_base(dest);
        self.at(at);
        self.unit.a(Op::LoadBuildClass, base);
        self.unit.temporaries(2);
        let name = Constant::Str(def.name.clone().into());
        let scope = self.table.get(id);
        if must_spread(&def.bases, &def.keywords) {
            let positional = self.unit.temporaries(2);
            let mark = self.unit.top;
            let first = self.unit.temporaries(2);
            self.function_of(code, scope, first, [None; 3]);
            self.unit.load_constant(first + 1, &name);
            self.unit.push(Op::BuildList, 0, positional, first, 2);
            self.unit.release(mark);
            for e in &def.bases {
                let (op, value) = match &e.kind {
                    ExprKind::Starred(inner) => (Op::ListExtend, self.operand(inner)?),
                    _ => (Op::ListAppend, self.operand(e)?),
                };
                self.at(e.at);
                self.unit.ab(op, positional, value);
                self.unit.release(mark);
            }
            if let Some(generic) = generic {
                self.unit.ab(Op::ListAppend, positional, generic);
            }
            return self.finish_spread(base, positional, &def.keywords, at, dest);
        }
        let body = self.unit.temporary();
        self.function_of(code, scope, body, [None; 3]);
        let text = self.unit.temporary();
        self.unit.load_constant(text, &name);
        self.row(&def.bases)?;
        let mut count = 2 + def.bases.len();
        if let Some(generic) = generic {
            let register = self.unit.temporary();
            self.unit.copy(register, generic);
            count += 1;
        }
        if def.keywords.is_empty() {
            self.at(at);
            self.unit.push(Op::Call, 0, dest, base, count as u16);
            return Ok(());
        }
        let mut names = Vec::new();
        for keyword in &def.keywords {
            let register = self.unit.temporary();
            self.expr_to(&keyword.value, register)?;
            names.extend(keyword.arg.as_ref().map(|name| Constant::Str(name.clone().into())));
        }
        self.at(at);
        let constant = self.unit.constant(&Constant::Tuple(names.into()));
        self.unit.push_wide(Op::CallKw, (count + def.keywords.len()) as u8, dest, base, constant);
        Ok(())
    }

    fn class_body(&mut self, def: &'t ClassDef, id: ScopeId, line: u32) -> Outcome<Code> {
        let attributes = static_attributes(&def.body);
        self.enter(id, &def.name, line);
        let scope = self.table.get(id);
        self.unit.static_attributes = attributes;
        self.at(Position { line, end_line: line, column: 0, end_column: 0 });
        let value = self.unit.temporary();
        self.unit.named(Op::LoadName, 0, value, 0, &Name::from("__name__"));
        self.unit.named(Op::StoreName, 0, value, 0, &Name::from("__module__"));
        let qualname = Constant::Str(self.unit.qualname.clone().into());
        self.store_constant("__qualname__", &qualname, value);
        self.store_constant("__firstlineno__", &Constant::Int(i64::from(line)), value);
        if let Some(register) = self.unit.registers.get("__classdict__").copied() {
            self.unit.ab(Op::StoreCell, register, 0);
        }
        if !def.type_params.is_empty() {
            let cell = self.unit.registers.get(".type_params").copied();
            if let Some(cell) = cell {
                self.unit.named(Op::LoadCell, 1, value, cell, &Name::from(".type_params"));
                self.unit.named(Op::StoreName, 0, value, 0, &Name::from("__type_params__"));
            }
        }
        self.unit.release(u32::from(value));
        let mut body = &def.body[..];
        self.begin_annotations(body)?;
        if let Some((docstring, rest)) = self.docstring(body) {
            if let Some(docstring) = docstring {
                self.at(body[0].at);
                let value = self.unit.temporary();
                self.store_constant("__doc__", &docstring, value);
                self.unit.release(u32::from(value));
            }
            body = rest;
        }
        self.statements(body)?;
        self.at(Position { line, end_line: line, column: 0, end_column: 0 });
        self.end_class_annotations(&def.body)?;
        let value = self.unit.temporary();
        let names = self
            .unit
            .static_attributes
            .iter()
            .map(|name| Constant::Str(name.clone().into()))
            .collect();
        self.store_constant("__static_attributes__", &Constant::Tuple(names), value);
        if let Some(register) = self.unit.registers.get("__classdict__").copied() {
            self.unit.named(Op::StoreName, 0, register, 0, &Name::from("__classdictcell__"));
        }
        let row = self.unit.temporaries(2);
        self.unit.ab(Op::Move, row, 0);
        match self.unit.registers.get("__class__").copied() {
            Some(register) if scope.needs_class_cell => self.unit.ab(Op::Move, row + 1, register),
            _ => self.unit.load_none(row + 1),
        }
        self.unit.push(Op::Intrinsic, Intrinsic::ClassResult as u8, value, row, 0);
        self.unit.a(Op::Return, value);
        self.unit.end_path();
        self.leave()
    }

    /// Stores a constant under a name in the namespace, through the register `value`.
    pub(super) fn store_constant(&mut self, name: &str, constant: &Constant, value: Reg) {
        self.unit.load_constant(value, constant);
        self.unit.named(Op::StoreName, 0, value, 0, &Name::from(name));
    }
}

/// The attributes that the methods of a class assign to `self`, in order of appearance.
fn static_attributes(body: &[Stmt]) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    for s in body {
        if let StmtKind::FunctionDef(def) = &s.kind {
            let first = def.args.posonly.first().or(def.args.args.first());
            if let Some(first) = first {
                attributes_in(&def.body, &first.name, &mut names);
            }
        }
    }
    names
}

fn attributes_in(body: &[Stmt], receiver: &Name, names: &mut Vec<Name>) {
    stacker::maybe_grow(128 << 10, 2 << 20, || {
        for s in body {
            attributes_in_statement(s, receiver, names);
        }
    });
}

fn attributes_in_statement(s: &Stmt, receiver: &Name, names: &mut Vec<Name>) {
    let mut target = |e: &Expr| attributes_in_target(e, receiver, names);
    match &s.kind {
        StmtKind::Assign { targets, .. } => targets.iter().for_each(target),
        StmtKind::AugAssign { target: e, .. }
        | StmtKind::AnnAssign { target: e, value: Some(_), .. } => target(e),
        StmtKind::For(node) => {
            target(&node.target);
            attributes_in(&node.body, receiver, names);
            attributes_in(&node.orelse, receiver, names);
        }
        StmtKind::While { body, orelse, .. } | StmtKind::If { body, orelse, .. } => {
            attributes_in(body, receiver, names);
            attributes_in(orelse, receiver, names);
        }
        StmtKind::With { items, body, .. } => {
            items.iter().filter_map(|item| item.target.as_ref()).for_each(target);
            attributes_in(body, receiver, names);
        }
        StmtKind::Match { cases, .. } => {
            cases.iter().for_each(|case| attributes_in(&case.body, receiver, names));
        }
        StmtKind::Try(node) => {
            attributes_in(&node.body, receiver, names);
            node.handlers.iter().for_each(|h| attributes_in(&h.body, receiver, names));
            attributes_in(&node.orelse, receiver, names);
            attributes_in(&node.finalbody, receiver, names);
        }
        StmtKind::FunctionDef(def) => attributes_in(&def.body, receiver, names),
        _ => {}
    }
}

fn attributes_in_target(e: &Expr, receiver: &Name, names: &mut Vec<Name>) {
    match &e.kind {
        ExprKind::Attribute { value, attr } => {
            let own = matches!(&value.kind, ExprKind::Name(name) if name == receiver);
            if own && !names.contains(attr) {
                names.push(attr.clone());
            }
        }
        ExprKind::Tuple(elements) | ExprKind::List(elements) => {
            elements.iter().for_each(|e| attributes_in_target(e, receiver, names));
        }
        ExprKind::Starred(inner) => attributes_in_target(inner, receiver, names),
        _ => {}
    }
}
