//! The interpreter: one function an operation, each ending in a jump to the next.
//!
//! A handler does its instruction and calls the handler of the next one as its last act; release
//! builds turn that call into a jump, so each handler has its own indirect branch and its own
//! register allocation, and the interpreter's state (thread, instruction, window, handler table)
//! stays in registers. The spike in `docs/internals/spikes.md` has the figures. Debug builds
//! return to a driver loop instead.
//!
//! # Rules for handlers
//! * A fast path makes no call but the last one. A slow path is a function of its own with the
//!   same signature, `#[cold] #[inline(never)]`, entered by `return slow(th, pc, regs, word, table)`.
//! * In a function that ends in [`next`], no local has its address taken and nothing with a
//!   destructor is alive: what needs that goes into an inner function that returns a scalar or a
//!   pair ([`finish`] takes the `Result` of such a function).
//! * Before anything that may raise, run Python, allocate much, or release, the slow path calls
//!   [`sync`], so that tracebacks and the collector see where the thread is.
//! * Conditional jumps are branches on their own `next`, never a select on `pc`.
//!
//! # Files
//! [`frame`] the window's header; [`entry`] from native code into the interpreter; one file each
//! for the families of operations in the order of the bytecode table; [`trace`] `sys.settrace`.

mod aftermath;
pub mod arithmetic;
pub mod attribute;
pub mod build;
pub(crate) mod cache;
pub mod call;
pub mod cells;
pub mod compare;
pub mod complete;
pub mod entry;
pub mod exception;
pub mod frame;
pub mod generator;
pub mod globals;
pub mod import;
pub mod intrinsic;
pub mod item;
pub mod iterate;
pub mod jump;
pub mod monitor;
pub mod moves;
pub mod names;
pub mod pattern;
pub mod trace;

use orochi_compiler::bytecode::Op;

use crate::exception::Raised;
use crate::heap::Value;
use crate::thread::Thread;

/// Why the interpreter came back to native code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The entry frame returned: the value is in [`Thread::take_result`].
    Returned,
    /// An exception left the entry frame, or an abort passed through it.
    Raised,
    /// Debug builds only: go on with the instruction in the thread.
    Next,
}

/// What runs one kind of instruction: `word` is the instruction at `pc`.
pub type Handler = unsafe fn(&mut Thread, *const u64, *mut Value, u64, &'static Table) -> Exit;

/// A handler for every byte.
#[repr(C, align(64))]
pub struct Table(pub [Handler; 256]);

/// Operand fields of an instruction word.
#[inline(always)]
pub(crate) const fn a(word: u64) -> usize {
    (word >> 16) as u16 as usize
}
#[inline(always)]
pub(crate) const fn b(word: u64) -> usize {
    (word >> 32) as u16 as usize
}
#[inline(always)]
pub(crate) const fn c(word: u64) -> usize {
    (word >> 48) as usize
}
#[inline(always)]
pub(crate) const fn d(word: u64) -> u8 {
    (word >> 8) as u8
}
/// The signed 16-bit operand in `c`.
#[inline(always)]
pub(crate) const fn s(word: u64) -> isize {
    (word as i64 >> 48) as isize
}
/// The signed 32-bit operand across `b` and `c`.
#[inline(always)]
pub(crate) const fn j(word: u64) -> isize {
    (word as i64 >> 32) as isize
}

/// Reads a register.
#[inline(always)]
pub(crate) unsafe fn get(regs: *mut Value, index: usize) -> Value {
    // SAFETY: the compiler's operands lie inside the window (checked by its validator).
    unsafe { *regs.add(index) }
}

/// Writes a register.
#[inline(always)]
pub(crate) unsafe fn set(regs: *mut Value, index: usize, value: Value) {
    // SAFETY: as for `get`.
    unsafe { *regs.add(index) = value }
}

/// Goes on with the instruction at `pc`.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub(crate) unsafe fn next(
    th: &mut Thread,
    pc: *const u64,
    regs: *mut Value,
    table: &'static Table,
) -> Exit {
    // SAFETY: `pc` is an instruction of validated code; the table has all 256 entries.
    unsafe {
        let word = *pc;
        (table.0[word as u8 as usize])(th, pc, regs, word, table)
    }
}

/// Goes on with the instruction at `pc`: by way of the driver loop.
#[cfg(debug_assertions)]
#[inline(always)]
pub(crate) unsafe fn next(
    th: &mut Thread,
    pc: *const u64,
    regs: *mut Value,
    _table: &'static Table,
) -> Exit {
    th.pc.set(pc);
    th.frame.set(regs);
    Exit::Next
}

