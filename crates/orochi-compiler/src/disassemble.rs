//! A readable listing of code.

use crate::bytecode::{Format, Instruction, Intrinsic, Op};
use crate::code::{Code, Constant, VariableKind};
use std::fmt::Write;

/// One instruction of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its word offset.
    pub offset: usize,
    /// The instruction.
    pub instruction: Instruction,
    /// The word offset a jump goes to.
    pub target: Option<usize>,
}

/// The instructions of `code`. Stops at the first word that is none.
pub fn instructions(code: &Code) -> impl Iterator<Item = Line> {
    let mut offset = 0;
    std::iter::from_fn(move || {
        let instruction = Instruction::decode(*code.words.get(offset)?)?;
        let next = offset + 1 + instruction.op.cache_words();
        let distance = match instruction.op.format() {
            Format::J | Format::Aj => Some(i64::from(instruction.j())),
            Format::Abs | Format::Ais => Some(i64::from(instruction.c as i16)),
            _ => None,
        };
        let target = distance.and_then(|distance| usize::try_from(next as i64 + distance).ok());
        let line = Line { offset, instruction, target };
        offset = next;
        Some(line)
    })
}

/// The listing of `code` and of the code objects in its constants.
pub fn disassemble(code: &Code) -> String {
    let mut out = String::new();
    one(code, &mut out);
    for constant in &code.constants {
        if let Constant::Code(inner) = constant {
            out.push('\n');
            out.push_str(&disassemble(inner));
        }
    }
    out
}

fn one(code: &Code, out: &mut String) {
    let _ = writeln!(
        out,
        "{} (line {}, {} registers, flags {:#x}, args {}/{}/{})",
        code.qualname,
        code.first_line,
        code.registers,
        code.flags,
        code.arg_count,
        code.posonly_count,
        code.kwonly_count
    );
    if !code.variables.is_empty() {
        out.push_str("  variables:");
        for (i, variable) in code.variables.iter().enumerate() {
            let kind = match variable.kind {
                VariableKind::Local => "",
                VariableKind::Cell => " cell",
                VariableKind::Free => " free",
                VariableKind::Hidden => " hidden",
                VariableKind::HiddenCell => " hidden cell",
            };
            let _ = write!(out, " r{i}={}{kind}", variable.name);
        }
        out.push('\n');
    }
    let mut last = 0;
    for line in instructions(code) {
        let position = position_at(code, line.offset);
        if position != last {
            let _ = writeln!(out, "  line {position}");
            last = position;
        }
        let _ = writeln!(out, "  {:>5} {}", line.offset, text(code, &line));
    }
    for range in &code.exceptions {
        let _ = writeln!(
            out,
            "  {}..{} -> {} r{}",
            range.start, range.end, range.handler, range.register
        );
    }
    if !code.static_attributes.is_empty() {
        let _ = writeln!(out, "  attributes: {}", code.static_attributes.join(" "));
    }
}

fn position_at(code: &Code, offset: usize) -> u32 {
    let i = code.positions.partition_point(|(start, _)| *start as usize <= offset);
    if i == 0 { 0 } else { code.positions[i - 1].1.line }
}

fn text(code: &Code, line: &Line) -> String {
    let Instruction { op, d, a, b, c } = line.instruction;
    let mut text = op.name().to_owned();
    if d != 0 || op == Op::Intrinsic {
        match (op, Intrinsic::ALL.get(usize::from(d))) {
            (Op::Intrinsic, Some(intrinsic)) => {
                let _ = write!(text, ".{intrinsic:?}");
            }
            _ => {
                let _ = write!(text, ".{d}");
            }
        }
    }
    while text.len() < 18 {
        text.push(' ');
    }
    let constant = |index: usize| code.constants.get(index).map_or_else(|| "?".to_owned(), short);
    let target = line.target.map_or_else(String::new, |target| format!("-> {target}"));
    let operands = match op.format() {
        Format::None => String::new(),
        Format::A => format!("r{a}"),
        Format::Ab => format!("r{a}, r{b}"),
        Format::Abc => format!("r{a}, r{b}, r{c}"),
        Format::Abi => format!("r{a}, r{b}, {}", c as i16),
        Format::Abn => format!("r{a}, r{b}, n{c}"),
        Format::Abk => format!("r{a}, r{b}, {}", constant(c.into())),
        Format::Ak => format!("r{a}, {}", constant(c.into())),
        Format::AkWide => format!("r{a}, {}", constant(line.instruction.j() as u32 as usize)),
        Format::AiWide => format!("r{a}, {}", line.instruction.j()),
        Format::J => target,
        Format::Aj => format!("r{a} {target}"),
        Format::Abs => format!("r{a}, r{b} {target}"),
        Format::Ais => format!("r{a}, {} {target}", b as i16),
    };
    text.push(' ');
    text.push_str(&operands);
    text.trim_end().to_owned()
}

fn short(constant: &Constant) -> String {
    match constant {
        Constant::Code(code) => format!("<code {}>", code.qualname),
        other => {
            let text = crate::repr::repr(other);
            if text.chars().count() > 60 {
                text.chars().take(57).chain("...".chars()).collect()
            } else {
                text
            }
        }
    }
}
