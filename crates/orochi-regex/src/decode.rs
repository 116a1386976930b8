//! From code array to [`Program`]: the validator and the translator are one pass, so nothing can
//! be executed that was not checked. The code array nests (alternatives in branches, bodies in
//! repeats, each with the distance to its end); the pass walks it from left to right with an own
//! stack of the constructs that are open, each knowing the word at which it must close, so that
//! hostile nesting costs heap and not native stack. Every distance is checked to stay inside the
//! construct around it, every group and every category to exist, every body to end with the
//! operation that belongs there.

use std::collections::HashMap;

use crate::analysis;
use crate::error::CodeError;
use crate::locale::Fold;
use crate::opcodes::*;
use crate::program::*;
use crate::set_code;

mod branch;
mod info;

/// A construct whose end has not been reached.
struct Open {
    /// The word at which its body ends.
    end: usize,
    kind: Kind,
}

enum Kind {
    /// An alternative of the branch whose operations start at `head`; `skip_at` is the word that
    /// holds the alternative's length.
    Alternative {
        head: usize,
        skip_at: usize,
        starts: Vec<u32>,
        jumps: Vec<usize>,
    },
    /// The first part of a conditional, tested by the operation `test`.
    Yes {
        test: usize,
    },
    /// Its second part; `jump` leads from the first part past it.
    No {
        jump: usize,
    },
    Loop {
        index: u32,
    },
    Possessive {
        index: u32,
    },
    Atomic,
    Assertion {
        index: u32,
        enter: usize,
    },
}

pub(crate) struct Decoder<'c> {
    code: &'c [u32],
    groups: usize,
    program: Program,
    open: Vec<Open>,
    /// Operations from this one on are reached from the one before only: neighbours may merge.
    label: usize,
    known_sets: HashMap<(u32, &'c [u32]), u32>,
    /// Loops around the current word.
    depth: usize,
}

type Decoded<T> = Result<T, CodeError>;

impl Program {
    /// Checks and translates a code array for a pattern with `groups` groups (the whole match not
    /// counted). Fails on anything that the library's compiler does not emit.
    pub fn new(code: &[u32], groups: usize) -> Result<Program, CodeError> {
        if groups > MAXGROUPS as usize {
            return Err(CodeError { at: 0, reason: "too many groups" });
        }
        if code.len() >= u32::MAX as usize / 2 {
            return Err(CodeError { at: 0, reason: "code array too long" });
        }
        let mut decoder = Decoder::new(code, groups);
        decoder.run()?;
        Ok(analysis::finish(decoder.program))
    }
}

impl<'c> Decoder<'c> {
    fn new(code: &'c [u32], groups: usize) -> Self {
        let program = Program {
            ops: Vec::new(),
            literals: Vec::new(),
            sets: Vec::new(),
            branches: Vec::new(),
            repeats: Vec::new(),
            loops: Vec::new(),
            assertions: Vec::new(),
            peeks: Vec::new(),
            firsts: Vec::new(),
            start: Start::Anywhere,
            leader: None,
            second: None,
            literal_only: false,
            min_width: 0,
            groups,
        };
        let open = Vec::new();
        Decoder { code, groups, program, open, label: 0, known_sets: HashMap::new(), depth: 0 }
    }

    fn word(&self, at: usize) -> Decoded<u32> {
        self.code.get(at).copied().ok_or(CodeError { at, reason: "the code ends too early" })
    }

    /// The word that is `distance` words after `at`, if it lies before `end`.
    fn target(&self, at: usize, distance: u32, end: usize) -> Decoded<usize> {
        match at.checked_add(distance as usize) {
            Some(to) if to < end && distance > 0 => Ok(to),
            _ => Err(CodeError { at, reason: "a distance leads out of its construct" }),
        }
    }

    fn expect(&self, at: usize, op: u32, reason: &'static str) -> Decoded<()> {
        if self.word(at)? == op { Ok(()) } else { Err(CodeError { at, reason }) }
    }

    fn group(&self, at: usize) -> Decoded<u32> {
        let group = self.word(at)?;
        if (group as usize) < self.groups {
            Ok(group)
        } else {
            Err(CodeError { at, reason: "no such group" })
        }
    }

    fn here(&self) -> u32 {
        self.program.ops.len() as u32
    }

    fn emit(&mut self, op: Op) -> usize {
        self.program.ops.push(op);
        self.program.ops.len() - 1
    }

