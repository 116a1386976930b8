//! The world the handlers of all dispatch forms work on: the thread record, objects with their
//! header of owner word and shape, lists, functions, and the slow paths. A slow path has one
//! signature whatever the form: it does the whole instruction, caches included, and says whether
//! to go on. It is cold and never inlined, so that no fast path pays for its registers.

use super::instruction::Word;
use crate::value::Value;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// `W` and `G` of the owner word; the thread's write token carries both.
pub const WRITE_BITS: u32 = 0b11;
/// Shape ids of the built-in kinds; instances count on from `FIRST_INSTANCE_SHAPE`.
pub const FUNCTION_SHAPE: u32 = 1;
pub const LIST_SHAPE: u32 = 2;
pub const FIRST_INSTANCE_SHAPE: u32 = 16;

/// What the interpreter keeps about the running thread. `repr(C)`: generated handlers know the
/// offsets.
#[repr(C)]
pub struct Thread {
    pub write_token: u32,
    pub poll: AtomicU32,
    /// First word the value stack may not use.
    pub stack_limit: *mut Value,
    /// Where `Halt` leaves its value.
    pub result: Value,
    /// The message of the exception being raised.
    pub error: Option<&'static str>,
    /// Fields of each instance shape, by name id, in slot order.
    pub layouts: Vec<Vec<usize>>,
    /// Keeps everything alive that values point to.
    pub heap: Vec<Box<[u64]>>,
}

/// The header every heap object starts with.
#[repr(C)]
pub struct Header {
    pub owner: AtomicU32,
    pub shape: u32,
}

/// A list: its items are NaN-boxed words in storage of their own.
#[repr(C)]
pub struct List {
    pub header: Header,
    pub len: usize,
    pub items: *mut Value,
}

/// A function: where it starts and what its window needs.
#[repr(C)]
pub struct Function {
    pub header: Header,
    pub entry: *const u64,
    pub parameters: u32,
    pub registers: u32,
}

impl Thread {
    pub fn new() -> Thread {
        Thread {
            write_token: 7 << 20 | 5 << 2 | WRITE_BITS,
            poll: AtomicU32::new(0),
            stack_limit: std::ptr::null_mut(),
            result: crate::value::UNBOUND,
            error: None,
            layouts: Vec::new(),
            heap: Vec::new(),
        }
    }

    /// Keeps `words` at a fixed address for as long as the thread lives.
    fn keep(&mut self, words: Vec<u64>) -> *mut u64 {
        self.heap.push(words.into_boxed_slice());
        self.heap.last_mut().map_or(std::ptr::null_mut(), |words| words.as_mut_ptr())
    }

    fn header(&self, shape: u32) -> u64 {
        u64::from(shape) << 32 | u64::from(self.write_token)
    }

    pub fn new_instance(&mut self, shape: u32, slots: &[Value]) -> Value {
        let mut words = vec![self.header(shape)];
        words.extend(slots.iter().map(|value| value.0));
        Value(self.keep(words) as u64)
    }

    pub fn new_list(&mut self, items: &[Value]) -> Value {
        let storage = self.keep(items.iter().map(|value| value.0).collect());
        let words = vec![self.header(LIST_SHAPE), items.len() as u64, storage as u64];
        Value(self.keep(words) as u64)
    }

    /// An instance shape whose slots hold the fields with these name ids.
    pub fn new_shape(&mut self, names: &[usize]) -> u32 {
        self.layouts.push(names.to_vec());
        FIRST_INSTANCE_SHAPE + self.layouts.len() as u32 - 1
    }

    /// A function whose code is yet to come.
    pub fn new_function(&mut self, parameters: u32, registers: u32) -> Value {
        let sizes = u64::from(registers) << 32 | u64::from(parameters);
        let words = vec![self.header(FUNCTION_SHAPE), 0, sizes];
        Value(self.keep(words) as u64)
    }

    /// Gives `function` its code.
    pub fn set_code(&mut self, function: Value, code: Vec<u64>) {
        let entry = self.keep(code);
        // SAFETY: only `new_function` makes values that are passed here.
        unsafe { (*(function.0 as *mut Function)).entry = entry };
    }
}

/// Signature of every slow path: does the instruction, or sets `error` and says `false`.
pub type Slow = unsafe extern "C" fn(&mut Thread, *const u64, *mut Value, u64) -> bool;

#[inline(always)]
fn fail(th: &mut Thread, message: &'static str) -> bool {
    th.error = Some(message);
    false
}

fn number(value: Value) -> Option<f64> {
    if value.is_int() {
        Some(value.to_int() as f64)
    } else if value.is_float() {
        Some(value.to_float())
    } else {
        None
    }
}

