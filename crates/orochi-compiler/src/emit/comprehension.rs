//! Comprehensions. List, set and dict comprehensions are emitted into the code around them, their
//! variables in hidden registers; a generator expression is a generator function of its own,
//! called with the outermost iterator.

use super::Emitter;
use super::unit::{Inlined, Reg};
use crate::ast::*;
use crate::bytecode::{Intrinsic, Op};
use crate::code::Position;
use crate::error::{Failure, Outcome};
use crate::scope::{Part, Resolution, ScopeKind};
use rustc_hash::FxHashMap;

impl<'t> Emitter<'t> {
    pub(super) fn comprehension(
        &mut self,
        node: &'t Comprehension,
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        let (Some(id), Some(outermost)) =
            (self.table.of(node, Part::Body), node.generators.first())
        else {
            return Err(Failure::new("comprehension without a scope", at));
        };
        let scope = self.table.get(id);
        let is_generator = node.kind == ComprehensionKind::Generator;
        let async_here =
            self.is_async_scope() || matches!(self.scope().kind, ScopeKind::Comprehension(_));
        if scope.is_coroutine && !is_generator && !async_here {
            return Err(Failure::new(
                "asynchronous comprehension outside of an asynchronous function",
                at,
            ));
        }
        if scope.inlined {
            return self.inlined_comprehension(node, at, dest);
        }
        // A function of one argument.
        let base = self.call_base(dest);
        self.unit.temporaries(3);
        let argument = base + 3;
        let iterable = self.first_operand(&outermost.iter, &[], argument)?;
        self.at(outermost.iter.at);
        let op = if outermost.is_async { Op::GetAIter } else { Op::GetIter };
        self.unit.ab(op, argument, iterable);
        let code = {
            self.enter(id, &scope.name, at.line);
            self.unit.arg_count = 1;
            self.unit.posonly_count = 0;
            self.at(at);
            self.comprehension_body(node, at)?;
            self.leave()?
        };
        self.at(at);
        self.function_of(code, scope, base, [None; 3]);
        self.unit.push(Op::Call, 0, dest, base, 1);
        if scope.is_coroutine && !is_generator {
            self.await_value(dest, 0, dest);
        }
        Ok(())
    }

    /// The body of a comprehension that is a function: its iterator is argument 0.
    fn comprehension_body(&mut self, node: &'t Comprehension, at: Position) -> Outcome<()> {
        if node.kind == ComprehensionKind::Generator {
            let guard = self.begin_generator();
            self.clauses(node, 0, Some(0), 0)?;
            self.at(at);
            self.return_none();
            self.end_generator(guard);
            return Ok(());
        }
        let result = self.unit.temporary();
        self.start(node.kind, result);
        let guard = self.unit_is_generator().then(|| self.begin_generator());
        self.clauses(node, 0, Some(0), result)?;
        self.at(at);
        self.unit.a(Op::Return, result);
        self.unit.end_path();
        if let Some(guard) = guard {
            self.end_generator(guard);
        }
        Ok(())
    }

    fn inlined_comprehension(
        &mut self,
        node: &'t Comprehension,
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        let Some(id) = self.table.of(node, Part::Body) else {
            return Err(Failure::new("comprehension without a scope", at));
        };
        let scope = self.table.get(id);
        // The outermost iterable belongs to the scope outside.
        let result = self.scratch(dest);
        let iterator = self.unit.temporary();
        let outermost = &node.generators[0];
        let iterable = self.first_operand(&outermost.iter, &[], iterator)?;
        self.at(outermost.iter.at);
        let op = if outermost.is_async { Op::GetAIter } else { Op::GetIter };
        self.unit.ab(op, iterator, iterable);
        self.unit.release(u32::from(iterator) + 1);
        self.at(at);
        let depth = self.unit.inlined.len();
        let registers = self.hidden_registers(scope, depth);
        let mut hidden: Vec<(Reg, bool)> = scope
            .symbols
            .iter()
            .filter_map(|s| registers.get(&s.name).map(|&r| (r, s.resolution == Resolution::Cell)))
            .collect();
        hidden.sort_unstable();
        let first = first_targets(&outermost.target, &registers);
        for &(register, cell) in &hidden {
            // What another run or comprehension left there, unless it is overwritten first.
            if cell || !first.contains(&register) {
                self.unit.a(Op::Unbind, register);
            }
            self.unit.set_unbound(register);
            if cell {
                self.unit.a(Op::MakeCell, register);
            }
        }
        self.start(node.kind, result);
        self.unit.inlined.push(Inlined { scope: id, registers });
        let outcome = self.clauses(node, 0, Some(iterator), result);
        self.unit.inlined.pop();
        outcome?;
        self.at(at);
        for &(register, _) in &hidden {
            self.unit.a(Op::Unbind, register);
            self.unit.set_unbound(register);
        }
        self.unit.copy(dest, result);
        Ok(())
    }

