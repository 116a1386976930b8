//! Reading code.

use super::{
    BIG_INT, BYTES, CODE, COMPLEX, ELLIPSIS, FALSE, FLOAT, FROZEN_SET, INT, LoadError, MAGIC,
    MAX_DEPTH, NEGATIVE_BIG_INT, NONE, Operands, STR, TRUE, TUPLE, VERSION, operands,
};
use crate::bytecode::{Instruction, Op};
use crate::code::{Code, Constant, ExceptionRange, Position, Variable, VariableKind};
use std::sync::Arc;

/// The code object in `bytes`.
pub fn load(bytes: &[u8]) -> Result<Code, LoadError> {
    let Some(rest) = bytes.strip_prefix(&MAGIC) else { return Err(LoadError::Magic) };
    let mut reader = Reader { rest, strings: Vec::new(), texts: Vec::new(), depth: 0 };
    if reader.number()? != u64::from(VERSION) {
        return Err(LoadError::Version);
    }
    let count = reader.length(1)?;
    reader.strings = Vec::with_capacity(count);
    for _ in 0..count {
        let length = reader.length(1)?;
        let text = reader.take(length)?;
        reader.strings.push(text);
    }
    reader.texts = vec![None; count];
    reader.code()
}

struct Reader<'b> {
    rest: &'b [u8],
    strings: Vec<&'b [u8]>,
    /// The shared strings made so far: as bytes, and as text.
    texts: Vec<Option<Shared>>,
    depth: u32,
}

