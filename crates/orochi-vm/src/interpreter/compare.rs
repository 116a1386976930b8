//! Comparisons, as values and fused with jumps; identity, membership, `not`.

use super::{a, b, c, complete, d, exception, finish, get, jump, next, set, sync};
use crate::exception::Raised;
use crate::handlers;
use crate::heap::Value;
use crate::object::Ref;
use crate::operation::Comparison;
use crate::shape::known;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::list::{List, search};
use crate::types::tuple::Tuple;

macro_rules! comparisons {
    ($($name:ident $slow:ident $jump:ident $jump_float:ident $jump_slow:ident $jump_int:ident $jump_int_slow:ident = $op:ident, $cmp:tt;)*) => {
        handlers! {
            $(
                fn $name(th, pc, regs, word, table) {
                    let (left, right) = (get(regs, b(word)), get(regs, c(word)));
                    if Value::both_ints(left, right) {
                        set(regs, a(word), Value::from_bool(left.as_int() $cmp right.as_int()));
                        return next(th, pc.add(1), regs, table);
                    }
                    if Value::is_number_pair(left, right) {
                        let truth = left.number_as_f64() $cmp right.number_as_f64();
                        set(regs, a(word), Value::from_bool(truth));
                        return next(th, pc.add(1), regs, table);
                    }
                    $slow(th, pc, regs, word, table)
                }

                #[inline(never)]
                fn $slow(th, pc, regs, word, table) {
                    th.operands.set((get(regs, b(word)), get(regs, c(word))));
                    complete::compare(th, pc, regs, Comparison::$op as u64, table)
                }

                fn $jump(th, pc, regs, word, table) {
                    let (left, right) = (get(regs, a(word)), get(regs, b(word)));
                    if !Value::both_ints(left, right) {
                        return $jump_float(th, pc, regs, word, table);
                    }
                    if (left.as_int() $cmp right.as_int()) as u8 == d(word) {
                        return jump::taken_short(th, pc, regs, word, table);
                    }
                    next(th, pc.add(1), regs, table)
                }

                #[inline(never)]
                fn $jump_float(th, pc, regs, word, table) {
                    let (left, right) = (get(regs, a(word)), get(regs, b(word)));
                    if !Value::is_number_pair(left, right) {
                        return $jump_slow(th, pc, regs, word, table);
                    }
                    if (left.number_as_f64() $cmp right.number_as_f64()) as u8 == d(word) {
                        return jump::taken_short(th, pc, regs, word, table);
                    }
                    next(th, pc.add(1), regs, table)
                }

                #[inline(never)]
                fn $jump_slow(th, pc, regs, word, table) {
                    th.operands.set((get(regs, a(word)), get(regs, b(word))));
                    complete::compare(th, pc, regs, Comparison::$op as u64, table)
                }

                fn $jump_int(th, pc, regs, word, table) {
                    let left = get(regs, a(word));
                    if !left.is_int() {
                        return $jump_int_slow(th, pc, regs, word, table);
                    }
                    if (left.as_int() $cmp immediate(word)) as u8 == d(word) {
                        return jump::taken_short(th, pc, regs, word, table);
                    }
                    next(th, pc.add(1), regs, table)
                }

                #[inline(never)]
                fn $jump_int_slow(th, pc, regs, word, table) {
                    let left = get(regs, a(word));
                    if left.is_float() {
                        if (left.as_f64() $cmp immediate(word) as f64) as u8 == d(word) {
                            return jump::taken_short(th, pc, regs, word, table);
                        }
                        return next(th, pc.add(1), regs, table);
                    }
                    th.operands.set((left, Value::int_unchecked(immediate(word))));
                    complete::compare(th, pc, regs, Comparison::$op as u64, table)
                }
            )*
        }
    };
}

/// The signed immediate in `b`.
#[inline(always)]
const fn immediate(word: u64) -> i64 {
    (word >> 32) as i16 as i64
}

