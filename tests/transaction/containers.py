"""The containers of `transaction`, one thread at a time: the same on every Python."""

import copy
import gc
import pickle
import weakref

import transaction
from transaction import (
    atomic, bag, counter, hashtable, queue, stmdict, stmiddict, stmidset, stmset,
    threadlocalproperty, weakkeyiddict)


def raises(kind, function, *args, text=None):
    try:
        function(*args)
    except kind as raised:
        assert text is None or str(raised) == text, str(raised)
        return
    raise AssertionError(f"{kind.__name__} not raised")


class Keyless:
    pass


class Collides:
    """Keys that are told apart by `__eq__` only."""

    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return 42

    def __eq__(self, other):
        return isinstance(other, Collides) and self.name == other.name


def test_dict():
    d = stmdict()
    raises(KeyError, lambda: d[42.0], text="42.0")
    d[42.0] = "5"
    assert d[42] == "5" and 42.0 in d and 42.5 not in d
    assert d.get(42.0) == "5" and d.get(1) is None and d.get(1, 2) == 2
    d[42] = "6"
    assert list(d) == [42.0] and type(list(d)[0]) is float and len(d) == 1
    del d[42.0]
    raises(KeyError, d.__delitem__, 42.0)
    assert len(d) == 0 and not d and list(d) == []
    assert d.setdefault(1, 2) == 2 and d.setdefault(1, 3) == 2 and d.setdefault(2) is None
    assert d.pop(1) == 2 and d.pop(1, 7) == 7
    raises(KeyError, d.pop, 1)
    assert d == {2: None} and d != {2: 0} and d == stmdict({2: None}) and d != 5
    raises(TypeError, hash, d)
    for bad in (lambda: d[[]], lambda: d.__setitem__([], 1), lambda: [] in d,
                lambda: d.get([]), lambda: d.setdefault([], 0), lambda: d.pop([])):
        raises(TypeError, bad)


def test_dict_as_mapping():
    d = stmdict([("a", 1)], b=2)
    d.update({"c": 3}, d=4)
    assert list(d.keys()) == ["a", "b", "c", "d"] and list(d.values()) == [1, 2, 3, 4]
    assert list(d.items()) == [("a", 1), ("b", 2), ("c", 3), ("d", 4)]
    assert list(reversed(d)) == ["d", "c", "b", "a"] == list(reversed(d.keys()))
    assert d.keys() & {"a", "x"} == {"a"} and ("a", 1) in d.items() and 4 in d.values()
    assert len(d.items()) == 4 and d.popitem() == ("d", 4)
    assert list(d.iterkeys()) == ["a", "b", "c"] and sorted(d.itervalues()) == [1, 2, 3]
    assert dict(d.iteritems()) == dict(d) == {"a": 1, "b": 2, "c": 3}
    assert repr(d) == "stmdict({'a': 1, 'b': 2, 'c': 3})"
    assert d | {"z": 0} == {**d, "z": 0} and {"a": 5} | d == {"a": 1, "b": 2, "c": 3}
    d |= {"e": 5}
    assert stmdict.fromkeys("xy", 0) == {"x": 0, "y": 0}
    match d:
        case {"a": 1, **rest}:
            assert rest == {"b": 2, "c": 3, "e": 5}
        case _:
            raise AssertionError(d)
    d.clear()
    raises(KeyError, d.popitem)
    d["self"] = d
    assert repr(d) == "stmdict({'self': stmdict({...})})"


def test_order():
    d = stmdict()
    for n in range(100):
        d[n * 7919 % 1000] = n
    assert list(d.values()) == list(range(100))
    del d[0]
    d[0] = "again"
    assert list(d)[-1] == 0
    with atomic:
        d["x"] = 1
        d["y"] = 2
        assert list(d)[-2:] == ["x", "y"]
        del d["x"]
        d["x"] = 3
        assert list(d)[-2:] == ["y", "x"]
    d["z"] = 4
    assert list(d)[-3:] == ["y", "x", "z"]


def test_collisions():
    a, b, c = (Collides(name) for name in "abc")
    d = stmdict()
    d[a], d[b] = 1, 2
    assert d[a] == 1 and d[Collides("b")] == 2 and c not in d
    del d[a]
    assert a not in d and d[b] == 2 and len(d) == 1
    with atomic:
        del d[b]
        assert b not in d and c not in d
        d[c] = 3
    assert list(d.items()) == [(c, 3)]