    fn start(&mut self, kind: ComprehensionKind, result: Reg) {
        let op = match kind {
            ComprehensionKind::List => Op::BuildList,
            ComprehensionKind::Set => Op::BuildSet,
            _ => Op::BuildDict,
        };
        self.unit.push(op, 0, result, result, 0);
    }

    /// The clauses from number `index` on. `iterator` holds the iterator of this one if it has
    /// been made already.
    fn clauses(
        &mut self,
        node: &'t Comprehension,
        index: usize,
        iterator: Option<Reg>,
        result: Reg,
    ) -> Outcome<()> {
        let Some(clause) = node.generators.get(index) else { return self.element(node, result) };
        let mark = self.unit.top;
        let at = clause.target.at;
        let iterator = match iterator {
            Some(iterator) => iterator,
            None => {
                // `for x in [value]` assigns: no need for a list and an iterator.
                if let (ExprKind::List(single) | ExprKind::Tuple(single), false) =
                    (&clause.iter.kind, clause.is_async)
                    && let [value] = &single[..]
                    && !matches!(value.kind, ExprKind::Starred(_))
                {
                    self.assign_expr(&clause.target, value)?;
                    let next = self.unit.label();
                    for condition in &clause.ifs {
                        self.jump_if(condition, false, next)?;
                    }
                    self.deeper(|emitter| emitter.clauses(node, index + 1, None, result))?;
                    self.unit.place(next);
                    self.unit.release(mark);
                    return Ok(());
                }
                let iterator = self.unit.temporary();
                let iterable = self.first_operand(&clause.iter, &[], iterator)?;
                self.at(clause.iter.at);
                let op = if clause.is_async { Op::GetAIter } else { Op::GetIter };
                self.unit.ab(op, iterator, iterable);
                iterator
            }
        };
        let exhausted = self.unit.label();
        self.at(at);
        let head = self.unit.place_loop_head();
        let next = self.unit.label();
        if clause.is_async {
            let guard = self.async_next(iterator, &clause.target)?;
            self.conditions(node, clause, index, next, result)?;
            self.unit.place(next);
            self.at(at);
            self.unit.loop_back(head);
            self.end_async_next(guard);
        } else {
            self.at(clause.iter.at);
            self.next_item(iterator, &clause.target, exhausted)?;
            self.conditions(node, clause, index, next, result)?;
            self.unit.place(next);
            self.at(at);
            self.unit.loop_back(head);
            self.unit.place(exhausted);
        }
        self.unit.release(mark);
        Ok(())
    }

    fn conditions(
        &mut self,
        node: &'t Comprehension,
        clause: &'t Generator,
        index: usize,
        next: super::unit::Label,
        result: Reg,
    ) -> Outcome<()> {
        for condition in &clause.ifs {
            self.jump_if(condition, false, next)?;
        }
        self.deeper(|emitter| emitter.clauses(node, index + 1, None, result))
    }

    fn element(&mut self, node: &'t Comprehension, result: Reg) -> Outcome<()> {
        let mark = self.unit.top;
        match node.kind {
            ComprehensionKind::Generator => {
                let mut value = self.operand(&node.element)?;
                self.at(node.element.at);
                if self.unit.flags & crate::code::flags::ASYNC_GENERATOR != 0 {
                    let wrapped = self.unit.temporary();
                    self.unit.push(Op::Intrinsic, Intrinsic::AsyncGenWrap as u8, wrapped, value, 0);
                    value = wrapped;
                }
                let ignored = self.unit.temporary();
                self.unit.push(Op::Yield, 0, ignored, value, 0);
            }
            ComprehensionKind::Dict => {
                let Some(value) = &node.value else {
                    return Err(Failure::new(
                        "dict unpacking cannot be used in dict comprehension",
                        node.element.at,
                    ));
                };
                let k = self.operand_before(&node.element, &[value])?;
                let v = self.operand(value)?;
                self.at(node.element.at);
                self.unit.push(Op::DictAdd, 0, result, k, v);
            }
            ComprehensionKind::List | ComprehensionKind::Set => {
                let op =
                    if node.kind == ComprehensionKind::List { Op::ListAppend } else { Op::SetAdd };
                let value = self.operand(&node.element)?;
                self.at(node.element.at);
                self.unit.ab(op, result, value);
            }
        }
        self.unit.release(mark);
        Ok(())
    }
}

/// The registers that the first step of a comprehension assigns before it reads anything.
fn first_targets(target: &Expr, registers: &FxHashMap<Name, Reg>) -> Vec<Reg> {
    match &target.kind {
        ExprKind::Name(name) => registers.get(name).copied().into_iter().collect(),
        ExprKind::Tuple(elements) | ExprKind::List(elements)
            if elements.iter().all(|e| matches!(e.kind, ExprKind::Name(_))) =>
        {
            elements.iter().flat_map(|e| first_targets(e, registers)).collect()
        }
        _ => Vec::new(),
    }
}
