//! Operations that Python methods carry out, without nesting the interpreter.
//!
//! When the method found is a Python function, its frame is pushed with
//! [`Action::Complete`]: it returns to the operation's own instruction, and [`returned`] brings
//! that to its end with the value. Native methods, and what follows when a method returns
//! `NotImplemented`, run through the operations of [`crate::operation`].

use orochi_compiler::bytecode::Op;

use super::frame::{self, Action};
use super::{a, call, d, exception, finish, get, jump, next, set, sync};
use crate::exception::Raised;
use crate::handlers;
use crate::heap::Value;
use crate::object::Ref;
use crate::operation::{BinaryOp, Comparison};
use crate::thread::Thread;
use crate::types::function::Function;

handlers! {
    /// `word`: the operator and, in bit 8, whether in place; the operands are in the thread.
    #[inline(never)]
    fn binary(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let (left, right) = th.operands.get();
        if let Some(function) = python_operator(th, word, left, right) {
            return push_method(th, pc, regs, function.value().bits(), table);
        }
        let result = native_binary(th, word);
        finish(th, pc, regs, *pc, table, 1, result)
    }

    /// `word`: the comparison; the operands are in the thread.
    #[inline(never)]
    fn compare(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let (left, right) = th.operands.get();
        if let Some(function) = python_comparison(th, word, left, right) {
            return push_method(th, pc, regs, function.value().bits(), table);
        }
        match native_compare(th, word) {
            Ok(value) => {
                th.result.set(value);
                returned(th, pc, regs, 0, table)
            }
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }

    /// Pushes the frame of the function in `word`, called with the thread's two operands.
    fn push_method(th, pc, regs, word, table) {
        let (left, right) = th.operands.get();
        let window = th.top.get().add(frame::HEADER);
        *window.sub(3) = Value::from_bits(word);
        *window = left;
        *window.add(1) = right;
        frame::set_link(window, pc, regs, Action::Complete);
        call::enter(th, pc, window, 2, table)
    }

    /// A method has returned [`Thread::result`](crate::thread::Thread) to the instruction at `pc`.
    #[inline(never)]
    fn returned(th, pc, regs, word, table) {
        let word = *pc;
        let value = th.result.get();
        let op = Op::ALL[word as u8 as usize];
        match op {
            Op::JumpLt | Op::JumpLe | Op::JumpEq | Op::JumpNe | Op::JumpGt | Op::JumpGe
            | Op::JumpLtInt | Op::JumpLeInt | Op::JumpEqInt | Op::JumpNeInt | Op::JumpGtInt
            | Op::JumpGeInt => {
                sync(th, pc, regs);
                match comparison_truth(th, word, regs, value) {
                    2 => exception::unwind(th, pc, regs, 0, table),
                    3 => exception::abort(th, pc, regs, 0, table),
                    truth if truth == d(word) => jump::taken_short(th, pc, regs, word, table),
                    _ => next(th, pc.add(1), regs, table),
                }
            }
            Op::SetAttr | Op::SetItem | Op::DelItem | Op::DelAttr => {
                next(th, pc.add(1 + op.cache_words()), regs, table)
            }
            _ if value == Value::NOT_IMPLEMENTED && is_operator(op) => {
                sync(th, pc, regs);
                let result = refused(th, op, word, regs);
                finish(th, pc, regs, word, table, 1, result)
            }
            _ => {
                set(regs, a(word), value);
                next(th, pc.add(1 + op.cache_words()), regs, table)
            }
        }
    }
}

/// Whether `op` is an operator or comparison whose method may return `NotImplemented`.
fn is_operator(op: Op) -> bool {
    (Op::Add as u8..=Op::RShiftInt as u8).contains(&(op as u8))
        || (Op::Lt as u8..=Op::Ge as u8).contains(&(op as u8))
}

/// The operands of an operator instruction.
unsafe fn operands(op: Op, word: u64, regs: *mut Value) -> (Value, Value) {
    use orochi_compiler::bytecode::Format;
    // SAFETY: as for `get`.
    unsafe {
        match op.format() {
            Format::Abi => (get(regs, super::b(word)), Value::from_i32(super::s(word) as i32)),
            Format::Abs => (get(regs, a(word)), get(regs, super::b(word))),
            Format::Ais => (get(regs, a(word)), Value::from_i32((word >> 32) as i16 as i32)),
            _ => (get(regs, super::b(word)), get(regs, super::c(word))),
        }
    }
}

/// The operator of an instruction.
pub(crate) fn operator_of(op: Op) -> Option<BinaryOp> {
    Some(match op {
        Op::Add | Op::AddInt => BinaryOp::Add,
        Op::Sub | Op::SubInt => BinaryOp::Sub,
        Op::Mul | Op::MulInt => BinaryOp::Mul,
        Op::TrueDiv => BinaryOp::TrueDiv,
        Op::FloorDiv | Op::FloorDivInt => BinaryOp::FloorDiv,
        Op::Mod | Op::ModInt => BinaryOp::Mod,
        Op::Pow => BinaryOp::Pow,
        Op::LShift | Op::LShiftInt => BinaryOp::LShift,
        Op::RShift | Op::RShiftInt => BinaryOp::RShift,
        Op::And | Op::AndInt => BinaryOp::And,
        Op::Or => BinaryOp::Or,
        Op::Xor => BinaryOp::Xor,
        Op::MatMul => BinaryOp::MatMul,
        _ => return None,
    })
}

fn comparison_of(op: Op) -> Comparison {
    match op {
        Op::Lt | Op::JumpLt | Op::JumpLtInt => Comparison::Lt,
        Op::Le | Op::JumpLe | Op::JumpLeInt => Comparison::Le,
        Op::Eq | Op::JumpEq | Op::JumpEqInt => Comparison::Eq,
        Op::Ne | Op::JumpNe | Op::JumpNeInt => Comparison::Ne,
        Op::Gt | Op::JumpGt | Op::JumpGtInt => Comparison::Gt,
        _ => Comparison::Ge,
    }
}

/// The first method refused: the rest of the protocol.
#[cold]
#[inline(never)]
unsafe fn refused(th: &mut Thread, op: Op, word: u64, regs: *mut Value) -> Result<Value, Raised> {
    // SAFETY: as for `operands`.
    let (left, right) = unsafe { operands(op, word, regs) };
    match operator_of(op) {
        Some(operator) => {
            let inplace = d(word) & orochi_compiler::bytecode::INPLACE != 0;
            th.binary_after_left(operator, inplace, left, right)
        }
        None => th.compare_after_left(comparison_of(op), left, right),
    }
}

/// The truth of what a comparison's method returned: 0, 1, 2 (exception) or 3 (abort).
#[inline(never)]
unsafe fn comparison_truth(th: &mut Thread, word: u64, regs: *mut Value, value: Value) -> u8 {
    let value = if value == Value::NOT_IMPLEMENTED {
        let op = Op::ALL[word as u8 as usize];
        // SAFETY: as for `operands`.
        let (left, right) = unsafe { operands(op, word, regs) };
        match th.compare_after_left(comparison_of(op), left, right) {
            Ok(value) => value,
            Err(Raised::Exception) => return 2,
            Err(Raised::Abort) => return 3,
        }
    } else {
        value
    };
    jump::truth(th, value)
}

/// The Python function that a binary operation calls first, if it is one that a plain frame can
/// run and the protocol needs nothing before it.
#[inline(never)]
fn python_operator(th: &Thread, word: u64, left: Value, right: Value) -> Option<Ref<Function>> {
    let op = BinaryOp::ALL[word as u8 as usize];
    let class = th.class_of(left);
    if word >> 8 != 0 && class.special(th, op.inplace()).is_some() {
        return plain(class.special(th, op.inplace())?);
    }
    let right_class = th.class_of(right);
    if right_class != class && right_class.is_subclass(class) {
        return None;
    }
    plain(class.special(th, op.method())?)
}

#[inline(never)]
fn python_comparison(th: &Thread, word: u64, left: Value, right: Value) -> Option<Ref<Function>> {
    let op = Comparison::ALL[word as usize];
    let (class, right_class) = (th.class_of(left), th.class_of(right));
    if right_class != class && right_class.is_subclass(class) {
        return None;
    }
    plain(class.special(th, op.method())?)
}

/// A function of exactly two positional parameters that needs nothing but a window.
fn plain(method: Value) -> Option<Ref<Function>> {
    let function = frame::as_function(method)?;
    let code = function.code();
    (code.simple.get() != 0 && code.arg_count.get() == 2).then_some(function)
}

#[inline(never)]
fn native_binary(th: &mut Thread, word: u64) -> Result<Value, Raised> {
    let (left, right) = th.operands.get();
    let op = BinaryOp::ALL[word as u8 as usize];
    if word >> 8 != 0 { th.inplace(op, left, right) } else { th.binary(op, left, right) }
}

#[inline(never)]
fn native_compare(th: &mut Thread, word: u64) -> Result<Value, Raised> {
    let (left, right) = th.operands.get();
    th.compare(Comparison::ALL[word as usize], left, right)
}