/// Runs from the instruction at `pc` until the entry frame is left.
#[cfg(not(debug_assertions))]
unsafe fn dispatch(
    th: &mut Thread,
    pc: *const u64,
    regs: *mut Value,
    table: &'static Table,
) -> Exit {
    // SAFETY: as the caller vouches.
    unsafe { next(th, pc, regs, table) }
}

/// Runs from the instruction at `pc` until the entry frame is left.
#[cfg(debug_assertions)]
unsafe fn dispatch(
    th: &mut Thread,
    pc: *const u64,
    regs: *mut Value,
    table: &'static Table,
) -> Exit {
    let (mut pc, mut regs) = (pc, regs);
    loop {
        // SAFETY: as for the release form.
        let exit = unsafe {
            let word = *pc;
            (table.0[word as u8 as usize])(th, pc, regs, word, table)
        };
        if exit != Exit::Next {
            return exit;
        }
        (pc, regs) = (th.pc.get(), th.frame.get());
    }
}

/// Publishes where the thread is: for tracebacks, the collector, and windows that native code
/// puts on top.
#[inline(always)]
pub(crate) unsafe fn sync(th: &Thread, pc: *const u64, regs: *mut Value) {
    th.pc.set(pc);
    th.frame.set(regs);
    // SAFETY: every window has a function below it.
    unsafe { th.top.set(regs.add(frame::code(regs).registers.get() as usize)) };
}

