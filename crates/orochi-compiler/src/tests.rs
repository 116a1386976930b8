//! Tests of the parts that a source passes through, each a table with one `check`.

use crate::ast::Module;
use crate::code::{Code, Constant, VariableKind};
use crate::disassemble::instructions;
use crate::validate::validate;
use crate::{Mode, Options, compile, compile_str, compile_tree, marshal, parse_tree_str};

fn code_of(source: &str) -> Code {
    let compiled = compile_str(source, "<test>", Mode::Exec, &Options::default());
    let code = compiled.unwrap_or_else(|error| panic!("{source:?}: {error}")).code;
    validate(&code).unwrap();
    code
}

/// The code object with that name inside `code`.
fn inner<'c>(code: &'c Code, name: &str) -> &'c Code {
    fn find<'c>(code: &'c Code, name: &str) -> Option<&'c Code> {
        code.constants.iter().find_map(|constant| match constant {
            Constant::Code(inner) if &*inner.name == name => Some(&**inner),
            Constant::Code(inner) => find(inner, name),
            _ => None,
        })
    }
    find(code, name).unwrap_or_else(|| panic!("no code {name}"))
}

#[test]
fn expressions_unparse_as_cpython_writes_them() {
    let check = |source: &str, expected: &str| {
        let tree = parse_tree_str(source, "<test>", Mode::Eval, &Options::default()).unwrap();
        let Module::Expression(e) = tree.module else { panic!("{source}") };
        assert_eq!(crate::unparse::unparse(&e), expected, "{source}");
    };
    check("a  +  b*c", "a + b * c");
    check("(a+b)*c", "(a + b) * c");
    check("a-(b-c)", "a - (b - c)");
    check("2**-x**y", "2 ** (-x ** y)");
    check("(-x)**y", "(-x) ** y");
    check("not (a and b) or c", "not (a and b) or c");
    check("a if b else (c if d else e)", "a if b else c if d else e");
    check("(a if b else c) if d else e", "(a if b else c) if d else e");
    check("lambda x,*y,z=1,**k:(x,)", "lambda x, *y, z=1, **k: (x,)");
    check("lambda a, b=2, /, c=3: 0", "lambda a, b=2, /, c=3: 0");
    check("f(*a, b=1, **c)", "f(*a, b=1, **c)");
    check("f(x for x in y if z)", "f(x for x in y if z)");
    check("x[1:2, ::3, ...]", "x[1:2, ::3, ...]");
    check("x[(1, 2)]", "x[1, 2]");
    check("{**a, 'b': 1}", "{**a, 'b': 1}");
    check("[*a, {1, 2}]", "[*a, {1, 2}]");
    check("{k: v for k, v in x async for y in z}", "{k: v for k, v in x async for y in z}");
    check("a < b is not c not in d", "a < b is not c not in d");
    check("(yield)", "(yield)");
    check("await x", "await x");
    check("1 .real", "1 .real");
    check(
        "1.0, 1e100, 1e16, 0.0001, 0.00001, 1e400, 5j",
        "(1.0, 1e+100, 1e+16, 0.0001, 1e-05, 1e309, 5j)",
    );
    check(r#"'it\'s', "a\"b'", 'ü\x07\ud800\n'"#, r#"("it's", 'a"b\'', 'ü\x07\ud800\n')"#);
    check("b'a\\xff\\n'", "b'a\\xff\\n'");
    check("f'{x!r:>{w}}{{}}'", "f'{x!r:>{w}}{{}}'");
    check("()", "()");
    check("(a := 1)", "(a := 1)");
    check("99999999999999999999999", "99999999999999999999999");
}

#[test]
fn constants_fold() {
    let check = |source: &str, expected: &str| {
        let mut tree = parse_tree_str(source, "<test>", Mode::Eval, &Options::default()).unwrap();
        crate::fold_constants(&mut tree.module, 0, false);
        let Module::Expression(e) = tree.module else { panic!("{source}") };
        assert_eq!(crate::unparse::unparse(&e), expected, "{source}");
    };
    check("1 + 2 * 3", "7");
    check("-7 // 2, -7 % 2, 7 // -2, 7 % -2", "(-4, 1, -4, -1)");
    check("1 << 70", "1180591620717411303424");
    check("1 << 200", "1 << 200");
    check("2 ** 63 - 1, -(2 ** 63)", "(9223372036854775807, -9223372036854775808)");
    check("1 / 0", "1 / 0");
    check("3 / 2", "1.5");
    check("'ab' * 3 + 'c'", "'abababc'");
    check("'x' * 5000", "'x' * 5000");
    check("(1, 2) * 2", "(1, 2, 1, 2)");
    check("'abc'[1], (1, 2)[-1], b'a'[0]", "('b', 2, 97)");
    check("(1, 2)[2]", "(1, 2)[2]");
    check("1 + 2j, 1 - 2j", "((1+2j), (1-2j))");
    check("not 0, not 'a'", "(True, False)");
    check("~5, +True, -True", "(-6, 1, -1)");
    check("~True", "~True");
    check("x in [1, 2], x in {1, 1.0, 2}", "(x in (1, 2), x in frozenset({1, 2}))");
    check("[1, 2], {3}", "([1, 2], {3})");
    check("__debug__", "True");
    check("True + True", "2");
    check("5 >> 100, -5 >> 100, 5 & 6 | 8 ^ 1", "(0, -1, 13)");
}

#[test]
fn sources_are_decoded() {
    let check = |source: &[u8], expected: Result<&str, &str>| {
        let result = compile(source, "<test>", Mode::Exec, &Options::default());
        let value = result.as_ref().map(|compiled| {
            let text = compiled.code.constants.iter().find_map(|constant| match constant {
                Constant::Str(bytes) if &**bytes != b"x" => {
                    Some(String::from_utf8_lossy(bytes).into_owned())
                }
                _ => None,
            });
            text.unwrap_or_default()
        });
        assert_eq!(value.as_deref().map_err(|error| &*error.message), expected, "{source:?}");
    };
    check("x = 'ü'".as_bytes(), Ok("ü"));
    check(b"\xef\xbb\xbfx = 'a'", Ok("a"));
    check(b"# coding: latin-1\nx = '\xe9\x80'", Ok("é\u{80}"));
    check(b"#!/bin/x\n# vim: set fileencoding=cp1252 :\nx = '\x80'", Ok("€"));
    check(b"# -*- coding: koi8-r -*-\nx = '\xc1'", Ok("а"));
    check(b"# coding: shift_jis\nx = '\x82\xa0'", Ok("あ"));
    check(b"x = 1\n# coding: latin-1\nx = '\xc3\xa9'", Ok("é"));
    check(b"# coding: nonsense\n", Err("unknown encoding: nonsense"));
    check(b"\xef\xbb\xbf# coding: latin-1\n", Err("encoding problem: iso-8859-1 with BOM"));
    check(
        b"x = '\xff'",
        Err(
            "Non-UTF-8 code starting with '\\xff' in file <test> on line 1, but no encoding declared; see \
             https://peps.python.org/pep-0263/ for details",
        ),
    );
    check(b"x = '\0'", Err("source code string cannot contain null bytes"));
    check(b"x = '''a\r\nb\rc'''", Ok("a\nb\nc"));
    check(b"x = 'a\\\r\nb'", Ok("ab"));
}

#[test]
fn literals_keep_lone_surrogates() {
    let check = |source: &str, expected: &[u8]| {
        let code = code_of(&format!("x = {source}"));
        let found = code
            .constants
            .iter()
            .any(|c| matches!(c, Constant::Str(bytes) if **bytes == *expected));
        assert!(found, "{source}: {:?}", code.constants);
    };
    check(r"'\ud800'", b"\xed\xa0\x80");
    check(r"'a\udfffb\u00e9'", b"a\xed\xbf\xbfb\xc3\xa9");
    check(r"'\N{BULLET}\ud83d\x41\101\q' 'z'", b"\xe2\x80\xa2\xed\xa0\xbdAA\\qz");
    check("'\\ud800\\\n\\ufffd'", b"\xed\xa0\x80\xef\xbf\xbd");
    check(r"f'{{\udc00}}{x}'", b"{\xed\xb0\x80}");
    check(r"r'\ud800'", br"\ud800");
}

#[test]
fn warnings_are_cpythons() {
    let check = |source: &str, expected: &[&str]| {
        let compiled = compile_str(source, "<test>", Mode::Exec, &Options::default()).unwrap();
        let messages: Vec<&str> = compiled.warnings.iter().map(|w| &*w.message).collect();
        assert_eq!(messages, expected, "{source}");
    };
    check("x is 1", &["\"is\" with 'int' literal. Did you mean \"==\"?"]);
    check("x is None, x is True, x is ...", &[]);
    check("assert (x, 'y')", &["assertion is always true, perhaps remove parentheses?"]);
    check("'a'(1)", &["'str' object is not callable; perhaps you missed a comma?"]);
    check(
        "[1][2, 3]",
        &["list indices must be integers or slices, not tuple; perhaps you missed a comma?"],
    );
    check("1[2]", &["'int' object is not subscriptable; perhaps you missed a comma?"]);
    check("1if x else 2", &["invalid decimal literal"]);
    check("def f():\n try: pass\n finally: return 1", &["'return' in a 'finally' block"]);
    check("for x in y:\n try: pass\n finally: break", &["'break' in a 'finally' block"]);
    check("try: pass\nfinally:\n for x in y: break", &[]);
    check("try: pass\nfinally:\n def f(): return 1", &[]);
}

#[test]
fn variables_get_their_registers() {
    let check = |source: &str, name: &str, expected: &str| {
        let module = code_of(source);
        let code = inner(&module, name);
        let variables: Vec<String> = code
            .variables
            .iter()
            .map(|variable| match variable.kind {
                VariableKind::Local => variable.name.to_string(),
                kind => format!("{}:{kind:?}", variable.name),
            })
            .collect();
        assert_eq!(variables.join(" "), expected, "{source}");
    };
    check("def f(a, /, b, *c, d, **e): g = 1", "f", "a b d c e g");
    check("def f(a):\n b = 1\n return lambda: (a, b)", "f", "a:Cell b:Cell");
    check("def f(a):\n b = 1\n return lambda: (a, b)", "<lambda>", "a:Free b:Free");
    check("def f(): return [x for x in y]", "f", "x:Hidden");
    check("def f(): return [lambda: x for x in y]", "f", "x:HiddenCell");
    check("def f(x): return [[x for x in x] for x in x]", "f", "x x:Hidden x:Hidden");
    check("def f(z): return [z for x in y]", "f", "z x:Hidden");
    check("class A:\n def f(self): return super().f()", "A", ".namespace:Hidden __class__:Cell");
    check("class A:\n def __f(self, __x): self.__y = __x", "__f", "self _A__x");
    check("def f():\n global x\n x = 1\n def g(): return x", "g", "");
    check(
        "def f(x):\n class A:\n  x = x\n  def g(self): return x",
        "A",
        ".namespace:Hidden x:Free",
    );
}

#[test]
fn long_jumps_reach() {
    let body = "  x = x + y * x\n".repeat(20_000);
    let source = format!(
        "def f(x, y):\n while x < y:\n  if x == y: break\n  for z in x: g(z)\n{body} return x\n"
    );
    let code = code_of(&source);
    let function = inner(&code, "f");
    let farthest = instructions(function)
        .filter_map(|line| line.target.map(|target| target.abs_diff(line.offset)))
        .max();
    assert!(farthest > Some(40_000), "{farthest:?}");
}

#[test]
fn marshalled_code_comes_back() {
    let source = "def f(a, *b, c=1.5, **d):\n '''doc'''\n try: return [a + x for x in b] or -1j\n except E as e: \
                  raise\nclass A: x: int = 10**30, 'ü', b'z', (1, None, ...), y in {1}\n";
    let code = code_of(source);
    let bytes = marshal::dump(&code);
    assert_eq!(marshal::load(&bytes).as_ref(), Ok(&code));
    // Damage gives an error or other code, never a panic.
    for i in 0..bytes.len() {
        let _ = marshal::load(&bytes[..i]);
        let mut damaged = bytes.clone();
        damaged[i] ^= 0x55;
        let _ = marshal::load(&damaged);
    }
}

#[test]
fn modes_and_options() {
    let check = |source: &str, mode: Mode, good: bool| {
        let result = compile_str(source, "<test>", mode, &Options::default());
        assert_eq!(result.is_ok(), good, "{source:?} {result:?}");
        if let Ok(compiled) = result {
            validate(&compiled.code).unwrap();
        }
    };
    check("1 + x", Mode::Eval, true);
    check("x = 1", Mode::Eval, false);
    check("x = 1", Mode::Single, true);
    check("x = 1\ny = 2", Mode::Single, false);
    check("x = 1 # comment\n\n# another", Mode::Single, true);
    check("(int, *str, **Any) -> bool", Mode::FunctionType, true);
    check("() -> None", Mode::FunctionType, true);
    check("(int -> bool", Mode::FunctionType, false);
    let optimized = Options { optimize: 2, ..Options::default() };
    let code = compile_str("'doc'\nassert x\nif __debug__: y", "<test>", Mode::Exec, &optimized)
        .unwrap()
        .code;
    // A `Nop` for the line of `if`, which tracing meets, and the two of the end.
    assert!(instructions(&code).count() <= 3, "{code:?}");
    let awaiting = Options { top_level_await: true, ..Options::default() };
    assert!(compile_str("await x", "<test>", Mode::Exec, &awaiting).is_ok());
    let function =
        parse_tree_str("(int, *str) -> bool", "<test>", Mode::FunctionType, &Options::default());
    let Ok(Module::FunctionType { argtypes, .. }) = function.map(|tree| tree.module) else {
        panic!()
    };
    assert_eq!(argtypes.len(), 2);
}

#[test]
fn trees_compile_like_their_source() {
    let source = "def f(x):\n    return [y for y in x if y > 1]\n";
    let tree = parse_tree_str(source, "<test>", Mode::Exec, &Options::default()).unwrap();
    let compiled = compile_tree(tree, "<test>", &Options::default()).unwrap();
    assert_eq!(compiled.code, code_of(source));
}
