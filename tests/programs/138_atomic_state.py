# What a block that is undone leaves behind: nothing, whatever kind of state it has changed.
import abc
import array
import asyncio
import atexit
import bisect
import codecs
import collections
import contextvars
import copy
import dataclasses
import enum
import functools
import hashlib
import heapq
import io
import itertools
import json
import queue
import random
import re
import string
import struct
import sys
import threading
import types
import warnings
import weakref
from transaction import atomic


class Undo(Exception):
    pass


cases = 0


def undone(change, thing):
    """Runs `change(thing)` in a block that is undone."""
    try:
        with atomic(rollback=True):
            change(thing)
            raise Undo
    except Undo:
        pass


def case(name, make, change, look):
    """What `look` sees of `make()` is the same after `change`, which does change it, is undone."""
    global cases
    cases += 1
    try:
        thing = make()
        before = look(thing)
        undone(lambda thing: (change(thing), look(thing)), thing)
        after = look(thing)
    except Exception as error:
        print("FAILED", name, type(error).__name__, error)
        return
    if before != after:
        print("KEPT", name, before, after)


def case_iterator(name, make):
    """An iterator goes on where it was when it is advanced in a block that is undone."""
    global cases
    cases += 1
    try:
        iterator, reference = make(), make()
        next(iterator), next(reference)
        undone(lambda iterator: (next(iterator), next(iterator)), iterator)
        want, got = list(itertools.islice(reference, 6)), list(itertools.islice(iterator, 6))
    except Exception as error:
        print("FAILED", name, type(error).__name__, error)
        return
    if want != got:
        print("KEPT", name, want, got)


def s(text):
    """A change of x, from statements."""
    code = compile(text, "<change>", "exec")
    return lambda x: exec(code, globals(), {"x": x})


def e(text):
    """A look at x, from an expression."""
    code = compile(text, "<look>", "eval")
    return lambda x: eval(code, globals(), {"x": x})


L = lambda: [3, 1, 2]
for change in [
    "x.append(1)",
    "x.sort()",
    "x.reverse()",
    "x.clear()",
    "x.pop()",
    "x.insert(0,5)",
    "x.extend('ab')",
    "x[:]=[]",
    "del x[0]",
    "x[::2]=[7,8]",
    "x+=[1]",
    "x*=3",
    "x.remove(1)",
    "heapq.heappush(x,0)",
    "heapq.heapify(x)",
    "bisect.insort(x,2)",
    "random.shuffle(x) or x.append(0)",
]:
    case("list " + change, L, s(change), e("list(x)"))
D = lambda: {1: 2, "a": 3}
for change in [
    "x[5]=1",
    "del x[1]",
    "x.clear()",
    "x.pop(1)",
    "x.popitem()",
    "x.update(b=2)",
    "x|={7:8}",
    "x.setdefault(9,1)",
]:
    case("dict " + change, D, s(change), e("list(x.items())"))
case("dict reorder", D, s("v=x.pop(1); x[1]=v"), e("list(x.items())"))
S = lambda: {1, 2, 3}
for change in [
    "x.add(5)",
    "x.discard(1)",
    "x.clear()",
    "x.pop()",
    "x|={9}",
    "x&={1}",
    "x^={1}",
    "x-={2}",
    "x.update([8])",
    "x.symmetric_difference_update([1])",
]:
    case("set " + change, S, s(change), e("sorted(x)"))
Q = lambda: collections.deque([1, 2, 3], 5)
for change in [
    "x.append(1)",
    "x.appendleft(9)",
    "x.pop()",
    "x.popleft()",
    "x.rotate(1)",
    "x.extend('abcdef')",
    "x.extendleft('abcdef')",
    "x.clear()",
    "x.remove(2)",
    "x.insert(1,7)",
    "x[0]=9",
    "del x[0]",
    "x.reverse()",
    "x+=[1]",
    "x*=2",
]:
    case("deque " + change, Q, s(change), e("list(x)"))
O = lambda: collections.OrderedDict(a=1, b=2, c=3)
for change in [
    "x.move_to_end('a')",
    "x.popitem()",
    "x.popitem(False)",
    "x['z']=1",
    "del x['b']",
    "x.clear()",
    "x.pop('a')",
    "x.setdefault('q')",
]:
    case("OrderedDict " + change, O, s(change), e("(list(x.items()), list(reversed(x)))"))
