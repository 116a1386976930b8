//! Spike 1: how should the interpreter get from one instruction to the next? The same opcodes in
//! one `match`, as functions that tail-call each other, as functions that return to a driver loop,
//! and as handlers that Cranelift compiles at start.

mod by_cranelift;
mod by_handler;
mod by_match;
mod fast;
pub mod instruction;
pub mod machine;
pub mod programs;
mod sibling;

use crate::value::{UNBOUND, Value};
use machine::Thread;
use programs::{PROGRAMS, Program};
use std::io::Write;
use std::sync::OnceLock;
use std::time::Instant;

type Run = unsafe fn(&mut Thread, *const u64, *mut Value) -> bool;

/// Form (c), compiled when it is first asked for.
unsafe fn run_cranelift(th: &mut Thread, pc: *const u64, regs: *mut Value) -> bool {
    static HANDLERS: OnceLock<by_cranelift::Handlers> = OnceLock::new();
    let handlers = HANDLERS.get_or_init(|| {
        let start = Instant::now();
        let handlers = by_cranelift::Handlers::new().unwrap_or_else(|error| panic!("{error}"));
        println!("cranelift: {} bytes of handlers in {:?}", handlers.size, start.elapsed());
        handlers
    });
    // SAFETY: passed on.
    unsafe { handlers.run(th, pc, regs) }
}

const FORMS: [(&str, Run); 4] = [
    ("match", by_match::run),
    ("tail", by_handler::run_tail_calls),
    ("driver", by_handler::run_driver),
    ("cranelift", run_cranelift),
];

/// Nanoseconds of one run, and what it returned.
fn time(run: Run, program: &Program, argument: i64) -> (f64, Value) {
    let mut th = Thread::new();
    let function = (program.build)(&mut th);
    let mut stack = vec![UNBOUND; 4096];
    th.stack_limit = stack.as_mut_ptr_range().end;
    let code = programs::entry(function, argument, &mut stack);
    let start = Instant::now();
    // SAFETY: `code` and `stack` are what `entry` made of a program.
    let completed = unsafe { run(&mut th, code.as_ptr(), stack.as_mut_ptr()) };
    let elapsed = start.elapsed().as_nanos() as f64;
    assert!(completed, "{}: {:?}", program.name, th.error);
    (elapsed, th.result)
}

/// Nanoseconds the same program takes under a Python found at `python`, best of three.
fn time_python(python: &str, program: &Program) -> Option<f64> {
    let source = format!(
        "import time\n{}\nb = 1e9\nfor _ in range(3):\n    t = time.perf_counter()\n    run({})\n    b = min(b, time.perf_counter() - t)\nprint(b * 1e9)",
        program.python, program.argument
    );
    let mut child = std::process::Command::new(python)
        .arg("-")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(source.as_bytes()).ok()?;
    String::from_utf8(child.wait_with_output().ok()?.stdout).ok()?.trim().parse().ok()
}

/// Nanoseconds that the interpreter with sibling calls takes for one iteration of the loop that the
/// trace spike compiles, best of 7.
pub fn nanoseconds_per_iteration() -> f64 {
    let program = &PROGRAMS[3];
    let run = || time(by_handler::run_tail_calls, program, program.argument).0;
    (0..7).map(|_| run()).fold(f64::INFINITY, f64::min) / program.argument as f64
}

/// `dispatch [sibling | FORM [PROGRAM [ARGUMENT]]]`
pub fn main(arguments: &[String]) {
    let chosen = arguments.first().map(String::as_str);
    if chosen == Some("sibling") {
        return sibling::main();
    }
    if let Some((name, run)) = FORMS.iter().find(|(name, _)| Some(*name) == chosen) {
        let program = &PROGRAMS[arguments.get(1).and_then(|a| a.parse().ok()).unwrap_or(0)];
        let argument = arguments.get(2).and_then(|a| a.parse().ok()).unwrap_or(program.argument);
        let (elapsed, result) = time(*run, program, argument);
        let count = (program.instructions)(argument);
        println!(
            "{name} {} {:?} {:.2} ns/op, {count} ops",
            program.name,
            result,
            elapsed / count as f64
        );
        return;
    }
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_string());
    println!("ns per bytecode instruction (best of 7), and time against {python}");
    for program in &PROGRAMS {
        let count = (program.instructions)(program.argument) as f64;
        let peer = time_python(&python, program);
        let mut best = [f64::INFINITY; FORMS.len()];
        let mut results = [UNBOUND; FORMS.len()];
        for _ in 0..7 {
            for (index, (_, run)) in FORMS.iter().enumerate() {
                let (elapsed, result) = time(*run, program, program.argument);
                best[index] = best[index].min(elapsed);
                results[index] = result;
            }
        }
        assert!(
            results.iter().all(|result| *result == results[0]),
            "forms disagree on {}",
            program.name
        );
        print!("{:18}", program.name);
        for (index, (name, _)) in FORMS.iter().enumerate() {
            let ratio = peer.map_or(String::new(), |peer| format!(" ({:.2}x)", best[index] / peer));
            print!("  {name} {:.2}{ratio}", best[index] / count);
        }
        println!();
    }
}
