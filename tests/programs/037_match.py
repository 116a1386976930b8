class Point:
    __match_args__ = ("x", "y")
    def __init__(self, x, y):
        self.x, self.y = x, y
class Named:
    def __init__(self, **kw):
        self.__dict__.update(kw)
class Color:
    RED = "red"
def describe(value):
    match value:
        case None:
            return "none"
        case True | False:
            return f"bool {value}"
        case 0 | -1:
            return "small"
        case int(n) if n > 100:
            return f"big {n}"
        case int():
            return "int"
        case 1.5 | 2+3j:
            return "number literal"
        case "a" "b":
            return "ab"
        case Color.RED:
            return "dotted"
        case str() as s if len(s) > 5:
            return f"long {s}"
        case str(s):
            return f"str {s}"
        case b"bytes":
            return "bytes"
        case []:
            return "empty sequence"
        case [x]:
            return f"one {x}"
        case [1, 2, *rest]:
            return f"1, 2 and {rest}"
        case (first, *_, last) if first == last:
            return f"same ends {first}"
        case [[a, b], c]:
            return f"nested {a} {b} {c}"
        case [_, _, 3 | 4 as third]:
            return f"third {third}"
        case [*_, "end"]:
            return "ends"
        case list():
            return "other list"
        case {"type": "circle", "r": r}:
            return f"circle {r}"
        case {"type": "rect", **rest}:
            return f"rect {rest}"
        case {1: _, 2: two}:
            return f"two {two}"
        case {"k": [x, {"deep": y}]}:
            return f"deep {x} {y}"
        case {}:
            return "mapping"
        case Point(0, 0):
            return "origin"
        case Point(x=0, y=y) | Point(y, 0):
            return f"axis {y}"
        case Point(x, y):
            return f"point {x} {y}"
        case Named(name=str(n), age=int(a)):
            return f"{n} {a}"
        case tuple(t):
            return f"tuple {t}"
        case set() | frozenset():
            return "set"
        case _:
            return "other"
values = [None, True, False, 0, -1, 101, 5, 1.5, 2 + 3j, 2.5, "ab", "red", "longer string", "x", b"bytes", b"no", [], [7], (8,), [1, 2], [1, 2, 3, 4], (5, 6, 5),
          [[1, 2], 3], [0, 0, 4], [0, 1, "end"], [1, 3], {"type": "circle", "r": 2, "extra": 1}, {"type": "rect", "w": 1, "h": 2}, {1: 1, 2: 2}, {"k": [1, {"deep": 2}]},
          {}, {"z": 1}, Point(0, 0), Point(0, 5), Point(6, 0), Point(1, 2), Named(name="n", age=3), Named(name=1), (1, 2), (), {1}, frozenset(), range(2), iter([]), object, bytearray(b"x")]
for value in values:
    print(type(value).__name__, describe(value))
def bind(value):
    match value:
        case (a, b) | (a, b, _):
            pass
    return a, b
print(bind((1, 2)), bind("xyz"[0:0] or [1, 2, 3]))
def no_match(value):
    match value:
        case 1:
            return "one"
    return "fell through"
print(no_match(1), no_match(2))
match 1, 2:
    case 1, x:
        print("tuple subject", x)
match = {"soft": "keyword"}
case = match["soft"]
print(match, case)
def guard_effects(v):
    match v:
        case x if print("guard 1", x):
            return 1
        case y if not print("guard 2", y):
            return x, y
print(guard_effects(5))
try:
    match Point(1, 2):
        case Point(1, 2, 3):
            pass
except TypeError as error:
    print(error)
try:
    match 5:
        case Color.RED():
            pass
except TypeError as error:
    print(error)
class BadArgs:
    __match_args__ = 5
try:
    match BadArgs():
        case BadArgs(x):
            pass
except TypeError as error:
    print(error)
import collections
print([(lambda v: [r for r in [describe(v)]][0])(v) for v in (collections.deque([9]), collections.OrderedDict(type="circle", r=1))])
def loop(commands):
    out = []
    for command in commands:
        match command.split():
            case ["go", ("north" | "south") as way]:
                out.append(way)
            case ["quit"]:
                break
            case ["skip", *_]:
                continue
            case [verb, *objects]:
                out.append((verb, objects))
    return out
print(loop(["go north", "skip this", "take a b", "go east", "quit", "never"]))
match {"a": 1, "b": 2}:
    case {"a": 1, "a2": 2}:
        print("no")
    case {"b": int(b), **others}:
        print(b, others)
match [1, [2, [3, [4]]]]:
    case [a, [b, [c, [d]]]]:
        print(a, b, c, d)
# Registered as sequences, but no sequence patterns match them; others do.
import array, collections, types
for subject in ("abc", b"abc", bytearray(b"abc"), memoryview(b"abc"), array.array("i", [1, 2]), collections.deque([1, 2]),
                range(2), collections.UserList([1, 2]), {1: 2}, types.MappingProxyType({1: 2}), {1, 2}):
    match subject:
        case [first, *rest]: print(type(subject).__name__, "sequence", first, rest)
        case {**items}: print(type(subject).__name__, "mapping", items)
        case _: print(type(subject).__name__, "neither")