case("defaultdict", lambda: collections.defaultdict(list), s("x[1].append(2)"), e("dict(x)"))
case(
    "defaultdict factory",
    lambda: collections.defaultdict(list),
    s("x.default_factory=int"),
    e("x.default_factory"),
)
case("Counter", lambda: collections.Counter("abc"), s("x.update('aabb')"), e("dict(x)"))
B = lambda: bytearray(b"hello")
for change in [
    "x.append(1)",
    "x[0]=9",
    "x.extend(b'xyz')",
    "x.clear()",
    "x.pop()",
    "del x[0]",
    "x.reverse()",
    "x+=b'1'",
    "x*=2",
    "x[1:3]=b''",
    "memoryview(x)[0]=7",
    "x.insert(0,1)",
    "x.remove(104)",
    "x.resize(2)",
]:
    case("bytearray " + change, B, s(change), e("bytes(x)"))
A = lambda: array.array("i", [3, 1, 2])
for change in [
    "x.append(1)",
    "x[0]=9",
    "x.extend([1])",
    "x.pop()",
    "x.reverse()",
    "x.byteswap()",
    "x.insert(0,2)",
    "x.frombytes(b'abcd')",
    "x*=2",
    "x+=x",
    "del x[0]",
    "x.remove(3)",
    "memoryview(x)[0]=77",
    "x.fromlist([1])",
]:
    case("array " + change, A, s(change), e("list(x)"))
case(
    "memoryview release",
    lambda: memoryview(bytearray(b"abc")),
    s("x.release()"),
    lambda x: repr(x).startswith("<released"),
)
case(
    "memoryview exports",
    lambda: [bytearray(b"abc")],
    s("x.append(memoryview(x[0]))"),
    lambda x: [len(x)] and (x[0].append(1), x[0].pop()) and len(x) if len(x) == 1 else len(x),
)


# functions
def make_function():
    def g(a, b=1, *, c=2):
        "doc"
        return a

    return g


for change, look in [
    ("x.__defaults__=(5,)", "x.__defaults__"),
    ("x.__kwdefaults__={'c':9}", "x.__kwdefaults__"),
    ("x.__kwdefaults__['c']=7", "dict(x.__kwdefaults__)"),
    ("x.__name__='q'", "x.__name__"),
    ("x.__qualname__='q'", "x.__qualname__"),
    ("x.__doc__='q'", "x.__doc__"),
    ("x.__module__='q'", "x.__module__"),
    ("x.__code__=(lambda a,b=1,*,c=2: 7).__code__", "x.__code__"),
    ("x.attr=1", "x.__dict__.copy()"),
    ("x.__annotations__={'a':1}", "x.__annotations__"),
    ("x.__type_params__=(1,)", "x.__type_params__"),
    ("x.__dict__={'z':1}", "x.__dict__.copy()"),
    ("x.__annotate__=lambda f: {'k':1}", "x.__annotations__"),
]:
    case("function " + change, make_function, s(change), e(look))


def make_cell():
    n = 1

    def g():
        return n

    return g


case("cell", make_cell, s("x.__closure__[0].cell_contents=5"), e("x()"))
case("cell del", make_cell, s("del x.__closure__[0].cell_contents"), lambda x: repr(x.__closure__[0])[-14:])


# classes
def make_class():
    class Base1:
        pass

    class Base2:
        pass

    class C(Base1):
        "doc"

        a = 1

        def m(self):
            return 1

    C.B2 = Base2
    return C


