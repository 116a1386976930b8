//! What a pattern says before it runs. The heart is the *first set*: a superset of the characters
//! with which a match of some piece of the pattern can begin, found by walking its operations and
//! skipping what consumes nothing. From it follow three things. A branch tries only alternatives
//! that can begin with the next character. A repeat whose tail cannot begin with any character
//! that the repeat takes need never give one back (`\w+\s`, `[^"]*"`), and otherwise gives back to
//! places where the tail can begin. A search skips to where a match can begin. Walks have a budget
//! and answer "anything" when it is spent, so analysis is linear in the size of the program.

use crate::chars::{part, part_of};
use crate::opcodes::At;
use crate::program::*;
use crate::unit::Needle;

/// Operations that one walk looks at.
const BUDGET: u32 = 128;
/// Branches that get a table by character (2 KiB each), and first sets that are kept.
const MAX_BRANCH_TABLES: usize = 64;
const MAX_FIRSTS: usize = 1024;

/// Fills in the side tables of a decoded program.
pub(crate) fn finish(mut program: Program) -> Program {
    for index in 0..program.branches.len().min(MAX_BRANCH_TABLES) {
        fill_branch(&mut program, index);
    }
    for pc in 0..program.ops.len() {
        match program.ops[pc] {
            Op::Repeat(index) => fill_repeat(&mut program, pc, index as usize),
            Op::LoopUntil(index) => fill_loop(&mut program, index as usize),
            _ => {}
        }
    }
    (program.start, program.literal_only) = find_start(&program);
    program.leader = find_leader(&program);
    program.second = second(&program);
    program
}

/// A first set under construction.
struct Walk<'p> {
    program: &'p Program,
    first: First,
    budget: u32,
    /// Loops whose body has been taken into account.
    loops: Vec<(u32, usize)>,
}

impl First {
    fn nothing() -> First {
        First { table: [false; 256], wide: part::NONE, empty: false }
    }

    fn anything() -> First {
        First { table: [true; 256], wide: part::ALL, empty: true }
    }

    fn is_anything(&self) -> bool {
        self.empty && self.wide == part::ALL && self.table.iter().all(|&b| b)
    }

    fn is_disjoint(&self, other: &First) -> bool {
        self.wide & other.wide == 0 && !self.table.iter().zip(&other.table).any(|(a, b)| a & b)
    }
}

/// The characters that can come first from the operation `pc` on.
fn first_from(program: &Program, pc: usize) -> First {
    let mut walk = Walk { program, first: First::nothing(), budget: BUDGET, loops: Vec::new() };
    walk.visit(pc, 0, 0);
    if walk.budget == 0 { First::anything() } else { walk.first }
}

/// The characters that can come second in a match, if that rules anything out.
fn second(program: &Program) -> Option<Box<First>> {
    let mut walk = Walk { program, first: First::nothing(), budget: BUDGET, loops: Vec::new() };
    walk.visit(0, 0, 1);
    (walk.budget > 0 && !walk.first.is_anything()).then(|| Box::new(walk.first))
}

/// The characters that a single takes.
fn first_of_single(program: &Program, single: Single) -> First {
    let mut walk = Walk { program, first: First::nothing(), budget: BUDGET, loops: Vec::new() };
    walk.add_single(single);
    walk.first
}