/// Arithmetic on anything but two small ints or two floats.
///
/// # Safety
/// As for all slow paths: `pc` is at the instruction `word`, and `regs` its window.
unsafe fn arithmetic(
    th: &mut Thread,
    regs: *mut Value,
    word: u64,
    operands: (Value, Value),
    combine: fn(f64, f64) -> f64,
) -> bool {
    let (Some(a), Some(b)) = (number(operands.0), number(operands.1)) else {
        return fail(th, "unsupported operand types");
    };
    // SAFETY: `regs` is the window of the instruction, `d` one of its registers.
    unsafe { *regs.add(Word(word).d()) = Value::float(combine(a, b)) };
    true
}

macro_rules! slow_arithmetic {
    ($($name:ident $operator:tt;)*) => {$(
        #[cold]
        #[inline(never)]
        pub unsafe extern "C" fn $name(th: &mut Thread, _pc: *const u64, regs: *mut Value, word: u64) -> bool {
            // SAFETY: the operands are registers of the window.
            unsafe {
                let operands = (*regs.add(Word(word).a()), *regs.add(Word(word).b()));
                arithmetic(th, regs, word, operands, |a, b| a $operator b)
            }
        }
    )*};
}
slow_arithmetic! { add_slow +; sub_slow -; mul_slow *; }

#[cold]
#[inline(never)]
pub unsafe extern "C" fn add_imm_slow(
    th: &mut Thread,
    _pc: *const u64,
    regs: *mut Value,
    word: u64,
) -> bool {
    // SAFETY: the operand is a register of the window.
    unsafe {
        let operands = (*regs.add(Word(word).a()), Value::int(Word(word).signed_c()));
        arithmetic(th, regs, word, operands, |a, b| a + b)
    }
}

/// Order of two numbers that are not both small ints; `None` when `error` is set.
pub unsafe fn less_slow(th: &mut Thread, a: Value, b: Value) -> Option<bool> {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => Some(a < b),
        _ => {
            fail(th, "'<' not supported");
            None
        }
    }
}

/// Finds the field, claims the object and fills the inline cache.
unsafe fn find_field(
    th: &mut Thread,
    pc: *const u64,
    object: Value,
    name: usize,
) -> Option<*mut Value> {
    if !object.is_pointer() {
        fail(th, "no such attribute");
        return None;
    }
    let header = object.0 as *mut Header;
    // SAFETY: a pointer value is an object, and objects start with a header; the cache word
    // follows the instruction. Slots follow the header, as many as the shape says.
    unsafe {
        let shape = (*header).shape;
        let layout = th.layouts.get((shape.wrapping_sub(FIRST_INSTANCE_SHAPE)) as usize);
        let Some(slot) = layout.and_then(|names| names.iter().position(|&n| n == name)) else {
            fail(th, "no such attribute");
            return None;
        };
        (*header).owner.store(th.write_token, Relaxed);
        let offset = 8 + 8 * slot;
        (*pc.add(1).cast::<AtomicU64>()).store((offset as u64) << 32 | u64::from(shape), Relaxed);
        Some((object.0 as *mut u8).add(offset).cast())
    }
}

#[cold]
#[inline(never)]
pub unsafe extern "C" fn get_field_slow(
    th: &mut Thread,
    pc: *const u64,
    regs: *mut Value,
    word: u64,
) -> bool {
    let word = Word(word);
    // SAFETY: operands are registers of the window.
    unsafe {
        match find_field(th, pc, *regs.add(word.a()), word.c()) {
            Some(slot) => *regs.add(word.d()) = *slot,
            None => return false,
        }
    }
    true
}

#[cold]
#[inline(never)]
pub unsafe extern "C" fn set_field_slow(
    th: &mut Thread,
    pc: *const u64,
    regs: *mut Value,
    word: u64,
) -> bool {
    let word = Word(word);
    // SAFETY: operands are registers of the window.
    unsafe {
        match find_field(th, pc, *regs.add(word.a()), word.c()) {
            Some(slot) => *slot = *regs.add(word.b()),
            None => return false,
        }
    }
    true
}

#[cold]
#[inline(never)]
pub unsafe extern "C" fn item_slow(
    th: &mut Thread,
    _pc: *const u64,
    _regs: *mut Value,
    _word: u64,
) -> bool {
    fail(th, "list index out of range")
}

#[cold]
#[inline(never)]
pub unsafe extern "C" fn call_slow(
    th: &mut Thread,
    _pc: *const u64,
    _regs: *mut Value,
    _word: u64,
) -> bool {
    fail(th, "not callable, or stack exhausted")
}

#[cold]
#[inline(never)]
pub unsafe extern "C" fn poll_slow(
    th: &mut Thread,
    _pc: *const u64,
    _regs: *mut Value,
    _word: u64,
) -> bool {
    th.poll.store(0, Relaxed);
    true
}
