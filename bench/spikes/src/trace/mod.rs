//! Spike 3: one compiled trace. A loop over ints and floats with guards on poll flag, owner word,
//! shape, tag and overflow is compiled by Cranelift into an arena of its own and called from Rust.
//! A failing guard stores the live values and returns its number; one guard leaves through a slot
//! that first holds its exit stub and later a bridge, which tail-calls back into the loop.

mod compile;
mod reference;

use crate::arena::{self, Arena};
use crate::dispatch;
use crate::dispatch::machine::Thread;
use crate::value::{INT_SHIFT, Value};
use compile::{Compiler, Exit, Shape};
use std::hint::black_box;
use std::time::Instant;

/// What the loop works on; the trace knows the offsets.
#[repr(C)]
pub struct Frame {
    /// Counter, at the top of the word, where the overflow flag finds 49 bits.
    pub i: i64,
    /// Sum, likewise.
    pub s: i64,
    /// The limit of `i`, likewise.
    pub n: i64,
    /// The instance whose field is changed.
    pub object: Value,
    /// `i & mask == 0` leaves through the slot.
    pub mask: i64,
    /// Code that takes over when that guard fails.
    pub slot: *const u8,
}

/// How long the loops run.
const ITERATIONS: i64 = 4_000_000;
/// Never zero when combined with a counter above zero.
const NO_BRIDGE: i64 = -1;

fn frame(th: &mut Thread, iterations: i64, mask: i64) -> Frame {
    let shape = th.new_shape(&[0]);
    let object = th.new_instance(shape, &[Value::float(1.0)]);
    let (i, n) = (1 << INT_SHIFT, (iterations + 1) << INT_SHIFT);
    Frame { i, s: 0, n, object, mask: mask << INT_SHIFT, slot: std::ptr::null() }
}

/// The field of the frame's object.
fn field(frame: &Frame) -> f64 {
    // SAFETY: `frame` made the object with one slot behind its header.
    unsafe { *(frame.object.0 as *const Value).add(1) }.to_float()
}

/// Nanoseconds per iteration, best of 7, and the state at the end.
fn time(mask: i64, mut run: impl FnMut(&mut Thread, &mut Frame)) -> (f64, i64, f64) {
    let (mut best, mut end) = (f64::INFINITY, (0, 0.0));
    for _ in 0..7 {
        let mut th = Thread::new();
        let mut frame = frame(&mut th, ITERATIONS, mask);
        let start = Instant::now();
        run(&mut th, black_box(&mut frame));
        best = best.min(start.elapsed().as_nanos() as f64 / ITERATIONS as f64);
        end = (frame.s >> INT_SHIFT, field(&frame));
    }
    (best, end.0, end.1)
}

/// Runs a trace to its end: the first failure of the slot guard installs the bridge.
fn run_trace(code: &compile::Code, th: &mut Thread, frame: &mut Frame) {
    frame.slot = code.exit_stub;
    loop {
        // SAFETY: the entry stub has this signature, and the frame is what the code expects.
        let exit = unsafe { (code.enter)(th, frame) };
        match exit {
            exit if exit == Exit::Done as u64 => return,
            exit if exit == Exit::Slot as u64 => frame.slot = code.bridge,
            exit => panic!("unexpected exit {exit}"),
        }
    }
}

/// What `s` must be when the bridge takes each even `i`.
fn alternating_sum() -> i64 {
    (1..=ITERATIONS).map(|i| if i & 1 == 0 { -i } else { 3 * i }).sum()
}

/// Microseconds to compile a trace whose body is repeated, and its IR instructions and code bytes.
fn compile_time(
    opt_level: &str,
    allocator: &str,
    copies: usize,
) -> Result<(f64, usize, usize), String> {
    let isa = arena::host_isa(opt_level, allocator)?;
    let mut compiler = Compiler::new();
    let (mut best, mut instructions, mut bytes) = (f64::INFINITY, 0, 0);
    for _ in 0..60 {
        let mut arena = Arena::new(1 << 20).map_err(|error| error.to_string())?;
        let start = Instant::now();
        let function = compiler.trace(Shape { copies, peeled: false });
        instructions = function.dfg.num_insts();
        arena::compile(&isa, &mut arena, function)?;
        best = best.min(start.elapsed().as_nanos() as f64 / 1000.0);
        bytes = arena.used();
    }
    Ok((best, instructions, bytes))
}

/// Prints figures for running, leaving and compiling.
pub fn main() -> Result<(), String> {
    println!("ns per iteration, best of 7");
    let interpreter = dispatch::nanoseconds_per_iteration();
    println!("  interpreter (sibling calls)          {interpreter:7.2}");
    let expected = time(NO_BRIDGE, reference::run::<false>);
    println!("  rustc, every check each iteration    {:7.2}", expected.0);
    let hoisted = time(NO_BRIDGE, reference::run::<true>);
    println!("  rustc, checks before the loop        {:7.2}", hoisted.0);
    for (opt_level, allocator) in
        [("none", "backtracking"), ("speed", "backtracking"), ("none", "single_pass")]
    {
        let isa = arena::host_isa(opt_level, allocator)?;
        for peeled in [false, true] {
            let mut arena = Arena::new(1 << 20).map_err(|error| error.to_string())?;
            let code = Compiler::new().all(&isa, &mut arena, Shape { copies: 1, peeled })?;
            let plain = time(NO_BRIDGE, |th, frame| run_trace(&code, th, frame));
            let bridged = time(1, |th, frame| run_trace(&code, th, frame));
            if (plain.1, plain.2) != (expected.1, expected.2) {
                return Err(format!("trace computed {plain:?} instead of {expected:?}"));
            }
            if bridged.1 != alternating_sum() {
                return Err(format!("with the bridge it computed {bridged:?}"));
            }
            let checks = if peeled { "before the loop" } else { "each iteration" };
            println!(
                "  trace, {opt_level:5} {allocator:12} {checks:15} {:5.2}   every second one by bridge {:5.2}",
                plain.0, bridged.0
            );
        }
    }
    println!("out and back");
    let isa = arena::host_isa("speed", "backtracking")?;
    let mut arena = Arena::new(1 << 20).map_err(|error| error.to_string())?;
    let code = Compiler::new().all(&isa, &mut arena, Shape { copies: 1, peeled: false })?;
    let rounds = 1_000_000;
    let mut th = Thread::new();
    let mut frame = frame(&mut th, 0, NO_BRIDGE);
    frame.slot = code.exit_stub;
    let start = Instant::now();
    for _ in 0..rounds {
        // SAFETY: as in `run_trace`.
        black_box(unsafe { (code.enter)(&mut th, black_box(&mut frame)) });
    }
    println!(
        "  Rust, entry stub, guard fails, Rust  {:7.2} ns",
        start.elapsed().as_nanos() as f64 / f64::from(rounds)
    );
    println!("compile time, best of 60, building the IR included");
    for (opt_level, allocator) in
        [("none", "backtracking"), ("speed", "backtracking"), ("none", "single_pass")]
    {
        for copies in [1, 8, 64] {
            let (micros, instructions, bytes) = compile_time(opt_level, allocator, copies)?;
            println!(
                "  {opt_level:5} {allocator:12} {instructions:5} IR instructions {micros:8.0} us  {:5.2} us each  {bytes:6} bytes",
                micros / instructions as f64
            );
        }
    }
    Ok(())
}
