# needs: 3.12
def first[T](items: list[T]) -> T:
    return items[0]
print(first([1, 2]), first.__type_params__, first.__type_params__[0].__name__)
class Stack[T]:
    def __init__(self):
        self.items: list[T] = []
    def push(self, item: T) -> None:
        self.items.append(item)
    def pop(self) -> T:
        return self.items.pop()
s = Stack[int]()
s.push(5)
print(s.pop(), Stack.__type_params__, Stack[int], Stack.__orig_bases__, Stack.__parameters__)
class Bounded[T: (int, str), U: list[int], *Ts, **P]:
    def method[V](self, value: V) -> V:
        return value
    inside = T
t, u, ts, p = Bounded.__type_params__
print(t.__constraints__, u.__bound__, ts, p, t, type(t).__name__, type(ts).__name__, type(p).__name__, Bounded().method(3), Bounded.inside is t)
type Alias = int | str
type Pair[A] = tuple[A, A]
print(Alias, Alias.__value__, Pair.__type_params__, Pair[int], Pair.__value__, type(Alias).__name__, Alias.__name__)
type Recursive = list[Recursive] | None
print(Recursive.__value__)
type Lazy = undefined_name
try:
    Lazy.__value__
except NameError as error:
    print(error)
def lazy_bound[T: also_undefined](x: T): return x
print(lazy_bound(1))
try:
    lazy_bound.__type_params__[0].__bound__
except NameError as error:
    print(error)
class Outer[T]:
    class Inner[U]:
        both = (T, U)
    def make[U](self):
        return lambda: (T, U)
print(Outer.Inner.both, Outer().make()())
class Child[T](Stack[T]):
    pass
print(Child.__mro__[1].__name__, Child[str])
try:
    T
except NameError as error:
    print(error)
def default_uses[T](a=None, *, b: T = 5):
    return a, b
print(default_uses())
type = "soft keyword"
print(type)
def decorator(f):
    print("decorating", f.__name__, len(f.__type_params__))
    return f
@decorator
def decorated[K, V](d: dict[K, V]): pass
async def agen[T](x: T):
    yield x
print(agen.__type_params__)