    /// Marks this place as one that is jumped to.
    fn bind(&mut self) -> u32 {
        self.label = self.program.ops.len();
        self.here()
    }

    fn run(&mut self) -> Decoded<()> {
        let last = self.code.len().wrapping_sub(1);
        self.expect(last, SUCCESS, "the code must end with SUCCESS")?;
        let mut at = 0;
        loop {
            let end = self.open.last().map_or(last, |open| open.end);
            if at > end {
                return Err(CodeError { at, reason: "an operation overlaps its construct's end" });
            }
            if at < end {
                at = self.operation(at, end)?;
            } else if let Some(open) = self.open.pop() {
                at = self.close(open)?;
            } else {
                self.emit(Op::End);
                return Ok(());
            }
        }
    }

    /// Decodes the operation at `at` inside a body that ends at `end`; gives the word to go on at.
    fn operation(&mut self, at: usize, end: usize) -> Decoded<usize> {
        if let Some((single, next)) = self.single(at, end)? {
            self.emit_single(single);
            return Ok(next);
        }
        match self.word(at)? {
            AT => {
                let place = At::from_code(self.word(at + 1)?)
                    .ok_or(CodeError { at: at + 1, reason: "no such position" })?;
                self.emit(Op::At(place));
                Ok(at + 2)
            }
            MARK => {
                let mark = self.word(at + 1)?;
                if mark as usize >= self.groups * 2 {
                    return Err(CodeError { at: at + 1, reason: "no such mark" });
                }
                self.emit(Op::Mark(mark));
                Ok(at + 2)
            }
            op @ (GROUPREF | GROUPREF_IGNORE | GROUPREF_LOC_IGNORE | GROUPREF_UNI_IGNORE) => {
                let fold = match op {
                    GROUPREF_IGNORE => Fold::Ascii,
                    GROUPREF_LOC_IGNORE => Fold::Locale,
                    GROUPREF_UNI_IGNORE => Fold::Unicode,
                    _ => Fold::None,
                };
                let group = self.group(at + 1)?;
                self.emit(Op::Backref { group, fold });
                Ok(at + 2)
            }
            GROUPREF_EXISTS => {
                let group = self.group(at + 1)?;
                // The one distance that counts from the word before it.
                let to = self.target(at + 1, self.word(at + 2)?, end + 1)?;
                if to < at + 3 {
                    return Err(CodeError { at, reason: "a conditional is too short" });
                }
                let test = self.emit(Op::IfGroup { group, otherwise: 0 });
                self.open.push(Open { end: to, kind: Kind::Yes { test } });
                Ok(at + 3)
            }
            JUMP => self.else_part(at),
            BRANCH => self.branch(at, end),
            INFO => self.info(at, end),
            REPEAT_ONE | MIN_REPEAT_ONE | POSSESSIVE_REPEAT_ONE => self.repeat(at, end),
            REPEAT | POSSESSIVE_REPEAT => self.open_loop(at, end),
            ATOMIC_GROUP => {
                let to = self.target(at + 1, self.word(at + 1)?, end + 1)?;
                if to < at + 3 {
                    return Err(CodeError { at, reason: "an atomic group is too short" });
                }
                self.expect(to - 1, SUCCESS_AT_END.0, SUCCESS_AT_END.1)?;
                self.emit(Op::AtomicEnter);
                self.open.push(Open { end: to - 1, kind: Kind::Atomic });
                Ok(at + 2)
            }
            ASSERT | ASSERT_NOT => self.assertion(at, end),
            _ => Err(CodeError { at, reason: "no such operation here" }),
        }
    }

    /// Emits a test of one character, joining literals that follow each other.
    fn emit_single(&mut self, single: Single) {
        let mergeable = self.program.ops.len() > self.label;
        let Single::Literal(code) = single else {
            self.emit(if single == Single::Never { Op::Fail } else { Op::One(single) });
            return;
        };
        let literals = &mut self.program.literals;
        match self.program.ops.last_mut() {
            Some(Op::Literals { len, .. }) if mergeable => {
                literals.push(code);
                *len += 1;
            }
            Some(last @ Op::One(Single::Literal(_))) if mergeable => {
                if let Op::One(Single::Literal(before)) = *last {
                    let start = literals.len() as u32;
                    literals.extend([before, code]);
                    *last = Op::Literals { start, len: 2 };
                }
            }
            _ => {
                self.emit(Op::One(single));
            }
        }
    }