comparisons! {
    lt lt_slow jump_lt jump_lt_float jump_lt_slow jump_lt_int jump_lt_int_slow = Lt, <;
    le le_slow jump_le jump_le_float jump_le_slow jump_le_int jump_le_int_slow = Le, <=;
    eq eq_slow jump_eq jump_eq_float jump_eq_slow jump_eq_int jump_eq_int_slow = Eq, ==;
    ne ne_slow jump_ne jump_ne_float jump_ne_slow jump_ne_int jump_ne_int_slow = Ne, !=;
    gt gt_slow jump_gt jump_gt_float jump_gt_slow jump_gt_int jump_gt_int_slow = Gt, >;
    ge ge_slow jump_ge jump_ge_float jump_ge_slow jump_ge_int jump_ge_int_slow = Ge, >=;
}

handlers! {
    fn is(th, pc, regs, word, table) {
        let same = identical(get(regs, b(word)), get(regs, c(word)));
        set(regs, a(word), Value::from_bool(same != (d(word) == 1)));
        next(th, pc.add(1), regs, table)
    }

    fn jump_is(th, pc, regs, word, table) {
        let same = identical(get(regs, a(word)), get(regs, b(word)));
        if same as u8 == d(word) {
            return jump::taken_short(th, pc, regs, word, table);
        }
        next(th, pc.add(1), regs, table)
    }

    fn contains(th, pc, regs, word, table) {
        sync(th, pc, regs);
        match membership(th, get(regs, c(word)), get(regs, b(word))) {
            2 => exception::unwind(th, pc, regs, 0, table),
            3 => exception::abort(th, pc, regs, 0, table),
            found => {
                set(regs, a(word), Value::from_bool(found != d(word)));
                next(th, pc.add(1), regs, table)
            }
        }
    }

    fn jump_in(th, pc, regs, word, table) {
        sync(th, pc, regs);
        match membership(th, get(regs, b(word)), get(regs, a(word))) {
            2 => exception::unwind(th, pc, regs, 0, table),
            3 => exception::abort(th, pc, regs, 0, table),
            found if found == d(word) => jump::taken_short(th, pc, regs, word, table),
            _ => next(th, pc.add(1), regs, table),
        }
    }

    fn not(th, pc, regs, word, table) {
        let value = get(regs, b(word));
        if value.is_bool() {
            set(regs, a(word), Value::from_bool(value == Value::FALSE));
            return next(th, pc.add(1), regs, table);
        }
        not_slow(th, pc, regs, word, table)
    }

    #[inline(never)]
    fn not_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = negation(th, get(regs, b(word)));
        finish(th, pc, regs, word, table, 1, result)
    }
}

/// `is`: by address for objects; by value for small integers and floats, which have none.
#[inline(always)]
pub(crate) fn identical(left: Value, right: Value) -> bool {
    left == right
}

/// As [`Thread::contains`], with the exact built-in containers first.
#[inline(always)]
fn is_member(th: &mut Thread, container: Value, item: Value) -> Result<bool, Raised> {
    if container.is_object() {
        // SAFETY: objects have headers; the shape tells the layout.
        unsafe {
            match (*container.object_ptr()).shape_relaxed() {
                known::DICT => {
                    return Ref::from_ptr(container.bits() as *const Dict).contains(th, item);
                }
                known::LIST => {
                    let list: Ref<List> = Ref::from_ptr(container.bits() as *const List);
                    return Ok(search::find(th, list, item, 0, usize::MAX)?.is_some());
                }
                known::TUPLE => {
                    let tuple: Ref<Tuple> = Ref::from_ptr(container.bits() as *const Tuple);
                    return Ok(search::find(th, tuple, item, 0, usize::MAX)?.is_some());
                }
                _ => {}
            }
        }
    }
    th.contains(container, item)
}

#[inline(never)]
fn membership(th: &mut Thread, container: Value, item: Value) -> u8 {
    match is_member(th, container, item) {
        Ok(found) => found as u8,
        Err(Raised::Exception) => 2,
        Err(Raised::Abort) => 3,
    }
}

#[inline(never)]
fn negation(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    Ok(Value::from_bool(!th.is_true(value)?))
}
