//! Which ways of writing a handler keep LLVM from turning its last call into a jump? Each pattern
//! is run a thousand times in a row on itself; if the stack then is deeper than after one, the
//! call was a real one. In a handler none of the patterns that grow may occur.

use std::hint::black_box;

/// What the patterns work on.
pub struct State {
    left: u64,
    deepest: usize,
    input: u64,
}

type Handler = unsafe fn(&mut State, *const u64, u64, u64, &'static Table) -> u64;

/// The pattern, and what ends the chain.
pub struct Table([Handler; 2]);

/// Hands over to the pattern again, or to the end.
#[inline(always)]
unsafe fn next(st: &mut State, pc: *const u64, a: u64, b: u64, table: &'static Table) -> u64 {
    st.left -= 1;
    // SAFETY: the index is 0 or 1, and all patterns accept the same state.
    unsafe { (table.0.get_unchecked(usize::from(st.left == 0)))(st, pc, a, b, table) }
}

#[inline(never)]
unsafe fn end(st: &mut State, _pc: *const u64, a: u64, _b: u64, _table: &'static Table) -> u64 {
    let here = 0_u8;
    st.deepest = black_box(&raw const here).addr();
    a
}

#[inline(never)]
fn small_result(st: &State) -> Result<u64, Box<u64>> {
    if black_box(st.input) == 0 { Ok(1) } else { Err(Box::new(2)) }
}

/// An error of four words.
struct Large([u64; 4]);

#[inline(never)]
fn large_result(st: &State) -> Result<u64, Large> {
    if black_box(st.input) == 0 { Ok(1) } else { Err(Large([st.input; 4])) }
}

#[inline(never)]
fn string_result(st: &State) -> Result<u64, String> {
    if black_box(st.input) == 0 { Ok(1) } else { Err(st.input.to_string()) }
}

#[inline(never)]
fn make_box(value: u64) -> Box<u64> {
    Box::new(black_box(value))
}

#[inline(never)]
fn fill(buffer: &mut [u64; 4]) {
    *black_box(buffer) = [1; 4];
}

#[inline(never)]
fn sum_in_own_frame() -> u64 {
    let mut buffer = [0; 4];
    fill(&mut buffer);
    buffer.iter().sum()
}

#[inline(always)]
fn sum_inlined() -> u64 {
    let mut buffer = [0; 4];
    fill(&mut buffer);
    buffer.iter().sum()
}

#[inline(never)]
extern "C" fn c_function(st: &State) -> u64 {
    black_box(st.input)
}

macro_rules! patterns {
    ($($name:ident($st:ident, $pc:ident, $a:ident, $b:ident, $table:ident) $text:literal $body:block)*) => {
        $(unsafe fn $name($st: &mut State, $pc: *const u64, $a: u64, $b: u64, $table: &'static Table) -> u64 {
            // SAFETY: `next` is given the state that the pattern was given.
            unsafe { $body }
        })*
        const PATTERNS: &[(&str, Handler, &Table)] = &[$(($text, $name, &Table([$name, end]))),*];
    };
}

patterns! {
    plain(st, pc, a, b, table) "nothing but scalars" {
        next(st, pc, a + 1, b, table)
    }
    calls(st, pc, a, b, table) "an ordinary call before" {
        let c = c_function(st);
        next(st, pc, a + c, b, table)
    }
    small(st, pc, a, b, table) "a Result of two words" {
        match small_result(st) {
            Ok(c) => next(st, pc, a + c, b, table),
            Err(error) => *error,
        }
    }
    large(st, pc, a, b, table) "a Result larger than two words (returned through memory)" {
        match large_result(st) {
            Ok(c) => next(st, pc, a + c, b, table),
            Err(error) => error.0[1],
        }
    }
    escapes(st, pc, a, b, table) "a local whose address was passed on" {
        let mut buffer = [0; 4];
        fill(&mut buffer);
        let c = buffer[2];
        next(st, pc, a + c, b, table)
    }
    escapes_in_callee(st, pc, a, b, table) "the same in a function that is not inlined" {
        let c = sum_in_own_frame();
        next(st, pc, a + c, b, table)
    }
    escapes_inlined(st, pc, a, b, table) "the same in a function that is inlined" {
        let c = sum_inlined();
        next(st, pc, a + c, b, table)
    }
    escapes_and_leaves(st, pc, a, b, table) "the same in a branch that returns without going on" {
        if st.input != 0 {
            return sum_inlined();
        }
        next(st, pc, a + 1, b, table)
    }
    escapes_and_joins(st, pc, a, b, table) "the same in a branch not taken that does go on" {
        let mut c = 1;
        if st.input != 0 {
            c = sum_inlined();
        }
        next(st, pc, a + c, b, table)
    }
    destructor_later(st, pc, a, b, table) "a Box that is dropped after the call" {
        let _kept = make_box(a);
        next(st, pc, a, b, table)
    }
    destructor_before(st, pc, a, b, table) "a Box that is dropped before" {
        let kept = make_box(a);
        let c = *kept;
        drop(kept);
        next(st, pc, c, b, table)
    }
    vector_before(st, pc, a, b, table) "a Vec that is pushed to and dropped before" {
        let mut kept = vec![a];
        kept.push(st.input);
        let c = kept.iter().sum::<u64>();
        drop(kept);
        next(st, pc, a + c, b, table)
    }
    string_error(st, pc, a, b, table) "a Result with a String in the error" {
        match string_result(st) {
            Ok(c) => next(st, pc, a + c, b, table),
            Err(error) => error.len() as u64,
        }
    }
    boxed(st, pc, a, b, table) "std::hint::black_box of a local" {
        next(st, pc, black_box(a), b, table)
    }
    panics(st, pc, a, b, table) "an index that may panic" {
        let c: u64 = [1, 2, 3, 4][st.input as usize];
        next(st, pc, a + c, b, table)
    }
    formats(st, pc, a, b, table) "a panic with a formatted message" {
        assert!(st.input == 0, "input {}", st.input);
        next(st, pc, a, b, table)
    }
}

/// Bytes of stack that each further instruction costs.
fn growth(pattern: Handler, table: &'static Table) -> usize {
    let depth = |count: u64| {
        let mut st = State { left: count + 1, deepest: 0, input: 0 };
        let code = [0_u64];
        // SAFETY: the chain ends after `count` steps.
        black_box(unsafe { pattern(&mut st, code.as_ptr(), 0, 0, table) });
        st.deepest
    };
    depth(1).abs_diff(depth(1001)) / 1000
}

/// Prints what each pattern costs.
pub fn main() {
    for (text, pattern, table) in PATTERNS {
        match growth(*pattern, table) {
            0 => println!("jump             {text}"),
            bytes => println!("CALL, {bytes:4} bytes {text}"),
        }
    }
}
