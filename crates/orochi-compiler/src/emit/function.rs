//! Functions and lambdas: their code, and the instructions that make the function object.

use super::Emitter;
use super::block::Block;
use super::unit::{Label, Reg};
use crate::ast::*;
use crate::bytecode::{Intrinsic, Op};
use crate::code::{Code, Constant, Position, flags};
use crate::error::{Failure, Outcome};
use crate::scope::{Part, Scope, ScopeKind};

impl<'t> Emitter<'t> {
    pub(super) fn unit_is_generator(&self) -> bool {
        self.unit.flags & (flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR) != 0
    }

    /// A generator's body is guarded as a whole: a `StopIteration` must not leave it.
    pub(super) fn begin_generator(&mut self) -> (Label, Reg) {
        let handler = self.unit.label();
        let register = self.unit.temporary();
        self.unit.open_range(handler, register);
        self.blocks.push(Block::Generator);
        (handler, register)
    }

    pub(super) fn end_generator(&mut self, (handler, register): (Label, Reg)) {
        self.blocks.pop();
        self.unit.close_range();
        self.unit.place_handler(handler, Some(0));
        self.at(Position::default());
        self.unit.push(Op::Intrinsic, Intrinsic::StopIterationError as u8, register, register, 0);
        self.unit.a(Op::Reraise, register);
        self.unit.end_path();
    }

    /// The function object of `code` at `dest`. Defaults, keyword defaults and annotate function
    /// are in the registers given, where there are any.
    pub(super) fn function_of(
        &mut self,
        code: Code,
        scope: &Scope,
        dest: Reg,
        parts: [Option<Reg>; 3],
    ) {
        let mark = self.unit.top;
        let row = self.unit.temporaries(4);
        for (slot, part) in [(0, parts[0]), (1, parts[1]), (3, parts[2])] {
            match part {
                Some(register) => self.unit.copy(row + slot, register),
                None => self.unit.a(Op::Unbind, row + slot),
            }
        }
        if scope.free.is_empty() {
            self.unit.a(Op::Unbind, row + 2);
        } else {
            self.closure(scope, row + 2);
        }
        let constant = self.constant_code(code);
        self.unit.push_wide(Op::MakeFunction, 0, dest, row, constant);
        self.unit.release(mark);
    }

    /// `R[dest] =` the tuple of cells that a scope inside wants.
    fn closure(&mut self, scope: &Scope, dest: Reg) {
        let mark = self.unit.top;
        let first = self.unit.temporaries(scope.free.len());
        for (i, name) in scope.free.iter().enumerate() {
            let inlined = self
                .unit
                .inlined
                .iter()
                .rev()
                .find_map(|inlined| inlined.registers.get(name).copied());
            match inlined.or_else(|| self.unit.registers.get(name).copied()) {
                Some(register) => self.unit.ab(Op::Move, first + i as Reg, register),
                None => self.unit.overflow = Some("closure variable without a cell"),
            }
        }
        self.unit.push(Op::BuildTuple, 0, dest, first, scope.free.len() as u16);
        self.unit.release(mark);
    }

    pub(super) fn lambda(&mut self, node: &'t Lambda, at: Position, dest: Reg) -> Outcome<()> {
        let Some(id) = self.table.of(node, Part::Body) else {
            return Err(Failure::new("lambda without a scope", at));
        };
        let (defaults, kw_defaults) = self.defaults(&node.args)?;
        let scope = self.table.get(id);
        self.enter(id, &scope.name, at.line);
        self.set_arguments(&node.args)?;
        let guard = self.unit_is_generator().then(|| self.begin_generator());
        let value = self.operand(&node.body)?;
        self.at(node.body.at);
        self.unit.a(Op::Return, value);
        self.unit.end_path();
        if let Some(guard) = guard {
            self.end_generator(guard);
        }
        let code = self.leave()?;
        self.at(at);
        self.function_of(code, scope, dest, [defaults, kw_defaults, None]);
        Ok(())
    }

    pub(super) fn set_arguments(&mut self, args: &Arguments) -> Outcome<()> {
        for arg in args.in_order() {
            self.check_target(&arg.name, false, arg.at)?;
        }
        self.unit.arg_count = (args.posonly.len() + args.args.len()) as u32;
        self.unit.posonly_count = args.posonly.len() as u32;
        self.unit.kwonly_count = args.kwonly.len() as u32;
        Ok(())
    }

    /// Registers of the tuple of defaults and the dict of keyword-only defaults.
    pub(super) fn defaults(&mut self, args: &'t Arguments) -> Outcome<(Option<Reg>, Option<Reg>)> {
        let mut defaults = None;
        if let Some(first) = args.defaults.first() {
            let register = self.unit.temporary();
            let mark = self.unit.top;
            let constants: Option<Vec<Constant>> =
                args.defaults.iter().map(|e| e.constant().cloned()).collect();
            match constants {
                Some(constants) => {
                    self.at(first.at);
                    self.unit.load_constant(register, &Constant::Tuple(constants.into()));
                }
                None => {
                    let row = self.row(&args.defaults)?;
                    self.at(first.at);
                    self.unit.push(Op::BuildTuple, 0, register, row, args.defaults.len() as u16);
                }
            }
            self.unit.release(mark);
            defaults = Some(register);
        }
        let mut kw_defaults = None;
        if args.kw_defaults.iter().any(Option::is_some) {
            let register = self.unit.temporary();
            let mark = self.unit.top;
            let row = self.unit.temporaries(0);
            let mut count = 0;
            for (arg, default) in args.kwonly.iter().zip(&args.kw_defaults) {
                let Some(default) = default else { continue };
                let pair = self.unit.temporaries(2);
                let name = self.mangled(&arg.name);
                self.at(default.at);
                self.unit.load_constant(pair, &Constant::Str(name.into()));
                self.expr_to(default, pair + 1)?;
                count += 1;
            }
            self.unit.push(Op::BuildDict, 0, register, row, count);
            self.unit.release(mark);
            kw_defaults = Some(register);
        }
        Ok((defaults, kw_defaults))
    }

