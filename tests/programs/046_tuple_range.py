t = (1, 2, 3, 2)
print(t, t[0], t[-1], t[1:3], t + (4,), t * 2, len(t), t.count(2), t.index(3), t.index(2, 2), 2 in t, (), (1,), tuple("ab"), tuple([1]), tuple(), t == (1, 2, 3, 2), t < (1, 3), hash(t) == hash((1, 2, 3, 2)), t is tuple(t), max(t), sorted(t), list(reversed(t)))
for code in ("t[0] = 1", "del t[0]", "t.append(1)", "t[9]", "t.index(9)", "t + [1]", "hash(([],))", "tuple(5)", "t['a']", "t < 5"):
    try:
        exec(code)
    except Exception as error:
        print(code, "|", type(error).__name__, "|", str(error))
a = ([],)
try:
    a[0] += [1]
except TypeError as error:
    print(error, a)
print(((1, 2), (3,)), (1, (2, (3, (4,)))), ("a",) + ("b",), (None, True), {(1, 2): "x"}[1, 2])
for r in (range(5), range(2, 8), range(0, 10, 3), range(10, 0, -2), range(0), range(5, 0), range(0, -5, -1), range(10 ** 20, 10 ** 20 + 3)):
    print(r, list(r), len(r), r.start, r.stop, r.step, list(reversed(r)), bool(r), r[1:], r[::-1], 4 in r, r.count(4))
print(range(3) == range(0, 3, 1), range(0, 3, 2) == range(0, 4, 2), range(0) == range(2, 1), hash(range(3)) == hash(range(0, 3)), range(10)[3], range(10)[-1], range(10)[2:5], range(10).index(4), 3.0 in range(5), 3.5 in range(5), "a" in range(5), max(range(5)), sum(range(101)))
for code in ("range(1.5)", "range()", "range(1, 2, 0)", "range('a')", "range(3)[5]", "range(3) + range(2)", "range(3) < range(4)", "range(10 ** 30)[10 ** 29]", "len(range(10 ** 30))", "range(1, 2, 3, 4)"):
    try:
        print(code, "->", eval(code))
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error)
import collections
P = collections.namedtuple("P", "x y z", defaults=[0])
p = P(1, 2)
print(p, p.x, p[1], p._replace(x=9), p._asdict(), P._fields, P._make([1, 2, 3]), p == (1, 2, 0), P(y=1, x=2))
x, y, z = p
print(x, y, z, *p)
import typing
class N(typing.NamedTuple):
    a: int
    b: str = "d"
print(N(1), N(1, "x").b, N._field_defaults)
