//! Jumps on truth, None and boundness, and the back-edge with its safepoint poll.

use super::{a, d, exception, get, j, next, sync};
use crate::exception::Raised;
use crate::handlers;
use crate::heap::Value;
use crate::thread::Thread;

handlers! {
    fn jump(th, pc, regs, word, table) {
        next(th, pc.offset(1 + j(word)), regs, table)
    }

    fn loop_(th, pc, regs, word, table) {
        if th.stm.polled() {
            return loop_polled(th, pc, regs, word, table);
        }
        next(th, pc.offset(1 + j(word)), regs, table)
    }

    #[cold]
    #[inline(never)]
    fn loop_polled(th, pc, regs, word, table) {
        sync(th, pc, regs);
        match th.safepoint() {
            Ok(()) => next(th, pc.offset(1 + j(word)), regs, table),
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }

    /// Ends a conditional jump of 32 bits that is taken.
    #[inline(never)]
    fn taken(th, pc, regs, word, table) {
        next(th, pc.offset(1 + j(word)), regs, table)
    }

    /// Ends a conditional jump of 16 bits that is taken.
    #[inline(never)]
    fn taken_short(th, pc, regs, word, table) {
        next(th, pc.offset(1 + super::s(word)), regs, table)
    }

    /// Ends an exhausted `ForIter`, whose jump counts from behind its cache word.
    #[inline(never)]
    fn taken_iteration(th, pc, regs, word, table) {
        next(th, pc.offset(2 + super::s(word)), regs, table)
    }

    fn jump_if_bound(th, pc, regs, word, table) {
        if !get(regs, a(word)).is_unbound() {
            return taken(th, pc, regs, word, table);
        }
        next(th, pc.add(1), regs, table)
    }

    fn jump_if_true(th, pc, regs, word, table) {
        let value = get(regs, a(word));
        if value == Value::TRUE {
            return taken(th, pc, regs, word, table);
        }
        if value == Value::FALSE {
            return next(th, pc.add(1), regs, table);
        }
        jump_if_true_slow(th, pc, regs, word, table)
    }

    fn jump_if_false(th, pc, regs, word, table) {
        let value = get(regs, a(word));
        if value == Value::FALSE {
            return taken(th, pc, regs, word, table);
        }
        if value == Value::TRUE {
            return next(th, pc.add(1), regs, table);
        }
        jump_if_false_slow(th, pc, regs, word, table)
    }

    #[inline(never)]
    fn jump_if_true_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        match truth(th, get(regs, a(word))) {
            1 => taken(th, pc, regs, word, table),
            0 => next(th, pc.add(1), regs, table),
            2 => exception::unwind(th, pc, regs, 0, table),
            _ => exception::abort(th, pc, regs, 0, table),
        }
    }

    #[inline(never)]
    fn jump_if_false_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        match truth(th, get(regs, a(word))) {
            0 => taken(th, pc, regs, word, table),
            1 => next(th, pc.add(1), regs, table),
            2 => exception::unwind(th, pc, regs, 0, table),
            _ => exception::abort(th, pc, regs, 0, table),
        }
    }

    fn jump_if_none(th, pc, regs, word, table) {
        let none = get(regs, a(word)).is_none();
        if none as u8 == d(word) {
            return taken(th, pc, regs, word, table);
        }
        next(th, pc.add(1), regs, table)
    }
}

/// 0 or 1: the truth of a value; 2: an exception; 3: an abort.
#[inline(never)]
pub(super) fn truth(th: &mut Thread, value: Value) -> u8 {
    if value.is_int() {
        return u8::from(value.as_int() != 0);
    }
    if let Some(length) = crate::operation::container_length(th, value) {
        return u8::from(length != 0);
    }
    match th.is_true(value) {
        Ok(truth) => truth as u8,
        Err(Raised::Exception) => 2,
        Err(Raised::Abort) => 3,
    }
}
