//! Listings of small sources, as golden files: what the emitter makes of each construct can be
//! read there. `INSTA_UPDATE=always cargo test` writes them anew.

use orochi_compiler::{Mode, Options, compile_str, disassemble::disassemble, validate::validate};

fn check(name: &str, source: &str) {
    let compiled = compile_str(source, "<test>", Mode::Exec, &Options::default()).unwrap();
    validate(&compiled.code).unwrap();
    let listing = disassemble(&compiled.code);
    insta::with_settings!({ description => source, omit_expression => true }, {
        insta::assert_snapshot!(name, listing);
    });
}

#[test]
fn listings() {
    for (name, source) in [
        (
            "fibonacci",
            "def fib(n):\n    if n < 2:\n        return n\n    return fib(n - 1) + fib(n - 2)\n",
        ),
        (
            "loop",
            "def f(xs):\n    n = 0\n    for x in xs:\n        if x is None:\n            continue\n        if x > 10:\n            break\n        n += x\n    else:\n        n = -1\n    while n:\n        n -= 1\n    return n\n",
        ),
        ("rebinding", "def f(x):\n    return x + (x := 2) + g(x, x := 3)\n"),
        ("swap", "def f(a, b):\n    a, b = b, a + b\n    return a, b\n"),
        (
            "calls",
            "def f(o, *a, **k):\n    o.m(1, x=2)\n    g(*a)\n    g(1, *a, y=3, **k)\n    return o.a.b(g(1)(2))\n",
        ),
        (
            "in_place",
            "n += 1\nclass A:\n    def m(self, i):\n        self.n += 1\n        self.x[i] *= 2\n        self.x[0] -= self.n\n",
        ),
        (
            "closure",
            "def f(a):\n    b = 1\n    def g():\n        nonlocal b\n        b += a\n        return lambda: b\n    del b\n    return g\n",
        ),
        (
            "class",
            "class A(B, metaclass=M):\n    'doc'\n    x = 1\n    def f(self):\n        self.y = super().f()\n        return __class__\n",
        ),
        (
            "comprehension",
            "def f(xs):\n    a = [x * 2 for x in xs if x]\n    b = {k: [v for v in k] for k in xs}\n    c = (lambda: x for x in xs)\n    return a, b, c, [lambda: y for y in xs]\n",
        ),
        (
            "try",
            "def f(x):\n    try:\n        return x()\n    except (A, B) as e:\n        print(e)\n    except C:\n        raise D from None\n    else:\n        x += 1\n    finally:\n        done()\n    return x\n",
        ),
        (
            "except_star",
            "def f():\n    try:\n        g()\n    except* A as e:\n        h(e)\n    except* B:\n        pass\n",
        ),
        (
            "with",
            "def f(a):\n    with a as b, open(b) as (c, d):\n        for x in c:\n            return x\n",
        ),
        ("generator", "def f(xs):\n    x = yield 1\n    yield from xs\n    return x\n"),
        (
            "async",
            "async def f(a):\n    async with a as b:\n        async for c in b:\n            await c\n    return [d async for d in a]\n",
        ),
        (
            "match",
            "def f(x):\n    match x:\n        case 0 | 'a':\n            return 1\n        case [a, *_, b] if a < b:\n            return a\n        case {'k': v, **rest}:\n            return v, rest\n        case Point(x=0, y=y) as p:\n            return y, p\n        case None:\n            return 2\n",
        ),
        ("strings", "def f(a, b):\n    return f'{a!r:>{b}} and {b}', f'{a=}', t'x {a!s:{b}} y'\n"),
        (
            "annotations",
            "x: int = 1\nclass A:\n    y: B\n    if x:\n        z: C\ndef f(a: int, *b: str) -> None: pass\n",
        ),
        (
            "type_parameters",
            "type X[T: int = bool] = list[T]\ndef f[T](x: T, y=1) -> T: return x\nclass A[*Ts]: pass\n",
        ),
        (
            "conditions",
            "def f(a, b, c):\n    if not a and (b or c):\n        return 1\n    if a < b <= c != 3:\n        return 2\n    if a in b or c is not None:\n        return 3\n    return a or b and c, 1 if a == 0 else 2\n",
        ),
        (
            "constants",
            "x = -1, 2 ** 10, 'a' 'b' * 2, (1, (2, 3))[1]\ny = z in [1, 2] or z in {3, 4}\nif __debug__:\n    w = 10 ** 20\nif 0:\n    never()\nwhile True:\n    break\n",
        ),
        (
            "imports",
            "import a, b.c, d.e as f\nfrom . import g\nfrom .h import i as j, k\nfrom l import *\n",
        ),
        (
            "unbound",
            "def f(a):\n    if a:\n        b = 1\n    print(b)\n    for c in a:\n        pass\n    print(b, c)\n    del b\n    print(b)\n",
        ),
    ] {
        check(name, source);
    }
}
