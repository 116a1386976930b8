//! Checks that code keeps the rules of the instruction table: registers within the window, jumps
//! to instructions, constants of the kind an instruction wants, tables in order. The compiler's
//! tests run it over everything they compile.

use crate::bytecode::{Format, Op};
use crate::code::{Code, Constant, VariableKind};
use crate::disassemble::instructions;

/// The first rule that `code`, or code in its constants, breaks.
pub fn validate(code: &Code) -> Result<(), String> {
    one(code).map_err(|problem| format!("{}: {problem}", code.qualname))?;
    for constant in &code.constants {
        if let Constant::Code(inner) = constant {
            validate(inner)?;
        }
    }
    Ok(())
}

fn one(code: &Code) -> Result<(), String> {
    let mut starts = vec![false; code.words.len() + 1];
    let mut end = 0;
    let mut last = None;
    for line in instructions(code) {
        starts[line.offset] = true;
        end = line.offset + 1 + line.instruction.op.cache_words();
        last = Some(line.instruction.op);
        if end > code.words.len() {
            return Err(format!("cache words of {} go past the end", line.offset));
        }
    }
    if end != code.words.len() {
        return Err(format!("word {end} is no instruction"));
    }
    if !matches!(last, Some(Op::Return | Op::Raise | Op::Reraise | Op::Jump | Op::Loop)) {
        return Err(format!("control runs past the end, behind {last:?}"));
    }
    for line in instructions(code) {
        let name = line.instruction.op.name();
        let fail = |what: String| Err(format!("{name} at {}: {what}", line.offset));
        for register in registers(&line.instruction) {
            if register >= u32::from(u16::MAX) || register >= code.registers {
                return fail(format!("register {register} of {}", code.registers));
            }
        }
        if let Some(target) = line.target {
            if !starts.get(target).copied().unwrap_or(false) {
                return fail(format!("target {target} is no instruction"));
            }
            let backward = target <= line.offset;
            if backward != (line.instruction.op == Op::Loop) {
                return fail(format!("target {target} in the wrong direction"));
            }
        } else if matches!(
            line.instruction.op.format(),
            Format::J | Format::Aj | Format::Abs | Format::Ais
        ) {
            return fail("target before the start".to_owned());
        }
        check_constant(code, &line.instruction).or_else(fail)?;
    }
    for (i, range) in code.exceptions.iter().enumerate() {
        let good = range.start < range.end
            && range.end as usize <= code.words.len()
            && starts[range.start as usize]
            && (starts[range.end as usize] || range.end as usize == code.words.len())
            && starts[range.handler as usize]
            && u32::from(range.register) < code.registers;
        if !good {
            return Err(format!("exception range {i} is malformed: {range:?}"));
        }
    }
    if !code.positions.is_sorted_by_key(|(offset, _)| *offset) {
        return Err("positions are out of order".to_owned());
    }
    if !code.statements.iter().all(|(offset, _)| starts.get(*offset as usize) == Some(&true)) {
        return Err("a statement begins within an instruction".to_owned());
    }
    if code.variables.len() > code.registers as usize {
        return Err("more variables than registers".to_owned());
    }
    Ok(())
}

/// The registers that an instruction names, the last of a row included.
fn registers(instruction: &crate::bytecode::Instruction) -> Vec<u32> {
    let (a, b, c) = (u32::from(instruction.a), u32::from(instruction.b), u32::from(instruction.c));
    let d = u32::from(instruction.d);
    match instruction.op {
        Op::Unpack => vec![b, if c > 0 { a + c - 1 } else { a }],
        Op::UnpackEx => vec![b, a + c + d],
        Op::BuildTuple | Op::BuildList | Op::BuildSet | Op::BuildString => {
            vec![a, if c > 0 { b + c - 1 } else { 0 }]
        }
        Op::BuildDict => vec![a, if c > 0 { b + 2 * c - 1 } else { 0 }],
        Op::Call => {
            vec![a, b + 2 + c + u32::from(instruction.d & crate::bytecode::METHOD_FORM != 0)]
        }
        Op::CallKw => vec![a, b + 2 + (d & 0x7f) + u32::from(d & 0x80 != 0)],
        Op::CallEx => vec![a, b + 4],
        Op::MakeFunction | Op::BuildInterpolation => vec![a, b + 3],
        Op::GetMethod | Op::LoadSpecial => vec![a + 3, b],
        Op::GetSuper => vec![a + if d & 1 == 1 { 3 } else { 0 }, b + 2],
        Op::GetSlice => vec![a, b, c + 1],
        Op::BuildSlice => vec![a, b + if d == 3 { 2 } else { 1 }],
        Op::MatchClass | Op::ExceptionTriple => {
            vec![a + if instruction.op == Op::ExceptionTriple { 2 } else { 0 }, b]
        }
        Op::MatchGroup => vec![a + 1, b, c],
        Op::ImportName | Op::BuildTemplate => vec![a, b + 1],
        Op::Raise => match d {
            0 => vec![],
            1 => vec![a],
            _ => vec![a, b],
        },
        Op::Format => {
            if d & 4 != 0 {
                vec![a, b, c]
            } else {
                vec![a, b]
            }
        }
        Op::Yield => {
            if d == 1 {
                vec![a, b, c]
            } else {
                vec![a, b]
            }
        }
        op => match op.format() {
            Format::None | Format::J => vec![],
            Format::A | Format::Ak | Format::AkWide | Format::AiWide | Format::Aj | Format::Ais => {
                vec![a]
            }
            Format::Ab | Format::Abi | Format::Abn | Format::Abk | Format::Abs => vec![a, b],
            Format::Abc => vec![a, b, c],
        },
    }
}

fn check_constant(code: &Code, instruction: &crate::bytecode::Instruction) -> Result<(), String> {
    let index = match instruction.op.format() {
        Format::Ak | Format::Abk => u32::from(instruction.c),
        Format::AkWide => instruction.j() as u32,
        _ => return Ok(()),
    };
    let Some(constant) = code.constants.get(index as usize) else {
        return Err(format!("constant {index} of {}", code.constants.len()));
    };
    let good = match instruction.op {
        Op::LoadConst => !matches!(constant, Constant::Code(_)),
        Op::MakeFunction => match constant {
            Constant::Code(inner) => {
                let free = inner.variables.iter().any(|v| v.kind == VariableKind::Free);
                let _ = free;
                true
            }
            _ => false,
        },
        Op::CallKw => matches!(constant, Constant::Tuple(names)
            if names.len() <= usize::from(instruction.d & 0x7f)
                && names.iter().all(|name| matches!(name, Constant::Str(_)))),
        _ => matches!(constant, Constant::Str(_)),
    };
    if good { Ok(()) } else { Err(format!("constant {index} is of the wrong kind")) }
}