/// Ends a slow path with a result for `R[a]`: stores it and goes on, or unwinds.
#[inline(always)]
pub(crate) unsafe fn finish(
    th: &mut Thread,
    pc: *const u64,
    regs: *mut Value,
    word: u64,
    table: &'static Table,
    words: usize,
    result: Result<Value, Raised>,
) -> Exit {
    // SAFETY: handler invariants.
    unsafe {
        match result {
            Ok(value) => {
                set(regs, a(word), value);
                next(th, pc.add(words), regs, table)
            }
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }
}

/// Ends a slow path without a result: goes on, or unwinds.
#[inline(always)]
pub(crate) unsafe fn proceed(
    th: &mut Thread,
    pc: *const u64,
    regs: *mut Value,
    table: &'static Table,
    words: usize,
    result: Result<(), Raised>,
) -> Exit {
    // SAFETY: handler invariants.
    unsafe {
        match result {
            Ok(()) => next(th, pc.add(words), regs, table),
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }
}

/// Declares handlers and slow paths with the common signature.
#[macro_export]
macro_rules! handlers {
    ($($(#[$m:meta])* fn $name:ident($th:ident, $pc:ident, $regs:ident, $word:ident, $table:ident) $body:block)*) => {
        $(
            $(#[$m])*
            #[allow(
                clippy::too_many_arguments,
                clippy::macro_metavars_in_unsafe,
                unused_variables,
                reason = "the common signature; the whole of a handler is unsafe code"
            )]
            pub(crate) unsafe fn $name(
                $th: &mut $crate::thread::Thread,
                $pc: *const u64,
                $regs: *mut $crate::heap::Value,
                $word: u64,
                $table: &'static $crate::interpreter::Table,
            ) -> $crate::interpreter::Exit {
                // SAFETY: handlers run validated code on a live window of this thread (I1).
                unsafe { $body }
            }
        )*
    };
}

handlers! {
    /// Bytes that are no operation: unreachable in validated code.
    #[cold]
    fn invalid(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let _ = th.system_error("unknown opcode");
        exception::unwind(th, pc, regs, 0, table)
    }
}

/// The interpreter's table.
pub static TABLE: Table = build_table();

const fn build_table() -> Table {
    let mut table: [Handler; 256] = [invalid; 256];
    macro_rules! entries {
        ($($op:ident = $path:path;)*) => { $(table[Op::$op as usize] = $path;)* };
    }
    entries! {
        Nop = moves::nop; Move = moves::move_; LoadConst = moves::load_const;
        LoadInt = moves::load_int; Unbind = moves::unbind; CheckBound = moves::check_bound;
        JumpIfBound = jump::jump_if_bound;
        MakeCell = cells::make_cell; CopyFree = cells::copy_free; LoadCell = cells::load_cell;
        StoreCell = cells::store_cell; DelCell = cells::del_cell;
        LoadGlobal = globals::load_global; StoreGlobal = globals::store_global;
        DelGlobal = globals::del_global; LoadName = names::load_name; StoreName = names::store_name;
        DelName = names::del_name; LookupName = names::lookup_name;
        LoadBuildClass = names::load_build_class; LoadCommon = names::load_common;
        GetAttr = attribute::get_attr; SetAttr = attribute::set_attr; DelAttr = attribute::del_attr;
        GetMethod = attribute::get_method; GetSuper = attribute::get_super;
        LoadSpecial = attribute::load_special;
        GetItem = item::get_item; GetItemInt = item::get_item_int; GetSlice = item::get_slice;
        SetItem = item::set_item; DelItem = item::del_item;
        Add = arithmetic::add; Sub = arithmetic::sub; Mul = arithmetic::mul;
        TrueDiv = arithmetic::true_div; FloorDiv = arithmetic::floor_div; Mod = arithmetic::modulo;
        Pow = arithmetic::pow; LShift = arithmetic::lshift; RShift = arithmetic::rshift;
        And = arithmetic::and; Or = arithmetic::or; Xor = arithmetic::xor;
        MatMul = arithmetic::matmul; AddInt = arithmetic::add_int; SubInt = arithmetic::sub_int;
        MulInt = arithmetic::mul_int; FloorDivInt = arithmetic::floor_div_int;
        ModInt = arithmetic::mod_int; AndInt = arithmetic::and_int;
        LShiftInt = arithmetic::lshift_int; RShiftInt = arithmetic::rshift_int;
        Neg = arithmetic::neg; Pos = arithmetic::pos; Invert = arithmetic::invert;
        Not = compare::not;
        Lt = compare::lt; Le = compare::le; Eq = compare::eq; Ne = compare::ne; Gt = compare::gt;
        Ge = compare::ge; Is = compare::is; In = compare::contains;
        Jump = jump::jump; Loop = jump::loop_; JumpIfTrue = jump::jump_if_true;
        JumpIfFalse = jump::jump_if_false; JumpIfNone = jump::jump_if_none;
        JumpLt = compare::jump_lt; JumpLe = compare::jump_le; JumpEq = compare::jump_eq;
        JumpNe = compare::jump_ne; JumpGt = compare::jump_gt; JumpGe = compare::jump_ge;
        JumpLtInt = compare::jump_lt_int; JumpLeInt = compare::jump_le_int;
        JumpEqInt = compare::jump_eq_int; JumpNeInt = compare::jump_ne_int;
        JumpGtInt = compare::jump_gt_int; JumpGeInt = compare::jump_ge_int;
        JumpIs = compare::jump_is; JumpIn = compare::jump_in;
        Call = call::call; CallKw = call::call_kw; CallEx = call::call_ex;
        MakeFunction = call::make_function; Return = call::return_;
        Yield = generator::yield_; Send = generator::send;
        GetYieldFromIter = generator::get_yield_from_iter; GetAwaitable = generator::get_awaitable;
        GetAIter = generator::get_aiter; GetANext = generator::get_anext;
        EndAsyncFor = generator::end_async_for;
        GetIter = iterate::get_iter; ForIter = iterate::for_iter; Unpack = iterate::unpack;
        UnpackEx = iterate::unpack_ex;
        BuildTuple = build::build_tuple; BuildList = build::build_list; BuildSet = build::build_set;
        BuildDict = build::build_dict; BuildString = build::build_string;
        BuildSlice = build::build_slice; ListAppend = build::list_append; SetAdd = build::set_add;
        DictAdd = build::dict_add; ListExtend = build::list_extend; SetUpdate = build::set_update;
        DictUpdate = build::dict_update; DictMerge = build::dict_merge;
        ListToTuple = build::list_to_tuple; Format = build::format;
        BuildInterpolation = build::build_interpolation; BuildTemplate = build::build_template;
        Raise = exception::raise; Reraise = exception::reraise;
        PushHandled = exception::push_handled; PopHandled = exception::pop_handled;
        JumpIfNotMatch = exception::jump_if_not_match; MatchGroup = exception::match_group;
        PrepareReraiseStar = exception::prepare_reraise_star;
        ExceptionTriple = exception::exception_triple;
        ImportName = import::import_name; ImportFrom = import::import_from;
        ImportStar = import::import_star;
        MatchClass = pattern::match_class; MatchMapping = pattern::match_mapping;
        MatchSequence = pattern::match_sequence; MatchKeys = pattern::match_keys;
        MatchRest = pattern::match_rest; GetLen = pattern::get_len;
        Intrinsic = intrinsic::intrinsic;
    }
    Table(table)
}

/// Runs with an exception in flight at `pc` of `regs`, until the entry frame is left.
pub(crate) unsafe fn run_unwinding(th: &mut Thread, pc: *const u64, regs: *mut Value) -> Exit {
    // SAFETY: as for `dispatch`.
    unsafe {
        let exit = exception::unwind(th, pc, regs, 0, th.table());
        if exit != Exit::Next {
            return exit;
        }
        dispatch(th, th.pc.get(), th.frame.get(), th.table())
    }
}
