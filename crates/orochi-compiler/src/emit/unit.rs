//! One code object in the making: instructions with symbolic labels, constants, registers, and
//! what is known about which locals are bound.
//!
//! Instructions are pushed in order. While control cannot reach the end of what was pushed, the
//! state is *unreachable* and pushes are dropped: that is all there is to dead code. A label
//! collects, from the jumps to it, the intersection of the sets of locals that are certainly
//! bound; that is all there is to definite assignment, because a local becomes unbound only by
//! `del` (and the end of `except … as`), and locals to which that may happen are forgotten at loop
//! heads and handlers.

use crate::ast::Name;
use crate::bytecode::Op;
use crate::code::{Constant, Position, Variable, VariableKind};
use crate::scope::{Private, ScopeId};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A register of the window.
pub type Reg = u16;

/// The most registers a window may have: some way below what a `Reg` can count, so that offsets
/// from a register never overflow.
const MAX_REGISTERS: u32 = 65_000;

/// A place in the code to jump to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(pub u32);

/// An instruction before layout: `c` holds a constant's index, a label, or an operand, as the
/// operation's format says.
#[derive(Clone, Copy, Debug)]
pub struct Pending {
    pub op: Op,
    pub d: u8,
    pub a: Reg,
    pub b: Reg,
    pub c: u32,
    /// Left out of the final code.
    pub dropped: bool,
    /// A statement begins here; the first temporary that is free.
    pub begins: Option<u16>,
    pub at: Position,
}

/// Which locals are certainly bound: bit `i` for register `i`. Registers from 128 on are never
/// known to be bound, which costs them a check at each use.
pub type Bound = u128;

/// What is known of a label.
#[derive(Clone, Copy, Debug)]
pub struct LabelState {
    /// Index of the instruction it stands before.
    pub index: Option<u32>,
    /// The locals bound at every jump seen so far; `None` before the first.
    pub bound: Option<Bound>,
}

/// A guarded range, by instruction indices.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    pub start: u32,
    pub end: u32,
    pub handler: Label,
    pub register: Reg,
}

/// A range that is open: code pushed now belongs to it.
#[derive(Clone, Copy, Debug)]
pub struct OpenRange {
    pub start: u32,
    pub handler: Label,
    pub register: Reg,
    /// Closed for the time being, while the exit of a block inside is emitted.
    pub suspended: bool,
}

/// The scope of a comprehension that is being emitted into the code around it.
#[derive(Clone, Debug)]
pub struct Inlined {
    pub scope: ScopeId,
    pub registers: FxHashMap<Name, Reg>,
}

/// The state of one code object.
pub struct Unit {
    pub scope: ScopeId,
    pub name: Name,
    pub qualname: Name,
    pub first_line: u32,
    pub flags: u32,
    pub arg_count: u32,
    pub posonly_count: u32,
    pub kwonly_count: u32,
    /// How private names are mangled here.
    pub private: Option<Private>,
    pub pending: Vec<Pending>,
    pub labels: Vec<LabelState>,
    pub ranges: Vec<Range>,
    pub open: Vec<OpenRange>,
    pub constants: Vec<Constant>,
    strings: FxHashMap<Arc<[u8]>, u32>,
    integers: FxHashMap<i64, u32>,
    others: FxHashMap<Vec<u8>, u32>,
    pub variables: Vec<Variable>,
    /// Registers of the variables that the scope's own names mean.
    pub registers: FxHashMap<Name, Reg>,
    /// Registers of inlined comprehensions, by name and depth of nesting, and whether a cell.
    pub hidden: FxHashMap<(Name, usize, bool), Reg>,
    pub first_temporary: u32,
    /// The first free temporary.
    pub top: u32,
    /// The next instruction begins a statement, with this one.
    pub begins: Option<u16>,
    highest: u32,
    /// Locals bound here, or unreachable.
    pub bound: Option<Bound>,
    /// Locals that may become unbound again.
    pub deletable: Bound,
    pub inlined: Vec<Inlined>,
    pub at: Position,
    pub static_attributes: Vec<Name>,
    /// Numbers of the annotations that must be noted when control reaches them, by address.
    pub annotation_numbers: FxHashMap<usize, u32>,
    /// Set when something does not fit; reported when the code is finished.
    pub overflow: Option<&'static str>,
}

