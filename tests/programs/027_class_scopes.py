x = "global"
class A:
    x = "class"
    y = x
    def method(self):
        return x
    z = [x for _ in range(1)]
    w = (lambda: x)()
print(A.y, A().method(), A.z, A.w)
def function():
    x = "function"
    class B:
        y = x
        x = "class"
        z = x
        def get(self):
            return x
    return B.y, B.z, B().get()
try:
    print(function())
except Exception as error:
    print(type(error).__name__)
def free():
    x = "enclosing"
    class C:
        y = x
        def get(self):
            return x, __class__.__name__
    return C.y, C().get()
print(free())
class D:
    global created_by_class
    created_by_class = 5
    for i in range(3):
        pass
    if i == 2:
        def conditional(self):
            return "defined"
    __private = 1
    def mangled(self):
        return self.__private, self._D__private
    locals()["via_locals"] = 7
print(created_by_class, D.i, D().conditional(), D().mangled(), hasattr(D, "created_by_class"), D.via_locals)
class E:
    def __f(self):
        return "E"
    def call(self):
        return self.__f()
class F(E):
    def __f(self):
        return "F"
print(F().call(), sorted(n for n in dir(F) if n.endswith("__f")))
def nonlocal_in_class():
    n = 0
    class G:
        nonlocal n
        n = 10
        def bump(self):
            nonlocal n
            n += 1
    G().bump()
    return n
print(nonlocal_in_class())
class H:
    a = 1
    try:
        a = b
    except NameError as error:
        message = str(error)
    del a
print(hasattr(H, "a"), H.message, hasattr(H, "error"))
class Nested:
    v = 1
    class Inner:
        try:
            w = v
        except NameError as error:
            w = "not visible"
print(Nested.Inner.w)
class K:
    def f(self): return __class__
    g = lambda self: __class__
print(K().f() is K, K().g() is K)
def decorate(cls):
    cls.decorated = True
    return cls
@decorate
class L:
    """doc"""
    __slots__ = ()
print(L.decorated, L.__doc__, L.__module__, L.__qualname__)
class M(*[A], **{"metaclass": type}):
    pass
print(M.__mro__[1].__name__)
class P:
    def __init__(self, __x=1, *, __y=2):
        self.__dict__.update(locals())
print(sorted(k for k in P().__dict__ if k != "self"))
