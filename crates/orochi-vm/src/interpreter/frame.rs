//! The header of a window: three words below register 0.
//!
//! | word | holds |
//! | --- | --- |
//! | `regs[-3]` | the function that runs |
//! | `regs[-2]` | the caller's instruction, tagged as a small integer |
//! | `regs[-1]` | the caller's window, tagged as a small integer; `Link` bits in the low three |
//!
//! Both tagged words are valid values, so the collector scans the stack without knowing frames.
//! Frames that need more ([`Action::Extended`]) have two further words below: `regs[-4]` a value
//! (the instance that `__init__` fills, the generator that runs) and `regs[-5]` its [`Extension`].
//!
//! On return, [`Action`] says what becomes of the value:
//! * `Plain`: `regs[-2]` is the word behind a call instruction of two words, whose `R[a]`
//!   receives the value.
//! * `Entry`: native code called; the value goes to it.
//! * `Complete`: `regs[-2]` is the instruction itself, which [`super::complete`] brings to its end
//!   with the value (an operator method's result, a property's …).
//! * `Extended`: see above.

use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::types::code::Code;
use crate::types::function::Function;

/// Words of the header.
pub const HEADER: usize = 3;
/// Words of the header of an extended frame.
pub const EXTENDED_HEADER: usize = 5;

/// What becomes of a frame's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Action {
    /// See the module's head.
    Plain = 0,
    /// See the module's head.
    Entry = 1,
    /// See the module's head.
    Complete = 2,
    /// See the module's head.
    Extended = 3,
}

/// Link bit: a frame object exists for this window.
pub const HAS_FRAME_OBJECT: usize = 4;
const BITS: usize = 7;

/// What an extended frame's extra word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Extension {
    /// `regs[-4]` is the instance made by calling a class; the frame is its `__init__`. When it
    /// returns None, the instance is the value of the call instruction that `regs[-2]` is behind.
    Init = 0,
    /// As `Init`, but native code called the class.
    InitEntry = 1,
    /// `regs[-4]` is the generator whose body runs; `regs[-2]` the instruction that resumed it.
    Generator = 2,
    /// As `Generator`, but native code resumed it.
    GeneratorEntry = 3,
}

const TAG: u64 = 0xFFFE_0000_0000_0000;
const PAYLOAD: u64 = (1 << 48) - 1;

/// A raw address as a small integer.
#[inline(always)]
pub(crate) const fn tag_bits(address: u64) -> Value {
    Value::from_bits(TAG | address)
}

/// Writes the two link words of a window.
#[inline(always)]
pub(crate) unsafe fn set_link(
    regs: *mut Value,
    return_pc: *const u64,
    caller: *mut Value,
    action: Action,
) {
    // SAFETY: the header lies below a window inside the stack.
    unsafe {
        *regs.sub(2) = tag_bits(return_pc as u64);
        *regs.sub(1) = tag_bits(caller as u64 | action as u64);
    }
}

/// The link word without its tag: caller's window and bits.
#[inline(always)]
pub(crate) unsafe fn link(regs: *mut Value) -> usize {
    // SAFETY: as for `set_link`.
    unsafe { ((*regs.sub(1)).bits() & PAYLOAD) as usize }
}

/// The caller's window.
#[inline(always)]
pub(crate) unsafe fn caller(regs: *mut Value) -> *mut Value {
    // SAFETY: as for `link`.
    unsafe { (link(regs) & !BITS) as *mut Value }
}

/// What becomes of the frame's value.
#[inline(always)]
pub(crate) unsafe fn action(regs: *mut Value) -> Action {
    // SAFETY: as for `link`.
    match unsafe { link(regs) } & 3 {
        0 => Action::Plain,
        1 => Action::Entry,
        2 => Action::Complete,
        _ => Action::Extended,
    }
}

/// The caller's instruction (see [`Action`] for which).
#[inline(always)]
pub(crate) unsafe fn return_pc(regs: *mut Value) -> *const u64 {
    // SAFETY: as for `set_link`.
    unsafe { ((*regs.sub(2)).bits() & PAYLOAD) as *const u64 }
}