    /// Decodes a test of one character, if the operation at `at` is one.
    fn single(&mut self, at: usize, end: usize) -> Decoded<Option<(Single, usize)>> {
        let op = self.word(at)?;
        let single = match op {
            FAILURE => return Ok(Some((Single::Never, at + 1))),
            ANY => return Ok(Some((Single::NotNewline, at + 1))),
            ANY_ALL => return Ok(Some((Single::All, at + 1))),
            LITERAL => Single::Literal(self.word(at + 1)?),
            NOT_LITERAL => Single::NotLiteral(self.word(at + 1)?),
            LITERAL_IGNORE
            | NOT_LITERAL_IGNORE
            | LITERAL_LOC_IGNORE
            | NOT_LITERAL_LOC_IGNORE
            | LITERAL_UNI_IGNORE
            | NOT_LITERAL_UNI_IGNORE
            | CATEGORY => {
                self.word(at + 1)?;
                self.set(op, at + 1, at + 2)?
            }
            IN | IN_IGNORE | IN_LOC_IGNORE | IN_UNI_IGNORE => {
                let next = self.target(at + 1, self.word(at + 1)?, end + 1)?;
                return Ok(Some((self.set(op, at + 2, next)?, next)));
            }
            _ => return Ok(None),
        };
        Ok(Some((single, at + 2)))
    }

    /// The set that the words from `at` to `end` spell for `op`; equal sets are shared.
    fn set(&mut self, op: u32, at: usize, end: usize) -> Decoded<Single> {
        let words = self.code.get(at..end).ok_or(CodeError { at, reason: "a set is too short" })?;
        if let Some(&index) = self.known_sets.get(&(op, words)) {
            return Ok(Single::Set(index));
        }
        let set = set_code::decode(op, words)
            .map_err(|e| CodeError { at: at + e.at, reason: e.reason })?;
        let index = self.program.sets.len() as u32;
        self.program.sets.push(set);
        self.known_sets.insert((op, words), index);
        Ok(Single::Set(index))
    }

    /// The JUMP between the two parts of a conditional.
    fn else_part(&mut self, at: usize) -> Decoded<usize> {
        let outer = match self.open.len() {
            0 | 1 => self.code.len() - 1,
            n => self.open[n - 2].end,
        };
        let Some(Open { end, kind: Kind::Yes { test } }) = self.open.last() else {
            return Err(CodeError { at, reason: "a jump outside of branch and conditional" });
        };
        let (end, test) = (*end, *test);
        if at + 2 != end {
            return Err(CodeError { at, reason: "a jump inside a conditional's part" });
        }
        let to = self.target(at + 1, self.word(at + 1)?, outer + 1)?;
        self.open.pop();
        let jump = self.emit(Op::Jump(0));
        self.patch_test(test);
        self.open.push(Open { end: to, kind: Kind::No { jump } });
        Ok(at + 2)
    }

    fn patch_test(&mut self, test: usize) {
        let here = self.bind();
        if let Some(Op::IfGroup { otherwise, .. }) = self.program.ops.get_mut(test) {
            *otherwise = here;
        }
    }

    fn bounds(&self, at: usize) -> Decoded<(usize, usize)> {
        let (min, max) = (self.word(at)?, self.word(at + 1)?);
        if min > max {
            return Err(CodeError { at, reason: "a repeat's bounds are in the wrong order" });
        }
        let max = if max == MAXREPEAT { usize::MAX } else { max as usize };
        Ok((min as usize, max))
    }

    /// A repeat of a single character.
    fn repeat(&mut self, at: usize, end: usize) -> Decoded<usize> {
        let to = self.target(at + 1, self.word(at + 1)?, end + 1)?;
        let (min, max) = self.bounds(at + 2)?;
        let greed = match self.word(at)? {
            REPEAT_ONE => Greed::Greedy,
            MIN_REPEAT_ONE => Greed::Lazy,
            _ => Greed::Possessive,
        };
        let Some((single, next)) = self.single(at + 4, to)? else {
            return Err(CodeError { at: at + 4, reason: "not a test of one character" });
        };
        if next + 1 != to {
            return Err(CodeError { at: next, reason: "a repeat's body is not one test" });
        }
        self.expect(next, SUCCESS_AT_END.0, SUCCESS_AT_END.1)?;
        let index = self.program.repeats.len() as u32;
        self.program.repeats.push(Repeat { single, min, max, greed, tail: Tail::Anything });
        self.emit(Op::Repeat(index));
        Ok(to)
    }

