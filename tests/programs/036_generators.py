def count(n):
    for i in range(n):
        yield i
print(list(count(3)), sum(count(5)), [*count(2)])
g = count(2)
print(next(g), next(g), next(g, "done"), next(g, "still done"))
def echo():
    received = None
    while True:
        received = yield received
        if received == "stop":
            return "returned"
e = echo()
print(next(e), e.send(1), e.send("two"))
try:
    e.send("stop")
except StopIteration as stop:
    print("value", stop.value)
def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
import itertools
print(list(itertools.islice(fib(), 12)))
def catches():
    while True:
        try:
            yield "ready"
        except ValueError as error:
            print("inside", error)
            yield "recovered"
c = catches()
print(next(c), c.throw(ValueError("v")), next(c))
try:
    c.throw(KeyError("k"))
except KeyError as error:
    print("escaped", error)
print(next(c, "finished"))
def closes():
    try:
        yield 1
    except GeneratorExit:
        print("exit")
        raise
    finally:
        print("finally")
k = closes()
next(k)
print(k.close(), k.close())
def ignores():
    try:
        yield 1
    except GeneratorExit:
        yield 2
i = ignores()
next(i)
try:
    i.close()
except RuntimeError as error:
    print(error)
def inner():
    x = yield 1
    print("inner got", x)
    try:
        yield 2
    except ValueError as error:
        print("inner caught", error)
        yield "handled"
    return "inner result"
def outer():
    result = yield from inner()
    print("result", result)
    yield from [10, 20]
    yield from "xy"
    return "outer result"
o = outer()
print(next(o), o.send("sent"), o.throw(ValueError("thrown")), list(o))
def delegate_close():
    yield from closes()
d = delegate_close()
next(d)
d.close()
def tree(n):
    if n:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 1)
print(list(tree(3)))
fresh = echo()
for code in ("fresh.send(1)", "echo().throw(ValueError('unstarted'))", "next(5)"):
    try:
        eval(code)
    except Exception as error:
        print(type(error).__name__, error)
def reenter():
    yield next(r)
r = reenter()
try:
    next(r)
except ValueError as error:
    print(error)
g = (x * 2 for x in range(3))
print(next(g), g.gi_frame is not None, g.gi_running, type(g).__name__, list(g), g.gi_frame)
def named():
    yield
print(named().__name__, named().gi_code.co_name, named.__code__.co_flags & 32 != 0)
def lambda_yield():
    f = lambda: (yield 5)
    return list(f())
print(lambda_yield())
def yields_in_expressions():
    x = [(yield 1), (yield 2)]
    print(x)
    print((yield 3) + (yield 4))
y = yields_in_expressions()
print(next(y), y.send("a"), y.send("b"), y.send(10), next(y, "end") if False else None)
try:
    y.send(20)
except StopIteration:
    print("end")
def pipeline(source, *stages):
    for stage in stages:
        source = stage(source)
    return source
def evens(it):
    for v in it:
        if v % 2 == 0:
            yield v
def squares(it):
    for v in it:
        yield v * v
print(list(pipeline(range(10), evens, squares)))
def finalised():
    try:
        yield 1
    finally:
        print("cleanup")
f = finalised()
next(f)
f.close()
class Iterates:
    def __iter__(self):
        yield 1
        yield from (2, 3)
print(list(Iterates()), max(Iterates()))
def returns_early():
    return 5
    yield
print(list(returns_early()))
def stop_in_next():
    yield next(iter([]))
try:
    list(stop_in_next())
except RuntimeError as error:
    print(error)
def many():
    gens = [count(3) for _ in range(100)]
    return sum(next(g) + next(g) + next(g) for g in gens)
print(many())
def deep(n):
    if n == 0:
        yield "bottom"
    else:
        yield from deep(n - 1)
print(list(deep(100)))