def test_evil_comparisons():
    class Evil:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            for n in range(1000, 1100):
                d[n] = n
            if first in found:
                found.discard(first)
                del d[first]
            return self is other

    d, found = stmdict(), stmidset()
    first, second = Evil(), Evil()
    found.add(first)
    d[first] = "first"
    d[second] = "second"
    assert first not in d and d[second] == "second" and len(d) == 101


def test_many():
    d, s, h = stmdict(), stmset(), hashtable()
    for n in range(20000):
        d[str(n)] = n
        s.add(n)
        h[n] = -n
    assert len(d) == len(s) == len(h) == 20000
    for n in range(0, 20000, 2):
        del d[str(n)]
        s.remove(n)
        h.pop(n)
    assert len(d) == len(s) == len(h) == 10000
    assert all(d[str(n)] == n and n in s and h[n] == -n for n in range(1, 20000, 2))
    assert list(s) == list(range(1, 20000, 2)) == h.keys()
    # Keys that come and go do not fill the table.
    for n in range(20000):
        with atomic:
            d["temporary", n] = 1
        with atomic:
            del d["temporary", n]
    assert len(d) == 10000


def test_hashtable():
    h = hashtable()
    h[42 + 65536], h[-1], h[1 << 62] = "bar", "minus", "large"
    raises(KeyError, lambda: h[42])
    assert h[65578] == "bar" and h[1 << 62] == "large" and -1 in h and True not in h
    raises(TypeError, h.__setitem__, "a", 1)
    raises(TypeError, h.__setitem__, 1.0, 1)
    raises(OverflowError, h.__setitem__, 1 << 63, 1)
    assert h.setdefault(1, 5) == 5 and h.get(2, 6) == 6 and h.pop(1) == 5
    assert h.keys() == [65578, -1, 1 << 62] and h.values() == ["bar", "minus", "large"]
    assert list(h.iteritems()) == h.items() and list(h.iterkeys()) == list(h)


def test_identity():
    d, s = stmiddict(), stmidset()
    one, two = [], []
    raises(KeyError, lambda: d[one])
    d[one] = 5
    s.add(one)
    assert d[one] == 5 and one in d and two not in d and one in s and two not in s
    assert d.get(two, 42) == 42 and d.setdefault(one, 1) == 5 and d.setdefault(two) is None
    assert len(d) == 2 and list(d.items())[0][0] is one
    d[1000.5] = 1
    assert d[1000.5] == 1
    del d[one], d[two]
    raises(KeyError, d.__delitem__, one)
    raises(KeyError, s.remove, two)
    s.discard(two)
    s.discard(one)
    assert len(s) == 0
    raises(TypeError, pickle.dumps, d)


def test_set():
    s = stmset("abca")
    assert len(s) == 3 and list(s) == ["a", "b", "c"] and "a" in s and "d" not in s
    assert s == {"a", "b", "c"} and s <= {"a", "b", "c", "d"} and s > {"a"}
    assert s & {"a"} == {"a"} and s - {"a"} == {"b", "c"} and s | {"z"} == set("abcz")
    assert s ^ {"a", "q"} == set("bcq") and s.isdisjoint({"q"})
    assert s.union("x", "y") == set("abcxy") and s.intersection("ab") == set("ab")
    assert s.difference("ab") == set("c") and s.symmetric_difference("cd") == set("abd")
    assert s.issubset("abcd") and s.issuperset("a")
    raises(KeyError, s.remove, "z")
    s.discard("z")
    s |= {"d"}
    s -= {"a"}
    assert repr(s) == "stmset(['b', 'c', 'd'])" and repr(stmset()) == "stmset()"
    assert s.pop() == "b"
    s.clear()
    raises(KeyError, s.pop)
    raises(TypeError, s.add, [])


def test_copies():
    d, s, h = stmdict(a=[1]), stmset([1, 2]), hashtable()
    h[3] = "x"
    for same in (copy.copy, lambda x: x.copy()):
        other = same(d)
        assert other == d and other is not d and other["a"] is d["a"]
    deep = copy.deepcopy(d)
    assert deep == d and deep["a"] is not d["a"]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps((d, s), protocol))
        assert back == (d, s) and type(back[0]) is stmdict and type(back[1]) is stmset
        assert pickle.loads(pickle.dumps(h, protocol)).items() == h.items()
    c, b = counter(3), bag("ab")
    c.add(4)
    b.append("c")
    assert pickle.loads(pickle.dumps(c)).value == copy.copy(c).value == 7
    assert list(pickle.loads(pickle.dumps(b))) == list(copy.copy(b)) == ["a", "b", "c"]
    assert pickle.loads(pickle.dumps(atomic)) is atomic


