class Celsius:
    def __init__(self, t):
        self._t = t
    @property
    def fahrenheit(self):
        "degrees F"
        return self._t * 9 / 5 + 32
    @fahrenheit.setter
    def fahrenheit(self, f):
        self._t = (f - 32) * 5 / 9
    @fahrenheit.deleter
    def fahrenheit(self):
        print("deleting")
    readonly = property(lambda self: "ro")
t = Celsius(100)
print(t.fahrenheit)
t.fahrenheit = 32
print(t._t, Celsius.fahrenheit.__doc__, type(Celsius.fahrenheit).__name__)
del t.fahrenheit
t.fahrenheit += 18
print(t._t)
for code in ("t.readonly = 1", "del t.readonly"):
    try:
        exec(code)
    except AttributeError as error:
        print(error)
class Verbose:
    def __set_name__(self, owner, name):
        print("set_name", owner.__name__, name)
        self.name = name
    def __get__(self, instance, owner):
        return f"get {self.name} {instance is not None} {owner.__name__}"
    def __set__(self, instance, value):
        print("set", self.name, value)
    def __delete__(self, instance):
        print("delete", self.name)
class Uses:
    field = Verbose()
    other = Verbose()
u = Uses()
print(u.field, Uses.other)
u.field = 3
del u.other
u.__dict__["field"] = "in dict"
print(u.field)
class NonData:
    def __get__(self, instance, owner):
        return "from descriptor"
class Host:
    nd = NonData()
h = Host()
print(h.nd)
h.nd = "instance wins"
print(h.nd, Host.nd)
class Cached:
    def __init__(self, function):
        self.function = function
        self.name = function.__name__
    def __get__(self, instance, owner):
        if instance is None:
            return self
        value = instance.__dict__[self.name] = self.function(instance)
        return value
class Lazy:
    calls = 0
    @Cached
    def value(self):
        Lazy.calls += 1
        return 42
lazy = Lazy()
print(lazy.value, lazy.value, Lazy.calls)
class Getattr:
    def __getattr__(self, name):
        if name.startswith("x"):
            return name * 2
        raise AttributeError(f"no {name}")
g = Getattr()
g.real = 1
print(g.real, g.xy, hasattr(g, "y"), getattr(g, "y", "d"))
class Getattribute:
    def __init__(self):
        object.__setattr__(self, "log", [])
    def __getattribute__(self, name):
        if name == "log":
            return object.__getattribute__(self, name)
        self.log.append(name)
        return object.__getattribute__(self, name)
    def __setattr__(self, name, value):
        self.log.append(("set", name))
        object.__setattr__(self, name, value)
    def __delattr__(self, name):
        self.log.append(("del", name))
        object.__delattr__(self, name)
    def method(self):
        return "called"
o = Getattribute()
o.a = 1
o.a += 1
print(o.a, o.method())
del o.a
print(o.log)
class Both:
    def __getattribute__(self, name):
        raise AttributeError(name)
    def __getattr__(self, name):
        return "fallback " + name
print(Both().anything)
class PropertyError:
    @property
    def p(self):
        raise AttributeError("inside")
    def __getattr__(self, name):
        return "getattr after " + name
print(PropertyError().p)
class ClassOnly:
    method = classmethod(lambda cls, x: (cls.__name__, x))
    static = staticmethod(lambda x: x)
    builtin = len
print(ClassOnly.method(1), ClassOnly().method(2), ClassOnly().static(3), ClassOnly().builtin([1, 2]))
def function(self):
    return self
print(function.__get__(5)(), function.__get__(None, int) is function)
class Meta(type):
    @property
    def on_class(cls):
        return "meta " + cls.__name__
    def meta_method(cls):
        return cls
class WithMeta(metaclass=Meta):
    pass
print(WithMeta.on_class, WithMeta.meta_method() is WithMeta, hasattr(WithMeta(), "on_class"))
class Prop:
    x = property(doc="documented")
print(Prop.x.__doc__, Prop.x.fget)
try:
    Prop().x
except AttributeError as error:
    print(error)
import functools
class CP:
    @functools.cached_property
    def v(self):
        print("computed")
        return 1
cp = CP()
print(cp.v, cp.v)
class Override:
    x = 1
    def __getattr__(self, n): return n
print(Override().x, Override().zzz)
