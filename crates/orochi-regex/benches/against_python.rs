//! Times the engine against a Python's `re` on the same code arrays and texts. The Python is
//! `OROCHI_TEST_PYTHON` or `python3`; its times include making match objects, the engine's
//! include copying the spans out.

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use orochi_regex::{Context, Cursor, Program, Scratch, Unit};
use serde_json::Value;

fn operate<U: Unit>(program: &Program, text: &[U], kind: &str, scratch: &mut Scratch) -> usize {
    let mut context = Context::new(scratch);
    let span = (0, text.len());
    let one = match kind {
        "match" => program.match_at(text, span, &mut context),
        "fullmatch" => program.fullmatch(text, span, &mut context),
        "search" => program.search(text, span, &mut context),
        _ => {
            let mut cursor = Cursor::new(0, text.len());
            let mut count = 0;
            while let Ok(Some(found)) = cursor.search(program, text, &mut context) {
                black_box(found.spans(program, &context));
                count += 1;
            }
            return count;
        }
    };
    match one {
        Ok(Some(found)) => black_box(found.spans(program, &context)).len(),
        _ => 0,
    }
}

fn best<U: Unit>(program: &Program, text: &[U], kind: &str) -> f64 {
    let mut scratch = Scratch::default();
    let mut best = f64::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        let mut repeats = 0;
        while start.elapsed().as_millis() < 20 {
            black_box(operate(program, black_box(text), kind, &mut scratch));
            repeats += 1;
        }
        best = best.min(start.elapsed().as_nanos() as f64 / f64::from(repeats));
    }
    best
}

fn main() {
    let python = std::env::var("OROCHI_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = include_str!("patterns.py");
    let output = match Command::new(&python).args(["-c", script]).output() {
        Ok(output) if output.status.success() => output,
        _ => return println!("{python} cannot run the comparison"),
    };
    println!("{:<28} {:>12} {:>12} {:>7}", "pattern", "Python, ns", "engine, ns", "ratio");
    let mut logs = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(case) = serde_json::from_str::<Value>(line) else { continue };
        let words = case["code"].as_array().into_iter().flatten();
        let code: Vec<u32> = words.filter_map(|w| w.as_u64()).map(|w| w as u32).collect();
        let groups = case["groups"].as_u64().unwrap_or(0) as usize;
        let (kind, text) = (case["kind"].as_str().unwrap_or(""), case["text"].as_str());
        let (Ok(program), Some(text)) = (Program::new(&code, groups), text) else { continue };
        let wide: Vec<u32> = text.chars().map(u32::from).collect();
        // The width that a string of these characters has in CPython, so also in Orochi.
        let ours = match wide.iter().max() {
            Some(0x10000..) => best(&program, &wide, kind),
            Some(256..) => {
                best(&program, &wide.iter().map(|&c| c as u16).collect::<Vec<_>>(), kind)
            }
            _ => best(&program, &wide.iter().map(|&c| c as u8).collect::<Vec<_>>(), kind),
        };
        let theirs = case["nanoseconds"].as_f64().unwrap_or(0.0);
        logs.push((theirs / ours).ln());
        let name = case["name"].as_str().unwrap_or("");
        println!("{name:<28} {theirs:>12.0} {ours:>12.0} {:>7.2}", theirs / ours);
    }
    let mean = (logs.iter().sum::<f64>() / logs.len().max(1) as f64).exp();
    println!("geometric mean: {mean:.2} times as fast");
}