    /// `def` and `async def`.
    pub(super) fn function_def(&mut self, def: &'t FunctionDef, at: Position) -> Outcome<()> {
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
        self.at(Position { end_line: at.line, end_column: at.column, ..at });
        let (defaults, kw_defaults) = self.defaults(&def.args)?;
        if def.type_params.is_empty() {
            self.plain_function(def, at, line, dest, [defaults, kw_defaults])?;
        } else {
            self.generic_function(def, at, line, dest, [defaults, kw_defaults])?;
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

    /// Makes the function at `dest`, its defaults being in the registers given.
    pub(super) fn plain_function(
        &mut self,
        def: &'t FunctionDef,
        at: Position,
        line: u32,
        dest: Reg,
        defaults: [Option<Reg>; 2],
    ) -> Outcome<()> {
        let Some(id) = self.table.of(def, Part::Body) else {
            return Err(Failure::new("function without a scope", at));
        };
        let annotate = self.function_annotations(def, at, line)?;
        let code = self.function_code(def, line)?;
        self.at(at);
        self.function_of(code, self.table.get(id), dest, [defaults[0], defaults[1], annotate]);
        Ok(())
    }

    fn function_code(&mut self, def: &'t FunctionDef, line: u32) -> Outcome<Code> {
        let Some(id) = self.table.of(def, Part::Body) else {
            return Err(Failure::new("function without a scope", self.unit.at));
        };
        self.enter(id, &def.name, line);
        self.set_arguments(&def.args)?;
        let mut body = &def.body[..];
        if let Some((docstring, rest)) = self.docstring(body) {
            if let Some(docstring) = docstring {
                self.unit.constant(&docstring);
                self.unit.flags |= flags::HAS_DOCSTRING;
            }
            body = rest;
        }
        let guard = self.unit_is_generator().then(|| self.begin_generator());
        self.statements(body)?;
        self.return_none();
        if let Some(guard) = guard {
            self.end_generator(guard);
        }
        self.leave()
    }

    /// Evaluates decorators, outermost first, each at a call base; the function is to be made at
    /// the innermost one's argument. The outermost base is `target` if that is a temporary.
    pub(super) fn decorators(&mut self, decorators: &'t [Expr], target: Reg) -> Outcome<Vec<Reg>> {
        let mut bases = Vec::with_capacity(decorators.len());
        let mut dest = target;
        for decorator in decorators {
            let base = self.call_base(dest);
            self.expr_to(decorator, base)?;
            self.unit.temporaries(3);
            bases.push(base);
            dest = base + 3;
        }
        Ok(bases)
    }

    /// Calls the decorators, innermost first. The result is in `target`.
    pub(super) fn apply_decorators(&mut self, decorators: &'t [Expr], bases: &[Reg], target: Reg) {
        for (i, &base) in bases.iter().enumerate().rev() {
            let dest = if i == 0 { target } else { bases[i - 1] + 3 };
            self.at(decorators[i].at);
            self.unit.release(u32::from(base) + 4);
            self.unit.push(Op::Call, 0, dest, base, 1);
        }
    }

    /// The docstring that a body starts with and the statements behind it; `None` instead of the
    /// docstring if docstrings are left out.
    pub(super) fn docstring<'b>(&self, body: &'b [Stmt]) -> Option<(Option<Constant>, &'b [Stmt])> {
        let (first, rest) = body.split_first()?;
        let StmtKind::Expr(e) = &first.kind else { return None };
        let Some(Constant::Str(text)) = e.constant() else { return None };
        if self.optimize >= 2 {
            return Some((None, rest));
        }
        Some((Some(Constant::Str(clean_docstring(text).into())), rest))
    }

    /// Whether the current code belongs to a function body (or lambda).
    pub(super) fn in_function(&self) -> bool {
        matches!(self.scope().kind, ScopeKind::Function | ScopeKind::Lambda)
    }
}

/// A docstring without the indentation that all its lines but the first share, tabs expanded.
fn clean_docstring(text: &[u8]) -> Vec<u8> {
    let expanded = expand_tabs(text);
    let lines: Vec<&[u8]> = expanded.split(|&b| b == b'\n').collect();
    let indent = |line: &[u8]| line.iter().take_while(|&&b| b == b' ').count();
    let margin = lines[1..]
        .iter()
        .filter(|line| line.iter().any(|&b| b != b' '))
        .map(|line| indent(line))
        .min();
    let margin = margin.unwrap_or(0);
    let mut out = Vec::with_capacity(expanded.len());
    let first = lines[0];
    out.extend_from_slice(&first[indent(first)..]);
    for line in &lines[1..] {
        out.push(b'\n');
        out.extend_from_slice(&line[margin.min(indent(line))..]);
    }
    out
}

fn expand_tabs(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut column = 0;
    for &byte in text {
        match byte {
            b'\t' => {
                let spaces = 8 - column % 8;
                out.extend(std::iter::repeat_n(b' ', spaces));
                column += spaces;
            }
            b'\n' | b'\r' => {
                out.push(byte);
                column = 0;
            }
            _ => {
                out.push(byte);
                // Continuation bytes take no column.
                column += usize::from(byte & 0xc0 != 0x80);
            }
        }
    }
    out
}
