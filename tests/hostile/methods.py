"""Special methods that lie, raise, or return nonsense."""


class Boom(Exception):
    pass


def boom(*arguments, **keywords):
    raise Boom


def case_every_special_method_raises():
    names = ("eq ne lt le gt ge hash bool len getitem setitem delitem contains iter next reversed call add sub mul "
             "truediv floordiv mod divmod pow lshift rshift and or xor matmul neg pos abs invert int float complex index "
             "round trunc floor ceil str repr format bytes getattr getattribute setattr delattr dir enter exit "
             "copy deepcopy reduce_ex sizeof instancecheck length_hint missing get set delete init_subclass class_getitem").split()
    Evil = type("Evil", (), {f"__{name}__": boom for name in names})
    e = object.__new__(Evil)
    uses = [
        lambda: e == 1, lambda: e < 1, lambda: hash(e), lambda: bool(e), lambda: len(e), lambda: e[0], lambda: 1 in e, lambda: iter(e), lambda: next(e),
        lambda: list(e), lambda: reversed(e), lambda: e(), lambda: e + 1, lambda: -e, lambda: abs(e), lambda: int(e), lambda: float(e), lambda: [1][e],
        lambda: round(e), lambda: str(e), lambda: repr(e), lambda: format(e), lambda: f"{e}", lambda: e.x, lambda: setattr(e, "x", 1), lambda: delattr(e, "x"),
        lambda: dir(e), lambda: {e: 1}, lambda: {e}, lambda: [e].index(1), lambda: sorted([e, e]), lambda: max([e, e]), lambda: sum([e]), lambda: "%s" % e,
        lambda: "%d" % e, lambda: print(e), lambda: isinstance(1, e), lambda: [*e], lambda: {**e}, lambda: boom(*e), lambda: boom(**e), lambda: "".join(e), lambda: bytes(e),
        lambda: range(e), lambda: [1] * e, lambda: divmod(e, 1), lambda: pow(e, 1), lambda: not e, lambda: e and 1, lambda: 1 if e else 2,
        lambda: e == e or [e] == [e], lambda: chr(e), lambda: list(zip(e, e)), lambda: list(map(str, [e])), lambda: dict([e]), lambda: e.__class__,
        lambda: __import__("copy").copy(e), lambda: __import__("pickle").dumps(e), lambda: __import__("json").dumps(e), lambda: hex(e), lambda: ascii(e), lambda: open(e),
    ]
    for number, use in enumerate(uses):
        try:
            use()
        except (Boom, TypeError, AttributeError):
            continue
    try:
        with e:
            pass
    except (Boom, TypeError, AttributeError):
        pass


def case_index_lies():
    class Index:
        def __init__(self, value):
            self.value = value

        def __index__(self):
            return self.value
    for value in ("x", 1.5, None, [], 2 ** 100, -2 ** 100):
        for use in (lambda i: [1, 2][i], lambda i: "ab"[i], lambda i: [1] * i if abs(value) > 9 else 0, lambda i: range(i)[5], lambda i: bytes(i),
                    lambda i: (1, 2)[:i], lambda i: [1, 2].insert(i, 1), lambda i: chr(i), lambda i: bytearray(b"a").append(i), lambda i: hex(i), lambda i: [0].pop(i), lambda i: "a".center(i)):
            survives(use, Index(value))
    raises(IndexError, lambda: [1][Index(2 ** 100)])
    assert [1, 2][:Index(2 ** 100)] == [1, 2]


def case_hash_lies():
    class Changing:
        n = 0

        def __hash__(self):
            Changing.n += 1
            return Changing.n
    key = Changing()
    table = {key: 1}
    assert key not in table or True
    for _ in range(1000):
        table[key] = 1
    assert len(table) >= 1
    for bad in ("x", None, 1.5, 2 ** 200):
        Bad = type("Bad", (), {"__hash__": lambda self, bad=bad: bad})
        survives(lambda: {Bad(): 1})
    raises(TypeError, lambda: hash(type("Bad", (), {"__hash__": lambda self: "x"})()))
    assert isinstance(hash(type("Big", (), {"__hash__": lambda self: 2 ** 200})()), int)


def case_eq_lies():
    class Always:
        __hash__ = lambda self: 0
        __eq__ = lambda self, other: True

    class Never:
        __hash__ = lambda self: 0
        __eq__ = lambda self, other: False

    class Odd:
        __hash__ = lambda self: 0
        __eq__ = lambda self, other: "string"
    assert len({Always() for _ in range(100)}) == 1
    assert len({Never() for _ in range(500)}) == 500
    assert len({Odd() for _ in range(100)}) == 1
    never = Never()
    assert never in [never] and [never] == [never] and {never: 1}[never] == 1
    raises(ValueError, lambda: [Never()].index(Never()))


def case_inconsistent_order():
    import random

    class Random:
        def __lt__(self, other):
            return random.random() < 0.5
    for size in (2, 10, 100, 1000):
        assert len(sorted(Random() for _ in range(size))) == size
    max(Random() for _ in range(100)) if hasattr(Random, "__gt__") else None

    class Strange:
        def __lt__(self, other):
            return "truthy string"
    assert len(sorted([Strange() for _ in range(100)])) == 100


