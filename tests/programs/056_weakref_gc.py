import gc, weakref
class Node:
    def __init__(self, name):
        self.name = name
    def __repr__(self):
        return f"Node({self.name})"
log = []
class Finalised(Node):
    def __del__(self):
        log.append(self.name)
def collect():
    for _ in range(3):
        gc.collect()
n = Node("a")
r = weakref.ref(n, lambda ref: log.append("callback"))
print(r(), r() is n, r == weakref.ref(n), weakref.getweakrefcount(n) >= 1)
del n
collect()
print(r(), log)
log.clear()
def cycle():
    a, b = Finalised("x"), Finalised("y")
    a.other, b.other = b, a
cycle()
collect()
print(sorted(log))
log.clear()
def resurrect():
    class Phoenix:
        def __del__(self):
            saved.append(self)
    p = Phoenix()
    del p
saved = []
resurrect()
collect()
print(len(saved), type(saved[0]).__name__)
d = weakref.WeakValueDictionary()
keep = Node("kept")
d["k"] = keep
d["gone"] = Node("temporary")
collect()
print(sorted(d.keys()), d["k"])
k = weakref.WeakKeyDictionary()
k[keep] = 1
print(len(k), k[keep])
s = weakref.WeakSet([keep])
print(keep in s, len(s))
del keep
collect()
print(len(d), len(k), len(s))
n = Node("proxied")
p = weakref.proxy(n)
print(p.name, repr(type(p).__name__))
del n
collect()
try:
    p.name
except ReferenceError as error:
    print(error)
def finalizer():
    n = Node("f")
    f = weakref.finalize(n, log.append, "finalize ran")
    print(f.alive)
    return f
f = finalizer()
collect()
print(f.alive, log)
log.clear()
class M:
    def m(self): return "method"
m = M()
w = weakref.WeakMethod(m.m)
print(w()())
for bad in (5, "s", (), None):
    try:
        weakref.ref(bad)
    except TypeError as error:
        print(error)
class Slotted:
    __slots__ = ("__weakref__",)
x = Slotted()
print(weakref.ref(x)() is x)
print(gc.isenabled(), gc.disable(), gc.isenabled(), gc.enable())
def raising():
    class Bad:
        def __del__(self):
            raise ValueError("ignored")
    Bad()
import sys
seen = []
sys.unraisablehook = lambda u: seen.append((type(u.exc_value).__name__, str(u.exc_value)))
raising()
collect()
print(seen)
big = [Node(i) for i in range(100000)]
refs = [weakref.ref(b) for b in big[::1000]]
del big
collect()
print(sum(r() is None for r in refs) >= 99)
def generator_cleanup():
    def g():
        try:
            yield
        finally:
            log.append("generator finalised")
    it = g()
    next(it)
generator_cleanup()
collect()
print(log)
