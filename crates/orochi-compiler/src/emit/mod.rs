//! From syntax tree to bytecode.
//!
//! Locals stay in their registers: an operand that is a local names its register directly, and an
//! expression is emitted *into* a destination register that its context chooses, so that
//! `x = a + b` is one instruction. A destination that is a local is written by the last
//! instruction of an expression only: whoever needs to write more than once (`or`, displays,
//! comprehensions) works in a temporary. Temporaries are a stack; a call's base is always above
//! every live one.
//!
//! The files: [`unit`](mod@unit) holds the code object in the making, [`layout`] writes its words, `name`
//! loads and stores variables, and the others each emit one family of the grammar.

mod annotation;
mod arithmetic;
mod assign;
mod block;
mod call;
mod class;
mod comprehension;
mod condition;
mod display;
mod exception;
mod expression;
mod fold;
mod fstring;
mod function;
mod import;
mod layout;
mod name;
mod pattern;
mod statement;
mod suspend;
mod type_params;
pub mod unit;
mod warn;
mod with;

use crate::Options;
use crate::ast::{ComprehensionKind, Module, Name};
use crate::code::{Code, Constant, Position, VariableKind, flags};
use crate::error::{Failure, Outcome, Warning, WarningClass};
use crate::scope::{Resolution, Scope, ScopeId, ScopeKind, Table, symbol};
use block::Block;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use unit::{Reg, Unit};

pub use fold::fold;

/// Emits the code of a whole source.
pub fn emit(
    module: &Module,
    table: &Table,
    filename: &str,
    options: &Options,
    warnings: Vec<Warning>,
) -> Outcome<(Code, Vec<Warning>)> {
    let filename: Arc<str> = Arc::from(filename);
    let name = Name::from("<module>");
    let mut emitter = Emitter {
        table,
        filename,
        optimize: options.optimize,
        future_annotations: options.future_annotations,
        top_level_await: options.top_level_await,
        interactive: matches!(module, Module::Interactive(_)),
        warnings,
        outer: Vec::new(),
        unit: Unit::new(ScopeId(0), name.clone(), name, 1),
        blocks: Vec::new(),
        outer_blocks: Vec::new(),
        finally: Vec::new(),
        outer_finally: Vec::new(),
    };
    let code = emitter.module(module)?;
    Ok((code, emitter.warnings))
}

/// State of one emission. `'t` is the lifetime of tree and tables.
pub struct Emitter<'t> {
    table: &'t Table,
    filename: Arc<str>,
    optimize: u8,
    future_annotations: bool,
    top_level_await: bool,
    interactive: bool,
    warnings: Vec<Warning>,
    /// The units around the current one.
    outer: Vec<Unit>,
    unit: Unit,
    /// Blocks that jumps out of them have to leave properly.
    blocks: Vec<Block<'t>>,
    outer_blocks: Vec<Vec<Block<'t>>>,
    /// The loops that a jump in a `finally` body may stay inside of; see [`Emitter::finally`].
    finally: Vec<usize>,
    outer_finally: Vec<Vec<usize>>,
}

