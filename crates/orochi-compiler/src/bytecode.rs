//! The bytecode: one table, from which the enum, the names, the operand formats and the
//! disassembler come.
//!
//! # Instructions
//! Code is an array of 64-bit words. An instruction is one word,
//! `op:8 | d:8 | a:16 | b:16 | c:16` from the low end, followed by as many *cache words* as the
//! table says (zero when emitted; the interpreter keeps its inline caches there). `R[a]` is a
//! register of the frame's window; `K[c]` a constant. A 32-bit jump offset `j` lies across `b`
//! and `c`, a 16-bit one `s` in `c`; both are signed, in words, relative to the word *after* the
//! instruction and its cache words. `i` is a signed 16-bit immediate.
//!
//! # Registers
//! A window holds, in this order: parameters (positional, keyword-only, `*args`, `**kwargs`, as
//! in `co_varnames`), other locals, captured variables (`co_freevars`), temporaries. A local
//! that an inner scope captures holds a *cell* in its register, made by [`Op::MakeCell`] at the
//! start; free variables are copied into their registers by [`Op::CopyFree`]. *Unbound* is a
//! value of its own: a register that holds it has no value.
//!
//! Module, class and `exec` bodies run in *name mode*: register 0 is their namespace, a mapping.
//! It is listed as the hidden variable `.namespace`, so that variable `i` lives in register `i`
//! here too; cells, hidden locals and free variables follow.
//!
//! # Delegation
//! `yield from` and `await` are always the same three instructions, one behind the other:
//! ```text
//! Send v, it -> done
//! Yield.1 v, v, it
//! Loop -> Send
//! ```
//! and what follows the delegation starts right behind the `Loop`. So when `throw()` into the
//! suspended frame ends with a result of the iterator, that goes into `R[v]`, and execution goes
//! on two words behind the `Yield`.
//!
//! # Calls
//! The window of the callee overlaps the caller's outgoing arguments. A call at base `t` has the
//! callable in `R[t]`, two reserved registers, and the arguments from `R[t+3]` on: callable and
//! reserved registers become the callee's frame header. The *method form* (`d` bit
//! [`METHOD_FORM`]) comes from [`Op::GetMethod`] and [`Op::LoadSpecial`]: the function in `R[t]`,
//! the receiver in `R[t+3]` or unbound when the attribute was no method, the arguments from
//! `R[t+4]`. Registers above the arguments are dead at the call: temporaries are a stack.
//!
//! # Exceptions
//! A table of ranges beside the code says, for a word offset, where the handler is and which
//! register receives the exception; inner ranges come first. Handlers save and restore the
//! *handled exception* (`sys.exception()`) with [`Op::PushHandled`] and [`Op::PopHandled`].

/// `d` bit of the call instructions: `R[b+3]` holds the receiver or unbound, arguments follow.
pub const METHOD_FORM: u8 = 0x80;
/// `d` bit of [`Op::Call`]: the call of `__exit__` at the end of a `with` statement.
pub const ENDS_WITH: u8 = 0x40;
/// `d` bit of [`Op::GetAttr`] and [`Op::GetItem`]: the target is about to be stored to (an
/// in-place statement), so it is claimed for writing before it is read.
pub const FOR_UPDATE: u8 = 1;
/// `d` bit of the binary operators: the in-place form.
pub const INPLACE: u8 = 1;
/// `d` bit of [`Op::Reraise`]: the end of a handler that was itself left by an exception.
pub const WHERE_RAISED: u8 = 1;

/// How an instruction's operand fields are used; drives the disassembler and the validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// No operands.
    None,
    /// `R[a]`
    A,
    /// `R[a], R[b]`
    Ab,
    /// `R[a], R[b], R[c]`
    Abc,
    /// `R[a], R[b], i` (`c` is a signed immediate)
    Abi,
    /// `R[a], R[b], n` (`c` is a count)
    Abn,
    /// `R[a], R[b], K[c]`
    Abk,
    /// `R[a], K[c]`
    Ak,
    /// `R[a], K[j]` (`b` and `c` are one unsigned 32-bit constant index)
    AkWide,
    /// `R[a]`, 32-bit immediate across `b` and `c`
    AiWide,
    /// 32-bit jump
    J,
    /// `R[a]`, 32-bit jump
    Aj,
    /// `R[a], R[b]`, 16-bit jump
    Abs,
    /// `R[a]`, immediate `b`, 16-bit jump
    Ais,
}