    /// A repeat of anything else.
    fn open_loop(&mut self, at: usize, end: usize) -> Decoded<usize> {
        let possessive = self.word(at)? == POSSESSIVE_REPEAT;
        let until = self.target(at + 1, self.word(at + 1)?, end)?;
        if until < at + 4 {
            return Err(CodeError { at, reason: "a repeat is too short" });
        }
        let (min, max) = self.bounds(at + 2)?;
        let greed = match (possessive, self.word(until)?) {
            (true, SUCCESS) => Greed::Possessive,
            (false, MAX_UNTIL) => Greed::Greedy,
            (false, MIN_UNTIL) => Greed::Lazy,
            _ => return Err(CodeError { at: until, reason: "a repeat's end is not one" }),
        };
        let index = self.program.loops.len() as u32;
        self.emit(if possessive { Op::PossessiveEnter(index) } else { Op::LoopEnter(index) });
        let body = self.bind();
        let (body_first, tail_first) = (None, None);
        let nested = self.depth > 0;
        self.depth += 1;
        self.program.loops.push(Loop {
            min,
            max,
            greed,
            nested,
            body,
            tail: 0,
            body_first,
            tail_first,
        });
        let kind = if possessive { Kind::Possessive { index } } else { Kind::Loop { index } };
        self.open.push(Open { end: until, kind });
        Ok(at + 4)
    }

    fn assertion(&mut self, at: usize, end: usize) -> Decoded<usize> {
        let negative = self.word(at)? == ASSERT_NOT;
        let to = self.target(at + 1, self.word(at + 1)?, end + 1)?;
        if to < at + 4 {
            return Err(CodeError { at, reason: "an assertion is too short" });
        }
        self.expect(to - 1, SUCCESS_AT_END.0, SUCCESS_AT_END.1)?;
        let behind = self.word(at + 2)? as usize;
        let index = self.program.assertions.len() as u32;
        self.program.assertions.push(Assertion { behind, negative, next: 0 });
        let enter = self.emit(Op::AssertEnter(index));
        self.bind();
        self.open.push(Open { end: to - 1, kind: Kind::Assertion { index, enter } });
        Ok(at + 3)
    }

    /// Ends a construct at its last word; gives the word to go on at.
    fn close(&mut self, open: Open) -> Decoded<usize> {
        let at = open.end;
        match open.kind {
            Kind::Alternative { head, skip_at, starts, mut jumps } => {
                jumps.push(self.emit(Op::Jump(0)));
                let next = skip_at + self.word(skip_at)? as usize;
                if self.word(next)? != 0 {
                    self.open_alternative(head, next, starts, jumps)?;
                } else {
                    self.close_branch(head, &starts, &jumps);
                }
                Ok(next + 1)
            }
            Kind::Yes { test } => {
                self.patch_test(test);
                Ok(at)
            }
            Kind::No { jump } => {
                self.program.ops[jump] = Op::Jump(self.program.ops.len() as u32);
                self.bind();
                Ok(at)
            }
            Kind::Loop { index } => {
                self.depth -= 1;
                self.emit(Op::LoopUntil(index));
                self.program.loops[index as usize].tail = self.bind();
                Ok(at + 1)
            }
            Kind::Possessive { index } => {
                self.depth -= 1;
                self.emit(Op::PossessiveEnd(index));
                self.program.loops[index as usize].tail = self.bind();
                Ok(at + 1)
            }
            Kind::Atomic => {
                self.emit(Op::AtomicEnd);
                self.bind();
                Ok(at + 1)
            }
            Kind::Assertion { index, enter } => {
                let Assertion { behind, negative, .. } = self.program.assertions[index as usize];
                match self.program.ops[enter + 1..] {
                    [Op::One(single)] if behind <= 1 => {
                        self.program.ops.truncate(enter);
                        self.emit(Op::Peek { single, behind: behind == 1, negative });
                    }
                    [Op::Literals { start, len }] => {
                        let index = self.program.peeks.len() as u32;
                        self.program.peeks.push(Peek { start, len, behind, negative });
                        self.program.ops.truncate(enter);
                        self.emit(Op::PeekLiterals(index));
                    }
                    _ => {
                        self.emit(if negative { Op::AssertNotEnd } else { Op::AssertEnd });
                    }
                }
                self.program.assertions[index as usize].next = self.bind();
                Ok(at + 1)
            }
        }
    }
}

/// What must stand at the end of a repeat's, group's or assertion's body.
const SUCCESS_AT_END: (u32, &str) = (SUCCESS, "a body must end with SUCCESS");
