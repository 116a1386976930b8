# Class and line of syntax errors; the messages of those that have been stable.
cases = [
    "x = (", "def f(:\n pass", "if True\n pass", "return 5", "yield 1", "break", "continue", "x = 5 +", "1 = x", "f() = 1", "None = 1", "True = 2",
    "def f(a, a): pass", "def f(a=1, b): pass", "f(a=1, 2)", "f(a=1, a=2)", "f(**k, *a)", "lambda a, a: 1", "class C:\npass", "  x = 1", "if 1:\n  a\n b",
    "for x in: pass", "while: pass", "import", "from x import", "from . import *  \ndef f():\n from y import *", "global x\ndef f():\n x = 1\n global x", "def f():\n nonlocal zz",
    "nonlocal x", "def f(x):\n global x", "del f()", "del 5", "x += y += 1", "a, b += 1", "(a, b) += 1", "[x for x in y for]", "{1: 2, 3}", "{**a, b}", "*a", "*a = 1", "a, *b, *c = x",
    "try:\n pass", "try: pass\nexcept: pass\nexcept ValueError: pass", "try: pass\nexcept* ValueError: pass\nexcept KeyError: pass", "with x as 5: pass", "x = 'unterminated", "x = '''never", "x = f'{'",
    "async def f():\n yield from x", "def f():\n await x", "async with x: pass", "def f():\n async for x in y: pass", "print 5", "exec 'x'", "a b", "5a", "0777", "1__0", "0xg", "@\ndef f(): pass",
    "match x:\n case a: pass\n case b: pass", "match x:\n case a | b: pass", "match x:\n case [*a, *b]: pass", "match x:\n case {**a, 'k': 1}: pass", "match x:\n case C(a=1, a=2): pass", "(x := 1) = 2", "x := 1", "def f(*): pass", "def f(*, **k): pass", "def f(a, /, b, /): pass", "f(x for x in y, 1)",
    "assert", "raise x from", "else: pass", "x = yield = 1", "[i := 0 for i in x]", "class C:\n return 1", "__debug__ = 1", "def f():\n x: int = yield\n", "\\x", "x = $", "x = 1 if 2", "not", "a.1", "x[", ")", "(]", "'a' 'b' = 1", "f'{a!}'", "x = b'é'", "import a.b as c.d", "from __future__ import nope", "x = 1\nfrom __future__ import division", "a = 1; ; b = 2", "\tx = 1\n        y = 2", "if 1:\n\tx\n        y", "def f():\n  '''doc\n", "type X = yield", "def f[T, T](): pass", "u8'x'",
]
for case in cases:
    try:
        compile(case, "<case>", "exec")
        print(repr(case), "ok")
    except SyntaxError as error:
        print(repr(case), "|", type(error).__name__, error.lineno)
messages = ["1 = x", "f() = 1", "None = 1", "return 5", "break", "continue", "def f(a, a): pass", "nonlocal x", "def f():\n nonlocal zz", "def f(x):\n global x", "f(a=1, a=2)", "yield 1", "x = (", ")", "(]", "x = 'unterminated", "  x = 1", "def f(a=1, b): pass", "f(a=1, 2)", "del f()", "class C:\npass", "from __future__ import nope", "*a = 1", "a, *b, *c = x", "print 5", "def f():\n await x", "if True\n pass"]
for case in messages:
    try:
        compile(case, "<case>", "exec")
    except SyntaxError as error:
        print(error.msg, error.lineno, error.filename)
fine = ["x = 1", "a = b = c", "if x: pass\nelif y: pass\nelse: pass", "x: int", "(x): int = 1", "x, = 1,", "print(*a, **k)", "def f(a, /, b, *, c): pass", "async def f():\n await x\n async for a in b: pass\n async with c as d: pass\n return [i async for i in g]", "match x:\n case 1: pass", "match = 1", "lambda *a, **k: 0", "x = *a, b", "with (a as b, c as d): pass", "@a.b[c](d)\ndef f(): pass", "type X[T] = list[T]", "x = (yield_ := 1)", "", "\n\n", "# comment", "x = 1;", "del (a, [b, c])", "for x, *y in z: pass", "try: pass\nexcept* A: pass", "f'{x!r:{w}}'", "def f(): return *a, b", "x[a:b, c]", "x[*a]", "global g", "pass;pass", "if 1:\n\n  # c\n  pass", "x = \\\n 1"]
for case in fine:
    compile(case, "<fine>", "exec")
print(len(fine), "compile")