macro_rules! opcodes {
    ($($(#[$doc:meta])* $name:ident = $format:ident, $cache:literal;)*) => {
        /// An operation. The documentation of each is its definition.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Op { $($(#[$doc])* $name,)* }

        impl Op {
            /// All operations, in the order of their numbers.
            pub const ALL: &'static [Op] = &[$(Op::$name,)*];

            /// The operation with number `byte`.
            pub const fn from_u8(byte: u8) -> Option<Op> {
                if (byte as usize) < Self::ALL.len() { Some(Self::ALL[byte as usize]) } else { None }
            }

            /// The name shown by the disassembler.
            pub const fn name(self) -> &'static str {
                match self { $(Op::$name => stringify!($name),)* }
            }

            /// How the operand fields are used.
            pub const fn format(self) -> Format {
                match self { $(Op::$name => Format::$format,)* }
            }

            /// The number of cache words that follow the instruction.
            #[inline(always)]
            pub const fn cache_words(self) -> usize {
                match self { $(Op::$name => $cache,)* }
            }
        }

        /// Calls the given macro with the names of all operations in order, so that the
        /// interpreter's handler table cannot miss one.
        #[macro_export]
        macro_rules! for_each_op {
            ($callback:ident) => { $callback! { $($name,)* } };
        }
    };
}

opcodes! {
    // ---- moves and constants
    /// Does nothing.
    Nop = None, 0;
    /// `R[a] = R[b]`
    Move = Ab, 0;
    /// `R[a] = K[j]`
    LoadConst = AkWide, 0;
    /// `R[a] =` the 32-bit integer
    LoadInt = AiWide, 0;
    /// `R[a] = unbound` (`del x`, and clearing a temporary)
    Unbind = A, 0;
    /// Raise `UnboundLocalError` for the variable `K[c]` if `R[a]` is unbound.
    CheckBound = Ak, 0;
    /// Jump if `R[a]` is bound.
    JumpIfBound = Aj, 0;

    // ---- cells and closures
    /// `R[a] = cell(R[a])`; an unbound register makes an empty cell.
    MakeCell = A, 0;
    /// Copy the function's closure cells into `R[a..]`.
    CopyFree = A, 0;
    /// `R[a] = contents of cell R[b]`; the error for an empty cell names `K[c]`, as a free
    /// variable (`NameError`) if bit 0 of `d` is set, else as a local (`UnboundLocalError`); bit 1:
    /// an in-place statement follows, so the cell is claimed for writing.
    LoadCell = Abk, 0;
    /// `contents of cell R[a] = R[b]`
    StoreCell = Ab, 0;
    /// Empty the cell `R[a]`; the error when it is empty names `K[c]` (`d` as in `LoadCell`).
    DelCell = Ak, 0;

    // ---- names
    /// `R[a] = globals()[K[c]]`, else the built-in of that name, else `NameError`.
    LoadGlobal = Ak, 1;
    /// `globals()[K[c]] = R[a]`
    StoreGlobal = Ak, 1;
    /// `del globals()[K[c]]`
    DelGlobal = Ak, 0;
    /// `R[a] =` name `K[c]` in the namespace `R[b]`, else as `LoadGlobal`.
    LoadName = Abk, 1;
    /// `R[b][K[c]] = R[a]`
    StoreName = Abk, 1;
    /// `del R[b][K[c]]`, or `NameError`.
    DelName = Abk, 0;
    /// `R[a] = R[b][K[c]]`, unbound if the namespace `R[b]` has no such name. Class scopes use it
    /// before they fall back to a cell or to `LoadGlobal`.
    LookupName = Abk, 0;
    /// `R[a] =` the built-in `__build_class__`.
    LoadBuildClass = A, 0;
    /// `R[a] =` `AssertionError` (`d` 0), `NotImplementedError` (1), `__debug__` is a constant
    /// and needs none.
    LoadCommon = A, 0;

    // ---- attributes and items
    /// `R[a] = R[b].K[c]`; `d` bit `FOR_UPDATE`.
    GetAttr = Abk, 1;
    /// `R[a].K[c] = R[b]`
    SetAttr = Abk, 1;
    /// `del R[a].K[c]`
    DelAttr = Ak, 0;
    /// Look up `R[b].K[c]` to call it at base `a`, in the method form.
    GetMethod = Abk, 1;
    /// `super()` without the object: `R[b..b+3]` hold what the name `super` means here, the
    /// class and the receiver. `d` bit 0 clear: `R[a] = super(...).K[c]`; set: method form at base
    /// `a`. If the first is not the built-in `super`, it is called in full: with the other two if
    /// bit 1 is set, else without arguments, as the source has it.
    GetSuper = Abk, 1;
    /// Look up a special method of `type(R[b])` to call it at base `a`, in the method form.
    /// `d`: 0 `__enter__`, 1 `__exit__`, 2 `__aenter__`, 3 `__aexit__`; the error says that the
    /// object does not support the (asynchronous) context manager protocol.
    LoadSpecial = Ab, 0;
    /// `R[a] = R[b][R[c]]`; `d` bit `FOR_UPDATE`.
    GetItem = Abc, 0;
    /// `R[a] = R[b][i]`; `d` bit `FOR_UPDATE`.
    GetItemInt = Abi, 0;
    /// `R[a] = R[b][R[c]:R[c+1]]` (None where a bound is missing).
    GetSlice = Abc, 0;
    /// `R[a][R[b]] = R[c]`
    SetItem = Abc, 0;
    /// `del R[a][R[b]]`
    DelItem = Ab, 0;

    // ---- operators: `R[a] = R[b] op R[c]`, `d` bit `INPLACE`
    /// `+`
    Add = Abc, 0;
    /// `-`
    Sub = Abc, 0;
    /// `*`
    Mul = Abc, 0;
    /// `/`
    TrueDiv = Abc, 0;
    /// `//`
    FloorDiv = Abc, 0;
    /// `%`
    Mod = Abc, 0;
    /// `**`
    Pow = Abc, 0;
    /// `<<`
    LShift = Abc, 0;
    /// `>>`
    RShift = Abc, 0;
    /// `&`
    And = Abc, 0;
    /// `|`
    Or = Abc, 0;
    /// `^`
    Xor = Abc, 0;
    /// `@`
    MatMul = Abc, 0;
    /// `R[a] = R[b] + i`, `d` bit `INPLACE` (also below)
    AddInt = Abi, 0;
    /// `R[a] = R[b] - i`
    SubInt = Abi, 0;
    /// `R[a] = R[b] * i`
    MulInt = Abi, 0;
    /// `R[a] = R[b] // i`
    FloorDivInt = Abi, 0;
    /// `R[a] = R[b] % i`
    ModInt = Abi, 0;
    /// `R[a] = R[b] & i`
    AndInt = Abi, 0;
    /// `R[a] = R[b] << i`
    LShiftInt = Abi, 0;
    /// `R[a] = R[b] >> i`
    RShiftInt = Abi, 0;
    /// `R[a] = -R[b]`
    Neg = Ab, 0;
    /// `R[a] = +R[b]`
    Pos = Ab, 0;
    /// `R[a] = ~R[b]`
    Invert = Ab, 0;
    /// `R[a] = not R[b]`
    Not = Ab, 0;

    // ---- comparisons: `R[a] = R[b] op R[c]`
    /// `<`
    Lt = Abc, 0;
    /// `<=`
    Le = Abc, 0;
    /// `==`
    Eq = Abc, 0;
    /// `!=`
    Ne = Abc, 0;
    /// `>`
    Gt = Abc, 0;
    /// `>=`
    Ge = Abc, 0;
    /// `R[a] = R[b] is R[c]`, negated if `d` is 1
    Is = Abc, 0;
    /// `R[a] = R[b] in R[c]`, negated if `d` is 1
    In = Abc, 0;

    // ---- jumps
    /// Jump.
    Jump = J, 0;
    /// Jump back, and look whether anybody wants this thread's attention.
    Loop = J, 0;
    /// Jump if `R[a]` is true.
    JumpIfTrue = Aj, 0;
    /// Jump if `R[a]` is false.
    JumpIfFalse = Aj, 0;
    /// Jump if (`R[a]` is None) equals `d`.
    JumpIfNone = Aj, 0;
    /// Jump if the truth of `R[a] < R[b]` equals `d` (so in all that follow).
    JumpLt = Abs, 0;
    /// `<=`
    JumpLe = Abs, 0;
    /// `==`
    JumpEq = Abs, 0;
    /// `!=`
    JumpNe = Abs, 0;
    /// `>`
    JumpGt = Abs, 0;
    /// `>=`
    JumpGe = Abs, 0;
    /// `R[a] < b` with an immediate
    JumpLtInt = Ais, 0;
    /// `<=`
    JumpLeInt = Ais, 0;
    /// `==`
    JumpEqInt = Ais, 0;
    /// `!=`
    JumpNeInt = Ais, 0;
    /// `>`
    JumpGtInt = Ais, 0;
    /// `>=`
    JumpGeInt = Ais, 0;
    /// `R[a] is R[b]`
    JumpIs = Abs, 0;
    /// `R[a] in R[b]`
    JumpIn = Abs, 0;

    // ---- calls and functions
    /// `R[a] = ` call at base `b` with `c` positional arguments (receiver not counted); `d` bit
    /// `METHOD_FORM`, and `ENDS_WITH`, which says where it comes from.
    Call = Abn, 1;
    /// As `Call`; `d` low 7 bits: the number of arguments, of which the last `len(K[c])` go by
    /// the names in the tuple `K[c]`. Calls with more arguments use `CallEx`.
    CallKw = Abk, 1;
    /// `R[a] =` call `R[b](*R[b+3], **R[b+4])`: any iterable, and a dict made for this call or
    /// unbound.
    CallEx = Ab, 0;
    /// `R[a] =` function of the code `K[c]`; `R[b..b+4]` hold the tuple of defaults, the dict of
    /// keyword-only defaults, the tuple of closure cells, the annotate function; each may be
    /// unbound. A dict instead of the annotate function is the annotations themselves (strings,
    /// under `from __future__ import annotations`).
    MakeFunction = Abk, 0;
    /// Return `R[a]`.
    Return = A, 0;
    /// Suspend the generator with `R[b]`; `R[a]` receives what is sent. `d` 1: delegating to the
    /// iterator `R[c]` (`yield from`, `await`), which then also receives `throw` and `close`.
    Yield = Abc, 0;
    /// Send `R[a]` to the iterator `R[b]`. It yields: `R[a]` is the value. It is exhausted: `R[a]`
    /// is its result, and jump.
    Send = Abs, 0;
    /// `R[a] =` the iterator that `yield from R[b]` delegates to.
    GetYieldFromIter = Ab, 0;
    /// `R[a] =` the awaitable's iterator; `d` 1 in `__aenter__`, 2 in `__aexit__` (messages).
    GetAwaitable = Ab, 0;
    /// `R[a] = aiter(R[b])`
    GetAIter = Ab, 0;
    /// `R[a] =` the awaitable of `R[b].__anext__()`, already through `GetAwaitable`.
    GetANext = Ab, 0;
    /// `R[a]` is the exception raised by `__anext__`: raise it unless it is
    /// `StopAsyncIteration`.
    EndAsyncFor = A, 0;

    // ---- iteration
    /// `R[a] = iter(R[b])`
    GetIter = Ab, 0;
    /// `R[a] = next(R[b])`, or jump when exhausted.
    ForIter = Abs, 1;
    /// Unpack `R[b]` into exactly `c` registers `R[a..]`.
    Unpack = Abn, 0;
    /// Unpack `R[b]` into `c` registers, a list, and `d` registers, from `R[a]` on.
    UnpackEx = Abn, 0;

    // ---- building
    /// `R[a] =` tuple of `R[b..b+c]`
    BuildTuple = Abn, 0;
    /// `R[a] =` list of `R[b..b+c]`
    BuildList = Abn, 0;
    /// `R[a] =` set of `R[b..b+c]`
    BuildSet = Abn, 0;
    /// `R[a] =` dict of the `c` pairs `R[b], R[b+1]; R[b+2], …`
    BuildDict = Abn, 0;
    /// `R[a] =` the strings `R[b..b+c]` joined (f-strings)
    BuildString = Abn, 0;
    /// `R[a] = slice(R[b], R[b+1])`, or with `R[b+2]` as step if `d` is 3
    BuildSlice = Ab, 0;
    /// `R[a].append(R[b])` on a list the code has just made (so in the next ones)
    ListAppend = Ab, 0;
    /// `R[a].add(R[b])`
    SetAdd = Ab, 0;
    /// `R[a][R[b]] = R[c]`
    DictAdd = Abc, 0;
    /// `R[a].extend(R[b])`; the error for `*x` says that the value after `*` must be an iterable.
    ListExtend = Ab, 0;
    /// `R[a].update(R[b])`
    SetUpdate = Ab, 0;
    /// `R[a].update(R[b])`; the error says that the object is not a mapping.
    DictUpdate = Ab, 0;
    /// As `DictUpdate` for `**` in a call of `R[c]`: a key given twice is a `TypeError`.
    DictMerge = Abc, 0;
    /// `R[a] = tuple(list R[b])`
    ListToTuple = Ab, 0;
    /// `R[a] = format(R[b], R[c])`; `d` bits 0–1: conversion (1 `!s`, 2 `!r`, 3 `!a`), bit 2: there
    /// is a spec in `R[c]`.
    Format = Abc, 0;
    /// `R[a] =` an interpolation of a t-string from `R[b..b+4]`: value, expression text,
    /// conversion (None or str), format spec.
    BuildInterpolation = Ab, 0;
    /// `R[a] =` template from the tuple of strings `R[b]` and the tuple of interpolations
    /// `R[b+1]`.
    BuildTemplate = Ab, 0;

    // ---- exceptions
    /// `d` 0: `raise` of the handled exception; 1: `raise R[a]`; 2: `raise R[a] from R[b]`.
    Raise = Ab, 0;
    /// Raise `R[a]` again as it is: its traceback is not extended by this line. `d`
    /// `WHERE_RAISED`: a frame that is left so is left where the exception was raised, as its
    /// `f_lineno` tells.
    Reraise = A, 0;
    /// `R[a] =` the handled exception (None if none); the handled exception is now `R[b]`.
    PushHandled = Ab, 0;
    /// The handled exception is again `R[a]`.
    PopHandled = A, 0;
    /// Jump if the exception `R[a]` does not match the class or tuple of classes `R[b]`.
    JumpIfNotMatch = Abs, 0;
    /// `except*`: split the exception `R[b]` by `R[c]`: `R[a]` = the matching group or None,
    /// `R[a+1]` = the rest or None. A naked exception is wrapped in a group; None gives None twice.
    MatchGroup = Abc, 0;
    /// After the `except*` clauses: `R[a]` = what to raise, or None, from the original exception
    /// `R[b]` and the list `R[c]` of exceptions raised or left by the clauses.
    PrepareReraiseStar = Abc, 0;
    /// `R[a..a+3] = type(R[b]), R[b], R[b].__traceback__` (the arguments of `__exit__`)
    ExceptionTriple = Ab, 0;

    // ---- imports
    /// `R[a] = __import__(K[c], globals, None, R[b+1], R[b])`: `R[b]` the level, `R[b+1]` the
    /// from-list
    ImportName = Abk, 0;
    /// `R[a] =` name `K[c]` of the module `R[b]`, or the submodule of that name
    ImportFrom = Abk, 0;
    /// Copy the public names of the module `R[a]` into the namespace `R[b]`.
    ImportStar = Ab, 0;

    // ---- pattern matching
    /// `R[a] =` tuple of the attributes matched, or None. `R[b..b+3]`: subject, class, tuple of
    /// keyword names; `c` positional sub-patterns.
    MatchClass = Abn, 0;
    /// `R[a] =` whether `R[b]` is a mapping
    MatchMapping = Ab, 0;
    /// `R[a] =` whether `R[b]` is a sequence (no str, bytes, bytearray)
    MatchSequence = Ab, 0;
    /// `R[a] =` tuple of the values of the keys `R[c]` (tuple) in `R[b]`, or None
    MatchKeys = Abc, 0;
    /// `R[a] =` dict of what is left of the mapping `R[b]` without the keys `R[c]`
    MatchRest = Abc, 0;
    /// `R[a] = len(R[b])`
    GetLen = Ab, 0;

    // ---- the rest
    /// `R[a] =` the [`Intrinsic`] number `d` of `R[b..]`
    Intrinsic = Ab, 0;
}

/// Rare operations, called through [`Op::Intrinsic`] with arguments `R[b], R[b+1], …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Intrinsic {
    /// `(value)`: `sys.displayhook(value)` (interactive mode)
    DisplayHook,
    /// `(exception)`: a `StopIteration` that leaves a generator becomes a `RuntimeError`, a
    /// `StopAsyncIteration` too in an asynchronous generator; the result is what to raise
    StopIterationError,
    /// `(value)`: wrap what an asynchronous generator yields
    AsyncGenWrap,
    /// `(name)`: a `TypeVar`
    TypeVar,
    /// `(name, evaluator of the bound)`
    TypeVarWithBound,
    /// `(name, evaluator of the constraints)`
    TypeVarWithConstraints,
    /// `(name)`
    ParamSpec,
    /// `(name)`
    TypeVarTuple,
    /// `(type parameter, evaluator of the default)`: the type parameter
    SetTypeParamDefault,
    /// `(tuple of type parameters)`: `Generic[...]`
    SubscriptGeneric,
    /// `(name, tuple of type parameters or None, evaluator)`: a `TypeAliasType`
    TypeAlias,
    /// `(function, tuple of type parameters)`: the function, with `__type_params__` set
    SetFunctionTypeParams,
    /// `(namespace)`: make sure that it has `__annotations__`
    SetupAnnotations,
    /// `(namespace, cell of __class__ or None)`: what a class body returns; a cell is also stored
    /// in the namespace as `__classcell__`
    ClassResult,
}

