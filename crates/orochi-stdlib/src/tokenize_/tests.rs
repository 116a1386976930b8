//! Tokens of small sources, as CPython gives them.

use super::lexer::{Event, Lexer};

/// Kinds and texts of the tokens of a source, or the message that ends them.
fn check(source: &str, expected: &str) {
    let mut lexer = Lexer::new(true);
    for line in source.split_inclusive('\n') {
        lexer.feed(line);
    }
    lexer.feed("");
    let shown: Vec<String> = lexer
        .events
        .iter()
        .map(|event| match event {
            Event::Token(token) => {
                format!("{}{:?}@{},{}", token.kind, token.text, token.start.1, token.end.1)
            }
            Event::Failure(failure) => failure.message.clone(),
        })
        .collect();
    assert_eq!(shown.join(" "), expected, "{source:?}");
}

#[test]
fn statements() {
    check("x", r#"1"x"@0,1 4""@1,2 0""@0,0"#);
    check("", r#"0""@0,0"#);
    check("x \\\n + 1\n", r#"1"x"@0,1 55"+"@1,2 2"1"@3,4 4"\n"@4,5 0""@0,0"#);
    check(
        "if x:\n  # c\n\n  y\n",
        r##"1"if"@0,2 1"x"@3,4 55":"@4,5 4"\n"@5,6 65"# c"@2,5 66"\n"@5,6 66"\n"@0,1 5"  "@0,2 1"y"@2,3 4"\n"@3,4 6""@0,0 0""@0,0"##,
    );
    check(
        "1_0 0x1f 1.5e3j .5 1if\n",
        r#"2"1_0"@0,3 2"0x1f"@4,8 2"1.5e3j"@9,15 2".5"@16,18 2"1"@19,20 1"if"@20,22 4"\n"@22,23 0""@0,0"#,
    );
}

#[test]
fn strings() {
    check("x='''a\nb'''\n", "1\"x\"@0,1 55\"=\"@1,2 3\"'''a\\nb'''\"@2,4 4\"\\n\"@4,5 0\"\"@0,0");
    check(
        "f'a{b!r:>{w}}c{{'\n",
        "59\"f'\"@0,2 60\"a\"@2,3 55\"{\"@3,4 1\"b\"@4,5 55\"!\"@5,6 1\"r\"@6,7 55\":\"@7,8 60\">\"@8,9 55\"{\"@9,10 1\"w\"@10,11 55\"}\"@11,12 60\"\"@12,12 55\"}\"@12,13 60\"c{\"@13,15 61\"'\"@16,17 4\"\\n\"@17,18 0\"\"@0,0",
    );
}

#[test]
fn errors() {
    check("(", "55\"(\"@0,1 66\"\"@1,2 unexpected EOF in multi-line statement");
    check("'abc\n", "unterminated string literal (detected at line 1)");
    check("'''abc\n", "unterminated triple-quoted string literal (detected at line 1)");
}
