class S:
    __slots__ = ("a", "b")
    def __init__(self):
        self.a = 1
s = S()
print(s.a, hasattr(s, "b"), hasattr(s, "__dict__"))
s.b = 2
print(s.b)
del s.b
for code in ("s.b", "s.c = 1", "s.c", "del s.b", "S.a.__get__(5)"):
    try:
        exec(code)
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error)
class T(S):
    pass
t = T()
t.free = 1
t.b = 3
print(t.__dict__, t.a, t.b)
class U(S):
    __slots__ = ("c", "__dict__")
u = U()
u.c, u.d = 1, 2
print(u.__dict__, u.c, U.__slots__)
class W:
    __slots__ = "single"
w = W()
w.single = "one"
print(w.single, type(W.single).__name__)
for body in ("class X: __slots__ = ('a',); a = 1", "class X: __slots__ = ('1a',)", "class X: __slots__ = (5,)", "class X(S, W): pass"):
    try:
        exec(body)
        print(body, "ok")
    except Exception as error:
        print(body, "|", type(error).__name__, "|", error)
class Private:
    __slots__ = ("__hidden",)
    def __init__(self):
        self.__hidden = 5
    def get(self):
        return self.__hidden
print(Private().get(), Private.__slots__)
class NoDict:
    __slots__ = ()
try:
    NoDict().x = 1
except AttributeError as error:
    print(error)
class Doc:
    __slots__ = {"x": "documentation"}
print(Doc.x.__doc__)
