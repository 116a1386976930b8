class V:
    """A number that shows which method ran."""
    def __init__(self, n):
        self.n = n
    def __repr__(self):
        return f"V({self.n!r})"
names = "add sub mul truediv floordiv mod pow lshift rshift and or xor matmul divmod".split()
def forward(name):
    return lambda self, other: f"{name}({self.n}, {getattr(other, 'n', other)})"
for name in names:
    setattr(V, f"__{name}__", forward(name))
    setattr(V, f"__r{name}__", forward("r" + name))
a, b = V(1), V(2)
print(a + b, a - b, a * b, a / b, a // b, a % b, a ** b, a << b, a >> b, a & b, a | b, a ^ b, a @ b, divmod(a, b), sep="\n")
print(5 + a, 5 - a, 5 * a, 5 / a, 5 // a, 5 % a, 5 ** a, 5 << a, 5 >> a, 5 & a, 5 | a, 5 ^ a, 5 @ a, divmod(5, a), sep="\n")
a += 3
print(a)
class InPlace:
    def __init__(self):
        self.log = []
    def __iadd__(self, other):
        self.log.append(("iadd", other))
        return self
    def __imul__(self, other):
        self.log.append(("imul", other))
        return self
    def __imatmul__(self, other):
        self.log.append(("imatmul", other))
        return self
    def __ior__(self, other):
        self.log.append(("ior", other))
        return self
    def __ipow__(self, other):
        self.log.append(("ipow", other))
        return self
x = y = InPlace()
x += 1
x *= 2
x @= 3
x |= 4
x **= 5
print(x is y, x.log)
class Unary:
    def __neg__(self): return "neg"
    def __pos__(self): return "pos"
    def __invert__(self): return "invert"
    def __abs__(self): return "abs"
    def __round__(self, digits=None): return f"round {digits}"
    def __int__(self): return 42
    def __float__(self): return 4.5
    def __complex__(self): return 1j
    def __index__(self): return 7
    def __trunc__(self): return 1
    def __floor__(self): return "floor"
    def __ceil__(self): return "ceil"
    def __bool__(self): return False
import math
u = Unary()
print(-u, +u, ~u, abs(u), round(u), round(u, 2), int(u), float(u), complex(u), hex(u), [0] * 8 == [0] * u + [0], math.floor(u), math.ceil(u), bool(u), "abcdefgh"[u])
class Compare:
    def __init__(self, n): self.n = n
    def __lt__(self, other): return ("lt", self.n)
    def __le__(self, other): return ("le", self.n)
    def __gt__(self, other): return ("gt", self.n)
    def __ge__(self, other): return ("ge", self.n)
    def __eq__(self, other): return ("eq", self.n)
    def __ne__(self, other): return ("ne", self.n)
c, d = Compare(1), Compare(2)
print(c < d, c <= d, c > d, c >= d, c == d, c != d, 5 < c, 5 >= c, 5 == c)
class Sub(Compare):
    def __gt__(self, other): return ("sub gt", self.n)
    def __lt__(self, other): return ("sub lt", self.n)
print(c < Sub(9), Sub(9) < c)
class Left:
    def __add__(self, other): return NotImplemented
    def __eq__(self, other): return NotImplemented
    def __lt__(self, other): return NotImplemented
class Right:
    def __radd__(self, other): return "radd"
    def __gt__(self, other): return "reflected gt"
print(Left() + Right(), Left() == Left(), Left() < Right())
class Priority(Left):
    def __radd__(self, other): return "subclass first"
class LeftAdds:
    def __add__(self, other): return "left"
class SubAdds(LeftAdds):
    def __radd__(self, other): return "sub radd"
print(LeftAdds() + SubAdds(), SubAdds() + LeftAdds())
for code in ("Left() + Left()", "Left() + 1", "1 + Left()", "Left() < Left()", "Left() - 1", "-Left()", "Left() @ 1", "Left() ** 2", "[] + Left()", "Left()[0]", "len(Left())", "Left()()", "iter(Left())", "with_ = Left(); with_ += 1", "hash([])", "hash({})", "'' % Left() + 1"):
    try:
        exec(code)
        print(code, "ok")
    except TypeError as error:
        print(code, "|", error)
class Eq:
    def __eq__(self, other): return True
try:
    hash(Eq())
except TypeError as error:
    print(error)
print(Eq() in [1], [1].index(Eq()), [Eq()].count(3), Eq.__hash__)
class PowThree:
    def __pow__(self, other, mod=None): return ("pow", other, mod)
print(PowThree() ** 2, pow(PowThree(), 2, 3))
import operator
print(operator.add(1, 2), operator.itemgetter(1)("ab"), operator.attrgetter("n")(V(3)), operator.methodcaller("upper")("x"), operator.iadd([1], [2]), operator.index(True), operator.contains("abc", "b"))
