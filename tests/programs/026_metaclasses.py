class Meta(type):
    def __prepare__(name, bases, **kwargs):
        print("prepare", name, [b.__name__ for b in bases], kwargs)
        return {"injected": 1}
    def __new__(mcls, name, bases, namespace, **kwargs):
        print("new", name, sorted(k for k in namespace if not k.startswith("__")), kwargs)
        return super().__new__(mcls, name, bases, namespace)
    def __init__(cls, name, bases, namespace, **kwargs):
        print("init", name, kwargs)
        super().__init__(name, bases, namespace)
    def __call__(cls, *args):
        print("call", cls.__name__, args)
        return super().__call__(*args)
    def __repr__(cls):
        return f"<meta {cls.__name__}>"
    def __len__(cls):
        return 99
    def __getitem__(cls, item):
        return item
    def __contains__(cls, item):
        return item == 1
    def __iter__(cls):
        return iter([1, 2])
    def __instancecheck__(cls, instance):
        return instance == "magic" or super().__instancecheck__(instance)
    def __subclasscheck__(cls, sub):
        return sub is int or super().__subclasscheck__(sub)
class A(metaclass=Meta, option=5):
    x = injected + 1
    def __init__(self, *args):
        self.args = args
class B(A):
    pass
print(A.injected, A.x, type(A) is Meta, type(B) is Meta, A(1, 2).args, A, len(A), A["k"], 1 in A, list(B))
print(isinstance("magic", A), isinstance(5, A), issubclass(int, A), issubclass(str, A), isinstance(B(), A))
class Registered:
    registry = []
    def __init_subclass__(cls, /, tag=None, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.registry.append((cls.__name__, tag))
class R1(Registered, tag="one"): pass
class R2(R1): pass
print(Registered.registry)
class Named:
    def __set_name__(self, owner, name):
        owner.names = getattr(owner, "names", []) + [name]
class Owner:
    a = Named()
    b = Named()
print(Owner.names)
class M1(type): pass
class M2(type): pass
class X1(metaclass=M1): pass
class X2(metaclass=M2): pass
try:
    class X3(X1, X2): pass
except TypeError as error:
    print(str(error)[:18])
class M3(M1, M2): pass
class X3(X1, X2, metaclass=M3): pass
print(type(X3).__name__)
def function_meta(name, bases, namespace):
    return (name, bases, sorted(k for k in namespace if not k.startswith("__")))
class F(metaclass=function_meta):
    y = 1
print(F)
class Resolver:
    def __mro_entries__(self, bases):
        return (dict,)
class Resolved(Resolver()): pass
print(Resolved.__mro__[1].__name__, type(Resolved.__orig_bases__[0]).__name__)
class Single(type):
    instances = {}
    def __call__(cls, *args, **kwargs):
        if cls not in cls.instances:
            cls.instances[cls] = super().__call__(*args, **kwargs)
        return cls.instances[cls]
class Config(metaclass=Single): pass
print(Config() is Config())
print(type("T", (), {})().__class__.__name__, type(5), type(type), type(type(5)) is type)
for code in ("type(1, 2)", "type('T', 5, {})", "type('T', (), 5)", "type('T', (5,), {})", "type()", "type.__new__(int, 'x', (), {})", "object(1)", "int.x = 1", "class Q(object, metaclass=5): pass"):
    try:
        exec(code)
        print(code, "ok")
    except TypeError as error:
        print(code, "|", str(error)[:70])
class New:
    def __new__(cls, kind):
        if kind == "int":
            return 5
        return super().__new__(cls)
    def __init__(self, kind):
        self.kind = kind
print(New("int"), New("self").kind)
class NewOnly:
    def __new__(cls, *args):
        self = object.__new__(cls)
        self.args = args
        return self
print(NewOnly(1, 2).args)
try:
    class Ok: pass
    Ok(1)
except TypeError as error:
    print(error)
class Meth(type):
    def __getattr__(cls, name):
        return f"{cls.__name__}.{name}"
class WithGetattr(metaclass=Meth): pass
print(WithGetattr.anything)
print([c.__name__ for c in Registered.__subclasses__()], B.__base__)