impl Intrinsic {
    /// All intrinsics, in the order of their numbers.
    pub const ALL: &'static [Intrinsic] = &[
        Intrinsic::DisplayHook,
        Intrinsic::StopIterationError,
        Intrinsic::AsyncGenWrap,
        Intrinsic::TypeVar,
        Intrinsic::TypeVarWithBound,
        Intrinsic::TypeVarWithConstraints,
        Intrinsic::ParamSpec,
        Intrinsic::TypeVarTuple,
        Intrinsic::SetTypeParamDefault,
        Intrinsic::SubscriptGeneric,
        Intrinsic::TypeAlias,
        Intrinsic::SetFunctionTypeParams,
        Intrinsic::SetupAnnotations,
        Intrinsic::ClassResult,
    ];
}

/// One instruction word, decoded or to be encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// What to do.
    pub op: Op,
    /// The small operand.
    pub d: u8,
    /// First operand.
    pub a: u16,
    /// Second operand.
    pub b: u16,
    /// Third operand.
    pub c: u16,
}

impl Instruction {
    /// An instruction with three 16-bit operands.
    pub const fn abc(op: Op, d: u8, a: u16, b: u16, c: u16) -> Self {
        Self { op, d, a, b, c }
    }

    /// An instruction with one 16-bit operand and a 32-bit one (jump, constant or immediate).
    pub const fn wide(op: Op, d: u8, a: u16, j: i32) -> Self {
        Self { op, d, a, b: j as u16, c: (j >> 16) as u16 }
    }

    /// The 32-bit operand that lies across `b` and `c`.
    pub const fn j(self) -> i32 {
        ((self.c as u32) << 16 | self.b as u32) as i32
    }

    /// The word in the code array.
    pub const fn encode(self) -> u64 {
        self.op as u64
            | (self.d as u64) << 8
            | (self.a as u64) << 16
            | (self.b as u64) << 32
            | (self.c as u64) << 48
    }

    /// The instruction in `word`, if its operation exists.
    pub const fn decode(word: u64) -> Option<Self> {
        let Some(op) = Op::from_u8(word as u8) else { return None };
        Some(Self {
            op,
            d: (word >> 8) as u8,
            a: (word >> 16) as u16,
            b: (word >> 32) as u16,
            c: (word >> 48) as u16,
        })
    }
}
