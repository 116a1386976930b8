//! Form (b): one function an opcode. A handler ends by handing over to the next one, and how that
//! is done is the `Form`: [`TailCall`] calls it as its last act, which LLVM turns into a jump, and
//! [`Driver`] returns the new state to a loop, as a build without optimisation would have to.
//!
//! The rules that keep the sibling call and the empty prologue: arguments are at most six scalars;
//! no local has its address taken on a path that reaches `next`; nothing with a destructor lives
//! that long; and what needs a real call is a handler of its own, reached by a sibling call too.

use super::fast;
use super::instruction::{OP_COUNT, Word};
use super::machine::{self, Slow, Thread};
use crate::value::Value;
use std::sync::atomic::Ordering::Relaxed;

/// How control passes from handler to handler.
pub trait Form: Sized + 'static {
    /// What a handler returns.
    type Out;
    /// Goes on with the instruction at `pc`.
    ///
    /// # Safety
    /// `pc` and `regs` belong to a running program.
    unsafe fn next(
        th: &mut Thread,
        pc: *const u64,
        regs: *mut Value,
        table: &'static Table<Self>,
    ) -> Self::Out;
    /// Leaves the interpreter.
    fn exit(completed: bool) -> Self::Out;
}

/// A handler: thread, instruction pointer, window, the instruction itself, the table.
pub struct Handler<F: Form>(
    pub unsafe fn(&mut Thread, *const u64, *mut Value, u64, &'static Table<F>) -> F::Out,
);

/// Handlers by opcode.
pub struct Table<F: Form>(pub [Handler<F>; OP_COUNT]);

/// Handlers call the next one as their last act.
pub struct TailCall;

impl Form for TailCall {
    type Out = bool;

    #[inline(always)]
    unsafe fn next(
        th: &mut Thread,
        pc: *const u64,
        regs: *mut Value,
        table: &'static Table<Self>,
    ) -> bool {
        // SAFETY: opcodes are below `OP_COUNT`, by construction of `Word`.
        unsafe {
            let word = *pc;
            (table.0.get_unchecked(Word(word).op()).0)(th, pc, regs, word, table)
        }
    }

    #[inline(always)]
    fn exit(completed: bool) -> bool {
        completed
    }
}

/// Handlers return the new state to a loop.
pub struct Driver;

/// State between two instructions; no `pc` means leave.
pub struct Step {
    pc: *const u64,
    regs: *mut Value,
}

impl Form for Driver {
    type Out = Step;

    #[inline(always)]
    unsafe fn next(
        _th: &mut Thread,
        pc: *const u64,
        regs: *mut Value,
        _table: &'static Table<Self>,
    ) -> Step {
        Step { pc, regs }
    }

    #[inline(always)]
    fn exit(completed: bool) -> Step {
        Step {
            pc: std::ptr::null(),
            regs: std::ptr::without_provenance_mut(usize::from(completed)),
        }
    }
}

/// Runs with sibling calls.
///
/// # Safety
/// As for [`super::by_match::run`].
pub unsafe fn run_tail_calls(th: &mut Thread, pc: *const u64, regs: *mut Value) -> bool {
    static TABLE: Table<TailCall> = table();
    // SAFETY: passed on.
    unsafe { TailCall::next(th, pc, regs, &TABLE) }
}

/// Runs with a driver loop.
///
/// # Safety
/// As for [`super::by_match::run`].
pub unsafe fn run_driver(th: &mut Thread, mut pc: *const u64, mut regs: *mut Value) -> bool {
    static TABLE: Table<Driver> = table();
    loop {
        // SAFETY: opcodes are below `OP_COUNT`.
        let step = unsafe {
            let word = *pc;
            (TABLE.0.get_unchecked(Word(word).op()).0)(th, pc, regs, word, &TABLE)
        };
        if step.pc.is_null() {
            return step.regs.addr() != 0;
        }
        (pc, regs) = (step.pc, step.regs);
    }
}

const fn table<F: Form>() -> Table<F> {
    Table([
        Handler(move_),
        Handler(load_const),
        Handler(add),
        Handler(add_imm),
        Handler(sub),
        Handler(mul),
        Handler(jump_unless_less),
        Handler(jump_unless_less_imm),
        Handler(jump_back),
        Handler(get_field),
        Handler(set_field),
        Handler(get_item),
        Handler(set_item),
        Handler(call),
        Handler(return_),
        Handler(halt),
        Handler(and),
        Handler(or),
        Handler(xor),
        Handler(jump),
        Handler(jump_if_same),
        Handler(jump_if_int),
    ])
}

/// What a slow path is wrapped into: a handler of its own, so that the fast one needs no frame.
trait SlowPath {
    const RUN: Slow;
    /// Words to go on by afterwards.
    const LENGTH: usize;
}

macro_rules! slow_paths {
    ($($name:ident = $run:ident, $length:literal;)*) => {$(
        struct $name;
        impl SlowPath for $name {
            const RUN: Slow = machine::$run;
            const LENGTH: usize = $length;
        }
    )*};
}
slow_paths! {
    AddSlow = add_slow, 1;
    AddImmSlow = add_imm_slow, 1;
    SubSlow = sub_slow, 1;
    MulSlow = mul_slow, 1;
    GetFieldSlow = get_field_slow, 2;
    SetFieldSlow = set_field_slow, 2;
    ItemSlow = item_slow, 1;
    CallSlow = call_slow, 1;
}

#[cold]
#[inline(never)]
unsafe fn slow<F: Form, S: SlowPath>(
    th: &mut Thread,
    pc: *const u64,
    regs: *mut Value,
    word: u64,
    table: &'static Table<F>,
) -> F::Out {
    // SAFETY: the same state that the fast path was given.
    unsafe {
        if !S::RUN(th, pc, regs, word) {
            return F::exit(false);
        }
        F::next(th, pc.add(S::LENGTH), regs, table)
    }
}

/// The second fast path of arithmetic. A function of its own, since two paths in one function
/// share constants, and then there are not enough registers without a prologue.
macro_rules! float_handlers {
    ($($name:ident $slow:ident;)*) => {$(
        #[inline(never)]
        unsafe fn $name<F: Form>(
            th: &mut Thread, pc: *const u64, regs: *mut Value, word: u64, table: &'static Table<F>,
        ) -> F::Out {
            // SAFETY: as in `handlers`.
            unsafe {
                let Some(value) = fast::$name(*regs.add(Word(word).a()), *regs.add(Word(word).b())) else {
                    return slow::<F, $slow>(th, pc, regs, word, table);
                };
                *regs.add(Word(word).d()) = value;
                F::next(th, pc.add(1), regs, table)
            }
        }
    )*};
}
float_handlers! { add_floats AddSlow; sub_floats SubSlow; mul_floats MulSlow; }

/// A jump that is taken. Not inlined, so that the condition is a branch: with a conditional move
/// the next instruction's address would wait for the operands instead of being predicted.
#[inline(never)]
unsafe fn jump_taken<F: Form>(
    th: &mut Thread,
    pc: *const u64,
    regs: *mut Value,
    word: u64,
    table: &'static Table<F>,
) -> F::Out {
    // SAFETY: jumps go to instructions of the same function.
    unsafe { F::next(th, pc.offset(Word(word).signed_c() as isize), regs, table) }
}

macro_rules! handlers {
    ($($name:ident($th:ident, $pc:ident, $regs:ident, $word:ident, $table:ident) $body:block)*) => {$(
        unsafe fn $name<F: Form>(
            $th: &mut Thread, $pc: *const u64, $regs: *mut Value, $word: u64, $table: &'static Table<F>,
        ) -> F::Out {
            // SAFETY: `$pc` is at `$word`, whose registers lie in the window `$regs`.
            unsafe { $body }
        }
    )*};
}

handlers! {
    move_(th, pc, regs, word, table) {
        *regs.add(Word(word).d()) = *regs.add(Word(word).a());
        F::next(th, pc.add(1), regs, table)
    }

    load_const(th, pc, regs, word, table) {
        *regs.add(Word(word).d()) = Value(*pc.add(1));
        F::next(th, pc.add(2), regs, table)
    }

    add(th, pc, regs, word, table) {
        let (a, b) = (*regs.add(Word(word).a()), *regs.add(Word(word).b()));
        if !Value::both_int(a, b) {
            return add_floats::<F>(th, pc, regs, word, table);
        }
        let Some(sum) = Value::add_ints(a, b) else {
            return slow::<F, AddSlow>(th, pc, regs, word, table);
        };
        *regs.add(Word(word).d()) = sum;
        F::next(th, pc.add(1), regs, table)
    }

    add_imm(th, pc, regs, word, table) {
        let Some(sum) = fast::add_imm(*regs.add(Word(word).a()), Word(word).signed_c()) else {
            return slow::<F, AddImmSlow>(th, pc, regs, word, table);
        };
        *regs.add(Word(word).d()) = sum;
        F::next(th, pc.add(1), regs, table)
    }

    sub(th, pc, regs, word, table) {
        let (a, b) = (*regs.add(Word(word).a()), *regs.add(Word(word).b()));
        if !Value::both_int(a, b) {
            return sub_floats::<F>(th, pc, regs, word, table);
        }
        let Some(difference) = Value::sub_ints(a, b) else {
            return slow::<F, SubSlow>(th, pc, regs, word, table);
        };
        *regs.add(Word(word).d()) = difference;
        F::next(th, pc.add(1), regs, table)
    }

    mul(th, pc, regs, word, table) {
        let (a, b) = (*regs.add(Word(word).a()), *regs.add(Word(word).b()));
        if !Value::both_int(a, b) {
            return mul_floats::<F>(th, pc, regs, word, table);
        }
        let Some(product) = Value::mul_ints(a, b) else {
            return slow::<F, MulSlow>(th, pc, regs, word, table);
        };
        *regs.add(Word(word).d()) = product;
        F::next(th, pc.add(1), regs, table)
    }

    jump_unless_less(th, pc, regs, word, table) {
        let Some(less) = fast::less(*regs.add(Word(word).a()), *regs.add(Word(word).b())) else {
            return jump_unless_less_slow::<F>(th, pc, regs, word, table);
        };
        if !less {
            return jump_taken::<F>(th, pc, regs, word, table);
        }
        F::next(th, pc.add(1), regs, table)
    }

    jump_unless_less_imm(th, pc, regs, word, table) {
        let Some(less) = fast::less(*regs.add(Word(word).a()), Value::int(Word(word).signed_b())) else {
            return jump_unless_less_imm_slow::<F>(th, pc, regs, word, table);
        };
        if !less {
            return jump_taken::<F>(th, pc, regs, word, table);
        }
        F::next(th, pc.add(1), regs, table)
    }

    jump_back(th, pc, regs, word, table) {
        if th.poll.load(Relaxed) != 0 {
            return jump_back_slow::<F>(th, pc, regs, word, table);
        }
        F::next(th, pc.offset(Word(word).signed_c() as isize), regs, table)
    }

    get_field(th, pc, regs, word, table) {
        let Some(slot) = fast::field::<false>(th, pc, *regs.add(Word(word).a())) else {
            return slow::<F, GetFieldSlow>(th, pc, regs, word, table);
        };
        *regs.add(Word(word).d()) = *slot;
        F::next(th, pc.add(2), regs, table)
    }

    set_field(th, pc, regs, word, table) {
        let Some(slot) = fast::field::<true>(th, pc, *regs.add(Word(word).a())) else {
            return slow::<F, SetFieldSlow>(th, pc, regs, word, table);
        };
        *slot = *regs.add(Word(word).b());
        F::next(th, pc.add(2), regs, table)
    }

    get_item(th, pc, regs, word, table) {
        let Some(item) = fast::item::<false>(th, *regs.add(Word(word).a()), *regs.add(Word(word).b())) else {
            return slow::<F, ItemSlow>(th, pc, regs, word, table);
        };
        *regs.add(Word(word).d()) = *item;
        F::next(th, pc.add(1), regs, table)
    }

    set_item(th, pc, regs, word, table) {
        let Some(item) = fast::item::<true>(th, *regs.add(Word(word).a()), *regs.add(Word(word).b())) else {
            return slow::<F, ItemSlow>(th, pc, regs, word, table);
        };
        *item = *regs.add(Word(word).d());
        F::next(th, pc.add(1), regs, table)
    }

    call(th, pc, regs, word, table) {
        let Some((entry, window)) = fast::call(th, pc, regs, Word(word)) else {
            return slow::<F, CallSlow>(th, pc, regs, word, table);
        };
        F::next(th, entry, window, table)
    }

    return_(th, _pc, regs, word, table) {
        let value = *regs.add(Word(word).a());
        let pc = (*regs.sub(2)).0 as *const u64;
        let caller = (*regs.sub(1)).0 as *mut Value;
        *caller.add(Word(*pc.sub(1)).d()) = value;
        F::next(th, pc, caller, table)
    }

    halt(th, _pc, regs, word, _table) {
        th.result = *regs.add(Word(word).a());
        F::exit(true)
    }
}

handlers! {
    and(th, pc, regs, word, table) {
        let Some(bits) = fast::bits(*regs.add(Word(word).a()), *regs.add(Word(word).b()), |a, b| a & b) else {
            return slow::<F, ItemSlow>(th, pc, regs, word, table);
        };
        *regs.add(Word(word).d()) = bits;
        F::next(th, pc.add(1), regs, table)
    }

    or(th, pc, regs, word, table) {
        let Some(bits) = fast::bits(*regs.add(Word(word).a()), *regs.add(Word(word).b()), |a, b| a | b) else {
            return slow::<F, ItemSlow>(th, pc, regs, word, table);
        };
        *regs.add(Word(word).d()) = bits;
        F::next(th, pc.add(1), regs, table)
    }

    xor(th, pc, regs, word, table) {
        let Some(bits) = fast::bits(*regs.add(Word(word).a()), *regs.add(Word(word).b()), |a, b| a ^ b) else {
            return slow::<F, ItemSlow>(th, pc, regs, word, table);
        };
        *regs.add(Word(word).d()) = bits;
        F::next(th, pc.add(1), regs, table)
    }

    jump(th, pc, regs, word, table) {
        F::next(th, pc.offset(Word(word).signed_c() as isize), regs, table)
    }

    jump_if_same(th, pc, regs, word, table) {
        let same = *regs.add(Word(word).a()) == *regs.add(Word(word).b());
        if same {
            return jump_taken::<F>(th, pc, regs, word, table);
        }
        F::next(th, pc.add(1), regs, table)
    }

    jump_if_int(th, pc, regs, word, table) {
        let int = (*regs.add(Word(word).a())).is_int();
        if int {
            return jump_taken::<F>(th, pc, regs, word, table);
        }
        F::next(th, pc.add(1), regs, table)
    }
}

macro_rules! slow_handlers {
    ($($name:ident($th:ident, $pc:ident, $regs:ident, $word:ident, $table:ident) $body:block)*) => {$(
        #[cold]
        #[inline(never)]
        unsafe fn $name<F: Form>(
            $th: &mut Thread, $pc: *const u64, $regs: *mut Value, $word: u64, $table: &'static Table<F>,
        ) -> F::Out {
            // SAFETY: as in `handlers`.
            unsafe { $body }
        }
    )*};
}

slow_handlers! {
    jump_unless_less_slow(th, pc, regs, word, table) {
        let Some(less) = machine::less_slow(th, *regs.add(Word(word).a()), *regs.add(Word(word).b())) else {
            return F::exit(false);
        };
        if !less {
            return jump_taken::<F>(th, pc, regs, word, table);
        }
        F::next(th, pc.add(1), regs, table)
    }

    jump_unless_less_imm_slow(th, pc, regs, word, table) {
        let Some(less) = machine::less_slow(th, *regs.add(Word(word).a()), Value::int(Word(word).signed_b())) else {
            return F::exit(false);
        };
        if !less {
            return jump_taken::<F>(th, pc, regs, word, table);
        }
        F::next(th, pc.add(1), regs, table)
    }

    jump_back_slow(th, pc, regs, word, table) {
        if !machine::poll_slow(th, pc, regs, word) {
            return F::exit(false);
        }
        F::next(th, pc.offset(Word(word).signed_c() as isize), regs, table)
    }
}
