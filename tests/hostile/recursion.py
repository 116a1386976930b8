"""Nesting without end, in Python and in native code."""


def nested_list(depth):
    items = []
    for _ in range(depth):
        items = [items]
    return items


def deep(depth, wrap):
    value = wrap(0)
    for _ in range(depth):
        value = wrap(value)
    return value


def refused(function, *arguments):
    """A result or RecursionError (or MemoryError, of parsers); never a crash."""
    try:
        function(*arguments)
    except (RecursionError, MemoryError):
        pass


def case_repr_of_nested():
    raises(RecursionError, repr, nested_list(200_000))
    for wrap in (lambda x: (x,), lambda x: {1: x}, lambda x: frozenset([x])):
        refused(repr, deep(100_000, wrap))
    import collections
    refused(repr, deep(50_000, lambda x: collections.deque([x])))
    refused(repr, deep(50_000, lambda x: ValueError(x)))
    refused(repr, deep(50_000, lambda x: slice(x)))
    refused(repr, deep(50_000, lambda x: collections.OrderedDict(a=x)))


def case_compare_and_hash_nested():
    refused(lambda: nested_list(100_000) == nested_list(100_000))
    refused(lambda: nested_list(100_000) < nested_list(100_000))
    refused(lambda: deep(100_000, lambda x: (x,)) == deep(100_000, lambda x: (x,)))
    refused(lambda: hash(deep(100_000, lambda x: (x,))))
    refused(lambda: hash(deep(100_000, lambda x: frozenset([x]))))
    refused(lambda: deep(100_000, lambda x: {1: x}) == deep(100_000, lambda x: {1: x}))


def case_self_containing():
    items = []
    items.append(items)
    other = []
    other.append(other)
    raises(RecursionError, lambda: items == other)
    assert repr(items) == "[[...]]"
    table = {}
    table[1] = table
    assert repr(table) == "{1: {...}}"
    import collections
    queue = collections.deque()
    queue.append(queue)
    assert "..." in repr(queue)
    pair = ([],)
    pair[0].append(pair)
    assert "..." in repr(pair)


def case_json_and_pickle_nested():
    import json, pickle, copy, marshal
    raises(RecursionError, json.dumps, nested_list(100_000))
    refused(json.loads, "[" * 200_000)
    raises((RecursionError, ValueError), json.loads, "[" * 200_000)
    raises((RecursionError, ValueError), json.loads, '{"a":' * 200_000)
    refused(pickle.dumps, nested_list(100_000))
    refused(copy.deepcopy, nested_list(100_000))
    try:
        marshal.dumps(nested_list(100_000))
    except (ValueError, RecursionError):
        pass


def case_deep_source():
    for text in ("(" * 100_000 + ")" * 100_000, "[" * 100_000 + "]" * 100_000, "-" * 100_000 + "1", "not " * 100_000 + "1", "a." * 100_000 + "b",
                 "+".join(["1"] * 100_000), "1" + " if 1 else 1" * 20_000, "lambda: " * 20_000 + "1", "f(" * 50_000 + ")" * 50_000, "x" + "[0]" * 100_000, "x" + "()" * 100_000, "{" * 10_000,
                 "f'" + "{" * 1000, " and ".join(["1"] * 50_000), "1 < " * 50_000 + "1", "*" * 50_000 + "a", "await " * 10_000 + "x", "a" + "**b" * 50_000):
        try:
            compile(text, "<deep>", "eval")
        except (SyntaxError, RecursionError, MemoryError):
            pass
    for text in ("".join(" " * i + "if 1:\n" for i in range(500)) + " " * 500 + "pass", "try: pass\nfinally:\n pass\n" * 5000, "if 1: pass\n" + "elif 1: pass\n" * 20_000, "a = " * 50_000 + "1",
                 "\n".join(" " * i + f"def f{i}():" for i in range(90)) + "\n" + " " * 90 + "pass", "@a\n" * 20_000 + "def f(): pass", "class A" + "(B)" * 1000 + ": pass",
                 "match x:\n case " + "[" * 5000 + "]" * 5000 + ": pass", "with " + ", ".join(["a"] * 5000) + ": pass", "def f(" + ",".join(f"a{i}" for i in range(5000)) + "): pass",
                 "f(" + ",".join(str(i) for i in range(20_000)) + ")", "x = [" + ",".join(str(i) for i in range(100_000)) + "]", "del " + "(" * 5000 + "a" + ")" * 5000):
        try:
            compile(text, "<deep>", "exec")
        except (SyntaxError, RecursionError, MemoryError):
            pass
    import ast
    for text in ("-" * 100_000 + "1", "(" * 1000 + ")" * 1000, "[" * 100_000):
        try:
            ast.literal_eval(text)
        except (SyntaxError, RecursionError, MemoryError, ValueError):
            pass