def case_len_lies():
    class Len(list):
        def __init__(self, value):
            super().__init__([1, 2, 3])
            self.value = value

        def __len__(self):
            return self.value
    for value in (-1, 2 ** 100, "x", 1.5, 10 ** 6, 0):
        for use in (len, bool, list, tuple, sorted, set, lambda x: x[-1], lambda x: x + x, lambda x: [*x], lambda x: "".join(map(str, x)), reversed, enumerate, repr):
            survives(use, Len(value))

    class Sequence:
        def __len__(self):
            return 2 ** 60

        def __getitem__(self, i):
            if i > 5:
                raise IndexError
            return i
    # CPython asks for the memory that is promised; not to believe it is as good.
    assert survives(lambda: list(Sequence())) in (None, [0, 1, 2, 3, 4, 5])


def case_length_hint_lies():
    for value in (-5, 2 ** 62, 2 ** 100, "x", None, 1.5):
        class Hint:
            def __iter__(self):
                return self

            def __next__(self):
                raise StopIteration

            def __length_hint__(self):
                return value
        for use in (list, tuple, bytearray, lambda x: [].extend(x), lambda x: [*x]):
            try:
                use(Hint())
            except (TypeError, ValueError, OverflowError, MemoryError):
                pass


def case_iter_lies():
    class NotIterator:
        def __iter__(self):
            return 5

    class Endless:
        def __iter__(self):
            return self

        def __next__(self):
            raise Boom
    raises(TypeError, lambda: list(NotIterator()))
    raises(TypeError, lambda: [*NotIterator()])
    raises(Boom, lambda: list(Endless()))
    raises(Boom, lambda: sum(Endless()))
    raises(Boom, lambda: dict(Endless()))

    class Reborn:
        n = 0

        def __iter__(self):
            return self

        def __next__(self):
            self.n += 1
            if self.n % 2:
                raise StopIteration
            return self.n
    reborn = Reborn()
    assert list(reborn) == [] and list(reborn) == [2]


def case_str_and_repr_lie():
    for bad in (None, 5, b"x", []):
        Bad = type("Bad", (), {"__str__": lambda self, bad=bad: bad, "__repr__": lambda self, bad=bad: bad, "__format__": lambda self, spec, bad=bad: bad})
        for use in (str, repr, ascii, lambda x: f"{x}", lambda x: "%s" % x, lambda x: "%r" % x, lambda x: "{}".format(x), print, lambda x: repr([x]), lambda x: repr({x: x})):
            raises(TypeError, use, Bad())


def case_getattr_lies():
    class Deep:
        def __getattr__(self, name):
            return getattr(self, name + "x") if len(name) < 50 else 5
    assert Deep().a == 5

    class Dict:
        pass
    d = Dict()
    for bad in (5, None, []):
        raises(TypeError, setattr, d, "__dict__", bad)
        raises(TypeError, setattr, d, "__class__", bad)
    raises(TypeError, setattr, d, "__class__", int)
    raises(TypeError, lambda: getattr(d, 5))
    d.__dict__[5] = 1
    survives(lambda: dir(d))
    survives(lambda: vars(d))

    class Descriptor:
        def __get__(self, instance, owner):
            del Holder.x
            return 5
    Holder = type("Holder", (), {"x": Descriptor()})
    assert Holder().x == 5
    raises(AttributeError, lambda: Holder().x)


def case_new_and_init_lie():
    class New:
        def __new__(cls):
            return 5

    class Init:
        def __init__(self):
            return 5
    assert New() == 5
    raises(TypeError, Init)
    raises(TypeError, lambda: object.__new__(int))
    raises(TypeError, lambda: object.__new__(5))
    raises(TypeError, lambda: int.__new__(str))
    raises(TypeError, lambda: list.append(5, 1))
    raises(TypeError, lambda: str.upper(5))
    raises(TypeError, lambda: dict.get([], 1))
    raises(TypeError, lambda: type.__call__(5))
    for kind in (int, str, list, dict, set, tuple, float, bytes, Exception, type, object):
        survives(lambda: kind.__new__(kind))
        survives(lambda: kind.__init__())
        survives(lambda: kind.__init__(5))
        survives(lambda: kind.__new__())


def case_methods_of_uninitialised_objects():
    # CPython 3.13 itself crashes here: it calls through an empty staticmethod.
    import collections, io, threading, functools
    for kind in (list, dict, set, bytearray, collections.deque, collections.OrderedDict, collections.defaultdict, io.StringIO, io.BytesIO, property, staticmethod, classmethod,
                 threading.local, functools.partial, Exception, OSError, UnicodeDecodeError, UnicodeEncodeError, ImportError, SyntaxError, super, memoryview, type(iter([])), type((x for x in ()))):
        instance = survives(lambda: kind.__new__(kind))
        if instance is None:
            continue
        for name in dir(kind):
            if name in ("__init_subclass__", "__subclasshook__"):
                continue
            survives(lambda: repr(instance))
            survives(lambda: getattr(instance, name))
            survives(lambda: getattr(instance, name)())


