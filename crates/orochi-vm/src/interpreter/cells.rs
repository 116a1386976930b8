//! Cells: variables that closures share.

use super::{a, b, c, d, finish, frame, get, next, proceed, set, sync};
use crate::exception::Raised;
use crate::handlers;
use crate::heap::Value;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::cell::Cell;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// Bit of `d` in `LoadCell`: an in-place statement follows.
const UPDATE: u8 = 2;

/// The cell in a register that the compiler knows to hold one.
#[inline(always)]
unsafe fn cell(value: Value) -> Ref<Cell> {
    debug_assert!(value.is_object());
    // SAFETY: compiled code puts nothing but cells into such registers.
    unsafe { Ref::from_ptr(value.bits() as *const Cell) }
}

handlers! {
    fn make_cell(th, pc, regs, word, table) {
        let result = new_cell(th, get(regs, a(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    fn copy_free(th, pc, regs, word, table) {
        let closure = frame::function(regs).callable().closure.get();
        let cells: Ref<Tuple> = Ref::from_ptr(closure.bits() as *const Tuple);
        let count = cells.len();
        let mut index = 0;
        while index < count {
            std::ptr::write_volatile(regs.add(a(word) + index), cells.get(index));
            index += 1;
        }
        next(th, pc.add(1), regs, table)
    }

    fn load_cell(th, pc, regs, word, table) {
        let cell = cell(get(regs, b(word)));
        if th.stm.owns_to_read(&cell.header().owner)
            && (d(word) & UPDATE == 0 || th.stm.can_write(&cell.header().owner))
        {
            let value = cell.unguarded().contents.get();
            if !value.is_unbound() {
                set(regs, a(word), value);
                return next(th, pc.add(1), regs, table);
            }
        }
        load_cell_slow(th, pc, regs, word, table)
    }

    /// Cells that are `Shared` or not held, and empty ones.
    #[inline(never)]
    fn load_cell_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let cell = cell(get(regs, b(word)));
        let result = read_cell(th, cell, d(word), frame::name(regs, c(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    fn store_cell(th, pc, regs, word, table) {
        let cell = cell(get(regs, a(word)));
        if th.stm.can_write(&cell.header().owner) {
            cell.unguarded().contents.set(&crate::object::Writing::assume(), get(regs, b(word)));
            return next(th, pc.add(1), regs, table);
        }
        store_cell_slow(th, pc, regs, word, table)
    }

    #[cold]
    #[inline(never)]
    fn store_cell_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = write_cell(th, cell(get(regs, a(word))), get(regs, b(word)));
        proceed(th, pc, regs, table, 1, result)
    }

    fn del_cell(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let cell = cell(get(regs, a(word)));
        let result = empty_cell(th, cell, d(word) == 1, frame::name(regs, c(word)));
        proceed(th, pc, regs, table, 1, result)
    }
}

#[inline(never)]
fn new_cell(th: &Thread, contents: Value) -> Result<Value, Raised> {
    Cell::allocate(th, contents).map(Ref::value)
}

#[inline(never)]
fn read_cell(th: &mut Thread, cell: Ref<Cell>, bits: u8, name: Ref<Str>) -> Result<Value, Raised> {
    let free = bits & 1 != 0;
    if bits & UPDATE != 0 {
        th.write(cell)?;
    }
    let value = th.read(cell)?.contents.get();
    if value.is_unbound() { Err(empty(th, free, name)) } else { Ok(value) }
}

#[inline(never)]
fn write_cell(th: &mut Thread, cell: Ref<Cell>, value: Value) -> Result<(), Raised> {
    let cell = th.write(cell)?;
    cell.contents.set(cell.token(), value);
    Ok(())
}

#[inline(never)]
fn empty_cell(th: &mut Thread, cell: Ref<Cell>, free: bool, name: Ref<Str>) -> Result<(), Raised> {
    let guard = th.write(cell)?;
    let old = guard.contents.get();
    guard.contents.set(guard.token(), Value::UNBOUND);
    if old.is_unbound() { Err(empty(th, free, name)) } else { Ok(()) }
}

#[cold]
fn empty(th: &Thread, free: bool, name: Ref<Str>) -> Raised {
    if free {
        let name = name.display();
        th.name_error(format!(
            "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        ))
    } else {
        super::moves::raise_unbound_local(th, name);
        Raised::Exception
    }
}
