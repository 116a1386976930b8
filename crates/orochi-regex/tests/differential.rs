//! Compares with the Python on the path, if there is one whose code arrays the engine executes
//! (3.13 or 3.14); without one the test passes and says so. OROCHI_TEST_PYTHON names another.

mod support;

use std::ops::ControlFlow;
use std::process::Command;

const CASES: &str = include_str!("cases.py");

#[test]
fn agrees_with_python() {
    let chosen = std::env::var("OROCHI_TEST_PYTHON").ok();
    let names = ["python3.14", "python3.13", "python3"];
    for python in chosen.as_deref().into_iter().chain(names) {
        let output = match Command::new(python).args(["-c", CASES]).output() {
            Ok(output) if output.status.success() => output,
            _ => continue,
        };
        let lines = String::from_utf8(output.stdout).expect("ASCII");
        let mut runs = 0;
        let complete = lines.lines().try_for_each(|line| match support::check(line) {
            ControlFlow::Continue(n) => {
                runs += n;
                ControlFlow::Continue(())
            }
            ControlFlow::Break(reason) => ControlFlow::Break(reason),
        });
        match complete {
            ControlFlow::Continue(()) => {
                println!("{python}: {} patterns, {runs} texts", lines.lines().count());
                return;
            }
            ControlFlow::Break(reason) => println!("{python}: {reason}"),
        }
    }
    println!("no Python to compare with");
}
