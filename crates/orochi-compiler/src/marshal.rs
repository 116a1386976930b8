//! Code objects as bytes: our own compact format, for the library that is compiled at build time
//! and for `.pyc` files.
//!
//! A file is a magic number, a version, and one code object. Integers are little-endian base-128,
//! and so are the operands of instructions, whose cache words are left out. Every
//! string (names, file names, string constants) is written once, in a table at the front, and
//! named by its index: loading allocates each once and shares it. Positions are written as
//! differences. Nothing is trusted on loading: lengths are checked against what is left, and a
//! file that ends early or names what is not there gives an error.

use crate::bytecode::{Format, Instruction, Op};
use crate::code::{Code, Constant, ExceptionRange, Position, Variable, VariableKind};
use rustc_hash::FxHashMap;
use std::fmt;
use std::sync::Arc;

/// The first bytes of marshalled code.
pub const MAGIC: [u8; 4] = *b"ORC\x01";
/// Changes whenever the format or the instruction table does.
pub const VERSION: u32 = 1;
/// Code objects and tuples nest at most this deep.
const MAX_DEPTH: u32 = 2000;

/// Why bytes cannot be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// Not marshalled code.
    Magic,
    /// Of another version.
    Version,
    /// Cut short, or damaged.
    Damaged,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Magic => "not marshalled code",
            Self::Version => "marshalled code of another version",
            Self::Damaged => "damaged marshalled code",
        })
    }
}

impl std::error::Error for LoadError {}

const NONE: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const ELLIPSIS: u8 = 3;
const INT: u8 = 4;
const BIG_INT: u8 = 5;
const NEGATIVE_BIG_INT: u8 = 6;
const FLOAT: u8 = 7;
const COMPLEX: u8 = 8;
const STR: u8 = 9;
const BYTES: u8 = 10;
const TUPLE: u8 = 11;
const FROZEN_SET: u8 = 12;
const CODE: u8 = 13;

// ---- writing

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

/// How the operands of an instruction are written.
enum Operands {
    Three,
    TwoSigned,
    Wide,
}

const fn operands(format: Format) -> Operands {
    match format {
        Format::J | Format::Aj | Format::AkWide | Format::AiWide => Operands::Wide,
        Format::Abs | Format::Ais | Format::Abi => Operands::TwoSigned,
        _ => Operands::Three,
    }
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
        self.number(code.static_attributes.len() as u64);
        code.static_attributes.iter().for_each(|name| self.text(name));
    }
}

// ---- reading

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
            static_attributes,
        })
    }
}