for change, look in [
    ("x.a=2", "x.a"),
    ("del x.a", "hasattr(x,'a')"),
    ("x.new=1", "hasattr(x,'new')"),
    ("x.__name__='Q'", "x.__name__"),
    ("x.__qualname__='Q'", "x.__qualname__"),
    ("x.__bases__=(x.B2,)", "(x.__bases__, x.__mro__)"),
    ("x.__doc__='q'", "x.__doc__"),
    ("x.__module__='q'", "x.__module__"),
    ("x.m=lambda self: 2", "x().m()"),
    ("x.__eq__=lambda s,o: True", "x()==5"),
    ("x.__hash__=None", "x.__hash__ is None"),
    ("x.__getattr__=lambda s,n: 7", "hasattr(x(),'zzz')"),
    ("x.__call__=lambda s: 7", "callable(x())"),
    ("x.__annotations__={'a':1}", "dict(x.__annotations__)"),
    ("x.__abstractmethods__=frozenset('a')", "getattr(x,'__abstractmethods__',0)"),
    ("x.__type_params__=(1,)", "x.__type_params__"),
    ("x.__len__=lambda s: 3", "hasattr(x(),'__len__') and len(x())"),
    ("x.__iter__=lambda s: iter([1])", "isinstance(x(), collections.abc.Iterable)"),
    ("x.__add__=lambda s,o: 3", "hasattr(x, '__add__') and x()+1"),
    ("x.__bool__=lambda s: False", "bool(x())"),
    ("x.__del__=lambda s: None", "hasattr(x,'__del__')"),
    ("type('Sub',(x,),{})", "0"),
    ("x.keep=type('Sub',(x,),{})", "x.__subclasses__()"),
    ("x.__getattribute__=lambda s,n: 3", "x().a"),
    ("x.__setattr__=lambda s,n,v: None", "x.__setattr__ is object.__setattr__"),
    ("x.__repr__=lambda s: 'rr'", "repr(x())=='rr'"),
    ("x.__str__=lambda s: 'rr'", "str(x())=='rr'"),
    ("x.__init__=lambda s: setattr(s,'q',1)", "hasattr(x(),'q')"),
    ("x.__new__=lambda c: 5", "x()==5"),
    ("x.__contains__=lambda s,o: True", "hasattr(x,'__contains__') and 1 in x()"),
]:
    case("class " + change, make_class, s(change), e(look))


class P:
    pass


class R:
    pass


def make_instance():
    p = P()
    p.v = 1
    return p


for change, look in [
    ("x.__class__=R", "x.__class__"),
    ("x.__dict__={'z':1}", "x.__dict__.copy()"),
    ("x.v=2", "x.v"),
    ("del x.v", "hasattr(x,'v')"),
    ("x.n=1", "x.__dict__.copy()"),
    ("x.__dict__.update(k=1)", "x.__dict__.copy()"),
    ("x.__dict__.clear()", "x.__dict__.copy()"),
    ("vars(x)['v']=8", "x.v"),
    ("object.__setattr__(x,'v',5)", "x.v"),
]:
    case("instance " + change, make_instance, s(change), e(look))


class Sl:
    __slots__ = ("a", "b")


def make_slots():
    q = Sl()
    q.a = 1
    return q


for change, look in [("x.a=2", "x.a"), ("del x.a", "hasattr(x,'a')"), ("x.b=1", "hasattr(x,'b')")]:
    case("slots " + change, make_slots, s(change), e(look))
case("SimpleNamespace", lambda: types.SimpleNamespace(a=1), s("x.a=2; x.b=3"), e("repr(x)"))
case("module", lambda: types.ModuleType("m"), s("x.a=1"), e("sorted(vars(x))"))


def nothing():
    return None


G1 = 1
case("global", nothing, s("global G1; G1=2"), e("G1"))
case("global new", nothing, s("global G2; G2=2"), e("'G2' in globals()"))
case("global del", nothing, s("global G1; del G1"), e("'G1' in globals()"))
case("builtins", nothing, s("import builtins; builtins.zork=1"), e("hasattr(__builtins__,'zork')"))
# iterators
case_iterator("generator", lambda: (i * i for i in range(20)))


def gen2():
    l = []
    for i in range(20):
        l.append(i)
        try:
            yield sum(l)
        finally:
            pass


case_iterator("generator2", gen2)


def gen3():
    yield from gen2()