/// One string of the table, allocated once for each way it is used.
#[derive(Clone, Default)]
struct Shared {
    bytes: Option<Arc<[u8]>>,
    text: Option<Arc<str>>,
}

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8], LoadError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(LoadError::Damaged)?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, LoadError> {
        let (&byte, rest) = self.rest.split_first().ok_or(LoadError::Damaged)?;
        self.rest = rest;
        Ok(byte)
    }

    fn number(&mut self) -> Result<u64, LoadError> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(u64::from(first));
        }
        let mut value = u64::from(first & 0x7f);
        let mut shift = 7;
        loop {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
            shift += 7;
            if shift > 63 {
                return Err(LoadError::Damaged);
            }
        }
    }

    fn signed(&mut self) -> Result<i64, LoadError> {
        let value = self.number()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn small(&mut self) -> Result<u32, LoadError> {
        u32::try_from(self.number()?).map_err(|_| LoadError::Damaged)
    }

    /// A number of items of at least `size` bytes each, which must still be there.
    fn length(&mut self, size: usize) -> Result<usize, LoadError> {
        let count = usize::try_from(self.number()?).map_err(|_| LoadError::Damaged)?;
        if count > self.rest.len() / size { Err(LoadError::Damaged) } else { Ok(count) }
    }

    fn shared(&mut self) -> Result<usize, LoadError> {
        let index = usize::try_from(self.number()?).map_err(|_| LoadError::Damaged)?;
        if index < self.strings.len() { Ok(index) } else { Err(LoadError::Damaged) }
    }

    fn bytes(&mut self) -> Result<Arc<[u8]>, LoadError> {
        let index = self.shared()?;
        let bytes = self.strings[index];
        let shared = self.texts[index].get_or_insert_default();
        Ok(shared.bytes.get_or_insert_with(|| Arc::from(bytes)).clone())
    }

    fn text(&mut self) -> Result<Arc<str>, LoadError> {
        let index = self.shared()?;
        let shared = self.texts[index].get_or_insert_default();
        if let Some(text) = &shared.text {
            return Ok(text.clone());
        }
        let text: Arc<str> =
            Arc::from(std::str::from_utf8(self.strings[index]).map_err(|_| LoadError::Damaged)?);
        shared.text = Some(text.clone());
        // A name is often a constant too.
        shared.bytes.get_or_insert_with(|| Arc::from(text.clone()));
        Ok(text)
    }

    fn word(&mut self) -> Result<u64, LoadError> {
        let bytes = self.take(8)?;
        Ok(u64::from_le_bytes(bytes.try_into().map_err(|_| LoadError::Damaged)?))
    }

    fn words(&mut self) -> Result<Vec<u64>, LoadError> {
        let count = self.length(8)?;
        let bytes = self.take(8 * count)?;
        Ok(bytes
            .chunks_exact(8)
            .map(|b| u64::from_le_bytes(b.try_into().unwrap_or_default()))
            .collect())
    }

    fn instructions(&mut self) -> Result<Vec<u64>, LoadError> {
        // Each instruction takes two bytes here at least, and has one cache word at most.
        let count = self.length(1)?;
        let mut words = Vec::with_capacity(count);
        while words.len() < count {
            let op = Op::from_u8(self.byte()?).ok_or(LoadError::Damaged)?;
            let d = self.byte()?;
            let a = self.operand()?;
            let instruction = match operands(op.format()) {
                Operands::Three => Instruction::abc(op, d, a, self.operand()?, self.operand()?),
                Operands::TwoSigned => {
                    let b = self.operand()?;
                    let c = i16::try_from(self.signed()?).map_err(|_| LoadError::Damaged)?;
                    Instruction::abc(op, d, a, b, c as u16)
                }
                Operands::Wide => {
                    let j = i32::try_from(self.signed()?).map_err(|_| LoadError::Damaged)?;
                    Instruction::wide(op, d, a, j)
                }
            };
            words.push(instruction.encode());
            words.extend(std::iter::repeat_n(0, op.cache_words()));
        }
        if words.len() > count { Err(LoadError::Damaged) } else { Ok(words) }
    }

    fn operand(&mut self) -> Result<u16, LoadError> {
        u16::try_from(self.number()?).map_err(|_| LoadError::Damaged)
    }

    fn deeper<T>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<T, LoadError>,
    ) -> Result<T, LoadError> {
        if self.depth >= MAX_DEPTH {
            return Err(LoadError::Damaged);
        }
        self.depth += 1;
        let result = stacker::maybe_grow(128 << 10, 2 << 20, || f(self));
        self.depth -= 1;
        result
    }

    fn constant(&mut self) -> Result<Constant, LoadError> {
        Ok(match self.byte()? {
            NONE => Constant::None,
            FALSE => Constant::Bool(false),
            TRUE => Constant::Bool(true),
            ELLIPSIS => Constant::Ellipsis,
            INT => Constant::Int(self.signed()?),
            tag @ (BIG_INT | NEGATIVE_BIG_INT) => {
                Constant::BigInt { negative: tag == NEGATIVE_BIG_INT, words: self.words()?.into() }
            }
            FLOAT => Constant::Float(f64::from_bits(self.word()?)),
            COMPLEX => {
                Constant::Complex(f64::from_bits(self.word()?), f64::from_bits(self.word()?))
            }
            STR => Constant::Str(self.bytes()?),
            BYTES => Constant::Bytes(self.bytes()?),
            TUPLE => Constant::Tuple(self.items()?),
            FROZEN_SET => Constant::FrozenSet(self.items()?),
            CODE => Constant::Code(Arc::new(self.deeper(Self::code)?)),
            _ => return Err(LoadError::Damaged),
        })
    }

    fn items(&mut self) -> Result<Arc<[Constant]>, LoadError> {
        self.deeper(|reader| {
            let count = reader.length(1)?;
            let items: Result<Vec<_>, _> = (0..count).map(|_| reader.constant()).collect();
            Ok(items?.into())
        })
    }

    fn code(&mut self) -> Result<Code, LoadError> {
        let (name, qualname, filename) = (self.text()?, self.text()?, self.text()?);
        let (first_line, flags, arg_count) = (self.small()?, self.small()?, self.small()?);
        let (posonly_count, kwonly_count, registers) =
            (self.small()?, self.small()?, self.small()?);
        let count = self.length(2)?;
        let mut variables = Vec::with_capacity(count);
        for _ in 0..count {
            let kind = match self.byte()? {
                0 => VariableKind::Local,
                1 => VariableKind::Cell,
                2 => VariableKind::Free,
                3 => VariableKind::Hidden,
                4 => VariableKind::HiddenCell,
                _ => return Err(LoadError::Damaged),
            };
            variables.push(Variable { name: self.text()?, kind });
        }
        let words = self.instructions()?;
        let count = self.length(1)?;
        let mut constants = Vec::with_capacity(count);
        for _ in 0..count {
            constants.push(self.constant()?);
        }
        let count = self.length(4)?;
        let mut exceptions = Vec::with_capacity(count);
        for _ in 0..count {
            let start = self.small()?;
            let end = start.checked_add(self.small()?).ok_or(LoadError::Damaged)?;
            let handler = self.small()?;
            let register = u16::try_from(self.small()?).map_err(|_| LoadError::Damaged)?;
            exceptions.push(ExceptionRange { start, end, handler, register });
        }
        let count = self.length(5)?;
        let mut positions = Vec::with_capacity(count);
        let (mut offset, mut last_line) = (0u32, 0i64);
        for _ in 0..count {
            offset = offset.checked_add(self.small()?).ok_or(LoadError::Damaged)?;
            let line = last_line.checked_add(self.signed()?).ok_or(LoadError::Damaged)?;
            let end_line = line.checked_add(self.signed()?).ok_or(LoadError::Damaged)?;
            last_line = line;
            let at = Position {
                line: u32::try_from(line).map_err(|_| LoadError::Damaged)?,
                end_line: u32::try_from(end_line).map_err(|_| LoadError::Damaged)?,
                column: self.small()?,
                end_column: self.small()?,
            };
            positions.push((offset, at));
        }
        let count = self.length(2)?;
        let mut statements = Vec::with_capacity(count);
        let mut offset = 0u32;
        for _ in 0..count {
            offset = offset.checked_add(self.small()?).ok_or(LoadError::Damaged)?;
            let top = u16::try_from(self.small()?).map_err(|_| LoadError::Damaged)?;
            statements.push((offset, top));
        }
        let count = self.length(1)?;
        let mut static_attributes = Vec::with_capacity(count);
        for _ in 0..count {
            static_attributes.push(self.text()?);
        }
        Ok(Code {
            name,
            qualname,
            filename,
            first_line,
            flags,
            arg_count,
            posonly_count,
            kwonly_count,
            registers,
            variables,
            words,
            constants,
            exceptions,
            positions,
            statements,
            static_attributes,
        })
    }
}
