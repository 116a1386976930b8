//! The handful of opcodes of the spike. An instruction is one 8-byte word
//! `op:u8 d:u8 a:u16 b:u16 c:u16`; `LoadConst`, `GetField` and `SetField` are followed by one word
//! of data (the constant; the inline cache `shape:u32 offset:u32`). Jump offsets are counted in
//! words from the instruction itself.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(dead_code, reason = "the last opcodes only fill the table")]
#[repr(u8)]
pub enum Op {
    /// `d = a`
    Move,
    /// `d = next word`
    LoadConst,
    /// `d = a + b`
    Add,
    /// `d = a + signed c`
    AddImm,
    /// `d = a - b`
    Sub,
    /// `d = a * b`
    Mul,
    /// `unless a < b: jump c`
    JumpUnlessLess,
    /// `unless a < signed b: jump c`
    JumpUnlessLessImm,
    /// `jump c`, backwards, with a poll
    JumpBack,
    /// `d = a.name c`, cache follows
    GetField,
    /// `a.name c = b`, cache follows
    SetField,
    /// `d = a[b]`
    GetItem,
    /// `a[b] = d`
    SetItem,
    /// `d = call`: the function is in register `a`, its `b` arguments from `a + FRAME_WORDS` on
    Call,
    /// return `a` to the caller
    Return,
    /// leave the interpreter with the value in register `a`
    Halt,
    // The programs do not use the rest. They are there because LLVM copies the indirect jump into
    // every arm of a small `match` and no longer does so in one as large as a real interpreter's.
    /// `d = a & b`
    And,
    /// `d = a | b`
    Or,
    /// `d = a ^ b`
    Xor,
    /// `jump c`, forwards
    Jump,
    /// `if a is b: jump c`
    JumpIfSame,
    /// `if a is an int: jump c`
    JumpIfInt,
}

/// How many opcodes there are.
pub const OP_COUNT: usize = Op::JumpIfInt as usize + 1;

/// Words below a window: the function, the return address, the caller's window.
pub const FRAME_WORDS: usize = 3;

/// An instruction word and its fields.
#[derive(Clone, Copy)]
pub struct Word(pub u64);

impl Word {
    pub fn new(op: Op, d: usize, a: usize, b: usize, c: i64) -> Word {
        let c = u64::from(c as i16 as u16);
        Word(op as u64 | (d as u64) << 8 | (a as u64) << 16 | (b as u64 & 0xFFFF) << 32 | c << 48)
    }

    #[inline(always)]
    pub fn op(self) -> usize {
        usize::from(self.0 as u8)
    }

    #[inline(always)]
    pub fn d(self) -> usize {
        usize::from((self.0 >> 8) as u8)
    }

    #[inline(always)]
    pub fn a(self) -> usize {
        usize::from((self.0 >> 16) as u16)
    }

    #[inline(always)]
    pub fn b(self) -> usize {
        usize::from((self.0 >> 32) as u16)
    }

    #[inline(always)]
    pub fn signed_b(self) -> i64 {
        i64::from((self.0 >> 32) as i16)
    }

    #[inline(always)]
    pub fn c(self) -> usize {
        (self.0 >> 48) as usize
    }

    #[inline(always)]
    pub fn signed_c(self) -> i64 {
        self.0 as i64 >> 48
    }
}
