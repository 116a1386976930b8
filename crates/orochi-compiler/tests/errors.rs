//! Broken sources against the class, message, line and column that they must give.

use orochi_compiler::{Mode, Options, compile_str};

/// One case of `data/errors.txt`.
struct Case<'t> {
    class: &'t str,
    line: u32,
    column: i32,
    message: &'t str,
    source: String,
}

fn cases(table: &str) -> Vec<Case<'_>> {
    let mut cases: Vec<Case<'_>> = Vec::new();
    let mut lines = table.lines().skip_while(|line| !line.starts_with("% "));
    while let Some(line) = lines.next() {
        if let Some(head) = line.strip_prefix("% ") {
            let words: Vec<&str> = head.split(' ').collect();
            let message = lines.next().unwrap_or("");
            assert_eq!(lines.next(), Some("-"), "{head}");
            cases.push(Case {
                class: words[0],
                line: words[1].parse().unwrap(),
                column: words[2].parse().unwrap(),
                message,
                source: String::new(),
            });
        } else if let Some(case) = cases.last_mut() {
            case.source.push_str(line);
            case.source.push('\n');
        }
    }
    cases
}

/// What is said of `source`: class, line, column, message.
fn said(source: &str) -> (String, u32, i32, String) {
    // The table cannot tell a last line without an end from one with: the short sources of one
    // line were compiled without.
    let source =
        if source.matches('\n').count() == 1 { source.trim_end_matches('\n') } else { source };
    match compile_str(source, "<test>", Mode::Exec, &Options::default()) {
        Err(error) => (error.class.name().to_owned(), error.line, error.column, error.message),
        Ok(compiled) => match compiled.warnings.first() {
            Some(warning) => {
                let at = warning.at;
                ("SyntaxWarning".to_owned(), at.line, at.column as i32 + 1, warning.message.clone())
            }
            None => ("accepted".to_owned(), 0, 0, String::new()),
        },
    }
}

#[test]
fn errors_are_cpythons() {
    let table = include_str!("data/errors.txt");
    let cases = cases(table);
    assert!(cases.len() > 300);
    let mut wrong = 0;
    for case in &cases {
        let got = said(&case.source);
        let want = (case.class.to_owned(), case.line, case.column, case.message.to_owned());
        if got != want {
            wrong += 1;
            println!("{:?}\n  want {want:?}\n  got  {got:?}", case.source);
        }
    }
    assert_eq!(wrong, 0);
}

#[test]
fn premature_ends_are_told_apart() {
    let options = Options { allow_incomplete: true, ..Options::default() };
    let check = |source: &str, expected: Option<&str>| {
        let result = compile_str(source, "<test>", Mode::Single, &options);
        assert_eq!(result.err().map(|error| error.class.name()), expected, "{source:?}");
    };
    check("1 + 1", None);
    check("(1 +", Some("_IncompleteInputError"));
    check("if x:", Some("_IncompleteInputError"));
    check("x = '''a", Some("_IncompleteInputError"));
    check("1 +", Some("_IncompleteInputError"));
    check("1 + )", Some("SyntaxError"));
    check("x = 'a", Some("_IncompleteInputError"));
}

#[test]
fn nesting_is_bounded() {
    let check = |source: String, class: &str| {
        let error = compile_str(&source, "<test>", Mode::Exec, &Options::default()).err();
        assert_eq!(error.map(|error| error.class.name()), Some(class), "{}", &source[..20]);
    };
    let many = 50_000;
    check("(".repeat(many), "SyntaxError");
    check("(".repeat(250) + "1" + &")".repeat(250), "SyntaxError");
    check("-".repeat(many) + "1", "RecursionError");
    check("a".to_owned() + &".b".repeat(many), "RecursionError");
    check("1 + ".repeat(many) + "1", "RecursionError");
    check("not ".repeat(many) + "1", "RecursionError");
    check("lambda: ".repeat(many) + "1", "RecursionError");
    check("x if y else ".repeat(many) + "1", "RecursionError");
    check("f'{".repeat(many), "SyntaxError");
    check("@a\n".repeat(many) + "def f(): pass", "SyntaxError");
    check((0..150).map(|i| " ".repeat(i) + "if x:\n").collect(), "IndentationError");
}