def case_metaclass_lies():
    class Meta(type):
        def mro(cls):
            return [cls]
    survives(lambda: Meta("A", (), {})().x)
    for bad in ([], [5], None, [int, str], 5):
        Bad = type("Bad", (type,), {"mro": lambda cls, bad=bad: bad})
        survives(lambda: Bad("B", (), {})())

    class Prepare(type):
        @classmethod
        def __prepare__(mcls, name, bases):
            return 5
    raises(TypeError, lambda: exec("class A(metaclass=P): pass", {"P": Prepare}))
    raises(TypeError, lambda: type("A", (), {1: 2}).__dict__[1] + "x")
    for bases in ((5,), (None,), (int, str), (bool,), (type(None),), (type(lambda: 0),)):
        raises(TypeError, lambda: type("A", bases, {}))


def case_keys_of_classes_are_no_names():
    warnings = __import__("warnings")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        A = type("A", (), {"a": 1, 1: 2, "b": 3, (4, 5): 6, 7.0: 8})
    assert [str(warning.message) for warning in caught] == ["non-string key in the __dict__ of class A"] * 3
    names = [key for key in A.__dict__ if type(key) is not str or len(key) == 1]
    assert names == ["a", 1, "b", (4, 5), 7.0], names
    assert vars(A)[1] == 2 and A.__dict__[True] == 2 and A.__dict__.get((4, 5)) == 6 and A.__dict__[7] == 8
    assert 1 in A.__dict__ and 2 not in A.__dict__ and len(A.__dict__) == len(dict(A.__dict__))
    for number in range(100):
        setattr(A, f"name{number}", number)
    assert A.__dict__[1] == 2 and A.__dict__["name99"] == 99 and A.a == 1
    raises(KeyError, lambda: A.__dict__[3])
    raises(TypeError, lambda: A.__dict__[[]])
    raises(TypeError, lambda: dir(A))

    class Key:
        def __hash__(self):
            return hash("a")

        def __eq__(self, other):
            raise Boom
    B = type("B", (), {Key(): 1})
    survives(lambda: B.__dict__["a"])
    survives(lambda: B.__dict__[Key()])
    survives(lambda: B().a)


def case_exceptions_lie():
    class Bad(Exception):
        def __str__(self):
            raise Boom

        def __repr__(self):
            raise Boom
    import traceback
    text = "".join(traceback.format_exception(Bad()))
    assert "Bad" in text

    class New(Exception):
        def __new__(cls, *arguments):
            return 5
    raises(TypeError, lambda: exec("raise New", {"New": New}))
    raises(TypeError, lambda: exec("raise ValueError from 5"))
    error = ValueError()
    other = KeyError()
    error.__context__, other.__context__ = other, error
    try:
        raise error
    except ValueError:
        pass
    error.__cause__ = error
    traceback.format_exception(error)


def case_generators_lie():
    def stubborn():
        while True:
            try:
                yield
            except BaseException:
                pass
    g = stubborn()
    next(g)
    raises(RuntimeError, g.close)

    def self_call():
        yield next(me)
    me = self_call()
    raises(ValueError, lambda: next(me))

    def self_throw():
        me2.throw(KeyError)
        yield
    me2 = self_throw()
    raises((ValueError, KeyError), lambda: next(me2))
    raises(TypeError, lambda: (x for x in ()).throw(5))
    raises(TypeError, lambda: (x for x in ()).send(5))

    def from_self():
        yield from me3
    me3 = from_self()
    raises((ValueError, RecursionError), lambda: next(me3))


def case_context_managers_lie():
    class Manager:
        def __enter__(self):
            del Manager.__exit__
            return self

        def __exit__(self, *exc):
            return True
    survives(lambda: exec("with m: 1 / 0", {"m": Manager()}))

    class Truthy:
        def __enter__(self):
            return self

        def __exit__(self, *exc):
            return Falsy()

    class Falsy:
        def __bool__(self):
            raise Boom
    raises(Boom, lambda: exec("with m: 1 / 0", {"m": Truthy()}))


def case_code_and_function_surgery():
    def f(x):
        return x
    for bad in (5, None, "x", lambda: 0):
        raises(TypeError, setattr, f, "__code__", bad)
        raises(TypeError, setattr, f, "__defaults__", 5)
        raises(TypeError, setattr, f, "__kwdefaults__", 5)
    raises(TypeError, setattr, f, "__dict__", 5)
    raises(TypeError, setattr, f, "__name__", 5)

    def free():
        return f
    raises(ValueError, setattr, f, "__code__", free.__code__)
    raises(TypeError, lambda: type(f)(5, 5))
    raises(TypeError, lambda: exec(5))
    raises(TypeError, lambda: eval("1", 5))
    raises(TypeError, lambda: exec("1", {}, 5))
    raises((TypeError, ValueError), lambda: compile("1", "x", "nonsense"))
    raises((SyntaxError, ValueError), lambda: eval("\0"))
    f.__code__ = (lambda a, b=1: a).__code__
    survives(lambda: f(1))
    f.__code__ = (lambda: 7).__code__
    assert f() == 7
