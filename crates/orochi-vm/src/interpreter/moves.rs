//! Moves and constants.

use super::{a, b, c, exception, frame, get, j, next, set, sync};
use crate::handlers;
use crate::heap::Value;

handlers! {
    fn nop(th, pc, regs, word, table) {
        next(th, pc.add(1), regs, table)
    }

    fn move_(th, pc, regs, word, table) {
        set(regs, a(word), get(regs, b(word)));
        next(th, pc.add(1), regs, table)
    }

    fn load_const(th, pc, regs, word, table) {
        set(regs, a(word), frame::constant(regs, j(word) as usize));
        next(th, pc.add(1), regs, table)
    }

    fn load_int(th, pc, regs, word, table) {
        set(regs, a(word), Value::from_i32(j(word) as i32));
        next(th, pc.add(1), regs, table)
    }

    fn unbind(th, pc, regs, word, table) {
        set(regs, a(word), Value::UNBOUND);
        next(th, pc.add(1), regs, table)
    }

    fn check_bound(th, pc, regs, word, table) {
        if get(regs, a(word)).is_unbound() {
            return unbound_local(th, pc, regs, word, table);
        }
        next(th, pc.add(1), regs, table)
    }

    #[cold]
    #[inline(never)]
    fn unbound_local(th, pc, regs, word, table) {
        sync(th, pc, regs);
        raise_unbound_local(th, frame::name(regs, c(word)));
        exception::unwind(th, pc, regs, 0, table)
    }
}

/// Raises `UnboundLocalError` for a variable.
#[cold]
#[inline(never)]
pub(super) fn raise_unbound_local(
    th: &crate::thread::Thread,
    name: crate::object::Ref<crate::types::str::Str>,
) {
    let message = format!(
        "cannot access local variable '{}' where it is not associated with a value",
        name.display()
    );
    let _ = th.raise_message(&crate::exception::classes::UNBOUND_LOCAL_ERROR, &message);
}