case_iterator("yield from", gen3)
for name, make in {
    "list_iterator": lambda: iter(list(range(20))),
    "tuple": lambda: iter(tuple(range(20))),
    "range": lambda: iter(range(20)),
    "bigrange": lambda: iter(range(2**70, 2**70 + 20)),
    "str": lambda: iter("abcdefghijklmno"),
    "bytes": lambda: iter(b"abcdefghijklm"),
    "bytearray": lambda: iter(bytearray(b"abcdefghijklm")),
    "dict": lambda: iter(dict.fromkeys("abcdefghij")),
    "items": lambda: iter(dict.fromkeys("abcdefghij").items()),
    "values": lambda: iter({i: i for i in range(20)}.values()),
    "revdict": lambda: reversed(dict.fromkeys("abcdefghij")),
    "set": lambda: iter({1, 2, 3, 4, 5, 6, 7, 8, 9}),
    "deque": lambda: iter(collections.deque(range(20))),
    "revdeque": lambda: reversed(collections.deque(range(20))),
    "revlist": lambda: reversed(list(range(20))),
    "array": lambda: iter(array.array("i", range(20))),
    "enumerate": lambda: enumerate("abcdefghijkl"),
    "zip": lambda: zip("abcdefghij", range(20)),
    "map": lambda: map(str, range(20)),
    "filter": lambda: filter(lambda v: v % 2, range(40)),
    "count": lambda: itertools.count(5),
    "countf": lambda: itertools.count(5.5, 0.5),
    "cycle": lambda: itertools.cycle("abc"),
    "repeat": lambda: itertools.repeat(5, 9),
    "chain": lambda: itertools.chain("abc", "def", "ghi"),
    "chainfi": lambda: itertools.chain.from_iterable(["abc", "def", "ghi"]),
    "compress": lambda: itertools.compress("abcdefghij", [1, 0, 1, 1, 1, 0, 1, 1, 1, 1]),
    "dropwhile": lambda: itertools.dropwhile(lambda v: v < 3, range(20)),
    "takewhile": lambda: itertools.takewhile(lambda v: v < 13, range(20)),
    "filterfalse": lambda: itertools.filterfalse(lambda v: v % 2, range(40)),
    "islice": lambda: itertools.islice(range(100), 3, 60, 2),
    "starmap": lambda: itertools.starmap(pow, zip(range(20), range(20))),
    "tee": lambda: itertools.tee(iter(range(20)))[0],
    "zip_longest": lambda: itertools.zip_longest("abcdefghij", range(20)),
    "accumulate": lambda: itertools.accumulate(range(20)),
    "pairwise": lambda: itertools.pairwise(range(20)),
    "batched": lambda: itertools.batched(range(40), 2),
    "product": lambda: itertools.product("abc", "def"),
    "permutations": lambda: itertools.permutations("abcd"),
    "combinations": lambda: itertools.combinations("abcdefg", 3),
    "cwr": lambda: itertools.combinations_with_replacement("abcdefg", 3),
    "groupby": lambda: ((k, list(g)) for k, g in itertools.groupby("aabbccddeeff")),
    "groupbyraw": lambda: (k for k, g in itertools.groupby("aabbccddeeff")),
    "callable_iterator": lambda: iter(itertools.count().__next__, 90),
    "seqiter": lambda: iter(type("SQ", (), {"__getitem__": lambda s, i: i})()),
    "odict": lambda: iter(collections.OrderedDict.fromkeys("abcdefghi")),
    "finditer": lambda: (m.group() for m in re.finditer(r"\w", "abcdefghijk")),
    "finditerraw": lambda: map(lambda m: m.group(), re.finditer(r"\w", "abcdefghijk")),
    "iter_unpack": lambda: struct.iter_unpack("i", bytes(80)),
    "memoryview": lambda: iter(memoryview(b"abcdefghijkl")),
    "stringio": lambda: iter(io.StringIO("a\nb\nc\nd\ne\nf\n")),
    "bytesio": lambda: iter(io.BytesIO(b"a\nb\nc\nd\ne\nf\n")),
    "formatter": lambda: iter(string.Formatter().parse("a{b}c{d}e{f}g{h}")),
    "reversed seq": lambda: reversed(range(20)),
    "subclass reversed": lambda: reversed(type("T", (tuple,), {})(range(20))),
    "scandir": lambda: (1 for _ in range(20)),
    "zip strict": lambda: zip(range(9), range(9), strict=True),
}.items():
    case_iterator(name, make)


# advanced by send/close
def make_generator():
    def g():
        t = 0
        while True:
            t += yield t

    x = g()
    next(x)
    return x


