name, n, pi = "World", 42, 3.14159265
print(f"Hello {name}!", f"{n:5d}|{n:<5}|{n:^5}|{n:05}|{n:+}|{n:x}|{n:#b}|{n:,}", f"{pi:.2f} {pi:8.3f} {pi:e} {pi:g} {pi:%}")
print(f"{name!r} {name!s} {name!a} {'é'!a} {name:>10} {name!r:>10} {name:.2}", f"{n=} {n = } {n=:5d} {name=!s} {n + 1=}")
w, p = 10, 3
print(f"{pi:{w}.{p}f}|{name:{'*'}^{w + 2}}|{pi:{w}}", f"{{literal}} {{{n}}} {'{'}{n}{'}'}", f"{'nested ' + f'{n} {f'{pi:.1f}'}'}")
print(f"{n if n > 1 else 0} {[x for x in range(3)]} { {'k': 1}['k'] } {(lambda x: x * 2)(n)} {name.upper()} {name[0]} {n:{n and 5}}")
print(f"multi {
    n
} line", f'{name + "quotes"}', f"{'a' 'b'}", f"{n}" "plain" f"{pi:.0f}", rf"\n{n}\t", f"\t|{n}\x41", f"{n!r:^{w}}", f"{'\n'.join('ab')}")
print(f"{n:>{w}}", f"{3.0}", f"{1e100}", f"{None} {True} {[1, 'a']} {()}", f"{'':5}|", f"{'x':\u2500<5}", f"{b'raw'}", f"{1 == 1} {n!r} {n != 5}", f"{'a' if n else 'b'}")
class F:
    def __format__(self, spec): return f"spec({spec})"
    def __repr__(self): return "repr"
    def __str__(self): return "str"
f = F()
print(f"{f} {f!r} {f!s} {f:abc} {f:{n}} {f!r:>6} {f=} {f=!s} {f=:x}")
import datetime, decimal, fractions
print(f"{datetime.date(2024, 1, 5):%Y-%m-%d %A}", f"{decimal.Decimal('1.10'):.3f}", f"{fractions.Fraction(1, 3)}")
for code in ("f'{5:s}'", "f'{\"a\":d}'", "f'{[]:5}'", "f'{None:5}'", "f'{undefined}'", "f'{1:{2}x}'", "f'{object():x}'", "f'{5:.2}'", "f'{\"a\":=5}'", "f'{1.5:d}'", "format(5, 5)", "f'{True:d}'", "f'{5:1.2.3}'"):
    try:
        print(code, "->", eval(code))
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error)
for code in ("f'{'", "f'}'", "f'{}'", "f'{a b}'", "f'{a!x}'", "f'{*a}'", "f'{a:{b:{c}}}'"):
    try:
        compile(code, "<f>", "eval")
        print(code, "ok")
    except SyntaxError as error:
        print(code, "SyntaxError")
print("{:>8}|{:<8}|{:^8}|{:=+8}".format("a", "b", "c", 5), "{0[a]} {0[b][1]} {1.real}".format({"a": 1, "b": [2, 3]}, 5), "{!r} {!s}".format("x", "y"), "{:{}.{}}".format(pi, 8, 3))
import string
print(string.Template("$a ${b} $$").substitute(a=1, b=2), string.Formatter().format("{0} {k}", 1, k=2), "%s" % f, "{}".format(f), format(f, "z"))
for value in (0, 1, -1, 10 ** 15, -10 ** 20):
    print(f"{value:>25,}|{value:_}|{value:<+12}|{value:#x}|{value:e}|{value:.3g}")