def test_references():
    for kind in (stmdict, stmset, hashtable, stmiddict, stmidset, counter, bag, queue):
        made = kind()
        assert weakref.ref(made)() is made
        references = [weakref.ref(kind()) for _ in range(20)]
        gc.collect()
        # A stack that is scanned conservatively may keep one or two.
        assert sum(reference() is not None for reference in references) < 5, kind

    def cycle():
        d, key = stmdict(), Keyless()
        d["cycle"], d[key] = d, Keyless()
        return weakref.ref(key), weakref.ref(d[key])

    references = [cycle() for _ in range(20)]
    gc.collect()
    alive = sum(key() is not None or value() is not None for key, value in references)
    assert alive < 5, alive


def test_subclasses():
    class Named(stmdict):
        def __init__(self, name):
            super().__init__()
            self.name = name

        def __missing__(self, key):
            return self.name

    d = Named("me")
    d[1] = 2
    assert d.name == "me" and d[1] == 2 and isinstance(d, stmdict)


def test_counter():
    c = counter()
    c.add()
    c.add(2)
    c.add(-5)
    assert c.value == -2 and repr(c) == "counter(-2)"
    c = counter(0.5)
    c.add(0.25)
    assert c.value == 0.75
    c = counter(1 << 60)
    c.add(1 << 60)
    assert c.value == 1 << 61
    raises(TypeError, counter().add, "a")


def test_bag():
    b = bag([1])
    b.append(2)
    b.extend(range(3, 6))
    assert len(b) == 5 and list(b) == [1, 2, 3, 4, 5] and 3 in b
    assert repr(b) == "bag([1, 2, 3, 4, 5])"
    raises(TypeError, b.extend, 5)


def test_queue():
    q = queue()
    item = []
    q.put(item)
    assert q.get() is item
    raises(transaction.Empty, q.get, False)
    raises(transaction.Empty, q.get, True, 0.01)
    raises(transaction.Empty, q.get, True, 0)
    raises(ValueError, q.get, True, -1, text="'timeout' must be a non-negative number")
    q.put(item)
    assert q.get(timeout=0.01) is item
    q.task_done()
    q.task_done()
    q.join()
    q.task_done()
    raises(ValueError, q.join, text="task_done() called too many times "
           "(1 more than there were items placed in the queue)")


def test_weak_keys():
    d = weakkeyiddict()
    a, b = Keyless(), Keyless()
    d[a], d[b] = 11, 22.5
    assert d[a] == 11 and d.get(b) == 22.5 and len(d) == 2
    del d[b]
    raises(KeyError, lambda: d[b])
    assert d.get(b, 5) == 5 and a in d and b not in d
    assert d.setdefault(a, 82) == 11 and d.setdefault(b, 83) == 83 and d.pop(b) == 83
    raises(KeyError, d.pop, b)
    assert d.pop(b, 1) == 1
    del a
    gc.collect()
    assert len(d) == 0
    unhashable = type("Unhashable", (), {"__hash__": None})()
    d[unhashable] = 1
    assert d[unhashable] == 1
    raises(TypeError, d.__setitem__, 1, 2)


def test_thread_local_property():
    class Foo:
        x = threadlocalproperty()
        y = threadlocalproperty(dict)

    foo = Foo()
    raises(AttributeError, lambda: foo.x, text="'Foo' object has no attribute 'x'")
    d = foo.y
    assert d == {} and d is foo.y and isinstance(Foo.x, threadlocalproperty)
    foo.x, foo.y = 42, 43
    assert (foo.x, foo.y) == (42, 43)
    del foo.x, foo.y
    raises(AttributeError, lambda: foo.x)
    raises(AttributeError, lambda: delattr(foo, "x"))
    assert foo.y == {}


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    for name, test in tests:
        test()
    print(f"{len(tests)} tests of containers: all right")


if __name__ == "__main__":
    main()
