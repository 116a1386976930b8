//! Runs recorded cases (see `cases.py`) through the engine and compares.

use std::ops::ControlFlow;

use orochi_regex::{Context, Cursor, Found, Program, Scratch, Unit, chars};
use serde_json::Value;

/// Spans of the match and its groups, and the group closed last.
type Spans = (Vec<Option<(usize, usize)>>, Option<usize>);

fn number(value: &Value) -> usize {
    value.as_u64().expect("a number") as usize
}

fn spans(value: &Value) -> Option<Spans> {
    let parts = value.as_array()?;
    let span = |v: &Value| v.as_array().map(|s| (number(&s[0]), number(&s[1])));
    let all = parts[0].as_array().expect("spans").iter().map(span).collect();
    Some((all, parts[1].as_u64().map(|n| n as usize)))
}

fn seen(found: Option<Found>, program: &Program, context: &Context<'_>) -> Option<Spans> {
    found.map(|f| (f.spans(program, context), f.lastindex))
}

fn check_run<U: Unit>(program: &Program, text: &[U], run: &Value, note: &str) {
    let mut scratch = Scratch::default();
    let mut steps = 0u64;
    let mut poll = || {
        steps += 1;
        false
    };
    let mut context = Context::new(&mut scratch);
    context.limits.poll = Some(&mut poll);
    let range = (number(&run["pos"]), number(&run["end"]));
    let pos = range.0;
    let found = program.match_at(text, range, &mut context).expect("match");
    assert_eq!(seen(found, program, &context), spans(&run["match"]), "match: {note}");
    let found = program.fullmatch(text, range, &mut context).expect("fullmatch");
    assert_eq!(seen(found, program, &context), spans(&run["fullmatch"]), "fullmatch: {note}");
    let found = program.search(text, range, &mut context).expect("search");
    assert_eq!(seen(found, program, &context), spans(&run["search"]), "search: {note}");
    let mut cursor = Cursor::new(pos, range.1.min(text.len()));
    for expected in run["finditer"].as_array().expect("matches") {
        let found = cursor.search(program, text, &mut context).expect("search");
        assert_eq!(seen(found, program, &context), spans(expected), "finditer: {note}");
    }
    assert_eq!(cursor.search(program, text, &mut context), Ok(None), "finditer's end: {note}");
}

/// Compares the character tables where Python's Unicode version knows the character.
fn check_characters(runs: &[Value]) -> usize {
    let mut checked = 0;
    for run in runs {
        let Some(facts) = run[2].as_array() else { continue };
        let first = number(&run[0]) as u32;
        for code in first..first + number(&run[1]) as u32 {
            let ours = serde_json::json!([
                i64::from(chars::unicode_tolower(code)) - i64::from(code),
                chars::unicode_iscased(code),
                chars::unicode_is_word(code),
                chars::unicode_is_decimal(code),
                chars::unicode_is_space(code),
            ]);
            // U+019B is cased since Unicode 16, U+0264 likewise.
            if ![0x19b, 0x264].contains(&code) {
                assert_eq!(ours.as_array(), Some(facts), "character {code:#x}");
            }
            checked += 1;
        }
    }
    checked
}

/// Checks one line of cases on every width that holds the text. Breaks if the line says that this
/// Python cannot be compared with.
pub fn check(line: &str) -> ControlFlow<String, usize> {
    let case: Value = serde_json::from_str(line).expect("a JSON object");
    if let Some(reason) = case["skip"].as_str() {
        return ControlFlow::Break(reason.to_owned());
    }
    if let Some(runs) = case["characters"].as_array() {
        return ControlFlow::Continue(check_characters(runs));
    }
    let words = case["code"].as_array().expect("code");
    let code: Vec<u32> = words.iter().map(|w| w.as_u64().expect("a word") as u32).collect();
    let pattern = &case["pattern"];
    let program = Program::new(&code, number(&case["groups"]))
        .unwrap_or_else(|error| panic!("{pattern}: {error}"));
    let runs = case["runs"].as_array().expect("runs");
    for run in runs {
        let units = run["text"].as_array().expect("text");
        let wide: Vec<u32> = units.iter().map(|u| number(u) as u32).collect();
        let note = format!("{pattern} on {wide:?} at {}..{}", run["pos"], run["end"]);
        check_run(&program, &wide, run, &note);
        if let Ok(narrow) = wide.iter().map(|&u| u16::try_from(u)).collect::<Result<Vec<_>, _>>() {
            check_run(&program, &narrow, run, &note);
        }
        if let Ok(bytes) = wide.iter().map(|&u| u8::try_from(u)).collect::<Result<Vec<_>, _>>() {
            check_run(&program, &bytes, run, &note);
        }
    }
    ControlFlow::Continue(runs.len())
}
