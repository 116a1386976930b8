//! `match` statements. A pattern tests its subject and collects what it captures in temporaries;
//! the names are bound only when the whole pattern has matched. Failure is a jump to the next
//! case: there is nothing to undo.

use super::Emitter;
use super::unit::{Label, Reg};
use crate::ast::*;
use crate::bytecode::Op;
use crate::code::{Constant, Position};
use crate::error::{Failure, Outcome};

/// Names captured so far, and where.
type Captures = Vec<(Name, Reg, Position)>;

impl<'t> Emitter<'t> {
    pub(super) fn match_statement(
        &mut self,
        subject: &'t Expr,
        cases: &'t [MatchCase],
    ) -> Outcome<()> {
        let value = self.unit.temporary();
        self.expr_to(subject, value)?;
        let end = self.unit.label();
        for (i, case) in cases.iter().enumerate() {
            let next = self.unit.label();
            let mark = self.unit.top;
            if case.guard.is_none() && i + 1 < cases.len() {
                refuse_irrefutable(&case.pattern)?;
            }
            if matches!(&case.pattern.kind, PatternKind::As { pattern: None, name: None }) {
                self.visible(case.pattern.at);
            }
            let mut captures = Captures::new();
            self.pattern(&case.pattern, value, next, &mut captures)?;
            for (name, register, at) in captures {
                self.check_target(&name, false, at)?;
                self.at(at);
                self.store_name(&name, register);
            }
            self.unit.release(mark);
            if let Some(guard) = &case.guard {
                self.jump_if(guard, false, next)?;
            }
            self.statements(&case.body)?;
            self.unit.jump(end);
            self.unit.place(next);
        }
        self.unit.place(end);
        Ok(())
    }

    fn pattern(
        &mut self,
        p: &'t Pattern,
        subject: Reg,
        fail: Label,
        captures: &mut Captures,
    ) -> Outcome<()> {
        self.deeper(|emitter| emitter.pattern_inner(p, subject, fail, captures))
    }