impl Unit {
    pub fn new(scope: ScopeId, name: Name, qualname: Name, first_line: u32) -> Self {
        Self {
            scope,
            name,
            qualname,
            first_line,
            flags: 0,
            arg_count: 0,
            posonly_count: 0,
            kwonly_count: 0,
            private: None,
            pending: Vec::with_capacity(32),
            labels: Vec::new(),
            ranges: Vec::new(),
            open: Vec::new(),
            constants: Vec::new(),
            strings: FxHashMap::default(),
            integers: FxHashMap::default(),
            others: FxHashMap::default(),
            variables: Vec::new(),
            registers: FxHashMap::default(),
            hidden: FxHashMap::default(),
            first_temporary: 0,
            top: 0,
            begins: None,
            highest: 0,
            bound: Some(0),
            deletable: 0,
            inlined: Vec::new(),
            at: Position { line: first_line, end_line: first_line, column: 0, end_column: 0 },
            static_attributes: Vec::new(),
            annotation_numbers: FxHashMap::default(),
            overflow: None,
        }
    }

    /// Declares the next variable and returns its register.
    pub fn variable(&mut self, name: &Name, kind: VariableKind) -> Reg {
        let register = self.variables.len();
        self.variables.push(Variable { name: name.clone(), kind });
        if register >= MAX_REGISTERS as usize {
            self.overflow = Some("too many local variables");
            return 0;
        }
        register as Reg
    }

    /// Ends the declaration of variables: temporaries follow.
    pub fn seal_variables(&mut self) {
        self.first_temporary = self.variables.len() as u32;
        self.top = self.first_temporary;
        self.highest = self.top;
    }

    // ---- temporaries

    /// The first of `count` new temporaries. When there are too many, all are register 0: the
    /// code is thrown away.
    pub fn temporaries(&mut self, count: usize) -> Reg {
        let first = self.top;
        self.top = self.top.saturating_add(count as u32);
        if self.top >= MAX_REGISTERS {
            self.overflow = Some("too many local variables");
            self.top = MAX_REGISTERS;
            return 0;
        }
        self.highest = self.highest.max(self.top);
        first as Reg
    }

    /// A new temporary.
    pub fn temporary(&mut self) -> Reg {
        self.temporaries(1)
    }

    /// Frees the temporaries from `mark` (a former [`Unit::top`]) on.
    pub fn release(&mut self, mark: u32) {
        self.top = mark;
    }

    /// Whether `register` is a temporary.
    pub fn is_temporary(&self, register: Reg) -> bool {
        u32::from(register) >= self.first_temporary
    }

    /// The size of the window.
    pub fn window(&self) -> u32 {
        self.highest
    }

    // ---- instructions

    pub fn is_reachable(&self) -> bool {
        self.bound.is_some()
    }

    pub fn push_wide(&mut self, op: Op, d: u8, a: Reg, b: Reg, c: u32) {
        if self.is_reachable() {
            let begins = self.begins.take();
            self.pending.push(Pending { op, d, a, b, c, dropped: false, begins, at: self.at });
        }
    }

    pub fn push(&mut self, op: Op, d: u8, a: Reg, b: Reg, c: Reg) {
        self.push_wide(op, d, a, b, u32::from(c));
    }

    /// An instruction with registers `a` and `b`.
    pub fn ab(&mut self, op: Op, a: Reg, b: Reg) {
        self.push(op, 0, a, b, 0);
    }

    /// An instruction with register `a` alone.
    pub fn a(&mut self, op: Op, a: Reg) {
        self.push(op, 0, a, 0, 0);
    }

    /// An instruction whose constant operand is a name.
    pub fn named(&mut self, op: Op, d: u8, a: Reg, b: Reg, name: &Name) {
        let constant = self.name_constant(name);
        self.push_wide(op, d, a, b, constant);
    }

    /// `R[to] = R[from]`, unless they are the same.
    pub fn copy(&mut self, to: Reg, from: Reg) {
        if to != from {
            self.ab(Op::Move, to, from);
        }
    }

    /// Nothing that follows is reached until a label is placed.
    pub fn end_path(&mut self) {
        self.bound = None;
    }

    // ---- labels and jumps

    pub fn label(&mut self) -> Label {
        self.labels.push(LabelState { index: None, bound: None });
        Label(self.labels.len() as u32 - 1)
    }

    /// Notes that control gets from here to `label`.
    pub fn flow_to(&mut self, label: Label) {
        let Some(bound) = self.bound else { return };
        let state = &mut self.labels[label.0 as usize];
        state.bound = Some(state.bound.map_or(bound, |known| known & bound));
    }

    /// A jump instruction to `label`.
    pub fn jump_op(&mut self, op: Op, d: u8, a: Reg, b: Reg, label: Label) {
        self.flow_to(label);
        self.push_wide(op, d, a, b, label.0);
    }

    /// An unconditional jump forward.
    pub fn jump(&mut self, label: Label) {
        self.jump_op(Op::Jump, 0, 0, 0, label);
        self.end_path();
    }

    /// An unconditional jump back to a loop head.
    pub fn loop_back(&mut self, label: Label) {
        self.push_wide(Op::Loop, 0, 0, 0, label.0);
        self.end_path();
    }

