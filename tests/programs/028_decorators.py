import functools
def trace(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        result = function(*args, **kwargs)
        print(f"{function.__name__}{args} -> {result}")
        return result
    return wrapper
@trace
def add(a, b):
    "adds"
    return a + b
add(1, 2)
print(add.__name__, add.__doc__, add.__wrapped__(3, 4))
def repeat(n):
    print("factory", n)
    def decorator(function):
        print("decorate", function.__name__)
        return lambda *a: [function(*a) for _ in range(n)]
    return decorator
@repeat(2)
@repeat(3)
def one():
    return 1
print(one())
class Count:
    def __init__(self, function):
        self.function, self.calls = function, 0
    def __call__(self, *args):
        self.calls += 1
        return self.function(*args)
@Count
def double(x):
    return x * 2
print(double(2), double(4), double.calls)
class Methods:
    @trace
    def m(self=None):
        return "m"
    @staticmethod
    @trace
    def s(x):
        return x
    @classmethod
    def c(cls):
        return cls.__name__
    @property
    @functools.cache
    def p(self):
        return "cached"
    def __repr__(self):
        return "M()"
Methods().m()
Methods.s(5)
print(Methods.c(), Methods().p)
registry = {}
def register(name):
    def decorator(f):
        registry[name] = f
        return f
    return decorator
@register("x")
def fx(): return "fx"
print(registry["x"]())
@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(80), fib.cache_info().hits, fib.cache_info().misses)
@functools.singledispatch
def kind(x): return "object"
@kind.register
def _(x: int): return "int"
@kind.register(list)
def _(x): return "list"
print(kind(1), kind([]), kind("s"), kind(True))
decorators = [lambda f: lambda: f() + "!", lambda f: lambda: "<" + f() + ">"]
@decorators[0]
@decorators[1]
def word(): return "word"
print(word())
@(lambda cls: type(cls.__name__ + "X", (cls,), {}))
class Base: pass
print(Base.__name__)
partial = functools.partial(int, base=2)
print(partial("101"), partial.keywords, functools.partial(add, 1)(5))
@functools.total_ordering
class Order:
    def __init__(self, n): self.n = n
    def __eq__(self, o): return self.n == o.n
    def __lt__(self, o): return self.n < o.n
print(Order(1) <= Order(2), Order(1) >= Order(2), Order(3) > Order(2))