case("gen close", make_generator, s("x.close()"), e("x.gi_frame is None"))
case(
    "gen throw",
    make_generator,
    s("try: x.throw(ValueError)\nexcept ValueError: pass"),
    e("x.gi_frame is None"),
)
case("gen name", make_generator, s("x.__name__='k'"), e("x.__name__"))
case("gen exhausted", lambda: (i for i in range(2)), s("list(x)"), e("x.gi_frame is None"))


async def co():
    return 5


def run_coroutine(x):
    try:
        x.send(None)
    except StopIteration:
        pass


keep = co()
case("coroutine", lambda: keep, run_coroutine, lambda x: x.cr_frame is None)
keep.close()
# native state
case("random", lambda: random.Random(5), s("x.random()"), e("x.getstate()"))
case("random global", nothing, s("random.random()"), e("random.getstate()"))
case("StringIO write", lambda: io.StringIO("abc"), s("x.write('zz')"), e("(x.getvalue(), x.tell())"))
case("StringIO read", lambda: io.StringIO("abc"), s("x.read(2)"), e("(x.getvalue(), x.tell())"))
case("StringIO close", lambda: io.StringIO("abc"), s("x.close()"), e("x.closed"))
case("BytesIO write", lambda: io.BytesIO(b"abc"), s("x.write(b'zz')"), e("(x.getvalue(), x.tell())"))
case("BytesIO read", lambda: io.BytesIO(b"abc"), s("x.read(2)"), e("(x.getvalue(), x.tell())"))
case("BytesIO buf", lambda: io.BytesIO(b"abc"), s("x.getbuffer()[0]=9"), e("(x.getvalue(), x.tell())"))
case("BytesIO trunc", lambda: io.BytesIO(b"abc"), s("x.truncate(1)"), e("(x.getvalue(), x.tell())"))
case(
    "TextIOWrapper write",
    lambda: io.TextIOWrapper(io.BytesIO()),
    s("x.write('q'); x.flush()"),
    e("x.buffer.getvalue()"),
)
case("BufferedReader", lambda: io.BufferedReader(io.BytesIO(b"a\nb\nc\n")), s("x.read(2)"), e("x.tell()"))
case("hashlib", lambda: hashlib.sha256(b"a"), s("x.update(b'b')"), e("x.hexdigest()"))
case("hashlib md5", lambda: hashlib.md5(b"a"), s("x.update(b'b')"), e("x.hexdigest()"))
case("blake2", lambda: hashlib.blake2b(b"a"), s("x.update(b'b')"), e("x.hexdigest()"))
cv = contextvars.ContextVar("cv", default=0)
case("contextvar", nothing, s("cv.set(5)"), e("cv.get()"))
tok = []
case("contextvar reset", lambda: cv.set(3), s("cv.reset(x)"), e("cv.get()"))


def make_cached():
    @functools.lru_cache(3)
    def f(n):
        return n

    f(1)
    return f


case("lru_cache clear", make_cached, s("x.cache_clear()"), e("x.cache_info()"))
case(
    "singledispatch",
    lambda: functools.singledispatch(lambda a: 0),
    s("x.register(int, lambda a: 5)"),
    e("x(1)"),
)
case("partial state", lambda: functools.partial(pow, 2), s("x.__setstate__((pow,(3,),{},{}))"), e("x(2)"))
case("partial attr", lambda: functools.partial(pow, 2), s("x.zz=1"), e("dict(x.__dict__)"))
case("weakref dict", lambda: weakref.WeakValueDictionary(), s("x[1]=P; "), e("len(x)"))
case("weakset", lambda: weakref.WeakSet(), s("x.add(P)"), e("len(x)"))
case("abc register", lambda: abc.ABCMeta("AB", (), {}), s("x.register(int)"), e("issubclass(int,x)"))
case("exception args", lambda: ValueError(1), s("x.args=(2,)"), e("x.args"))
case(
    "exception note",
    lambda: ValueError(1),
    s("x.add_note('n')"),
    e("getattr(x,'__notes__',None) and list(x.__notes__)"),
)
case(
    "exception cause",
    lambda: ValueError(1),
    s("x.__cause__=KeyError()"),
    e("(x.__cause__, x.__suppress_context__)"),
)
case("OSError", lambda: OSError(1, "a"), s("x.errno=5; x.filename='f'"), e("(x.errno,x.filename)"))
case("StopIteration", lambda: StopIteration(1), s("x.value=5"), e("x.value"))
case("threading.local", lambda: threading.local(), s("x.a=1"), e("hasattr(x,'a')"))
case("property?", lambda: property(lambda s: 1), s("x.__doc__='k'"), e("x.__doc__"))
case("sys.path", nothing, s("sys.path.append('zork')"), e("'zork' in sys.path"))
case("sys.modules", nothing, s("sys.modules['zork']=1"), e("'zork' in sys.modules"))
case("sys.attr", nothing, s("sys.zork=1"), e("hasattr(sys,'zork')"))
case("warnings", nothing, s("warnings.simplefilter('error')"), e("len(warnings.filters)"))
case(
    "~warn once registry",
    nothing,
    s("globals().setdefault('__warningregistry__',{}); __warningregistry__['k']=1"),
    e("'k' in globals().get('__warningregistry__',{})"),
)
case("enum alias", lambda: enum.Enum("E", "A B"), s("x.A._value_=9"), e("x.A.value"))