    /// `label` stands here.
    pub fn place(&mut self, label: Label) {
        let index = self.pending.len() as u32;
        let state = &mut self.labels[label.0 as usize];
        state.index = Some(index);
        self.bound = match (self.bound, state.bound) {
            (Some(here), Some(there)) => Some(here & there),
            (here, there) => here.or(there),
        };
    }

    /// A loop head: jumps to it come later, so what they may have unbound is forgotten.
    pub fn place_loop_head(&mut self) -> Label {
        let label = self.label();
        self.bound = self.bound.map(|bound| bound & !self.deletable);
        self.place(label);
        label
    }

    // ---- handlers

    /// Opens a guarded range. Returns its number for [`Unit::close_range`].
    pub fn open_range(&mut self, handler: Label, register: Reg) -> usize {
        let start = self.pending.len() as u32;
        self.open.push(OpenRange { start, handler, register, suspended: false });
        self.open.len() - 1
    }

    /// Closes the range opened last.
    pub fn close_range(&mut self) {
        let number = self.open.len().saturating_sub(1);
        self.suspend_range(number);
        self.open.pop();
    }

    /// Ends the range here for the time being.
    pub fn suspend_range(&mut self, number: usize) {
        let end = self.pending.len() as u32;
        let Some(range) = self.open.get_mut(number) else { return };
        if !range.suspended && range.start < end {
            let done =
                Range { start: range.start, end, handler: range.handler, register: range.register };
            self.ranges.push(done);
        }
        range.suspended = true;
    }

    /// Lets the range go on from here.
    pub fn resume_range(&mut self, number: usize) {
        let start = self.pending.len() as u32;
        if let Some(range) = self.open.get_mut(number) {
            range.start = start;
            range.suspended = false;
        }
    }

    /// Places the handler of a closed range. `before` is what was bound where the range began. A
    /// handler of ranges without instructions is unreachable.
    pub fn place_handler(&mut self, handler: Label, before: Option<Bound>) {
        let used = self.ranges.iter().rev().any(|range| range.handler == handler);
        self.bound = if used { before.map(|bound| bound & !self.deletable) } else { None };
        self.labels[handler.0 as usize].index = Some(self.pending.len() as u32);
    }

    // ---- what is bound

    pub fn is_bound(&self, register: Reg) -> bool {
        match self.bound {
            Some(bound) => register < 128 && bound >> register & 1 == 1,
            None => true,
        }
    }

    pub fn set_bound(&mut self, register: Reg) {
        if register < 128
            && let Some(bound) = &mut self.bound
        {
            *bound |= 1 << register;
        }
    }

    pub fn set_unbound(&mut self, register: Reg) {
        if register < 128
            && let Some(bound) = &mut self.bound
        {
            *bound &= !(1 << register);
        }
    }

    // ---- constants

    /// The index of a name among the constants.
    pub fn name_constant(&mut self, name: &Name) -> u32 {
        if let Some(&index) = self.strings.get(name.as_bytes()) {
            return index;
        }
        self.string_constant(Arc::from(name.clone()))
    }

    fn string_constant(&mut self, bytes: Arc<[u8]>) -> u32 {
        if let Some(&index) = self.strings.get(&bytes) {
            return index;
        }
        let index = self.constants.len() as u32;
        self.constants.push(Constant::Str(bytes.clone()));
        self.strings.insert(bytes, index);
        index
    }

    /// The index of a constant.
    pub fn constant(&mut self, constant: &Constant) -> u32 {
        match constant {
            Constant::Str(bytes) => self.string_constant(bytes.clone()),
            Constant::Int(value) => {
                let next = self.constants.len() as u32;
                let index = *self.integers.entry(*value).or_insert(next);
                if index == next {
                    self.constants.push(constant.clone());
                }
                index
            }
            Constant::Code(_) => {
                self.constants.push(constant.clone());
                self.constants.len() as u32 - 1
            }
            _ => {
                let mut key = Vec::new();
                crate::marshal::write_constant(&mut key, constant);
                let next = self.constants.len() as u32;
                let index = *self.others.entry(key).or_insert(next);
                if index == next {
                    self.constants.push(constant.clone());
                }
                index
            }
        }
    }

    /// `R[to] =` the constant.
    pub fn load_constant(&mut self, to: Reg, constant: &Constant) {
        if let Constant::Int(value) = constant
            && let Ok(small) = i32::try_from(*value)
        {
            self.push_wide(Op::LoadInt, 0, to, 0, small as u32);
            return;
        }
        if self.is_reachable() {
            let index = self.constant(constant);
            self.push_wide(Op::LoadConst, 0, to, 0, index);
        }
    }

    /// `R[to] = None`
    pub fn load_none(&mut self, to: Reg) {
        self.load_constant(to, &Constant::None);
    }
}
