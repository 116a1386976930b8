//! Form (a): one loop around one `match`.

use super::fast;
use super::instruction::{Op, Word};
use super::machine::{self, Slow, Thread};
use crate::value::Value;
use std::sync::atomic::Ordering::Relaxed;

/// Runs until `Halt`; `false` when an exception was raised.
///
/// # Safety
/// `pc` and `regs` belong to a program made by `programs`.
pub unsafe fn run(th: &mut Thread, mut pc: *const u64, mut regs: *mut Value) -> bool {
    // Each arm sets `pc`, or names the slow path and how far to go on after it.
    loop {
        // SAFETY: the compiler of the programs ends each with `Halt` or `Return`, and numbers
        // registers within the window.
        unsafe {
            let word = Word(*pc);
            let register = |index: usize| *regs.add(index);
            let slow: (Slow, usize) = match std::mem::transmute::<u8, Op>(word.0 as u8) {
                Op::Move => {
                    *regs.add(word.d()) = register(word.a());
                    pc = pc.add(1);
                    continue;
                }
                Op::LoadConst => {
                    *regs.add(word.d()) = Value(*pc.add(1));
                    pc = pc.add(2);
                    continue;
                }
                Op::Add => {
                    let (a, b) = (register(word.a()), register(word.b()));
                    let both_int = Value::both_int(a, b);
                    match if both_int { Value::add_ints(a, b) } else { fast::add_floats(a, b) } {
                        Some(sum) => {
                            *regs.add(word.d()) = sum;
                            pc = pc.add(1);
                            continue;
                        }
                        None => (machine::add_slow, 1),
                    }
                }
                Op::AddImm => match fast::add_imm(register(word.a()), word.signed_c()) {
                    Some(sum) => {
                        *regs.add(word.d()) = sum;
                        pc = pc.add(1);
                        continue;
                    }
                    None => (machine::add_imm_slow, 1),
                },
                Op::Sub => {
                    let (a, b) = (register(word.a()), register(word.b()));
                    let both_int = Value::both_int(a, b);
                    match if both_int { Value::sub_ints(a, b) } else { fast::sub_floats(a, b) } {
                        Some(difference) => {
                            *regs.add(word.d()) = difference;
                            pc = pc.add(1);
                            continue;
                        }
                        None => (machine::sub_slow, 1),
                    }
                }
                Op::Mul => {
                    let (a, b) = (register(word.a()), register(word.b()));
                    let both_int = Value::both_int(a, b);
                    match if both_int { Value::mul_ints(a, b) } else { fast::mul_floats(a, b) } {
                        Some(product) => {
                            *regs.add(word.d()) = product;
                            pc = pc.add(1);
                            continue;
                        }
                        None => (machine::mul_slow, 1),
                    }
                }
                op @ (Op::JumpUnlessLess | Op::JumpUnlessLessImm) => {
                    let a = register(word.a());
                    let b = if op == Op::JumpUnlessLess {
                        register(word.b())
                    } else {
                        Value::int(word.signed_b())
                    };
                    let less = match fast::less(a, b) {
                        Some(less) => less,
                        None => match machine::less_slow(th, a, b) {
                            Some(less) => less,
                            None => return false,
                        },
                    };
                    pc = pc.offset(if less { 1 } else { word.signed_c() as isize });
                    continue;
                }
                Op::JumpBack => {
                    if th.poll.load(Relaxed) != 0 && !machine::poll_slow(th, pc, regs, word.0) {
                        return false;
                    }
                    pc = pc.offset(word.signed_c() as isize);
                    continue;
                }
                Op::GetField => match fast::field::<false>(th, pc, register(word.a())) {
                    Some(slot) => {
                        *regs.add(word.d()) = *slot;
                        pc = pc.add(2);
                        continue;
                    }
                    None => (machine::get_field_slow, 2),
                },
                Op::SetField => match fast::field::<true>(th, pc, register(word.a())) {
                    Some(slot) => {
                        *slot = register(word.b());
                        pc = pc.add(2);
                        continue;
                    }
                    None => (machine::set_field_slow, 2),
                },
                Op::GetItem => {
                    match fast::item::<false>(th, register(word.a()), register(word.b())) {
                        Some(item) => {
                            *regs.add(word.d()) = *item;
                            pc = pc.add(1);
                            continue;
                        }
                        None => (machine::item_slow, 1),
                    }
                }
                Op::SetItem => match fast::item::<true>(th, register(word.a()), register(word.b()))
                {
                    Some(item) => {
                        *item = register(word.d());
                        pc = pc.add(1);
                        continue;
                    }
                    None => (machine::item_slow, 1),
                },
                Op::Call => match fast::call(th, pc, regs, word) {
                    Some((entry, window)) => {
                        pc = entry;
                        regs = window;
                        continue;
                    }
                    None => (machine::call_slow, 1),
                },
                Op::Return => {
                    let value = register(word.a());
                    pc = (*regs.sub(2)).0 as *const u64;
                    regs = (*regs.sub(1)).0 as *mut Value;
                    *regs.add(Word(*pc.sub(1)).d()) = value;
                    continue;
                }
                Op::Halt => {
                    th.result = register(word.a());
                    return true;
                }
                op @ (Op::And | Op::Or | Op::Xor) => {
                    let (a, b) = (register(word.a()), register(word.b()));
                    let bits = match op {
                        Op::And => fast::bits(a, b, |a, b| a & b),
                        Op::Or => fast::bits(a, b, |a, b| a | b),
                        _ => fast::bits(a, b, |a, b| a ^ b),
                    };
                    match bits {
                        Some(bits) => {
                            *regs.add(word.d()) = bits;
                            pc = pc.add(1);
                            continue;
                        }
                        None => (machine::item_slow, 1),
                    }
                }
                op @ (Op::Jump | Op::JumpIfSame | Op::JumpIfInt) => {
                    let jump = match op {
                        Op::Jump => true,
                        Op::JumpIfSame => register(word.a()) == register(word.b()),
                        _ => register(word.a()).is_int(),
                    };
                    pc = pc.offset(if jump { word.signed_c() as isize } else { 1 });
                    continue;
                }
            };
            if !slow.0(th, pc, regs, word.0) {
                return false;
            }
            pc = pc.add(slow.1);
        }
    }
}
