def everything(a, b=2, /, c=3, *args, d, e=5, **kwargs):
    return a, b, c, args, d, e, kwargs

print(everything(1, d=4))
print(everything(1, 20, 30, 40, 50, d=4, e=55, f=6, g=7))
print(everything(*[1, 2], **{"c": 3, "d": 4}))
print(everything(0, *range(4), d=1, *[9], **{"x": 1}, **{"y": 2}))
print(everything(1, d=1, a="keyword of the same name as positional-only"))

def keyword_only(*, x, y=1):
    return x, y

print(keyword_only(x=5))

def star(*args, **kwargs):
    return args, kwargs

print(star(), star(1, *"ab", k=1, **{"l": 2}))

def defaults(a, b=[], c={}):
    return a, b, c

print(defaults(1), defaults.__defaults__, keyword_only.__kwdefaults__)
cases = [
    lambda: everything(),
    lambda: everything(1),
    lambda: everything(d=1),
    lambda: keyword_only(),
    lambda: keyword_only(1, x=1),
    lambda: keyword_only(x=1, z=2),
    lambda: defaults(1, 2, 3, 4),
    lambda: defaults(1, a=2),
    lambda: defaults(**{"a": 1}, **{"a": 2}),
    lambda: defaults(*5),
    lambda: defaults(**5),
    lambda: defaults(**{1: 2}),
    lambda: len(),
    lambda: len(1, 2),
    lambda: (lambda x, y, z: 0)(1),
    lambda: (lambda *, p, q: 0)(),
    lambda: (lambda a, /: 0)(a=1),
    lambda: "abc".split(nothing=1),
    lambda: 5(),
]
for case in cases:
    try:
        print(case())
    except TypeError as error:
        print(error)

def order(tag, value):
    print("evaluate", tag)
    return value

def with_defaults(a=order("a", 1), *, b=order("b", 2)):
    return a, b

print(with_defaults(order("x", 3), b=order("y", 4)))
print((lambda *a, k=1, **kw: (a, k, kw))(1, 2, k=3, z=4))

class Callable:
    def __call__(self, *args, **kwargs):
        return args, kwargs

print(Callable()(1, 2, x=3))
kwargs = {"a": 1}
def mutate(**kw):
    kw["b"] = 2
    return kw
print(mutate(**kwargs), kwargs)
print(everything.__code__.co_varnames[:7], everything.__code__.co_argcount, everything.__code__.co_posonlyargcount, everything.__code__.co_kwonlyargcount)
import inspect
print(inspect.signature(everything))
