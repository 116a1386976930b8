class Manager:
    def __init__(self, name, swallow=False, fail=None):
        self.name, self.swallow, self.fail = name, swallow, fail
    def __enter__(self):
        print("enter", self.name)
        if self.fail == "enter":
            raise RuntimeError("enter failed")
        return self.name
    def __exit__(self, kind, value, tb):
        print("exit", self.name, kind and kind.__name__, value, tb is not None)
        if self.fail == "exit":
            raise RuntimeError("exit failed")
        return self.swallow
with Manager("a") as x:
    print(x)
with Manager("a") as x, Manager("b") as y:
    print(x, y)
with (Manager("p") as x, Manager("q")):
    print("parenthesised")
with Manager("swallows", swallow=True):
    raise ValueError("gone")
try:
    with Manager("passes"):
        raise ValueError("seen")
except ValueError as error:
    print("caught", error)
try:
    with Manager("outer"), Manager("inner", fail="enter"):
        print("never")
except RuntimeError as error:
    print(error)
try:
    with Manager("bad exit", fail="exit"):
        raise ValueError("original")
except RuntimeError as error:
    print(error, repr(error.__context__))
class Target:
    pass
t = Target()
with Manager("attribute") as t.x:
    print(t.x)
items = [0]
with Manager("item") as items[0]:
    print(items)
class Pair(Manager):
    def __enter__(self):
        return 1, [2, 3]
with Pair("unpack") as (a, [b, c]):
    print(a, b, c)
def returns():
    with Manager("return"):
        return "value"
print(returns())
for i in range(3):
    with Manager(i):
        if i == 0:
            continue
        break
for code in ("with 5: pass", "with object() as x: pass", "class C:\n  def __enter__(self): pass\nwith C(): pass"):
    try:
        exec(code)
    except TypeError as error:
        print(str(error).split(" (")[0])
class OnInstance:
    pass
o = OnInstance()
o.__enter__ = lambda: None
o.__exit__ = lambda *a: None
try:
    with o:
        pass
except TypeError:
    print("looked up on the type")
import contextlib
@contextlib.contextmanager
def managed(n):
    print("before", n)
    try:
        yield n * 2
    except ValueError as error:
        print("handled", error)
    finally:
        print("after", n)
with managed(4) as value:
    print(value)
with managed(1):
    raise ValueError("v")
with contextlib.suppress(KeyError):
    {}["x"]
with contextlib.ExitStack() as stack:
    for i in range(3):
        stack.enter_context(managed(i))
    stack.callback(print, "callback")
with contextlib.closing(type("C", (), {"close": lambda self: print("closed")})()):
    pass
import io
out = io.StringIO()
with contextlib.redirect_stdout(out):
    print("captured")
print(repr(out.getvalue()))
with contextlib.nullcontext(5) as n:
    print(n)
def generator():
    with Manager("in generator"):
        yield 1
        yield 2
g = generator()
print(next(g))
g.close()
@managed("decorator")
def decorated():
    print("body")
decorated()
