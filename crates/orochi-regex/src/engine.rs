//! The matcher: one loop over the program's operations with an explicit stack of choices. An
//! operation that succeeds moves on; one that fails leaves the dispatch block, and the youngest
//! choice on the stack says where to go on (see [`crate::scratch`]). Native recursion never
//! happens, so the depth of a match is bounded by memory alone.
//!
//! What must succeed as a whole and then never be tried again (assertions, atomic groups, each
//! iteration of a possessive loop) runs above a *barrier* frame. When it succeeds, the choices
//! above the barrier are dropped and only the undoing of marks is kept; when it fails, the stack
//! unwinds to the barrier, which knows what that means.

use crate::charset::in_category;
use crate::error::MatchError;
use crate::locale::{Fold, LocaleTable};
use crate::opcodes::{At, Category, Class};
use crate::program::*;
use crate::scratch::{Context, Counter, Frame, Kind, Limits, NONE, Scratch, span_of};
use crate::unit::{Unit, starts_with};

mod barrier;

/// One run of a program over a text that ends where the match must end at the latest.
pub(crate) struct Engine<'a, 'c, 'h, U> {
    pub program: &'a Program,
    pub text: &'a [U],
    pub locale: &'h LocaleTable,
    /// An end that does not count as a match: an empty match here was found before.
    pub forbidden_end: usize,
    /// A match counts only if it ends at the text's end.
    pub whole: bool,
    /// The number of the last group that was closed, or zero.
    pub last_group: usize,
    /// The stack index of the innermost barrier.
    barrier: usize,
    /// Marks were set with nothing on the stack that would unset them.
    marked: bool,
    stack: &'c mut Vec<Frame>,
    marks: &'c mut [usize],
    counters: &'c mut [Counter],
    limits: &'c mut Limits<'h>,
}

impl<'a, 'c, 'h, U: Unit> Engine<'a, 'c, 'h, U> {
    #[inline]
    pub(crate) fn new(program: &'a Program, text: &'a [U], context: &'c mut Context<'h>) -> Self {
        let Context { scratch: Scratch { stack, marks, counters }, locale, limits } = context;
        stack.clear();
        marks.clear();
        marks.resize(program.groups * 2, NONE);
        counters.resize(program.loops.len(), Counter { count: 0, last: NONE });
        Engine {
            program,
            text,
            locale,
            forbidden_end: NONE,
            whole: false,
            last_group: 0,
            barrier: NONE,
            marked: false,
            stack,
            marks,
            counters,
            limits,
        }
    }

    /// Counts `steps`; polls when the interval is over.
    #[inline(always)]
    pub(crate) fn step(&mut self, steps: usize) -> Result<(), MatchError> {
        self.limits.step(steps)
    }

    #[inline(always)]
    pub(crate) fn push(
        &mut self,
        kind: Kind,
        index: u32,
        a: usize,
        b: usize,
    ) -> Result<(), MatchError> {
        if self.stack.len() == self.stack.capacity() {
            self.limits.grow(self.stack)?;
        }
        self.stack.push(Frame { kind, index, a, b });
        Ok(())
    }

    #[inline(always)]
    fn group(&self, group: u32) -> Option<(usize, usize)> {
        span_of(self.marks, group as usize)
    }

    #[inline(always)]
    pub(crate) fn at(&self, pos: usize) -> Option<u32> {
        self.text.get(pos).map(|u| u.code())
    }

    #[inline(always)]
    fn before(&self, pos: usize) -> Option<u32> {
        self.at(pos.wrapping_sub(1))
    }

