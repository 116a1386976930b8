x: int = 5
y: str
print(x, "y" in globals())
def f(a: int, b: "str" = "d", *args: float, c: list[int] = [], **kw: dict) -> bool:
    local: int
    other: str = "assigned"
    return other
print(f(1), f.__annotations__)
class C:
    a: int
    b: str = "default"
    c: "C"
    def m(self) -> "C": ...
    (d): int = 3
    self_ref: list = []
print(C.__annotations__, C.b, hasattr(C, "a"), C.m.__annotations__, C.d)
o = C()
o.attr: int = 7
items = [0]
items[0]: int = 9
print(o.attr, items)
f.__annotations__["new"] = 1
print("new" in f.__annotations__)
import typing
print(typing.get_type_hints(C)["c"] is C, typing.Optional[int] == int | None, int | None, typing.Union[int, str] == int | str, isinstance(5, int | str), list[int].__origin__, list[int].__args__, dict[str, int], typing.get_origin(list[int]), typing.get_args(dict[str, int]))
def unevaluated():
    value: print("never runs at function level")
    return "ok"
print(unevaluated())
class Base:
    p: int
class Derived(Base):
    q: str
print(Base.__annotations__, Derived.__annotations__)
@typing.overload
def over(x: int) -> int: ...
def over(x): return x
print(over(3))
class TD(typing.TypedDict):
    k: int
print(TD(k=1), TD.__annotations__)
class Proto(typing.Protocol):
    def run(self): ...
runtime = typing.runtime_checkable(Proto)
class Has:
    def run(self): pass
print(isinstance(Has(), runtime), isinstance(5, runtime))
T = typing.TypeVar("T")
class G(typing.Generic[T]):
    pass
print(G[int], G[int].__args__, G.__parameters__)
print(typing.cast(int, "x"), typing.NewType("N", int)(5), typing.Literal["a", 1], typing.Callable[[int], str], typing.Any, typing.TYPE_CHECKING)
