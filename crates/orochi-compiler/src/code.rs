//! Code objects as the compiler makes them: plain data, to be marshalled or handed to the VM.

use std::sync::Arc;

/// `co_flags` as CPython numbers them.
pub mod flags {
    /// Locals live in registers.
    pub const OPTIMIZED: u32 = 0x1;
    /// A call makes new locals.
    pub const NEWLOCALS: u32 = 0x2;
    /// Has `*args`.
    pub const VARARGS: u32 = 0x4;
    /// Has `**kwargs`.
    pub const VARKEYWORDS: u32 = 0x8;
    /// Defined inside another function.
    pub const NESTED: u32 = 0x10;
    /// A generator function.
    pub const GENERATOR: u32 = 0x20;
    /// `async def` without `yield`.
    pub const COROUTINE: u32 = 0x80;
    /// `types.coroutine`.
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    /// `async def` with `yield`.
    pub const ASYNC_GENERATOR: u32 = 0x200;
    /// `from __future__ import annotations`
    pub const FUTURE_ANNOTATIONS: u32 = 0x100_0000;
    /// The first constant is the docstring.
    pub const HAS_DOCSTRING: u32 = 0x400_0000;
    /// Defined directly in a class body.
    pub const METHOD: u32 = 0x800_0000;
}

/// A constant of the source, before the VM makes values of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `None`
    None,
    /// `True` and `False`
    Bool(bool),
    /// `...`
    Ellipsis,
    /// An integer that fits.
    Int(i64),
    /// A larger one: its magnitude in little-endian 64-bit words, no leading zeros; literals are
    /// never negative, but folding may make one so.
    BigInt {
        /// Whether it is below zero.
        negative: bool,
        /// The words, least significant first.
        words: Arc<[u64]>,
    },
    /// A float.
    Float(f64),
    /// A complex number.
    Complex(f64, f64),
    /// A string, in "generalised UTF-8": lone surrogates are encoded like other code points of
    /// three bytes.
    Str(Arc<[u8]>),
    /// A byte string.
    Bytes(Arc<[u8]>),
    /// A tuple of constants.
    Tuple(Arc<[Constant]>),
    /// A frozenset of constants (from `x in {1, 2}`), without duplicates.
    FrozenSet(Arc<[Constant]>),
    /// The code of a function, class body or comprehension.
    Code(Arc<Code>),
}

/// A range of code words guarded by a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptionRange {
    /// First word covered.
    pub start: u32,
    /// First word no longer covered.
    pub end: u32,
    /// Word offset of the handler.
    pub handler: u32,
    /// The register that receives the exception.
    pub register: u16,
}

/// Where an instruction comes from. Columns count bytes of UTF-8, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Position {
    /// First line, from 1; 0 if there is none.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// Column in the first line.
    pub column: u32,
    /// Column behind the end, in the last line.
    pub end_column: u32,
}

/// What a register that belongs to a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// The value.
    Local,
    /// A cell made by this code (`co_cellvars`; such a variable may be a parameter too).
    Cell,
    /// A cell of the closure (`co_freevars`).
    Free,
    /// A hidden local of an inlined comprehension: not shown by `locals()` outside it.
    Hidden,
    /// The same, holding a cell made by this code.
    HiddenCell,
}

/// A variable of the code: variable `i` lives in register `i`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name, mangled where private.
    pub name: Arc<str>,
    /// What its register holds.
    pub kind: VariableKind,
}

/// A compiled function body, class body, module or expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    /// `co_name`
    pub name: Arc<str>,
    /// `co_qualname`
    pub qualname: Arc<str>,
    /// `co_filename`
    pub filename: Arc<str>,
    /// `co_firstlineno`
    pub first_line: u32,
    /// [`flags`]
    pub flags: u32,
    /// `co_argcount`: positional parameters, positional-only ones included.
    pub arg_count: u32,
    /// `co_posonlyargcount`
    pub posonly_count: u32,
    /// `co_kwonlyargcount`
    pub kwonly_count: u32,
    /// Registers in the window, temporaries included.
    pub registers: u32,
    /// Variables, in the order of their registers: parameters, other locals, free variables.
    pub variables: Vec<Variable>,
    /// The instruction and cache words.
    pub words: Vec<u64>,
    /// The constants; names are among them, as strings.
    pub constants: Vec<Constant>,
    /// Handlers; of two ranges that cover a word, the inner comes first.
    pub exceptions: Vec<ExceptionRange>,
    /// One position for each word offset where the position changes, ascending.
    pub positions: Vec<(u32, Position)>,
    /// Where statements begin, ascending, each with the first register that is free there.
    pub statements: Vec<(u32, u16)>,
    /// For class bodies: the attributes that methods assign to their first parameter, in order
    /// (`__static_attributes__`; the VM sizes instances by it).
    pub static_attributes: Vec<Arc<str>>,
}