    /// Tries to match from `start` on; gives the end of the match.
    pub(crate) fn run(&mut self, start: usize) -> Result<Option<usize>, MatchError> {
        self.stack.clear();
        self.barrier = NONE;
        if self.marked {
            self.marks.fill(NONE);
            self.marked = false;
        }
        self.last_group = 0;
        let program = self.program;
        let (mut pc, mut pos) = (0usize, start);
        'run: loop {
            // Leaving this block means that the attempt has failed here.
            'attempt: {
                match program.ops[pc] {
                    Op::One(single) => {
                        let Some(code) = self.at(pos) else { break 'attempt };
                        if !self.single_takes(single, code) {
                            break 'attempt;
                        }
                        pos += 1;
                        pc += 1;
                    }
                    Op::Literals { start, len } => {
                        let codes = &program.literals[start as usize..][..len as usize];
                        if !starts_with(&self.text[pos..], codes) {
                            break 'attempt;
                        }
                        pos += codes.len();
                        pc += 1;
                    }
                    Op::Mark(mark) => {
                        self.set_mark(mark, pos)?;
                        pc += 1;
                    }
                    Op::Repeat(index) => {
                        let Some(end) = self.repeat(index as usize, pc, pos)? else {
                            break 'attempt;
                        };
                        pos = end;
                        pc += 1;
                    }
                    Op::Branch(index) => {
                        let branch = &program.branches[index as usize];
                        let mask = branch.candidates(self.at(pos));
                        if mask == 0 {
                            break 'attempt;
                        }
                        let rest = mask & (mask - 1);
                        if rest != 0 {
                            self.push(Kind::Branch, index, pos, rest as usize)?;
                        }
                        pc = branch.alternatives[mask.trailing_zeros() as usize] as usize;
                    }
                    Op::Jump(to) => pc = to as usize,
                    Op::At(place) => {
                        if !self.is_at(place, pos) {
                            break 'attempt;
                        }
                        pc += 1;
                    }
                    Op::LoopEnter(index) => {
                        let counter = &mut self.counters[index as usize];
                        let Counter { count, last } =
                            std::mem::replace(counter, Counter { count: NONE, last: NONE });
                        if program.loops[index as usize].nested {
                            self.push(Kind::Counter, index, count, last)?;
                        }
                        pc = self.until(index, pos)?;
                    }
                    Op::LoopUntil(index) => pc = self.until(index, pos)?,
                    Op::Peek { single, behind, negative } => {
                        let code = if behind { self.before(pos) } else { self.at(pos) };
                        if code.is_some_and(|c| self.single_takes(single, c)) == negative {
                            break 'attempt;
                        }
                        pc += 1;
                    }
                    Op::PeekLiterals(index) => {
                        let Peek { start, len, behind, negative } = program.peeks[index as usize];
                        let codes = &program.literals[start as usize..][..len as usize];
                        let holds = match pos.checked_sub(behind) {
                            Some(from) => starts_with(&self.text[from..], codes),
                            None => false,
                        };
                        if holds == negative {
                            break 'attempt;
                        }
                        pc += 1;
                    }
                    Op::Backref { group, fold } => {
                        let Some(end) = self.repeat_group(group, fold, pos)? else {
                            break 'attempt;
                        };
                        pos = end;
                        pc += 1;
                    }
                    Op::IfGroup { group, otherwise } => {
                        let set = self.group(group).is_some();
                        pc = if set { pc + 1 } else { otherwise as usize };
                    }
                    Op::AssertEnter(index) => {
                        let assertion = program.assertions[index as usize];
                        match pos.checked_sub(assertion.behind) {
                            Some(from) => {
                                let negative = assertion.negative;
                                let kind = if negative { Kind::Negative } else { Kind::Barrier };
                                self.raise_barrier(kind, index, pos)?;
                                pos = from;
                                pc += 1;
                            }
                            None if assertion.negative => pc = assertion.next as usize,
                            None => break 'attempt,
                        }
                    }
                    Op::AssertEnd => {
                        pos = self.commit().a;
                        pc += 1;
                    }
                    Op::AssertNotEnd => {
                        self.unwind();
                        break 'attempt;
                    }
                    Op::AtomicEnter => {
                        self.raise_barrier(Kind::Barrier, 0, pos)?;
                        pc += 1;
                    }
                    Op::AtomicEnd => {
                        self.commit();
                        pc += 1;
                    }
                    Op::PossessiveEnter(index) => {
                        self.counters[index as usize] = Counter { count: 0, last: NONE };
                        pc = self.possess(index, pos)?;
                    }
                    Op::PossessiveEnd(index) => {
                        self.commit();
                        self.counters[index as usize].count += 1;
                        pc = self.possess(index, pos)?;
                    }
                    Op::Fail => break 'attempt,
                    Op::End => {
                        if pos != self.forbidden_end && (!self.whole || pos == self.text.len()) {
                            return Ok(Some(pos));
                        }
                        break 'attempt;
                    }
                }
                continue 'run;
            }
            match self.backtrack()? {
                Some(next) => (pc, pos) = next,
                None => return Ok(None),
            }
        }
    }

    /// Undoes to the youngest choice; gives the operation and position to go on at.
    #[inline(always)]
    fn backtrack(&mut self) -> Result<Option<(usize, usize)>, MatchError> {
        let program = self.program;
        self.step(1)?;
        loop {
            let Some(&Frame { kind, index, a, b }) = self.stack.last() else {
                return Ok(None);
            };
            let slot = index as usize;
            match kind {
                Kind::Branch => {
                    let mask = b as u64;
                    let rest = mask & (mask - 1);
                    self.update_or_pop(rest != 0, a, rest as usize);
                    let pc = program.branches[slot].alternatives[mask.trailing_zeros() as usize];
                    return Ok(Some((pc as usize, a)));
                }
                Kind::Greedy => {
                    // The tail has failed at `a`, which is past `b`.
                    let Op::Repeat(repeat) = program.ops[slot] else { return Ok(None) };
                    let tail = program.repeats[repeat as usize].tail;
                    let place = self.last_place(tail, b, a - 1);
                    self.step((a - place.unwrap_or(b)) / 32)?;
                    match place {
                        Some(pos) => {
                            self.update_or_pop(pos > b, pos, b);
                            return Ok(Some((slot + 1, pos)));
                        }
                        None => self.pop(),
                    }
                }
                Kind::Lazy => {
                    let Op::Repeat(repeat) = program.ops[slot] else { return Ok(None) };
                    let repeat = program.repeats[repeat as usize];
                    let taken = self.at(a).is_some_and(|c| self.single_takes(repeat.single, c));
                    let place = if taken {
                        self.first_place(repeat.single, repeat.tail, a + 1, b)
                    } else {
                        None
                    };
                    self.step((place.unwrap_or(a) - a) / 32)?;
                    match place {
                        Some(pos) => {
                            self.update_or_pop(pos < b, pos, b);
                            return Ok(Some((slot + 1, pos)));
                        }
                        None => self.pop(),
                    }
                }
                Kind::Leave => {
                    let counter = &mut self.counters[slot];
                    *counter = Counter { count: counter.count.wrapping_sub(1), last: b };
                    self.pop();
                    return Ok(Some((program.loops[slot].tail as usize, a)));
                }
                Kind::More => {
                    self.pop();
                    let Counter { count, last } = self.counters[slot];
                    let this = &program.loops[slot];
                    let done = count.wrapping_add(1);
                    let next = self.at(a);
                    if done < this.max && last != a && self.may_begin(this.body_first, next) {
                        self.push(Kind::Counter, index, count, last)?;
                        self.counters[slot] = Counter { count: done, last: a };
                        return Ok(Some((this.body as usize, a)));
                    }
                }
                Kind::Counter => {
                    self.counters[slot] = Counter { count: a, last: b };
                    self.pop();
                }
                Kind::Step => {
                    let counter = &mut self.counters[slot];
                    *counter = Counter { count: counter.count.wrapping_sub(1), last: b };
                    self.pop();
                }
                Kind::Mark => {
                    self.marks[slot] = a;
                    self.last_group = b;
                    self.pop();
                }
                Kind::Barrier => {
                    self.barrier = b;
                    self.pop();
                }
                Kind::Negative => {
                    self.barrier = b;
                    self.pop();
                    return Ok(Some((program.assertions[slot].next as usize, a)));
                }
                Kind::Iteration => {
                    self.barrier = b;
                    self.pop();
                    let this = &program.loops[slot];
                    if self.counters[slot].count >= this.min {
                        return Ok(Some((this.tail as usize, a)));
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn pop(&mut self) {
        self.stack.pop();
    }

    /// Keeps the top frame with new operands, or removes it.
    #[inline(always)]
    fn update_or_pop(&mut self, keep: bool, a: usize, b: usize) {
        let stack = &mut *self.stack;
        if !keep {
            stack.pop();
        } else if let Some(top) = stack.last_mut() {
            (top.a, top.b) = (a, b);
        }
    }

    #[inline(always)]
    pub(crate) fn may_begin(&self, first: Option<u32>, next: Option<u32>) -> bool {
        first.is_none_or(|index| self.program.firsts[index as usize].admits(next))
    }

    /// Decides at the end of a loop's body (or before its first iteration) where to go.
    #[inline(always)]
    fn until(&mut self, index: u32, pos: usize) -> Result<usize, MatchError> {
        self.step(1)?;
        let program = self.program;
        let this = &program.loops[index as usize];
        let Counter { count, last } = self.counters[index as usize];
        let done = count.wrapping_add(1);
        if done < this.min {
            self.push(Kind::Counter, index, count, last)?;
            self.counters[index as usize].count = done;
            return Ok(this.body as usize);
        }
        let next = self.at(pos);
        if this.greed == Greed::Lazy {
            self.push(Kind::More, index, pos, 0)?;
            return Ok(this.tail as usize);
        }
        // An iteration that takes nothing ends the loop.
        if done >= this.max || last == pos || !self.may_begin(this.body_first, next) {
            return Ok(this.tail as usize);
        }
        let leave = self.may_begin(this.tail_first, next);
        let kind = if leave { Kind::Leave } else { Kind::Step };
        self.push(kind, index, pos, last)?;
        self.counters[index as usize] = Counter { count: done, last: pos };
        Ok(this.body as usize)
    }

    #[inline(always)]
    fn set_mark(&mut self, mark: u32, pos: usize) -> Result<(), MatchError> {
        let before = self.marks[mark as usize];
        if self.stack.is_empty() {
            self.marked = true;
        } else {
            self.push(Kind::Mark, mark, before, self.last_group)?;
        }
        self.marks[mark as usize] = pos;
        if mark & 1 == 1 {
            self.last_group = mark as usize / 2 + 1;
        }
        Ok(())
    }

    /// Matches what a group has matched; gives the end.
    fn repeat_group(
        &mut self,
        group: u32,
        fold: Fold,
        pos: usize,
    ) -> Result<Option<usize>, MatchError> {
        let Some((start, end)) = self.group(group) else { return Ok(None) };
        self.step((end - start) / 32)?;
        let stop = pos + (end - start);
        let Some(here) = self.text.get(pos..stop) else { return Ok(None) };
        let there = &self.text[start..end];
        let equal = if fold == Fold::None {
            here == there
        } else {
            let locale = self.locale;
            let lower = |u: &U| fold.lower(u.code(), locale);
            here.iter().zip(there).all(|(x, y)| x == y || lower(x) == lower(y))
        };
        Ok(equal.then_some(stop))
    }

    fn is_at(&self, place: At, pos: usize) -> bool {
        let len = self.text.len();
        let boundary = |class| {
            let word = |code: Option<u32>| {
                let category = Category { class, negated: false };
                code.is_some_and(|c| in_category(category, c, self.locale))
            };
            word(self.before(pos)) != word(self.at(pos))
        };
        match place {
            At::Beginning | At::BeginningString => pos == 0,
            At::BeginningLine => pos == 0 || self.before(pos) == Some(10),
            At::End => pos == len || pos + 1 == len && self.at(pos) == Some(10),
            At::EndLine => pos == len || self.at(pos) == Some(10),
            At::EndString => pos == len,
            At::Boundary => boundary(Class::Word),
            At::NonBoundary => !boundary(Class::Word),
            At::LocaleBoundary => boundary(Class::LocaleWord),
            At::LocaleNonBoundary => !boundary(Class::LocaleWord),
            At::UnicodeBoundary => boundary(Class::UnicodeWord),
            At::UnicodeNonBoundary => !boundary(Class::UnicodeWord),
        }
    }
}