/// The running function.
#[inline(always)]
pub(crate) unsafe fn function(regs: *mut Value) -> Ref<Function> {
    // SAFETY: every window has its function below it.
    unsafe { Ref::from_ptr((*regs.sub(3)).bits() as *const Function) }
}

/// The running function's code.
#[inline(always)]
pub(crate) unsafe fn code(regs: *mut Value) -> Ref<Code> {
    // SAFETY: as for `function`.
    unsafe { function(regs) }.code()
}

/// A constant of the running code.
#[inline(always)]
pub(crate) unsafe fn constant(regs: *mut Value, index: usize) -> Value {
    // SAFETY: constant operands are below the number of constants (validator).
    unsafe { *code(regs).constant_values.get().add(index) }
}

/// A constant that is a name: an interned string.
#[inline(always)]
pub(crate) unsafe fn name(regs: *mut Value, index: usize) -> Ref<crate::types::str::Str> {
    // SAFETY: as for `constant`; name operands are strings (validator).
    unsafe { Ref::from_ptr(constant(regs, index).bits() as *const crate::types::str::Str) }
}

/// The extension of an extended frame.
#[inline(always)]
pub(crate) unsafe fn extension(regs: *mut Value) -> Extension {
    // SAFETY: extended frames have five header words.
    match unsafe { (*regs.sub(5)).as_int() } {
        0 => Extension::Init,
        1 => Extension::InitEntry,
        2 => Extension::Generator,
        _ => Extension::GeneratorEntry,
    }
}

/// The extra value of an extended frame.
#[inline(always)]
pub(crate) unsafe fn extended_value(regs: *mut Value) -> Value {
    // SAFETY: as for `extension`.
    unsafe { *regs.sub(4) }
}

/// Writes the two further words of an extended frame.
#[inline(always)]
pub(crate) unsafe fn set_extension(regs: *mut Value, extension: Extension, value: Value) {
    // SAFETY: the caller has left room for five header words.
    unsafe {
        *regs.sub(4) = value;
        *regs.sub(5) = Value::from_i32(extension as i32);
    }
}

/// Whether a value is a Python function, by its exact shape.
#[inline(always)]
pub(crate) fn as_function(value: Value) -> Option<Ref<Function>> {
    if value.is_object() {
        // SAFETY: objects have headers.
        let shape = unsafe { (*value.object_ptr()).shape_relaxed() };
        if shape == crate::shape::known::FUNCTION {
            // SAFETY: shape checked.
            return Some(unsafe { Ref::from_ptr(value.bits() as *const Function) });
        }
        if shape.0 > crate::shape::known::LAST.0 {
            return as_function_slow(value);
        }
    }
    None
}

/// Functions with attributes have shapes of their own.
#[cold]
#[inline(never)]
fn as_function_slow(value: Value) -> Option<Ref<Function>> {
    value.cast::<Function>()
}

impl crate::thread::Thread {
    /// Unbinds those registers of the running frame that only hold what earlier expressions left
    /// behind: all above the operands of the instruction at hand, where that is known. For whoever
    /// is about to have the dead looked for.
    pub(crate) fn forget_dead_registers(&self) {
        use super::{a, b, c, d};
        use orochi_compiler::bytecode::{METHOD_FORM, Op};
        let (pc, regs) = (self.pc.get(), self.frame.get());
        if regs.is_null() || pc.is_null() {
            return;
        }
        // SAFETY: the running frame's window and instruction. Temporaries are a stack: at a call,
        // whose arguments are its top, nothing above them is alive; nor above an operand that is
        // a temporary.
        unsafe {
            let (code, word) = (code(regs), *pc);
            let variables = code.variable_count.get() as usize;
            let is = |op: Op| word as u8 == op as u8;
            let live = if is(Op::Call) {
                b(word) + HEADER + c(word) + 1
            } else if is(Op::CallKw) {
                b(word) + HEADER + usize::from(d(word) & !METHOD_FORM) + 1
            } else if is(Op::CallEx) {
                b(word) + HEADER + 2
            } else if is(Op::DelItem) && a(word).max(b(word)) >= variables {
                a(word).max(b(word)) + 1
            } else {
                return;
            };
            for at in live..code.registers.get() as usize {
                *regs.add(at) = Value::UNBOUND;
            }
        }
    }
}