@dataclasses.dataclass
class DC:
    a: int = 1


case("dataclass", DC, s("x.a=7"), e("x.a"))
case("queue", queue.Queue, s("x.put(1)"), e("x.qsize()"))
case("SimpleQueue", queue.SimpleQueue, s("x.put(1)"), e("x.qsize()"))


def filled_queue():
    q = queue.SimpleQueue()
    q.put(1)
    q.put(2)
    return q


case("SimpleQueue get", filled_queue, s("x.get()"), e("x.qsize()"))
case("RLock", threading.RLock, s("x.acquire()"), e("'unlocked' in repr(x)"))
case("Event", threading.Event, s("x.set()"), e("x.is_set()"))
case("Semaphore", lambda: threading.Semaphore(2), s("x.acquire()"), e("x._value"))
case(
    "codec incr", lambda: codecs.getincrementaldecoder("utf-8")(), s("x.decode(b'\\xc3')"), e("x.getstate()")
)
case(
    "codec newline",
    lambda: io.IncrementalNewlineDecoder(None, True),
    s("x.decode('a\\r')"),
    e("x.getstate()"),
)
loop = asyncio.new_event_loop()
case("asyncio future", lambda: loop.create_future(), s("x.set_result(1)"), e("x.done()"))
case("asyncio future cancel", lambda: loop.create_future(), s("x.cancel()"), e("x.cancelled()"))
case("asyncio future cb", lambda: loop.create_future(), s("x.add_done_callback(print)"), e("repr(x)"))
case("asyncio event", asyncio.Event, s("x.set()"), e("x.is_set()"))
case("UserDict", collections.UserDict, s("x[1]=2"), e("dict(x)"))
case("ChainMap", lambda: collections.ChainMap({}), s("x[1]=2"), e("dict(x)"))
case("mappingproxy", lambda: (d := {}, types.MappingProxyType(d)), s("x[0][1]=2"), e("dict(x[1])"))
case(
    "json scanner memo", json.JSONDecoder, s("x.decode('{}')"), e("x.memo.copy() if hasattr(x,'memo') else 0")
)
case("atexit", nothing, s("atexit.register(int)"), e("atexit._ncallbacks()"))
case("context run", contextvars.copy_context, s("x.run(cv.set, 99)"), e("x.get(cv)"))
case("staticmethod attr", lambda: staticmethod(len), s("x.zz=1"), e("hasattr(x,'zz')"))
case("excepthook", nothing, s("sys.excepthook=print"), e("sys.excepthook"))
case("displayhook", nothing, s("sys.stdout_zork=1"), e("hasattr(sys,'stdout_zork')"))
case("seed", nothing, s("random.seed(4)"), e("random.getstate()"))
case(
    "tee twin",
    lambda: itertools.tee(iter([1, 2, 3])),
    s("next(x[0])"),
    lambda x: copy.copy(x[0]) and list(copy.copy(x[0])),
)
case("getweakrefs", lambda: P(), s("globals().__setitem__('_w', weakref.ref(x))"), e("'_w' in globals()"))
loop.close()
print(cases, "cases")