impl Walk<'_> {
    fn add_single(&mut self, single: Single) {
        let (table, wide) = (&mut self.first.table, &mut self.first.wide);
        match single {
            Single::Never => {}
            Single::Literal(code) => match table.get_mut(code as usize) {
                Some(slot) => *slot = true,
                None => *wide |= part_of(code),
            },
            Single::Set(index) => {
                let set = &self.program.sets[index as usize];
                *wide |= set.wide;
                for (slot, &member) in table.iter_mut().zip(&set.table) {
                    *slot |= member;
                }
            }
            Single::All | Single::NotNewline | Single::NotLiteral(_) => {
                *wide = part::ALL;
                for (code, slot) in table.iter_mut().enumerate() {
                    *slot |= match single {
                        Single::NotNewline => code != 10,
                        Single::NotLiteral(c) => code != c as usize,
                        _ => true,
                    };
                }
            }
        }
    }

    fn add_anything(&mut self) {
        self.first = First::anything();
    }

    /// Takes the pieces that can come first from `pc` on into the set, or with `skip` the pieces
    /// that can come after so many characters. Recursion is bounded by the budget. `inside` counts
    /// the atomic constructs entered on the way: the end of another one commits to what was matched
    /// so far whatever comes next, so nothing is known of it.
    fn visit(&mut self, mut pc: usize, mut inside: usize, mut skip: usize) {
        let program = self.program;
        loop {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            match program.ops[pc] {
                Op::Fail => return,
                Op::One(single) => {
                    if skip == 0 {
                        return self.add_single(single);
                    }
                    skip -= 1;
                    pc += 1;
                }
                Op::Literals { start, len } => {
                    if skip < len as usize {
                        let code = program.literals[start as usize + skip];
                        return self.add_single(Single::Literal(code));
                    }
                    skip -= len as usize;
                    pc += 1;
                }
                Op::End | Op::AssertEnd | Op::AssertNotEnd | Op::Backref { .. } => {
                    return self.add_anything();
                }
                Op::AtomicEnd | Op::PossessiveEnd(_) if inside == 0 => return self.add_anything(),
                Op::At(_) | Op::Mark(_) | Op::Peek { .. } | Op::PeekLiterals(_) => pc += 1,
                Op::AtomicEnter => {
                    inside += 1;
                    pc += 1;
                }
                Op::AtomicEnd => {
                    inside -= 1;
                    pc += 1;
                }
                Op::AssertEnter(index) => {
                    pc = program.assertions[index as usize].next as usize;
                }
                Op::Jump(to) => pc = to as usize,
                Op::IfGroup { otherwise, .. } => {
                    self.visit(pc + 1, inside, skip);
                    pc = otherwise as usize;
                }
                Op::Branch(index) => {
                    for &alternative in &program.branches[index as usize].alternatives {
                        self.visit(alternative as usize, inside, skip);
                    }
                    return;
                }
                Op::Repeat(index) => {
                    let Repeat { single, min, max, .. } = program.repeats[index as usize];
                    if skip < max {
                        self.add_single(single);
                    }
                    if min > skip {
                        return;
                    }
                    for taken in min.max(1)..=skip.min(max) {
                        self.visit(pc + 1, inside, skip - taken);
                    }
                    if min > 0 {
                        return;
                    }
                    pc += 1;
                }
                op @ (Op::LoopEnter(index) | Op::PossessiveEnter(index)) => {
                    let this = program.loops[index as usize];
                    self.loops.push((index, skip));
                    let atomic = matches!(op, Op::PossessiveEnter(_));
                    self.visit(this.body as usize, inside + usize::from(atomic), skip);
                    if this.min > 0 {
                        return;
                    }
                    pc = this.tail as usize;
                }
                Op::LoopUntil(index) => {
                    let this = program.loops[index as usize];
                    if !self.loops.contains(&(index, skip)) {
                        self.loops.push((index, skip));
                        self.visit(this.body as usize, inside, skip);
                    }
                    pc = this.tail as usize;
                }
                Op::PossessiveEnd(index) => {
                    // Came in through the loop's beginning, so the body was seen with what there
                    // was to skip then.
                    let this = program.loops[index as usize];
                    if !self.loops.contains(&(index, skip)) {
                        self.loops.push((index, skip));
                        self.visit(this.body as usize, inside, skip);
                    }
                    inside -= 1;
                    pc = this.tail as usize;
                }
            }
        }
    }
}

fn fill_branch(program: &mut Program, index: usize) {
    let mut by_char = Box::new([0u64; 256]);
    let (mut by_part, mut at_end) = ([0u64; 4], 0);
    let alternatives = &program.branches[index].alternatives;
    for (i, &alternative) in alternatives.iter().enumerate() {
        let first = first_from(program, alternative as usize);
        let bit = 1 << i;
        for (mask, member) in by_char.iter_mut().zip(first.table) {
            *mask |= if member { bit } else { 0 };
        }
        for (number, mask) in by_part.iter_mut().enumerate() {
            *mask |= if first.wide >> number & 1 == 1 { bit } else { 0 };
        }
        at_end |= if first.empty { bit } else { 0 };
    }
    let branch = &mut program.branches[index];
    (branch.by_char, branch.by_part, branch.at_end) = (Some(by_char), by_part, at_end);
}

