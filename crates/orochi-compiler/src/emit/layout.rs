//! From pending instructions to words: threads jumps, drops what is left out, chooses between
//! short and long jumps, numbers the constants, and writes the tables beside the code.
//!
//! Instructions with a 16-bit jump whose target is too far are laid out in a long form over a
//! 32-bit `Jump`. A comparison is inverted over it; `ForIter` and the others that cannot be
//! inverted jump to a `Jump` that stands behind one that skips it:
//!
//! ```text
//! JumpLt !d, a, b, +1        ForIter a, b, +1
//! Jump target                Jump +1
//!                            Jump target
//! ```

use super::unit::{Label, Pending, Unit};
use crate::bytecode::{Format, Instruction, Op};
use crate::code::{Code, Constant, ExceptionRange, Position};
use crate::error::{Failure, Outcome};
use std::sync::Arc;

/// How far to follow jumps to jumps.
const MAX_HOPS: usize = 8;

/// How an instruction is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Dropped,
    Plain,
    /// Inverted over a `Jump`.
    Inverted,
    /// Over two `Jump`s.
    Relayed,
}

/// Finishes a unit.
pub fn finish(mut unit: Unit, filename: &Arc<str>) -> Outcome<Code> {
    if let Some(message) = unit.overflow {
        return Err(Failure::new(message, unit.at));
    }
    thread_jumps(&mut unit);
    let remap = narrow_constants(&mut unit)?;
    let mut forms: Vec<Form> =
        unit.pending.iter().map(|p| if p.dropped { Form::Dropped } else { Form::Plain }).collect();
    let mut offsets;
    loop {
        offsets = offsets_of(&unit.pending, &forms);
        let mut changed = false;
        for (i, pending) in unit.pending.iter().enumerate() {
            if forms[i] != Form::Plain || !matches!(pending.op.format(), Format::Abs | Format::Ais)
            {
                continue;
            }
            let next = offsets[i] + 1 + pending.op.cache_words() as u32;
            let distance = i64::from(target_offset(&unit, &offsets, pending)) - i64::from(next);
            // Room for the growth of what lies between.
            if i16::try_from(distance).is_err() {
                forms[i] = if can_invert(pending.op) { Form::Inverted } else { Form::Relayed };
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let mut words = Vec::with_capacity(*offsets.last().unwrap_or(&0) as usize);
    let mut positions: Vec<(u32, Position)> = Vec::new();
    let mut statements = Vec::new();
    for (i, pending) in unit.pending.iter().enumerate() {
        if forms[i] == Form::Dropped {
            continue;
        }
        if positions.last().is_none_or(|(_, last)| *last != pending.at) {
            positions.push((words.len() as u32, pending.at));
        }
        if let Some(top) = pending.begins {
            statements.push((words.len() as u32, top));
        }
        let target = jump_label(pending).map(|_| target_offset(&unit, &offsets, pending));
        write(&mut words, pending, forms[i], target, &remap);
    }
    let exceptions = exception_table(&unit, &offsets)?;
    Ok(Code {
        name: unit.name.clone(),
        qualname: unit.qualname.clone(),
        filename: filename.clone(),
        first_line: unit.first_line,
        flags: unit.flags,
        arg_count: unit.arg_count,
        posonly_count: unit.posonly_count,
        kwonly_count: unit.kwonly_count,
        registers: unit.window(),
        variables: unit.variables,
        words,
        constants: unit.constants,
        exceptions,
        positions,
        statements,
        static_attributes: unit.static_attributes,
    })
}

/// The label of a jump.
fn jump_label(pending: &Pending) -> Option<Label> {
    match pending.op.format() {
        Format::J | Format::Aj | Format::Abs | Format::Ais => Some(Label(pending.c)),
        _ => None,
    }
}

fn can_invert(op: Op) -> bool {
    matches!(
        op,
        Op::JumpLt
            | Op::JumpLe
            | Op::JumpEq
            | Op::JumpNe
            | Op::JumpGt
            | Op::JumpGe
            | Op::JumpLtInt
            | Op::JumpLeInt
            | Op::JumpEqInt
            | Op::JumpNeInt
            | Op::JumpGtInt
            | Op::JumpGeInt
            | Op::JumpIs
            | Op::JumpIn
    )
}

/// Jumps to jumps go to where those go, and jumps to what follows are dropped.
fn thread_jumps(unit: &mut Unit) {
    let count = unit.pending.len();
    for i in 0..count {
        let Some(mut label) = jump_label(&unit.pending[i]) else { continue };
        if unit.pending[i].dropped || unit.pending[i].op == Op::Loop {
            continue;
        }
        for _ in 0..MAX_HOPS {
            let target = kept_index(unit, label);
            match unit.pending.get(target).copied() {
                Some(next) if next.op == Op::Jump && target != i => label = Label(next.c),
                Some(next) if next.op == Op::Loop && unit.pending[i].op == Op::Jump => {
                    unit.pending[i].op = Op::Loop;
                    label = Label(next.c);
                    break;
                }
                _ => break,
            }
        }
        unit.pending[i].c = label.0;
    }
    invert_over_jumps(unit);
    // From the end: a jump over jumps that go away goes away too.
    let mut next = count;
    for i in (0..count).rev() {
        if unit.pending[i].dropped {
            continue;
        }
        if unit.pending[i].op == Op::Jump && kept_index(unit, Label(unit.pending[i].c)) == next {
            unit.pending[i].dropped = true;
        } else {
            next = i;
        }
    }
}

/// A conditional jump over a `Jump` becomes the inverse, to where that goes.
fn invert_over_jumps(unit: &mut Unit) {
    // A `Jump` that something else goes to stays.
    let mut targets = vec![false; unit.pending.len() + 1];
    for pending in &unit.pending {
        if let Some(label) = jump_label(pending)
            && !pending.dropped
        {
            targets[kept_index(unit, label)] = true;
        }
    }
    for range in &unit.ranges {
        targets[kept_index(unit, range.handler)] = true;
    }
    let kept: Vec<usize> = (0..unit.pending.len()).filter(|&i| !unit.pending[i].dropped).collect();
    for (k, &i) in kept.iter().enumerate() {
        let Some(&over) = kept.get(k + 1) else { break };
        let behind = kept.get(k + 2).copied().unwrap_or(unit.pending.len());
        let pending = unit.pending[i];
        let jump = unit.pending[over];
        if jump.op != Op::Jump || targets[over] || pending.op == Op::Jump {
            continue;
        }
        let Some(label) = jump_label(&pending) else { continue };
        if kept_index(unit, label) != behind {
            continue;
        }
        let inverse = match pending.op {
            Op::JumpIfTrue => Some((Op::JumpIfFalse, pending.d)),
            Op::JumpIfFalse => Some((Op::JumpIfTrue, pending.d)),
            op if can_invert(op) || op == Op::JumpIfNone => Some((op, 1 - pending.d)),
            _ => None,
        };
        if let Some((op, d)) = inverse {
            unit.pending[i] = Pending { op, d, c: jump.c, ..pending };
            unit.pending[over].dropped = true;
        }
    }
}

/// The index of the first instruction at or behind a label that is not dropped.
fn kept_index(unit: &Unit, label: Label) -> usize {
    let mut index =
        unit.labels[label.0 as usize].index.unwrap_or(unit.pending.len() as u32) as usize;
    while unit.pending.get(index).is_some_and(|p| p.dropped) {
        index += 1;
    }
    index
}

fn offsets_of(pending: &[Pending], forms: &[Form]) -> Vec<u32> {
    let mut offsets = Vec::with_capacity(pending.len() + 1);
    let mut offset = 0u32;
    for (pending, form) in pending.iter().zip(forms) {
        offsets.push(offset);
        offset += match form {
            Form::Dropped => 0,
            Form::Plain => 1 + pending.op.cache_words() as u32,
            Form::Inverted => 2 + pending.op.cache_words() as u32,
            Form::Relayed => 3 + pending.op.cache_words() as u32,
        };
    }
    offsets.push(offset);
    offsets
}

fn target_offset(unit: &Unit, offsets: &[u32], pending: &Pending) -> u32 {
    let index = unit.labels[pending.c as usize].index.unwrap_or(0) as usize;
    offsets[index]
}

fn write(words: &mut Vec<u64>, pending: &Pending, form: Form, target: Option<u32>, remap: &[u32]) {
    let Pending { op, d, a, b, c, .. } = *pending;
    let cache = op.cache_words();
    let distance = |words: &Vec<u64>, extra: usize| {
        target.map_or(0, |target| (i64::from(target) - (words.len() + 1 + extra) as i64) as i32)
    };
    let instruction = match op.format() {
        Format::Ak | Format::Abk => Instruction::abc(op, d, a, b, remap[c as usize] as u16),
        Format::AkWide => Instruction::wide(op, d, a, remap[c as usize] as i32),
        Format::AiWide => Instruction::wide(op, d, a, c as i32),
        Format::J | Format::Aj => Instruction::wide(op, d, a, distance(words, cache)),
        Format::Abs | Format::Ais => match form {
            Form::Inverted => Instruction::abc(op, 1 - d, a, b, 1),
            Form::Relayed => Instruction::abc(op, d, a, b, 1),
            _ => Instruction::abc(op, d, a, b, distance(words, cache) as u16),
        },
        _ => Instruction::abc(op, d, a, b, c as u16),
    };
    words.push(instruction.encode());
    words.extend(std::iter::repeat_n(0, cache));
    if form == Form::Relayed {
        words.push(Instruction::wide(Op::Jump, 0, 0, 1).encode());
    }
    if matches!(form, Form::Inverted | Form::Relayed) {
        let distance = distance(words, 0);
        words.push(Instruction::wide(Op::Jump, 0, 0, distance).encode());
    }
}

/// Sees to it that constants named by 16-bit operands are among the first 65,536: returns the new
/// index of each.
fn narrow_constants(unit: &mut Unit) -> Outcome<Vec<u32>> {
    let count = unit.constants.len();
    if count <= 1 << 16 {
        return Ok((0..count as u32).collect());
    }
    let mut narrow = vec![false; count];
    // The first may be the docstring, which stays where it is.
    narrow[0] = true;
    for pending in &unit.pending {
        if matches!(pending.op.format(), Format::Ak | Format::Abk) {
            narrow[pending.c as usize] = true;
        }
    }
    let mut remap = vec![0; count];
    let mut order = Vec::with_capacity(count);
    for wanted in [true, false] {
        for i in 0..count {
            if narrow[i] == wanted {
                remap[i] = order.len() as u32;
                order.push(i);
            }
        }
    }
    if narrow.iter().filter(|&&n| n).count() > 1 << 16 {
        return Err(Failure::new("too many names in one block of code", unit.at));
    }
    let mut old: Vec<Option<Constant>> =
        std::mem::take(&mut unit.constants).into_iter().map(Some).collect();
    unit.constants = order.into_iter().filter_map(|i| old[i].take()).collect();
    Ok(remap)
}

fn exception_table(unit: &Unit, offsets: &[u32]) -> Outcome<Vec<ExceptionRange>> {
    let mut table = Vec::with_capacity(unit.ranges.len());
    for range in &unit.ranges {
        let (start, end) = (offsets[range.start as usize], offsets[range.end as usize]);
        if start == end {
            continue;
        }
        let handler = unit.labels[range.handler.0 as usize].index.unwrap_or(0) as usize;
        table.push(ExceptionRange {
            start,
            end,
            handler: offsets[handler],
            register: range.register,
        });
    }
    Ok(table)
}
