class Point:
    """A point."""
    count = 0

    def __init__(self, x, y=0):
        self.x = x
        self.y = y
        Point.count += 1

    def norm(self):
        return self.x ** 2 + self.y ** 2

    def __repr__(self):
        return f"Point({self.x}, {self.y})"

    def __eq__(self, other):
        return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)

    def __hash__(self):
        return hash((self.x, self.y))

    @classmethod
    def origin(cls):
        return cls(0)

    @staticmethod
    def describe(a, b=2):
        return a, b

p = Point(3, 4)
print(p, p.x, p.norm(), Point.norm(p), Point.count, p.count)
print(p == Point(3, 4), p != Point(3, 5), p == "other", len({p, Point(3, 4)}))
print(Point.origin(), p.origin(), Point.describe(1), p.describe(1, b=3), Point.count)
print(Point.__name__, Point.__doc__, Point.__module__, Point.__qualname__, type(p) is Point, p.__class__.__name__)
p.z = "new"
del p.x
print(p.__dict__, hasattr(p, "x"), getattr(p, "x", "default"), vars(p) is p.__dict__)
p.count = 100
print(p.count, Point.count)
setattr(p, "dynamic name", 5)
print(getattr(p, "dynamic name"), sorted(vars(p)))
for code in ("p.nothing", "Point.nothing", "del p.nothing", "Point()", "Point(1, 2, 3)", "p.norm(1)", "p()", "Point.norm()", "None.x", "(1).x", "(1).x = 2", "object().x = 1"):
    try:
        exec(code)
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error)
bound = Point(1, 2).norm
print(bound(), bound.__self__, bound.__func__ is Point.norm, bound == bound.__self__.norm)
class Empty: pass
print(str(Empty)[:24], isinstance(Empty(), object), Empty() == Empty(), Empty.__mro__ == (Empty, object), Empty.__bases__)
class Counter:
    total = 0
    def __init__(self):
        self.n = 0
    def bump(self):
        self.n += 1
        type(self).total += 1
        self.total += 10
        return self
c = Counter().bump().bump()
print(c.n, Counter.total, c.total)
def method(self, k):
    return self.n * k
Counter.times = method
print(c.times(5))
c.own = lambda k: k
print(c.own(7))
Local = type("Local", (Point,), {"extra": 1, "norm": lambda self: "replaced"})
print(Local(1).norm(), Local.extra, Local.__name__, issubclass(Local, Point))
class A:
    def __str__(self):
        return "str"
print(str(A()), f"{A()}", "%s" % A(), repr(A()).startswith("<__main__.A object at 0x"))
class B:
    def __repr__(self):
        return "repr"
print(str(B()), [B()], {"k": B()}, f"{B()!s:>6}|")
class Outer:
    class Inner:
        def f(self):
            return "inner"
    def make(self):
        return self.Inner()
print(Outer().make().f(), Outer.Inner.__qualname__)
def f():
    class Local:
        def g(self): pass
    return Local
print(f().__qualname__, f().g.__qualname__)
p.__class__ = Empty
print(type(p).__name__, p.z)