    fn pattern_inner(
        &mut self,
        p: &'t Pattern,
        subject: Reg,
        fail: Label,
        captures: &mut Captures,
    ) -> Outcome<()> {
        self.at(p.at);
        match &p.kind {
            PatternKind::Value(e) => {
                let mark = self.unit.top;
                let value = self.operand(e)?;
                self.at(p.at);
                self.unit.jump_op(Op::JumpEq, 0, subject, value, fail);
                self.unit.release(mark);
                Ok(())
            }
            PatternKind::Singleton(Constant::None) => {
                self.unit.jump_op(Op::JumpIfNone, 0, subject, 0, fail);
                Ok(())
            }
            PatternKind::Singleton(constant) => {
                let mark = self.unit.top;
                let value = self.unit.temporary();
                self.unit.load_constant(value, constant);
                self.unit.jump_op(Op::JumpIs, 0, subject, value, fail);
                self.unit.release(mark);
                Ok(())
            }
            PatternKind::Sequence(patterns) => {
                self.sequence_pattern(patterns, p.at, subject, fail, captures)
            }
            PatternKind::Mapping { keys, patterns, rest } => {
                self.mapping_pattern(keys, patterns, rest.as_ref(), p.at, subject, fail, captures)
            }
            PatternKind::Class { cls, patterns, keywords } => {
                self.class_pattern(cls, patterns, keywords, p.at, subject, fail, captures)
            }
            // A star stands in a sequence, which takes care of it.
            PatternKind::Star(name) => capture(name.as_ref(), subject, p.at, captures),
            PatternKind::As { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern, subject, fail, captures)?;
                }
                capture(name.as_ref(), subject, p.at, captures)
            }
            PatternKind::Or(alternatives) => {
                self.or_pattern(alternatives, p.at, subject, fail, captures)
            }
        }
    }

    fn sequence_pattern(
        &mut self,
        patterns: &'t [Pattern],
        at: Position,
        subject: Reg,
        fail: Label,
        captures: &mut Captures,
    ) -> Outcome<()> {
        let star = patterns.iter().position(|p| matches!(p.kind, PatternKind::Star(_)));
        if let Some(star) = star
            && patterns[star + 1..].iter().any(|p| matches!(p.kind, PatternKind::Star(_)))
        {
            return Err(Failure::new("multiple starred names in sequence pattern", at));
        }
        let mark = self.unit.top;
        let length = self.unit.temporary();
        self.unit.ab(Op::MatchSequence, length, subject);
        self.unit.jump_op(Op::JumpIfFalse, 0, length, 0, fail);
        let least = patterns.len() - usize::from(star.is_some());
        self.check_length(length, subject, least, star.is_none(), fail);
        self.unit.release(mark);
        if patterns.iter().all(is_wildcard) {
            return Ok(());
        }
        let starred_wildcard =
            star.is_some_and(|star| matches!(patterns[star].kind, PatternKind::Star(None)));
        if starred_wildcard {
            return self.pick_items(patterns, star.unwrap_or(0), at, subject, fail, captures);
        }
        let first = self.unit.temporaries(patterns.len());
        match star {
            None => self.unit.push(Op::Unpack, 0, first, subject, patterns.len() as u16),
            Some(before) => {
                let after = patterns.len() - before - 1;
                if before >= 256 || after >= 256 {
                    return Err(Failure::new(
                        "too many expressions in star-unpacking sequence pattern",
                        at,
                    ));
                }
                self.unit.push(Op::UnpackEx, after as u8, first, subject, before as u16);
            }
        }
        for (i, pattern) in patterns.iter().enumerate() {
            self.pattern(pattern, first + i as Reg, fail, captures)?;
        }
        Ok(())
    }

    /// Fails unless the length of `R[subject]` is `least`, or at least that if not `exact`.
    fn check_length(&mut self, length: Reg, subject: Reg, least: usize, exact: bool, fail: Label) {
        if !exact && least == 0 {
            return;
        }
        self.unit.ab(Op::GetLen, length, subject);
        let (op, d) = if exact { (Op::JumpEqInt, 0) } else { (Op::JumpGeInt, 0) };
        match i16::try_from(least) {
            Ok(least) => self.unit.jump_op(op, d, length, least as u16, fail),
            Err(_) => {
                let bound = self.unit.temporary();
                self.unit.load_constant(bound, &Constant::Int(least as i64));
                let op = if exact { Op::JumpEq } else { Op::JumpGe };
                self.unit.jump_op(op, d, length, bound, fail);
            }
        }
    }

    /// `[a, *_, b]`: only the items that are wanted are looked at.
    fn pick_items(
        &mut self,
        patterns: &'t [Pattern],
        star: usize,
        at: Position,
        subject: Reg,
        fail: Label,
        captures: &mut Captures,
    ) -> Outcome<()> {
        for (i, pattern) in patterns.iter().enumerate() {
            if i == star || is_wildcard(pattern) {
                continue;
            }
            let item = self.unit.temporary();
            let mark = self.unit.top;
            self.at(at);
            let index = self.unit.temporary();
            if i < star {
                self.unit.load_constant(index, &Constant::Int(i as i64));
            } else {
                let from_end = (patterns.len() - i) as u16;
                self.unit.ab(Op::GetLen, index, subject);
                self.unit.push(Op::SubInt, 0, index, index, from_end);
            }
            self.unit.push(Op::GetItem, 0, item, subject, index);
            self.unit.release(mark);
            self.pattern(pattern, item, fail, captures)?;
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one pattern")]
    fn mapping_pattern(
        &mut self,
        keys: &'t [Expr],
        patterns: &'t [Pattern],
        rest: Option<&'t Name>,
        at: Position,
        subject: Reg,
        fail: Label,
        captures: &mut Captures,
    ) -> Outcome<()> {
        for (i, key) in keys.iter().enumerate() {
            let Some(constant) = key.constant() else { continue };
            if keys[..i]
                .iter()
                .filter_map(|k| k.constant())
                .any(|k| super::fold::equal(k, constant))
            {
                let text = crate::repr::repr(constant);
                return Err(Failure::new(
                    format!("mapping pattern checks duplicate key ({text})"),
                    at,
                ));
            }
        }
        let mark = self.unit.top;
        let test = self.unit.temporary();
        self.unit.ab(Op::MatchMapping, test, subject);
        self.unit.jump_op(Op::JumpIfFalse, 0, test, 0, fail);
        self.check_length(test, subject, keys.len(), false, fail);
        self.unit.release(mark);
        if keys.is_empty() && rest.is_none() {
            return Ok(());
        }
        let tuple = self.unit.temporary();
        let mark = self.unit.top;
        let row = self.row(keys)?;
        self.at(at);
        self.unit.push(Op::BuildTuple, 0, tuple, row, keys.len() as u16);
        self.unit.release(mark);
        let values = self.unit.temporary();
        self.unit.push(Op::MatchKeys, 0, values, subject, tuple);
        self.unit.jump_op(Op::JumpIfNone, 1, values, 0, fail);
        if !patterns.is_empty() {
            let first = self.unit.temporaries(patterns.len());
            self.unit.push(Op::Unpack, 0, first, values, patterns.len() as u16);
            for (i, pattern) in patterns.iter().enumerate() {
                self.pattern(pattern, first + i as Reg, fail, captures)?;
            }
        }
        if rest.is_some() {
            let remaining = self.unit.temporary();
            self.at(at);
            self.unit.push(Op::MatchRest, 0, remaining, subject, tuple);
            capture(rest, remaining, at, captures)?;
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one pattern")]
    fn class_pattern(
        &mut self,
        cls: &'t Expr,
        patterns: &'t [Pattern],
        keywords: &'t [(Name, Pattern)],
        at: Position,
        subject: Reg,
        fail: Label,
        captures: &mut Captures,
    ) -> Outcome<()> {
        for (i, (name, pattern)) in keywords.iter().enumerate() {
            if keywords[..i].iter().any(|(n, _)| n == name) {
                return Err(Failure::new(
                    format!("attribute name repeated in class pattern: {name}"),
                    pattern.at,
                ));
            }
        }
        let values = self.unit.temporary();
        let mark = self.unit.top;
        let row = self.unit.temporaries(3);
        self.unit.copy(row, subject);
        self.expr_to(cls, row + 1)?;
        self.at(at);
        let names = keywords.iter().map(|(name, _)| Constant::Str(name.clone().into())).collect();
        self.unit.load_constant(row + 2, &Constant::Tuple(names));
        self.unit.push(Op::MatchClass, 0, values, row, patterns.len() as u16);
        self.unit.release(mark);
        self.unit.jump_op(Op::JumpIfNone, 1, values, 0, fail);
        let count = patterns.len() + keywords.len();
        if count == 0 {
            return Ok(());
        }
        let first = self.unit.temporaries(count);
        self.unit.push(Op::Unpack, 0, first, values, count as u16);
        for (i, pattern) in patterns.iter().chain(keywords.iter().map(|(_, p)| p)).enumerate() {
            if !is_wildcard(pattern) {
                self.pattern(pattern, first + i as Reg, fail, captures)?;
            }
        }
        Ok(())
    }

    fn or_pattern(
        &mut self,
        alternatives: &'t [Pattern],
        at: Position,
        subject: Reg,
        fail: Label,
        captures: &mut Captures,
    ) -> Outcome<()> {
        let matched = self.unit.label();
        // All alternatives capture the same names, in the registers of the first.
        let mut shared: Option<Captures> = None;
        let mut names = Captures::new();
        collect_names(&alternatives[0], &mut names);
        let registers = self.unit.temporaries(names.len());
        for (i, alternative) in alternatives.iter().enumerate() {
            let last = i + 1 == alternatives.len();
            if !last {
                refuse_irrefutable(alternative)?;
            }
            let next = if last { fail } else { self.unit.label() };
            let mark = self.unit.top;
            let mut own = Captures::new();
            self.pattern(alternative, subject, next, &mut own)?;
            match &mut shared {
                None => {
                    for (k, (name, register, at)) in own.iter().enumerate() {
                        self.unit.copy(registers + k as Reg, *register);
                        capture(Some(name), registers + k as Reg, *at, captures)?;
                    }
                    shared = Some(own);
                }
                Some(shared) => {
                    let same = own.len() == shared.len()
                        && own.iter().all(|(name, ..)| shared.iter().any(|(n, ..)| n == name));
                    if !same {
                        return Err(Failure::new("alternative patterns bind different names", at));
                    }
                    for (name, register, _) in &own {
                        if let Some(k) = shared.iter().position(|(n, ..)| n == name) {
                            self.unit.copy(registers + k as Reg, *register);
                        }
                    }
                }
            }
            self.unit.release(mark);
            if !last {
                self.unit.jump(matched);
                self.unit.place(next);
            }
        }
        self.unit.place(matched);
        Ok(())
    }
}

fn capture(
    name: Option<&Name>,
    register: Reg,
    at: Position,
    captures: &mut Captures,
) -> Outcome<()> {
    let Some(name) = name else { return Ok(()) };
    if captures.iter().any(|(n, ..)| n == name) {
        return Err(Failure::new(format!("multiple assignments to name '{name}' in pattern"), at));
    }
    captures.push((name.clone(), register, at));
    Ok(())
}

fn collect_names(p: &Pattern, names: &mut Captures) {
    let mut add = |name: &Option<Name>| {
        if let Some(name) = name {
            names.push((name.clone(), 0, p.at));
        }
    };
    match &p.kind {
        PatternKind::Value(_) | PatternKind::Singleton(_) => {}
        PatternKind::Sequence(list) => list.iter().for_each(|p| collect_names(p, names)),
        PatternKind::Or(list) => {
            if let Some(first) = list.first() {
                collect_names(first, names);
            }
        }
        PatternKind::Mapping { patterns, rest, .. } => {
            add(rest);
            patterns.iter().for_each(|p| collect_names(p, names));
        }
        PatternKind::Class { patterns, keywords, .. } => {
            patterns.iter().for_each(|p| collect_names(p, names));
            keywords.iter().for_each(|(_, p)| collect_names(p, names));
        }
        PatternKind::Star(name) => add(name),
        PatternKind::As { pattern, name } => {
            add(name);
            if let Some(pattern) = pattern {
                collect_names(pattern, names);
            }
        }
    }
}

fn is_wildcard(p: &Pattern) -> bool {
    matches!(p.kind, PatternKind::As { pattern: None, name: None } | PatternKind::Star(None))
}

/// A pattern that always matches may only come last.
fn refuse_irrefutable(p: &Pattern) -> Outcome<()> {
    match &p.kind {
        PatternKind::As { pattern: None, name: Some(name) } => Err(Failure::new(
            format!("name capture '{name}' makes remaining patterns unreachable"),
            p.at,
        )),
        PatternKind::As { pattern: None, name: None } => {
            Err(Failure::new("wildcard makes remaining patterns unreachable", p.at))
        }
        PatternKind::As { pattern: Some(inner), .. } => refuse_irrefutable(inner),
        PatternKind::Or(list) => list.last().map_or(Ok(()), refuse_irrefutable),
        _ => Ok(()),
    }
}
