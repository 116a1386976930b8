import sys
def down(n):
    return 0 if n == 0 else 1 + down(n - 1)
def catch(f, *args):
    try:
        f(*args)
        return "finished"
    except RecursionError:
        return "RecursionError"
print(catch(down, 10 ** 6), down(500))
class Getattr:
    def __getattr__(self, name):
        return getattr(self, name + "x")
class Repr:
    def __repr__(self):
        return repr(self)
class Eq:
    def __eq__(self, other):
        return self == other
class Add:
    def __add__(self, other):
        return self + other
class Index:
    def __getitem__(self, i):
        return self[i]
class Call:
    pass
Call.__call__ = lambda self: self()
class Iter:
    def __iter__(self):
        return iter(self)
class Hash:
    def __hash__(self):
        return hash(self)
class Len:
    def __len__(self):
        return len(self)
class Bool:
    def __bool__(self):
        return bool(self)
class New:
    def __new__(cls):
        return cls()
class Prop:
    @property
    def p(self):
        return self.p
class Contains:
    def __contains__(self, x):
        return x in self
class Format:
    def __format__(self, spec):
        return format(self, spec)
for name, f in [("getattr", lambda: Getattr().a), ("repr", lambda: repr(Repr())), ("eq", lambda: Eq() == 1), ("add", lambda: Add() + 1), ("getitem", lambda: Index()[0]), ("call", lambda: Call()()), ("iter", lambda: iter(Iter())), ("hash", lambda: hash(Hash())), ("len", lambda: len(Len())), ("bool", lambda: bool(Bool())), ("new", New), ("property", lambda: Prop().p), ("contains", lambda: 1 in Contains()), ("format", lambda: f"{Format()}")]:
    print(name, catch(f))
def generators(n):
    yield from generators(n + 1)
print("yield from", catch(lambda: next(generators(0))))
def via_map(n):
    return list(map(via_map, [n + 1]))
def via_sorted(n):
    return sorted([1, 2], key=lambda x: via_sorted(n))
def via_max(n):
    return max([1, 2], key=via_max)
def via_exec(n):
    exec("via_exec(n + 1)", {"via_exec": via_exec, "n": n})
def via_import_like(n):
    return eval("via_import_like(n)", globals(), {"n": n})
print(catch(via_map, 0), catch(via_sorted, 0), catch(via_max, 0), catch(via_exec, 0), catch(via_import_like, 0))
def finally_recursion(n):
    try:
        finally_recursion(n + 1)
    finally:
        n += 1
print(catch(finally_recursion, 0))
nested = []
for _ in range(100000):
    nested = [nested]
print(catch(repr, nested), catch(lambda: nested == nested.copy()))
deep_tuple = ()
for _ in range(100000):
    deep_tuple = (deep_tuple,)
other_tuple = ()
for _ in range(100000):
    other_tuple = (other_tuple,)
print(catch(lambda: deep_tuple == other_tuple), catch(lambda: repr(deep_tuple)))
deep_dict = {}
for _ in range(100000):
    deep_dict = {1: deep_dict}
print(catch(repr, deep_dict), catch(str, {1: [deep_dict]}))
import json, copy
print(catch(json.dumps, nested), catch(json.loads, "[" * 100000 + "]" * 100000), catch(copy.deepcopy, nested))
def parse(text):
    try:
        compile(text, "<deep>", "eval")
        return "compiled"
    except (RecursionError, MemoryError, SyntaxError):
        return "refused"
print(parse("(" * 100000 + ")" * 100000), parse("-" * 100000 + "1") in ("refused", "compiled"), parse("[" * 50 + "]" * 50))
del nested, deep_tuple, other_tuple, deep_dict
sys.setrecursionlimit(100000)
def counted(n):
    return n if n == 0 else counted(n - 1)
print(counted(90000))
def mutual_a(n):
    return n if n == 0 else mutual_b(n - 1)
def mutual_b(n):
    return n if n == 0 else mutual_a(n - 1)
print(mutual_a(50000))
e = ValueError(0)
for i in range(20000):
    new = ValueError(i)
    new.__context__ = e
    e = new
print(repr(e), catch(lambda: e.__context__))
