print(abs(-1), all([1, 1]), all([]), any([0, 1]), any([]), ascii("é"), bin(5), bool([]), callable(print), chr(97), divmod(7, 2))
print(list(enumerate("ab")), list(enumerate("ab", 5)), list(filter(None, [0, 1])), list(map(str, [1, 2])), list(map(lambda a, b: a + b, [1, 2], [3, 4, 5])), list(zip("ab", [1, 2], (True, False))), list(zip("ab", [1])), list(zip()), list(reversed([1, 2])))
print(max(1, 2), max([1, 3, 2]), max("a", "b", key=lambda x: -ord(x)), max([], default="d"), min(3, 1), min([[2], [1]]), min("hello", key=ord), sum([1, 2]), sum([0.5], 1), sum([[1], [2]], []), sorted([3, 1]), sorted("ba", reverse=True), len("abc"), len({}))
print(pow(2, 3), pow(2, 3, 5), round(1.5), round(1.25, 1), hash(1), hex(255), oct(8), ord("a"), id(1) == id(1), isinstance(1, (int, str)), issubclass(bool, int), iter([1]).__next__(), next(iter([1])), next(iter([]), "d"))
print(type(1).__name__, type("x", (), {"a": 1}).a, vars(type("C", (), {"x": 5}))["x"], getattr(1, "real"), getattr(1, "zz", None), hasattr(1, "real"), repr("a"), str(1), slice(1, 2), object() is not None, format(1, "03"), eval("1 + 1"), eval("x", {"x": 5}), eval("x + y", {"x": 1}, {"y": 2}))
try:
    list(zip([1], [1, 2], strict=True))
except ValueError as error:
    print(error)
for code in ("max()", "max(5)", "max([])", "min(1, 'a')", "sum('ab')", "sum(['a'])", "len(5)", "abs('a')", "ord(1)", "chr('a')", "iter(1)", "next(1)", "zip(1)", "map(1)", "enumerate(1)", "filter(1)", "sorted(1)", "sorted([1], 1)", "reversed(1)", "isinstance(1, 1)", "issubclass(1, int)", "getattr(1)", "hasattr(1, 1)", "setattr(1, 'a', 1)", "round('a')", "hash({})", "divmod(1, 'a')", "int([])", "list(1)", "dict(1)", "eval('1 +')", "exec('raise KeyError(5)')", "__import__('nope')", "open('/nope')", "type(1, 2)", "vars(1)", "print(sep=1)", "input and None.x", "abs()", "all(1)", "bin(1.5)", "bool(1, 2)", "list(map(int, ['x']))", "range('x')", "memoryview(1)", "compile('(', 'f', 'eval')", "super(1)", "property(1).fget()", "classmethod()", "zip(strict=5, *[[1], []]) and list(zip([1], [], strict=True))"):
    try:
        print(code, "->", eval(code) if not code.startswith("exec") else exec(code))
    except Exception as error:
        name = type(error).__name__
        print(code, "|", name, "|", "" if name in ("SyntaxError", "ZeroDivisionError") or "unhashable" in str(error) else error)
print(sorted(dir(type("D", (), {"b": 1, "a": 2})))[-2:], [n for n in dir([]) if not n.startswith("_")], "x" in dir(), sorted(vars(type("E", (), {"z": 1})()).items()))
g = {}
exec("a = 1\ndef f(): return a + 1\nb = f()", g)
print(g["a"], g["b"], sorted(k for k in g if k != "__builtins__"), "__builtins__" in g)
local = {}
exec("c = 5", {}, local)
print(local, globals()["g"] is g, locals() is globals())
def function_locals(a, b=2):
    c = 3
    return locals()
print(function_locals(1))
code = compile("x * 2", "<c>", "eval")
print(eval(code, {"x": 21}), code.co_filename, compile("1", "", "exec").co_name, type(code).__name__)
class C:
    pass
c = C()
setattr(c, "x", 1)
delattr(c, "x")
print(hasattr(c, "x"), print("returns none"), print(1, 2, sep="", end="!\n"), [print] == [print])
import builtins
print(builtins.len is len, __name__, __builtins__ is builtins, NotImplemented, Ellipsis, ..., __debug__)
print(*map(lambda f: f.__name__, [len, print, sorted, abs]), len.__doc__ is not None, repr(len), repr(int), str.upper.__qualname__, repr(type(None)), repr(type(...)))
m = map(lambda x: x * 2, iter([1, 2, 3]))
print(next(m), list(m), list(m))
e = enumerate(iter("abc"))
print(next(e), list(e), type(e).__name__, type(m).__name__, type(zip()).__name__, type(filter(None, [])).__name__, type(reversed([])).__name__)
print(all(x > 0 for x in [1, 2]), any(x > 1 for x in [1, 2]), sum(x for x in range(5)), max((x for x in [1, 3]), default=0), sorted((x for x in "ba")), sum([True, True]), sum([1.5, 2]), sum([10 ** 20, 1]))
import io
out = io.StringIO()
print("to", "file", file=out, end="")
print(repr(out.getvalue()))
def gen_stop():
    raise ValueError("in map")
try:
    list(map(lambda x: gen_stop(), [1]))
except ValueError as error:
    print(error)
print(list(map(None.__class__, [])), list(filter(str.isdigit, "a1b2")), *zip(*[(1, "a"), (2, "b")]), dict(map(lambda kv: (kv[1], kv[0]), {"a": 1}.items())))
