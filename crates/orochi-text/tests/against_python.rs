//! Compares the crate with CPython where one of version 3.13 or newer is found; skipped
//! otherwise. Scripts under `tests/python` print cases with their results, one a line.

mod against;

use std::process::Command;

/// Output of a script run by a CPython that is new enough.
fn python(script: &str) -> Option<String> {
    let found = ["python3.14", "python3.13", "python3"].into_iter().find(|name| {
        let check = "import sys; sys.exit(sys.version_info < (3, 13) or sys.implementation.name != 'cpython')";
        Command::new(name).args(["-c", check]).output().is_ok_and(|run| run.status.success())
    })?;
    let source = format!("{}\n{script}", include_str!("python/prelude.py"));
    let run = Command::new(found)
        .args(["-W", "ignore", "-X", "utf8", "-c", &source])
        .output()
        .expect("runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    Some(String::from_utf8(run.stdout).expect("utf-8"))
}

/// Runs every case of a script through `answer` and reports those that differ.
fn check(script: &str, answer: impl Fn(&str, &[&str]) -> String) {
    let Some(output) = python(script) else {
        eprintln!("skipped: no CPython 3.13 or newer");
        return;
    };
    let mut wrong = Vec::new();
    for line in output.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let (op, args, expected) =
            (fields[0], &fields[1..fields.len() - 1], fields[fields.len() - 1]);
        let got = answer(op, args);
        if got != expected {
            let show = |text: &str| against::show(text);
            let args: Vec<String> = args.iter().map(|arg| show(arg)).collect();
            wrong.push(format!("{op} {args:?}\n  want {}\n  got  {}", show(expected), show(&got)));
        }
    }
    let shown: Vec<&str> = wrong.iter().take(15).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), shown.join("\n"));
}

#[test]
fn strings() {
    check(include_str!("python/strings.py"), against::strings::answer);
}

#[test]
fn numbers() {
    check(include_str!("python/numbers.py"), against::numbers::answer);
}

#[test]
fn formats() {
    check(include_str!("python/formats.py"), against::formats::answer);
}

#[test]
fn codecs() {
    check(include_str!("python/codecs.py"), against::codecs::answer);
}

#[test]
fn characters() {
    let Some(output) = python(include_str!("python/characters.py")) else { return };
    against::characters::check(&output);
}
