//! Writing code.

use super::{
    BIG_INT, BYTES, CODE, COMPLEX, ELLIPSIS, FALSE, FLOAT, FROZEN_SET, INT, MAGIC,
    NEGATIVE_BIG_INT, NONE, Operands, STR, TRUE, TUPLE, VERSION, operands,
};
use crate::bytecode::Instruction;
use crate::code::{Code, Constant};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The bytes of `code`.
pub fn dump(code: &Code) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.code(code);
    let mut out = Vec::with_capacity(writer.out.len() + 1024);
    out.extend_from_slice(&MAGIC);
    number(&mut out, u64::from(VERSION));
    number(&mut out, writer.strings.len() as u64);
    for string in &writer.strings {
        number(&mut out, string.len() as u64);
        out.extend_from_slice(string);
    }
    out.extend_from_slice(&writer.out);
    out
}

/// Appends what tells a constant from all others that differ in value, type or sign.
pub fn write_constant(out: &mut Vec<u8>, constant: &Constant) {
    let mut writer = Writer { inline_strings: true, ..Writer::default() };
    writer.constant(constant);
    out.append(&mut writer.out);
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Signed numbers with the sign in the lowest bit.
fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

#[derive(Default)]
struct Writer {
    out: Vec<u8>,
    strings: Vec<Arc<[u8]>>,
    indices: FxHashMap<Arc<[u8]>, u64>,
    inline_strings: bool,
}

impl Writer {
    fn number(&mut self, value: u64) {
        number(&mut self.out, value);
    }

    fn string(&mut self, bytes: &Arc<[u8]>) {
        if self.inline_strings {
            self.number(bytes.len() as u64);
            self.out.extend_from_slice(bytes);
            return;
        }
        let next = self.strings.len() as u64;
        let index = *self.indices.entry(bytes.clone()).or_insert(next);
        if index == next {
            self.strings.push(bytes.clone());
        }
        self.number(index);
    }

    fn text(&mut self, text: &Arc<str>) {
        self.string(&Arc::from(text.clone()));
    }

    fn constant(&mut self, constant: &Constant) {
        match constant {
            Constant::None => self.out.push(NONE),
            Constant::Bool(false) => self.out.push(FALSE),
            Constant::Bool(true) => self.out.push(TRUE),
            Constant::Ellipsis => self.out.push(ELLIPSIS),
            Constant::Int(value) => {
                self.out.push(INT);
                self.number(zigzag(*value));
            }
            Constant::BigInt { negative, words } => {
                self.out.push(if *negative { NEGATIVE_BIG_INT } else { BIG_INT });
                self.number(words.len() as u64);
                words.iter().for_each(|word| self.out.extend_from_slice(&word.to_le_bytes()));
            }
            Constant::Float(value) => {
                self.out.push(FLOAT);
                self.out.extend_from_slice(&value.to_bits().to_le_bytes());
            }
            Constant::Complex(real, imaginary) => {
                self.out.push(COMPLEX);
                self.out.extend_from_slice(&real.to_bits().to_le_bytes());
                self.out.extend_from_slice(&imaginary.to_bits().to_le_bytes());
            }
            Constant::Str(bytes) => {
                self.out.push(STR);
                self.string(bytes);
            }
            Constant::Bytes(bytes) => {
                self.out.push(BYTES);
                self.string(bytes);
            }
            Constant::Tuple(items) => self.items(TUPLE, items),
            Constant::FrozenSet(items) => self.items(FROZEN_SET, items),
            Constant::Code(code) => {
                self.out.push(CODE);
                stacker::maybe_grow(128 << 10, 2 << 20, || self.code(code));
            }
        }
    }

    fn items(&mut self, tag: u8, items: &[Constant]) {
        self.out.push(tag);
        self.number(items.len() as u64);
        stacker::maybe_grow(128 << 10, 2 << 20, || {
            items.iter().for_each(|item| self.constant(item))
        });
    }

    /// Instructions without their cache words, which are zero, each with the operands it has.
    fn instructions(&mut self, words: &[u64]) {
        let mut i = 0;
        while let Some(instruction) = words.get(i).and_then(|&word| Instruction::decode(word)) {
            let Instruction { op, d, a, b, c } = instruction;
            self.out.push(op as u8);
            self.out.push(d);
            match operands(op.format()) {
                Operands::Three => {
                    self.number(a.into());
                    self.number(b.into());
                    self.number(c.into());
                }
                Operands::TwoSigned => {
                    self.number(a.into());
                    self.number(b.into());
                    self.number(zigzag((c as i16).into()));
                }
                Operands::Wide => {
                    self.number(a.into());
                    self.number(zigzag(instruction.j().into()));
                }
            }
            i += 1 + op.cache_words();
        }
    }

    fn code(&mut self, code: &Code) {
        self.text(&code.name);
        self.text(&code.qualname);
        self.text(&code.filename);
        for value in [
            code.first_line,
            code.flags,
            code.arg_count,
            code.posonly_count,
            code.kwonly_count,
            code.registers,
        ] {
            self.number(u64::from(value));
        }
        self.number(code.variables.len() as u64);
        for variable in &code.variables {
            self.out.push(variable.kind as u8);
            self.text(&variable.name);
        }
        self.number(code.words.len() as u64);
        self.instructions(&code.words);
        self.number(code.constants.len() as u64);
        code.constants.iter().for_each(|constant| self.constant(constant));
        self.number(code.exceptions.len() as u64);
        for range in &code.exceptions {
            for value in
                [range.start, range.end - range.start, range.handler, u32::from(range.register)]
            {
                self.number(u64::from(value));
            }
        }
        self.number(code.positions.len() as u64);
        let (mut offset, mut line) = (0, 0);
        for (start, at) in &code.positions {
            self.number(u64::from(start.wrapping_sub(offset)));
            self.number(zigzag(i64::from(at.line) - i64::from(line)));
            self.number(zigzag(i64::from(at.end_line) - i64::from(at.line)));
            self.number(u64::from(at.column));
            self.number(u64::from(at.end_column));
            (offset, line) = (*start, at.line);
        }
        self.number(code.statements.len() as u64);
        let mut offset = 0;
        for (start, top) in &code.statements {
            self.number(u64::from(start.wrapping_sub(offset)));
            self.number(u64::from(*top));
            offset = *start;
        }
        self.number(code.static_attributes.len() as u64);
        code.static_attributes.iter().for_each(|name| self.text(name));
    }
}
