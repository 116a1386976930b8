//! The recorded cases in `golden.jsonl`: what `cases.py golden` writes.

mod support;

use std::ops::ControlFlow;

#[test]
fn recorded_cases() {
    let mut runs = 0;
    for line in include_str!("golden.jsonl").lines() {
        match support::check(line) {
            ControlFlow::Continue(n) => runs += n,
            ControlFlow::Break(reason) => panic!("{reason}"),
        }
    }
    assert!(runs > 500, "only {runs} runs");
}
