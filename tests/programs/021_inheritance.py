class A:
    def who(self):
        return ["A"]
    def hello(self):
        return "hello from " + self.name()
    def name(self):
        return "A"
class B(A):
    def who(self):
        return ["B"] + super().who()
    def name(self):
        return "B" + super().name()
class C(A):
    def who(self):
        return ["C"] + super().who()
class D(B, C):
    def who(self):
        return ["D"] + super().who()
print(D().who(), D().hello(), [k.__name__ for k in D.__mro__], D.mro()[1].__name__)
print(isinstance(D(), C), issubclass(D, (int, A)), isinstance(5, (str, int)), issubclass(bool, int))
class Base:
    def __init__(self, *args, **kwargs):
        print("Base", args, kwargs)
class Left(Base):
    def __init__(self, *args, left=None, **kwargs):
        print("Left", left)
        super().__init__(*args, **kwargs)
class Right(Base):
    def __init__(self, *args, right=None, **kwargs):
        print("Right", right)
        super().__init__(*args, **kwargs)
class Both(Left, Right):
    pass
Both(1, left="l", right="r", other="o")
try:
    class Bad(A, D): pass
except TypeError as error:
    print(str(error).splitlines()[0])
for code in ("class X(5): pass", "class X(A, A): pass", "class X(bool): pass", "super()", "super().x"):
    try:
        exec(code)
        print(code, "ok")
    except Exception as error:
        print(code, "|", type(error).__name__, "|", str(error)[:60])
class S(A):
    @classmethod
    def make(cls):
        return super().__new__(cls), cls.__name__
    @staticmethod
    def static():
        return "static"
    def comprehension(self):
        return [super(S, self).name() for _ in range(2)]
    def nested(self):
        def inner():
            return super(S, self).name()
        return inner()
    @property
    def prop(self):
        return super().name() + "p"
print(type(S.make()[0]).__name__, S().static(), S().comprehension(), S().nested(), S().prop)
print(super(B, D()).who(), super(D, D).who(D()))
class MyInt(int):
    def __add__(self, other):
        return MyInt(super().__add__(other))
    def __repr__(self):
        return f"MyInt({int(self)})"
print(MyInt(3) + 4, MyInt(3) * 2, MyInt(3) == 3, [MyInt(1)], {3: "x"}[MyInt(3)], MyInt("12"))
class MyList(list):
    def __init__(self, *args):
        super().__init__(*args)
        self.tag = "tagged"
    def append(self, item):
        super().append(item * 2)
m = MyList([1])
m.append(5)
print(m, m.tag, len(m), m == [1, 10], type(m[:]).__name__, isinstance(m, list))
class MyDict(dict):
    def __missing__(self, key):
        return f"no {key}"
d = MyDict(a=1)
print(d["a"], d["b"], d.get("b"), "b" in d)
class MyStr(str):
    def __new__(cls, value):
        return super().__new__(cls, value.upper())
print(MyStr("abc"), type(MyStr("a") + "b").__name__, MyStr("x") == "X")
class MyTuple(tuple):
    def __new__(cls, *values):
        return super().__new__(cls, values)
    @property
    def first(self):
        return self[0]
print(MyTuple(1, 2).first, MyTuple(1, 2), hash(MyTuple(1, 2)) == hash((1, 2)))
class MyError(ValueError):
    def __init__(self, code):
        super().__init__(f"code {code}")
        self.code = code
try:
    raise MyError(7)
except ValueError as error:
    print(error, error.code, error.args)
A.added = lambda self: "added later"
print(D().added())
B.__bases__ = (C,)
print([k.__name__ for k in B.__mro__])
class Abstract:
    def run(self):
        raise NotImplementedError("subclass")
try:
    Abstract().run()
except NotImplementedError as error:
    print(error)
import abc
class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...
    @property
    @abc.abstractmethod
    def name(self): ...
try:
    Shape()
except TypeError as error:
    print(error)
class Square(Shape):
    name = "square"
    def area(self):
        return 4
print(Square().area(), Square().name, isinstance(Square(), Shape))
Shape.register(int)
print(isinstance(3, Shape), issubclass(str, Shape))
