//! The fast paths, written once for every dispatch form that Rust compiles. Each is inlined into
//! the handler or match arm; `None` sends the instruction to its slow path.

use super::instruction::{FRAME_WORDS, Word};
use super::machine::{FUNCTION_SHAPE, Function, Header, LIST_SHAPE, List, Thread, WRITE_BITS};
use crate::value::{UNBOUND, Value};
use std::sync::atomic::Ordering::{Acquire, Relaxed};

#[inline(always)]
pub fn add_floats(a: Value, b: Value) -> Option<Value> {
    (a.is_float() && b.is_float()).then(|| Value::float(a.to_float() + b.to_float()))
}

#[inline(always)]
pub fn sub_floats(a: Value, b: Value) -> Option<Value> {
    (a.is_float() && b.is_float()).then(|| Value::float(a.to_float() - b.to_float()))
}

#[inline(always)]
pub fn mul_floats(a: Value, b: Value) -> Option<Value> {
    (a.is_float() && b.is_float()).then(|| Value::float(a.to_float() * b.to_float()))
}

#[inline(always)]
pub fn add_imm(a: Value, imm: i64) -> Option<Value> {
    if a.is_int() { Value::add_ints(a, Value::int(imm)) } else { None }
}

#[inline(always)]
pub fn bits(a: Value, b: Value, combine: fn(u64, u64) -> u64) -> Option<Value> {
    Value::both_int(a, b).then(|| Value::int(combine(a.0, b.0) as i64))
}

#[inline(always)]
pub fn less(a: Value, b: Value) -> Option<bool> {
    Value::both_int(a, b).then(|| Value::less_ints(a, b))
}

/// The slot that the inline cache after `pc` names, if the object has the cached shape and this
/// thread may access it.
///
/// # Safety
/// `pc` is at an instruction with an inline cache.
#[inline(always)]
pub unsafe fn field<const WRITE: bool>(
    th: &Thread,
    pc: *const u64,
    object: Value,
) -> Option<*mut Value> {
    // SAFETY: the cache word follows the instruction; a pointer value is an object; a cache is
    // only filled with an offset that every object of that shape has.
    unsafe {
        let cache = *pc.add(1);
        if !object.is_pointer() {
            return None;
        }
        let header = object.0 as *const Header;
        let owner = (*header).owner.load(Acquire);
        let allowed =
            if WRITE { owner == th.write_token } else { owner | WRITE_BITS == th.write_token };
        if (*header).shape != cache as u32 || !allowed {
            return None;
        }
        Some((object.0 as *mut u8).add((cache >> 32) as usize).cast())
    }
}

/// Where item `index` of `list` lives, if the list may be accessed and has it.
///
/// # Safety
/// `list` is a value of a running program.
#[inline(always)]
pub unsafe fn item<const WRITE: bool>(
    th: &Thread,
    list: Value,
    index: Value,
) -> Option<*mut Value> {
    if !list.is_pointer() || !index.is_int() {
        return None;
    }
    let object = list.0 as *const List;
    // SAFETY: a pointer value is an object; the shape says that it is a list.
    unsafe {
        let owner = (*object).header.owner.load(Acquire);
        let allowed =
            if WRITE { owner == th.write_token } else { owner | WRITE_BITS == th.write_token };
        let index = index.to_int() as usize;
        if (*object).header.shape != LIST_SHAPE || !allowed || index >= (*object).len {
            return None;
        }
        Some((*object).items.add(index))
    }
}

/// Opens the window of the function in register `a`: entry point and window.
///
/// # Safety
/// `regs` is the window of the call instruction at `pc`.
#[inline(always)]
pub unsafe fn call(
    th: &Thread,
    pc: *const u64,
    regs: *mut Value,
    word: Word,
) -> Option<(*const u64, *mut Value)> {
    // SAFETY: the window holds the callee and its arguments; the limit is checked before the
    // registers of the new window are written.
    unsafe {
        let callee = *regs.add(word.a());
        if !callee.is_pointer() {
            return None;
        }
        let function = callee.0 as *const Function;
        let window = regs.add(word.a() + FRAME_WORDS);
        let registers = (*function).registers as usize;
        if (*function).header.shape != FUNCTION_SHAPE
            || (*function).parameters as usize != word.b()
            || window.add(registers) > th.stack_limit
            || th.poll.load(Relaxed) != 0
        {
            return None;
        }
        *window.sub(2) = Value(pc.add(1) as u64);
        *window.sub(1) = Value(regs as u64);
        let mut next = window.add(word.b());
        let end = window.add(registers);
        while next < end {
            // Volatile: a vectorised loop costs a prologue and loses on a few registers.
            next.write_volatile(UNBOUND);
            next = next.add(1);
        }
        Some(((*function).entry, window))
    }
}