impl<'t> Emitter<'t> {
    fn scope(&self) -> &'t Scope {
        self.table.get(self.unit.scope)
    }

    fn module(&mut self, module: &'t Module) -> Outcome<Code> {
        let scope = self.table.get(ScopeId(0));
        if self.future_annotations {
            self.unit.flags |= flags::FUTURE_ANNOTATIONS;
        }
        self.declare_variables(scope);
        self.prologue(scope);
        if scope.is_coroutine && self.top_level_await {
            self.unit.flags |=
                if scope.is_generator { flags::ASYNC_GENERATOR } else { flags::COROUTINE };
        }
        match module {
            Module::Module(body) => {
                self.module_body(body)?;
            }
            Module::Interactive(body) => self.interactive_body(body)?,
            Module::Expression(e) => {
                let value = self.operand(e)?;
                self.unit.a(crate::bytecode::Op::Return, value);
                self.unit.end_path();
            }
            Module::FunctionType { .. } => {}
        }
        self.return_none();
        let unit = std::mem::replace(
            &mut self.unit,
            Unit::new(ScopeId(0), Name::from(""), Name::from(""), 0),
        );
        layout::finish(unit, &self.filename)
    }

    /// What a body without `return` ends with. It is on no line: control comes to it from several.
    fn return_none(&mut self) {
        if self.unit.is_reachable() {
            self.at(crate::parse::NOWHERE);
            let value = self.unit.temporary();
            self.unit.load_none(value);
            self.unit.a(crate::bytecode::Op::Return, value);
            self.unit.end_path();
        }
    }

    // ---- units

    /// Starts the code of a scope inside the current one.
    fn enter(&mut self, id: ScopeId, name: &Name, line: u32) {
        let scope = self.table.get(id);
        let qualname = self.qualname(scope, name);
        let mut unit = Unit::new(id, name.clone(), qualname, line);
        unit.private = scope.private.clone();
        if self.future_annotations {
            unit.flags |= flags::FUTURE_ANNOTATIONS;
        }
        if scope.kind.is_function_like() {
            unit.flags |= flags::OPTIMIZED | flags::NEWLOCALS;
        }
        if scope.nested {
            unit.flags |= flags::NESTED;
        }
        if scope.has_varargs {
            unit.flags |= flags::VARARGS;
        }
        if scope.has_varkeywords {
            unit.flags |= flags::VARKEYWORDS;
        }
        unit.flags |=
            match (scope.is_generator, scope.is_coroutine && scope.kind.is_function_like()) {
                (true, true) => flags::ASYNC_GENERATOR,
                (true, false) => flags::GENERATOR,
                (false, true) => flags::COROUTINE,
                (false, false) => 0,
            };
        let in_class = self.scope().kind == ScopeKind::Class
            || (self.scope().kind == ScopeKind::TypeParameters && self.scope().sees_class);
        if in_class && matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda) {
            unit.flags |= flags::METHOD;
        }
        self.outer.push(std::mem::replace(&mut self.unit, unit));
        self.outer_blocks.push(std::mem::take(&mut self.blocks));
        self.outer_finally.push(std::mem::take(&mut self.finally));
        self.declare_variables(scope);
        self.prologue(scope);
    }

    /// Ends the code of the current scope and goes back to the one around it.
    fn leave(&mut self) -> Outcome<Code> {
        let Some(outer) = self.outer.pop() else {
            return Err(Failure::new("unbalanced scopes", self.unit.at));
        };
        self.blocks = self.outer_blocks.pop().unwrap_or_default();
        self.finally = self.outer_finally.pop().unwrap_or_default();
        let unit = std::mem::replace(&mut self.unit, outer);
        layout::finish(unit, &self.filename)
    }

    fn qualname(&self, scope: &Scope, name: &Name) -> Name {
        // Type parameters are a scope of their own, but not part of a name.
        let mut around = &self.unit;
        let mut depth = self.outer.len();
        if self.table.get(around.scope).kind == ScopeKind::TypeParameters && depth > 0 {
            depth -= 1;
            around = &self.outer[depth];
        }
        if depth == 0 {
            return name.clone();
        }
        let outer = self.table.get(around.scope);
        let mangled = crate::scope::mangle(outer.private.as_ref(), name);
        let definition = matches!(scope.kind, ScopeKind::Function | ScopeKind::Class);
        if definition && outer.resolution(&mangled) == Resolution::GlobalExplicit {
            return name.clone();
        }
        let infix = if outer.kind.is_function_like() { ".<locals>." } else { "." };
        Name::from(format!("{}{infix}{name}", around.qualname))
    }

    /// Gives every variable of the scope its register.
    fn declare_variables(&mut self, scope: &'t Scope) {
        let unit = &mut self.unit;
        let name_mode = !scope.kind.is_function_like();
        if name_mode {
            unit.variable(&Name::from(".namespace"), VariableKind::Hidden);
        }
        if scope.kind == ScopeKind::Class {
            for (wanted, name) in
                [(scope.needs_class_cell, "__class__"), (scope.needs_class_dict, "__classdict__")]
            {
                if wanted {
                    let name = Name::from(name);
                    let register = unit.variable(&name, VariableKind::Cell);
                    unit.registers.insert(name, register);
                }
            }
        }
        for name in &scope.parameters {
            let cell = scope.resolution(name) == Resolution::Cell;
            let register =
                unit.variable(name, if cell { VariableKind::Cell } else { VariableKind::Local });
            unit.registers.insert(name.clone(), register);
            if !cell {
                unit.set_bound(register);
            }
        }
        for symbol in &scope.symbols {
            let kind = match symbol.resolution {
                Resolution::Local if !name_mode => VariableKind::Local,
                Resolution::Cell => VariableKind::Cell,
                _ => continue,
            };
            if symbol.flags & symbol::PARAM == 0 {
                let register = unit.variable(&symbol.name, kind);
                unit.registers.insert(symbol.name.clone(), register);
            }
        }
        self.declare_hidden(scope, 0);
        let unit = &mut self.unit;
        for name in &scope.free {
            let register = unit.variable(name, VariableKind::Free);
            unit.registers.insert(name.clone(), register);
        }
        unit.seal_variables();
        for symbol in &scope.symbols {
            if symbol.flags & symbol::DELETED != 0
                && let Some(&register) = unit.registers.get(&symbol.name)
                && register < 128
            {
                unit.deletable |= 1 << register;
            }
        }
    }

    /// Registers for the variables of comprehensions that are inlined into this scope. Those next
    /// to each other share registers.
    fn declare_hidden(&mut self, scope: &'t Scope, depth: usize) {
        for &child in &scope.children {
            let inner = self.table.get(child);
            if !inner.inlined {
                continue;
            }
            for symbol in &inner.symbols {
                let cell = match symbol.resolution {
                    Resolution::Local => false,
                    Resolution::Cell => true,
                    _ => continue,
                };
                let key = (symbol.name.clone(), depth, cell);
                if !self.unit.hidden.contains_key(&key) {
                    let kind = if cell { VariableKind::HiddenCell } else { VariableKind::Hidden };
                    let register = self.unit.variable(&symbol.name, kind);
                    self.unit.hidden.insert(key, register);
                }
            }
            self.declare_hidden(inner, depth + 1);
        }
    }

    /// Makes the cells and copies the closure.
    fn prologue(&mut self, scope: &'t Scope) {
        use crate::bytecode::Op;
        let unit = &mut self.unit;
        for register in 0..unit.variables.len() {
            if unit.variables[register].kind == VariableKind::Cell {
                unit.a(Op::MakeCell, register as Reg);
            }
        }
        if let Some(first) = scope.free.first()
            && let Some(&register) = unit.registers.get(first)
        {
            unit.a(Op::CopyFree, register);
        }
    }

    // ---- positions and warnings

    /// Instructions pushed from now on belong to `at`.
    fn at(&mut self, at: Position) {
        self.unit.at = at;
    }

    /// An instruction for a line that would have none, so that tracing meets it.
    fn visible(&mut self, at: Position) {
        self.at(at);
        self.unit.push(crate::bytecode::Op::Nop, 0, 0, 0, 0);
    }

    fn warn(&mut self, message: impl Into<String>, at: Position) {
        self.warnings.push(Warning {
            class: WarningClass::SyntaxWarning,
            message: message.into(),
            at,
            late: true,
        });
    }

    /// Runs `f` on more stack if need be.
    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        stacker::maybe_grow(256 << 10, 4 << 20, || f(self))
    }

    // ---- what the current code may contain

    /// Whether `await` and its like may stand here.
    fn is_async_scope(&self) -> bool {
        let scope = self.scope();
        scope.is_async_function
            || matches!(scope.kind, ScopeKind::Comprehension(ComprehensionKind::Generator))
            || (scope.kind == ScopeKind::Module && self.top_level_await)
    }

    fn constant_code(&mut self, code: Code) -> u32 {
        self.unit.constant(&Constant::Code(Arc::new(code)))
    }

    fn hidden_registers(&mut self, scope: &'t Scope, depth: usize) -> FxHashMap<Name, Reg> {
        let mut registers = FxHashMap::default();
        for symbol in &scope.symbols {
            let cell = match symbol.resolution {
                Resolution::Local => false,
                Resolution::Cell => true,
                _ => continue,
            };
            if let Some(&register) = self.unit.hidden.get(&(symbol.name.clone(), depth, cell)) {
                registers.insert(symbol.name.clone(), register);
            }
        }
        registers
    }
}
