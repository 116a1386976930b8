import copy, pickle
class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __eq__(self, o):
        return (self.x, self.y) == (o.x, o.y)
class Slots:
    __slots__ = ("a", "b")
class State:
    def __init__(self): self.keep, self.drop = 1, 2
    def __getstate__(self): return {"keep": self.keep}
    def __setstate__(self, s): self.__dict__.update(s); self.drop = "restored"
class Reduce:
    def __init__(self, n): self.n = n
    def __reduce__(self): return Reduce, (self.n * 2,)
class NewArgs(tuple):
    def __new__(cls, a, b): return super().__new__(cls, (a, b))
    def __getnewargs__(self): return tuple(self)
class MyList(list): pass
def function(): return "by name"
values = [None, True, 5, -1, 10 ** 30, 1.5, float("inf"), 1 + 2j, "str", "é😀", b"bytes", bytearray(b"ba"), [1, [2]], (1,), (), {"k": [1]}, {1, 2}, frozenset({3}), range(3), slice(1, 2), ..., int, len, function, Point(1, 2), NewArgs(1, 2), ValueError("e", 1), [[]] * 2]
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    bad = []
    for value in values:
        back = pickle.loads(pickle.dumps(value, protocol))
        if not (back == value or repr(back) == repr(value)):
            bad.append(value)
    print(protocol, bad)
shared = [1]
pair = pickle.loads(pickle.dumps([shared, shared]))
print(pair[0] is pair[1])
loop = []
loop.append(loop)
back = pickle.loads(pickle.dumps(loop))
print(back[0] is back)
s = Slots()
s.a = 5
t = pickle.loads(pickle.dumps(s))
print(t.a, hasattr(t, "b"), pickle.loads(pickle.dumps(State())).drop, pickle.loads(pickle.dumps(Reduce(3))).n)
m = MyList([1, 2])
m.tag = "tag"
back = pickle.loads(pickle.dumps(m))
print(back, back.tag, type(back).__name__)
for bad in (lambda: 0, (i for i in []), open(__file__), type("Local", (), {})()):
    try:
        pickle.dumps(bad)
    except Exception as error:
        print(isinstance(error, (AttributeError, TypeError, pickle.PicklingError)))
for bad in (b"", b"garbage", b"\x80\x04."):
    try:
        pickle.loads(bad)
    except Exception as error:
        print(isinstance(error, (EOFError, pickle.UnpicklingError, IndexError, ValueError)))
a = [1, [2, 3], {"k": [4]}, (5, [6])]
shallow, deep = copy.copy(a), copy.deepcopy(a)
a[1].append("new")
a[2]["k"].append("new")
print(shallow, deep, shallow[1] is a[1], deep[3][1] is a[3][1])
p = Point([1], 2)
q, r = copy.copy(p), copy.deepcopy(p)
p.x.append(9)
print(q.x, r.x, copy.copy(5) is copy.deepcopy(5), copy.deepcopy(loop)[0] is not loop)
memo = {}
x = copy.deepcopy([shared, shared], memo)
print(x[0] is x[1], x[0] is shared, copy.copy({1}) == {1}, copy.deepcopy(function) is function, copy.copy(Reduce(1)).n, copy.deepcopy({"a": {1: (2,)}}))