def case_python_recursion():
    def f():
        return f()
    raises(RecursionError, f)

    def with_finally():
        try:
            with_finally()
        finally:
            pass
    raises(RecursionError, with_finally)

    def swallowing(n=0):
        try:
            return swallowing(n + 1)
        except RecursionError:
            return n
    assert swallowing() > 10

    class Getattr:
        def __getattribute__(self, name):
            return self.x
    raises(RecursionError, lambda: Getattr().y)

    class Meta(type):
        def __instancecheck__(cls, instance):
            return isinstance(instance, cls)
    raises(RecursionError, isinstance, 1, Meta("M", (), {}))


def case_native_and_python_in_turns():
    def by_sort(n):
        return sorted([1, 2], key=lambda x: by_sort(n + 1))

    def by_map(n):
        return list(map(by_map, [n]))

    def by_reduce(n):
        import functools
        return functools.reduce(lambda a, b: by_reduce(n), [1, 2])

    def by_sub(n):
        import re
        return re.sub("a", lambda m: by_sub(n), "a")

    def by_eval(n):
        return eval("by_eval(n)", {"by_eval": by_eval, "n": n})

    def by_property(n):
        return type("P", (), {"p": property(lambda self: by_property(n))})().p

    def by_join(n):
        return "".join(by_join(n) for _ in range(2))

    def by_dict(n):
        class K:
            def __hash__(self):
                return by_dict(n)
        return {K(): 1}

    def by_import(n):
        return __import__("functools").partial(by_import, n)()

    def by_format(n):
        class F:
            def __format__(self, spec):
                return by_format(n)
        return f"{F()}"

    def by_next(n):
        return next(by_next(n) for _ in range(1))

    def by_class(n):
        return type("C", (), {"__init_subclass__": lambda: by_class(n)}) and type("D", (type("C", (), {"__init_subclass__": classmethod(lambda cls: by_class(n))}),), {})

    def by_super(n):
        class A:
            def __init__(self):
                by_super(n)

        class B(A):
            def __init__(self):
                super().__init__()
        return B()
    for f in (by_sort, by_map, by_reduce, by_sub, by_eval, by_property, by_join, by_dict, by_import, by_format, by_next, by_class, by_super):
        raises(RecursionError, f, 0)


def case_high_limit():
    import sys, threading
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(50_000)
    try:
        def down(n):
            return 0 if n == 0 else 1 + down(n - 1)
        assert down(40_000) == 40_000
        raises(RecursionError, down, 10 ** 6)
        out = []
        t = threading.Thread(target=lambda: out.append(down(30_000)))
        t.start()
        t.join()
        assert out == [30_000]
        refused(repr, nested_list(45_000))
    finally:
        sys.setrecursionlimit(limit)


def case_long_delegation():
    def chain(n):
        if n:
            yield from chain(n - 1)
        else:
            yield 1
    assert list(chain(400)) == [1]
    raises(RecursionError, lambda: list(chain(10 ** 6)))
    import itertools, functools
    it = iter([1])
    for _ in range(100_000):
        it = itertools.chain(it)
    refused(next, it)
    f = lambda: 1
    for _ in range(100_000):
        f = functools.partial(f)
    refused(f)
    cls = object
    for i in range(300):
        cls = type(f"C{i}", (cls,), {})
    assert cls() is not None and len(cls.__mro__) == 301
    nested = int
    for _ in range(20_000):
        nested = (nested,)
    refused(isinstance, 1, nested)
    union = list[int]
    for _ in range(2000):
        union = list[union]
    refused(repr, union)


def case_regular_expressions():
    import re
    refused(re.compile, "(" * 50_000)
    try:
        re.compile("(" * 50_000 + ")" * 50_000)
    except (re.error, RecursionError, OverflowError):
        pass
    assert re.match("(a|b)*$", "ab" * 50_000)
    assert re.match("(?:a?){16}a{16}", "a" * 16)
    re.search("(x+x+)+y", "x" * 18)
