class Sequence:
    def __init__(self, items):
        self.items = items
    def __len__(self):
        return len(self.items)
    def __getitem__(self, index):
        return self.items[index]
s = Sequence([3, 1, 2])
print(len(s), s[0], list(s), 1 in s, 9 in s, sorted(s), list(reversed(s)), bool(s), bool(Sequence([])), max(s), [*s], tuple(s))
a, b, c = s
print(a, b, c, sum(s), dict(enumerate(s)))
class Container:
    def __contains__(self, item):
        return item == "yes"
    def __iter__(self):
        return iter("abc")
    def __reversed__(self):
        return iter("cba")
print("yes" in Container(), "a" in Container(), list(Container()), list(reversed(Container())))
class Countdown:
    def __init__(self, n):
        self.n = n
    def __iter__(self):
        return self
    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n
    def __length_hint__(self):
        return self.n
print(list(Countdown(4)), 2 in Countdown(4), next(Countdown(1)), next(Countdown(0), "default"), list(zip(Countdown(3), "abc")))
class Store:
    def __init__(self):
        self.log = []
    def __setitem__(self, key, value):
        self.log.append(("set", key, value))
    def __getitem__(self, key):
        self.log.append(("get", key))
        return 10
    def __delitem__(self, key):
        self.log.append(("del", key))
x = Store()
x["a"] = 1
x["a"] += 5
del x["a"]
x[1, 2] = 3
print(x.log)
class BadLen:
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
for n in (-1, "x", 2 ** 70, 1.5, True):
    try:
        print(len(BadLen(n)))
    except Exception as error:
        print(type(error).__name__, error)
class BadIter:
    def __iter__(self): return 5
class BadBool:
    def __bool__(self): return 1
class BadStr:
    def __str__(self): return 5
    def __repr__(self): return None
    def __hash__(self): return "x"
    def __index__(self): return "i"
    def __contains__(self, item): return []
for code in ("iter(BadIter())", "bool(BadBool())", "str(BadStr())", "repr(BadStr())", "hash(BadStr())", "[][BadStr()]", "print(1 in BadStr())", "next([])", "iter(5)", "iter(len)", "reversed({1})", "[1][None]", "(1)[0]", "None[0]", "del (1,)[0]", "(1,)[0] = 2", "'a'['b']", "{}[1:2:3] if False else {}['k']", "range(3)['a']"):
    try:
        exec(code)
    except Exception as error:
        print(code, "|", type(error).__name__, "|", error)
class CallMe:
    def __call__(self, *args):
        return args
print(CallMe()(1, 2), callable(CallMe()), callable(5), callable(len), callable(CallMe))
values = [1, 2, 3, 0, 4]
print(list(iter(values.pop, 0)), values)
class Hashed:
    def __init__(self, n): self.n = n
    def __hash__(self): return 1
    def __eq__(self, other): return self.n == other.n
d = {Hashed(i): i for i in range(20)}
print(len(d), d[Hashed(7)], Hashed(99) in d)
class Missing(dict):
    def __missing__(self, key):
        self[key] = value = [key]
        return value
m = Missing()
m["a"].append(1)
print(m)
class Slots:
    def __class_getitem__(cls, item):
        return f"{cls.__name__}[{item}]"
print(Slots[int], Slots["x", 1], list[int], dict[str, list[int]], tuple[int, ...])
class Format:
    def __format__(self, spec):
        return f"<{spec}>"
print(f"{Format()} {Format():abc} {Format():{'n' * 3}}", format(Format(), "q"), "{:z}".format(Format()))
class Dir:
    def __dir__(self):
        return ["b", "a"]
print(dir(Dir()))
class Copyable:
    def __copy__(self): return "copied"
    def __deepcopy__(self, memo): return "deep"
import copy
print(copy.copy(Copyable()), copy.deepcopy([Copyable()]))
class Bytes:
    def __bytes__(self): return b"raw"
    def __fspath__(self): return "a/path"
import os
print(bytes(Bytes()), os.fspath(Bytes()))