/// Keeps a first set, unless it says nothing.
fn keep(program: &mut Program, first: First) -> Option<u32> {
    if first.is_anything() {
        return None;
    }
    if let Some(known) = program.firsts.iter().rposition(|f| *f == first) {
        return Some(known as u32);
    }
    if program.firsts.len() >= MAX_FIRSTS {
        return None;
    }
    program.firsts.push(first);
    Some(program.firsts.len() as u32 - 1)
}

fn fill_repeat(program: &mut Program, pc: usize, index: usize) {
    let Repeat { single, greed, .. } = program.repeats[index];
    let mut next = pc + 1;
    while let Op::Mark(_) = program.ops[next] {
        next += 1;
    }
    let tail_first = first_from(program, next);
    let disjoint = !tail_first.empty && tail_first.is_disjoint(&first_of_single(program, single));
    let tail = match program.ops[next] {
        Op::One(Single::Literal(code)) => Tail::Literal(code),
        Op::Literals { start, .. } => Tail::Literal(program.literals[start as usize]),
        _ => keep(program, tail_first).map_or(Tail::Anything, Tail::First),
    };
    let repeat = &mut program.repeats[index];
    repeat.tail = tail;
    if greed == Greed::Greedy && disjoint {
        repeat.greed = Greed::Possessive;
    }
}

fn fill_loop(program: &mut Program, index: usize) {
    let Loop { body, tail, .. } = program.loops[index];
    let body_first = first_from(program, body as usize);
    let tail_first = first_from(program, tail as usize);
    // An iteration without a character may still count towards captures.
    let body_first = if body_first.empty { None } else { keep(program, body_first) };
    let tail_first = keep(program, tail_first);
    let this = &mut program.loops[index];
    (this.body_first, this.tail_first) = (body_first, tail_first);
}

/// Where matches can start, and whether a literal is all there is.
fn find_start(program: &Program) -> (Start, bool) {
    let (prefix, rest, marked) = prefix(program);
    if let Some(needle) = Needle::new(&prefix) {
        let whole = program.ops[rest] == Op::End && !marked && program.groups == 0;
        return match prefix[..] {
            [code @ 0..256] if !whole => (Start::Bytes([code as u8].into()), false),
            _ => (Start::Literal(Box::new(needle)), whole),
        };
    }
    match program.ops[rest] {
        Op::At(At::Beginning | At::BeginningString) => return (Start::Beginning, false),
        Op::At(At::BeginningLine) => return (Start::Line, false),
        _ => {}
    }
    match program.ops[rest] {
        Op::One(Single::Set(index)) if program.sets[index as usize].wide != part::NONE => {
            return (Start::Set(index), false);
        }
        Op::Repeat(index) => {
            let Repeat { single, min, .. } = program.repeats[index as usize];
            if let Single::Set(set) = single
                && min > 0
                && program.sets[set as usize].wide != part::NONE
            {
                return (Start::Set(set), false);
            }
        }
        _ => {}
    }
    let first = first_from(program, 0);
    if first.empty || first.is_anything() {
        return (Start::Anywhere, false);
    }
    let members: Vec<u8> = (0..=255).filter(|&b| first.table[b as usize]).collect();
    if first.wide == part::NONE && (1..=3).contains(&members.len()) {
        return (Start::Bytes(members.into()), false);
    }
    (Start::First(Box::new(first)), false)
}

/// The single of the unbounded repeat that opens the pattern. What comes after it must not depend
/// on where the run began, which only a reference to a group around the repeat does.
fn find_leader(program: &Program) -> Option<Single> {
    let opening = program.ops.iter().position(|op| !matches!(op, Op::Mark(_)))?;
    let Op::Repeat(index) = program.ops[opening] else { return None };
    let repeat = program.repeats[index as usize];
    let refers = || program.ops.iter().any(|op| matches!(op, Op::Backref { .. }));
    (repeat.max == usize::MAX && (opening == 0 || !refers())).then_some(repeat.single)
}

/// The literal that every match starts with, the operation after it, and whether marks are inside.
fn prefix(program: &Program) -> (Vec<u32>, usize, bool) {
    let (mut prefix, mut marked, mut pc) = (Vec::new(), false, 0);
    loop {
        match program.ops[pc] {
            Op::Mark(_) => marked = true,
            Op::One(Single::Literal(code)) => prefix.push(code),
            Op::Literals { start, len } => {
                let start = start as usize;
                prefix.extend(&program.literals[start..start + len as usize]);
            }
            _ => return (prefix, pc, marked),
        }
        pc += 1;
    }
}
